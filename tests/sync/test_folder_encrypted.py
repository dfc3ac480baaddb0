"""An encrypted shared folder: what its bytes show, who gets in, and another key while files are on their way."""

from __future__ import annotations

import json
import random
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from lsa_tui.errors import Locked, LsaError, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import folder_disk, folder_files, joining, keys, opening, rekeying
from lsa_tui.sync.keys import NeedsPassphrase
from lsa_tui.sync.run import sync
from lsa_tui.vault.keyfile import KeyFile
from sharing import CANARY, NEW, PASS, asked, harmed, note, texts, tree


@pytest.fixture
def url(share: Path) -> str:
    return f"folder:///{share}"


def files(share: Path) -> list[Path]:
    return sorted(one for one in share.rglob("*.lsa"))


def key_ids(share: Path) -> set[str]:
    return {folder_files.read_header(one).key_id for one in files(share)}


def test_no_word_of_it_stands_in_any_shared_byte(one, two, share, url, agree) -> None:
    assert texts(one) == texts(two) == {f"{CANARY} counted on", f"{CANARY} wrote a line"}
    agree(one, two)
    content = b"".join(tree(share).values())
    held = keys.held(one)[0]
    for word in (CANARY, "counted", PASS):
        assert word.encode() not in content
    assert held.key not in content
    assert held.key.hex().encode() not in content
    assert [file.name for file in share.iterdir() if file.is_file()] == ["lsa.keys"]
    first = json.loads(files(share)[0].read_bytes().split(b"\n")[0].rpartition(b" ")[0])
    assert set(first) == {"format", "log", "store", "key", "writer", "made_up"}  # all that can be read without the key


def test_a_store_is_made_with_a_passphrase_or_not_at_all(homes, share, url, everything) -> None:
    book = homes("jt", encrypted=True)
    before = everything(book)
    with pytest.raises(NeedsPassphrase, match=r"the shared folder .* needs a join passphrase, chosen now"):
        sync(book, url)
    with pytest.raises(LsaError, match="at least 8"):
        sync(book, url, ask=asked("short"))
    assert not share.exists()
    assert everything(book) == before


def test_a_wrong_passphrase_changes_nothing(homes, one, share, url) -> None:
    before = tree(share)
    with pytest.raises(Locked, match="not the join passphrase"):
        sync(homes("lp", encrypted=True), url, ask=asked("three green shovels"))
    assert tree(share) == before


def test_plain_files_are_not_taken_for_the_store(homes, one, share, url, tmp_path) -> None:
    """Somebody without the key puts files of their own there."""
    stranger = homes("mb", pupil="Q9")
    note(stranger, "forged")
    sync(stranger, f"folder:///{tmp_path}/cloud/other")
    shutil.copytree(tmp_path / "cloud" / "other", share, dirs_exist_ok=True)
    done = sync(one, url)
    assert done.received == 0
    assert any("are not under the store's key and were not read" in said for said in done.notes)
    assert "forged" not in texts(one)


def test_every_flip_and_cut_is_found_and_healed(one, two, homes, share, url, agree) -> None:
    chance = random.Random(5)
    key = keys.held(one)[0].key
    found = 0
    for turn in range(400):
        file = chance.choice(files(share))
        content = harmed(file.read_bytes(), chance, flip=turn % 2 == 1)
        with pytest.raises(folder_files.NotWhole):
            folder_files.from_bytes(content, key)
        if turn % 40 < 2:
            file.write_bytes(content)
            owner, other = (one, two) if log.device(one.db) == file.parent.name else (two, one)
            found += any("not whole and not believed" in said for said in sync(other, url).notes)
            assert any("was damaged; it is kept as" in said for said in sync(owner, url).notes)
            assert sync(one, url).notes == sync(two, url).notes == ()
    assert found == 20
    new = homes("mb", encrypted=True, pupil=None)
    sync(new, url, ask=asked(PASS))
    agree(one, two, new)


def test_a_file_of_keys_that_is_gone_or_damaged_is_put_back(one, two, share, url) -> None:
    place = share / "lsa.keys"
    before = place.read_bytes()
    place.unlink()
    assert "its file of keys was gone and was put back" in sync(one, url).notes
    assert place.read_bytes() == before
    place.write_bytes(before[:-9])
    assert "its file of keys was damaged and was put back" in sync(two, url).notes
    assert place.read_bytes() == before


