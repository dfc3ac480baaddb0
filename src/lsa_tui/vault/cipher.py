"""Opening a database with its key: SQLCipher through Peewee, or plain SQLite where there is no key."""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import peewee

from lsa_tui.errors import LsaError

KEY_BYTES = 32
PLAIN = b"SQLite format 3\0"
"""How every plain SQLite file begins. An encrypted one begins with its random salt."""
PAGE = 4096
"""Bytes that are looked at as one."""
NOISE = 240
"""Different values among them, of 256: an encrypted file has hardly one less, and nothing else so many."""


class Keyed(peewee.SqliteDatabase):
    """A SQLCipher database with a raw key: no passphrase is stretched on opening, which costs 0.4 ms and not 100."""

    def __init__(self, path: str, key: bytes, page: int | None = None, **settings: Any) -> None:
        """`page`: bytes of a page where they are not SQLCipher's own 4,096. A file opens only with the size that it was
        made with."""
        if len(key) != KEY_BYTES:
            raise ValueError("a raw key has 32 bytes")
        self._key, self._page = key, page
        super().__init__(path, **settings)

    def _connect(self) -> Any:
        from sqlcipher3 import dbapi2  # 12 ms that a plain home need not pay

        connection = dbapi2.connect(self.database, isolation_level=None, **self.connect_params)
        try:
            # First of all: else SQLCipher prints its errors to standard error, into the terminal application.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            if self._page is not None:
                connection.execute(f"PRAGMA cipher_page_size = {self._page}")
            self._add_conn_hooks(connection)  # type: ignore[attr-defined]
        except BaseException:
            connection.close()
            raise
        return connection


def connect(
    path: str, key: bytes | None, pragmas: Sequence[tuple[str, Any]], *, page: int | None = None, **settings: Any
) -> peewee.SqliteDatabase:
    """A Peewee database, not yet connected: encrypted with `key` (32 bytes) and pages of `page` bytes, plain without
    a key.

    Raises LsaError where a key is given and SQLCipher is not installed.
    """
    if key is None:
        return peewee.SqliteDatabase(path, pragmas=pragmas, **settings)
    require_sqlcipher()
    return Keyed(path, key, page, pragmas=pragmas, **settings)


def driver(key: bytes | None) -> ModuleType:
    """The module that `connect` opens such a database with. Raises LsaError as that does."""
    if key is None:
        return sqlite3
    require_sqlcipher()
    from sqlcipher3 import dbapi2  # 12 ms that a plain home need not pay

    return cast(ModuleType, dbapi2)


def require_sqlcipher(new: bool = False) -> None:
    """Raises LsaError with the way out where this machine has no SQLCipher; of a `new` home there are two."""
    try:
        import sqlcipher3  # noqa: F401
    except ImportError as problem:
        other = ", or keep plain files with `lsa init --plain`" if new else ". Nothing was changed"
        raise LsaError(
            f"encrypted records cannot be {'made' if new else 'used'} here, because SQLCipher is not installed "
            f"({problem}); install it with `pip install sqlcipher3`{other}"
        ) from None


def database_errors() -> tuple[type[BaseException], ...]:
    """What the drivers in use raise: SQLite's and Peewee's errors, and SQLCipher's own once it is loaded.

    Also what Python raises where the text of such an error quotes damaged bytes.
    """
    found: list[type[BaseException]] = [peewee.DatabaseError, peewee.InterfaceError, sqlite3.Error, UnicodeDecodeError]
    loaded = sys.modules.get("sqlcipher3.dbapi2")
    if loaded is not None:
        found.append(loaded.Error)
    return tuple(found)


def integrity_errors() -> tuple[type[BaseException], ...]:
    """As `database_errors`, of broken rules (a second row with one id) alone."""
    found: list[type[BaseException]] = [peewee.IntegrityError, sqlite3.IntegrityError]
    loaded = sys.modules.get("sqlcipher3.dbapi2")
    if loaded is not None:
        found.append(loaded.IntegrityError)
    return tuple(found)


def derived(key: bytes, purpose: str) -> bytes:
    """A key (32 bytes) for another file of the same home, from which `key` cannot be told."""
    return hmac.digest(key, f"lsa {purpose}".encode(), "sha256")


def key_id(key: bytes) -> str:
    """The name of a key (16 hex digits), from which it cannot be told: tells a changed key from damage."""
    return hmac.digest(key, b"lsa key id", "sha256")[:8].hex()


def new_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(KEY_BYTES)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return b""
    except OSError as problem:
        # Not "no": a plain home on a disk that fails is no encrypted one whose keys are gone.
        raise LsaError(f"{path} cannot be read ({problem.strerror}); check its disk, and whose it is") from None


def is_plain(path: Path) -> bool:
    """Whether a file is there that begins as a plain SQLite database. Not for a file that this process has open:
    closing another handle on it drops SQLite's locks (POSIX)."""
    return _start(path) == PLAIN


