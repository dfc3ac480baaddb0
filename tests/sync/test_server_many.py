"""Several processes at one server at once, and processes that are killed while they use it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from lsa_tui.address import parse
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.sync.run import sync
from lsa_tui.sync.server import Server
from postgres import Cluster
from processes import COUNTED, WRITING, start
from sharing import texts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes with SIGKILL")

WORKER = (
    WRITING
    + """
    done = sync(book, url)
    assert done.verified and not done.remaining
"""
)

KILLED = (
    COUNTED
    + """
import sys
from pathlib import Path
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.sync import driver, run

folder, url, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for name in ("execute_sql", "begin", "commit", "close"):
    counted(driver.Postgres, name)
run.sync(Book(Paths(folder, folder)), url)
"""
)


def opened(*folders: Path) -> list[Book]:
    return [Book(Paths(folder, folder)) for folder in folders]


def test_eight_devices_at_once_without_an_error(tmp_path: Path, postgres: Cluster, agree) -> None:
    """All of them begin with no store there: one makes it."""
    url, rounds = postgres.database(), 3
    folders = [tmp_path / f"device{n}" for n in range(8)]
    running = [start(WORKER, folder, url, rounds, folder.name) for folder in folders]
    for process in running:
        assert process.communicate(timeout=240)[1] == ""
        assert process.returncode == 0
    books = opened(*folders)
    for book in books:
        sync(book, url)
    agree(*books)
    assert len(texts(books[0])) == 8 * rounds * 5
    for book in books:
        book.close()


def test_a_device_that_is_killed_leaves_nothing_half_and_keeps_nobody_waiting(
    homes, tmp_path: Path, postgres: Cluster, agree
) -> None:
    url = postgres.database()
    two = homes("mb")
    killed = 0
    for number in range(1, 60):
        one = homes("jt")
        one.record("note", {"at": "2026-11-24T09:00:00+00:00", "text": f"T{number}"})
        one.close()
        if number % 3 == 1:
            process = start(KILLED, tmp_path / "jt", url, number)
            assert not process.communicate(timeout=60)[1]
            killed += process.returncode == -signal.SIGKILL
            if process.returncode == 0:
                break
            server = Server(parse(url).address, patience_ms=5000)
            server.open(made_up=False, create=True)
            with server.pushing():
                pass  # nobody holds the lock
            server.close()
            assert sync(two, url).remaining == 0
    assert killed > 6
    one = homes("jt")
    sync(one, url)
    sync(two, url)
    sync(one, url)
    agree(one, two)
    assert len(texts(two)) == number
