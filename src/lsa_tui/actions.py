"""ONE registry of what can be done by key: the keys of the application, its help, its palette and `lsa keys`.

Known without Textual, because a command lists it. Tile letters are resolved apart, since they belong to behaviours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lsa_tui.daybook import behaviours
from lsa_tui.daybook.book import Book
from lsa_tui.text import nearest


@dataclass(frozen=True)
class Action:
    """Something a key does: its id, its keys (as typed, or a key's name), two words, a sentence, and where.

    `screen` is where the key counts: everywhere, or one screen, whose keys come before those of everywhere.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    screen: str = "everywhere"


def _levels() -> tuple[Action, ...]:
    return tuple(
        Action(
            f"level.{n}", (str(n),), f"Level {n}", f"A response with support level {n} on the current target", "tally"
        )
        for n in range(1, 7)
    )


ACTIONS: tuple[Action, ...] = (
    Action("screen.today", ("[",), "Today", "The plan as a time line, what is due, what others want from you"),
    Action("screen.tally", ("]",), "Tally", "Tiles: one press is one mark; the current target; running times"),
    Action("screen.note", ("n",), "Note", "A quick note from anywhere: type, Enter"),
    Action("screen.log", ("'",), "Log", "What was recorded: correct, remove, move"),
    Action("screen.end", ("=",), "End", "The day's summary, tomorrow's line, sync"),
    Action("screen.previous", (",",), "Previous", "The screen to the left"),
    Action("screen.next", (".",), "Next", "The screen to the right"),
    Action("incident", ("i",), "Incident", "Three digits and it is saved: before, seen, next"),
    Action("check", ("w",), "Wellbeing", "A check-in: two digits if you like, then a colour b g y r"),
    Action("concern", ("d",), "Concern", "A concern for the DSL: what to do now, then the sheet"),
    Action("handson", ("x", "*"), "Hands-on", "Restrictive intervention: starts the stopwatch at once, again ends it"),
    Action("care", ("f",), "Care", "Food, drink, toilet or a bump"),
    Action("pupil", ("a",), "Pupil", "Another pupil, by digit"),
    Action("adapted", ("e",), "Adapted", "What was adapted in this session, by digit"),
    Action("missed", ("m",), "Missed", "This slot was not delivered, and why, by digit"),
    Action("watch", ("g",), "Watching", "Not watching: hold the observed time; again: back"),
    Action("target", ("t", "tab"), "Target", "The next target becomes the current one"),
    Action("undo", ("u",), "Undo", "Takes back the last thing, whatever it was, and says what"),
    Action("redo", ("r",), "Redo", "Brings it again"),
    Action("letters", ("v",), "Letters", "Tiles show letters only, or everything"),
    Action("blank", ("z",), "Blank", "Shows a clock at once; any key comes back, the same again locks"),
    Action("lock", ("~",), "Lock", "Locks at once: letters still record, nothing can be read"),
    Action("find", ("/",), "Find", "Finds words in the log; on Today it takes a date"),
    Action("inbox", ("!",), "Inbox", "What was raised, its answers, and answering"),
    Action("conflicts", ("&",), "Decide", "Edits that did not see each other: which one stands"),
    Action("cover", ("@",), "Cover", "A colleague covers: entries carry their initials until it ends"),
    Action("handson.sheet", ("#",), "Hands-on?", "The hands-on sheet: its facts, whom to tell, the school's form"),
    Action("more", (";",), "More", "Everything else, as tiles"),
    Action("palette", (":", "ctrl+p"), "Commands", "Every action by its name"),
    Action("help", ("?",), "Help", "The keys of this screen"),
    Action("back", ("q", "escape"), "Back", "Back; on Today it leaves the program"),
    Action("lesson", ("enter", "+"), "Lesson", "Starts the slot, ends it, or goes on to the next", "tally"),
    *_levels(),
    Action("level.no", ("9",), "Not yet", "A response that was not yet right", "tally"),
    Action("level.none", ("0",), "None", "No response", "tally"),
    Action("log.correct", ("enter", "c"), "Correct", "Corrects the chosen entry, or names an unknown mark", "log"),
    Action("log.remove", ("x",), "Remove", "Removes the chosen entry, with a reason", "log"),
    Action("log.time", ("h",), "Time", "Moves the chosen entry in time", "log"),
    Action("log.move", ("a",), "Move", "Moves the chosen entry, or all since, to another pupil", "log"),
    Action("log.open", ("o",), "Open", "The chosen entry's whole text, and who changed what", "log"),
    Action("log.release", ("s",), "Home", "Releases the chosen note for home, or takes it back", "log"),
    Action("log.concern", ("d",), "For the DSL", "Moves the chosen entry's words into the concern sheet", "log"),
    Action("log.before", ("-", "up"), "Line up", "Chooses the entry above", "log"),
    Action("log.after", ("+", "down"), "Line down", "Chooses the entry below", "log"),
    Action("log.kinds", ("k", "tab"), "Kinds", "Shows all, or notes, marks, incidents, what is to be named", "log"),
    Action("log.earlier", ("<", "left"), "Day before", "The log of the day before", "log"),
    Action("log.later", (">", "right"), "Day after", "The log of the day after", "log"),
    Action("end.sync", ("s",), "Sync", "Sends what is here and brings what others wrote", "end"),
    Action("end.stop", ("c",), "Stop sync", "Stops a sync that runs, between two steps; nothing is lost", "end"),
    Action("end.shared", ("k",), "Sharing", "How the shared store stands, inviting a device, a new key", "end"),
    Action("end.save", ("p",), "Save", "Saves the summary as a page to print", "end"),
    Action("end.tomorrow", ("o",), "Tomorrow", "One line for tomorrow", "end"),
    Action("end.home", ("h",), "Home sheet", "What the family would read", "end"),
    Action("end.earlier", ("<", "left"), "Day before", "The summary of the day before", "end"),
    Action("end.later", (">", "right"), "Day after", "The summary of the day after", "end"),
    Action("inbox.answer", ("enter", "+"), "Answer", "Answers what was raised", "inbox"),
    Action("inbox.close", ("c",), "Close it", "Closes what was raised: it is settled", "inbox"),
    Action("check.b", ("b",), "Blue", "Blue, and the check-in is saved", "check"),
    Action("check.g", ("g",), "Green", "Green, and the check-in is saved", "check"),
    Action("check.y", ("y",), "Yellow", "Yellow, and the check-in is saved", "check"),
    Action("check.r", ("r",), "Red", "Red, and the check-in is saved", "check"),
    Action("check.pupil", ("p",), "Pupil said", "Said by the pupil, or by the adult", "check"),
    Action("check.save", ("enter", "+"), "Save", "Saves the check-in without a colour", "check"),
    Action("concern.at", ("1",), "Time", "When it happened", "concern"),
    Action("concern.place", ("2",), "Place", "Where it was", "concern"),
    Action("concern.words", ("3",), "Exact words", "The child's exact words, kept as you type them", "concern"),
    Action("concern.saw", ("4",), "Seen", "What you saw and heard", "concern"),
    Action("concern.asked", ("5",), "Asked", "What you asked the child", "concern"),
    Action("concern.marks", ("6",), "Marks", "Marks by their place on the body, in words", "concern"),
    Action("concern.told", ("7",), "Whom told", "Whom you told", "concern"),
    Action("concern.told_at", ("8",), "When", "When you told them", "concern"),
    Action("concern.in_person", ("9",), "In person", "In person or not", "concern"),
    Action("concern.pupil", ("0",), "About", "The pupil it is about", "concern"),
    Action("concern.next", ("enter", "+"), "Next", "The first field that is empty", "concern"),
    Action("concern.save", ("s",), "Save", "Seals it for the DSL; nobody else can read it then", "concern"),
    Action("concern.list", ("l",), "Passed on", "What you passed on: tell somebody, add to it", "concern"),
    Action("concern.drop", ("x",), "Wipe", "Wipes the sheet that is not saved", "concern"),
    Action("incident.began", ("-",), "Began", "When it began", "incident"),
    Action("incident.minutes", ("m",), "Minutes", "How long it took", "incident"),
    Action("incident.place", ("p",), "Place", "Where it was", "incident"),
    Action("incident.communicating", ("c",), "Saying?", "What it might have communicated", "incident"),
    Action("incident.free", ("f",), "Free?", "Free to leave: yes or no", "incident"),
    Action("incident.hurt", ("h",), "Hurt", "Whether anybody was hurt", "incident"),
    Action("incident.words", ("n",), "Words", "The rest in words", "incident"),
    Action("incident.done", ("enter", "+"), "Done", "Back to where you were", "incident"),
    Action("handson.enter", ("enter", "+"), "Stop, done", "Ends the stopwatch; then back to where you were", "handson"),
    Action("handson.past", ("m",), "It is over", "It is over already: how many minutes it took", "handson"),
    Action("handson.persons", ("w",), "Who", "The adults who were hands-on, and who saw it", "handson"),
    Action("handson.tried", ("b",), "Tried", "What was tried before", "handson"),
    Action("handson.held", ("h",), "Held", "What was done, and how the pupil was held or guided", "handson"),
    Action("handson.place", ("p",), "Place", "Where it was", "handson"),
    Action("handson.injury", ("i",), "Injury", "Whether anybody was hurt", "handson"),
    Action("handson.free", ("f",), "Free?", "Free to leave: yes or no", "handson"),
    Action("handson.told", ("t",), "Told", "Whom of SLT you told; the time is kept with it", "handson"),
    Action("handson.times", ("-",), "Times", "When it began and ended", "handson"),
    Action("handson.words", ("n",), "Words", "The rest in words", "handson"),
    Action("handson.form", ("s",), "School's form", "The school's own form is done; again: it is not", "handson"),
    Action("handson.save", ("o",), "Save page", "Saves a page to write the school's form from", "handson"),
)
_BY_ID = {action.id: action for action in ACTIONS}

KEY_NAMES = [
    *("enter", "tab", "escape", "space", "backspace", "delete", "insert", "up", "down", "left", "right"),
    *("home", "end", "pageup", "pagedown", "comma"),
    *(f"f{n}" for n in range(1, 13)),
]

# Which screens' keys count on a screen, nearest first.
SCOPES: dict[str, tuple[str, ...]] = {
    "today": ("today", "tally", "everywhere"),
    "tally": ("tally", "everywhere"),
    "log": ("log", "everywhere"),
    "end": ("end", "everywhere"),
    "inbox": ("inbox", "everywhere"),
    "setup": (),
    "check": ("check", "everywhere"),
    "incident": ("incident", "everywhere"),
    "concern": ("concern", "everywhere"),
    "handson": ("handson", "everywhere"),
    "everywhere": ("everywhere",),
}


def tile_actions(book: Book) -> list[Action]:
    """The tiles of the pupil in focus, as actions."""
    return [
        Action(
            f"tally.{tile['key']}",
            (str(tile["key"]),),
            str(tile["label"]),
            f"{'Starts or stops' if tile['measure'] == 'duration' else 'One mark of'} {tile['label']}",
            "tally",
        )
        for tile in behaviours.for_pupil(book, book.focus)
    ]


@dataclass(frozen=True)
class Keymap:
    """The keys in force: for each action its keys, and what of the settings could not be used, a sentence each."""

    keys: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...] = ()

    def on(self, screen: str) -> dict[str, str]:
        """What each key does on a screen."""
        found: dict[str, str] = {}
        for scope in reversed(SCOPES.get(screen, ("everywhere",))):
            for action in ACTIONS:
                if action.screen == scope:
                    found.update(dict.fromkeys(self.keys[action.id], action.id))
        return found

    def shown(self, action: str) -> str:
        """The key of an action as a person reads it."""
        return {"enter": "Enter", "escape": "Esc", "tab": "Tab"}.get(self.keys[action][0], self.keys[action][0])


