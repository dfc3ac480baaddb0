"""The same small sync against a small and a large store: its time, its memory, its calls on the shared file."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made_up
from bulk import put, say, timed
from homes import new_book
from lsa_tui.daybook.book import Book
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.run import sync

EACH_WAY = 50
CALLS, LOCKED = 120, 60
COUNTED = 9
"""Syncs whose calls are counted, for the median."""

KEY = bytes(range(32))
"""Of the homes that are encrypted."""

CHILD = """
import resource, sys
from pathlib import Path
from homes import new_book
from lsa_tui.sync.run import sync
book = new_book(Path(sys.argv[1]), pupil=None, tiles=False, key=bytes.fromhex(sys.argv[3]) or None)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = sync(book, sys.argv[2])
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(result.received, result.sent, result.verified, grown // 1024)
book.close()
"""
"""A sync in a process of its own; prints what it did and by how many MiB it grew."""

_LOCK = re.compile(r"F_SETLK.*l_type=(F_\w+).*l_start=(\d+|SQLITE\S*)")
_RESERVED = "1073741825"
"""The byte that SQLite locks from BEGIN IMMEDIATE to the end of the transaction."""


class Case:
    """One store with a home that holds all of it; both encrypted with `key`, plain without one."""

    def __init__(self, folder: Path, number: int, key: bytes | None = None) -> None:
        self.folder, self.number, self.key = folder, number, key
        folder.mkdir()
        self.shared = folder / "school.db"
        self.url = f"sqlite:///{self.shared}"
        if key is not None:  # who comes first makes the file and its key
            book = self._book()
            sync(book, self.url, ask=lambda _: "three green hats")
            book.close()
        self.put(made_up.chains(number), number)
        self.others = made_up.chains(1 << 40, seed=2, devices=1)

    def _book(self, **how: Any) -> Book:
        return new_book(self.folder / "home", tiles=False, key=self.key, **how)

    def put(self, changes: Iterator[dict[str, Any]], number: int) -> None:
        """Adds the next `number` changes to the shared file."""
        if self.key is None:
            put(self.shared, changes, number)
            return
        book = self._book(pupil=None)
        put(self.shared, changes, number, Opening(book, self.shared, keep=False))
        book.close()

    def first(self) -> tuple[float, int]:
        """The first sync of the home, in a process of its own: seconds, and MiB by which it grew."""
        began = time.perf_counter()
        said = self.child()
        assert said[:1] == [self.number], said
        spent = time.perf_counter() - began
        book = self._book()
        sync(book, self.url)  # with a pupil; and the copy of the day is made
        book.close()
        return spent, said[3]

    def child(self, *before: str) -> list[int]:
        """A sync in a process of its own, perhaps under another program."""
        command = [*before, sys.executable, "-c", CHILD, str(self.folder / "home"), self.url]
        command.append((self.key or b"").hex())
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment())
        return [int(one) if one.isdigit() else one == "True" for one in done.stdout.split()]

    def prepare(self) -> Book:
        """50 new on either side."""
        self.put(self.others, EACH_WAY)
        book = self._book(pupil=None)
        for n in range(EACH_WAY):
            book.record("note", {"at": "2026-11-24T10:42:00+00:00", "text": f"new here, the {n}th"})
        return book

    def once(self) -> float:
        """Seconds of a sync of 50 each way."""
        book = self.prepare()
        spent = timed(lambda: _checked(book, self.url))
        book.close()
        return spent

    def calls(self) -> tuple[int, int]:
        """Of such a sync: its calls on the shared file and its journal, and those while it held the lock."""
        self.prepare().close()
        log = self.folder / "calls"
        watched = [part for name in ("", "-journal") for part in ("-P", f"{self.shared}{name}")]
        said = self.child("strace", "-f", "-q", "-o", str(log), *watched)
        assert said[:3] == [EACH_WAY, EACH_WAY, True], said
        lines = log.read_text(errors="replace").splitlines()
        return len(lines), sum(1 for _ in _locked(lines))


def _checked(book: Book, url: str) -> None:
    result = sync(book, url)
    assert (result.received, result.sent, result.verified) == (EACH_WAY, EACH_WAY, True), result


def _locked(lines: list[str]) -> Iterator[str]:
    held = False
    for line in lines:
        found = _LOCK.search(line)
        if found and found[1] == "F_WRLCK" and found[2] == _RESERVED and line.endswith("= 0"):
            held = True
        if held:
            yield line
        if held and "F_UNLCK" in line:
            held = False


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def measure(folder: Path, small: int, large: int, runs: int) -> None:
    """Prints the figures of both stores."""
    cases = [Case(folder / f"of-{number}", number) for number in (small, large)]
    for case in cases:
        seconds, grown = case.first()
        print(f"  first sync of {case.number:,}: {seconds:.1f} s, the process grew by {grown} MiB", flush=True)
        case.once()  # also makes the day's copy
    found = [(cases[1].once(), cases[0].once()) for _ in range(runs)]
    ratio = statistics.median(a / b for a, b in found)
    ours, bare = (statistics.median(side) * 1000 for side in zip(*found, strict=True))
    say(f"50 new each way, a store of {large:,} / of {small:,}", ratio, 3.0, f"{ours:.0f} ms", f"{bare:.0f} ms")
    if shutil.which("strace") is None:
        print("  strace is not installed: no calls were counted")
        return
    cases.append(Case(folder / "encrypted", large, KEY))
    cases[-1].first()
    cases[-1].once()
    for case in cases:
        found = sorted(case.calls() for _ in range(COUNTED))
        calls, locked = found[COUNTED // 2]
        well = "ok" if calls <= CALLS and locked <= LOCKED else "ABOVE"
        what = f"  calls on the shared file of {case.number:,}{' encrypted' * (case.key is not None)}, and locked"
        # Where a page is full, its neighbours are written too.
        most = f"at most {found[-1][0]} and {max(one for _, one in found)} of {COUNTED} syncs"
        print(f"{what:<58} {calls} and {locked}  (limits {CALLS} and {LOCKED}, {well}; {most})", flush=True)
