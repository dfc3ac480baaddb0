"""What must be when the faults have stopped and every device has synced: nothing lost, all agree, nothing too much."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from lsa_tui.address import parse
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import log
from lsa_tui.records.fold import rebuild
from lsa_tui.sync import kinds, run
from lsa_tui.sync.opening import Opening
from proofs import oracle
from proofs.common import Violation
from proofs.devices import Device
from proofs.model import STAYS, World, asked, foreign
from proofs.places import Place

ROUNDS = 2
"""Syncs of each device with each store after which nothing may wait any more."""


def end(world: World, newcomer: bool = True) -> None:
    """Lets every device sync twice with every store, and judges. Raises Violation."""
    before = {one.number: set(one.must) for one in world.devices}
    stores = [set(one.must) for one in world.places]
    for _ in range(ROUNDS):
        made = len(world.erasures)
        _round(world)
    waiting = [one.number for one in world.devices if log.backlog(one.book.db)]
    if waiting:
        raise Violation(f"after {ROUNDS} syncs devices {waiting} have a backlog")
    if len(world.erasures) > made:
        _round(world)  # whoever heard of an erasure last has carried it on to what they had recorded: a way of its own
    expected = set().union(*before.values(), *stores)
    judge(world, expected)
    if newcomer:
        _newcomer(world)


def _round(world: World) -> None:
    for s, place in enumerate(world.places):
        for device in world.devices if place.altered else ():
            world.look(device.number, s)
            place.hurt = True
    for device in world.devices:
        for s, place in enumerate(world.places):
            place.settle()
            settle(world, device.number, s)
            place.settle()


def settle(world: World, d: int, s: int) -> None:
    """A sync after the faults have stopped. What a person is told to do then, she does: take another store than before,
    or move a damaged file away."""
    if world.sync(d, s):
        return
    if foreign(world.refused):
        world.take(d, s)
    else:
        world.counts["helped"] = world.counts.get("helped", 0) + 1
        world.store(s, "delete")
        world.places[s].hurt = False
    world.sync(d, s)


def judge(world: World, expected: set[str]) -> None:
    """What must be on all devices, which have synced. Raises Violation."""
    first = world.devices[0]
    shared = {uid for uid, dev in first.live().items() if dev != log.OWN}
    if lost := expected - shared:
        raise Violation(f"{len(lost)} changes that were shown as recorded are lost")
    heads = log.shareable_heads(first.book.db)
    said = oracle.says(_written(world, first, shared))
    for device in world.devices:
        _alike(world, device, shared, heads)
        _shown(world, device, said)
    for place in world.places:
        _holds(world, place, first, shared, heads)
        _silent(world, place)


def _written(world: World, device: Device, uids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Each change as it was written; of an erased one, what the log keeps of it."""
    erased = {uid for (uid,) in device.book.db.execute_sql("SELECT uid FROM change WHERE body IS NULL")}
    for uid in uids:
        if uid not in world.known:
            raise Violation(f"a change is there that nobody wrote: {uid}")
        one = world.known[uid]
        yield {**one, "body": None, "salt": None} if uid in erased else one


def _alike(world: World, device: Device, shared: set[str], heads: Any) -> None:
    changes = _changes(device.book.db)
    here = {one["uid"]: one for one in changes}
    if here.keys() != shared:
        raise Violation(f"device {device.number} has {len(here)} changes, another one {len(shared)}")
    if log.shareable_heads(device.book.db) != heads:
        raise Violation(f"device {device.number} has other heads than device 0")
    if wrong := oracle.broken(changes, heads):
        raise Violation(f"device {device.number}: {wrong[0]}")
    for uid, one in here.items():
        kept = world.known[uid]
        if any(one[name] != value for name, value in kept.items() if name not in ("body", "salt")) or (
            one["body"] is not None and one["body"] != kept["body"]
        ):
            raise Violation(f"device {device.number} holds a change that is not as it was written")


def _changes(db: Any) -> list[dict[str, Any]]:
    names = list(log.Change._meta.sorted_field_names)
    sql = (
        f"SELECT {', '.join('c.' + name for name in names)} FROM change c LEFT JOIN mine m ON m.uid = c.uid "
        "WHERE dev NOT IN (?, ?) AND coalesce(m.undone, 0) = 0 ORDER BY dev, seq"
    )
    found = db.execute_sql(sql, log.STAYING)
    return [dict(zip(names, row, strict=True)) for row in found]


