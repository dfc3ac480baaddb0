"""Several processes at one server at once, and processes that are killed while they use it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import read
from lsa_tui.sync.run import sync
from lsa_tui.sync.server import Server
from lsa_tui.sync.url import parse
from postgres import Cluster

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes with SIGKILL")

WORKER = """
import sys
from pathlib import Path
from lsa_tui import clock
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.sync.run import sync

folder, url, rounds, name = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
book = Book(Paths(folder, folder))
if book.focus is None:
    pupils.add(book, "K7")
for turn in range(rounds):
    for n in range(5):
        book.record("note", {"at": clock.to_text(book.now()), "text": f"{name} {turn} {n}"})
    done = sync(book, url)
    assert done.verified and not done.remaining
"""

KILLED = """
import os, signal, sys
from pathlib import Path
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.sync import driver, run

folder, url, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
count = 0

def counted(name):
    real = getattr(driver.Postgres, name)
    def call(*args, **more):
        global count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)
    setattr(driver.Postgres, name, call)

for name in ("execute_sql", "begin", "commit", "close"):
    counted(name)
run.sync(Book(Paths(folder, folder)), url)
"""


def start(script: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def opened(*folders: Path) -> list[Book]:
    return [Book(Paths(folder, folder)) for folder in folders]


def texts(book: Book) -> set[str]:
    return {one["text"] for one in read.of_kind(book.db, "note")}


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
