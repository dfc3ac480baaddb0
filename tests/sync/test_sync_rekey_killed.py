"""A change of the shared key that is killed at every step: one of two states is whole, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from random import Random

import pytest

import processes
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, SyncIncomplete
from lsa_tui.records import read
from lsa_tui.sync import joining, keys, rekeying
from lsa_tui.sync.run import sync
from lsa_tui.vault.keyfile import KeyFile
from sharing import NEW, PASS, asked, note

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes with SIGKILL")

KILLED = """
import os, signal, sys
from pathlib import Path
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.sync import keys, rekeying
from lsa_tui.sync.sqlite_file import SqliteFile
from lsa_tui.vault import keyfile

keyfile.ARGON2 |= {"memory_kib": 64, "passes": 1}
folder, url, new, key, point = Path(sys.argv[1]), *sys.argv[2:6]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def dying(owner, name, before, nth=1):
    real, count = getattr(owner, name), []
    def called(*args, **more):
        count.append(1)
        if before and len(count) == nth:
            die()
        found = real(*args, **more)
        if len(count) == nth:
            die()
        return found
    setattr(owner, name, called)

STEPS = {
    "before anything": (keys, "remember", True, 1),
    "the new key remembered": (keys, "remember", False, 1),
    "before the file of keys": (keys, "write", True, 1),
    "the new key named": (keys, "write", False, 1),
    "before the store": (SqliteFile, "change_key", True, 1),
    "the store changed": (SqliteFile, "change_key", False, 1),
    "before the new key alone is named": (keys, "write", True, 2),
    "the new key alone named": (keys, "write", False, 2),
    "before the new key is in force here": (keys, "remember", True, 2),
    "the new key in force here": (keys, "remember", False, 2),
    "a copy begun": (SqliteFile, "fill", True, 1),
    "a copy made": (SqliteFile, "fill", False, 1),
    "before the copy is in place": (rekeying, "_put_in_place", True, 1),
    "the copy in place": (rekeying, "_put_in_place", False, 1),
}
if point in STEPS:
    dying(*STEPS[point])
print("go", flush=True)
rekeying.rekey(Book(Paths(folder, folder), key=bytes.fromhex(key)), lambda: new, url)
"""

CHANGING = [
    "before anything",
    "the new key remembered",
    "before the file of keys",
    "the new key named",
    "before the store",
    "the store changed",
    "before the new key alone is named",
    "the new key alone named",
    "before the new key is in force here",
    "the new key in force here",
]
ENCRYPTING = [
    "before anything",
    "the new key remembered",
    "a copy begun",
    "a copy made",
    "before the copy is in place",
    "the copy in place",
    "before the file of keys",
    "the new key named",
    "before the new key is in force here",
]


def start(book: Book, url: str, point: str) -> subprocess.Popen[str]:
    assert book.key
    return processes.start(KILLED, book.paths.data_folder, url, NEW, book.key.hex(), point)


def killed(book: Book, url: str, point: str) -> None:
    book.close()
    process = start(book, url, point)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == -signal.SIGKILL
    book.store.connect()


def reach(book: Book, url: str) -> bool:
    """Syncs; where the key was changed it joins with the new passphrase first. Returns whether it had to."""
    said = refusal(book, url)
    if said:
        assert "damaged" not in said
        joining.join(book, asked(NEW), url)
        assert sync(book, url).verified
    return bool(said)


def refusal(book: Book, url: str) -> str:
    try:
        assert sync(book, url).verified
    except (SyncIncomplete, Locked) as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize("point", CHANGING)
@pytest.mark.parametrize("other_first", [False, True])
def test_killed_while_the_key_is_changed(other_first, point, homes, url, shared, agree) -> None:
    one, two = homes("jt", encrypted=True), homes("lp", encrypted=True)
    for book in (one, two, one):
        note(book, f"of {book.initials}")
        sync(book, url, ask=asked(PASS))
    old = keys.held(two)[0].key
    killed(one, url, point)
    note(two, "written meanwhile")
    if other_first:
        reach(two, url)
    assert not reach(one, url), "the device that changed the key is never shut out"
    reach(two, url)
    reach(one, url)
    agree(one, two)
    assert len({entry["text"] for entry in read.of_kind(one.db, "note")}) == 3  # its own twice the same
    # And it can be done again, to the end.
    rekeying.rekey(one, lambda: "another blue boat", url)
    made = KeyFile.read(keys.beside(shared))
    assert made.next is None
    assert made.key_id == keys.held(one)[0].key_id
    assert [held.coming for held in keys.held(one)].count(True) == 0
    assert old not in [held.key for held in keys.held(one) if not held.old]
    with pytest.raises(SyncIncomplete, match="join again"):
        sync(two, url)
    joining.join(two, asked("another blue boat"), url)
    assert sync(two, url).verified


@pytest.mark.parametrize("point", ENCRYPTING)
def test_killed_while_a_plain_store_is_encrypted(point, homes, url, shared, agree) -> None:
    plain, real = homes("plain"), homes("mb", encrypted=True)
    note(plain, "Zanzibar of the plain one")
    sync(plain, url)
    killed(real, url, point)
    said = refusal(real, url)
    if said:
        assert "is not encrypted" in said
        note(plain, "Zanzibar, still shared")
        assert sync(plain, url).verified
        rekeying.rekey(real, lambda: NEW, url)
        sync(real, url)
    reach(plain, url)
    assert sync(real, url).verified
    agree(plain, real)
    assert b"Zanzibar" not in b"".join(path.read_bytes() for path in shared.parent.iterdir())
    assert sorted(path.name for path in shared.parent.iterdir()) == ["school.db", "school.db.keys"]


def test_killed_at_any_moment_of_it(homes, url, agree) -> None:
    chance = Random(11)
    one, two = homes("jt", encrypted=True), homes("lp", encrypted=True)
    with one.step():
        for n in range(2500):
            note(one, f"{n} {'long ' * 60}")
    for book in (one, two, one):
        sync(book, url, ask=asked(PASS))
    for _ in range(6):
        one.close()
        process = start(one, url, "none")
        assert process.stdout
        assert process.stdout.readline() == "go\n"
        time.sleep(chance.random() * 0.3)
        process.kill()
        process.communicate()
        one.store.connect()
        assert sync(one, url).verified
    reach(two, url)
    sync(one, url)
    agree(one, two)
