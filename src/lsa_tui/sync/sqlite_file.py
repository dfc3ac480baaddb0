"""A shared store that is one SQLite file: on a local disk, a stick, or a network share whose locks work."""

from __future__ import annotations

import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import peewee

from lsa_tui import clock
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import branches, log, store
from lsa_tui.records.belonging import in_parts
from lsa_tui.records.models import LOG, ONLY_ERASED, Head
from lsa_tui.sync import pages, setting_aside, trouble
from lsa_tui.sync.keys import Held, KeyChanged, WentBack, salt_of
from lsa_tui.sync.opening import EMPTY, OPEN, SHUT, Opening
from lsa_tui.sync.shared import LOG_FORMAT, About, Busy, Change, Damaged, Forked, Heads
from lsa_tui.vault import cipher

APPLICATION = 0x4C534153
"""SQLite's application_id of our shared files ("LSAS")."""

PATIENCE_MS = 30_000
"""How long one step waits for others who are using the file."""

_GUARDS = (
    """CREATE TRIGGER change_stays BEFORE DELETE ON change
    BEGIN SELECT RAISE(ABORT, 'a shared change cannot be deleted'); END""",
    ONLY_ERASED,
)

_UNCLEAN = "unclean"
"""Among the facts of the file while bytes of something erased may stand in its free pages."""


