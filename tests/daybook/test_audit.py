"""The audit: who did what when, without a word of what was recorded, and an edit of it is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from lsa_tui.daybook import audit, entries, erasing, health, marks, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import NothingToUndo
from lsa_tui.records import log


def deeds(book: Book) -> list[tuple[str, str]]:
    return [(one.did, one.kind) for one in audit.entries(book)]


def test_changes_and_deeds_in_order_with_field_names_and_no_words(book: Book) -> None:
    start = len(audit.entries(book))
    said = notes.note(book, "Zword one")
    entries.correct(book, said.id, {"text": "Zword two"})
    audit.note(book, "export", "records.jsonl")
    entries.remove(book, said.id, "Zword reason")
    found = audit.entries(book)[start:]
    assert [(one.did, one.kind) for one in found] == [
        ("recorded", "note"),
        ("changed", "note"),
        ("export", ""),
        ("removed", "note"),
    ]
    assert found[1].fields == ("text",)
    assert found[2].about == "records.jsonl"
    assert {one.by for one in found} == {"JT"}
    assert {one.role for one in found} == {"lsa"}
    assert {one.device for one in found} == {"this device"}
    assert "Zword" not in repr(found)


def test_names_and_private_marks_are_said_without_their_words(book: Book) -> None:
    pupils.add(book, "K7", name="Zname Smith")
    marks.tally(book, "p")
    assert ("recorded", "pupil's name") in deeds(book)
    assert deeds(book)[-1] == ("recorded", "mark")
    assert "Zname" not in repr(audit.entries(book))


def test_it_stands_outside_undo_and_is_no_record(book: Book) -> None:
    marks.tally(book, "c")
    audit.note(book, "export", "a file")
    entries.undo(book)
    assert deeds(book)[-1] == ("export", "")
    with book.store.writing() as db:
        log.settle(db)
    audit.note(book, "export", "a file")
    with pytest.raises(NothingToUndo):
        entries.undo(book)
    assert health.rebuild(book) == book.db.execute_sql("SELECT count(*) FROM record").fetchone()[0]
    assert [one.says for one in health.examine(book) if not one.well] == []
    assert not [one for one in health.examine(book) if one.name == "newer"]


def test_what_it_says_is_one_line_without_control_characters(book: Book) -> None:
    audit.note(book, "export\x1b[31m", "a\nb" + "c" * 500)
    last = audit.entries(book)[-1]
    assert last.did == "export[31m"
    assert last.about.startswith("a b")
    assert len(last.about) == audit.LONGEST


def test_only_the_days_that_are_asked_for(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_NOW", "2019-11-20T10:00:00+00:00")
    audit.note(book, "first")
    monkeypatch.setenv("LSA_NOW", "2019-11-24T10:00:00+00:00")
    audit.note(book, "second")
    day = book.today()
    assert [one.did for one in audit.entries(book, day, day)] == ["second"]
    assert [one.did for one in audit.entries(book, None, day)] == ["first", "second"]


TOOLS = {
    "altered": "UPDATE change SET body = replace(body, 'export', 'nothing') WHERE op = 'act'",
    "altered with its hash": "UPDATE change SET body = '{}', salt = '', body_hash = 'x' WHERE op = 'act'",
    "by another": "UPDATE change SET actor = 'LP' WHERE op = 'act'",
    "emptied": "UPDATE change SET body = NULL, salt = NULL WHERE op = 'act'",
    "taken out": "DELETE FROM change WHERE dev = 'audit' AND seq = 2",
    "cut off": "DELETE FROM change WHERE dev = 'audit' AND seq = 3",
    "cut off with its head": "DELETE FROM head WHERE dev = 'audit'",
    "an erasure": "UPDATE change SET body = replace(body, 'wrong', 'right') WHERE op = 'redact'",
}


@pytest.mark.parametrize("how", TOOLS)
def test_an_edit_with_other_tools_is_found(book: Book, how: str) -> None:
    for number in range(3):
        audit.note(book, "export", f"file {number}")
    erasing.erase_rows(book, [notes.note(book, "words").id], "about the wrong child")
    assert [one.says for one in health.examine(book) if not one.well] == []
    if "head" not in how:  # the guard is in the way of a first try
        with closing(sqlite3.connect(book.paths.database)) as other, pytest.raises(sqlite3.IntegrityError):
            other.execute(TOOLS[how])
    with closing(sqlite3.connect(book.paths.database)) as other, other:
        for guard in ("change_stays", "change_is_immutable"):
            other.execute(f"DROP TRIGGER {guard}")
        other.execute(TOOLS[how])
    found = next(one for one in health.examine(book) if one.name == "log")
    assert not found.well
    assert ("the audit" in found.says) is (how != "an erasure")
