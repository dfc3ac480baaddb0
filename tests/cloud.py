"""A simulated cloud client: copies of one folder on several devices, and files that come when and how they like.

What one device puts into its copy is queued for each other copy. `deliver` brings one of the queued files: in any
order, twice, cut short, under the name of a conflicted copy; `settle` brings all that is left, as it is in the end.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

CONFLICTED = (
    "{stem} (conflicted copy 2026-11-24 153012){suffix}",
    "{stem}-LAPTOP7{suffix}",
    "{stem} (1){suffix}",
    "{stem}.sync-conflict-20261124-153012-ABCDEFG{suffix}",
    "{stem} (Jo's conflicted copy 2026-11-24){suffix}",
)
UNFINISHED = (".{name}.partial", "~{name}.tmp", ".{name}.aB3xYz")

HOWS = ("whole", "whole", "whole", "twice", "cut", "copy", "temp", "old", "removals")
"""How one delivery goes; "removals": all that is to be removed, before anything that is to be added."""


@dataclass(frozen=True)
class Event:
    """What is to happen in one copy: the how-manieth change of all, the copy, the name, its content (None: removed)."""

    number: int
    to: int
    name: str
    content: bytes | None


@dataclass
class Cloud:
    """The client of some copies."""

    copies: list[Path]
    chance: random.Random
    queue: list[Event] = field(default_factory=list)
    known: list[dict[str, bytes]] = field(default_factory=list)
    gone: list[tuple[str, bytes]] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        for copy in self.copies:
            copy.mkdir(parents=True, exist_ok=True)
            self.known.append({})

    def scan(self) -> None:
        """Sees what the devices have changed in their copies, and queues it for the others."""
        for place, copy in enumerate(self.copies):
            there = {name: content for name, content in contents(copy).items() if not unfinished(name)}
            for name in sorted(there.keys() | self.known[place].keys()):
                content, before = there.get(name), self.known[place].get(name)
                if content == before:
                    continue
                if content is None and before is not None:
                    self.gone.append((name, before))
                self.number += 1
                # The copies become alike: what was still on its way to here does not come after what is newer.
                self.queue = [one for one in self.queue if (one.to, one.name) != (place, name)]
                self.queue += [Event(self.number, to, name, content) for to in range(len(self.copies)) if to != place]
            self.known[place] = there

    def deliver(self, how: str) -> None:
        """Brings one of the files that are queued, somehow."""
        self.scan()
        if how == "old":
            self._bring_back()
        elif how == "removals":
            for event in [one for one in self.queue if one.content is None]:
                self._done(event)
        elif self.queue:
            self._deliver(self.chance.choice(self.queue), how)

    def _deliver(self, event: Event, how: str) -> None:
        if how == "whole" or event.content is None:
            self._done(event)
        elif how == "twice":
            self._put(event)
        elif how == "cut":
            # Not whole yet: the client writes in place, and goes on later.
            self._write(event.to, event.name, event.content[: self.chance.randrange(len(event.content) + 1)])
        elif how == "copy":
            stem, suffix = os.path.splitext(event.name.rpartition("/")[2])
            name = self.chance.choice(CONFLICTED).format(stem=stem, suffix=suffix)
            beside = _beside(event.name, name)
            self._write(event.to, beside, event.content)
            del self.known[event.to][beside]  # a file like any other: it goes to the other copies, too
        elif how == "temp":
            name = self.chance.choice(UNFINISHED).format(name=event.name.rpartition("/")[2])
            half = event.content[: len(event.content) // 2]
            target = self.copies[event.to] / _beside(event.name, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(half)

    def _bring_back(self) -> None:
        """Brings a file again that was removed long ago: the device has it, and so all others get it."""
        if self.gone:
            name, content = self.chance.choice(self.gone)
            target = self.copies[self.chance.randrange(len(self.copies))] / name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)

    def settle(self) -> None:
        """Brings all that is left, in order."""
        self.scan()
        while self.queue:
            self._done(min(self.queue, key=lambda one: one.number))
            self.scan()

    def _done(self, event: Event) -> None:
        # What is removed by now is not brought any more: a client asks what is there, not what was.
        late = [one for one in self.queue if (one.to, one.name) == (event.to, event.name) and one.number < event.number]
        for one in (*(late if event.content is None else ()), event):
            self.queue.remove(one)
        self._put(event)

    def _put(self, event: Event) -> None:
        if event.content is None:
            (self.copies[event.to] / event.name).unlink(missing_ok=True)
            self.known[event.to].pop(event.name, None)
        else:
            self._write(event.to, event.name, event.content)

    def _write(self, to: int, name: str, content: bytes) -> None:
        target = self.copies[to] / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.known[to][name] = content


def _beside(name: str, other: str) -> str:
    folder, slash, _ = name.rpartition("/")
    return folder + slash + other


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path from there."""
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def unfinished(name: str) -> bool:
    """Whether a client leaves a file of this name alone."""
    last = name.rpartition("/")[2]
    return last.startswith((".", "~")) or last.endswith((".tmp", ".partial"))
