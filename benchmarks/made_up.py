"""Made-up changes by the hundred thousand: what a school's devices write, without a device."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lsa_tui import clock
from lsa_tui.records import ids, log

DEVICES = 8
EDITED = 0.08
"""Of the records: how many are corrected later."""
REMOVED = 0.02

_PUPIL = ids.natural_id("pupil", "K7")
_BEHAVIOUR = ids.natural_id("behaviour", "c")
_WORDS = "asked for help with the card then read six words alone and stayed for the whole story of the day".split()  # noqa: SIM905


def chains(number: int, seed: int = 1, devices: int = DEVICES) -> Iterator[dict[str, Any]]:
    """`number` changes of `devices` chains, each in order: mostly marks, a fifth notes, some corrected or removed."""
    chance = random.Random(seed)
    start = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
    tails = {os.urandom(8).hex(): (0, log.GENESIS) for _ in range(devices)}
    names = list(tails)
    written: list[tuple[str, str, str]] = []
    for n in range(number):
        dev, at = chance.choice(names), start + timedelta(seconds=7 * n)
        hlc = clock.to_ms(at) << 16
        kind, row, content = _content(chance, clock.to_text(at), written)
        seq, previous = tails[dev]
        author = log.Author("JT", "lsa", "Europe/London", clock.to_text(at), clock.to_ms(at))
        change = log._made(dev, seq + 1, hlc, author, "school", kind, row, log.SET, content)
        change["chain"] = log.chain_hash(previous, change)
        tails[dev] = (seq + 1, change["chain"])
        if "preds" not in content or not content["preds"]:
            written.append((kind, row, change["uid"]))
            del written[:-500]
        yield change


def _content(chance: random.Random, at: str, written: list[tuple[str, str, str]]) -> tuple[str, str, dict[str, Any]]:
    throw = chance.random()
    if written and throw < EDITED + REMOVED:
        kind, row, uid = written.pop(chance.randrange(len(written)))
        if throw < REMOVED:
            return kind, row, {"set": {"removed": "logged twice"}, "preds": {"*": [uid]}}
        field, value = ("count", 2) if kind == "tally" else ("text", " ".join(chance.choices(_WORDS, k=9)))
        return kind, row, {"set": {field: value}, "preds": {field: [uid]}}
    if throw < 0.8:
        values = {"pupil": _PUPIL, "at": at, "behaviour": _BEHAVIOUR, "letter": "c", "count": 1, "session": None}
        return "tally", ids.new_id(), {"set": values, "preds": {}}
    text = " ".join(chance.choices(_WORDS, k=chance.randint(4, 25)))
    values = {"pupil": _PUPIL, "at": at, "text": text, "home": False, "target": "T1", "score": None, "session": None}
    return "note", ids.new_id(), {"set": values, "preds": {}}
