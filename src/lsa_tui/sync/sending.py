"""Sending to a shared store what it lacks, and reading it back."""

from __future__ import annotations

from collections.abc import Callable

from lsa_tui.daybook.book import Book
from lsa_tui.records import erasures, log, store
from lsa_tui.sync import joining_branches, local
from lsa_tui.sync.shared import Damaged, Forked, Heads, SharedStore

PAGE = 500
"""Changes written under one lock, or read back, at a time."""

IN_A_FOLDER = 5000
"""The same for a folder: nobody waits there, and each chunk is a file."""

CLOCKS_APART = 300.0
"""Seconds between two clocks that are worth a word."""


class Sending:
    """What one sync sends. `sent`: how many changes so far."""

    def __init__(self, book: Book, shared: SharedStore, tell: Callable[[str, int, int], None]) -> None:
        self._book, self._db, self._shared, self._tell = book, book.db, shared, tell
        self.sent = 0

    def push(self, here: Heads, there: Heads) -> Heads:
        """Sends every chain held here as far as the store lacks it; returns how far they should be there now.

        Locked from the start, the heads read again; whole chunks that each continue their chains.
        """
        of, before = local.lacking(here, there), self.sent
        self._tell("sending", 0, of)
        page = IN_A_FOLDER if self._shared.kind == "folder" else PAGE
        ends: Heads | None = None
        while True:
            with self._shared.pushing():
                if ends is None:
                    # Not before the store let us write: until then everything can still be undone.
                    ends = local.seal(self._book)
                now_there = self._shared.heads()
                joining_branches.check(self._db, self._shared, ends, there, now_there)
                with store.sentences(self._book.store.path):
                    chunk = local.next_to_send(self._db, ends, now_there, page)
                if chunk:
                    self._shared.add(chunk)
            self.sent += len(chunk)
            done = self.sent - before
            self._tell("sending", done, max(of, done))
            if len(chunk) < page:
                return ends

    def read_back(self, ends: Heads, before: Heads) -> Heads:
        """The heads there now, over a fresh connection: one that wrote may answer from its memory.

        Raises Damaged where a change that was sent is not as it was sent, Forked where a chain is another one by now.
        """
        self._shared.close()
        of = local.lacking(ends, before)
        self._tell("checking", 0, of)
        if of > PAGE:
            return self._read_back(ends, before, of)
        with self._shared.reading():  # little, so all at once; nobody is told meanwhile, who might take their time
            tell, self._tell = self._tell, lambda *_: None
            try:
                there = self._read_back(ends, before, of)
            finally:
                self._tell = tell
        if of:
            self._tell("checking", of, of)
        return there

    def _read_back(self, ends: Heads, before: Heads, of: int) -> Heads:
        self._shared.open(made_up=self._book.made_up, create=False)
        there, done = self._shared.heads(), 0
        erased = erasures.named_here(self._db).has
        bad = (
            f"what was sent to {self._shared.name} does not read back as it was written; check that disk or stick, "
            "then sync again"
        )
        for dev, (last, chain_here) in ends.items():
            seq, chain = before.get(dev, local.NOTHING)
            seq_there, chain_there = there.get(dev, local.NOTHING)
            if seq_there < last or (seq_there == last and chain_there != chain_here):
                raise Forked(bad)
            while seq < last:
                page = self._shared.changes(dev, seq, last, PAGE)
                if not page or log.first_broken(page, seq, chain, erased) is not None:
                    raise Damaged(bad)
                seq, chain = page[-1]["seq"], page[-1]["chain"]
                done += len(page)
                self._tell("checking", done, of)
            if seq == last and chain != chain_here:
                raise Forked(bad)
        return there

    def clocks(self) -> list[str]:
        """A note where the store's clock and this device's differ much. Nothing depends on it."""
        ahead = self._shared.clock_ahead()
        if ahead is None or abs(ahead) <= CLOCKS_APART:
            return []
        return [f"the clocks of {self._shared.name} and of this device are {_span(abs(ahead))} apart"]


def _span(seconds: float) -> str:
    """A time span as people say it."""
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{round(minutes / 60)} hours" if minutes < 72 * 60 else f"{round(minutes / 60 / 24)} days"
