"""Reading records: database rows stop here, everything else sees plain `Entry` values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from lsa_tui.clock import from_text
from lsa_tui.records.fold import COLUMNS, HAS_NAMES, NAMES
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM record"


def _entry(row: Sequence[Any]) -> Entry:
    (
        uid,
        kind,
        pupil,
        _at,
        at_text,
        _day,
        recorded,
        by,
        own,
        _open,
        removed,
        revisions,
        order,
        conflict,
        data,
    ) = row
    fields = json.loads(data)
    return Entry(
        id=uid,
        kind=kind,
        pupil=pupil,
        at=from_text(at_text) if at_text else None,
        recorded_at=from_text(recorded),
        by=by,
        names=fields.pop(NAMES, None),
        data=fields,
        own=bool(own),
        removed=removed,
        revisions=revisions,
        order=order,
        conflict=json.loads(conflict) if conflict else None,
    )


def _rows(db: Any, where: str, values: Sequence[Any], order: str = "at, ord") -> list[Entry]:
    return [_entry(row) for row in db.execute_sql(f"{_SELECT} WHERE {where} ORDER BY {order}", values)]


def get(db: Any, uid: str) -> Entry | None:
    """One record by its id, removed or not."""
    return next(iter(_rows(db, "uid = ?", (uid,))), None)


def starting_with(db: Any, start: str) -> list[Entry]:
    """Records whose id begins so: people type the first characters."""
    return _rows(db, "uid >= ? AND uid < ?", (start, start + "g"), "uid LIMIT 3") if start else []


def of_kind(db: Any, kind: str, pupil: str | None = None, removed: bool = False) -> list[Entry]:
    """All records of a kind, of one pupil where named, in order of time."""
    where, values = "kind = ?", [kind]
    if pupil is not None:
        where, values = where + " AND pupil = ?", [*values, pupil]
    return _rows(db, where + ("" if removed else " AND removed IS NULL"), values)


def referring(db: Any, kind: str, field: str, ids: Sequence[str]) -> list[Entry]:
    """Records of a kind whose `field` names one of these ids, in order of time. A year of them costs no more than a
    look at each in the database."""
    found: list[Entry] = []
    for start in range(0, len(ids), 400):  # SQLite's oldest limit on variables is 999
        part = list(ids[start : start + 400])
        where = f"kind = ? AND removed IS NULL AND json_extract(data, '$.{field}') IN ({','.join('?' * len(part))})"
        found += _rows(db, where, [kind, *part])
    return found


def between(
    db: Any,
    first: str,
    last: str,
    pupil: str | None = None,
    kinds: Iterable[str] | None = None,
    nobody: bool = True,
    removed: bool = False,
) -> list[Entry]:
    """Records of the days `first` to `last` (ISO dates, both included), in order of time, then of recording.

    With `pupil`: that pupil's, and with `nobody` also those that belong to no pupil.
    """
    where, values = ["day >= ? AND day <= ?"], [first, last]
    if kinds is not None:
        kinds = list(kinds)
        where.append(f"kind IN ({','.join('?' * len(kinds))})")
        values += kinds
    if pupil is not None:
        where.append("(pupil = ? OR pupil IS NULL)" if nobody else "pupil = ?")
        values.append(pupil)
    if not removed:
        where.append("removed IS NULL")
    return _rows(db, " AND ".join(where), values)


def reaching_into(db: Any, day: str, pupil: str, days: int) -> list[Entry]:
    """Slots of a pupil and of everybody that began on one of the `days` before this day (ISO date) and end on it or
    after it, in order of time. An end at its midnight is not on it."""
    where = (
        "kind = 'slot' AND removed IS NULL AND day < ? AND day >= date(?, ?) AND (pupil = ? OR pupil IS NULL) "
        "AND substr(json_extract(data, '$.ends'), 1, 19) > ?"
    )
    return _rows(db, where, (day, day, f"-{days} days", pupil, f"{day}T00:00:00"))


def listed(db: Any, first: str, last: str, pupil: str | None = None, removed: bool = False) -> list[Entry]:
    """The day's log: what happened, without the plan."""
    return between(db, first, last, pupil, [k.name for k in KINDS.values() if k.listed], removed=removed)


