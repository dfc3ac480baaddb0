"""The log as it is seen, and putting right what is wrong in it."""

from __future__ import annotations

import pytest

from lsa_tui.app.app import LsaApp
from lsa_tui.app.views.log import Log
from lsa_tui.daybook import entries, events, marks, notes, pupils
from lsa_tui.daybook.when import parse_when
from seen import flat, lines, small_taps, tap, text, typed

pytestmark = pytest.mark.usefixtures("morning")
SIZES = [(40, 20), (80, 24)]


@pytest.fixture
def book(book):
    pupils.add(book, "M2")
    return book


def at(book, words):
    return parse_when(words, book.now())


def rows(app):
    """The lines of the list, without head and buttons."""
    return [line.rstrip("▲▼ ") for line in lines(app)[1:-3] if line.strip("▲▼ ")]


@pytest.mark.parametrize("size", SIZES)
async def test_entries_stand_in_order_of_time_with_their_state(book, size):
    marks.tally(book, "c", at=at(book, "10:40"))
    note = notes.note(book, "Red [b]five[/b] words 9:10")
    entries.correct(book, note.id, {"text": "Read [b]five[/b] words"})
    marks.tally(book, "p", at=at(book, "10:41"))
    marks.tally(book, "j", at=at(book, "9:30"), unknown=True)
    gone = marks.tally(book, "h", at=at(book, "9:50"))
    entries.remove(book, gone.id, "logged twice")
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("'")
        seen = [line.split() for line in rows(app)]
        assert [one[0] for one in seen] == ["09:10", "09:30", "10:40", ">10:41"]
        assert "Read [b]five[/b]" in text(app)  # plain text, never markup
        assert seen[0][-2:] == ["corrected", "JT"]
        assert seen[1][-3:] == ["to", "name", "JT"]
        assert seen[2][-3:] == ["Calling", "out", "JT"]
        assert seen[3][-2:] == ["own", "JT"]
        assert "Asked for help" not in text(app)
        assert all(len(line) <= size[0] for line in lines(app))


async def test_filling_in_what_was_empty_is_no_correction(book):
    incident = events.incident(book, "transition", "left room", "adult comforted")
    entries.correct(book, incident.id, {"minutes": 4})
    marks.tally(book, "o", at=at(book, "10:10"))
    marks.tally(book, "o", at=at(book, "10:20"))
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'")
        assert "4 min" in text(app)
        assert "On own 10 min" in text(app)
        assert "corrected" not in text(app)


async def test_kinds_by_key_and_by_tap(book):
    marks.tally(book, "c")
    notes.note(book, "Came in by himself")
    events.incident(book, "peer", "froze", "space here*")
    marks.tally(book, "j", unknown=True)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        assert len(rows(app)) == 4
        await pilot.press("k")
        assert [" ".join(line.split()[1:]) for line in rows(app)] == ["Came in by himself JT"]
        await pilot.press("tab")
        assert "k marks" in lines(app)[0]
        assert len(rows(app)) == 2
        await tap(pilot, "log.kinds")
        assert "froze" in rows(app)[0]
        assert len(rows(app)) == 1
        await tap(pilot, "log.kinds")
        assert "unknown j" in rows(app)[0]
        assert len(rows(app)) == 1
        await pilot.press("k")
        assert len(rows(app)) == 4


async def test_an_empty_day_says_what_would_be_here(book):
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        assert "Nothing recorded on this day. ] opens the tiles, n writes a note" in flat(app)
        await pilot.press("enter")
        assert "there is no entry here" in text(app, "foot")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["h", "2"])
async def test_an_unknown_mark_is_named_by_letter_or_digit(book, size, key):
    mark = marks.tally(book, "j", unknown=True)
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("'")
        assert "Name" in text(app)
        await pilot.press("enter")
        assert "Which tile was j at 10:42?" in text(app)
        assert "praise" not in text(app)  # private: it would have to leave the pupil's records
        assert "On own" not in text(app)  # timed
        await pilot.press(key)
        assert app.view.name == "log"
        assert book.names.behaviour(book.entry(mark.id)["behaviour"]) == "Asked for help"
        assert "to name" not in text(app)


async def test_a_wrong_pupil_is_put_right_in_three_keys(book):
    before = marks.tally(book, "c", at=at(book, "10:30"))
    wrong = marks.tally(book, "c", at=at(book, "10:40"))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        await pilot.press("a", "2", "1")
        assert app.view.name == "log"
        assert book.entry(wrong.id).pupil == book.pupil("M2")
        assert book.entry(before.id).pupil == book.pupil("K7")
        assert len(rows(app)) == 1
        assert "Moved to M2: Calling out" in text(app, "foot")
        await pilot.press("u")
        assert len(rows(app)) == 2


