"""Whatever a cloud client does to the copies of a shared folder, in whatever order: nothing is lost, and all agree.

The oracle is the list of what people wrote: each text that was not taken back or erased is in the history of its
record on every device, and none that was taken back or erased; what was erased is in no file of any copy.
"""

from __future__ import annotations

import os
import random
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud import HOWS, Cloud
from lsa_tui import clock
from lsa_tui.daybook import entries, erasing, health, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import NothingToUndo
from lsa_tui.paths import Paths
from lsa_tui.records import log, past, read
from lsa_tui.sync import folder_disk, folder_files, keys
from lsa_tui.sync.run import sync
from sharing import agree

ACTIONS = (*("record", "record", "edit", "undo", "erase", "day", "sync", "sync", "sync"), *(["deliver"] * 8))
STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTIONS), st.sampled_from(HOWS)), min_size=8, max_size=60)
START = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
PASS = "two red buckets"


class Device:
    """One device, its copy of the folder, and what its person wrote: record to texts."""

    def __init__(self, folder: Path, copy: Path, encrypted: bool) -> None:
        key = folder.name.encode().ljust(32, b"-") if encrypted else None
        self.book, self.url = Book(Paths(folder, folder), None, key), f"folder:///{copy}"
        self.ticks, self.days = 0, 0
        self.written: dict[str, str] = {}
        self.taken_back: set[str] = set()
        self.erased: set[str] = set()
        self.last = ""

    def now(self) -> Any:
        self.ticks += 1
        moment = START + timedelta(days=self.days, seconds=self.ticks)
        return patch.dict(os.environ, LSA_NOW=clock.to_text(moment))

    def do(self, action: str, text: str, chance: random.Random) -> None:
        book = self.book
        notes = sorted(one.id for one in read.of_kind(book.db, "note"))
        if action == "record":
            self.written[text] = book.record("note", {"at": clock.to_text(book.now()), "text": text}).id
            self.last = text
        elif action == "edit" and notes:
            row = chance.choice(notes)
            book.revise(book.entry(row), {"text": text})
            self.written[text], self.last = row, text
        elif action == "undo":
            with suppress(NothingToUndo):
                entries.undo(book)
                self.taken_back.add(self.last)
                self.last = next((one for one in reversed(self.written) if one not in self.taken_back), "")
        elif action == "erase" and notes:
            row = chance.choice(notes)
            erasing.erase_rows(book, [row], "by mistake")
            self.erased.add(row)
        elif action == "day":
            self.days += 1
        elif action == "sync":
            self.sync()

    def sync(self) -> None:
        result = sync(self.book, self.url, ask=lambda _: PASS)
        assert result.verified
        assert result.remaining == 0


@given(STEPS, st.integers(0, 999), st.booleans())
@settings(
    max_examples=int(os.environ.get("LSA_FOLDER_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_three_copies_and_a_client_that_does_as_it_likes(
    steps: list[tuple[int, str, str]], seed: int, encrypted: bool
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        chance, folder = random.Random(seed), Path(name)
        cloud = Cloud([folder / f"copy{n}" for n in range(3)], chance)
        devices = [Device(folder / f"home{n}", folder / f"copy{n}", encrypted) for n in range(3)]
        try:
            for device in devices:
                with device.now():
                    pupils.add(device.book, "K7")
                    log.keep(device.book.db)
                    device.sync()  # the first of them makes the store
                cloud.settle()
            for number, (which, action, how) in enumerate(steps):
                if action == "deliver":
                    cloud.deliver(how)
                else:
                    with devices[which].now():
                        devices[which].do(action, f"text {number} of {which}.", chance)
            for _ in range(3):
                cloud.settle()
                for device in devices:
                    with device.now():
                        device.sync()
            cloud.settle()
            _all_agree(devices, cloud)
        finally:
            for device in devices:
                device.book.close()


def _all_agree(devices: list[Device], cloud: Cloud) -> None:
    first = devices[0].book
    erased = {row for device in devices for row in device.erased}
    agree(*(device.book for device in devices))
    for book in (device.book for device in devices):
        for device in devices:
            for text, row in device.written.items():
                said = [one for change in past.history(book.db, row) for one in (change["set"] or {}).values()]
                assert (text in said) is not (text in device.taken_back or row in erased)
        if book.plain:  # a key of a test has no file
            assert [one.says for one in health.examine(book) if not one.well] == []
    held = keys.held(first)
    for copy in cloud.copies:
        bodies = _bodies(copy, held[0].key if held else None)
        for device in devices:
            for text, row in device.written.items():
                gone = text in device.taken_back or row in erased
                assert (f'"{text}"' in bodies) is not gone


def _bodies(copy: Path, key: bytes | None) -> str:
    """All that is written in the files of a copy, whether it counts or not."""
    found = []
    for one in folder_disk.listed(copy):
        with suppress(folder_files.NotWhole):
            content = folder_files.read(copy / one.name, key)
            found += [change["body"] or "" for run in content.changes for change in run]
    return "\n".join(found)