def is_there(path: Path) -> bool:
    """Whether a database with content is there, of whatever kind."""
    return path.exists() and path.stat().st_size > 0


@contextmanager
def copied(source: Path, key: bytes | None, target: Path, new: bytes | None) -> Iterator[None]:
    """Copies a whole database under another key (None: plain), with its format, application id and journal mode.

    Inside, `target` is whole and on the disk, and nobody else has `source`, so that it may be replaced. What was at
    `target` is overwritten. Raises what `database_errors` names: "locked" where another program holds `source`.
    """
    require_sqlcipher()
    from sqlcipher3 import dbapi2  # opens plain files too

    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = dbapi2.connect(str(source), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        if key is not None:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA busy_timeout = 5000")
        names = ("user_version", "application_id", "journal_mode")
        facts = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
        # Alone from here on. Without a write-ahead file, which would be taken for the new database's own.
        if connection.execute("PRAGMA journal_mode = delete").fetchone()[0] != "delete":
            raise LsaError(f"{source} is in use by another program; close it, then do it again. Nothing was changed")
        connection.execute("PRAGMA locking_mode = exclusive").fetchone()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("ATTACH DATABASE ? AS made KEY ?", (str(target), f"x'{new.hex()}'" if new else ""))
        connection.execute("SELECT sqlcipher_export('made')").fetchone()
        for name, value in facts.items():
            connection.execute(f"PRAGMA made.{name} = {value}").fetchone()
        connection.execute("DETACH DATABASE made")
        check(target, new)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
        yield
    finally:
        connection.close()


def replace(source: Path, key: bytes | None, new: bytes | None) -> None:
    """Puts a copy under another key in the place of a database: before or after, one of the two is whole.

    What was plain is overwritten before it goes; a disk that writes elsewhere (flash) may keep it all the same.
    """
    target = source.with_name(f"{source.name}.new")
    old = source.open("rb+") if key is None else None
    try:
        with copied(source, key, target, new):
            os.replace(target, source)
            sync_folder(source.parent)
        if old is not None:
            wipe(old)
    finally:
        if old is not None:
            old.close()


def wipe(file: Any) -> None:
    """Overwrites an open file with zeros, as far as the disk writes in place."""
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        left -= file.write(bytes(min(left, 1 << 20)))
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes a rename in a folder last through a power cut, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def require_ready(path: Path, key: bytes | None) -> None:
    """Raises LsaError where a database is damaged, and what `database_errors` names ("locked") where another program
    has it open; else it can be copied as a whole."""
    db = connect(str(path), key, [("busy_timeout", 5000)])
    try:
        db.connect()
        if db.execute_sql("PRAGMA journal_mode = delete").fetchone()[0] != "delete":
            raise sqlite3.OperationalError("database is locked")
        wrong = _wrong(db, key)
    except database_errors() as problem:
        if "malformed" not in str(problem) and not isinstance(problem, UnicodeDecodeError):
            raise
        wrong = [str(problem)]
    finally:
        db.close()
    if wrong:
        raise LsaError(f"{path} is damaged; `lsa doctor --repair` first, then do this again. Nothing was changed")


def is_noise(path: Path) -> bool:
    """Whether a file looks encrypted, with whatever key: more than half of its pages do."""
    pages = noise = 0
    with path.open("rb") as file:
        while page := file.read(PAGE):
            pages += 1
            noise += len(set(page)) >= NOISE
    return noise * 2 > pages


def opens(path: Path, key: bytes | None) -> bool:
    """Whether a database can be read with that key. Raises as `fits` does."""
    db = connect(str(path), key, [])
    try:
        db.connect()
        db.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()
    except database_errors() as problem:
        if "locked" in str(problem):
            raise  # it cannot be known, and "no" would be believed
        return False
    finally:
        db.close()
    return True


def fits(path: Path, key: bytes) -> bool:
    """Whether an encrypted database is of that key, as far as its first page tells, whatever became of the others.

    Raises what `database_errors` names where another program holds it.
    """
    db = connect(str(path), key, [])
    try:
        db.connect()
        db.execute_sql("PRAGMA application_id").fetchone()
    except database_errors() as problem:
        if "locked" in str(problem):
            raise
        return False
    finally:
        db.close()
    return True


def check(path: Path, key: bytes | None) -> None:
    """Reads a whole database back over a connection of its own. Raises LsaError where it is not whole."""
    db = connect(str(path), key, [])
    try:
        db.connect()
        wrong = _wrong(db, key)
    finally:
        db.close()
    if wrong:
        raise LsaError(f"the copy {path} is not whole ({'; '.join(wrong[:3])}); nothing else was changed")


def _wrong(db: peewee.SqliteDatabase, key: bytes | None) -> list[str]:
    found = [str(row[0]) for row in db.execute_sql("PRAGMA quick_check(3)")]
    if key is not None:
        found += [str(row[0]) for row in db.execute_sql("PRAGMA cipher_integrity_check")]
    return [] if found == ["ok"] else found


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
