"""Who sees what: canary words in everything that somebody must not see, looked for in every format."""

from __future__ import annotations

import json
from datetime import date

import pytest

from documents.usual_day import TUESDAY, Clock, items
from lsa_tui.daybook import behaviours, events, marks, notes, plan, problems, pupils, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.documents.audiences import AUDIENCES, MAY_SEE, SECTIONS, Row, rows_for
from lsa_tui.documents.day import Day, View
from lsa_tui.documents.render import FORMATS, render
from lsa_tui.documents.summary import build
from lsa_tui.records.vocabulary import KINDS

STAFF = ("lsa", "teacher", "senco")
OTHERS = ("teacher", "senco", "home")


def everything(book: Book, audience: str, on: date = TUESDAY) -> str:
    """All that an audience could get to read: every format, long and short, and the document itself."""
    document = build(book, on, audience, "K7")
    forms = [render(document, form, short=short) for form in FORMATS for short in (False, True)]
    return "\n".join([*forms, repr(document)])


@pytest.fixture
def canaries(book: Book, now: Clock) -> Book:
    """A day with a word in each place that has an audience of its own."""
    behaviours.add(book, "y", "CANARYPRIVATE", private=True)
    behaviours.add(book, "j", "CANARYPRIVATEBOUT", measure="duration", private=True)
    behaviours.add(book, "s", "CANARYOPENPRAISE", counts_as="praise")
    pupils.add(book, "K7", name="CANARYNAME")
    pupils.add(book, "M2", name="CANARYOTHERNAME")
    plan.add(book, "CANARYSLOT", "09:00", "10:00", on=TUESDAY, feedback="CANARYASKED")
    now("09:05")
    sessions.start(book, sessions.find_slot(book, "CANARYSLOT", book.now()))
    for letter in "yjspk":
        marks.tally(book, letter)
    notes.note(book, "CANARYNOTE")
    notes.note(book, "CANARYHOME ^home")
    book.revise(notes.note(book, "CANARYWORDS"), {"own_words": True})
    problems.raise_problem(book, "CANARYPROBLEM")
    events.incident(book, "CANARYBEFORE", "CANARYSEEN", "CANARYNEXT", hurt="CANARYHURT", text="CANARYTEXT")
    events.check(book, "r", text="CANARYCHECK")
    events.flag(book, "CANARYFLAG")
    events.care(book, "food", "CANARYCARE")
    notes.tomorrow(book, "CANARYTOMORROW")
    sessions.adapt(book, "CANARYADAPTED")
    pupils.use(book, "M2")
    notes.note(book, "CANARYOTHERPUPIL")
    problems.raise_problem(book, "CANARYOTHERPROBLEM")
    pupils.add_item(book, "target", "T9", "CANARYOTHERTARGET")
    marks.trial(book, "T9", "self")
    pupils.use(book, "K7")
    now("09:35")
    return book


SHARED = (
    "SLOT ASKED NOTE HOME WORDS PROBLEM BEFORE SEEN NEXT HURT TEXT CHECK FLAG CARE TOMORROW ADAPTED".split()  # noqa: SIM905
)


@pytest.mark.parametrize("audience", STAFF)
def test_staff_see_the_shared_record(canaries: Book, audience: str) -> None:
    page = everything(canaries, audience)
    assert [word for word in SHARED if f"CANARY{word}" not in page] == []


@pytest.mark.parametrize("audience", OTHERS)
def test_nobody_else_sees_a_private_mark(canaries: Book, audience: str) -> None:
    page = everything(canaries, audience)
    assert "CANARYPRIVATE" not in page
    # What counts as praise is the LSA's doing even where it was not made private.
    assert "CANARYOPENPRAISE" not in page