def keymap(changes: Mapping[str, str]) -> Keymap:
    """The default keys with the changes of `[keys]`: an unknown action or key, or a clash, is refused and said.

    Changes count together, so that two actions can change places. One key of each stays a character that can be typed.
    """
    defaults = {action.id: action.keys for action in ACTIONS}
    refused = {name: reason for name, wanted in changes.items() if (reason := _refused(name, wanted))}
    while True:
        taken = {name: _typed(name, _split(wanted)) for name, wanted in changes.items() if name not in refused}
        keys = {**defaults, **taken}
        clash = next((found for name in taken if (found := _clash(name, keys))), None)
        if clash is None:
            break
        name, key, other = clash
        refused[name] = f"{key!r} is already the key of {other!r}"
    problems = [f"[keys] {name} = {changes[name]!r}: {reason}; the default is used" for name, reason in refused.items()]
    return Keymap(keys, tuple(problems))


def _split(wanted: str) -> tuple[str, ...]:
    parts = [part.strip() for part in wanted.split(",") if part.strip()] or [","]
    return tuple("," if part == "comma" else part.lower() for part in parts)


def _typed(name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """These keys, with the action's own character where none can be typed: a phone's keyboard has no others."""
    if any(len(key) == 1 for key in keys):
        return keys
    return (*keys, *(key for key in _BY_ID[name].keys if len(key) == 1))


def _refused(name: str, wanted: str) -> str:
    """Why a change cannot be, whatever the others are; empty where it can."""
    if name.startswith("tally."):
        return "a tile's letter is changed with `lsa behaviour add LETTER LABEL`, not here"
    if name not in _BY_ID:
        return f"there is no action {name!r}{nearest(name, list(_BY_ID))}"
    for key in _split(wanted):
        if len(key) != 1 and key not in KEY_NAMES and not (key.startswith("ctrl+") and len(key) == 6):
            return f"{key!r} is not a key{nearest(key, KEY_NAMES)}"
        if len(key) == 1 and _BY_ID[name].screen in ("everywhere", "tally") and key in behaviours.free_letters():
            return f"the letter {key!r} is a tile's"
    return ""


def _clash(name: str, keys: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str] | None:
    """The action, a key of it, and the other action that has this key where both count, its own screen's first."""
    mine = _BY_ID[name].screen
    others = sorted(keys, key=lambda other: _BY_ID[other].screen != mine)
    for other in others:
        theirs = _BY_ID[other].screen
        # A screen's own key may stand before one of everywhere (`r` is red in a check-in), but not where the day is.
        near = theirs in (mine, "everywhere") or (mine == "everywhere" and theirs in ("today", "tally"))
        for key in keys[name]:
            if other != name and near and key in keys[other] and key not in _BY_ID[name].keys:
                return name, key, other
    return None
