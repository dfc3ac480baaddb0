"""The kinds of shared store: the one place that knows which class is behind a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.address import Location
from lsa_tui.daybook.book import Book
from lsa_tui.sync import clouds

if TYPE_CHECKING:
    from lsa_tui.sync.shared import SharedStore


def at(location: Location, book: Book, *, cloud_too: bool = False) -> SharedStore:
    """The store of a location, to be opened. Each kind is loaded only where it is used.

    Raises BadInput for a SQLite file in a cloud client's folder, unless `cloud_too`: for moving it out of there.
    """
    if not cloud_too:
        clouds.check(location)
    if location.path is None:
        from lsa_tui.sync.server import Server  # its driver takes 100 ms

        return Server(location.address)
    if location.kind == "folder":
        from lsa_tui.sync.folder import Folder

        return Folder(location.path, book)
    from lsa_tui.sync.sqlite_file import SqliteFile

    return SqliteFile(location.path)
