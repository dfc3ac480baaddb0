"""Names marked beside the text that holds them: kept with it wherever it goes, and nobody's to decide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homes import acting, new_book
from lsa_tui import paths
from lsa_tui.daybook import access, entries, erasing, events, exchange, names, notes, plan, problems, pupils, releasing
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import fold, log, read
from lsa_tui.records.kinds import Entry
from lsa_tui.sync.run import sync


@pytest.fixture
def lsa(tmp_path: Path) -> Iterator[Book]:
    """K7 Kaito, M2 Mo Adeyemi and a classmate, Zofia Finch; JT told her device all of them."""
    made = new_book(tmp_path / "lsa")
    pupils.add(made, "K7", name="Kaito Sevenoaks")
    pupils.add(made, "M2", name="Momo Adeyemi")
    names.add(made, "Zofia Finch", "classmate")
    names.add(made, "Ms Patel", "staff")
    yield made
    made.close()


@pytest.fixture
def teacher(tmp_path: Path) -> Iterator[Book]:
    """LP's device, which was told nobody."""
    made = new_book(tmp_path / "teacher", "LP", "teacher", pupil=None, tiles=False)
    yield made
    made.close()


def meet(tmp_path: Path, *books: Book) -> None:
    for one in (*books, *books):
        sync(one, f"sqlite:///{tmp_path / 'school.db'}")


def marked(book: Book, entry: Entry) -> dict[str, list[tuple[str, str]]]:
    """Field to the words that are marked in it, and whose they are."""
    held = book.entry(entry.id)
    found = (held.names or {}).items()
    return {name: [(held[name][start:end], whose) for start, end, whose in marks] for name, marks in found}


def folded(book: Book) -> list[Any]:
    return book.db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall()


def test_what_stands_beside_a_text_says_where_and_nothing_else(lsa: Book) -> None:
    note = notes.note(lsa, "Kaitos book, zofia and Momo, Ms Patel")
    assert marked(lsa, note) == {
        "text": [("Kaito", lsa.pupil("K7")), ("zofia", "peer"), ("Momo", "peer"), ("Patel", "staff")]
    }
    (body,) = lsa.db.execute_sql("SELECT body FROM change WHERE row = ?", (note.id,)).fetchone()
    assert lsa.pupil("M2") not in body, "which code another pupil has stays here"
    assert lsa.json(note).keys() == lsa.json(notes.note(lsa, "nobody")).keys()


def test_a_mark_and_a_text_without_a_name_have_nothing_beside_them(lsa: Book) -> None:
    note = notes.note(lsa, "Read alone")
    (body,) = lsa.db.execute_sql("SELECT body FROM change WHERE row = ?", (note.id,)).fetchone()
    assert "names" not in json.loads(body)
    assert note.names is None


def test_a_raised_note_is_marked_in_both_places(lsa: Book) -> None:
    note = notes.note(lsa, "Zofia hit out !teacher")
    (raised,) = problems.inbox(lsa)
    assert marked(lsa, note) == marked(lsa, raised.entry) == {"text": [("Zofia", "peer")]}


def test_a_correction_marks_its_own_text(lsa: Book) -> None:
    incident = events.incident(lsa, "Zofia came", "shouted", "space here")
    entries.correct(lsa, incident.id, {"seen": "shouted at Zofia Finch"})
    assert marked(lsa, incident) == {"before": [("Zofia", "peer")], "seen": [("Zofia Finch", "peer")]}
    entries.correct(lsa, incident.id, {"before": "Peer A came"})
    assert marked(lsa, incident) == {"seen": [("Zofia Finch", "peer")]}
    entries.undo(lsa)
    assert "before" in marked(lsa, incident)
    entries.redo(lsa)
    assert "before" not in marked(lsa, incident)
    held = folded(lsa)
    with lsa.store.writing() as db:
        fold.rebuild(db)
    assert folded(lsa) == held


