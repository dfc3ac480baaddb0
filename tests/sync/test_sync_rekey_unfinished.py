"""A change of the shared key that was killed after the new key was named and before it was in force."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

import processes
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, SyncIncomplete
from lsa_tui.sync import joining, keys, pages, rekeying, room, setting_aside, sqlite_place
from lsa_tui.sync.keys import KeyChanged, beside
from lsa_tui.sync.run import sync
from lsa_tui.sync.sqlite_file import SqliteFile
from lsa_tui.vault.keyfile import KeyFile
from sharing import NEW, PASS, asked, note, note_each, texts


def begun(book: Book, shared: Path) -> keys.Held:
    """As `lsa shared rekey` leaves it that is killed then (see test_sync_rekey_killed)."""
    coming, made = rekeying._new(shared, keys.held(book)[0].store, NEW, keys.facts(shared, 2))
    keys.remember(book, coming)
    keys.write(shared, replace(KeyFile.read(beside(shared)), next=made))
    return coming


def deeds(book: Book) -> list[str]:
    return [one.did for one in audit.entries(book)]


def test_the_next_sync_of_that_device_completes_it(one, two, shared, url, agree) -> None:
    coming = begun(one, shared)
    note(one, "for those who have the new key")
    done = sync(one, url)
    assert done.verified
    assert "the key that was begun here is in force now: every other device joins with it" in done.notes
    file = KeyFile.read(beside(shared))
    assert (file.key_id, file.next) == (coming.key_id, None)
    assert deeds(one).count("changed the key of the shared store") == 1
    with pytest.raises(SyncIncomplete, match="was changed: join again"):
        sync(two, url)
    joining.join(two, asked(NEW), url)
    sync(two, url)
    agree(one, two)
    assert sync(one, url).notes == ()


def test_it_is_completed_once_whoever_was_in_between(one, two, shared, url) -> None:
    """Killed after the new key was in force: that is noted, too."""
    coming = begun(one, shared)
    with joining.at(one, url) as file:
        file.open(made_up=False, create=False)
        file.change_key(coming.key)
    assert any("is in force now" in said for said in sync(one, url).notes)
    assert deeds(one).count("changed the key of the shared store") == 1
    assert KeyFile.read(beside(shared)).next is None


def test_until_then_everybody_is_told_and_nobody_is_misled(one, two, homes, shared, url) -> None:
    begun(one, shared)
    assert any("is not complete, so whoever should be out is still in" in said for said in sync(two, url).notes)
    two.config.save(shared_url=url)
    assert "is not complete" in joining.standing(two).problem
    for book in (two, homes("mb", encrypted=True)):
        with pytest.raises(KeyChanged, match="the other join passphrase, or sync the device that began it") as caught:
            joining.join(book, asked(NEW), url)
        assert "went back" not in str(caught.value)
    joining.join(two, asked(PASS), url)
    assert sync(two, url).verified


def test_the_same_passphrase_may_be_chosen_again(one, two, shared, url) -> None:
    """Nobody else has it yet."""
    begun(one, shared)
    rekeying.rekey(one, lambda: NEW, url)
    file = KeyFile.read(beside(shared))
    assert (file.generation, file.next) == (3, None)
    joining.join(two, asked(NEW), url)
    assert sync(two, url).verified
    with pytest.raises(Locked, match="not the join passphrase"):
        joining.join(two, asked(PASS), url)


def test_another_device_does_it_again_where_that_one_is_gone(one, two, shared, url) -> None:
    begun(one, shared)
    rekeying.rekey(two, lambda: "another blue boat", url)
    assert sync(two, url).notes == ()
    with pytest.raises(SyncIncomplete, match="was changed: join again"):
        sync(one, url)
    joining.join(one, asked("another blue boat"), url)
    assert sync(one, url).verified
    assert not any(held.coming for held in keys.held(one))


def test_a_change_that_could_not_be_is_given_up(one, two, shared, url, monkeypatch) -> None:
    monkeypatch.setattr(sqlite_place, "PATIENCE_MS", 150)
    with joining.at(two, url) as reader:
        reader.open(made_up=False, create=False)
        reader._db.execute_sql("BEGIN")
        reader.heads()
        with pytest.raises(SyncIncomplete, match="nothing was changed, try again"):
            rekeying.rekey(one, lambda: NEW, url)
        assert not any(held.coming for held in keys.held(one))
        begun(one, shared)
        assert any("could not be completed now" in said for said in sync(one, url).notes)
        reader._db.execute_sql("ROLLBACK")
    assert any("is in force now" in said for said in sync(one, url).notes)


def test_what_a_kill_left_of_writing_the_file_of_keys_goes(one, shared, url) -> None:
    left, young = (shared.with_name(f".school.db.keys.{name}.tmp") for name in ("0123abcd", "89abcdef"))
    for path in (left, young):
        path.write_text("{", encoding="utf-8")
    os.utime(left, (time.time() - 3600,) * 2)
    begun(one, shared)
    sync(one, url)
    assert not left.exists()
    assert young.exists()  # somebody may be writing it


def test_what_was_written_meanwhile_is_there(one, two, shared, url) -> None:
    begun(one, shared)
    note(two, "under the old key")
    sync(two, url)
    sync(one, url)
    assert "under the old key" in texts(one)


def test_once_it_is_complete_nobody_is_told_that_it_is_not(one, shared, url) -> None:
    begun(one, shared)
    notes = sync(one, url).notes
    assert any("is in force now" in said for said in notes)
    assert not any("is not complete" in said for said in notes)


def test_a_store_that_is_damaged_meanwhile_is_mended(one, two, shared, url, agree) -> None:
    note_each(one, *["x" * 50 + str(number) for number in range(300)])
    sync(one, url)
    begun(one, shared)
    sync(two, url)
    content = bytearray(shared.read_bytes())
    content[pages.BYTES * 2 :] = os.urandom(len(content) - pages.BYTES * 2)  # whichever of them a sync reads
    shared.write_bytes(content)
    note(two, "after the damage")
    with pytest.raises(SyncIncomplete, match=r"let the device that began it sync first.*nothing was touched"):
        sync(two, url)
    assert (setting_aside.kept(shared), shared.read_bytes()) == ([], bytes(content)), "it can make no new one"
    assert sync(one, url).verified
    assert len(setting_aside.kept(shared)) == 1
    joining.join(two, asked(NEW), url)
    sync(two, url)
    sync(one, url)
    agree(one, two)
    assert "after the damage" in texts(one)


def test_another_trouble_meanwhile_is_not_called_a_change_of_the_key(one, two, shared, url, monkeypatch) -> None:
    begun(one, shared)
    note(two, "too much for the disk")

    def full(*_: object) -> None:
        raise SyncIncomplete("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(room, "there", full)
        with pytest.raises(SyncIncomplete, match=r"^the disk is full"):
            sync(two, url)
    assert sync(two, url).verified


def test_the_key_that_comes_into_force_during_a_sync_is_no_damage(one, two, shared, url) -> None:
    """Seen at opening as the one that is coming."""
    coming = begun(one, shared)
    with joining.at(two, url) as file:
        file.open(made_up=False, create=False)
        with joining.at(one, url) as other:
            other.open(made_up=False, create=False)
            other.change_key(coming.key)
        with pytest.raises(KeyChanged):
            file.heads()


def test_a_change_that_a_sync_completes_while_it_is_given_up_is_remembered(one, two, shared, url, monkeypatch) -> None:
    begun(one, shared)
    real = SqliteFile.change_key

    def given_up(file: SqliteFile, key: bytes) -> None:
        """`rekey`, which found a reader in its way, takes the key back just before the sync of a timer changes it."""
        with joining.at(one, url) as other:
            other.open(made_up=False, create=False)
            assert rekeying._give_up(one, other, shared, next(held for held in keys.held(one) if held.coming))
        real(file, key)

    with monkeypatch.context() as patch:
        patch.setattr(SqliteFile, "change_key", given_up)
        sync(one, url)
    note(one, "goes on")
    assert sync(one, url).verified
    assert KeyFile.read(beside(shared)).key_id in {held.key_id for held in keys.held(one) if not held.old}


def test_a_change_waits_for_who_reads(one, shared, url) -> None:
    process = processes.start(READS, shared, keys.held(one)[0].key.hex())
    try:
        assert process.stdout.readline() == "reads\n"
        rekeying.rekey(one, lambda: NEW, url)
    finally:
        process.communicate(timeout=60)
    assert sync(one, url).verified


READS = """
import sys, time
from lsa_tui.vault import cipher
db = cipher.connect(sys.argv[1], bytes.fromhex(sys.argv[2]), [], page=65_536)
db.connect()
db.connection().execute("BEGIN")
db.connection().execute("SELECT count(*) FROM change").fetchall()
print("reads", flush=True)
time.sleep(2.5)
db.connection().execute("ROLLBACK")
"""