class SqliteFile:
    """One shared file. One connection, opened for the sync and closed after it."""

    opening: Opening | None = None
    """Finds its key; without one the file is plain."""

    kind = "sqlite"
    again = ""

    def __init__(self, path: Path, patience_ms: int | None = None) -> None:
        """`patience_ms`: how long to wait for others who are using the file (as a rule PATIENCE_MS)."""
        self.path = path
        self._patience = PATIENCE_MS if patience_ms is None else patience_ms
        self._db: Any = None
        self._identity: tuple[int, int] | None = None
        self._ahead: float | None = None
        self._shut = False
        """Whether the file that is there was tried and not opened by a key."""

    @property
    def name(self) -> str:
        return str(self.path)

    def open(self, *, made_up: bool, create: bool) -> About:
        self.close()
        with self._sentences():
            here = self._is_there()
            try:
                made = False
                if self._find(here, create) == EMPTY:
                    self.close()
                    if not create:
                        return About("", made_up, created=not here, was_empty=here)
                    self._connect("rwc", self._key, new=True)
                    made = self._make(made_up)
                about = self._recognise(created=made and not here, was_empty=made and here)
                if self.opening is not None:
                    self.opening.settle(about, self.holding)
                return about
            except BaseException:
                self.close()
                raise

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
            return log.changes_after(self._db, dev, seq, last, limit)

    def where(self, uid: str) -> tuple[str, int] | None:
        if self._db is None:
            return None
        with self._sentences():
            row = self._db.execute_sql("SELECT dev, seq FROM change WHERE uid = ?", (uid,)).fetchone()
            return (row[0], row[1]) if row else None

    @contextmanager
    def pushing(self) -> Iterator[None]:
        # Locked from its start: of Peewee's own (deferred) transactions about half failed with eight writers.
        with self._sentences(), self._db.atomic("IMMEDIATE"):
            # SQLite begins on a read-only file without a word; the caller must know before it seals what it sends.
            self._db.execute_sql("UPDATE meta SET value = value WHERE key = 'hub_id'")
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
        with self._sentences():
            found = [(dev, seq) for dev, seqs in erased.items() for seq in self._with_body(dev, seqs)]
            if found:
                with self._db.atomic("IMMEDIATE"):
                    # A file of an earlier program has a guard that lets no body go.
                    self._db.execute_sql("DROP TRIGGER IF EXISTS change_is_immutable")
                    self._db.execute_sql(ONLY_ERASED)
                    sql = "UPDATE change SET body = NULL, salt = NULL WHERE dev = ? AND seq = ?"
                    self._db.connection().executemany(sql, found)
                    log.set_meta(self._db, _UNCLEAN, "yes")
            if log.get_meta(self._db, _UNCLEAN):
                self._db.execute_sql("VACUUM")
                self._db.execute_sql("DELETE FROM meta WHERE key = ?", (_UNCLEAN,))
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
            self._db.execute_sql(f"PRAGMA rekey = \"x'{key.hex()}'\"")

    @contextmanager
    def holding(self, reading_too: bool = False) -> Iterator[None]:
        """Nobody else writes meanwhile (with `reading_too`: nor reads), and nothing is written to the file itself."""
        with self._sentences():
            connection = self._db.connection()
            connection.execute(f"BEGIN {'EXCLUSIVE' if reading_too else 'IMMEDIATE'}")
            try:
                yield
            finally:
                # SQLCipher writes on an empty commit, too: it would wait for all readers.
                connection.execute("ROLLBACK")

    def size(self) -> int:
        """How many changes it holds."""
        return int(self._db.execute_sql("SELECT count(*) FROM change").fetchone()[0])

    def fill(self, source: SqliteFile) -> None:
        """Takes over all that another open shared file holds."""
        with self._sentences(), self._db.atomic("IMMEDIATE"):
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
        with self._sentences():
            return setting_aside.renamed(self.path, was, moment)

    def free(self) -> int | None:
        try:
            return shutil.disk_usage(self.path.parent).free
        except OSError:
            return None

    def clock_ahead(self) -> float | None:
        return self._ahead

    def close(self) -> None:
        if self._db is not None and not self._db.is_closed():
            self._db.close()
        self._db = None

    # Finding, making and recognising the file. It is never opened but by SQLite: closing any other handle on it
    # would drop this process's locks.

    def _is_there(self) -> bool:
        if not self.path.is_absolute():
            raise SyncIncomplete(f"the shared file {self.path} is a path of another system; set `[shared] url` anew")
        if not self.path.parent.is_dir():
            raise SyncIncomplete(
                f"the shared file {self.path} cannot be reached, because its folder is not there; "
                "is the stick or the network share connected?"
            )
        if self.path.is_dir():
            raise SyncIncomplete(f"{self.path} is a folder, not a shared file; add the file's name to `[shared] url`")
        return self.path.exists()

    @property
    def _key(self) -> bytes | None:
        used = self.opening.used if self.opening is not None else None
        return used.key if used is not None else None

    def _find(self, here: bool, create: bool) -> str:
        """Connects with the key that opens the file. Returns OPEN, or EMPTY where it has no content."""
        self._shut = False
        if self.opening is not None:
            try:
                return self.opening.find(here, create, self._attempt, self._salt)
            except (KeyChanged, WentBack):
                raise
            except SyncIncomplete as problem:
                self.close()
                if not self._shut or not (self.opening.wrote(self._sealed_with) or pages.holds_changes(self.path)):
                    raise
                raise Damaged(f"the shared file {self.path}: {trouble.DAMAGED}") from problem
        return self._attempt(None) if here else EMPTY

    def _sealed_with(self, one: Held) -> bool:
        return pages.sealed_with(self.path, one.key, bytes.fromhex(salt_of(one)))

    def _attempt(self, key: bytes | None) -> str:
        """Connects with a key (None: plain), and stays so unless it is not this file's."""
        self.close()
        try:
            self._connect("rw", key)
            return OPEN if self._pragma("page_count") else EMPTY
        except cipher.database_errors() as problem:
            if self.opening is None or not any("not a database" in str(link) for link in trouble.links(problem)):
                raise
            self._shut = True
            trouble.let_go(problem)
            self.close()
            return SHUT

    def _salt(self) -> str:
        """The first 16 bytes of the file in hex, which are the store's id in one that is encrypted.

        Asked of SQLCipher: reading the file by another handle would drop this process's locks.
        """
        self.close()
        # Any key will do, and no setting: the first one would want the right key.
        self._db = cipher.connect(self._uri("rw"), bytes(cipher.KEY_BYTES), [], uri=True)
        try:
            return str(self._pragma("cipher_salt"))
        finally:
            self.close()

    def _uri(self, mode: str) -> str:
        return f"file://{quote('/' + self.path.as_posix().removeprefix('/'))}?mode={mode}"

    def _connect(self, mode: str, key: bytes | None, new: bool = False) -> None:
        used = self.opening.used if new and self.opening is not None else None
        self._db = cipher.connect(
            self._uri(mode),
            key,
            uri=True,
            # Settings of the connection only: a file of somebody else must not be changed by looking at it.
            pragmas=[
                # So that a file that nobody can open still says which store it is.
                *([("cipher_salt", f"\"x'{uuid.UUID(used.store).hex}'\"")] if used is not None else []),
                ("busy_timeout", self._patience),
                ("synchronous", "extra"),
                ("secure_delete", "fast"),
                ("trusted_schema", "off"),
                ("cell_size_check", "on"),
            ],
        )
        self._identity = trouble.identity(self.path)
        self._db.connect()
        self._identity = self._identity or trouble.identity(self.path)
        # A byte that was damaged becomes a text that does not match its hash, and stops one chain, not the sync.
        self._db.connection().text_factory = lambda raw: raw.decode("utf-8", "replace")

    def _pragma(self, name: str) -> Any:
        return self._db.execute_sql(f"PRAGMA {name}").fetchone()[0]

    def _make(self, made_up: bool) -> bool:
        """Makes the tables. Returns False where another process came first."""
        with self._db.atomic("IMMEDIATE"):
            if self._db.execute_sql("SELECT 1 FROM sqlite_master").fetchone():
                return False
            for model in LOG:
                peewee.SchemaManager(model, database=self._db).create_all(safe=False)
            for guard in _GUARDS:
                self._db.execute_sql(guard)
            self._db.execute_sql(f"PRAGMA application_id = {APPLICATION}")
            used = self.opening.used if self.opening is not None else None
            log.set_meta(self._db, "hub_id", used.store if used is not None else self.again or str(uuid.uuid4()))
            log.set_meta(self._db, "log_format", str(LOG_FORMAT))
            log.set_meta(self._db, "created", clock.to_text(clock.now(ZoneInfo("UTC"))))
            log.set_meta(self._db, "made_up", "yes" if made_up else "no")
        return True

    def _recognise(self, created: bool, was_empty: bool) -> About:
        application = self._pragma("application_id")
        if application == store.APPLICATION:
            raise SyncIncomplete(f"{self.path} is a device's own database, not a shared file; choose another name")
        if application != APPLICATION:
            raise SyncIncomplete(f"{self.path} is a database of another program; set `[shared] url` to another file")
        format_found = log.get_meta(self._db, "log_format") or ""
        if format_found.isdigit() and int(format_found) > LOG_FORMAT:
            raise SyncIncomplete(
                f"the shared file {self.path} was written by a newer lsa (format {format_found}, this one knows "
                f"{LOG_FORMAT}); please update this program"
            )
        hub_id = log.get_meta(self._db, "hub_id")
        if not hub_id or format_found != str(LOG_FORMAT):
            raise sqlite3.DatabaseError("malformed: the facts about it are missing")
        # WAL needs shared memory, which two machines do not have.
        if self._pragma("journal_mode") != "delete" and self._pragma("journal_mode = delete") != "delete":
            raise SyncIncomplete(
                f"the shared file {self.path} is held by another program, which set its journal to WAL; close that"
            )
        return About(hub_id, log.get_meta(self._db, "made_up") == "yes", created, was_empty)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise self._sentence(problem) from problem
        except cipher.database_errors() as problem:
            raise self._sentence(problem) from problem

    def _sentence(self, problem: BaseException) -> SyncIncomplete:
        reason = trouble.reason(problem)
        trouble.let_go(problem)
        suspicious = "damaged" in reason or "read-only" in reason
        if suspicious and self.opening is not None and self.opening.changed():
            return self.opening.key_changed()
        if suspicious and self._db is not None and trouble.identity(self.path) != self._identity:
            return Busy(f"the shared file {self.path}: another device put a new one in its place just now; sync again")
        kind = Damaged if trouble.is_damage(problem) else Busy if trouble.is_busy(problem) else SyncIncomplete
        return kind(f"the shared file {self.path}: {reason}")
