"""Encrypted homes through an encrypted shared store: what it holds, who gets in, and what is said when nobody does."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from lsa_tui import clock
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, Locked, LsaError, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import admission, checking, joining, keys, opening, pages, rekeying, sqlite_place, words
from lsa_tui.sync.keys import KeyChanged, NeedsPassphrase, beside
from lsa_tui.sync.run import sync
from lsa_tui.vault import cipher
from lsa_tui.vault.keyfile import KeyFile
from sharing import CANARY, NEW, PASS, asked, note, note_each, texts


def records_of(held: dict) -> dict:
    """What a home holds, without its memory of how the last sync ended."""
    return {**held, "meta": [row for row in held["meta"] if not row[0].startswith("hub:")]}


def without_the_try(held: dict) -> dict:
    """What a home holds, without its memory of wrong passphrases and the audit of them."""
    aside = {"shared_wrong", log.AUDIT, audit.HEAD, "hlc"}
    return {table: [row for row in rows if not aside & set(row)] for table, rows in held.items()}


def raw(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def test_no_word_of_it_stands_in_any_shared_byte(one, two, shared, url, agree) -> None:
    assert texts(one) == texts(two) == {f"{CANARY} counted on", f"{CANARY} wrote a line"}
    agree(one, two)
    content = raw(shared.parent)
    held = keys.held(one)[0]
    for word in (CANARY, "counted", "CREATE TABLE", PASS):
        assert word.encode() not in content
    assert held.key not in content
    assert held.key.hex().encode() not in content
    for book in (one, two):
        assert keys.held(book)[0].key == held.key
        assert CANARY.encode() not in raw(book.paths.data_folder)
    assert sorted(path.name for path in shared.parent.iterdir()) == ["school.db", "school.db.keys"]
    assert shared.read_bytes()[:16].hex() == held.store.replace("-", "")  # which store it is can be seen without a key


def test_the_file_of_keys_is_for_everybody_who_may_open_the_store(one, shared) -> None:
    assert beside(shared).stat().st_mode & 0o777 == shared.stat().st_mode & 0o777
    made = KeyFile.read(beside(shared))
    assert (made.key_id, made.more["log_format"]) == (keys.held(one)[0].key_id, 2)


def test_a_store_is_made_with_a_passphrase_or_not_at_all(homes, shared, url, everything) -> None:
    book = homes("jt", encrypted=True)
    before = everything(book)
    with pytest.raises(NeedsPassphrase, match="join passphrase, chosen now") as caught:
        sync(book, url)
    assert caught.value.exit_code == 3
    assert list(shared.parent.iterdir()) == []
    assert everything(book) == before
    assert "now: set LSA_SHARED_PASSPHRASE, or sync at a terminal; nothing" in str(caught.value)
    with pytest.raises(BadInput, match="at least 8 characters") as short:
        sync(book, url, ask=asked("short"))
    assert short.value.exit_code == 2
    assert list(shared.parent.iterdir()) == []
    assert keys.held(book) == []


def test_a_new_store_from_the_environment(homes, url, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    one, two = homes("jt", encrypted=True), homes("plain")
    first = sync(one, url)
    assert first.created
    assert "not encrypted" not in first.says
    assert sync(two, url).received == 1  # a plain home joins as well
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    assert sync(two, url).verified


def test_a_plain_home_makes_a_plain_store_and_says_so(homes, shared, url) -> None:
    done = sync(homes("jt"), url)
    assert done.notes == ("the shared file was created", opening.NOT_ENCRYPTED)
    assert shared.read_bytes().startswith(b"SQLite format 3")
    assert not beside(shared).exists()
    assert sync(homes("jt"), url).notes == ()


def test_a_store_that_was_made_by_a_sync_that_broke_off_is_called_plain_by_the_next(homes, url, monkeypatch) -> None:
    """A full disk broke the first one off, and nobody was told that whoever opens the file can read it."""
    one, two = homes("jt"), homes("lp")
    assert sync(one, url, dry_run=True).notes == (), "nothing is there yet"
    for trouble in (SyncIncomplete("the disk is full"), KeyboardInterrupt()):
        with monkeypatch.context() as patched, pytest.raises(type(trouble)):
            patched.setattr("lsa_tui.sync.sending.Sending.push", Mock(side_effect=trouble))
            sync(one, url)
    assert sync(one, url).notes == (opening.NOT_ENCRYPTED,)
    assert sync(one, url).notes == ()
    assert sync(two, url).notes == (), "it was begun by somebody else, who was told"


def test_a_plain_home_with_a_join_passphrase_makes_an_encrypted_store(homes, shared, url, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    assert opening.NOT_ENCRYPTED not in sync(homes("jt"), url).notes
    assert not shared.read_bytes().startswith(b"SQLite format 3")


def test_made_up_records_stay_plain(homes, shared, url, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    book = homes("demo")
    log.set_meta(book.db, "made_up", "yes")
    assert sync(book, url).notes == ("the shared file was created",)
    assert shared.read_bytes().startswith(b"SQLite format 3")
    with pytest.raises(SyncIncomplete, match="never mixed"):
        sync(homes("real", encrypted=True), url)
    with pytest.raises(LsaError, match="made-up"):
        rekeying.rekey(book, lambda: NEW, url)


def test_a_made_up_home_does_not_join_an_encrypted_store(homes, one, url) -> None:
    book = homes("demo")
    log.set_meta(book.db, "made_up", "yes")
    with pytest.raises(SyncIncomplete, match="never mixed"):
        sync(book, url, ask=asked(PASS))


@pytest.mark.parametrize("typed", ["", "two red bucket", "badob badob badob badob badob badob"])
def test_without_the_right_passphrase_nothing_happens(typed, homes, one, url, shared, everything) -> None:
    new = homes("mb", encrypted=True)
    before, files = everything(new), raw(shared.parent)
    with pytest.raises(Locked) as caught:
        sync(new, url, **({"ask": asked(typed)} if typed else {}))
    assert caught.value.exit_code == 3
    assert caught.value.code == "locked"
    assert "lsa shared join" in str(caught.value) or "not the join passphrase" in str(caught.value)
    tried = typed == "two red bucket"
    assert [one.did for one in audit.entries(new)].count("wrong join passphrase") == tried
    assert without_the_try(everything(new)) == without_the_try(before)
    assert raw(shared.parent) == files
    assert sync(new, url, ask=asked(PASS)).received == 2


def test_wrong_passphrases_are_answered_more_and_more_slowly(homes, one, url, monkeypatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(admission.time, "sleep", slept.append)
    new = homes("mb", encrypted=True)
    for _ in range(7):
        with pytest.raises(Locked):
            sync(new, url, ask=asked("not this one"))
    assert [round(one) for one in slept if one > 0.5] == [1, 2, 4, 8]
    sync(new, url, ask=asked(PASS))
    assert admission._tries(new) == []


def test_counting_first_writes_nothing(homes, one, url, shared, everything) -> None:
    new = homes("mb", encrypted=True)
    before, files = everything(new), raw(shared.parent)
    assert sync(new, url, dry_run=True, ask=asked(PASS)).received == 2
    assert everything(new) == before
    assert raw(shared.parent) == files
    with pytest.raises(Locked):
        sync(new, url)


# A changed key


def test_a_changed_key_is_told_apart_and_loses_nothing(one, two, url, shared, everything, agree) -> None:
    old = shared.read_bytes()
    note(two, "written before it was known")
    rekeying.rekey(one, lambda: NEW, url)
    assert shared.read_bytes() != old
    assert keys.held(one)[0].key != keys.held(two)[0].key
    before, files = records_of(everything(two)), raw(shared.parent)
    for typed in (PASS, NEW):  # told first, whatever is typed or set
        with pytest.raises(SyncIncomplete, match=r"the key of the shared file .* was changed") as caught:
            sync(two, url, ask=asked(typed))
        assert caught.value.exit_code == 4
        assert "lsa shared join" in str(caught.value)
        assert "damaged" not in str(caught.value)
        assert "1 not shared yet, everything is still on this device" in str(caught.value)
    assert records_of(everything(two)) == before
    assert raw(shared.parent) == files
    with pytest.raises(Locked, match="not the join passphrase"):
        joining.join(two, asked(PASS), url)
    joining.join(two, asked(NEW), url)
    assert sync(two, url).sent == 1
    sync(one, url)
    agree(one, two)
    assert "written before it was known" in texts(one)


def test_the_old_key_opens_nothing_of_it(one, two, url, shared) -> None:
    rekeying.rekey(one, lambda: NEW, url)
    old = keys.held(two)[0]
    with (
        joining.at(two, url, opening.Opening(two, shared, keep=False, given=old)) as file,
        pytest.raises(SyncIncomplete),
    ):
        file.open(made_up=False, create=False)
    assert KeyFile.read(beside(shared)).unlock(PASS) is None
    assert old.key not in raw(one.paths.data_folder)


def test_a_key_that_changes_during_a_sync_is_no_damage(one, two, url, agree) -> None:
    note(one, "to fetch")
    sync(one, url)
    done = []

    def progress(step) -> None:
        if step.phase == "reading" and not done:
            done.append(step)
            rekeying.rekey(one, lambda: NEW, url)

    with pytest.raises(SyncIncomplete) as caught:
        sync(two, url, progress=progress)
    assert done
    assert "the key of the shared file" in str(caught.value)
    assert "damaged" not in str(caught.value)
    joining.join(two, asked(NEW), url)
    sync(two, url)
    agree(one, two)


def test_the_new_passphrase_is_not_the_old_one(one, two, url, shared) -> None:
    before = raw(shared.parent)
    with pytest.raises(LsaError, match="has already"):
        rekeying.rekey(one, lambda: PASS, url)
    assert raw(shared.parent) == before
    assert sync(two, url).verified


def test_only_a_device_that_has_joined_changes_the_key(homes, one, url, shared) -> None:
    before = raw(shared.parent)
    with pytest.raises(NeedsPassphrase):
        rekeying.rekey(homes("mb", encrypted=True), lambda: NEW, url)
    assert raw(shared.parent) == before


def test_while_somebody_reads_the_key_is_not_changed(one, two, url, shared, monkeypatch) -> None:
    monkeypatch.setattr(sqlite_place, "PATIENCE_MS", 150)
    with joining.at(two, url) as reader:
        reader.open(made_up=False, create=False)
        reader._db.execute_sql("BEGIN")
        reader.heads()
        with pytest.raises(SyncIncomplete, match="could not be changed, because somebody else is using it"):
            rekeying.rekey(one, lambda: NEW, url)
        reader._db.execute_sql("ROLLBACK")
    assert sync(one, url).verified
    assert sync(two, url).verified
    assert KeyFile.read(beside(shared)).next is None


def test_a_plain_store_is_encrypted_for_everybody(homes, shared, url, agree) -> None:
    one, two = homes("jt"), homes("lp")
    for book in (one, two, one):
        note(book, f"{CANARY} of {book.initials}")
        sync(book, url)
    real = homes("mb", encrypted=True)
    with pytest.raises(SyncIncomplete, match="not encrypted, and this home is; `lsa shared rekey` encrypts it"):
        sync(real, url)
    assert rekeying.rekey(real, lambda: NEW, url) == (shared, True)
    assert CANARY.encode() not in raw(shared.parent)
    assert sync(real, url).verified
    with pytest.raises(Locked):
        sync(two, url)
    for book in (one, two):
        joining.join(book, asked(NEW), url)
        sync(book, url)
    sync(real, url)
    agree(one, two, real)
    assert len(texts(real)) == 2
    assert sorted(path.name for path in shared.parent.iterdir()) == ["school.db", "school.db.keys"]


def test_a_plain_file_that_is_encrypted_during_a_sync(homes, shared, url, agree) -> None:
    one, two = homes("jt"), homes("lp")
    sync(one, url)
    done = []

    def progress(step) -> None:
        if step.phase == "sending" and not done:
            done.append(step)
            rekeying.rekey(one, lambda: NEW, url)

    with pytest.raises(SyncIncomplete, match="was changed: join again") as caught:
        sync(two, url, progress=progress)
    assert done
    assert "1 not shared yet, everything is still on this device" in str(caught.value)
    assert sorted(path.name for path in shared.parent.iterdir()) == ["school.db", "school.db.keys"]
    joining.join(two, asked(NEW), url)
    assert sync(two, url).sent == 1
    sync(one, url)
    agree(one, two)


def test_no_journal_of_the_plain_file_is_left_to_be_played_back(homes, shared, url, monkeypatch) -> None:
    book, seen = homes("jt"), []
    sync(book, url)
    real = rekeying._put_in_place

    def watched(source: Path, target: Path) -> None:
        seen.extend(sorted(path.name for path in shared.parent.iterdir()))
        real(source, target)

    monkeypatch.setattr(rekeying, "_put_in_place", watched)
    rekeying.rekey(book, lambda: NEW, url)
    assert seen == [".school.db.encrypting", "school.db"]


def test_a_plain_file_in_the_place_of_an_encrypted_one_is_not_filled(homes, one, shared, url) -> None:
    plain = homes("plain")
    joining.join(plain, asked(PASS), url)
    other = shared.with_name("other.db")
    sync(homes("mb"), f"sqlite:///{other}")
    shutil.move(other, shared)
    note(plain, "not for everybody")
    for gone in (False, True):
        if gone:
            beside(shared).unlink()
        for book in (one, plain):
            with pytest.raises(SyncIncomplete, match="is not encrypted, though it should be"):
                sync(book, url)
    assert b"not for everybody" not in raw(shared.parent)


def test_another_group_s_plain_file_is_not_encrypted_and_not_mixed_in(homes, one, shared, url) -> None:
    others, was = homes("mb"), shared.with_name("was.db")
    note(others, "of another class")
    other = shared.with_name("other.db")
    sync(others, f"sqlite:///{other}")
    beside(shared).rename(beside(was))
    shared.rename(was)
    shutil.copy(other, shared)
    with pytest.raises(SyncIncomplete, match="put the right one back; or, where this one is yours"):
        sync(one, url)
    with pytest.raises(SyncIncomplete, match="none of its records are known here; put the right one back, or share"):
        rekeying.rekey(one, lambda: NEW, url)
    assert shared.read_bytes() == other.read_bytes()
    was.replace(shared)
    beside(was).replace(beside(shared))
    assert sync(one, url).verified
    assert "of another class" not in texts(one)


def test_a_plain_file_that_holds_what_this_device_knows_is_encrypted(homes, one, shared, url) -> None:
    """Made anew by somebody whose device had forgotten the store that was there."""
    plain = homes("mb")
    joining.join(plain, asked(PASS), url)
    sync(plain, url)
    anew = shared.with_name("anew.db")
    sync(plain, f"sqlite:///{anew}")
    beside(shared).unlink()
    anew.replace(shared)
    with pytest.raises(SyncIncomplete, match="where this one is yours"):
        sync(one, url)
    rekeying.rekey(one, lambda: NEW, url)
    note(one, "goes on")
    assert sync(one, url).verified


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second disk")
def test_a_stick_that_is_pulled_out_is_said_by_whatever_asks_for_it(homes, tmp_path) -> None:
    device, place = homes("lp", encrypted=True), tmp_path / "stick"
    with tempfile.TemporaryDirectory(dir="/dev/shm") as stick:
        place.symlink_to(stick)  # as a system mounts it
        url = f"sqlite:///{place}/school.db"
        device.config.save(shared_url=url)
        sync(device, url, ask=asked(PASS))
        place.unlink()
    place.mkdir()  # where it was mounted
    wanted = "is not there, and neither is its disk; connect the stick"
    for ask in (sync, joining.invite, lambda book: rekeying.rekey(book, lambda: NEW)):
        with pytest.raises(SyncIncomplete, match=wanted):
            ask(device)
    found = joining.standing(device)
    assert found.state == ""
    assert wanted in found.problem
    assert list(place.iterdir()) == []


# Invitations


def test_an_invitation_is_good_for_one_device_once(homes, one, url, shared, agree) -> None:
    made = joining.invite(one, url)
    assert len(made.words.split()) == 6
    assert clock.from_text(made.until) - one.now() > timedelta(days=6, hours=23)
    assert not any(word.encode() in raw(shared.parent) for word in made.words.split())
    new, late = homes("mb", encrypted=True), homes("late", encrypted=True)
    joining.join(new, asked(made.words.upper().replace(" ", "-")), url)
    assert new.config["shared.url"] == url
    with pytest.raises(Locked, match="each is good for once"):
        joining.join(late, asked(made.words), url)
    assert keys.held(late) == []
    assert sync(new, url).received == 2
    sync(one, url)
    agree(one, new)
    assert KeyFile.read(beside(shared)).of_kind("invitation") == []


def test_an_invitation_that_ran_out(homes, one, url, monkeypatch) -> None:
    made = joining.invite(one, url)
    later = clock.from_text(made.until) + timedelta(seconds=1)
    monkeypatch.setenv("LSA_NOW", later.isoformat())
    new = homes("mb", encrypted=True)
    with pytest.raises(Locked, match="held until"):
        joining.join(new, asked(made.words), url)
    assert keys.held(new) == []


def test_an_invitation_does_not_come_back_with_an_older_file_of_keys(homes, one, two, url, shared) -> None:
    made = joining.invite(one, url)
    sync(two, url)  # which remembers the file as it is now
    joining.join(homes("mb", encrypted=True), asked(made.words), url)
    beside(shared).unlink()
    assert "was put back" in sync(two, url).says
    with pytest.raises(Locked, match="each is good for once"):
        joining.join(homes("late", encrypted=True), asked(made.words), url)


def test_a_changed_key_ends_invitations(homes, one, url) -> None:
    made = joining.invite(one, url)
    rekeying.rekey(one, lambda: NEW, url)
    with pytest.raises(Locked):
        joining.join(homes("mb", encrypted=True), asked(made.words), url)


def test_words_are_understood_however_they_are_typed() -> None:
    for _ in range(300):
        made = words.new()
        assert words.understood(f"  {made.upper().replace(' ', '-')}\n") == made
        assert len(made) == 35
    for other in ("", "two red buckets", "badob " * 5, "babob babob babob babob babob babo", "zzzzz " * 6):
        assert words.understood(other) is None


# Files of keys that are not as they should be


def test_a_file_of_keys_cut_at_every_byte(homes, one, two, url, shared) -> None:
    place = beside(shared)
    whole = place.read_bytes()
    new = homes("mb", encrypted=True)
    for end in range(len(whole)):
        place.write_bytes(whole[:end])
        with pytest.raises(LsaError):
            joining.join(new, asked(PASS), url)
    assert keys.held(new) == []
    for end in range(0, len(whole), 97):
        place.write_bytes(whole[:end])
        assert sync(two, url).notes == ("its file of keys was damaged and was put back",)
        assert place.read_bytes() == whole
    joining.join(new, asked(PASS), url)
    assert sync(new, url).verified


def test_a_file_of_keys_with_any_bit_altered(homes, one, two, url, shared) -> None:
    place = beside(shared)
    whole = place.read_bytes()
    new = homes("mb", encrypted=True)
    for at in range(len(whole)):
        bent = bytearray(whole)
        bent[at] ^= 1 << at % 8
        place.write_bytes(bent)
        with pytest.raises(LsaError):
            joining.join(new, asked(PASS), url)
    assert keys.held(new) == []
    assert sync(two, url).verified
    assert place.read_bytes() == whole


def test_a_lost_file_of_keys_is_put_back_by_a_device_that_has_joined(homes, one, two, url, shared) -> None:
    whole = beside(shared).read_bytes()
    beside(shared).unlink()
    new = homes("mb", encrypted=True)
    before = raw(shared.parent)
    with pytest.raises(SyncIncomplete, match="let a device that has joined sync first, which puts them back"):
        sync(new, url, ask=asked(PASS))
    assert raw(shared.parent) == before
    assert sync(two, url).notes == ("its file of keys was gone and was put back",)
    assert beside(shared).read_bytes() == whole
    assert sync(new, url, ask=asked(PASS)).verified


class Killed(BaseException):
    """The process ends here."""


def killed_when_made(book: Book, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync that ends when the shared file has its tables and nothing more was done."""

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(sqlite_place.SqlitePlace, "_recognise", dies)
        sync(book, url, ask=asked(PASS))


