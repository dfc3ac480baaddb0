"""The fold: what a set of changes says of a record, whatever order they came in.

A record is a pure function of the set of its changes. So one function serves a single recording, an undo, a sync
of thousands and a rebuild, and `tables == fold(log)` can be tested at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lsa_tui import clock
from lsa_tui.records.vocabulary import KINDS

WHOLE = "*"
"""Under this name a removal lists the changes it had seen of the record, whatever their field."""

CHUNK = 400
"""Rows folded per statement; SQLite's oldest limit on variables is 999."""


class Seen(NamedTuple):
    """What the fold needs of one change."""

    row: str
    kind: str
    uid: str
    hlc: int
    wall: str
    actor: str
    audience: str
    body: str | None


COLUMNS = (
    "uid kind pupil at at_text day recorded by own open removed revisions ord conflict data".split()  # noqa: SIM905
)


def merge(changes: Sequence[Seen]) -> tuple[Any, ...] | None:
    """The `record` row (in order of COLUMNS) that these changes of one row make, or None where there is none.

    Each field is a multi-value register: values that another change replaces are gone, of the others the newest is
    shown, and where they differ the rest is kept under `conflict`. A kind this program does not know gives None:
    its changes stay in the log and are understood after an update.
    """
    # What is private here stays so, whatever arrives under its id.
    private = [change for change in changes if change.audience == "own"]
    changes = sorted((one for one in private or changes if one.body), key=lambda change: (change.hlc, change.uid))
    if not changes or changes[0].kind not in KINDS:
        return None
    bodies = _bodies(changes)
    if bodies is None:
        return None  # written by other hands, as a time that is none is; `doctor` says where the chain breaks
    fields, conflict = _fields(changes, bodies)
    first, first_body = changes[0], bodies[0]
    pupil, removed = fields.pop("pupil", None), fields.pop("removed", None)
    kind = KINDS[first.kind]
    time_field = kind.time
    at_text = fields.pop("at", None) if time_field == "at" else fields.get(time_field or "")
    try:
        at = clock.to_ms(clock.from_text(at_text)) if at_text else None
    except (TypeError, ValueError):
        return None  # written by other hands; `doctor` counts what cannot be read
    if time_field and at is None:
        return None
    return (
        first.row,
        first.kind,
        pupil,
        at,
        at_text,
        at_text[:10] if at_text else None,
        first_body.get("recorded_at") or first.wall,
        first_body.get("by") or first.actor,
        first.audience == "own",
        bool(kind.ends) and not fields.get(kind.ends or "") and not removed and fields.get("status") != "missed",
        removed,
        len(changes) - 1,
        first.hlc,
        json.dumps(conflict, ensure_ascii=False, sort_keys=True) if conflict else None,
        json.dumps(fields, ensure_ascii=False, sort_keys=True),
    )


def _bodies(changes: Sequence[Seen]) -> list[dict[str, Any]] | None:
    """What the changes say; None where one of them cannot be read."""
    try:
        bodies = [json.loads(change.body or "{}") for change in changes]
    except (ValueError, RecursionError):
        return None
    parts = [(body.get("set", {}), body.get("preds", {})) for body in bodies if isinstance(body, dict)]
    readable = len(parts) == len(bodies) and all(isinstance(one, dict) for pair in parts for one in pair)
    return bodies if readable else None


def _fields(
    changes: Sequence[Seen], bodies: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    if len(changes) == 1:
        return dict(bodies[0].get("set", {})), {}
    replaced = {(uid, field) for body in bodies for field, uids in body.get("preds", {}).items() for uid in uids}
    heads: dict[str, list[tuple[Seen, Any]]] = {}
    for change, body in zip(changes, bodies, strict=True):
        for field, value in body.get("set", {}).items():
            if (change.uid, field) not in replaced:
                heads.setdefault(field, []).append((change, value))
    fields: dict[str, Any] = {}
    conflict: dict[str, list[dict[str, Any]]] = {}
    for field, values in heads.items():
        fields[field] = values[-1][1]
        if any(value != fields[field] for _, value in values):
            conflict[field] = [
                {"uid": change.uid, "value": value, "by": change.actor, "at": change.wall}
                for change, value in reversed(values)
            ]
    if fields.get("removed"):
        _unseen_edits(changes, bodies, heads["removed"][-1][0], conflict)
    return fields, conflict


def _unseen_edits(
    changes: Sequence[Seen], bodies: Sequence[dict[str, Any]], removal: Seen, conflict: dict[str, list[dict[str, Any]]]
) -> None:
    """A removal that had not seen somebody's edit, nor the edit the removal: kept or removed is for a person to say."""
    body = next(body for change, body in zip(changes, bodies, strict=True) if change is removal)
    seen = body.get("preds", {}).get(WHOLE)
    if seen is None:
        return
    for change, other in zip(changes, bodies, strict=True):
        replaces = {uid for uids in other.get("preds", {}).values() for uid in uids}
        edits = change is not removal and "removed" not in other.get("set", {})
        if edits and change.uid not in seen and removal.uid not in replaces:
            conflict["removed"] = [
                {"uid": removal.uid, "value": body["set"]["removed"], "by": removal.actor, "at": removal.wall},
                {"uid": change.uid, "value": None, "by": change.actor, "at": change.wall},
            ]


def heads(changes: Iterable[Seen], field: str) -> list[Seen]:
    """The changes whose value of `field` no other change has replaced: what an edit must name as `preds`."""
    held = [(change, json.loads(change.body)) for change in changes if change.body]
    replaced = {uid for _, body in held for uid in body.get("preds", {}).get(field, ())}
    return [change for change, body in held if field in body.get("set", {}) and change.uid not in replaced]


def changes_of(db: Any, rows: Sequence[str]) -> dict[str, list[Seen]]:
    """All changes of these rows that are not undone, by row."""
    found: dict[str, list[Seen]] = {row: [] for row in rows}
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        sql = (
            "SELECT c.row, c.kind, c.uid, c.hlc, c.wall, c.actor, c.audience, c.body FROM change c "
            "LEFT JOIN mine m ON m.uid = c.uid "
            f"WHERE c.row IN ({','.join('?' * len(part))}) AND coalesce(m.undone, 0) = 0"
        )
        for values in db.execute_sql(sql, part):
            found[values[0]].append(Seen(*values))
    return found


def fold(db: Any, rows: Iterable[str]) -> None:
    """Makes the records of these rows anew from the log. To be called inside the writing transaction.

    Plain SQL through Peewee's connection: building a query object per row costs 25 times the insert itself.
    """
    rows = list(dict.fromkeys(rows))
    made, gone = [], []
    for row, changes in changes_of(db, rows).items():
        record = merge(changes)
        if record is None:
            gone.append((row,))
        else:
            made.append(record)
    connection = db.connection()
    if gone:
        connection.executemany("DELETE FROM record WHERE uid = ?", gone)
    if made:
        marks = ",".join("?" * len(COLUMNS))
        connection.executemany(f"INSERT OR REPLACE INTO record ({','.join(COLUMNS)}) VALUES ({marks})", made)


def rebuild(db: Any) -> int:
    """Throws the records away and folds the whole log again. Returns how many records there are then."""
    db.execute_sql("DELETE FROM record")
    rows = [row for (row,) in db.execute_sql("SELECT DISTINCT row FROM change")]
    for start in range(0, len(rows), 5000):
        fold(db, rows[start : start + 5000])
    return int(db.execute_sql("SELECT count(*) FROM record").fetchone()[0])
