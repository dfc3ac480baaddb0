"""Homes of the documents' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.usual_day import TUESDAY, Clock, record_usual_day
from homes import new_book
from lsa_tui.daybook.book import Book
from lsa_tui.documents.document import Document
from lsa_tui.documents.summary import build


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the present: `now("09:45")` on that Tuesday, or on another day."""

    def set_to(time: str, day: str = "2026-11-24", offset: str = "+00:00") -> None:
        monkeypatch.setenv("LSA_NOW", f"{day}T{time}:00{offset}")

    return set_to


@pytest.fixture
def book(tmp_path: Path, now: Clock) -> Iterator[Book]:
    """K7 with T1 and the default tiles, on Tuesday morning before school."""
    now("08:30")
    opened = new_book(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def usual(book: Book, now: Clock) -> Book:
    """Tuesday after school."""
    record_usual_day(book, now)
    return book


@pytest.fixture
def hand_over(usual: Book) -> Document:
    """The LSA's own document of the usual day."""
    return build(usual, TUESDAY, "lsa")
