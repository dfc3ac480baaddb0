"""Homes for tests: real folders, real databases, a made-up pupil."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from lsa_tui import paths
from lsa_tui.daybook import behaviours, marks, plan, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.opening import open_book


def new_book(
    home: Path,
    initials: str = "JT",
    role: str = "lsa",
    pupil: str | None = "K7",
    tiles: bool = True,
    key: bytes | None = None,
) -> Book:
    """An open book of a home that was set up: pupil K7 with target T1, the default tiles; encrypted with `key`."""
    book = Book(paths.find(str(home)), key=key)
    book.config.save(person_initials=initials, person_role=role)
    if pupil:
        pupils.add(book, pupil)
        pupils.add_item(book, "target", "T1", "Asks for help with the card")
    if tiles:
        behaviours.add_defaults(book)
    return book


@contextmanager
def acting(book: Book, initials: str = "LP", role: str = "teacher") -> Iterator[Book]:
    """Somebody else at this book for a while: the class teacher, unless named otherwise."""
    before = book.config["person.initials"], book.config["person.role"]
    book.config.save(person_initials=initials, person_role=role)
    yield book
    book.config.save(person_initials=before[0], person_role=before[1])


@contextmanager
def tampering(home: Path) -> Iterator[Any]:
    """The database of a home for other hands: what is executed is committed."""
    book = open_book(paths.find(str(home)))
    yield book.db.connection()
    book.close()


def class_teacher(lsa: Book, folder: Path) -> Book:
    """The class teacher's home: it shares a file in `folder` with the LSA's, and K7 is in focus there too."""
    from lsa_tui.sync.run import sync  # the benchmarks make homes with this file, and measure without a sync

    (folder / "share").mkdir()
    teacher = new_book(folder / "teacher", "LP", "teacher", pupil=None, tiles=False)
    for book in (lsa, teacher):
        book.config.save(shared_url=f"sqlite:///{folder}/share/school.db")
        sync(book)
    pupils.use(teacher, "K7")
    return teacher


def marked(book: Book, letter: str) -> int:
    """How often a tile was tapped today."""
    tile = behaviours.at_letter(book, letter, book.focus)
    assert tile is not None
    return marks.counts(book, book.today().isoformat()).get(tile.id, 0)


def plan_morning(book: Book) -> None:
    """Three slots of any day."""
    plan.add(book, "Phonics", "09:00", "09:30")
    plan.add(book, "Maths", "09:45", "10:45")
    plan.add(book, "Break", "10:45", "11:00")


def plan_around_now(book: Book) -> None:
    """A lesson that is going on now and one after it, unless midnight is near."""
    now = book.now()
    for title, back, ahead in (("Maths", 20, 20), ("Break", -20, 35)):
        starts, ends = now - timedelta(minutes=back), now + timedelta(minutes=ahead)
        if starts.date() == ends.date() == now.date():
            plan.add(book, title, f"{starts:%H:%M}", f"{ends:%H:%M}")
