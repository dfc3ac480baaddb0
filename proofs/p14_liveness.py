"""P14: when the faults stop, nothing is stuck: each device, all by itself, has shared everything after two syncs."""

from __future__ import annotations

import random
from collections import Counter

from lsa_tui.records import log
from proofs import common, judging
from proofs.chance import DEVICE, STORE, WORK, Chance, played
from proofs.common import Outcome, Violation
from proofs.model import World

TITLE = "liveness: after the faults stop every backlog is empty within two syncs"

WEIGHTS = {**WORK, **DEVICE, **STORE, "sync": 4, "crash": 12}
STEPS = 40
AT_MOST = 2


def one(task: tuple[int, tuple[str, ...]]) -> tuple[Counter[int], list[str]]:
    """One run (task: seed, kinds of stores): how many syncs each device needed, and what was violated."""
    seed, kinds = task
    needed: Counter[int] = Counter()

    def play(world: World) -> None:
        chance = random.Random(seed)
        Chance(world, chance).steps(STEPS, WEIGHTS)
        for d in chance.sample(range(len(world.devices)), len(world.devices)):
            needed[_until_empty(world, d, chance.randrange(len(world.places)))] += 1
        judging.end(world, newcomer=False)

    violations, _ = played(play, kinds, 3, seed)
    return needed, violations


def _until_empty(world: World, d: int, s: int) -> int:
    """How many syncs with one store it takes until a device has nothing to share, the others doing nothing."""
    for number in range(AT_MOST + 1):
        if not log.backlog(world.devices[d].book.db):
            return number
        judging.settle(world, d, s)
    raise Violation(f"device {d} still has {log.backlog(world.devices[d].book.db)} to share after {AT_MOST} syncs")


def run(full: bool, seed: int, kinds: tuple[tuple[str, ...], ...] = (("sqlite", "sqlite"),)) -> Outcome:
    """15 runs of 40 steps, a third of them syncs that end somewhere; with `full` 1,000."""
    number = 1000 if full else 15
    needed: Counter[int] = Counter()
    violations: list[str] = []
    for counted, wrong in common.each(one, [(seed * 10_000 + n, kinds[n % len(kinds)]) for n in range(number)]):
        needed += counted
        violations += wrong
    how = ", ".join(f"{times:,} devices needed {syncs}" for syncs, times in sorted(needed.items()))
    return Outcome(f"{number:,} runs x {STEPS} steps; syncs until empty: {how}", violations)
