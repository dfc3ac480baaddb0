"""The recovery key on the screens: shown until its page was closed; a program killed before that makes a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.records import log

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book
    from lsa_tui.vault.keyfile import KeyFile

_UNSEEN = "recovery_unseen"
"""Of the recovery keys whose page nobody has closed: what tells one from another, and opens nothing."""


def to_show(book: Book, made: str = "") -> str:
    """The recovery key that the screens have to show: the one `made` with the home just now, or a new one where the
    page with the last one was never closed, since that stands nowhere any more. Empty where there is none to show.

    Raises LsaError where the new one cannot be written; the old one holds then.
    """
    held = log.get_meta(book.db, _UNSEEN)
    if book.key is None or not (made or held):
        return ""
    from lsa_tui.vault import home  # hardly ever

    keys = home.read_key_file(book.paths)
    if made:
        _remember(book, _which(keys))
        return made
    if _which(keys) not in str(held).split():
        seen(book)  # `lsa key recovery` has shown a later one
        return ""
    before = _which(keys)
    made = keys.add_recovery(book.key)
    _remember(book, f"{before} {_which(keys)}")  # before it is written: a kill between the two loses neither
    home.write_key_file(book.paths, keys)
    from lsa_tui.daybook import audit

    audit.note(book, "made a new recovery key")
    return made


def seen(book: Book) -> None:
    """The page was closed: it is not shown again."""
    with book.store.writing():
        book.db.execute_sql("DELETE FROM meta WHERE key = ?", (_UNSEEN,))


def _remember(book: Book, which: str) -> None:
    with book.store.writing():
        log.set_meta(book.db, _UNSEEN, which)


def _which(keys: KeyFile) -> str:
    """The salt of the recovery key's slot, which each has of its own."""
    return "".join(str(slot["kdf"]["salt"]) for slot in keys.of_kind("recovery"))
