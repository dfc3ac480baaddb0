"""A shared file that one device reaches by a link to it: all that belongs beside it lies beside the file."""

from __future__ import annotations

from pathlib import Path

import pytest

import damaging
from lsa_tui.address import parse
from lsa_tui.daybook.book import Book
from lsa_tui.records import log
from lsa_tui.sync import joining, rekeying, sealed_places
from lsa_tui.sync.run import sync
from sharing import NEW, PASS, agree, asked, note, note_each, texts


@pytest.fixture
def link(shared: Path, tmp_path: Path) -> str:
    """Its address by a link in another folder."""
    place = tmp_path / "mine" / "school.db"
    place.parent.mkdir()
    place.symlink_to(shared)
    return f"sqlite:///{place}"


def beside(link: str) -> list[str]:
    return [one.name for one in parse(link).path.parent.iterdir()]


def test_what_is_damaged_is_set_aside_where_it_lies(homes, url, link, shared) -> None:
    one, two = homes("jt"), homes("lp", pupil=None)
    note_each(one, *["x" * 50 + str(number) for number in range(300)])
    sync(one, url)
    sync(two, url)
    sync(one, link)
    shared.write_bytes(damaging.with_a_bad_page(shared.read_bytes()))
    note(one, "by the link")
    assert any("was damaged" in said for said in sync(one, link).notes)
    assert beside(link) == ["school.db"]
    assert Path(parse(link).path).is_symlink()
    note(two, "by its name")
    sync(two, url)
    sync(one, link)
    agree(one, two)
    assert {"by the link", "by its name"} <= texts(one)
    assert log.backlog(two.db) == 0


def test_what_was_plain_is_encrypted_where_it_lies(homes, url, link, shared) -> None:
    one, two = homes("jt"), homes("lp", pupil=None)
    sync(one, link)
    sync(two, url)
    rekeying.rekey(one, lambda: NEW, link)
    assert not shared.read_bytes().startswith(b"SQLite format 3")
    assert beside(link) == ["school.db"]
    assert Path(parse(link).path).is_symlink()
    note(two, "goes on")
    joining.join(two, asked(NEW), url)
    sync(two, url)
    sync(one, link)
    assert "goes on" in texts(one)


def test_its_keys_are_found_by_either_name(homes, one: Book, url, link) -> None:
    two = homes("lp", encrypted=True)
    assert sync(two, link, ask=asked(PASS)).verified
    assert beside(link) == ["school.db"]
    sync(one, url)
    agree(one, two)


def test_what_is_sealed_lies_beside_the_file(url, link) -> None:
    assert sealed_places.folder_of(parse(link)) == sealed_places.folder_of(parse(url))
