"""Branches: two different continuations of one chain, after a home was copied, or brought back from a copy.

The continuation whose first change has the smaller uid keeps the chain's name; the other becomes a chain of its own,
named after its first change alone. So every device and every store comes to the same names, in whatever order they
meet, and a change keeps its uid, its stamp and its words: only its place (chain, number, chain hash) is another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from lsa_tui.records import log
from lsa_tui.records.models import ONLY_ERASED, Head

PREFIX = "b-"
"""How the names of branches that were moved away begin. A device's own id never does."""


def branch_name(uid: str) -> str:
    """The name of the chain that begins with the change `uid` and was moved away from another chain."""
    return PREFIX + hashlib.sha256(f"branch\n{uid}".encode()).hexdigest()[:16]


class Broken(Exception):
    """A branch is not what its hashes say, so it must not get new ones."""


def renamed(changes: Sequence[Mapping[str, Any]], after: str | None = None) -> list[dict[str, Any]]:
    """The same changes, in order, as the chain of their first uid: numbered from 1, chained anew. Pure.

    `after`: the chain hash before the first of them; without it that one link is not checked. Raises Broken where they
    are no whole part of one chain: new hashes would make damage look true.
    """
    if not changes:
        return []
    first = changes[0]
    linked = after is None or log.chain_hash(after, first) == first["chain"]
    if not linked or log.first_broken(changes[1:], first["seq"], first["chain"], _emptied) is not None:
        raise Broken(f"the branch {first['dev']} {first['seq']} is damaged")
    if first["body"] is not None and log.body_hash(str(first["salt"]), first["body"]) != first["body_hash"]:
        raise Broken(f"change {first['seq']} of {first['dev']} is damaged")
    dev, chain, made = branch_name(first["uid"]), log.GENESIS, []
    for seq, one in enumerate(changes, 1):
        moved = {**one, "dev": dev, "seq": seq}
        moved["chain"] = chain = log.chain_hash(chain, moved)
        made.append(moved)
    return made


def _emptied(_change: Mapping[str, Any]) -> bool:
    return True  # whether an erasure names it is asked of whoever takes it in


def move(db: Any, dev: str, seq: int) -> str:
    """Makes the changes of chain `dev` from `seq` on a chain of their own; returns its name.

    Of a local or a shared database, inside a transaction of the caller: the guards of the log stand aside for it.
    Raises Broken where it is damaged, LookupError where there is no such change.
    """
    before = log.chain_at(db, dev, seq - 1)
    tail = renamed(log.changes_after(db, dev, seq - 1, 1 << 62, -1), before)
    if not tail or before is None:
        raise LookupError(f"chain {dev} has no change {seq}")
    name = tail[0]["dev"]
    guards = _stand_aside(db)
    db.execute_sql("DELETE FROM change WHERE dev = ? AND seq >= ?", (dev, seq))
    log.insert_changes(db, tail)
    log.set_head(db, name, len(tail), tail[-1]["chain"])
    if seq > 1:
        log.set_head(db, dev, seq - 1, before)
    else:
        Head.delete().where(Head.dev == dev).execute(db)
    for statement in guards:
        db.execute_sql(statement)
    return str(name)


def _stand_aside(db: Any) -> list[str]:
    """Drops the guards of the log; returns how to put them back."""
    found = db.execute_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'change'")
    guards = dict(found.fetchall())
    for name in guards:
        db.execute_sql(f'DROP TRIGGER "{name}"')
    if "change_is_immutable" in guards:
        guards["change_is_immutable"] = ONLY_ERASED  # an earlier program's let no body go
    return list(guards.values())
