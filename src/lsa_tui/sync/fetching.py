"""Reading what is lacking here from a shared store, a chunk at a time, each change checked.

What one chunk brings is a valid beginning of what is lacking: taken in, it stays, and a sync that ends after it goes on
there the next time. So a first sync of a whole school can be stopped, and never has all of it in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import Any

from lsa_tui.records import erasures
from lsa_tui.sync import arriving, local
from lsa_tui.sync.shared import Chains, Heads

PAGE = 500
"""Changes read at a time: chains only grow, and a long read would keep the others from writing."""

CHUNK = 20_000
"""Changes taken in at a time, about."""

_EMPTIED = "was emptied by no erasure"

Arrived = dict[str, arriving.Piece]
"""What arrived, by chain."""


class Fetch:
    """One reading of a store with the heads `there` by a home with the heads `here`."""

    def __init__(
        self, db: Any, shared: Chains, here: Heads, there: Heads, tell: Callable[[str, int, int], None]
    ) -> None:
        self._shared, self._there, self._tell = shared, there, tell
        self._at = {dev: here.get(dev, local.NOTHING) for dev in there}
        self._emptied = arriving.Emptied(erasures.held(db))
        self._given_up: set[str] = set()
        self._chunks = self._read()
        self._first: Arrived | None = None
        self._told: list[tuple[str, int, int]] = []
        self.of = local.lacking(there, here)
        """How many changes are to come."""
        self.stopped: list[str] = []
        """A sentence for each chain that ends too early."""
        self.damaged = False
        """Whether one of them does because the store is damaged."""

    def chunks(self) -> Iterator[Arrived]:
        """What is lacking, in order within each chain. Each chunk is to be taken in before the next is asked for."""
        for told in self._told:
            self._tell(*told)
        self._told = []
        if self._first is not None:
            yield self._first
        yield from self._chunks

    def begin(self) -> None:
        """Reads already now what there is, where it is little: inside `reading`, together with what was compared.

        Nobody is told before `chunks`: whoever is told may take their time, and the store is locked for others.
        """
        if 0 < self.of <= PAGE:
            tell, self._tell = self._tell, lambda *told: self._told.append(told)
            try:
                self._first = next(self._chunks, None)
            finally:
                self._tell = tell

    def _read(self) -> Iterator[Arrived]:
        arrived: Arrived = {}
        waiting = done = 0
        self._tell("reading", done, self.of)
        # In the order of their writing, about: so the indexes here are added to at their ends, not all over.
        chains = [(0, dev, self._pieces(dev)) for dev in sorted(self._there)]
        while chains:
            _, dev, pieces = heappop(chains)
            piece = next(pieces, None)
            if piece is None:
                continue
            heappush(chains, (piece.changes[-1]["hlc"], dev, pieces))
            whole = arrived.setdefault(dev, arriving.Piece())
            whole.changes += piece.changes
            whole.bodies += piece.bodies
            waiting += len(piece.changes)
            done += len(piece.changes)
            self._tell("reading", done, self.of)
            if waiting >= CHUNK:
                yield arrived
                arrived, waiting = {}, 0
        if arrived:
            yield arrived

    def give_up(self, devs: Iterable[str]) -> None:
        """No more of these chains is read: what came of them could not be taken in."""
        self._given_up |= set(devs)

    def _pieces(self, dev: str) -> Iterator[arriving.Piece]:
        """The pages of one chain up to its end, or to the first change that must not be taken in."""
        why: str | None = None
        while self._at[dev][0] < self._there[dev][0] and why is None and dev not in self._given_up:
            piece, why = self._page(dev, *self._at[dev])
            if None in piece.bodies:  # else none of them was erased, and none erases
                piece, why = self._believed(piece, why)
            if piece.changes:
                self._at[dev] = (piece.changes[-1]["seq"], piece.changes[-1]["chain"])
                yield piece
            if why is not None:
                self.damaged |= why in (arriving.MISSING, _EMPTIED)
                self.stopped.append(f"change {self._at[dev][0] + 1} of device {dev} {why}")

    def _believed(self, piece: arriving.Piece, why: str | None) -> tuple[arriving.Piece, str | None]:
        """Up to the first change without its body that no erasure names."""
        bare = self._emptied.first(piece.changes)
        if bare is not None and not self._emptied.looked:
            self._look_ahead()
            bare = self._emptied.first(piece.changes)
        if bare is not None:
            piece, why = arriving.Piece(piece.changes[:bare], piece.bodies[:bare]), _EMPTIED
        self._emptied.arrived(piece.changes)
        return piece, why

    def _page(self, dev: str, seq: int, chain: str) -> tuple[arriving.Piece, str | None]:
        found = self._shared.changes(dev, seq, self._there[dev][0], PAGE)
        piece, why = arriving.read(found, seq, chain)
        return piece, why if piece.changes else why or arriving.MISSING

    def _look_ahead(self) -> None:
        """Reads all that is still to come, for what it says of erasing."""
        for dev, (seq, chain) in self._at.items():
            why = None
            while seq < self._there[dev][0] and why is None and dev not in self._given_up:
                piece, why = self._page(dev, seq, chain)
                self._emptied.ahead(piece.changes)
                if piece.changes:
                    seq, chain = piece.changes[-1]["seq"], piece.changes[-1]["chain"]
        self._emptied.settle()
