"""What encryption costs: an encrypted copy of a home against the plain one, in one run; called by bench.py."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from lsa_tui import paths
from lsa_tui.daybook import marks
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from lsa_tui.records.store import Store
from lsa_tui.vault import change, cipher, home

PASSPHRASE = "made up for measuring"
DURABLE = 300
"""Marks committed per home without a screen."""
OPENINGS = 60
ROUNDS = 3
ADDED = 5.0
"""Milliseconds that opening with the raw key may add."""

Press = Callable[..., list[float]]


def measure(plain: Path, number: int, press: Press) -> None:
    """Prints the ratios and both absolutes; `number` keys are pressed on each home."""
    copy = plain.with_name(f"{plain.name}-encrypted")
    shutil.copytree(plain, copy)
    key = change.encrypt(paths.find(str(copy)), PASSPHRASE).key
    home.told(paths.find(str(copy)))  # or the screens begin with the recovery key
    assert cipher.is_plain(paths.find(str(plain)).database)
    assert not cipher.is_plain(paths.find(str(copy)).database), "or nothing is compared"
    opening(plain, copy, key)
    durable(plain, copy, key)
    tapped(plain, copy, number, press)


def opening(plain: Path, copy: Path, key: bytes) -> None:
    """Opening the database and reading one record, with the raw key and without; modules are loaded before."""

    def once(home: Path, key: bytes | None) -> float:
        began = time.perf_counter()
        store = Store(paths.find(str(home)).database, key)
        read.of_kind(store.db, "pupil")
        spent = time.perf_counter() - began
        store.close()
        return spent

    once(plain, None), once(copy, key)
    found = [(once(copy, key), once(plain, None)) for _ in range(OPENINGS)]
    added = statistics.median(a - b for a, b in found) * 1000
    ours, bare = (statistics.median(side) * 1000 for side in zip(*found, strict=True))
    verdict = "ok" if added < ADDED else "ABOVE"
    print(f"{'opening with the raw key adds':<52} {added:5.2f} ms  (limit {ADDED} ms, {verdict})", end="")
    print(f"   {ours:.1f} ms / {bare:.1f} ms", flush=True)


def durable(plain: Path, copy: Path, key: bytes) -> None:
    """A mark from the daybook's call to its commit, in turn on both homes."""
    books = [Book(paths.find(str(copy)), key=key), Book(paths.find(str(plain)))]
    spent: list[list[float]] = [[], []]
    for n in range(DURABLE + 10):
        for book, times in zip(books, spent, strict=True):
            began = time.perf_counter()
            marks.tally(book, "h")
            if n >= 10:
                times.append(time.perf_counter() - began)
    for book in books:
        book.close()
    report("a mark to committed, encrypted / plain", *spent)


def tapped(plain: Path, copy: Path, number: int, press: Press) -> None:
    """Key -> durable -> painted in a real terminal, on the encrypted home with the limits of the plain one."""
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):  # in turn, so that a machine that slows down slows both
        ours += press(copy, number // ROUNDS, LSA_PASSPHRASE=PASSPHRASE)
        bare += press(plain, number // ROUNDS)
    for name, value, limit in (
        ("key to committed to painted, encrypted: median", statistics.median(ours), 16.7),
        ("key to committed to painted, encrypted: p95", statistics.quantiles(ours, n=20)[-1], 33.0),
    ):
        print(f"{name:<52} {value * 1000:5.1f} ms  (limit {limit} ms, {'ok' if value * 1000 <= limit else 'ABOVE'})")
    report("  encrypted / plain", ours, bare)


def report(what: str, ours: list[float], bare: list[float]) -> None:
    """The ratio of the medians, and both."""
    mine, other = statistics.median(ours), statistics.median(bare)
    print(f"{what:<52} {mine / other:5.2f}   {mine * 1000:.2f} ms / {other * 1000:.2f} ms", flush=True)
