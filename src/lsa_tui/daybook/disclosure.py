"""Words that sound like a disclosure, so that a note asks once whether it is one for the DSL."""

from __future__ import annotations

from lsa_tui.daybook.book import Book


def sounds_like(text: str, book: Book | None = None) -> str | None:
    """The words in `text` that sound like a disclosure, None where there are none; `[words] disclosure` of `book`'s
    settings replaces the list."""
    raise NotImplementedError
