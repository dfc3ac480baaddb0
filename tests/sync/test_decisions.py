"""Deciding between edits that did not see each other: both values on every device, and a decision that cannot loop."""

from __future__ import annotations

import io
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from commands import RunLsa, refused
from homes import acting, new_book
from lsa_tui import paths
from lsa_tui.app.app import LsaApp
from lsa_tui.cli import deciding
from lsa_tui.cli.log import shown
from lsa_tui.cli.main import main
from lsa_tui.daybook import cover, entries, notes, plan, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.documents.summary import build
from lsa_tui.errors import NotAllowed
from lsa_tui.records import read
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


# What somebody recorded who covered


@pytest.fixture
def copied(pair: Pair, tmp_path: Path) -> Iterator[tuple[Book, Book]]:
    """The laptop and its copy, on which MB covers and has written a note, and both have a device id of their own."""
    first, _ = pair
    cover.begin(first, "MB")
    notes.note(first, "Sat by the gate")
    sync(first)
    first.store.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(first.paths.data_folder, tmp_path / "copied")
    other = Book(paths.find(str(tmp_path / "copied")))
    for book in (first, other, first):
        sync(book)
    yield first, other
    other.close()


def of_kind(book: Book, kind: str) -> Entry:
    return next(one for one in read.of_kind(book.db, kind) if one.by == "MB")


def ended_twice(copied: tuple[Book, Book], monkeypatch: pytest.MonkeyPatch) -> str:
    """A cover that was ended on two devices at different times: its id."""
    for minute, book in enumerate(copied):
        monkeypatch.setenv("LSA_NOW", f"2026-11-24T15:4{minute}:00+00:00")
        cover.end(book)
    exchange(*copied)
    return of_kind(copied[0], "cover").id


def asks(book: Book) -> tuple[bool, bool, bool, bool]:
    """Whether there is something to decide: in the list, for a sync, in the log, in the hand-over."""
    log = main_says(book, "log")
    document = build(book, book.today(), "teacher", "K7")
    needs = [item for section in document.sections if section.id == "needs_you" for item in section.items]
    return (
        bool(entries.conflicts(book)),
        bool(sync(book).conflicts),
        "(to decide: " in log,
        any("until somebody decides" in item.text and item.emphasis for item in needs),
    )


def main_says(book: Book, *words: str) -> str:
    with redirect_stdout(io.StringIO()) as said:
        assert main(["--home", str(book.paths.data_folder), *words]) == 0
    return said.getvalue()


