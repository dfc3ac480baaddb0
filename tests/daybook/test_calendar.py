"""Calendar exports: the two samples by hand, every kind of bad input, and bytes nobody meant as a calendar."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsa_tui.daybook.calendar import Calendar, Planned, read_calendar
from lsa_tui.errors import BadInput

DATA = Path(__file__).parent.parent / "data"
LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 23)

PHONICS, MATHS, SALT = "Phonics", "Maths – column subtraction", "SaLT programme 1:1"


def read(data: bytes | str, zone: ZoneInfo = LONDON, today: date = TODAY, horizon_days: int = 400) -> Calendar:
    raw = data if isinstance(data, bytes) else data.encode()
    return read_calendar(raw, source="oak.ics", zone=zone, today=today, horizon_days=horizon_days)


def sample(name: str) -> Calendar:
    return read((DATA / f"timetable-{name}.ics").read_bytes())


def calendar(*events: str, head: str = "") -> str:
    """A calendar whose first event begins on line 2 (later by the lines of `head`)."""
    return "".join(f"{line}\r\n" for line in ("BEGIN:VCALENDAR", *head.split("\n"), *events, "END:VCALENDAR") if line)


def event(*lines: str, uid: str = "maths@oak", title: str = "Maths") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT"])


NINE = ("DTSTART;TZID=Europe/London:20260907T090000", "DTEND;TZID=Europe/London:20260907T093000")
GOOD = event("DTSTART:20261124T090000Z", "DTEND:20261124T093000Z", uid="good@oak", title="Good")


def shown(plan: list[Planned]) -> list[tuple[str, str, str, bool]]:
    return [(f"{one.starts:%a %d %b %H:%M}", f"{one.ends:%H:%M}", one.title, one.cancelled) for one in plan]


def between(found: Calendar, first: date, last: date) -> list[tuple[str, str, str, bool]]:
    return shown([one for one in found.planned if first <= one.starts.date() <= last])


def starts(found: Calendar) -> list[str]:
    return [f"{one.starts:%Y-%m-%d %H:%M}" for one in found.planned]


# --- the samples ---------------------------------------------------------------------------------------------


def test_google_assessment_week() -> None:
    assert between(sample("google"), date(2026, 11, 23), date(2026, 11, 27)) == [
        ("Mon 23 Nov 09:00", "09:30", PHONICS, False),
        ("Mon 23 Nov 09:45", "10:45", MATHS, False),
        ("Tue 24 Nov 09:00", "09:30", "Phonics (assessment week)", False),
        ("Tue 24 Nov 13:15", "13:25", SALT, False),
        ("Wed 25 Nov 09:00", "09:30", PHONICS, False),
        ("Wed 25 Nov 09:45", "10:45", MATHS, False),
        ("Thu 26 Nov 11:30", "12:00", "Phonics (moved: hall booked)", False),
        ("Thu 26 Nov 13:15", "13:25", SALT, False),
        ("Fri 27 Nov 00:00", "00:00", "Non-uniform day", False),
        ("Fri 27 Nov 09:00", "09:30", PHONICS, False),
        ("Fri 27 Nov 09:45", "10:45", MATHS, False),
        ("Fri 27 Nov 13:15", "13:25", SALT, True),
    ]


def test_google_half_term_takes_out_phonics_only() -> None:
    assert between(sample("google"), date(2026, 10, 26), date(2026, 10, 30)) == [
        ("Mon 26 Oct 09:45", "10:45", MATHS, False),
        ("Tue 27 Oct 13:15", "13:25", SALT, False),
        ("Wed 28 Oct 09:45", "10:45", MATHS, False),
        ("Thu 29 Oct 13:15", "13:25", SALT, False),
        ("Fri 30 Oct 09:45", "10:45", MATHS, False),
        ("Fri 30 Oct 13:15", "13:25", SALT, False),
    ]


def test_google_lessons_keep_their_time_across_the_change_of_25_october() -> None:
    found = sample("google")
    around = [one for one in found.planned if one.title in (PHONICS, MATHS)]
    before = [one for one in around if one.starts.date() == date(2026, 10, 23)]
    after = [one for one in around if one.starts.date() == date(2026, 11, 2)]
    assert [f"{one.starts:%H:%M %z}" for one in before] == ["09:00 +0100", "09:45 +0100"]
    assert [f"{one.starts:%H:%M %z}" for one in after] == ["09:00 +0000", "09:45 +0000"]


def test_google_whole_file() -> None:
    found = sample("google")
    titles = [one.title for one in found.planned]
    # 15 weeks: phonics 75 less half-term's 5 (two of them renamed), maths 45, SaLT counted 42.
    assert (titles.count(PHONICS), titles.count(MATHS), titles.count(SALT), len(titles)) == (68, 45, 42, 158)
    assert (found.first, found.last) == (date(2026, 9, 7), date(2026, 12, 18))
    assert [one.starts.date() for one in found.planned if one.title == SALT][-1] == date(2026, 12, 11)
    assert found.unreadable == []
    assert found.endless == []


def test_google_words_of_the_teacher() -> None:
    phonics = sample("google").planned[0]
    assert phonics.aim == "blend CVC words with sh, ch"
    assert phonics.need_to_know == "sounds taught this week are on the card"
    assert phonics.feedback == "how many words without a clue?"
    assert phonics.place == "Oak class, carpet"
    salt = next(one for one in sample("google").planned if one.title == SALT)
    assert salt.need_to_know == "10 minutes three times a week (EHCP F). Ask for help with the card."


def test_google_all_day_event() -> None:
    (day,) = [one for one in sample("google").planned if one.all_day]
    assert (day.starts, day.ends) == (
        datetime(2026, 11, 27, tzinfo=LONDON),
        datetime(2026, 11, 28, tzinfo=LONDON),
    )
    assert day.recurrence == "2026-11-27"


def test_google_moved_and_renamed_keep_the_key_of_their_place_in_the_series() -> None:
    keys = {one.title: one.recurrence for one in sample("google").planned if "(" in one.title}
    assert keys == {
        "Phonics (assessment week)": "2026-11-24T09:00:00+00:00",
        "Phonics (moved: hall booked)": "2026-11-26T09:00:00+00:00",
    }
    every = [(one.uid, one.recurrence) for one in sample("google").planned]
    assert len(set(every)) == len(every)


def test_outlook_every_second_wednesday_in_a_windows_zone() -> None:
    found = sample("outlook")
    assert shown(found.planned) == [
        ("Wed 09 Sep 10:30", "11:15", "ELSA session", False),
        ("Wed 23 Sep 10:30", "11:15", "ELSA session", False),
        ("Wed 07 Oct 10:30", "11:15", "ELSA session", False),
        ("Wed 21 Oct 10:30", "11:15", "ELSA session", False),
        ("Wed 04 Nov 10:30", "11:15", "ELSA session", False),
        ("Wed 18 Nov 10:30", "11:15", "ELSA session", False),
        ("Wed 25 Nov 14:00", "15:00", "Swimming - leave 13:45, towel", False),
        ("Wed 02 Dec 10:30", "11:15", "ELSA session", False),
    ]
    assert [one.starts.astimezone(UTC).hour for one in found.planned] == [9, 9, 9, 9, 10, 10, 14, 10]
    assert {(one.aim, one.need_to_know) for one in found.planned} == {("", "")}
    assert found.planned[0].place == "Rainbow room"
    assert found.unreadable == []


@pytest.mark.parametrize("name", ["google", "outlook"])
def test_the_same_calendar_read_in_another_zone_has_the_same_keys(name: str) -> None:
    raw = (DATA / f"timetable-{name}.ics").read_bytes()
    elsewhere = read(raw, zone=ZoneInfo("America/New_York"))
    here = read(raw)
    assert {one.recurrence for one in elsewhere.planned} == {one.recurrence for one in here.planned}
    assert elsewhere.planned[0].starts == here.planned[0].starts
    assert elsewhere.planned[0].starts.tzinfo == ZoneInfo("America/New_York")


# --- zones and times -----------------------------------------------------------------------------------------


def test_floating_times_are_taken_in_the_zone_and_utc_is_converted() -> None:
    found = read(
        calendar(
            event("DTSTART:20260715T090000", "DTEND:20260715T093000", uid="a", title="Floating"),
            event("DTSTART:20260715T090000Z", "DTEND:20260715T093000Z", uid="b", title="UTC"),
        )
    )
    assert shown(found.planned) == [
        ("Wed 15 Jul 09:00", "09:30", "Floating", False),
        ("Wed 15 Jul 10:00", "10:30", "UTC", False),
    ]
    assert [one.recurrence for one in found.planned] == [
        "2026-07-15T08:00:00+00:00",
        "2026-07-15T09:00:00+00:00",
    ]


@pytest.mark.parametrize(
    "name",
    ["GMT Standard Time", '"GMT Standard Time"', "/example.org/20260101/Europe/London", "Europe/London"],
)
def test_names_of_zones_without_a_definition(name: str) -> None:
    found = read(
        calendar(event(f"DTSTART;TZID={name}:20261023T090000", "DURATION:PT30M", "RRULE:FREQ=DAILY;INTERVAL=3;COUNT=2"))
    )
    assert found.unreadable == []
    assert [f"{one.starts:%d %H:%M %z}" for one in found.planned] == ["23 09:00 +0100", "26 09:00 +0000"]


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Oak\\, school
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
END:VTIMEZONE"""


