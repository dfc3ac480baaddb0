"""What was raised and its answers, between two real homes; and deciding between edits."""

from __future__ import annotations

import pytest

from homes import class_teacher, new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import entries, marks, notes, problems, pupils
from lsa_tui.sync.run import sync
from seen import flat, lines, settled, tap, text, typed

pytestmark = pytest.mark.usefixtures("after_school")
SIZES = [(40, 20), (80, 24)]


@pytest.fixture
def two(tmp_path):
    """An LSA's and a teacher's book that share one file, and what makes both see the same."""
    lsa = new_book(tmp_path / "lsa")
    teacher = class_teacher(lsa, tmp_path)
    yield lsa, teacher
    lsa.close()
    teacher.close()


def exchange(*books):
    for book in (*books, *books):
        sync(book)


@pytest.mark.parametrize("size", SIZES)
async def test_unseen_answers_come_first_and_are_seen_then(two, size):
    lsa, teacher = two
    old = problems.raise_problem(lsa, "Number line is gone")
    problems.raise_problem(lsa, "Would not [b]come in[/b] from the playground")
    exchange(lsa, teacher)
    problems.reply(teacher, old.id, "It is in my cupboard")
    exchange(teacher, lsa)
    app = LsaApp(lsa)
    async with app.run_test(size=size) as pilot:
        assert "1 reply from LP" in text(app)
        await pilot.press("enter")
        assert app.view.name == "inbox"
        assert "1 open" in lines(app)[0]
        assert lines(app)[1].startswith(">K7")
        assert "answered" in lines(app)[1]
        assert "LP Tue 15:31 NEW It is in my cupboard" in flat(app)
        assert "[b]come in[/b]" in flat(app)
        assert problems.unseen(lsa) == []
        await pilot.press("q")
        assert "reply" not in text(app)
        await pilot.press("!")
        assert "NEW" not in text(app)
        assert "Would not" in flat(app)
        assert "open" in lines(app)[1]  # what is open comes before what was answered


@pytest.mark.parametrize("by_tap", [False, True])
async def test_a_teacher_answers_and_closes(two, by_tap):
    lsa, teacher = two
    raised = problems.raise_problem(lsa, "Number line is gone")
    exchange(lsa, teacher)
    app = LsaApp(teacher)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("!")
        if by_tap:
            await tap(pilot, "inbox.answer")
        else:
            await pilot.press("enter")
        assert "Number line is gone" in text(app)
        await pilot.press("enter")
        assert "an answer needs a text" in flat(app)
        await typed(pilot, "It is in my cupboard")
        if by_tap:
            await tap(pilot, "ask.enter")
        else:
            await pilot.press("enter")
        assert app.view.name == "inbox"
        assert problems.inbox(teacher)[0].status == "answered"
        assert "It is in my cupboard" in flat(app)
        if by_tap:
            await tap(pilot, "inbox.close")
        else:
            await pilot.press("c")
        assert problems.inbox(teacher)[0].status == "closed"
        assert "Close it" not in text(app)
        await pilot.press("c")
        assert "closed already" in text(app, "foot")
        assert len(problems.inbox(teacher)[0].replies) == 2
    exchange(teacher, lsa)
    assert problems.inbox(lsa)[0].entry.id == raised.id
    assert problems.inbox(lsa)[0].status == "closed"


async def test_another_one_is_chosen_by_arrows_and_taps(two):
    lsa, teacher = two
    for n in range(1, 9):
        problems.raise_problem(lsa, f"Problem number {n}")
    exchange(lsa, teacher)
    app = LsaApp(teacher)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("!", "end")
        assert any(line.startswith(">") for line in lines(app))
        assert "Problem number 1" in text(app)  # the newest first, so this is the last
        await pilot.press("c")
        closed = [one.entry["text"] for one in problems.inbox(teacher) if one.status == "closed"]
        assert closed == ["Problem number 1"]
        await pilot.press("home")
        await tap(pilot, "inbox.choose", "1")
        await tap(pilot, "inbox.choose", "1")
        assert "Problem number 7" in text(app)
        assert app.view.field is not None


async def test_an_empty_inbox_says_what_would_be_here(two):
    app = LsaApp(two[0])
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("!")
        assert "Nothing raised." in text(app)
        assert "!teacher" in text(app)
        await pilot.press("enter")
        assert "nothing was raised" in text(app, "foot")


