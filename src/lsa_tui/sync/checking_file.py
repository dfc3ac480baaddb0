"""A shared SQLite file looked at as a whole: over a copy on this device, so that nobody waits for it.

The copy is made by SQLite's own backup, page by page; others read and write the file meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsa_tui.daybook import chains, salvage
from lsa_tui.sync.sqlite_place import GUARDS
from lsa_tui.vault import cipher

_STEP = 4 << 20
"""Bytes copied at a time; the file is locked for reading while that lasts."""

_TIMES = 3
"""How often the copying begins again because others wrote, until it is done in one go."""

_AS_MADE_BEFORE = """CREATE TRIGGER change_is_immutable BEFORE UPDATE ON change
    BEGIN SELECT RAISE(ABORT, 'a change cannot be altered'); END"""
"""By 0.1.0, which knew no erasing: it lets nothing through. The first erasure puts today's in its place."""


class _Interrupted(Exception):
    """Others wrote too often while it was copied."""


def wrong(db: Any, key: bytes | None, scratch: Path) -> list[str]:
    """What is wrong with the file that `db` has open, in sentences; empty when all is well.

    `scratch`: a folder for the copy, which is gone afterwards. Raises what the database raises, OSError.
    """
    place = scratch / "shared.db"
    salvage.wiped(place)
    page = int(db.execute_sql("PRAGMA page_size").fetchone()[0])  # SQLCipher says it as a text
    copy = cipher.connect(str(place), key, [("trusted_schema", "off"), ("cell_size_check", "on")], page=page)
    try:
        copy.connect()
        copy.connection().text_factory = lambda raw: raw.decode("utf-8", "replace")
        _copied(db.connection(), copy.connection(), _STEP // page)
        return _pages(copy, key) or _changes(copy)
    finally:
        copy.close()
        salvage.wiped(place)


def _copied(source: Any, target: Any, pages: int) -> None:
    begun, left_before = 0, 0

    def watch(_status: int, left: int, _of: int) -> None:
        nonlocal begun, left_before
        begun += left > left_before
        left_before = left
        if begun > _TIMES:
            raise _Interrupted

    try:
        source.backup(target, pages=pages, progress=watch)
    except _Interrupted:
        source.backup(target, pages=-1)


def _pages(copy: Any, key: bytes | None) -> list[str]:
    found = [str(row[0]) for row in copy.execute_sql("PRAGMA integrity_check(5)")]
    if key is not None:
        found += [str(row[0]) for row in copy.execute_sql("PRAGMA cipher_integrity_check")]
    return [f"its pages are damaged ({one})" for one in found if one != "ok"][:3]


def _changes(copy: Any) -> list[str]:
    found = []
    for one in chains.read(copy):
        if one.broken is not None:
            found.append(f"change {one.broken} of {one.whose} is missing or damaged")
        elif one.head_is_off:
            found.append(f"where the changes of {one.whose} end is noted wrongly")
    return found


def missing_guards(db: Any) -> list[str]:
    """Which of the rules that keep the shared log as it was written are gone or were weakened."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    there = {name: str(made).split() for name, made in db.execute_sql(sql)}
    known = [made.split() for made in (*GUARDS.values(), _AS_MADE_BEFORE)]
    return [name for name in GUARDS if there.get(name) not in known]


def put_guards_back(db: Any) -> None:
    """Makes these rules anew; inside a transaction."""
    for name in missing_guards(db):
        db.execute_sql(f'DROP TRIGGER IF EXISTS "{name}"')
        db.execute_sql(GUARDS[name])
