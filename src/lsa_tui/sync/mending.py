"""A damaged shared store: what can still be read of it is taken in, it is set aside, and a new one is filled.

Nothing is thrown away: the damaged file keeps all its bytes under a dated name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import branches, erasures, log
from lsa_tui.sync import copies, fetching, joining_branches, local
from lsa_tui.sync.shared import Damaged, Heads, SharedStore
from lsa_tui.sync.sqlite_file import SqliteFile

_PAGE = 500

Take = Callable[[fetching.Fetch], object]
"""Takes in what is read."""


class Remains:
    """What could be read of a damaged store, in memory: the beginnings of its chains that are as they were written.

    It can be compared and joined with this home as a store can. Chains of which this home has everything are left out.
    """

    def __init__(self, name: str, chains: Mapping[str, list[dict[str, Any]]]) -> None:
        self.name = name
        self._chains = dict(chains)

    def heads(self) -> Heads:
        """The version vector of what could be read."""
        return {dev: (found[-1]["seq"], found[-1]["chain"]) for dev, found in self._chains.items() if found}

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def changes(self, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
        """As a store's."""
        return self._chains.get(dev, [])[seq : min(last, seq + limit)]

    def where(self, uid: str) -> tuple[str, int] | None:
        """As a store's."""
        found = ((dev, one["seq"]) for dev, chain in self._chains.items() for one in chain if one["uid"] == uid)
        return next(found, None)

    @contextmanager
    def pushing(self) -> Iterator[None]:
        """Nobody else has it."""
        yield

    def move(self, dev: str, seq: int) -> str:
        """As a store's."""
        chain = self._chains[dev]
        moved = branches.renamed(chain[seq - 1 :])
        self._chains[dev] = chain[: seq - 1]
        self._chains[moved[0]["dev"]] = moved
        return str(moved[0]["dev"])


def remains(book: Book, shared: SharedStore) -> Remains:
    """What can be read of a store that is open, and that this home does not hold."""
    chains = {}
    for dev in sorted(_names(book, shared)):
        found = _readable(shared, dev)
        if found and log.chain_at(book.db, dev, found[-1]["seq"]) != found[-1]["chain"]:
            chains[dev] = found
    return Remains(shared.name, chains)


def salvage(book: Book, shared: SharedStore, tell: Callable[[str, int, int], None], take: Take) -> None:
    """Takes in what can be read of a damaged store, by `take`; its branches are joined with those here before."""
    tell("mending", 0, 0)
    with suppress(Damaged):
        rest = remains(book, shared)
        joining_branches.join(book, rest)
        here, there = log.shareable_heads(book.db), rest.heads()
        if local.lacking(there, here):
            copies.safety_copy(book)
            take(fetching.Fetch(book.db, rest, here, there, tell))


def check(book: Book, shared: SharedStore) -> None:
    """Reads all of a store that is open. Raises Damaged where something is not as it was written."""
    if isinstance(shared, SqliteFile):
        shared.check()
    for one in wrong_chains(book, shared):
        raise Damaged(f"{shared.name}: {one}")


def wrong_chains(book: Book, shared: SharedStore) -> Iterator[str]:
    """Every chain from its beginning, a sentence for each thing that is wrong; what has no words must be named by an
    erasure, there or here."""
    bare: list[dict[str, Any]] = []
    named = list(erasures.held(book.db))
    for dev, (last, link) in shared.heads().items():
        seq, at = local.NOTHING
        while seq < last:
            page = shared.changes(dev, seq, last, _PAGE)
            broken = log.first_broken(page, seq, at, _emptied)
            if not page or broken is not None:
                yield f"change {seq + 1 + (broken or 0)} of device {dev} is missing or damaged"
                break
            bare += [one for one in page if one["body"] is None]
            named += [erasures.of_change(one) for one in page if one["op"] == log.REDACT]
            seq, at = page[-1]["seq"], page[-1]["chain"]
        else:
            if at != link:
                yield f"where the changes of device {dev} end is noted wrongly"
    known = erasures.Named(named)
    yield from (f"change {one['seq']} of device {one['dev']} was emptied" for one in bare if not known.has(one))


def says(kept: Path, what: str = "the shared file") -> str:
    """What its user is told."""
    return (
        f"{what} was damaged; it is kept as {kept.name} and was filled again from this device; the others add "
        "theirs when they sync"
    )


def _names(book: Book, shared: SharedStore) -> set[str]:
    """The chains that it may hold: what its heads say is not believed alone."""
    found = {dev for one in local.memories(book.db) for dev in one.heads} | set(log.read_heads(book.db))
    with suppress(SyncIncomplete):
        found |= set(shared.heads())
    if isinstance(shared, SqliteFile):
        with suppress(SyncIncomplete):
            found |= shared.chains()
    return found


def _readable(shared: SharedStore, dev: str) -> list[dict[str, Any]]:
    """A chain up to its first change that cannot be read, or is not as it was written."""
    found: list[dict[str, Any]] = []
    limit = _PAGE
    seq, chain = local.NOTHING
    while True:
        try:
            page = shared.changes(dev, seq, 1 << 62, limit)
        except SyncIncomplete:
            if limit == 1:
                return found
            limit = max(limit // 8, 1)  # one bad row must not hide the good ones before it
            continue
        broken = log.first_broken(page, seq, chain, _emptied)
        good = page if broken is None else page[:broken]
        found += good
        if not good or broken is not None:
            return found
        seq, chain = good[-1]["seq"], good[-1]["chain"]


def _emptied(_change: Mapping[str, Any]) -> bool:
    return True  # whether an erasure names it is asked when it is taken in
