"""The plan of a day and how it was delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import RunLsa, refused

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def planned(lsa: RunLsa) -> RunLsa:
    """Maths 09:45-10:45 and Choir 14:45-15:15 today."""
    lsa("plan", "add", "Maths", "--start", "09:45", "--end", "10:45", "--need", "Dienes on the table")
    lsa("plan", "add", "Choir", "--start", "14:45", "--end", "15:15")
    return lsa


def statuses(lsa: RunLsa, *words: str) -> dict[str, str]:
    return {one["title"]: one["status"] for one in lsa("today", *words, "--json").json["slots"]}


def test_today_is_that_of_the_contract(planned: RunLsa) -> None:
    found = planned("today", "--json").json
    assert (found["date"], found["pupil"]) == ("2026-11-24", "K7")
    maths = found["slots"][0]
    assert (
        maths.items()
        >= {
            "starts": "2026-11-24T09:45:00+00:00",
            "ends": "2026-11-24T10:45:00+00:00",
            "title": "Maths",
            "status": "planned",
            "minutes": 60,
            "need_to_know": "Dienes on the table",
        }.items()
    )
    text = planned("today").out
    assert text.splitlines()[0] == "Tue 24 Nov 2026  K7"
    assert "1  09:45-10:45  Maths" in text
    assert planned("today", "tomorrow", "--json").json["slots"] == []
    refused(planned("today", "soon"), "'soon' is not a day")


def test_a_slot_goes_from_planned_to_running_to_done(planned: RunLsa, at) -> None:
    started = planned("start", "--json").json
    assert started.items() >= {"type": "session", "assumed": False, "status": "running"}.items()
    assert statuses(planned) == {"Maths": "running", "Choir": "planned"}
    at("10:30")
    stopped = planned("stop", "--adapted", "2", "--json").json
    assert (stopped["ended"], stopped["adapted"]) == ("2026-11-24T10:30:00+00:00", "concrete resources")
    assert statuses(planned) == {"Maths": "done", "Choir": "planned"}


def test_the_first_mark_starts_the_planned_slot(planned: RunLsa) -> None:
    mark = planned("tally", "c", "--json").json
    (session,) = (one for one in planned("log", "--json").json["entries"] if one["type"] == "session")
    assert session.items() >= {"id": mark["session"], "assumed": True, "at": "2026-11-24T09:45:00+00:00"}.items()
    # One undo takes back both.
    planned("undo")
    assert statuses(planned)["Maths"] == "planned"


@pytest.mark.parametrize("slot", ["Choir", "choi", "2"])
def test_a_slot_by_title_number_or_id(planned: RunLsa, slot: str) -> None:
    uid = planned("today", "--json").json["slots"][1]["id"]
    assert planned("start", slot, "--json").json["slot"] == uid
    planned("undo")
    assert planned("start", uid[:8], "--json").json["slot"] == uid
    refused(planned("start", "Latin"), "the slots are: Maths, Choir")


def test_missed_by_preset_or_in_words(planned: RunLsa) -> None:
    assert planned("stop", "--missed", "1", "--json").json["missed_reason"] == "pupil absent"
    done = planned("stop", "--slot", "Choir", "--missed", "hall taken", "--json").json
    assert (done["status"], done["missed_reason"]) == ("missed", "hall taken")
    assert statuses(planned) == {"Maths": "missed", "Choir": "missed"}
    refused(planned("stop", "--slot", "Choir"), "--missed REASON")
    refused(planned("stop", "--missed", "1", "--adapted", "1"), "either missed or adapted")
    refused(planned("stop", "--missed", "0"), "1 pupil absent")


def test_stop_says_what_still_runs_and_closes_none_of_it(planned: RunLsa, at) -> None:
    planned("tally", "o")
    at("10:40")
    done = planned("stop")
    assert "still running: K7 09:50 On own, running; end it with `lsa tally o`" in done.out
    entries = planned("log", "--json").json["entries"]
    assert [one["until"] for one in entries if one["type"] == "bout"] == [None]
    planned("undo")
    assert [one["behaviour"] for one in planned("stop", "--json").json["still_running"]] == ["o"]


def test_watching_is_held_and_goes_on(planned: RunLsa, at) -> None:
    refused(planned("pause"), "no session is running", code=1)
    planned("start")
    refused(planned("resume"), "not held", code=1)
    at("10:00")
    planned("pause")
    refused(planned("pause"), "held already", code=1)
    at("10:05")
    assert planned("resume", "--json").json["pauses"] == [["2026-11-24T10:00:00+00:00", "2026-11-24T10:05:00+00:00"]]


def test_adapted_while_it_goes_on(planned: RunLsa) -> None:
    planned("start")
    planned("adapted", "1")
    assert planned("adapted", "larger", "print", "--json").json["adapted"] == "smaller steps; larger print"
    assert statuses(planned)["Maths"] == "running"
    assert planned("adapted", "9", "--slot", "Maths", "--json").json["adapted"].endswith("choice or interest")


def test_nothing_runs(lsa: RunLsa) -> None:
    refused(lsa("stop"), "no session is running", code=1)
    refused(lsa("stop", "--missed", "1"), "no slot is planned now", code=1)
    assert lsa("start", "--json").json["slot"] is None
    refused(lsa("stop", "--at", "09:00"), "before it began")


def test_a_repeated_slot_keeps_its_time_over_the_clock_change(lsa: RunLsa) -> None:
    words = ("--start", "13:15", "--end", "13:25", "--date", "2026-10-23", "--until", "2026-10-26")
    done = lsa("plan", "add", "SaLT", *words, "--repeat", "FREQ=DAILY;BYDAY=MO,FR", "--provision", "F2", "--json").json
    starts = [one["starts"] for one in done["slots"]]
    assert starts == ["2026-10-23T13:15:00+01:00", "2026-10-26T13:15:00+00:00"]
    assert done["provision"] == "F2"
    again = lsa("plan", "add", "SaLT", *words, "--repeat", "FREQ=DAILY;BYDAY=MO,FR", "--json").json
    assert [one["id"] for one in again["slots"]] == [one["id"] for one in done["slots"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--start", "10:00", "--end", "09:00"), "not after its start"),
        (("--start", "25:00", "--end", "26:00"), "not a time of day"),
        (("--start", "10:00"), "--end"),
        (("--start", "9:00", "--end", "10:00", "--date", "2026-02-30"), "not a day"),
        (("--start", "9:00", "--end", "10:00", "--repeat", "FREQ=SOMETIMES"), "not a recurrence rule"),
        (("--start", "9:00", "--end", "10:00", "--repeat", "FREQ=SECONDLY"), "repeats within a day"),
        (("--start", "01:10", "--end", "01:40", "--date", "2027-03-28"), "clocks went forward"),
    ],
)
def test_slots_refused(lsa: RunLsa, words: tuple[str, ...], said: str) -> None:
    refused(lsa("plan", "add", "Maths", *words), said)
    assert statuses(lsa) == {}


@pytest.mark.parametrize("file", ["timetable-google.ics", "timetable-outlook.ics"])
def test_a_calendar_is_taken_and_taken_again(lsa: RunLsa, file: str) -> None:
    first = lsa("plan", "import", str(DATA / file), "--partial", "--json").json
    assert first["new"] >= 8
    again = lsa("plan", "import", str(DATA / file), "--partial", "--json").json
    assert (again["new"], again["changed"], again["same"]) == (0, 0, first["new"])
    assert statuses(lsa, first["first"])
    lsa("undo")
    assert statuses(lsa, first["first"]) == {}


def test_a_title_of_two_slots_says_which_was_taken(lsa: RunLsa, at) -> None:
    for start in ("09:00", "11:00", "13:00"):
        lsa("plan", "add", "Maths", "--start", start, "--end", start.replace(":00", ":45"))
    at("09:50")
    done = lsa("start", "Maths")
    assert "; the one planned for 11:00, there is one at 09:00, 13:00 too" in done.out
    lsa("undo")
    assert "planned for" not in lsa("start", "3").out


def calendar(*events: str) -> str:
    blocks = "".join(f"BEGIN:VEVENT\n{one}\nEND:VEVENT\n" for one in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{blocks}END:VCALENDAR\n"


HALF_TERM = "UID:ht\nSUMMARY:Half term\nDTSTART;VALUE=DATE:20270215\nDTEND;VALUE=DATE:20270220"
TRIP = "UID:trip\nSUMMARY:Trip\nDTSTART:20261130T200000Z\nDTEND:20261201T090000Z"


def test_an_event_of_several_days_stands_on_each_of_them(lsa: RunLsa, at, tmp_path: Path) -> None:
    file = tmp_path / "long.ics"
    file.write_text(calendar(HALF_TERM, TRIP))
    lsa("plan", "import", str(file))
    days = [f"2027-02-{day}" for day in range(14, 21)]
    assert [list(statuses(lsa, day)) for day in days] == [[], *[["Half term"]] * 5, []]
    assert "20:00-Tue 09:00  Trip" in lsa("today", "2026-11-30").out
    assert "Mon 20:00-09:00  Trip" in lsa("today", "2026-12-01").out
    assert statuses(lsa, "2026-12-02") == {}
    at("2026-11-30T20:00:00+00:00")
    lsa("start", "Trip")
    assert statuses(lsa, "2026-12-01") == {"Trip": "running"}
    at("2026-12-01T08:00:00+00:00")
    lsa("plan", "add", "Breakfast", "--start", "08:00", "--end", "08:30")
    assert lsa("start", "2", "--json").json["slot"] == lsa("today", "--json").json["slots"][1]["id"]


DAILY = "DTSTART:20261123T{0}0000Z\nDTEND:20261123T{0}3000Z\nRRULE:FREQ=DAILY;COUNT=5"
MATHS = "UID:maths\nSUMMARY:Maths\n" + DAILY.format("09")
PHONICS = "UID:phonics\nSUMMARY:Phonics\n" + DAILY.format("11")


def test_a_series_that_is_gone_from_the_file_is_said_and_cancelled_where_the_file_is_all(
    lsa: RunLsa, at, tmp_path: Path
) -> None:
    both, one = tmp_path / "both.ics", tmp_path / "one.ics"
    both.write_text(calendar(MATHS, PHONICS))
    one.write_text(calendar(PHONICS))
    lsa("plan", "import", str(both))
    lsa("plan", "add", "Typed", "--start", "14:00", "--end", "15:00", "--date", "2026-11-27")
    at("2026-11-25T09:10:00+00:00")
    lsa("start", "Maths")
    again = lsa("plan", "import", str(one))
    assert "not in this file: Maths (2 to come)" in again.err
    assert "--whole" in again.err
    assert statuses(lsa, "2026-11-26")["Maths"] == "planned"
    refused(lsa("plan", "import", str(one), "--whole", "--partial"), "one of --partial and --whole")
    done = lsa("plan", "import", str(one), "--whole", "--json")
    assert (done.json["gone"], done.json["absent"], done.err) == (2, {}, "")
    found = [statuses(lsa, f"2026-11-{day}")["Maths"] for day in range(23, 28)]
    assert found == ["planned", "planned", "running", "cancelled", "cancelled"]
    assert statuses(lsa, "2026-11-27")["Typed"] == "planned"
    lsa("plan", "import", str(both))
    assert statuses(lsa, "2026-11-26")["Maths"] == "planned"


BROKEN = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:Maths
DTSTART:20261124T094500Z
DTEND:20261124T104500Z
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Never
DTSTART:20261332T094500Z
END:VEVENT
END:VCALENDAR
"""


