"""Moving the shared store to another place or kind: a file, a folder, a server, each way.

Everything the old store holds is taken in, the new one is filled from here and read back, and both are compared before
the old one says where its records went. It keeps all it has; at any point the old or the new one is in use, and whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import clouds, keys, kinds, mending, sealed_places
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.result import Progress, Result
from lsa_tui.sync.run import sync
from lsa_tui.sync.sealed import RECEIPT, SEALED
from lsa_tui.sync.shared import Heads, SharedStore
from lsa_tui.sync.url import Location, parse, shown

ROUNDS = 3
"""How often it begins again because somebody shared with the old store meanwhile."""


@dataclass(frozen=True)
class Moved:
    """What was moved, or with `dry_run` would be: `changes` in `chains`, of which `sent` were not in the new store."""

    source: str
    target: str
    chains: int
    changes: int
    sent: int
    dry_run: bool = False


def move(
    book: Book,
    url: str,
    *,
    dry_run: bool = False,
    ask: keys.Ask = keys.nobody_asks,
    progress: Callable[[Progress], None] | None = None,
) -> Moved:
    """Moves what is shared to the store of `url`, which is this device's from then on.

    Raises BadInput where there is nothing to move or no other place, SyncIncomplete where not all of it could be moved
    and compared; then the old store is in use as before.
    """
    before = book.config["shared.url"]
    if not before:
        raise BadInput(f"no shared store is set, so there is nothing to move; lsa init --shared {shown(url)} sets one")
    old, new = parse(before), parse(url)
    if old.name == new.name:
        raise BadInput(f"{new.name} is where the records are shared already")
    clouds.check(new)
    if dry_run:
        return _dry(book, old, new, before)
    for _ in range(ROUNDS):
        sync(book, before, ask=ask, progress=progress, cloud_too=True)
        _check_target(book, new, ask, lift=True)
        result = sync(book, url, ask=ask, progress=progress)
        heads = _settled(book, old, new, shown(url))
        if heads is not None:
            break
    else:
        raise SyncIncomplete(f"others are sharing with {old.name} all the time, so nothing was moved; do it later")
    _move_sealed(old, new)
    book.config.save(shared_url=url)
    audit.note(book, "moved the shared store", f"{old.name} to {new.name}")
    return _moved(old, new, heads, result)


def _moved(old: Location, new: Location, heads: Heads, result: Result, dry_run: bool = False) -> Moved:
    return Moved(old.name, new.name, len(heads), sum(seq for seq, _ in heads.values()), result.sent, dry_run)


def _dry(book: Book, old: Location, new: Location, before: str) -> Moved:
    """What would be moved: what is here, and what the old store holds besides."""
    result = sync(book, before, dry_run=True, cloud_too=True)
    _check_target(book, new, keys.nobody_asks, lift=False)
    with _open(book, old, keep=False) as there, _open(book, new, keep=False) as target:
        heads, found = {**log.shareable_heads(book.db)}, target.heads()
        for dev, (seq, chain) in there.heads().items():
            if seq > heads.get(dev, (0, ""))[0]:
                heads[dev] = (seq, chain)
    lacking = sum(max(seq - found.get(dev, (0, ""))[0], 0) for dev, (seq, _) in heads.items())
    counted = Result(lacking, 0, result.conflicts, result.remaining, verified=False, created=False, dry_run=True)
    return _moved(old, new, heads, counted, dry_run=True)


@contextmanager
def _open(book: Book, location: Location, ask: keys.Ask = keys.nobody_asks, keep: bool = True) -> Iterator[SharedStore]:
    """The store of a location over a fresh connection; one that is not there is an empty one."""
    store = kinds.at(location, book, cloud_too=True)
    if location.anchor is not None:
        store.opening = Opening(book, location.anchor, ask, keep=keep)
    connected_here = book.db.is_closed()
    try:
        book.store.connect()
        store.open(made_up=book.made_up, create=False)
        yield store
    finally:
        store.close()
        if connected_here:
            book.store.close()


def _check_target(book: Book, new: Location, ask: keys.Ask, *, lift: bool) -> None:
    """Raises SyncIncomplete where the new place holds other records: moving never mixes two circles of readers.

    A mark there that its records were moved away is taken off, with `lift`: they come back.
    """
    with _open(book, new, ask, keep=lift) as target:
        there = target.heads()
        if there and not there.keys() & log.shareable_heads(book.db).keys():
            raise SyncIncomplete(
                f"{new.name} holds the records of others, and none of this device's; moving never mixes them, so name "
                "another place. Nothing was moved"
            )
        if lift and target.moved_to():
            with target.pushing():
                target.mark_moved("")


def _settled(book: Book, old: Location, new: Location, to: str) -> Heads | None:
    """Marks the old store as moved, once the new one holds all that it holds; None where it lacks something by now.

    All of the new one is read over a fresh connection and each change compared with its hashes; then, while nobody can
    write to the old one, the ends of its chains are compared with what the new one holds there.
    """
    with _open(book, old) as source, _open(book, new) as target:
        mending.check(target)
        with source.pushing():
            heads = source.heads()
            if not _holds(target, heads):
                return None
            source.mark_moved(to)
        if source.moved_to() != to:
            raise SyncIncomplete(f"{old.name} does not say that its records were moved; nothing else was changed")
        return target.heads()


def _holds(target: SharedStore, heads: Heads) -> bool:
    """Whether it holds these chains as far as that, with these very chain hashes."""
    there = target.heads()
    for dev, (seq, chain) in heads.items():
        last, end = there.get(dev, (0, ""))
        if last < seq:
            return False
        found = end if last == seq else next((one["chain"] for one in target.changes(dev, seq - 1, seq, 1)), "")
        if found != chain:
            return False
    return True


def _move_sealed(old: Location, new: Location) -> None:
    """Takes sealed concerns and their receipts along. Whoever wrote or signed one puts it there again anyway."""
    with suppress(LsaError, OSError), sealed_places.at(old) as source, sealed_places.at(new) as target:
        if not source.ready(make=False) or not target.ready(make=True):
            return
        for name in [*source.names(SEALED), *source.names(RECEIPT)]:
            content = source.read(name)
            if content and not target.read(name):
                target.put(name, content)
