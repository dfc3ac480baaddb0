"""What the log says that the records no longer do: every change of one, and every name that was ever told."""

from __future__ import annotations

import json
from typing import Any

from lsa_tui.records import log
from lsa_tui.records.fold import NAMES, SCHEMA


def history(db: Any, row: str) -> list[dict[str, Any]]:
    """Every change of a record that is understood, oldest first: who, when, which fields, which stretches of them
    are `names` where any are (`erased`: they are gone)."""
    sql = (
        "SELECT c.uid, c.wall, c.actor, c.role, c.body FROM change c LEFT JOIN mine m ON m.uid = c.uid "
        "WHERE c.row = ? AND coalesce(m.undone, 0) = 0 AND c.op = 'set' AND c.schema <= ? ORDER BY c.hlc, c.uid"
    )
    return [
        {"uid": uid, "at": wall, "by": actor, "role": role, **_said(body)}
        for uid, wall, actor, role, body in db.execute_sql(sql, (row, SCHEMA))
    ]


def _said(body: str | None) -> dict[str, Any]:
    if not body:
        return {"set": None, "erased": True}
    content = json.loads(body)
    return {"set": content.get("set", {}), **({NAMES: content[NAMES]} if content.get(NAMES) else {})}


def names_beside(db: Any, row: str) -> list[dict[str, Any]]:
    """`set` and `names` of those changes of a row, by other devices, that say which stretches of a text are names."""
    sql = f"SELECT dev, body FROM change WHERE row = ? AND op = 'set' AND body LIKE '%\"{NAMES}\":{{%'"
    found = db.execute_sql(sql, (row,)).fetchall()
    here = {log.OWN, *log.own_chains(db)} if found else set()
    bodies = [json.loads(body) for dev, body in found if dev not in here]
    # A newer program's body may say "names" elsewhere.
    return [one for one in bodies if isinstance(one.get("set"), dict) and NAMES in one]


def ever_told(db: Any) -> list[str]:
    """Every name that this device was told, those too that were corrected or taken off a list."""
    kinds = ",".join("?" * len(log.TOLD))
    sql = f"SELECT body FROM change WHERE row IN (SELECT uid FROM record WHERE kind IN ({kinds})) AND op = 'set'"
    said = [_said(body)["set"] or {} for (body,) in db.execute_sql(sql, log.TOLD)]
    return list(dict.fromkeys(str(one["name"]) for one in said if one.get("name")))