def marked_names(db: Any) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Of the records in whose texts names are marked, the id, the fields and the marks."""
    # Asked as the index over them is made; the rest of such a record would have to be read for nothing.
    for uid, data in db.execute_sql(f"SELECT uid, data FROM record WHERE {HAS_NAMES} AND removed IS NULL"):
        fields = json.loads(data)
        yield uid, fields, fields.pop(NAMES, None)


def still_open(db: Any, kind: str, pupil: str | None) -> list[Entry]:
    """Records of a kind that have begun and not ended, of this pupil or of none, in order of time."""
    return _rows(db, "open = 1 AND kind = ? AND (pupil = ? OR pupil IS NULL)", (kind, pupil))


def open_of_anybody(db: Any, kind: str) -> list[Entry]:
    """Records of a kind that have begun and not ended, whosever they are, in order of time."""
    return _rows(db, "open = 1 AND kind = ?", (kind,))


def conflicts(db: Any) -> list[Entry]:
    """Records with a field whose edits did not see each other."""
    # A removed record is asked about only where its removal itself is what differs.
    asked = "conflict IS NOT NULL AND (removed IS NULL OR json_extract(conflict, '$.removed') IS NOT NULL)"
    return _rows(db, asked, ())


def unanswered(db: Any, pupil: str) -> list[Entry]:
    """A pupil's raised problems that nobody has answered yet, in order of time."""
    # Coalesced, because one NULL in a NOT IN list would hide every problem.
    answered = (
        "SELECT coalesce(json_extract(data, '$.problem'), '') FROM record WHERE kind = 'reply' AND removed IS NULL"
    )
    return _rows(db, f"kind = 'problem' AND pupil = ? AND removed IS NULL AND uid NOT IN ({answered})", (pupil,))


def replies_to(db: Any, problems: Sequence[str]) -> list[Entry]:
    """The answers to these problems, in order of time."""
    if not problems:
        return []
    about = f"json_extract(data, '$.problem') IN ({','.join('?' * len(problems))})"
    return _rows(db, f"kind = 'reply' AND removed IS NULL AND {about}", problems)


class Answers(NamedTuple):
    """How many responses of one day were the same; `level` and `outcome` as they were recorded."""

    day: str
    target: str
    ladder: str | None
    level: str | None
    outcome: str
    number: int


def answers(db: Any, pupil: str, first: str, last: str) -> list[Answers]:
    """A pupil's responses of the days `first` to `last` (ISO dates, both included), counted; oldest day first."""
    fields = ", ".join(f"json_extract(data, '$.{name}')" for name in ("target", "ladder", "level", "outcome"))
    sql = (
        f"SELECT day, {fields}, count(*) FROM record WHERE kind = 'trial' AND pupil = ? AND day >= ? AND day <= ? "
        "AND removed IS NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, min(at), min(ord)"
    )
    return [Answers(*row) for row in db.execute_sql(sql, (pupil, first, last))]


def counts(db: Any, pupil: str | None, day: str) -> dict[str | None, int]:
    """Marks of a day by behaviour id (None: unknown ones), those of no pupil included."""
    sql = (
        "SELECT json_extract(data, '$.behaviour'), sum(json_extract(data, '$.count')) FROM record "
        "WHERE kind = 'tally' AND day = ? AND (pupil = ? OR pupil IS NULL) AND removed IS NULL GROUP BY 1"
    )
    return dict(db.execute_sql(sql, (day, pupil)).fetchall())


def last_day(db: Any, before: str, pupil: str | None) -> str | None:
    """The last day before `before` with anything in the log."""
    sql = "SELECT max(day) FROM record WHERE day < ? AND kind IN ('session', 'tally', 'trial', 'note')"
    values: list[Any] = [before]
    if pupil is not None:
        sql, values = sql + " AND pupil = ?", [*values, pupil]
    found = db.execute_sql(sql, values).fetchone()[0]
    return None if found is None else str(found)


class Names:
    """Words for ids. Looked up once each; made anew where something may have changed."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self._known: dict[str, Entry | None] = {}
        self._problems: dict[str, str] | None = None
        self.people: Any = None
        """Who can be named in a text (`daybook.names.everybody`): looked up once, too."""

    def entry(self, uid: str | None) -> Entry | None:
        """A record by its id, as it was when these names were made."""
        if uid is None:
            return None
        if uid not in self._known:
            self._known[uid] = get(self._db, uid)
        return self._known[uid]

    def pupil(self, uid: str | None) -> str:
        """A pupil's code, empty for nobody."""
        found = self.entry(uid)
        return str(found["code"]) if found else (f"({uid[:8]})" if uid else "")

    def behaviour(self, uid: str | None) -> str:
        """A behaviour's label."""
        found = self.entry(uid)
        return str(found["label"]) if found else "unknown"

    def letter(self, uid: str | None) -> str:
        """A behaviour's letter now, empty where it has none."""
        found = self.entry(uid)
        return str(found["key"] or "") if found else ""

    def slot(self, uid: str | None) -> str:
        """A slot's title."""
        found = self.entry(uid)
        return str(found["title"]) if found else "Session"

    def of(self, field: str, uid: Any) -> str | None:
        """What the id in a field of this name stands for; None where such a field holds no id that has words."""
        words = {"pupil": self.pupil, "behaviour": self.behaviour, "slot": self.slot}.get(field)
        return words(uid) if words else None

    def status(self, problem: str) -> str:
        """open, answered or closed: derived from the replies, so that none can be overwritten."""
        if self._problems is None:
            self._problems = {}
            for reply in of_kind(self._db, "reply"):
                about = reply["problem"]
                closed = reply["close"] or self._problems.get(about) == "closed"
                self._problems[about] = "closed" if closed else "answered"
        return self._problems.get(problem, "open")
