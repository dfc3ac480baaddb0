"""`lsa handson ...`: from the stopwatch to the school's form, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

from commands import RunLsa, refused

At = Callable[[str], None]


def seconds(at: At, time: str) -> None:
    at(f"2026-11-24T{time}+00:00")


def test_the_stopwatch_the_facts_and_the_form(lsa: RunLsa, at: At) -> None:
    seconds(at, "10:42:05")
    started = lsa("handson", "start", "--json").json
    assert (started["type"], started["pupil"], started["ended"]) == ("intervention", "K7", None)
    seconds(at, "10:44:15")
    stopped = lsa("handson", "stop", "--held", "5", "--json").json
    assert stopped["id"] == started["id"]
    assert stopped["ended"] == "2026-11-24T10:44:15+00:00"
    assert stopped["held"] == "held seated"
    at("10:50")
    facts = ("--persons", "JT, LP", "--tried", "1", "--place", "2", "--injury", "nobody", "--free-to-leave", "no")
    added = lsa("handson", "facts", *facts, "--told", "1", "--note", "Let go at once", "--json").json
    assert (
        added.items()
        >= {
            "persons": "JT, LP",
            "tried_before": "calm words",
            "place": "corridor",
            "injury": "nobody",
            "free_to_leave": "no",
            "told": "headteacher",
            "told_at": "2026-11-24T10:50:00+00:00",
            "text": "Let go at once",
            "school_form_done": None,
        }.items()
    )
    assert [one["id"] for one in lsa("handson", "list", "--due", "--json").json["interventions"]] == [started["id"]]
    at("15:20")
    done = lsa("handson", "done", started["id"][:13], "--at", "15:10", "--json").json
    assert done["school_form_done"] == "2026-11-24T15:10:00+00:00"
    assert lsa("handson", "list", "--due").out == "No school's form is waiting\n"
    assert lsa("handson", "done", "--not", "--json").json["school_form_done"] is None
    assert "school's form NOT DONE" in lsa("log").out


def test_the_reminder_is_said_when_it_is_over(lsa: RunLsa) -> None:
    lsa("handson", "start")
    for said in (lsa("handson", "stop").out, lsa("handson", "record", "2").out):
        for words in (
            "Tell now: SLT",
            "the school's own record is due",
            "the school tells them",
            "not the statutory record",
        ):
            assert words in said


def test_undo_takes_the_end_back_and_then_the_start(lsa: RunLsa) -> None:
    lsa("handson", "start")
    lsa("handson", "stop", "--held", "5")
    lsa("undo")
    (entry,) = lsa("handson", "list", "--json").json["interventions"]
    assert (entry["ended"], entry["held"]) == (None, None)
    lsa("undo")
    assert lsa("handson", "list", "--json").json == {"interventions": []}
    assert lsa("handson", "list").out == "No restrictive intervention is recorded\n"


def test_one_that_is_over_with_its_minutes(lsa: RunLsa) -> None:
    done = lsa("handson", "record", "0.5", "--at", "09:40", "--told", "head", "--told-at", "-5", "--json").json
    assert (done["at"], done["ended"]) == ("2026-11-24T09:40:00+00:00", "2026-11-24T09:40:30+00:00")
    assert done["told_at"] == "2026-11-24T09:45:00+00:00"
    done = lsa("handson", "facts", "--told-at", "09:47", "--told", "head", "--held", "", "--json").json
    assert done["told_at"] == "2026-11-24T09:47:00+00:00"


def test_the_page_in_every_format(lsa: RunLsa) -> None:
    lsa("handson", "record", "2", "--held", "held <seated>", "--persons", "JT")
    assert "  held <seated>" in lsa("handson", "document").out
    assert "held &lt;seated&gt;" in lsa("handson", "document", "--format", "html").out
    assert "## WHAT WAS DONE" in lsa("handson", "document", "--format", "md").out
    page = lsa("handson", "document", "--json").json
    assert page["pupil"] == "K7"
    assert json.loads(lsa("handson", "document", "--format", "json").out) == page
    held = next(one for one in page["sections"] if one["id"] == "held")
    assert [item["text"] for item in held["items"]] == ["held <seated>"]


def test_what_cannot_be_is_a_sentence_and_changes_nothing(lsa: RunLsa) -> None:
    refused(lsa("handson", "stop"), "no hands-on stopwatch", code=1)
    refused(lsa("handson", "document"), "no restrictive intervention", code=1)
    refused(lsa("handson", "record", "soon"), "not a number")
    refused(lsa("handson", "record"), "MINUTES")
    refused(lsa("handson", "record", "5", "--at", "09:49"), "still to come")
    note = lsa("note", "Read alone", "--json").json["id"]
    refused(lsa("handson", "facts", note, "--held", "5"), "no restrictive intervention")
    lsa("handson", "start")
    refused(lsa("handson", "start"), "runs already", code=1)
    refused(lsa("handson", "done"), "still running", code=1)
    refused(lsa("handson", "facts"), "no fact was given")
    refused(lsa("handson", "stop", "--at", "09:00"), "before it began")
    refused(lsa("handson", "stop", "--free-to-leave", "maybe"), "yes, no")
    refused(lsa("handson", "stop", "--held", "0"), "none of the presets")
    (entry,) = lsa("handson", "list", "--json").json["interventions"]
    assert entry["ended"] is None


def test_roles(lsa: RunLsa) -> None:
    lsa("handson", "record", "2", "--held", "held seated")
    lsa("init", "--name", "Lee Park", "--initials", "LP", "--role", "teacher")
    refused(lsa("handson", "facts", "--held", "guided"), "JT's own", code=1)
    assert lsa("handson", "done", "--json").json["school_form_done"]
    lsa("init", "--name", "Dee Shah", "--initials", "DS", "--role", "dsl")
    assert "held seated" in lsa("handson", "document").out
    assert len(lsa("handson", "list", "--json").json["interventions"]) == 1
    refused(lsa("handson", "start"), "the DSL may not", code=1)
    refused(lsa("handson", "done", "--not"), "the DSL may not", code=1)