@pytest.fixture
def pair(two, tmp_path):
    """One LSA's two devices: nobody changes another's observation, but their own they may disagree about."""
    lsa, _ = two
    phone = new_book(tmp_path / "phone", pupil=None, tiles=False)
    phone.config.save(shared_url=lsa.config["shared.url"])
    sync(phone)
    pupils.use(phone, "K7")
    yield lsa, phone
    phone.close()


def disagree(lsa, phone, text):
    """Both change the same note without seeing each other's change."""
    note = notes.note(lsa, "Sat by the gate")
    exchange(lsa, phone)
    entries.correct(lsa, note.id, {"text": f"{text} for ten minutes"})
    entries.correct(phone, note.id, {"text": f"{text} until I came"})
    exchange(lsa, phone)
    return note


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("by_tap", [False, True])
async def test_a_digit_decides_and_the_other_device_follows(pair, size, by_tap):
    lsa, phone = pair
    note = disagree(lsa, phone, "Sat by the gate")
    app = LsaApp(lsa)
    async with app.run_test(size=size) as pilot:
        if by_tap:
            await tap(pilot, "today.conflicts")
        else:
            await pilot.press("&")
        assert "K7 note Tue 24 Nov 15:31: text" in flat(app)
        assert "1 of 1" in lines(app)[0]
        assert "Sat by the gate for ten minutes" in flat(app)
        assert "Sat by the gate until I came" in flat(app)
        assert "JT Tue 24 Nov 15:31" in flat(app)
        assert flat(app).count("JT Tue 24 Nov 15:31") == 2
        other = app.view._values()[1]["value"]
        await pilot.press("9")
        assert entries.conflicts(lsa)
        if by_tap:
            await tap(pilot, "conflicts.digit", "2")
        else:
            await pilot.press("2")
        assert "Nothing to decide." in text(app)
        assert lsa.entry(note.id)["text"] == other
    exchange(lsa, phone)
    assert phone.entry(note.id)["text"] == other
    assert entries.conflicts(phone) == []


async def test_a_sync_names_the_key_that_opens_what_it_met(pair):
    lsa, phone = pair
    disagree(lsa, phone, "Sat by the gate")
    app = LsaApp(lsa)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s")
        await settled(pilot)
        assert app.syncing.says.endswith("1 needs your decision, checked. & opens what is to decide.")


async def test_several_are_decided_one_after_the_other_or_skipped(pair):
    lsa, phone = pair
    first, second = disagree(lsa, phone, "One"), disagree(lsa, phone, "Two")
    shown = phone.entry(second.id)["text"]
    app = LsaApp(phone)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("&", "right")
        assert "2 of 2" in lines(app)[0]
        await pilot.press("1")  # what is shown already: deciding for it ends the conflict too
        assert [one.id for one in entries.conflicts(phone)] == [first.id]
        assert phone.entry(second.id)["text"] == shown
        assert "1 of 1" in lines(app)[0]
        await pilot.press("q")
        assert "1 to decide" in text(app)


async def test_a_pupil_and_a_removal_are_told_in_words(pair):
    lsa, phone = pair
    pupils.add(lsa, "M2")
    mark = marks.tally(lsa, "c")
    exchange(lsa, phone)
    entries.move(lsa, mark.id, lsa.pupil("M2"))
    pupils.add(phone, "B4")
    entries.move(phone, mark.id, phone.pupil("B4"))
    exchange(lsa, phone)
    app = LsaApp(lsa)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("&")
        assert "pupil" in text(app)
        assert {"M2", "B4"} <= set(flat(app).split())
        code = "B4" if "1 B4" in flat(app) else "M2"
        await pilot.press("1")
        assert lsa.names.pupil(lsa.entry(mark.id).pupil) == code


async def test_an_lsa_closes_nothing_and_a_teacher_decides_nothing_of_hers(two, pair):
    lsa, teacher = two
    _, phone = pair
    problems.raise_problem(lsa, "Number line is gone")
    disagree(lsa, phone, "Sat by the gate")
    exchange(lsa, teacher)
    assert entries.conflicts(lsa)
    assert entries.conflicts(teacher) == []
    app = LsaApp(lsa)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("!", "c")
        assert "may not close" in text(app, "foot")
        assert problems.inbox(lsa)[0].status == "open"
