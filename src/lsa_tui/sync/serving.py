"""A shared store on a server, where others are joined with words: its account lets a device in, or does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lsa_tui.address import Location, parse
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.setup import share_with
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.sync import local, recognising
from lsa_tui.sync.shared import About

if TYPE_CHECKING:
    from lsa_tui.sync.server import Server

Sure = Callable[[str], None]
"""Gets the name of another group's store before it is joined; raises an LsaError where it is not to be."""


@contextmanager
def _opened(book: Book, location: Location) -> Iterator[tuple[Server, About]]:
    from lsa_tui.sync.server import Server  # its driver takes 120 ms

    server = Server(location.address)
    try:
        yield server, server.open(made_up=book.made_up, create=False)
    finally:
        server.close()


def standing(book: Book, location: Location) -> tuple[str, str]:
    """How it stands: "server", "not there" or "" where that cannot be told, and what is wrong ("": nothing)."""
    try:
        with _opened(book, location) as (server, about):
            if not about.hub_id:
                return "not there", ""
            try:
                recognising.require_ours(book, server, about)
            except LsaError as problem:
                return "server", str(problem)
            return "server", ""
    except LsaError as problem:
        return "", str(problem)


def is_sure(name: str) -> None:
    """For a caller who knows that another group's store is meant."""


def join(book: Book, url: str | None = None, sure: Sure = is_sure) -> str:
    """Takes the store of a server as this device's, whatever was at that place before (`sure` is asked first where it
    is another group's). Returns its name.

    Raises SyncIncomplete where it cannot be reached or is not for this home.
    """
    location = parse(url or book.config["shared.url"])
    with _opened(book, location) as (server, about):
        if about.hub_id and about.made_up != book.made_up:
            kind, other = ("made-up", "real") if about.made_up else ("real", "made-up")
            raise SyncIncomplete(f"{location.name} holds {kind} records and this home {other} ones; they never mix")
        if about.hub_id and recognising.is_foreign(book, server, about, server.heads()):
            sure(server.name)
    with book.store.writing() as db:
        for one in local.memories(db):
            if one.name == location.name and one.hub_id != about.hub_id:
                db.execute_sql("DELETE FROM meta WHERE key = ?", (f"hub:{one.hub_id}",))
    if url:
        share_with(book, url)
    audit.note(book, "joined the shared store", location.name)
    return location.name
