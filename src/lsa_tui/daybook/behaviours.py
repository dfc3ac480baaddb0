"""Behaviours: the tiles, their letters, and what `init --defaults` offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsa_tui import text
from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import ids, read
from lsa_tui.records.kinds import Entry

# The letters of the screens' own actions: a tile there would hide one of them.
RESERVED = {
    "n": "note",
    "i": "incident",
    "w": "wellbeing check-in",
    "d": "concern for the DSL",
    "x": "hands-on sheet",
    "f": "care",
    "a": "another pupil",
    "e": "adapted",
    "m": "missed",
    "g": "not watching / back",
    "t": "next target",
    "u": "undo",
    "r": "redo",
    "v": "letters only",
    "z": "blank",
    "q": "back",
}

DEFAULTS: tuple[dict[str, Any], ...] = (
    {"key": "c", "label": "Calling out", "direction": "down"},
    {"key": "h", "label": "Asked for help", "direction": "up"},
    {"key": "o", "label": "On own", "measure": "duration", "direction": "up", "group": "place"},
    {"key": "p", "label": "Specific praise", "private": True, "counts_as": "praise"},
    {"key": "k", "label": "Reminder", "private": True, "counts_as": "reminder"},
    {"key": "l", "label": "Left place", "measure": "duration", "direction": "down", "group": "place"},
    {"key": "b", "label": "Movement break", "measure": "duration", "group": "place"},
    {"key": "s", "label": "Sensory support"},
)


def check_letter(letter: str) -> str:
    """A letter that can be a tile's, in lower case. Raises BadInput."""
    key = letter.strip().lower()
    if len(key) != 1 or not key.isalpha():
        raise BadInput(f"{letter!r} cannot be a tile's key; choose one letter")
    if key in RESERVED:
        raise BadInput(f"{key!r} is kept for {RESERVED[key]!r}; free letters: {' '.join(free_letters())}")
    return key


def free_letters() -> list[str]:
    """The letters that tiles can have."""
    return [letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in RESERVED]


def add(book: Book, key: str, label: str | None, pupil: str | None = None, **fields: Any) -> Entry:
    """Adds a behaviour, or updates the one that has this letter; an old label under a new letter moves there.

    What was recorded keeps its behaviour, whatever letter that has later. Raises BadInput.
    """
    return change(book, key, label, pupil, **fields).now


@dataclass(frozen=True)
class Changed:
    """What `change` came to: the behaviour now, as it was before (None for a new one), and which one lost its letter
    to it."""

    now: Entry
    before: Entry | None
    moved_away: Entry | None = None

    def was(self, field: str) -> Any:
        """What this field was before, where it is something else now."""
        return self.before[field] if self.before is not None and self.before[field] != self.now[field] else None


def change(book: Book, key: str, label: str | None, pupil: str | None = None, **fields: Any) -> Changed:
    """`add`, with what was there before: what it did to something that has records must be said."""
    letter = check_letter(key)
    given = {name: value for name, value in fields.items() if value is not None}
    known = [one for one in read.of_kind(book.db, "behaviour") if one.pupil == pupil]
    at_letter = next((one for one in known if one["key"] == letter), None)
    wanted = text.clean(label or "").casefold()
    same_label = next((one for one in known if str(one["label"]).casefold() == wanted), None)
    subject = same_label or at_letter
    if subject is None:
        if not label:
            raise BadInput(f"a new behaviour needs a label: lsa behaviour add {letter} LABEL")
        place = max((one["position"] or 0 for one in known), default=0) + 1
        return Changed(_new(book, {"key": letter, "label": label, "position": place, **given}, pupil), None)
    if "private" in given and given["private"] != bool(subject["private"]):
        # Its past marks went (or did not go) to school under the old rule; one behaviour cannot be both.
        raise BadInput(f"{subject['label']!r} cannot change between private and shared; add it under another label")
    if given.get("measure", subject["measure"]) != subject["measure"]:
        _require_none_running(book, subject)
    moved_away = at_letter if at_letter is not None and at_letter.id != subject.id else None
    with book.step():
        if moved_away is not None:
            book.revise(moved_away, {"key": None})
        now = book.revise(subject, {"key": letter, **({"label": label} if label else {}), **given})
        return Changed(now, subject, moved_away)


