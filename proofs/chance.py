"""Steps of a `World` chosen by chance: what the runs of several proofs are made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress

from proofs.common import Violation, workplace
from proofs.model import World

Steps = Mapping[str, int]
"""A step and how often it comes, in proportion."""

WORK: Steps = {"write": 8, "edit": 6, "pupil": 2, "private": 1, "remove": 1, "decide": 3, "undo": 2, "redo": 1}
"""What people do."""

DEVICE: Steps = {"backup": 1, "restore": 1, "clone": 1, "clock": 1}
"""What happens to devices."""

STORE: Steps = {
    "keep": 2,
    "put back": 1,
    "delete": 1,
    "empty": 1,
    "swap": 1,
    "cut": 1,
    "flip": 1,
    "late": 1,
    "twice": 1,
}
"""What happens to stores."""

DAYS = (0, 0, 1, -3, -400, 3650)


class Chance:
    """Makes steps in a world."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.w, self.chance = world, chance

    def steps(self, number: int, weights: Steps) -> None:
        """So many steps of these."""
        for name in self.chance.choices(list(weights), list(weights.values()), k=number):
            self.step(name)

    def step(self, name: str) -> None:
        """One step of that name, with whatever it needs chosen by chance."""
        w, pick = self.w, self.chance.randrange
        d, s, n = pick(len(w.devices)), pick(len(w.places)), pick(12)
        deeds: dict[str, Callable[[], object]] = {
            "sync": lambda: w.sync(d, s),
            "crash": lambda: w.crash(d, s, pick(1, 700)),
            "edit": lambda: w.edit(d, n, "text" if n % 3 else "score"),
            "pupil": lambda: w.pupil(d, n % 3),
            "remove": lambda: w.remove(d, n),
            "decide": lambda: w.decide(d, n),
            "clone": lambda: w.clone(d, pick(len(w.devices))),
            "clock": lambda: w.clock(d, self.chance.choice(DAYS), n),
            "keep": lambda: w.store(s, "backup"),
            "put back": lambda: w.store(s, "restore"),
            "delete": lambda: w.store(s, "delete"),
            "empty": lambda: w.store(s, "empty"),
            "cut": lambda: w.store(s, "cut", n, round(self.chance.random(), 3)),
            "flip": lambda: w.store(s, "flip", n, round(self.chance.random(), 4), n % 8),
            "late": lambda: w.store(s, "late", n),
            "twice": lambda: w.store(s, "twice", n),
            "swap": w.swap,
            "erase": lambda: w.erase(d, n),
        }
        deeds.get(name, lambda: getattr(w, name)(d))()


def played(
    play: Callable[[World], None], kinds: tuple[str, ...], devices: int, seed: int, encrypted: bool = False
) -> tuple[list[str], World]:
    """Plays in a world of its own: the violation with the script that does it again (or none), and what was done."""
    with workplace() as folder:
        world = World(folder, kinds, devices, seed, encrypted)
        try:
            play(world)
        except Violation as problem:
            return ["\n    ".join([f"{problem} (seed {seed})", *world.script])], world
        finally:
            with suppress(Exception):
                world.close()
    return [], world
