"""A few pictures at the three sizes, with the clock held still. After a wanted change: pytest --snapshot-update"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lsa_tui import paths
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import demo
from lsa_tui.daybook.book import Book

SIZES = [(40, 20), (80, 24), (120, 40)]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")
    monkeypatch.delenv("NO_COLOR", raising=False)
    made = Book(paths.find(str(tmp_path)))
    demo.fill(made, days=6)
    yield made
    made.close()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("name", "keys"), [("today", []), ("tally", ["]"]), ("end", ["="])])
def test_screens(snap_compare: Any, book: Book, name: str, keys: list[str], size: tuple[int, int]) -> None:
    assert snap_compare(LsaApp(book), press=keys, terminal_size=size)
