"""What goes home, and who stands where another pupil was named."""

from __future__ import annotations

import json
from datetime import date

import pytest

from documents.usual_day import TUESDAY, Clock, texts
from homes import acting
from lsa_tui.config import ROLES
from lsa_tui.daybook import entries, events, names, notes, plan, problems, pupils, releasing, rights, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.documents.audiences import AUDIENCES, DEED_FOR, for_role
from lsa_tui.documents.render import FORMATS, render
from lsa_tui.documents.summary import build
from lsa_tui.errors import NotAllowed

STAFF = ("lsa", "teacher", "senco")


def sheet(book: Book) -> dict[str, list[str]]:
    """The home sheet by section."""
    return {one.id: [item.text for item in one.items] for one in build(book, TUESDAY, "home").sections}


def everything(book: Book, audience: str, on: date = TUESDAY) -> str:
    """The document in every format, long and short, and its data."""
    document = build(book, on, audience, "K7")
    return "\n".join([*(render(document, form, short=short) for form in FORMATS for short in (0, 1)), repr(document)])


# The home sheet


def test_the_home_sheet_holds_what_was_suggested_and_released(book: Book) -> None:
    made = [
        notes.note(book, "Read five words alone ^home"),
        notes.note(book, "The card on the table ^home ^helped"),
        notes.note(book, "Please bring the PE kit ^home"),
        notes.note(book, "How did he sleep? ^home"),
        notes.note(book, "CANARYWAITING ^home"),
        notes.note(book, "CANARYNOTFORHOME"),
        notes.note(book, "A good day ^home"),
    ]
    notes.note(book, "A good day")
    with acting(book):
        for note in made[:4]:
            releasing.release(book, note.id)
        releasing.approve(book, "a good day")
    assert sheet(book) == {
        "achievements": ["Read five words alone", "A good day"],
        "what_helped": ["The card on the table"],
        "reminders": ["Please bring the PE kit"],
        "question": ["How did he sleep?"],
    }
    page = everything(book, "home")
    for word in ("CANARY", " JT", " LP", "09:", "08:30"):
        assert word not in page


