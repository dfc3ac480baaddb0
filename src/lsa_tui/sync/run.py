"""The sync: this device's log and a shared store, both ways.

Each step may die, and the next sync begins again at the first: nothing is marked as shared before it was read back,
and a chain is only ever continued, so doing something twice does it once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lsa_tui import clock
from lsa_tui.daybook import cleaning, entries
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, Locked, LsaError, SyncIncomplete
from lsa_tui.records import erasures, log, read, store
from lsa_tui.sync import fetching, keys, kinds, local, sealed, taking
from lsa_tui.sync.opening import PLAIN_HERE, Opening
from lsa_tui.sync.result import Progress, Result
from lsa_tui.sync.shared import About, Heads, SharedStore
from lsa_tui.sync.url import parse

PAGE = 500
"""Changes read, or written under one lock, at a time."""


def sync(
    book: Book,
    url: str | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    dry_run: bool = False,
    ask: keys.Ask = keys.nobody_asks,
) -> Result:
    """Gives the shared store what it lacks and takes in what is lacking here, of every device.

    Without `url` the store of `[shared] url`. `progress` is called as it goes; what it raises ends the sync between two
    steps. With `dry_run` it only counts, and nothing is written anywhere. `ask` gives the join passphrase where one is
    needed. May run in a thread of its own.

    Raises BadInput for a missing or wrong URL, Locked without the right join passphrase, SyncIncomplete with one
    sentence for everything else.
    """
    location = parse(url or book.config["shared.url"])
    shared = kinds.at(location, book)
    opening = None if location.anchor is None else Opening(book, location.anchor, ask, keep=not dry_run)
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
    except (BadInput, Locked):
        raise
    except LsaError as problem:
        said = str(problem)
        if opening and not isinstance(problem, keys.KeyChanged | keys.WentBack) and opening.changed():
            # Whatever it looked like: somebody put a file under another key in its place meanwhile.
            said = (
                f"the key of {shared.name} was changed while this sync used it; sync again, and where that asks for it "
                "join again with `lsa shared join`"
            )
        raise SyncIncomplete(f"{said}; {run.so_far()}") from problem
    finally:
        shared.close()
        if run.met and not dry_run:
            # Whatever came of the records: what is sealed for the DSL must not wait for them.
            sealed.deliver(book, location)
        if connected_here:
            book.store.close()


class _Run:
    """One sync, step by step."""

    def __init__(self, book: Book, shared: SharedStore, progress: Callable[[Progress], None]) -> None:
        self.book, self.db, self.shared = book, book.db, shared
        self.progress = progress
        self.sent = self.received = 0
        self.apart = False
        self.met = False
        """Whether the store was reached and may be mixed with this home."""
        self.notes: list[str] = []

    def tell(self, phase: str, done: int, of: int) -> None:
        """Says how far it is."""
        self.progress(Progress(phase, done, of))

    def dry(self) -> Result:
        """Steps 1 and 3 without a change read or written."""
        about = self.recognise(create=False)
        here, there = self.compare()
        return Result(
            sent=local.lacking(here, there),
            received=local.lacking(there, here),
            conflicts=len(entries.conflicts(self.book)),
            remaining=local.remaining(self.book),
            verified=False,
            created=about.created,
            dry_run=True,
        )

    def whole(self) -> Result:
        """All steps."""
        about = self.recognise(create=True)
        cleaning.finish(self.book)  # what an earlier erasure could not complete
        here, there = self.compare()
        if local.lacking(there, here):
            local.safety_copy(self.book)
        # Before anything is sent: what others have erased must not go out from here again.
        stopped = self.receive(here, there)
        here = log.shareable_heads(self.db)

        failed: SyncIncomplete | None = None
        known, verified = there, False
        try:
            ends = self.push(here, there)
            known = self.read_back(ends, there)
            verified = True
        except SyncIncomplete as problem:
            failed = problem

        self.remember(about, known)
        if failed:
            raise failed
        self.sweep()
        if stopped:
            raise SyncIncomplete(
                f"not everything in {self.shared.name} could be taken in: {'; '.join(stopped)}; "
                "where it is damaged, move it away, and the next syncs make it anew from what the devices hold"
            )
        return Result(
            sent=self.sent,
            received=self.received,
            conflicts=len(entries.conflicts(self.book)),
            remaining=local.remaining(self.book),
            verified=verified,
            created=about.created,
            notes=tuple(self.notes),
        )

    # 1. Without a lock: the store can be reached, is one of ours, and may be mixed with this home.

    def recognise(self, create: bool) -> About:
        """What the store says of itself; made where there is none, with `create`."""
        made_up, name = self.book.made_up, self.shared.name
        about = self.shared.open(made_up=made_up, create=False)
        before = next((one for one in local.memories(self.db) if one.name == name), None)
        self.apart = self.shared.apart_from(self.book.store.path.parent)
        if not about.hub_id:
            if before and before.apart and not self.apart:
                raise SyncIncomplete(f"{name} is not there, and neither is its disk; connect the stick or the share")
            if create:
                about = self.shared.open(made_up=made_up, create=True)
        if about.made_up != made_up:
            kind, other = ("made-up", "real") if about.made_up else ("real", "made-up")
            raise SyncIncomplete(
                f"{name} holds {kind} records and this home {other} ones; they are never mixed, so set another "
                "`[shared] url`"
            )
        self._note(about, before)
        self.met = True
        return about

    def _note(self, about: About, before: local.Memory | None) -> None:
        if about.was_empty:
            self.notes.append("the shared file was empty and was filled again")
        elif about.created:
            again = "was gone; it was made and filled again" if before else "was created"
            self.notes.append(f"the shared file {again}")
        elif before and before.hub_id != about.hub_id:
            self.notes.append("the shared file is another one than last time")
        elif before:
            there = self.shared.heads()
            if any(there.get(dev, local.NOTHING)[0] < seq for dev, (seq, _) in before.heads.items()):
                self.notes.append("the shared file had gone back in time and was filled again")

    # 3. Reading, without a write lock. (2., the safety copy, is only made where something will come.)

    def compare(self) -> tuple[Heads, Heads]:
        """The version vectors here and there. Raises SyncIncomplete where one chain has two branches."""
        here, there = log.shareable_heads(self.db), self.shared.heads()
        for dev in here.keys() & there.keys():
            (seq, chain), (seq_there, chain_there) = here[dev], there[dev]
            if seq_there < seq:
                same = log.chain_at(self.db, dev, seq_there) == chain_there
            elif seq_there > seq:
                same = [one["chain"] for one in self.shared.changes(dev, seq - 1, seq, 1)] == [chain]
            else:
                same = chain == chain_there
            if not same:
                raise SyncIncomplete(local.forked(self.db, dev, min(seq, seq_there)))
        return here, there

    def receive(self, here: Heads, there: Heads) -> list[str]:
        """Reads what is lacking and takes it in, a chunk at a time: what is in stays, however this sync ends.

        Returns a sentence for each chain that ends too early or could not go on.
        """
        fetch = fetching.Fetch(self.db, self.shared, here, there, self.tell)
        stopped: list[str] = []
        try:
            for arrived in fetch.chunks():
                taken = self.take_in(arrived)
                fetch.give_up(taken.stopped)
                stopped += taken.stopped.values()
                self.tell("taking in", self.received, fetch.of)
        finally:
            if self.received:
                self.book.names = read.Names(self.db)
                cleaning.finish(self.book)
        return fetch.stopped + stopped

    def take_in(self, arrived: fetching.Arrived) -> taking.Taken:
        """Applies what arrived, in one local transaction."""
        with self.book.store.writing() as db:
            taken = taking.take_in(db, arrived, self.book.author())
            taking.clear(db, taken.erased)
        self.received += taken.received
        _, left = cleaning.drop_saved(self.book, taken.erased.pupils)
        self.notes += [f"{place} is about an erased pupil and could not be removed; do that yourself" for place in left]
        return taken

    # 4. Sending: locked from the start, the heads read again, whole chunks that each continue their chains.

    def push(self, here: Heads, there: Heads) -> Heads:
        """Sends every chain held here as far as the store lacks it; returns how far they should be there now."""
        of = local.lacking(here, there)
        if not of:
            return here
        self.tell("sending", 0, of)
        ends: Heads | None = None
        while True:
            with self.shared.pushing():
                if ends is None:
                    # Not before the store let us write: until then everything can still be undone.
                    ends = local.seal(self.book)
                now_there = self.shared.heads()
                with store.sentences(self.book.store.path):
                    chunk = local.next_to_send(self.db, ends, now_there, PAGE)
                if chunk:
                    self.shared.add(chunk)
            self.sent += len(chunk)
            self.tell("sending", self.sent, max(of, self.sent))
            if len(chunk) < PAGE:
                return ends

    # 5. Reading back, over a fresh connection: one that wrote may answer from its memory.

    def read_back(self, ends: Heads, before: Heads) -> Heads:
        """The heads there now. Raises SyncIncomplete where a head, or a change that was sent, is not as it was sent."""
        self.shared.close()
        self.shared.open(made_up=self.book.made_up, create=False)
        there = self.shared.heads()
        done, of = 0, local.lacking(ends, before)
        erased = erasures.named_here(self.db).has
        self.tell("checking", done, of)
        for dev, (last, chain_here) in ends.items():
            seq, chain = before.get(dev, local.NOTHING)
            seq_there, chain_there = there.get(dev, local.NOTHING)
            whole = seq_there > last or (seq_there, chain_there) == (last, chain_here)
            while whole and seq < last:
                page = self.shared.changes(dev, seq, last, PAGE)
                whole = bool(page) and log.first_broken(page, seq, chain, erased) is None
                seq, chain = (page[-1]["seq"], page[-1]["chain"]) if whole else (seq, chain)
                done += len(page)
                self.tell("checking", done, of)
            if not whole or (seq == last and chain != chain_here):
                raise SyncIncomplete(
                    f"what was sent to {self.shared.name} does not read back as it was written; "
                    "check that disk or stick, then sync again"
                )
        return there

    # 6. What is now known of the store; and nothing there that was erased.

    def remember(self, about: About, there: Heads) -> None:
        """Keeps what the store holds, and how far this device's chain is in it."""
        with self.book.store.writing() as db:
            local.note_shared(db, there)
            moment = clock.to_text(self.book.now())
            local.remember(db, local.Memory(about.hub_id, self.shared.name, self.apart, there, moment))

    def sweep(self) -> None:
        """Wipes in the store what is erased here: at each sync, because a store may be put back from an old copy."""
        try:
            self.shared.sweep(erasures.erased_keys(self.db))
        except SyncIncomplete as problem:
            raise SyncIncomplete(
                f"{problem}; what was erased may still stand in it, and the next sync tries again"
            ) from problem

    # 7. The end, said in numbers.

    def so_far(self) -> str:
        """What was done before it ended, and how much is not shared yet."""
        done = f"{self.sent} sent, {self.received} received, " if self.sent or self.received else ""
        try:
            left = local.remaining(self.book)
        except Exception:  # the local database itself is what is wrong, and that was said already
            return f"{done}everything is still on this device"
        return f"{done}{left} not shared yet, everything is still on this device"