def shown(world: World, device: Device) -> None:
    """What a device shows is what its own changes say. Raises Violation."""
    _shown(world, device, oracle.says(_written(world, device, device.live().keys() - device.private)))


def _shown(world: World, device: Device, said: dict[str, Any]) -> None:
    """The records are what the oracle says of the changes, private ones are here alone; a rebuild says it too."""
    db = device.book.db
    sql = f"SELECT {', '.join(oracle.COLUMNS)} FROM record WHERE own = ? ORDER BY uid"
    found = {row[0]: oracle.shown(row) for row in db.execute_sql(sql, (0,)).fetchall()}
    if found != said:
        wrong = next(row for row in {*found, *said} if found.get(row) != said.get(row))
        raise Violation(f"device {device.number} shows {found.get(wrong)} of {wrong[-6:]}, not {said.get(wrong)}")
    own = {row[0]: oracle.shown(row) for row in db.execute_sql(sql, (1,)).fetchall()}
    if own != oracle.says(world.known[uid] for uid in device.private):
        raise Violation(f"device {device.number} shows other private records than were written on it")
    every = "SELECT * FROM record ORDER BY uid"
    before = db.execute_sql(every).fetchall()
    with device.book.store.writing():
        rebuild(db)
    if db.execute_sql(every).fetchall() != before:
        raise Violation(f"the records of device {device.number} are not what its log says")


def _holds(world: World, place: Place, device: Device, shared: set[str], heads: Any) -> None:
    """The store holds exactly what the devices hold, in whole chains."""
    location = parse(place.url)
    store = kinds.at(location, device.book)
    if location.anchor is not None:
        store.opening = Opening(device.book, location.anchor, asked, keep=False)
    try:
        store.open(made_up=False, create=False)
        there = store.heads()
        changes = [one for dev, (last, _) in sorted(there.items()) for one in store.changes(dev, 0, last, last)]
    finally:
        store.close()
    if there != heads:
        raise Violation(f"the {place.kind} store has other heads than the devices")
    if wrong := oracle.broken(changes, there):
        raise Violation(f"the {place.kind} store: {wrong[0]}")
    if {one["uid"] for one in changes} != shared:
        raise Violation(f"the {place.kind} store holds {len(changes)} changes, the devices {len(shared)}")
    for one in changes:
        body = one["body"]
        if any(
            one[name] != value
            for name, value in world.known[one["uid"]].items()
            if name not in (*STAYS, "body", "salt")
        ):
            raise Violation(f"the {place.kind} store holds a change that is not as it was written")
        if body is not None and body != world.known[one["uid"]]["body"]:
            raise Violation(f"the {place.kind} store holds other words than were written")


def _silent(world: World, place: Place) -> None:
    """Nothing that was taken back before it was shared, and nothing private, is in any byte there."""
    may = set().union(*(one.may for one in world.devices), *(one.may for one in world.places))
    words = [word for uid, word in world.tokens.items() if uid not in may]
    for name, content in place.read().items():
        if any(word.encode() in content for word in words):
            raise Violation(f"{name} holds words that were taken back, or that are private")


def _newcomer(world: World) -> None:
    """A new device that meets one store alone has the same as the others."""
    first = world.devices[0]
    heads = log.shareable_heads(first.book.db)
    for s, place in enumerate(world.places):
        new = Device(90 + s, world.folder / f"new-{s}", "NN", world.key)
        new.open()
        try:
            os.environ["LSA_NOW"] = "2026-11-25T08:00:00+00:00"
            run.sync(new.book, place.url, ask=asked)
            if log.shareable_heads(new.book.db) != heads or _table(new) != _table(first):
                raise Violation(f"a new device that syncs with the {place.kind} store has not what the others have")
        except SyncIncomplete as problem:
            raise Violation(f"a new device cannot sync with the {place.kind} store: {problem}") from problem
        finally:
            new.book.close()


def _table(device: Device) -> list[Any]:
    return list(device.book.db.execute_sql("SELECT * FROM record WHERE own = 0 ORDER BY uid").fetchall())
