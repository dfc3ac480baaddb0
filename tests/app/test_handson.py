"""Hands-on: one key from anywhere, the time in every band, the facts in few keys or taps, the form until it is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events as textual_events
from textual.pilot import Pilot

from homes import new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.app.views.base import View
from lsa_tui.daybook import interventions, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from seen import flat, small_taps, tap, text, typed

SIZES = [(40, 20), (80, 24), (120, 40)]
LEAST = (38, 18)
IN_MORE = {"pupil", "undo", "handson.sheet"}
"""Small in the band, on Today and in the foot; tiles in More."""
FACTS = ("persons", "tried_before", "held", "place", "injury", "free_to_leave", "told", "text")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_to(time: str, day: str = "2026-11-24") -> None:
        monkeypatch.setenv("LSA_NOW", f"{day}T{time}+00:00")

    set_to("10:42:05")
    return set_to


@pytest.fixture
def book(tmp_path: Path, now: Any) -> Iterator[Book]:
    book = new_book(tmp_path)
    book.config.save(lock_minutes=0)  # the clock jumps below
    yield book
    book.close()


def top(pilot: Pilot) -> View:
    return pilot.app.view  # type: ignore[attr-defined, no-any-return]


def only(book: Book) -> Any:
    (entry,) = interventions.all_of(book)
    return entry


@pytest.mark.parametrize("way", ["[", "]", "=", "n escape", "w", "i", "a", "?", ";", "/ escape", "!"])
async def test_one_key_starts_it_at_once_from_anywhere(book: Book, way: str) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press(*way.split(), "x")
        assert not only(book)["ended"]
        assert top(pilot).name == "handson"
        assert "RUN 0:00" in text(app, "band")


async def test_in_the_log_the_letter_removes_and_the_star_starts(book: Book) -> None:
    notes.note(book, "Read alone")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "x")
        assert "Why remove it?" in text(app)
        await pilot.press("q", "*")
        assert not only(book)["ended"]
        await pilot.press("*")
        assert only(book)["ended"]


async def test_while_words_are_typed_a_letter_starts_nothing(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n", *"six boxes*", "enter")
        assert not interventions.all_of(book)


@pytest.mark.parametrize("size", [*SIZES, LEAST])
@pytest.mark.parametrize("stop", ["x", "enter", "tap"])
async def test_the_time_runs_in_the_band_of_every_screen_until_it_is_ended(
    book: Book, now: Any, size: Any, stop: str
) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("x")
        assert set(small_taps(app)) <= IN_MORE
        assert len(app.query_one("#body", Board).lines) <= app.query_one("#body", Board).size.height
        words = flat(app)
        for said in ("SLT", "the school's own record is due", "the school tells them", "not the statutory record"):
            assert said in words
        now("10:44:15")
        await pilot.press("q")
        for screen in "[]'=n":
            await pilot.press(screen)
            assert "RUN 2:10" in text(app, "band")
        await pilot.press("escape")
        await pilot.press("#")
        assert "2:10" in text(app)
        if stop == "tap":
            await tap(pilot, "handson.enter")
        else:
            await pilot.press(stop)
        assert only(book)["ended"] == "2026-11-24T10:44:15+00:00"
        assert "RUN" not in text(app, "band")


async def test_the_key_ends_it_from_another_screen_too(book: Book, now: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "q", "]")
        now("10:43:05")
        await pilot.press("x")
        assert only(book)["ended"]
        assert top(pilot).name == "handson"
        assert "Who" in text(app)


async def test_the_second_goes_on_by_itself(book: Book, now: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x")
        app._tick()  # the minute
        now("10:42:06")
        app._tick()
        await pilot.pause()
        assert "RUN 0:01" in text(app, "band")


async def test_a_new_start_of_the_program_shows_what_runs(book: Book, now: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x")
    now("10:52:05")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "HANDS-ON RUN 10:00" in text(app, "band")
        assert "hands-on 10:42: RUN" in text(app)
        await tap(pilot, "handson.sheet")
        assert top(pilot).name == "handson"


async def test_letters_only_shows_the_time_and_not_what_it_is(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "q", "v")
        assert "RUN 0:00" in text(app, "band")
        assert "HANDS" not in text(app, "band")
        await pilot.press("z")
        assert "RUN" not in text(app, "band")


async def test_another_pupil_in_focus_sees_whose_it_is(book: Book) -> None:
    pupils.add(book, "M2")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "q", "a", "2")
        assert "M2" in text(app, "band")
        assert "K7 HANDS-ON RUN" in text(app, "band")


async def test_by_accident_one_undo_and_nothing_is_left(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "x", "u")
        assert top(pilot).name == "tally"
        assert "Undone: K7 hands-on" in app.said
        assert not interventions.all_of(book)
        assert "RUN" not in text(app, "band")
        await pilot.press("x", "x", "u")
        assert not only(book)["ended"], "the end was taken back: it runs on"
        assert "RUN" in text(app, "band")
        await pilot.press("u")
        assert top(pilot).name == "tally"
        assert not interventions.all_of(book)
        await pilot.press("x")
        await tap(pilot, "undo")
        assert not interventions.all_of(book)


KEYS = [
    ("w", "enter"),
    ("b", "1", "4", "enter"),
    ("h", "5", "enter"),
    ("p", "2"),
    ("i", "1"),
    ("f", "2"),
    ("t", "1"),
    ("n", *"Let go", "enter"),
]
TAPS = [
    (("handson.persons", ""), ("ask.enter", "")),
    (("handson.tried", ""), ("choose.digit", "1"), ("choose.digit", "4"), ("back", "")),
    (("handson.held", ""), ("choose.digit", "5"), ("back", "")),
    (("handson.place", ""), ("choose.digit", "2")),
    (("handson.injury", ""), ("choose.digit", "1")),
    (("handson.free", ""), ("choose.digit", "2")),
    (("handson.told", ""), ("choose.digit", "1")),
]
EXPECTED = {
    "persons": "JT",
    "tried_before": "calm words; time and space",
    "held": "held seated",
    "place": "corridor",
    "injury": "nobody seen hurt",
    "free_to_leave": "no",
    "told": "headteacher",
}


@pytest.mark.parametrize("size", [*SIZES, LEAST])
async def test_the_facts_by_keys_and_by_taps(book: Book, size: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("x", "x")
        for keys in KEYS:
            await pilot.press(*["space" if key == " " else key for key in keys])
            assert top(pilot).name == "handson"
        await pilot.press("x", "x")
        for taps in TAPS:
            for action, argument in taps:
                assert set(small_taps(app)) <= IN_MORE
                await tap(pilot, action, argument)
            assert top(pilot).name == "handson"
        await tap(pilot, "handson.words")
        await typed(pilot, "Let go")
        await pilot.press("enter")
        keyed, tapped = interventions.all_of(book)
        for one in (keyed, tapped):
            assert {name: one[name] for name in FACTS} == EXPECTED | {"text": "Let go"}
            assert one["told_at"] == "2026-11-24T10:42:05+00:00"
        board = app.query_one("#body", Board)
        assert len(board.lines) <= board.size.height
        shown = flat(app)
        for words in ("JT", "held seated", "corridor", "headteacher", "10:42", "NOT DONE"):  # whatever the size
            assert words in shown


async def test_several_answers_are_marked_taken_out_again_and_typed(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "x", "b", "1", "2")
        assert flat(app).count("✓") == 2
        await pilot.press("1")
        assert only(book)["tried_before"] == "reminder or choice"
        await pilot.press("0")
        await typed(pilot, " [twice]")
        await pilot.press("enter", "3", "enter")
        assert only(book)["tried_before"] == "reminder or choice [twice]; visuals, fewer words"
        await pilot.press("u")
        assert only(book)["tried_before"] == "reminder or choice [twice]"


async def test_the_times_are_put_right_and_what_was_left_keeps_its_seconds(book: Book, now: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x")
        now("10:44:15")
        await pilot.press("x", "-", "ctrl+u", *"10:40", "space", *"to", "space", *"10:44", "enter")
        entry = only(book)
        assert f"{entry.when:%H:%M:%S}" == "10:40:00"
        assert entry["ended"] == "2026-11-24T10:44:15+00:00"
        await pilot.press("-", "ctrl+u", *"10:40-10:43", "enter")
        assert only(book)["ended"] == "2026-11-24T10:43:00+00:00"
        await pilot.press("-", "ctrl+u", *"10:43", "enter")
        assert "two times are needed" in flat(app)
        await pilot.press("ctrl+u", *"10:43 10:40".replace(" ", "-"), "enter")
        assert "cannot end at 10:40:00" in flat(app)
        assert top(pilot).field is not None


async def test_the_form_is_due_on_today_until_it_is_ticked(book: Book, now: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "x", "enter")
        assert "hands-on 10:42: school's form due" in text(app)
        now("08:30:00", "2026-11-25")
        await pilot.press("]", "[")
        assert "hands-on Tue 24: school's form late" in text(app)
        await tap(pilot, "handson.sheet")
        assert "NOT DONE since Tue 24" in flat(app)
        await tap(pilot, "handson.form")
        assert only(book)["school_form_done"] == "2026-11-25T08:30:00+00:00"
        await pilot.press("enter")
        assert "school's form" not in text(app)
        await pilot.press("u")
        app.view.refreshed()
        app.draw()
        assert "school's form late" in text(app)
        await pilot.press("#", "s", "s")
        assert only(book)["school_form_done"] is None
        assert "stays on Today" in app.said


async def test_one_left_running_overnight_is_ended_by_a_time(book: Book, now: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "q")
        now("08:30:00", "2026-11-25")
        await pilot.press("]")
        assert "RUN since Tue 10:42" in text(app, "band")
        await pilot.press("#", "enter")
        assert "When did it begin and end?" in text(app)
        await pilot.press("ctrl+u", *"10:42-10:44", "enter")
        entry = only(book)
        assert entry["ended"] == "2026-11-24T10:44:00+00:00"
        assert f"{entry.when:%H:%M:%S}" == "10:42:05"


async def test_held_or_guided_asks_and_a_past_one_is_kept_by_its_minutes(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "2", "3", "9")
        assert "Was the pupil held or guided?" in text(app)
        assert not interventions.all_of(book)
        assert set(small_taps(app)) <= IN_MORE
        await pilot.press("m", *"soon", "enter")
        assert "a number of minutes" in flat(app)
        await pilot.press("ctrl+u", *"1.5", "enter")
        entry = only(book)
        assert f"{entry.when:%H:%M:%S}" == "10:40:35"
        assert "Who" in text(app)
        await pilot.press("enter")
        assert top(pilot).name == "incident"
        assert "Saved for K7" in text(app)


@pytest.mark.parametrize("by_tap", [False, True])
async def test_held_or_guided_starts_the_stopwatch_or_leaves_without_a_trace(book: Book, by_tap: bool) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "2", "3", "9", "q", "enter")
        assert not interventions.all_of(book)
        await pilot.press("i", "2", "3", "9")
        if by_tap:
            await tap(pilot, "handson")
        else:
            await pilot.press("x")
        assert not only(book)["ended"]


async def test_held_or_guided_goes_on_to_the_one_that_was_just_timed(book: Book, now: Any) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "x", "enter")
        now("10:50:00")
        await pilot.press("i", "2", "3", "9")
        assert "K7 hands-on 10:42 to 10:42" in text(app)
        assert len(interventions.all_of(book)) == 1


async def test_facts_wait_for_the_end(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "h")
        assert "First x ends it" in app.said
        await pilot.press("m")
        assert "Its times are here" in app.said


async def test_a_page_is_saved_for_its_owner_alone(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "x", "h", "5", "enter", "o")
        saved = sorted(book.paths.saved.iterdir())
        assert [path.name for path in saved] == [
            "2026-11-24-K7-hands-on-104205.html",
            "2026-11-24-K7-hands-on-104205.md",
        ]
        assert all("held seated" in path.read_text(encoding="utf-8") for path in saved)
        assert all(path.stat().st_mode & 0o077 == 0 for path in saved)
        assert "Saved in" in app.said or "Saved in" in flat(app)


async def test_a_burst_is_one_start_and_one_end(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]")
        for key in "xxt1":
            app.post_message(textual_events.Key(key, key))
        await pilot.pause()
        assert only(book)["told"] == "headteacher"
        assert not read.of_kind(book.db, "trial")


async def test_the_log_lists_it_among_incidents_and_corrects_it_on_its_sheet(book: Book) -> None:
    interventions.record(book, 1)
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'", "k", "k", "k")
        assert "hands-on 1 min 00 s" in text(app)
        await pilot.press("enter")
        assert top(pilot).name == "handson"


async def test_nobody_edits_anothers_but_the_teacher_ticks_the_form(book: Book) -> None:
    interventions.record(book, 1)
    book.config.save(person_initials="LP", person_role="teacher")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("#", "f", "1")
        assert "JT's own" in flat(app) + flat(app, "foot")
        await pilot.press("q", "[", "#")
        assert only(book)["free_to_leave"] is None
        await pilot.press("s")
        assert only(book)["school_form_done"]
