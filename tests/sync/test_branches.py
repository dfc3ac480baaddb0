"""Homes that were copied, or brought back from a copy, and then used: nothing is lost, and all agree in the end."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from lsa_tui import clock
from lsa_tui.daybook import entries, erasing
from lsa_tui.daybook.book import Book
from lsa_tui.records import branches, log
from lsa_tui.sync import joining_branches, sending
from lsa_tui.sync.run import sync
from lsa_tui.sync.shared import Forked
from lsa_tui.sync.sqlite_file import SqliteFile
from sharing import note, texts
from tests.sync.conftest import Homes


def copy_of(book: Book, folder: Path) -> Path:
    """The home's database as it is now, as a backup of the laptop has it."""
    book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    folder.mkdir(parents=True)
    shutil.copy(book.paths.database, folder / "records.db")
    return folder / "records.db"


def restored(book: Book, copy: Path, homes: Homes) -> Book:
    """The home with its database put back from a copy."""
    book.close()
    for old in book.paths.database.parent.glob("records.db*"):
        old.unlink()
    shutil.copy(copy, book.paths.database)
    return homes(book.paths.data_folder.name, pupil=None)


def twin_of(book: Book, homes: Homes, name: str) -> Book:
    """An imaged laptop."""
    copy_of(book, book.paths.data_folder.parent / name)
    return homes(name, book.initials, role=book.role, pupil=None)


def imaged(homes: Homes, url: str, role: str = "lsa") -> tuple[Book, Book]:
    """A device that shares, and its twin."""
    one = homes("jt", role=role)
    sync(one, url)
    return one, twin_of(one, homes, "twin")


def gone_apart(homes: Homes, url: str) -> tuple[Book, Book]:
    """The same after each has written a note that the other does not know."""
    one, twin = imaged(homes, url)
    note(one, "here")
    note(twin, "there")
    return one, twin


def rounds(url: str, *books: Book, number: int = 3) -> None:
    for _ in range(number):
        for book in books:
            assert "gone back" not in sync(book, url).says
    for book in books:
        assert sync(book, url).remaining == 0


@pytest.mark.parametrize("first", [0, 1, 2])
def test_restored_and_the_store_lost(homes, url, shared, tmp_path, agree, first) -> None:
    """The five steps that a search for counter-examples found against an earlier design."""
    one, two, three = homes("jt"), homes("lp"), homes("mb")
    copy = copy_of(one, tmp_path / "copy")
    note(one, "before the copy was put back")
    for book in (one, two, three):
        sync(book, url)
    one = restored(one, copy, homes)
    shared.unlink()
    note(one, "after the copy was put back")
    everybody = [one, two, three]
    for book in (*everybody[first:], *everybody[:first]):
        sync(book, url)
    rounds(url, *everybody[first:], *everybody[:first])
    for book in everybody:
        assert texts(book) == {"before the copy was put back", "after the copy was put back"}
    agree(*everybody)
    assert not log.own_chains(one.db).keys() & log.own_chains(two.db).keys()
    assert len(log.own_chains(one.db)) >= 2  # it writes under a new id


def test_the_device_of_a_restored_home_is_new_also_where_it_wrote_nothing(homes, url, tmp_path) -> None:
    one = homes("jt")
    copy = copy_of(one, tmp_path / "copy")
    note(one, "lost by the copy")
    sync(one, url)
    was = log.device(one.db)
    one = restored(one, copy, homes)
    assert sync(one, url).received == 1
    assert log.device(one.db) != was
    assert log.backlog(one.db) == 0


@pytest.mark.parametrize("seed", range(6))
def test_three_copies_of_a_home_and_two_stores_in_any_order(homes, tmp_path, agree, seed) -> None:
    """Every copy of a home is copied again while they write and sync: branches of branches, seen in any order."""
    chance = Random(seed)
    urls = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        urls.append(f"sqlite:///{tmp_path / name / 'school.db'}")
    first = homes("jt")
    note(first, "0")
    books, said = [first], {"0"}
    for step in range(30):
        book = chance.choice(books)
        if len(books) < 5 and chance.random() < 0.15:
            books.append(twin_of(book, homes, f"twin{step}"))
        elif chance.random() < 0.6:
            said.add(str(step))
            note(book, str(step))
        else:
            sync(book, chance.choice(urls))
    for _ in range(3):
        for book in books:
            for url in urls:
                sync(book, url)
    for book in books:
        assert texts(book) == said
        assert log.backlog(book.db) == 0
    agree(*books)
    stores = [heads_of(url) for url in urls]
    assert stores[0] == stores[1] == log.shareable_heads(first.db)


