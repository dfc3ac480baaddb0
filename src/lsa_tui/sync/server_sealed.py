"""Sealed concerns and their receipts in a table of a PostgreSQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.sync.sealed_places import LARGEST

if TYPE_CHECKING:
    from lsa_tui.sync.server import Server


class SealedTable:
    """The place of a store on a server. Raises SyncIncomplete where that cannot be reached."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def _table(self) -> str:
        return self._server.tables["sealed"]

    def ready(self, make: bool) -> bool:
        """It is made with the store's other tables, so that its being there says nothing."""
        del make
        return "sealed" in self._server.connected()

    def names(self, ending: str) -> list[str]:
        found = self._server.rows(f"SELECT name FROM {self._table} WHERE right(name, %s) = %s", (len(ending), ending))
        return sorted(name for (name,) in found)

    def read(self, name: str) -> bytes:
        sql = f"SELECT content FROM {self._table} WHERE name = %s AND octet_length(content) <= %s"
        found = self._server.rows(sql, (name, LARGEST))
        return bytes(found[0][0]) if found else b""

    def put(self, name: str, content: bytes) -> bool:
        if self.read(name) == content:
            return True
        sql = f"INSERT INTO {self._table} (name, content) VALUES (%s, %s) ON CONFLICT (name)"
        self._server.rows(f"{sql} DO UPDATE SET content = excluded.content RETURNING name", (name, content))
        return self.read(name) == content
