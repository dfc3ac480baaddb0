"""Damage to a shared file: nothing altered is believed, and the file is set aside and filled again by the devices."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

import damaging
from lsa_tui import clock
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.records import log, read
from lsa_tui.sync import keys, rekeying, setting_aside
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.run import sync
from lsa_tui.sync.sqlite_file import SqliteFile
from sharing import note

TIMES = 200
PASS = "two red buckets"


@pytest.fixture
def one(homes, url) -> Book:
    book = homes("jt", encrypted=True)
    with book.step():
        for n in range(150):
            book.record("note", {"at": clock.to_text(book.now()), "text": f"number {n} {'words ' * 30}"})
    sync(book, url, ask=lambda _: PASS)
    return book


def everything_there(book: Book, path: Path) -> tuple[dict, list]:
    """All that a sync would read of a shared file."""
    shared = SqliteFile(path)
    shared.opening = Opening(book, path, keep=False, given=keys.held(book)[0])
    try:
        about = shared.open(made_up=False, create=False)
        if not about.hub_id:
            return {}, []
        heads = shared.heads()
        changes = [one for dev, (last, _) in sorted(heads.items()) for one in shared.changes(dev, 0, last, 1 << 30)]
        return heads, changes
    finally:
        shared.close()


def read_or_refused(book: Book, path: Path) -> tuple[dict, list] | str:
    try:
        return everything_there(book, path)
    except SyncIncomplete as problem:
        return str(problem)


def flipped(content: bytes, chance: Random) -> bytes:
    bent = bytearray(content)
    bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
    return bytes(bent)


def cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content))]


@pytest.mark.parametrize("harm", [flipped, cut])
def test_what_is_read_of_a_damaged_file_is_true_or_refused(harm, one, shared) -> None:
    chance, content, true = Random(3), shared.read_bytes(), everything_there(one, shared)
    assert len(true[1]) == 151
    came: Counter[str] = Counter()
    for _ in range(TIMES):
        shared.write_bytes(harm(content, chance))
        found = read_or_refused(one, shared)
        if isinstance(found, str):
            assert "damaged" in found
            came["refused"] += 1
        else:
            assert found == true, "an altered page was believed"
            came["true"] += 1
    assert came["refused"] > TIMES * 0.6  # where it was read as true, a page was hit that a sync does not read


@pytest.mark.parametrize("harm", [flipped, cut])
def test_a_sync_with_a_damaged_file_takes_in_nothing_false(harm, homes, one, shared, url) -> None:
    chance, content = Random(5), shared.read_bytes()
    held = keys.held(one)[0]
    new = homes("new", pupil=None, encrypted=True)
    keys.remember(new, held)
    true = set(notes(one))
    for _ in range(12):
        shared.write_bytes(harm(content, chance))
        with suppress(SyncIncomplete):
            sync(new, url)
        assert set(notes(new)) <= true
    assert setting_aside.kept(shared)  # under their dates, and a new one is in the place
    sync(one, url)
    sync(new, url)
    assert log.shareable_heads(new.db) == log.shareable_heads(one.db)
    assert notes(new) == notes(one)


def notes(book: Book) -> list[tuple]:
    return book.db.execute_sql("SELECT uid, kind, at_text, data FROM record WHERE own = 0 ORDER BY uid").fetchall()


# What a device does about it


DAMAGE = {
    "its first page": lambda content: os.urandom(4096) + content[4096:],
    "its first bytes": lambda content: os.urandom(16) + content[16:],
    "cut to 60 %": lambda content: content[: len(content) * 6 // 10],
    "cut to a part of a page": lambda content: content[:3000],
    "a name in its first page": lambda content: content.replace(b"change_uid", b"chang\xa0\xff\xfeid").replace(
        b"CREATE UNIQUE", b"CREATE\xa0\xa0\xa0IQUE"
    ),
    "a page in the middle": damaging.with_a_bad_page,
}


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_file_is_set_aside_filled_again_and_announced(case, encrypted, homes, url, shared, agree) -> None:
    first, second = homes("lp", encrypted=encrypted), homes("mb", encrypted=encrypted)
    for book in (first, second):
        with book.step():
            for n in range(60):
                book.record("note", {"at": clock.to_text(book.now()), "text": f"{book.initials} {n} {'words ' * 30}"})
    for book in (first, second, first):
        sync(book, url, ask=lambda _: PASS)
    first.record("note", {"at": clock.to_text(first.now()), "text": "not shared yet"})
    bent = DAMAGE[case](shared.read_bytes())
    if bent == shared.read_bytes():
        pytest.skip("no name can be read in it")
    shared.write_bytes(bent)
    said = sync(first, url, ask=nobody)
    kept = setting_aside.kept(shared)
    assert [one.read_bytes() for one in kept] == [bent]
    assert said.verified
    assert said.remaining == 0
    assert (
        f"the shared file was damaged; it is kept as {kept[0].name} and was filled again from this device; the others "
        "add theirs when they sync"
    ) in said.says
    assert sync(second, url, ask=nobody).remaining == 0
    agree(first, second)
    assert setting_aside.kept(shared) == kept


def nobody(needed: keys.NeedsPassphrase) -> str:
    pytest.fail("nobody is asked for the key again")


def test_also_after_the_key_was_changed(homes, one, url, shared) -> None:
    rekeying.rekey(one, lambda: "three blue lamps", url)
    content = shared.read_bytes()
    shared.write_bytes(os.urandom(4096) + content[4096:])
    assert "was damaged; it is kept as" in sync(one, url, ask=nobody).says
    assert len(setting_aside.kept(shared)) == 1


BENT = "UPDATE change SET body = replace(body, 'number 30', 'number 99')"


@pytest.mark.parametrize(("harm", "left"), [(BENT, 30), ("DROP TABLE head", 40), ("UPDATE head SET seq = 'many'", 40)])
def test_what_only_the_damaged_file_held_is_saved(harm, left, homes, url, shared) -> None:
    """Its author's device is gone for good; what it had sent is read up to the first change that is damaged."""
    lost, other = homes("lp"), homes("mb")
    sync(other, url)
    for n in range(40):
        lost.record("note", {"at": clock.to_text(lost.now()), "text": f"number {n}"})
    sync(lost, url)
    spoil(shared, harm)
    said = sync(other, url)
    assert {one["text"] for one in read.of_kind(other.db, "note")} == {f"number {n}" for n in range(left)}
    assert said.received == left + 1  # with the pupil
    assert "was damaged" in said.says
    new = homes("new", pupil=None)
    sync(new, url)
    assert len(list(read.of_kind(new.db, "note"))) == left


