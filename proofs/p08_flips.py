"""P8: single bits flipped in, and ends cut off, the encrypted files of a share and of a home."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs import common, stage
from proofs.stage import Stage

TITLE = "single bits flipped and ends cut off, on the share and in the home, encrypted"
EACH, SLICE = 200, 10
"""Flips, and as many cuts, of each of the three: the shared file, a home's database, a folder store."""
PARTS = 4


@dataclass(frozen=True)
class Batch:
    """So many flips and cuts of one thing: "shared", "home" or "folder"."""

    what: str
    count: int
    seed: int


def run(full: bool, seed: int) -> common.Outcome:
    """All of them, or a few."""
    parts = PARTS if full else 1
    each = EACH // parts if full else SLICE
    batches = [Batch(what, each, seed * 100 + n) for what in ("shared", "home", "folder") for n in range(parts)]
    counts: Counter[str] = Counter()
    violations = []
    for found, wrong in common.each(altered, batches):
        counts += found
        violations += wrong
    told = [
        f"{what} {counts[what, 'found']} of {counts[what, 'tried']} found ({counts[what, 'use']} by use)"
        for what in ("shared", "home", "folder")
    ]
    return common.Outcome(", ".join(told), violations)


def altered(batch: Batch) -> tuple[Counter[Any], list[str]]:
    """Alters a file again and again; each time from the start."""
    chance = random.Random(batch.seed)
    counts: Counter[Any] = Counter()
    wrong: list[str] = []
    with common.workplace() as place:
        live = Stage(place / "live", "folder" if batch.what == "folder" else "sqlite")
        _set(live)
        template = place / "template"
        shutil.copytree(live.folder, template)
        for n in range(batch.count * 2):
            shutil.rmtree(live.folder)
            shutil.copytree(template, live.folder)
            target = chance.choice(_targets(live, batch.what))
            how = _cut(target, chance) if n % 2 else _flip(target, chance)
            altered_folder = place / "altered"
            shutil.copytree(live.folder, altered_folder)
            used, faults = _used(live, batch.what)
            faults += _believed(live)
            counts[batch.what, "tried"] += 1
            counts[batch.what, "use"] += used
            found = used
            if not used:
                shutil.rmtree(live.folder)
                altered_folder.rename(live.folder)
                found = live.lsa("one", "doctor")[0] != 0
            else:
                shutil.rmtree(altered_folder)
            counts[batch.what, "found"] += found
            faults += [] if found else ["not found"]
            wrong += [f"{batch.what} {how} of {target.name}: {one}" for one in faults]
    return counts, wrong


def _set(live: Stage) -> None:
    """Two devices that have synced, and one that has not yet seen what they wrote."""
    live.make("one", "two", "three")
    live.sync("one")
    live.sync("three")
    for name in ("one", "two"):
        with live.opened(name) as book:
            for n in range(40):
                stage.note(book, f"{name} {n} {'some words ' * 12}")
    for name in ("one", "two", "one"):
        live.sync(name)


def _targets(live: Stage, what: str) -> list[Path]:
    if what == "shared":
        return [live.file]
    if what == "home":
        return [live.home("one").database]
    return sorted(live.file.rglob("*.lsa"))


def _flip(file: Path, chance: random.Random) -> str:
    content = bytearray(file.read_bytes())
    place, bit = chance.randrange(len(content)), chance.randrange(8)
    content[place] ^= 1 << bit
    file.write_bytes(content)
    return f"bit {bit} of byte {place}"


def _cut(file: Path, chance: random.Random) -> str:
    size = chance.randrange(file.stat().st_size)
    with file.open("rb+") as held:
        held.truncate(size)
    return f"cut to {size}"


def _used(live: Stage, what: str) -> tuple[bool, list[str]]:
    """Whether somebody who uses it is told: a device that takes in all there is, or the device itself; and what is
    wrong with how it is told."""
    if what == "home":
        asked = [live.lsa("one", *args) for args in (("note", "one", "after"), ("today",), ("sync", "--json"))]
    else:
        asked = [live.lsa("three", "sync", "--json")]
    wrong = [said[-300:] for code, _, said in asked if code and not said.startswith("lsa: ")]
    told = any(code for code, _, _ in asked)
    return told or bool(json.loads(asked[-1][1])["notes"]), wrong


def _believed(live: Stage) -> list[str]:
    """What a device that was not touched holds now and nobody wrote, or what is wrong with it."""
    written = {f"{name} {n} {'some words ' * 12}".strip() for name in ("one", "two") for n in range(40)} | {"one after"}
    wrong = []
    for name in ("two", "three"):
        with live.opened(name) as book:
            wrong += stage.faults_here(book)
            wrong += [f"{name} believed {text!r}" for text in sorted(stage.texts(book) - written)[:2]]
    return wrong
