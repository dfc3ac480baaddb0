"""Moving a branch: a rule about changes alone, the same whoever applies it and in whatever order."""

from __future__ import annotations

from random import Random

import pytest

from lsa_tui import clock
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import branches, log
from lsa_tui.records.fold import rebuild


@pytest.fixture
def book(tmp_path):
    made = Book(Paths(tmp_path, tmp_path))
    pupils.add(made, "K7")
    for n in range(8):
        made.record("note", {"at": clock.to_text(made.now()), "text": f"number {n}"})
    with made.store.writing() as db:
        log.seal(db)
    yield made
    made.close()


class TakenBack(Exception):
    pass


def chain(book: Book, dev: str) -> list[dict]:
    return log.changes_after(book.db, dev, 0, 1 << 62, -1)


def records(book: Book) -> list[tuple]:
    return book.db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall()


def test_a_moved_branch_keeps_its_changes_and_is_a_whole_chain(book) -> None:
    dev, held, before = log.device(book.db), records(book), chain(book, log.device(book.db))
    with book.store.writing() as db:
        name = branches.move(db, dev, 5)
    assert name == branches.branch_name(before[4]["uid"])
    assert name.startswith(branches.PREFIX)
    stays, moved = chain(book, dev), chain(book, name)
    assert stays == before[:4]
    assert [one["uid"] for one in moved] == [one["uid"] for one in before[4:]]
    assert [one["seq"] for one in moved] == list(range(1, len(moved) + 1))
    assert log.first_broken(moved, 0, log.GENESIS, lambda _: False) is None
    same = ("uid", "hlc", "wall", "actor", "body", "salt", "body_hash", "row")
    assert [[one[key] for key in same] for one in moved] == [[one[key] for key in same] for one in before[4:]]
    heads = log.read_heads(book.db)
    assert heads == {dev: (4, stays[-1]["chain"]), name: (len(moved), moved[-1]["chain"])}
    with book.store.writing() as db:
        rebuild(db)
    assert records(book) == held


def test_a_branch_from_the_first_change_leaves_no_chain_behind(book) -> None:
    dev = log.device(book.db)
    with book.store.writing() as db:
        name = branches.move(db, dev, 1)
    assert set(log.read_heads(book.db)) == {name}
    assert chain(book, dev) == []


def test_the_guards_stand_again_and_nothing_is_half_done(book) -> None:
    dev, before = log.device(book.db), chain(book, log.device(book.db))
    with book.store.writing() as db:
        branches.move(db, dev, 5)
    assert book.store.missing_guards() == []
    for statement in ("DELETE FROM change", "UPDATE change SET actor = 'XX'"):
        with pytest.raises(Exception, match=r"shared change cannot be deleted|change cannot be altered"):
            book.db.execute_sql(statement)
    with pytest.raises(RuntimeError), book.store.writing() as db:
        branches.move(db, dev, 3)
        raise RuntimeError("the machine stops")
    assert chain(book, dev) == before[:4]
    assert book.store.missing_guards() == []


def test_a_damaged_branch_gets_no_new_hashes(book) -> None:
    dev = log.device(book.db)
    for change in (
        "UPDATE change SET actor = 'XX' WHERE seq = 6",
        "UPDATE change SET body = replace(body, 'number', 'bumper') WHERE seq = 5",
        "UPDATE change SET wall = 'x' WHERE seq = 5",
    ):
        with pytest.raises(branches.Broken), book.store.writing() as db:
            for guard in book.db.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute_sql(f"DROP TRIGGER {guard[0]}")
            db.execute_sql(change + " AND dev = ?", (dev,))
            branches.move(db, dev, 5)
    assert len(chain(book, dev)) == 9
    with pytest.raises(LookupError), book.store.writing() as db:
        branches.move(db, dev, 99)


def test_an_emptied_change_moves_without_its_words(book) -> None:
    dev = log.device(book.db)
    with book.store.writing() as db:
        db.execute_sql("UPDATE change SET body = NULL, salt = NULL WHERE dev = ? AND seq = 6", (dev,))
        name = branches.move(db, dev, 5)
    moved = chain(book, name)
    assert [one["body"] is None for one in moved[:3]] == [False, True, False]
    assert log.first_broken(moved, 0, log.GENESIS, lambda _: True) is None


def test_in_whatever_order_branches_of_branches_are_moved_the_end_is_the_same(book) -> None:
    """The place of a change depends on which changes begin branches, and on nothing else."""
    dev = log.device(book.db)
    uids = [one["uid"] for one in chain(book, dev)]
    ends = set()
    for seed in range(12):
        begin = [uids[3], uids[5], uids[6]]
        Random(seed).shuffle(begin)
        with pytest.raises(TakenBack), book.store.writing() as db:
            for uid in begin:
                at = db.execute_sql("SELECT dev, seq FROM change WHERE uid = ?", (uid,)).fetchone()
                branches.move(db, *at)
            ends.add(tuple(sorted(db.execute_sql("SELECT dev, seq, uid, chain FROM change").fetchall())))
            raise TakenBack("back to the beginning")
    assert len(ends) == 1


def test_pure_and_in_a_database_are_one_rule(book) -> None:
    dev = log.device(book.db)
    tail = chain(book, dev)[4:]
    made = branches.renamed(tail)
    with book.store.writing() as db:
        name = branches.move(db, dev, 5)
    assert chain(book, name) == made
    assert branches.renamed([]) == []


def test_the_backlog_and_the_ids_of_before(book) -> None:
    first = log.device(book.db)
    assert log.backlog(book.db) == 9
    with book.store.writing() as db:
        log.note_known(db, first, 4)
        second = log.new_device(db)
    assert log.own_chains(book.db) == {first: 4, second: 0}
    assert log.backlog(book.db) == 5
    book.record("note", {"at": clock.to_text(book.now()), "text": "under the new id"})
    assert log.backlog(book.db) == 6
    assert chain(book, second)[0]["seq"] == 1
    with book.store.writing() as db:
        log.note_known(db, first, 9)
        third = log.new_device(db)
    assert log.backlog(book.db) == 1
    assert set(log.own_chains(book.db)) == {first, second, third}


def test_what_can_be_taken_back_is_only_of_the_present_id(book) -> None:
    from lsa_tui.daybook import entries
    from lsa_tui.errors import NothingToUndo

    book.record("note", {"at": clock.to_text(book.now()), "text": "last"})
    with book.store.writing() as db:
        log.new_device(db)
    with pytest.raises(NothingToUndo):
        entries.undo(book)
    book.record("note", {"at": clock.to_text(book.now()), "text": "newest"})
    assert entries.undo(book).entry["text"] == "newest"
    assert log.backlog(book.db) == 10
