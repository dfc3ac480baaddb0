"""Release for home: the very words, by a role that may, in the log or by a phrase approved beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from homes import acting, new_book
from lsa_tui import paths
from lsa_tui.daybook import entries, exchange, names, notes, pupils, releasing
from lsa_tui.daybook.book import Book
from lsa_tui.documents.summary import build
from lsa_tui.errors import BadInput, NotAllowed
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry
from lsa_tui.sync.run import sync


def status(book: Book, note: Entry) -> str:
    return releasing.how_stands(book, book.entry(note.id)).status


def test_a_note_waits_until_the_teacher_releases_it(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    assert status(book, note) == "waiting"
    with acting(book):
        entry = releasing.release(book, note.id)
        assert (entry["note"], entry["text"], entry.by) == (note.id, "Read five words", "LP")
        assert releasing.release(book, note.id).revisions == 0, "again: nothing is written"
    assert status(book, note) == "released"


@pytest.mark.parametrize("role", ["lsa", "dsl"])
def test_nobody_else_releases_or_approves(book: Book, role: str) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
        releasing.approve(book, "A good day")
    for deed in (
        lambda: releasing.release(book, note.id),
        lambda: releasing.withdraw(book, note.id),
        lambda: releasing.approve(book, "Fine"),
        lambda: releasing.disapprove(book, "A good day"),
        lambda: book.record("release", {"at": book.now(), "note": note.id, "text": "x"}, pupil=note.pupil),
        lambda: book.record("phrase", {"text": "x"}),
        lambda: entries.correct(book, read.of_kind(book.db, "phrase")[0].id, {"part": "question"}),
        lambda: entries.remove(book, read.of_kind(book.db, "release")[0].id, "no"),
    ):
        with acting(book, "JT", role), pytest.raises(NotAllowed):
            deed()
    assert status(book, note) == "released"


def test_a_note_that_was_corrected_has_to_be_released_again(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    entries.correct(book, note.id, {"text": "Read six words"})
    assert status(book, note) == "changed"
    with acting(book):
        releasing.release(book, note.id)
    assert status(book, note) == "released"
    entries.correct(book, note.id, {"text": "Read five words"})
    assert status(book, note) == "changed", "the words released before do not count any more"


def test_a_release_is_withdrawn_by_either_who_may(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    with acting(book, "RH", "senco"):
        releasing.withdraw(book, note.id)
        with pytest.raises(BadInput, match="nothing of that note was released"):
            releasing.withdraw(book, note.id)
    assert status(book, note) == "waiting"
    with acting(book):
        assert releasing.release(book, note.id).removed is None
    assert status(book, note) == "released"


def test_only_suggested_notes_are_released(book: Book) -> None:
    note, other = notes.note(book, "Sat"), notes.note(book, "Stood ^home")
    entries.remove(book, other.id, "twice")
    with acting(book):
        with pytest.raises(BadInput, match="not suggested for home"):
            releasing.release(book, note.id)
        with pytest.raises(BadInput, match="was removed"):
            releasing.release(book, other.id)
        with pytest.raises(BadInput, match="only notes go home"):
            releasing.release(book, pupils.items(book, "target", book.focused())[0].id)


def test_a_moved_note_is_not_released_for_the_other_pupil(book: Book) -> None:
    pupils.add(book, "M2")
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    entries.move(book, note.id, book.pupil("M2"))
    assert status(book, note) == "waiting"


@pytest.mark.parametrize("text", ["Read to Kai", "Played with M2", "Played with Peer A", "Zoe shared", "With Ms Patel"])
def test_nothing_that_names_somebody_is_released(book: Book, text: str) -> None:
    pupils.add(book, "K7", name="Kai Seven")
    pupils.add(book, "M2")
    names.add(book, "Zoe Brook", "classmate")
    names.add(book, "Ms Patel", "staff")
    note = notes.note(book, f"{text} ^home")
    with acting(book):
        with pytest.raises(names.NamesStand, match=note.id):
            releasing.release(book, note.id)
        with pytest.raises(BadInput):
            releasing.approve(book, text.replace("Peer A", "K7"))
    assert status(book, note) == "waiting"


def test_the_pupils_own_code_may_go_home(book: Book) -> None:
    note = notes.note(book, "K7 read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    assert status(book, note) == "released"


# Phrases


def test_a_phrase_approved_beforehand_goes_without(book: Book) -> None:
    with acting(book):
        releasing.approve(book, "A  good day")
        releasing.approve(book, "Bring PE kit", "reminder")
    assert status(book, notes.note(book, "a good DAY ^home")) == "phrase"
    assert releasing.how_stands(book, notes.note(book, "Bring PE kit ^home")).part == "reminder"
    assert status(book, notes.note(book, "A good day, mostly ^home")) == "waiting"
    assert [one["text"] for one in releasing.phrases(book)] == ["A good day", "Bring PE kit"]
    with acting(book, "RH", "senco"):
        releasing.disapprove(book, "a good day")
        with pytest.raises(BadInput, match="approved are: Bring PE kit"):
            releasing.disapprove(book, "a good day")
    assert status(book, notes.note(book, "A good day ^home")) == "waiting"


# Where it stands on the sheet


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("Read five words ^home", "achievement"),
        ("The card on the table ^home ^helped", "helped"),
        ("Please bring the PE kit ^home", "reminder"),
        ("How did he sleep? ^home", "question"),
    ],
)
def test_where_a_note_stands_unless_somebody_says_otherwise(book: Book, typed: str, part: str) -> None:
    note = notes.note(book, typed)
    with acting(book):
        assert releasing.release(book, note.id)["part"] == part
        assert releasing.release(book, note.id, "achievement")["part"] == "achievement"


def test_a_day_has_one_question(book: Book) -> None:
    first, second = notes.note(book, "How did he sleep? ^home"), notes.note(book, "Did he eat? ^home")
    with acting(book):
        releasing.release(book, first.id)
        with pytest.raises(BadInput, match="one question already"):
            releasing.release(book, second.id)
        releasing.withdraw(book, first.id)
        releasing.release(book, second.id)


# What does not count


def test_an_import_by_an_lsa_releases_nothing(book: Book, tmp_path: Path) -> None:
    note = notes.note(book, "Read five words ^home")
    forged = {
        "type": "release",
        "pupil": "K7",
        "at": "2026-11-24T10:00:00+00:00",
        "by": "LP",
        "note": note.id,
        "text": "Read five words",
    }
    phrase = {"type": "phrase", "text": "Sat"}
    exchange.take(book, [json.dumps(forged), json.dumps(phrase)], "file")
    assert status(book, note) == "waiting"
    assert status(book, notes.note(book, "Sat ^home")) == "waiting"
    (came,) = read.of_kind(book.db, "release")
    assert book.line(came).startswith("not released, this came with an import")
    with acting(book):
        releasing.release(book, note.id)
    assert status(book, note) == "released"
    assert book.line(book.entry(came.id)).startswith("released for home")


def test_an_older_export_does_not_bring_released_words_back(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    older = list(exchange.export(book))
    entries.correct(book, note.id, {"text": "Read six words"})
    with acting(book):
        releasing.release(book, note.id)
        exchange.take(book, older, "file")
    assert status(book, note) == "released"


def test_a_release_survives_export_and_import_by_the_teacher(book: Book, tmp_path: Path) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    other = Book(paths.find(str(tmp_path / "two")))
    other.config.save(person_initials="LP", person_role="teacher")
    exchange.take(other, exchange.export(book), "file")
    assert status(other, note) == "released"
    other.close()


def test_words_that_other_hands_set_do_not_count(book: Book) -> None:
    """A change in an LSA's role, with what the note says now: as another tool would write it."""
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        held = releasing.release(book, note.id)
    entries.correct(book, note.id, {"text": "Bit somebody"})
    book.write([log.Draft("release", held.id, {"text": "Bit somebody"})])
    assert book.entry(held.id)["text"] == "Bit somebody"
    assert status(book, note) == "waiting"


