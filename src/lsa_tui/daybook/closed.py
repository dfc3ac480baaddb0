"""A home whose records cannot be opened: with which key they would be, and what is left of them."""

from __future__ import annotations

from lsa_tui.daybook import backups, opening
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, LsaError, NewerDatabase
from lsa_tui.paths import Paths
from lsa_tui.vault import cipher, home


def key_of(paths: Paths, file: str | None = None) -> bytes | None:
    """The key of a home, damaged or not; None for a plain one.

    Raises Locked without the right passphrase or where nobody was ever set up, LsaError without a key file.
    """
    state = home.state(paths)
    if state in ("plain", "lost") or (state == "encrypted" and looks_plain(paths)):
        return None
    if state == "new":
        raise opening.no_home(paths)
    return opening.key_of(paths, file)


def book_of(paths: Paths, key: bytes | None) -> Book | LsaError:
    """The open book, or why it cannot be opened. Raises Locked; NewerDatabase, for such records are well."""
    try:
        if key is not None:
            return opening.open_with(paths, key)
        if not cipher.is_there(paths.database):
            left = " and ".join(str(one) for one in home.left_of(paths))
            return LsaError(f"the records {paths.database} are gone or empty; {left} is left of them")
        if not cipher.is_plain(paths.database):
            return LsaError(f"{paths.database} does not begin as a database does: it is damaged, or not a database")
        return Book(paths)
    except (Locked, NewerDatabase):
        raise
    except LsaError as problem:
        return problem


def looks_plain(paths: Paths) -> bool:
    """Whether a home without a key file was a plain one, whose records lost their beginning."""
    if paths.key.exists() or paths.key_copy.exists():
        return False
    if any(cipher.is_plain(one) for one in backups.places(paths)):
        return True
    try:
        held = paths.database.read_bytes()
    except OSError:
        return False
    return len(set(held[: cipher.PAGE])) < cipher.NOISE or b"CREATE TABLE" in held
