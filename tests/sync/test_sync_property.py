"""Whatever three devices do in whatever order: nothing is lost, and all agree in the end.

The oracle is the list of what people did: each text they wrote and did not take back must be in the history of its
record on every device, and none that they took back. What was erased, and what was recorded of an erased pupil by
people who had not heard of it, is in no byte of any file.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bytes_of import files_with
from lsa_tui import clock
from lsa_tui.daybook import behaviours, entries, erasing, health, marks, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import NothingToUndo
from lsa_tui.paths import Paths
from lsa_tui.records import erasures, log, past, read
from lsa_tui.sync.run import sync
from sharing import agree

ACTIONS = (
    *("record", "record", "edit", "edit", "undo", "redo", "remove", "decide", "private", "clock", "sync", "sync"),
    *("erase", "erase pupil", "pupil"),
)
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(ACTIONS), st.integers(0, 30)), min_size=5, max_size=40
)  # fmt: skip
START = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)


@dataclass
class Written:
    """A text that a person wrote into a record, and whether they have taken it back. Private steps have no record."""

    row: str | None
    text: str
    seen: frozenset[str] = frozenset()
    """The erasures of the pupil that its writer knew of."""
    undone: bool = False


class Device:
    """One device, and what its person did on it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.book, self.url = Book(Paths(folder, folder)), url
        self.skew = timedelta()
        self.ticks = 0
        self.written: list[Written] = []
        self.erased: set[str | None] = set()
        self.at_step: dict[int | None, Written] = {}
        with self.now():
            pupils.add(self.book, "K7")
            self.wrote(None, "")
            behaviours.add(self.book, "p", "Praise", private=True)
            self.wrote(None, "")

    def now(self) -> Any:
        self.ticks += 1
        return patch.dict(os.environ, LSA_NOW=clock.to_text(START + self.skew + timedelta(seconds=self.ticks)))

    def wrote(self, row: str | None, text: str) -> None:
        self.written.append(Written(row, text, frozenset(one.uid for one in self.erasures())))
        self.at_step[log.last_step(self.book.db, undone=False)] = self.written[-1]

    def erasures(self) -> list[erasures.Erasure]:
        return [one for one in erasures.held(self.book.db) if one.pupil]

    def do(self, action: str, n: int, text: str) -> None:
        book = self.book
        notes = sorted(one.id for one in read.of_kind(book.db, "note"))
        if action in ("record", "private") and book.focus is None:
            return  # adding the pupil was undone
        if action == "record":
            self.wrote(book.record("note", {"at": clock.to_text(book.now()), "text": text}).id, text)
        elif action in ("edit", "remove") and notes:
            row = notes[n % len(notes)]
            book.revise(book.entry(row), {"text" if action == "edit" else "removed": text})
            self.wrote(row, text)
        elif action == "decide" and entries.conflicts(book):
            one = entries.conflicts(book)[0]
            field, choices = next(iter((one.conflict or {}).items()))
            entries.decide(book, one.id, field, choices[n % len(choices)]["value"])
            self.wrote(None, "")
        elif action == "private" and behaviours.at_letter(book, "p", None):
            marks.tally(book, "p")
            self.wrote(None, "")
        elif action in ("undo", "redo"):
            self.take_back(action == "undo")
        elif action == "clock":
            self.skew = timedelta(days=(0, -400, 3650, 0, 1)[n % 5], hours=n)
        elif action == "erase" and notes:
            self.erased.add(notes[n % len(notes)])
            erasing.erase_rows(book, [notes[n % len(notes)]], "by mistake")
        elif action == "erase pupil" and book.focus is not None and n % 3 == 0:
            erasing.erase_pupil(book, "K7", "left")
        elif action == "pupil":
            before = log.last_step(book.db, undone=False)
            pupils.add(book, "K7")
            if log.last_step(book.db, undone=False) != before:
                self.wrote(None, "")
        elif action == "sync":
            self.sync()

    def take_back(self, back: bool) -> None:
        step = log.last_step(self.book.db, undone=not back)
        try:
            (entries.undo if back else entries.redo)(self.book)
        except NothingToUndo:
            return
        self.at_step[step].undone = back

    def sync(self) -> None:
        result = sync(self.book, self.url)
        assert result.verified
        assert result.remaining == 0
        assert result.conflicts == len(entries.conflicts(self.book))


@given(STEPS)
@settings(
    max_examples=int(os.environ.get("LSA_SYNC_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_three_devices_in_any_order(steps: list[tuple[int, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/school.db"
        devices = [Device(Path(folder) / str(n), url) for n in range(3)]
        try:
            for number, (which, action, n) in enumerate(steps):
                with devices[which].now():
                    devices[which].do(action, n, f"text {number} of {which}.")
            for device in devices * 2:
                with device.now():
                    device.sync()
            _all_agree(devices, (Path(folder) / "school.db").read_bytes(), Path(folder))
        finally:
            for device in devices:
                device.book.close()


def _all_agree(devices: list[Device], shared: bytes, folder: Path) -> None:
    gone = _gone(devices)
    written = [one for device in devices for one in device.written if one.row]
    agree(*(device.book for device in devices))
    for book in (device.book for device in devices):
        for one in written:
            said = [text for change in past.history(book.db, str(one.row)) for text in (change["set"] or {}).values()]
            assert (one.text in said) is not (one.undone or one.row in gone)
        assert all(one.id.encode() not in shared for one in read.of_kind(book.db, "tally"))
    assert b"Praise" not in shared
    assert all((one.text.encode() in shared) is not (one.undone or one.row in gone) for one in written)
    erased = [one.text for one in written if one.row in gone]
    assert not erased or not files_with(folder, *erased)
    for book in (device.book for device in devices):
        assert [one.says for one in health.examine(book) if not one.well] == []


def _gone(devices: list[Device]) -> set[str | None]:
    """The records that were erased, or recorded of an erased pupil by somebody who had not seen that."""
    every = [one for device in devices for one in device.erasures()]
    rows = {row for device in devices for row in device.erased}
    written = [one for device in devices for one in device.written if one.row and not one.undone]
    return rows | {one.row for one in written if any(erasure.uid not in one.seen for erasure in every)}
