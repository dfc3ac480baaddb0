"""The sync: this device's log and a shared store, both ways.

Each step may die, and the next sync begins again at the first: nothing is marked as shared before it was read back,
and a chain is only ever continued, so doing something twice does it once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lsa_tui import clock, text
from lsa_tui.address import parse
from lsa_tui.daybook import cleaning, entries, handover
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, Locked, LsaError, SyncIncomplete
from lsa_tui.records import bulk, erasures, log, read, store
from lsa_tui.sync import (
    copies,
    fetching,
    joining_branches,
    keys,
    kinds,
    local,
    mending,
    recognising,
    room,
    sealed,
    sending,
    taking,
)
from lsa_tui.sync.opening import PLAIN_HERE, Opening
from lsa_tui.sync.result import Progress, Result
from lsa_tui.sync.shared import About, Busy, Damaged, Forked, Heads, SharedStore

PAGE = sending.PAGE
"""Changes read, or written under one lock, at a time."""

BUSY_FOR = 120.0
"""Seconds after which a sync does not begin again because others use the store."""

_AWAY = {
    "sqlite": "move it away",
    "folder": "move it away",
    "postgresql": "have its tables lsa_change and lsa_meta renamed on the server",
}

BEGUN_AGAIN = 3
"""How often it begins again because another device changed the store at the same moment."""


def sync(
    book: Book,
    url: str | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    dry_run: bool = False,
    ask: keys.Ask = keys.nobody_asks,
    cloud_too: bool = False,
    encrypted: bool = False,
) -> Result:
    """Gives the shared store what it lacks and takes in what is lacking here, of every device.

    Without `url` the store of `[shared] url`. `progress` is called as it goes; what it raises ends the sync between two
    steps. With `dry_run` it only counts, and nothing is written anywhere. `ask` gives the join passphrase where one is
    needed. `cloud_too`: a SQLite file in a cloud client's folder, too, to move it out of there. `encrypted`: never a
    plain store, whatever this home is. May run in a thread of its own.

    Raises BadInput for a missing or wrong URL, Locked without the right join passphrase, SyncIncomplete with one
    sentence for everything else. Why it was not complete is noted, until one is (`local.last_error`).
    """
    location = parse(url or book.config["shared.url"])

    def note(said: str) -> None:
        if not dry_run:
            local.note_end(book, location.name, said)

    try:
        shared = kinds.at(location, book, cloud_too=cloud_too)
    except LsaError as problem:
        note(str(problem))
        raise
    opening = (
        None if location.anchor is None else Opening(book, location.anchor, ask, keep=not dry_run, encrypted=encrypted)
    )
    shared.opening = opening
    connected_here = book.db.is_closed()
    run = _Run(book, shared, progress or (lambda _: None))
    try:
        with store.sentences(book.store.path):
            book.store.connect()
            result = run.dry() if dry_run else run.whole()
            if opening is None:
                return result
            plain_here = (PLAIN_HERE,) if book.plain and opening.used is not None else ()
            return replace(result, notes=(*result.notes, *opening.notes, *plain_here))
    except (BadInput, Locked) as problem:
        note(str(problem))
        raise
    except LsaError as problem:
        said = str(problem)
        # Whatever the store looked like: somebody put a file under another key in its place meanwhile. The database of
        # this device, whose errors are no SyncIncomplete, has nothing to do with that.
        of_the_store = isinstance(problem, SyncIncomplete) and not isinstance(problem, keys.KeyChanged | keys.WentBack)
        if opening and of_the_store and opening.changed():
            said = (
                f"the key of {shared.name} was changed while this sync used it; sync again, and where that asks for it "
                "join again with `lsa shared join`"
            )
        note(said)
        if _is_of_this_device(problem):
            raise local.of_damage(said, run.sent, run.received) from problem
        raise SyncIncomplete(text.joined(said, local.so_far(book, run.sent, run.received))) from problem
    except (Exception, KeyboardInterrupt):
        note(local.STOPPED)
        raise
    finally:
        shared.close()
        if run.met and not dry_run:
            # Whatever came of the records: what is sealed for the DSL must not wait for them.
            sealed.deliver(book, location)
        if connected_here:
            book.store.close()


def _is_of_this_device(problem: LsaError) -> bool:
    """Whether the records here are damaged. What is wrong with the shared store is a SyncIncomplete of another kind."""
    if isinstance(problem, SyncIncomplete):
        return isinstance(problem, local.DamagedHere)
    from lsa_tui.daybook import health  # hardly ever

    return health.is_damage(problem)


class _Run:
    """One sync, step by step."""

    def __init__(self, book: Book, shared: SharedStore, progress: Callable[[Progress], None]) -> None:
        self.book, self.db, self.shared = book, book.db, shared
        self.progress = progress
        shared.waiting = self.wait
        self.sending = sending.Sending(book, shared, self.tell)
        self.received = 0
        self.apart = False
        self.met = False
        """Whether the store was reached and may be mixed with this home."""
        self.ours = False
        """Whether it was a store of this home, or became one: only then it is set aside when it is damaged."""
        self.created = self.damaged = self.suspicious = False
        self.kept: Path | None = None
        self.mended = 0
        self.notes: list[str] = []

    def tell(self, phase: str, done: int, of: int) -> None:
        """Says how far it is."""
        self.progress(Progress(phase, done, of))

    def wait(self) -> None:
        """Says that others are waited for."""
        self.tell("waiting", 0, 0)

    @property
    def sent(self) -> int:
        """How many changes were sent."""
        return self.sending.sent

    def note(self, *said: str) -> None:
        """What its user should know afterwards, once."""
        self.notes += [one for one in said if one not in self.notes]

    def dry(self) -> Result:
        """Steps 1 and 3 without a change read or written."""
        about = self.recognise(create=False)
        to_send, to_receive = joining_branches.lacking(
            self.db, self.shared, log.shareable_heads(self.db), self.shared.heads()
        )
        return Result(
            sent=to_send,
            received=to_receive,
            conflicts=len(entries.conflicts(self.book)),
            remaining=local.remaining(self.book),
            verified=False,
            created=about.created,
            dry_run=True,
        )

    def whole(self) -> Result:
        """All steps; from the first again where others came in between, or where a damaged store was set aside."""
        self.ours = recognising.is_ours(self.book, self.shared)
        if any(one.coming for one in keys.held(self.book)):
            from lsa_tui.sync import rekeying  # after a change of the key that was interrupted

            self.note(*rekeying.complete(self.book, self.shared))
        began, changed = time.monotonic(), 0
        while True:
            try:
                return self.once()
            except Forked:
                changed += 1
                if changed > BEGUN_AGAIN:
                    raise
                # What was joined and still is not one may be damage that looks like a branch.
                self.suspicious = changed > 1
            except Busy:
                if time.monotonic() - began > BUSY_FOR:
                    raise
                for _ in range(random.randint(1, 8)):
                    self.wait()
                    time.sleep(0.25)
            except Damaged as problem:
                self.mend(problem)

    def once(self) -> Result:
        """All steps, once."""
        with self.shared.reading():
            about = self.recognise(create=True)
            here, there = self.compare()
            fetch = fetching.Fetch(self.db, self.shared, here, there, self.tell)
            fetch.begin()
        cleaning.finish(self.book)  # what an earlier erasure could not complete
        coming = local.lacking(there, here)
        if coming:
            room.here(self.book, coming)
            copies.safety_copy(self.book)
        # Before anything is sent: what others have erased must not go out from here again.
        stopped = self._taken(fetch)
        here = log.shareable_heads(self.db)

        failed: SyncIncomplete | None = None
        known, verified = there, False
        try:
            ends = self.push(here, there)
            known = self.read_back(ends, there)
            verified = True
        except SyncIncomplete as problem:
            failed = problem

        self.remember(about, known, complete=failed is None and not stopped)
        if failed:
            raise failed
        self.sweep()
        if stopped:
            raise (Damaged if self.damaged else SyncIncomplete)(
                f"not everything in {self.shared.name} could be taken in: {'; '.join(stopped)}; where it is damaged, "
                f"{_AWAY[self.shared.kind]}, and the next syncs make it anew from what the devices hold"
            )
        from lsa_tui.sync import checking  # what it looks at once a week need not be loaded before

        self.note(*checking.after(self.book, self.shared))
        return Result(
            sent=self.sent,
            received=self.received,
            conflicts=len(entries.conflicts(self.book)),
            remaining=local.remaining(self.book),
            verified=verified,
            created=self.created,
            notes=tuple(self.notes),
        )

    # 1. Without a lock: the store can be reached, is one of ours, and may be mixed with this home.

    def recognise(self, create: bool) -> About:
        """What the store says of itself; made where there is none, with `create`."""
        met = recognising.recognise(self.book, self.shared, create)
        self.apart = met.apart
        if met.about.created:
            self.created = self.ours = True
        if self.kept is None:
            self.note(*met.notes)
        if self.suspicious or (met.before and met.before.doubted) or self.unread(met):
            mending.check(self.book, self.shared)
        if met.about.hub_id and not (met.before and met.before.at):
            self.say_who_reads_it()
        self.met = True
        return met.about

    def say_who_reads_it(self) -> None:
        """That a store of this home alone is not encrypted: said at the first sync that ends well, for the one that
        made it may have broken off before it could say so."""
        opening = self.shared.opening
        if opening is None or opening.used is not None or self.book.made_up:
            return
        if self.shared.heads().keys() <= log.own_chains(self.db).keys():
            opening.warn()

    def unread(self, met: recognising.Met) -> bool:
        """Whether this home meets the store for the first time, and holds all of it already: nothing is taken in then,
        so nothing would be looked at."""
        if met.about.created or (met.before and met.before.hub_id == met.about.hub_id):
            return False
        here, there = log.shareable_heads(self.db), self.shared.heads()
        return bool(there) and not local.lacking(there, here)

    # 3. Reading, without a write lock. (2., the safety copy, is only made where something will come.)

    def compare(self) -> tuple[Heads, Heads]:
        """The version vectors here and there, after each chain with two branches became two chains on both sides."""
        if joining_branches.join(self.book, self.shared):
            self.note(
                "a home was copied or brought back from a copy and then used: what both wrote was kept, and this was "
                "put in order"
            )
        return log.shareable_heads(self.db), self.shared.heads()

    def _taken(self, fetch: fetching.Fetch) -> list[str]:
        """Takes in what is lacking here, a chunk at a time: what is in stays, however this sync ends.

        Returns a sentence for each chain that ends too early or could not go on.
        """
        stopped: list[str] = []
        try:
            with bulk.many(self.db):
                for arrived in fetch.chunks():
                    taken = self.take_in(arrived)
                    fetch.give_up(taken.stopped)
                    stopped += taken.stopped.values()
                    self.tell("taking in", self.received, fetch.of)
        finally:
            if self.received:
                self.book.names = read.Names(self.db)
                cleaning.finish(self.book)
        self.damaged = fetch.damaged
        return fetch.stopped + stopped

    def take_in(self, arrived: fetching.Arrived) -> taking.Taken:
        """Applies what arrived, in one local transaction."""
        with self.book.store.writing() as db:
            taken = taking.take_in(db, arrived, self.book.author())
            taking.clear(db, taken.erased)
            handover.note_arrival(self.book, db, (one for piece in arrived.values() for one in piece.changes))
        self.received += taken.received
        _, left = cleaning.drop_saved(self.book, taken.erased.pupils)
        self.note(*[f"{place} is about an erased pupil and could not be removed; do that yourself" for place in left])
        return taken

    # 4. Sending, and 5. reading back over a fresh connection.

    def push(self, here: Heads, there: Heads) -> Heads:
        """Sends every chain held here as far as the store lacks it; returns how far they should be there now."""
        if not local.lacking(here, there):
            return here
        room.there(self.db, self.shared, here, there)
        ends = self.sending.push(here, there)
        self.note(*self.sending.clocks())
        return ends

    def read_back(self, ends: Heads, before: Heads) -> Heads:
        """The heads there now. Raises Damaged, Forked."""
        try:
            return self.sending.read_back(ends, before)
        except Damaged:
            self.ours = True  # this home wrote to it
            raise

    # 6. What is now known of the store; and nothing there that was erased.

    def remember(self, about: About, there: Heads, complete: bool) -> None:
        """Keeps what the store holds, and how far this device's chains are in it."""
        before = recognising.memory_of(self.book, self.shared)
        with self.book.store.writing() as db:
            local.note_shared(db, there)
            moment = clock.to_text(self.book.now()) if complete else before.at if before is not None else ""
            checked = before.deep_checked_at if before is not None and before.hub_id == about.hub_id else ""
            now = local.Memory(about.hub_id, self.shared.name, self.apart, there, moment, deep_checked_at=checked)
            local.remember(db, now)

    def sweep(self) -> None:
        """Wipes in the store what is erased here: at each sync, because a store may be put back from an old copy."""
        try:
            self.shared.sweep(erasures.erased_keys(self.db))
        except SyncIncomplete as problem:
            said = f"{problem}; what was erased may still stand in it, and the next sync tries again"
            raise type(problem)(said) from problem

    # A damaged store: what can be read of it is taken in, it is set aside, and the steps begin again with a new one.

    def mend(self, problem: Damaged) -> None:
        """Raises the problem where it is not for this device to mend, or where that was done once."""
        self.mended += 1
        if not self.ours or self.kept is not None or self.mended > BEGUN_AGAIN:
            with self.book.store.writing() as db:
                local.doubt(db, self.shared.name)
            raise problem
        mending.salvage(self.book, self.shared, self.tell, self._taken)
        self.kept = self.shared.set_aside()
        if self.kept is not None:
            self.sending.sent = 0  # to a file that is not there any more
            self.note(mending.says(self.kept, recognising.called(self.shared)))
        elif self.shared.kind == "folder":
            raise problem  # each damaged file is its own device's; of the others another device was quicker
