"""Erasing: changes whose bodies go, on every device, while the log stays whole.

An erasure is itself a change (`op` "redact"). It names rows, single changes, and perhaps a pupil:

* rows with an id of their own (UUIDv7): all changes of them, whenever made;
* rows with a natural key (pupil K7): the changes stamped before it, so that another K7 can come later;
* a pupil: what is recorded of them elsewhere by people who have not seen the erasure. Who finds such changes erases
  them and says by an erasure of its own which ones they were.

So what has no body is always named by an erasure that is in the log, and is believed only then.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsa_tui.records import ids, log
from lsa_tui.records.belonging import by_pupil, in_parts, of_pupil, own_of_pupil
from lsa_tui.records.fold import fold
from lsa_tui.records.models import Head

KIND = "erasure"
"""The kind of such a change. It is no kind of record."""

ALSO = "recorded by somebody who had not seen the erasure"
"""The reason of an erasure that only carries on another one."""

_MOST = 2000
"""Rows named by one change."""

Key = tuple[str, int]
"""A change: its device and number."""


@dataclass(frozen=True)
class Erasure:
    """One erasure: which change it is, what it names, and whether it only carries on another one."""

    uid: str
    dev: str
    seq: int
    hlc: int
    rows: frozenset[str]
    changes: frozenset[str]
    pupil: str | None
    also: bool = False


def of_change(change: Mapping[str, Any]) -> Erasure:
    """The erasure that a change is."""
    body = json.loads(change["body"])
    return Erasure(
        change["uid"],
        change["dev"],
        change["seq"],
        change["hlc"],
        frozenset(body.get("rows", ())),
        frozenset(body.get("changes", ())),
        body.get("pupil"),
        body.get("reason") == ALSO,
    )


def held(db: Any) -> Iterator[Erasure]:
    """All erasures in this log, in order; read when they are asked for."""
    names = ("uid", "dev", "seq", "hlc", "body")
    found = db.execute_sql(f"SELECT {', '.join(names)} FROM change WHERE op = 'redact' ORDER BY hlc, uid")
    for row in found.fetchall():
        yield of_change(dict(zip(names, row, strict=True)))


class Named:
    """What some erasures name. They are read when it is first asked for."""

    def __init__(self, erasures: Iterable[Erasure]) -> None:
        self._erasures = erasures
        self._rows: dict[str, int] = {}
        self._changes: set[str] = set()
        self._ready = False

    def has(self, change: Mapping[str, Any]) -> bool:
        """Whether a change (its `op`, `uid`, `row`, `hlc`) is one whose body goes."""
        if not self._ready:
            for one in self._erasures:
                self._changes |= one.changes
                for row in one.rows:
                    self._rows[row] = max(one.hlc, self._rows.get(row, 0))
            self._ready = True
        if change["op"] != log.SET:
            return False
        before = self._rows.get(change["row"])
        in_row = before is not None and (ids.happened_once(change["row"]) or change["hlc"] < before)
        return in_row or change["uid"] in self._changes


def named_here(db: Any) -> Named:
    """What the erasures of this log name."""
    return Named(held(db))


def erased_keys(db: Any) -> dict[str, list[int]]:
    """The changes without a body, by device: what no other store should have one of."""
    found: dict[str, list[int]] = {}
    if log.last_erasure(db):
        sql = "SELECT dev, seq FROM change WHERE body IS NULL AND dev NOT IN (?, ?) ORDER BY dev, seq"
        for dev, seq in db.execute_sql(sql, log.STAYING):
            found.setdefault(dev, []).append(seq)
    return found


def all_gone(db: Any, row: str) -> bool:
    """Whether a row was erased and nothing came after: it must not come back by an import."""
    sql = "SELECT count(*), count(body) FROM change WHERE row = ?"
    number, bodies = db.execute_sql(sql, (row,)).fetchone()
    return bool(number) and not bodies


# Erasing


def redact(
    db: Any, author: log.Author, rows: Collection[str], changes: Collection[str], pupil: str | None, reason: str
) -> int:
    """Erases what is named, and says so in the log; inside a transaction. Ends undo, as a sync does.

    Returns how many changes lost their bodies.
    """
    log.keep(db)
    ordered = sorted(rows)
    stamp = ids.next_hlc(int(log.get_meta(db, "hlc") or 0), author.now_ms)
    changes = {*changes, *_stamped_later(db, ordered, stamp)}
    made = []
    for start in range(0, max(len(ordered), 1), _MOST):
        content = {"rows": ordered[start : start + _MOST], "pupil": pupil, "reason": reason}
        if changes and not start:
            content["changes"] = sorted(changes)
        made.append(of_change(log.append_alone(db, log.device(db), KIND, log.REDACT, content, author)))
    named = Named(made)
    return _wipe(db, [one for one in _bodies(db, "row", rows) if named.has(one)]) + _wipe(
        db, list(_bodies(db, "uid", changes))
    )


def _stamped_later(db: Any, rows: Collection[str], hlc: int) -> set[str]:
    """The changes of rows with a natural key that a fast clock stamped after `hlc`: they must be named one by one."""
    natural = [row for row in rows if not ids.happened_once(row)]
    return {one["uid"] for one in _bodies(db, "row", natural) if one["hlc"] >= hlc}


_READ = ("dev", "seq", "uid", "hlc", "row", "op")


def _bodies(db: Any, column: str, values: Collection[str]) -> Iterator[dict[str, Any]]:
    """The changes that could be shared and still have a body, by `row` or by `uid`."""
    for part, marks in in_parts(values):
        sql = (
            f"SELECT {', '.join(_READ)} FROM change WHERE {column} IN ({marks}) "
            "AND body IS NOT NULL AND op = 'set' AND dev NOT IN (?, ?)"
        )
        for row in db.execute_sql(sql, (*part, *log.STAYING)).fetchall():
            yield dict(zip(_READ, row, strict=True))


def _wipe(db: Any, changes: Sequence[Mapping[str, Any]]) -> int:
    keys = dict.fromkeys((one["dev"], one["seq"]) for one in changes)
    db.connection().executemany("UPDATE change SET body = NULL, salt = NULL WHERE dev = ? AND seq = ?", list(keys))
    fold(db, [one["row"] for one in changes])
    return len(keys)


@dataclass(frozen=True)
class Obeyed:
    """What arriving erasures, and arriving changes that held ones name, came to here."""

    changes: int
    own: int
    pupils: frozenset[str]


def obey(db: Any, arrived: Sequence[Mapping[str, Any]], author: log.Author) -> Obeyed:
    """Erases what is to go now that these changes have been taken in and folded; inside their transaction.

    What belongs to an erased pupil and is named by no erasure yet is erased too, and an erasure by `author` names it.
    """
    every = list(held(db))
    if not every:
        return Obeyed(0, 0, frozenset())
    came = {one["uid"] for one in arrived}
    fresh = [one for one in every if one.uid in came]
    rows = {one["row"] for one in arrived if one["op"] == log.SET}
    rows |= {row for one in fresh for row in one.rows}
    listed = {uid for one in fresh for uid in one.changes}
    named = Named(every)
    # Before words go which say of whom they are.
    concerned = list(_concerned(db, every, came, rows))
    erased = _wipe(db, [one for one in (*_bodies(db, "row", rows), *_bodies(db, "uid", listed)) if named.has(one)])
    unseen_rows, unseen_changes = _unseen(db, concerned, came)
    if unseen_rows or unseen_changes:
        erased += redact(db, author, unseen_rows, unseen_changes, None, ALSO)
    pupils = frozenset(one.pupil for one in fresh if one.pupil)
    if pupils:
        log.drop_undone(db)
    own = sum(cut_out(db, log.OWN, own_of_pupil(db, pupil)) for pupil in pupils)
    return Obeyed(erased, own, pupils)


_AHEAD = Erasure("", "", 0, 0, frozenset(), frozenset(), None)
"""One that is still to come: another that only carries it on was here first."""


def _concerned(
    db: Any, every: Sequence[Erasure], came: Collection[str], rows: Collection[str]
) -> Iterator[tuple[Erasure, set[str]]]:
    """Each erasure with the rows in which something may be that was recorded without knowing of it."""
    pupils = {one.pupil for one in every if one.pupil}
    touched = by_pupil(db, rows) if pupils else {}
    for one in every:
        fresh = one.uid in came
        found = {row for row in one.rows if not ids.happened_once(row) and (fresh or row in rows)}
        if one.pupil:
            found |= set(of_pupil(db, one.pupil)) if fresh else touched.get(one.pupil, set())
        yield one, found
    carried = {uid for one in every if one.also and one.uid in came for uid in one.changes}
    known = {row for one in every for row in one.rows}
    for pupil, its in by_pupil(db, {one["row"] for one in _bodies(db, "uid", carried)}).items():
        if pupil not in pupils:
            yield _AHEAD, {row for row in its - known if not ids.happened_once(row)}


def _unseen(db: Any, concerned: Iterable[tuple[Erasure, set[str]]], came: Collection[str]) -> tuple[set[str], set[str]]:
    """What was recorded without knowing of an erasure: rows with an id of their own, and single changes of others."""
    own = log.own_chains(db)
    found_rows: set[str] = set()
    found_changes: set[str] = set()
    for one, rows in concerned:
        fresh = one.uid in came or one is _AHEAD
        for change in _bodies(db, "row", rows):
            arrives = change["uid"] in came
            unseen = (
                change["hlc"] < one.hlc
                # This device wrote it before the erasure came.
                or (fresh and not arrives and change["dev"] in own)
                # Nobody can have seen an erasure that never left this device.
                or (arrives and one.seq > own.get(one.dev, one.seq))
            )
            if unseen and ids.happened_once(change["row"]):
                found_rows.add(change["row"])
            elif unseen:
                found_changes.add(change["uid"])
    return found_rows, found_changes


def cut_out(db: Any, dev: str, rows: Collection[str]) -> int:
    """Takes changes of this home's own, never shared, out of their chain as if they had never been.

    What came after is numbered and chained again. To be called inside a transaction, without anything undone in it
    (`log.drop_undone`); the guard refuses where one was shared. Returns how many there were.
    """
    marks = ",".join("?" * len(rows))
    sql = f"SELECT min(seq) FROM change WHERE dev = ? AND row IN ({marks})"
    first = db.execute_sql(sql, (dev, *rows)).fetchone()[0] if rows else None
    if first is None:
        return 0
    chain = log.chain_at(db, dev, first - 1)
    assert chain is not None  # numbers have no gaps
    tail = log.changes_after(db, dev, first - 1, 1 << 62, -1)
    kept = [one for one in tail if one["row"] not in rows]
    db.execute_sql("DELETE FROM change WHERE dev = ? AND seq >= ?", (dev, first))
    db.connection().executemany("DELETE FROM mine WHERE uid = ?", [(one["uid"],) for one in tail if one["row"] in rows])
    seq = first - 1
    for one in kept:
        seq += 1
        one["seq"] = seq
        one["chain"] = chain = log.chain_hash(chain, one)
    log.insert_changes(db, kept)
    if seq:
        log.set_head(db, dev, seq, chain)
    else:
        Head.delete().where(Head.dev == dev).execute(db)
    fold(db, rows)
    return len(tail) - len(kept)


def never_shared(db: Any, rows: Collection[str]) -> bool:
    """Whether all changes of these rows are this device's own and were not sealed for a sync."""
    marks = ",".join("?" * len(rows))
    sealed = int(log.get_meta(db, "sealed") or 0)
    sql = f"SELECT count(*) FROM change WHERE row IN ({marks}) AND dev <> ? AND NOT (dev = ? AND seq > ?)"
    found = db.execute_sql(sql, (*rows, log.OWN, log.device(db), sealed)).fetchone()[0]
    return not found
