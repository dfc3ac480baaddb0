"""Deciding between edits that did not see each other: both values on every device, and a decision that cannot loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import RunLsa, refused
from homes import new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import entries, notes, plan, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.documents.summary import build
from lsa_tui.records.kinds import Entry
from lsa_tui.sync.run import sync
from seen import flat, tap, text

Pair = tuple[Book, Book]


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """One LSA's two devices, which share K7."""
    monkeypatch.setenv("LSA_NOW", "2026-11-24T15:31:00+00:00")
    (tmp_path / "share").mkdir()
    first = new_book(tmp_path / "laptop")
    second = new_book(tmp_path / "phone", pupil=None, tiles=False)
    for book in (first, second):
        book.config.save(shared_url=f"sqlite:///{tmp_path}/share/school.db")
        sync(book)
    pupils.use(second, "K7")
    yield first, second
    first.close()
    second.close()


def exchange(first: Book, second: Book) -> None:
    for book in (first, second, first):
        sync(book)


def quiet(first: Book, second: Book) -> None:
    """Nothing goes to and fro any more."""
    for book in (first, second, first, second):
        done = sync(book)
        assert (done.sent, done.received) == (0, 0)


def a_note(book: Book) -> tuple[Entry, str, Any, Any]:
    return notes.note(book, "Sat by the gate"), "text", "Sat for ten minutes", "Sat until I came"


def a_target(book: Book) -> tuple[Entry, str, Any, Any]:
    return pupils.add_item(book, "target", "T2", "Reads"), "text", "Reads CVC words", "Reads five words"


def a_slot(book: Book) -> tuple[Entry, str, Any, Any]:
    return plan.add(book, "Maths", "09:45", "10:45")[0], "title", "Maths, times", "Maths, shares"


def a_pupil(book: Book) -> tuple[Entry, str, Any, Any]:
    return book.entry(book.focused()), "year", "3", "4"


def a_tally(book: Book) -> tuple[Entry, str, Any, Any]:
    from lsa_tui.daybook import marks

    return marks.tally(book, "c"), "count", 2, 3


KINDS: dict[str, Callable[[Book], tuple[Entry, str, Any, Any]]] = {
    "note": a_note,
    "target": a_target,
    "slot": a_slot,
    "pupil": a_pupil,
    "tally": a_tally,
}


def disagree(pair: Pair, kind: str) -> tuple[str, str, Any, Any]:
    """A record that both have changed without seeing each other: its id, the field, both values."""
    first, second = pair
    entry, field, one, other = KINDS[kind](first)
    exchange(first, second)
    first.revise(first.entry(entry.id), {field: one})
    second.revise(second.entry(entry.id), {field: other})
    exchange(first, second)
    return entry.id, field, one, other


def removed_and_edited(pair: Pair) -> str:
    """A note that one has removed while the other one edited it."""
    first, second = pair
    note = notes.note(first, "Sat by the gate")
    exchange(first, second)
    entries.remove(first, note.id, "written twice")
    entries.correct(second, note.id, {"text": "Sat until I came"})
    exchange(first, second)
    return note.id


def conflict(book: Book, uid: str, field: str) -> list[Any]:
    return [one["value"] for one in (book.entry(uid).conflict or {}).get(field, [])]


@pytest.mark.parametrize("kind", KINDS)
def test_both_values_are_on_both_devices_until_one_decides(pair: Pair, kind: str) -> None:
    first, second = pair
    uid, field, one, other = disagree(pair, kind)
    for book in pair:
        assert sorted(conflict(book, uid, field)) == sorted([one, other])
        assert [entry.id for entry in entries.conflicts(book)] == [uid]
        assert {(value["by"], value["at"][:16]) for value in book.entry(uid).conflict[field]} == {
            ("JT", "2026-11-24T15:31")
        }
    entries.decide(second, uid, field, one)
    exchange(first, second)
    for book in pair:
        assert book.entry(uid)[field] == one
        assert entries.conflicts(book) == []
    quiet(first, second)


@pytest.mark.parametrize("kind", KINDS)
def test_two_who_decide_at_once_have_one_thing_to_decide_and_then_none(pair: Pair, kind: str) -> None:
    first, second = pair
    uid, field, one, other = disagree(pair, kind)
    for _ in range(3):  # as often as they like
        entries.decide(first, uid, field, one)
        entries.decide(second, uid, field, other)
        exchange(first, second)
        for book in pair:
            assert sorted(conflict(book, uid, field)) == sorted([one, other]), "two values, never more"
        quiet(first, second)
    entries.decide(first, uid, field, other)
    exchange(first, second)
    for book in pair:
        assert entries.conflicts(book) == []
        assert book.entry(uid)[field] == other
    quiet(first, second)