def test_a_note_that_was_corrected_leaves_the_sheet(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    entries.correct(book, note.id, {"text": "CANARY bit somebody"})
    assert list(sheet(book)) == ["from_school"]
    assert "CANARY" not in everything(book, "home")
    said = texts(build(book, TUESDAY, "teacher"), "adults_and_home")
    assert said == [
        "Suggested for home, changed since it was released and not released again: CANARY bit somebody",
    ]


def test_a_note_that_is_no_longer_for_home_leaves_it_too(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        releasing.release(book, note.id)
    entries.correct(book, note.id, {"home": False})
    assert list(sheet(book)) == ["from_school"]


@pytest.mark.parametrize("name", ["Kai Seven", "M2", "Zoe Brook", "Ms Patel"])
def test_a_name_told_later_stops_the_home_sheet_and_says_where(book: Book, name: str) -> None:
    note = notes.note(book, "Zoe and Patel and Kai and M2 built a tower ^home")
    with acting(book):
        releasing.release(book, note.id)
    assert "achievements" in sheet(book)
    if name == "M2":
        pupils.add(book, "M2")
    elif name == "Kai Seven":
        pupils.add(book, "K7", name=name)
    else:
        names.add(book, name, "staff" if name.startswith("Ms") else "classmate")
    with pytest.raises(names.NamesStand, match=f"home sheet is not made.*\n.*note {note.id}") as refusal:
        sheet(book)
    if name != "M2":
        assert name.split()[-1] not in str(refusal.value)
    assert "built a tower" in everything(book, "teacher"), "the staff's page is made all the same"


def test_who_released_stands_in_the_hand_over_and_not_at_home(book: Book) -> None:
    note = notes.note(book, "Read five words ^home")
    notes.note(book, "Sat ^home")
    with acting(book):
        releasing.release(book, note.id)
        releasing.approve(book, "sat")
    assert texts(build(book, TUESDAY, "lsa"), "adults_and_home") == [
        "For home, released by LP: Read five words",
        "For home, an approved phrase: Sat",
    ]


# Peers


@pytest.fixture
def named(book: Book) -> Book:
    """A day whose every text names somebody."""
    pupils.add(book, "K7", name="Kai Seven")
    pupils.add(book, "M2", name="Mona Lund")
    names.add(book, "Zoe Brook", "classmate")
    every = "Zoe, M2, mona lund and Kai"
    pupils.add_item(book, "target", "T1", f"{every} target")
    pupils.add_item(book, "provision", "F1", f"{every} provision", by_whom="LSA")
    plan.add(book, f"{every} slot", "08:00", "09:30", on=TUESDAY, feedback=f"{every} feedback", provision="F1")
    sessions.start(book, sessions.find_slot(book, "slot", book.now()))
    sessions.adapt(book, f"{every} adapted")
    for note in (f"{every} note", f"{every} target note #T1", f"{every} helped ^helped", f"{every} home ^home"):
        notes.note(book, note)
    book.revise(notes.note(book, f"{every} own words"), {"own_words": True})
    problem = problems.raise_problem(book, f"{every} problem")
    problems.reply(book, problem.id, f"{every} reply")
    events.incident(book, f"{every} before", f"{every} seen hurt", f"{every} next", hurt=f"{every} hurt", text=every)
    events.check(book, "g", text=f"{every} check")
    events.care(book, "food", f"{every} care")
    events.flag(book, f"{every} unwell")
    notes.tomorrow(book, f"{every} tomorrow")
    return book


@pytest.mark.parametrize("audience", STAFF)
def test_other_pupils_are_peers_wherever_somebody_named_them(named: Book, audience: str) -> None:
    page = everything(named, audience)
    for word in ("zoe", "mona", "lund", "m2", "kai"):
        assert word not in page.casefold()
    said = "Peer A, Peer B, Peer B and K7"
    for field in ("target", "feedback", "adapted", "note", "helped", "home", "own words", "problem", "reply"):
        assert f"{said} {field}" in page
    for field in ("before", "seen", "next", "hurt", "check", "care", "unwell", "tomorrow", "provision", "slot"):
        assert f"{said} {field}" in page


def test_the_data_of_a_document_has_peers_too(named: Book) -> None:
    data = render(build(named, TUESDAY, "teacher"), "json")
    assert "Zoe" not in data
    assert "M2" not in data
    items = [item for section in json.loads(data)["sections"] for item in section["items"]]
    kept = [item["id"] for item in items if "id" in item]
    assert kept
    assert all(named.entry(uid).id == uid for uid in kept), "ids stay what they are"


def test_peers_are_counted_anew_every_day(book: Book, now: Clock) -> None:
    for code in ("M2", "R4"):
        pupils.add(book, code)
    notes.note(book, "Sat with R4, then with M2")
    now("10:00", "2026-11-25")
    notes.note(book, "Sat with M2")
    assert "Sat with Peer A, then with Peer B" in everything(book, "teacher")
    assert "Sat with Peer A" in everything(book, "teacher", date(2026, 11, 25))


# Audiences


@pytest.mark.parametrize("role", [*ROLES, "head"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_each_role_writes_for_the_audiences_that_the_table_gives_it(book: Book, role: str, audience: str) -> None:
    allowed = {"lsa": {*AUDIENCES}, "teacher": {"teacher", "senco", "home"}, "senco": {"teacher", "senco", "home"}}
    expected = audience in allowed.get(role, set())
    assert rights.may(role, DEED_FOR[audience]) == expected
    assert (audience in for_role(role)) == expected
    if role not in ROLES:
        return
    with acting(book, "XY", role):
        if expected:
            assert build(book, TUESDAY, audience).audience == audience
        else:
            with pytest.raises(NotAllowed):
                build(book, TUESDAY, audience)


def test_ones_own_audience_comes_first() -> None:
    assert [next(iter(for_role(role)), None) for role in ROLES] == ["lsa", "teacher", "senco", None]
