"""Where a shared SQLite file is: finding the key that opens it, making it, recognising it, and saying what is wrong."""

from __future__ import annotations

import sqlite3
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import peewee

from lsa_tui import clock
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import log, store
from lsa_tui.records.models import LOG, ONLY_ERASED, Change
from lsa_tui.sync import pages, patience, refusals, trouble
from lsa_tui.sync.keys import Held, KeyChanged, WentBack, salt_of
from lsa_tui.sync.opening import EMPTY, OPEN, SHUT, Opening
from lsa_tui.sync.shared import LOG_FORMAT, About, Busy, Damaged
from lsa_tui.vault import cipher

APPLICATION = 0x4C534153
"""SQLite's application_id of our shared files ("LSAS")."""

PATIENCE_MS = 30_000
"""How long one step waits for others who are using the file."""

UNCLEAN = "unclean"
"""Among the facts of the file while bytes of something erased may stand in its free pages."""

GUARDS = {
    "change_stays": """CREATE TRIGGER change_stays BEFORE DELETE ON change
    BEGIN SELECT RAISE(ABORT, 'a shared change cannot be deleted'); END""",
    "change_is_immutable": ONLY_ERASED,
}


def readable(raw: bytes) -> str:
    """A byte that was damaged becomes a text that does not match its hash, and stops one chain, not the sync."""
    return raw.decode("utf-8", "replace")