def test_two_who_decide_alike_at_once_have_decided(pair: Pair) -> None:
    first, second = pair
    uid, field, one, _ = disagree(pair, "note")
    entries.decide(first, uid, field, one)
    entries.decide(second, uid, field, one)
    exchange(first, second)
    assert entries.conflicts(first) == entries.conflicts(second) == []
    quiet(first, second)


@pytest.mark.parametrize("verdict", [None, "written twice"])
def test_a_removal_against_an_edit_is_decided_once(pair: Pair, verdict: str | None) -> None:
    first, second = pair
    uid = removed_and_edited(pair)
    for book in pair:
        assert set(conflict(book, uid, "removed")) == {None, "written twice"}
    for _ in range(2):
        entries.decide(first, uid, "removed", None)
        entries.decide(second, uid, "removed", "written twice")
        exchange(first, second)
        assert set(conflict(first, uid, "removed")) == {None, "written twice"}
        assert first.entry(uid).removed == second.entry(uid).removed
    entries.decide(second, uid, "removed", verdict)
    exchange(first, second)
    for book in pair:
        assert entries.conflicts(book) == []
        assert book.entry(uid).removed == verdict
        assert book.entry(uid)["text"] == "Sat until I came", "the edit is not lost in either case"
    quiet(first, second)


def test_an_edit_beside_a_decision_is_kept(pair: Pair) -> None:
    first, second = pair
    uid, field, one, _ = disagree(pair, "note")
    entries.decide(first, uid, field, one)
    entries.correct(second, uid, {"helped": True})
    exchange(first, second)
    for book in pair:
        assert (book.entry(uid)[field], book.entry(uid)["helped"]) == (one, True)
        assert entries.conflicts(book) == []


@pytest.mark.parametrize("size", [(40, 20), (80, 24)])
@pytest.mark.parametrize("by_tap", [False, True])
async def test_the_screen_shows_both_sides_of_a_removal(pair: Pair, size: tuple[int, int], by_tap: bool) -> None:
    first, _ = pair
    uid = removed_and_edited(pair)
    app = LsaApp(first)
    async with app.run_test(size=size) as pilot:
        await pilot.press("&")
        shown = flat(app)
        for words in ("K7 note", "Sat until I came", "removed: written twice", "kept", "JT Tue 24 Nov 15:31"):
            assert words in shown, words
        kept = "1" if "1 kept" in shown else "2"
        if by_tap:
            await tap(pilot, "conflicts.digit", kept)
        else:
            await pilot.press(kept)
        assert "Nothing to decide" in text(app)
    assert first.entry(uid).removed is None


def test_the_hand_over_names_a_removal_that_somebody_must_decide(pair: Pair) -> None:
    first, _ = pair
    removed_and_edited(pair)
    document = build(first, first.today(), "teacher", "K7")
    said = [item.text for section in document.sections if section.id == "needs_you" for item in section.items]
    assert any(one.startswith("Two versions of one note (removed)") for one in said), said


def test_the_commands_tell_both_sides_and_decide(pair: Pair, run_lsa: RunLsa) -> None:
    first, _ = pair
    uid = removed_and_edited(pair)
    home = ("--home", str(first.paths.data_folder))
    told = run_lsa(*home, "conflicts").out
    for words in ("removed: written twice", "kept", "JT 2026-11-24 15:31", "shown now"):
        assert words in told, words
    (found,) = run_lsa(*home, "conflicts", "--json").json
    assert {(one["value"], one["by"]) for one in found["conflict"]["removed"]} == {
        (None, "JT"),
        ("written twice", "JT"),
    }
    refused(run_lsa(*home, "decide", uid, "removed", "keeped"), "write kept, or removed")
    assert run_lsa(*home, "decide", uid, "removed", "kept").code == 0
    assert run_lsa(*home, "conflicts").out == "Nothing to decide\n"
    assert first.entry(uid).removed is None


def test_the_command_can_let_the_removal_stand(pair: Pair, run_lsa: RunLsa) -> None:
    first, second = pair
    uid = removed_and_edited(pair)
    assert run_lsa("--home", str(second.paths.data_folder), "decide", uid, "removed", "removed").code == 0
    exchange(first, second)
    assert first.entry(uid).removed == "written twice"
    assert entries.conflicts(first) == []
