"""The made-up term of `lsa demo`: lifelike, right in every field, and the same from the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lsa_tui import config, paths
from lsa_tui.clock import from_text
from lsa_tui.daybook import demo, entries, exchange, plan, problems, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.demo import term as demo_plan
from lsa_tui.errors import BadInput, LsaError, NothingToUndo
from lsa_tui.records import fold, log, read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

LONDON = ZoneInfo("Europe/London")
TUESDAY = "2026-11-24T10:42:00+00:00"
SUNDAY = "2026-11-29T10:42:00+00:00"
EVENING = "2026-11-24T20:00:00+00:00"
MOMENTS = (
    TUESDAY,
    SUNDAY,
    EVENING,
    "2026-11-24T08:50:00+00:00",
    "2026-11-24T10:45:10+00:00",
    "2026-11-24T15:00:00+00:00",
    "2026-11-24T00:00:30+00:00",
    "2026-11-24T23:58:00+00:00",
    "2026-03-29T00:30:00+00:00",
    "2026-10-25T01:30:00+00:00",
    "2026-08-12T11:15:00+01:00",
)


def filled(home: Path, now: str, days: int, seed: int = 7) -> Book:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSA_NOW", now)
        book = Book(paths.find(str(home)))
        demo.fill(book, days, seed)
    return book


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Half a term, filled once; the tests only read it."""
    book = filled(tmp_path_factory.mktemp("term"), TUESDAY, 35)
    yield book
    book.close()


def listed(book: Book) -> list[Entry]:
    return read.listed(book.db, "1900-01-01", "2199-12-31")


def of_pupil(book: Book, kind: str, code: str = "K7") -> list[Entry]:
    return read.of_kind(book.db, kind, book.pupil(code))


def latest_moment(book: Book) -> datetime:
    """The last moment that stands in anything that happened."""
    return max(
        moment
        for one in listed(book)
        for moment in (one.when, one.recorded_at, *(from_text(one[end]) for end in ("until", "ended") if one[end]))
    )


def sessions_are_right(book: Book) -> None:
    """Every entry names the session that was going on; one duration at a time."""
    held: dict[tuple[str | None, date], list[Entry]] = {}
    for one in read.of_kind(book.db, "session"):
        held.setdefault((one.pupil, one.when.date()), []).append(one)
    for one in listed(book):
        if not one.own and KINDS[one.kind].field("session") is not None:
            around = held[one.pupil, one.when.date()]
            covering = [session.id for session in around if sessions.covers(session, one.when)]
            assert covering == ([one["session"]] if one["session"] else [])
    for code in ("K7", "M2"):
        bouts = of_pupil(book, "bout", code)
        assert all(from_text(one["until"]) <= later.when for one, later in pairwise(bouts))
        assert all(one.when < from_text(one["until"]) for one in bouts)


def marks_by_day(book: Book, letter: str) -> dict[date, int]:
    """Marks of each day on which a session was held; both pupils' and nobody's."""
    tile = next(one.id for one in read.of_kind(book.db, "behaviour") if one["key"] == letter)
    found = {one.when.date(): 0 for one in read.of_kind(book.db, "session") if one["status"] != "missed"}
    for one in read.of_kind(book.db, "tally"):
        if one["behaviour"] == tile:
            found[one.when.date()] += one["count"]
    return found


def test_half_a_term_has_the_entries_of_half_a_term(term: Book) -> None:
    count = term.db.execute_sql("SELECT count(*) FROM record").fetchone()[0]
    kinds = Counter(one.kind for one in listed(term))
    assert 8_000 <= count <= 9_500
    # Nobody has to be held in a demonstration, and nobody covers.
    assert set(kinds) == {name for name, kind in KINDS.items() if kind.listed} - {"intervention", "cover"}
    assert kinds["tally"] + kinds["bout"] + kinds["trial"] > 0.75 * count
    assert 5 <= kinds["incident"] <= 9
    assert 2 * 30 <= kinds["check"] <= 4 * 35


