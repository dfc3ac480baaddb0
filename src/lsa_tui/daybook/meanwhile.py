"""What was marked while the screen was locked: kept, or dropped afterwards as if it had not been pressed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lsa_tui.daybook import behaviours, entries, marks
from lsa_tui.daybook.book import Book
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

REASON = "marked while the screen was locked, and not meant"


@dataclass(frozen=True)
class Press:
    """One letter: the record it wrote to, and the ids of all changes that were its one step."""

    letter: str
    entry: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The presses of one key for one pupil, which are kept or dropped together."""

    pupil: str
    letter: str
    label: str
    presses: tuple[Press, ...]
    times: tuple[str, ...]
    """Of each mark "10:42"; of a duration "10:42-10:50", or "from 10:42" while it runs."""


class Meanwhile:
    """The presses of one lock, in their order."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.presses: list[Press] = []

    def mark(self, letter: str) -> Entry:
        """One press of a tile, committed when it returns. Raises LsaError as any mark."""
        return self._pressed(letter, marks.tally(self.book, letter))

    def hands_on(self, letter: str) -> Entry:
        """Starts or ends the stopwatch of a restrictive intervention, which cannot wait for a PIN."""
        from lsa_tui.daybook import interventions  # seldom, and with much that a mark does not need

        return self._pressed(letter, interventions.toggle(self.book))

    def _pressed(self, letter: str, entry: Entry) -> Entry:
        step = log.last_step(self.book.db, undone=False)
        found = self.book.db.execute_sql("SELECT uid FROM mine WHERE step = ?", (step,))
        self.presses.append(Press(letter, entry.id, tuple(uid for (uid,) in found)))
        return entry

    def groups(self) -> list[Group]:
        """What is still there of the presses, by tile, in the order of the first ones."""
        found: dict[tuple[str, str], list[tuple[Press, Entry]]] = {}
        for press in self.presses:
            entry = read.get(self.book.db, press.entry)
            if entry is not None and not entry.removed:
                found.setdefault((self.book.names.pupil(entry.pupil), press.letter), []).append((press, entry))
        return [self._group(*key, pressed) for key, pressed in found.items()]

    def _group(self, pupil: str, letter: str, pressed: list[tuple[Press, Entry]]) -> Group:
        label = self._label(pressed[0][1])
        times = tuple(_time(entry) for entry in {entry.id: entry for _, entry in pressed}.values())
        return Group(pupil, letter, label, tuple(press for press, _ in pressed), times)

    def _label(self, entry: Entry) -> str:
        kind = KINDS[entry.kind]
        behaviour = read.get(self.book.db, str(entry["behaviour"])) if kind.field("behaviour") else None
        return str(behaviour["label"]) if behaviour else kind.words

    def drop(self, groups: Collection[Group]) -> int:
        """Takes the presses of these groups back; returns how many.

        What stands at the end of what can be undone is undone, so that nothing of it is left to be shared (and redo
        brings it again). What other recordings stand on, or what is shared already, is removed with a reason.
        """
        unwanted = [press for press in self.presses if any(press in group.presses for group in groups)]
        self.presses = [press for press in self.presses if press not in unwanted]
        left = self._undo(unwanted)
        with self.book.step():
            for press in reversed(left):
                self._remove(press, left)
        return len(unwanted)

    def _undo(self, unwanted: list[Press]) -> list[Press]:
        """Undoes from the end as far as it goes; returns the presses that are left."""
        left = list(unwanted)
        while left:
            step = log.last_step(self.book.db, undone=False)
            found = self.book.db.execute_sql("SELECT uid FROM mine WHERE step = ?", (step,))
            last = {uid for (uid,) in found}
            # Several presses are one step where a child leaned on the keys; it goes whole or not at all.
            ours = [press for press in left if last & set(press.changes)]
            if not ours or last != {uid for press in ours for uid in press.changes}:
                break
            entries.undo(self.book)
            left = [press for press in left if press not in ours]
        return left

    def _remove(self, press: Press, all_left: list[Press]) -> None:
        """Takes back by new changes what one press wrote: made records are removed, ended durations run on."""
        for row in self._rows(press):
            entry = read.get(self.book.db, row)
            if entry is None or entry.removed or entry.kind == "session":
                continue
            if any(self._made(one, row) for one in all_left):
                entries.remove(self.book, row, REASON)
            elif (end := _end(entry)) and entry[end]:
                self.book.revise(entry, {end: None})

    def _rows(self, press: Press) -> list[str]:
        places = ",".join("?" * len(press.changes))
        found = self.book.db.execute_sql(f"SELECT DISTINCT row FROM change WHERE uid IN ({places})", press.changes)
        return [row for (row,) in found]

    def _made(self, press: Press, row: str) -> bool:
        """Whether the press wrote the first change of the record."""
        first = self.book.db.execute_sql("SELECT uid FROM change WHERE row = ? ORDER BY hlc LIMIT 1", (row,)).fetchone()
        return first is not None and first[0] in press.changes


def tiles(book: Book) -> list[str]:
    """The letters of the tiles of the pupil in focus, in their order."""
    return [str(tile["key"]) for tile in behaviours.for_pupil(book, book.focus)]


def _end(entry: Entry) -> str:
    """The field in which the entry ends; empty for what takes no time."""
    return str(KINDS[entry.kind].ends or "")


def _time(entry: Entry) -> str:
    end = _end(entry)
    if not end:
        return f"{entry.when:%H:%M}"
    until = str(entry[end] or "")[11:16]
    return f"{entry.when:%H:%M}-{until}" if until else f"from {entry.when:%H:%M}"
