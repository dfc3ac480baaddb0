"""Where a shared store on a PostgreSQL server is: the connection to it, its tables, and being alone with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from lsa_tui.address import parse
from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import driver, server_trouble
from lsa_tui.sync.patience import STEP_MS, patiently
from lsa_tui.sync.server_tables import LOCK, Tables


class ServerPlace:
    """The tables of one schema, over one connection."""

    waiting: Callable[[], None] | None = None

    def __init__(self, address: str, patience_ms: int = 30_000) -> None:
        """`patience_ms`: how long to wait for others who are writing."""
        self._address = address
        self.name = parse(address).name
        self._patience = patience_ms
        self._db: Any = None
        self.tables = Tables("")
        self._identity: int | None = None

    def __repr__(self) -> str:
        return f"Server({self.name!r})"  # never the address, for a password may stand in it

    def connected(self) -> set[str]:
        """Connects; which of the store's tables are there. For what is no part of the log."""
        self.close()
        with self._sentences():
            self._connect()
            return self._there()

    def identity(self) -> tuple[str, int, int] | None:
        """Which running server, database and schema this is, whatever it is called; None where none is open."""
        if self._db is None:
            return None
        sql = """SELECT pg_postmaster_start_time()::text, d.oid::bigint, n.oid::bigint
            FROM pg_database d, pg_namespace n WHERE d.datname = current_database() AND n.nspname = %s"""
        start, database, schema = self.rows(sql, (self.tables.schema,))[0]
        return str(start), int(database), int(schema)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What one statement gives, which is a transaction of its own."""
        with self._sentences():
            return self._rows(sql, values)

    def close(self) -> None:
        if self._db is not None:
            with suppress(*server_trouble.ERRORS):
                self._db.close()
        self._db = None

    # Connecting

    def _connect(self) -> None:
        self._db, schema = driver.database(self._address)
        self._db.connect()
        encoding, own = self._rows("SELECT current_setting('server_encoding'), current_schema()")[0]
        if encoding != "UTF8":
            raise SyncIncomplete(
                f"the shared server {self.name} keeps its texts as {encoding}; the database has to be made anew with "
                "the encoding UTF8"
            )
        if schema and not self._rows("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)):
            raise SyncIncomplete(
                f"the shared server {self.name} has no schema {schema}; check its name, or have it made"
            )
        if not (schema or own):
            raise SyncIncomplete(
                f"the shared server {self.name} has no schema for this account; name one, as in ?schema=class7b"
            )
        self.tables = Tables(schema or own)
        self._identity = self._oid()

    def _oid(self) -> int | None:
        """Which table of changes is there now; None where there is none."""
        found = self._rows("SELECT to_regclass(%s)::oid::bigint", (self.tables["change"],))[0][0]
        return None if found is None else int(found)

    def _there(self) -> set[str]:
        """Which of the store's tables are there."""
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename = ANY(%s)"
        names = ["lsa_change", "lsa_meta", "lsa_sealed"]
        return {name.removeprefix("lsa_") for (name,) in self._rows(sql, (self.tables.schema, names))}

    def _facts(self) -> dict[str, str]:
        return dict(self._rows(f"SELECT key, value FROM {self.tables['meta']}"))

    # SQL

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Alone among those who write, from the beginning to the end of a transaction."""
        with self._db.atomic(isolation_level="READ COMMITTED"):
            # A device that falls asleep in the middle keeps nobody waiting for ever.
            idle = f"SET LOCAL idle_in_transaction_session_timeout = {2 * self._patience}"
            self._do(f"SET LOCAL lock_timeout = {self._patience}; {idle}")
            if not self._locked("pg_try_advisory_xact_lock"):
                self._wait_for_lock()
            yield

    def _locked(self, function: str) -> bool:
        schema = "SELECT oid::bigint::bit(32)::int FROM pg_namespace WHERE nspname = %s"
        return self._rows(f"SELECT {function}(%s, ({schema}))", (LOCK, self.tables.schema))[0][0] is not False

    def _wait_for_lock(self) -> None:
        """In steps, so that somebody is told and can have enough of it. Raises what the server says at the end."""

        def step() -> None:
            with self._db.atomic():  # one that fails must not end the transaction around it
                self._do(f"SET LOCAL lock_timeout = {min(self._patience, STEP_MS)}")
                self._locked("pg_advisory_xact_lock")
            self._do(f"SET LOCAL lock_timeout = {self._patience}")

        if self.waiting is not None:
            self.waiting()
        patiently(step, self._patience / 1000, server_trouble.is_lock_wait, self.waiting)

    def _do(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self._db.execute_sql(sql, values or None)

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return list(self._do(sql, values).fetchall())

    def _set(self, key: str, value: str) -> None:
        sql = f"INSERT INTO {self.tables['meta']} (key, value) VALUES (%s, %s) ON CONFLICT (key)"
        self._do(f"{sql} DO UPDATE SET value = excluded.value", (key, value))

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except server_trouble.ERRORS as problem:
            found = server_trouble.sentence(self.name, problem, driver.password_of(self._address))
            if found is None:
                raise
            raise found from None
