"""Which key of the DSL this device seals to."""

from __future__ import annotations

from lsa_tui.daybook.book import Book


def ready(book: Book) -> bool:
    """Whether a key of the DSL is trusted here, so that a concern's text can be sealed. Quick: asked while drawing."""
    raise NotImplementedError