async def test_all_since_move_together_by_taps(book):
    times = ("10:10", "10:20", "10:30")
    made = [marks.tally(book, "c", at=at(book, when)) for when in times]
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        await tap(pilot, "log.choose", "1")
        await tap(pilot, "log.move")
        await tap(pilot, "choose.digit", "2")
        assert "all since 10:20" in text(app)
        await tap(pilot, "choose.digit", "2")
        assert [book.names.pupil(book.entry(one.id).pupil) for one in made] == ["K7", "M2", "M2"]
        assert "Moved to M2: 2 entries" in text(app, "foot")
        assert len(rows(app)) == 1


async def test_moving_says_when_there_is_nothing_to_move(book):
    marks.tally(book, "c")
    marks.tally(book, "p")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'", "a")
        assert "belong to no pupil" in text(app, "foot")
        await pilot.press("up", "a", "1")
        assert "It is K7's already" in text(app, "foot")
        assert len(entries.history(book, app.views[-1].entry.id)) == 1


async def test_removing_by_digit_and_in_own_words(book):
    first, second = marks.tally(book, "c"), marks.tally(book, "h")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "x", "2")
        assert book.entry(second.id).removed == "logged twice"
        assert "Removed: logged twice" in text(app, "foot")
        await tap(pilot, "log.remove")
        await tap(pilot, "choose.digit", "0")
        await typed(pilot, "it was Sam")
        await pilot.press("enter")
        assert book.entry(first.id).removed == "it was Sam"
        assert "Nothing recorded" in text(app)
        await pilot.press("u")
        assert len(rows(app)) == 1


async def test_the_time_is_put_right_and_a_slip_is_said(book):
    mark = marks.tally(book, "c", at=at(book, "yesterday 14:00"))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "<", "h")
        await typed(pilot, "25:00")
        await pilot.press("enter")
        assert "'25:00' is not a time" in flat(app)
        assert app.view.field.text == "25:00"
        await pilot.press("ctrl+u")
        await typed(pilot, "13:50")
        await pilot.press("enter")
        assert f"{book.entry(mark.id).when:%Y-%m-%d %H:%M}" == "2026-11-23 13:50"  # the entry's own day
        assert ">13:50" in text(app)


async def test_a_text_is_corrected_and_its_history_read(book):
    note = notes.note(book, "Red 5 of 6 words")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "enter", "1")
        assert app.view.field.text == "Red 5 of 6 words"
        await pilot.press("ctrl+u")
        await typed(pilot, "Read 5 of 6 words")
        await pilot.press("enter")
        assert book.entry(note.id)["text"] == "Read 5 of 6 words"
        assert "corrected" in text(app)
        await pilot.press("o")
        assert "10:42 JT recorded 10:42 JT text: Read 5 of 6 words" in flat(app)
        await pilot.press("x", "3")
        assert "removed: by mistake" in text(app)
        await pilot.press("q")
        assert "Nothing recorded" in text(app)


async def test_what_is_cleared_or_kept_as_it_was(book):
    note = notes.note(book, "Read 5 of 6 words #T1")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'", "enter", "2")  # its target
        assert "T1" in text(app)
        await pilot.press("2")  # no target
        assert book.entry(note.id)["target"] is None
        await pilot.press("enter", "1", "enter")
        assert "nothing was changed" in text(app, "foot")
        assert len(entries.history(book, note.id)) == 2


async def test_a_private_mark_can_only_become_another_private_one(book):
    mark = marks.tally(book, "p")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'", "enter", "1")
        assert "Calling out" not in text(app)
        assert "Reminder" in text(app)
        await pilot.press("2")
        assert book.names.behaviour(book.entry(mark.id)["behaviour"]) == "Reminder"
        assert book.entry(mark.id).own


async def test_a_response_is_corrected_as_a_whole(book):
    trial = marks.trial(book, "T1", "self")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'", "enter", "1", "6")  # after the five levels: not yet right
        assert (book.entry(trial.id)["outcome"], book.entry(trial.id)["level"]) == ("no", None)
        await pilot.press("enter", "1", "2")
        assert (book.entry(trial.id)["outcome"], book.entry(trial.id)["level"]) == ("yes", "prompting")


async def test_number_and_choice_fields(book):
    incident = events.incident(book, "peer", "froze", "space here*")
    check = events.check(book, "y")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "enter", "1", "4")
        assert book.entry(check.id)["zone"] == "r"
        await pilot.press("up", "enter", "4")
        await typed(pilot, "soon")
        await pilot.press("enter")
        assert "minutes is 'soon'; it is a number from 0 to 1440" in flat(app)
        await pilot.press("ctrl+u")
        await typed(pilot, "4")
        await pilot.press("enter")
        assert book.entry(incident.id)["minutes"] == 4


