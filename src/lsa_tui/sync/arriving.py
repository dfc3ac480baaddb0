"""What is believed of a change from elsewhere. Its hashes say that it is whole; this, that it can be read here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lsa_tui import clock
from lsa_tui.records import erasures, log

_NUMBERS = ("seq", "hlc", "schema")
_TEXTS = ("dev", "uid", "wall", "zone", "actor", "role", "audience", "kind", "row", "op")


def first_bad(changes: Sequence[dict[str, Any]], seq: int, chain: str) -> tuple[int, str] | None:
    """The place of the first change that must not be taken in after `seq` and `chain`, and why; None for none.

    Whether one without its body is to be believed is seen when all have arrived (`unerased`).
    """
    broken = log.first_broken(changes, seq, chain, _later)
    for place, change in enumerate(changes[:broken]):
        reason = _unreadable(change)
        if reason:
            return place, reason
    return None if broken is None else (broken, "is missing or damaged")


def _later(_change: Mapping[str, Any]) -> bool:
    return True


def unerased(arrived: dict[str, list[dict[str, Any]]], held: Sequence[erasures.Erasure]) -> list[str]:
    """Cuts each chain before a change whose body is gone and which no erasure names, held here or arriving.

    Returns a sentence for each chain that was cut.
    """
    stopped: list[str] = []
    while True:
        coming = [one for changes in arrived.values() for one in changes if one["op"] == log.REDACT]
        named = erasures.Named([*held, *map(erasures.of_change, coming)])
        cuts = {}
        for dev, changes in arrived.items():
            bare = (place for place, one in enumerate(changes) if one["body"] is None and not named.has(one))
            place = next(bare, None)
            if place is not None:
                cuts[dev] = place
        if not cuts:
            return stopped
        for dev, place in cuts.items():
            stopped.append(f"change {arrived[dev][place]['seq']} of device {dev} was emptied by no erasure")
            # An erasure that stood behind it is not believed either: look again.
            del arrived[dev][place:]


def _unreadable(change: dict[str, Any]) -> str | None:
    """Why the fold or a reader could not work with this change. Unknown kinds and fields are no reason."""
    if change["dev"] in log.STAYING or change["audience"] in log.STAYING or change["op"] == log.ACT:
        return "is of a kind that never leaves its device"
    if not all(type(change[name]) is int for name in _NUMBERS) or not all(type(change[name]) is str for name in _TEXTS):
        return "is not what a change looks like"
    if change["op"] == log.SET and change["body"] is None and change["salt"] is None:
        return None  # erased: `unerased` looks further
    if not all(type(change[name]) is str for name in ("body", "salt")):
        return "is not what a change looks like"
    try:
        clock.from_text(change["wall"])
        body = json.loads(change["body"], parse_constant=_no_number)
        if "\\u" in change["body"]:
            json.dumps(body, ensure_ascii=False).encode()
        fine = _is_erasure(body) if change["op"] == log.REDACT else _is_body(body)
    except (ValueError, TypeError, RecursionError):
        fine = False
    return None if fine else "cannot be read by this program"


def _is_erasure(body: Any) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("pupil"), str | None):
        return False
    lists = [body.get("rows", []), body.get("changes", [])]
    return all(isinstance(one, list) and all(isinstance(uid, str) for uid in one) for one in lists)


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
