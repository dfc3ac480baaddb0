"""What is believed of a change from elsewhere. Its hashes say that it is whole; this, that it can be kept here.

What this program does not understand (a kind, a field, a deed, a schema of a later one) is no reason to stop: it is
kept, given to others and folded after an update. Only what it would have to fold must be readable.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, cast

from lsa_tui import clock
from lsa_tui.records import erasures, fold, log

Body = Mapping[str, Any]
"""What a change says, read."""

_NUMBERS = ("seq", "hlc", "schema")
_TEXTS = ("dev", "uid", "zone", "role", "actor", "row", "audience", "op", "kind", "wall", "body", "salt")
_asked, _EXPECTED = itemgetter(*_NUMBERS, *_TEXTS), [*[int] * len(_NUMBERS), *[str] * len(_TEXTS)]
_NOTHING = [*_EXPECTED[:-2], type(None), type(None)]
"""The types of a change without its body."""
_BIGGEST = 1 << 63


@dataclass
class Piece:
    """What arrived of one chain, in order, and what each change says (None: nothing that would be folded here)."""

    changes: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[Body | None] = field(default_factory=list)


def read(changes: Sequence[dict[str, Any]], seq: int, chain: str) -> tuple[Piece, str | None]:
    """As many of these changes as continue a chain at `seq`, `chain` and can be taken in, and why it ends there.

    Whether one without its body is to be believed is another question (`Emptied`).
    """
    broken = log.first_broken(changes, seq, chain, _later)
    whole = changes if broken is None else changes[:broken]
    bodies: list[Body | None] = []
    for change in whole:
        try:
            bodies.append(_body(change))
        except _Strange as why:
            return Piece(list(whole[: len(bodies)]), bodies), str(why)
    return Piece(list(whole), bodies), None if broken is None else "is missing or damaged"


def _later(_change: Mapping[str, Any]) -> bool:
    return True


class _Strange(Exception):
    """Why the log or the fold could not work with a change."""


def _body(change: dict[str, Any]) -> Body | None:
    """What a change says, where it is folded here. Raises _Strange."""
    values = _asked(change)
    _, hlc, schema, dev, _, _, _, _, _, audience, op, kind, wall, text, _ = values
    if dev in log.STAYING or audience in log.STAYING or op == log.ACT:
        raise _Strange("is of a kind that never leaves its device")
    types = [*map(type, values)]
    if types == _NOTHING and op == log.SET:
        return None  # erased: `Emptied` looks further
    if types != _EXPECTED or not 0 <= hlc < _BIGGEST > schema:
        raise _Strange("is not what a change looks like")
    erasure = op == log.REDACT and schema <= fold.SCHEMA
    if not erasure and not fold.understood(kind, op, schema):
        return None
    try:
        clock.from_text(wall)
        body = _decoded(text)
        fine = _is_erasure(body) if erasure else _is_body(body)
    except (ValueError, TypeError, RecursionError):
        fine = False
    if not fine:
        raise _Strange("cannot be read by this program")
    return None if erasure else cast(Body, body)


def _decoded(text: str) -> Any:
    try:
        body, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("no JSON") from None
    if end != len(text):
        body = _DECODER.decode(text)  # blanks around it, or worse
    if "\\u" in text:
        json.dumps(body, ensure_ascii=False).encode()
    return body


def _is_erasure(body: Any) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("pupil"), str | None):
        return False
    lists = [body.get("rows", []), body.get("changes", [])]
    return all(isinstance(one, list) and all(isinstance(uid, str) for uid in one) for one in lists)


def _is_body(body: Any) -> bool:
    if type(body) is not dict:
        return False
    get = body.get
    fields, preds, recorded, by = get("set", _NONE), get("preds", _NONE), get("recorded_at"), get("by")
    if type(fields) is not dict or type(preds) is not dict:
        return False
    if recorded is not None:
        clock.from_text(recorded)
    pupil, removed = fields.get("pupil"), fields.get("removed")
    return (
        (pupil is None or type(pupil) is str)
        and (removed is None or type(removed) is str)
        and (by is None or type(by) is str)
        and (not preds or all(type(uids) is list and all(type(uid) is str for uid in uids) for uids in preds.values()))
    )


_NONE: dict[str, Any] = {}


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_constant=_no_number)
_scan = _DECODER.scan_once  # type: ignore[attr-defined]


class Emptied:
    """Which changes without a body are to be believed: those that an erasure names, held here or arriving.

    It may arrive after them, even in another chain. So where one is met that nothing names yet, all that is still to
    come is looked through once, and only what such changes and erasures say is kept.
    """

    def __init__(self, held: Iterable[erasures.Erasure]) -> None:
        self._known = list(held)
        self._named = erasures.Named(list(self._known))
        self._bare: dict[str, list[dict[str, Any]]] = {}
        self._coming: list[erasures.Erasure] = []
        self.looked = False
        """Whether all that is to come was looked through (`ahead`, then `settle`)."""

    def first(self, changes: Sequence[Mapping[str, Any]]) -> int | None:
        """The place of the first change without a body that nothing known so far names; None where there is none."""
        bare = (place for place, one in enumerate(changes) if one["body"] is None and not self._named.has(one))
        return next(bare, None)

    def arrived(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """These are taken in: the erasures among them count."""
        new = [erasures.of_change(one) for one in changes if one["op"] == log.REDACT and _erases(one)]
        if new:
            self._known += new
            self._named = erasures.Named(list(self._known))

    def ahead(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """Notes what these changes, still to come, say of erasing."""
        for one in changes:
            if one["body"] is None:
                kept = {name: one[name] for name in ("seq", "op", "uid", "row", "hlc")}
                self._bare.setdefault(one["dev"], []).append(kept)
            elif _erases(one):
                self._coming.append(erasures.of_change(one))

    def settle(self) -> None:
        """Now that all was looked through: what is coming counts, but for what stands behind a change that must not
        be taken in, in its chain."""
        ends: dict[str, int] = {}
        while True:
            believed = [one for one in self._coming if one.seq < ends.get(one.dev, _BIGGEST)]
            named = erasures.Named([*self._known, *believed])
            more = {}
            for dev, bare in self._bare.items():
                until = ends.get(dev, _BIGGEST)
                first = next((one["seq"] for one in bare if one["seq"] < until and not named.has(one)), None)
                if first is not None:
                    more[dev] = first
            if not more:
                break
            ends |= more  # an erasure that stood behind it is not believed either: look again
        self._known += believed
        self._named = named
        self.looked = True


def _erases(change: Mapping[str, Any]) -> bool:
    return change["op"] == log.REDACT and change["schema"] <= fold.SCHEMA and change["body"] is not None
