"""P9: cloned and restored laptops, and folders that a cloud client brings in any order: nothing is lost.

Several homes continue one chain, over two stores; the files of a folder come late, twice, cut short, renamed, in the
wrong order, removals first.
"""

from __future__ import annotations

import random

from proofs import common, judging
from proofs.chance import WORK, Chance, played
from proofs.common import Outcome
from proofs.model import World

TITLE = "cloned laptops: homes copied and brought back, branches of branches"

KINDS = (("sqlite", "sqlite"), ("cloud",), ("cloud", "sqlite"))
COPIES = {"clone": 2, "backup": 2, "restore": 2, "delete": 1, "keep": 1, "put back": 1}
WEIGHTS = {**WORK, **COPIES, "sync": 10, "crash": 2, "late": 8}
STEPS = 40
LAPTOPS = 4


def one(task: tuple[int, tuple[str, ...]]) -> list[str]:
    """One run (task: seed, kinds of stores): all laptops are one image, then people use them."""
    seed, kinds = task

    def play(world: World) -> None:
        chance = random.Random(seed)
        by_chance = Chance(world, chance)
        world.write(0)
        by_chance.steps(chance.randrange(6), {"write": 2, "undo": 1, "sync": 1, "backup": 1})
        for laptop in range(1, LAPTOPS):
            world.clone(0, laptop)
        by_chance.steps(STEPS, WEIGHTS)
        judging.end(world)

    return played(play, kinds, LAPTOPS, seed)[0]


def run(full: bool, seed: int, kinds: tuple[tuple[str, ...], ...] = KINDS) -> Outcome:
    """12 runs of four laptops; with `full` 1,000."""
    number = 1000 if full else 12
    tasks = [(seed * 10_000 + n, kinds[n % len(kinds)]) for n in range(number)]
    violations = [line for wrong in common.each(one, tasks) for line in wrong]
    return Outcome(f"{number:,} runs x {STEPS} steps, {LAPTOPS} laptops of one image", violations)