def test_a_lost_store_whose_making_was_cut_short_can_be_joined(homes, one, url, shared, monkeypatch) -> None:
    whole = beside(shared).read_bytes()
    shared.unlink()
    beside(shared).unlink()
    killed_when_made(one, url, monkeypatch)
    assert beside(shared).read_bytes() == whole
    assert sync(homes("mb", encrypted=True), url, ask=asked(PASS)).verified
    assert sync(one, url).verified


@pytest.mark.parametrize("quicker", ["both at once", "a moment"])
def test_two_that_make_a_lost_store_anew_and_one_has_missed_the_change_of_its_key(
    one, two, url, shared, monkeypatch, quicker
) -> None:
    rekeying.rekey(one, lambda: NEW, url)
    newest = beside(shared).read_text(encoding="utf-8")
    shared.unlink()
    beside(shared).unlink()
    real = keys.write

    def slower(path: Path, file: KeyFile, *, new: bool = False) -> bool:
        beside(shared).write_text(newest, encoding="utf-8")
        return real(path, file, new=new)

    monkeypatch.setattr(keys, "write", slower)
    if quicker == "a moment":
        beside(shared).write_text(newest, encoding="utf-8")
    with pytest.raises(KeyChanged, match="nothing was touched"):
        try:
            sync(two, url)
        except SyncIncomplete as problem:
            raise problem.__cause__ or problem from None
    assert not shared.exists()
    monkeypatch.setattr(keys, "write", real)
    assert sync(one, url).verified
    joining.join(two, asked(NEW), url)
    assert sync(two, url).verified


