"""What happens in the made-up term of `lsa demo` beside its lessons: problems, incidents, care. All invented."""

from __future__ import annotations

from typing import NamedTuple


class Raised(NamedTuple):
    """A problem for the teacher, the answer to it, and whether the answer closed it."""

    text: str
    answer: str
    closed: bool


class Happened(NamedTuple):
    """An incident: the three digits of the presets (before, seen, next), minutes, place, and a few words."""

    digits: str
    minutes: int
    place: str
    text: str = ""


PROBLEMS: tuple[Raised, ...] = (
    Raised(
        "Column subtraction with two exchanges is too much at once, even with Dienes.",
        "Stay with one exchange this week, I have put a new sheet in his tray.",
        True,
    ),
    Raised(
        "The help card is getting lost between rooms.",
        "Good point. A second one is on its way for the hall.",
        True,
    ),
    Raised(
        "SaLT programme clashes with the hall on some days, ten minutes become six.",
        "Use the library from Monday, I have booked it.",
        True,
    ),
    Raised(
        "He is tired after lunch and the first afternoon task takes twice as long.",
        "Try the short circuit at 13:10 and tell me on Friday whether it helps.",
        False,
    ),
    Raised("Blue band books read too easily now, guesses less.", "Move up one band, please keep a list.", True),
    Raised(
        "Six spellings are too many, four would be all right.",
        "Four from now on, the other two on the ring.",
        True,
    ),
    Raised(
        "The seat by the door is noisy, he looks up each time.",
        "Swapped with the window side, see how it goes.",
        False,
    ),
    Raised("No sound mats left for home.", "Printed five, they are in the drawer.", True),
    Raised(
        "Choir starts before the reading group is over.",
        "He may come five minutes late, the choir knows.",
        True,
    ),
    Raised(
        "Board game at lunch: the group wants a new game, he wants the old one.",
        "Old game first, new one for the last five minutes. Put it on the now-next board.",
        False,
    ),
    Raised("Timer runs out too early for writing, it worries him.", "Leave it away for writing altogether.", True),
    Raised("Assessment: may the sound mat stay on the table?", "Not for the test itself, before and after yes.", True),
    Raised(
        "He asks for help with the card only from me, not from other adults.",
        "I will hand him the worksheet myself this week so that he has to ask me.",
        False,
    ),
    Raised("Homework sheet was too small to read.", "Enlarged to A3, spare copies beside it.", True),
    Raised(
        "Worked much longer alone with the page folded. Can sheets come with four questions?",
        "Yes, from next week for the whole table.",
        True,
    ),
)

HAPPENED: tuple[Happened, ...] = (
    Happened("311", 6, "lunch hall", "Two classes came in at once. Hands over ears."),
    Happened("284", 8, "corridor", "Walked ahead of the line and sat in the book corner."),
    Happened("788", 4, "classroom", "Pushed the sheet away. Chose the shorter one of two."),
    Happened("422", 5, "classroom", "Tablet time was over. Went to the carpet."),
    Happened("654", 9, "hall", "Waited for the ball, threw the cone. Chose the tent in the corner."),
    Happened("181", 3, "classroom", "Said no twice, started after the second choice card."),
    Happened("741", 4, "classroom", "Under the table with the worksheet. Came out by himself."),
    Happened("817", 3, "classroom", ""),
    Happened("236", 7, "cloakroom", "Left with coat on, walked the corridor with me and came back."),
    Happened("594", 5, "playground", "Stood still at the gate after a game ended in a quarrel."),
    Happened("185", 10, "quiet room", "Asked to go with the card after the first shout."),
    Happened("312", 4, "assembly hall", ""),
)
"""None with the ninth "next": that one opens the hands-on sheet, which a demonstration has no place for."""

TOMORROW: tuple[str, ...] = (
    "Start with the word ring, it went well.",
    "Sound mat on the table before phonics.",
    "Second help card for the hall.",
    "Fold the maths sheet before handing it out.",
    "Ask Ms Patel about the next book band.",
    "Bring the large soft ball for PE.",
    "Try writing without the timer.",
    "SaLT: real objects instead of pictures.",
    "Tell him about the changed timetable at the door.",
    "Turn card ready for the lunch group.",
    "Finish the clay tile first, then the new one.",
    "Ear defenders into the bag for music.",
)

FOOD: tuple[str, ...] = (
    "all of it",
    "most",
    "half",
    "sandwich only",
    "a few bites, said the hall was loud",
    "fruit left",
)
DRINK: tuple[str, ...] = ("water bottle refilled", "half a bottle by noon", "needed a reminder")
TOILET: tuple[str, ...] = ("went alone", "asked with the card", "reminder before lunch")
BUMP: tuple[str, ...] = ("knee, playground, cold pack, slip in the bag", "elbow on the door frame, cold pack")
CHECKED: tuple[str, ...] = ("thumb up", "pointed at the chart", "yawned, slow start", "smiled at the board", "quiet")
