"""A shared store on a PostgreSQL server, for a school or trust that outgrew a file.

Its accounts and TLS say who may read, so it has no key. Writers are alone by an advisory lock, which ends with its
transaction; the heads are the ends of the chains themselves, so they cannot say anything else.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lsa_tui import clock
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import branches
from lsa_tui.sync import server_trouble
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.server_place import ServerPlace
from lsa_tui.sync.server_tables import COLUMNS, quoted
from lsa_tui.sync.shared import LOG_FORMAT, About, Change, Damaged, Heads

_ASIDE = "_damaged_%Y_%m_%d_%H%M%S"
"""How the names of tables end that were set aside."""

_UNCLEAN = "unclean"
"""Among the facts while bytes of something erased may stand in the tables' free space."""


class Server(ServerPlace):
    """One store: the tables of one schema. One connection, opened for the sync and closed after it."""

    opening: Opening | None = None
    again = ""
    kind = "postgresql"

    _ahead: float | None = None

    def open(self, *, made_up: bool, create: bool) -> About:
        self.close()
        with self._sentences():
            try:
                self._connect()
                there = self._there()
                facts = self._facts() if "meta" in there else {}
                found = bool(facts.get("hub_id")) and {"change", "sealed"} <= there
                if not found:
                    if not facts.get("hub_id"):
                        self._check_no_changes(there)
                    if not create:
                        self.close()
                        return About("", made_up, created=not there, was_empty=bool(there))
                    found = not self._make(made_up)  # another device may have been quicker
                    facts = self._facts()
                about = self._recognise(facts)
                return about if found else About(about.hub_id, about.made_up, not there, bool(there))
            except BaseException:
                self.close()
                raise

    def apart_from(self, home: Path) -> bool:
        del home  # wherever that is
        return True

    def heads(self) -> Heads:
        if self._db is None:
            return {}
        with self._sentences():
            return {dev: (seq, chain) for dev, seq, chain in self._rows(self.tables.heads)}

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def changes(self, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
        if self._db is None:
            return []
        with self._sentences():
            sql = f"""SELECT {self.tables.columns} FROM {self.tables["change"]}
                WHERE dev = %s AND seq > %s AND seq <= %s ORDER BY seq LIMIT %s"""
            found = self._rows(sql, (dev, seq, last, limit))
            return [dict(zip(COLUMNS, row, strict=True)) for row in found]

    def where(self, uid: str) -> tuple[str, int] | None:
        if self._db is None:
            return None
        with self._sentences():
            found = self._rows(f"SELECT dev, seq FROM {self.tables['change']} WHERE uid = %s", (uid,))
            return (found[0][0], found[0][1]) if found else None

    @contextmanager
    def pushing(self) -> Iterator[None]:
        # Said here and not left to the server's settings: what is read after the lock must be what is there then.
        with self._sentences(), self._alone():
            # Asked before the caller seals what it sends: a standby begins a transaction without a word.
            sql = """SELECT current_setting('transaction_read_only'), has_table_privilege(%s, 'INSERT'),
                extract(epoch FROM clock_timestamp())"""
            read_only, may, moment = self._rows(sql, (self.tables["change"],))[0]
            if read_only == "on" or not may:
                why = server_trouble.READ_ONLY if read_only == "on" else server_trouble.NO_RIGHT
                raise SyncIncomplete(f"the shared server {self.name}: {why}")
            self._ahead = float(moment) - time.time()
            yield

    def add(self, changes: Sequence[Change]) -> None:
        sql = f"COPY {self.tables['change']} ({self.tables.columns}) FROM STDIN"
        with self._db.connection().cursor() as cursor, cursor.copy(sql) as copy:
            for one in changes:
                copy.write_row([one[name] for name in COLUMNS])

    def move(self, dev: str, seq: int) -> str:
        tail = branches.renamed(self.changes(dev, seq - 1, 1 << 62, 1 << 62))
        if not tail:
            raise LookupError(f"chain {dev} has no change {seq}")
        name = str(tail[0]["dev"])
        change = self.tables["change"]
        self._do(f"DELETE FROM {change} WHERE dev = %s AND seq >= %s", (dev, seq))
        # Where it was held twice (a store filled by a device that had moved it already), the longer one stays.
        known = self._rows(f"SELECT coalesce(max(seq), 0) FROM {change} WHERE dev = %s", (name,))[0][0]
        if known < len(tail):
            self._do(f"DELETE FROM {change} WHERE dev = %s", (name,))
            self.add(tail)
        return name

    def sweep(self, erased: Mapping[str, Sequence[int]]) -> int:
        if self._db is None:
            return 0
        with self._sentences():
            found = sum(
                self._wipe(table, dev, list(seqs)) for table in self._with_changes() for dev, seqs in erased.items()
            )
            if self._facts().get(_UNCLEAN):
                self._clean()
        return found

    def moved_to(self) -> str:
        if self._db is None:
            return ""
        with self._sentences():
            return self._facts().get("moved_to", "")

    def mark_moved(self, to: str) -> None:
        self._set("moved_to", to)

    def set_aside(self) -> Path | None:
        """Renames the tables of changes and facts under a dated name; the path that is returned is that of changes."""
        stamp = clock.now(ZoneInfo("UTC")).strftime(_ASIDE)
        opened = self._identity
        try:
            with self._sentences():
                self._connect()
                with self._alone():
                    if self._oid() != opened:
                        return None  # another device was quicker
                    for name in ("change", "meta"):
                        self._do(f"ALTER TABLE IF EXISTS {self.tables[name]} RENAME TO {quoted(f'lsa_{name}{stamp}')}")
        finally:
            self.close()
        return Path(f"lsa_change{stamp}")

    def wrong(self, scratch: Path) -> list[str]:
        del scratch  # its pages are the server's own to look after
        sql = f"SELECT count(*) FROM {self.tables['change']} WHERE (body IS NULL) <> (salt IS NULL)"
        half = int(self.rows(sql)[0][0])
        return [f"{half} changes have lost half of their words"] if half else []

    def by_hand(self) -> list[str]:
        return []

    def strange(self) -> list[str]:
        return []

    def kept(self) -> list[tuple[str, float]]:
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1"
        begins = f"lsa_change{_ASIDE[:9]}"
        names = [name for (name,) in self.rows(sql, (self.tables.schema,)) if name.startswith(begins)]
        return [(name, datetime.strptime(f"{name}+0000", f"lsa_change{_ASIDE}%z").timestamp()) for name in names]

    def free(self) -> int | None:
        return None

    def clock_ahead(self) -> float | None:
        return self._ahead

    # Making and recognising

    def _check_no_changes(self, there: set[str]) -> None:
        # By their columns: a table of that name may be another program's.
        if "change" in there and self._rows(f"SELECT {self.tables.columns} FROM {self.tables['change']} LIMIT 1"):
            raise Damaged(f"the shared server {self.name} is damaged: the facts about it are gone")

    def _make(self, made_up: bool) -> bool:
        """Makes the tables and the facts. Returns False where another device came first."""
        with self._alone():
            self._make_tables()
            self._rows(
                f"SELECT {self.tables.columns} FROM {self.tables['change']} LIMIT 0"
            )  # one that was there is ours
            if self._facts().get("hub_id"):
                return False
            facts = {
                "hub_id": self.again or str(uuid.uuid4()),
                "log_format": str(LOG_FORMAT),
                "created": clock.to_text(clock.now(ZoneInfo("UTC"))),
                "made_up": "yes" if made_up else "no",
            }
            if len(self._with_changes()) > 1:  # what was set aside may hold what was erased before
                facts[_UNCLEAN] = "yes"
            for key, value in facts.items():
                self._set(key, value)
        return True

    def _make_tables(self) -> None:
        for sql in self.tables.made:
            self._do(sql)

    def _recognise(self, facts: Mapping[str, str]) -> About:
        found = facts.get("log_format", "")
        if found.isdigit() and int(found) > LOG_FORMAT:
            raise SyncIncomplete(
                f"the shared server {self.name} was written by a newer lsa (format {found}, this one knows "
                f"{LOG_FORMAT}); please update this program"
            )
        if found != str(LOG_FORMAT):
            raise Damaged(f"the shared server {self.name} is damaged: the facts about it are missing")
        return About(facts["hub_id"], facts.get("made_up") == "yes")

    # Erasing

    def _with_changes(self) -> list[str]:
        """The tables that may hold what was erased: the changes, and those that were set aside."""
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename LIKE 'lsa\\_change%%'"
        schema = self.tables.schema
        return [f"{quoted(schema)}.{quoted(name)}" for (name,) in self._rows(sql, (schema,))]

    def _wipe(self, table: str, dev: str, seqs: list[int]) -> int:
        which = "WHERE dev = %s AND seq = ANY(%s) AND body IS NOT NULL"
        if not self._rows(f"SELECT 1 FROM {table} {which} LIMIT 1", (dev, seqs)):
            return 0
        with self._alone():
            self._set(_UNCLEAN, "yes")
            return int(self._do(f"UPDATE {table} SET body = NULL, salt = NULL {which}", (dev, seqs)).rowcount)

    def _clean(self) -> None:
        """Writes the tables anew: PostgreSQL keeps what a row held before, until its place is used again."""
        said: list[str] = []
        connection = self._db.connection()
        connection.add_notice_handler(lambda notice: said.append(notice.sqlstate or ""))
        for table in self._with_changes():
            self._do(f"VACUUM (FULL) {table}")
        # To an account that does not own the tables it says so and does nothing: the owner's next sync does it.
        if "01000" not in said and "42501" not in said:
            self._do(f"DELETE FROM {self.tables['meta']} WHERE key = %s", (_UNCLEAN,))
