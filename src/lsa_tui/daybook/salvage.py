"""Reading what can still be read of a damaged database. It is copied first, so nothing of it is altered."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lsa_tui.records import erasures, log, store
from lsa_tui.vault import cipher

FAR = 20_000
"""Numbers that are tried one by one behind a change that cannot be read: more than a damaged page can hold."""

_PAGE = 500


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
        return self._fact("application_id", store.APPLICATION) == store.APPLICATION

    def meta(self) -> dict[str, str]:
        """The facts about itself and its home."""
        rows = self._ask("SELECT key, value FROM meta") or []
        return {key: value for key, value in rows if isinstance(key, str) and isinstance(value, str)}

    def undone(self) -> set[str]:
        """The changes that were taken back, by uid."""
        return {uid for (uid,) in self._ask("SELECT uid FROM mine WHERE undone = 1") or []}

    def heads(self) -> dict[str, tuple[int, str]]:
        """What its heads say; empty where they cannot be read."""
        rows = self._ask("SELECT dev, seq, chain FROM head") or []
        return {dev: (seq, link) for dev, seq, link in rows if isinstance(dev, str) and isinstance(seq, int)}

    def last(self, dev: str) -> int | None:
        """The highest number of a chain that is there, 0 where there is none; None where that cannot be read."""
        rows = self._ask("SELECT max(seq) FROM change WHERE dev = ?", dev)
        if rows is None or not isinstance(rows[0][0], int | None):
            return None
        return rows[0][0] or 0

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
        found = set(self.heads())
        last: Any = ""
        while isinstance(last, str):
            found.add(last)
            rows = self._ask("SELECT min(dev) FROM change WHERE dev > ?", last)
            last = rows[0][0] if rows and rows[0][0] not in found else None
        return found - {""}

    def run(self, dev: str, seq: int, most: int = _PAGE) -> list[dict[str, Any]]:
        """The changes `seq` + 1, + 2 ... of a chain, as far as they follow one another and can be read."""
        while most:
            try:
                page = log.changes_after(self._db, dev, seq, 1 << 62, most)
            except _unreadable():
                most //= 8 if most > 8 else 2  # one bad page must not hide the good ones before it
                continue
            numbered = (place for place, one in enumerate(page) if one["seq"] != seq + 1 + place)
            return page[: next(numbered, len(page))]
        return []

    def later(self, dev: str, seq: int) -> int | None:
        """The number of the next change behind `seq` that can be read; None where there is none."""
        for _ in range(FAR):
            rows = self._ask("SELECT min(seq) FROM change WHERE dev = ? AND seq > ?", dev, seq)
            if rows is None or not isinstance(rows[0][0], int | None):
                seq += 1
            elif rows[0][0] is None:
                return None  # read, and there is nothing behind it
            elif self.run(dev, rows[0][0] - 1, 1):
                return int(rows[0][0])
            else:
                seq = rows[0][0]
        return None

    def _fact(self, name: str, otherwise: int) -> int:
        rows = self._ask(f"PRAGMA {name}")
        return int(rows[0][0]) if rows else otherwise

    def _ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]] | None:
        try:
            return list(self._db.execute_sql(sql, values).fetchall())
        except _unreadable():
            return None


def _unreadable() -> tuple[type[BaseException], ...]:
    """What reading may raise: the database's errors, and what odd values in it do to whoever works with them."""
    return (*cipher.database_errors(), ValueError, TypeError, AttributeError, KeyError, OverflowError)


@contextmanager
def opened(place: Path, key: bytes | None, folder: Path | None = None) -> Iterator[Remains]:
    """What can be read of the database at `place`.

    One that may be damaged is read by a copy in `folder`, which is gone afterwards; without a folder it is read where
    it lies, and nothing is written to it.
    """
    copy = place if folder is None else folder / f"salvage-{place.name}"
    if folder is not None:
        _copied(place, copy)
    settings = [("trusted_schema", "off"), ("cell_size_check", "on")]
    db = cipher.connect(_uri(copy, "rw" if folder is not None else "ro&immutable=1"), key, settings, uri=True)
    try:
        try:
            db.connect()
            db.connection().text_factory = lambda raw: raw.decode("utf-8", "replace")
        except _unreadable():
            pass  # then nothing of it can be read
        yield Remains(place, db)
    finally:
        try:
            db.close()
        except _unreadable():
            pass
        if folder is not None:
            wiped(copy)


def wiped(file: Path) -> None:
    """Removes a database with what lies beside it; a plain one is overwritten first."""
    with suppress(OSError):
        if cipher.is_plain(file):
            with file.open("rb+") as held:
                held.write(bytes(file.stat().st_size))
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            file.with_name(file.name + end).unlink(missing_ok=True)


def _copied(place: Path, copy: Path) -> None:
    wiped(copy)
    for end in ("", "-wal", "-journal"):
        source, target = place.with_name(place.name + end), copy.with_name(copy.name + end)
        if source.exists():
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with source.open("rb") as found, os.fdopen(handle, "wb") as to:
                shutil.copyfileobj(found, to, 1 << 20)
    if copy.with_name(f"{copy.name}-wal").exists() and (not copy.exists() or not copy.stat().st_size):
        # Where the database is empty SQLite would throw its write-ahead file away, and that may hold everything.
        copy.write_bytes(bytes(4096))
        copy.chmod(0o600)


def _uri(path: Path, mode: str) -> str:
    return f"file://{quote('/' + path.absolute().as_posix().removeprefix('/'))}?mode={mode}"