def test_one_undo_takes_a_release_back(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
        entries.undo(book)
    assert status(book, note) == "waiting"


# A name that only the writer's device knows


@pytest.fixture
def teacher(tmp_path: Path) -> Iterator[Book]:
    """LP's own device, which was told no name."""
    made = new_book(tmp_path / "two", "LP", "teacher")
    yield made
    made.close()


def meet(tmp_path: Path, *books: Book) -> None:
    for one in (*books, books[0]):
        sync(one, f"sqlite:///{tmp_path / 'school.db'}")


def test_a_name_that_only_the_writers_device_knows_does_not_go_home(book: Book, teacher: Book, tmp_path: Path) -> None:
    names.add(book, "Zoe Brook", "classmate")
    note = notes.note(book, "Zoe shared the tower ^home")
    approved = notes.note(book, "Sat with Zoe ^home")
    assert note["named"]
    releasing.approve(teacher, "sat with Zoe")
    meet(tmp_path, book, teacher)
    assert names.known(teacher) == ()
    with pytest.raises(BadInput, match="names nobody"):
        releasing.approve(teacher, "Zoe helped")
    for device in (teacher, book):
        with acting(device), pytest.raises(names.NamesStand, match=note.id):
            releasing.release(device, note.id)
    with pytest.raises(names.NamesStand, match=r"text \(another pupil\)"):
        releasing.release(teacher, note.id)
    with pytest.raises(names.NamesStand, match=approved.id):
        build(teacher, teacher.today(), "home")
    for one in (note, approved):
        entries.correct(book, one.id, {"text": "Shared the tower"})
        assert not book.entry(one.id)["named"]
    meet(tmp_path, book, teacher)
    releasing.release(teacher, note.id)
    said = [item.text for section in build(teacher, teacher.today(), "home").sections for item in section.items]
    assert said == ["Shared the tower"]


def test_a_release_from_before_the_name_was_found_makes_no_home_sheet(
    book: Book, teacher: Book, tmp_path: Path
) -> None:
    note = notes.note(book, "Zoe shared ^home")
    meet(tmp_path, book, teacher)
    releasing.release(teacher, note.id)
    names.add(book, "Zoe Brook", "classmate")
    entries.correct(book, note.id, {"helped": True})
    assert book.entry(note.id)["named"], "found at any correction"
    meet(tmp_path, book, teacher)
    with pytest.raises(names.NamesStand, match="writer's device"):
        build(teacher, teacher.today(), "home")


def test_what_says_that_a_name_stands_there_says_no_name(book: Book, tmp_path: Path) -> None:
    names.add(book, "Zoe Brook", "classmate")
    note = notes.note(book, "She shared ^home")
    assert note["named"] is False
    entries.correct(book, note.id, {"text": "Brook shared"})
    assert entries.history(book, note.id)[-1]["set"] == {"text": "Brook shared", "named": True}
    with pytest.raises(BadInput, match="found by the program"):
        entries.correct(book, note.id, {"named": False})
    entries.correct(book, note.id, {"score": "3/5"})
    assert book.entry(note.id)["named"]


def test_a_device_that_was_told_no_name_does_not_clear_it(book: Book, tmp_path: Path) -> None:
    names.add(book, "Zoe Brook", "classmate")
    note = notes.note(book, "Zoe shared ^home")
    other = new_book(tmp_path / "two")
    meet(tmp_path, book, other)
    entries.correct(other, note.id, {"text": "Zoe shared the tower"})
    assert other.entry(note.id)["named"]
    names.add(other, "Ann Price", "staff")
    entries.correct(other, note.id, {"text": "Shared the tower"})
    assert not other.entry(note.id)["named"]
    other.close()


def test_a_decided_text_is_looked_at_again(book: Book, tmp_path: Path) -> None:
    note = notes.note(book, "Sat ^home")
    other = new_book(tmp_path / "two")
    meet(tmp_path, book, other)
    entries.correct(book, note.id, {"text": "Sat with Zoe"})
    entries.correct(other, note.id, {"text": "Sat alone"})
    meet(tmp_path, book, other)
    names.add(book, "Zoe Brook", "classmate")
    assert entries.decide(book, note.id, "text", "Sat with Zoe")["named"] is True
    other.close()
