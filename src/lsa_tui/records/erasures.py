"""Erasing: changes whose bodies go, on every device, while the log stays whole.

An erasure is itself a change (`op` "redact"). It names rows, single changes, and perhaps a pupil:

* rows with an id of their own (UUIDv7): all changes of them, whenever made;
* rows with a natural key (pupil K7): the changes stamped before it, so that another K7 can come later;
* a pupil: what is recorded of them elsewhere by people who have not seen the erasure. Who finds such changes erases
  them and says by an erasure of its own which ones they were.

Only what is certain to have been written without knowing of it goes: another K7 may have come by then. What has no body
is always named by an erasure that is in the log, and is believed only then.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsa_tui.records import ids, log
from lsa_tui.records.belonging import by_pupil, in_parts, of_pupil, own_of_pupil
from lsa_tui.records.fold import WHOLE, changes_of, fold
from lsa_tui.records.models import Head

KIND = "erasure"
"""The kind of such a change. It is no kind of record."""

ALSO = "recorded by somebody who had not seen the erasure"
"""The reason of an erasure that only carries on another one."""

_NEVER = (1 << 63) - 1
"""Behind every stamp."""

_MOST = 2000
"""Rows named by one change."""

Key = tuple[str, int]
"""A change: its device and number."""


@dataclass(frozen=True)
class Erasure:
    """One erasure: which change it is, and what it names.

    `of`: the one that it says again, in a home that was put back from a copy; `hlc` is then that one's. Who has heard
    of that one hears nothing new.
    """

    uid: str
    dev: str
    seq: int
    hlc: int
    rows: frozenset[str]
    changes: frozenset[str]
    pupil: str | None
    of: str | None = None


def of_change(change: Mapping[str, Any]) -> Erasure:
    """The erasure that a change is."""
    body = json.loads(change["body"])
    return Erasure(
        change["uid"],
        change["dev"],
        change["seq"],
        body.get("hlc", change["hlc"]),
        frozenset(body.get("rows", ())),
        frozenset(body.get("changes", ())),
        body.get("pupil"),
        body.get("of"),
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
    stamp = ids.next_hlc(int(log.get_meta(db, "hlc") or 0), author.now_ms)
    return _say(db, author, rows, {*changes, *_stamped_later(db, rows, stamp)}, {"pupil": pupil, "reason": reason})


def say_again(db: Any, author: log.Author, one: Erasure) -> int:
    """Erases what `one` names in a home that was put back from a copy of before it; inside a transaction.

    Nobody else may know of it any more, so it is said in full, and as of its own time: what was written in sight of it
    since stays. Returns how many changes lost their bodies.
    """
    again = {"pupil": one.pupil, "reason": ALSO, "of": one.of or one.uid, "hlc": one.hlc}
    erased = _say(db, author, one.rows, one.changes, again)
    return erased + _names_cut_out(db, [one])


def _say(db: Any, author: log.Author, rows: Collection[str], changes: Collection[str], facts: Mapping[str, Any]) -> int:
    log.keep(db)
    ordered, made = sorted(rows), []
    for start in range(0, max(len(ordered), 1), _MOST):
        content = {"rows": ordered[start : start + _MOST], **facts}
        if changes and not start:
            content["changes"] = sorted(changes)
        made.append(of_change(log.append_alone(db, log.device(db), KIND, log.REDACT, content, author)))
    named = Named(made)
    going = [one for one in (*_bodies(db, "row", rows), *_bodies(db, "uid", changes)) if named.has(one)]
    return _wipe(db, going)


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
    """What arriving erasures (`heard`: whether there were any), and arriving changes that held ones name, came to
    here."""

    changes: int
    own: int
    pupils: frozenset[str]
    heard: bool = False


def obey(db: Any, arrived: Sequence[Mapping[str, Any]], author: log.Author) -> Obeyed:
    """Erases what is to go now that these changes have been taken in and folded; inside their transaction.

    What belongs to an erased pupil and is named by no erasure yet is erased too, and an erasure by `author` names it.
    """
    every = list(held(db))
    if not every:
        return Obeyed(0, 0, frozenset())
    came = {one["uid"] for one in arrived}
    heard = {uid for one in every if one.uid not in came for uid in (one.uid, one.of)}
    fresh = [one for one in every if one.uid in came and not {one.uid, one.of or one.uid} & heard]
    rows = {one["row"] for one in arrived if one["op"] == log.SET}
    erased = _obeyed(db, every, fresh, came, rows, author)
    pupils = frozenset(one.pupil for one in fresh if one.pupil)
    if pupils:
        log.drop_undone(db)
    own = sum(cut_out(db, log.OWN, own_of_pupil(db, pupil)) for pupil in pupils)
    return Obeyed(erased, own, pupils, bool(fresh))


def obey_again(db: Any, author: log.Author) -> None:
    """Erases what is to go of a log that was put together from several copies: what each of its erasures names, and
    what was recorded before it and named by none. What came after stays, for this home had heard of it by then.

    Inside a transaction.
    """
    every = list(held(db))
    if every:
        rows = {row for (row,) in db.execute_sql("SELECT DISTINCT row FROM change WHERE op = 'set'")}
        _obeyed(db, every, (), (), rows, author)
        _names_cut_out(db, every)


def _names_cut_out(db: Any, heard: Iterable[Erasure]) -> int:
    """Takes out the names of pupils that were erased, but not what was told since. Returns how many there were."""
    log.drop_undone(db)
    return sum(cut_out(db, log.OWN, own_of_pupil(db, one.pupil), one.hlc) for one in heard if one.pupil)


def _obeyed(
    db: Any,
    every: Sequence[Erasure],
    fresh: Sequence[Erasure],
    came: Collection[str],
    rows: Collection[str],
    author: log.Author,
) -> int:
    """Erases what the erasures name in `rows`, what those name anywhere that are new here, and what nobody named.

    `came`: the changes that have just arrived. Returns how many lost their bodies.
    """
    rows = {*rows, *(row for one in fresh for row in one.rows)}
    listed = {uid for one in fresh for uid in one.changes}
    named = Named(every)
    # Before words go which say of whom they are.
    new = {one.uid for one in fresh}
    concerned = list(_concerned(db, every, new, rows))
    going = [one for one in (*_bodies(db, "row", rows), *_bodies(db, "uid", listed)) if named.has(one)]
    erased = _wipe(db, going)
    unseen = list(_unseen(db, concerned, new, came))
    whole = {one["row"] for one in unseen if ids.happened_once(one["row"])}
    single = {one["uid"] for one in unseen if one["row"] not in whole}
    single |= _in_sight_of_erased(db, {*rows, *(one["row"] for one in going)}, single)
    if whole or single:
        erased += redact(db, author, whole, single, None, ALSO)
    return erased


def _concerned(
    db: Any, every: Sequence[Erasure], new: Collection[str], rows: Collection[str]
) -> Iterator[tuple[Erasure, set[str]]]:
    """Each erasure with the rows in which something may be that was recorded without knowing of it."""
    touched = by_pupil(db, rows) if any(one.pupil for one in every) else {}
    for one in every:
        found = {row for row in one.rows if not ids.happened_once(row) and (one.uid in new or row in rows)}
        if one.pupil:
            found |= set(of_pupil(db, one.pupil)) if one.uid in new else touched.get(one.pupil, set())
        yield one, found


def _unseen(
    db: Any, concerned: Iterable[tuple[Erasure, set[str]]], new: Collection[str], came: Collection[str]
) -> Iterator[dict[str, Any]]:
    """The changes in these rows that were recorded by somebody who had not heard of the erasure."""
    own, dev, sealed = log.own_chains(db), log.device(db), int(log.get_meta(db, "sealed") or 0)
    for one, rows in concerned:
        # What was never on its way has nobody heard of. What was may have arrived, whatever the sync said.
        here_alone = one.of is None and one.dev == dev and one.seq > sealed
        for change in _bodies(db, "row", rows):
            arrives = change["uid"] in came
            # Who has heard of an erasure writes behind its stamp; and this device wrote these before it came.
            if change["hlc"] < one.hlc or (here_alone if arrives else one.uid in new and change["dev"] in own):
                yield change


def _in_sight_of_erased(db: Any, rows: Collection[str], going: Collection[str]) -> set[str]:
    """Edits, in rows with a natural key, of nothing but what is erased (or `going`): whoever wrote them saw that still,
    so they had not heard of it either. Nothing else says any more of whom such an edit is. One that replaced something
    that stays, too, was written in sight of that."""
    natural = [row for row in rows if not ids.happened_once(row)]
    found: set[str] = set()
    for changes in changes_of(db, natural).values():
        gone = {one.uid for one in changes if one.body is None or one.uid in going}
        live = {one.uid: _replaced(one.body) for one in changes if one.uid not in gone and one.body} if gone else {}
        while more := {uid for uid, replaced in live.items() if replaced and replaced <= gone}:
            found |= more
            gone |= more
            live = {uid: replaced for uid, replaced in live.items() if uid not in more}
    return found


def _replaced(body: str) -> set[str]:
    """The changes whose values an edit replaced, as it says itself."""
    preds = json.loads(body).get("preds", {})
    return {uid for field, uids in preds.items() if field != WHOLE for uid in uids}


def cut_out(db: Any, dev: str, rows: Collection[str], before: int | None = None) -> int:
    """Takes changes of this home's own, never shared, out of their chain as if they had never been; with `before`
    those that were stamped earlier.

    What came after is numbered and chained again. To be called inside a transaction, without anything undone in it
    (`log.drop_undone`); the guard refuses where one was shared. Returns how many there were.
    """
    marks = ",".join("?" * len(rows))
    until = _NEVER if before is None else before
    sql = f"SELECT min(seq) FROM change WHERE dev = ? AND row IN ({marks}) AND hlc < ?"
    first = db.execute_sql(sql, (dev, *rows, until)).fetchone()[0] if rows else None
    if first is None:
        return 0
    chain = log.chain_at(db, dev, first - 1)
    assert chain is not None  # numbers have no gaps
    tail = log.changes_after(db, dev, first - 1, 1 << 62, -1)
    cut = {one["uid"] for one in tail if one["row"] in rows and one["hlc"] < until}
    kept = [one for one in tail if one["uid"] not in cut]
    db.execute_sql("DELETE FROM change WHERE dev = ? AND seq >= ?", (dev, first))
    db.connection().executemany("DELETE FROM mine WHERE uid = ?", [(uid,) for uid in cut])
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
    return len(cut)


def never_shared(db: Any, rows: Collection[str]) -> bool:
    """Whether all changes of these rows are this device's own and were not sealed for a sync."""
    marks = ",".join("?" * len(rows))
    sealed = int(log.get_meta(db, "sealed") or 0)
    sql = f"SELECT count(*) FROM change WHERE row IN ({marks}) AND dev <> ? AND NOT (dev = ? AND seq > ?)"
    found = db.execute_sql(sql, (*rows, log.OWN, log.device(db), sealed)).fetchone()[0]
    return not found