def test_a_store_whose_first_making_was_cut_short_had_no_file_of_keys(homes, url, shared, monkeypatch) -> None:
    book = homes("jt", encrypted=True)

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(keys, "write", dies)
        sync(book, url, ask=asked(PASS))
    assert not any("put back" in said for said in sync(book, url).notes)
    assert KeyFile.read(beside(shared)).key_id == keys.held(book)[0].key_id


def test_a_store_begun_in_the_place_of_a_lost_one_is_another_one(homes, one, url, shared, monkeypatch) -> None:
    """And not one whose key was changed; whoever had the lost one joins it."""
    shared.unlink()
    beside(shared).unlink()
    killed_when_made(homes("far", encrypted=True), url, monkeypatch)
    shared.write_bytes(b"")  # as a kill before its tables leaves it
    with pytest.raises(SyncIncomplete, match="belongs to another shared store; put the right one back") as caught:
        sync(one, url)
    assert "both groups together; only where that is meant: `lsa shared join`" in str(caught.value)
    joining.join(one, asked(PASS), url)
    assert sync(one, url).verified


def test_swapped_files_of_keys(homes, one, two, url, shared, everything) -> None:
    other = shared.with_name("other.db")
    there = homes("far", encrypted=True)
    sync(there, f"sqlite:///{other}", ask=asked(PASS))  # one passphrase for both, even
    ours, theirs = beside(shared).read_bytes(), beside(other).read_bytes()
    beside(shared).write_bytes(theirs)
    beside(other).write_bytes(ours)
    new = homes("mb", encrypted=True)
    before = everything(new)
    with pytest.raises(SyncIncomplete, match="belongs to another shared store") as caught:
        sync(new, url, ask=asked(PASS))
    assert "damaged" not in str(caught.value)
    assert everything(new) == before
    assert sync(two, url).notes == ("its file of keys was of another store and was put back",)
    assert beside(shared).read_bytes() == ours
    assert sync(there, f"sqlite:///{other}").verified
    assert beside(other).read_bytes() == theirs
    assert sync(one, url).notes == ()


