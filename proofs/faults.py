"""Faults to be seeded in the sync: each a mistake that somebody could make, put in while a proof runs. None is in src.

A proof that does not notice them proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from lsa_tui.records import branches, erasures, fold, ids, log
from lsa_tui.sync import joining_branches, local, run, taking
from lsa_tui.sync.sqlite_file import SqliteFile

Fault = Callable[[ExitStack], None]
FAULTS: dict[str, Fault] = {}
"""A name to what puts the fault in, until the stack ends."""


def fault(name: str) -> Callable[[Fault], Fault]:
    """Adds a fault."""

    def add(deed: Fault) -> Fault:
        FAULTS[name] = deed
        return deed

    return add


@contextmanager
def seeded(name: str) -> Iterator[None]:
    """Inside, the program has this fault."""
    with ExitStack() as stack:
        FAULTS[name](stack)
        yield


def _instead(stack: ExitStack, where: Any, name: str, what: Any) -> None:
    stack.enter_context(patch.object(where, name, what))


# Branches


@fault("no-ancestor-check")
def _no_ancestor_check(stack: ExitStack) -> None:
    """Chains that differ behind a common number are not noticed."""
    _instead(stack, joining_branches, "_split", lambda *_: None)


@fault("branch-drops-suffix")
def _branch_drops_suffix(stack: ExitStack) -> None:
    """Of a branch that moves away only the first change is kept."""
    renamed = branches.renamed
    _instead(stack, branches, "renamed", lambda changes, after=None: renamed(changes, after)[:1])


@fault("branch-named-by-chance")
def _branch_named_by_chance(stack: ExitStack) -> None:
    """Each side gives a branch that moves away a name of its own."""
    _instead(stack, joining_branches, "_MOST", 20)  # it would go on for long
    _instead(stack, branches, "branch_name", lambda _uid: branches.PREFIX + ids.new_id()[:16])


@fault("branch-keeps-writing-old-id")
def _branch_keeps_writing_old_id(stack: ExitStack) -> None:
    """A copied home goes on under the id that its twin uses, too."""
    _instead(stack, log, "new_device", lambda db: log.device(db))


# Recording


@fault("no-preds")
def _no_preds(stack: ExitStack) -> None:
    """An edit does not say which values it replaces."""
    _instead(stack, log, "heads", lambda *_: [])


@fault("no-bump")
def _no_bump(stack: ExitStack) -> None:
    """A stamp is the clock's time and nothing else."""
    _instead(stack, ids, "next_hlc", lambda _last, now_ms, *_heads: now_ms << 16)


@fault("no-row-bump")
def _no_row_bump(stack: ExitStack) -> None:
    """A stamp comes after this device's own, but not after what the edit had in sight."""
    _instead(stack, ids, "next_hlc", lambda last, now_ms, *_heads: max(now_ms << 16, last + 1))


# Taking in


@fault("fold-outside-transaction")
def _fold_outside_transaction(stack: ExitStack) -> None:
    """The records are made after the changes have been committed."""
    fold_arrived, take_in = fold.fold_arrived, run._Run.take_in
    waiting: list[Any] = []

    def later(self: Any, arrived: Any) -> Any:
        waiting.clear()
        taken = take_in(self, arrived)
        with self.book.store.writing() as db:
            fold.fold(db, [one["row"] for one in waiting])
        return taken

    _instead(stack, fold, "fold_arrived", lambda _db, came, *_: waiting.extend(came))
    _instead(stack, run._Run, "take_in", later)
    assert fold_arrived is not fold.fold_arrived


@fault("no-applied-dedup")
def _no_applied_dedup(stack: ExitStack) -> None:
    """What another sync of this home has taken in meanwhile is taken in again."""
    take_in = taking.take_in

    def faulty(db: Any, arrived: Any, author: Any) -> Any:
        before = {dev: piece.changes[0]["seq"] - 1 for dev, piece in arrived.items() if piece.changes}
        held = {dev: (seq, log.chain_at(db, dev, seq)) for dev, seq in before.items()}
        with patch.object(log, "read_heads", lambda _: held):
            return take_in(db, arrived, author)

    _instead(stack, taking, "take_in", faulty)


