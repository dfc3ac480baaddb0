"""Sealed concerns and their receipts: files beside the shared store (on a server in a table), no part of the log.

A sealed file is written whole and read back; until the DSL has signed for it the writer's device keeps its own copy
and puts it there again wherever it is gone or altered. All of it is silent: no sync counts it or says anything of it.
"""

from __future__ import annotations

import uuid

from lsa_tui import clock
from lsa_tui.address import Location
from lsa_tui.daybook import dsl, rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import keeping, trust
from lsa_tui.errors import LsaError
from lsa_tui.sync import sealed_places as places
from lsa_tui.sync.sealed_places import Place
from lsa_tui.vault import cipher, sealed

SEALED, RECEIPT = ".age", ".receipt"


def deliver(book: Book, location: Location) -> bool:
    """Brings what is sealed here to its place there and takes from it what is for this home.

    Returns whether that could be reached. Raises nothing: a sync is as complete with it as without.
    """
    try:
        # There, and looked at, as soon as the school has a DSL's key: neither says anything of a concern.
        has_key = bool(trust.published(book) or trust.ready(book))
        takes = rights.may(book.role, "open a concern")
        if location.path is None and not (has_key or takes or keeping.exists(book)):
            return True  # a server is asked for nothing
        with places.at(location) as place:
            if not place.ready(make=has_key):
                return False
            if keeping.exists(book):
                _give(book, place)
                _take_receipts(book, place)
            if takes:
                _take_sealed(book, place)
                _give_receipts(book, place)
    except _troubles():
        return False
    return True


def _troubles() -> tuple[type[BaseException], ...]:
    return (LsaError, OSError, *cipher.database_errors())


def _give(book: Book, place: Place) -> None:
    """Puts every sealed file there that nobody has signed for yet."""
    with keeping.opened(book) as db:
        held = db.execute_sql("SELECT id, sealed, delivered_at FROM piece WHERE sealed IS NOT NULL").fetchall()
    for name, blob, delivered_at in held:
        if place.put(f"{name}{SEALED}", bytes(blob)) and delivered_at is None:
            with keeping.writing(book) as db:
                now = clock.to_text(book.now())
                db.execute_sql("UPDATE piece SET delivered_at = ? WHERE id = ?", (now, name))


def _take_receipts(book: Book, place: Place) -> None:
    """Removes the sealed copy of what the DSL has signed for: only where signature, id and content fit."""
    with keeping.opened(book) as db:
        open_ones = db.execute_sql("SELECT id, digest FROM piece WHERE acknowledged_at IS NULL").fetchall()
    keys = trust.trusted(book) if open_ones else []
    for name, digest in open_ones:
        lines = place.read(f"{name}{RECEIPT}").splitlines()
        signed = [facts for line in lines for key in keys if (facts := sealed.checked(line, key.verify))]
        facts = next((one for one in signed if (one.get("id"), one.get("digest")) == (name, digest)), None)
        if facts is None:
            continue
        with keeping.writing(book) as db:
            db.execute_sql(
                "UPDATE piece SET sealed = NULL, acknowledged_at = ? WHERE id = ?", (_moment(book, facts), name)
            )


def _moment(book: Book, facts: dict[str, object]) -> str:
    try:
        return clock.to_text(clock.from_text(str(facts.get("at"))))
    except ValueError:
        return clock.to_text(book.now())


def _take_sealed(book: Book, place: Place) -> None:
    """Keeps what has come. Whether a key in this home opens it is no matter: a deputy's may lie on a stick."""
    with keeping.opened(book) as db:
        known = {digest for (digest,) in db.execute_sql("SELECT digest FROM received")}
    for file in place.names(SEALED):
        name = file.removesuffix(SEALED)
        blob = place.read(file) if _is_id(name) else b""
        if blob and sealed.digest(blob) not in known:
            dsl.take_in(book, name, blob)


def _give_receipts(book: Book, place: Place) -> None:
    with keeping.opened(book) as db:
        held = db.execute_sql("SELECT id, line FROM receipt ORDER BY id, digest").fetchall()
    # Somebody may have put another file under the same id: each that was read has its line.
    lines: dict[str, bytes] = {}
    for name, line in held:
        lines[name] = lines.get(name, b"") + bytes(line)
    for name, content in lines.items():
        place.put(f"{name}{RECEIPT}", content)


def _is_id(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False
