"""Homes and a shared file in a temporary folder: everything real, nothing shared between tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lsa_tui import config
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import log

Homes = Callable[..., Book]


def open_home(folder: Path) -> Book:
    return Book(Paths(folder, folder))


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Homes]:
    """Opens a home by name; one that is new gets its person's initials and, with `pupil`, a pupil in focus."""
    opened: list[Book] = []

    def home(
        name: str, initials: str | None = None, role: str = "lsa", pupil: str | None = "K7", encrypted: bool = False
    ) -> Book:
        paths = Paths(tmp_path / name, tmp_path / name)
        paths.make()
        settings = config.load(paths.config)
        settings.values |= {"person.initials": initials or name.upper(), "person.role": role}
        book = Book(paths, settings, name.encode().ljust(32, b"-") if encrypted else None)
        opened.append(book)
        if pupil and book.focus is None:
            pupils.add(book, pupil)
        return book

    yield home
    for book in opened:
        book.close()


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder / "school.db"


@pytest.fixture
def url(shared: Path) -> str:
    return f"sqlite:///{shared}"


@pytest.fixture
def everything() -> Callable[[Book], dict[str, list[tuple]]]:
    """All that a home holds, table by table: to see that nothing was changed."""

    def read(book: Book) -> dict[str, list[tuple]]:
        tables = ("change", "head", "record", "mine", "meta")
        return {table: sorted(book.db.execute_sql(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}

    return read


@pytest.fixture
def agree() -> Callable[..., None]:
    """Asserts that these homes hold the same shared log and the same records, and that records are their log."""

    def check(*books: Book) -> None:
        first = books[0]
        for book in books:
            assert log.shareable_heads(book.db) == log.shareable_heads(first.db)
            assert records(book) == records(first)
            held = everything_recorded(book)
            from lsa_tui.records.fold import rebuild

            with book.store.writing() as db:
                rebuild(db)
            assert everything_recorded(book) == held

    return check


def records(book: Book) -> list[tuple]:
    return book.db.execute_sql("SELECT * FROM record WHERE own = 0 ORDER BY uid").fetchall()


def everything_recorded(book: Book) -> list[tuple]:
    return book.db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall()


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Mounts a small disk at a folder (or with `remount` changes it); skips where this user may not."""
    mounted: list[Path] = []

    def do(folder: Path, options: str, remount: bool = False) -> None:
        if not hasattr(os, "geteuid") or os.geteuid() != 0:
            pytest.skip("mounting a disk needs root")
        args = ["mount", "-o", f"remount,{options}", str(folder)]
        if not remount:
            folder.mkdir(exist_ok=True)
            args = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(args, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
        if not remount:
            mounted.append(folder)

    yield do
    for folder in mounted:
        if folder.is_mount():
            subprocess.run(["umount", str(folder)], check=True)
