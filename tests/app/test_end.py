"""The day's end: the summary, saving it, tomorrow's line, the home sheet; and the sync, with a real shared file."""

from __future__ import annotations

import stat

import pytest

from homes import acting, new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.app.run import run
from lsa_tui.daybook import entries, marks, names, notes, problems, pupils, releasing
from lsa_tui.daybook.when import parse_when
from lsa_tui.errors import NotAllowed
from lsa_tui.records import log
from lsa_tui.sync.run import sync
from seen import flat, lines, settled, tap, text, typed
from sharing import holding, let_go

pytestmark = pytest.mark.usefixtures("after_school")
SIZES = [(40, 20), (80, 24)]


@pytest.fixture
def sharing(book, shared):
    """The book, with the shared file set up."""
    book.config.save(shared_url=f"sqlite:///{shared}")
    return book


@pytest.mark.parametrize("size", SIZES)
async def test_the_summary_scrolls_by_keys_and_by_taps(book, size):
    notes.note(book, "Would not come in from the playground, sat by the gate [b]long[/b] !teacher")
    notes.tomorrow(book, "Begin with the number line")
    for letter in "cchs":
        marks.tally(book, letter)
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("=")
        assert "HAND-OVER Tue 24 Nov 2026 K7 LSA JT" in flat(app)
        assert any(line.startswith(" ! ") for line in lines(app))  # an exception has a sign, not only a colour
        seen = flat(app)
        for _ in range(12):
            await pilot.press("pagedown")
            seen += flat(app)
        assert "[b]long[/b]" in seen
        assert "Calling out" in seen
        assert "None recorded:" in seen
        assert all(len(line) <= size[0] for line in lines(app))
        bottom = text(app)
        await pilot.press("home")
        assert text(app) != bottom
        top = text(app)
        await tap(pilot, "window.page", "1")
        assert text(app) != top
        await tap(pilot, "window.page", "-1")
        assert text(app) == top


async def test_the_summary_is_built_when_it_is_drawn_and_anew_after_a_recording(book):
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        app.go("end")
        assert app.view.document is None
        app.draw()
        assert app.view.document is not None
        notes.tomorrow(book, "Bring the blue card")
        app.view.refreshed()
        assert app.view.document is None
        await pilot.press("end")
        assert "Bring the blue card" in text(app)


async def test_tomorrow_starts_from_the_present_line_and_replaces_it(book):
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "o")
        await typed(pilot, "Number line")
        await pilot.press("enter")
        assert app.view.name == "end"
        await tap(pilot, "end.tomorrow")
        assert app.view.field.text == "Number line"
        await typed(pilot, ", card")
        await pilot.press("enter")
        held = [one for one in entries.of_days(book, book.today(), book.today()) if one.kind == "tomorrow"]
        assert [one["text"] for one in held] == ["Number line, card"]
        await pilot.press("o", "ctrl+u", "enter")
        assert "text is missing" in flat(app) or "is empty" in flat(app)


async def test_saving_writes_two_files_for_their_owner_alone_and_says_where(book):
    notes.note(book, "Read <b>five</b> words")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("=", "p")
        html = book.paths.saved / "2026-11-24-K7-lsa.html"
        page = book.paths.saved / "2026-11-24-K7-lsa.md"
        assert "Read &lt;b&gt;five&lt;/b&gt; words" in html.read_text()
        assert "Read" in page.read_text()
        for file in (html, page):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(book.paths.saved.stat().st_mode) == 0o700
        assert "2026-11-24-K7-lsa.html and .md" in flat(app)


async def test_the_home_sheet_and_other_days(book):
    notes.note(book, "Yesterday's worry !teacher", at=parse_when("yesterday 14:00", book.now()))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "h")
        assert "HOME SHEET" in text(app)
        assert "Home sheet" in lines(app)[0]
        await tap(pilot, "end.save")
        assert (book.paths.saved / "2026-11-24-K7-home.html").exists()
        await pilot.press("q")
        assert "HAND-OVER Tue 24 Nov" in flat(app)
        await tap(pilot, "end.earlier")
        assert "HAND-OVER Mon 23 Nov" in flat(app)
        assert "Saved in" not in text(app)
        await pilot.press("right", "right")
        assert "HAND-OVER Tue 24 Nov" in flat(app)
        await pilot.press("q")
        assert app.view.name == "today"


def test_the_screens_are_not_for_the_dsl(tmp_path):
    dsl = new_book(tmp_path / "dsl", "DS", "dsl", pupil=None, tiles=False)
    dsl.close()
    with pytest.raises(NotAllowed, match="which the DSL does not read"):
        run(dsl.paths)