def _require_none_running(book: Book, subject: Entry) -> None:
    """A tile that counts marks cannot end what it began to time. Raises BadInput."""
    for one in read.open_of_anybody(book.db, "bout"):
        if one["behaviour"] == subject.id and rights.is_own(book, one):
            raise BadInput(
                f"{subject['label']!r} still runs, since {one.when:%a %d %b %H:%M}; end that first: "
                f"lsa correct {one.id} until=HH:MM"
            )


def recorded(book: Book, behaviour: Entry) -> dict[str, int]:
    """How much was ever recorded of a behaviour: `marks`, and `durations`."""
    marks = read.referring(book.db, "tally", "behaviour", [behaviour.id])
    durations = read.referring(book.db, "bout", "behaviour", [behaviour.id])
    return {"marks": sum(one["count"] or 1 for one in marks), "durations": len(durations)}


def unused_letter(book: Book, pupil: str | None) -> str | None:
    """A letter that no tile has yet; None where all are given."""
    taken = {one["key"] for one in every(book) if one.pupil in (None, pupil)}
    return next((letter for letter in free_letters() if letter not in taken), None)


def _new(book: Book, values: dict[str, Any], pupil: str | None) -> Entry:
    if values.get("counts_as"):
        values.setdefault("private", True)  # praise and reminders are what the adult did: nobody else's business
    own = bool(values.get("private"))
    label = text.one_line(text.clean(values["label"]))
    held = read.get(book.db, ids.natural_id("behaviour", pupil or "", label, own=own))
    if held is None:
        return book.record("behaviour", values, pupil=pupil, own=own)
    if held.removed and held.own == own:
        return book.revise(held, {**values, "removed": None})
    # The id of this label is that of a behaviour which was renamed since, and whose marks it keeps.
    return book.record("behaviour", values, pupil=pupil, own=own, uid=ids.new_id())


def add_defaults(book: Book) -> list[Entry]:
    """The tiles of a sensible primary school."""
    with book.step():
        return [
            add(
                book,
                str(one["key"]),
                str(one["label"]),
                **{k: v for k, v in one.items() if k not in ("key", "label")},
            )
            for one in DEFAULTS
        ]


def for_pupil(book: Book, pupil: str | None) -> list[Entry]:
    """The tiles of a pupil: everybody's and the pupil's own, in order of their place. A letter is given once:
    the pupil's own behaviour before everybody's, then the older one."""
    found = [one for one in read.of_kind(book.db, "behaviour") if one.pupil in (None, pupil)]
    # A private tile before a shared one of the same letter: its marks must not go to school under another's name.
    found.sort(key=lambda one: (one.pupil is None, not one.own, one.order))
    taken: set[str] = set()
    tiles = []
    for one in found:
        key = one["key"]
        if key and key not in taken:
            taken.add(key)
            tiles.append(one)
    return sorted(tiles, key=lambda one: (one.pupil is not None, one["position"] or 0, one.order))


def without_tile(book: Book) -> list[Entry]:
    """Behaviours whose letter another one has: two devices gave it away without knowing of each other."""
    shown = {one.id for pupil in {one.pupil for one in every(book)} | {book.focus} for one in for_pupil(book, pupil)}
    return [one for one in every(book) if one["key"] and one.id not in shown]


def at_letter(book: Book, letter: str, pupil: str | None) -> Entry | None:
    """The behaviour that a letter means for a pupil, None where it means none."""
    key = letter.strip().lower()
    return next((one for one in for_pupil(book, pupil) if one["key"] == key), None)


def every(book: Book) -> list[Entry]:
    """All behaviours, everybody's first, then each pupil's own, in the order of their tiles."""
    found = read.of_kind(book.db, "behaviour")
    return sorted(found, key=lambda one: (one.pupil is not None, one.pupil or "", one["position"] or 0, one.order))
