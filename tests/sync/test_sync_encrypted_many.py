"""Several encrypted devices at once: making one store, sharing through it, and a key that changes under them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import read
from lsa_tui.sync import keys, rekeying
from lsa_tui.sync.run import sync

PASS, NEW = "two red buckets", "a yellow spade"

WORKER = """
import sys
from pathlib import Path
from lsa_tui import clock
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError
from lsa_tui.paths import Paths
from lsa_tui.sync import joining, run
from lsa_tui.vault import keyfile

keyfile.ARGON2 |= {"memory_kib": 64, "passes": 1}
folder, url, rounds, words = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]
key = None if folder.name == "plain" else folder.name.encode().ljust(32, b"-")
book = Book(Paths(folder, folder), key=key)
if book.focus is None:
    pupils.add(book, "K7")
if len(words) > 1:
    run.sync(book, url, ask=lambda _: words[0])
print("ready", flush=True)
sys.stdin.readline()
for turn in range(rounds):
    for n in range(5):
        book.record("note", {"at": clock.to_text(book.now()), "text": f"{folder.name} {turn} {n}"})
    try:
        assert run.sync(book, url, ask=lambda _: words[0]).verified
    except LsaError as problem:
        assert "damaged" not in str(problem), problem
        if "put a new one in its place" in str(problem):
            continue
        assert len(words) > 1 and ("was changed" in str(problem) or "lsa shared join" in str(problem)), problem
        joining.join(book, lambda _: words[1], url)
"""


def open_book(folder: Path) -> Book:
    key = None if folder.name == "plain" else folder.name.encode().ljust(32, b"-")
    return Book(Paths(folder, folder), key=key)


def started(folder: Path, url: str, rounds: int, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(folder), url, str(rounds), *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def ended(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        said = process.communicate(timeout=120)[1]
        assert said == "", said[-600:]
        assert process.returncode == 0


@pytest.mark.parametrize("turn", range(3))
def test_four_devices_make_one_store_at_once(turn, tmp_path, shared, url, agree) -> None:
    folders = [tmp_path / f"device{n}" for n in range(4)]
    running = [started(folder, url, 4, PASS) for folder in folders]
    for process in running:
        process.stdin.write("\n")
        process.stdin.flush()
    ended(running)
    books = [open_book(folder) for folder in folders]
    try:
        for book in books:
            sync(book, url)
        agree(*books)
        assert len(list(read.of_kind(books[0].db, "note"))) == 4 * 4 * 5
        assert len({keys.held(book)[0].key for book in books}) == 1
        assert b"device" not in shared.read_bytes()
    finally:
        for book in books:
            book.close()


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be replaced elsewhere")
@pytest.mark.parametrize("name", ["device", "plain"])
def test_a_key_that_changes_while_others_sync(name, tmp_path, homes, url, agree) -> None:
    """Another key for an encrypted store, and the first one for a plain store."""
    mine = homes("jt", encrypted=name != "plain")
    sync(mine, url, ask=lambda _: PASS)
    folder = tmp_path / name
    process = started(folder, url, 12, PASS, NEW)
    process.stdin.write("\n")
    process.stdin.flush()
    rekeying.rekey(mine, lambda: NEW, url)
    ended([process])
    other = open_book(folder)
    try:
        for book in (other, mine, other):
            assert sync(book, url, ask=lambda _: NEW).verified
        agree(other, mine)
        assert len(list(read.of_kind(mine.db, "note"))) == 12 * 5
    finally:
        other.close()
