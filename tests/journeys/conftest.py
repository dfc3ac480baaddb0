"""Homes of the journeys: as each of them wants them furnished, on a Tuesday at 10:42."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.daybook.book import Book


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, furnish: Callable[[Book], object]) -> Callable[[str], Path]:
    """Makes a home of this name; `furnish` is the journey's own fixture."""
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")

    def make(name: str) -> Path:
        book = new_book(tmp_path / name)
        furnish(book)
        book.close()
        return tmp_path / name

    return make
