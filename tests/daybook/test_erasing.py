"""Erasing in one home: no byte stays, the log verifies, and what nobody has seen leaves no trace at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bytes_of import files_with
from concern_homes import trusting
from homes import class_teacher, new_book
from lsa_tui import clock
from lsa_tui.daybook import (
    audit,
    behaviours,
    concerns,
    drafts,
    entries,
    erasing,
    exchange,
    health,
    marks,
    notes,
    pupils,
    retention,
)
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, NotAllowed, NothingToUndo
from lsa_tui.records import ids, log, read
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.sync.run import sync
from lsa_tui.vault import sealed

GONE = "Zerase"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = new_book(tmp_path / "home", role="teacher")
    yield made
    made.close()


def well(book: Book) -> None:
    assert [one.says for one in health.examine(book) if not one.well] == []


def shared_before(book: Book) -> None:
    with book.store.writing() as db:
        log.seal(db)


def everything(book: Book) -> dict[str, list[tuple]]:
    tables = {name: f"SELECT * FROM {name} ORDER BY 1, 2" for name in ("change", "head", "record", "mine", "meta")}
    return {name: book.db.execute_sql(sql).fetchall() for name, sql in tables.items()}


# forget


def test_what_never_left_is_forgotten_without_a_trace(tmp_path: Path) -> None:
    """But for the moments of what came after, the home is the same as one in which it was never written."""
    homes = []
    for name, wanted in (("with", True), ("without", False)):
        book = new_book(tmp_path / name)
        notes.note(book, "before it")
        if wanted:
            said = notes.note(book, f"{GONE} a disclosure !teacher")
            entries.correct(book, said.id, {"text": f"{GONE} corrected"})
            entries.correct(book, said.id, {"text": f"{GONE} and taken back"})
            entries.undo(book)
        notes.note(book, "after it")
        marks.tally(book, "p")
        if wanted:
            assert files_with(tmp_path / name, GONE)
            assert not erasing.forget(book, said).everywhere
            assert files_with(tmp_path / name, GONE) == set()
        homes.append(book)
    for one in homes:
        well(one)
        seqs = [seq for (seq,) in one.db.execute_sql("SELECT seq FROM change WHERE dev <> 'own' ORDER BY seq")]
        assert seqs == list(range(1, len(seqs) + 1))
        assert [entry.did for entry in audit.entries(one)] == [entry.did for entry in audit.entries(homes[1])]
    shapes = [
        [
            one.db.execute_sql(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("change", "head", "record", "mine")
        ]
        for one in homes
    ]
    assert shapes[0] == shapes[1]
    metas = [{key for (key,) in one.db.execute_sql("SELECT key FROM meta")} for one in homes]
    assert metas[0] == metas[1]
    for _ in range(2):  # what came after it can still be undone, and redone
        entries.undo(homes[0])
    assert entries.redo(homes[0]).entry["text"] == "after it"
    well(homes[0])
    for one in homes:
        one.close()


def test_what_was_shared_is_erased_under_a_reason_that_tells_nothing(book: Book, tmp_path: Path) -> None:
    said = notes.note(book, f"{GONE} words")
    shared_before(book)
    entries.correct(book, said.id, {"text": f"{GONE} not shared yet"})
    assert erasing.forget(book, said).everywhere
    assert files_with(tmp_path, GONE) == set()
    well(book)
    last = audit.entries(book)[-1]
    assert (last.did, last.about) == ("erased", f"1 record: {erasing.BY_ITS_WRITER}")
    with pytest.raises(BadInput, match="there is no entry"):
        book.entry(said.id)


def test_a_writer_s_ordinary_wiping_and_a_move_to_the_dsl_look_the_same_in_every_audit(tmp_path: Path) -> None:
    book = trusting(new_book(tmp_path / "home"), sealed.new_identity())
    teacher = class_teacher(book, tmp_path)
    moved, wiped = notes.note(book, "She said it is a secret"), notes.note(book, "That was the other group")
    sync(book)
    concerns.save(book, concerns.from_entry(book, moved))
    erasing.erase_entry(book, wiped.id)
    sync(book)
    sync(teacher)
    for one in (book, teacher):
        assert [act.about for act in audit.entries(one) if act.did == "erased"] == [
            f"1 record: {erasing.BY_ITS_WRITER}"
        ] * 2
    book.close()
    teacher.close()


def test_an_lsa_erases_no_other_s_entry_and_a_teacher_needs_a_reason(tmp_path: Path) -> None:
    book = new_book(tmp_path / "home")
    teacher = class_teacher(book, tmp_path)
    theirs, mine = notes.note(teacher, "Too tired today"), notes.note(book, "Read alone")
    for one in (teacher, book, teacher):
        sync(one)
    with pytest.raises(NotAllowed, match="LP's own"):
        erasing.erase_entry(book, theirs.id, "x")
    assert book.entry(theirs.id)["text"] == "Too tired today"
    with pytest.raises(BadInput, match="needs a reason"):
        erasing.erase_entry(teacher, mine.id)
    assert erasing.erase_entry(teacher, mine.id, "about the wrong child").records == 1
    sync(teacher)
    sync(book)
    assert erasing.erase_pupil(book, "K7", "left the school").records > 1, "all of a pupil is the class's to erase"
    book.close()
    teacher.close()


def test_copies_that_hold_it_are_replaced_and_no_others(book: Book, tmp_path: Path) -> None:
    book.store.backup(book.paths.backups, "before-sync-1.db")
    untouched = (book.paths.backups / "before-sync-1.db").read_bytes()
    said = notes.note(book, f"{GONE} words")
    book.store.backup(book.paths.backups, "before-sync-2.db")
    assert not erasing.forget(book, said).everywhere
    assert files_with(tmp_path, GONE) == set()
    assert sorted(one.name for one in book.paths.backups.iterdir()) == ["before-sync-1.db", "before-sync-2.db"]
    assert (book.paths.backups / "before-sync-1.db").read_bytes() == untouched
    with closing(sqlite3.connect(book.paths.backups / "before-sync-2.db")) as copy:
        assert copy.execute("SELECT count(*) FROM record").fetchone()[0] == len(everything(book)["record"])


def test_a_private_mark_is_forgotten_from_its_own_chain(book: Book) -> None:
    first, second = marks.tally(book, "p"), marks.tally(book, "p")
    shared_before(book)
    assert not erasing.forget(book, first).everywhere
    well(book)
    assert entries.undo(book).entry.id == second.id
    assert not erasing.forget(book, first).everywhere  # it is gone already


# Erasing


def test_every_chain_is_cut_or_emptied_and_the_log_verifies(book: Book, tmp_path: Path) -> None:
    pupils.add(book, "K7", name=f"{GONE} Smith")
    behaviours.add(book, "y", "Zkeeps tile")
    said = notes.note(book, f"{GONE} shared")
    shared_before(book)
    notes.note(book, f"{GONE} not shared")
    marks.tally(book, "p")
    book.store.backup(book.paths.backups, "before-sync-1.db")
    book.store.backup(book.paths.backups, "records-format-1.db")
    drafts.keep(book, "note", f"{GONE} being typed")
    done = erasing.erase_pupil(book, "K7", "left the school")
    assert done.clean
    assert files_with(tmp_path, GONE) == set()
    assert "Zkeeps tile" in [one["label"] for one in read.of_kind(book.db, "behaviour")]  # everybody's, no pupil's
    assert len(list(book.paths.backups.iterdir())) == 1
    assert len(read.of_kind(book.db, "tally")) == 1
    well(book)
    with pytest.raises(BadInput, match="there is no entry"):
        book.entry(said.id)
    assert book.focus is None
    while True:  # nothing of the shared log can be undone over an erasure
        try:
            assert entries.undo(book).entry.own
        except NothingToUndo:
            break
    well(book)


def test_free_pages_of_the_database_are_written_anew(book: Book, tmp_path: Path) -> None:
    said = notes.note(book, f"{GONE} words")
    with closing(sqlite3.connect(book.paths.database)) as other, other:
        other.execute("PRAGMA secure_delete = off")
        other.execute("CREATE TABLE left_over AS SELECT body FROM change")
        other.execute("DROP TABLE left_over")
    erasing.erase_rows(book, [said.id], "about the wrong child")
    assert files_with(tmp_path, GONE) == set()


def test_saved_documents_go_and_what_is_only_linked_stays(book: Book, tmp_path: Path) -> None:
    saved = book.paths.saved
    (saved / "access-request-K7-2026-11-24" / "more").mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in (
        saved / "2026-11-24-k7-teacher.html",
        saved / "access-request-K7-2026-11-24" / "more" / "held.html",
        saved / "2026-11-24-K77-teacher.html",
        elsewhere / "kept.txt",
    ):
        file.write_text(GONE)
    (saved / "of-K7").symlink_to(elsewhere)
    done = erasing.erase_pupil(book, "K7", "left the school")
    assert [one.name for one in done.files] == ["2026-11-24-k7-teacher.html", "access-request-K7-2026-11-24", "of-K7"]
    assert [one.name for one in saved.iterdir()] == ["2026-11-24-K77-teacher.html"]
    assert (elsewhere / "kept.txt").read_text() == GONE


def test_an_erased_record_does_not_come_back_by_an_import(book: Book, tmp_path: Path) -> None:
    said = notes.note(book, f"{GONE} words")
    lines = list(exchange.export(book))
    erasing.erase_rows(book, [said.id], "about the wrong child")
    done = exchange.take(book, lines, "old.jsonl")
    assert done.added == 0
    assert files_with(tmp_path, GONE) == set()
    well(book)


def test_a_pupil_comes_back_by_an_import_as_another_one(book: Book) -> None:
    notes.note(book, f"{GONE} words")
    lines = list(exchange.export(book))
    erasing.erase_pupil(book, "K7", "left the school")
    exchange.take(book, lines, "old.jsonl")
    assert [one["code"] for one in pupils.all_pupils(book)] == ["K7"]
    assert read.of_kind(book.db, "note") == []
    well(book)


@pytest.mark.parametrize(
    ("reason", "says"), [("", "needs a reason"), (" \n", "needs a reason"), ("Amara has left", "a name stands in")]
)
def test_a_reason_that_may_stay_in_the_log(book: Book, reason: str, says: str) -> None:
    pupils.add(book, "K7", name="Amara Okafor")
    before = everything(book)
    with pytest.raises(BadInput, match=says):
        erasing.erase_pupil(book, "K7", reason)
    assert everything(book) == before


def test_a_reason_names_nobody_whom_another_device_marked(book: Book) -> None:
    note = notes.note(book, "Amara left")
    fields = {"text": "Amara left", "at": clock.to_text(note.when), "pupil": note.pupil}
    draft = log.Draft("note", ids.new_id(), fields, extra={"names": {"text": [[0, 5, "peer"]]}})
    with book.store.writing() as db:
        log.append(db, [draft], book.author())
    book.names = read.Names(book.db)
    with pytest.raises(BadInput, match="a name stands in"):
        erasing.erase_pupil(book, "K7", "Amara has left")


def test_a_pupil_of_whom_nothing_is_held(book: Book) -> None:
    with pytest.raises(BadInput, match="there is no pupil 'Q1'"):
        erasing.erase_pupil(book, "Q1", "left")


def test_a_dsl_erases_nothing_of_the_class(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    book.config.values["person.role"] = "dsl"
    with pytest.raises(NotAllowed):
        erasing.erase_pupil(book, "K7", "left")
    with pytest.raises(NotAllowed):
        audit.entries(book)
    book.close()


def test_bytes_that_could_not_go_at_once_are_remembered(book: Book, tmp_path: Path) -> None:
    said = notes.note(book, f"{GONE} words")
    book.db.execute_sql("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(book.paths.database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM change").fetchone()
        done = erasing.erase_rows(book, [said.id], "about the wrong child")
        assert not done.clean
        assert [one.name for one in health.examine(book) if not one.well] == ["erased"]
        reader.execute("ROLLBACK")
    well(book)  # looked at again, it is done
    assert files_with(tmp_path, GONE) == set()


def test_doctor_finds_a_body_that_nothing_erased(book: Book) -> None:
    said = notes.note(book, "kept")
    book.db.execute_sql("UPDATE change SET body = NULL, salt = NULL WHERE row = ?", (said.id,))
    found = next(one for one in health.examine(book) if one.name == "log")
    assert not found.well
    assert "the log is damaged at change" in found.says


# Retention


def test_every_kind_with_a_day_has_a_class() -> None:
    classed = [kind for kinds in retention.CLASSES.values() for kind in kinds]
    assert sorted(classed) == sorted(kind.name for kind in KINDS.values() if kind.time)


def test_what_is_past_its_time_and_nothing_else(book: Book, tmp_path: Path) -> None:
    old, new = book.now() - timedelta(days=70), book.now() - timedelta(days=50)
    for moment in (old, new):
        said = notes.note(book, f"{GONE if moment is old else 'Zkeeps'} note", at=moment)
        raised = {"at": clock.to_text(moment), "text": "Zkeeps, raised of it", "note": said.id}
        book.record("problem", raised, pupil=book.focus)
        marks.tally(book, "p", at=moment)
    assert retention.expired(book) == []
    book.config.save(retention_notes=2, retention_marks=2)
    assert len(retention.expired(book)) == 2
    erasing.erase_rows(book, retention.expired(book), "retention schedule", answers=False)
    assert files_with(tmp_path, GONE) == set()
    assert len(read.of_kind(book.db, "note")) == len(read.of_kind(book.db, "tally")) == 1
    assert len(read.of_kind(book.db, "problem")) == 2
    assert retention.expired(book) == []
    well(book)


def test_a_setting_that_is_no_number_of_months_is_named(book: Book) -> None:
    book.paths.config.write_text("[retention]\nnotes = '2 years'\nphotos = 3\n")
    again = new_book(book.paths.data_folder, pupil=None, tiles=False)
    assert len(again.config.problems) == 2
    assert "retention" in again.config.problems[0]
    assert retention.periods(again)[0].months == 0
    again.close()
