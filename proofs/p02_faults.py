"""P2: faults seeded in the sync, one at a time: each must be noticed by a slice that is named here.

The slices are short scripts, most of them the smallest that P1 found with the fault in. With `full` P1 itself looks for
each fault that is its own, with no script to help it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from unittest.mock import patch

from lsa_tui.daybook.book import Book
from lsa_tui.records import log
from lsa_tui.sync import run as syncing
from lsa_tui.sync.result import Progress
from lsa_tui.sync.sqlite_file import SqliteFile
from proofs import judging, p01_states, p10_term, p12_erasure
from proofs.common import Outcome, Violation, workplace
from proofs.faults import FAULTS, seeded
from proofs.model import World

TITLE = "faults seeded in the sync, each noticed"

SCRIPTS = {
    "no-ancestor-check": "write 0; sync 0 0; clone 0 1; write 0; write 1; sync 0 0; sync 1 0",
    "branch-drops-suffix": "write 0; sync 0 0; clone 0 1; write 0; write 0; write 1; write 1; sync 0 0; sync 1 0",
    "branch-named-by-chance": "write 0; sync 0 0; clone 0 1; write 0; write 1; sync 0 0; sync 1 1; sync 0 1; sync 1 0",
    "no-preds": "write 0; edit 0 0",
    "no-bump": "write 0; clock 0 -3; edit 0 0",
    "fold-outside-transaction": "write 0; write 0; sync 0 0; each-crash 1 0 3",
    "absence-is-deletion": "write 0; sync 0 0; write 1; sync 1 0; sync 0 1; sync 1 1",
    "undone-goes-too": "write 0; write 0; undo 0; sync 0 0; sync 1 0",
    "private-goes-too": "private 0; write 0; sync 0 0; sync 1 0",
    "relay-drops-others": "write 0; sync 0 0; sync 1 0; sync 1 1; store 0 delete; sync 1 0",
    "heads-before-rows": "write 0; sync 0 0; write 1; write 1; each-crash 1 0 5 settle",
    "sealed-is-shared": "write 0; each-crash 0 0 9",
    "shared-is-not-noted": "write 0; sync 0 0",
}
"""A fault of P1 to a script in which it must be noticed. `each-crash`: a sync that ends at its 1st call, its 8th ..."""


def played(script: str) -> None:
    """Plays a script, and judges how it ends. Raises Violation."""
    with workplace() as folder:
        world = World(folder)
        try:
            for line in script.split("; "):
                name, *args = line.split()
                _step(world, name, [int(one) if one.lstrip("-").isdigit() else one for one in args])
            judging.end(world)
        finally:
            with suppress(Exception):
                world.close()


def _step(world: World, name: str, args: list[int | str]) -> None:
    if name != "each-crash":
        getattr(world, name)(*args)
        return
    d, s = int(args[0]), int(args[1])
    device, place = world.devices[d], world.places[s]
    here, there = device.content(), place.read()
    known = (set(place.must), set(place.may))
    for calls in range(1, 5000, int(args[2])):
        if not world.crash(d, s, calls):
            return
        judging.shown(world, device)
        if args[-1] == "settle":
            judging.settle(world, d, s)
        device.become(here)
        place.write(there)
        place.must, place.may = set(known[0]), set(known[1])


# Directed, for what chance seldom meets


def no_row_bump() -> None:
    """A device that is behind changes what one that is ahead has written: who began the record stays."""
    played("clock 0 3650; write 0; sync 0 0; sync 1 0; edit 1 0")


def no_applied_dedup() -> None:
    """Two syncs of one home at once, as on a device where the screens and a timer are at it: neither says a word."""
    with workplace() as folder:
        world = World(folder, devices=2)
        try:
            world.write(0)
            world.sync(0, 0)
            book, url = world.devices[1].book, world.places[0].url
            inside: list[object] = []

            def meanwhile(progress: Progress) -> None:
                if progress.phase == "reading" and progress.done == progress.of and not inside:
                    inside.append(None)
                    other = Book(book.paths, book.config)
                    inside.append(syncing.sync(other, url))
                    other.close()

            done = syncing.sync(book, url, progress=meanwhile)
            if len(inside) != 2 or not done.verified or done.received:
                raise Violation(f"of two syncs of one home at once the second to take in said: {done.says}")
        finally:
            world.close()


def branch_keeps_writing_old_id() -> None:
    """Twins meet once; what they write afterwards makes no branches, because they are two devices from then on."""
    with workplace() as folder:
        world = World(folder)
        try:
            world.write(0)
            world.sync(0, 0)
            world.clone(0, 1)
            world.write(0)
            world.write(1)
            _meet(world)
            names = {log.device(one.book.db) for one in world.devices[:2]}
            chains = len(log.read_heads(world.devices[0].book.db))
            for _ in range(3):
                world.write(0)
                world.write(1)
                _meet(world)
            grown = len(log.read_heads(world.devices[0].book.db)) - chains
            if len(names) < 2 or grown > 2:
                raise Violation(f"twins go on as {len(names)} devices, and make {grown} further chains in three days")
            judging.end(world)
        finally:
            world.close()


def _meet(world: World) -> None:
    for d in (0, 1, 0, 1):
        world.sync(d, 0)


def read_back_skipped() -> None:
    """A stick that forgets what was written as soon as it is let go: no sync with it says that all is shared."""
    with workplace() as folder:
        world = World(folder)
        close, pushing = SqliteFile.close, SqliteFile.pushing
        before: list[dict[str, bytes]] = []

        def pushed(self: SqliteFile) -> object:
            before.append(world.places[0].read()) if not before else None
            return pushing(self)

        def forgetful(self: SqliteFile) -> None:
            close(self)
            if len(before) == 1:
                world.places[0].write(before[0])
                before.append({})

        try:
            world.write(0)
            world.sync(0, 0)
            world.write(0)
            with patch.object(SqliteFile, "close", forgetful), patch.object(SqliteFile, "pushing", pushed):
                world.sync(0, 0)
            if len(before) != 2:
                raise Violation("the stick had nothing to forget")
        finally:
            world.close()


def hashes_not_looked_at() -> None:
    """One letter of a note is another in the store: nobody takes it in."""
    with workplace() as folder:
        world = World(folder)
        try:
            world.write(0)
            world.sync(0, 0)
            file = world.places[0].files()[0]
            connection = sqlite3.connect(file)
            connection.execute("DROP TRIGGER change_is_immutable")
            connection.execute("UPDATE change SET body = replace(body, 'said', 'sold')")
            connection.commit()
            connection.close()
            world.places[0].hurt = True
            with suppress(Violation):
                world.sync(1, 0)
            if any("sold" in str(row) for row in world.devices[1].book.db.execute_sql("SELECT body FROM change")):
                raise Violation("a device took in words that nobody wrote")
        finally:
            world.close()


def cursor_of_times() -> None:
    """Three school days of P10."""
    _, _, violations = p10_term.term(("sqlite", 3, 1))
    if violations:
        raise Violation(violations[0])


def no_sweep() -> None:
    """P12: a store that is put back from before an erasure."""
    _erased("write 0; sync 0 0; store 0 backup; erase 0 0; sync 0 0; store 0 restore; sync 0 0")


def erasure_not_obeyed() -> None:
    """P12: another device holds what was erased."""
    _erased("write 0; sync 0 0; sync 1 0; erase 0 0; sync 0 0; sync 1 0")


def _erased(script: str) -> None:
    with workplace() as folder:
        world = World(folder)
        try:
            for line in script.split("; "):
                name, *args = line.split()
                getattr(world, name)(*(int(one) if one.isdigit() else one for one in args))
            judging.end(world)
            if not p12_erasure.gone(world):
                raise Violation("nothing was erased")
        finally:
            world.close()


DIRECTED: dict[str, Callable[[], None]] = {
    "no-row-bump": no_row_bump,
    "no-applied-dedup": no_applied_dedup,
    "branch-keeps-writing-old-id": branch_keeps_writing_old_id,
    "read-back-skipped": read_back_skipped,
    "hashes-not-looked-at": hashes_not_looked_at,
    "cursor-of-times": cursor_of_times,
    "no-sweep": no_sweep,
    "erasure-not-obeyed": erasure_not_obeyed,
}


def slices() -> dict[str, Callable[[], None]]:
    """Each fault's slice: raises where the fault is in, and only then."""
    scripted = {name: lambda script=script: played(script) for name, script in SCRIPTS.items()}
    return {**scripted, **DIRECTED}


