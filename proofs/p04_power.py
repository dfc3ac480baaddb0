"""P4: a power cut at every call of a device that records and syncs, whatever had reached the disks by then."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from lsa_tui.errors import LsaError
from proofs import common, disk, stage, strace, worker
from proofs.stage import Stage

TITLE = "power cut at every call of recording and syncing, 7 ways of what had reached the disks"
SLICE = 120
"""States looked at in one slice, over all scenes."""
LEAST = 2400
"""Different states of each journal mode in the full run."""


@dataclass(frozen=True)
class Scene:
    """`begins`: the store is made while it is recorded; else it is there, and brings changes of another device."""

    kind: str
    encrypted: bool
    begins: bool
    rounds: int
    writes: int = 1


@dataclass(frozen=True)
class Part:
    """One recording of a scene, of which every `of`-th state is looked at, from `first` on."""

    scene: Scene
    first: int
    of: int
    seed: int


@dataclass
class Found:
    """What one part came to."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


SCENES = tuple(
    Scene(kind, encrypted, begins, 3 if kind == "folder" else 6 if begins else 20)
    for kind in ("sqlite", "folder")
    for begins in (False, True)
    for encrypted in (True, False)
)


def run(full: bool, seed: int) -> common.Outcome:
    """All states, or a slice of them."""
    missing = common.strace_missing()
    if missing:
        return common.Outcome(f"not run: {missing}", [] if not full else [missing])
    found = Found()
    for one in common.each(looked_at, _parts(full, seed)):
        found.counts += one.counts
        found.wrong += one.wrong
    modes = {name: count for name, count in found.counts.items() if name.startswith("of ")}
    if full:
        found.wrong += [
            f"only {modes.get(mode, 0)} states {mode}" for mode in ("of DELETE", "of WAL") if modes.get(mode, 0) < LEAST
        ]
    told = ", ".join(f"{count} {name}" for name, count in sorted(modes.items()))
    hot = found.counts["hot"]
    return common.Outcome(f"{sum(modes.values())} different states: {told}; {hot} with a hot journal", found.wrong)


def _parts(full: bool, seed: int) -> list[Part]:
    if full:
        jobs = max(common.jobs(), 1)
        return [Part(scene, first, jobs, seed) for scene in SCENES for first in range(jobs)]
    chance = random.Random(seed)
    scenes = [Scene(one.kind, one.encrypted, one.begins, min(one.rounds, 2)) for one in SCENES]
    # A recording of two rounds has about so many states.
    of = 1400 * len(scenes) // SLICE
    return [Part(scene, chance.randrange(of), of, seed) for scene in scenes]


def looked_at(part: Part) -> Found:
    """Records a device at work, cuts the power again and again, and looks at what is left."""
    found = Found()
    chance = random.Random(part.seed * 1000 + part.first)
    with common.workplace() as place:
        live = Stage(place / "live", part.scene.kind, part.scene.encrypted)
        base, ops = _recorded(live, part.scene)
        now = disk.Disk(base)
        printed: list[str] = []
        seen: set[str] = set()
        count = 0
        for op in ops:
            now.do(op)
            if op.name == "out":
                printed += op.data.decode().splitlines()
                continue
            for variant in disk.VARIANTS[1:2] if now.certain else disk.VARIANTS:
                count += 1
                if count % part.of != part.first:
                    continue
                files = now.after_a_cut(variant, chance)
                digest = _digest(files)
                if digest in seen:
                    continue
                seen.add(digest)
                found.counts[_mode(live, op)] += 1
                found.counts["hot"] += bool(files.get(f"{live.file}-journal"))
                wrong = _after(live, part.scene, files, printed, count)
                found.wrong += [
                    f"{part.scene} state {count} ({variant}, after {op.name} {op.path}): {w}" for w in wrong
                ]
    return found


def _recorded(live: Stage, scene: Scene) -> tuple[dict[str, bytes], list[disk.Op]]:
    live.make("one", "two")
    if not scene.begins:
        for name in ("one", "two", "one"):
            with live.opened(name) as book:
                for n in range(5):
                    stage.note(book, f"{name} base {n}")
            live.sync(name)
        with live.opened("two") as book:
            for n in range(40):
                stage.note(book, f"two more {n}")
        live.sync("two")
    base = {str(path): path.read_bytes() for path in live.folder.rglob("*") if path.is_file()}
    options = ["-y", "-xx", "-s", "1000000", "-e", f"trace={disk.CALLS}"]
    command = worker.command(live, "one", "cut", scene.rounds, scene.writes)
    done = strace.traced(command, live.environment(), live.folder.parent / "trace", options)
    assert done.code == 0, done.err
    assert "error" not in done.out, done.out
    # What SQLite's processes share in memory does not outlive them.
    ops = [op for op in disk.parse(done.calls, live.folder, base) if not op.path.endswith("-shm")]
    return base, ops


def _digest(files: dict[str, bytes]) -> str:
    made = sha256()
    for name, content in sorted(files.items()):
        made.update(name.encode() + b"\0" + len(content).to_bytes(8) + content)
    return made.hexdigest()


def _mode(live: Stage, op: disk.Op) -> str:
    if op.path.startswith(str(live.share)):
        return "of DELETE" if live.kind == "sqlite" else "of folder"
    return "of WAL" if "/records.db" in op.path or op.path.endswith("/one") else "of copies"


def _after(live: Stage, scene: Scene, files: dict[str, bytes], printed: list[str], turn: int) -> list[str]:
    """What is wrong when the power is back: with the files, with what was said, with the next syncs."""
    _put(live, files)
    recorded = {line.removeprefix("recorded ") for line in printed if line.startswith("recorded ")}
    shared: set[str] = set() if scene.begins else {f"{name} base {n}" for name in ("one", "two") for n in range(5)}
    shared |= set() if scene.begins else {f"two more {n}" for n in range(40)}
    rounds = sum(line.startswith("shared ") for line in printed)
    shared |= {text for text in recorded if int(text.split()[2]) < rounds}
    wrong: list[str] = []
    try:
        if turn % 3 == 0:
            wrong += _looked(live, recorded, shared)
        if turn % 3 == 1:
            live.sync("two")
        for name in ("one", "two", "one"):
            done = live.sync(name)
            wrong += [f"the next sync of {name}: {done.says}"] if not done.verified or done.remaining else []
            wrong += [one for one in done.notes if "damaged" in one]
        wrong += stage.differences(live, "one", "two")
        with live.opened("two") as book:
            wrong += _lost("in the end", recorded | shared, stage.texts(book))
    except (LsaError, AssertionError) as problem:
        wrong.append(f"{type(problem).__name__}: {problem}")
    return wrong


def _looked(live: Stage, recorded: set[str], shared: set[str]) -> list[str]:
    with live.opened("one") as book:
        wrong = stage.faults_here(book) + _lost("here", recorded, stage.texts(book))
    _, there, faults = stage.in_store(live, "one")
    return wrong + faults + _lost("there", shared, there)


def _lost(where: str, wanted: set[str], there: set[str]) -> list[str]:
    gone = sorted(wanted - there)
    return [f"lost {where}: {len(gone)}, as {gone[0]!r}"] if gone else []


def _put(live: Stage, files: dict[str, bytes]) -> None:
    folders = [path for path in live.folder.rglob("*") if path.is_dir()]
    for path in live.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    for folder in folders:
        folder.mkdir(exist_ok=True)
    for name, content in files.items():
        Path(name).parent.mkdir(exist_ok=True, parents=True)
        Path(name).write_bytes(content)
