"""What this program understands of the log, and folding what an earlier or a later one did not, or did.

A device keeps and relays changes that its program does not understand: of a newer program's kinds, deeds and schemas.
They make no record until an update understands them. So each database says by which understanding its records were
folded; where that is not this program's, the records it concerns are folded anew, once.
"""

from __future__ import annotations

import json
from typing import Any

from lsa_tui.records import fold, log
from lsa_tui.records.vocabulary import KINDS

_KEY = "understood"
_PART = 2000
"""Records folded at a time: what is held in memory."""


_NAMED = f"body LIKE '%\"{fold.NAMES}\":{{%'"
"""What an earlier program kept and relayed, and did not fold."""


def understanding() -> str:
    """What this program folds: deeds, the last schema, kinds, and what stands in a body beside the fields."""
    beside = [fold.NAMES]
    return log.canonical({"ops": sorted(fold.OPS), "schema": fold.SCHEMA, "kinds": sorted(KINDS), "beside": beside})


def note(db: Any) -> None:
    """The records of this database are folded by this understanding."""
    log.set_meta(db, _KEY, understanding())


def index(db: Any) -> None:
    """What is asked of marked names (there are few) is found without a look at every record."""
    db.execute_sql(f"CREATE INDEX IF NOT EXISTS record_names ON record (uid) WHERE {fold.HAS_NAMES}")


def is_due(db: Any) -> bool:
    """Whether the records of this database were folded by another understanding, or by one that did not say."""
    return log.get_meta(db, _KEY) != understanding()


def catch_up(db: Any) -> int:
    """Folds what the other understanding folded differently, and notes this one; to be called inside a transaction.

    Returns how many rows were looked at: none, where somebody else was quicker.
    """
    rows = _concerned(db) if is_due(db) else []
    index(db)
    for start in range(0, len(rows), _PART):
        fold.fold(db, rows[start : start + _PART])
    note(db)
    return len(rows)


def _concerned(db: Any) -> list[str]:
    known = _noted(db)
    if known is None:
        # Of a program that kept no such note: it folded what it knew, and what it did not has no record.
        other = f"row NOT IN (SELECT uid FROM record) OR {_NAMED}"
        sql = f"SELECT DISTINCT row FROM change WHERE op <> 'redact' AND ({other})"
        return [row for (row,) in db.execute_sql(sql)]
    # What both understand is folded alike; of the rest it does not matter which of the two is the later one.
    ops = sorted(set(known["ops"]) & set(fold.OPS))
    kinds = sorted(set(known["kinds"]) & set(KINDS))
    other = f"op NOT IN ({_marks(ops)}) OR kind NOT IN ({_marks(kinds)}) OR schema > ?"
    other += "" if fold.NAMES in known.get("beside", []) else f" OR {_NAMED}"
    sql = f"SELECT DISTINCT row FROM change WHERE {other}"
    return [row for (row,) in db.execute_sql(sql, (*ops, *kinds, min(known["schema"], fold.SCHEMA)))]


def _noted(db: Any) -> dict[str, Any] | None:
    try:
        found = json.loads(log.get_meta(db, _KEY) or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"kinds", "ops", "schema"} <= found.keys() else None


def _marks(values: list[str]) -> str:
    return ",".join("?" * len(values))