def heads_of(url: str) -> dict:
    shared = SqliteFile(Path(url.removeprefix("sqlite:///")))
    shared.open(made_up=False, create=False)
    try:
        return shared.heads()
    finally:
        shared.close()


def test_what_was_undone_in_a_branch_is_not_shared_and_what_stands_is(homes, url, shared, agree) -> None:
    one, twin = gone_apart(homes, url)
    note(twin, "taken back")
    entries.undo(twin)
    rounds(url, one, twin)
    for book in (one, twin):
        assert texts(book) == {"here", "there"}
    agree(one, twin)
    assert b"taken back" not in shared.read_bytes()


def test_what_a_twin_took_back_and_the_other_shared_stays(homes, url, agree) -> None:
    one = homes("jt")
    sync(one, url)
    note(one, "in both")
    twin = twin_of(one, homes, "twin")
    entries.undo(twin)
    note(one, "here")
    rounds(url, one, twin)
    for book in (one, twin):
        assert texts(book) == {"in both", "here"}
    agree(one, twin)


@pytest.mark.parametrize("moves", [True, False])
def test_an_undone_change_that_begins_a_branch_elsewhere(homes, url, agree, moves) -> None:
    """Undone here, and shared by a twin as the first change of a branch that was moved away."""
    one = homes("jt")
    sync(one, url)
    twin, third = twin_of(one, homes, "twin"), twin_of(one, homes, "third")
    note(third if moves else one, "the smaller id")
    note(one if moves else third, "the greater id")
    copy = twin_of(one, homes, "copy")
    entries.undo(copy)
    rounds(url, one, third, twin)
    rounds(url, copy, one, third, twin)
    for book in (one, twin, third, copy):
        assert texts(book) == {"the smaller id", "the greater id"}
    agree(one, twin, third, copy)


@pytest.mark.parametrize("eraser", ["one", "twin"])
def test_what_is_erased_in_a_branch_is_gone_everywhere(homes, url, shared, agree, eraser) -> None:
    """Erased by either twin while a third copy holds it in a chain that has not branched yet."""
    one, twin = imaged(homes, url, "senco")
    note(one, "here")
    gone = note(twin, "to be wiped")
    note(twin, "there")
    copy = twin_of(twin, homes, "copy")
    note(copy, "by the copy")
    for book in (one, twin, one):
        sync(book, url)
    who = one if eraser == "one" else twin
    erasing.forget(who, who.entry(gone.id))
    for book in (who, copy, one, twin):
        sync(book, url)
    rounds(url, one, twin, copy)
    for book in (one, twin, copy):
        assert texts(book) == {"here", "there", "by the copy"}
        for file in book.paths.data_folder.rglob("*.db*"):
            assert b"to be wiped" not in file.read_bytes()
    agree(one, twin, copy)
    assert b"to be wiped" not in shared.read_bytes()


def test_what_a_twin_had_undone_and_the_other_erased_is_in_no_copy_either(homes, url, agree) -> None:
    """The twin has no change any more by which the erasure could find it."""
    one = homes("one", role="senco")
    sync(one, url)
    written = note(one, "to be wiped")
    twin = twin_of(one, homes, "twin")
    twin.store.backup(twin.paths.backups, "day-2026-11-24.db")
    entries.undo(twin)
    erasing.erase_rows(one, [written.id], "by mistake")
    rounds(url, one, twin)
    agree(one, twin)
    for book in (one, twin):
        for file in book.paths.data_folder.rglob("*.db*"):
            assert b"to be wiped" not in file.read_bytes(), file


