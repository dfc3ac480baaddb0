"""What all files of a shared folder say together: one chain for each name, whatever overlaps, repeats or is missing.

A pure function of the set of files. Parts that repeat each other are checked against each other; a part whose
beginning has not arrived waits; two continuations of one chain become two chains by the rule of `records.branches`.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lsa_tui.records import branches, log
from lsa_tui.sync.folder_files import Run
from lsa_tui.sync.shared import Heads


@dataclass(frozen=True)
class Placed:
    """A run, and where it stands: the name of its file, and its place among the runs there."""

    file: str
    place: int
    run: Run


Load = Callable[[Placed], Sequence[Mapping[str, Any]]]
"""Reads the changes of a run."""


@dataclass(frozen=True)
class Segment:
    """The part of a chain, `after` + 1 to `last`, that is read from one run."""

    after: int
    last: int
    source: Placed


@dataclass
class Spine:
    """One chain as the files give it from its beginning on, and what cannot be joined to it yet."""

    segments: list[Segment] = field(default_factory=list)
    seq: int = 0
    chain: str = log.GENESIS
    waiting: list[Placed] = field(default_factory=list)
    also: list[Placed] = field(default_factory=list)
    """Runs that say again what the segments say."""

    def covering(self, seq: int) -> Segment:
        """The segment in which change `seq` stands."""
        return self.segments[bisect.bisect_left(self.segments, seq, key=lambda one: one.last)]


def of_runs(runs: Iterable[Placed], load: Load, trusted: bool = False) -> Spine | None:
    """The chain that these runs of one name make; None where they contradict each other.

    `trusted`: they were compared before, so nothing is read. Longer runs go first, so that few files are read later.
    """
    spine, known = Spine(), {0: log.GENESIS}
    for one in sorted(runs, key=lambda one: (one.run.after, -one.run.last, one.file, one.place)):
        run = one.run
        if run.after > spine.seq:
            spine.waiting.append(one)
            continue
        if not trusted and not _agrees(spine, known, one, load):
            return None
        if run.last <= spine.seq:
            spine.also.append(one)
        else:
            spine.segments.append(Segment(spine.seq, run.last, one))
            spine.seq, spine.chain = run.last, run.end
            known[run.last] = run.end
    return spine


def _agrees(spine: Spine, known: Mapping[int, str], one: Placed, load: Load) -> bool:
    """Whether a run that begins within the chain says what the chain says, as far as both go."""
    run, end = one.run, min(one.run.last, spine.seq)

    def there(seq: int) -> str:
        return known[seq] if seq in known else _chain_in(spine.covering(seq).source, seq, load)

    return there(run.after) == run.start and there(end) == (run.end if end == run.last else _chain_in(one, end, load))


def _chain_in(one: Placed, seq: int, load: Load) -> str:
    if seq in (one.run.after, one.run.last):
        return one.run.start if seq == one.run.after else one.run.end
    return str(load(one)[seq - one.run.after - 1]["chain"])


def digest(runs: Iterable[Placed]) -> str:
    """A short name of a set of runs: the same set makes the same chains."""
    names = sorted(f"{one.file} {one.place} {one.run.after} {one.run.last} {one.run.end}" for one in runs)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


# Where chains have branches: every change of them is looked at.

_Tree = dict[str, dict[str, dict[str, Any]]]
"""The changes of one name, by the chain hash before them and their own."""


def untangled(runs: Iterable[Placed], load: Load) -> dict[str, list[dict[str, Any]]]:
    """The chains that these runs of several names make, in order, every continuation under the name that is its own.

    The continuation whose first change has the smaller uid keeps its chain's name; the others, and whatever stands
    already under the name of a branch, are chains of their own.
    """
    trees: dict[str, _Tree] = {}
    for one in runs:
        chain = one.run.start
        for change in load(one):
            _put(trees.setdefault(one.run.dev, {}), chain, dict(change))
            chain = change["chain"]
    moved = True
    while moved:
        moved = any(_move_one(trees, name) for name in sorted(trees))
    return {name: found for name in sorted(trees) if (found := _path(trees[name]))}


def _put(tree: _Tree, before: str, change: dict[str, Any]) -> None:
    beside = tree.setdefault(before, {})
    known = beside.get(change["chain"])
    # Of two copies the one with its body: whoever takes it in sees by the erasures whether it goes.
    if known is None or known["body"] is None:
        beside[change["chain"]] = change


def _move_one(trees: dict[str, _Tree], name: str) -> bool:
    """Moves the first subtree that does not belong under this name to its own; returns whether there was one."""
    tree, before = trees[name], log.GENESIS
    while children := _beside(tree, before):
        at_home = [one for one in children if branches.branch_name(one["uid"]) not in {*trees} - {name}]
        leaving = [one for one in children if one not in at_home] or at_home[1:]
        if leaving:
            _move(trees, tree, before, leaving[0])
            return True
        before = children[0]["chain"]
    return False


def _beside(tree: _Tree, before: str) -> list[dict[str, Any]]:
    """What follows after a change, in order of the uids. A uid that stands there twice is one of a broken program."""
    beside = tree.get(before, {})
    first: dict[str, dict[str, Any]] = {}
    for chain in sorted(beside):
        if first.setdefault(beside[chain]["uid"], beside[chain])["chain"] != chain:
            del beside[chain]
    return [first[uid] for uid in sorted(first)]


def _move(trees: dict[str, _Tree], tree: _Tree, before: str, first: dict[str, Any]) -> None:
    name = branches.branch_name(first["uid"])
    target = trees.setdefault(name, {})
    del tree[before][first["chain"]]
    todo = [(first, log.GENESIS, 1)]
    while todo:
        change, chain, seq = todo.pop()
        after = tree.pop(change["chain"], {})
        made = {**change, "dev": name, "seq": seq}
        made["chain"] = log.chain_hash(chain, made)
        _put(target, chain, made)
        todo += [(one, made["chain"], seq + 1) for one in after.values()]


def _path(tree: _Tree) -> list[dict[str, Any]]:
    found, before = [], log.GENESIS
    while children := tree.get(before):
        change = min(children.values(), key=lambda one: str(one["uid"]))
        found.append(change)
        before = change["chain"]
    return found


def heads_of(chains: Mapping[str, Sequence[Mapping[str, Any]]]) -> Heads:
    """The heads of whole chains."""
    return {name: (changes[-1]["seq"], changes[-1]["chain"]) for name, changes in chains.items() if changes}
