"""P5: processes that record and sync are killed at random moments."""

from __future__ import annotations

import os
import random
import signal
import struct
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from proofs import common, stage, worker
from proofs.stage import Stage

TITLE = "four processes recording and syncing, killed at random moments"
KILLS, SLICE = 630, 42
DEVICES = tuple("abcd")


@dataclass(frozen=True)
class Batch:
    """So many kills of four devices at one store."""

    kind: str
    encrypted: bool
    kills: int
    seed: int


KINDS = (("sqlite", True), ("sqlite", False), ("folder", True))


def run(full: bool, seed: int) -> common.Outcome:
    """All kills, or a slice of them."""
    if os.name != "posix":
        return common.Outcome("not run: no SIGKILL here")
    times = 3 if full else 1
    each = (KILLS if full else SLICE) // len(KINDS) // times
    batches = [Batch(*kind, each, seed * 100 + turn) for turn in range(times) for kind in KINDS]
    counts: Counter[str] = Counter()
    violations = []
    for found, wrong in common.each(killed, batches):
        counts += found
        violations += wrong
    if full and not counts["hot"]:
        violations.append("no kill left a hot journal: they come at the wrong moments")
    told = f"{counts['recorded']} records and {counts['shared']} syncs were said to be done"
    return common.Outcome(f"{counts['kills']} kills, {counts['hot']} left a hot journal; {told}", violations)


def killed(batch: Batch) -> tuple[Counter[str], list[str]]:
    """Kills one after the other, and looks at what was kept of what each had said."""
    chance = random.Random(batch.seed)
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    # On a disk: flushing takes its time there, and so more of the kills come in the middle of a write.
    with common.workplace(memory=False) as place:
        live = Stage(place / "live", batch.kind, batch.encrypted)
        live.make(*DEVICES)
        for name in DEVICES:
            live.sync(name)
        # Children of a process that has loaded everything: they are at work at once.
        context = get_context("forkserver")
        context.set_forkserver_preload(["proofs.worker"])
        running = {name: _start(context, live, name, 0) for name in DEVICES}
        try:
            for turn in range(1, batch.kills + 1):
                time.sleep(chance.uniform(0.0, 0.15))
                name = chance.choice(DEVICES)
                if turn % 2 and live.kind == "sqlite":
                    name = _writing(live, running) or name
                # Nobody may tidy up before it was looked at.
                _signal((one for other, one in running.items() if other != name), signal.SIGSTOP)
                running[name].kill()
                running[name].join()
                counts["kills"] += 1
                counts["hot"] += is_hot(live.file)
                _signal((one for other, one in running.items() if other != name), signal.SIGCONT)
                wrong += [f"{batch} kill {turn}: {one}" for one in _kept(live, name, look=turn % 10 == 0)]
                running[name] = _start(context, live, name, turn)
        finally:
            for process in running.values():
                process.kill()
                process.join()
        for name in DEVICES * 2:
            live.sync(name)
        wrong += stage.differences(live, *DEVICES)
        with live.opened("a") as book:
            there = stage.texts(book)
        for name in DEVICES:
            recorded, _, rounds = said(live, name)
            counts["recorded"] += len(recorded)
            counts["shared"] += rounds
            wrong += [f"{batch}: lost in the end {text!r}" for text in sorted(recorded - there)[:3]]
    return counts, wrong


def _signal(processes: Iterable[Any], what: signal.Signals) -> None:
    for process in processes:
        os.kill(process.pid, what)


def _start(context: Any, live: Stage, name: str, tag: int) -> Any:
    process = context.Process(target=child, args=(live, name, str(tag)))
    process.start()
    return process


def child(live: Stage, name: str, tag: str) -> None:
    """A device at work until it is killed; what it says goes to a file."""
    worker.work(live, name, tag, 1_000_000, 3, os.open(_said(live, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND))


def _said(live: Stage, name: str) -> Path:
    return live.folder / f"said-by-{name}"


def said(live: Stage, name: str) -> tuple[set[str], set[str], int]:
    """What a device has said: the texts it recorded, those of them it shared, and how many of its syncs were
    complete. Raises AssertionError where it told its user of an error."""
    recorded: set[str] = set()
    shared: set[str] = set()
    rounds = 0
    file = _said(live, name)
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        word, _, rest = line.partition(" ")
        assert word in ("recorded", "shared"), f"{name} said: {line}"
        if word == "recorded":
            recorded.add(rest)
        else:
            shared = set(recorded)
            rounds += 1
    return recorded, shared, rounds


def _kept(live: Stage, name: str, look: bool) -> list[str]:
    """What is lost of what the killed one had said; with `look`, what is wrong in the store, too."""
    try:
        recorded, shared, _ = said(live, name)
    except AssertionError as problem:
        _said(live, name).unlink()
        return [str(problem)]
    with live.opened(name) as book:
        wrong = stage.faults_here(book)
        wrong += [f"lost here {text!r}" for text in sorted(recorded - stage.texts(book))[:3]]
    if look:
        _, there, faults = stage.in_store(live, name)
        wrong += faults + [f"lost in the store {text!r}" for text in sorted(shared - there)[:3]]
    return wrong


def _writing(live: Stage, running: dict[str, Any]) -> str | None:
    """Who is in the middle of a write to the store, once somebody is; of half the kills this is the moment."""
    for _ in range(300):
        if _has_journal(live.file):
            writer = _writer(live.file)
            found = next((name for name, process in running.items() if process.pid == writer), None)
            if found:
                return found
        time.sleep(0.001)
    return None


def is_hot(file: Path) -> bool:
    """Whether a journal stands beside a database that nobody is writing to. For a file this process has not open."""
    return _has_journal(file) and not _writer(file)


def _has_journal(file: Path) -> bool:
    try:
        with file.with_name(f"{file.name}-journal").open("rb") as held:
            return held.read(1) not in (b"", b"\0")
    except OSError:
        return False


def _writer(file: Path) -> int:
    """The process that holds SQLite's RESERVED lock on a file; 0 for none."""
    import fcntl

    try:
        with file.open("rb") as held:
            asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0x40000001, 1, 0)
            kind, _, _, _, process = struct.unpack("hhqqi4x", fcntl.fcntl(held, fcntl.F_GETLK, asked))
    except OSError:
        return 0
    return 0 if kind == fcntl.F_UNLCK else process
