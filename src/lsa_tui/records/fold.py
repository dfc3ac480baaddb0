"""The fold: what a set of changes says of a record, whatever order they came in.

A record is a pure function of the set of its changes. So one function serves a single recording, an undo, a sync
of thousands and a rebuild, and `tables == fold(log)` can be tested at any time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, cast

from lsa_tui import clock
from lsa_tui.records import bulk, texts
from lsa_tui.records.vocabulary import KINDS

SCHEMA = 1
"""Of the bodies of changes. One of a later schema is kept and relayed, and folded by a later program."""

OPS = ("set",)
"""What a change can do to a record. A change that does something else is kept and relayed likewise."""

WHOLE = "*"
"""Under this name a removal lists the changes it had seen of the record, whatever their field."""

NAMES = "names"
"""Beside `set` in a body, and in the data of a record: field to the stretches of its text that are names."""

HAS_NAMES = f"instr(data, '\"{NAMES}\": {{') > 0"
"""Of a row of `record`: whether names are marked in it. A text cannot look so, its quotation marks are escaped."""

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
    changes = [one for one in private or changes if one.body and one.kind in KINDS]
    if len(changes) > 1:
        changes.sort(key=lambda change: (change.hlc, change.uid))
    bodies = _bodies(changes)
    if not bodies:
        return None  # written by other hands, as a time that is none is; `doctor` says where the chain breaks
    return _merged(changes, bodies)


def _merged(changes: Sequence[Seen], bodies: Sequence[Mapping[str, Any]]) -> tuple[Any, ...] | None:
    """`merge` of changes in order of their stamps, whose bodies were read."""
    fields, conflict = _fields(changes, bodies)
    return _record(changes[0], len(changes), bodies[0], fields, conflict)


def alone(change: Mapping[str, Any], body: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """What `merge` makes of a row's only change, whose body was read already (None: it has none to be folded)."""
    if body is None or change["kind"] not in KINDS:
        return None
    return _record(_seen(change), 1, body, _only(body), {})


_seen = cast(Callable[[Mapping[str, Any]], tuple[Any, ...]], itemgetter(*Seen._fields))


def _record(
    first: Sequence[Any],
    number: int,
    body: Mapping[str, Any],
    fields: dict[str, Any],
    conflict: Mapping[str, list[dict[str, Any]]],
) -> tuple[Any, ...] | None:
    """The row of `record` of a first change (as Seen, or its values) and its `body`, and of what all of them say."""
    row, name, _, hlc, wall, actor, audience, _ = first
    pupil, removed = fields.pop("pupil", None), fields.pop("removed", None)
    kind = KINDS[name]
    time_field, ends = kind.time, kind.ends
    at_text = fields.pop("at", None) if time_field == "at" else fields.get(time_field or "")
    try:
        at = clock.to_ms(clock.from_text(at_text)) if at_text else None
    except (TypeError, ValueError):
        return None  # written by other hands; `doctor` counts what cannot be read
    if time_field and at is None:
        return None
    return (
        row,
        name,
        pupil,
        at,
        at_text,
        at_text[:10] if at_text else None,
        body.get("recorded_at") or wall,
        body.get("by") or actor,
        audience == "own",
        ends is not None and not fields.get(ends) and not removed and fields.get("status") != "missed",
        removed,
        number - 1,
        hlc,
        _JSON(conflict) if conflict else None,
        _JSON(fields),
    )


_JSON = texts.encoder(", ", ": ")


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
    changes: Sequence[Seen], bodies: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    if len(changes) == 1:
        return _only(bodies[0]), {}
    replaced = {(uid, field) for body in bodies for field, uids in body.get("preds", {}).items() for uid in uids}
    heads: dict[str, list[tuple[Seen, Any, Any]]] = {}
    for change, body in zip(changes, bodies, strict=True):
        marks = _names(body)
        for field, value in body.get("set", {}).items():
            if (change.uid, field) not in replaced:
                heads.setdefault(field, []).append((change, value, marks.get(field)))
    fields: dict[str, Any] = {}
    conflict: dict[str, list[dict[str, Any]]] = {}
    names: dict[str, Any] = {}
    for field, values in heads.items():
        fields[field] = values[-1][1]
        if len(values) == 1:  # as a rule, and the rest would come to the same
            if values[0][2]:
                names[field] = values[0][2]
            continue
        if any(value != fields[field] for _, value, _ in values):
            conflict[field] = [
                {"uid": change.uid, "value": value, "by": change.actor, "at": change.wall}
                for change, value, _ in reversed(values)
            ]
        # They belong to the text beside which they were written, and are never for anybody to decide.
        found = next((marks for _, value, marks in reversed(values) if marks and value == fields[field]), None)
        if found:
            names[field] = found
    if names:
        fields[NAMES] = names
    if fields.get("removed"):
        _unseen_edits(changes, bodies, heads["removed"][-1][0], conflict)
    return fields, conflict


