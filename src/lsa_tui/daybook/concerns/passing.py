"""Saving a concern, adding to it, and what its writer still sees of it."""

from __future__ import annotations

from datetime import datetime

from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns.sheet import Draft, Passed


def keeps_drafts(book: Book) -> bool:
    """Whether a draft outlives a kill here: the home is encrypted and a key of the DSL is trusted.

    Otherwise what is typed is only in memory, and the sheet should say so.
    """
    raise NotImplementedError


def load_draft(book: Book) -> Draft:
    """The sheet as it was left; an empty one where nothing was kept."""
    raise NotImplementedError


def keep_draft(book: Book, draft: Draft) -> bool:
    """Keeps the sheet as it is typed, encrypted on the disk or (see `keeps_drafts`) in memory. Returns which."""
    raise NotImplementedError


def drop_draft(book: Book) -> None:
    """Wipes the kept sheet."""
    raise NotImplementedError


def save(book: Book, draft: Draft) -> Passed:
    """Seals the sheet to the DSL and wipes its draft; without a trusted key only who was told and when is kept.

    Raises BadInput for an empty sheet or a text too long; nothing is wiped then.
    """
    raise NotImplementedError


def add(book: Book, uid: str, draft: Draft) -> Passed:
    """Adds to a saved concern what stands on the sheet. As `save`. Raises BadInput where there is no such concern."""
    raise NotImplementedError


def told(book: Book, uid: str, whom: str, at: datetime | None = None, in_person: bool | None = None) -> Passed:
    """Adds to a saved concern that somebody was told (now, without `at`). Raises BadInput."""
    raise NotImplementedError


def passed_on(book: Book) -> list[Passed]:
    """The concerns saved on this device, the newest first."""
    raise NotImplementedError


def to_pass_on(book: Book) -> int:
    """Concerns nobody was told of yet, a sheet with text on it included. Quick: asked while drawing."""
    raise NotImplementedError