async def test_a_home_sheet_that_would_name_somebody_is_not_shown_and_says_where(book):
    note = notes.note(book, "Played with Zoe ^home")
    with acting(book):
        releasing.release(book, note.id)
    names.add(book, "Zoe Brook", "classmate")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "h")
        assert "the home sheet is not made" in flat(app)
        assert note.id[:8] not in flat(app)
        assert f"note of {note.when:%Y-%m-%d %H:%M}" in flat(app)
        assert "' opens the log" in flat(app)
        assert "Zoe" not in flat(app)
        await pilot.press("p")
        assert not list(book.paths.saved.glob("*home*"))
        assert "Please read" in text(app)
        await pilot.press("q", "h")
        assert "HAND-OVER" in flat(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_sync_brings_and_sends_and_says_so(sharing, shared, tmp_path, size):
    problem = problems.raise_problem(sharing, "Number line is gone")
    sync(sharing)
    teacher = new_book(tmp_path / "teacher", "LP", "teacher", tiles=False)
    teacher.config.save(shared_url=f"sqlite:///{shared}")
    sync(teacher)
    problems.reply(teacher, problem.id, "It is in my cupboard")
    sync(teacher)
    teacher.close()
    marks.tally(sharing, "c")
    app = LsaApp(sharing)
    async with app.run_test(size=size) as pilot:
        await tap(pilot, "screen.end")
        assert app.last is not None
        await tap(pilot, "end.sync")
        await settled(pilot)
        assert app.syncing is not None
        assert not app.syncing.failed
        assert "sent" in flat(app)
        assert "received, " in flat(app)
        assert "checked" in flat(app)
        assert log.backlog(sharing.db) == 0
        assert "all shared" in text(app, "foot")
        assert "Calling out" not in text(app, "foot")  # what is shared can no longer be undone
        await pilot.press("[")
        assert "1 reply from LP" in text(app)


async def test_recording_goes_on_while_a_sync_waits_for_the_file(sharing, shared):
    sync(sharing)
    marks.tally(sharing, "c")
    before = log.backlog(sharing.db)
    holder = holding(shared)
    app = LsaApp(sharing)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s")
        assert app.syncing is not None
        assert app.syncing.running
        assert "░" in text(app)
        assert "connecting" in text(app) or "somebody else is using it" in text(app)
        await pilot.press("s")
        assert "running already" in text(app, "foot")
        await pilot.press("]", "c")
        assert marks.counts(sharing, "2026-11-24")[app.last["behaviour"]] == 2
        assert app.syncing.running
        await pilot.press("n")
        await typed(pilot, "still here")
        let_go(holder)
        await settled(pilot)
        assert app.view.field.text == "still here"  # what was being typed stays
        assert not app.syncing.failed
        assert app.syncing.says.startswith(f"{before} sent") or "sent" in app.syncing.says
        await pilot.press("escape", "=")
        assert "sent" in flat(app)


async def test_progress_is_drawn_with_phase_and_counts(sharing):
    with sharing.step():
        for _ in range(40):
            marks.tally(sharing, "c")
    seen = []
    app = LsaApp(sharing)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=")
        draw = app.draw
        app.draw = lambda: (draw(), seen.append(text(app)))
        await pilot.press("s")
        await settled(pilot)
    assert any("sending" in one and " of " in one for one in seen)
    assert any("█" in one for one in seen)


async def test_what_goes_wrong_is_a_sentence_and_everything_is_still_here(sharing, shared):
    shared.write_text("no database at all, but long enough to be taken for one" * 40)
    marks.tally(sharing, "c")
    here = log.backlog(sharing.db)
    app = LsaApp(sharing)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s")
        await settled(pilot)
        assert app.syncing.failed
        assert f"{here} not shared yet, everything is still on this device" in app.syncing.says
        assert "15:31 the shared file" in flat(app)
        assert f"{here} here" in text(app, "foot")
        assert shared.read_text().startswith("no database")
        await pilot.press("'", "=")
        assert (
            len([line for line in lines(app) if line.startswith(" 15:31 the shared")]) == 1
        )  # read already: one line is left


async def test_without_a_shared_file_it_asks_for_one(book, shared):
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s")
        assert "Where do you share?" in text(app)
        await typed(pilot, str(shared.parent / "nowhere" / "school.db"))
        await pilot.press("enter")
        assert "there is no folder" in flat(app)
        assert book.config["shared.url"] == ""
        await pilot.press("ctrl+u")
        await typed(pilot, str(shared))
        await pilot.press("enter")
        await settled(pilot)
        assert book.config["shared.url"] == f"sqlite:///{shared}"
        assert "the shared file was created" in flat(app)
        assert shared.exists()


async def test_leaving_while_a_sync_runs_asks(sharing, shared):
    sync(sharing)
    marks.tally(sharing, "c")
    holder = holding(shared)
    app = LsaApp(sharing)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s", "[", "q")
        assert "A sync is running" in text(app)
        await pilot.press("3")
        assert app.view.name == "today"
        await pilot.press("q", "1")
        assert app.is_running
        let_go(holder)
        await settled(pilot)
        assert app.return_code == 0
        assert not app.syncing.failed


async def test_a_sync_can_be_stopped_to_leave_and_nothing_is_lost(sharing, shared):
    sync(sharing)
    marks.tally(sharing, "c")
    here = log.backlog(sharing.db)
    holder = holding(shared)
    app = LsaApp(sharing)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s", "[", "q", "2")
        let_go(holder)
        await settled(pilot)
        assert app.return_code == 0
        assert "stopped" in app.syncing.says
    assert log.backlog(sharing.db) == here
    assert sync(sharing).sent == here


async def test_leaving_with_a_backlog_offers_the_sync(sharing):
    marks.tally(sharing, "c")
    app = LsaApp(sharing)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("q", "1")
        await settled(pilot)
        assert app.view.name == "end"
        assert log.backlog(sharing.db) == 0


async def test_a_second_pupils_summary_follows_the_focus(book):
    pupils.add(book, "M2")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("=", "a", "2")
        assert "HAND-OVER Tue 24 Nov 2026  M2" in text(app)


async def test_a_failing_sync_opens_nothing_over_what_is_typed_and_is_told_at_the_end(sharing, shared):
    sync(sharing)
    marks.tally(sharing, "c")
    holder = holding(shared)
    app = LsaApp(sharing)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s", "n")
        await typed(pilot, "still")
        app.syncing.stop()
        let_go(holder)
        await settled(pilot)
        await typed(pilot, " here")
        assert app.view.field.text == "still here"
        assert "not complete" in text(app, "foot")
        await pilot.press("escape")
        assert "The sync was stopped; 1 change is still here, and the next sync goes on from there" in flat(app)
