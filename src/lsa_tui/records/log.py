"""The log: appending changes, taking them back while they are still this device's own.

Changes of this device are numbered and chained. What can be undone is always the end of a chain, because only
the last step can be undone; so taking back means cutting the end off, and nothing of it is left to be shared.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from lsa_tui.records import ids, texts
from lsa_tui.records.fold import SCHEMA, WHOLE, Seen, changes_of, fold, heads
from lsa_tui.records.models import Change, Head, Mine

OWN = "own"
"""The chain of what never leaves this device. No sync reads or accepts it."""

AUDIT = "audit"
"""The chain of what was done and is no change of a record. It never leaves this device either."""

STAYING = (OWN, AUDIT)
"""The chains that no sync reads or accepts."""

TOLD = ("name", "person")
"""The kinds of names that the program was told: they can be taken back until the next sync, though never shared."""

SET, REDACT, ACT = "set", "redact", "act"
"""What a change does: sets fields of a record; erases others' bodies; says what was done."""

A_DAY_MS = 24 * 3600 * 1000
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: initials, role, and the zone and wall time of the writing."""

    initials: str
    role: str
    zone: str
    wall: str
    now_ms: int


@dataclass(slots=True)
class Draft:
    """A change before it is written: fields to set on a row. `extra` holds what stands beside them in the
    body: `by` and `recorded_at` of an import, the `names` in its texts."""

    kind: str
    row: str
    values: Mapping[str, Any]
    own: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no blanks."""
    return _CANONICAL(value)


_CANONICAL = texts.encoder(",", ":")


def body_hash(salt: str, body: str) -> str:
    """Salted, so that an erased short text cannot be guessed once the salt is gone with it."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


_q = json.encoder.encode_basestring
"""A text as JSON writes it."""

CHAINED = (
    "dev seq uid hlc wall zone actor role audience schema kind row op body_hash".split()  # noqa: SIM905
)


_chained = itemgetter(*CHAINED)


def chain_hash(previous: str, change: Mapping[str, Any]) -> str:
    """The link of `change` after `previous`: everything but the body itself, which its hash stands for.

    Raises TypeError or ValueError for what is no change: a number or bytes where a text belongs.
    """
    dev, seq, uid, hlc, wall, zone, actor, role, audience, schema, kind, row, op, body = _chained(change)
    # `canonical` of the list of these, written out: a sync of thousands spends its time here.
    text = (
        f"[{_q(previous)},{_q(dev)},{seq:d},{_q(uid)},{hlc:d},{_q(wall)},{_q(zone)},{_q(actor)},{_q(role)},"
        f"{_q(audience)},{schema:d},{_q(kind)},{_q(row)},{_q(op)},{_q(body)}]"
    )
    return hashlib.sha256(text.encode()).hexdigest()


def get_meta(db: Any, key: str) -> str | None:
    """A fact about this database, None where it was never set."""
    row = db.execute_sql("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(db: Any, key: str, value: str) -> None:
    """Sets a fact about this database."""
    db.execute_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def device(db: Any) -> str:
    """This device's id in the log."""
    found = get_meta(db, "device")
    if found is None:
        found = os.urandom(8).hex()
        set_meta(db, "device", found)
    return found


def append(db: Any, drafts: Sequence[Draft], author: Author, step: int | None = None) -> int:
    """Appends changes to this device's log and folds them; to be called inside a transaction.

    With `step` they join that step, else they make a new one; what was undone before is gone for good then.
    Returns the step, which one undo takes back.
    """
    drop_undone(db)
    if step is None:
        step = int(db.execute_sql("SELECT coalesce(max(step), 0) + 1 FROM mine").fetchone()[0])
    seen = changes_of(db, list({draft.row for draft in drafts}))
    last = int(get_meta(db, "hlc") or 0)
    # What is written after an erasure was seen comes after it, even where a fast clock stamped that one.
    erased = last_erasure(db)
    tails: dict[str, tuple[int, str]] = {}
    rows = []
    for draft in drafts:
        dev = OWN if draft.own else device(db)
        seq, previous = tails.get(dev) or _tail(db, dev)
        known = seen[draft.row]
        stamp = ids.next_hlc(last, author.now_ms, erased, *(change.hlc for change in known))
        # A row stamped by a clock far ahead is answered above its stamp, but this device's clock does not follow it.
        last = stamp if stamp >> 16 <= author.now_ms + A_DAY_MS else ids.next_hlc(last, author.now_ms)
        change = _change(draft, author, dev, seq + 1, stamp, known)
        change["chain"] = chain_hash(previous, change)
        tails[dev] = (seq + 1, change["chain"])
        rows.append(change)
        known.append(
            Seen(
                draft.row,
                draft.kind,
                change["uid"],
                stamp,
                author.wall,
                author.initials,
                change["audience"],
                change["body"],
            )
        )
    insert_changes(db, rows)
    for dev, (seq, chain) in tails.items():
        set_head(db, dev, seq, chain)
    db.connection().executemany(
        "INSERT INTO mine (uid, step, undone) VALUES (?, ?, 0)", [(row["uid"], step) for row in rows]
    )
    set_meta(db, "hlc", str(last))
    fold(db, [draft.row for draft in drafts])
    return step


