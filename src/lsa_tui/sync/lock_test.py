"""Whether locks work between two machines, where a shared file lies or is to lie.

One machine holds a lock on a file beside it and shows a code; the other, given the code, must find it in that file and
must be refused the lock. `school.db` itself is never touched. The file says as well, in a hash, which machine holds it:
two windows on one machine prove nothing of a share.
"""

from __future__ import annotations

import hashlib
import platform
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lsa_tui.address import parse
from lsa_tui.errors import BadInput, LsaError, SyncIncomplete
from lsa_tui.sync import clouds, trouble
from lsa_tui.vault import cipher

PATIENCE_MS = 2000
"""How long the second machine asks for the lock. Where locks work it never gets it."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_KEY = bytes(cipher.KEY_BYTES)
"""Nothing secret stands in the file; it only goes the same way as an encrypted one."""


def place(url: str) -> Path:
    """The file that is locked, beside the shared file of this URL. Raises BadInput for a kind that needs no such test,
    SyncIncomplete where its folder is not there."""
    location = parse(url)
    if location.kind == "folder" or location.path is None:
        why = (
            "each device writes files of its own" if location.path is not None else "the server keeps the locks itself"
        )
        raise BadInput(f"{location.name} needs no lock test: {why}; name a shared file, as in sqlite:////srv/school.db")
    clouds.check(location)
    if not location.path.parent.is_dir():
        raise SyncIncomplete(f"the folder {location.path.parent} is not there; is the stick or the share connected?")
    return location.path.with_name(f"{location.path.name}.lock-test")


@contextmanager
def holding(file: Path, vfs: str = "") -> Iterator[str]:
    """Holds the lock; gives the code. Afterwards the file is gone. `vfs`: another of SQLite's ways to the disk.

    Raises SyncIncomplete where another test goes on there, or the folder cannot be written.
    """
    code = f"{secrets.randbelow(9000) + 1000}"
    with _sentences(file), _opened(file, "rwc", vfs) as db:
        connection = db.connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
        except cipher.database_errors() as problem:
            if "locked" in str(problem):
                raise SyncIncomplete(f"{file} is held by another lock test; end that one first") from None
            raise
        # Written and committed first, so that the other machine can read it; then held.
        connection.execute("DROP TABLE IF EXISTS lock_test")  # left by a kill, perhaps of an earlier program
        connection.execute("CREATE TABLE lock_test (code TEXT, machine TEXT)")
        connection.execute("INSERT INTO lock_test VALUES (?, ?)", (code, machine()))
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield code
        finally:
            with suppress(*cipher.database_errors()):
                connection.execute("ROLLBACK")
    for left in (file, file.with_name(f"{file.name}-journal")):
        with suppress(OSError):
            left.unlink()


@dataclass(frozen=True)
class Found:
    """`works`: this end was refused the lock that the other one holds. `alone`: both ends are on one machine, so that
    it is proven for this machine alone."""

    works: bool
    alone: bool


def machine() -> str:
    """This machine, in a hash: its name, and what tells it from another one of that name."""
    try:
        other = _BOOT.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        other = f"{uuid.getnode():x}"
    return hashlib.sha256(f"{platform.node()} {other}".encode()).hexdigest()[:16]


def answer(file: Path, code: str, vfs: str = "") -> Found:
    """Whether this end is refused the lock that the other one holds, and whether that is on another machine.

    Raises LsaError where no test with this code goes on there, SyncIncomplete where the file cannot be read.
    """
    unknown = LsaError(
        f"no lock test with the code {code} is seen in {file}: either the first machine holds another folder, or it "
        "has stopped, or what it writes does not arrive here at once; then use folder:/// there"
    )
    if not file.is_file():
        raise unknown
    with _sentences(file), _opened(file, "rw", vfs) as db:
        connection = db.connection()
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'lock_test'").fetchone()
        rows = connection.execute("SELECT * FROM lock_test").fetchall() if found else []
        if [row[0] for row in rows] != [code]:
            raise unknown
        alone = machine() in rows[0][1:]  # an earlier program writes the code only
        try:
            connection.execute("BEGIN IMMEDIATE")
        except cipher.database_errors() as problem:
            if "locked" in str(problem):
                return Found(True, alone)
            raise
        connection.execute("ROLLBACK")
        return Found(False, alone)


@contextmanager
def _opened(file: Path, mode: str, vfs: str) -> Iterator[Any]:
    more = f"&vfs={vfs}" if vfs else ""
    uri = f"file://{quote('/' + file.as_posix().removeprefix('/'))}?mode={mode}{more}"
    db = cipher.connect(uri, _KEY, [("busy_timeout", PATIENCE_MS), ("synchronous", "extra")], uri=True)
    db.connect()
    try:
        yield db
    finally:
        db.close()


@contextmanager
def _sentences(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise SyncIncomplete(f"{file}: {trouble.reason(problem)}") from None
    except cipher.database_errors() as problem:
        raise SyncIncomplete(f"{file}: {trouble.reason(problem)}") from None