def test_a_zone_defined_in_the_file_is_used_and_does_not_leak_into_the_next_file() -> None:
    lesson = event(
        'DTSTART;TZID="Oak, school":20261023T110000', "DURATION:PT30M", "RRULE:FREQ=DAILY;INTERVAL=3;COUNT=2"
    )
    found = read(calendar(lesson, head=OWN_ZONE))
    assert found.unreadable == []
    assert [f"{one.starts:%d %H:%M %z}" for one in found.planned] == ["23 09:00 +0100", "26 09:00 +0000"]
    later = read(calendar(lesson, head=OWN_ZONE.replace("+0200", "+0500").replace("+0300", "+0600")))
    assert [f"{one.starts:%d %H:%M}" for one in later.planned] == ["23 06:00", "26 06:00"]
    without = read(calendar(lesson))
    assert without.planned == []
    assert "Oak, school" in without.unreadable[0].problem


def test_a_zone_that_changes_its_clock_every_second_counts_as_unknown() -> None:
    head = OWN_ZONE.replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "FREQ=SECONDLY")
    found = read(calendar(event('DTSTART;TZID="Oak, school":20261023T110000'), GOOD, head=head))
    assert [one.title for one in found.planned] == ["Good"]


def test_an_end_in_another_zone() -> None:
    found = read(calendar(event(NINE[0], "DTEND;TZID=Europe/Paris:20260907T103000")))
    assert shown(found.planned) == [("Mon 07 Sep 09:00", "09:30", "Maths", False)]