def _change(draft: Draft, author: Author, dev: str, seq: int, hlc: int, known: Sequence[Seen]) -> dict[str, Any]:
    preds = {name: [head.uid for head in heads(known, name)] for name in draft.values} if known else {}
    if draft.values.get("removed"):
        # A removal takes the whole record away, so it names everything it has seen of it.
        preds[WHOLE] = [change.uid for change in known]
    content = {"set": dict(draft.values), "preds": {k: v for k, v in preds.items() if v}, **draft.extra}
    audience = OWN if draft.own else "school"
    return _made(dev, seq, hlc, author, audience, draft.kind, draft.row, SET, content)


def _made(
    dev: str,
    seq: int,
    hlc: int,
    author: Author,
    audience: str,
    kind: str,
    row: str,
    op: str,
    content: Mapping[str, Any],
) -> dict[str, Any]:
    body, salt = canonical(content), os.urandom(8).hex()
    return {
        "dev": dev,
        "seq": seq,
        "uid": ids.new_id(),
        "hlc": hlc,
        "wall": author.wall,
        "zone": author.zone,
        "actor": author.initials,
        "role": author.role,
        "audience": audience,
        "schema": SCHEMA,
        "kind": kind,
        "row": row,
        "op": op,
        "body": body,
        "salt": salt,
        "body_hash": body_hash(salt, body),
    }


def append_alone(db: Any, dev: str, kind: str, op: str, content: Mapping[str, Any], author: Author) -> dict[str, Any]:
    """Appends one change that makes no record and that no undo takes back; to be called inside a transaction."""
    hlc = ids.next_hlc(int(get_meta(db, "hlc") or 0), author.now_ms)
    seq, previous = _tail(db, dev)
    audience = OWN if dev in STAYING else "school"
    change = _made(dev, seq + 1, hlc, author, audience, kind, ids.new_id(), op, content)
    change["chain"] = chain_hash(previous, change)
    insert_changes(db, [change])
    set_head(db, dev, seq + 1, change["chain"])
    set_meta(db, "hlc", str(hlc))
    return change


def last_erasure(db: Any) -> int:
    """The latest stamp of an erasure; 0 where nothing was erased."""
    return int(db.execute_sql("SELECT coalesce(max(hlc), 0) FROM change WHERE op = 'redact'").fetchone()[0])