def test_a_usual_day_has_what_an_lsa_records(term: Book) -> None:
    days = Counter(one.when.date() for one in listed(term))
    usual = sorted(days.values())[5:-1]
    assert all(180 <= count <= 330 for count in usual)
    assert len(days) == 35


def test_every_record_passes_the_checks_of_its_type(term: Book) -> None:
    for kind in KINDS:
        for one in read.of_kind(term.db, kind):
            values = dict(one.data) | ({"at": one.when.isoformat()} if KINDS[kind].time == "at" else {})
            assert KINDS[kind].complete(values)
            assert (one.pupil is not None) >= (KINDS[kind].pupil == "yes")


def test_days_are_school_days_and_the_last_is_today_with_a_free_week_between() -> None:
    for today in (date(2026, 11, 24), date(2026, 11, 28), date(2026, 11, 29), date(2026, 8, 12)):
        days = demo_plan.school_days(today, 190)
        assert days[-1] == today
        assert len(set(days)) == 190
        assert days == sorted(days)
        assert all(day.weekday() < 5 for day in days[:-1])
        assert any((later - day).days > 7 for day, later in pairwise(days[-35:]))


@pytest.mark.parametrize("now", MOMENTS)
def test_it_opens_inside_a_lesson_and_nothing_is_in_the_future(tmp_path: Path, now: str) -> None:
    book = filled(tmp_path, now, 4)
    present = from_text(now)
    assert latest_moment(book) <= present
    today = present.astimezone(LONDON).date()
    slots = plan.day(book, today)
    running = [slot for slot in slots if slot.status == "running"]
    assert len(running) == 1
    assert running[0].slot.when <= present < running[0].ends
    if "T00" not in now and "T23" not in now and "T01" not in now:
        states = Counter(slot.status for slot in slots)
        assert states["planned"] >= 1
        assert states["done"] >= 2
    latest = [one for one in read.listed(book.db, today.isoformat(), today.isoformat()) if one.kind != "session"]
    assert present - latest[-1].when < timedelta(minutes=1)
    assert any(one.kind == "bout" and one["until"] for one in latest[-15:])
    book.close()


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 5)])
def test_at_any_minute_the_present_is_in_one_lesson_of_today(today: date) -> None:
    midnight = demo_plan.moment(today, "00:00", LONDON)
    length = demo_plan.moment(today + timedelta(days=1), "00:00", LONDON) - midnight
    # In the last quarter of an hour before midnight no other lesson can follow.
    for minute in range(0, length // timedelta(minutes=1) - 15, 7):
        now = (midnight + timedelta(minutes=minute, seconds=20)).astimezone(LONDON)
        lessons = demo_plan.around(now, LONDON)
        place = [number for number, lesson in enumerate(lessons) if lesson.holds(now.astimezone(UTC))]
        assert len(place) == 1
        assert place[0] < len(lessons) - 1
        assert all(lesson.starts.astimezone(LONDON).date() == today for lesson in lessons)
        assert all(one.ends <= later.starts for one, later in pairwise(lessons))
        if minute >= 120:
            assert place[0] >= 2


def test_in_school_time_the_timetable_stands_as_it_is() -> None:
    now = from_text(TUESDAY).astimezone(LONDON)
    assert demo_plan.around(now, LONDON) == demo_plan.timetable(now.date(), LONDON)


def test_the_same_seed_and_present_give_the_same_export(tmp_path: Path) -> None:
    first = filled(tmp_path / "a", TUESDAY, 5)
    second = filled(tmp_path / "b", TUESDAY, 5)
    other = filled(tmp_path / "c", TUESDAY, 5, seed=8)
    assert list(exchange.export(first, private=True)) == list(exchange.export(second, private=True))
    assert list(exchange.export(first, private=True)) != list(exchange.export(other, private=True))


def test_an_export_taken_into_an_empty_home_is_exported_the_same(term: Book, tmp_path: Path) -> None:
    lines = list(exchange.export(term))
    empty = Book(paths.find(str(tmp_path)))
    exchange.take(empty, lines, "the export")
    assert list(exchange.export(empty)) == lines
    assert len(lines) > 6_000
    empty.close()


def test_rebuilding_gives_the_same_tables(tmp_path: Path) -> None:
    book = filled(tmp_path, TUESDAY, 6)
    sql = "SELECT * FROM record ORDER BY uid"
    before = book.db.execute_sql(sql).fetchall()
    with book.store.writing() as db:
        fold.rebuild(db)
    assert book.db.execute_sql(sql).fetchall() == before
    assert book.store.check() == []


def test_a_dozen_is_not_yet_shared_and_can_be_undone_one_by_one(tmp_path: Path) -> None:
    book = filled(tmp_path, TUESDAY, 5)
    assert log.backlog(book.db) == 12
    taken = []
    while entries.can_undo(book) is not None:
        taken.append(entries.undo(book))
    with pytest.raises(NothingToUndo):
        entries.undo(book)
    assert 12 <= len(taken) <= 20
    assert all(one.rows == 1 for one in taken)
    assert sum(1 for one in taken if not one.entry.own) == 12
    assert all(one.entry.when.date() == date(2026, 11, 24) for one in taken)
    assert log.backlog(book.db) == 0


def test_marks_belong_to_the_session_that_was_going_on(term: Book) -> None:
    sessions_are_right(term)
    assert all(one["session"] for one in of_pupil(term, "tally"))


@pytest.mark.parametrize("now", ["2026-11-24T10:45:05+00:00", "2026-11-24T13:26:40+00:00", TUESDAY])
def test_a_lesson_that_has_only_just_begun_is_right_with_any_seed(tmp_path: Path, now: str) -> None:
    for seed in range(15):
        book = filled(tmp_path / str(seed), now, 1, seed)
        assert latest_moment(book) <= from_text(now)
        sessions_are_right(book)
        assert log.backlog(book.db) == 12
        book.close()


def test_sessions_follow_one_another_near_their_plan(term: Book) -> None:
    for code in ("K7", "M2"):
        delivered = [one for one in of_pupil(term, "session", code) if one["status"] != "missed"]
        assert all(from_text(one["ended"]) <= later.when for one, later in pairwise(delivered))
    slots = {one.id: one for one in of_pupil(term, "slot")}
    for one in of_pupil(term, "session"):
        if one["status"] != "missed":
            assert abs(one.when - slots[one["slot"]].when) <= timedelta(minutes=6)
        else:
            assert one["missed_reason"] in config.PRESETS["missed"]
    states = Counter(one["status"] for one in of_pupil(term, "session"))
    assert states["missed"] > 13
    assert any(one["assumed"] for one in of_pupil(term, "session"))
    assert any(one["pauses"] for one in of_pupil(term, "session"))
    adapted = {one["adapted"] for one in of_pupil(term, "session")} - {None}
    assert len(adapted) > 5
    assert adapted <= set(config.PRESETS["adapted"])


def test_over_the_term_less_calling_out_and_more_asking_for_help(term: Book) -> None:
    for letter, falls in (("c", True), ("h", False)):
        by_day = [count for _, count in sorted(marks_by_day(term, letter).items())][:-1]
        start, end = sum(by_day[:10]), sum(by_day[-10:])
        assert (end < 0.75 * start) if falls else (end > 1.3 * start)
    trials = [one for one in of_pupil(term, "trial") if one["target"] == "T2"]
    third = len(trials) // 3
    alone = [sum(one["level"] == "self" for one in part) for part in (trials[:third], trials[-third:])]
    assert alone[1] > 1.3 * alone[0]
    assert {one["ladder"] for one in of_pupil(term, "trial") if one["target"] == "T3"} == {"prompt"}


def test_praise_and_reminders_are_private_and_about_five_to_one(term: Book) -> None:
    praise, reminders = (sum(marks_by_day(term, letter).values()) for letter in "pk")
    assert 4 <= praise / reminders <= 6
    private = [one for one in read.of_kind(term.db, "tally") if one.own]
    assert len(private) == praise + reminders
    assert all(one.pupil is None and one["session"] is None for one in private)
    sql = "SELECT count(*) FROM change WHERE dev NOT IN ('own', 'audit') AND audience = 'own'"
    assert term.db.execute_sql(sql).fetchone()[0] == 0


def test_notes_are_short_varied_and_name_no_pupil(term: Book) -> None:
    notes = read.of_kind(term.db, "note")
    texts = Counter(one["text"] for one in notes)
    assert len(texts) >= 60
    assert max(texts.values()) <= 8
    assert all(len(text) <= 100 and "{" not in text and "#" not in text and "^" not in text for text in texts)
    assert not any(code in text for text in texts for code in ("K7", "M2"))
    for name in ("target", "score", "home", "helped", "own_words"):
        assert any(one[name] for one in notes), name


def test_incidents_use_the_words_of_the_presets(term: Book) -> None:
    for one in of_pupil(term, "incident"):
        assert one["before"] in config.PRESETS["before"]
        assert one["seen"] in config.PRESETS["seen"]
        assert one["next"] in {word.rstrip("*") for word in config.PRESETS["next"][:8]}
        assert one["free_to_leave"] == ("yes" if one["next"].endswith("space") or "space here" in one["next"] else None)


def test_most_problems_are_answered_and_yesterdays_answers_not_yet_opened(term: Book) -> None:
    inbox = problems.inbox(term)
    states = Counter(one.status for one in inbox)
    assert states["answered"] + states["closed"] > states["open"] >= 1
    assert states["closed"] >= 1
    assert {reply.by for one in inbox for reply in one.replies} == {"LP"}
    unseen = problems.unseen(term)
    assert {one.when.date() for one in unseen} == {date(2026, 11, 23)}
    assert 1 <= len(unseen) <= 2


def test_the_plan_of_the_pupil_and_of_the_coming_days_is_there(term: Book) -> None:
    codes = {kind: {one["code"] for one in of_pupil(term, kind)} for kind in ("outcome", "provision", "target")}
    assert codes == {"outcome": {"E1", "E2"}, "provision": {"F1", "F2", "F3"}, "target": {"T1", "T2", "T3"}}
    assert term.names.pupil(term.focus) == "K7"
    assert term.made_up
    assert term.initials == "JT"
    assert [slot.status for slot in plan.day(term, date(2026, 11, 25))] == ["planned"] * 11
    provision = {one["provision"] for one in of_pupil(term, "slot")}
    assert provision == {"F1", "F2", "F3", None}


def test_absence_trip_and_cancelled_choir(term: Book) -> None:
    slots = of_pupil(term, "slot")
    assert any(one["cancelled"] and one["title"] == "Choir" for one in slots)
    assert any(one["title"].startswith("Trip") for one in slots)
    reasons = Counter(one["missed_reason"] for one in of_pupil(term, "session") if one["missed_reason"])
    assert reasons["pupil absent"] >= 11
    assert len(reasons) >= 3


def test_whoever_the_home_belongs_to_is_the_lsa(tmp_path: Path) -> None:
    book = Book(paths.find(str(tmp_path)))
    book.config.save(person_initials="MB", person_role="lsa")
    demo.fill(book, 2)
    assert {one.by for one in read.of_kind(book.db, "note")} == {"MB"}


def test_a_home_with_records_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    book = filled(tmp_path, TUESDAY, 1)
    before = book.db.execute_sql("SELECT count(*) FROM change").fetchone()
    with pytest.raises(LsaError, match="holds records already"):
        demo.fill(book, 1)
    assert book.db.execute_sql("SELECT count(*) FROM change").fetchone() == before


@pytest.mark.parametrize("days", [0, -1, 401])
def test_a_number_of_days_that_makes_no_sense_is_refused(tmp_path: Path, days: int) -> None:
    book = Book(paths.find(str(tmp_path)))
    with pytest.raises(BadInput, match="1 to 400"):
        demo.fill(book, days)
    assert not book.made_up


def test_without_a_fixed_clock_it_fills_up_to_the_present(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSA_NOW", raising=False)
    book = Book(paths.find(str(tmp_path)))
    demo.fill(book, 2)
    assert max(one.recorded_at for one in listed(book)) <= datetime.now(UTC)
    assert sessions.running(book) is not None
