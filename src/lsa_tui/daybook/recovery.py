"""The recovery key: shown until somebody has seen it; where a program was killed before that, a new one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.records import log

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book
    from lsa_tui.vault.keyfile import KeyFile

_UNSEEN = "recovery_unseen"
"""Of the recovery keys that nobody has seen: what tells one from another, and opens nothing."""
NOBODY = "nobody has seen this home's recovery key; `lsa key recovery` makes one and shows it"


def to_show(book: Book, made: str = "") -> str:
    """The recovery key that the screens have to show: the one `made` with the home just now, or a new one where the
    last one was never seen, since that stands nowhere any more. Empty where there is none to show.

    Raises LsaError where the new one cannot be written; the old one holds then.
    """
    if book.key is None:
        return ""
    if made:
        remember(book)
        return made
    return renew(book) if unseen(book) else ""


def unseen(book: Book) -> bool:
    """Whether nobody has seen the present recovery key."""
    held = log.get_meta(book.db, _UNSEEN)
    if book.key is None or not held:
        return False
    from lsa_tui.vault import home  # hardly ever

    if any(_which(keys) in held.split() for keys in home.key_files(book.paths)[:1]):
        return True
    seen(book)  # a later one was shown
    return False


def renew(book: Book) -> str:
    """Makes a new recovery key; it counts as unseen until `seen`. Raises LsaError, and then the old one holds."""
    from lsa_tui.daybook import audit
    from lsa_tui.vault import home

    assert book.key is not None
    with home.changing(book.paths, book.key) as keys:
        before = _which(keys)
        made = keys.add_recovery(book.key)
        # Before it is written: a kill between the two loses neither.
        _remember(book, f"{before} {_which(keys)}" if unseen(book) else _which(keys))
    audit.note(book, "made a new recovery key")
    return made


def remember(book: Book) -> None:
    """Nobody has seen the present recovery key yet."""
    from lsa_tui.vault import home

    _remember(book, _which(home.read_key_file(book.paths)))


def seen(book: Book) -> None:
    """It was shown: not again."""
    with book.store.writing():
        book.db.execute_sql("DELETE FROM meta WHERE key = ?", (_UNSEEN,))


def _remember(book: Book, which: str) -> None:
    with book.store.writing():
        log.set_meta(book.db, _UNSEEN, which)


def _which(keys: KeyFile) -> str:
    """The salt of the recovery key's slot, which each has of its own."""
    return "".join(str(slot["kdf"]["salt"]) for slot in keys.of_kind("recovery"))
