"""Which key of the DSL this device seals to. It arrives through the shared store, so a person confirms it once."""

from __future__ import annotations

from lsa_tui import clock
from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import keeping
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import read
from lsa_tui.vault import sealed
from lsa_tui.vault.sealed import Public


def ready(book: Book) -> bool:
    """Whether a key of the DSL is trusted here, so that a concern's text can be sealed. Quick: asked while drawing."""
    return keeping.glance(book).ready


def published(book: Book) -> list[Public]:
    """The keys that came through the shared store (or were made here), the newest first. Trusted or not."""
    found = sorted(read.of_kind(book.db, "dsl_key"), key=lambda one: one.order, reverse=True)
    return [Public(str(one["recipient"]), str(one["verify"])) for one in found]


def trusted(book: Book) -> list[Public]:
    """The keys that were trusted here, the one in use first."""
    if not keeping.exists(book):
        return []
    with keeping.opened(book) as db:
        sql = "SELECT recipient, verify FROM trusted ORDER BY rowid DESC"
        return [Public(*row) for row in db.execute_sql(sql)]


def unconfirmed(book: Book) -> bool:
    """Whether a key came through the shared store that is newer than any that was confirmed on this device."""
    offered, known = published(book), trusted(book)
    return bool(offered) and offered[0] not in known


def trust(book: Book, fingerprint: str, recipient: str | None = None, verify: str | None = None) -> Public:
    """Trusts the key with this fingerprint, which a person read out; from here on concerns are sealed to it.

    The key is one that came through the shared store, or the one given. Raises BadInput where no key fits.
    """
    rights.require(book, "trust the DSL's key")
    if (recipient is None) != (verify is None):
        raise BadInput("a key given by hand needs both --recipient and --verify; `lsa dsl key --json` prints them")
    if recipient is not None and verify is not None:
        offered = [sealed.public(recipient, verify)]
    else:
        offered = published(book)
    if not offered:
        raise LsaError("no key of a DSL has come to this device yet; `lsa sync` first, then confirm its fingerprint")
    found = next((one for one in offered if sealed.same_fingerprint(one.fingerprint, fingerprint)), None)
    if found is None:
        raise BadInput(
            "this is not the fingerprint of the key that came here, so it is not trusted; compare it with the DSL in "
            "person: a mistyped letter, or a key that somebody else put there"
        )
    sealed.public(found.recipient, found.verify)  # sealing to it must not fail later, with a concern typed
    remember(book, found)
    return found


def remember(book: Book, key: Public) -> None:
    """Seals to this key from now on."""
    with keeping.writing(book) as db:
        db.execute_sql("DELETE FROM trusted WHERE fingerprint = ?", (key.fingerprint,))
        db.execute_sql(
            "INSERT INTO trusted (fingerprint, recipient, verify, at) VALUES (?, ?, ?, ?)",
            (key.fingerprint, key.recipient, key.verify, clock.to_text(book.now())),
        )
    keeping.forget_glance(book)
