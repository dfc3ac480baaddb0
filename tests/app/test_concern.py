"""The concern sheet: what to do first, field by field, kept with every key, sealed by Save; the own list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commands import RunLsa
from homes import acting
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.app.views.concern_fields import KEYS
from lsa_tui.daybook import concerns, dsl, entries, interventions, marks, notes
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from lsa_tui.vault import sealed
from seen import flat, lines, small_taps, tap, text, typed
from trusting import opened, trusting

SIZES = [(38, 18), (40, 20), (80, 24)]


@pytest.fixture
def book(encrypted: Book) -> Book:
    return encrypted


def records(book: Book) -> int:
    return int(book.db.execute_sql("SELECT count(*) FROM change").fetchone()[0])


def top(pilot: Any) -> str:
    return str(pilot.app.view.name)


# The first screen


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_what_to_do_first_and_leaves_no_trace(book: Book, size: tuple[int, int]) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        before, files = records(book), sorted(book.paths.data_folder.rglob("*"))
        await pilot.press("d")
        words = flat(app)
        await pilot.press("end")
        words += flat(app)
        for said in ("999", "the DSL or the deputy", "tell the headteacher", "the chair of governors", "Tell, Explain"):
            assert said in words
        assert all(len(line) <= size[0] for line in lines(app))
        await typed(pilot, "she said m1 c1 w")
        assert top(pilot) == "reminder"
        assert "Nothing is typed here" in app.said
        await pilot.press("q")
        assert top(pilot) == "today"
        assert records(book) == before
        assert sorted(book.paths.data_folder.rglob("*")) == files
        assert "to pass on" not in text(app, "foot")


async def test_a_tap_anywhere_goes_on(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d")
        await pilot.click(app.query_one("#body", Board), offset=(20, 10))
        assert top(pilot) == "concern"
        await pilot.press("q", "d")
        await tap(pilot, "concern.next")
        assert top(pilot) == "concern"


# Field by field


@pytest.mark.parametrize("size", SIZES)
async def test_field_by_field_with_enter_and_it_is_sealed(book: Book, size: tuple[int, int]) -> None:
    secret = trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        before = records(book)
        await pilot.press("d", "enter", "enter")
        assert "Where was it?" in flat(app)
        await typed(pilot, "cloak room")
        await pilot.press("enter")
        assert "The child's exact words" in flat(app)
        await typed(pilot, "  I'm not aloud to tell [b]you[/b]")
        await pilot.press("ctrl+j")
        await typed(pilot, "its a secret ")
        await pilot.press("enter")
        await typed(pilot, "Held the left arm")
        await pilot.press("enter")
        await typed(pilot, "Tell me about it")
        await pilot.press("enter")
        assert top(pilot) == "marks"
        await pilot.press(KEYS[concerns.LOCATIONS.index("left forearm")])
        await typed(pilot, "two round marks")
        await pilot.press("enter", "enter")
        assert "Whom did you tell?" in flat(app)
        await pilot.press("2")
        assert "How did you tell them?" in flat(app)
        await pilot.press("1")
        assert top(pilot) == "concern"
        for said in ("I'm not aloud", "forearm", "the deputy", "10:42"):
            assert said in flat(app)
        assert all(len(line) <= size[0] for line in lines(app))
        await pilot.press("enter")
        assert "All is filled in" in app.said
        await pilot.press("s")
        assert top(pilot) == "today"
        assert "Passed on 10:42" in app.said
        assert records(book) == before
    (sheet,) = opened(book, secret)
    assert sheet["words"] == "  I'm not aloud to tell [b]you[/b]\nits a secret "
    assert (sheet["saw"], sheet["asked"], sheet["place"]) == ("Held the left arm", "Tell me about it", "cloak room")
    assert sheet["marks"] == [["left forearm", "two round marks"]]
    assert (sheet["told"], sheet["in_person"], sheet["pupil"]) == ("the deputy DSL", True, "K7")
    assert sheet["at"].startswith("2026-11-24T10:42")
    assert concerns.load_draft(book).empty


async def test_every_field_by_its_digit_and_by_a_tap(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    opens = {
        "concern.at": "When was it?",
        "concern.place": "Where was it?",
        "concern.words": "The child's exact words",
        "concern.saw": "What was seen",
        "concern.asked": "What you asked",
        "concern.marks": "Marks: where on the body?",
        "concern.told": "Whom did you tell?",
        "concern.told_at": "When did you tell them?",
        "concern.in_person": "How did you tell them?",
        "concern.pupil": "About whom?",
    }
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter")
        assert [one for one in small_taps(app) if one.startswith("concern")] == []
        for action, question in opens.items():
            await pilot.press(app.keymap.keys[action][0])
            assert question in flat(app), action
            await pilot.press("escape")
            assert top(pilot) == "concern", action
            await tap(pilot, action)
            assert question in flat(app), action
            await pilot.press("escape")
        for action in ("concern.save", "concern.list", "concern.drop", "back"):
            assert any(one.action == action and one.height == 3 for one in app.query_one("#nav", Board).taps)


async def test_chips_moments_marks_and_another_pupil(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter", "0", "2", "2")
        await tap(pilot, "words.put", "playground")
        await pilot.press("escape", "1")
        await typed(pilot, "9:61")
        await pilot.press("enter")
        assert "is not a time" in flat(app)
        await pilot.press("ctrl+u")
        await typed(pilot, "23:59")
        await pilot.press("enter")
        assert "has not been yet" in flat(app)
        await pilot.press("ctrl+u")
        await typed(pilot, "9:50")
        assert "09:50, Tuesday 24 November" in flat(app)
        await pilot.press("escape", "6", "1")
        await typed(pilot, "a bump")
        await pilot.press("escape", "1", "ctrl+u", "escape", "2")
        await typed(pilot, "grazed")
        await pilot.press("enter", "q", "7", "0")
        await typed(pilot, "Mrs Price")
        draft = concerns.load_draft(book)
        assert draft.pupil == book.pupil("M2")
        assert (draft.place, f"{draft.at:%H:%M}", draft.told) == ("playground", "09:50", "Mrs Price")
        assert draft.marks == [("face", "grazed")]
        await pilot.press("enter")
        await tap(pilot, "choose.digit", "2")
        assert concerns.load_draft(book).in_person is False
        assert "Mrs Price" in flat(app)


# Kept, and to pass on


async def test_every_key_is_kept_and_the_reminder_stays_on_every_screen(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter", "4")
        await typed(pilot, "a")
        assert concerns.load_draft(book).saw == "a"
        assert "1 to pass on" in text(app, "foot")
        await pilot.press("escape", "q")
        for key in ("[", "]", "'", "="):
            await pilot.press(key)
            assert "1 to pass on" in text(app, "foot"), key
        app.say("A sentence so long that it needs both lines of the foot on a small one")
        app.draw()
        assert "1 to pass on" in text(app, "foot")
        await pilot.press("z")
        assert "pass on" not in text(app, "foot")
        await pilot.press("a", "d")
        assert "1 to pass on" in lines(app)[0]
        await pilot.press("enter")
        assert "4 Seen" in flat(app)
        assert app.view.draft.saw == "a"


async def test_saving_without_having_told_anybody_asks_and_it_can_be_told_after(book: Book) -> None:
    secret = trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter", "s")
        assert "Nothing stands on the sheet" in app.said
        await pilot.press("3")
        await typed(pilot, "my words")
        await pilot.press("escape", "s")
        assert "Nobody was told yet" in flat(app)
        await pilot.press("2")
        assert "To pass on, id" in app.said
        assert "1 to pass on" in text(app, "foot")
        await pilot.press("d", "l")
        assert "1 to pass on" in flat(app)
        assert "my words" not in flat(app)
        await pilot.press("1", "1", "1", "2")
        await typed(pilot, "10:40")
        await pilot.press("enter")
        assert "passed on 10:40" in flat(app)
        assert "to pass on" not in text(app, "foot").replace("Nothing", "")
    assert [one["told"] for one in opened(book, secret)] == [None, "the DSL"]
    assert opened(book, secret)[1]["in_person"] is False


async def test_what_is_saved_can_only_be_added_to(book: Book) -> None:
    secret = trusting(book)
    first = concerns.save(book, concerns.Draft(words="one", told="the DSL"))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "l")
        assert "passed on 10:42" in flat(app)
        assert first.id[:8] in flat(app)
        await tap(pilot, "passed.choose", "0")
        await tap(pilot, "choose.digit", "2")
        assert f"Add to {first.id[:8]}" in flat(app)
        await pilot.press("4")
        await typed(pilot, "two")
        await pilot.press("escape", "q", "d", "enter")
        assert f"Add to {first.id[:8]}" in flat(app)  # the draft knows what it adds to
        await pilot.press("s", "2")
        assert len(concerns.passed_on(book)) == 1
    assert [(one["words"], one["saw"], one["of"]) for one in opened(book, secret)] == [
        ("one", "", None),
        ("", "two", first.id),
    ]


async def test_an_addition_does_not_take_the_place_of_an_open_sheet(book: Book) -> None:
    trusting(book)
    concerns.save(book, concerns.Draft(words="one", told="the DSL"))
    concerns.keep_draft(book, concerns.Draft(words="another", pupil=book.pupil("K7")))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "l", "1", "2")
        assert "A sheet is being written already" in flat(app) + app.said
        assert concerns.load_draft(book).words == "another"


async def test_a_sheet_is_wiped_after_asking(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter", "4")
        await typed(pilot, "by mistake")
        await pilot.press("escape", "x", "1")
        assert concerns.load_draft(book).saw == "by mistake"
        await tap(pilot, "concern.drop")
        await pilot.press("2")
        assert concerns.load_draft(book).empty
        assert concerns.passed_on(book) == []
        assert "to pass on" not in text(app, "foot")


# Without a key of the DSL


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_key_only_whom_and_when_is_kept(book: Book, size: tuple[int, int]) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("d", "enter")
        for said in ("not kept here", "CPOMS or MyConcern", "whom you told"):
            assert said in flat(app)
        for digit in "123456":
            await pilot.press(digit)
            assert top(pilot) == "concern"
            assert "No text is kept here" in app.said
        await pilot.press("s")
        assert "Nothing stands on the sheet" in app.said
        await pilot.press("enter", "1", "1", "s")
        assert "Passed on 10:42" in app.said
    (passed,) = concerns.passed_on(book)
    assert (passed.told, passed.sealed, passed.in_person) == ("the DSL", False, True)


async def test_in_a_plain_home_the_sheet_says_that_a_kill_would_lose_it(plain: Book) -> None:
    trusting(plain)
    app = LsaApp(plain)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter")
        assert "not kept before Save" in flat(app)
        await pilot.press("4")
        await typed(pilot, "something seen")
        await pilot.press("escape", "q", "d", "enter")
        assert "something" in flat(app)  # as long as the program runs
    everything = b"".join(one.read_bytes() for one in plain.paths.data_folder.rglob("*") if one.is_file())
    assert b"something seen" not in everything


# From the log


async def test_an_entry_moves_into_the_sheet_after_asking_and_is_gone_from_the_log(book: Book) -> None:
    trusting(book)
    note = notes.note(book, "He said something odd about home")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "d")
        assert "For the DSL?" in flat(app)
        await pilot.press("q")
        assert book.entry(note.id)["text"]
        await pilot.press("o", "d", "1")
        assert "999" in flat(app)
        await pilot.press("enter")
        assert "Moved here, and wiped" in flat(app)
        assert "He said" in flat(app)
        await pilot.press("q")
        assert top(pilot) == "log"
        assert "Nothing recorded" in flat(app)
        assert "something odd" not in text(app, "foot")
        assert "1 to pass on" in text(app, "foot")
    assert entries.of_days(book, book.today(), book.today(), book.focus) == []
    assert concerns.load_draft(book).saw == "He said something odd about home"


async def test_what_has_no_words_or_another_writer_opens_a_sheet_of_its_own(book: Book) -> None:
    trusting(book)
    marks.tally(book, "c")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'", "d")
        assert top(pilot) == "reminder"
        await pilot.press("q")
        book.config.save(person_initials="LP")
        notes.note(book, "The teacher's own words")
        book.config.save(person_initials="JT")
        app.view.refreshed()
        await pilot.press("end", "d")
        assert top(pilot) == "reminder"
        assert "LP wrote that" in app.said


async def test_where_it_was_shared_the_sheet_says_to_tell_the_dsl(book: Book) -> None:
    from lsa_tui.records import log

    trusting(book)
    notes.note(book, "He said something odd about home")
    with book.store.writing():
        log.seal(book.db)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "d", "1", "enter")
        assert "It was shared before: tell the DSL so" in flat(app)


@pytest.mark.parametrize("by_tap", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_without_a_key_a_moved_entry_is_shown_to_be_copied_and_goes_only_when_told_to(
    book: Book, size: tuple[int, int], by_tap: bool
) -> None:
    said = "He said something odd"
    note = notes.note(book, said)
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("'", "d")
        assert "stays in the log" in flat(app)
        await pilot.press("1", "enter")
        assert "Copy this into the school's own system" in flat(app)
        assert said in flat(app)
        await pilot.press("enter", "1", "1", "s")
        assert f"Wipe here? “{said}" in flat(app)
        assert "it is in the school's own system" in flat(app)
        await pilot.press("escape")  # back to the sheet: nothing is saved, nothing is gone
        assert (top(pilot), concerns.passed_on(book)) == ("concern", [])
        assert book.entry(note.id)["text"] == said
        await pilot.press("escape", "d", "1")
        assert said in flat(app) or top(pilot) == "reminder"
        await pilot.press("enter", "s")
        if by_tap:
            await tap(pilot, "choose.digit", "1")
        else:
            await pilot.press("1")
        assert "Passed on 10:42" in app.said
        assert top(pilot) == "log"
    assert concerns.load_draft(book).empty
    assert [one["text"] for one in entries.of_days(book, book.today(), book.today(), book.focus)] == [said]


async def test_without_a_key_a_moved_entry_is_wiped_when_it_is_written_elsewhere(book: Book) -> None:
    notes.note(book, "He said something odd")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "d", "1", "enter", "7", "1", "1", "s", "2")
        assert "its words were wiped here" in app.said
        assert "Nothing recorded" in flat(app)
    assert entries.of_days(book, book.today(), book.today(), book.focus) == []
    assert "something odd" not in str(list(book.db.execute_sql("SELECT * FROM change")))


async def test_without_a_key_wiping_the_sheet_leaves_the_entry(book: Book) -> None:
    note = notes.note(book, "He said something odd")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "d", "1", "enter", "x")
        assert "what was moved stays where it was" in flat(app)
        await pilot.press("2")
        assert "stays where it was" in app.said
    assert concerns.load_draft(book).empty
    assert book.entry(note.id)["text"] == "He said something odd"


async def test_a_damaged_file_does_not_keep_back_what_to_do_now(book: Book) -> None:
    trusting(book)
    book.paths.concerns.write_bytes(b"no database" * 1000)
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        assert top(pilot) == "reminder"
        for said in ("999", "the DSL or the deputy", "CPOMS", "concerns.db"):
            assert said in flat(app)
        for key in ("enter", "l"):
            await pilot.press(key)
            assert "it is damaged" in flat(app)
            if top(pilot) != "reminder":
                await pilot.press("escape")  # a sentence too long for one line stands on a page
            assert top(pilot) == "reminder"


async def test_a_long_text_to_be_copied_can_be_read_to_its_end(book: Book) -> None:
    notes.note(book, "He said something odd. " * 40 + "The very end")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "d", "1", "enter")
        assert "The very end" not in flat(app)
        await tap(pilot, "concern.saw")
        await pilot.press("end")
        assert "The very end" in flat(app)
        await pilot.press("enter")
        assert top(pilot) == "concern"


async def test_what_is_sealed_and_only_here_is_a_word_on_leaving_and_in_no_count(
    book: Book, run_lsa: RunLsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "five green apples fall")
    book.config.save(shared_url=f"sqlite:///{tmp_path}/school.db")
    done = run_lsa("sync")
    assert done.code == 0, done.err
    trusting(book)
    concerns.save(book, concerns.Draft(words="its a secret", told="the DSL", in_person=True))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert app.backlog() == 0
        await pilot.press("q")
        assert "Something waits to be passed on" in text(app)
        await pilot.press("3")
        concerns.save(book, concerns.Draft(words="its a secret"))
        app.draw()
        assert "1 to pass on" in text(app, "foot")
        assert "all shared" not in text(app, "foot")


async def test_a_name_typed_without_the_digit_does_nothing_else(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter", "7")
        before = records(book)
        await typed(pilot, "mrs neal")
        assert top(pilot) == "choose"
        assert "A digit answers" in app.said
        assert records(book) == before


# What is typed, or read, beside it


@pytest.mark.parametrize("trusts", [True, False])
async def test_words_typed_before_a_field_is_open_are_no_commands(book: Book, trusts: bool) -> None:
    if trusts:
        trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        before = records(book)
        await pilot.press("d", "enter")
        await typed(pilot, "no, why (i was f.) [t]=/@!u r m e g v a;:'")
        assert "Nothing is typed here" in app.said
        await pilot.press("escape")
        assert top(pilot) == "today"
        assert records(book) == before
        assert read.of_kind(book.db, "note") == []


async def test_nor_on_what_the_sheet_s_own_letters_open(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        before = records(book)
        await pilot.press("d", "enter", "4")
        await typed(pilot, "seen")
        await pilot.press("escape")
        for words in ("hello nina", "no secret now", "next in fun"):
            await typed(pilot, words)
            assert top(pilot) not in ("note", "incident"), words
            assert any(one.name == "concern" for one in app.views), words
            while top(pilot) != "concern":
                await pilot.press("escape")
        assert records(book) == before
        assert concerns.load_draft(book).saw == "seen"


async def test_the_sheet_still_blanks_locks_helps_and_reminds(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter", "z")
        assert top(pilot) == "blank"
        await pilot.press("a", "?")
        assert "Help" in text(app) or top(pilot) != "concern"
        await pilot.press("escape", "d")
        assert "999" in text(app)


@pytest.mark.parametrize("keys", [["d", "x"], ["d", "enter", "*"]])
async def test_the_stopwatch_starts_from_there_too(book: Book, keys: list[str]) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press(*keys)
        assert interventions.running(book) is not None


async def test_over_a_concern_the_foot_of_a_hands_on_offers_what_its_keys_do(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "enter", "u")
        assert "undo" not in text(app, "foot")
        await pilot.press("*")
        assert top(pilot) == "handson"
        assert "u undo" in text(app, "foot")
        await pilot.press("u")
        assert interventions.running(book) is None
        assert top(pilot) == "concern"


async def test_a_letter_on_a_question_of_a_concern_says_what_answers(book: Book) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "enter", "n")
        assert "a digit opens a field" in text(app, "foot")
        await pilot.press("7", "n")
        assert top(pilot) == "choose"
        assert "A digit answers" in text(app, "foot")
        assert "opens a field" not in text(app, "foot")


async def test_a_hands_on_is_not_moved_to_the_dsl_from_the_log(book: Book) -> None:
    trusting(book)
    held = interventions.record(book, 2)
    interventions.add(book, held, text="she said it is a secret")
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("'", "d")
        assert "999" in flat(app)
        await pilot.press("enter", "9")
    assert [one["text"] for one in read.of_kind(book.db, "intervention")] == ["she said it is a secret"]


async def test_the_foot_shows_no_words_of_what_was_recorded_last(book: Book) -> None:
    trusting(book)
    notes.note(book, "Read alone today")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "Read alone" in text(app, "foot")
        for keys in (["d"], ["enter"], ["3"], ["escape", "6"], ["escape", "7"], ["escape", "l"]):
            await pilot.press(*keys)
            assert "Read alone" not in text(app, "foot"), keys
            assert "K7 recorded 10:42" in text(app, "foot"), keys
        await pilot.press("escape", "escape")
        assert "Read alone" in text(app, "foot")


async def test_a_newer_key_that_waits_is_said_before_and_after(book: Book) -> None:
    trusting(book)
    other = sealed.new_identity().public
    with acting(book, "AP", "dsl"):
        dsl.publish(book, other)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "end")
        assert "waits to be confirmed" in flat(app)
        await pilot.press("enter")
        assert "A newer DSL's key waits" in flat(app)
        await pilot.press("4")
        await typed(pilot, "x")
        await pilot.press("escape", "7", "1", "1", "s")
        assert "older key" in flat(app, "foot")


async def test_a_line_entered_by_mistake_goes_from_the_list(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("d", "enter", "7", "1", "escape", "s", "d", "enter", "l", "1")
        assert "entered by mistake" in flat(app)
        await pilot.press("2")
        assert "Nothing was passed on" in flat(app)
    assert concerns.passed_on(book) == []
