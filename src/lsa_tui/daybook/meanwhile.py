"""What was marked while the screen was locked: kept, or dropped afterwards as if it had not been pressed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from lsa_tui import clock
from lsa_tui.daybook import behaviours, entries, marks
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.locking import MARKED
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
    """The presses of one lock, in their order.

    Each is remembered with what it records, until it is kept or dropped: a program that is killed in between asks at
    its next start.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.since = book.now()
        self.presses: list[Press] = []

    @classmethod
    def left_over(cls, book: Book) -> Meanwhile:
        """The presses of earlier locks that were neither kept nor dropped; none, with `since` now, where all were."""
        found = cls(book)
        sql = "SELECT value FROM meta WHERE substr(key, 1, ?) = ?"
        held = [json.loads(value) for (value,) in book.db.execute_sql(sql, (len(MARKED), MARKED))]
        for _, since, letter, entry, changes in sorted(held):
            found.since = min(found.since, clock.from_text(since).astimezone(book.zone))
            found.presses.append(Press(letter, entry, tuple(changes)))
        return found

    def mark(self, letter: str) -> Entry:
        """One press of a tile, committed when it returns. Raises LsaError as any mark."""
        return self._pressed(letter, lambda: marks.tally(self.book, letter))

    def hands_on(self, letter: str) -> Entry:
        """Starts or ends the stopwatch of a restrictive intervention, which cannot wait for a PIN."""
        from lsa_tui.daybook import interventions  # seldom, and with much that a mark does not need

        return self._pressed(letter, lambda: interventions.toggle(self.book))

    def _pressed(self, letter: str, record: Callable[[], Entry]) -> Entry:
        with self.book.step():
            entry = record()
            step = log.last_step(self.book.db, undone=False)
            sql = "SELECT c.uid, c.hlc FROM mine m JOIN change c ON c.uid = m.uid WHERE m.step = ? ORDER BY c.hlc"
            found = self.book.db.execute_sql(sql, (step,)).fetchall()
            press = Press(letter, entry.id, tuple(uid for uid, _ in found))
            facts = [found[-1][1], clock.to_text(self.since), press.letter, press.entry, press.changes]
            log.set_meta(self.book.db, _name(press), json.dumps(facts))
        self.presses.append(press)
        return entry

    def settled(self) -> None:
        """What is left of the presses is kept: nobody is asked about them again."""
        self._forget(self.presses)

    def _forget(self, presses: Collection[Press]) -> None:
        with self.book.store.writing():
            for press in presses:
                self.book.db.execute_sql("DELETE FROM meta WHERE key = ?", (_name(press),))

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
            self._forget(unwanted)
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


def _name(press: Press) -> str:
    return MARKED + press.changes[-1]


def _end(entry: Entry) -> str:
    """The field in which the entry ends; empty for what takes no time."""
    return str(KINDS[entry.kind].ends or "")


def _time(entry: Entry) -> str:
    end = _end(entry)
    if not end:
        return f"{entry.when:%H:%M}"
    until = str(entry[end] or "")[11:16]
    return f"{entry.when:%H:%M}-{until}" if until else f"from {entry.when:%H:%M}"
