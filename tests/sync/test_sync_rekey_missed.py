"""A device that missed a change of the key, and old copies of the shared file: the newest key wins, nothing is lost."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, LsaError, SyncIncomplete
from lsa_tui.sync import joining, keys, rekeying
from lsa_tui.sync.keys import KeyChanged, beside
from lsa_tui.sync.run import sync
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile
from sharing import NEW, PASS, asked, note, texts

THIRD = "another blue boat"


def there(shared: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in shared.parent.iterdir()}


def refused(book: Book, url: str, *words: str) -> str:
    """Syncs, which must fail and change nothing: neither in the share nor in what the device remembers."""
    shared = Path(url.removeprefix("sqlite:///"))
    files, remembered = there(shared), keys.held(book)
    for dry_run in (True, False):
        with pytest.raises(SyncIncomplete) as caught:
            sync(book, url, dry_run=dry_run)
        said = str(caught.value)
        assert all(word in said for word in words), said
    assert isinstance(caught.value.__cause__, KeyChanged) == ("join again" in said)
    assert there(shared) == files
    assert keys.held(book) == remembered
    return said


@pytest.fixture
def devices(homes, url, shared) -> tuple[Book, Book, Book]:
    """`one` changed the key, `two` joined again, `lost` did not; and the share as it was before, in `before`."""
    one, two, lost = (homes(name, encrypted=True) for name in ("jt", "lp", "lost"))
    for book in (one, two, lost, one):
        note(book, f"of {book.initials}")
        sync(book, url, ask=asked(PASS))
    before = shared.parent.with_name("before")
    shutil.copytree(shared.parent, before)
    rekeying.rekey(one, lambda: NEW, url)
    joining.join(two, asked(NEW), url)
    sync(two, url)
    return one, two, lost


@pytest.fixture
def before(devices, shared) -> Path:
    return shared.parent.with_name("before") / shared.name


def test_keys_are_counted(devices, shared, url) -> None:
    one, two, lost = devices
    assert KeyFile.read(beside(shared)).generation == 2
    assert [(held.generation, held.old) for held in keys.held(one)] == [(2, False), (1, True)]
    assert [(held.generation, held.old) for held in keys.held(two)] == [(2, False), (1, True)]
    assert [(held.generation, held.old) for held in keys.held(lost)] == [(1, False)]
    rekeying.rekey(one, lambda: THIRD, url)
    assert KeyFile.read(beside(shared)).generation == 3
    plain = KeyFile.new(b"k" * 32)
    assert plain.generation == 1
    plain.more["generation"] = "2"
    with pytest.raises(DamagedKeyFile):
        KeyFile.from_text(plain.as_text(), "x")


@pytest.mark.parametrize("state", ["gone", "empty", "old", "as it is"])
def test_a_device_that_missed_it_touches_nothing(state, devices, before, shared, url) -> None:
    one, two, lost = devices
    note(lost, "written meanwhile")
    if state == "gone":
        shared.unlink()
    elif state == "empty":
        os.truncate(shared, 0)
    elif state == "old":
        shutil.copy(before, shared)
    refused(lost, url, "was changed: join again", "1 not shared yet, everything is still on this device")
    for verb in (joining.invite, lambda book, url: rekeying.rekey(book, lambda: THIRD, url)):
        files = there(shared)
        with pytest.raises(KeyChanged):
            verb(lost, url)
        assert there(shared) == files
    if state == "old":
        shared.unlink()
    for book in (one, two):
        assert sync(book, url).verified
    refused(lost, url, "was changed: join again")
    joining.join(lost, asked(NEW), url)
    assert sync(lost, url).verified
    sync(one, url)
    assert "written meanwhile" in texts(one)


def test_an_old_file_under_the_new_keys(devices, before, shared, url) -> None:
    one, two, _ = devices
    shutil.copy(before, shared)
    for book in (one, two):
        note(book, "after the removal")
        said = refused(book, url, "went back to an earlier key", "old copy", "nothing was sent to it", "move it away")
        assert "damaged" not in said
        assert "made anew by" not in said
        with pytest.raises(Locked, match="not the join passphrase"):
            joining.join(book, asked(PASS), url)
        with pytest.raises(SyncIncomplete, match="went back"):
            joining.join(book, asked(NEW), url)
        with pytest.raises(SyncIncomplete, match="went back"):
            joining.invite(book, url)
    one.config.save(shared_url=url)
    found = joining.standing(one)
    assert found.joined
    assert "went back" in found.problem
    shared.rename(shared.with_name("away.db"))
    assert sync(one, url).notes == ("the shared file was gone; it was made and filled again",)
    assert sync(two, url).verified
    assert KeyFile.read(beside(shared)).key_id == keys.held(one)[0].key_id


def test_an_old_file_and_an_old_file_of_keys(devices, before, shared, url, agree) -> None:
    one, two, lost = devices
    for path in (before, beside(before)):
        shutil.copy(path, shared.with_name(path.name))
    note(lost, "of the one that is out")
    assert sync(lost, url).verified  # it cannot know
    for book in (one, two):
        refused(book, url, "went back to an earlier key", "should have been removed", "lsa shared rekey")
        with pytest.raises(Locked, match="earlier key"):  # the old passphrase does not bring the old key back
            joining.join(book, asked(PASS), url)
        assert keys.held(book)[0].generation == 2
    shared.rename(shared.with_name("away.db"))
    assert "its file of keys was of another key and was put back" in sync(one, url).says
    assert sync(two, url).verified
    refused(lost, url, "was changed: join again")
    joining.join(lost, asked(NEW), url)
    for book in (lost, one, two):
        sync(book, url)
    agree(one, two, lost)
    assert "of the one that is out" in texts(one)


def test_made_anew_by_the_device_that_is_out(devices, shared, url) -> None:
    one, two, lost = devices
    for path in (shared, beside(shared)):
        path.unlink()
    assert "was put back" in sync(lost, url).says
    for book in (one, two):
        refused(book, url, "went back to an earlier key", "made anew by a device that missed", "move it away and sync")
    shared.unlink()
    assert sync(two, url).verified
    assert sync(one, url).verified
    refused(lost, url, "was changed: join again")


@pytest.mark.parametrize("keys_too", [False, True])
@pytest.mark.parametrize("gone", [False, True])
def test_a_further_key_instead(gone, keys_too, devices, before, shared, url, agree) -> None:
    """What the device that is out has sent meanwhile is kept so."""
    one, two, lost = devices
    shutil.copy(before, shared)
    if keys_too:
        shutil.copy(beside(before), beside(shared))
        note(lost, "sent meanwhile")
        sync(lost, url)
    if gone:
        beside(shared).unlink()
    for known in (PASS, NEW):
        with pytest.raises(LsaError, match="has already, or had"):
            rekeying.rekey(one, lambda typed=known: typed, url)
    rekeying.rekey(one, lambda: THIRD, url)
    assert KeyFile.read(beside(shared)).generation == 3
    assert sync(one, url).verified
    for book in (two, lost):
        refused(book, url, "was changed: join again")
    joining.join(two, asked(THIRD), url)
    sync(two, url)
    sync(one, url)
    agree(one, two)
    assert ("sent meanwhile" in texts(one)) is keys_too


@pytest.mark.parametrize("keys_are", ["new", "old", "gone"])
def test_a_further_key_that_is_not_chosen_changes_nothing(keys_are, devices, before, shared, url) -> None:
    one, _, lost = devices
    shutil.copy(before, shared)
    if keys_are == "old":
        shutil.copy(beside(before), beside(shared))
        joining.invite(lost, url)  # not as the other devices remember it
    elif keys_are == "gone":
        beside(shared).unlink()
    files, remembered = there(shared), keys.held(one)
    with pytest.raises(LsaError, match="at least 8"):
        rekeying.rekey(one, lambda: "short", url)
    assert there(shared) == files
    assert keys.held(one) == remembered
    refused(one, url, "went back to an earlier key")


def test_a_device_that_never_had_the_earlier_key(homes, devices, before, shared, url) -> None:
    late = homes("late", encrypted=True)
    joining.join(late, asked(NEW), url)
    shutil.copy(before, shared)
    refused(late, url, "it is damaged, or from before its key was changed", "another device that has joined")
    shutil.copy(beside(before), beside(shared))
    refused(late, url, "went back to an earlier key", "should have been removed")
    beside(shared).unlink()
    refused(late, url, "its keys are gone")
    shared.unlink()
    assert sync(late, url).verified
    assert KeyFile.read(beside(shared)).generation == 2


def test_another_stores_file_is_not_called_damaged(homes, devices, shared, url) -> None:
    one, _, lost = devices
    far, other = homes("far", encrypted=True), shared.parent.with_name("other.db")
    sync(far, f"sqlite:///{other}", ask=asked("of the other school"))
    shutil.copy(other, shared)
    said = refused(one, url, "another store's file, or from before its key was changed", "move it away")
    assert "damaged" not in said
    refused(lost, url, "was changed: join again")
    beside(shared).unlink()
    for book in (one, lost):
        assert "damaged" not in refused(book, url, "another store's file")
    shared.unlink()
    assert sync(one, url).verified


def test_a_file_of_keys_of_another_store_alone_is_left(homes, devices, shared, url) -> None:
    one, *_ = devices
    far, other = homes("far", encrypted=True), shared.parent.with_name("other.db")
    sync(far, f"sqlite:///{other}", ask=asked("of the other school"))
    shutil.copy(beside(other), beside(shared))
    shared.unlink()
    refused(one, url, "belongs to another shared store", "or move this file away")
    beside(shared).unlink()
    assert sync(one, url).verified


def test_a_lost_file_while_a_change_was_begun(homes, url, shared) -> None:
    """Which of the two keys it had then, nobody can tell: it is made anew with the one that came."""
    one, two = homes("jt", encrypted=True), homes("lp", encrypted=True)
    for book in (one, two):
        sync(book, url, ask=asked(PASS))
    coming, made = rekeying._new(shared, keys.held(one)[0].store, NEW, keys.facts(shared, 2))
    keys.remember(one, coming)
    keys.write(shared, replace(KeyFile.read(beside(shared)), next=made))
    assert [(held.generation, held.coming) for held in keys.held(one)] == [(1, False), (2, True)]
    shared.unlink()
    with pytest.raises(SyncIncomplete, match="was begun and is not complete"):
        sync(two, url)
    assert not shared.exists()
    assert sync(one, url).verified
    assert KeyFile.read(beside(shared)).key_id == coming.key_id
    refused(two, url, "was changed: join again")
    joining.join(two, asked(NEW), url)
    assert sync(two, url).verified


def test_a_newer_file_of_keys_that_comes_at_the_last_moment_is_not_overwritten(devices, before, shared, url) -> None:
    lost = devices[2]
    newest = beside(shared).read_bytes()
    shutil.copy(before, shared)
    beside(shared).unlink()
    real, looked = keys.read, []

    def late(path: Path) -> KeyFile | None:
        looked.append(path)
        if len(looked) == 2:
            beside(path).write_bytes(newest)
        return real(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "read", late)
        with pytest.raises(SyncIncomplete, match="was changed: join again"):
            sync(lost, url)
    assert beside(shared).read_bytes() == newest
