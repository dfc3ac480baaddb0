"""Restrictive interventions in the hand-over, and on the page for the school's form."""

from __future__ import annotations

import pytest

from documents.usual_day import TUESDAY, Clock, items, texts
from lsa_tui.daybook import audit, events, interventions, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.documents import intervention
from lsa_tui.documents.audiences import AUDIENCES
from lsa_tui.documents.render import FORMATS, render
from lsa_tui.documents.summary import build
from lsa_tui.errors import BadInput
from lsa_tui.records.kinds import Entry

FACTS = {
    "persons": "JT, LP; seen by MB",
    "tried_before": "calm words; time and space",
    "held": "held seated by Sam Otter",
    "place": "hall",
    "injury": "nobody seen hurt",
    "free_to_leave": "no",
    "told": "headteacher",
    "text": "Let go when he asked",
}


@pytest.fixture
def held(book: Book, now: Clock) -> Entry:
    """Two minutes in the hall, until 10:44."""
    now("10:44")
    return interventions.record(book, 2, **FACTS)


def test_it_needs_somebody_until_the_form_is_done_and_then_stands_among_what_happened(
    book: Book, held: Entry, now: Clock
) -> None:
    for audience in ("lsa", "teacher", "senco"):
        (item,) = items(build(book, TUESDAY, audience), "needs_you")
        assert item.emphasis
        assert item.time == "10:42"
        assert item.text == "Hands-on, 2 min: school's form NOT DONE, due the same day"
        assert item.lines == ("told: headteacher at 10:44",)
    now("15:10")
    interventions.form_done(book, held)
    page = build(book, TUESDAY, "teacher")
    assert not items(page, "needs_you")
    (said,) = texts(page, "what_happened")
    for words in (*FACTS.values(), "2 min", "school's form done Tue 15:10"):
        assert words in said


def test_it_stays_on_the_page_of_the_days_after_until_it_is_done(book: Book, held: Entry, now: Clock) -> None:
    now("09:00", "2026-11-26")
    later = build(book, book.today(), "lsa")
    assert [item.text for item in items(later, "needs_you")] == [
        "Hands-on of Tue 24 Nov, 2 min: school's form NOT DONE, due the same day"
    ]
    assert not items(later, "what_happened")
    interventions.form_done(book, held)
    assert not items(build(book, book.today(), "lsa"), "needs_you")


def test_one_that_runs_and_nobody_told_says_so(book: Book, now: Clock) -> None:
    now("10:42")
    interventions.start(book)
    (item,) = items(build(book, TUESDAY, "lsa"), "needs_you")
    assert item.text.startswith("Hands-on, still running")
    assert item.lines == ("SLT not told yet",)


def test_the_short_form_keeps_it(book: Book, held: Entry) -> None:
    assert "NOT DONE" in render(build(book, TUESDAY, "lsa"), "text", short=True)


@pytest.mark.parametrize("form", FORMATS)
def test_home_hears_nothing_of_it(book: Book, held: Entry, form: str) -> None:
    page = render(build(book, TUESDAY, "home"), form).casefold()
    for words in (*FACTS.values(), "hands-on", "10:42", "school's form"):
        assert words.casefold() not in page or words == "no"


def test_another_pupils_day_has_nothing_of_it(book: Book, held: Entry) -> None:
    pupils.add(book, "M2")
    for audience in AUDIENCES:
        page = render(build(book, TUESDAY, audience, "M2"), "json")
        assert "hall" not in page
        assert "ands-on" not in page


def test_the_page_for_the_form_has_every_fact_in_its_place(book: Book, held: Entry, now: Clock) -> None:
    now("10:50")
    events.incident(book, "transition", "hurt someone", "held or guided")
    page = intervention.build(book, held)
    said = {section.id: [item.text for item in section.items] for section in page.sections}
    assert said["when"] == ["began 10:42:00", "ended 10:44:00", "took 2 min"]
    assert said["before"] == ["10:50 before: transition; seen: hurt someone; next: held or guided"]
    for name in ("persons", "tried_before", "held", "place", "injury", "free_to_leave", "text"):
        assert said[name] == [FACTS[name]]
    assert said["told"] == ["headteacher at 10:44"]
    assert said["to_do"][0].endswith("NOT DONE")
    assert said["about"] == ["recorded by JT at 10:44"]
    assert "which this is not" in page.heading


def test_what_is_missing_can_be_seen(book: Book, now: Clock) -> None:
    now("10:44")
    page = intervention.build(book, interventions.start(book))
    assert render(page, "text").count("none recorded") == 9
    assert "tell SLT now" in render(page, "text")
    assert "still running" in render(page, "text")


def test_another_pupils_name_is_an_alias_but_for_the_dsl(book: Book, held: Entry) -> None:
    pupils.add(book, "M2", name="Sam Otter")
    for role, there in (("lsa", False), ("teacher", False), ("senco", False), ("dsl", True)):
        book.config.save(person_role=role)
        page = render(intervention.build(book, held), "html")
        assert ("Sam Otter" in page) == there
        assert ("Peer A" in page) == (not there)


def test_what_is_saved_is_noted_in_the_audit_without_a_word_of_it(book: Book, held: Entry) -> None:
    before = len(audit.entries(book))
    paths = intervention.save(book, held)
    assert sorted(path.suffix for path in paths) == [".html", ".md"]
    (noted,) = audit.entries(book)[before:]
    assert noted.did == "document saved"
    assert "seated" not in str(noted)


def test_no_page_of_anything_else(book: Book, now: Clock) -> None:
    other = events.care(book, "bump", "left knee")
    with pytest.raises(BadInput, match="only a restrictive intervention"):
        intervention.build(book, other)
