"""Thousands of rows at a time: what makes that quick, and would cost a single recording its memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any

from lsa_tui.vault import cipher

_AT_ONCE = 200
"""Rows written by one statement, where there are many."""

_CACHE = -16_000
"""SQLite's page cache in KiB (negative, as the pragma wants it): 16 MB hold what one transaction of a sync touches."""


@contextmanager
def many(db: Any) -> Iterator[None]:
    """A large page cache, and Python looks for no cycles meanwhile: rows make none, and it would look them all through
    over and over."""
    usual = int(db.execute_sql("PRAGMA cache_size").fetchone()[0])  # SQLCipher says it as a text
    was = gc.isenabled()
    try:
        gc.disable()
        db.execute_sql(f"PRAGMA cache_size = {_CACHE}")
        yield
    finally:
        if was:
            gc.enable()
        with suppress(*cipher.database_errors()):  # what went wrong before it is to be told
            db.execute_sql(f"PRAGMA cache_size = {usual}")


def insert(db: Any, into: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Inserts rows, their values in order of the columns; `into`: "INSERT INTO change", or what stands for it."""
    statement, marks = f"{into} ({','.join(columns)}) VALUES ", f"({','.join('?' * len(columns))})"
    connection, whole = db.connection(), len(rows) // _AT_ONCE * _AT_ONCE
    if whole:
        several = statement + ",".join([marks] * _AT_ONCE)
        for start in range(0, whole, _AT_ONCE):
            connection.execute(several, [*chain.from_iterable(rows[start : start + _AT_ONCE])])
    connection.executemany(statement + marks, rows[whole:])