def test_another_store_in_its_place_is_no_damage(homes, one, url, shared, everything) -> None:
    other = shared.with_name("other.db")
    there = homes("far", encrypted=True)
    sync(there, f"sqlite:///{other}", ask=asked(NEW))
    shutil.move(other, shared)
    shutil.move(beside(other), beside(shared))
    before, files = records_of(everything(one)), raw(shared.parent)
    with pytest.raises(SyncIncomplete, match=r"is another shared store .*; put the right one back") as caught:
        sync(one, url)
    before_joining, _, joining_it = str(caught.value).partition("both groups together; only where that is meant: ")
    assert ("lsa shared join" in before_joining, "lsa shared join" in joining_it) == (False, True)
    assert records_of(everything(one)) == before
    assert raw(shared.parent) == files


def test_an_old_file_of_keys_does_not_bring_the_old_passphrase_back(homes, one, url, shared) -> None:
    old = beside(shared).read_bytes()
    rekeying.rekey(one, lambda: NEW, url)
    beside(shared).write_bytes(old)
    new = homes("mb", encrypted=True)
    with pytest.raises(SyncIncomplete):
        sync(new, url, ask=asked(PASS))
    assert sync(one, url).notes == ("its file of keys was of another key and was put back",)
    assert sync(new, url, ask=asked(NEW)).verified


