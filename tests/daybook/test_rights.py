"""Who may do what: the two tables, and that the daybook asks them whoever calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homes import acting, new_book, plan_around_now
from lsa_tui.cli.table import FILES
from lsa_tui.config import ROLES
from lsa_tui.daybook import (
    audit,
    entries,
    erasing,
    events,
    exchange,
    interventions,
    marks,
    notes,
    plan,
    problems,
    pupils,
    releasing,
    rights,
    sessions,
)
from lsa_tui.daybook.book import Book
from lsa_tui.documents.summary import build
from lsa_tui.errors import LsaError, NotAllowed
from lsa_tui.records import log
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

CLASS = {"lsa", "teacher", "senco"}
DECIDING = {"teacher", "senco"}

NOT_FOR_EVERYBODY = {
    "release": DECIDING,
    "dsl key": {"dsl"},
    "dsl open": {"dsl"},
    "dsl acknowledge": {"dsl"},
    "dsl audit": {"dsl"},
}
FOR_THE_DSL_TOO = {
    *("init", "demo", "unlock", "lock", "sync", "doctor", "paths", "keys", "themes", "concern", "dsl trust"),
    *("key passphrase", "key recovery", "key keyring", "key rekey", "key encrypt", "key pin"),
    *("shared invite", "shared join", "shared rekey", "shared status", "shared move", "shared lock-test"),
    *("pupil add", "pupil list", "pupil use", "names add", "names import", "names list", "names remove"),
    *("handson list", "handson document"),
}
COMMANDS = [name for names in FILES.values() for name in names]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")


# The tables


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_and_every_command(role: str, command: str) -> None:
    expected = NOT_FOR_EVERYBODY.get(command) or ({*CLASS, "dsl"} if command in FOR_THE_DSL_TOO else CLASS)
    assert rights.may_run(role, command) == (role in expected)


def test_the_table_has_every_command_and_no_other() -> None:
    assert set(rights.COMMANDS) == {*COMMANDS, rights.SCREENS}
    assert set(rights.COMMANDS[rights.SCREENS]) == CLASS


def test_what_no_table_knows_nobody_may() -> None:
    for role in (*ROLES, "head", ""):
        assert not rights.may_run(role, "something new")
        assert not rights.may(role, "something new")
    for role in ("head", ""):
        assert not any(rights.may_run(role, command) for command in COMMANDS)
        assert not any(rights.may(role, deed) for deed in rights.DEEDS)


def test_every_deed_that_the_tables_name_is_one() -> None:
    assert {*rights.TO_WRITE.values(), *rights.TO_SET.values()} <= set(rights.DEEDS)
    assert set(rights.TO_WRITE) <= set(KINDS)


# The deeds


def _closed(book: Book) -> Any:
    return problems.reply(book, problems.raise_problem(book, "Too hard").id, None, close=True)


def _released(book: Book) -> Any:
    return releasing.release(book, notes.note(book, "Read five words ^home").id)


DEEDS: dict[str, tuple[Callable[[Book], Any], set[str]]] = {
    "reads the log": (lambda book: entries.of_days(book, book.today(), book.today()), CLASS),
    "reads the inbox": (problems.inbox, CLASS),
    "reads what is suggested": (releasing.suggested, CLASS),
    "marks": (lambda book: marks.tally(book, "c"), CLASS),
    "writes a note": (lambda book: notes.note(book, "Sat"), CLASS),
    "checks in": (lambda book: events.check(book, "g"), CLASS),
    "starts a session": (lambda book: sessions.start(book, None), CLASS),
    "writes an intervention": (lambda book: interventions.start(book), CLASS),
    "raises": (lambda book: problems.raise_problem(book, "Too hard"), CLASS),
    "answers": (lambda book: problems.reply(book, problems.raise_problem(book, "Hard").id, "Easier"), CLASS),
    "closes": (_closed, DECIDING),
    "adds a target": (lambda book: pupils.add_item(book, "target", "T2", "Reads"), CLASS),
    "plans": (lambda book: plan.add(book, "Maths", "09:45", "10:45"), CLASS),
    "releases": (_released, DECIDING),
    "approves a phrase": (lambda book: releasing.approve(book, "A good day"), DECIDING),
    "takes a phrase back": (lambda book: releasing.disapprove(book, "Approved before"), DECIDING),
    "writes for the lsa": (lambda book: build(book, book.today(), "lsa"), {"lsa"}),
    "writes for the teacher": (lambda book: build(book, book.today(), "teacher"), CLASS),
    "writes for the senco": (lambda book: build(book, book.today(), "senco"), CLASS),
    "writes for home": (lambda book: build(book, book.today(), "home"), CLASS),
    "exports": (lambda book: list(exchange.export(book)), CLASS),
    "imports": (lambda book: exchange.take(book, ['{"type": "pupil", "code": "K9"}'], "file"), CLASS),
    "reads the audit": (audit.entries, CLASS),
    "erases": (lambda book: erasing.erase_pupil(book, "M2", "left the school"), CLASS),
    "tells a pupil's name": (lambda book: pupils.add(book, "K7", name="Kai"), {*CLASS, "dsl"}),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_and_every_deed(book: Book, role: str, deed: str) -> None:
    pupils.add(book, "M2")
    with acting(book):
        releasing.approve(book, "Approved before")
    does, allowed = DEEDS[deed]
    with acting(book, "XY", role):
        if role in allowed:
            does(book)
            return
        with pytest.raises(NotAllowed, match="that is for"):
            does(book)


def test_a_deed_without_a_row_stops_even_what_everybody_did(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "DEEDS", {name: who for name, who in rights.DEEDS.items() if name != "record"})
    with pytest.raises(NotAllowed, match="nobody"):
        marks.tally(book, "c")


# Nobody changes another's observation


def _of_every_kind(book: Book) -> list[Entry]:
    """One of each kind that is listed in the log, by JT."""
    problem = problems.raise_problem(book, "Too hard")
    made = [
        sessions.start(book, None),
        marks.tally(book, "c"),
        marks.tally(book, "o"),
        marks.tally(book, "j", unknown=True),
        marks.trial(book, "T1", "self"),
        notes.note(book, "Sat ^home"),
        events.incident(book, "asked", "left room", "space here"),
        events.check(book, "g"),
        events.care(book, "food", "half"),
        events.flag(book, "late"),
        interventions.start(book),
        problem,
        problems.reply(book, problem.id, "Easier one"),
        notes.tomorrow(book, "Cards"),
    ]
    assert {one.kind for one in made} == {name for name, kind in KINDS.items() if kind.listed} - {"release", "cover"}
    return made


@pytest.mark.parametrize("role", sorted(CLASS))
def test_nobody_corrects_removes_or_moves_anothers_entry(book: Book, role: str) -> None:
    pupils.add(book, "M2")
    made = _of_every_kind(book)
    with acting(book, "XY", role):
        for entry in made:
            time = KINDS[entry.kind].time or "at"
            later = entry.when.replace(minute=41).isoformat()
            for change in (
                lambda one=entry, name=time, at=later: entries.correct(book, one.id, {name: at}),
                lambda one=entry: entries.remove(book, one.id, "not right"),
                lambda one=entry: entries.move(book, one.id, book.pupil("M2")),
                lambda one=entry: entries.move_since(book, one.id, book.pupil("M2")),
                lambda one=entry: book.revise(one, {"removed": "by the book itself"}),
            ):
                with pytest.raises(NotAllowed, match="JT's own"):
                    change()
            assert book.entry(entry.id) == entry
    assert entries.remove(book, made[1].id, "pressed by mistake").removed


def test_nobody_decides_about_anothers_entry(book: Book) -> None:
    note = notes.note(book, "Read five words")
    row = book.db.execute_sql("SELECT * FROM change WHERE row = ?", (note.id,))
    columns = [column[0] for column in row.description]
    change = dict(zip(columns, row.fetchone(), strict=True))
    with book.store.writing():
        for number, words in enumerate(("Read six words", "Read seven words")):
            body = log.canonical({"set": {"text": words}, "preds": {"text": [change["uid"]]}})
            edit = {"dev": f"other{number}", "seq": 1, "uid": f"u{number}", "body": body}
            log.insert_changes(book.db, [{**change, **edit, "hlc": change["hlc"] + 1 + number}])
        log.fold(book.db, [note.id])
    with acting(book):
        assert entries.conflicts(book) == []
        with pytest.raises(NotAllowed, match="JT's own"):
            entries.decide(book, note.id, "text", "Read six words")
    assert [one.id for one in entries.conflicts(book)] == [note.id]
    assert entries.decide(book, note.id, "text", "Read six words")["text"] == "Read six words"


def test_everybody_changes_the_plan(book: Book) -> None:
    target = pupils.items(book, "target", book.focused())[0]
    with acting(book):
        assert entries.correct(book, target.id, {"text": "Asks in words"})["text"] == "Asks in words"
        assert entries.remove(book, target.id, "reached").removed


def test_on_one_device_nobody_takes_back_what_another_recorded(book: Book) -> None:
    mark = marks.tally(book, "c")
    with acting(book, "MB", "lsa"):
        with pytest.raises(NotAllowed, match="JT's own"):
            entries.undo(book)
        assert entries.can_undo(book) is None, "nor is it offered"
        assert book.entry(mark.id).removed is None
    entries.undo(book)
    with acting(book, "MB", "lsa"), pytest.raises(NotAllowed, match="JT's own"):
        entries.redo(book)
    assert entries.redo(book).entry.id == mark.id


def test_a_session_is_ended_by_whoever_began_it(book: Book) -> None:
    plan_around_now(book)
    theirs = sessions.start(book, sessions.find_slot(book, "Maths", book.now()))
    with acting(book, "MB", "lsa"):
        for change in (
            lambda: sessions.stop(book),
            lambda: sessions.pause(book),
            lambda: sessions.resume(book),
            lambda: sessions.adapt(book, "smaller steps"),
        ):
            with pytest.raises(NotAllowed, match="JT"):
                change()
        assert sessions.lesson_change(book, book.now())[0] == "start"
        mine = sessions.start(book, sessions.find_slot(book, "Maths", book.now()))
        assert mine.id != theirs.id
        missed = sessions.miss_slot(book, sessions.find_slot(book, "Break", book.now()), "pupil absent")
        assert missed.by == "MB"
        assert marks.tally(book, "c")["session"] in (mine.id, theirs.id)
        sessions.stop(book)
    assert book.entry(theirs.id) == theirs
    assert sessions.running(book).id == theirs.id


def test_a_running_duration_is_stopped_by_whoever_started_it(book: Book) -> None:
    theirs = marks.tally(book, "o")
    with acting(book, "MB", "lsa"):
        assert marks.open_bouts(book, book.focus) == []
        mine = marks.tally(book, "o")
        assert mine.id != theirs.id
        assert marks.tally(book, "o")["until"]
    assert book.entry(theirs.id)["until"] is None
    assert marks.tally(book, "o").id == theirs.id


def test_two_people_have_a_line_for_tomorrow_each(book: Book) -> None:
    first = notes.tomorrow(book, "Cards")
    with acting(book):
        assert notes.tomorrow(book, "Number line").id != first.id
    assert book.entry(first.id)["text"] == "Cards"
    assert notes.tomorrow(book, "Cards and a pencil").id == first.id


def test_an_lsa_closes_nothing_by_a_correction_either(book: Book) -> None:
    answer = problems.reply(book, problems.raise_problem(book, "Too hard").id, "Easier")
    with pytest.raises(NotAllowed, match="close a problem"):
        entries.correct(book, answer.id, {"close": True})
    assert problems.inbox(book)[0].status == "answered"


def test_the_dsls_key_is_published_by_the_dsl_alone(book: Book) -> None:
    values = {"recipient": "age1made-up", "verify": "made-up"}
    for role in CLASS:
        with acting(book, "XY", role), pytest.raises(NotAllowed):
            book.record("dsl_key", values)
    with acting(book, "DS", "dsl"):
        book.record("dsl_key", values)


def test_what_was_written_before_anybody_was_set_up_can_be_put_right(tmp_path: Path) -> None:
    book = new_book(tmp_path, initials="")
    mark = marks.tally(book, "c")
    assert mark.by == "?"
    with acting(book, "JT", "lsa"):
        assert entries.correct(book, mark.id, {"count": 2})["count"] == 2
    book.close()


def test_refusals_are_sentences(book: Book) -> None:
    with pytest.raises(LsaError) as problem:
        rights.require_command("dsl", "summary")
    assert str(problem.value) == ("the DSL may not use `lsa summary`; that is for an LSA, a class teacher or the SENCo")
    assert problem.value.code == "not_allowed"
