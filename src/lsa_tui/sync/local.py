"""This device's side of a sync: what it has to give, and what it remembers of a shared store."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import erasures, log
from lsa_tui.sync.shared import Heads

COPIES = 7
"""Safety copies kept, the newest."""

NOTHING = (0, log.GENESIS)
"""The head of a chain of which nothing is held."""


def safety_copy(book: Book) -> None:
    """A whole copy of the local database before anything is taken in, named by its moment; older ones go."""
    book.store.backup(book.paths.backups, f"before-sync-{book.now():%Y-%m-%d-%H%M%S}-{os.getpid()}.db")
    for old in sorted(book.paths.backups.glob("before-sync-*.db"))[:-COPIES]:
        old.unlink(missing_ok=True)


def remaining(book: Book) -> int:
    """How many changes of this device are not known to be shared. Writes nothing, even in a home never used."""
    return log.backlog(book.db) if log.get_meta(book.db, "device") else 0


# Giving


def seal(book: Book) -> Heads:
    """What may be shared now, wiped of what was undone; from here on it cannot be taken back."""
    with book.store.writing() as db:
        log.seal(db)
        return log.read_heads(db)


def lacking(here: Heads, there: Heads) -> int:
    """How many changes up to the heads `here` a holder of `there` has not."""
    return sum(max(seq - there.get(dev, NOTHING)[0], 0) for dev, (seq, _) in here.items())


def next_to_send(db: Any, ends: Heads, there: Heads, limit: int) -> list[dict[str, Any]]:
    """The next changes up to `ends` that a store with the heads `there` lacks: at most `limit`, chain by chain.

    Raises SyncIncomplete for a chain that does not continue the store's, or that is damaged here.
    """
    chunk: list[dict[str, Any]] = []
    erased = erasures.named_here(db).has
    for dev, (last, _) in ends.items():
        seq, chain = there.get(dev, NOTHING)
        if seq >= last or len(chunk) >= limit:
            continue
        if log.chain_at(db, dev, seq) != chain:
            raise SyncIncomplete(forked(db, dev, seq))
        found = log.changes_after(db, dev, seq, last, limit - len(chunk))
        if log.first_broken(found, seq, chain, erased) is not None:
            raise SyncIncomplete("the records on this device are damaged, so they were not sent; run `lsa doctor`")
        chunk += found
    return chunk


def forked(db: Any, dev: str, seq: int) -> str:
    """The sentence for a change that is one thing here and another there."""
    whose = "this device" if dev == log.get_meta(db, "device") else f"device {dev}"
    return (
        f"change {seq} of {whose} is not the same here and in the shared store: a home was copied or brought back from "
        "a backup and then used, or the store is damaged; `lsa export` saves what is here, a new home can import it"
    )


# Remembering


@dataclass(frozen=True)
class Memory:
    """What this home remembers of a shared store: where it was, its heads, and whether it was on another disk."""

    hub_id: str
    name: str
    apart: bool
    heads: Heads = field(default_factory=dict)
    at: str = ""


def remember(db: Any, memory: Memory) -> None:
    """Keeps what is known of a store; of two at the same place only the last."""
    for old in memories(db):
        if old.name == memory.name:
            db.execute_sql("DELETE FROM meta WHERE key = ?", (f"hub:{old.hub_id}",))
    facts = {"name": memory.name, "apart": memory.apart, "heads": memory.heads, "at": memory.at}
    log.set_meta(db, f"hub:{memory.hub_id}", log.canonical(facts))


def memories(db: Any) -> list[Memory]:
    """All shared stores that this home remembers."""
    found = []
    for key, value in db.execute_sql("SELECT key, value FROM meta WHERE key LIKE 'hub:%'"):
        facts = json.loads(value)
        heads = {dev: (seq, chain) for dev, (seq, chain) in facts["heads"].items()}
        found.append(Memory(key.removeprefix("hub:"), facts["name"], facts["apart"], heads, facts["at"]))
    return found


def note_shared(db: Any, there: Heads) -> None:
    """How far this device's chain is in the shared store, as read there."""
    own = log.device(db)
    seq, chain = there.get(own, NOTHING)
    if log.chain_at(db, own, seq) != chain:
        return
    if seq > int(log.get_meta(db, "sealed") or 0):
        log.seal(db)  # a home brought back from a copy thinks that it could still take this back
    log.set_meta(db, "shared", str(seq))