def _only(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a row's only change says."""
    fields = dict(body.get("set", {}))
    if NAMES in body and (names := {name: marks for name, marks in _names(body).items() if name in fields}):
        fields[NAMES] = names
    return fields


def _names(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found = body.get(NAMES)
    return found if isinstance(found, dict) else {}


def _unseen_edits(
    changes: Sequence[Seen],
    bodies: Sequence[Mapping[str, Any]],
    removal: Seen,
    conflict: dict[str, list[dict[str, Any]]],
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
    """All changes of these rows that this program understands and that are not undone, by row."""
    found: dict[str, list[Seen]] = {row: [] for row in rows}
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        sql = (
            "SELECT c.row, c.kind, c.uid, c.hlc, c.wall, c.actor, c.audience, c.body FROM change c "
            "LEFT JOIN mine m ON m.uid = c.uid "
            f"WHERE c.row IN ({','.join('?' * len(part))}) AND coalesce(m.undone, 0) = 0 "
            f"AND c.op IN ({','.join('?' * len(OPS))}) AND c.schema <= ?"
        )
        for values in db.execute_sql(sql, (*part, *OPS, SCHEMA)):
            if values[1] in KINDS:
                found[values[0]].append(Seen(*values))
    return found


def understood(kind: str, op: str, schema: int) -> bool:
    """Whether this program can fold such a change; what it cannot is kept, relayed, and folded after an update."""
    return kind in KINDS and op in OPS and schema <= SCHEMA


def fold(db: Any, rows: Iterable[str]) -> None:
    """Makes the records of these rows anew from the log. To be called inside the writing transaction.

    Plain SQL through Peewee's connection: building a query object per row costs 25 times the insert itself.
    """
    made, gone = [], []
    for row, changes in changes_of(db, list(dict.fromkeys(rows))).items():
        record = merge(changes)
        if record is None:
            gone.append((row,))
        else:
            made.append(record)
    if gone:
        db.connection().executemany("DELETE FROM record WHERE uid = ?", gone)
    _write(db, made)


def held(db: Any, rows: Collection[str]) -> set[str]:
    """Which of these rows the log has changes of."""
    sql = "SELECT value FROM json_each(?) WHERE value IN (SELECT row FROM change)"
    return {row for (row,) in db.execute_sql(sql, (_JSON(list(rows)),))}


def fold_arrived(
    db: Any, changes: Sequence[Mapping[str, Any]], bodies: Sequence[Mapping[str, Any] | None], before: Collection[str]
) -> None:
    """As `fold` of the rows of `changes`, which were just written to the log; inside their transaction.

    `bodies`: what each says, as it was read when it arrived (None where this program folds nothing of it); `before`:
    the rows of which the log had changes already. Only these are read back from it.
    """
    number = Counter(map(_ROW, changes))
    several: dict[str, list[tuple[Seen, Mapping[str, Any]]]] = {}
    made = []
    for change, body in zip(changes, bodies, strict=True):
        row = change["row"]
        if row in before:
            continue
        if number[row] == 1:
            made.append(alone(change, body))
        elif body is not None:
            several.setdefault(row, []).append((Seen._make(_seen(change)), body))
    for pairs in several.values():
        pairs.sort(key=lambda pair: (pair[0].hlc, pair[0].uid))
        made.append(_merged(*zip(*pairs, strict=True)))
    _write(db, sorted([record for record in made if record is not None], key=_FIRST))
    fold(db, [row for row in number if row in before])


_ROW, _FIRST = itemgetter("row"), itemgetter(0)


def _write(db: Any, records: Sequence[tuple[Any, ...]]) -> None:
    bulk.insert(db, "INSERT OR REPLACE INTO record", COLUMNS, records)


def rebuild(db: Any) -> int:
    """Throws the records away and folds the whole log again. Returns how many records there are then."""
    db.execute_sql("DELETE FROM record")
    rows = [row for (row,) in db.execute_sql("SELECT DISTINCT row FROM change")]
    for start in range(0, len(rows), 5000):
        fold(db, rows[start : start + 5000])
    return int(db.execute_sql("SELECT count(*) FROM record").fetchone()[0])
