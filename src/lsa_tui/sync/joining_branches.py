"""Two continuations of one chain, here and in a shared store, become two chains on both sides (`records.branches`).

They come of a home that was copied, or brought back from a copy, and then written to. Which change begins a branch
that moves away is a fact about the changes alone: once seen it stays true, so each move may be made at any time, by
whoever comes first, and what was made on one side is made on the other when they meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lsa_tui.daybook.book import Book
from lsa_tui.records import branches, log
from lsa_tui.sync import local
from lsa_tui.sync.shared import Chains, Change, Damaged, Forked, Heads

_MOST = 1000
"""Branches joined in one sync; more were never written by people."""


@dataclass(frozen=True)
class Branch:
    """One that has to move: the chain it leaves, its first change (number, id), and on which side it has to."""

    dev: str
    seq: int
    uid: str
    here: bool


def join(book: Book, shared: Chains) -> int:
    """Moves every branch, here and there, until one chain is one thing on both sides. Returns how many moved.

    Raises Damaged for a store whose chains are not what their hashes say, SyncIncomplete.
    """
    for moved in range(_MOST):
        found = next(branching(book.db, shared, log.shareable_heads(book.db), shared.heads()), None)
        if found is None:
            return moved
        if found.dev in log.own_chains(book.db) or found.here:
            _here(book, found)
        if not found.here:
            with shared.pushing():
                place = shared.where(found.uid)
                if place is not None and place[0] != branches.branch_name(found.uid):
                    shared.move(*place)
    raise Forked(f"{shared.name} and this device have too many branches of their chains")


def _here(book: Book, found: Branch) -> None:
    """Moves a branch here where it has to, and has this device write under a new id where its own chain branched."""
    with book.store.writing() as db:
        if found.dev == log.get_meta(db, "device"):
            log.new_device(db)
        place = local.where(db, found.uid) if found.here else None
        if place is None or place[0] == branches.branch_name(found.uid):
            return
        dev, seq = place
        if dev == log.get_meta(db, "device"):
            log.new_device(db)
        try:
            name = branches.move(db, dev, seq)
        except branches.Broken:
            raise local.DamagedHere from None
        known = log.own_chains(db)
        if dev in known:
            log.note_known(db, name, max(known[dev] - seq + 1, 0))
            log.note_known(db, dev, min(known[dev], seq - 1))
        local.forget_head(db, dev)


def check(db: Any, shared: Chains, ends: Heads, before: Heads, now: Heads) -> None:
    """Before sending, alone with the store: raises Forked where a branch was moved here or there since they were
    compared (`before`, `now`: its heads then and now), so that no change is sent under two names."""
    moved_there = any(name.startswith(branches.PREFIX) for name in now.keys() - before.keys() - ends.keys())
    coming = {name: head for name, head in ends.items() if name.startswith(branches.PREFIX) and name not in now}
    if moved_there or next(_moved_here(db, shared, coming, now), None) is not None:
        raise Forked(f"{shared.name} was put in order by another device just now; sync again")


def lacking(db: Any, shared: Chains, here: Heads, there: Heads) -> tuple[int, int]:
    """How many changes there are to send and to receive, where nothing is moved. Of nested branches about."""
    to_send, to_receive = local.lacking(here, there), local.lacking(there, here)
    for one in branching(db, shared, here, there):
        name = branches.branch_name(one.uid)
        if one.dev in here and one.dev in there and name not in {*here, *there}:
            both = min(here[one.dev][0], there[one.dev][0]) - one.seq + 1
            to_send, to_receive = to_send + both, to_receive + both
        else:
            side, other = (here, there) if one.here else (there, here)
            both = min(side.get(one.dev, local.NOTHING)[0] - one.seq + 1, other.get(name, local.NOTHING)[0])
            to_send, to_receive = max(to_send - both, 0), max(to_receive - both, 0)
    return to_send, to_receive


def branching(db: Any, shared: Chains, here: Heads, there: Heads) -> Iterator[Branch]:
    """The branches that have to move. Those behind the first may be others once it has moved. Writes nothing."""
    yield from _moved_there(db, shared, here, there)
    yield from _moved_here(db, shared, here, there)
    for dev in sorted(here.keys() & there.keys()):
        found = _split(db, shared, dev, here[dev], there[dev])
        if found is not None:
            yield found


def _moved_there(db: Any, shared: Chains, here: Heads, there: Heads) -> Iterator[Branch]:
    """Those that the store has as chains of their own, and that are still part of another one here."""
    for name in sorted(there.keys() - here.keys()):
        if name.startswith(branches.PREFIX):
            first = next(iter(shared.changes(name, 0, 1, 1)), None)
            if first is not None and _whole(log.GENESIS, first) and branches.branch_name(first["uid"]) == name:
                place = local.where(db, first["uid"])
                if place is not None:
                    yield Branch(*place, first["uid"], here=True)


def _moved_here(db: Any, shared: Chains, here: Heads, there: Heads) -> Iterator[Branch]:
    """Those that are chains of their own here, and still part of another one in the store."""
    for name in sorted(here.keys() - there.keys()):
        if name.startswith(branches.PREFIX):
            for first in log.changes_after(db, name, 0, 1, 1):
                place = shared.where(first["uid"])
                if place is not None:
                    yield Branch(*place, first["uid"], here=False)


def _split(db: Any, shared: Chains, dev: str, here: tuple[int, str], there: tuple[int, str]) -> Branch | None:
    """Where the two sides' continuations of one chain part, if they do; and which of them moves."""
    seq = min(here[0], there[0])
    chain_here = here[1] if seq == here[0] else log.chain_at(db, dev, seq)
    chain_there = there[1] if seq == there[0] else _chain_there(shared, dev, seq)
    if chain_here == chain_there:
        return None
    same, other = 0, seq
    while other - same > 1:
        middle = (same + other) // 2
        if log.chain_at(db, dev, middle) == _chain_there(shared, dev, middle):
            same = middle
        else:
            other = middle
    before = log.chain_at(db, dev, same)
    ours = next(iter(log.changes_after(db, dev, same, other, 1)), None)
    theirs = next(iter(shared.changes(dev, same, other, 1)), None)
    if ours is None or before is None or not _whole(before, ours):
        raise local.DamagedHere
    if theirs is None or not _whole(before, theirs) or ours["uid"] == theirs["uid"]:
        raise Damaged(f"{shared.name}: change {other} of device {dev} is missing or damaged")
    return Branch(dev, other, max(ours["uid"], theirs["uid"]), here=ours["uid"] > theirs["uid"])


def _chain_there(shared: Chains, dev: str, seq: int) -> str | None:
    found = shared.changes(dev, seq - 1, seq, 1)
    return str(found[0]["chain"]) if found else None


def _whole(before: str, change: Change) -> bool:
    """Whether a change is what its hashes say, after `before`."""
    return log.first_broken([change], change["seq"] - 1, before, _emptied) is None


def _emptied(_change: Mapping[str, Any]) -> bool:
    return True  # whether an erasure names it is asked when it is taken in
