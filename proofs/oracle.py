"""What a set of changes says, written a second time and without the program: the judge of the proofs.

Nothing here is imported from the program, so that a mistake there cannot be repeated here unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

GENESIS = "0" * 64
CHAINED = (
    *("dev", "seq", "uid", "hlc", "wall", "zone", "actor", "role", "audience", "schema", "kind", "row", "op"),
    "body_hash",
)
COLUMNS = ("uid", "kind", "pupil", "at_text", "by", "recorded", "removed", "revisions", "conflict", "data")
"""Of the table of records, what is compared."""


def says(changes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Row to what must be shown of it: who began it and when, how often it was changed, the value of each field, and
    which values of which field a person has to decide between. Pure: a set of changes in, in any order."""
    rows: dict[str, list[tuple[Mapping[str, Any], Any]]] = {}
    for one in sorted(changes, key=lambda change: (change["hlc"], change["uid"])):
        if one["op"] == "set" and one["body"] is not None:
            rows.setdefault(one["row"], []).append((one, json.loads(one["body"])))
    return {row: _record(those) for row, those in rows.items()}


def _record(those: Sequence[tuple[Mapping[str, Any], Any]]) -> Any:
    replaced = {(field, uid) for _, body in those for field, uids in body["preds"].items() for uid in uids}
    heads: dict[str, list[tuple[str, Any]]] = {}
    for one, body in those:
        for field, value in body["set"].items():
            if (field, one["uid"]) not in replaced:
                heads.setdefault(field, []).append((one["uid"], value))
    shown = {field: found[-1][1] for field, found in heads.items() if found[-1][1] is not None}
    asked = {
        field: {uid for uid, _ in found} for field, found in heads.items() if any(v != found[-1][1] for _, v in found)
    }
    if "removed" in shown:
        last = heads["removed"][-1][0]
        seen = next(body["preds"].get("*") for one, body in those if one["uid"] == last)
        unseen = [
            one["uid"]
            for one, body in those
            if "removed" not in body["set"]
            and one["uid"] not in (seen or ())
            and all(last not in uids for uids in body["preds"].values())
        ]
        if seen is not None and unseen:
            asked["removed"] = {last, unseen[-1]}
    first, body = those[0]
    began = (first["kind"], body.get("by") or first["actor"], body.get("recorded_at") or first["wall"])
    return began, len(those) - 1, shown, asked


def shown(record: Sequence[Any]) -> Any:
    """A row of the table of records (COLUMNS), in the form of `says`."""
    _uid, kind, pupil, at, by, recorded, removed, revisions, conflict, data = record
    fields = {**json.loads(data), "pupil": pupil, "at": at, "removed": removed}
    asked = {field: {one["uid"] for one in found} for field, found in json.loads(conflict or "{}").items()}
    return (kind, by, recorded), revisions, {name: value for name, value in fields.items() if value is not None}, asked


def broken(changes: Sequence[Mapping[str, Any]], heads: Mapping[str, tuple[int, str]]) -> list[str]:
    """What is wrong with these chains (changes in order of chain and number) and their heads; empty: nothing."""
    found: list[str] = []
    ends: dict[str, tuple[int, str]] = {}
    for one in changes:
        seq, chain = ends.get(one["dev"], (0, GENESIS))
        linked = _hash(_json([chain, *(one[name] for name in CHAINED)]))
        if one["seq"] != seq + 1 or one["chain"] != linked:
            found.append(f"change {one['dev']}/{one['seq']} does not continue its chain at {seq}")
        if one["body"] is not None and _hash(f"{one['salt']}\n{one['body']}") != one["body_hash"]:
            found.append(f"change {one['dev']}/{one['seq']} is not what its hash says")
        ends[one["dev"]] = (one["seq"], one["chain"])
    if ends != dict(heads):
        found.append(f"the heads are {dict(heads)}, the chains end at {ends}")
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