@pytest.mark.parametrize("ahead", [False, True])
def test_an_erased_pupil_goes_also_from_a_branch_that_had_not_seen_it(
    homes, url, shared, agree, ahead, monkeypatch
) -> None:
    """Also where the clock of the twin that had not seen it was ahead."""
    one, twin = imaged(homes, url, "senco")
    note(one, "before it")
    with monkeypatch.context() as patched:
        if ahead:
            patched.setenv("LSA_NOW", clock.to_text(twin.now() + timedelta(hours=2)))
        note(twin, "by the twin, who had not seen it")
    erasing.erase_pupil(one, "K7", "left the school")
    rounds(url, one, twin)
    agree(one, twin)
    assert texts(twin) == texts(one) == set()
    assert b"by the twin" not in shared.read_bytes()


def test_a_dry_run_counts_branches_and_changes_nothing(homes, url, everything) -> None:
    one, twin = imaged(homes, url)
    note(one, "here")
    for words in ("there", "and there"):
        note(twin, words)
    sync(one, url)
    before = everything(twin)
    dry = sync(twin, url, dry_run=True)
    assert (dry.sent, dry.received) == (2, 1)
    assert everything(twin) == before
    done = sync(twin, url)
    assert (done.sent, done.received) == (2, 1)


def test_the_backlog_counts_what_was_written_under_every_id(homes, url, shared, tmp_path) -> None:
    one, twin = gone_apart(homes, url)
    sync(one, url)
    sync(twin, url)
    assert log.backlog(twin.db) == 0
    note(twin, "not shared yet")
    assert log.backlog(twin.db) == 1
    held = twin.db.execute_sql("SELECT count(*) FROM change WHERE dev NOT IN ('own', 'audit')").fetchone()[0]
    shared.unlink()
    assert sync(twin, url).sent == held
    assert log.backlog(twin.db) == 0


def test_a_branch_that_appears_between_comparing_and_sending(homes, url, monkeypatch, agree) -> None:
    one, twin = gone_apart(homes, url)
    push, done = sending.Sending.push, []

    def meanwhile(self, here, there):
        if self._book is one and not done:
            done.append(True)
            sync(twin, url)
        return push(self, here, there)

    monkeypatch.setattr(sending.Sending, "push", meanwhile)
    assert sync(one, url).remaining == 0
    assert done
    rounds(url, one, twin)
    for book in (one, twin):
        assert texts(book) == {"here", "there"}
    agree(one, twin)


