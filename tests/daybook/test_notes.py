"""Marks in a note: whole words, understood or left as typed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import new_book
from lsa_tui.daybook import entries, notes, problems, pupils
from lsa_tui.daybook.notes import understand
from lsa_tui.errors import BadInput
from lsa_tui.records import read

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=ZoneInfo("Europe/London"))


def meaning(typed: str) -> notes.Understood:
    return understand(typed, NOW, ["T1", "T2"], {"K7": "id-k7"})


def test_every_mark() -> None:
    found = meaning("Read 5 of 6 words alone, asked for the card once #T1 8/10 ^home !teacher @K7 -10")
    assert found.text == "Read 5 of 6 words alone, asked for the card once 8/10"
    assert (found.target, found.pupil, found.raised, found.home, found.score) == ("T1", "id-k7", True, True, "8/10")
    assert found.at is not None
    assert found.at.strftime("%H:%M") == "10:32"


@pytest.mark.parametrize(
    "typed",
    [
        "email a@K7.org",
        "#T9 is unknown",
        "the#T1 word",
        "^homework",
        "!teachers",
        "@M9 who",
        "half/10",
        "(#T1)",
        "5:99",
        "9:40",
    ],
)
def test_what_is_not_understood_stays_as_typed(typed: str) -> None:
    found = meaning(typed)
    assert found.text == typed
    assert found.marks == ()


@pytest.mark.parametrize(
    ("typed", "clock"), [("came back 9:40", "09:40"), ("came back -10", "10:32"), ("late -10 ^home", "10:32")]
)
def test_the_last_word_may_be_the_time(typed: str, clock: str) -> None:
    found = meaning(typed)
    assert found.at is not None
    assert f"{found.at:%H:%M}" == clock


def test_lines_stay_lines() -> None:
    found = meaning("first #T1 line\n  second   line\nthird ^home")
    assert found.text == "first line\n  second   line\nthird"


@given(st.text(max_size=200))
def test_text_without_marks_is_kept_whole(typed: str) -> None:
    from lsa_tui.text import clean

    if not set("#@!^") & set(typed) and not any(char.isdigit() for char in typed):
        assert meaning(typed).text == clean(typed)


def test_a_note_to_the_teacher_is_one_step_and_is_raised(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    entry = notes.note(book, "Six spellings are too many !teacher")
    assert entry.kind == "note"
    assert [problem.entry["text"] for problem in problems.inbox(book)] == ["Six spellings are too many"]
    entries.undo(book)
    assert problems.inbox(book) == []
    book.close()


@pytest.mark.parametrize("typed", ["", "   ", "#T1", "^home !teacher", "\x07\x00"])
def test_a_note_without_text_is_refused_and_nothing_is_recorded(tmp_path: Path, typed: str) -> None:
    book = new_book(tmp_path)
    with pytest.raises(BadInput, match="no text"):
        notes.note(book, typed)
    assert read.of_kind(book.db, "note") == []
    book.close()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "naïve café \U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd",
        "[/] [@click=app.quit]x[/] [bold]",
        "e\u0301 becomes one letter",
        "{'a': 1} \"quoted\" \\ back",
    ],
)
def test_text_is_kept_as_it_is(tmp_path: Path, text: str) -> None:
    import unicodedata

    book = new_book(tmp_path)
    assert notes.note(book, text)["text"] == unicodedata.normalize("NFC", text)
    book.close()


def test_a_text_that_is_too_long_says_how_long_it_is(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    with pytest.raises(BadInput, match="20000"):
        notes.note(book, "x" * 1_000_000)
    book.close()


def test_targets_are_those_of_the_pupil_named_in_the_note(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    pupils.add(book, "M2")
    pupils.use(book, "M2")
    pupils.add_item(book, "target", "T5", "Sits with the group")
    pupils.use(book, "K7")
    assert notes.note(book, "with the group @M2 #T5")["target"] == "T5"
    assert notes.note(book, "with the group #T5")["target"] is None
    book.close()
