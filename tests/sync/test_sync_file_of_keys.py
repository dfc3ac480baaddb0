"""The file of keys of a shared store, gone, cut or another store's: what is said then, and that the advice works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lsa_tui.address import anchor_of, parse
from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import checking, joining, keys, rekeying
from lsa_tui.sync.run import sync
from lsa_tui.vault.keyfile import KeyFile
from sharing import NEW, PASS, asked, note, texts, tree

KINDS = ["sqlite", "folder"]


def place_of(url: str) -> Path:
    return keys.beside(anchor_of(parse(url)))


@pytest.fixture(params=KINDS)
def url(request, tmp_path) -> str:
    (tmp_path / "place").mkdir()
    name = "school.db" if request.param == "sqlite" else "school"
    return f"{request.param}:///{tmp_path}/place/{name}"


def wrong(book: Book, url: str) -> list[tuple[str, str]]:
    return [(one.says, one.does) for one in checking.examine(book, url) if not one.well]


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_gone_or_cut_is_said_and_put_back(harm, one, two, homes, url) -> None:
    place = place_of(url)
    one.config.save(shared_url=url)
    assert (joining.standing(one).problem, wrong(one, url)) == ("", [])
    if harm == "gone":
        place.unlink()
    else:
        place.write_bytes(place.read_bytes()[:-9])
    before = tree(place.parent)
    found = joining.standing(one)
    says = f"its file of keys {place} is {harm}; `lsa sync` puts it back"
    assert (found.state, found.joined, found.key_id) == ("encrypted", True, keys.held(one)[0].key_id)
    assert found.problem == says
    assert wrong(one, url) == [(says, "sync")]
    new = homes("mb", encrypted=True)
    new.config.save(shared_url=url)
    assert "device that has" in joining.standing(new).problem
    for does in (lambda: sync(new, url, ask=asked(PASS)), lambda: joining.join(new, asked(PASS), url)):
        with pytest.raises(SyncIncomplete, match=r"device that has (joined|synced)") as caught:
            does()
        assert "anew" not in str(caught.value)  # nobody is told to begin a second store
    assert tree(place.parent) == before
    assert f"its file of keys was {harm} and was put back" in sync(one, url).notes
    sync(new, url, ask=asked(PASS))
    assert (joining.standing(one).problem, wrong(one, url)) == ("", [])


def other_store(homes, url: str) -> tuple[Book, str]:
    """A second store with the same join passphrase, and the device that made it."""
    far = homes("far", encrypted=True)
    note(far, "of the other class")
    other = f"{url.removesuffix('.db')}-other{'.db' * url.endswith('.db')}"
    sync(far, other, ask=asked(PASS))
    return far, other


def test_another_stores_file_of_keys_is_seen_through(one, two, homes, url, agree) -> None:
    far, other = other_store(homes, url)
    own = place_of(url).read_bytes()
    shutil.copy(place_of(other), place_of(url))
    note(two, "for this class alone")
    assert "belongs to another" not in joining.standing(two).problem
    new = homes("mb", encrypted=True)
    for does in (lambda: sync(new, url, ask=asked(PASS)), lambda: joining.join(new, asked(PASS), url)):
        with pytest.raises(SyncIncomplete, match="belongs to another shared store; put the right one back") as caught:
            does()
        assert "device that has joined does at its next sync" in str(caught.value)
    assert keys.held(new) == []
    two.config.save(shared_url=url)
    assert "is of another store" in joining.standing(two).problem
    assert "its file of keys was of another store and was put back" in sync(two, url).notes
    assert KeyFile.read(place_of(url)).key_id == KeyFile.from_text(own.decode(), "own").key_id
    sync(one, url)
    agree(one, two)
    assert "for this class alone" in texts(one)
    sync(far, other)
    assert texts(far) == {"of the other class"}
    sync(new, url, ask=asked(PASS))
    sync(one, url)
    agree(one, new)


def test_a_damaged_file_beside_another_stores_keys_is_not_set_aside(one, two, homes, url, agree) -> None:
    """Where no new one could be made."""
    if url.startswith("folder"):
        pytest.skip("a folder is never set aside")
    place = parse(url).path
    _, other = other_store(homes, url)
    shutil.copy(place_of(other), place_of(url))
    note(two, "here alone")
    with place.open("r+b") as file:
        file.seek(100)
        file.write(bytes(60))
        file.truncate(2 * place.stat().st_size // 3)
    before = tree(place.parent)
    for _ in range(2):
        with pytest.raises(SyncIncomplete, match=r"is damaged.*school\.db\.keys.*another.*Nothing was touched"):
            sync(two, url)
        assert tree(place.parent) == before
    ((found, does),) = wrong(two, url)
    assert "belongs to another shared store, so no new one could be made" in found
    assert does == "", "nor could a repair"
    place_of(url).unlink()  # as it says
    said = sync(two, url)
    assert said.verified
    assert "is kept as school.db.damaged-" in said.says
    sync(one, url)
    sync(two, url)
    agree(one, two)
    assert "here alone" in texts(one)


# A device that missed a change of the key


@pytest.fixture
def lost(one, two, homes, url) -> Book:
    """`one` changed the key and `two` joined again; this device did not. The file of keys from before is in `old`."""
    book = homes("lost", encrypted=True)
    sync(book, url, ask=asked(PASS))
    sync(one, url)
    old = place_of(url).read_bytes()
    rekeying.rekey(one, lambda: NEW, url)
    joining.join(two, asked(NEW), url)
    sync(two, url)
    (book.paths.data_folder / "old").write_bytes(old)
    note(book, "not for those who are in")
    return book


@pytest.mark.parametrize("harm", ["gone", "damaged", "another's"])
def test_it_does_not_undo_it_where_the_file_of_keys_is_lost(harm, lost, one, two, homes, url) -> None:
    new = place_of(url).read_bytes()
    if harm == "another's":
        shutil.copy(place_of(other_store(homes, url)[1]), place_of(url))
    elif harm == "gone":
        place_of(url).unlink()
    else:
        place_of(url).write_bytes(new[:-9])
    before = tree(place_of(url).parent)
    with pytest.raises(SyncIncomplete, match="device that has"):
        sync(lost, url)
    assert tree(place_of(url).parent) == before
    assert sync(two, url).verified
    assert KeyFile.read(place_of(url)).key_id == KeyFile.from_text(new.decode(), "new").key_id
    with pytest.raises(SyncIncomplete, match="was changed: join again"):
        sync(lost, url)


def test_an_old_file_of_keys_does_not_make_it_set_aside_what_the_others_have(lost, one, two, url) -> None:
    """Its own key is named and does not open the file, which is no damage. (In a folder the file of keys decides.)"""
    if url.startswith("folder"):
        pytest.skip("a folder is never set aside")
    place_of(url).write_bytes((lost.paths.data_folder / "old").read_bytes())
    before = tree(place_of(url).parent)
    with pytest.raises(SyncIncomplete, match="or its file of keys is; let another device that has joined sync first"):
        sync(lost, url)
    assert tree(place_of(url).parent) == before
    assert "its file of keys was of another key and was put back" in sync(one, url).notes
    with pytest.raises(SyncIncomplete, match="was changed: join again"):
        sync(lost, url)
    joining.join(lost, asked(NEW), url)
    assert sync(lost, url).verified


def test_a_device_that_came_late_puts_it_back_beside_files_under_an_earlier_key(lost, two, homes, url) -> None:
    late = homes("late", encrypted=True)
    sync(late, url, ask=asked(NEW))
    place_of(url).unlink()
    assert "its file of keys was gone and was put back" in sync(late, url).notes
    assert sync(two, url).verified


def test_what_lies_there_of_another_store_is_a_stray(one, two, homes, url, agree) -> None:
    """The file of keys is the right one, and all files of its store are gone."""
    if url.startswith("sqlite"):
        pytest.skip("one file cannot be two stores'")
    _, other = other_store(homes, url)
    share, theirs = place_of(url).parent, place_of(other).parent
    own = place_of(url).read_bytes()
    shutil.rmtree(share)
    shutil.copytree(theirs, share)
    place_of(url).write_bytes(own)
    for book in (one, two):
        assert sync(book, url).verified
    agree(one, two)
    assert "of the other class" not in texts(one)
