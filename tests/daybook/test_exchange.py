"""JSON lines: lossless, idempotent, all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homes import acting, new_book
from lsa_tui import paths
from lsa_tui.daybook import (
    behaviours,
    entries,
    events,
    exchange,
    interventions,
    marks,
    names,
    notes,
    plan,
    problems,
    pupils,
    releasing,
    sessions,
)
from lsa_tui.daybook import cover as covering
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import fold, read
from lsa_tui.records.vocabulary import KINDS

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def empty(folder: Path) -> Book:
    return Book(paths.find(str(folder)))


def fill(book: Book) -> None:
    """One of everything."""
    pupils.add(book, "M2", name="Mo", year="4", plan_type="EHCP")
    pupils.add_item(book, "outcome", "E1", "Plays with two friends", area="SEMH")
    pupils.add_item(book, "provision", "F1", "Daily group", minutes=15, times_per_week=5, outcome="E1", by_whom="TA")
    pupils.add_item(book, "target", "T2", "Reads CVC words", ladder="prompt", outcome="E1", criterion="80% over 3")
    plan.add(book, "Maths", "09:45", "10:45", provision="F1", targets=["T2"], aim="exchange")
    behaviours.add(book, "y", "Yawned", pupil=book.pupil("M2"))
    sessions.start(book, None)
    sessions.pause(book)
    sessions.stop(book, adapted="smaller steps")
    marks.tally(book, "c", 3)
    marks.tally(book, "p", 2)
    marks.tally(book, "o")
    marks.tally(book, "j", unknown=True)
    marks.trial(book, "T1", "self")
    marks.trial(book, "T2", "PP")
    read_alone = notes.note(book, "Read alone \U0001f469\u200d\U0001f467 [/] #T1 8/10 ^home !teacher")
    events.check(book, "g", "pupil", 4, 3, "said 'fine'")
    events.incident(book, "asked", "left room", "space here", minutes=4.5, free_to_leave="yes", text="two\nlines")
    events.care(book, "food", "half")
    events.flag(book, "late")
    notes.tomorrow(book, "PE kit")
    interventions.record(book, 2, persons="JT", held="guided by the hand", told="SLT")
    with acting(book):
        problems.reply(book, problems.inbox(book)[0].entry.id, "Try four", close=True)
        releasing.release(book, read_alone.id)
        releasing.approve(book, "A good day")
    with acting(book, "DS", "dsl"):
        book.record("dsl_key", {"recipient": "age1made-up", "verify": "made-up"})
    covering.begin(book, "MB")
    covering.end(book)
    names.add(book, "Zoe Brook", "classmate")
    names.add(book, "Ms Patel", "staff")
    entries.correct(book, notes.note(book, "typo").id, {"text": "no typo"})
    entries.remove(book, notes.note(book, "gone").id, "twice")


def test_export_import_export_is_the_same_and_twice_adds_nothing(book: Book, tmp_path: Path) -> None:
    fill(book)
    first = list(exchange.export(book, names=True, private=True))
    types = {json.loads(line)["type"] for line in first}
    assert types == set(KINDS) - {"name"}, "every type of the vocabulary is in this test"
    other = empty(tmp_path / "two")
    taken = exchange.take(other, first, "file")
    assert (taken.added, taken.updated, taken.known) == (len(first), 0, 0)
    assert {one.own for one in read.of_kind(other.db, "person")} == {True}, "names stay here in the new home, too"
    assert list(exchange.export(other, names=True, private=True)) == first
    again = exchange.take(other, first, "file")
    assert (again.added, again.updated, again.known) == (0, 0, len(first))
    before = list(other.db.execute_sql("SELECT * FROM record ORDER BY uid"))
    fold.rebuild(other.db)
    assert list(other.db.execute_sql("SELECT * FROM record ORDER BY uid")) == before
    other.close()


def test_names_and_private_marks_leave_only_when_asked(book: Book) -> None:
    fill(book)
    plain = "\n".join(exchange.export(book))
    assert '"Mo"' not in plain
    assert "Zoe" not in plain
    assert "Patel" not in plain
    tile = behaviours.at_letter(book, "p", book.focus)
    assert tile is not None
    marks_of = [json.loads(line) for line in plain.split("\n") if '"tally"' in line]
    assert tile.id not in [one.get("behaviour_id") for one in marks_of]
    assert exchange.private_marks(book) == 1
    full = "\n".join(exchange.export(book, names=True))
    assert '"name": "Mo"' in full
    assert '"name": "Zoe Brook", "who": "classmate"' in full


def test_a_pupils_export_has_that_pupil_only(book: Book) -> None:
    fill(book)
    notes.note(book, "about the other @M2")
    lines = [json.loads(line) for line in exchange.export(book, pupil=book.pupil("M2"))]
    assert {line["pupil"] for line in lines if line.get("pupil")} == {"M2"}
    assert [line["code"] for line in lines if line["type"] == "pupil"] == ["M2"]


@given(texts=st.lists(TEXTS, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives(tmp_path_factory: Any, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    book = new_book(folder / "one")
    for text in texts:
        try:
            entry = notes.note(book, text)
            entries.correct(book, entry.id, {"text": text + "."})
            events.care(book, "food", text)
        except BadInput:
            continue  # nothing but control characters or blanks
    lines = list(exchange.export(book))
    other = empty(folder / "two")
    exchange.take(other, lines, "file")
    assert list(exchange.export(other)) == lines
    book.close()
    other.close()


PUPIL = '{"type": "pupil", "code": "K7"}'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", ["line 2", "JSON"]),
        ("[1, 2]", ["line 2", "object"]),
        ("null", ["line 2", "object"]),
        ('{"type": "noote", "pupil": "K7"}', ["line 2", "type", "noote"]),
        ('{"type": "note", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00"}', ["line 2", "text"]),
        ('{"type": "note", "pupil": "K7", "at": "10:00", "text": "x"}', ["line 2", "at"]),
        ('{"type": "note", "pupil": "K7", "at": "2026-02-30T10:00:00+00:00", "text": "x"}', ["line 2", "at"]),
        ('{"type": "note", "pupil": "Z9", "at": "2026-11-24T10:00:00+00:00", "text": "x"}', ["line 2", "pupil", "Z9"]),
        ('{"type": "note", "at": "2026-11-24T10:00:00+00:00", "text": "x"}', ["line 2", "pupil"]),
        (
            '{"type": "tally", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "behaviour": "c"}',
            ["line 2", "behaviour"],
        ),
        (
            '{"type": "check", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "wellbeing": 6}',
            ["line 2", "wellbeing", "6"],
        ),
        (
            '{"type": "note", "id": "7", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "text": "x"}',
            ["line 2", "id"],
        ),
        (
            '{"type": "trial", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "target": "T1", "level": "best"}',
            ["line 2", "level"],
        ),
        ("[" * 100_000, ["line 2", "JSON"]),
        ('{"type": "note", "pupil": 5, "at": "2026-11-24T10:00:00+00:00", "text": "x"}', ["pupil must be text, not 5"]),
        (
            '{"type": "note", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "text": "x", "by": []}',
            ["note: by must"],
        ),
    ],
)
def test_one_bad_line_refuses_the_file_and_changes_nothing(tmp_path: Path, line: str, words: list[str]) -> None:
    book = empty(tmp_path)
    with pytest.raises(BadInput) as problem:
        exchange.take(book, [PUPIL, line], "file.jsonl")
    for word in words:
        assert word in str(problem.value)
    assert read.of_kind(book.db, "pupil") == []
    book.close()


TILES = (
    '{"type": "behaviour", "key": "c", "label": "Calling out"}',
    '{"type": "behaviour", "key": "p", "label": "Praise", "private": true}',
)


@pytest.mark.parametrize("kind", ["tally", "bout"])
def test_only_private_marks_have_no_pupil(tmp_path: Path, kind: str) -> None:
    book = empty(tmp_path)
    line = {"type": kind, "at": "2026-11-24T10:00:00+00:00", "behaviour": "c", "pupil": None}
    with pytest.raises(BadInput, match=f"line 4: {kind}: pupil is missing"):
        exchange.take(book, [PUPIL, *TILES, json.dumps(line)], "file")
    by_letter = {key: value for key, value in line.items() if key != "behaviour"} | {"letter": "y", "type": "tally"}
    with pytest.raises(BadInput, match="line 4: tally: pupil is missing"):
        exchange.take(book, [PUPIL, *TILES, json.dumps(by_letter)], "file")
    assert exchange.take(book, [PUPIL, *TILES, json.dumps({**line, "behaviour": "p"})], "file").added == 4
    assert [one.own for one in read.of_kind(book.db, kind)] == [True]
    book.close()


def test_private_marks_of_a_tile_that_was_removed_come_back_private(book: Book, tmp_path: Path) -> None:
    mark = marks.tally(book, "p", 2)
    entries.remove(book, mark["behaviour"], "not needed")
    lines = list(exchange.export(book, private=True))
    assert exchange.take(book, lines, "file").added == 0
    other = empty(tmp_path / "two")
    exchange.take(other, lines, "file")
    assert other.entry(mark.id).own
    other.close()


WRONG = [None, [], ["x"], [[1]], {}, {"a": 1}, 5, -1, 2.5, 10**30, float("nan"), float("inf"), True, "", " ", "zz"]
WRONG += ["x" * 100_001, "\ud800", "\x00", "2026-11-24", "0" * 36]


def test_whatever_a_field_holds_is_taken_or_refused_by_line_and_field(book: Book, tmp_path: Path) -> None:
    fill(book)
    book.config.save(person_role="senco")
    lines = [json.loads(line) for line in exchange.export(book, names=True, private=True)]
    book.close()
    other = empty(tmp_path / "two")
    # What a line refers to is here already.
    exchange.take(other, [json.dumps(one) for one in lines if one["type"] in ("pupil", "behaviour")], "file")
    tried = set()
    for line in lines:
        for name in line:
            if (line["type"], name) in tried:
                continue
            tried.add((line["type"], name))
            for value in WRONG:
                try:
                    with other.step():
                        exchange.take(other, [json.dumps({**line, name: value})], "file")
                        raise Taken
                except Taken:
                    pass
                except BadInput as problem:
                    said = str(problem)
                    assert "line 1: " in said, (line, name, value)
                    assert name.removesuffix("_id") in said, (said, line, name, value)
                    assert len(said) < 700, said
    other.close()


class Taken(Exception):
    """A line was taken, and is let go again."""


def test_lines_without_ids_can_be_imported_twice(tmp_path: Path) -> None:
    book = empty(tmp_path)
    note = '{"type": "note", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "text": "same"}'
    for expected in (3, 0):
        assert exchange.take(book, [PUPIL, note, note], "file").added == expected
    book.close()


def test_an_older_export_does_not_undo_what_was_corrected_or_removed_since(book: Book) -> None:
    note = notes.note(book, "first words")
    gone = notes.note(book, "logged twice")
    lines = list(exchange.export(book))
    entries.correct(book, note.id, {"text": "better words"})
    entries.remove(book, gone.id, "twice")
    exchange.take(book, lines, "file")
    assert book.entry(note.id)["text"] == "better words"
    assert book.entry(gone.id).removed == "twice"


def test_one_undo_takes_an_import_back(book: Book, tmp_path: Path) -> None:
    fill(book)
    lines = list(exchange.export(book))
    other = empty(tmp_path / "two")
    exchange.take(other, lines, "file")
    taken = entries.undo(other)
    assert taken.says.startswith(f"{taken.rows} records: ")
    assert taken.says.endswith(" and others")
    assert list(exchange.export(other)) == []
    other.close()
