"""Several processes at one shared file, and processes that are killed."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import log
from lsa_tui.sync.run import sync
from processes import WRITING, start
from sharing import texts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes with SIGKILL")

WORKER = f"{WRITING}    assert sync(book, url).verified\n"

KILLED = """
import os, signal, sys
from pathlib import Path
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import log
from lsa_tui.sync import copies, local, run, taking
from lsa_tui.sync.sqlite_file import SqliteFile

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(owner, name):
    before = getattr(owner, name)
    def dying(*args):
        before(*args)
        die()
    setattr(owner, name, dying)

folder, url, point = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if point == "in the shared transaction":
    after(SqliteFile, "add")
elif point == "sealed":
    after(local, "seal")
elif point == "in the local transaction":
    after(taking, "take_in")
elif point == "remembering":
    after(local, "remember")
elif point == "making the file":
    after(log, "set_meta")
elif point == "the file made":
    SqliteFile._recognise = die
elif point == "copying":
    after(copies, "safety_copy")

def progress(step):
    if point == step.phase or (point == "half sent" and step.phase == "sending" and step.done):
        die()

run.sync(Book(Paths(folder, folder)), url, progress=progress)
"""


def open_book(folder: Path) -> Book:
    return Book(Paths(folder, folder))


def test_four_devices_ten_times_at_once(tmp_path, shared, url, agree) -> None:
    folders = [tmp_path / f"device{n}" for n in range(4)]
    running = [start(WORKER, folder, url, 10, folder.name) for folder in folders]
    for process in running:
        assert process.communicate(timeout=120)[1] == ""
        assert process.returncode == 0
    books = [open_book(folder) for folder in folders]
    try:
        for book in books:
            sync(book, url)
        agree(*books)
        assert len(texts(books[0])) == 4 * 10 * 5
    finally:
        for book in books:
            book.close()
    with closing(sqlite3.connect(shared)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_syncs_of_one_home_at_once(tmp_path, url, agree) -> None:
    """A command, and the application on the same home."""
    folder, other = tmp_path / "home", tmp_path / "other"
    open_book(folder).close()
    running = [start(WORKER, folder, url, 8, name) for name in ("application", "command")]
    running.append(start(WORKER, other, url, 8, "other"))
    for process in running:
        assert process.communicate(timeout=120)[1] == ""
        assert process.returncode == 0
    books = [open_book(folder), open_book(other)]
    try:
        for book in (*books, *books):
            sync(book, url)
        agree(*books)
        assert len(texts(books[0])) == 3 * 8 * 5
        assert log.backlog(books[0].db) == 0
    finally:
        for book in books:
            book.close()


@pytest.mark.parametrize(
    "point",
    [
        "making the file",
        "the file made",
        "copying",
        "reading",
        "sealed",
        "in the shared transaction",
        "half sent",
        "checking",
        "taking in",
        "in the local transaction",
        "remembering",
    ],
)
def test_killed_in_the_middle_and_then_once_more(point, homes, tmp_path, shared, url, agree) -> None:
    one, two = homes("jt"), homes("lp")
    for book in (one, two):
        with book.step():
            for n in range(1100):
                book.record("note", {"at": "2026-11-24T10:42:00+00:00", "text": f"{book.initials} {n} {'long ' * 40}"})
    if point not in ("making the file", "the file made"):
        sync(one, url)
    two.close()
    process = start(KILLED, two.paths.data_folder, url, point)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == -signal.SIGKILL
    two = homes("lp")
    assert len(texts(two)) in (1100, 2200)
    done = sync(two, url)
    assert (done.verified, done.remaining) == (True, 0)
    sync(one, url)
    sync(two, url)
    agree(one, two)
    assert len(texts(one)) == 2200
    with closing(sqlite3.connect(shared)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_killed_at_any_moment(homes, url, agree) -> None:
    import random
    import time

    chance = random.Random(7)
    one, two = homes("jt"), homes("lp")
    one.close()
    for n in range(12):
        process = start(WORKER, one.paths.data_folder, url, 50, f"round {n}")
        time.sleep(0.15 + chance.random() * 0.4)
        process.kill()
        process.communicate()
        with two.step():
            two.record("note", {"at": "2026-11-24T10:42:00+00:00", "text": f"two {n}"})
        assert sync(two, url).verified
    one = homes("jt")
    for book in (one, two, one):
        assert sync(book, url).remaining == 0
    agree(one, two)