def noticed(name: str) -> str | None:
    """What its slice says of a fault; None where it says nothing."""
    with seeded(name):
        return _said(slices()[name])


def _said(slice_: Callable[[], None]) -> str | None:
    try:
        slice_()
    except Exception as problem:  # a fault may break anything
        return f"{type(problem).__name__}: {problem}"
    return None


def found_by_chance(name: str, seed: int) -> bool:
    """Whether P1 alone finds a fault, within 600 examples."""
    with seeded(name):
        return any(p01_states.examples((100, p01_states.STEPS, seed + n, p01_states.KINDS, False))[1] for n in range(6))


def run(full: bool, seed: int) -> Outcome:
    """Every fault with its slice, and every slice without a fault; with `full` P1 looks for those of P1, too."""
    violations = [f"{name}: not noticed" for name in FAULTS if noticed(name) is None]
    violations += [f"{name}: {said}, with no fault in" for name, one in slices().items() if (said := _said(one))]
    figures = f"{len(FAULTS) - len([one for one in violations if 'not noticed' in one])} of {len(FAULTS)} noticed"
    if full:
        found = [name for name in SCRIPTS if found_by_chance(name, seed)]
        figures += f"; P1 by chance alone: {len(found)} of {len(SCRIPTS)}"
        if missed := sorted(SCRIPTS.keys() - found):
            figures += f" (not {', '.join(missed)})"
    return Outcome(figures, violations)
