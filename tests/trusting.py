"""For tests: an encrypted home whose device trusts a key of the DSL, and the DSL's half of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from commands import RunLsa
from lsa_tui import paths
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import keeping, trust
from lsa_tui.daybook.opening import open_book
from lsa_tui.vault import sealed


def encrypted_book(run_lsa: RunLsa, home: Path, role: str = "lsa") -> Book:
    """An encrypted home with pupils K7 (in focus) and M2, a target and the usual tiles, open."""
    done = run_lsa("init", "--initials", "JT", "--role", role, "--defaults")
    assert done.code == 0, done.err
    book = open_book(paths.find(str(home)))
    assert not book.plain
    pupils.add(book, "K7")
    pupils.add(book, "M2")
    pupils.use(book, "K7")
    pupils.add_item(book, "target", "T1", "Asks for help with the card")
    return book


def trusting(book: Book) -> sealed.Identity:
    """Makes a key of a DSL, trusts it in this home, and returns its secret half."""
    identity = sealed.new_identity()
    public = identity.public
    trust.trust(book, public.fingerprint, public.recipient, public.verify)
    return identity


def opened(book: Book, identity: sealed.Identity) -> list[dict[str, Any]]:
    """What the DSL would read of what is sealed in this home, oldest first."""
    with keeping.opened(book) as db:
        pieces = [row[0] for row in db.execute_sql("SELECT sealed FROM piece ORDER BY rowid")]
    return [json.loads(sealed.unseal(one, identity)) for one in pieces]