def test_without_its_keys_a_new_device_waits(one, homes, share, url) -> None:
    (share / "lsa.keys").unlink()
    with pytest.raises(SyncIncomplete, match="gone, or have not arrived yet, so nobody can join; let a device that"):
        sync(homes("lp", encrypted=True), url, ask=asked(PASS))


def test_a_folder_that_is_gone_is_made_with_the_same_key(one, two, share, url, agree) -> None:
    before = keys.held(one)[0].key
    shutil.rmtree(share)
    sync(one, url)
    sync(two, url)
    agree(one, two)
    assert keys.held(one)[0].key == keys.held(two)[0].key == before
    assert key_ids(share) == {keys.held(one)[0].key_id}


# Joining


def test_an_invitation_lets_one_device_in_once(one, homes, share, url) -> None:
    made = joining.invite(one, url)
    assert (made.place, made.url) == (share, f"folder:///{share}")
    new, late = homes("lp", encrypted=True), homes("mb", encrypted=True)
    assert joining.join(new, asked(made.words), url) == share
    assert new.config["shared.url"] == url
    assert sync(new).received > 0
    with pytest.raises(Locked, match="no such invitation"):
        joining.join(late, asked(made.words), url)


def test_how_it_stands(one, homes, share, url) -> None:
    one.config.save(shared_url=url)
    joining.invite(one, url)
    found = joining.standing(one)
    assert (found.state, found.place, found.joined, found.invitations) == ("encrypted", share, True, 1)
    other = homes("lp", encrypted=True)
    other.config.save(shared_url=url)
    before = tree(share)
    assert not joining.standing(other).joined
    assert tree(share) == before
    plain = homes("plain")
    plain.config.save(shared_url=f"folder:///{share.parent}/plain")
    assert joining.standing(plain).state == "not there"
    sync(plain)
    assert joining.standing(plain).state == "plain"


def test_a_plain_folder_has_nothing_to_join(homes, url, share) -> None:
    sync(homes("jt"), url)
    with pytest.raises(LsaError, match=r"the shared folder .*/school is not encrypted, so there is nothing to join"):
        joining.join(homes("lp"), asked(PASS), url)


# Another key


def test_a_new_key_and_what_was_on_its_way(one, two, homes, share, url, agree) -> None:
    note(two, "under the old key")
    sync(two, url)  # and the other device has not seen it yet
    note(two, "not sent yet")
    old = {name: content for name, content in tree(share).items() if name.startswith(log.device(two.db))}
    path, was_plain = rekeying.rekey(one, lambda: NEW, url)
    assert (path, was_plain) == (share, False)
    assert not any(name in tree(share) for name in tree(share) if name.startswith(log.device(one.db)) and name in old)
    done = sync(one, url)
    assert done.received == 1
    assert any(f"files of device {log.device(two.db)} are not under the store's key" in said for said in done.notes)
    with pytest.raises(SyncIncomplete, match="join again"):
        sync(two, url)
    joining.join(two, asked(NEW), url)
    sync(two, url)
    assert key_ids(share) == {keys.held(one)[0].key_id}  # its own old files went
    assert sync(one, url).notes == ()
    agree(one, two)
    new = homes("mb", encrypted=True, pupil=None)
    with pytest.raises(Locked):
        sync(new, url, ask=asked(PASS))
    sync(new, url, ask=asked(NEW))
    agree(one, new)


def test_what_is_sent_under_the_old_key_meanwhile_comes_again(one, two, share, url, tmp_path, agree) -> None:
    """The other device's copy has not got the new file of keys yet."""
    copy = tmp_path / "cloud" / "copy" / "school"
    shutil.copytree(share, copy)
    rekeying.rekey(one, lambda: NEW, url)
    note(two, "meanwhile")
    sync(two, f"folder:///{copy}")
    assert log.backlog(two.db) == 0
    shutil.copytree(copy / log.device(two.db), share / log.device(two.db), dirs_exist_ok=True)
    assert sync(one, url).received == 0
    with pytest.raises(SyncIncomplete, match="join again"):
        sync(two, url)
    joining.join(two, asked(NEW), url)
    sync(two, url)
    assert sync(one, url).received == 1
    agree(one, two)