@pytest.mark.parametrize("stop", ["device", "move here", "move there", "sent"])
def test_killed_while_branches_are_put_in_order(homes, url, monkeypatch, agree, stop) -> None:
    one, twin = gone_apart(homes, url)
    sync(one, url)

    class Killed(BaseException):
        pass

    def dies(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patched:
        if stop == "device":
            patched.setattr(log, "new_device", dies)
        elif stop == "move here":
            patched.setattr(branches, "move", dies)
        elif stop == "move there":
            patched.setattr(SqliteFile, "move", dies)
        else:
            patched.setattr(SqliteFile, "add", dies)
        with suppress(Killed):
            sync(twin, url)
    rounds(url, twin, one)
    for book in (one, twin):
        assert texts(book) == {"here", "there"}
    agree(one, twin)


def test_damage_is_no_branch(homes, book_pair, url, shared) -> None:
    """A change in the store that is not what its hashes say is never given new hashes."""
    one, twin = book_pair
    with closing(sqlite3.connect(shared)) as connection, connection:
        for guard in ("change_stays", "change_is_immutable"):
            connection.execute(f"DROP TRIGGER {guard}")
        connection.execute("UPDATE change SET body = replace(body, 'here', 'bent')")
    rounds(url, twin, one)
    for book in (one, twin):
        assert texts(book) == {"here", "there"}


@pytest.fixture
def book_pair(homes, url):
    one, twin = gone_apart(homes, url)
    sync(one, url)
    return one, twin


def test_nothing_is_looked_for_where_nothing_branched(homes, url) -> None:
    one = homes("jt")
    sync(one, url)
    shared = SqliteFile(Path(url.removeprefix("sqlite:///")))
    shared.open(made_up=False, create=False)
    assert list(joining_branches.branching(one.db, shared, log.shareable_heads(one.db), shared.heads())) == []
    shared.close()


# A store that holds a branch under its new name, and not yet what the chain went on with: whoever filled it was killed
# between two chunks.


@pytest.fixture
def parted(homes, url, tmp_path):
    """A home with a chain in two branches, a copy of the one whose branch moved away, from before, and a store that
    holds only the moved branch."""
    first = homes("jt")
    sync(first, url)
    second, words = twin_of(first, homes, "second"), ("the smaller id", "the greater id")
    note(first, words[0])
    note(second, words[1])
    old = twin_of(second, homes, "old")
    rounds(url, first, second)
    half = SqliteFile(tmp_path / "share" / "half.db")
    half.open(made_up=False, create=True)
    (moved,) = [dev for dev in log.read_heads(first.db) if dev.startswith(branches.PREFIX)]
    before = log.changes_after(first.db, log.device(first.db), 0, 1, 1)
    with half.pushing():
        half.add([*before, *log.changes_after(first.db, moved, 0, 99, 99)])
    half.close()
    return first, old, f"sqlite:///{half.path}", words


def test_a_branch_that_the_store_has_under_its_own_name_moves_here(parted, url, agree) -> None:
    first, old, half, words = parted
    assert any(dev.startswith(branches.PREFIX) for dev in heads_of(half))
    said = sync(old, half)
    assert (said.sent, said.received) == (0, 0)
    assert log.shareable_heads(old.db) == heads_of(half)
    sync(first, half)
    rounds(half, old, first)
    assert texts(first) == texts(old) == set(words)
    agree(first, old)


def test_a_branch_that_is_here_under_its_own_name_moves_in_the_store(parted, homes, tmp_path, agree) -> None:
    first, old, half, words = parted
    third = homes("mb", pupil=None)
    sync(third, half)  # holds the moved branch, and not what the chain went on with
    other = f"sqlite:///{tmp_path / 'share' / 'other.db'}"
    sync(old, other)  # holds it in the chain it was written in
    assert not any(dev.startswith(branches.PREFIX) for dev in heads_of(other))
    assert sync(third, other).says.startswith("0 sent, 0 received")
    assert heads_of(other) == log.shareable_heads(third.db)
    rounds(other, old, third, first)
    assert texts(first) == texts(old) == texts(third) == set(words)
    agree(first, old, third)


def test_nothing_is_sent_under_two_names(parted, url) -> None:
    """What another device moved between comparing and sending is noticed before anything is sent."""
    first, old, half, _ = parted
    shared = SqliteFile(Path(half.removeprefix("sqlite:///")))
    shared.open(made_up=False, create=False)
    there, here = shared.heads(), log.shareable_heads(old.db)
    before = {dev: head for dev, head in there.items() if not dev.startswith(branches.PREFIX)}
    with pytest.raises(Forked, match="put in order by another device"):
        joining_branches.check(old.db, shared, here, before, there)
    joining_branches.check(first.db, shared, log.shareable_heads(first.db), there, there)
    shared.close()
    whole = SqliteFile(Path(url.removeprefix("sqlite:///")).with_name("whole.db"))
    whole.open(made_up=False, create=True)
    with whole.pushing():
        whole.add(log.changes_after(old.db, log.device(old.db), 0, 99, 99))
    with pytest.raises(Forked, match="put in order by another device"):
        joining_branches.check(first.db, whole, log.shareable_heads(first.db), {}, whole.heads())
    whole.close()


def test_a_store_that_was_put_in_order_by_others_did_not_go_back_in_time(homes, url, tmp_path, agree) -> None:
    """A second store, whose branch moved while this home moved its own with the first."""
    second = f"sqlite:///{tmp_path / 'share' / 'second.db'}"
    one, twin = imaged(homes, url)
    note(one, "the smaller id")
    for words in ("the greater id", "and more"):
        note(twin, words)
    for place in (second, url):
        sync(twin, place)
    sync(one, url)
    sync(one, second)
    sync(twin, url)  # moves its branch here
    assert "gone back" not in sync(twin, second).says
    rounds(second, one, twin)
    agree(one, twin)