def test_a_newer_file_of_keys_is_left_alone(homes, one, url, shared) -> None:
    made = KeyFile.read(beside(shared))
    made.more["log_format"] = 99
    made.write(beside(shared))
    before = raw(shared.parent)
    for book in (one, homes("mb", encrypted=True)):
        with pytest.raises(SyncIncomplete, match="newer lsa"):
            sync(book, url, ask=asked(PASS))
    assert raw(shared.parent) == before


# Pages: large ones, of which a push touches fewer; those of an earlier program's file are SQLCipher's own


def opens_with(shared: Path, book: Book, page: int) -> bool:
    db = cipher.connect(str(shared), keys.held(book)[0].key, [], page=page)
    try:
        db.connect()
        return db.execute_sql("SELECT count(*) FROM change").fetchone()[0] > 0
    except cipher.database_errors():
        return False
    finally:
        db.close()


def test_a_new_file_has_large_pages_and_an_earlier_program_asks_to_be_updated(one, url, shared, monkeypatch) -> None:
    assert (opens_with(shared, one, pages.BYTES), opens_with(shared, one, pages.FIRST)) == (True, False)
    before = raw(shared.parent)
    note(one, "goes on here")
    monkeypatch.setattr(keys, "FORMAT", 1)
    with pytest.raises(SyncIncomplete, match="written by a newer lsa; please update this program; 1 not shared yet"):
        sync(one, url)
    assert raw(shared.parent) == before


