"""The copies of a home's records, and the files that were replaced by a repair or a restore: which are whole?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from lsa_tui import clock
from lsa_tui.daybook import chains
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import log, store
from lsa_tui.vault import cipher, switching

KEPT = switching.KEPT


@dataclass(frozen=True)
class Copy:
    """A copy: when it was made, how many changes it holds, and what is wrong with it ("": it is whole)."""

    place: Path
    made: datetime
    changes: int
    wrong: str

    @property
    def kept(self) -> bool:
        """Whether it was the home's own database once, until it was replaced."""
        return self.place.name.startswith(KEPT)


def places(paths: Paths) -> list[Path]:
    """All copies, the newest first."""
    found = []
    for one in paths.backups.glob("*.db"):
        with suppress(OSError):
            found.append((one.stat().st_mtime_ns, one.name, one))
    return [one for _, _, one in sorted(found, reverse=True)]


def examine(paths: Paths, key: bytes | None, zone: ZoneInfo) -> Iterator[Copy]:
    """Opens each copy and reads all of it, the newest first."""
    for one in places(paths):
        with suppress(FileNotFoundError):
            yield look(one, key, zone)


def look(place: Path, key: bytes | None, zone: ZoneInfo) -> Copy:
    """Reads one copy as a whole: its pages, and every chain. Writes nothing. Raises FileNotFoundError."""
    made = datetime.fromtimestamp(place.stat().st_mtime, zone)
    if key is None and not cipher.is_plain(place):
        return Copy(place, made, 0, "it is damaged, or encrypted")
    if any(cipher.is_there(place.with_name(place.name + end)) for end in ("-wal", "-journal")):
        # Kept as it was: reading it as a whole would mean writing to it.
        return Copy(place, made, 0, "it was not closed as a whole")
    mode = "ro&immutable=1"
    uri = f"file://{quote('/' + place.absolute().as_posix().removeprefix('/'))}?mode={mode}"
    db = cipher.connect(uri, key, [("trusted_schema", "off"), ("cell_size_check", "on")], uri=True)
    try:
        db.connect()
        return Copy(place, made, *_read(db, key is not None))
    except cipher.database_errors():
        return Copy(place, made, 0, "it is damaged" if key is None else "it is damaged, or of another key")
    finally:
        db.close()


def _read(db: Any, encrypted: bool) -> tuple[int, str]:
    """How many changes it holds, and what is wrong."""
    if int(db.execute_sql("PRAGMA application_id").fetchone()[0]) != store.APPLICATION:
        return 0, "it is no database of this program"
    if int(db.execute_sql("PRAGMA user_version").fetchone()[0]) > store.VERSION:
        return 0, "it is of a newer program"
    found = [row[0] for row in db.execute_sql("PRAGMA integrity_check(3)")]
    if encrypted:
        found += [row[0] for row in db.execute_sql("PRAGMA cipher_integrity_check")]
    count = int(db.execute_sql("SELECT count(*) FROM change").fetchone()[0])
    if found != ["ok"]:
        return count, "it is damaged"
    for one in chains.read(db):
        if one.broken is not None or one.head_is_off:
            return count, f"change {one.broken or one.seq} of {one.whose} is damaged"
    return count, ""


CHECKED = "copies_checked"
"""When all copies were last read as a whole, among the facts of the database."""


def checked_at(db: Any) -> str | None:
    """When the copies were last examined; None for never."""
    return log.get_meta(db, CHECKED)


def remember_checked(book: Book) -> None:
    """All copies were examined just now."""
    with book.store.writing() as db:
        log.set_meta(db, CHECKED, clock.to_text(book.now()))