async def test_days_back_and_forward_by_key_and_by_tap(book):
    notes.note(book, "Yesterday's note", at=at(book, "yesterday 14:00"))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "right")
        assert "Today" in lines(app)[0]  # there is no tomorrow in a log
        await pilot.press("left")
        assert "Mon 23 Nov" in lines(app)[0]
        assert "Yesterday's note" in text(app)
        await tap(pilot, "log.later")
        assert "Today" in lines(app)[0]
        await tap(pilot, "log.earlier")
        assert "Yesterday's note" in text(app)
        await pilot.press("q")
        assert "Today" in lines(app)[0]
        assert app.view.name == "log"


async def test_a_tap_chooses_and_a_second_one_opens(book):
    marks.tally(book, "c", at=at(book, "10:10"))
    marks.tally(book, "h", at=at(book, "10:20"))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        await tap(pilot, "log.choose", "0")
        assert rows(app)[0].startswith(">10:10")
        await tap(pilot, "log.choose", "0")
        assert "10:10 mark" in lines(app)[0]
        for action in ("log.correct", "log.remove", "log.move", "log.time"):
            assert any(one.action == action and one.height >= 3 for one in app.query_one("#body").taps)
        await tap(pilot, "log.time")
        await typed(pilot, "10:30")
        await pilot.press("enter")
        assert "10:30 mark" in lines(app)[0]


async def test_a_long_day_scrolls_and_the_chosen_line_stays_in_sight(book):
    for minute in range(10, 40):
        marks.tally(book, "c", at=at(book, f"9:{minute}"))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        assert ">09:39" in rows(app)[-1]
        assert not any("09:10" in line for line in rows(app))
        await pilot.press("home")
        assert ">09:10" in rows(app)[0]
        for _ in range(12):
            await pilot.press("down")
        assert any(line.startswith(">09:22") for line in rows(app))
        await pilot.press("end", "pageup")
        assert any(line.startswith(">") for line in rows(app))
        await pilot.press("home")
        await tap(pilot, "window.page", "1")
        assert not any("09:10" in line for line in rows(app))
        app.query_one("#body")._wheel(-100)
        await pilot.pause()
        assert ">09:10" in rows(app)[0]


async def test_what_a_command_records_appears_below_the_newest(book):
    marks.tally(book, "c")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        notes.note(book, "From a command")
        app.view.refreshed()
        app.draw()
        assert rows(app)[-1].startswith(">10:42 From a command")
        await pilot.press("up")
        notes.note(book, "Another")
        app.view.refreshed()
        app.draw()
        assert [line[0] for line in rows(app)] == [">", " ", " "]


async def test_find_goes_back_sixty_days_and_ignores_case(book):
    notes.note(book, "Asked for the CARD\nand put it back", at=at(book, "2026-11-10T09:00"))
    notes.note(book, "Far too old a card", at=at(book, "2026-09-01T09:00"))
    notes.note(book, "Something else")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "/")
        await typed(pilot, "card")
        await pilot.press("enter")
        assert "Find: card" in lines(app)[0]
        assert [line[:13] for line in rows(app)] == [">10 Nov 09:00"]
        await pilot.press("x", "1")
        assert "Nothing in 60 days" in text(app)
        await pilot.press("q")
        assert "Something else" in text(app)
        app.views[:] = [Log(app, "PUT IT BACK")]
        await pilot.press("u")
        assert len(rows(app)) == 1


async def test_wide_terminals_show_the_chosen_entry_beside_the_list(book):
    notes.note(book, "Would not come in from the playground, sat by the gate until Ms Patel came out")
    app = LsaApp(book)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("'")
        assert "10:42 JT  recorded" in text(app)
        assert any(line.endswith("until Ms Patel came out") or "Ms Patel" in line[70:] for line in lines(app))
        assert all(len(line) <= 120 for line in lines(app))


async def test_whatever_takes_a_small_tap_can_be_done_by_a_large_one_too(book):
    marks.tally(book, "c")
    marks.tally(book, "h")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'")
        small = set(small_taps(app)) - {"undo", "pupil"}
        assert small == {"log.choose", "log.earlier", "log.later", "log.kinds"}
        await tap(pilot, "more")
        large = {one.argument for one in app.query_one("#body").taps if one.height >= 3 and one.width >= 5}
        assert large >= {"log.earlier", "log.later", "log.kinds", "log.before", "log.after", "log.time"}
        await tap(pilot, "more.do", "log.before")
        assert rows(app)[0].startswith(">")
