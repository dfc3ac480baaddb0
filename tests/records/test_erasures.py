"""What an erasure names, and the migration that lets bodies go."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.daybook import erasing, notes
from lsa_tui.daybook.health import examine
from lsa_tui.records import belonging, erasures, ids, log
from lsa_tui.records.erasures import Erasure, Named
from lsa_tui.records.vocabulary import KINDS

ONCE, NATURAL = "0193a2b4-1c2d-7e3f-8a5b-6c7d8e9f0a1b", ids.natural_id("pupil", "", "K7")


@pytest.mark.parametrize(
    ("row", "hlc", "named"),
    [(ONCE, 5, True), (ONCE, 50, True), (NATURAL, 5, True), (NATURAL, 10, False), (NATURAL, 50, False)],
)
def test_rows_with_a_natural_key_can_come_again(row: str, hlc: int, named: bool) -> None:
    one = Erasure("e", "d", 1, 10, frozenset({ONCE, NATURAL}), frozenset(), None)
    assert Named([one]).has({"op": "set", "uid": "u", "row": row, "hlc": hlc}) is named


def test_single_changes_and_never_an_erasure_itself() -> None:
    one = Erasure("e", "d", 1, 10, frozenset({ONCE}), frozenset({"u"}), None)
    assert Named([one]).has({"op": "set", "uid": "u", "row": NATURAL, "hlc": 50})
    assert not Named([one]).has({"op": "redact", "uid": "u", "row": ONCE, "hlc": 1})
    assert not Named([]).has({"op": "set", "uid": "u", "row": ONCE, "hlc": 1})


def test_ids_of_what_happened_and_of_what_has_a_key() -> None:
    assert ids.happened_once("0193a2b4-1c2d-7e3f-8a5b-6c7d8e9f0a1b")
    assert not ids.happened_once(ids.natural_id("note", "x"))
    assert not ids.happened_once("row-1")


def test_what_says_the_same_once_more_goes_with_it() -> None:
    """A kind that refers to a record must be one of these, or its reference one of a place."""
    assert {kind: fields for kind, fields in belonging.ABOUT.items() if fields} == {
        "problem": ("note",),
        "reply": ("problem",),
        "release": ("note",),
    }
    assert set(belonging.ABOUT) == set(KINDS)


def test_the_first_format_learns_to_erase(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    said = notes.note(book, "words")
    book.close()
    with closing(sqlite3.connect(tmp_path / "records.db")) as old, old:
        old.execute("DROP INDEX change_erasures")
        old.execute("DROP TRIGGER change_is_immutable")
        old.execute(
            "CREATE TRIGGER change_is_immutable BEFORE UPDATE ON change "
            "BEGIN SELECT RAISE(ABORT, 'a change cannot be altered'); END"
        )
        old.execute("PRAGMA user_version = 1")
    book = new_book(tmp_path, pupil=None, tiles=False)
    assert (tmp_path / "backups" / "records-format-1.db").exists()
    erasing.erase_rows(book, [said.id], "about the wrong child")
    assert [one.says for one in examine(book) if not one.well] == []
    assert list(erasures.erased_keys(book.db)) == [log.device(book.db)]
    book.close()


def test_erasing_many_is_said_in_several_changes(tmp_path: Path) -> None:
    book = new_book(tmp_path, pupil="K7", tiles=False)
    with book.step():
        rows = [notes.note(book, f"note {number}").id for number in range(2300)]
    done = erasing.erase_rows(book, rows, "retention schedule")
    assert (done.records, done.changes) == (2300, 2300)
    assert [len(one.rows) for one in erasures.held(book.db)] == [2000, 300]
    assert [one.says for one in examine(book) if not one.well] == []
    book.close()
