"""P6: many devices at one store at once, and many at a slow one."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from proofs import common, stage, strace, worker
from proofs.stage import Stage

TITLE = "8 processes x 25 syncs at once on each kind; 30 with 5 ms more for each call on the shared file"
DEVICES, ROUNDS, WRITES = 8, 25, 5
SLOW_DEVICES, SLOW_SECONDS = 30, 60
KINDS = (("sqlite", True), ("sqlite", False), ("folder", True), ("folder", False), ("postgresql", False))
SLICE = (("sqlite", True, 5, 4), ("folder", True, 4, 3))


@dataclass
class Crowd:
    """What came of one crowd: `seconds` in all, `longest` of one sync."""

    said: int
    seconds: float
    longest: float
    wrong: list[str]


def run(full: bool, seed: int) -> common.Outcome:
    """Each kind of store; in the full run the slow one, too."""
    del seed  # what happens when is the system's choice
    told, violations = [], []
    sizes = [(kind, encrypted, DEVICES, ROUNDS) for kind, encrypted in KINDS] if full else SLICE
    for kind, encrypted, devices, rounds in sizes:
        found = crowd(kind, encrypted, devices, rounds)
        name = f"{kind}{' encrypted' if encrypted else ''}"
        told.append(f"{name} {devices} x {rounds}: {found.said} complete, longest {found.longest:.1f} s")
        violations += [f"{name}: {one}" for one in found.wrong]
    if full:
        missing = common.strace_missing()
        seconds, wrong = slow() if not missing else (0.0, [missing])
        told.append(f"{SLOW_DEVICES} with 5 ms per call: {seconds:.0f} s")
        violations += wrong
    return common.Outcome("; ".join(told), violations)


def crowd(kind: str, encrypted: bool, devices: int, rounds: int) -> Crowd:
    """So many processes at once, each recording and syncing so many times; then whether all hold the same."""
    with common.workplace() as place, stage.server(kind) as address:
        live = Stage(place / "live", kind, encrypted, address)
        names = [f"d{n}" for n in range(devices)]
        live.make(*names)
        # Not set up before, but for who makes the store: the others meet it in the crowd.
        live.sync(names[0])
        go = place / "go"
        commands = [worker.command(live, name, "crowd", rounds, WRITES, str(go)) for name in names]
        outs, seconds = together(commands, live, go)
        lines = [line for out in outs for line in out.splitlines()]
        wrong = [line for line in lines if line.split()[0] not in ("ready", "recorded", "shared")]
        took = [float(line.split()[2]) for line in lines if line.startswith("shared ")]
        if len(took) != devices * rounds:
            wrong.append(f"{len(took)} complete syncs of {devices * rounds}")
        for name in names:
            live.sync(name)
        wrong += stage.differences(live, *names)
        with live.opened(names[0]) as book:
            there = stage.texts(book)
        recorded = {line.removeprefix("recorded ") for line in lines if line.startswith("recorded ")}
        wrong += [f"lost {text!r}" for text in sorted(recorded - there)[:3]]
        return Crowd(len(took), seconds, max(took, default=0.0), wrong)


def together(commands: list[list[str]], live: Stage, go: Path) -> tuple[list[str], float]:
    """Starts them all, lets them go at one moment, and waits: what each printed, and how long it took."""
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=live.environment())
        for command in commands
    ]
    try:
        first = [process.stdout.readline() for process in running if process.stdout]
        started = time.monotonic()
        go.touch()
        outs = [begun + process.communicate(timeout=900)[0] for begun, process in zip(first, running, strict=True)]
        return outs, time.monotonic() - started
    finally:
        for process in running:
            process.kill()
            process.wait()


def slow() -> tuple[float, list[str]]:
    """30 devices that come at once with 5 entries each, where each call on the shared file takes 5 ms longer."""
    with common.workplace() as place:
        live = Stage(place / "live")
        names = [f"d{n}" for n in range(SLOW_DEVICES)]
        live.make(*names)
        for name in names * 2:
            live.sync(name)
        go = place / "go"
        late = ["-P", str(live.file), "-P", f"{live.file}-journal", "-e", "inject=all:delay_enter=5000"]
        logs = {name: place / f"calls-{name}" for name in names}
        commands = [
            ["strace", "-f", "-q", "-o", str(logs[name]), *late, *worker.command(live, name, "slow", 1, 5, str(go))]
            for name in names
        ]
        outs, seconds = together(commands, live, go)
        wrong = [out[-300:] for out in outs if "\nshared 0" not in out]
        delayed = sum(map(strace.delayed, logs.values()))
        if delayed < 50 * SLOW_DEVICES:
            wrong.append(f"only {delayed} calls were delayed")
        if seconds > SLOW_SECONDS:
            wrong.append(f"{seconds:.0f} s for {SLOW_DEVICES} devices")
        for name in names:
            live.sync(name)
        return seconds, wrong + stage.differences(live, *names)
