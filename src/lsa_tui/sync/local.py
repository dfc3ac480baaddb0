"""This device's side of a sync: what it has to give, and what it remembers of a shared store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from lsa_tui import text
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.records import erasures, log
from lsa_tui.sync.shared import Forked, Heads

NOTHING = (0, log.GENESIS)
"""The head of a chain of which nothing is held."""

UNMET = "sync_trouble"
"""Among the facts of the home: why the last sync with a store that was never met was not complete."""

STOPPED = "it was stopped, or broke off, before it was complete"
"""Noted of a sync that ended without a sentence of its own."""


class DamagedHere(SyncIncomplete):
    """What is on this device is damaged: that is mended by hand, and not by the next sync (exit 1)."""

    code = LsaError.code
    exit_code = LsaError.exit_code

    def __init__(self, said: str = "the records on this device are damaged, so they were not sent; run `lsa doctor`"):
        super().__init__(said)


def remaining(book: Book) -> int:
    """How many changes of this device are not known to be shared. Writes nothing, even in a home never used."""
    return log.backlog(book.db) if log.get_meta(book.db, "device") else 0


def so_far(book: Book, sent: int, received: int) -> str:
    """What a sync did before it ended, and how much is not shared yet."""
    done = f"{sent} sent, {received} received, " if sent or received else ""
    try:
        left = remaining(book)
    except Exception:  # the local database itself is what is wrong, and that was said already
        return f"{done}everything is still on this device"
    return f"{done}{left} not shared yet, everything is still on this device"


def of_damage(said: str, sent: int, received: int) -> DamagedHere:
    """As `so_far`, of a sync that ended because this device's records are damaged: how much of them is left is not
    known, so nothing is said of it."""
    if sent or received:
        said = text.joined(said.removesuffix(". Nothing was changed"), f"{sent} sent, {received} received before")
    return DamagedHere(said)


# Giving


def seal(book: Book) -> Heads:
    """What may be shared now, wiped of what was undone; from here on it cannot be taken back."""
    with book.store.writing() as db:
        log.seal(db)
        return log.read_heads(db)


def where(db: Any, uid: str) -> tuple[str, int] | None:
    """The chain and number of a change here; None where it is not held."""
    row = db.execute_sql("SELECT dev, seq FROM change WHERE uid = ?", (uid,)).fetchone()
    return (row[0], row[1]) if row else None


def lacking(here: Heads, there: Heads) -> int:
    """How many changes up to the heads `here` a holder of `there` has not."""
    return sum(max(seq - there.get(dev, NOTHING)[0], 0) for dev, (seq, _) in here.items())


def next_to_send(db: Any, ends: Heads, there: Heads, limit: int) -> list[dict[str, Any]]:
    """The next changes up to `ends` that a store with the heads `there` lacks: at most `limit`, chain by chain.

    Raises Forked for a chain that does not continue the store's, SyncIncomplete for one that is damaged here.
    """
    chunk: list[dict[str, Any]] = []
    erased = erasures.named_here(db).has
    for dev, (last, end) in ends.items():
        seq, chain = there.get(dev, NOTHING)
        if seq >= last or len(chunk) >= limit:
            continue
        if log.chain_at(db, dev, seq) != chain:
            raise Forked(f"change {seq} of device {dev} is not the same here and in the shared store")
        found = log.changes_after(db, dev, seq, last, limit - len(chunk))
        # A head that is wrong here would make a whole store look damaged, once it has all that is before it.
        if log.first_broken(found, seq, chain, erased) is not None or _ends_otherwise(found, last, end):
            raise DamagedHere
        chunk += found
    return chunk


def _ends_otherwise(found: Sequence[Mapping[str, Any]], last: int, end: str) -> bool:
    return bool(found) and found[-1]["seq"] == last and found[-1]["chain"] != end


# Remembering


@dataclass(frozen=True)
class Memory:
    """What this home remembers of a shared store: where it was, its heads, and whether it was on another disk.

    `at`: the last complete sync; `last_error`: why the last one was not, "" where it was; `doubted`: what was sent did
    not read back, or it was not known here before, so all of it is read at the next; `deep_checked_at`: when all of it
    was last read and checked.
    """

    hub_id: str
    name: str
    apart: bool
    heads: Heads = field(default_factory=dict)
    at: str = ""
    last_error: str = ""
    doubted: bool = False
    deep_checked_at: str = ""


def remember(db: Any, memory: Memory) -> None:
    """Keeps what is known of a store; of two at the same place only the last."""
    for old in memories(db):
        if old.name == memory.name:
            db.execute_sql("DELETE FROM meta WHERE key = ?", (f"hub:{old.hub_id}",))
    if _unmet(db).get("name") == memory.name:
        db.execute_sql("DELETE FROM meta WHERE key = ?", (UNMET,))
    facts = {name: value for name, value in vars(memory).items() if name != "hub_id"}
    log.set_meta(db, f"hub:{memory.hub_id}", log.canonical(facts))


def memories(db: Any) -> list[Memory]:
    """All shared stores that this home remembers."""
    found = []
    for key, value in db.execute_sql("SELECT key, value FROM meta WHERE key LIKE 'hub:%'"):
        facts = json.loads(value)
        facts["heads"] = {dev: (seq, chain) for dev, (seq, chain) in facts["heads"].items()}
        known = {name: value for name, value in facts.items() if name in Memory.__dataclass_fields__}
        found.append(Memory(key.removeprefix("hub:"), **known))
    return found


def note_end(book: Book, name: str, said: str) -> None:
    """As `note_trouble`, in a transaction of its own. Raises nothing: the sentence is on its way in any case."""
    connected_here = book.db.is_closed()
    with suppress(Exception):
        try:
            book.store.connect()
            with book.store.writing() as db:
                note_trouble(db, name, said)
        finally:
            if connected_here:
                book.store.close()


def note_trouble(db: Any, name: str, said: str) -> None:
    """Why the last sync with the store of that name did not complete, until one does."""
    said = text.without_password(said)
    met = [one for one in memories(db) if one.name == name]
    for one in met:
        remember(db, replace(one, last_error=said))
    if not met:
        log.set_meta(db, UNMET, log.canonical({"name": name, "said": said}))


def last_error(db: Any, name: str) -> str:
    """Why the last sync with the store of that name did not complete; "" where it did, or where there was none."""
    met = next((one for one in memories(db) if one.name == name), None)
    if met is not None:
        return met.last_error
    noted = _unmet(db)
    return noted["said"] if noted.get("name") == name else ""


def _unmet(db: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(log.get_meta(db, UNMET) or "{}")
    return found


def doubt(db: Any, name: str) -> None:
    """Has the next sync read all of that store before it believes it."""
    for one in memories(db):
        if one.name == name:
            remember(db, replace(one, doubted=True))


def forget_head(db: Any, dev: str) -> None:
    """Forgets how far stores held a chain: a branch of it was moved, so they may hold less of it from now on."""
    for one in memories(db):
        if one.heads.pop(dev, None):
            remember(db, one)


def note_shared(db: Any, there: Heads) -> None:
    """How far this device's own chains are in the shared store, as read there."""
    for own in log.own_chains(db):
        (seq, chain), held = there.get(own, NOTHING), log.read_heads(db).get(own, NOTHING)[0]
        if seq > held:
            seq = held  # a copy of this home went on there just now, after what was sent from here and read back
        elif log.chain_at(db, own, seq) != chain:
            continue
        if own == log.device(db) and seq > int(log.get_meta(db, "sealed") or 0):
            log.seal(db)  # a home brought back from a copy thinks that it could still take this back
        log.note_known(db, own, seq)
