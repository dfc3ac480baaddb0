"""P3: a sync that is killed, or that the disk refuses, at every single writing call."""

from __future__ import annotations

import atexit
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from damaging import page_of
from lsa_tui.errors import LsaError
from proofs import common, stage, strace
from proofs.stage import Stage

TITLE = "killed, EIO or disk full at every writing call of a sync"
FAULTS = ("KILL", "EIO", "ENOSPC")
SLICE = 30
"""Points in one slice, over all scenes."""


@dataclass(frozen=True)
class Scene:
    """What the sync that is hit has to do. `act`: "both" ways with a store that is there, the "first" of all, or "mend"
    one that is damaged."""

    kind: str
    encrypted: bool
    act: str


SCENES = tuple(
    Scene(kind, encrypted, act)
    for kind, act in (
        ("sqlite", "both"),
        ("sqlite", "first"),
        ("sqlite", "mend"),
        ("folder", "both"),
        ("folder", "first"),
    )
    for encrypted in (True, False)
)


@dataclass(frozen=True)
class Case:
    """One point of one scene with one fault."""

    scene: Scene
    point: strace.Point
    fault: str
    turn: int


def run(full: bool, seed: int) -> common.Outcome:
    """All points, or a slice of them."""
    missing = common.strace_missing()
    if missing:
        return common.Outcome(f"not run: {missing}", [] if not full else [missing])
    cases = [case for scene in SCENES for case in cases_of(scene)]
    if not full:
        cases = random.Random(seed).sample(cases, SLICE)
    classes: Counter[str] = Counter()
    violations = []
    for case, (outcome, wrong) in zip(cases, common.each(tried, cases), strict=True):
        classes[outcome] += 1
        violations += [f"{case.scene} {case.fault} at {case.point}: {one}" for one in wrong]
    hit = sum(classes.values()) - classes["not reached"]
    if full and hit < 850:
        violations.append(f"only {hit} points were hit")
    told = ", ".join(f"{count} {name}" for name, count in sorted(classes.items()))
    return common.Outcome(f"{hit} points: {told}", violations)


def cases_of(scene: Scene) -> list[Case]:
    """Every writing call of this scene's sync with every fault."""
    place = _place()
    live = _live(scene)
    options = ["-y", "-s", "0", "-e", f"trace=openat,{strace.WRITING}"]
    done = strace.traced(live.command("one", "sync", "--json"), live.environment(), place / "trace", options)
    assert done.code == 0, done.err
    found = [
        (point, fault)
        for point in strace.points(done.calls, live.folder)
        for fault in FAULTS
        if point.at != "output" or fault == "KILL"
    ]
    return [Case(scene, point, fault, turn) for turn, (point, fault) in enumerate(found)]


def tried(case: Case) -> tuple[str, list[str]]:
    """Brings one fault about, looks at what it left behind, and syncs on. Returns the outcome's class, and what is
    wrong."""
    live = _live(case.scene)
    command = live.command("one", "sync", "--json")
    try:
        done = strace.traced(
            command, live.environment(), _place() / "trace", strace.injected(case.point, case.fault, live.folder), 150
        )
    except subprocess.TimeoutExpired:
        return "hung", ["it did not end"]
    if not strace.was_hit(done, case.fault):
        return "not reached", []
    wrong = _said(done, case.fault)
    try:
        wrong += _afterwards(live, case, done.code == 0)
    except LsaError as problem:
        wrong.append(f"{type(problem).__name__}: {problem}")
    return _class(done, case.fault), wrong


def _class(done: strace.Traced, fault: str) -> str:
    if fault == "KILL":
        return "killed"
    if done.code == 1:
        return f"{fault} said, the home did not open"
    return f"{fault} got over" if done.code == 0 else f"{fault} said, exit {done.code}"


def _said(done: strace.Traced, fault: str) -> list[str]:
    if fault == "KILL" or done.code == 0:
        return []
    # A home that cannot be opened is said by whatever command it is: no sync has begun.
    unopened = done.code == 1 and ("records.db: " in done.err or "records.db cannot be read" in done.err)
    fine = (done.code == 4 or unopened) and done.err.startswith("lsa: ") and "Traceback" not in done.err
    return [] if fine else [f"exit {done.code}, it said {done.err.strip()[-300:]!r}"]


def _afterwards(live: Stage, case: Case, complete: bool) -> list[str]:
    wrong: list[str] = []
    # Who looks first after a crash is a matter of chance: a look, this device's next sync, another device's.
    if case.turn % 3 == 0:
        wrong += _looked(live, case.scene, complete)
    if case.turn % 3 == 1:
        _ = live.sync("two")
    for name in ("one", "two", "one"):
        done = live.sync(name)
        if not done.verified or done.remaining:
            wrong.append(f"the next sync of {name}: {done.says}")
        if case.scene.act != "mend":
            wrong += [f"the next sync of {name} says: {one}" for one in done.notes if "damaged" in one]
    wrong += stage.differences(live, "one", "two")
    with live.opened("one") as book:
        lost = _all(case.scene) - stage.texts(book)
    return wrong + ([f"lost: {sorted(lost)[:3]}"] if lost else [])


def _looked(live: Stage, scene: Scene, complete: bool) -> list[str]:
    """What was printed as recorded is here, and what was printed as shared is there."""
    with live.opened("one") as book:
        wrong = stage.faults_here(book)
        lost = {text for text in _all(scene) if text.startswith("one")} - stage.texts(book)
    if scene.act == "mend" and not complete:
        return wrong + ([f"lost: {sorted(lost)[:3]}"] if lost else [])
    _, there, faults = stage.in_store(live, "one")
    lost |= (_all(scene) if complete else _shared_before(scene)) - there
    return wrong + faults + ([f"lost: {sorted(lost)[:3]}"] if lost else [])


def _all(scene: Scene) -> set[str]:
    own = {f"one {n}" for n in range(30)}
    return own if scene.act == "first" else own | _shared_before(scene)


def _shared_before(scene: Scene) -> set[str]:
    return set() if scene.act == "first" else {f"two {n}" for n in range(30)} | {f"base {n}" for n in range(20)}


# Setting the scene: once per process, then copied for each point.


@cache
def _place() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lsa-p3-", dir=common.in_memory()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _live(scene: Scene) -> Stage:
    """The scene anew, at the one place where its addresses are right."""
    template = _template(scene)
    live = Stage(_place() / "live", scene.kind, scene.encrypted)
    shutil.rmtree(live.folder, ignore_errors=True)
    shutil.copytree(template, live.folder)
    return live


@cache
def _template(scene: Scene) -> Path:
    live = Stage(_place() / "live", scene.kind, scene.encrypted)
    shutil.rmtree(live.folder, ignore_errors=True)
    live.make("one", "two")
    if scene.act != "first":
        with live.opened("two") as book:
            for n in range(20):
                stage.note(book, f"base {n}")
        for name in ("two", "one", "two"):
            live.sync(name)
        with live.opened("two") as book:
            for n in range(30):
                stage.note(book, f"two {n}")
        live.sync("two")
    with live.opened("one") as book:
        for n in range(30):
            stage.note(book, f"one {n}")
    if scene.act == "mend":
        _damage(live.file)
    template = _place() / f"template {scene.kind} {scene.encrypted} {scene.act}"
    live.folder.rename(template)
    return template


def _damage(file: Path) -> None:
    """A bit in each 4 KiB but the first ones, by which a store is recognised."""
    content = bytearray(file.read_bytes())
    for place in range(max(page_of(content), 3 * 4096) + 2000, len(content), 4096):
        content[place] ^= 1
    file.write_bytes(content)
