"""Who did what, and when: every change of a record, and what is no change (an export, a wrong PIN, a new key).

The latter stand in a chain of their own on this device. Neither holds a word of what was recorded: kinds, ids and
field names only. Of concerns nothing stands here at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from lsa_tui import clock, text
from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.records import log
from lsa_tui.records.vocabulary import KINDS

LONGEST = 200
"""Characters of what an act was about."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed. `did` says it ("recorded", "changed", "export"); `kind`, `id` and `fields` (names) where it was a
    change of a record; `about` is a file, an id, a number."""

    at: str
    by: str
    role: str
    device: str
    did: str
    kind: str = ""
    id: str = ""
    fields: tuple[str, ...] = ()
    about: str = ""


def note(book: Book, did: str, about: str = "") -> None:
    """Writes down that something was done which is no change of a record: committed when this returns.

    `did`: two or three words; `about`: a file, an id, a role; never a word of what was recorded, nothing of a concern.
    """
    content = {"did": text.one_line(text.clean(did), 80), "about": text.one_line(text.clean(about), LONGEST)}
    with book.store.writing() as db:
        log.append_alone(db, log.AUDIT, "act", log.ACT, content, book.author())
        log.set_meta(db, HEAD, head(db))


HEAD = "audit_head"
"""Where this database remembers the end of the audit, apart from it."""


def head(db: Any) -> str:
    """The end of the audit's chain, as `HEAD` remembers it; empty where nothing was noted yet."""
    row = db.execute_sql("SELECT seq, chain FROM head WHERE dev = ?", (log.AUDIT,)).fetchone()
    return f"{row[0]} {row[1]}" if row else ""


def was_cut(db: Any) -> bool:
    """Whether the audit does not end where it was last written: somebody took its end, or all of it, away."""
    return (log.get_meta(db, HEAD) or "") != head(db)


def entries(book: Book, since: date | None = None, until: date | None = None) -> list[Entry]:
    """What was done on the days `since` to `until` (both included; None: no bound), oldest first.

    Raises NotAllowed for a role that may not read it.
    """
    rights.require(book, "read the audit")
    first, last = (since or date(1, 1, 1)).isoformat(), (until or date(9999, 12, 31)).isoformat()
    sql = (
        "SELECT c.wall, c.actor, c.role, c.dev, c.op, c.kind, c.row, c.body, NOT EXISTS (SELECT 1 FROM change b "
        "WHERE b.row = c.row AND (b.hlc, b.uid) < (c.hlc, c.uid)) FROM change c LEFT JOIN mine m ON m.uid = c.uid "
        "WHERE coalesce(m.undone, 0) = 0 AND substr(c.wall, 1, 10) BETWEEN ? AND ? ORDER BY c.hlc, c.uid"
    )
    device = log.get_meta(book.db, "device")
    return [_entry(device, *row) for row in book.db.execute_sql(sql, (first, last))]


def _entry(
    own: str | None, wall: str, actor: str, role: str, dev: str, op: str, kind: str, row: str, body: str | None,
    first: int,
) -> Entry:  # fmt: skip
    device = "this device" if dev in (*log.STAYING, own) else dev
    content = json.loads(body) if body else {}
    if op == log.ACT:
        return Entry(wall, actor, role, device, str(content.get("did")), about=str(content.get("about")))
    if op == log.REDACT:
        return Entry(wall, actor, role, device, "erased", id=row, about=_erased(content))
    fields = tuple(sorted(content.get("set", {})))
    did = "recorded" if first else "removed" if content.get("set", {}).get("removed") else "changed"
    about = "" if body else "its text is erased"
    words = KINDS[kind].words if kind in KINDS else kind
    return Entry(wall, actor, role, device, did, words, row, fields, about)


def _erased(content: dict[str, object]) -> str:
    """How much was erased, of which pupil (by id: the code is gone), and why."""
    rows, changes = content.get("rows"), content.get("changes")
    number = (len(rows) if isinstance(rows, list) else 0) + (len(changes) if isinstance(changes, list) else 0)
    parts = [f"{number} record{'s' * (number != 1)}", f"of pupil {content['pupil']}" if content.get("pupil") else ""]
    return " ".join(part for part in parts if part) + f": {content.get('reason') or 'no reason given'}"


def moment(entry: Entry) -> str:
    """When it was, for people: day and time of the writing."""
    return f"{clock.from_text(entry.at):%Y-%m-%d %H:%M}"
