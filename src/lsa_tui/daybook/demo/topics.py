"""What the lessons of the made-up term of `lsa demo` are about, and what is noted in them. All invented.

Notes are written as an LSA types them: `#T2` a target, `^home`, `^helped`; `{a}` and `{b}` become a score.
"""

from __future__ import annotations

from typing import NamedTuple


class Topic(NamedTuple):
    """What a slot is about: its title, the teacher's aim, what is needed, what the teacher wants to hear, and notes
    that fit this topic only (those of its subject fit as well)."""

    title: str
    aim: str = ""
    need: str = ""
    wants: str = ""
    notes: tuple[str, ...] = ()


TOPICS: dict[str, tuple[Topic, ...]] = {
    "task": (
        Topic("Morning task", "settle and start alone", "now-next board, name card", "how long until he starts?"),
        Topic("Morning task, handwriting", "start within two minutes", "pencil grip, sand timer"),
        Topic(
            "Morning task, number bonds",
            "bonds to 10",
            "ten frame, cubes",
            "does he use the frame alone?",
            ("Ten frame used for every bond, {a} of {b} right.",),
        ),
    ),
    "phonics": (
        Topic(
            "Phonics, sh and ch",
            "read 10 words alone",
            "sound mat, magnetic letters",
            "which words alone?",
            (
                "Blended sh and ch words after one model. #T2",
                "Wrote ship, shop and fish on the whiteboard, no help.",
                "Built six words with the magnetic letters, read {a} of {b} back. #T2 {a}/{b}",
            ),
        ),
        Topic(
            "Phonics, ai and ee",
            "blend without a model",
            "sound buttons, whiteboard",
            "blends or guesses?",
            ("Rain, tail and feet alone, wait after one prompt. #T2",),
        ),
        Topic(
            "Phonics, tricky words",
            "read 8 tricky words",
            "word cards on a ring",
            "which ones are still hard?",
            ("Word ring: {a} of {b} tricky words straight away. {a}/{b} ^home",),
        ),
        Topic(
            "Phonics, assessment week",
            "read 10 words alone",
            "assessment sheet, no prompts",
            "score of 10",
            ("Assessment sheet {a}/{b}, no prompts given. #T2 {a}/{b}",),
        ),
        Topic(
            "Phonics, CVC and CCVC",
            "read and write 6 words",
            "phoneme frame, dry-wipe pen",
            notes=("Phoneme frame filled in alone for four words.",),
        ),
    ),
    "assembly": (
        Topic("Assembly", "stay with the class for ten minutes", "wobble cushion, seat at the end"),
        Topic(
            "Singing assembly",
            "join in two songs",
            "ear defenders ready",
            "when were they needed?",
            ("Sang the first song, hands over ears for the second; defenders offered.",),
        ),
    ),
    "circuit": (
        Topic("Sensory circuit", "alerting, organising, calming", "hall, circuit cards", "ready to learn after?"),
        Topic("Sensory circuit, short", "organising and calming", "wall pushes, balance board"),
    ),
    "maths": (
        Topic(
            "Maths, column subtraction",
            "exchange a ten",
            "Dienes on the table",
            "how many with exchange?",
            (
                "Dienes out for every question, {a} of {b} with exchange. {a}/{b}",
                "Said 'I need a ten' before exchanging. ^home",
                "Asked 'is it take away?' before starting. #T1",
            ),
        ),
        Topic(
            "Maths, 3 and 4 times table",
            "count in steps",
            "counting stick, arrays",
            "how far alone?",
            ("Counting stick: to 24 in threes, then a prompt.", "Built 4 x 3 as an array and turned it. ^home"),
        ),
        Topic(
            "Maths, money",
            "make amounts to 50p",
            "real coins, purse",
            "which coins are mixed up?",
            ("Coins: 10p and 2p mixed up, sorted after touching both.", "Paid 27p from the purse alone. ^home"),
        ),
        Topic(
            "Maths, fractions",
            "halves and quarters of shapes",
            "fraction tiles",
            "does he say equal parts?",
            ("Fraction tiles matched alone, equal parts named once.",),
        ),
        Topic(
            "Maths, telling the time",
            "o'clock and half past",
            "clock with gears",
            notes=("Clock with gears: half past right {a} of {b} times. {a}/{b}",),
        ),
        Topic(
            "Maths, bar models",
            "one-step problems",
            "bar strips, fewer questions",
            "reads the problem alone?",
            ("Worked for nine minutes on own with the bar strips. ^helped",),
        ),
    ),
    "break": (Topic("Break", "ask somebody to play", "playground cards"),),
    "reading": (
        Topic("Guided reading", "read a page alone, one question", "book band blue, ruler", "which words stopped him?"),
        Topic(
            "Guided reading, retell",
            "three events in order",
            "story stones",
            "in order without help?",
            (
                "Story stones in the right order at the second try.",
                "Retold the start and the end, the middle with a clue.",
            ),
        ),
        Topic(
            "Guided reading, questions",
            "who, where, when",
            "question cards",
            "answers in a sentence?",
            ("{a} of {b} questions answered in a sentence. {a}/{b}",),
        ),
    ),
    "writing": (
        Topic(
            "English, instructions",
            "write three steps",
            "sentence strips, bossy-verb mat",
            "full stops?",
            ("Asked for the bossy-verb mat with the card. #T1", "Three steps in order, the third scribed."),
        ),
        Topic(
            "English, character",
            "two sentences with because",
            "picture prompts, word mat",
            notes=("Used because in both sentences from the word mat. ^home",),
        ),
        Topic(
            "English, diary entry",
            "four sentences, own idea",
            "recording button, slope board",
            "how much alone?",
            (
                "Recorded the sentence on the button first, then wrote it. ^helped",
                "Own idea for the diary: the day the hall flooded.",
                "Slope board out, letters sat on the line.",
            ),
        ),
        Topic(
            "English, spelling",
            "six words of the week",
            "look-cover-write sheet",
            "score of 6",
            ("Look-cover-write: {a} of {b} words. {a}/{b} ^home",),
        ),
    ),
    "lunch": (Topic("Lunch hall", "carry own tray, sit to the end", "end table, quiet side"),),
    "group": (
        Topic(
            "Lunch group, board game",
            "wait for two turns",
            "Snakes and ladders, turn card",
            "prompts needed?",
            ("Wanted to roll twice; gesture to the turn card was enough. #T3", "Lost, said 'again' and set it up."),
        ),
        Topic(
            "Lunch group, dominoes",
            "say whose turn it is",
            "dominoes, turn card",
            notes=("Dominoes: matched alone, waited with a verbal prompt. #T3",),
        ),
    ),
    "quiet": (
        Topic(
            "Quiet reading",
            "choose and stay with one book",
            "book box, beanbag",
            notes=(
                "One book for fifteen minutes on the beanbag.",
                "Read the speech bubbles aloud to the class puppet.",
                "Swapped books three times, then settled with the train book.",
            ),
        ),
        Topic(
            "Precision teaching",
            "ten words in a minute",
            "word grid, timer",
            "score in a minute",
            (
                "Word grid: {a} of {b} in the minute. #T2 {a}/{b}",
                "Word grid again at his own wish, two better than before. #T2 ^home",
            ),
        ),
    ),
    "salt": (
        Topic(
            "SaLT programme 1:1",
            "ask with the card, then with words",
            "help card, barrier game",
            "card or words?",
            (
                "Card used {a} of {b} times, then words. #T1 {a}/{b}",
                "Barrier game: asked 'which one?' without the card. #T1 ^home",
            ),
        ),
        Topic(
            "SaLT programme 1:1, listening",
            "two-part instructions",
            "colour and shape cards",
            notes=(
                "Two-part instructions right {a} of {b}. {a}/{b}",
                "Repeated the instruction to himself before acting. ^helped",
            ),
        ),
    ),
    "afternoon": (
        Topic(
            "Science, rocks",
            "sort by two properties",
            "rock tray, hand lens",
            "uses the words hard, soft?",
            (
                "Sorted the rock tray by colour, then by hard and soft with a clue.",
                "Asked for the hand lens with the card. #T1",
            ),
        ),
        Topic(
            "History, Stone Age",
            "order four pictures",
            "picture cards, time line",
            notes=("Four pictures of the time line in order alone. ^home",),
        ),
        Topic(
            "Geography, maps",
            "use four compass points",
            "school map, arrows",
            "which points alone?",
            ("Held up the compass arrow and said east.",),
        ),
        Topic(
            "Computing, sequences",
            "program six steps",
            "floor robot",
            notes=("Floor robot: six steps planned on cards first. ^helped",),
        ),
        Topic("RE, festivals of light", "say one thing remembered", "object box"),
    ),
    "creative": (
        Topic(
            "Art, clay tiles",
            "finish one tile",
            "apron, cutting tool, wipes",
            notes=("Finished the clay tile and washed the tools.", "Wiped hands often, stayed with the clay. ^helped"),
        ),
        Topic(
            "PE, throwing and catching",
            "five catches with a partner",
            "large soft ball",
            "how long in the hall?",
            (
                "Caught {a} of {b} with the large soft ball. {a}/{b}",
                "Hall echo was hard today; worked in the doorway instead.",
            ),
        ),
        Topic(
            "Music, rhythm",
            "keep a beat for one song",
            "ear defenders ready",
            notes=("Ear defenders on before the drums, stayed for the whole song. ^helped",),
        ),
        Topic(
            "DT, moving pictures",
            "make one lever",
            "card, split pins",
            notes=("Cut the lever alone, split pin with help.",),
        ),
        Topic(
            "PSHE, feelings",
            "name a feeling of a character",
            "feelings fan",
            notes=("Named 'worried' for the character and said why. ^home",),
        ),
    ),
    "story": (Topic("Story time", "listen and answer one question", "carpet spot, wobble cushion"),),
    "choir": (Topic("Choir", "two songs with the class", "front row, end seat"),),
    "trip": (Topic("Trip, town museum", "stay with the group, ask one question", "trip bag, head count sheet"),),
}
