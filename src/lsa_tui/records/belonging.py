"""What belongs together: all that is recorded of a pupil, and what repeats or answers a record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from lsa_tui.records import log
from lsa_tui.records.checks import uuid_text
from lsa_tui.records.fold import CHUNK
from lsa_tui.records.vocabulary import KINDS

Value = TypeVar("Value", str, int)

_NAMING = (
    "op = 'set' AND body IS NOT NULL AND dev NOT IN (?, ?) AND row NOT IN (SELECT uid FROM record) "
    # What a newer program writes need not be JSON.
    "AND CASE WHEN json_valid(body) THEN json_extract(body, '$.set.pupil') END"
)
"""Changes of kinds that only a newer program knows, and what no program could read: they have no record."""


def of_pupil(db: Any, pupil: str) -> list[str]:
    """The rows that are recorded of a pupil, removed ones too, and the pupil's own row; of those that can be shared."""
    found = [row for (row,) in db.execute_sql("SELECT uid FROM record WHERE own = 0 AND ? IN (pupil, uid)", (pupil,))]
    sql = f"SELECT DISTINCT row FROM change WHERE {_NAMING} = ?"
    return found + [row for (row,) in db.execute_sql(sql, (*log.STAYING, pupil))]


def own_of_pupil(db: Any, pupil: str) -> list[str]:
    """The rows of a pupil that never leave this device: the name."""
    return [row for (row,) in db.execute_sql("SELECT uid FROM record WHERE own = 1 AND pupil = ?", (pupil,))]


def by_pupil(db: Any, rows: Collection[str]) -> dict[str, set[str]]:
    """Of these rows that can be shared, those of each pupil."""
    found: dict[str, set[str]] = {}
    for part, marks in in_parts(rows):
        sql = f"SELECT coalesce(pupil, uid), uid FROM record WHERE own = 0 AND uid IN ({marks})"
        named = (
            f"SELECT json_extract(body, '$.set.pupil'), row FROM change WHERE row IN ({marks}) AND {_NAMING} NOT NULL"
        )
        for pupil, row in (*db.execute_sql(sql, part), *db.execute_sql(named, (*part, *log.STAYING))):
            found.setdefault(pupil, set()).add(row)
    return found


_PLACES = ("session", "slot", "behaviour")
"""Fields that say where something belongs. All other ids in a record say what it is about: an answer, a release."""

ABOUT: dict[str, tuple[str, ...]] = {
    kind.name: tuple(one.name for one in kind.fields if one.check is uuid_text and one.name not in _PLACES)
    for kind in KINDS.values()
}
"""Kind to the fields that name the record which it repeats or answers."""


def with_answers(db: Any, rows: Iterable[str]) -> list[str]:
    """These rows and what says the same once more: a problem raised of a note, its answers, a release of it."""
    found = list(dict.fromkeys(rows))
    fields = [(kind, name) for kind, names in ABOUT.items() for name in names]
    waiting: Sequence[str] = found
    while waiting:
        more: dict[str, None] = {}
        for part, marks in in_parts(waiting):
            for kind, name in fields:
                sql = f"SELECT uid FROM record WHERE kind = ? AND json_extract(data, '$.{name}') IN ({marks})"
                more |= dict.fromkeys(row for (row,) in db.execute_sql(sql, (kind, *part)))
        known = set(found)
        waiting = [row for row in more if row not in known]
        found += waiting
    return found


def in_parts(values: Collection[Value]) -> Iterator[tuple[tuple[Value, ...], str]]:
    """Values in parts that one statement can take, each with its question marks."""
    ordered = tuple(values)
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        yield part, ",".join("?" * len(part))