def test_an_old_file_of_keys_is_put_right(one, two, share, url) -> None:
    old = (share / "lsa.keys").read_bytes()
    rekeying.rekey(one, lambda: NEW, url)
    new = (share / "lsa.keys").read_bytes()
    (share / "lsa.keys").write_bytes(old)
    assert "its file of keys was of another key and was put back" in sync(one, url).notes
    assert KeyFile.read(share / "lsa.keys").key_id == keys.held(one)[0].key_id
    assert (share / "lsa.keys").read_bytes() == new


def test_an_old_copy_of_the_whole_folder_gets_nothing(one, two, share, url) -> None:
    old = tree(share)
    rekeying.rekey(one, lambda: NEW, url)
    sync(one, url)
    shutil.rmtree(share)
    for name, content in old.items():
        (share / name).parent.mkdir(parents=True, exist_ok=True)
        (share / name).write_bytes(content)
    note(one, "for those who joined")
    with pytest.raises(SyncIncomplete, match="went back to an earlier key"):
        sync(one, url)
    assert tree(share) == old


def test_a_plain_folder_is_encrypted_for_everybody(homes, share, url, agree, monkeypatch) -> None:
    first, second = homes("jt"), homes("lp")
    note(first, f"{CANARY} one")
    assert opening.NOT_ENCRYPTED in sync(first, url).notes
    note(second, f"{CANARY} two")
    sync(second, url)
    sync(first, url)
    path, was_plain = rekeying.rekey(first, lambda: NEW, url)
    assert (path, was_plain) == (share, True)
    with pytest.raises(Locked):
        sync(second, url)
    assert sync(second, url, ask=asked(NEW)).verified
    assert "" not in key_ids(share)  # no plain file is left
    sync(first, url)
    agree(first, second)
    new = homes("mb", encrypted=True, pupil=None)
    sync(new, url, ask=asked(NEW))
    agree(first, new)


@pytest.mark.parametrize("step", range(6))
def test_a_change_of_key_that_ends_early(one, two, share, url, step, monkeypatch, agree, homes) -> None:
    """Whatever step it dies at: before or after, one key is in force, and nothing is lost."""
    calls = iter(range(100))
    note(two, "of a device that does not come back")
    sync(two, url)

    def dying(real):
        def call(*args, **kwargs):
            if next(calls) == step:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        return call

    with monkeypatch.context() as dies:
        for module, name in ((folder_disk, "finish"), (folder_disk, "beginning"), (keys, "write")):
            dies.setattr(module, name, dying(getattr(module, name)))
        dies.setattr(keys, "remember", dying(keys.remember))
        with suppress(KeyboardInterrupt):
            rekeying.rekey(one, lambda: NEW, url)
    note(one, "afterwards")
    sync(one, url)
    now = PASS if KeyFile.read(share / "lsa.keys").unlock(PASS) else NEW
    assert "of a device that does not come back" in texts(one)
    if now == NEW:
        joining.join(two, asked(NEW), url)
    for book in (two, one):
        sync(book, url)
    agree(one, two)
    assert key_ids(share) == {KeyFile.read(share / "lsa.keys").key_id}
    new = homes("mb", encrypted=True, pupil=None)
    sync(new, url, ask=asked(now))
    agree(one, new)


def test_two_devices_that_each_made_the_store(homes, tmp_path, agree) -> None:
    """Each with a key of its own: one of them joins the other's, and sends all again."""
    copies = [tmp_path / name / "school" for name in "ab"]
    books = [homes("jt", encrypted=True), homes("lp", encrypted=True)]
    for book, copy, typed in zip(books, copies, (PASS, NEW), strict=True):
        copy.parent.mkdir()
        note(book, f"by {book.owner}")
        sync(book, f"folder:///{copy}", ask=asked(typed))
    first, second = (f"folder:///{copy}" for copy in copies)
    shutil.copytree(copies[1], copies[0], dirs_exist_ok=True, ignore=lambda *_: ["lsa.keys"])
    shutil.copytree(copies[0], copies[1], dirs_exist_ok=True)  # the first one's file of keys was quicker
    assert any("were not read" in said for said in sync(books[0], first).notes)
    with pytest.raises(SyncIncomplete, match="only where that is meant: `lsa shared join`"):
        sync(books[1], second)
    joining.join(books[1], asked(PASS), second)
    sync(books[1], second)
    assert key_ids(copies[1]) == {keys.held(books[0])[0].key_id}
    shutil.rmtree(copies[0])
    shutil.copytree(copies[1], copies[0])
    sync(books[0], first)
    agree(*books)
