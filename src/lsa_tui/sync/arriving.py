"""What is believed of a change from elsewhere. Its hashes say that it is whole; this, that it can be kept here.

What this program does not understand (a kind, a field, a deed, a schema of a later one) is no reason to stop: it is
kept, given to others and folded after an update. Only what it would have to fold must be readable.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from lsa_tui import clock
from lsa_tui.records import erasures, fold, log

Body = Mapping[str, Any]
"""What a change says, read."""

_asked = itemgetter("dev", "seq", "hlc", "schema", "audience", "op", "kind", "wall", "body", "salt")
_BIGGEST = 1 << 63

MISSING = "is missing or damaged"
"""Why a chain ends where its next change is not what its hashes say."""


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
    whole, why = (changes, None) if broken is None else (changes[:broken], MISSING)
    texts: list[str | None] = []
    for change in whole:
        try:
            texts.append(_text(change))
        except _Strange as strange:
            why = str(strange)
            break
    bodies = _decoded(texts)
    for place, (change, text, body) in enumerate(zip(whole, texts, bodies)):  # noqa: B905 - as many as have texts
        if text is None:
            continue
        erasure = change["op"] == log.REDACT
        if not (_is_erasure(body) if erasure else _is_body(body)):
            return Piece(list(whole[:place]), bodies[:place]), "cannot be read by this program"
        if erasure:
            bodies[place] = None
    return Piece(list(whole[: len(bodies)]), bodies), why


def _later(_change: Mapping[str, Any]) -> bool:
    return True


class _Strange(Exception):
    """Why the log or the fold could not work with a change."""


def _text(change: Mapping[str, Any]) -> str | None:
    """The body of a change whose hashes are right, where it must be readable here. Raises _Strange."""
    dev, seq, hlc, schema, audience, op, kind, wall, text, salt = _asked(change)
    if dev in log.STAYING or audience in log.STAYING or op == log.ACT:
        raise _Strange("is of a kind that never leaves its device")
    # The hashes have shown what is a text, and that these are numbers, or `true` in a JSON file, written as 1 there.
    if not type(seq) is type(hlc) is type(schema) is int or not 0 <= hlc < _BIGGEST > schema:
        raise _Strange("is not what a change looks like")
    if text is None and salt is None and op == log.SET:
        return None  # erased: `Emptied` looks further
    if type(text) is not str or type(salt) is not str:
        raise _Strange("is not what a change looks like")
    if not fold.understood(kind, op, schema) and not (op == log.REDACT and schema <= fold.SCHEMA):
        return None
    if not _is_time(wall):
        raise _Strange("cannot be read by this program")
    return text


def _is_time(text: Any) -> bool:
    try:
        clock.from_text(text)
    except (ValueError, TypeError):
        return False
    return True


_UNREADABLE = object()


def _decoded(texts: Sequence[str | None]) -> list[Any]:
    """What each says: all at once, which costs half; one by one where one of them is not a single JSON value."""
    given = [text for text in texts if text is not None]
    # Nobody can have written it into a body: each stands alone between two of them, or it is not where it belongs.
    mark = secrets.randbits(60)
    try:
        found = _read("[" + f",{mark},".join(given) + "]")
    except _NO_JSON:
        found = []
    if len(found) != max(2 * len(given) - 1, 0) or any(one != mark for one in found[1::2]):
        found = [part for text in given for part in (_one(text), mark)]
    bodies = iter(found[::2])
    return [None if text is None else next(bodies) for text in texts]


def _one(text: str) -> Any:
    try:
        return _read(text)
    except _NO_JSON:
        return _UNREADABLE


_NO_JSON = (ValueError, RecursionError)


def _read(text: str) -> Any:
    value = _DECODER.decode(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()  # half of a pair of surrogates is no text
    return value


def _is_erasure(body: Any) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("pupil"), str | None):
        return False
    lists = [body.get("rows", []), body.get("changes", [])]
    return all(isinstance(one, list) and all(isinstance(uid, str) for uid in one) for one in lists)


def _is_body(body: Any) -> bool:
    if type(body) is not dict:
        return False
    get = body.get
    fields, preds = get("set", _NONE), get("preds", _NONE)
    if type(fields) is not dict or type(preds) is not dict:
        return False
    if len(body) > ("set" in body) + ("preds" in body):  # an import says more
        recorded, by = get("recorded_at"), get("by")
        if not (recorded is None or _is_time(recorded)) or not (by is None or type(by) is str):
            return False
    pupil, removed = fields.get("pupil"), fields.get("removed")
    return (
        (pupil is None or type(pupil) is str)
        and (removed is None or type(removed) is str)
        and (not preds or all(type(uids) is list and all(type(uid) is str for uid in uids) for uids in preds.values()))
    )


_NONE: dict[str, Any] = {}


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_constant=_no_number)


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
