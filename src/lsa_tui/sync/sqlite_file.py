"""A shared store that is one SQLite file: on a local disk, a stick, or a network share whose locks work."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lsa_tui import clock
from lsa_tui.records import branches, log
from lsa_tui.records.belonging import in_parts
from lsa_tui.records.models import ONLY_ERASED, Head
from lsa_tui.sync import setting_aside
from lsa_tui.sync.shared import Change, Forked, Heads
from lsa_tui.sync.sqlite_place import UNCLEAN, SqlitePlace, readable
from lsa_tui.vault import cipher


class SqliteFile(SqlitePlace):
    """One shared file, to be read and written."""

    def apart_from(self, home: Path) -> bool:
        with self._sentences():
            return self.path.parent.stat().st_dev != home.stat().st_dev

    def heads(self) -> Heads:
        if self._db is None:
            return {}
        with self._sentences():
            rows = Head.select(Head.dev, Head.seq, Head.chain).tuples().execute(self._db)
            found = {dev: (seq, chain) for dev, seq, chain in rows}
            if not all(type(seq) is int and seq > 0 for seq, _ in found.values()):
                raise sqlite3.DatabaseError("malformed: a head is no number")
            return found

    def changes(self, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
        if self._db is None:
            return []
        with self._sentences():
            connection = self._db.connection()
            try:
                connection.text_factory = str  # in C, four times as quick as any function
                return log.changes_after(self._db, dev, seq, last, limit)
            except cipher.database_errors() as problem:
                if "decode" not in str(problem).lower():
                    raise
            finally:
                connection.text_factory = readable
            return log.changes_after(self._db, dev, seq, last, limit)

    def where(self, uid: str) -> tuple[str, int] | None:
        if self._db is None:
            return None
        with self._sentences():
            row = self._db.execute_sql("SELECT dev, seq FROM change WHERE uid = ?", (uid,)).fetchone()
            return (row[0], row[1]) if row else None

    @contextmanager
    def pushing(self) -> Iterator[None]:
        with self._sentences(), self._writing():
            # SQLite begins on a read-only file without a word; the caller must know before it seals what it sends.
            self._db.execute_sql("PRAGMA user_version = 0")  # which it is: the first page is written in any case
            yield
        with suppress(OSError):
            self._ahead = self.path.stat().st_mtime - time.time()

    def add(self, changes: Sequence[Change]) -> None:
        try:
            log.insert_changes(self._db, changes)
        except cipher.integrity_errors():
            raise self._held_already(changes) from None
        for dev, (seq, chain) in {one["dev"]: (one["seq"], one["chain"]) for one in changes}.items():
            log.set_head(self._db, dev, seq, chain)

    def _held_already(self, changes: Sequence[Change]) -> Exception:
        """Why changes could not be inserted, those before the one that could not being there now."""
        lacks = "SELECT NOT EXISTS (SELECT 1 FROM change WHERE dev = ? AND seq = ?)"
        missing = (one for one in changes if self._db.execute_sql(lacks, (one["dev"], one["seq"])).fetchone()[0])
        first = next(missing, None)
        # Not asked of the index: one that is damaged knows rows that are not there.
        held = "SELECT 1 FROM change NOT INDEXED WHERE uid = ?"
        if first is not None and self._db.execute_sql(held, (first["uid"],)).fetchone():
            return Forked(f"{self.path} holds one of these changes already, under another name; sync again")
        # Its place is taken, though the head says that the chain ends before it; or an index is wrong.
        return sqlite3.DatabaseError("malformed: what it holds is not what its heads or its indexes say")

    def check(self) -> None:
        """Raises Damaged where a page, a row or an index is not as it should be. Reads all of it."""
        if self._db is None:
            return
        with self._sentences():
            found = self._pragma("integrity_check(1)")
            if found != "ok":
                raise sqlite3.DatabaseError(f"malformed: {found}")

    def chains(self) -> set[str]:
        """Every chain of which it holds a change, whatever its heads say."""
        if self._db is None:
            return set()
        with self._sentences():
            return {str(dev) for (dev,) in self._db.execute_sql("SELECT DISTINCT dev FROM change")}

    def move(self, dev: str, seq: int) -> str:
        try:
            return branches.move(self._db, dev, seq)
        except branches.Broken as problem:
            raise sqlite3.DatabaseError(f"malformed: {problem}") from None

    def moved_to(self) -> str:
        if self._db is None:
            return ""
        with self._sentences():
            return log.get_meta(self._db, "moved_to") or ""

    def mark_moved(self, to: str) -> None:
        log.set_meta(self._db, "moved_to", to)

    def sweep(self, erased: Mapping[str, Sequence[int]]) -> int:
        if self._db is None:
            return 0
        self._let_go()
        with self._sentences():
            found = [(dev, seq) for dev, seqs in erased.items() for seq in self._with_body(dev, seqs)]
            if found:
                with self._writing():
                    # A file of an earlier program has a guard that lets no body go.
                    self._db.execute_sql("DROP TRIGGER IF EXISTS change_is_immutable")
                    self._db.execute_sql(ONLY_ERASED)
                    sql = "UPDATE change SET body = NULL, salt = NULL WHERE dev = ? AND seq = ?"
                    self._db.connection().executemany(sql, found)
                    log.set_meta(self._db, UNCLEAN, "yes")
                self._unclean = True
            if self._unclean:
                self._db.execute_sql("PRAGMA synchronous = extra")
                self._db.execute_sql("VACUUM")
                self._db.execute_sql("DELETE FROM meta WHERE key = ?", (UNCLEAN,))
                self._unclean = False
        return len(found)

    def _with_body(self, dev: str, seqs: Sequence[int]) -> Iterator[int]:
        for part, marks in in_parts(seqs):
            sql = f"SELECT seq FROM change WHERE dev = ? AND seq IN ({marks}) AND body IS NOT NULL"
            yield from [seq for (seq,) in self._db.execute_sql(sql, (dev, *part))]

    # A new key

    def store_id(self) -> str:
        """The id of the store that is open."""
        return str(log.get_meta(self._db, "hub_id"))

    def change_key(self, key: bytes) -> None:
        """Puts another key to use, in one transaction. Whether it did is seen on opening it again: SQLCipher says "ok"
        to a file that is held by others, too."""
        with self._sentences():
            self._let_go()
            self._db.execute_sql("PRAGMA synchronous = extra")
            self._db.execute_sql(f"PRAGMA busy_timeout = {self._patience}")  # it does not say that it was kept waiting
            self._db.execute_sql(f"PRAGMA rekey = \"x'{key.hex()}'\"")

    def size(self) -> int:
        """How many changes it holds."""
        return int(self._db.execute_sql("SELECT count(*) FROM change").fetchone()[0])

    def fill(self, source: SqliteFile) -> None:
        """Takes over all that another open shared file holds."""
        with self._sentences(), self._writing():
            for (dev,) in source._db.execute_sql("SELECT DISTINCT dev FROM change").fetchall():
                seq = 0
                while page := log.changes_after(source._db, dev, seq, 1 << 62, 500):
                    log.insert_changes(self._db, page)
                    seq = page[-1]["seq"]
            for dev, seq, chain in source._db.execute_sql("SELECT dev, seq, chain FROM head"):
                log.set_head(self._db, dev, seq, chain)
            for key, value in source._db.execute_sql("SELECT key, value FROM meta WHERE key <> 'log_format'"):
                log.set_meta(self._db, key, value)

    def set_aside(self) -> Path | None:
        moment, was = clock.now(self.opening.book.zone if self.opening is not None else ZoneInfo("UTC")), self._identity
        self.close()
        if self.opening is not None:
            self.opening.check_making_anew()
        with self._sentences():
            return setting_aside.renamed(self.path, was, moment)

    def wrong(self, scratch: Path) -> list[str]:
        from lsa_tui.sync import checking_file  # when all of it is looked at

        with self._sentences():
            found = checking_file.wrong(self._db, self._key, scratch)
            lost = checking_file.missing_guards(self._db)
            return found + ([f"it has lost {', '.join(lost)}: it was opened with other tools"] if lost else [])

    def put_guards_back(self) -> None:
        """Makes the rules anew that keep the log as it was written. Raises SyncIncomplete."""
        from lsa_tui.sync import checking_file

        if checking_file.missing_guards(self._db):
            with self.pushing():
                checking_file.put_guards_back(self._db)

    def by_hand(self) -> list[str]:
        return []

    def strange(self) -> list[str]:
        return []

    def kept(self) -> list[tuple[str, float]]:
        with self._sentences():
            return [(one.name, one.stat().st_mtime) for one in setting_aside.kept(self.path)]

    def free(self) -> int | None:
        try:
            return shutil.disk_usage(self.path.parent).free
        except OSError:
            return None

    def clock_ahead(self) -> float | None:
        return self._ahead