def test_no_end_is_no_length_and_an_all_day_event_without_end_is_a_day() -> None:
    found = read(calendar(event(NINE[0], uid="a"), event("DTSTART;VALUE=DATE:20260907", uid="b")))
    assert [one.ends - one.starts for one in found.planned] == [timedelta(days=1), timedelta(0)]


def test_an_all_day_event_that_ends_on_its_own_date_is_a_day() -> None:
    (day,) = read(calendar(event("DTSTART;VALUE=DATE:20260907", "DTEND;VALUE=DATE:20260907"))).planned
    assert day.ends - day.starts == timedelta(days=1)


def test_all_day_week_stays_one_entry() -> None:
    found = read(calendar(event("DTSTART;VALUE=DATE:20261026", "DTEND;VALUE=DATE:20261031", title="Half-term")))
    (week,) = found.planned
    assert (week.all_day, week.starts.date(), week.ends.date()) == (True, date(2026, 10, 26), date(2026, 10, 31))


# --- series --------------------------------------------------------------------------------------------------


def test_a_series_without_end_stops_at_the_horizon_and_is_named() -> None:
    text = calendar(event(*NINE, "RRULE:FREQ=DAILY"))
    found = read(text, horizon_days=10)
    assert found.endless == ["Maths"]
    assert (found.first, found.last) == (date(2026, 9, 7), TODAY + timedelta(days=10))


def test_a_series_with_an_end_beyond_the_horizon_is_whole() -> None:
    found = read(calendar(event(*NINE, "RRULE:FREQ=WEEKLY;UNTIL=20290101T000000Z")), horizon_days=10)
    assert found.endless == []
    assert found.last == date(2028, 12, 25)


@pytest.mark.parametrize("until", ["20991231T235959Z", "45000901T000000Z", "99991231"])
def test_an_end_that_means_for_ever_counts_as_none(until: str) -> None:
    found = read(calendar(event(*NINE, f"RRULE:FREQ=DAILY;UNTIL={until}")), horizon_days=10)
    assert found.endless == ["Maths"]
    assert found.last == TODAY + timedelta(days=10)


@pytest.mark.parametrize("until", ["20260909", "20260909T090000", "20260909T080000Z", "20260909T225959Z"])
def test_until_includes_its_last_lesson_however_it_is_written(until: str) -> None:
    found = read(calendar(event(*NINE, f"RRULE:FREQ=DAILY;UNTIL={until}")))
    assert starts(found) == ["2026-09-07 09:00", "2026-09-08 09:00", "2026-09-09 09:00"]