def insert_changes(db: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes changes as they stand, their own or arrived ones."""
    db.connection().executemany(_INSERT, map(_columns, rows))


_NAMES: list[str] = list(Change._meta.sorted_field_names)
_INSERT = f"INSERT INTO change ({','.join(_NAMES)}) VALUES ({','.join('?' * len(_NAMES))})"
_columns = itemgetter(*_NAMES)


def _tail(db: Any, dev: str) -> tuple[int, str]:
    row = db.execute_sql("SELECT seq, chain FROM head WHERE dev = ?", (dev,)).fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def set_head(db: Any, dev: str, seq: int, chain: str) -> None:
    """Moves the head of one chain."""
    db.execute_sql("INSERT OR REPLACE INTO head (dev, seq, chain) VALUES (?, ?, ?)", (dev, seq, chain))


def read_heads(db: Any) -> dict[str, tuple[int, str]]:
    """The version vector without the chains that never leave: device to (last number, chain hash)."""
    sql = "SELECT dev, seq, chain FROM head WHERE dev NOT IN (?, ?)"
    return {dev: (seq, chain) for dev, seq, chain in db.execute_sql(sql, STAYING)}


# What a sync reads and checks. Nothing here writes.


def shareable_heads(db: Any) -> dict[str, tuple[int, str]]:
    """`read_heads` as a sync may share them: this device's chain without the undone steps at its end."""
    found, dev = read_heads(db), get_meta(db, "device")
    sql = "SELECT min(c.seq) FROM mine m JOIN change c ON c.uid = m.uid WHERE m.undone = 1 AND c.dev = ?"
    cut = db.execute_sql(sql, (dev,)).fetchone()[0]
    if dev is None or cut is None:
        return found
    chain = chain_at(db, dev, cut - 1)
    if cut > 1 and chain is not None:
        found[dev] = (cut - 1, chain)
    else:
        del found[dev]
    return found


def chain_at(db: Any, dev: str, seq: int) -> str | None:
    """The chain hash up to and with change `seq` of a device; None where that change is not held."""
    if seq == 0:
        return GENESIS
    row = db.execute_sql("SELECT chain FROM change WHERE dev = ? AND seq = ?", (dev, seq)).fetchone()
    return row[0] if row else None


def changes_after(db: Any, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
    """The changes `seq` + 1 to `last` of one chain in order, at most `limit`; of a local or a shared database."""
    names = _NAMES
    sql = f"SELECT {','.join(names)} FROM change WHERE dev = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    found = db.execute_sql(sql, (dev, seq, last, limit))
    return [dict(zip(names, row)) for row in found]  # noqa: B905 - as many as were asked for


def first_broken(
    changes: Sequence[Mapping[str, Any]], seq: int, chain: str, erased: Callable[[Mapping[str, Any]], bool]
) -> int | None:
    """The place of the first change that does not continue a chain at `seq`, `chain`, or that is not what its
    hashes say; None where every one does. One without its body is believed only where `erased` says so of it."""
    for place, change in enumerate(changes):
        try:
            whole = change["seq"] == seq + 1 and chain_hash(chain, change) == change["chain"]
            if change["body"] is None and change["salt"] is None:
                whole = whole and erased(change)
            else:
                whole = whole and body_hash(change["salt"], change["body"]) == change["body_hash"]
        except (TypeError, ValueError):  # a number or bytes where a text belongs, or a text that is none
            whole = False
        if not whole:
            return place
        seq, chain = change["seq"], change["chain"]
    return None


# Undo and redo


def last_step(db: Any, undone: bool) -> int | None:
    """The step that undo (`undone` False) or redo (True) would take, None where there is none."""
    which = "min" if undone else "max"
    sql = f"SELECT {which}(step) FROM mine WHERE undone = ?"
    found = db.execute_sql(sql, (int(undone),)).fetchone()[0]
    return None if found is None else int(found)


def step_rows(db: Any, step: int) -> list[str]:
    """The rows that a step wrote to, in order."""
    sql = "SELECT c.row FROM mine m JOIN change c ON c.uid = m.uid WHERE m.step = ? ORDER BY c.hlc"
    return [row for (row,) in db.execute_sql(sql, (step,))]


def set_undone(db: Any, step: int, undone: bool) -> None:
    """Takes a step back, or brings it again; its rows are folded anew."""
    Mine.update(undone=undone).where(Mine.step == step).execute(db)
    fold(db, step_rows(db, step))


def join_steps(db: Any, first: int) -> None:
    """Makes all live steps from `first` on one step."""
    Mine.update(step=first).where((Mine.step > first) & (Mine.undone == False)).execute(db)  # noqa: E712


def drop_undone(db: Any) -> None:
    """Wipes what was undone from the log: it is the end of its chain, so the chain is cut there."""
    sql = "SELECT c.dev, min(c.seq) FROM mine m JOIN change c ON c.uid = m.uid WHERE m.undone = 1 GROUP BY c.dev"
    cuts = list(db.execute_sql(sql))
    for dev, seq in cuts:
        db.execute_sql("DELETE FROM change WHERE dev = ? AND seq >= ?", (dev, seq))
        row = db.execute_sql("SELECT seq, chain FROM change WHERE dev = ? AND seq = ?", (dev, seq - 1)).fetchone()
        if row:
            set_head(db, dev, row[0], row[1])
        else:
            Head.delete().where(Head.dev == dev).execute(db)
    if cuts:
        Mine.delete().where(Mine.undone == True).execute(db)  # noqa: E712


def seal(db: Any) -> None:
    """What stands now may be shared: undone steps are wiped, and steps with anything to share can no longer be undone.

    Called in its own transaction before a push, so that nothing can be taken back while it is on its way. A step is
    kept or dropped whole: half of one (the private tiles of a set-up) would be a strange thing to take back. Names
    that the program was told can no longer be undone either: what finds them must not forget them unnoticed.
    """
    keep(db)
    set_meta(db, "sealed", str(_tail(db, device(db))[0]))


def keep(db: Any) -> None:
    """What could be shared can no longer be undone, and what was undone is wiped; to be called inside a transaction."""
    drop_undone(db)
    marks = ",".join("?" * len(TOLD))
    steps = f"SELECT m.step FROM mine m JOIN change c ON c.uid = m.uid WHERE c.dev = ? OR c.kind IN ({marks})"
    db.execute_sql(f"DELETE FROM mine WHERE step IN ({steps})", (device(db), *TOLD))
    # Taking back cuts the end off a chain: private marks from before something that now stays can only stay too.
    stays = "SELECT max(seq) FROM change WHERE dev = ? AND uid NOT IN (SELECT uid FROM mine)"
    before = f"SELECT max(m.step) FROM mine m JOIN change c ON c.uid = m.uid WHERE c.dev = ? AND c.seq < ({stays})"
    db.execute_sql(f"DELETE FROM mine WHERE step <= ({before})", (OWN, OWN))


def settle(db: Any) -> None:
    """What stands now counts as shared and can no longer be undone, private marks included.

    For records that were made up and not made; to be called inside a transaction.
    """
    seal(db)
    Mine.delete().execute(db)
    set_meta(db, "shared", get_meta(db, "sealed") or "0")


def backlog(db: Any) -> int:
    """How many of this device's changes are not known to be in the shared store."""
    dev = device(db)
    sql = "SELECT count(*) FROM mine m JOIN change c ON c.uid = m.uid WHERE m.undone = 1 AND c.dev = ?"
    undone = int(db.execute_sql(sql, (dev,)).fetchone()[0])
    waiting = {own: max(_tail(db, own)[0] - known, 0) for own, known in own_chains(db).items()}
    return sum(waiting.values()) - min(undone, waiting[dev])


# Under which ids this home has written. A home that was copied, or brought back from a copy, takes a new one: else two
# would number their changes alike.


_BEFORE = "devices_before"


def own_chains(db: Any) -> dict[str, int]:
    """The chains that this home has written, the present one too, each with how far it is known to be shared."""
    found: dict[str, int] = json.loads(get_meta(db, _BEFORE) or "{}")
    dev = get_meta(db, "device")
    return found if dev is None else {**found, dev: int(get_meta(db, "shared") or 0)}


def written_here(db: Any, row: str, initials: str) -> bool:
    """Whether a record began in one of this home's own chains, the one that stays included, under these initials."""
    found = db.execute_sql("SELECT dev, actor FROM change WHERE row = ? ORDER BY hlc, uid LIMIT 1", (row,)).fetchone()
    return found is not None and found[1] == initials and (found[0] == OWN or found[0] in own_chains(db))


def note_known(db: Any, dev: str, seq: int) -> None:
    """How far one of this home's own chains is known to be shared."""
    known = own_chains(db)
    if known.get(dev) == seq:
        return
    if dev == get_meta(db, "device"):
        set_meta(db, "shared", str(seq))
    else:
        _keep_before(db, {**known, dev: seq})


def forget_known(db: Any) -> None:
    """Nothing is known to be shared any more: it was, with another store. To be called inside a transaction."""
    for own in own_chains(db):
        note_known(db, own, 0)


def new_device(db: Any) -> str:
    """Writes under a new id from here on, inside a transaction; what stands is sealed. Returns the new id."""
    seal(db)
    known = own_chains(db)
    new = os.urandom(8).hex()
    for key, value in (("device", new), ("sealed", "0"), ("shared", "0")):
        set_meta(db, key, value)
    _keep_before(db, known)
    return new


def _keep_before(db: Any, known: Mapping[str, int]) -> None:
    dev = get_meta(db, "device")
    set_meta(db, _BEFORE, canonical({own: seq for own, seq in known.items() if own != dev}))
