"""Sealed concerns and their receipts: files in a folder beside the shared file, which is no part of the log.

A sealed file is written whole and read back; until the DSL has signed for it the writer's device keeps its own copy
and puts it there again wherever it is gone or altered. All of it is silent: no sync counts it or says anything of it.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from lsa_tui import clock
from lsa_tui.daybook import dsl, rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import keeping, trust
from lsa_tui.errors import LsaError
from lsa_tui.sync.url import Location, anchor_of
from lsa_tui.vault import cipher, sealed

SEALED, RECEIPT = ".age", ".receipt"
LARGEST = 1024 * 1024
"""Bytes of a file that is looked at: four times the largest concern."""


def folder_of(location: Location) -> Path:
    """`school.db.sealed` beside `school.db`; `lsa.sealed` in a folder store."""
    anchor = anchor_of(location)
    return anchor.with_name(f"{anchor.name}.sealed")


def deliver(book: Book, location: Location) -> bool:
    """Brings what is sealed here to the folder and takes from there what is for this home.

    Returns whether the folder could be reached. Raises nothing: a sync is as complete with it as without.
    """
    try:
        folder = folder_of(location)
        if not _ready(book, folder):
            return False
        if keeping.exists(book):
            _give(book, folder)
            _take_receipts(book, folder)
        if rights.may(book.role, "open a concern"):
            _take_sealed(book, folder)
            _give_receipts(book, folder)
    except _troubles():
        return False
    return True


def _troubles() -> tuple[type[BaseException], ...]:
    return (LsaError, OSError, *cipher.database_errors())


def _ready(book: Book, folder: Path) -> bool:
    """Makes the folder as soon as the school has a DSL's key, so that its being there says nothing of a concern."""
    if not folder.parent.is_dir():
        return False
    if not folder.is_dir() and (trust.published(book) or trust.ready(book)):
        with suppress(FileExistsError):
            folder.mkdir()
        with suppress(OSError):  # whoever may use the shared file may use this
            folder.chmod(folder.parent.stat().st_mode & 0o7777)
    return folder.is_dir()


def _give(book: Book, folder: Path) -> None:
    """Puts every sealed file there that nobody has signed for yet."""
    with keeping.opened(book) as db:
        held = db.execute_sql("SELECT id, sealed, delivered_at FROM piece WHERE sealed IS NOT NULL").fetchall()
    for name, blob, delivered_at in held:
        if _put(folder / f"{name}{SEALED}", bytes(blob)) and delivered_at is None:
            with keeping.writing(book) as db:
                now = clock.to_text(book.now())
                db.execute_sql("UPDATE piece SET delivered_at = ? WHERE id = ?", (now, name))


def _take_receipts(book: Book, folder: Path) -> None:
    """Removes the sealed copy of what the DSL has signed for: only where signature, id and content fit."""
    with keeping.opened(book) as db:
        open_ones = db.execute_sql("SELECT id, digest FROM piece WHERE acknowledged_at IS NULL").fetchall()
    keys = trust.trusted(book) if open_ones else []
    for name, digest in open_ones:
        lines = _read(folder / f"{name}{RECEIPT}").splitlines()
        signed = [facts for line in lines for key in keys if (facts := sealed.checked(line, key.verify))]
        facts = next((one for one in signed if (one.get("id"), one.get("digest")) == (name, digest)), None)
        if facts is None:
            continue
        with keeping.writing(book) as db:
            db.execute_sql(
                "UPDATE piece SET sealed = NULL, acknowledged_at = ? WHERE id = ?", (_moment(book, facts), name)
            )


def _moment(book: Book, facts: dict[str, object]) -> str:
    try:
        return clock.to_text(clock.from_text(str(facts.get("at"))))
    except ValueError:
        return clock.to_text(book.now())


def _take_sealed(book: Book, folder: Path) -> None:
    """Keeps what has come. Whether a key in this home opens it is no matter: a deputy's may lie on a stick."""
    with keeping.opened(book) as db:
        known = {digest for (digest,) in db.execute_sql("SELECT digest FROM received")}
    for file in sorted(folder.glob(f"*{SEALED}")):
        blob = _read(file) if _is_id(file.stem) else b""
        if blob and sealed.digest(blob) not in known:
            dsl.take_in(book, file.stem, blob)


def _give_receipts(book: Book, folder: Path) -> None:
    with keeping.opened(book) as db:
        held = db.execute_sql("SELECT id, line FROM receipt ORDER BY id, digest").fetchall()
    # Somebody may have put another file under the same id: each that was read has its line.
    lines: dict[str, bytes] = {}
    for name, line in held:
        lines[name] = lines.get(name, b"") + bytes(line)
    for name, content in lines.items():
        _put(folder / f"{name}{RECEIPT}", content)


def _put(target: Path, content: bytes) -> bool:
    """Writes a file whole beside its place, moves it there and reads it back. Returns whether it is there."""
    if _read(target) == content:
        return True
    part = target.with_name(f".{target.name}.part")  # always the same: what a kill left is written over
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, target)
    return _read(target) == content


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes() if file.stat().st_size <= LARGEST else b""
    except OSError:
        return b""


def _is_id(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False
