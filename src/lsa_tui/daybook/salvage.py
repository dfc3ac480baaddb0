"""What can still be read of a database that may be damaged, page by page. Nothing of it is altered."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lsa_tui.records import erasures, log, store
from lsa_tui.records.models import Change
from lsa_tui.vault import cipher, pages

_PAGE = 500
_SETTINGS = [("trusted_schema", "off"), ("cell_size_check", "on")]
_COLUMNS = Change._meta.sorted_field_names


def legible(key: str, value: str) -> bool:
    """Whether a fact of a database is not damaged, as far as it can tell: most are JSON. A draft is anybody's words."""
    if key.startswith("draft:") or not value.startswith(("{", "[")):
        return True
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


class Remains:
    """One database as far as it can be read. No method raises for what is damaged."""

    def __init__(self, place: Path, db: Any) -> None:
        self.place, self._db = place, db

    @property
    def version(self) -> int:
        """The format of its tables; 0 where that cannot be read."""
        return self._fact("user_version", 0)

    @property
    def ours(self) -> bool:
        """Whether it says of itself that it is a database of ours, or can say nothing at all any more."""
        return self._fact("application_id", store.APPLICATION) in (store.APPLICATION, 0)

    def meta(self) -> dict[str, str]:
        """The facts about itself and its home, but those that are damaged."""
        rows = self._ask("SELECT key, value FROM meta")
        texts = ((key, value) for key, value in rows if isinstance(key, str) and isinstance(value, str))
        return {key: value for key, value in texts if legible(key, value)}

    def undone(self) -> set[str]:
        """The changes that were taken back, by uid."""
        return {uid for (uid,) in self._ask("SELECT uid FROM mine WHERE undone = 1")}

    def heads(self) -> dict[str, tuple[int, str]]:
        """What its heads say; empty where they cannot be read."""
        rows = self._ask("SELECT dev, seq, chain FROM head")
        return {dev: (seq, link) for dev, seq, link in rows if isinstance(dev, str) and isinstance(seq, int)}

    def last(self, dev: str) -> int:
        """The highest number of a chain that is there; 0 where none is, or none can be read."""
        rows = self._ask("SELECT max(seq) FROM change WHERE dev = ?", dev)
        return rows[0][0] if rows and isinstance(rows[0][0], int) else 0

    def reached(self, dev: str) -> int:
        """How far a chain went at least, as anything in it says: its head, its changes, what is left of an index."""
        rows = self._ask("SELECT max(seq) FROM place WHERE dev = ?", dev)
        known = rows[0][0] if rows and isinstance(rows[0][0], int) else 0
        return max(self.last(dev), self.heads().get(dev, (0, ""))[0], known)

    def has(self, uid: str) -> bool:
        """Whether a change stands in it."""
        return bool(self._ask("SELECT 1 FROM change WHERE uid = ?", uid))

    def erasures(self) -> list[erasures.Erasure]:
        """What stands in it of erasures."""
        try:
            return list(erasures.held(self._db))
        except _unreadable():
            return []

    def devices(self) -> set[str]:
        """The chains of which it may hold anything."""
        found = {dev for (dev,) in self._ask("SELECT DISTINCT dev FROM change")} | set(self.heads())
        return {dev for dev in found if isinstance(dev, str)}

    def run(self, dev: str, seq: int, most: int = _PAGE) -> list[dict[str, Any]]:
        """The changes `seq` + 1, + 2 ... of a chain, as far as they follow one another."""
        try:
            page = log.changes_after(self._db, dev, seq, 1 << 62, most)
        except _unreadable():
            return []
        numbered = (place for place, one in enumerate(page) if one["seq"] != seq + 1 + place)
        return page[: next(numbered, len(page))]

    def among(self, dev: str, first: int, last: int) -> list[dict[str, Any]]:
        """The changes `first` to `last` of a chain that are there."""
        try:
            return log.changes_after(self._db, dev, first - 1, last, last)
        except _unreadable():
            return []

    def later(self, dev: str, seq: int) -> int | None:
        """The number of the next change behind `seq` that is there; None where there is none."""
        rows = self._ask("SELECT min(seq) FROM change WHERE dev = ? AND seq > ?", dev, seq)
        return rows[0][0] if rows and isinstance(rows[0][0], int) else None

    def _fact(self, name: str, otherwise: int) -> int:
        rows = self._ask(f"PRAGMA {name}")
        return int(rows[0][0]) if rows else otherwise

    def _ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return list(self._db.execute_sql(sql, values).fetchall())
        except _unreadable():
            return []


