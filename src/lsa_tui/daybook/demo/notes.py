"""Notes of the made-up term of `lsa demo` that fit a subject whatever its topic, in an LSA's words. All invented."""

from __future__ import annotations

NOTES: dict[str, tuple[str, ...]] = {
    "task": (
        "Came in calm, hung up bag and coat alone.",
        "Started within a minute of the now-next board. ^helped",
        "Needed the sand timer twice before the first line.",
        "Finished the whole task and put the tray away without being asked. ^home",
        "Looked at the name card and copied the date alone.",
        "Asked for the pencil grip with the card. #T1",
    ),
    "phonics": (
        "Read {a} of {b} words alone with the sound buttons. #T2 {a}/{b}",
        "Mixed up b and d; the b-d card on the table put it right. ^helped",
        "Joined in with all the class sounds from the start.",
        "Guessed from the first letter, went back when the mat was pointed to. #T2",
        "Put the help card on the table instead of calling out. #T1 ^helped",
    ),
    "assembly": (
        "Sat on the wobble cushion for all of it.",
        "Asked to leave with the card after eight minutes, came back for the end. #T1",
        "End seat worked, no reminders needed. ^helped",
    ),
    "circuit": (
        "All three parts done, walked back to class calmly.",
        "Wall pushes for two minutes, then ready to sit. ^helped",
        "Chose the balance board alone from the circuit cards.",
        "Wanted to stay in the hall; the countdown from five helped. ^helped",
    ),
    "maths": (
        "First two questions with help, then three alone.",
        "Put the card up when stuck on the second question. #T1",
        "Four questions on one page looked too much; page folded in half, all done. ^helped",
        "Left the number line in the tray and counted in his head. ^home",
        "Explained his answer to the table. ^home",
        "Checked the last answer again and changed it himself.",
    ),
    "break": (
        "Gave a playground card to a classmate and played chase to the end. ^home",
        "Stayed near the bench, watched the football, said he was fine.",
        "Took turns on the balance beam. #T3",
        "Came in at the first bell.",
        "Needed five minutes in the quiet garden first.",
    ),
    "reading": (
        "Read the whole page alone, stopped at 'through'. #T2",
        "Used the ruler under the line, fewer skipped words. ^helped",
        "Read to the small group in a clear voice. ^home",
        "Sounded out three words under his breath, all right. #T2",
        "Lost the place when the group laughed, found it again alone.",
        "Chose the next book in the blue band himself.",
        "Asked what 'harbour' means with the card. #T1",
    ),
    "writing": (
        "Two sentences alone, the third scribed. ^helped",
        "Full stops in {a} of {b} sentences. {a}/{b}",
        "Stopped after the first line; three choices of picture got it going again. ^helped",
        "Wrote for six minutes without looking up.",
        "Rubbed out the same word four times, moved on when told it was good enough.",
        "Read his sentence back and put in a missing word. ^home",
    ),
    "lunch": (
        "Carried own tray and sat to the end.",
        "End table, quiet side, ate with two others. ^helped",
        "Hall was loud, moved to the side room for the last ten minutes.",
        "Asked the kitchen for water in words. ^home",
    ),
    "group": (
        "Waited for {a} of {b} turns without a prompt. #T3 {a}/{b}",
        "Turn card in hand, passed it on each time. #T3 ^helped",
        "Said 'your go' twice. #T3 ^home",
        "Counted the spaces for somebody who had miscounted. ^home",
    ),
    "quiet": (
        "Settled in two minutes after the loud hall. ^helped",
        "Asked for a quieter corner with the card. #T1",
    ),
    "salt": (
        "Pictures swapped for real objects, answered faster. ^helped",
        "Tired, needed a stretch half-way.",
        "Asked with the card three times, once in words. #T1",
        "Wanted to do the cards once more at the end. ^home",
    ),
    "afternoon": (
        "Answered the teacher's question in front of the class. ^home",
        "Needed a walk to the office and back half-way.",
        "Worked with a partner to the end of the task.",
        "Now-next board moved to 'next' by himself. ^helped",
        "Head on the table for two minutes, then joined in again.",
        "Two facts remembered from last week. ^home",
    ),
    "creative": (
        "Showed his work at the end and took a bow. ^home",
        "Waited for the shared tool without a word. #T3",
        "First step shown, the rest alone. ^helped",
        "Tidied his place when the music played.",
    ),
    "story": (
        "Guessed the ending right and said why. ^home",
        "Sat on the carpet spot for the whole chapter.",
        "Held the book for the class and turned the pages. ^helped",
        "Put his hand up twice, answered in a sentence.",
    ),
    "choir": (
        "Sang both songs from the end seat.",
        "First song only, then helped to turn the pages. ^helped",
        "Knew all the words of the second song. ^home",
    ),
    "trip": (
        "Held the head count sheet and ticked the group off. ^home",
        "Asked the guide how old the pot was. #T1 ^home",
        "Coach was noisy, ear defenders both ways. ^helped",
    ),
    "cover": (
        "Started the task within a minute of the checklist. #T1",
        "Two reminders to sit, then worked to the end.",
        "Read the instructions aloud and began alone. #T1",
        "Used the talk tokens, three questions asked.",
    ),
}

OWN_WORDS: tuple[str, ...] = (
    "I did it with my own brain.",
    "Can I do one more?",
    "It was too loud in there, so I used my card.",
    "I want to read it to my gran.",
    "Maths is not so bad with the blocks.",
    "I waited and then it was my go.",
    "My head is full now.",
    "Tomorrow I start with the hard one.",
)
