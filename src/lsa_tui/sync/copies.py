"""Dated copies of the local database, made before anything is taken in; older ones are thinned out, never all of them.

The rule looks at the dates of the copies alone and not at the clock, so a clock that was wrong for a day, or a long
holiday, costs none of the good ones.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from lsa_tui.daybook.book import Book

BEGINS = "before-sync-"
"""How the names of these copies begin; what else lies in the folder is not thinned."""

LARGE = 100 << 20
"""Bytes of a database, a hundred thousand changes about, from which on a copy takes a second or more."""

NEWEST, DAYS, WEEKS = 3, 7, 4
"""Kept are: the newest few, the last one of each of so many days, and of so many weeks, on which there is any."""

_MOMENT = re.compile(rf"{BEGINS}(\d{{4}}-\d\d-\d\d-\d{{6}})")


def safety_copy(book: Book) -> Path:
    """A whole copy of the local database, checked and named by its moment; then older ones are thinned out.

    Of a LARGE one there is one a day: what came in since is in the shared store, what was recorded since in the log.
    """
    of_today = sorted(book.paths.backups.glob(f"{BEGINS}{book.now():%Y-%m-%d}-*.db"))
    if of_today and book.store.path.stat().st_size > LARGE:
        return of_today[-1]
    made = book.store.backup(book.paths.backups, f"{BEGINS}{book.now():%Y-%m-%d-%H%M%S}-{os.getpid()}.db")
    thin(book.paths.backups, made)
    return made


def thin(folder: Path, made: Path | None = None) -> list[Path]:
    """Removes the copies that the rule does not keep; never `made`, whatever its date. Returns which went."""
    dated = {one: moment for one in folder.glob(f"{BEGINS}*.db") if (moment := moment_of(one)) is not None}
    keep = {*kept(dated), made}
    gone = sorted(one for one in dated if one not in keep)
    for one in gone:
        with suppress(OSError):
            one.unlink(missing_ok=True)
    return gone


def kept(dated: dict[Path, datetime]) -> set[Path]:
    """Which of these copies stay."""
    newest_first = sorted(dated, key=lambda one: (dated[one], one.name), reverse=True)
    return {
        *newest_first[:NEWEST],
        *_first_of_each(newest_first, lambda one: dated[one].date(), DAYS),
        *_first_of_each(newest_first, lambda one: dated[one].isocalendar()[:2], WEEKS),
    }


def moment_of(copy: Path) -> datetime | None:
    """When a copy was made, as its name says, whatever the zone; None for one that was not made here."""
    found = _MOMENT.match(copy.name)
    try:
        return datetime.strptime(f"{found.group(1)}+0000", "%Y-%m-%d-%H%M%S%z") if found else None
    except ValueError:
        return None


def _first_of_each(newest_first: Sequence[Path], span: Callable[[Path], object], most: int) -> list[Path]:
    found: dict[object, Path] = {}
    for one in newest_first:
        found.setdefault(span(one), one)
    return list(found.values())[:most]
