"""Whether there is room for what a sync will write: a full disk costs a sync, never a record."""

from __future__ import annotations

import shutil
from typing import Any

from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import local
from lsa_tui.sync.shared import Heads, SharedStore

_MARGIN = 1 << 20
_BESIDE_ITS_WORDS = 600
"""Bytes of a change that are not its body: ids, hashes, its place in the indexes."""

_WORDS = 300
"""Bytes of a body that was not seen yet, about."""


def here(book: Book, coming: int) -> None:
    """Room on this device for `coming` changes and for the copy that is made before. Raises SyncIncomplete."""
    copy = book.store.path.stat().st_size
    needed = copy + 3 * coming * (_BESIDE_ITS_WORDS + _WORDS) + _MARGIN
    free = shutil.disk_usage(book.store.path.parent).free
    if coming and free < needed:
        raise SyncIncomplete(f"{_full(needed, free)} on this device, then sync again")


def there(db: Any, shared: SharedStore, ends: Heads, there: Heads) -> None:
    """Room in the store for what it lacks up to `ends`. Raises SyncIncomplete."""
    of = local.lacking(ends, there)
    free = shared.free() if of else None
    if free is None:
        return
    needed = _MARGIN
    for dev, (last, _) in ends.items():
        seq = there.get(dev, local.NOTHING)[0]
        if seq < last:
            sql = "SELECT coalesce(sum(length(body)), 0) FROM change WHERE dev = ? AND seq > ? AND seq <= ?"
            words = int(db.execute_sql(sql, (dev, seq, last)).fetchone()[0])
            needed += 3 * (words + (last - seq) * _BESIDE_ITS_WORDS)
    if free < needed:
        raise SyncIncomplete(f"{shared.name}: {_full(needed, free)} there, then sync again")


def _full(needed: int, free: int) -> str:
    return f"the disk is full: about {_mega(needed)} MB are needed and {_mega(free)} are free; free some space"


def _mega(number: int) -> str:
    return f"{number / (1 << 20):.1f}"
