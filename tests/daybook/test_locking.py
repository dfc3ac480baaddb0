"""The PIN, the wait after wrong tries, what was marked meanwhile and its dropping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PASSPHRASE
from homes import new_book
from lsa_tui import paths
from lsa_tui.daybook import behaviours, entries, locking, marks, notes
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.meanwhile import Meanwhile
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import log, read
from lsa_tui.vault import home as vault_home
from lsa_tui.vault import tries

NOW = "2026-11-24T10:42:00+00:00"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LSA_NOW", NOW)
    made = new_book(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Book]:
    found = paths.find(str(tmp_path / "sealed"))
    found.make()
    made = Book(found, key=vault_home.create(found, PASSPHRASE).key)
    yield made
    made.close()


# The PIN


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "１２３４", "-123"])
def test_a_pin_is_4_to_12_digits(book: Book, pin: str) -> None:
    with pytest.raises(BadInput, match="4 to 12 digits"):
        locking.set_pin(book, pin)
    assert not locking.has_pin(book)


def test_a_pin_is_set_checked_changed_and_taken_away(book: Book) -> None:
    assert locking.asks_for(book) == "nothing"
    locking.set_pin(book, " 4711 ")
    assert locking.asks_for(book) == "pin"
    assert locking.check_pin(book, "4711")
    assert not locking.check_pin(book, "4712")
    locking.set_pin(book, "0815")
    assert not locking.check_pin(book, "4711")
    assert locking.remove_pin(book)
    assert not locking.remove_pin(book)
    assert not locking.check_pin(book, "0815")
    assert locking.asks_for(book) == "nothing"


def test_a_pin_is_kept_as_a_hash_with_its_costs_and_in_no_change(book: Book) -> None:
    locking.set_pin(book, "470015")
    held = log.get_meta(book.db, "pin")
    assert held is not None
    assert held.startswith("$argon2id$v=19$m=65536,t=3,")
    assert "470015" not in held
    assert not [one for (one,) in book.db.execute_sql("SELECT body FROM change") if one and "470015" in one]


def test_a_pin_hash_that_was_damaged_is_a_sentence(book: Book) -> None:
    log.set_meta(book.db, "pin", "rubbish")
    with pytest.raises(LsaError, match="lsa key pin"):
        locking.Door(book).opens("4711")


# Trying


def test_three_slips_cost_nothing_then_the_wait_doubles_up_to_its_limit(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    locking.set_pin(book, "4711")
    door = locking.Door(book)
    waits = []
    for hour in range(16):
        monkeypatch.setenv("LSA_NOW", f"2026-11-24T{hour + 1:02}:00:00+00:00")
        assert not door.opens("9999")
        waits.append(round(door.wait()))
    assert waits[:7] == [0, 0, 1, 2, 4, 8, 16]
    assert waits[-1] == locking.MOST_WAIT


def test_while_the_wait_lasts_even_the_right_pin_is_not_looked_at(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    locking.set_pin(book, "4711")
    door = locking.Door(book)
    _wrong(door, 8, monkeypatch)
    with pytest.raises(LsaError, match=r"Wait \d+ s"):
        door.opens("4711")
    monkeypatch.setenv("LSA_NOW", "2026-11-24T12:00:00+00:00")
    assert door.opens("4711")
    assert locking.Door(book).wait() == 0


def test_the_wait_survives_a_restart_and_a_clock_set_back(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    locking.set_pin(book, "4711")
    _wrong(locking.Door(book), 9, monkeypatch)
    again = locking.Door(book)
    assert again.wait() > 30
    monkeypatch.setenv("LSA_NOW", "2020-01-01T00:00:00+00:00")
    assert 0 < locking.Door(book).wait() <= 64


def test_a_clock_that_stands_still_does_not_lock_anybody_out(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    locking.set_pin(book, "4711")
    door = locking.Door(book)
    _wrong(door, 3, monkeypatch)
    began = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: began + 2)
    assert door.wait() == 0
    assert door.opens("4711")


def test_the_passphrase_and_the_recovery_key_open_too(encrypted: Book, tmp_path: Path) -> None:
    assert locking.asks_for(encrypted) == "passphrase"
    assert locking.Door(encrypted).opens(PASSPHRASE)
    locking.set_pin(encrypted, "4711")
    door = locking.Door(encrypted)
    assert door.asks == "pin"
    assert door.opens(PASSPHRASE)  # a forgotten PIN
    assert not door.opens("not this one")
    assert door.opens("4711")


def test_wrong_tries_stand_in_the_audit_and_count_no_more_after_a_right_one(encrypted: Book, book: Book) -> None:
    from lsa_tui.daybook import audit

    door = locking.Door(encrypted)
    assert not door.opens("wrong passphrase")
    assert not door.opens("wrong again, too")
    assert door.opens(PASSPHRASE)
    assert tries.failures(encrypted.paths) == []
    assert [one.did for one in audit.entries(encrypted)].count("wrong passphrase") == 2
    locking.set_pin(book, "4711")
    assert not locking.Door(book).opens("0000")
    assert [one.did for one in audit.entries(book)].count("unlock failed") == 1


def test_a_pin_alone_opens_no_database(encrypted: Book) -> None:
    locking.set_pin(encrypted, "47114711")
    assert not vault_home.opens(encrypted.paths, "47114711")


def _wrong(door: locking.Door, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute in range(times):
        monkeypatch.setenv("LSA_NOW", f"2026-11-24T10:{minute * 6:02}:00+00:00")
        assert not door.opens("0000")


def test_a_program_left_locked_begins_locked_while_something_unlocks_it(book: Book) -> None:
    assert not locking.begins_locked(book)
    locking.keep_locked(book, True)
    assert locking.left_locked(book)
    assert not locking.begins_locked(book)  # nothing would be asked
    locking.set_pin(book, "4711")
    assert locking.begins_locked(book)
    locking.keep_locked(book, False)
    assert not locking.left_locked(book)


def test_an_encrypted_home_whose_passphrase_was_just_typed_does_not_ask_twice(encrypted: Book) -> None:
    from lsa_tui.vault import session

    assert encrypted.key is not None
    session.begin(encrypted.paths, encrypted.key, 10)
    locking.keep_locked(encrypted, True)
    assert locking.begins_locked(encrypted)  # the session was there before it was locked
    assert not locking.begins_locked(encrypted, given=True)
    session.begin(encrypted.paths, encrypted.key, 10)
    assert not locking.begins_locked(encrypted)  # begun with the passphrase since
    session.end(encrypted.paths)
    assert locking.begins_locked(encrypted)  # opened without asking, by the system's store of passwords


def test_a_moment_of_locking_that_cannot_be_read_is_later_than_any_session(encrypted: Book) -> None:
    from lsa_tui.vault import session

    assert encrypted.key is not None
    log.set_meta(encrypted.db, "left_locked", "yes")
    session.begin(encrypted.paths, encrypted.key, 10)
    assert locking.begins_locked(encrypted)
    session.end(encrypted.paths)


# Marked meanwhile


def live(book: Book, kind: str = "tally") -> list[str]:
    return [str(one["count"] if kind == "tally" else one["until"]) for one in read.of_kind(book.db, kind)]


def test_presses_are_grouped_by_tile_and_all_are_undone_without_a_trace(book: Book) -> None:
    notes.note(book, "before")
    before = book.db.execute_sql("SELECT count(*) FROM change").fetchone()[0]
    meanwhile = Meanwhile(book)
    for letter in "cchpo":
        meanwhile.mark(letter)
    groups = meanwhile.groups()
    assert [(one.pupil, one.letter, one.label, len(one.times)) for one in groups] == [
        ("K7", "c", "Calling out", 2),
        ("K7", "h", "Asked for help", 1),
        ("", "p", "Specific praise", 1),
        ("K7", "o", "On own", 1),
    ]
    assert groups[0].times == ("10:42", "10:42")
    assert groups[3].times == ("from 10:42",)
    assert meanwhile.drop(groups) == 5
    assert meanwhile.groups() == []
    assert live(book) == []
    assert live(book, "bout") == []
    log.drop_undone(book.db)
    assert book.db.execute_sql("SELECT count(*) FROM change").fetchone()[0] == before


def test_one_tile_is_dropped_the_others_stay(book: Book) -> None:
    meanwhile = Meanwhile(book)
    for letter in "chc":
        meanwhile.mark(letter)
    assert meanwhile.drop([one for one in meanwhile.groups() if one.letter == "c"]) == 2
    assert [one.letter for one in meanwhile.groups()] == ["h"]
    tile = behaviours.at_letter(book, "h", book.focus)
    assert tile is not None
    assert marks.counts(book, "2026-11-24") == {tile.id: 1}


def test_what_a_command_recorded_in_between_stays(book: Book) -> None:
    meanwhile = Meanwhile(book)
    meanwhile.mark("c")
    notes.note(book, "from another terminal")
    meanwhile.mark("c")
    meanwhile.drop(meanwhile.groups())
    assert live(book) == []
    assert [one["text"] for one in read.of_kind(book.db, "note")] == ["from another terminal"]


def test_what_is_shared_by_now_is_removed_with_the_reason(book: Book) -> None:
    meanwhile = Meanwhile(book)
    entry = meanwhile.mark("c")
    with book.store.writing():
        log.seal(book.db)
    meanwhile.drop(meanwhile.groups())
    assert "while the screen was locked" in str(book.entry(entry.id).removed)


def test_a_duration_that_a_dropped_press_ended_runs_on(book: Book) -> None:
    marks.tally(book, "o")
    meanwhile = Meanwhile(book)
    meanwhile.mark("l")  # of the same group: it ends the other
    notes.note(book, "so that it cannot be undone")
    assert len(marks.open_bouts(book, book.focus)) == 1
    meanwhile.drop(meanwhile.groups())
    (running,) = marks.open_bouts(book, book.focus)
    own = behaviours.at_letter(book, "o", book.focus)
    assert own is not None
    assert running["behaviour"] == own.id


def test_a_childs_six_marks_in_a_second_are_one_step_and_go_together(book: Book) -> None:
    meanwhile = Meanwhile(book)
    steps = []
    for _ in range(6):
        meanwhile.mark("c")
        steps.append(log.last_step(book.db, undone=False))
    assert steps[0] is not None
    entries.one_step(book, steps[0])
    meanwhile.drop(meanwhile.groups())
    assert live(book) == []
    assert log.last_step(book.db, undone=True) == steps[0]


def test_a_letter_without_a_tile_records_nothing(book: Book) -> None:
    with pytest.raises(BadInput):
        Meanwhile(book).mark("y")
    assert live(book) == []


def again(book: Book) -> Meanwhile:
    """What a program would ask about that begins after a kill."""
    return Meanwhile.left_over(book)


def test_what_was_marked_is_remembered_until_it_is_kept_or_dropped(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not locking.marks_left(book)
    meanwhile = Meanwhile(book)
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:50:00+00:00")
    for letter in "hcoc":
        meanwhile.mark(letter)
    meanwhile.hands_on("x")
    assert locking.marks_left(book)
    found = again(book)
    assert found.presses == meanwhile.presses
    assert found.groups() == meanwhile.groups()
    assert found.since == meanwhile.since
    assert found.drop([one for one in found.groups() if one.letter == "c"]) == 2
    assert [one.letter for one in again(book).presses] == ["h", "o", "x"]
    found.settled()
    assert not locking.marks_left(book)
    assert again(book).presses == []
    assert len(live(book)) == 1


def test_two_locks_ask_each_about_their_own(book: Book) -> None:
    first, second = Meanwhile(book), Meanwhile(book)
    first.mark("c")
    second.mark("h")
    second.settled()
    assert again(book).presses == first.presses


def test_a_mark_that_could_not_be_remembered_is_not_made(book: Book) -> None:
    """They are one transaction: no kill comes between a mark and the question about it."""
    book.db.execute_sql(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON meta WHEN NEW.key LIKE 'locked_mark:%' "
        "BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
    )
    meanwhile = Meanwhile(book)
    with pytest.raises(LsaError, match="disk is full"):
        meanwhile.mark("c")
    assert live(book) == []
    assert meanwhile.presses == []
