"""The file of keys of a shared store, gone, cut or another store's: what is said then, and that the advice works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import checking, joining, keys
from lsa_tui.sync.run import sync
from lsa_tui.sync.url import anchor_of, parse
from lsa_tui.vault.keyfile import KeyFile
from sharing import PASS, asked, note, texts, tree

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