def earlier(_path: Path, generation: int, _page: int = 0) -> dict[str, int]:
    """What an earlier program wrote into a file of keys."""
    return {"log_format": 1, "generation": generation}


def test_a_file_of_an_earlier_program_keeps_its_pages(homes, url, shared, monkeypatch, agree) -> None:
    """Whatever becomes of it: its devices need not be updated all at once."""
    one, two = homes("jt", encrypted=True), homes("lp", encrypted=True)
    note_each(one, *(f"{number} counted on " * 20 for number in range(50)))
    with monkeypatch.context() as before:
        before.setattr(keys, "facts", earlier)
        sync(one, url, ask=asked(PASS))
    sync(two, url, ask=asked(PASS))

    def as_it_was() -> bool:
        facts = KeyFile.read(beside(shared)).more
        return opens_with(shared, one, pages.FIRST) and (facts["log_format"], "page" in facts) == (1, False)

    assert as_it_was()
    assert [one.says for one in checking.examine(two, url) if not one.well] == []
    rekeying.rekey(one, lambda: NEW, url)
    joining.join(two, asked(NEW), url)
    assert sync(two, url).verified
    assert as_it_was()
    content = bytearray(shared.read_bytes())
    content[: pages.FIRST] = os.urandom(pages.FIRST)
    content[-pages.FIRST :] = os.urandom(pages.FIRST)
    shared.write_bytes(content)
    assert "was damaged; it is kept as" in sync(one, url).says  # told from a wrong key by a page that is whole
    assert as_it_was()
    shared.unlink()
    sync(two, url)
    assert as_it_was()
    sync(one, url)
    agree(one, two)


