"""Stores of every released format: opened, understood as their own release understood them, and synced."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lsa_tui import config
from lsa_tui.daybook import notes
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.health import examine
from lsa_tui.errors import NewerDatabase, SyncIncomplete
from lsa_tui.paths import Paths
from lsa_tui.records import fold, log, read
from lsa_tui.records import store as local_store
from lsa_tui.sync import checking
from lsa_tui.sync import shared as shared_store
from lsa_tui.sync.run import sync
from lsa_tui.vault import home
from sharing import tree

FORMATS = Path(__file__).resolve().parent.parent / "data" / "formats"
KEY, JOIN = b"made up for the formats".ljust(32, b"-"), "two red buckets"
PASSPHRASE = "a yellow spade at the sea"
"""As in make.py beside them."""

RELEASED = sorted(one.name for one in FORMATS.iterdir() if one.is_dir() and (one / "expected.json").exists())


class Stored:
    """A fixture in a folder of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder, self.key = folder, None if name.endswith("plain") else KEY
        shutil.copytree(FORMATS / name, folder)
        self.expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        self.url = f"folder:///{folder}/school" if name.endswith("folder") else f"sqlite:///{folder}/school.db"
        self.books: list[Book] = []

    def open(self, home: str, initials: str = "JT") -> Book:
        paths = Paths(self.folder / home, self.folder / home)
        paths.make()
        settings = config.load(paths.config)
        settings.values |= {"person.initials": initials, "person.role": "lsa"}
        self.books.append(Book(paths, settings, self.key))
        return self.books[-1]

    def shared(self) -> dict[str, bytes]:
        """Every byte of the shared store."""
        return {name: content for name, content in tree(self.folder).items() if name.startswith("school")}

    def sync(self, book: Book) -> Any:
        return sync(book, self.url, ask=lambda _: JOIN)


@pytest.fixture(params=RELEASED)
def stored(request: Any, tmp_path: Path) -> Iterator[Stored]:
    made = Stored(request.param, tmp_path / request.param)
    yield made
    for book in made.books:
        book.close()


def records(book: Book) -> dict[str, list[Any]]:
    """The table, its JSON read: how it is laid out may change, what it says may not."""
    found = book.db.execute_sql(f"SELECT {', '.join(fold.COLUMNS)} FROM record").fetchall()
    return {row[0]: _read(list(row)) for row in found}


def _read(row: list[Any]) -> list[Any]:
    return [*row[:-2], *(json.loads(one) if one else None for one in row[-2:])]


def test_every_release_is_there() -> None:
    assert RELEASED == [
        "0.1.0-plain",
        "0.2.0-encrypted",
        "0.2.0-plain",
        "0.3.0-encrypted",
        "0.3.0-folder",
        "0.3.0-plain",
        "0.4.0-encrypted",
        "0.4.0-folder",
        "0.4.0-plain",
    ]


def test_a_home_says_what_it_said_then(stored) -> None:
    book = stored.open("home")
    assert records(book) == {row[0]: _read(row) for row in stored.expected["records"]}
    assert log.backlog(book.db) == stored.expected["backlog"] == 1
    heads = {dev: list(head) for dev, head in log.shareable_heads(book.db).items()}
    assert heads == stored.expected["heads"]
    before = records(book)
    fold.rebuild(book.db)
    assert records(book) == before
    assert all(one.well for one in examine(book)), [one for one in examine(book) if not one.well]


def test_its_passphrase_opens_it(tmp_path) -> None:
    for name in (one for one in RELEASED if not one.endswith("plain")):
        folder = Stored(name, tmp_path / name).folder / "home"
        assert home.key_of(Paths(folder, folder), PASSPHRASE) == KEY


def test_it_goes_on_with_its_shared_store_and_a_new_device_gets_all_of_it(stored) -> None:
    old, new = stored.open("home"), stored.open("new", "MB")
    result = stored.sync(old)
    assert (result.sent, result.remaining, result.verified) == (1, 0, True)
    result = stored.sync(new)
    assert result.verified
    shared = {row: one for row, one in records(old).items() if not one[8]}
    assert shared
    assert {row: one for row, one in records(new).items() if not one[8]} == shared
    notes.note(new, "MB came later")
    stored.sync(new)
    stored.sync(old)
    assert log.read_heads(old.db) == log.read_heads(new.db)
    assert "MB came later" in {one["text"] for one in read.of_kind(old.db, "note")}


def test_doctor_finds_nothing_wrong_with_it(stored) -> None:
    old = stored.open("home")
    stored.sync(old)
    found = checking.examine(old, stored.url)
    assert [one.says for one in found if not one.well] == []


def test_a_newer_shared_format_is_refused_and_local_work_goes_on(stored, monkeypatch) -> None:
    old = stored.open("home")
    # A store of tomorrow: by today's program one format lower.
    monkeypatch.setattr(shared_store, "LOG_FORMAT", 0)
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("lsa_tui.sync") and hasattr(module, "LOG_FORMAT"):
            monkeypatch.setattr(module, "LOG_FORMAT", 0)
    was = stored.shared()
    with pytest.raises(SyncIncomplete, match=r"newer lsa.*please update"):
        stored.sync(old)
    assert stored.shared() == was
    notes.note(old, "still here")
    assert log.backlog(old.db) == 2


def test_a_newer_local_format_is_left_untouched(stored, monkeypatch) -> None:
    stored.open("home").close()
    was = (stored.folder / "home" / "records.db").read_bytes()
    monkeypatch.setattr(local_store, "VERSION", 0)
    with pytest.raises(NewerDatabase):
        stored.open("home")
    assert (stored.folder / "home" / "records.db").read_bytes() == was
