"""Opening a database with its key: SQLCipher through Peewee, or plain SQLite where there is no key."""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import peewee

from lsa_tui.errors import LsaError

KEY_BYTES = 32
PLAIN = b"SQLite format 3\0"
"""How every plain SQLite file begins. An encrypted one begins with its random salt."""


class Keyed(peewee.SqliteDatabase):
    """A SQLCipher database with a raw key: no passphrase is stretched on opening, which costs 0.4 ms and not 100."""

    def __init__(self, path: str, key: bytes, **settings: Any) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a raw key has 32 bytes")
        self._key = key
        super().__init__(path, **settings)

    def _connect(self) -> Any:
        from sqlcipher3 import dbapi2  # 12 ms that a plain home need not pay

        connection = dbapi2.connect(self.database, isolation_level=None, **self.connect_params)
        try:
            # First of all: else SQLCipher prints its errors to standard error, into the terminal application.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            self._add_conn_hooks(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def connect(path: str, key: bytes | None, pragmas: Sequence[tuple[str, Any]], **settings: Any) -> peewee.SqliteDatabase:
    """A Peewee database, not yet connected: encrypted with `key` (32 bytes), plain without one.

    Raises LsaError where a key is given and SQLCipher is not installed.
    """
    if key is None:
        return peewee.SqliteDatabase(path, pragmas=pragmas, **settings)
    require_sqlcipher()
    return Keyed(path, key, pragmas=pragmas, **settings)


def require_sqlcipher() -> None:
    """Raises LsaError with the two ways out where this machine has no SQLCipher."""
    try:
        import sqlcipher3  # noqa: F401
    except ImportError as problem:
        raise LsaError(
            f"records cannot be encrypted here, because SQLCipher is not installed ({problem}); install it with "
            "`pip install sqlcipher3`, or keep plain files with `lsa init --plain`"
        ) from None


def database_errors() -> tuple[type[BaseException], ...]:
    """What the drivers in use raise: SQLite's and Peewee's errors, and SQLCipher's own once it is loaded."""
    found: list[type[BaseException]] = [peewee.DatabaseError, peewee.InterfaceError, sqlite3.Error]
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
    except OSError:
        return b""


def is_plain(path: Path) -> bool:
    """Whether a file is there that begins as a plain SQLite database. Not for a file that this process has open:
    closing another handle on it drops SQLite's locks (POSIX)."""
    return _start(path) == PLAIN


def is_there(path: Path) -> bool:
    """Whether a database with content is there, of whatever kind."""
    return path.exists() and path.stat().st_size > 0


def copy(source: Path, key: bytes | None, target: Path, new: bytes | None) -> None:
    """Copies a whole database under another key (None: plain), with its format and its application id.

    `target` must not be there. What is written is on the disk when this returns, and reads back whole.
    Raises what `database_errors` names.
    """
    from sqlcipher3 import dbapi2  # opens plain files too

    require_sqlcipher()
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = dbapi2.connect(str(source), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        if key is not None:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA busy_timeout = 10000")
        facts = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")
        }
        word = f"x'{new.hex()}'" if new is not None else ""
        connection.execute("ATTACH DATABASE ? AS made KEY ?", (str(target), word))
        connection.execute("SELECT sqlcipher_export('made')").fetchone()
        for name, value in facts.items():
            connection.execute(f"PRAGMA made.{name} = {value}")
        connection.execute("DETACH DATABASE made")
    finally:
        connection.close()
    check(target, new)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def check(path: Path, key: bytes | None) -> None:
    """Reads a whole database back over a connection of its own. Raises LsaError where it is not whole."""
    db = connect(str(path), key, [])
    try:
        db.connect()
        found = [row[0] for row in db.execute_sql("PRAGMA quick_check(3)")]
        if key is not None:
            found += [row[0] for row in db.execute_sql("PRAGMA cipher_integrity_check")]
    finally:
        db.close()
    if found != ["ok"]:
        raise LsaError(f"the copy {path} is not whole ({'; '.join(map(str, found[:3]))}); nothing else was changed")


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