@pytest.mark.parametrize("facts", [keys.facts, earlier])
@pytest.mark.parametrize("left", [3_000, 20_000, 60_000, 100_000])
def test_a_file_that_was_cut_is_made_anew_whatever_its_pages(homes, url, shared, monkeypatch, facts, left) -> None:
    """Also where not even its first page is whole, so that nothing shows whether the key is the right one."""
    monkeypatch.setattr(keys, "facts", facts)
    book = homes("jt", encrypted=True)
    note_each(book, *(f"{number} counted on " * 100 for number in range(60)))
    sync(book, url, ask=asked(PASS))
    os.truncate(shared, left)
    assert "was damaged; it is kept as" in sync(book, url).says
    assert sync(homes("mb", encrypted=True), url, ask=asked(PASS)).verified


def test_a_plain_file_that_is_encrypted_gets_large_pages(homes, url, shared) -> None:
    book = homes("jt")
    note(book, "counted on")
    sync(book, url)
    rekeying.rekey(book, lambda: PASS, url)
    assert opens_with(shared, book, pages.BYTES)
    assert KeyFile.read(beside(shared)).more["page"] == pages.BYTES


@pytest.mark.parametrize("page", [8192, "4096", None, True])
def test_pages_that_no_program_makes_are_damage_of_the_file_of_keys(one, url, shared, page) -> None:
    made = KeyFile.read(beside(shared))
    made.more["page"] = page
    made.write(beside(shared))
    assert "its file of keys was damaged and was put back" in sync(one, url).notes


