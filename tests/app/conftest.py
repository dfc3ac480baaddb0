"""Homes of the screens' tests, at a time of one Tuesday."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import RunLsa
from homes import new_book
from lsa_tui.daybook import concerns
from lsa_tui.daybook.book import Book
from trusting import encrypted_book


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")


@pytest.fixture
def after_school(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T15:31:00+00:00")


@pytest.fixture
def plain(tmp_path: Path, morning: None) -> Iterator[Book]:
    """A plain home, in which no concern can be kept; a draft is in memory alone."""
    book = new_book(tmp_path / "plain")
    yield book
    concerns.drop_draft(book)
    book.close()


@pytest.fixture
def encrypted(run_lsa: RunLsa, home: Path, morning: None) -> Iterator[Book]:
    """An encrypted home with pupils K7 (in focus) and M2."""
    book = encrypted_book(run_lsa, home)
    yield book
    book.close()