def test_the_lsa_sees_her_own(canaries: Book) -> None:
    page = everything(canaries, "lsa")
    assert "CANARYPRIVATE: 1 in 30 min (2.0/h), frequency" in page
    assert "CANARYPRIVATEBOUT: 1 bout" in page
    # One "Specific praise", one of the open behaviour that counts as praise, one reminder.
    assert "praise : reminder 2.0 : 1 (2 and 1)" in page


@pytest.mark.parametrize("audience", OTHERS)
def test_the_ratio_is_the_lsas_alone(usual: Book, audience: str) -> None:
    assert "praise : reminder 5.2 : 1" in everything(usual, "lsa")
    page = everything(usual, audience).lower()
    assert "praise" not in page
    assert "reminder" not in page
    assert "5.2" not in page


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_name_and_no_other_pupil(canaries: Book, audience: str) -> None:
    page = everything(canaries, audience)
    assert "CANARYNAME" not in page
    assert "CANARYOTHER" not in page
    assert "M2" not in page


def test_home_gets_nothing_that_was_not_released(canaries: Book) -> None:
    document = build(canaries, TUESDAY, "home")
    assert document.heading == "HOME SHEET Tue 24 Nov 2026  K7"
    assert [section.id for section in document.sections] == ["from_school"]
    assert [item.text for item in items(document, "from_school")] == [
        "Nothing has been released for home for this day."
    ]
    page = everything(canaries, "home")
    assert "CANARY" not in page
    assert "JT" not in page


@pytest.mark.parametrize("audience", AUDIENCES)
def test_never_a_line_about_safeguarding(canaries: Book, audience: str) -> None:
    page = everything(canaries, audience).casefold()
    assert not [word for word in ("safeguard", "dsl", "disclosure", "concern") if word in page]


def test_a_part_without_a_row_is_not_built(usual: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = tuple(row for row in MAY_SEE if row.section != "own_words")
    monkeypatch.setattr("lsa_tui.documents.audiences.MAY_SEE", fewer)
    document = build(usual, TUESDAY, "teacher")
    assert "own_words" not in [section.id for section in document.sections]
    assert "by myself" not in render(document, "text")


def test_a_field_that_a_row_does_not_name_cannot_be_read(usual: Book) -> None:
    day = Day(usual, TUESDAY, usual.focused())
    view = View(day, Row("x", "y", ("teacher",), {"incident": ("seen",)}))
    incident = view.of("incident")[0]
    assert dict(incident.data) == {"seen": "left place"}
    with pytest.raises(KeyError):
        view.of("note")
    with pytest.raises(KeyError):
        view.recent_answers()


def test_only_a_row_that_says_so_reads_private_marks(usual: Book) -> None:
    day = Day(usual, TUESDAY, usual.focused())
    reads = {"tally": ("count",)}
    assert sum(one["count"] for one in View(day, Row("x", "y", STAFF, reads)).of("tally")) == 4 + 4 + 2
    assert sum(one["count"] for one in View(day, Row("x", "y", STAFF, reads, own=True)).of("tally")) == 10 + 37


def test_the_table_names_real_fields_and_home_reads_notes_and_what_lets_them_go() -> None:
    for row in MAY_SEE:
        assert row.section in SECTIONS
        for kind, fields in row.reads.items():
            assert [name for name in fields if KINDS[kind].field(name) is None] == []
    home = {kind: fields for row in rows_for("home") for kind, fields in row.reads.items()}
    assert home == {
        "note": ("text", "home", "helped", "own_words", "named"),
        "release": ("note", "text", "part"),
        "phrase": ("text", "part"),
    }
    assert {row.audiences for row in MAY_SEE if row.own} == {("lsa",)}


def test_teacher_and_senco_read_the_same_page(canaries: Book) -> None:
    teacher = json.loads(render(build(canaries, TUESDAY, "teacher"), "json"))
    senco = json.loads(render(build(canaries, TUESDAY, "senco"), "json"))
    assert senco.pop("audience") == "senco"
    assert teacher.pop("audience") == "teacher"
    assert teacher == senco
