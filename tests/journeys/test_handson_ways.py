"""A hands-on by keys, by taps and by commands gives the same rows; it travels, and it outlives a killed program."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from homes import new_book
from journeys.ways import on_screen
from lsa_tui import paths
from lsa_tui.cli.main import main
from lsa_tui.daybook import exchange, interventions, plan, pupils
from lsa_tui.daybook.book import Book
from seen import tap

FIRST, LAST = "10:42:05", "10:44:15"


@pytest.fixture
def furnish() -> Callable[[Book], object]:
    def fill(book: Book) -> None:
        book.config.save(lock_minutes=0)  # the clock jumps below
        plan.add(book, "Maths", "10:30", "11:00")

    return fill


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda time: monkeypatch.setenv("LSA_NOW", f"2026-11-24T{time}+00:00")


def rows(home: Path) -> list[str]:
    """What was recorded, without what differs by nature: ids."""
    book = Book(paths.find(str(home)))
    found, session = [], ""
    for line in map(json.loads, exchange.export(book)):
        if line["type"] == "session":
            session = line["id"]
        if line["type"] in ("session", "intervention", "incident"):
            found.append(line | {"id": "", "session": line.get("session") == session})
    book.close()
    return [json.dumps(one, sort_keys=True) for one in found]


Clock = Callable[[str], None]


async def by_keys(home: Path, now: Clock, size: tuple[int, int]) -> None:
    async with on_screen(home, size) as pilot:
        now(FIRST)
        await pilot.press("x")
        now(LAST)
        await pilot.press("x", "w", "enter", "b", "1", "4", "enter", "h", "5", "enter", "p", "2", "i", "1", "f", "2")
        now("10:50:00")
        await pilot.press("t", "1", "enter")
        now("15:10:00")
        await pilot.press("#", "s", "enter")
        now("15:12:00")
        await pilot.press("i", "1", "7", "9", "m", "2", "enter")


async def by_taps(home: Path, now: Clock, size: tuple[int, int]) -> None:
    async with on_screen(home, size) as pilot:
        now(FIRST)
        await _more(pilot, "handson")
        now(LAST)
        for action, argument in (
            ("handson.enter", ""),
            ("handson.persons", ""),
            ("ask.enter", ""),
            ("handson.tried", ""),
            ("choose.digit", "1"),
            ("choose.digit", "4"),
            ("back", ""),
            ("handson.held", ""),
            ("choose.digit", "5"),
            ("back", ""),
            ("handson.place", ""),
            ("choose.digit", "2"),
            ("handson.injury", ""),
            ("choose.digit", "1"),
            ("handson.free", ""),
            ("choose.digit", "2"),
        ):
            await tap(pilot, action, argument)
        now("10:50:00")
        for action, argument in (("handson.told", ""), ("choose.digit", "1"), ("handson.enter", "")):
            await tap(pilot, action, argument)
        now("15:10:00")
        for action in ("handson.sheet", "handson.form", "handson.enter"):
            await tap(pilot, action)
        now("15:12:00")
        await _more(pilot, "incident")
        for digit in "179":
            await tap(pilot, "incident.digit", digit)
        await tap(pilot, "handson.past")
        await pilot.press("2")
        await tap(pilot, "ask.enter")


async def _more(pilot: object, action: str) -> None:
    await tap(pilot, "more")
    await tap(pilot, "more.do", action)


def by_commands(home: Path, now: Clock) -> None:
    def lsa(*words: str) -> None:
        assert main(["--home", str(home), *words]) == 0, words

    now(FIRST)
    lsa("handson", "start")
    now(LAST)
    lsa("handson", "stop")
    lsa("handson", "facts", "--persons", "JT", "--tried", "calm words; time and space", "--held", "5")
    lsa("handson", "facts", "--place", "2", "--injury", "nobody seen hurt", "--free-to-leave", "no")
    now("10:50:00")
    lsa("handson", "facts", "--told", "1")
    now("15:10:00")
    lsa("handson", "done")
    now("15:12:00")
    lsa("abc", "--before", "1", "--seen", "7", "--next", "9")
    lsa("handson", "record", "2")


@pytest.mark.parametrize("size", [(40, 20), (80, 24)])
async def test_keys_taps_and_commands_give_the_same_rows(
    home: Callable[[str], Path], now: Clock, size: tuple[int, int]
) -> None:
    keyed, tapped, typed = home("keys"), home("taps"), home("commands")
    await by_keys(keyed, now, size)
    now("10:42:00")
    await by_taps(tapped, now, size)
    by_commands(typed, now)
    assert len(rows(typed)) == 4
    assert rows(keyed) == rows(typed)
    assert rows(tapped) == rows(typed)


def test_it_travels_to_the_teacher_who_ticks_the_form(tmp_path: Path) -> None:
    from lsa_tui.sync import run

    shared = tmp_path / "share" / "school.db"
    shared.parent.mkdir()
    url = f"sqlite:///{shared}"
    books = [new_book(tmp_path / name, name, role) for name, role in (("JT", "lsa"), ("LP", "teacher"))]
    for book in books:
        book.config.save(shared_url=url)
    mine, theirs = books
    entry = interventions.start(mine)
    run.sync(mine)
    run.sync(theirs)
    assert interventions.running(theirs) is not None
    interventions.stop(mine, entry)
    run.sync(mine)
    run.sync(theirs)
    assert interventions.running(theirs) is None
    (waiting,) = interventions.due(theirs)
    interventions.form_done(theirs, waiting)
    run.sync(theirs)
    run.sync(mine)
    assert not interventions.due(mine)
    assert dict(mine.entry(entry.id).data) == dict(theirs.entry(entry.id).data)
    for book in books:
        book.close()


def test_it_runs_on_when_the_program_is_killed(tmp_path: Path) -> None:
    pytest.importorskip("pty", reason="needs a pseudo-terminal")
    from terminal.terminal import Terminal

    new_book(tmp_path / "home").close()
    with Terminal(tmp_path / "home") as terminal:
        terminal.wait("Today")
        terminal.send("]x")
        terminal.wait("RUN")
        terminal.signal(signal.SIGKILL)
        terminal.ended()
    with Terminal(tmp_path / "home") as terminal:
        terminal.wait(lambda text: "HANDS-ON RUN" in text.split("\n")[0])
        terminal.send("]")
        shown = terminal.wait("Calling")
        assert "HANDS-ON RUN" in shown.split("\n")[0]
        first = shown.split("\n")[0]
        terminal.wait(lambda text: "RUN" in text.split("\n")[0] and text.split("\n")[0] != first)
        terminal.send("x")
        terminal.wait("NOT DONE")
    book = Book(paths.find(str(tmp_path / "home")))
    (entry,) = interventions.all_of(book)
    assert entry["ended"]
    assert pupils.all_pupils(book)[0].id == entry.pupil
    book.close()
