"""The log and its fold: immutable, numbered, chained; tables that can be thrown away and made again."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homes import new_book
from lsa_tui.daybook import behaviours, entries, events, marks, names, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, NothingToUndo
from lsa_tui.records import fold, log, read
from lsa_tui.records.fold import Seen


def tables(book: Book) -> list[tuple[Any, ...]]:
    return list(book.db.execute_sql("SELECT * FROM record ORDER BY uid"))


def chain(book: Book) -> list[tuple[int, str]]:
    dev = log.device(book.db)
    return list(book.db.execute_sql("SELECT seq, chain FROM change WHERE dev = ? ORDER BY seq", (dev,)))


@pytest.fixture
def book(tmp_path: Path) -> Any:
    made = new_book(tmp_path)
    yield made
    made.close()


def test_changes_are_numbered_without_gaps_and_chained(book: Book) -> None:
    for letter in "cchk":
        marks.tally(book, letter)
    numbers = [seq for seq, _ in chain(book)]
    assert numbers == list(range(1, len(numbers) + 1))
    previous = log.GENESIS
    names = list(log.Change._meta.sorted_field_names)
    sql = f"SELECT {','.join(names)} FROM change WHERE dev = ? ORDER BY seq"
    for row in book.db.execute_sql(sql, (log.device(book.db),)):
        change = dict(zip(names, row, strict=True))
        assert change["body_hash"] == log.body_hash(change["salt"], change["body"])
        assert change["chain"] == log.chain_hash(previous, change)
        previous = change["chain"]


def test_a_shared_change_can_be_neither_altered_nor_deleted(book: Book) -> None:
    marks.tally(book, "c")
    with book.store.writing():
        log.seal(book.db)
    for sql in ("DELETE FROM change WHERE dev <> 'own'", "UPDATE change SET actor = 'XX'"):
        with pytest.raises(peewee.IntegrityError, match="change"):
            book.db.execute_sql(sql)
    assert chain(book)


def test_correction_and_removal_are_new_changes_and_the_history_is_kept(book: Book) -> None:
    note = notes.note(book, "Red six words alone")
    before = len(chain(book))
    entries.correct(book, note.id, {"text": "Read six words alone"})
    removed = entries.remove(book, note.id, "logged twice")
    assert len(chain(book)) == before + 2
    assert removed.removed == "logged twice"
    assert [change["set"] for change in entries.history(book, note.id)][1:] == [
        {"text": "Read six words alone"},
        {"removed": "logged twice"},
    ]
    assert entries.of_days(book, book.today(), book.today()) == []


def test_a_hundred_recordings_are_undone_and_redone_across_a_restart(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    start = tables(book)
    for n in range(120):
        marks.tally(book, "chs"[n % 3])
    full = tables(book)
    book.close()
    book = new_book(tmp_path, tiles=False, pupil=None)
    for _ in range(120):
        assert entries.undo(book).says.startswith("K7 ")
    assert tables(book) == start
    book.close()
    book = new_book(tmp_path, tiles=False, pupil=None)
    for _ in range(120):
        entries.redo(book)
    assert tables(book) == full
    with pytest.raises(NothingToUndo):
        entries.redo(book)
    book.close()


def test_undo_reaches_every_kind_of_recording(book: Book) -> None:
    before = tables(book)
    done = [
        lambda: marks.tally(book, "c", 3),
        lambda: marks.tally(book, "p"),
        lambda: marks.tally(book, "o"),
        lambda: marks.tally(book, "j", unknown=True),
        lambda: marks.trial(book, "T1", "self"),
        lambda: notes.note(book, "a note !teacher"),
        lambda: events.check(book, "g"),
        lambda: events.incident(book, "asked", "left", "eased"),
        lambda: events.care(book, "food", "half"),
        lambda: events.flag(book, "late"),
        lambda: pupils.add(book, "M2", name="Mo"),
        lambda: behaviours.add(book, "y", "Yawned"),
    ]
    for work in done:
        work()
    for _ in done:
        entries.undo(book)
    assert tables(book) == before


def test_a_new_recording_wipes_what_was_undone(book: Book) -> None:
    notes.note(book, "wrong child canary")
    entries.undo(book)
    marks.tally(book, "c")
    with pytest.raises(NothingToUndo):
        entries.redo(book)
    assert not [body for (body,) in book.db.execute_sql("SELECT body FROM change") if "canary" in (body or "")]
    assert [seq for seq, _ in chain(book)] == list(range(1, len(chain(book)) + 1))


def test_sealing_ends_undo_and_wipes_what_was_undone(book: Book) -> None:
    marks.tally(book, "c")
    notes.note(book, "canary")
    entries.undo(book)
    with book.store.writing():
        log.seal(book.db)
    assert not [body for (body,) in book.db.execute_sql("SELECT body FROM change") if "canary" in (body or "")]
    while True:  # what never leaves the device can still be taken back, nothing else
        try:
            assert entries.undo(book).entry.own
        except NothingToUndo:
            break
    assert len(read.of_kind(book.db, "tally")) == 1


def test_private_marks_have_a_chain_of_their_own_and_no_pupil(book: Book) -> None:
    entry = marks.tally(book, "p", 2)
    assert entry.own
    assert entry.pupil is None
    assert entry["session"] is None
    devices = {dev for (dev,) in book.db.execute_sql("SELECT dev FROM change WHERE row = ?", (entry.id,))}
    assert devices == {log.OWN}
    with book.store.writing():
        log.seal(book.db)
    assert entries.undo(book).entry.id == entry.id, "a private mark is never shared, so it can always be undone"


def sealed(book: Book) -> None:
    with book.store.writing():
        log.seal(book.db)


def told(book: Book) -> list[str]:
    return sorted(one.name for one in names.known(book))


def test_a_name_is_undone_until_a_sync_and_stays_after_it(book: Book) -> None:
    names.add(book, "Zoe Brook", "classmate")
    entries.undo(book)
    assert told(book) == []
    entries.redo(book)
    pupils.add(book, "K7", name="Kai Seven")
    names.take(book, ["Will Hart", "Mona Lund"], "classmate")
    names.forget(book, "Mona Lund")
    praise = marks.tally(book, "p")
    sealed(book)
    assert entries.undo(book).entry.id == praise.id, "a private mark is not a name"
    with pytest.raises(NothingToUndo):
        entries.undo(book)
    marks.tally(book, "c")
    assert told(book) == ["Kai Seven", "Will Hart", "Zoe Brook"]


def test_a_mark_from_before_a_name_does_not_take_the_name_with_it(book: Book) -> None:
    """Both stand in one chain, and taking back cuts its end off."""
    sealed(book)
    marks.tally(book, "p")
    names.add(book, "Zoe Brook", "classmate")
    marks.tally(book, "p")
    pupils.add(book, "M2", name="Mona Lund")
    later = marks.tally(book, "p")
    sealed(book)
    assert entries.undo(book).entry.id == later.id
    with pytest.raises(NothingToUndo):
        entries.undo(book)
    marks.tally(book, "p")
    fold.rebuild(book.db)
    assert told(book) == ["Mona Lund", "Zoe Brook"]
    assert len([one for one in read.of_kind(book.db, "tally") if one.own]) == 3


def test_what_undo_would_take_back_is_said_without_the_name(book: Book) -> None:
    pupils.add(book, "K7", name="Kai Seven")
    assert entries.can_undo(book).says == "name of K7"  # type: ignore[union-attr]
    pupils.add(book, "K7", name="Kit Plainly")
    assert entries.can_undo(book).says == "change of name of K7"  # type: ignore[union-attr]
    names.add(book, "Ann Price", "staff")
    assert entries.can_undo(book).says == "a name of staff"  # type: ignore[union-attr]
    names.take(book, ["Zoe Brook", "Will Hart"], "classmate")
    taken = entries.undo(book)
    assert taken.says == "2 known names, a classmate's name"
    assert taken.json["name"] is None
    entries.redo(book)
    names.forget(book, "zoe brook")
    assert entries.can_undo(book).says == "removal of a classmate's name"  # type: ignore[union-attr]
    for one in (one for kind in log.TOLD for one in read.of_kind(book.db, kind, removed=True)):
        assert str(one["name"]) not in book.line(one) + book.says(one)


def test_a_behaviour_cannot_turn_private_under_its_marks(book: Book) -> None:
    with pytest.raises(LsaError, match="private"):
        behaviours.add(book, "c", None, private=True)


def test_what_a_newer_program_wrote_is_kept_and_understood_later(book: Book, monkeypatch: Any) -> None:
    author = log.Author("JT", "lsa", "Europe/London", "2026-11-24T10:00:00+00:00", 1_800_000_000_000)
    with book.store.writing():
        log.append(book.db, [log.Draft("hologram", "row-1", {"at": "2026-11-24T10:00:00+00:00", "text": "x"})], author)
    assert read.get(book.db, "row-1") is None
    from dataclasses import replace

    from lsa_tui.records.vocabulary import KINDS

    monkeypatch.setitem(KINDS, "hologram", replace(KINDS["tomorrow"], name="hologram"))
    fold.rebuild(book.db)
    assert read.get(book.db, "row-1") is not None


# Hypothesis: the fold is a function of the set of changes


@st.composite
def changes_of_one_row(draw: st.DrawFn) -> list[Seen]:
    made: list[Seen] = []
    for number in range(draw(st.integers(1, 7))):
        known = draw(st.lists(st.sampled_from([one.uid for one in made]), unique=True)) if made else []
        fields = draw(st.sets(st.sampled_from(["text", "score", "removed"]), min_size=1))
        body = {
            "set": {name: draw(st.sampled_from(["a", "b", None])) for name in fields},
            "preds": {name: known for name in fields if known},
        }
        if not made:
            body["set"]["at"] = "2026-11-24T10:00:00+00:00"
        hlc = draw(st.integers(1, 5))
        made.append(
            Seen("r", "note", f"u{number}", hlc, "2026-11-24T10:00:00+00:00", "JT", "school", log.canonical(body))
        )
    return made


@given(changes_of_one_row(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(changes: list[Seen], shuffle: random.Random) -> None:
    expected = fold.merge(changes)
    mixed = list(changes)
    shuffle.shuffle(mixed)
    assert fold.merge(mixed) == expected


@given(changes_of_one_row())
def test_a_value_is_lost_only_where_somebody_saw_it(changes: list[Seen]) -> None:
    """Each field shows or keeps every value that no other change names as seen."""
    import json

    merged = fold.merge(changes)
    assert merged is not None
    row = dict(zip(fold.COLUMNS, merged, strict=True))
    shown = json.loads(row["data"]) | {"removed": row["removed"]}
    kept = json.loads(row["conflict"] or "{}")
    bodies = {one.uid: json.loads(one.body or "{}") for one in changes}
    for uid, body in bodies.items():
        for name, value in body["set"].items():
            if name == "at" or any(uid in other["preds"].get(name, ()) for other in bodies.values()):
                continue
            assert value == shown.get(name) or value in [one["value"] for one in kept[name]]


DEEDS = st.sampled_from(["tally", "praise", "bout", "note", "trial", "correct", "remove", "undo", "redo", "seal"])


@given(st.lists(DEEDS, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rebuilding_gives_the_same_tables(tmp_path_factory: Any, deeds: list[str], pick: random.Random) -> None:
    book = new_book(tmp_path_factory.mktemp("home"))
    for deed in deeds:
        # The first undo may take the tiles, the target or the pupil themselves.
        with contextlib.suppress(NothingToUndo, LsaError):
            _do(book, deed, pick)
    before = tables(book)
    fold.rebuild(book.db)
    assert tables(book) == before
    book.close()


def _do(book: Book, deed: str, pick: random.Random) -> None:
    held = entries.of_days(book, book.today(), book.today())
    texts = [one for one in held if one.kind == "note"]
    if deed == "tally":
        marks.tally(book, "c", unknown=True)
    elif deed == "praise":
        marks.tally(book, "p", unknown=True)
    elif deed == "bout":
        marks.tally(book, pick.choice("ol"), unknown=True)
    elif deed == "note":
        notes.note(book, pick.choice(["Read alone", "Asked for help #T1 8/10"]))
    elif deed == "trial":
        marks.trial(book, "T1", pick.choice(["self", "no"]))
    elif deed == "correct" and texts:
        entries.correct(book, pick.choice(texts).id, {"text": f"again {pick.random()}"})
    elif deed == "remove" and held:
        entries.remove(book, pick.choice(held).id, "by mistake")
    elif deed == "undo":
        entries.undo(book)
    elif deed == "redo":
        entries.redo(book)
    elif deed == "seal":
        with book.store.writing():
            log.seal(book.db)
