"""Shared files that are not as they should be: each gets one sentence, and nothing here is changed or lost."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lsa_tui.daybook import entries
from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import log, read
from lsa_tui.sync import keys, local, run, sqlite_place, status
from lsa_tui.sync.result import Progress
from lsa_tui.sync.run import sync
from lsa_tui.sync.sqlite_file import SqliteFile
from sharing import PASS, alter, asked, note, texts


def refused(book: Book, url: str) -> str:
    with pytest.raises(SyncIncomplete) as caught:
        sync(book, url)
    said = str(caught.value)
    assert "everything is still on this device" in said
    assert "\n" not in said
    assert caught.value.exit_code == 4
    handles = Path("/proc/self/fd")
    if handles.exists() and not url.endswith("records.db"):  # a stick can be taken out, with the error still in hand
        held = [os.readlink(one) for one in handles.iterdir() if one.is_symlink() and one.exists()]
        assert not [one for one in held if url.endswith(one)]
    return said


UNGUARDED = ("DROP TRIGGER change_stays", "DROP TRIGGER change_is_immutable")


@pytest.fixture
def book(homes) -> Book:
    made = homes("jt")
    note(made, "kept")
    return made


def test_a_missing_folder_is_not_made(book, tmp_path, everything) -> None:
    before = everything(book)
    said = refused(book, f"sqlite:///{tmp_path}/stick/school.db")
    assert "its folder is not there" in said
    assert "is the stick or the network share connected? 2 not shared yet" in said
    assert not (tmp_path / "stick").exists()
    assert everything(book) == before


def test_a_path_of_windows_is_no_path_here(book) -> None:
    if os.name != "nt":
        assert "path of another system" in refused(book, "sqlite:///S:/lsa/school.db")
        assert not Path("S:").exists()


def test_a_folder_in_the_place_of_the_file(book, shared, url) -> None:
    shared.mkdir()
    assert "is a folder" in refused(book, url)


FOREIGN = {
    "another program's": (lambda path: alter(path, "CREATE TABLE contacts (name)"), "another program"),
    "another program's, empty": (lambda path: alter(path, "PRAGMA user_version = 3"), "another program"),
    "a text": (
        lambda path: path.write_text("not a database at all, but a letter to parents " * 40),
        "no database at all",
    ),
    "a newer lsa's": (None, "newer lsa (format 2, this one knows 1); please update"),
    "garbage over the first page": (None, "damaged"),
    "cut to 60 %": (None, "damaged"),
    "without its facts": (None, "damaged"),
    "without its log": (None, "damaged"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_file_that_is_not_ours_to_read_is_left_as_it_is(case, homes, book, shared, url, everything) -> None:
    make, says = FOREIGN[case]
    if make is None:
        other = homes("lp")
        for n in range(60):
            note(other, f"from another {n}")
        sync(other, url)
    if case == "a newer lsa's":
        alter(shared, "UPDATE meta SET value = '2' WHERE key = 'log_format'")
    elif case == "garbage over the first page":
        shared.write_bytes(os.urandom(4096) + shared.read_bytes()[4096:])
    elif case == "cut to 60 %":
        os.truncate(shared, shared.stat().st_size * 6 // 10)
    elif case == "without its facts":
        alter(shared, "DELETE FROM meta")
    elif case == "without its log":
        alter(shared, "DROP TABLE change")
    elif make:
        make(shared)
    before, file = everything(book), shared.read_bytes()
    assert says in refused(book, url)
    assert everything(book)["change"] == before["change"]
    assert everything(book)["record"] == before["record"]
    assert log.backlog(book.db) == 2
    assert shared.read_bytes() == file


def test_a_device_s_own_database_is_no_shared_file(homes, book, everything) -> None:
    other = homes("lp")
    before = everything(other)
    assert "a device's own database" in refused(book, f"sqlite:///{other.paths.database}")
    assert everything(other) == before


def test_an_emptied_file_is_filled_again_and_says_so(homes, book, shared, url, agree) -> None:
    other = homes("lp")
    note(other, "from another")
    for one in (other, book):
        sync(one, url)
    os.truncate(shared, 0)
    again = sync(book, url)
    assert again.sent == 4
    assert again.says.startswith("4 sent, 0 received, checked; the shared file was empty and was filled again; ")
    assert sync(other, url).received == 2
    agree(book, other)


def test_a_file_that_went_back_in_time_is_filled_again(homes, book, shared, url, agree) -> None:
    other = homes("lp")
    for one in (other, book, other):
        sync(one, url)
    old = shared.read_bytes()
    note(book, "after the backup")
    sync(book, url)
    shared.write_bytes(old)
    again = sync(book, url)
    assert again.says == "1 sent, 0 received, checked; the shared file had gone back in time and was filled again"
    sync(other, url)
    agree(book, other)
    assert "back in time" not in sync(book, url).says


def test_a_read_only_share_gives_but_does_not_take(homes, book, tmp_path, mount) -> None:
    share = tmp_path / "mounted"
    if os.name == "posix" and os.geteuid() == 0:
        mount(share, "size=5m")
    else:
        share.mkdir()
    url = f"sqlite:///{share}/school.db"
    other, reader = homes("lp"), homes("reader", pupil=None)
    sync(other, url)
    note(other, "for everybody")
    sync(other, url)
    try:
        if os.geteuid() == 0:
            mount(share, "ro", remount=True)
        else:
            (share / "school.db").chmod(0o444)
            share.chmod(0o555)
        assert sync(reader, url).says == "0 sent, 2 received, checked"
        said = refused(book, url)
        assert "read-only" in said
        assert "0 sent, 2 received, 2 not shared yet" in said
        assert (status.status(book).last_ok, status.status(book).complete) == (None, False)
        assert "for everybody" in texts(book)
        assert entries.undo(book).entry["text"] == "kept"  # what could not be sent can still be taken back
        entries.redo(book)
    finally:
        if os.geteuid() == 0:
            mount(share, "rw", remount=True)
        else:
            share.chmod(0o755)
            (share / "school.db").chmod(0o644)
    assert sync(book, url).sent == 2


def test_a_full_disk_loses_nothing_and_goes_on_later(homes, book, tmp_path, mount, agree) -> None:
    share = tmp_path / "mounted"
    mount(share, "size=600k")
    url = f"sqlite:///{share}/school.db"
    with book.step():
        for n in range(1500):
            note(book, f"{n} " + "words " * 60)
    said = refused(book, url)
    assert "the disk is full" in said
    assert "1502 not shared yet" in said or "sent" in said
    mount(share, "size=20m", remount=True)
    done = sync(book, url)
    assert done.verified
    assert done.remaining == 0
    other = homes("lp")
    sync(other, url)
    assert len(texts(other)) == 1501
    sync(book, url)
    agree(book, other)


def test_a_stick_that_is_not_in_is_not_a_new_store(book, tmp_path, mount) -> None:
    stick = tmp_path / "stick"
    mount(stick, "size=5m")
    url = f"sqlite:///{stick}/school.db"
    sync(book, url)
    keep = tmp_path / "keep.db"
    shutil.copy(stick / "school.db", keep)
    subprocess.run(["umount", str(stick)], check=True)
    note(book, "while it was out")
    assert "connect the stick or the share" in refused(book, url)
    assert list(stick.iterdir()) == []
    mount(stick, "size=5m")
    shutil.copy(keep, stick / "school.db")
    assert sync(book, url).sent == 1


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_file_locked_for_long(lock, homes, book, shared, url, monkeypatch) -> None:
    other = homes("lp")
    sync(other, url)
    monkeypatch.setattr(sqlite_place, "PATIENCE_MS", 150)
    monkeypatch.setattr(run, "BUSY_FOR", 0.3)
    holds = (
        "import sqlite3, sys; held = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "held.execute('BEGIN ' + sys.argv[2]); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holds, str(shared), lock]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert "somebody else is using it" in refused(book, url)
        assert entries.undo(book).entry["text"] == "kept"
        entries.redo(book)
        holder.communicate("")
    assert sync(book, url).sent == 2


def test_a_file_in_the_wrong_journal_mode_is_put_right(homes, book, shared, url) -> None:
    sync(homes("lp"), url)
    alter(shared, "PRAGMA journal_mode = wal")
    assert sync(book, url).verified
    with closing(sqlite3.connect(shared)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_the_shared_log_cannot_be_altered_by_accident(book, shared, url) -> None:
    sync(book, url)
    for statement in ("DELETE FROM change", "UPDATE change SET actor = 'XX'", "UPDATE change SET body = NULL"):
        with pytest.raises(sqlite3.IntegrityError):
            alter(shared, statement)


BAD = {
    "its text": "UPDATE change SET body = replace(body, 'number 3', 'number 9')",
    "its text, not even UTF-8": "UPDATE change SET body = CAST(x'ff41' AS TEXT) WHERE body LIKE '%number 3%'",
    "its author": "UPDATE change SET actor = 'XX' WHERE body LIKE '%number 3%'",
    "its time": "UPDATE change SET wall = 12 WHERE body LIKE '%number 3%'",
    "its body gone": "UPDATE change SET body = NULL, salt = NULL WHERE body LIKE '%number 3%'",
    "itself gone": "DELETE FROM change WHERE body LIKE '%number 3%'",
    "a blob": "UPDATE change SET body = x'00ff' WHERE body LIKE '%number 3%'",
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_stops_its_chain_only(case, homes, book, shared, url) -> None:
    bad, good = homes("lp"), homes("mb")
    for n in range(6):
        note(bad, f"number {n}")
    note(good, "from a good one")
    for one in (bad, good):
        sync(one, url)
    alter(shared, *UNGUARDED, BAD[case])
    said = refused(book, url)
    assert f"change 5 of device {log.device(bad.db)}" in said
    assert "2 sent, 6 received, 0 not shared yet" in said
    assert texts(book) == {"kept", "from a good one", "number 0", "number 1", "number 2"}
    shared.unlink()  # as the sentence says: the devices make it anew
    for one in (bad, good, book):
        assert sync(one, url).verified
    assert "number 5" in texts(book)


def test_a_change_that_no_reader_could_work_with_is_not_taken_in(homes, book, shared, url) -> None:
    """Right hashes over nonsense: written by another program, or by hand."""
    for n, body in enumerate(
        [
            '{"set":{"text":"\\ud800","at":"2026-01-01T00:00:00+00:00"}}',
            '{"set":{"pupil":["x"]}}',
            '{"set":[]}',
            '{"set":{},"preds":{"text":"x"}}',
            '{"recorded_at":"yesterday","set":{}}',
            '{"set":{"count":NaN}}',
            "[]",
            "",
        ]
    ):
        forged(shared, url, homes, f"{n:016x}", body)
    forged(shared, url, homes, "aaaa", '{"set":{}}', wall="soon")
    forged(shared, url, homes, "bbbb", '{"set":{}}', audience="own")
    forged(shared, url, homes, "own", '{"set":{"text":"private"}}')
    forged(shared, url, homes, "eeee", '{"set":{"text":"fine","at":"2026-01-01T00:00:00+00:00"}}')
    forged(shared, url, homes, "ffff", '{"set":{"shape":"round"}}', kind="newer kind", schema=7)
    said = refused(book, url)
    assert said.count("cannot be read by this program") == 9
    assert said.count("never leaves its device") == 2
    assert "2 sent, 3 received" in said
    assert texts(book) == {"kept", "fine"}
    assert log.read_heads(book.db).keys() >= {"eeee", "ffff"}  # what is not understood yet is kept all the same
    assert list(read.of_kind(book.db, "note"))


def forged(shared: Path, url: str, homes, dev: str, body: str, **more) -> None:
    if not shared.exists():
        sync(homes("maker"), url)
    change = {
        "dev": dev, "seq": 1, "uid": f"uid-{dev}", "hlc": 1 << 56, "wall": "2026-01-01T00:00:00+00:00",
        "zone": "UTC", "actor": "XX", "role": "lsa", "audience": "school", "schema": 1, "kind": "note",
        "row": f"row-{dev}", "op": "set", "body": body, "salt": "s", "body_hash": log.body_hash("s", body), **more,
    }  # fmt: skip
    change["chain"] = log.chain_hash(log.GENESIS, change)
    with closing(sqlite3.connect(shared)) as connection, connection:
        names = ",".join(change)
        connection.execute(f"INSERT INTO change ({names}) VALUES ({','.join('?' * len(change))})", [*change.values()])
        connection.execute("INSERT INTO head VALUES (?, 1, ?)", (dev, change["chain"]))


def test_two_chains_with_one_uid_do_not_end_the_sync(homes, book, shared, url) -> None:
    forged(shared, url, homes, "eeee", '{"set":{}}')
    alter(shared, "DROP INDEX change_uid")
    forged(shared, url, homes, "ffff", '{"set":{}}', uid="uid-eeee")
    assert "do not fit to what is here" in refused(book, url)
    assert len(log.read_heads(book.db)) == 3  # its own, the maker's, and one of the two


def test_a_head_that_is_no_number(homes, book, shared, url) -> None:
    sync(homes("lp"), url)
    alter(shared, "UPDATE head SET seq = 'many'")
    assert "damaged" in refused(book, url)


def test_a_damaged_row_here_is_not_sent(book, url, shared, everything) -> None:
    alter(book.paths.database, *UNGUARDED, "UPDATE change SET body = replace(body, 'kept', 'bent')")
    with pytest.raises(local.DamagedHere, match=r"damaged, so they were not sent; run `lsa doctor`$") as caught:
        sync(book, url)
    assert caught.value.exit_code == 1, "somebody has to mend it, which the next sync does not"
    with closing(sqlite3.connect(shared)) as connection:
        assert connection.execute("SELECT count(*) FROM change").fetchone() == (0,)


def test_what_does_not_read_back_is_not_called_shared(book, url, monkeypatch) -> None:
    add = SqliteFile.add

    def bent(self: SqliteFile, changes) -> None:
        """A disk that writes something else."""
        add(self, [*changes[:-1], {**changes[-1], "body": changes[-1]["body"].replace("kept", "bent")}])

    monkeypatch.setattr(SqliteFile, "add", bent)
    assert "does not read back" in refused(book, url)
    assert log.backlog(book.db) == 2
    assert log.get_meta(book.db, "shared") in (None, "0")


def copied(book: Book, homes, name: str) -> Book:
    """A home copied as it is, as an imaged laptop is."""
    book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    target = book.paths.data_folder.parent / name
    target.mkdir()
    shutil.copy(book.paths.database, target / "records.db")
    return homes(name)


def test_a_copied_home_that_went_its_own_way_loses_nothing(homes, book, url, agree) -> None:
    sync(book, url)
    twin = copied(book, homes, "twin")
    note(book, "here")
    note(twin, "there")
    sync(book, url)
    said = sync(twin, url).says
    assert "a home was copied or brought back from a copy and then used: what both wrote was kept" in said
    note(twin, "more")
    other = homes("lp", pupil=None)
    for one in (twin, other, book, twin):
        assert sync(one, url).remaining == 0
    assert texts(other) == {"kept", "here", "there", "more"}
    agree(book, twin, other)
    assert len({log.device(one.db) for one in (book, twin, other)}) == 3


@pytest.mark.parametrize("shared_before", [True, False])
def test_a_home_brought_back_from_a_copy_gets_its_own_records_again(homes, book, url, shared_before, agree) -> None:
    if shared_before:
        sync(book, url)
    old = copied(book, homes, "old")
    said = note(book, "after the copy")
    sync(book, url)
    back = sync(old, url)
    assert back.received == 1
    assert old.entry(said.id)["text"] == "after the copy"
    assert log.backlog(old.db) == 0
    with pytest.raises(Exception, match="nothing left to undo"):
        entries.undo(old)
    note(old, "and on")
    assert sync(old, url).sent == 1
    other = homes("lp")
    sync(other, url)
    assert texts(other) == {"kept", "after the copy", "and on"}


def test_a_copied_home_cannot_take_back_what_its_twin_shared(homes, book, url) -> None:
    twin = copied(book, homes, "twin")
    sync(book, url)
    assert sync(twin, url).sent == 0
    with pytest.raises(Exception, match="nothing left to undo"):
        entries.undo(twin)


@pytest.mark.parametrize("made_up_first", [True, False])
def test_made_up_and_real_records_are_never_mixed(made_up_first, homes, url, shared, everything) -> None:
    first, second = homes("first"), homes("second")
    log.set_meta((first if made_up_first else second).db, "made_up", "yes")
    sync(first, url)
    before, file = everything(second), shared.read_bytes()
    assert "never mixed" in refused(second, url)
    assert everything(second) == before
    assert shared.read_bytes() == file
    third = homes("third")
    if made_up_first:
        log.set_meta(third.db, "made_up", "yes")
    assert sync(third, url).verified


def test_a_store_that_is_busy_for_a_while_is_waited_for(homes, book, shared, url, monkeypatch) -> None:
    """The sync begins again by itself, says that it waits, and can be stopped then."""
    sync(homes("lp"), url)
    monkeypatch.setattr(sqlite_place, "PATIENCE_MS", 50)
    held = sqlite3.connect(shared, isolation_level=None, check_same_thread=False)
    held.execute("BEGIN EXCLUSIVE")
    phases = []

    def progress(now) -> None:
        phases.append(now.phase)
        if phases.count("waiting") == 2 and held.in_transaction:
            held.execute("ROLLBACK")

    assert sync(book, url, progress=progress).sent == 2
    assert phases.count("waiting") >= 2
    held.execute("BEGIN EXCLUSIVE")

    def stops(now) -> None:
        if now.phase == "waiting":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(book, url, progress=stops)
    held.close()
    assert sync(book, url).verified


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
@pytest.mark.parametrize("encrypted", [False, True])
def test_it_is_said_that_others_are_waited_for_and_that_can_be_stopped(
    lock: str, encrypted: bool, homes, shared, url, tmp_path: Path, hold
) -> None:
    """Long before anybody gives up, and without beginning again where the wait ends."""
    book = homes("jt", encrypted=encrypted)
    key = None
    sync(book, url, ask=asked(PASS))
    if encrypted:
        (key,) = [one.key for one in keys.held(book)]
    note(book, "while it was held")
    steps: list[str] = []

    def stops(now: Progress) -> None:
        if now.phase == "waiting":
            raise KeyboardInterrupt

    def lets_go(now: Progress) -> None:
        steps.append(now.phase)
        if steps.count("waiting") == 2:
            release()

    release = hold(shared, lock, key)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        sync(book, url, progress=stops)
    assert time.monotonic() - began < 5
    assert sync(book, url, progress=lets_go).sent == 1
    assert steps.count("waiting") == 2
    assert steps.count("checking") <= 2, "it went on where it was"


@pytest.fixture
def hold() -> Iterator[Callable[[Path, str, bytes | None], Callable[[], None]]]:
    """Another process in the middle of writing; gives what ends that."""
    holds = """