def test_what_only_the_damaged_file_held_of_a_branch_is_saved(homes, url, shared) -> None:
    """A copied home, whose twin is gone for good: the branch is put in order with what remains of the file."""
    lost, first = homes("lp"), homes("mb")
    sync(lost, url)
    sync(first, url)
    first.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    folder = first.paths.data_folder.with_name("twin")
    folder.mkdir()
    shutil.copy(first.paths.database, folder / "records.db")
    twin = homes("twin", "MB", pupil=None)
    for book, words in ((first, "by the first"), (twin, "by the twin")):
        book.record("note", {"at": clock.to_text(book.now()), "text": words})
    sync(twin, url)
    spoil(shared, "DROP TABLE head")
    assert "was damaged" in sync(first, url).says
    assert {one["text"] for one in read.of_kind(first.db, "note")} == {"by the first", "by the twin"}
    new = homes("new", pupil=None)
    sync(new, url)
    assert len(list(read.of_kind(new.db, "note"))) == 2


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in ("DROP TRIGGER change_stays", "DROP TRIGGER change_is_immutable", *statements):
            connection.execute(statement)


SPOILT = {
    "a text": "UPDATE change SET body = replace(body, 'number 3', 'number 9')",
    "a change gone": "DELETE FROM change WHERE body LIKE '%number 3%'",
    "a text gone": "UPDATE change SET body = NULL, salt = NULL WHERE body LIKE '%number 3%'",
    "a head ahead": "UPDATE head SET seq = seq + 3",
    "a head bent": "UPDATE head SET chain = 'x'",
    "a head that is no number": "UPDATE head SET seq = 'many'",
    "no heads": "DROP TABLE head",
    "no changes": "DROP TABLE change",
    "no facts": "DELETE FROM meta",
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_store_spoilt_by_other_hands_is_healed(case, homes, url, shared, agree) -> None:
    first, second = homes("lp"), homes("mb")
    sync(second, url)
    for n in range(6):
        first.record("note", {"at": clock.to_text(first.now()), "text": f"number {n}"})
    sync(first, url)
    spoil(shared, SPOILT[case])
    for book in (second, first, second):
        assert sync(book, url).remaining == 0
    agree(first, second)
    assert len(list(read.of_kind(second.db, "note"))) == 6
    new = homes("new", pupil=None)
    sync(new, url)
    agree(first, new)


NOT_OURS = {
    "a photo": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40,
    "a letter": b"Dear parents, " * 400,
}


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize("case", NOT_OURS)
def test_a_file_named_by_mistake_is_never_renamed(case, encrypted, homes, tmp_path) -> None:
    book = homes("jt", encrypted=encrypted)
    file = tmp_path / "share" / "named by mistake"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(NOT_OURS[case])
    for _ in range(2):
        with pytest.raises(LsaError):
            sync(book, f"sqlite:///{file}", ask=lambda _: PASS)
    assert file.read_bytes() == NOT_OURS[case]
    assert [one.name for one in file.parent.iterdir()] == ["named by mistake"]


def test_another_program_s_database_in_the_place_is_never_renamed(homes, url, shared) -> None:
    book = homes("jt")
    sync(book, url)
    shared.unlink()
    with closing(sqlite3.connect(shared)) as connection, connection:
        connection.execute("CREATE TABLE contacts (name)")
    before = shared.read_bytes()
    with pytest.raises(SyncIncomplete, match="another program"):
        sync(book, url)
    assert shared.read_bytes() == before
    assert not setting_aside.kept(shared)


def test_somebody_else_s_store_is_not_mixed_with_this_home(homes, url, shared) -> None:
    book, stranger = homes("jt"), homes("mb")
    sync(book, url)
    shared.unlink()
    sync(stranger, url)
    before = shared.read_bytes()
    with pytest.raises(SyncIncomplete, match="another shared store than the one that was there"):
        sync(book, url)
    assert shared.read_bytes() == before
    assert log.read_heads(book.db).keys() & log.read_heads(stranger.db).keys() == set()


def test_two_devices_that_set_aside_at_once_never_take_the_new_one(homes, url, shared) -> None:
    """Each has seen the damaged file; the slower one comes when the quicker one has made a new one."""
    first, second = SqliteFile(shared), SqliteFile(shared)
    book = homes("jt")
    sync(book, url)
    for one in (first, second):
        one.open(made_up=False, create=False)
    kept = first.set_aside()
    assert kept is not None
    sync(book, url)
    good = shared.read_bytes()
    assert second.set_aside() is None
    assert shared.read_bytes() == good
    assert setting_aside.kept(shared) == [kept]
    assert sorted(one.name for one in shared.parent.iterdir()) == sorted([kept.name, shared.name])


def test_many_processes_that_set_aside_at_once(homes, url, shared) -> None:
    book = homes("jt")
    sync(book, url)
    code = (
        "import sys, time; from datetime import datetime; from pathlib import Path\n"
        "from lsa_tui.sync import setting_aside, trouble\n"
        "path = Path(sys.argv[1]); was = trouble.identity(path); print('seen', flush=True); sys.stdin.readline()\n"
        "found = setting_aside.renamed(path, was, datetime(2026, 11, 24, 15, 30, 12))\n"
        "if found: path.write_text('new')\n"
        "print(found and found.name, flush=True)"
    )
    command = [sys.executable, "-c", code, str(shared)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(6)]
    try:
        for one in running:
            assert one.stdout.readline() == "seen\n"
        for one in running:
            one.stdin.write("go\n")
            one.stdin.flush()
        said = [one.communicate()[0].strip() for one in running]
    finally:
        for one in running:
            one.kill()
            one.wait()
    assert sorted(said) == ["None"] * 5 + ["school.db.damaged-2026-11-24-153012"]
    assert shared.read_text() == "new"
    assert len(setting_aside.kept(shared)) == 1


@pytest.mark.skipif(os.name == "nt", reason="a file that somebody has open cannot be renamed there at all")
def test_a_new_file_that_comes_while_one_waits_to_set_aside_is_left_alone(homes, url, shared) -> None:
    """Seen as damaged, then waited for whoever used it: by then another device has put a new one in its place."""
    book = homes("jt")
    sync(book, url)
    code = (
        "import fcntl, os, sys; from pathlib import Path\n"
        "path = Path(sys.argv[1]); handle = os.open(path, os.O_RDWR)\n"
        "fcntl.lockf(handle, fcntl.LOCK_EX, 512, 0x40000000); print('alone', flush=True); sys.stdin.readline()\n"
        "os.replace(path, path.with_name('old')); path.write_text('new'); os.close(handle)"
    )
    one = SqliteFile(shared)
    one.open(made_up=False, create=False)
    one.close()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(shared)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "alone\n"
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(one.set_aside)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            other.stdin.write("go\n")
            other.stdin.flush()
            assert waiting.result(timeout=10) is None
    assert shared.read_text() == "new"
    assert setting_aside.kept(shared) == []


def test_the_journal_of_a_damaged_file_goes_with_it(homes, url, shared) -> None:
    book = homes("jt")
    sync(book, url)
    one = SqliteFile(shared)
    one.open(made_up=False, create=False)
    one.close()
    journal = shared.with_name(shared.name + "-journal")
    journal.write_bytes(b"half a transaction")
    kept = one.set_aside()
    assert kept is not None
    assert not journal.exists()
    assert kept.with_name(kept.name + "-journal").read_bytes() == b"half a transaction"


def test_what_was_sent_and_did_not_read_back_is_looked_for_at_the_next_sync(homes, url, shared, monkeypatch) -> None:
    """A disk that wrote something else: no later sync may call that shared because the heads are right."""
    book = homes("jt")
    sync(book, url)
    book.record("note", {"at": clock.to_text(book.now()), "text": "kept"})
    add = SqliteFile.add

    def bent(self: SqliteFile, changes) -> None:
        add(self, [*changes[:-1], {**changes[-1], "body": changes[-1]["body"].replace("kept", "bent")}])

    with monkeypatch.context() as patched:
        patched.setattr(SqliteFile, "add", bent)
        with pytest.raises(SyncIncomplete, match="does not read back"):
            sync(book, url)
        assert log.backlog(book.db) == 2 or log.backlog(book.db) == 1
    assert sync(book, url).remaining == 0
    new = homes("new", pupil=None)
    sync(new, url)
    assert {one["text"] for one in read.of_kind(new.db, "note")} == {"kept"}


def test_a_head_that_is_wrong_here_is_not_blamed_on_the_file(homes, url, shared) -> None:
    book = homes("jt")
    note(book, "counted on")
    sync(book, url)
    note(book, "here alone")
    book.db.execute_sql("UPDATE head SET chain = replace(chain, substr(chain, 1, 1), 'g') WHERE dev <> 'own'")
    before = shared.read_bytes()
    with pytest.raises(SyncIncomplete, match="the records on this device are damaged, so they were not sent"):
        sync(book, url)
    assert shared.read_bytes() == before
    assert not list(shared.parent.glob("*.damaged-*"))