def test_a_text_that_is_written_again_is_looked_at_anew(lsa: Book) -> None:
    note = notes.note(lsa, "Brigitta came")
    names.add(lsa, "Brigitta Long", "classmate")
    entries.correct(lsa, note.id, {"text": "Brigitta came"})
    assert marked(lsa, note) == {"text": [("Brigitta", "peer")]}
    names.forget(lsa, "Brigitta Long")
    entries.correct(lsa, note.id, {"text": "Brigitta came"})
    assert marked(lsa, note) == {}
    revisions = lsa.entry(note.id).revisions
    entries.correct(lsa, note.id, {"text": "Brigitta came"})
    assert lsa.entry(note.id).revisions == revisions


def test_whoever_was_told_nothing_loses_no_name_by_rewriting(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    target = pupils.add_item(lsa, "target", "T9", "Plays with Zofia")
    meet(tmp_path, lsa, teacher)
    entries.correct(teacher, target.id, {"text": "Plays with Zofia, and waits"})
    assert marked(teacher, target) == {"text": [("Zofia", "peer")]}
    meet(tmp_path, teacher, lsa)
    assert marked(lsa, target) == marked(teacher, target)


def test_a_name_that_a_colleague_repeats_stays_marked_after_its_writer_took_it_out(
    lsa: Book, teacher: Book, tmp_path: Path
) -> None:
    first = notes.note(lsa, "Zofia teased")
    meet(tmp_path, lsa, teacher)
    pupils.use(teacher, "K7")
    repeated = notes.note(teacher, "Played well with zofia ^home")
    other = notes.note(teacher, "Zofia and Finch")
    assert marked(teacher, repeated) == {"text": [("zofia", "peer")]}
    assert marked(teacher, other) == {"text": [("Zofia", "peer")]}
    meet(tmp_path, teacher, lsa)
    entries.correct(lsa, first.id, {"text": "Peer A teased"})
    meet(tmp_path, lsa, teacher)
    entries.correct(teacher, other.id, {"text": "Zofia"})
    entries.correct(teacher, repeated.id, {"text": "Played so well with Zofia"})
    assert marked(teacher, repeated) == marked(teacher, other) == {"text": [("Zofia", "peer")]}
    with pytest.raises(LsaError, match="cannot go home"):
        releasing.release(teacher, repeated.id)
    with pytest.raises(names.NamesStand):
        exchange.export(teacher)
    names.add(teacher, "Zofia", "classmate")
    names.forget(teacher, "Zofia")
    entries.correct(teacher, repeated.id, {"text": "Played so well with Zofia"})
    assert marked(teacher, repeated) == {}, "whoever was told it, and takes it off, is no longer asked"


def test_an_imported_text_is_marked_as_one_that_is_written(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    first = notes.note(lsa, "Zofia teased")
    meet(tmp_path, lsa, teacher)
    line = {"type": "note", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "text": "With Zofia", "by": "PW"}
    exchange.take(teacher, [json.dumps({"type": "pupil", "code": "K7"}), json.dumps(line)], "file")
    (brought,) = (one for one in read.of_kind(teacher.db, "note") if one.id != first.id)
    assert marked(teacher, brought) == {"text": [("Zofia", "peer")]}


def test_what_this_device_marked_as_it_was_told_otherwise_is_no_evidence(lsa: Book) -> None:
    notes.note(lsa, "Brigitta alone")
    names.add(lsa, "Brigitta Long", "classmate")
    both = [notes.note(lsa, "Brigitta came"), notes.note(lsa, "Brigitta went")]
    names.add(lsa, "Brigitta Long", "staff")
    for one in both:
        entries.correct(lsa, one.id, {"text": one["text"]})
        assert marked(lsa, one) == {"text": [("Brigitta", "staff")]}
    names.forget(lsa, "Brigitta Long")
    for one in both:
        entries.correct(lsa, one.id, {"text": one["text"]})
        assert marked(lsa, one) == {}


def test_devices_that_were_told_otherwise_come_to_the_same_marks(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    names.add(lsa, "Oliver Long", "staff")
    names.add(teacher, "Oliver Long", "classmate")
    meet(tmp_path, lsa, teacher)
    pupils.use(teacher, "K7")
    for _ in range(3):
        for book in (lsa, teacher):
            target = pupils.add_item(book, "target", "T9", "Asks Oliver for help")
            meet(tmp_path, lsa, teacher)
    assert marked(lsa, target) == marked(teacher, target) == {"text": [("Oliver", "peer")]}
    assert target.revisions == 1


def test_two_edits_leave_only_the_text_to_decide(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    target = pupils.add_item(lsa, "target", "T9", "Plays")
    meet(tmp_path, lsa, teacher)
    entries.correct(teacher, target.id, {"text": "Plays and waits"})
    entries.correct(lsa, target.id, {"text": "Plays with Zofia"})
    meet(tmp_path, lsa, teacher)
    for book in (lsa, teacher):
        held = book.entry(target.id)
        assert held.conflict is not None
        assert set(held.conflict) == {"text"}
        assert bool(marked(book, target)) == ("Zofia" in held["text"]), "marks belong to the text that is shown"
    entries.decide(teacher, target.id, "text", "Plays with Zofia")
    meet(tmp_path, teacher, lsa)
    for book in (lsa, teacher):
        assert not book.entry(target.id).conflict
        assert marked(book, target) == {"text": [("Zofia", "peer")]}


def test_the_same_text_twice_keeps_the_marks_of_whoever_knew(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    target = pupils.add_item(lsa, "target", "T9", "Plays")
    meet(tmp_path, lsa, teacher)
    entries.correct(lsa, target.id, {"text": "Plays with Zofia"})
    entries.correct(teacher, target.id, {"text": "Plays with Zofia"})
    meet(tmp_path, lsa, teacher)
    assert not lsa.entry(target.id).conflict
    assert marked(lsa, target) == marked(teacher, target) == {"text": [("Zofia", "peer")]}


def test_a_moved_entry_names_its_pupils_of_now(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    note = notes.note(lsa, "Kaito and Momo, then Zofia")
    entries.move(lsa, note.id, lsa.pupil("M2"))
    meet(tmp_path, lsa, teacher)

    def said(book: Book, code: str) -> str:
        return names.with_aliases(book, note["text"], note.when.date(), book.pupil(code))

    assert said(lsa, "M2") == "Peer A and M2, then Peer B"
    # Elsewhere nobody knows that Momo is M2: another pupil, to be on the safe side.
    assert said(teacher, "M2") == "Peer A and Peer B, then Peer C"
    assert said(teacher, "K7").startswith("K7 and ")


def test_everybody_has_the_same_letter_on_every_device(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    about = lsa.pupil("K7")
    for text in ("Zofia's cards", "M2 came, finch's book", "zofia finch again", "peer c hid"):
        notes.note(lsa, text)
    meet(tmp_path, lsa, teacher)
    for book in (lsa, teacher):
        written = [one["text"] for one in read.of_kind(book.db, "note")]
        aliases = names.Aliases(book, book.today(), about)
        assert [aliases.of(one) for one in written] == [
            "Peer A's cards",
            "Peer B came, Peer A's book",
            "Peer A again",
            "peer c hid",
        ]
        assert aliases.of("Zofia, M2") == "Peer A, Peer B"


def test_a_peer_typed_in_small_letters_is_somebody_else(lsa: Book) -> None:
    note = notes.note(lsa, "peer a hit Zofia ^home")
    assert names.with_aliases(lsa, note["text"], lsa.today(), lsa.pupil("K7")) == "peer a hit Peer B"
    other = notes.note(lsa, "Read alone ^home")
    assert names.unfit_for_home(lsa, other, "peer b came, a peer is here")
    assert not names.unfit_for_home(lsa, other, "a peer is here, peer to peer")


def test_a_device_that_was_told_knows_better_than_a_mark(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    notes.note(lsa, "Zofia came; Ms Patel saw it")
    pupils.add(teacher, "Z1", name="Zofia Finch")
    meet(tmp_path, lsa, teacher)
    found = {(one.text, one.who) for one in names.mentions(teacher, "Zofia and Patel")}
    assert found == {("Zofia", "Z1"), ("Patel", "staff")}


def test_what_was_erased_or_removed_says_nothing_any_more(lsa: Book) -> None:
    removed, erased = notes.note(lsa, "Zofia came"), notes.note(lsa, "Momo came")
    entries.remove(lsa, removed.id, "twice")
    erasing.erase_rows(lsa, [erased.id], "twice")
    assert read.get(lsa.db, erased.id) is None
    assert list(read.marked_names(lsa.db)) == []


def test_an_access_request_lists_a_name_that_a_correction_took_out(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    note = notes.note(lsa, "Zofia came")
    entries.correct(lsa, note.id, {"text": "Peer A came"})
    entries.remove(lsa, note.id, "Ms Patel said so")
    meet(tmp_path, lsa, teacher)
    found = [(one.field, one.words, one.earlier) for one in access.gather(teacher, "K7").mentions]
    assert found == [("removed", "Patel", False), ("text", "Zofia", True)]
    assert entries.history(teacher, note.id)[0]["names"] == {"text": [[0, 5, "peer"]]}


def test_a_planned_lesson_is_marked(lsa: Book) -> None:
    slot = plan.add(lsa, "Maths with Zofia", "09:45", "10:45")[0]
    assert marked(lsa, slot)["title"] == [("Zofia", "peer")]


# Export and import


def test_a_file_carries_what_its_own_names_do_not_explain(lsa: Book, teacher: Book, tmp_path: Path) -> None:
    notes.note(lsa, "Zofia came, with Kaito")
    pupils.add_item(lsa, "target", "T9", "Plays with Zofia")
    meet(tmp_path, lsa, teacher)
    told = list(exchange.export(lsa, names=True))
    assert not any("names" in json.loads(one) for one in told)
    lines = list(exchange.export(teacher, names=True))
    assert sum("names" in json.loads(one) for one in lines) == 2
    for number, (file, source) in enumerate(((told, lsa), (lines, teacher))):
        other = Book(paths.find(str(tmp_path / f"empty-{number}")))
        with acting(other, "PW", "lsa"):
            other.config.save(person_name="Plays Waters")
            exchange.take(other, file, "file")
            assert list(exchange.export(other, names=True)) == file
            assert exchange.take(other, file, "file").added == 0
            with pytest.raises(names.NamesStand) as refusal:
                exchange.export(other)
            for kind in ("note", "target"):
                (one,) = (one for one in read.of_kind(source.db, kind) if one.names)
                assert f"{kind} {one.id}" in str(refusal.value)
        other.close()


def test_a_pupils_file_carries_what_the_names_in_it_do_not_explain(lsa: Book, teacher: Book) -> None:
    events.incident(lsa, "Momo shouted", "hid with Kaito", "Zofia left")
    file = list(exchange.export(lsa, names=True, pupil=lsa.pupil("K7")))
    assert not any("Adeyemi" in one or "Finch" in one for one in file)
    exchange.take(teacher, file, "file")
    (brought,) = read.of_kind(teacher.db, "incident")
    assert marked(teacher, brought) == {
        "before": [("Momo", "peer")],
        "seen": [("Kaito", lsa.pupil("K7"))],
        "next": [("Zofia", "peer")],
    }
    with pytest.raises(names.NamesStand):
        exchange.export(teacher)


def test_an_imported_change_names_the_pupil_it_is_about(lsa: Book) -> None:
    line = {"type": "target", "pupil": "K7", "code": "T1", "text": "Kaito asks alone"}
    exchange.take(lsa, [json.dumps(line)], "file")
    (target,) = read.of_kind(lsa.db, "target")
    assert marked(lsa, target) == {"text": [("Kaito", lsa.pupil("K7"))]}


def test_marks_of_an_import_are_not_there_where_nothing_is_marked(lsa: Book, teacher: Book) -> None:
    exchange.take(teacher, list(exchange.export(lsa, names=True)), "file")
    assert not teacher.db.execute_sql("SELECT body FROM change WHERE body LIKE '%\"names\":{}%'").fetchall()


@pytest.mark.parametrize(
    "wrong",
    [
        5,
        {"text": 5},
        {"text": [[0, 99, "peer"]]},
        {"text": [[3, 1, "peer"]]},
        {"text": [[0, 5, "Zofia"]]},
        {"x": [[0, 1]]},
    ],
)
def test_a_line_with_wrong_marks_refuses_the_file(lsa: Book, wrong: Any) -> None:
    line = {"type": "note", "pupil": "K7", "at": "2026-11-24T10:00:00+00:00", "text": "Zofia came", "names": wrong}
    with pytest.raises(BadInput, match=r"line 1.*names"):
        exchange.take(lsa, [json.dumps(line)], "file")


# Other programs and other hands


@pytest.mark.parametrize(
    "written", [5, [], {"text": 5}, {"text": [5, [1], [0, 99, "peer"], [0, 3, 4], [3, 0, "peer"], ["a", "b", "peer"]]}]
)
def test_marks_by_other_hands_are_passed_over(lsa: Book, written: Any) -> None:
    draft = log.Draft("note", "0190b8f0-0000-7000-8000-000000000001", {"at": lsa.now().isoformat(), "text": "came in"})
    draft.values = {**draft.values, "pupil": lsa.pupil("K7")}
    draft.extra = {"names": written}
    with lsa.store.writing() as db:
        log.append(db, [draft], lsa.author())
    lsa.names = read.Names(lsa.db)
    assert list(names.places(lsa, [lsa.entry(draft.row)])) == []
    assert names.with_aliases(lsa, "came in", lsa.today(), lsa.pupil("K7")) == "came in"
    list(exchange.export(lsa))


def test_names_elsewhere_in_a_newer_programs_change_are_passed_over(lsa: Book) -> None:
    note = notes.note(lsa, "came in")
    (seen,) = lsa.db.execute_sql("SELECT uid FROM change WHERE row = ?", (note.id,)).fetchone()
    body = {"preds": {"text": [seen]}, "set": {"text": "came in again", "later": {"names": {"a": 1}}}}
    columns = [one[1] for one in lsa.db.execute_sql("PRAGMA table_info(change)")]
    taken = {"uid": "'0190b8f0-0000-7000-8000-00000000000a'", "dev": "'other'", "seq": "1", "body": "?"}
    sql = (
        f"INSERT INTO change ({', '.join(columns)}) "
        f"SELECT {', '.join(taken.get(one, one) for one in columns)} FROM change WHERE uid = ?"
    )
    with lsa.store.writing() as db:
        db.execute_sql(sql, (json.dumps(body, separators=(",", ":")), seen))
        fold.fold(db, [note.id])
    entries.correct(lsa, note.id, {"text": "came in with Zofia"})
    assert marked(lsa, note) == {"text": [("Zofia", "peer")]}


@pytest.mark.parametrize("before", [None, {"ops": ["set"], "schema": 1, "kinds": ["note", "pupil"]}])
def test_what_an_older_program_kept_is_folded_after_an_update(lsa: Book, before: Any) -> None:
    """It relays bodies whole, and folds the fields alone."""
    note = notes.note(lsa, "Zofia came")
    held = folded(lsa)
    with lsa.store.writing() as db:
        db.execute_sql("UPDATE record SET data = json_remove(data, '$.names')")
        db.execute_sql("DROP INDEX record_names")
        if before is None:
            db.execute_sql("DELETE FROM meta WHERE key = 'understood'")
        else:
            log.set_meta(db, "understood", log.canonical(before))
    assert not marked(lsa, note)
    later = Book(lsa.paths)
    assert marked(later, note) == {"text": [("Zofia", "peer")]}
    assert {row[0]: row for row in folded(later)}[note.id] == {row[0]: row for row in held}[note.id]
    plan_of_it = later.db.execute_sql(f"EXPLAIN QUERY PLAN SELECT data FROM record WHERE {fold.HAS_NAMES}").fetchall()
    assert "record_names" in str(plan_of_it)
    later.close()
