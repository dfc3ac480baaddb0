"""The hand-over of a usual day against figures worked out by hand, and of days that are not usual."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from documents.usual_day import TUESDAY, Clock, items, texts
from homes import acting, new_book
from lsa_tui.daybook import behaviours, entries, events, marks, notes, plan, problems, pupils, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_when
from lsa_tui.documents.audiences import MAY_SEE, SECTIONS
from lsa_tui.documents.document import Document
from lsa_tui.documents.summary import PARTS, build
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import log


def test_the_heading_and_the_order_of_the_page(hand_over: Document) -> None:
    assert hand_over.heading == "HAND-OVER Tue 24 Nov 2026  K7  LSA JT; in 08:55"
    assert " ".join(section.id for section in hand_over.sections) == (
        "needs_you you_asked learning what_helped provision wellbeing food_and_care behaviour what_happened "
        "own_words tomorrow adults_and_home about"
    )
    assert (hand_over.date, hand_over.pupil, hand_over.audience) == (TUESDAY, "K7", "lsa")


def test_every_part_of_the_table_is_built_by_something() -> None:
    assert {(row.section, row.part) for row in MAY_SEE} == set(PARTS)
    assert {row.section for row in MAY_SEE} == set(SECTIONS)


def test_open_problems_stand_first_old_ones_too(hand_over: Document) -> None:
    assert [(item.time, item.text, item.emphasis) for item in items(hand_over, "needs_you")] == [
        ("", "Problem, open since Mon 23 Nov: The card is missing from the bag", True),
        ("11:30", "Problem, open: Needs a quieter place for spelling", True),
    ]


def test_an_answered_problem_yields_to_what_is_open(usual: Book, now: Clock) -> None:
    old, new = sorted(problems.inbox(usual), key=lambda one: one.entry.when)
    now("15:40")
    with acting(usual):
        problems.reply(usual, old.entry.id, "In the blue tray", close=True)
    found = items(build(usual, TUESDAY, "teacher"), "needs_you")
    assert [item.data["status"] for item in found] == ["open", "closed"]
    assert found[1].text == "Problem of Mon 23 Nov, closed: The card is missing from the bag"
    assert found[1].lines == ("LP, Tue 24 Nov 15:40: In the blue tray",)
    now("09:00", "2026-11-25")
    assert texts(build(usual, date(2026, 11, 25), "teacher"), "needs_you") == [
        "Problem, open since Tue 24 Nov: Needs a quieter place for spelling"
    ]
    assert new.status == "open"


def test_what_was_asked_has_its_answer_or_says_so(hand_over: Document) -> None:
    assert texts(hand_over, "you_asked") == [
        "Phonics: how many words alone? | 09:20 Read 5 of 6 words alone 8/10",
        "Maths: how many with exchange? - not answered",
    ]


def test_a_note_about_something_else_is_no_answer(book: Book, now: Clock) -> None:
    plan.add(book, "Art", "09:00", "10:00", on=TUESDAY, feedback="asked by himself?", targets=["T1"])
    plan.add(book, "Music", "10:00", "11:00", on=TUESDAY, feedback="ear defenders?")
    now("09:30")
    notes.note(book, "Painted a fish")
    now("10:30")
    notes.note(book, "Wore them for one song")
    assert texts(build(book, TUESDAY, "teacher"), "you_asked") == [
        "Art: asked by himself? - not answered",
        "Music: ear defenders? | 10:30 Wore them for one song",
    ]
    now("09:50")
    notes.note(book, "Asked for the blue paint #T1")
    assert texts(build(book, TUESDAY, "teacher"), "you_asked")[0] == (
        "Art: asked by himself? | 09:50 Asked for the blue paint"
    )


def test_a_missed_slot_says_why_nothing_was_answered(usual: Book) -> None:
    slot = plan.add(usual, "Art", "13:30", "14:30", on=TUESDAY, feedback="which colours?")[0]
    sessions.miss_slot(usual, slot, "room used")
    assert "Art: which colours? - not answered (missed: room used)" in texts(
        build(usual, TUESDAY, "teacher"), "you_asked"
    )


def test_learning_today_and_over_the_last_five_days_with_responses(hand_over: Document) -> None:
    first, second, rest = items(hand_over, "learning")
    assert first.text == "T1 Asks for help with the card (outcome E1)"
    assert first.lines == (
        "today: Self 6, Prompt 2, Clue 0, Model 0, Told 0, not yet 1, no response 1; independence 60 % (6 of 10)",
        # 18, 19, 20 and 23 November with one alone and one with a clue each, and today: 4 + 6 of 8 + 10.
        "last 5 days with responses (Wed 18 Nov to Tue 24 Nov): Self 10, Prompt 2, Clue 4, Model 0, Told 0, "
        "not yet 1, no response 1; independence 56 % (10 of 18)",
        "09:20 Read 5 of 6 words alone 8/10",
    )
    assert first.data["method"] == "independence %"
    assert second.text == "T2 Column subtraction"
    assert second.lines[0] == (
        "today: Independent 1, Verbal 2, Gestural 0, Model 1, Partial physical 0, Full physical 0; "
        "independence 25 % (1 of 4)"
    )
    assert rest.text == "No responses and no notes for T3"


def test_the_five_days_reach_over_the_holidays(book: Book, now: Clock) -> None:
    for day in ("2026-06-29", "2026-07-13", "2026-07-14", "2026-07-15", "2026-07-16", "2026-07-17"):
        now("10:00", day)
        marks.trial(book, "T1", "self")
    now("10:00", "2026-09-03")
    marks.trial(book, "T1", "prompting")
    data = items(build(book, date(2026, 9, 3), "teacher"), "learning")[0].data
    assert data["days"] == ["2026-07-14", "2026-07-15", "2026-07-16", "2026-07-17", "2026-09-03"]
    assert data["last_days"]["independence_percent"] == 80


def test_a_response_on_another_ladder_is_counted_and_flatters_nobody(book: Book) -> None:
    marks.trial(book, "T1", "self")
    pupils.add_item(book, "target", "T1", None, ladder="prompt")
    marks.trial(book, "T1", "I")
    assert items(build(book, TUESDAY, "teacher"), "learning")[0].lines == (
        "today: Independent 1, Verbal 0, Gestural 0, Model 0, Partial physical 0, Full physical 0, "
        "at another ladder's level 1; independence 50 % (1 of 2)",
    )


def test_what_helped(hand_over: Document) -> None:
    assert texts(hand_over, "what_helped") == ["Maths: concrete resources", "Sitting near the window"]


def test_provision_delivered_of_planned(hand_over: Document) -> None:
    assert texts(hand_over, "provision") == [
        "Altogether 90 of 100 min (delivered / planned)",
        "Other lessons: 90 of 90 min (delivered / planned) | 09:00 Phonics: 30 of 30 min | "
        "09:45 Maths: 60 of 60 min; adapted: concrete resources",
        "F2 Speech programme (outcome E1), by LSA, 1:1: 0 of 10 min; missed: LSA moved to cover 10 min "
        "(delivered / planned) | 13:15 SaLT: 0 of 10 min; missed: LSA moved to cover",
        "14:45 Choir: cancelled",
    ]
    assert items(hand_over, "provision")[2].emphasis


def test_a_slot_that_is_over_and_has_nothing_is_no_delivered_one(book: Book, now: Clock) -> None:
    plan.add(book, "Art", "13:30", "14:30", on=TUESDAY)
    now("13:00")
    assert "13:30 Art: to come" in texts(build(book, TUESDAY, "teacher"), "provision")[1]
    now("15:00")
    found = build(book, TUESDAY, "teacher")
    assert "13:30 Art: 0 of 60 min; nothing recorded" in texts(found, "provision")[1]
    assert "Gaps: 1 | 13:30 to 14:30 Art: nothing recorded" in texts(found, "about")


def test_wellbeing_by_letter_and_word_and_who_said_it(hand_over: Document) -> None:
    assert [(item.time, item.text) for item in items(hand_over, "wellbeing")] == [
        ("08:55", "Morning: slept badly"),
        ("09:20", "G green, said by the pupil, wellbeing 4 of 5, involvement 3 of 5"),
        ("10:20", "Y yellow, said by the adult"),
    ]
    assert texts(hand_over, "food_and_care") == ["food: half of lunch"]


def test_behaviour_figures_with_method_and_observed_time(hand_over: Document) -> None:
    # 80 minutes: 4 / (4/3 h) = 3.0; 4 marks of "Asked for help", one outside every session: 3 / (4/3 h) = 2.25.
    assert texts(hand_over, "behaviour")[:-1] == [
        "Calling out: 4 in 1 h 20 min (3.0/h), frequency",
        "Asked for help: 3 in 1 h 20 min (2.3/h), frequency; 1 more outside it",
        "Sensory support: 0 in 1 h 20 min (0.0/h), frequency",
        "On own: 1 bout, 20 min, 25 % of 1 h 20 min, duration",
        "Left place: 0 bouts in 1 h 20 min, duration",
        "Movement break: 0 bouts in 1 h 20 min, duration",
    ]


def test_the_lsa_has_the_ratio_and_both_rates(hand_over: Document) -> None:
    # 31 / (4/3 h) = 23.25 and 6 / (4/3 h) = 4.5.
    assert texts(hand_over, "behaviour")[-1] == (
        "praise : reminder 5.2 : 1 (your own; it stays on this device) | "
        "praise: 31 in 1 h 20 min (23.3/h), frequency | reminder: 6 in 1 h 20 min (4.5/h), frequency"
    )


def test_private_marks_refer_to_the_time_with_all_pupils(usual: Book, now: Clock) -> None:
    pupils.add(usual, "M2")
    pupils.use(usual, "M2")
    sessions.start(usual, None, parse_when("14:00", usual.now()))
    sessions.stop(usual, parse_when("14:40", usual.now()))
    mine = items(build(usual, TUESDAY, "lsa", "K7"), "behaviour")
    assert mine[-1].data["observed_minutes"] == 120
    assert mine[0].data["observed_minutes"] == 80


def test_no_line_mixes_two_methods(hand_over: Document) -> None:
    for item in items(hand_over, "behaviour"):
        for line in (item.text, item.brief or "", *item.lines):
            assert not ("frequency" in line and "duration" in line)


def test_a_duration_that_nobody_stopped(book: Book, now: Clock) -> None:
    now("09:00")
    sessions.start(book, None)
    marks.tally(book, "o")
    now("09:30")
    running = build(book, TUESDAY, "teacher")
    assert "On own: 1 bout, 30 min so far, duration" in texts(running, "behaviour")
    assert texts(running, "about")[:3] == [
        "Watched 30 min (observed time: sessions less pauses)",
        "Session is still running",
        "On own is still running",
    ]
    now("09:00", "2026-11-25")
    day_after = build(book, TUESDAY, "teacher")
    assert "On own: 1 bout, unpaired: no total, duration" in texts(day_after, "behaviour")
    assert "On own of Tue 24 Nov 09:00 was never ended" in texts(day_after, "about")
    assert "Session of Tue 24 Nov 09:00 was never ended" in texts(build(book, date(2026, 11, 25), "lsa"), "about")


def test_without_observed_time_there_is_no_rate(book: Book) -> None:
    marks.tally(book, "c", 3)
    assert texts(build(book, TUESDAY, "teacher"), "behaviour") == ["Calling out: 3, no observed time, frequency"]


def test_a_pause_that_nobody_ended_holds_the_time_to_the_end(book: Book, now: Clock) -> None:
    now("09:00")
    sessions.start(book, None)
    now("09:20")
    sessions.pause(book)
    now("10:00")
    found = build(book, TUESDAY, "teacher")
    assert items(found, "about")[0].data["observed_minutes"] == 20
    assert "Gaps: 1 | 09:20 to 10:00 not watching" in texts(found, "about")


def test_what_happened(hand_over: Document) -> None:
    assert texts(hand_over, "what_happened") == [
        "Before: work hard or unclear; seen: left place; next: space here | 4 min; place: corridor; free to leave: yes",
        "Played with two others at break",
    ]
    assert items(hand_over, "what_happened")[1].time == "11:05"


def test_own_words_tomorrow_and_home(hand_over: Document) -> None:
    assert texts(hand_over, "own_words") == ["“I can do it by myself now”"]
    assert texts(hand_over, "tomorrow") == ["Dienes again; seat by the window"]
    assert texts(hand_over, "adults_and_home") == ["Suggested for home, not released: Read 5 of 6 words alone 8/10"]


def test_every_note_stands_somewhere(usual: Book) -> None:
    document = build(usual, TUESDAY, "teacher")
    said = " ".join(text for section in document.sections for text in texts(document, section.id))
    for entry in entries.of_days(usual, TUESDAY, TUESDAY):
        if entry.kind == "note":
            assert entry["text"] in said


def test_about_this_record(usual: Book) -> None:
    assert texts(build(usual, TUESDAY, "lsa"), "about") == [
        "Watched 1 h 20 min (observed time: sessions less pauses)",
        "Gaps: 1 | 10:10 to 10:20 not watching",
        "1 entry recorded more than 30 minutes after it happened",
        "2 unnamed marks: j 2",
        f"{log.backlog(usual.db)} changes on this device not shared yet",
    ]


def test_half_an_hour_is_not_late_yet(book: Book, now: Clock) -> None:
    now("10:00")
    marks.tally(book, "c", at=parse_when("09:30", book.now()))
    assert not any("recorded more than" in text for text in texts(build(book, TUESDAY, "lsa"), "about"))
    marks.tally(book, "c", at=parse_when("09:29", book.now()))
    assert any("1 entry recorded more than" in text for text in texts(build(book, TUESDAY, "lsa"), "about"))


@pytest.mark.parametrize(
    ("seen", "next_", "more", "says"),
    [
        ("hurt someone", "waited quietly", {}, "Incident: hurt someone"),
        ("left room", "held or guided", {}, "Incident: left room; held or guided"),
        ("left room", "calm space", {"free_to_leave": "no"}, "Incident: left room; calm space; not free to leave"),
        ("left room", "waited quietly", {"hurt": "left knee"}, "Incident: left room; hurt: left knee"),
    ],
)
def test_incidents_that_somebody_must_hear_of(
    book: Book, seen: str, next_: str, more: dict[str, str], says: str
) -> None:
    events.incident(book, "transition", seen, next_, **more)
    found = items(build(book, TUESDAY, "teacher"), "needs_you")
    assert [item.text for item in found] == [says]
    assert bool(found[0].lines) == (next_ == "held or guided")


def test_an_ordinary_incident_is_no_exception(book: Book) -> None:
    events.incident(book, "transition", "left place", "waited quietly", free_to_leave="yes")
    assert not items(build(book, TUESDAY, "teacher"), "needs_you")


def test_flags_and_bumps_that_somebody_must_act_on(book: Book) -> None:
    events.flag(book, "medicine missed or changed")
    events.flag(book, "hungry")
    events.care(book, "bump", "head, playground")
    document = build(book, TUESDAY, "teacher")
    assert texts(document, "needs_you") == ["Bump: head, playground", "Morning: medicine missed or changed"]
    assert texts(document, "wellbeing") == ["Morning: hungry"]
    assert texts(document, "food_and_care") == ["bump: head, playground"]


def test_two_versions_of_one_record_need_a_decision(book: Book, now: Clock) -> None:
    note = notes.note(book, "Read five words")
    row = book.db.execute_sql("SELECT * FROM change WHERE row = ?", (note.id,))
    names = [column[0] for column in row.description]
    change = dict(zip(names, row.fetchone(), strict=True))
    # Two edits on other devices that did not see each other, as a sync would bring them.
    with book.store.writing():
        for number, (person, text) in enumerate((("LP", "CANARY one"), ("MB", "CANARY two"))):
            body = log.canonical({"set": {"text": text}, "preds": {"text": [change["uid"]]}})
            edit = {"dev": f"other{number}", "seq": 1, "uid": f"u{number}", "actor": person, "body": body}
            log.insert_changes(book.db, [{**change, **edit, "hlc": change["hlc"] + 1 + number}])
        log.fold(book.db, [note.id])
    found = items(build(book, TUESDAY, "teacher"), "needs_you")
    assert [item.text for item in found] == [
        "Two versions of one note (text), by LP and MB: both are kept until somebody decides (& or `lsa conflicts`)"
    ]


def test_removed_entries_are_gone(book: Book) -> None:
    note = notes.note(book, "Written about the wrong pupil")
    entries.remove(book, note.id, "wrong pupil")
    assert not items(build(book, TUESDAY, "teacher"), "what_happened")


def test_an_empty_day(book: Book) -> None:
    document = build(book, TUESDAY, "teacher")
    assert document.heading == "HAND-OVER Tue 24 Nov 2026  K7  nothing recorded"
    filled = {section.id: [item.text for item in section.items] for section in document.sections if section.items}
    assert filled.keys() == {"learning", "about"}
    assert filled["about"][0] == "Watched: no observed time"


@pytest.mark.parametrize("what", ["note", "problem", "tomorrow"])
def test_a_day_with_nothing_but_words_is_no_day_without_anything(book: Book, now: Clock, what: str) -> None:
    now("09:40")
    write = {"note": notes.note, "problem": problems.raise_problem, "tomorrow": notes.tomorrow}[what]
    write(book, "Tired all morning")
    for audience in ("lsa", "teacher"):
        assert build(book, TUESDAY, audience).heading == "HAND-OVER Tue 24 Nov 2026  K7  LSA JT"
    with acting(book):
        assert build(book, TUESDAY, "teacher").heading.endswith("K7  LSA JT"), "it has arrived"


def test_a_day_with_a_teacher_s_words_alone_has_nothing_by_the_lsa(book: Book, now: Clock) -> None:
    now("09:40")
    with acting(book):
        notes.note(book, "In the hall today")
        assert build(book, TUESDAY, "teacher").heading.endswith("K7  nothing has arrived")
    document = build(book, TUESDAY, "teacher")
    assert document.heading.endswith("K7  nothing by the LSA")
    assert items(document, "what_happened")


def test_who_wrote_notes_alone_is_named_beside_who_recorded(usual: Book, now: Clock) -> None:
    usual.config.save(person_initials="MB")
    notes.note(usual, "Sat by the window")
    assert build(usual, TUESDAY, "teacher").heading == "HAND-OVER Tue 24 Nov 2026  K7  LSA JT, MB; in 08:55"


def test_two_people_on_one_day_are_both_named(usual: Book, now: Clock) -> None:
    usual.config.save(person_initials="MB")
    marks.tally(usual, "c")
    assert build(usual, TUESDAY, "teacher").heading == "HAND-OVER Tue 24 Nov 2026  K7  LSA JT, MB; in 08:55"


def test_the_day_the_clocks_go_back_is_as_long_as_it_was(book: Book, now: Clock) -> None:
    now("00:30", "2026-10-25", "+01:00")
    sessions.start(book, None)
    now("01:30", "2026-10-25", "+00:00")
    sessions.stop(book)
    assert items(build(book, date(2026, 10, 25), "teacher"), "about")[0].data["observed_minutes"] == 120


def test_a_tile_that_is_gone_keeps_its_figures(book: Book) -> None:
    behaviours.add(book, "y", "Hummed")
    mark = marks.tally(book, "y", 2)
    entries.remove(book, mark["behaviour"], "not needed")
    assert "Hummed: 2, no observed time, frequency" in texts(build(book, TUESDAY, "teacher"), "behaviour")


def test_a_tile_whose_measure_was_changed_keeps_its_figures_by_either(book: Book, now: Clock) -> None:
    now("09:00")
    sessions.start(book, None)
    marks.tally(book, "c", 3)
    behaviours.add(book, "c", None, measure="duration")
    now("09:42")
    assert [line for line in texts(build(book, TUESDAY, "teacher"), "behaviour") if "Calling" in line] == [
        "Calling out: 3 in 42 min (4.3/h), frequency"
    ]
    marks.tally(book, "c", at=parse_when("09:20", book.now()))
    marks.tally(book, "c", at=parse_when("09:30", book.now()))
    behaviours.add(book, "c", None, measure="count")
    assert [line for line in texts(build(book, TUESDAY, "teacher"), "behaviour") if "Calling" in line] == [
        "Calling out: 3 in 42 min (4.3/h), frequency",
        "Calling out: 1 bout, 10 min, 24 % of 42 min, duration",
    ]


def test_a_duration_that_counts_as_praise_now_is_still_shown(book: Book, now: Clock) -> None:
    now("09:00")
    sessions.start(book, None)
    behaviours.add(book, "y", "Sat beside", measure="duration", private=True)
    marks.tally(book, "y")
    now("09:30")
    marks.tally(book, "y")
    behaviours.add(book, "y", None, counts_as="praise")
    assert "Sat beside: 1 bout, 30 min, 100 % of 30 min, duration" in texts(build(book, TUESDAY, "lsa"), "behaviour")


def test_a_target_carries_its_criterion_as_it_was_worded(book: Book) -> None:
    pupils.add_item(book, "target", "T1", None, outcome="E1", criterion="80% over 3")
    marks.trial(book, "T1", "self")
    found = items(build(book, TUESDAY, "teacher"), "learning")[0]
    assert found.text == "T1 Asks for help with the card (outcome E1, criterion 80% over 3)"
    assert found.data["criterion"] == "80% over 3"


def test_a_pupil_by_code_or_id_and_none_that_there_is_not(book: Book) -> None:
    pupils.add(book, "M2")
    assert build(book, TUESDAY, "lsa", "m2").pupil == "M2"
    assert build(book, TUESDAY, "lsa", book.pupil("M2")).pupil == "M2"
    assert build(book, TUESDAY, "lsa").pupil == "K7"
    with pytest.raises(BadInput, match="there is no pupil 'K9'"):
        build(book, TUESDAY, "lsa", "K9")


def test_an_audience_that_there_is_not(book: Book) -> None:
    with pytest.raises(BadInput, match="did you mean 'teacher'"):
        build(book, TUESDAY, "teachers")


def test_without_a_pupil_there_is_a_sentence(tmp_path: Path) -> None:
    empty = new_book(tmp_path, pupil=None)
    with pytest.raises(LsaError, match="no pupil yet"):
        build(empty, TUESDAY, "lsa")
    empty.close()
