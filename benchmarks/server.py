"""Sending 1,000 changes to a PostgreSQL server of its own against sending them to a SQLite file."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from bulk import say, timed
from homes import new_book
from lsa_tui.sync.run import sync
from postgres import Cluster, why_not

NUMBER = 1000


def measure(folder: Path, runs: int) -> None:
    """The same home sends to a new store of either kind, in turn."""
    if why_not():
        print(f"  no server was measured: {why_not()}")
        return
    home = folder / "sender"
    book = new_book(home, tiles=False)
    with book.step():
        for n in range(NUMBER):
            book.record("note", {"at": "2026-11-24T10:42:00+00:00", "text": f"asked for help, the {n}th time"})
    book.close()
    found = []
    with Cluster() as server:
        for n in range(runs + 1):  # the first is not counted
            urls = (server.database(), f"sqlite:///{folder / f'sent-{n}.db'}")
            found.append(tuple(_sent(home, folder / f"sender-{n}-{place}", url) for place, url in enumerate(urls)))
    ratio = statistics.median(a / b for a, b in found[1:])
    ours, bare = (statistics.median(side) * 1000 for side in zip(*found[1:], strict=True))
    say(f"sending {NUMBER:,} to PostgreSQL / to a SQLite file", ratio, 2.5, f"{ours:.0f} ms", f"{bare:.0f} ms")


def _sent(home: Path, copy: Path, url: str) -> float:
    shutil.copytree(home, copy)
    book = new_book(copy, pupil=None, tiles=False)
    sync_seconds = timed(lambda: sync(book, url))
    book.close()
    shutil.rmtree(copy)
    return sync_seconds
