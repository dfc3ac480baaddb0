"""Moving the shared store to another place or kind: a file, a folder, a server, each way.

Everything the old store holds is taken in, the new one is filled from here and read back, and both are compared before
the old one says where its records went. It keeps all it has; at any point the old or the new one is in use, and whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from lsa_tui import text
from lsa_tui.address import Location, parse, same_place, shown, typed
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import clouds, keys, kinds, local, mending, recognising, sealed_places
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.result import Progress, Result
from lsa_tui.sync.run import sync
from lsa_tui.sync.sealed import RECEIPT, SEALED
from lsa_tui.sync.shared import Heads, SharedStore

ROUNDS = 3
"""How often it begins again because somebody shared with the old store meanwhile."""


@dataclass(frozen=True)
class Moved:
    """What was moved, or with `dry_run` would be: `changes` in `chains`, of which `sent` were not in the new store.

    `same`: both names are of one store, so nothing was moved and only the name is another one. `notes`: what becomes of
    who can read it.
    """

    source: str
    target: str
    chains: int
    changes: int
    sent: int
    dry_run: bool = False
    same: bool = False
    notes: tuple[str, ...] = ()


class _Same(Exception):
    """Two names of one store."""


class _Lacking(Exception):
    """Somebody shared with the old store after the new one was filled."""


def move(
    book: Book,
    url: str,
    *,
    dry_run: bool = False,
    ask: keys.Ask = keys.nobody_asks,
    progress: Callable[[Progress], None] | None = None,
) -> Moved:
    """Moves what is shared to the store of `url`, which is this device's from then on.

    A second name of the store that is in use is taken as its name from then on. Raises BadInput where there is nothing
    to move or no other place, SyncIncomplete where not all of it could be moved and compared; then the old store is in
    use as before.
    """
    before, new = book.config["shared.url"], parse(url)
    if not before:
        raise BadInput(f"no shared store is set, so there is nothing to move; lsa init --shared {typed(url)} sets one")
    old = parse(before)
    if old.name == new.name:
        raise BadInput(f"{new.name} is where the records are shared already")
    clouds.check(new)
    try:
        moved = _dry(book, old, new, before) if dry_run else _filled(book, old, new, (before, url), ask, progress)
    except _Same:
        moved = _renamed(book, old, new, url, dry_run)
    if not dry_run:
        if not moved.same:
            _move_sealed(old, new)
        book.config.save(shared_url=url)
        did = "took another name of the shared store" if moved.same else "moved the shared store"
        audit.note(book, did, f"{old.name} to {new.name}")
    return moved


def _filled(
    book: Book,
    old: Location,
    new: Location,
    urls: tuple[str, str],
    ask: keys.Ask,
    progress: Callable[[Progress], None] | None,
) -> Moved:
    """Fills the new store until it holds all of the old one, and marks that one. Raises _Same."""
    for _ in range(ROUNDS):
        sync(book, urls[0], ask=ask, progress=progress, cloud_too=True)
        _check_target(book, old, new, ask, lift=True)
        with _open(book, old) as source:
            secret = _is_encrypted(source)
        with _in_use_as_before(book, old):
            result = sync(book, urls[1], ask=ask, progress=progress, encrypted=secret and new.anchor is not None)
            heads = _settled(book, old, new, shown(urls[1]))
            if heads is None:
                raise _Lacking
            return replace(_moved(old, new, heads, result), notes=_readers(new, secret))
    raise SyncIncomplete(f"others are sharing with {old.name} all the time, so nothing was moved; do it later")


@contextmanager
def _in_use_as_before(book: Book, old: Location) -> Iterator[None]:
    """While the new store is filled and compared: where that fails, what is in the old one is what was known to be
    there before, and nothing that the new one alone got. Where it lacks something, the block ends without an error."""
    known = log.own_chains(book.db)
    try:
        yield
    except _Same:
        raise
    except BaseException as problem:
        with book.store.writing() as db:
            for dev, seq in known.items():
                log.note_known(db, dev, seq)
        if isinstance(problem, _Lacking):
            return
        if not isinstance(problem, SyncIncomplete):
            raise
        # Of the two ends of a sync's sentence (how much is not shared yet) only the first is about this.
        cause = problem.__cause__ if isinstance(problem.__cause__, LsaError) else problem
        left = f"nothing was moved, and {old.name} is in use as before"
        kind = local.DamagedHere if isinstance(problem, local.DamagedHere) else SyncIncomplete
        raise kind(text.joined(cause, left)) from problem


def _renamed(book: Book, old: Location, new: Location, url: str, dry_run: bool) -> Moved:
    """The store is in use already; whether it can be used by its new name, too, is seen by doing so."""
    result = sync(book, url, dry_run=dry_run)
    return replace(_moved(old, new, log.shareable_heads(book.db), result, dry_run), same=True)


def _moved(old: Location, new: Location, heads: Heads, result: Result, dry_run: bool = False) -> Moved:
    return Moved(old.name, new.name, len(heads), sum(seq for seq, _ in heads.values()), result.sent, dry_run)


def _dry(book: Book, old: Location, new: Location, before: str) -> Moved:
    """What would be moved: what is here, and what the old store holds besides."""
    result = sync(book, before, dry_run=True, cloud_too=True)
    _check_target(book, old, new, keys.nobody_asks, lift=False)
    with _open(book, old, keep=False) as there, _open(book, new, keep=False) as target:
        heads, found, secret = {**log.shareable_heads(book.db)}, target.heads(), _is_encrypted(there)
        asks = secret and new.anchor is not None and not _is_encrypted(target)
        for dev, (seq, chain) in there.heads().items():
            if seq > heads.get(dev, (0, ""))[0]:
                heads[dev] = (seq, chain)
    lacking = sum(max(seq - found.get(dev, (0, ""))[0], 0) for dev, (seq, _) in heads.items())
    counted = Result(lacking, 0, result.conflicts, result.remaining, verified=False, created=False, dry_run=True)
    notes = (*_readers(new, secret), *((JOIN_AGAIN,) if asks else ()))
    return replace(_moved(old, new, heads, counted, dry_run=True), notes=notes)


JOIN_AGAIN = (
    "it gets a key of its own: a join passphrase for it is asked for, and every other device joins it with that"
)
"""What a move to a new place means where the store is encrypted."""


def _readers(new: Location, secret: bool) -> tuple[str, ...]:
    """What changes in who can read it, where the old store is encrypted (`secret`)."""
    if secret and new.anchor is None:
        return (f"a server has no key of ours: whoever runs {new.name} can read what was encrypted until now",)
    return ()


def _is_encrypted(store: SharedStore) -> bool:
    return store.opening is not None and store.opening.used is not None


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


def _check_target(book: Book, old: Location, new: Location, ask: keys.Ask, *, lift: bool) -> None:
    """Raises SyncIncomplete where the new place holds other records: moving never mixes two circles of readers. Raises
    _Same where both are one.

    A mark there that its records were moved away is taken off, with `lift`: they come back.
    """
    if old.kind == new.kind and old.path is not None and new.path is not None and same_place(old.path, new.path):
        raise _Same
    with _open(book, new, ask, keep=lift) as target:
        if old.kind == new.kind == "postgresql":
            with _open(book, old) as source:
                if _is_one_server(source, target):
                    raise _Same
        there = target.heads()
        if there and not there.keys() & log.shareable_heads(book.db).keys():
            raise SyncIncomplete(
                f"{new.name} holds the records of others, and none of this device's; moving never mixes them, so name "
                "another place. Nothing was moved"
            )
        if lift and target.moved_to():
            with target.pushing():
                target.mark_moved("")


def _is_one_server(source: SharedStore, target: SharedStore) -> bool:
    from lsa_tui.sync.server import Server  # its driver takes 120 ms

    if not (isinstance(source, Server) and isinstance(target, Server)):
        return False
    return source.identity() is not None and source.identity() == target.identity()


def _settled(book: Book, old: Location, new: Location, to: str) -> Heads | None:
    """Marks the old store as moved, once the new one holds all that it holds; None where it lacks something by now.

    All of the new one is read over a fresh connection and each change compared with its hashes; then, while nobody can
    write to the old one, the ends of its chains are compared with what the new one holds there.
    """
    with _open(book, old) as source, _open(book, new) as target:
        mending.check(book, target)
        met = recognising.memory_of(book, target)
        mark = f"{to}\n{met.hub_id}" if met is not None else to
        with source.pushing():
            heads = source.heads()
            if not _holds(target, heads):
                return None
            source.mark_moved(mark)
        if source.moved_to() != mark:
            raise SyncIncomplete(f"{old.name} does not say that its records were moved")
    with suppress(SyncIncomplete), _open(book, new) as target:  # it was compared: out of reach by now, it is as full
        if target.moved_to() == mark:  # a second way to one place that nothing else told, through a gateway perhaps
            with target.pushing():
                target.mark_moved("")
            raise _Same
        return target.heads()
    return heads


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