# A store that is not as it should be


@pytest.mark.parametrize("keys_too", [False, True])
@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_lost_store_is_made_anew_with_the_same_key(how, keys_too, one, two, url, shared, agree) -> None:
    held = keys.held(one)[0]
    if how == "gone":
        shared.unlink()
    else:
        os.truncate(shared, 0)
    if keys_too:
        beside(shared).unlink()
    again = sync(one, url)
    assert again.sent == 4
    assert "filled again" in again.says
    assert keys.held(one)[0].key == held.key
    assert sync(two, url).verified
    agree(one, two)
    assert CANARY.encode() not in raw(shared.parent)


def test_a_damaged_first_page_is_damage_and_no_changed_key(one, two, url, shared, everything) -> None:
    content = bytearray(shared.read_bytes())
    content[100:200] = os.urandom(100)
    shared.write_bytes(content)
    before = records_of(everything(two))
    said = sync(two, url).says
    assert "the shared file was damaged; it is kept as school.db.damaged-" in said
    assert "changed" not in said
    assert records_of(everything(two)) == before
    assert sync(one, url).verified


def test_the_standing_of_a_store(homes, one, url, shared) -> None:
    one.config.save(shared_url=url)
    found = joining.standing(one)
    assert (found.state, found.joined, found.invitations, found.problem) == ("encrypted", True, 0, "")
    joining.invite(one)
    assert joining.standing(one).invitations == 1
    new = homes("mb", encrypted=True)
    assert joining.standing(new).state == "not set"
    new.config.save(shared_url=url)
    assert (joining.standing(new).state, joining.standing(new).joined) == ("encrypted", False)
    joining.join(new, asked(PASS))
    rekeying.rekey(one, lambda: NEW)
    assert "was changed" in joining.standing(new).problem
    assert isinstance(KeyChanged("x"), SyncIncomplete)
