"""P7: a shared file where locks do not work: the store may die, no device may believe what it finds there."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

from lsa_tui.errors import SyncIncomplete
from proofs import common, stage, worker
from proofs.stage import Stage

TITLE = "four processes at a shared file whose locks do nothing, then locks again"
RUNS, SLICE = 20, 3
NAMES = ("d0", "d1", "d2", "d3")
ROUNDS, WRITES = 6, 4
EXPECTED = ("ready", "recorded", "shared", "partly", "error", "note")
"""How the lines of a worker begin; anything else is a traceback."""
IN_STORE = ("chain ", "store: ", "the shared file ", "the store ")
"""How what is wrong in the store alone begins, all devices holding the same."""
PASSES = 4
"""Syncs of every device after which all must be well again."""

WITHOUT_LOCKS = """
import sys
from lsa_tui.sync.sqlite_file import SqliteFile
from proofs import worker

before = SqliteFile._uri
SqliteFile._uri = lambda self, mode: before(self, mode) + "&vfs=unix-none"
worker.main(*sys.argv[1:])
"""


@dataclass(frozen=True)
class Run:
    """One run of four processes."""

    number: int
    encrypted: bool


def run(full: bool, seed: int) -> common.Outcome:
    """All runs, or a few."""
    del seed  # what happens when is the system's choice
    if sys.platform == "win32":
        return common.Outcome("not run: SQLite has no such system on Windows")
    runs = [Run(number, number % 2 == 0) for number in range(RUNS if full else SLICE)]
    counts: Counter[str] = Counter()
    violations = []
    for found, wrong in common.each(wrecked, runs):
        counts += found
        violations += wrong
    if full and not counts["wrecked"]:
        violations.append("no store was wrecked: the locks did work")
    told = f"{counts['wrecked']} stores wrecked or changes lost in them, {counts['set aside']} set aside"
    told += f", {counts['doctor']} by doctor alone"
    return common.Outcome(f"{counts['healed']} of {len(runs)} healed; {told}", violations)


def wrecked(one: Run) -> tuple[Counter[str], list[str]]:
    """Lets four processes loose, looks at what each believes, and syncs with locks until all hold the same."""
    counts: Counter[str] = Counter()
    with common.workplace() as place:
        live = Stage(place / "live", "sqlite", one.encrypted)
        live.make(*NAMES)
        for name in NAMES:
            live.sync(name)
        lines = _let_loose(live)
        recorded = {line.removeprefix("recorded ") for line in lines if line.startswith("recorded ")}
        wrong = [line for line in lines if line.split()[0] not in EXPECTED]
        if len(recorded) != len(NAMES) * ROUNDS * WRITES:
            wrong.append(f"only {len(recorded)} were recorded")
        for name in NAMES:
            wrong += [f"{name}: {fault}" for fault in _believed(live, name, recorded)]
        # Damage was said, or what somebody was told is shared is not there: the locks did not work.
        spoilt = any(line.split()[0] in ("error", "note") for line in lines)
        counts["wrecked"] += spoilt or not _whole(live, recorded)
        healed = _healed(live, recorded)
        if healed and all(one.startswith(IN_STORE) for one in healed):
            # All hold the same, and so none of them reads what is wrong in the store: looking at it as a whole does.
            counts["doctor"] += live.lsa(NAMES[0], "doctor")[0] != 0
            live.lsa(NAMES[0], "doctor", "--repair", "--yes")
            healed = _healed(live, recorded)
        wrong += healed
        counts["set aside"] += sum(".damaged-" in path.name for path in live.share.iterdir() if path.suffix != ".keys")
    counts["healed"] += not wrong
    return counts, [f"{one}: {line[-400:]}" for line in wrong]


def _let_loose(live: Stage) -> list[str]:
    go = live.folder.parent / "go"
    commands = [worker.command(live, name, "loose", ROUNDS, WRITES, str(go)) for name in NAMES]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WITHOUT_LOCKS, *command[3:]],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=live.environment(),
        )
        for command in commands
    ]
    try:
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()
        go.touch()
        return [line for process in running for line in process.communicate(timeout=400)[0].splitlines() if line]
    finally:
        for process in running:
            process.kill()
            process.wait()


def _believed(live: Stage, name: str, recorded: set[str]) -> list[str]:
    """What is wrong in a home: its own records lost, or something in it that nobody wrote."""
    with live.opened(name) as book:
        wrong = stage.faults_here(book)
        shown = stage.texts(book)
    wrong += [f"believed {text!r}" for text in sorted(shown - recorded)[:3]]
    own = {text for text in recorded if text.startswith(f"{name} ")}
    return wrong + [f"lost {text!r}" for text in sorted(own - shown)[:3]]


def _whole(live: Stage, recorded: set[str]) -> bool:
    try:
        _, there, faults = stage.in_store(live, NAMES[0])
    except SyncIncomplete:
        return False
    return not faults and there == recorded


def _healed(live: Stage, recorded: set[str]) -> list[str]:
    """Syncs every device a few times, with locks; what is wrong then."""
    said = []
    for turn in range(PASSES):
        for name in NAMES:
            try:
                done = live.sync(name)
                said += [f"{name}: {done.says}"] if turn == PASSES - 1 and not done.verified else []
            except SyncIncomplete as problem:
                said += [f"pass {turn}, {name}: {problem}"] if turn == PASSES - 1 else []
    wrong = said + stage.differences(live, *NAMES)
    for name in NAMES:
        wrong += _believed(live, name, recorded)
        with live.opened(name) as book:
            wrong += [f"{name} has not {text!r}" for text in sorted(recorded - stage.texts(book))[:3]]
    return wrong
