"""P12: what was erased on one device is in no byte of any other, nor of a store, whatever both had suffered before.

Searched are databases (of encrypted ones every decrypted page, free pages too), write-ahead files, journals, safety
copies, the files of folders. The log stays whole.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from typing import Any

from lsa_tui.records import log
from lsa_tui.records.erasures import ALSO as ALSO_REASON
from lsa_tui.sync import keys
from proofs import common, judging
from proofs.chance import WORK, Chance, played
from proofs.common import ROOT, Outcome, Violation
from proofs.model import PUPIL, World

TITLE = "erasure: canary words in no byte of any device or store, chains whole"

WEIGHTS = {
    **WORK,
    "erase": 4,
    "sync": 8,
    "crash": 3,
    "clock": 1,
    "keep": 2,
    "put back": 2,
    "delete": 1,
    "swap": 1,
    "backup": 1,
    "restore": 1,
    "clone": 1,
}
ALSO = {"erase_pupil": 2}
"""Of a whole pupil, also what others record before they hear of it."""
STEPS = 35


def one(task: tuple[int, tuple[str, ...], bool]) -> tuple[int, list[str]]:
    """One run (task: seed, kinds of stores, encrypted): how many words were erased, and what was violated."""
    seed, kinds, encrypted = task
    counted: list[int] = []

    def play(world: World) -> None:
        chance = random.Random(seed)
        weights = {**WEIGHTS, **ALSO} if seed % 2 else WEIGHTS
        if "erase_pupil" in weights:
            weights = {name: number for name, number in weights.items() if name not in ("restore", "clone")}
        Chance(world, chance).steps(STEPS, weights)
        judging.end(world)
        counted.append(gone(world))

    violations, _ = played(play, kinds, 3, seed, encrypted)
    return sum(counted), violations


def gone(world: World) -> int:
    """How many words are erased everywhere. Raises Violation where one is not, or where too many are."""
    db = world.devices[0].book.db
    bare = {uid for (uid,) in db.execute_sql("SELECT uid FROM change WHERE body IS NULL AND op = 'set'")}
    live = world.devices[0].live()
    held = [world.known[uid] for uid, dev in live.items() if dev != log.OWN]
    wanted = {one["uid"] for one in named(world, held)}
    if wrong := wanted - bare:
        raise Violation(f"{len(wrong)} changes are named by an erasure and have their words")
    if wrong := bare - wanted:
        raise Violation(f"{len(wrong)} changes have no words, and no erasure names them")
    if wrong := bare - set(meant(world, held, bare)):
        raise Violation(f"{len(wrong)} changes have no words, and whoever wrote them had heard of the erasure")
    words = [world.tokens[uid] for uid in bare if uid in world.tokens]
    if words and (found := _files_with(world, words)):
        raise Violation(f"erased words are in {', '.join(sorted(found))}")
    return len(words)


def named(world: World, held: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The changes that the erasures among these name, and those of an erased pupil by people who did not know."""
    for erasure in (one for one in held if one["op"] == log.REDACT):
        body = json.loads(erasure["body"])
        rows, uids = set(body.get("rows", ())), set(body.get("changes", ()))
        if body.get("pupil") == PUPIL:
            rows |= {
                one["row"] for one in held if one["kind"] == "note" and erasure["uid"] not in world.seen[one["uid"]]
            }
        for change in held:
            once = change["row"] != PUPIL
            in_row = change["row"] in rows and (once or change["hlc"] < erasure["hlc"])
            if change["op"] == log.SET and (in_row or change["uid"] in uids):
                yield change


def meant(world: World, held: list[dict[str, Any]], bare: set[str]) -> Iterator[str]:
    """Those of these changes that somebody's own erasure is about; one that carries on another one is nobody's own."""
    erasures = [(one, json.loads(one["body"])) for one in held if one["op"] == log.REDACT]
    own = [(one, body) for one, body in erasures if body["reason"] != ALSO_REASON]
    for change in (one for one in held if one["uid"] in bare):
        if (replaced := set(_replaced(change))) and replaced <= bare:
            yield change["uid"]  # it corrected what is gone, and nothing else
            continue
        for erasure, body in own:
            once = change["row"] != PUPIL
            in_row = change["row"] in body.get("rows", ()) and (once or change["hlc"] < erasure["hlc"])
            unheard = body.get("pupil") == PUPIL and erasure["uid"] not in world.seen[change["uid"]]
            if in_row or unheard or change["uid"] in body.get("changes", ()):
                yield change["uid"]
                break


def _replaced(change: dict[str, Any]) -> Iterator[str]:
    for field, uids in json.loads(change["body"]).get("preds", {}).items():
        yield from uids if field != "*" else ()


def _files_with(world: World, words: list[str]) -> set[str]:
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        from bytes_of import files_with
    finally:
        sys.path.pop(0)
    shared = {one.key for one in keys.held(world.devices[0].book)} or {world.key}
    found = files_with(world.folder, *words, key=world.key)
    for place in world.places:
        for key in shared:
            found |= files_with(place.folder, *words, key=key)
    return found


def run(full: bool, seed: int, kinds: tuple[tuple[str, ...], ...] = (("sqlite", "sqlite"),)) -> Outcome:
    """9 runs, every third encrypted; with `full` 600."""
    number = 600 if full else 9
    tasks = [(seed * 10_000 + n, kinds[n % len(kinds)], n % 3 == 2) for n in range(number)]
    words, violations = 0, []
    for counted, wrong in common.each(one, tasks):
        words += counted
        violations += wrong
    return Outcome(f"{number} runs x {STEPS} steps, {words:,} canary words erased", violations)
