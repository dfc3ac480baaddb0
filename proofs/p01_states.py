"""P1: whatever three devices and two stores do and suffer, in whatever order, nothing is lost and all agree."""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext, redirect_stdout, suppress
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from proofs import common, judging
from proofs.common import Outcome, workplace
from proofs.far_places import available, serving
from proofs.model import World

TITLE = "state machine: three devices, two stores, crashes, copies, clocks"

STEPS = 30
KINDS = (("sqlite", "sqlite"), ("sqlite", "sqlite"), ("folder", "sqlite"))
SERVER = (("server", "sqlite"), ("server", "folder"))
DEVICE, STORE = st.integers(0, 2), st.integers(0, 1)
NUMBER = st.integers(0, 11)
FIELD = st.sampled_from(("text", "text", "score"))
DAYS = st.sampled_from((0, 0, 1, -3, -400, 3650))


class States(RuleBasedStateMachine):
    """The steps of `World`, chosen by Hypothesis."""

    kinds: tuple[tuple[str, ...], ...] = KINDS
    seen: dict[str, int]
    scripts: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.w: World = None  # type: ignore[assignment]

    @initialize(chance=st.integers(0, 999), kinds=st.integers(0, 99))
    def begin(self, chance: int, kinds: int) -> None:
        self._place = workplace()
        folder = self._place.__enter__()
        self.w = World(folder, self.kinds[kinds % len(self.kinds)], seed=chance)
        type(self).scripts = self.w.script

    @rule(d=DEVICE)
    def write(self, d: int) -> None:
        self.w.write(d)

    @rule(d=DEVICE, e=DEVICE, s=STORE)
    def write_and_both_sync(self, d: int, e: int, s: int) -> None:
        self.w.write(d)
        self.w.sync(d, s)
        self.w.sync(e, s)

    @rule(d=DEVICE, n=NUMBER, field=FIELD)
    def edit(self, d: int, n: int, field: str) -> None:
        self.w.edit(d, n, field)

    @rule(d=DEVICE, year=st.integers(1, 3))
    def pupil(self, d: int, year: int) -> None:
        self.w.pupil(d, year)

    @rule(d=DEVICE)
    def private(self, d: int) -> None:
        self.w.private(d)

    @rule(d=DEVICE, n=NUMBER)
    def remove(self, d: int, n: int) -> None:
        self.w.remove(d, n)

    @rule(d=DEVICE, n=NUMBER)
    def decide(self, d: int, n: int) -> None:
        self.w.decide(d, n)

    @rule(d=DEVICE)
    def undo(self, d: int) -> None:
        self.w.undo(d)

    @rule(d=DEVICE)
    def redo(self, d: int) -> None:
        self.w.redo(d)

    @rule(d=DEVICE, days=DAYS, hours=NUMBER)
    def clock(self, d: int, days: int, hours: int) -> None:
        self.w.clock(d, days, hours)

    @rule(d=DEVICE, s=STORE)
    def sync(self, d: int, s: int) -> None:
        self.w.sync(d, s)

    @rule(d=DEVICE, s=STORE)
    def sync_again(self, d: int, s: int) -> None:
        self.w.sync(d, s)

    @rule(d=DEVICE, s=STORE, calls=st.integers(1, 900))
    def crash(self, d: int, s: int, calls: int) -> None:
        self.w.crash(d, s, calls)

    @rule(s=STORE)
    def store_backup(self, s: int) -> None:
        self.w.store(s, "backup")

    @rule(s=STORE)
    def store_restore(self, s: int) -> None:
        self.w.store(s, "restore")

    @rule(s=STORE, what=st.sampled_from(("delete", "empty")))
    def store_gone(self, s: int, what: str) -> None:
        self.w.store(s, what)

    @rule()
    def swap(self) -> None:
        self.w.swap()

    @rule(d=DEVICE)
    def backup(self, d: int) -> None:
        self.w.backup(d)

    @rule(d=DEVICE)
    def restore(self, d: int) -> None:
        self.w.restore(d)

    @rule(d=DEVICE, e=DEVICE)
    def clone(self, d: int, e: int) -> None:
        self.w.clone(d, e)

    @rule(s=STORE, which=NUMBER, part=st.floats(0, 0.99))
    def store_cut(self, s: int, which: int, part: float) -> None:
        self.w.store(s, "cut", which, round(part, 3))

    @rule(s=STORE, which=NUMBER, part=st.floats(0, 0.999), bit=st.integers(0, 7))
    def store_flip(self, s: int, which: int, part: float, bit: int) -> None:
        self.w.store(s, "flip", which, round(part, 4), bit)

    @rule(s=STORE, which=NUMBER, what=st.sampled_from(("late", "twice")))
    def cloud(self, s: int, which: int, what: str) -> None:
        self.w.store(s, what, which)

    def teardown(self) -> None:
        if self.w is None:
            return
        try:
            if sys.exc_info()[0] is None:
                judging.end(self.w)
                for name, number in self.w.counts.items():
                    self.seen[name] = self.seen.get(name, 0) + number
        finally:
            with suppress(Exception):
                self.w.close()
            self._place.__exit__(None, None, None)


def examples(task: tuple[int, int, int, tuple[tuple[str, ...], ...], bool]) -> tuple[dict[str, int], list[str]]:
    """Runs so many examples (task: how many, steps each, seed, kinds of stores, whether to look for the smallest one
    that fails). What was done, and what failed."""
    number, steps, chance, kinds, smallest = task
    seen: dict[str, int] = {}
    machine = seed(chance)(type("States", (States,), {"seen": seen, "kinds": kinds, "scripts": []}))
    how = settings(
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if smallest else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    said = io.StringIO()
    try:
        on_a_server = serving() if any("server" in one for one in kinds) else nullcontext()
        with redirect_stdout(said), on_a_server:
            run_state_machine_as_test(machine, settings=how)
    except Exception as problem:
        # The last run of Hypothesis is of the smallest example it found.
        return seen, ["\n    ".join([f"{type(problem).__name__}: {problem} (seed {chance})", *machine.scripts])]
    return seen, []


def run(full: bool, seed: int, kinds: tuple[tuple[str, ...], ...] = KINDS) -> Outcome:
    """200 examples of 30 steps; with `full` 20,000, every tenth with a server (where PostgreSQL is installed)."""
    number, part = (20_000, 250) if full else (200, 100)
    tasks = [(part, STEPS, seed * 100_000 + n, kinds, True) for n in range(number // part)]
    if full and available():
        tasks[::10] = [(*task[:3], SERVER, True) for task in tasks[::10]]
    total: dict[str, int] = {}
    violations: list[str] = []
    for seen, failed in common.each(examples, tasks):
        for name, times in seen.items():
            total[name] = total.get(name, 0) + times
        violations += failed
    return Outcome(f"{number} examples x {STEPS} steps; {_told(total)}", violations)


def _told(total: dict[str, Any]) -> str:
    names = ("write", "sync", "crash", "restore", "clone", "store", "helped")
    return ", ".join(f"{total.get(name, 0):,} {name}" for name in names)