@fault("absence-is-deletion")
def _absence_is_deletion(stack: ExitStack) -> None:
    """A chain that is not in the store is taken for deleted."""
    compare = run._Run.compare

    def faulty(self: Any) -> Any:
        here, there = compare(self)
        with self.book.store.writing() as db:
            guards = branches._stand_aside(db)
            for dev in (here.keys() - there.keys()) if there else ():
                db.execute_sql("DELETE FROM change WHERE dev = ?", (dev,))
                db.execute_sql("DELETE FROM head WHERE dev = ?", (dev,))
            for statement in guards:
                db.execute_sql(statement)
        return log.shareable_heads(self.db), there

    _instead(stack, run._Run, "compare", faulty)


@fault("hashes-not-looked-at")
def _hashes_not_looked_at(stack: ExitStack) -> None:
    """What comes is believed."""
    _instead(stack, log, "first_broken", lambda *_: None)


@fault("cursor-of-times")
def _cursor_of_times(stack: ExitStack) -> None:
    """Only what is stamped after the last sync is looked at."""
    fold_arrived = fold.fold_arrived

    def faulty(db: Any, came: Any, bodies: Any, before: Any) -> Any:
        since = int(log.get_meta(db, "cursor") or 0)
        new = [n for n, one in enumerate(came) if one["hlc"] > since]
        log.set_meta(db, "cursor", str(max([since, *(one["hlc"] for one in came)])))
        return fold_arrived(db, [came[n] for n in new], [bodies[n] for n in new], before)

    _instead(stack, fold, "fold_arrived", faulty)


# Giving


@fault("undone-goes-too")
def _undone_goes_too(stack: ExitStack) -> None:
    """What was taken back is shared all the same."""
    _instead(stack, log, "shareable_heads", log.read_heads)
    _instead(stack, log, "drop_undone", lambda db: db.execute_sql("UPDATE mine SET undone = 0"))


@fault("private-goes-too")
def _private_goes_too(stack: ExitStack) -> None:
    """The chain of what never leaves the device is sent like any other."""
    _instead(stack, log, "STAYING", (log.AUDIT, "-"))


@fault("relay-drops-others")
def _relay_drops_others(stack: ExitStack) -> None:
    """A device sends only what it has written itself."""
    send = local.next_to_send
    _instead(
        stack,
        local,
        "next_to_send",
        lambda db, ends, *more: send(db, {dev: end for dev, end in ends.items() if dev in log.own_chains(db)}, *more),
    )


@fault("heads-before-rows")
def _heads_before_rows(stack: ExitStack) -> None:
    """The store's heads are written, and committed, before the changes they speak of."""

    @contextmanager
    def pushing(self: SqliteFile) -> Iterator[None]:
        with self._sentences():
            yield

    def add(self: SqliteFile, changes: Any) -> None:
        for one in changes:
            log.set_head(self._db, one["dev"], one["seq"], one["chain"])
        for one in changes:
            log.insert_changes(self._db, [one])

    _instead(stack, SqliteFile, "pushing", pushing)
    _instead(stack, SqliteFile, "add", add)


@fault("read-back-skipped")
def _read_back_skipped(stack: ExitStack) -> None:
    """What was sent is believed to be there."""
    _instead(stack, run._Run, "read_back", lambda _self, ends, before: {**before, **ends})


@fault("sealed-is-shared")
def _sealed_is_shared(stack: ExitStack) -> None:
    """What is about to be sent counts as shared already."""
    seal = log.seal

    def faulty(db: Any) -> None:
        seal(db)
        log.note_known(db, log.device(db), int(log.get_meta(db, "sealed") or 0))

    _instead(stack, log, "seal", faulty)


@fault("shared-is-not-noted")
def _shared_is_not_noted(stack: ExitStack) -> None:
    """That something arrived is forgotten, so it waits for ever."""
    _instead(stack, local, "note_shared", lambda *_: None)


# Erasing


@fault("no-sweep")
def _no_sweep(stack: ExitStack) -> None:
    """A store that was put back from a copy keeps what was erased."""
    _instead(stack, SqliteFile, "sweep", lambda *_: 0)


@fault("erasure-not-obeyed")
def _erasure_not_obeyed(stack: ExitStack) -> None:
    """An erasure that arrives is kept and not followed."""
    _instead(stack, erasures, "obey", lambda *_: erasures.Obeyed(0, 0, frozenset()))