def test_what_cannot_be_read_is_listed_and_the_rest_taken_with_partial_only(lsa: RunLsa, tmp_path: Path) -> None:
    file = tmp_path / "broken.ics"
    file.write_text(BROKEN)
    refused(lsa("plan", "import", str(file)), str(file), "line ", "--partial")
    assert statuses(lsa) == {}
    done = lsa("plan", "import", str(file), "--partial", "--json")
    assert (done.json["new"], len(done.json["unreadable"])) == (1, 1)
    assert "left out" in done.err
    assert statuses(lsa) == {"Maths": "planned"}


@pytest.mark.parametrize(
    "content", [b"", b"x" * 1_000_000, b"\xff\xfe\x00", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"], ids=range(4)
)
def test_files_that_are_no_calendar(lsa: RunLsa, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no.ics"
    file.write_bytes(content)
    refused(lsa("plan", "import", str(file)), str(file))
    refused(lsa("plan", "import", str(tmp_path / "none.ics")), "cannot be read")


def test_a_plan_for_another_pupil(lsa: RunLsa) -> None:
    lsa("pupil", "add", "K8")
    lsa("plan", "add", "Art", "--start", "11:00", "--end", "12:00", "--pupil", "K8")
    assert statuses(lsa) == {}
    assert statuses(lsa, "--pupil", "K8") == {"Art": "planned"}