import sys
from pathlib import Path
from lsa_tui.vault import cipher
db = cipher.connect(sys.argv[1], bytes.fromhex(sys.argv[3]) or None, [], page=65_536)
db.connect()
db.execute_sql("BEGIN " + sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""
    running: list[subprocess.Popen[str]] = []

    def begin(path: Path, lock: str, key: bytes | None) -> Callable[[], None]:
        told = [sys.executable, "-c", holds, str(path), lock, (key or b"").hex()]
        one = subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(one)
        assert one.stdout
        assert one.stdout.readline() == "held\n"
        return lambda: (one.communicate(""), None)[1]

    yield begin
    for one in running:
        one.kill()
        one.wait()


def test_no_room_is_said_before_anything_is_written(homes, book, tmp_path, mount) -> None:
    share = tmp_path / "mounted"
    mount(share, "size=2m")
    url = f"sqlite:///{share}/school.db"
    sync(book, url)
    with book.step():
        for n in range(800):
            note(book, f"{n} " + "words " * 60)
    before = (share / "school.db").read_bytes()
    said = refused(book, url)
    assert re.search(r"the disk is full: about \d+\.\d MB are needed and \d\.\d are free; free some space there", said)
    assert (share / "school.db").read_bytes() == before
    assert entries.undo(book)  # nothing was sealed
    entries.redo(book)
    mount(share, "size=20m", remount=True)
    assert sync(book, url).sent == 800


def test_no_room_here_is_said_before_anything_is_taken_in(homes, book, tmp_path, url, mount) -> None:
    full = tmp_path / "full"
    mount(full, "size=3m")
    other = homes("full/lp")
    with book.step():
        for n in range(1500):
            note(book, f"{n}")
    sync(book, url)
    said = refused(other, url)
    assert "the disk is full" in said
    assert "free some space on this device" in said
    assert not list(other.paths.backups.glob("before-sync-*"))
    mount(full, "size=40m", remount=True)
    assert sync(other, url).received == 1502
    other.close()


@pytest.mark.parametrize(("ahead", "says"), [(7200, "2 hours apart"), (-600, "10 minutes apart"), (90, ""), (None, "")])
def test_clocks_that_differ_are_a_word_and_no_refusal(book, url, monkeypatch, ahead, says) -> None:
    monkeypatch.setattr(SqliteFile, "clock_ahead", lambda self: ahead)
    said = sync(book, url)
    assert said.verified
    assert ("clocks of" in said.says) == bool(says)
    assert says in said.says


def test_the_clock_of_a_local_disk_is_this_device_s(book, shared, url) -> None:
    sync(book, url)
    one = SqliteFile(shared)
    assert one.clock_ahead() is None
    one.open(made_up=False, create=False)
    with one.pushing():
        pass
    assert abs(one.clock_ahead()) < 5
    one.close()


def test_why_a_sync_did_not_complete_is_remembered_until_one_does(homes, book, shared, url) -> None:
    sync(book, url)
    assert [one.last_error for one in local.memories(book.db)] == [""]
    done_at = local.memories(book.db)[0].at
    shared.unlink()
    shared.mkdir()
    said = refused(book, url)
    assert local.memories(book.db)[0].last_error
    assert local.memories(book.db)[0].last_error in said
    assert local.memories(book.db)[0].at == done_at
    shared.rmdir()
    sync(book, url)
    assert [one.last_error for one in local.memories(book.db)] == [""]