class SqlitePlace:
    """The place of one shared file. One connection, opened for the sync and closed after it."""

    opening: Opening | None = None
    """Finds its key; without one the file is plain."""

    kind = "sqlite"
    again = ""
    waiting: Callable[[], None] | None = None

    def __init__(self, path: Path, patience_ms: int | None = None) -> None:
        """`patience_ms`: how long to wait for others who are using the file (as a rule PATIENCE_MS)."""
        self.path = path
        self._patience = PATIENCE_MS if patience_ms is None else patience_ms
        self._db: Any = None
        self._identity: tuple[int, int] | None = None
        """Which file is open, or was last."""
        self._seen: tuple[int, int] | None = None
        """Which file was there before it was opened."""
        self._ahead: float | None = None
        self._together = False
        """Whether what is read now is read in one transaction."""
        self._unclean = False
        """Whether bytes of something erased may stand in its free pages, as it said on being opened."""
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
                    self._connect("rwc", self._used, new=True)
                    made = self._make(made_up)
                about = self._recognise(created=made and not here, was_empty=made and here)
                if self.opening is not None:
                    self.opening.settle(about, self.holding)
                return about
            except BaseException:
                self.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        if self._together:
            yield
            return
        self._together = True
        try:
            if self._db is not None:
                self._db.connection().execute("BEGIN")
            yield
        finally:
            self._together = False
            self._let_go()

    def _let_go(self) -> None:
        """Ends a reading, so that this connection or somebody else can write."""
        if self._db is not None and not self._db.is_closed() and self._db.connection().in_transaction:
            self._db.connection().execute("ROLLBACK")

    @contextmanager
    def holding(self, reading_too: bool = False) -> Iterator[None]:
        """Nobody else writes meanwhile (with `reading_too`: nor reads), and nothing is written to the file itself."""
        with self._sentences():
            self._let_go()
            connection = self._db.connection()
            connection.execute(f"BEGIN {'EXCLUSIVE' if reading_too else 'IMMEDIATE'}")
            try:
                yield
            finally:
                # SQLCipher writes on an empty commit, too: it would wait for all readers.
                connection.execute("ROLLBACK")

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
        # Each look is a call over the network.
        try:
            facts = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self._seen = None
            return False
        self._seen = (facts.st_dev, facts.st_ino)
        if stat.S_ISDIR(facts.st_mode):
            raise SyncIncomplete(f"{self.path} is a folder, not a shared file; add the file's name to `[shared] url`")
        return True

    @property
    def _used(self) -> Held | None:
        return self.opening.used if self.opening is not None else None

    @property
    def _key(self) -> bytes | None:
        return self._used.key if self._used is not None else None

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
                    if isinstance(problem, Damaged) and pages.has_several(self.path, self.opening.page):
                        raise refusals.not_ours_by_its_pages(self.path) from problem
                    raise
                raise Damaged(f"the shared file {self.path}: {trouble.DAMAGED}") from problem
        return self._attempt(None) if here else EMPTY

    def _key_opens(self) -> bool:
        """Whether the key in use opens the file yet, over a connection of its own that writes nothing."""
        page = self._used.page if self._used is not None else None
        db = cipher.connect(self._uri("ro"), self._key, [], page=page, uri=True)
        try:
            db.connect()
            db.execute_sql("PRAGMA schema_version").fetchone()
            return True
        except cipher.database_errors():
            return False
        finally:
            db.close()

    def _sealed_with(self, one: Held) -> bool:
        return pages.sealed_with(self.path, one.key, bytes.fromhex(salt_of(one)), one.page)

    def _attempt(self, one: Held | None) -> str:
        """Connects with a key (None: plain), and stays so unless it is not this file's."""
        self.close()
        try:
            self._connect("rw", one)
            self._pragma("application_id")  # needs no schema, which would be read under a lock of its own
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

    def _connect(self, mode: str, one: Held | None, new: bool = False) -> None:
        key = one.key if one is not None else None
        self._db = cipher.connect(
            self._uri(mode),
            key,
            page=one.page if one is not None else None,
            uri=True,
            factory=patience.connection_class(cipher.driver(key), self._patience, self._waits),
            # Settings of the connection only: a file of somebody else must not be changed by looking at it.
            pragmas=[
                # So that a file that nobody can open still says which store it is.
                *([("cipher_salt", f"\"x'{uuid.UUID(one.store).hex}'\"")] if new and one is not None else []),
                *([("page_size", pages.BYTES)] if new and one is None else []),
                ("busy_timeout", min(self._patience, patience.STEP_MS)),
                ("secure_delete", "fast"),
                ("trusted_schema", "off"),
                ("cell_size_check", "on"),
            ],
        )
        self._identity = self._seen
        self._db.connect()
        self._identity = self._identity or trouble.identity(self.path)
        self._db.connection().text_factory = readable
        if self._together:
            self._db.connection().execute("BEGIN")

    def _waits(self) -> None:
        if self.waiting is not None:
            self.waiting()

    def _writing(self) -> Any:
        """A transaction that writes, locked from its start: of Peewee's own (deferred) ones about half failed with
        eight writers. What it writes lasts through a power cut."""
        self._let_go()
        # Not on connecting: it would read the file once more, for nothing where nothing is written.
        self._db.execute_sql("PRAGMA synchronous = extra")
        return self._db.atomic("IMMEDIATE")

    def _pragma(self, name: str) -> Any:
        return self._db.execute_sql(f"PRAGMA {name}").fetchone()[0]

    def _make(self, made_up: bool) -> bool:
        """Makes the tables. Returns False where another process came first."""
        with self._writing():
            if self._db.execute_sql("SELECT 1 FROM sqlite_master").fetchone():
                return False
            for model in LOG:
                peewee.SchemaManager(model, database=self._db).create_table(safe=False)
                if model is Change:
                    # The only one: nobody looks for a row here, and an index is pages that are written under the lock.
                    # Not the last of a new file: that a file was cut is seen by its facts, and at once.
                    self._db.execute_sql("CREATE UNIQUE INDEX change_uid ON change (uid)")
            for guard in GUARDS.values():
                self._db.execute_sql(guard)
            self._db.execute_sql(f"PRAGMA application_id = {APPLICATION}")
            used = self._used
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
        self._unclean = log.get_meta(self._db, UNCLEAN) is not None
        if not hub_id or format_found != str(LOG_FORMAT):
            raise sqlite3.DatabaseError("malformed: the facts about it are missing")
        # WAL needs shared memory, which two machines do not have.
        if self._pragma("journal_mode") != "delete":
            self._let_go()
            if self._pragma("journal_mode = delete") != "delete":
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
        suspicious = any(sign in reason for sign in ("damaged", "read-only", "did not answer"))
        opening = self.opening
        if suspicious and opening and (opening.changed() or (opening.half_changed and not self._key_opens())):
            return opening.key_changed()
        if suspicious and self._db is not None and trouble.identity(self.path) != self._identity:
            return Busy(f"the shared file {self.path}: another device put a new one in its place just now; sync again")
        kind = Damaged if trouble.is_damage(problem) else Busy if trouble.is_busy(problem) else SyncIncomplete
        return kind(f"the shared file {self.path}: {reason}")
