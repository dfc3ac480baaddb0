"""Before anything is read or written: what lies at the place of the shared store, and is it for this home?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lsa_tui.address import parse, typed
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import keys, local
from lsa_tui.sync.shared import About, Heads, SharedStore


@dataclass(frozen=True)
class Met:
    """A store that was recognised: what it says of itself, what this home remembers of its place, whether it is on
    another disk than the home, and what its user should know."""

    about: About
    before: local.Memory | None
    apart: bool
    notes: tuple[str, ...] = ()


def memory_of(book: Book, shared: SharedStore) -> local.Memory | None:
    """What this home remembers of the store at that place."""
    return next((one for one in local.memories(book.db) if one.name == shared.name), None)


def is_ours(book: Book, shared: SharedStore) -> bool:
    """Whether this home has met a store at that place, or holds its key: a file that was named by mistake is not."""
    return memory_of(book, shared) is not None or any(one.place == shared.name for one in keys.held(book))


def moved_elsewhere(shared: SharedStore, about: About) -> str:
    """Where its records were moved; "" where that is this very store, which a move to a second name of it could leave.

    Its id tells: one path may be another stick's on another computer.
    """
    to, _, hub = shared.moved_to().partition("\n")
    return "" if hub and hub == about.hub_id else to


def recognise(book: Book, shared: SharedStore, create: bool) -> Met:
    """Opens the store; made where there is none, with `create`.

    Raises SyncIncomplete for one that is not for this home, Damaged, Locked.
    """
    made_up, before = book.made_up, memory_of(book, shared)
    shared.again = before.hub_id if before else ""
    about = shared.open(made_up=made_up, create=False)
    apart = shared.apart_from(book.store.path.parent)
    if not about.hub_id:
        require_disk(book, shared)
        if create:
            about = shared.open(made_up=made_up, create=True)
    there = require_ours(book, shared, about)
    if create and shared.moved_to():
        with suppress(SyncIncomplete), shared.pushing():  # whoever may not write there can read all the same
            shared.mark_moved("")
    note = _note(book, shared, about, before, there, done=create)
    return Met(about, before, apart, (note,) if note else ())


def require_ours(book: Book, shared: SharedStore, about: About) -> Heads:
    """Raises SyncIncomplete for a store that is open and that no sync of this home would use: made-up records among
    real ones, one whose records were moved, another group's. Returns its heads, where there were any to look at."""
    if about.made_up != book.made_up:
        kind, other = ("made-up", "real") if about.made_up else ("real", "made-up")
        raise SyncIncomplete(
            f"{shared.name} holds {kind} records and this home {other} ones; they are never mixed, so set another "
            "`[shared] url`"
        )
    if moved_to := moved_elsewhere(shared, about):
        raise _moved(shared, moved_to)
    met = memory_of(book, shared) is not None
    there: Heads = shared.heads() if met and about.hub_id and not about.created else {}
    refuse_foreign(book, shared, about, there)
    return there


def require_disk(book: Book, shared: SharedStore) -> None:
    """Raises SyncIncomplete where nothing is at the place of a store because the disk on which it was is not there."""
    before = memory_of(book, shared)
    if before and before.apart and not shared.apart_from(book.store.path.parent):
        raise SyncIncomplete(f"{shared.name} is not there, and neither is its disk; connect the stick or the share")


def _moved(shared: SharedStore, to: str) -> SyncIncomplete:
    with suppress(BadInput):  # written by a newer program
        if parse(to).name == shared.name:
            return SyncIncomplete(
                f"{shared.name} is an old store, whose records were moved to another one that is called so as well (on "
                "another stick perhaps, or another drive); put that one in its place, then sync: what is only on this "
                "device goes there then"
            )
    return SyncIncomplete(
        f"the records of {shared.name} were moved to {to}; type `lsa init --shared {typed(to)}` (of a server: "
        "with your account in it), then sync: what is only on this device goes there then"
    )


def is_foreign(book: Book, shared: SharedStore, about: About, there: Heads) -> bool:
    """Whether it is another store than the one that was here, and has nothing in common with this home."""
    before = memory_of(book, shared)
    if before is None or about.hub_id in ("", before.hub_id):
        return False
    known = any(one.hub_id == about.hub_id for one in local.memories(book.db))
    return bool(there) and not known and not there.keys() & log.shareable_heads(book.db).keys()


def refuse_foreign(book: Book, shared: SharedStore, about: About, there: Heads) -> None:
    """Another store than the one that was here may be somebody else's: it must have a chain in common with this home.

    One whose key was given to this device was joined on purpose. Raises SyncIncomplete.
    """
    if shared.opening is not None and shared.opening.used is not None:
        return
    if is_foreign(book, shared, about, there):
        # A plain store cannot be joined from an encrypted home.
        together = "take this one with `lsa shared join`, which puts the records of both groups together"
        other = together if book.plain else "share elsewhere: `lsa init --shared URL`"
        raise SyncIncomplete(
            f"{shared.name} is another shared store than the one that was there, and none of its records are known "
            f"here; put the right one back, or {other}. Nothing was touched"
        )


def take(book: Book, shared: SharedStore, about: About) -> bool:
    """Has this home share with the store that is open, whatever was at its place before: somebody said so.

    Returns whether there was another one before.
    """
    before = memory_of(book, shared)
    if before is None or about.hub_id in ("", before.hub_id):
        return False
    with book.store.writing() as db:
        # Doubted, so that it is read whole first.
        local.remember(db, local.Memory(about.hub_id, shared.name, before.apart, doubted=True))
    return True


def called(shared: SharedStore) -> str:
    """The store by its kind, at the beginning of a sentence about it."""
    return {"sqlite": "the shared file", "folder": "the shared folder"}.get(shared.kind, "the shared store")


def _note(book: Book, shared: SharedStore, about: About, before: local.Memory | None, there: Heads, done: bool) -> str:
    """What its user should know of it. `done`: it is made and filled again; else it is only looked at."""
    what = called(shared)
    if about.was_empty:
        return f"{what} was empty and was filled again" if done else f"{what} is empty"
    if about.created:
        made = f"{what} was gone; it was made and filled again" if before else f"{what} was created"
        return made if done else ""
    if before and before.hub_id != about.hub_id:
        return f"{what} is another one than last time"
    if before and _went_back(book, shared, before.heads, there):
        return f"{what} had gone back in time and was filled again" if done else f"{what} has gone back in time"
    return ""


def _went_back(book: Book, shared: SharedStore, before: Heads, there: Heads) -> bool:
    """Whether it has less of a chain than it had. The end of a chain that became a branch of its own is not gone."""
    for dev, (seq, _) in before.items():
        if there.get(dev, local.NOTHING)[0] < seq:
            last = log.changes_after(book.db, dev, seq - 1, seq, 1)
            if not last or shared.where(last[0]["uid"]) is None:
                return True
    return False