def _unreadable() -> tuple[type[BaseException], ...]:
    """What reading may raise: the database's errors, and what odd values in it do to whoever works with them."""
    return (*cipher.database_errors(), ValueError, TypeError, AttributeError, KeyError, OverflowError)


@contextmanager
def opened(place: Path, key: bytes | None) -> Iterator[Remains]:
    """A database that is whole, read where it lies; nothing is written to it."""
    with _connected(_uri(place), key) as db:
        yield Remains(place, db)


@contextmanager
def gathered(place: Path, key: bytes | None, folder: Path, like: Sequence[Path] = ()) -> Iterator[Remains]:
    """A database that may be damaged: what its pages still hold, gathered in `folder` under the same key and gone
    from there afterwards. `like`: copies of it, for where its beginning is gone. Raises OSError where the file cannot
    be read at all."""
    target = folder / f"salvage-{place.name}"
    wiped(target)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with _connected(str(target), key, plain_path=True) as db:
            _gather(db, pages.Pages(place, key, like))
            yield Remains(place, db)
    finally:
        wiped(target)


@contextmanager
def _connected(where: str, key: bytes | None, plain_path: bool = False) -> Iterator[Any]:
    db = cipher.connect(where, key, _SETTINGS, uri=not plain_path)
    try:
        with suppress(*cipher.database_errors()):  # then nothing of it can be read, and each question says so
            db.connect()
        yield db
    finally:
        db.close()


def _gather(db: Any, source: pages.Pages) -> None:
    """Puts what a log needs from loose pages into tables of the same names. Their hashes are looked at later."""
    with db.atomic():
        names = ", ".join(f'"{name}"' for name in _COLUMNS)
        db.execute_sql(f"CREATE TABLE change ({names}, PRIMARY KEY (dev, seq)) WITHOUT ROWID")
        db.execute_sql("CREATE INDEX uids ON change (uid)")
        db.execute_sql("CREATE TABLE head (dev PRIMARY KEY, seq, chain)")
        db.execute_sql("CREATE TABLE meta (key PRIMARY KEY, value)")
        db.execute_sql("CREATE TABLE mine (uid PRIMARY KEY, step, undone)")
        db.execute_sql("CREATE TABLE place (id, dev, seq)")
        for name, value in _facts(source).items():
            db.execute_sql(f"PRAGMA {name} = {value}")
        connection = db.connection()
        for row in pages.rows(source):
            table = _table_of(row)
            if table:
                marks = ",".join("?" * len(row))
                connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)


def _table_of(row: tuple[object, ...]) -> str:
    """Which table a row is of, as its shape says; "" for a table that is not needed, or an index."""
    if len(row) == len(_COLUMNS):
        return "change" if isinstance(row[0], str) and isinstance(row[1], int) and row[1] > 0 else ""
    shape: tuple[type, ...] = tuple(map(type, row))
    shapes: dict[tuple[type, ...], str] = {
        (str, int, str): "head",
        (str, str): "meta",
        (str, int, int): "mine",
        (str, str, int): "place",
    }
    return shapes.get(shape, "")


def _facts(source: pages.Pages) -> dict[str, int]:
    """The format and the program that the first page names, where it can be read."""
    first = source.page(1)
    if first is None or not first.startswith(cipher.PLAIN):
        return {}
    version, application = struct.unpack(">i", first[60:64])[0], struct.unpack(">i", first[68:72])[0]
    if application != store.APPLICATION:
        return {}  # damaged as well: then what it says of its format is not believed either
    return {"user_version": version, "application_id": application}


def wiped(file: Path) -> None:
    """Removes a database with what lies beside it; a plain one is overwritten first."""
    with suppress(OSError):
        if cipher.is_plain(file):
            with file.open("rb+") as held:
                cipher.wipe(held)
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            file.with_name(file.name + end).unlink(missing_ok=True)


def _uri(path: Path) -> str:
    return f"file://{quote('/' + path.absolute().as_posix().removeprefix('/'))}?mode=ro&immutable=1"
