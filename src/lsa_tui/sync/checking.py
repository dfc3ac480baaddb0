"""A shared store looked at as a whole: for `lsa doctor`, and once a week at the end of a sync.

Whatever can be asked of any store is asked through `SharedStore`: it opens, its heads, every change of every chain,
and how they stand to what is here. Only a kind itself can tell what else may be wrong with it, by its `wrong`: a file
copies itself and looks at its pages, heads and rows (`checking_file`), a folder reads every file anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from lsa_tui import clock
from lsa_tui.address import parse
from lsa_tui.daybook import cleaning
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.health import SYNC, Finding
from lsa_tui.errors import BadInput, Locked, LsaError, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import clouds, joining_branches, kinds, local, mending, recognising
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.shared import Damaged, Heads, SharedStore

WEEK = timedelta(days=7)
SKEW = 300
"""Seconds between two clocks from which on somebody should look."""

_REFILL = "syncs: sets it aside under a dated name, makes a new one and fills it from what the devices hold"
_KEYS = "syncs: its file of keys is put right by it"
_SEND = "syncs: sets this device's damaged files aside under a dated name, and sends again what it holds of the rest"
_FILL = "syncs: it is made or filled again from what the devices hold"


def examine(book: Book, url: str | None = None, *, deep: bool = True) -> list[Finding]:
    """What there is to say of the shared store at `url` (else `[shared] url`); `deep`: all of it is read.

    Nothing is written there. That it cannot be reached, or opened, is a finding and no error.
    """
    given = url or book.config["shared.url"]
    if not given:
        return []
    try:
        location = parse(given)
        shared = kinds.at(location, book, cloud_too=True)
    except LsaError as problem:
        return [Finding("shared", False, str(problem))]
    shared.opening = None if location.anchor is None else Opening(book, location.anchor, keep=False)
    try:
        clouds.check(location)
    except BadInput as problem:
        # A sync is refused there, so none makes it or mends it.
        found = [replace(one, repair="", does="") for one in _looked_at(book, shared, deep, synced=False)]
        return [Finding("shared", False, str(problem)), *found]
    return _looked_at(book, shared, deep, synced=True)


def _looked_at(book: Book, shared: SharedStore, deep: bool, synced: bool) -> list[Finding]:
    try:
        return list(_examined(book, shared, deep, synced))
    except Damaged as problem:
        return [_damaged(shared, problem)]
    except (BadInput, Locked, LsaError) as problem:
        return [Finding("shared", False, f"{problem}")]
    finally:
        shared.close()


def _examined(book: Book, shared: SharedStore, deep: bool, synced: bool) -> Iterator[Finding]:
    """`synced`: whether a sync would use it."""
    met = recognising.recognise(book, shared, create=False)
    before = met.before
    if not met.about.hub_id:
        was = "is gone" if before else "is not there yet"
        makes = "; the next sync makes it" if synced else ""
        yield Finding("shared", before is None, f"{shared.name} {was}{makes}", _FILL, SYNC)
        return
    there = shared.heads()
    count = sum(seq for seq, _ in there.values())
    yield Finding("shared", True, f"{shared.name} can be reached: {count} changes of {len(there)} devices")
    yield from (Finding("shared", False, note, _FILL, SYNC) for note in met.notes)
    if before is not None and before.last_error:
        yield Finding("last sync", False, before.last_error, "syncs again", SYNC)
    if deep:
        wrong = read_all(book, shared)
        if wrong:
            yield Finding("shared log", False, f"{shared.name}: {'; '.join(wrong[:5])}", _refill(shared), SYNC)
        yield from (Finding("shared file", False, one) for one in shared.by_hand())
        if not wrong:
            yield Finding("shared log", True, f"every change in {shared.name} is as it was written")
        yield from (Finding("shared file", True, one) for one in shared.strange())
    if shared.opening is not None:
        yield from (Finding("shared", True, note) for note in shared.opening.notes)
        if wrong_keys := shared.opening.wrong():
            mends = not shared.opening.half_changed
            yield Finding("shared keys", False, wrong_keys, _KEYS if mends else "", SYNC if mends else "")
    yield from _against(book, shared, there)
    yield from _around(book, shared)


def _damaged(shared: SharedStore, problem: Damaged) -> Finding:
    """What a sync would do about it, or why it could not."""
    try:
        if shared.kind == "sqlite" and shared.opening is not None:
            shared.close()
            shared.opening.check_making_anew(ask=False)
    except SyncIncomplete as why:
        return Finding("shared", False, str(why))
    return Finding("shared", False, str(problem), _refill(shared), SYNC)


def _refill(shared: SharedStore) -> str:
    return _SEND if shared.kind == "folder" else _REFILL


def _against(book: Book, shared: SharedStore, there: Heads) -> Iterator[Finding]:
    """How it stands to what is here."""
    here = log.shareable_heads(book.db)
    with suppress(Damaged):  # said where all of it was read
        to_send, to_come = joining_branches.lacking(book.db, shared, here, there)
        if to_send or to_come:
            says = f"a sync would send {to_send} changes and bring {to_come}"
            yield Finding("to share", True, says)
        own = [dev for dev in log.own_chains(book.db) if there.get(dev, local.NOTHING)[0] > here.get(dev, (0, ""))[0]]
        if own:
            says = (
                "this home was brought back from a copy: the shared store holds more of what it wrote; a sync brings it"
            )
            yield Finding("device", True, says)
        if next(joining_branches.branching(book.db, shared, here, there), None) is not None:
            says = "a home was copied, or brought back from a copy, and then used; the next sync keeps what both wrote"
            yield Finding("branches", True, says)


def _around(book: Book, shared: SharedStore) -> Iterator[Finding]:
    """Room, clocks, and what was set aside."""
    free = shared.free()
    if free is not None:
        needed = 16 << 20
        well = free >= needed
        says = f"{free >> 20} MB are free where {shared.name} is"
        yield Finding("shared space", well, says if well else f"only {says}; free some")
    ahead = clock_ahead(book, shared)
    if ahead is not None and abs(ahead) >= SKEW:
        how = "ahead of" if ahead > 0 else "behind"
        says = f"the clock of {shared.name} is {round(abs(ahead) / 60)} minutes {how} this device's; look at both"
        yield Finding("clock", False, says)
    elif ahead is not None:
        yield Finding("clock", True, f"the clock where {shared.name} is and this device's agree")
    stale = set(holding_erased(book, shared))
    for name, _ in shared.kept():
        says = f"{name} was damaged and set aside; delete it when every device has synced"
        if name in stale:
            says = f"{name} was damaged and set aside before something was erased, so it may hold that; delete it"
        yield Finding("set aside", name not in stale, says)


def clock_ahead(book: Book, shared: SharedStore) -> float | None:
    """By how many seconds the store's clock is ahead of this device's: as seen at a write, else by a file that is
    written beside it and taken away at once; None where neither can be told."""
    known = shared.clock_ahead()
    if known is not None:
        return known
    location = parse(book.config["shared.url"]) if book.config["shared.url"] else None
    if location is None or location.path is None or location.name != shared.name:
        return None
    folder = location.path if location.kind == "folder" else location.path.parent
    # A name that no cloud client copies.
    probe = folder / f"~lsa-clock-{book.paths.data_folder.name}.tmp"
    try:
        probe.write_bytes(b"")
        return probe.stat().st_mtime - time.time()
    except OSError:
        return None
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


# All of it


def read_all(book: Book, shared: SharedStore) -> list[str]:
    """Reads every page, file and change of an open store; a sentence for each thing that is wrong. Raises what a
    SharedStore raises."""
    with cleaning.scratch(book.paths, cleaning.CHECKING) as folder:
        found = shared.wrong(folder)
    if not found and shared.kind != "sqlite":  # a file has read its chains with its pages
        found = list(mending.wrong_chains(book, shared))
    return found


# Once a week, and after each sync


def after(book: Book, shared: SharedStore) -> list[str]:
    """At the end of a complete sync, while the store is still open: what its user should know of it as a whole.

    Once a week all of it is read; what is wrong is mended by the next sync. Raises nothing.
    """
    try:
        memory = recognising.memory_of(book, shared)
        told = []
        if memory is not None and due(book, memory):
            told = _weekly(book, shared, memory)
        old = holding_erased(book, shared)
        if old:
            told.append(
                f"{', '.join(old)} beside {shared.name} may hold what was erased since; delete what was set aside as "
                "soon as every device has synced"
            )
        return told
    except LsaError:
        return []  # the sync itself was complete; doctor says what this would


def due(book: Book, memory: local.Memory) -> bool:
    """Whether a week has passed since all of a store was read; a clock that was set back counts, too."""
    now, last = book.now(), memory.deep_checked_at
    if not last:
        with book.store.writing() as db:  # it was read just now, as everything was taken in
            local.remember(db, replace(memory, deep_checked_at=clock.to_text(now)))
        return False
    return abs(now - clock.from_text(last)) >= WEEK


def _weekly(book: Book, shared: SharedStore, memory: local.Memory) -> list[str]:
    try:
        wrong = read_all(book, shared)
    except Damaged as problem:
        wrong = [str(problem)]
    with book.store.writing() as db:
        moment = clock.to_text(book.now())
        local.remember(db, replace(memory, deep_checked_at=moment, doubted=memory.doubted or bool(wrong)))
    told = shared.by_hand()
    if wrong:
        told.append(f"all of {shared.name} was read, and {wrong[0]}; the next sync mends it from what the devices hold")
    return told


def holding_erased(book: Book, shared: SharedStore) -> list[str]:
    """What was set aside there before the last erasure, by name: nothing of it could be wiped."""
    last = log.last_erasure(book.db) >> 16
    return [name for name, written in shared.kept() if written * 1000 < last]


def mend(book: Book) -> None:
    """Before the sync that `lsa doctor --repair` does: has it read all of the store, and puts back the rules of a file
    that lost them. What cannot be reached or opened is for that sync to say."""
    location = parse(book.config["shared.url"])
    with book.store.writing() as db:
        local.doubt(db, location.name)
    if location.kind != "sqlite" or location.path is None:
        return
    from lsa_tui.sync.sqlite_file import SqliteFile

    shared = SqliteFile(location.path)
    shared.opening = Opening(book, location.path, keep=False)
    with suppress(LsaError):
        try:
            if recognising.recognise(book, shared, create=False).about.hub_id:
                shared.put_guards_back()
        finally:
            shared.close()
