"""Homes and a shared store in a temporary folder: everything real, nothing shared between tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sharing
from concern_homes import new_key, open_home
from lsa_tui import config
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import keeping
from lsa_tui.paths import Paths
from lsa_tui.sync import local
from lsa_tui.sync.run import sync
from lsa_tui.vault import sealed
from lsa_tui.vault.sealed import Identity
from postgres import Cluster
from sharing import CANARY, PASS, asked, note

Homes = Callable[..., Book]


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
def url(shared: Path) -> str:
    return f"sqlite:///{shared}"


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """The place of a shared folder that nobody has made yet."""
    (tmp_path / "cloud").mkdir()
    return tmp_path / "cloud" / "school"


@pytest.fixture
def base(postgres: Cluster) -> str:
    """The name of a new empty database."""
    return postgres.database().split("/")[3].partition("?")[0]


@pytest.fixture
def one(homes: Homes, url: str) -> Book:
    """A device that made the encrypted store."""
    book = homes("jt", encrypted=True)
    note(book, f"{CANARY} counted on")
    sync(book, url, ask=asked(PASS))
    return book


@pytest.fixture
def two(homes: Homes, one: Book, url: str) -> Book:
    """A device that joined it."""
    book = homes("lp", encrypted=True)
    note(book, f"{CANARY} wrote a line")
    sync(book, url, ask=asked(PASS))
    sync(one, url)
    return book


@pytest.fixture(scope="module")
def identity() -> Identity:
    """A DSL's key."""
    return sealed.new_identity()


@pytest.fixture
def reader(tmp_path: Path, identity: Identity) -> Iterator[Book]:
    """The DSL's home, its key made before."""
    book = open_home(tmp_path / "ap", "AP", "dsl", key=new_key(), pupil="")
    with keeping.writing(book) as db:
        public = identity.public
        values = (public.recipient, public.verify, str(tmp_path / "key.age"), "2026-11-24T08:00:00+00:00")
        db.execute_sql("INSERT INTO identity (recipient, verify, path, at) VALUES (?, ?, ?, ?)", values)
    yield book
    book.close()


@pytest.fixture
def everything() -> Callable[[Book], dict[str, list[tuple]]]:
    """All that a home holds, table by table: to see that nothing was changed, but what it notes of a refusal."""

    def rows(book: Book, table: str) -> list[tuple]:
        found = book.db.execute_sql(f"SELECT * FROM {table}").fetchall()
        return sorted((one for one in found if one[0] != local.UNMET), key=repr)

    def read(book: Book) -> dict[str, list[tuple]]:
        return {table: rows(book, table) for table in ("change", "head", "record", "mine", "meta")}

    return read


@pytest.fixture
def agree() -> Callable[..., None]:
    return sharing.agree


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