def test_two_ends_of_a_cover_are_for_whose_device_it_is_to_decide(
    copied: tuple[Book, Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = ended_twice(copied, monkeypatch)
    first, other = copied
    assert asks(first) == asks(other) == (True,) * 4
    stands = conflict(first, uid, "until")[-1]
    with pytest.raises(NotAllowed, match="recorded by MB: choose one of the values"):
        entries.decide(first, uid, "until", "2026-11-24T16:00:00+00:00")
    main_says(first, "decide", uid, "until", shown(first, "until", stands))
    exchange(first, other)
    assert asks(first) == asks(other) == (False,) * 4
    assert first.entry(uid)["until"] == other.entry(uid)["until"] == stands
    with pytest.raises(NotAllowed, match="MB's own"):
        entries.correct(first, uid, {"until": None})


@pytest.mark.parametrize(("role", "decides"), [("teacher", True), ("senco", True), ("lsa", False)])
def test_who_else_decides_when_a_cover_ended(
    copied: tuple[Book, Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, decides: bool
) -> None:
    uid = ended_twice(copied, monkeypatch)
    another = new_book(tmp_path / "another", "LP", role, pupil=None, tiles=False)
    another.config.save(shared_url=copied[0].config["shared.url"])
    sync(another)
    pupils.use(another, "K7")
    assert asks(another) == (decides,) * 4
    if decides:
        entries.decide(another, uid, "until", conflict(another, uid, "until")[0])
        assert asks(another) == (False,) * 4
    else:
        assert "two versions: until" in main_says(another, "log")
        with pytest.raises(NotAllowed, match="MB's own"):
            entries.decide(another, uid, "until", conflict(another, uid, "until")[0])
    another.close()


def test_what_a_cover_wrote_is_decided_on_that_device_once_the_cover_is_over(
    copied: tuple[Book, Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = copied
    note = of_kind(first, "note")
    entries.correct(first, note.id, {"text": "Sat for ten minutes"})
    entries.correct(other, note.id, {"text": "Sat until I came"})
    exchange(first, other)
    teacher = new_book(tmp_path / "another", "LP", "teacher", pupil=None, tiles=False)
    teacher.config.save(shared_url=first.config["shared.url"])
    sync(teacher)
    pupils.use(teacher, "K7")
    assert asks(teacher) == (False,) * 4, "what was observed is for those to say who were there"
    assert asks(first) == (True,) * 4
    for book in (first, other):
        cover.end(book)  # in the same minute, so that only the note differs
    exchange(first, other)
    assert [one.id for one in entries.conflicts(first)] == [note.id]
    cover.begin(first, "CD")
    assert entries.conflicts(first) == [], "nor is it another cover's"
    cover.end(first)
    with acting(first, "XY", "lsa"):
        assert entries.conflicts(first) == [], "nor theirs who got the device since"
    with pytest.raises(NotAllowed, match="choose one of the values"):
        entries.decide(first, note.id, "text", "Ran off")
    assert entries.decide(first, note.id, "text", "Sat until I came")["text"] == "Sat until I came"
    teacher.close()


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
    for words in (
        "K7 note Tue 24 Nov 15:31: removed\n  Sat until I came\n",
        "removed: written twice",
        "kept",
        "shown now",
    ):
        assert words in told, words
    commands = {line.strip() for line in told.splitlines() if "lsa decide" in line}
    plain = f"lsa decide {uid[:13]} removed"
    assert plain in commands
    assert commands & {f"{plain} kept", f"{plain} removed"}
    (found,) = run_lsa(*home, "conflicts", "--json").json
    assert {(one["value"], one["by"]) for one in found["conflict"]["removed"]} == {
        (None, "JT"),
        ("written twice", "JT"),
    }
    refused(run_lsa(*home, "decide", uid, "removed", "keeped"), "write kept, or removed")
    assert run_lsa(*home, "decide", uid, "removed", "kept").code == 0
    assert run_lsa(*home, "conflicts").out == "Nothing to decide\n"
    assert first.entry(uid).removed is None


LONG = "Asks for help with the card, at first with a look from the adult beside, later without one, in four of five"


def two_targets(pair: Pair) -> tuple[str, str]:
    """Two targets on which both have worked apart: one with long texts, one with short ones."""
    first, second = pair
    found = [pupils.add_item(first, "target", code, "Asks") for code in ("T1", "T2")]
    exchange(first, second)
    for book, long, short in ((first, LONG, "Asks Amy's way"), (second, f"{LONG} or more", "Asks in words")):
        book.revise(book.entry(found[0].id), {"text": long})
        book.revise(book.entry(found[1].id), {"text": short})
    exchange(first, second)
    return found[0].id, found[1].id


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_long_versions_stand_below_each_other_with_what_to_type(
    pair: Pair, run_lsa: RunLsa, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    first, _ = pair
    long, short = two_targets(pair)
    monkeypatch.setattr(deciding, "width", lambda: columns)
    told = run_lsa("--home", str(first.paths.data_folder), "conflicts").out
    lines = told.splitlines()
    assert all(len(line) < columns or line.strip().startswith("lsa decide") for line in lines), told
    assert [line for line in lines if line.startswith("K7")] == ["K7 target T1: text", "K7 target T2: text"]
    assert told.count("  JT 2026-11-24 15:31\n") == told.count("  JT 2026-11-24 15:31, shown now\n") == 2
    said = " ".join(told.split())
    now = first.entry(long)["text"]
    other = LONG if now != LONG else f"{LONG} or more"
    assert f"shown now {now} lsa decide {long[:13]} text JT" in said
    assert f"15:31 {other} lsa decide {long[:13]} text WORDS K7" in said, "too long to be repeated"
    assert "`&` in the screens one key decides" in said
    (typed,) = [line for line in lines if line.startswith(f"    lsa decide {short[:13]} text ")]
    assert run_lsa("--home", str(first.paths.data_folder), *shlex.split(typed)[1:]).code == 0
    stood, stands = "Asks Amy's way", "Asks in words"
    if f"shown now {stands}" in said:
        stood, stands = stands, stood
    assert (f"shown now {stood}" in said, first.entry(short)["text"]) == (True, stands)


@pytest.mark.parametrize("size", [(40, 20), (80, 24)])
async def test_the_screen_says_which_target_it_is(pair: Pair, size: tuple[int, int]) -> None:
    two_targets(pair)
    app = LsaApp(pair[0])
    async with app.run_test(size=size) as pilot:
        await pilot.press("&")
        assert "K7 target T1: text" in flat(app)
        await pilot.press("right")
        assert "K7 target T2: text" in flat(app)


def test_the_command_can_let_the_removal_stand(pair: Pair, run_lsa: RunLsa) -> None:
    first, second = pair
    uid = removed_and_edited(pair)
    assert run_lsa("--home", str(second.paths.data_folder), "decide", uid, "removed", "removed").code == 0
    exchange(first, second)
    assert first.entry(uid).removed == "written twice"
    assert entries.conflicts(first) == []
