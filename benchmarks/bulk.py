"""A first sync and the merge of many changes, against raw SQL that does the same (raw.py)."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import made_up
import raw
from homes import new_book
from lsa_tui.records.fold import COLUMNS
from lsa_tui.records.store import Store
from lsa_tui.sync import copies
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.run import sync
from lsa_tui.sync.sqlite_file import SqliteFile

MANY = 100_000
DATABASE = "records.db"


def say(what: str, ratio: float, limit: float | None, ours: str, bare: str) -> None:
    """One figure: its ratio, the limit, and both absolutes."""
    verdict = "" if limit is None else f"(limit {limit:.2f}, {'ok' if ratio <= limit else 'ABOVE'})   "
    print(f"{what:<58} {ratio:5.2f}  {verdict}{ours} / {bare}", flush=True)


def put(shared: Path, changes: Iterator[dict[str, Any]], number: int, opening: Opening | None = None) -> None:
    """Adds the next `number` changes to a shared file, as a push does; `opening` finds the key of an encrypted one."""
    store = SqliteFile(shared)
    store.opening = opening
    store.open(made_up=False, create=True)
    left = number
    while left > 0 and (chunk := list(islice(changes, min(left, 5000)))):
        with store.pushing():
            store.add(chunk)
        left -= len(chunk)
    store.close()


def timed(work: Callable[[], object]) -> float:
    """Seconds of it."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def records(database: Path) -> dict[str, tuple[Any, ...]]:
    """The table of records, its JSON read."""
    store = Store(database)
    found = store.db.execute_sql(f"SELECT {', '.join(COLUMNS)} FROM record").fetchall()
    store.close()
    return {row[0]: (*row[:-1], json.loads(row[-1])) for row in found}


def compared(what: str, limit: float | None, shared: Path, home: Path, folder: Path, runs: int) -> None:
    """A sync of a copy of `home` against raw SQL on a copy of its database, in turn."""
    found, bares = [], []
    for n in range(runs):
        ours, theirs, only = (folder / f"{name}-{n}" for name in ("ours", "raw", "bare"))
        for copy in (ours, theirs, only):
            shutil.copytree(home, copy)
        book = new_book(ours, pupil=None, tiles=False)
        spent = timed(lambda book=book: sync(book, f"sqlite:///{shared}"))
        book.close()
        found.append((spent, raw.merge(shared, theirs / DATABASE)))
        bares.append(raw.bare(shared, only / DATABASE))
        if not n:
            mine, other = records(ours / DATABASE), records(theirs / DATABASE)
            assert mine == other, "or nothing is compared"
        for copy in (ours, theirs, only):
            shutil.rmtree(copy)
    ratio = statistics.median(a / b for a, b in found)
    ours, bare = (statistics.median(side) for side in zip(*found, strict=True))
    say(what, ratio, limit, f"{ours:.2f} s", f"{bare:.2f} s")
    print(f"{'  the same / a bare INSERT ... SELECT':<58} {ours / statistics.median(bares):5.2f}", flush=True)


def measure(folder: Path, runs: int, number: int = MANY) -> None:
    """A first sync of a new device, and the merge of as many changes into a home that holds as many.

    Of a large database there is one safety copy a day. The first merge finds it made, the second one makes it.
    """
    shared, new, old = folder / "school.db", folder / "new", folder / "old"
    changes = made_up.chains(2 * number)
    put(shared, changes, number)
    for home in (new, old):
        book = new_book(home, pupil=None, tiles=False)
        if home is old:
            sync(book, f"sqlite:///{shared}")
            copies.safety_copy(book)
        book.close()
    compared(f"first sync of {number:,} / raw SQL that does the same", 1.5, shared, new, folder, runs)
    put(shared, changes, number)
    compared(f"merge of {number:,} / raw SQL that does the same", 1.3, shared, old, folder, runs)
    shutil.rmtree(old / "backups")
    compared("  with the safety copy of the day", None, shared, old, folder, runs)
