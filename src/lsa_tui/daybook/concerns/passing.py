"""Saving a concern, adding to it, and what its writer still sees of it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from lsa_tui import clock, text
from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import keeping, trust
from lsa_tui.daybook.concerns.sheet import Draft, Passed, draft_from_text, draft_to_text, harmless, padded, payload
from lsa_tui.errors import BadInput

LEAST = 4
"""Characters of an id that are enough."""

WHOM = 80
"""Characters of whom was told, where that is not sealed: a name, and no place for a text."""

_in_memory: dict[str, Draft] = {}
"""Sheets that must not be on a disk, by home: they are gone with the program."""


def keeps_drafts(book: Book) -> bool:
    """Whether a draft outlives a kill here: the home is encrypted and a key of the DSL is trusted.

    Otherwise what is typed is only in memory, and the sheet should say so.
    """
    return book.key is not None and trust.ready(book)


def load_draft(book: Book) -> Draft:
    """The sheet as it was left; an empty one where nothing was kept."""
    held = _in_memory.get(_home(book))
    if held is not None:
        return _copy(held)
    if not keeping.exists(book):
        return Draft()
    with keeping.opened(book) as db:
        kept = db.execute_sql("SELECT text FROM draft").fetchone()
    return draft_from_text(kept[0]) if kept else Draft()


def keep_draft(book: Book, draft: Draft) -> bool:
    """Keeps the sheet as it is typed, encrypted on the disk or (see `keeps_drafts`) in memory. Returns which."""
    if draft.empty:
        drop_draft(book)
        return keeps_drafts(book)
    draft.pupil = draft.pupil or book.focus  # whoever comes into focus later, it is about this one
    if not keeps_drafts(book):
        _in_memory[_home(book)] = _copy(draft)
        return False
    with keeping.writing(book) as db:
        db.execute_sql("INSERT OR REPLACE INTO draft (id, text) VALUES (1, ?)", (draft_to_text(draft),))
    _in_memory.pop(_home(book), None)
    keeping.forget_glance(book)
    return True


def drop_draft(book: Book) -> None:
    """Wipes the kept sheet."""
    _in_memory.pop(_home(book), None)
    if keeping.exists(book):
        with keeping.writing(book) as db:
            db.execute_sql("DELETE FROM draft")
        keeping.forget_glance(book)


def save(book: Book, draft: Draft, *, kept: bool = True) -> Passed:
    """Seals the sheet to the DSL and wipes its draft; without a trusted key only who was told and when is kept.

    `kept`: this is the sheet that is kept as a draft; else another one may be, and it stays.

    What its text came from (`Draft.sources`) is wiped once that is sealed, and stays where it cannot be. Raises
    BadInput for an empty sheet or a text too long; nothing is wiped then.
    """
    uid = str(uuid.uuid4())  # random: not even the moment stands in the name of the sealed file
    return _written(book, uid, draft, new=True, wipe=kept)


def add(book: Book, uid: str, draft: Draft, *, kept: bool = True) -> Passed:
    """Adds to a saved concern what stands on the sheet. As `save`. Raises BadInput where there is no such concern."""
    return _written(book, find(book, uid).id, draft, new=False, wipe=kept)


def told(book: Book, uid: str, whom: str, at: datetime | None = None, in_person: bool | None = None) -> Passed:
    """Adds to a saved concern that somebody was told (now, without `at`). Raises BadInput."""
    if not whom.strip():
        raise BadInput("say who was told, as in: --told 'Mrs Price'")
    addition = Draft(told=whom, told_at=at, in_person=in_person)
    return _written(book, find(book, uid).id, addition, new=False, wipe=False)


def passed_on(book: Book) -> list[Passed]:
    """The concerns saved on this device, the newest first."""
    if not keeping.exists(book):
        return []
    with keeping.opened(book) as db:
        concerns = list(db.execute_sql("SELECT id, saved_at FROM concern ORDER BY rowid DESC"))
        return [_passed(book, db, uid, saved_at) for uid, saved_at in concerns]


def find(book: Book, uid: str) -> Passed:
    """A concern saved here by its id or the first characters of it. Raises BadInput."""
    wanted = uid.strip().lower()
    found = [one for one in passed_on(book) if one.id.startswith(wanted)] if len(wanted) >= LEAST else []
    if len(found) != 1:
        what = "more than one concern begins" if found else "no concern of this device begins"
        raise BadInput(f"{what} with {uid!r}; `lsa concern` lists them")
    return found[0]


def to_pass_on(book: Book) -> int:
    """Concerns nobody was told of yet, a sheet with text on it included. Quick: asked while drawing."""
    held = _in_memory.get(_home(book))
    waiting = held is not None and held.has_text and not held.told.strip()
    return keeping.glance(book).to_pass_on + waiting


def to_send(book: Book) -> bool:
    """Whether something sealed for the DSL lies on this device only. How much, is in no count."""
    return any(one.sealed and not one.delivered for one in passed_on(book))


def _written(book: Book, uid: str, draft: Draft, *, new: bool, wipe: bool = True) -> Passed:
    rights.require(book, "pass on a concern")
    draft = replace(draft, told=harmless(draft.told))
    if draft.empty:
        raise BadInput("nothing stands on the sheet yet: write what was said or seen, or who was told")
    keys = trust.trusted(book)
    whom = "" if keys else _whom(draft.told)
    now = book.now()
    pieces = _sealed(book, uid, draft, keys[0].recipient, new) if keys else None
    with keeping.writing(book) as db:
        if new:
            db.execute_sql("INSERT INTO concern (id, saved_at) VALUES (?, ?)", (uid, clock.to_text(now)))
        if draft.told.strip():
            db.execute_sql(
                "INSERT INTO telling (concern, whom, at, in_person) VALUES (?, ?, ?, ?)",
                (uid, whom, clock.to_text(draft.told_at or now), None if keys else draft.in_person),
            )
        if pieces:
            db.execute_sql("INSERT INTO piece (id, concern, digest, sealed) VALUES (?, ?, ?, ?)", pieces)
        if wipe:
            db.execute_sql("DELETE FROM draft")
        saved_at = db.execute_sql("SELECT saved_at FROM concern WHERE id = ?", (uid,)).fetchone()[0]
        passed = _passed(book, db, uid, saved_at)
    keeping.forget_glance(book)
    if wipe:
        _in_memory.pop(_home(book), None)
    if pieces and draft.sources:
        # Only what is sealed by now: without a key of the DSL the words would be nowhere.
        from lsa_tui.daybook.concerns import moving  # only where a text could not be wiped before

        moving.wipe(book, draft.sources)
    return passed


def _whom(told: str) -> str:
    """Whom, as it may be kept in plain words. Raises BadInput for what is longer than a name."""
    found = text.one_line(text.clean(told))
    if len(found) > WHOM:
        raise BadInput(
            f"whom you told has {len(found)} characters, at most {WHOM} fit: no key of the DSL is trusted here, so "
            "only a name is kept and no text; write the rest in the school's own system"
        )
    return found


def untell(book: Book, uid: str) -> bool:
    """Takes whom was told, entered by mistake, off the disk; returns whether the whole line went with it.

    Where a text was sealed the line stays with its times. Raises BadInput where it names nobody in plain words: what
    is sealed is only added to.
    """
    held = find(book, uid)
    if held.sealed and not held.told:
        raise BadInput("this concern is sealed and stays as it is; add what was wrong to it: lsa concern --add ID")
    with keeping.writing(book) as db:
        if held.sealed:
            db.execute_sql("UPDATE telling SET whom = '' WHERE concern = ?", (held.id,))
        else:
            db.execute_sql("DELETE FROM telling WHERE concern = ?", (held.id,))
            db.execute_sql("DELETE FROM concern WHERE id = ?", (held.id,))
    keeping.forget_glance(book)
    return not held.sealed


def _sealed(book: Book, uid: str, draft: Draft, recipient: str, new: bool) -> tuple[str, str, str, bytes]:
    from lsa_tui.vault import sealed

    piece = uid if new else str(uuid.uuid4())
    blob = sealed.seal(padded(payload(book, piece, None if new else uid, draft)), recipient)
    return piece, uid, sealed.digest(blob), blob


def _passed(book: Book, db: Any, uid: str, saved_at: str) -> Passed:
    sql = "SELECT whom, at, in_person FROM telling WHERE concern = ? ORDER BY rowid"
    tellings = list(db.execute_sql(sql, (uid,)))
    sql = "SELECT delivered_at, acknowledged_at FROM piece WHERE concern = ?"
    pieces = list(db.execute_sql(sql, (uid,)))
    answers = [answered for _, answered in pieces if answered]
    in_person = tellings[0][2] if tellings else None
    return Passed(
        id=uid,
        at=keeping.moment(book, tellings[0][1] if tellings else saved_at),
        told=", ".join(whom for whom, _, _ in tellings if whom),
        in_person=None if in_person is None else bool(in_person),
        passed_on=bool(tellings),
        sealed=bool(pieces),
        delivered=bool(pieces) and all(delivered or answered for delivered, answered in pieces),
        acknowledged=keeping.moment(book, max(answers)) if pieces and len(answers) == len(pieces) else None,
    )


def _copy(draft: Draft) -> Draft:
    return replace(draft, marks=list(draft.marks), sources=list(draft.sources))


def _home(book: Book) -> str:
    return str(book.paths.concerns)