def test_all_day_series_with_until_and_an_excluded_day() -> None:
    found = read(
        calendar(
            event(
                "DTSTART;VALUE=DATE:20260907",
                "RRULE:FREQ=DAILY;UNTIL=20260910",
                "EXDATE;VALUE=DATE:20260908,20260909",
            )
        )
    )
    assert [one.recurrence for one in found.planned] == ["2026-09-07", "2026-09-10"]
    assert all(one.all_day for one in found.planned)


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Europe/London:20260908T090000",
        "EXDATE:20260908T080000Z",
        "EXDATE:20260908T090000",
        "EXDATE;VALUE=DATE:20260908",
        "EXDATE;TZID=Europe/Paris:20260908T100000,20260920T100000",
    ],
)
def test_exdate_however_it_is_written(exdate: str) -> None:
    found = read(calendar(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3", exdate)))
    assert starts(found) == ["2026-09-07 09:00", "2026-09-09 09:00"]


def test_a_bare_date_takes_out_whatever_is_on_that_day() -> None:
    twice = ("RDATE;TZID=Europe/London:20260908T130000", "EXDATE;VALUE=DATE:20260908")
    found = read(calendar(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3", *twice)))
    assert starts(found) == ["2026-09-07 09:00", "2026-09-09 09:00"]


def test_rdate_adds() -> None:
    found = read(
        calendar(event(*NINE, "RDATE;TZID=Europe/London:20260912T100000", "RDATE;VALUE=DATE:20261201,20260101"))
    )
    assert starts(found) == ["2026-01-01 09:00", "2026-09-07 09:00", "2026-09-12 10:00", "2026-12-01 09:00"]


@pytest.mark.parametrize(
    "original",
    [
        "RECURRENCE-ID;TZID=Europe/London:20260908T090000",
        "RECURRENCE-ID:20260908T080000Z",
        "RECURRENCE-ID;TZID=Europe/Paris:20260908T100000",
        "RECURRENCE-ID;VALUE=DATE:20260908",
    ],
)
def test_a_moved_occurrence_replaces_the_original(original: str) -> None:
    moved = event(original, "DTSTART:20260908T130000Z", "DTEND:20260908T133000Z", title="Maths later")
    found = read(calendar(moved, event(*NINE, "RRULE:FREQ=DAILY;COUNT=3")))
    assert shown(found.planned) == [
        ("Mon 07 Sep 09:00", "09:30", "Maths", False),
        ("Tue 08 Sep 14:00", "14:30", "Maths later", False),
        ("Wed 09 Sep 09:00", "09:30", "Maths", False),
    ]
    assert [one.recurrence for one in found.planned] == [
        "2026-09-07T08:00:00+00:00",
        "2026-09-08T08:00:00+00:00",
        "2026-09-09T08:00:00+00:00",
    ]


def test_this_and_future_moves_the_rest_and_keeps_every_key() -> None:
    later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20260908T090000",
        "DTSTART;TZID=Europe/London:20260908T110000",
        "DTEND;TZID=Europe/London:20260908T120000",
        title="Maths at eleven",
    )
    found = read(calendar(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3"), later))
    assert shown(found.planned) == [
        ("Mon 07 Sep 09:00", "09:30", "Maths", False),
        ("Tue 08 Sep 11:00", "12:00", "Maths at eleven", False),
        ("Wed 09 Sep 11:00", "12:00", "Maths at eleven", False),
    ]
    assert [one.recurrence[:16] for one in found.planned] == [
        "2026-09-07T08:00",
        "2026-09-08T08:00",
        "2026-09-09T08:00",
    ]


def test_the_last_change_of_one_occurrence_wins() -> None:
    changes = [
        event("RECURRENCE-ID:20260908T080000Z", "DTSTART:20260908T080000Z", f"SEQUENCE:{n}", title=f"Version {n}")
        for n in (2, 10, 1)
    ]
    found = read(calendar(event(*NINE, "RRULE:FREQ=DAILY;COUNT=2"), *changes))
    assert [one.title for one in found.planned] == ["Maths", "Version 10"]


def test_a_change_without_its_series_is_still_planned() -> None:
    found = read(calendar(event("RECURRENCE-ID:20260908T080000Z", "DTSTART:20260908T130000Z")))
    assert [(one.recurrence, one.starts.hour) for one in found.planned] == [("2026-09-08T08:00:00+00:00", 14)]


def test_a_change_survives_a_series_that_cannot_be_read() -> None:
    change = event("RECURRENCE-ID:20260908T080000Z", "DTSTART:20260908T130000Z", title="Moved")
    for rule in ("FREQ=NEVER", "no rule", "FREQ=DAILY;COUNT=1000000000"):
        found = read(calendar(event(*NINE, f"RRULE:{rule}"), change))
        assert [one.title for one in found.planned] == ["Moved"]
        assert [one.line for one in found.unreadable] == [7]


def test_two_events_under_one_uid_are_both_kept_and_a_newer_version_replaces() -> None:
    other = event("DTSTART:20261201T090000Z", title="Other")
    assert [one.title for one in read(calendar(event(*NINE), other)).planned] == ["Maths", "Other"]
    newer = event("DTSTART:20261201T090000Z", "SEQUENCE:3", title="Newer")
    assert [one.title for one in read(calendar(newer, event(*NINE))).planned] == ["Newer"]


def test_cancelled_occurrences_are_kept() -> None:
    gone = event("RECURRENCE-ID:20260908T080000Z", "DTSTART:20260908T080000Z", "STATUS:CANCELLED")
    found = read(calendar(event(*NINE, "RRULE:FREQ=DAILY;COUNT=2", "STATUS:CONFIRMED"), gone))
    assert [one.cancelled for one in found.planned] == [False, True]


def test_a_cancelling_calendar_cancels_its_own_events_only() -> None:
    cancel = calendar(event(*NINE, "RRULE:FREQ=DAILY;COUNT=2"), head="METHOD:CANCEL")
    assert [one.cancelled for one in read(cancel).planned] == [True, True]
    assert [one.cancelled for one in read(cancel + calendar(GOOD)).planned] == [True, True, False]


def test_alarms_x_lines_and_tasks_are_ignored() -> None:
    text = calendar(
        event(
            *NINE,
            "X-ALT-DESC;FMTTYPE=text/html:<html>Aim: other</html>",
            "BEGIN:VALARM",
            "TRIGGER:-PT15M",
            "DESCRIPTION:Aim: Reminder",
            "END:VALARM",
            "DESCRIPTION:Aim: count in tens",
        ),
        "BEGIN:VTODO\r\nUID:todo\r\nSUMMARY:Task\r\nDTSTART:20261124T090000Z\r\nEND:VTODO",
    )
    found = read(text)
    assert [(one.title, one.aim) for one in found.planned] == [("Maths", "count in tens")]
    assert found.unreadable == []


# --- what a teacher writes -----------------------------------------------------------------------------------


def described(description: str, title: str = "Maths") -> Planned:
    (one,) = read(calendar(event(*NINE, f"DESCRIPTION:{description}", title=title))).planned
    return one


def test_labels_in_any_case_and_the_rest_is_need_to_know() -> None:
    one = described(
        r"AIM: tens and ones\nbring the card\nNeeds : quiet corner\nfeedback: how many alone?"
        r"\nTargets: T1\, T2 and t1; #E1.2\nProvision: P3\nclosing line"
    )
    assert one.aim == "tens and ones"
    assert one.need_to_know == "bring the card\nquiet corner\nclosing line"
    assert one.feedback == "how many alone?"
    assert one.targets == ("T1", "T2", "E1.2")
    assert one.provision == "P3"


def test_a_label_alone_takes_the_next_line() -> None:
    one = described(r"Aim:\nblend sh\nNeed: card\nFeedback wanted:\n\nhow many?")
    assert (one.aim, one.need_to_know, one.feedback) == ("blend sh", "card", "how many?")


def test_marks_are_whole_words() -> None:
    one = described(r"see #T2\, then (#T3). Book #1\, a#T4\, https://oak.example/page#T5 or /#T6", "Maths #T1")
    assert one.targets == ("T1", "T2", "T3")
    assert one.title == "Maths #T1"


@pytest.mark.parametrize("empty", [r"\n", r"\n\n \n", "", " ", "<br>", "&nbsp;<p></p>"])
def test_empty_descriptions(empty: str) -> None:
    one = described(empty)
    assert (one.aim, one.need_to_know, one.feedback, one.targets) == ("", "", "", ())


def test_html_becomes_text() -> None:
    one = described(
        r'<html><b>Aim:</b>&nbsp;R&amp;B &lt;b&gt; beat<br>Need to know: <a href="https://x/#T9">the card</a>'
        r"<ul><li>red</li><li>blue</li></ul><p>5 &gt\; 3</p></html>"
    )
    assert one.aim == "R&B <b> beat"
    assert one.need_to_know == "the card\n- red\n- blue\n5 > 3"
    assert one.targets == ()


def test_signs_that_only_look_like_html_stay() -> None:
    assert described("use < and > and <10 & R&D &copy that").need_to_know == "use < and > and <10 & R&D &copy that"


def test_control_characters_go_and_letters_are_composed() -> None:
    one = described("a\x07b\x1b[31m cafe\u0301 \u200d👩\u200d🏫", title="Ma\x00ths\u0301\t 2")
    assert one.need_to_know == "ab[31m caf\u00e9 \u200d👩\u200d🏫"
    assert one.title == "Math\u015b 2"


def test_no_title() -> None:
    assert described("x", title=" ").title == "(no title)"


def test_folded_in_the_middle_of_a_letter() -> None:
    raw = calendar(event(*NINE, title="Café")).encode()
    assert read(raw.replace(b"Caf\xc3\xa9", b"Caf\xc3\r\n \xa9")).planned[0].title == "Café"


# --- bytes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\n\r\n"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    text = calendar(event(*NINE, title="Café – “Oak”"))
    assert read(text.replace("\r\n", end).encode(encoding)).planned[0].title == "Café – “Oak”"


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_without_a_calendar(mark: bytes) -> None:
    with pytest.raises(BadInput, match="not a calendar"):
        read(mark + "Maths on Monday".encode("utf-16-le") + b"\x00")


@pytest.mark.parametrize("data", [b"", b"\r\n \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0" * 1000])
def test_empty_files(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"oak\.ics is empty"):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"<!DOCTYPE html><html><body>Sign in to BEGIN:VCALENDAR</body></html>",
        b"Date,Title\n2026-11-24,Maths\n",
        b"BEGIN:VCARD\nFN:Ms Patel\nEND:VCARD\n",
        bytes(range(256)) * 4096,
        calendar(event(*NINE)).encode("utf-16-le"),
    ],
)
def test_files_that_are_no_calendar(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"oak\.ics is not a calendar"):
        read(data)


@pytest.mark.parametrize("text", ["BEGIN:VCALENDAR", calendar(), calendar(head=OWN_ZONE)])
def test_calendars_without_events(text: str) -> None:
    with pytest.raises(BadInput, match=r"oak\.ics has no events"):
        read(text)


# --- what cannot be read -------------------------------------------------------------------------------------

BAD = [
    ("DTSTART:20261399T090000Z", 4, "DTSTART is '20261399T090000Z', which is not a date or time (Maths)"),
    ("DTSTART:tomorrow", 4, "DTSTART is 'tomorrow', which is not a date or time (Maths)"),
    ("DTSTART:00010101T000000Z", 4, "DTSTART is '00010101T000000Z', which is not in the years 1900 to 2199 (Maths)"),
    ("DTSTART;TZID=Nowhere/Oak:20261124T090000", 4, "zone 'Nowhere/Oak'"),
    ("DTSTART;TZID=Europe:20261124T090000", 4, "zone 'Europe'"),
    ("DTSTART:", 1, "DTSTART is missing (Maths)"),
    ("LOCATION:Oak", 1, "DTSTART is missing (Maths)"),
    ("DTSTART:20261124T090000Z\r\nDTSTART:20261125T090000Z", 5, "the second DTSTART of one event"),
    ("DTSTART:20261124T090000Z\r\nDTEND:20261124T085900Z", 5, "which is before DTSTART '20261124T090000Z'"),
    ("DTSTART:20261124T090000Z\r\nDTEND:late", 5, "DTEND is 'late', which is not a date or time"),
    ("DTSTART:20261124T090000Z\r\nDTEND:20261125T090001Z", 5, "more than 24 hours after DTSTART"),
    ("DTSTART:20261124T090000Z\r\nDTEND;VALUE=DATE:20261125", 5, "one has a time of day, one has none"),
    ("DTSTART;VALUE=DATE:20261124\r\nDTEND:20261125T090000Z", 5, "one has a time of day, one has none"),
    ("DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261123", 5, "before DTSTART"),
    ("DTSTART:20261124T090000Z\r\nDURATION:soon", 5, "DURATION is 'soon', which is not a duration"),
    ("DTSTART:20261124T090000Z\r\nDURATION:-PT5M", 5, "DURATION is '-PT5M'"),
    ("DTSTART:20261124T090000Z\r\nDURATION:P9999999999D", 5, "DURATION is 'P9999999999D'"),
    ("DTSTART:20261124T090000Z\r\nRECURRENCE-ID:x", 5, "RECURRENCE-ID is 'x'"),
    ("DTSTART:20261124T090000Z\r\nRRULE:every Monday", 5, "RRULE is 'every Monday', which is not a rule"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=XX", 5, "which is not a rule"),
    ("DTSTART:20261124T090000Z\r\nRRULE:BYDAY=MO", 5, "which is not a rule"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=SECONDLY", 5, "no timetable repeats within a day"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;COUNT=1000000000", 5, "COUNT is not a number from 1 to 5000"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;INTERVAL=0", 5, "INTERVAL is not a number from 1"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;UNTIL=soon", 5, "which is not a date or time"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;UNTIL=20200101", 5, "which gives no date at all"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 5, "does not go with BYMONTHDAY"),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", 5, "which gives no date at all"),
    ("DTSTART:19600101T090000Z\r\nRRULE:FREQ=DAILY", 5, "which gives more than 5000 dates"),
    (
        "DTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";UNTIL=20280101",
        5,
        "which gives more than 5000 dates",
    ),
    ("DTSTART:20261124T090000Z\r\nRRULE:FREQ=DAILY;BYSECOND=" + ",".join(["1"] * 200), 5, "longer than 250"),
    ("DTSTART:20261124T090000Z\r\nRDATE:" + ",".join(["20261124T090000Z"] * 5001), 1, "RDATE gives more than 5000"),
]


@pytest.mark.parametrize(("lines", "line", "problem"), BAD)
@pytest.mark.parametrize("first", [True, False])
def test_one_bad_event_is_listed_with_its_line_and_spoils_no_other(
    lines: str, line: int, problem: str, first: bool
) -> None:
    bad = event(*lines.split("\r\n"))
    found = read(calendar(*((bad, GOOD) if first else (GOOD, bad))))
    assert [one.title for one in found.planned] == ["Good"]
    (unreadable,) = found.unreadable
    assert problem in unreadable.problem
    assert unreadable.line == line + 1 + (0 if first else GOOD.count("\r\n") + 1)


def test_a_missing_uid_is_listed_at_the_event() -> None:
    found = read(calendar(GOOD, "BEGIN:VEVENT\r\nSUMMARY:Maths\\, top set\r\nDTSTART:20261124T090000Z\r\nEND:VEVENT"))
    assert [(one.line, one.problem) for one in found.unreadable] == [(8, "UID is missing (Maths, top set)")]
    assert len(found.planned) == 1


def test_a_long_lesson_over_the_change_of_the_clock_is_a_day() -> None:
    found = read(
        calendar(event("DTSTART;TZID=Europe/London:20261024T120000", "DTEND;TZID=Europe/London:20261025T120000"))
    )
    assert found.unreadable == []
    assert len(found.planned) == 1


@pytest.mark.parametrize(
    "line", ["EXDATE:someday", "EXDATE;TZID=Nowhere:20260908T090000", "RDATE:2026", "EXRULE:FREQ=DAILY"]
)
def test_a_bad_exception_is_listed_and_the_series_kept(line: str) -> None:
    found = read(calendar(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3", line)))
    assert len(found.planned) == 3
    assert [one.line for one in found.unreadable] == [8]
    assert line[:6].strip(";:") in found.unreadable[0].problem


def test_lines_that_are_no_property_are_named_once() -> None:
    found = read(calendar(event(*NINE, "lost in the post", "and so am I")))
    assert len(found.planned) == 1
    assert [(one.line, one.problem) for one in found.unreadable] == [
        (7, "'lost in the post' is not a property, nor are 1 more lines; ignored (Maths)")
    ]


def test_a_file_that_was_cut_off_says_so() -> None:
    whole = (DATA / "timetable-google.ics").read_bytes()
    found = read(whole[: whole.index(b"SUMMARY:Maths")])
    assert {one.title for one in found.planned} >= {PHONICS, "Phonics (moved: hall booked)"}
    problems = [one.problem for one in found.unreadable]
    assert problems == [
        "BEGIN:VEVENT has no END:VEVENT; the event is cut off",
        "END:VCALENDAR is missing; the file may have been cut off",
    ]


def test_a_file_cut_off_in_its_only_event_is_listed() -> None:
    found = read("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n")
    assert [one.line for one in found.unreadable] == [2, 3]


def test_an_event_inside_another_is_read() -> None:
    found = read(calendar("BEGIN:VEVENT\r\nUID:lost\r\nDTSTART:20261124T090000Z", GOOD))
    assert [one.title for one in found.planned] == ["Good"]
    assert [one.line for one in found.unreadable] == [2]


def test_a_file_of_endless_series_is_bounded() -> None:
    lessons = [
        event("DTSTART:20260907T090000Z", "RRULE:FREQ=DAILY", uid=f"{n}", title=f"Lesson {n}") for n in range(130)
    ]
    found = read(calendar(*lessons, GOOD))
    assert 50_000 <= len(found.planned) <= 51_000
    assert any(one.title == "Good" for one in found.planned)
    assert found.unreadable[-1].problem == (
        "the file holds over 50000 occurrences; this series is left out (Lesson 129)"
    )


def test_a_file_of_rules_that_never_come_true_is_bounded() -> None:
    rule = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
    found = read(calendar(*(event("DTSTART:20260907T090000Z", rule, uid=f"{n}") for n in range(12)), GOOD))
    assert [one.title for one in found.planned] == ["Good"]
    assert "left out" in found.unreadable[-1].problem


def test_order_is_by_time() -> None:
    found = read(
        calendar(
            event("DTSTART:20261201T090000Z", uid="c"), GOOD, event("DTSTART:20250101T090000Z", uid="a", title="A")
        )
    )
    assert [one.title for one in found.planned] == ["A", "Good", "Maths"]
    assert (found.first, found.last) == (date(2025, 1, 1), date(2026, 12, 1))


def test_all_events_unreadable_is_no_error_but_a_list() -> None:
    found = read(calendar(event("DTSTART:x")))
    assert (found.planned, found.first, found.last, len(found.unreadable)) == ([], None, None, 1)


def test_importing_the_reader_imports_no_library() -> None:
    heavy = "{'icalendar', 'recurring_ical_events', 'dateutil', 'rich', 'textual'}"
    code = f"import sys, lsa_tui.daybook.calendar; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- anything at all -----------------------------------------------------------------------------------------


def holds(data: bytes) -> None:
    """Reading gives a plan in order, or BadInput, and nothing else."""
    try:
        found = read(data, horizon_days=30)
    except BadInput:
        return
    assert all(one.starts <= one.ends and one.starts.tzinfo == LONDON for one in found.planned)
    assert [one.starts for one in found.planned] == sorted(one.starts for one in found.planned)
    keys = [(one.uid, one.recurrence) for one in found.planned]
    assert len(set(keys)) == len(keys)
    lines = len(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    assert all(1 <= one.line <= lines and one.problem for one in found.unreadable)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=2000), st.booleans())
def test_random_bytes(data: bytes, in_calendar: bool) -> None:
    holds(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + data + b"\r\nEND:VEVENT\r\n" if in_calendar else data)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["google", "outlook"]),
    st.lists(
        st.tuples(
            st.integers(0, 3000), st.integers(0, 40), st.binary(max_size=12) | st.sampled_from([b"\r\n", b";", b"9"])
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_damaged_samples(name: str, damage: list[tuple[int, int, bytes]]) -> None:
    data = (DATA / f"timetable-{name}.ics").read_bytes()
    for place, length, instead in damage:
        data = data[:place] + instead + data[place + length :]
    holds(data)


TIMES = [
    "20261124T090000Z",
    "20261124T090000",
    "20261124",
    "20260329T013000",
    "20261025T013000",
    "19000101T000000Z",
    "21991231T235959Z",
    "20261124T090000Z,20261125",
    "20261124T090000Z/PT1H",
    "P1D",
    "PT30M",
    "-PT1H",
    "P52W",
    ",",
    "x",
    "CANCELLED",
    "7",
]
RULES = [
    "FREQ=DAILY;COUNT=3",
    "FREQ=WEEKLY;BYDAY=MO,WE",
    "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270101",
    "FREQ=YEARLY;BYWEEKNO=53",
    "FREQ=DAILY;UNTIL=20261201T000000Z",
    "FREQ=WEEKLY;INTERVAL=1000",
    "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU",
]
VALUES = st.sampled_from(TIMES + RULES)
NAMES = st.sampled_from(
    ["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID", "SEQUENCE", "STATUS"]
)
MORE = st.sampled_from(["", ";TZID=Europe/London", ";VALUE=DATE", ";TZID=Nowhere", ";RANGE=THISANDFUTURE", ";TZID=UTC"])
LESSON = st.lists(st.tuples(NAMES, MORE, VALUES).map(lambda one: f"{one[0]}{one[1]}:{one[2]}"), max_size=6)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), LESSON), min_size=1, max_size=4))
def test_odd_combinations(lessons: list[tuple[str, bool, list[str]]]) -> None:
    events = [event(*([NINE[0]] if started else []), *lines, uid=uid) for uid, started, lines in lessons]
    holds(calendar(*events).encode())
    found = read(calendar(*events, GOOD))
    assert any(one.title == "Good" for one in found.planned)
