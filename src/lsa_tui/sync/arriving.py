"""What is believed of a change from elsewhere. Its hashes say that it is whole; this, that it can be read here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lsa_tui import clock
from lsa_tui.records import log

_NUMBERS = ("seq", "hlc", "schema")
_TEXTS = ("dev", "uid", "wall", "zone", "actor", "role", "audience", "kind", "row", "op", "body", "salt")


def first_bad(changes: Sequence[dict[str, Any]], seq: int, chain: str) -> tuple[int, str] | None:
    """The place of the first change that must not be taken in after `seq` and `chain`, and why; None for none."""
    broken = log.first_broken(changes, seq, chain)
    for place, change in enumerate(changes[:broken]):
        reason = _unreadable(change)
        if reason:
            return place, reason
    return None if broken is None else (broken, "is missing or damaged")


def _unreadable(change: dict[str, Any]) -> str | None:
    """Why the fold or a reader could not work with this change. Unknown kinds and fields are no reason."""
    if log.OWN in (change["dev"], change["audience"]):
        return "is of a kind that never leaves its device"
    if not all(type(change[name]) is int for name in _NUMBERS) or not all(type(change[name]) is str for name in _TEXTS):
        return "is not what a change looks like"
    try:
        clock.from_text(change["wall"])
        body = json.loads(change["body"], parse_constant=_no_number)
        if "\\u" in change["body"]:
            json.dumps(body, ensure_ascii=False).encode()
        fine = _is_body(body)
    except (ValueError, RecursionError):
        fine = False
    return None if fine else "cannot be read by this program"


def _is_body(body: Any) -> bool:
    if not isinstance(body, dict):
        return False
    fields, preds = body.get("set", {}), body.get("preds", {})
    if not isinstance(fields, dict) or not isinstance(preds, dict):
        return False
    if body.get("recorded_at") is not None:
        clock.from_text(str(body["recorded_at"]))
    texts = [body.get("by"), body.get("recorded_at"), fields.get("pupil"), fields.get("removed")]
    return all(one is None or isinstance(one, str) for one in texts) and all(
        isinstance(uids, list) and all(isinstance(uid, str) for uid in uids) for uids in preds.values()
    )


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")
