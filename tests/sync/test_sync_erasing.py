"""What was erased on one device is in no file of any device after one sync each, whatever order they come in."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from itertools import permutations

import pytest

from bytes_of import files_with
from lsa_tui import clock, config
from lsa_tui.daybook import audit, entries, erasing, health, pupils, repair, restoring
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.opening import open_book
from lsa_tui.daybook.setup import share_with
from lsa_tui.errors import SyncIncomplete
from lsa_tui.paths import Paths, write_whole
from lsa_tui.records import erasures, log, read
from lsa_tui.sync import fetching, moving, run
from lsa_tui.sync.run import sync
from lsa_tui.vault import home
from planting import Planter
from sharing import alter, note

GONE, STAYS = "Zerase", "Zkeeps"
WHY = "left the school"


def well(book: Book) -> None:
    """The log verifies, bodies that are gone included, and the tables are its fold."""
    assert [one.says for one in health.examine(book) if not one.well] == []


def plant(book: Book, code: str, stem: str) -> Planter:
    """A pupil with every kind of record, corrected, moved, removed and conflicting ones, and a name."""
    planter = Planter(stem)
    pupil = pupils.add(book, code, name=f"{planter.word()} Smith", year=planter.word())
    made = planter.all_kinds(book, pupil.id)
    book.revise(made[0], {"text": planter.word()})
    gone = note(book, planter.word(), pupil.id)
    entries.remove(book, gone.id, planter.word())
    return planter


@pytest.fixture
def school(homes, url, tmp_path):
    """Three devices of a school: what is to go stands on each, and more of it, unsent, on the last."""
    a, b, c = (homes(name, pupil=None, role="teacher") for name in "abc")
    words = plant(a, "K7", GONE).words + plant(a, "M2", STAYS).words
    for book in (a, b, c):
        sync(book, url)
    pupils.add(b, "K7", name=f"{GONE}0 Smith")
    note(b, f"{GONE}1 sent", pupils.all_pupils(b)[0].id)
    for book in (b, a, b):
        sync(book, url)  # once more, so that each has a safety copy with it
    for book in (a, b, c):
        saved = book.paths.saved / "2026-11-24-K7-teacher.html"
        write_whole(saved, f"{GONE}2")
        write_whole(saved.with_name("2026-11-24-M2-teacher.html"), f"{STAYS}2")
    words += plant(c, "K7", f"{GONE}c").words
    target = next(one for one in read.of_kind(c.db, "target") if one["text"].startswith(GONE))
    c.revise(target, {"text": f"{GONE}3 offline"})
    for word in words:
        assert files_with(tmp_path, word), f"{word} cannot be found before it is erased"
    return a, b, c


def test_gone_from_every_file_after_one_sync_each(school, url, tmp_path, agree) -> None:
    a, b, c = school
    done = erasing.erase_pupil(a, "k7", WHY)
    assert done.clean
    assert files_with(tmp_path / "a", GONE) == set()
    for book, name in ((a, "a"), (b, "b"), (c, "c")):
        sync(book, url)
        assert files_with(tmp_path / name, GONE) == set()
        assert files_with(tmp_path / "share", GONE) == set()
    assert files_with(tmp_path, GONE) == set()
    assert {"a/records.db", "b/records.db", "c/records.db", "share/school.db"} <= files_with(tmp_path, f"{STAYS}10")
    assert "a/saved/2026-11-24-M2-teacher.html" in files_with(tmp_path, STAYS)
    for book in (a, b):
        sync(book, url)
    agree(a, b, c)
    for book in (a, b, c):
        well(book)
        assert [one["code"] for one in read.of_kind(book.db, "pupil")] == ["M2"]
        assert len(read.of_kind(book.db, "name", removed=True)) == (book is a)
        assert f"of pupil {erasures_pupil(book)}: {WHY}" in audit.entries(book)[-2].about


def erasures_pupil(book: Book) -> str | None:
    return next(one.pupil for one in erasures.held(book.db) if one.pupil)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_in_whatever_order_they_sync(school, url, tmp_path, agree, order) -> None:
    erasing.erase_pupil(school[0], "K7", WHY)
    for number in order * 2:
        sync(school[number], url)
    assert files_with(tmp_path, GONE) == set()
    agree(*school)
    for book in school:
        well(book)


def test_a_shared_file_put_back_from_an_old_copy_is_swept_again(school, url, shared, tmp_path, homes, agree) -> None:
    a, b, c = school
    old = tmp_path.parent / f"{tmp_path.name}-old.db"
    shutil.copy(shared, old)
    erasing.erase_pupil(a, "K7", WHY)
    for book in (a, b, c):
        sync(book, url)
    shutil.copy(old, shared)
    assert files_with(tmp_path, GONE) == {"share/school.db"}
    sync(b, url)
    assert files_with(tmp_path, GONE) == set()
    shutil.copy(old, shared)
    new = homes("d", pupil=None)  # one that joins while the old copy is there, and hears of it later
    sync(new, url)
    sync(c, url)
    sync(new, url)
    assert files_with(tmp_path, GONE) == set()
    for book in (a, b):
        sync(book, url)
    agree(a, b, c, new)
    well(new)


def test_nothing_is_left_in_the_pages_of_a_shared_file_that_grew(homes, url, tmp_path) -> None:
    """Where changes of two devices lie among each other, pages are split, and what was moved leaves its bytes."""
    a, b = homes("a"), homes("b")
    rows = []
    for round_ in range(6):
        for book in (a, b):
            with book.step():
                rows += [note(book, f"{GONE} " + "x" * ((37 * n + 401 * round_) % 1500)).id for n in range(60)]
            sync(book, url)
    sync(a, url)
    erasing.erase_rows(a, rows, "retention schedule")
    sync(a, url)
    assert files_with(tmp_path / "share", GONE) == set()


def test_one_record_with_its_answers_and_its_history(homes, url, tmp_path, agree) -> None:
    a, b = homes("a", role="teacher"), homes("b", "A", role="teacher")
    said = note(a, f"{GONE} first")
    book_of = {"a": a, "b": b}
    problem = a.record("problem", {"at": clock.to_text(a.now()), "text": f"{GONE} raised", "note": said.id})
    for book in (a, b):
        sync(book, url)
    b.record("reply", {"at": clock.to_text(b.now()), "text": f"{GONE} answer", "problem": problem.id})
    note(b, f"{STAYS} another")
    sync(b, url)
    entries.correct(b, said.id, {"text": f"{GONE} edited and not sent"})
    sync(a, url)
    assert erasing.erase_rows(a, [said.id], "about the wrong child").records == 3
    for name in ("a", "b", "a"):
        sync(book_of[name], url)
    assert files_with(tmp_path, GONE) == set()
    agree(a, b)
    for book in (a, b):
        well(book)
        assert [one["text"] for one in read.of_kind(book.db, "note")] == [f"{STAYS} another"]


def test_what_was_written_after_it_by_somebody_who_had_not_seen_it(homes, url, tmp_path, agree, monkeypatch) -> None:
    a, b = homes("a", role="teacher"), homes("b", role="teacher", pupil=None)
    for book in (a, b):
        sync(book, url)
    start = a.now()
    erasing.erase_pupil(a, "K7", WHY)
    for days in (1, 3000, -400):
        monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(days=days)))
        note(b, f"{GONE} {days}")
        if days == 1:
            sync(b, url)  # before the erasure left its device
    monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(days=2)))
    sync(a, url)
    # What was sent before the erasure left its device cannot have been written in sight of it.
    assert files_with(tmp_path / "a", GONE) == files_with(tmp_path / "share", GONE) == set()
    for book in (b, a):
        sync(book, url)
    assert files_with(tmp_path, GONE) == set()
    agree(a, b)


# Another K7, added in sight of the erasure, stays; whatever became of the sync, the store, or a home


def heard_and_came_again(book: Book, url: str) -> None:
    """A device that hears of the erasure of K7 and adds another one, with a target and a note."""
    sync(book, url)
    assert pupils.all_pupils(book) == []
    pupils.add(book, "K7", name=f"{STAYS} Jones")
    pupils.use(book, "K7")
    pupils.add_item(book, "target", "T1", f"{STAYS} reads a line")
    note(book, f"{STAYS} said the new one")


def has_the_new_one(*books: Book) -> None:
    for book in books:
        assert [one["code"] for one in pupils.all_pupils(book)] == ["K7"]
        assert [one["text"] for one in read.of_kind(book.db, "note")] == [f"{STAYS} said the new one"]
        assert [one["text"] for one in read.of_kind(book.db, "target")] == [f"{STAYS} reads a line"]
        well(book)


@pytest.fixture
def pair(homes, url) -> tuple[Book, Book]:
    """Two teachers who share K7."""
    a, b = homes("a", role="teacher", pupil=None), homes("b", role="teacher", pupil=None)
    pupils.add(a, "K7", name=f"{GONE} Smith")
    pupils.use(a, "K7")
    note(a, f"{GONE} said the first one")
    for book in (a, b, a):
        sync(book, url)
    return a, b


def test_after_a_sync_that_arrived_and_did_not_end(pair, url, monkeypatch, tmp_path, agree) -> None:
    a, b = pair
    erasing.erase_pupil(a, "K7", WHY)

    def lost(*_: object) -> None:
        raise SyncIncomplete("the share went away")

    with monkeypatch.context() as away, pytest.raises(SyncIncomplete):
        away.setattr(run._Run, "read_back", lost)
        sync(a, url)
    heard_and_came_again(b, url)
    for book in (b, a, b):
        sync(book, url)
    has_the_new_one(a, b)
    assert files_with(tmp_path, GONE) == set()
    agree(a, b)


def test_at_another_address(pair, url, tmp_path, agree) -> None:
    a, b = pair
    erasing.erase_pupil(a, "K7", WHY)
    sync(a, url)
    b.config.save(shared_url=url)
    heard_and_came_again(b, url)
    new = f"sqlite:///{tmp_path}/share/new.db"
    moving.move(b, new)
    share_with(a, new)
    sync(a, new)
    sync(b, new)
    has_the_new_one(a, b)
    agree(a, b)


def test_after_a_repair_of_the_home(pair, url, tmp_path) -> None:
    _, b = pair
    erasing.erase_pupil(b, "K7", WHY)
    heard_and_came_again(b, url)
    place = b.paths
    b.close()
    repair.remake(place, None)
    again = open_book(place)
    has_the_new_one(again)
    assert [one["name"] for one in read.of_kind(again.db, "name")] == [f"{STAYS} Jones"]
    again.close()
    assert files_with(tmp_path / "b", GONE) == set()


@pytest.mark.parametrize("heard", [False, True])
def test_after_a_copy_of_before_was_put_back(pair, url, tmp_path, agree, heard) -> None:
    a, b = pair
    copy = tmp_path / "copy.db"
    a.db.execute_sql(f"VACUUM INTO '{copy}'")
    erasing.erase_pupil(a, "K7", WHY)
    sync(a, url)
    heard_and_came_again(b, url)
    sync(b, url)
    if heard:
        sync(a, url)
    place = a.paths
    a.close()
    restoring.restore(place, None, copy)
    copy.unlink()
    a = open_book(place)
    assert read.of_kind(a.db, "note") == []
    assert files_with(tmp_path / "a", GONE) == set()
    pupils.add(a, "K7", name=f"{STAYS} Jones")  # and of the new one this device is told, too
    for book in (a, b, a):
        sync(book, url)
    has_the_new_one(a, b)
    assert [one["name"] for one in read.of_kind(a.db, "name")] == [f"{STAYS} Jones"]
    agree(a, b)
    a.close()


# What was recorded in sight of erased words goes also where whoever wrote it is never seen again


def test_a_correction_by_a_device_that_is_lost(pair, url, tmp_path, monkeypatch, homes, agree) -> None:
    """Its beginning was erased by a sync that could not send; then nothing says any more of whom it is."""
    a, b = pair
    erasing.erase_pupil(a, "K7", WHY)
    target = pupils.add_item(b, "target", "T1", f"{GONE} at first")
    sync(b, url)

    def lost(*_: object) -> None:
        raise SyncIncomplete("the share went away")

    with monkeypatch.context() as away, pytest.raises(SyncIncomplete):
        away.setattr(run._Run, "push", lost)
        sync(a, url)
    b.revise(target, {"text": f"{GONE} later"})
    sync(b, url)
    b.close()
    c = homes("c", role="teacher", pupil=None)
    for book in (a, c, a):
        sync(book, url)
    assert {one for one in files_with(tmp_path, GONE) if not one.startswith("b/")} == set()
    for book in (a, c):
        assert read.of_kind(book.db, "target") == []
        well(book)
    agree(a, c)


@pytest.mark.parametrize("chunk", [1, 20_000])
def test_what_has_a_key_and_was_changed_by_somebody_who_had_not_heard(
    homes, url, tmp_path, agree, monkeypatch, chunk
) -> None:
    """Its beginning is erased before, by a third person: its later words do not say any more of whom they are."""
    other = f"sqlite:///{tmp_path}/share/other.db"
    b = homes("b", role="teacher")
    # Chains come in the order of their names: the erasure that carries on comes before the one that it carries on.
    c, a = sorted((homes(name, role="teacher", pupil=None) for name in "ac"), key=lambda one: log.device(one.db))
    for book in (a, b, c, a):
        sync(book, url)
    target = pupils.add_item(b, "target", "T1", f"{GONE} at first")
    later = a.now() + timedelta(minutes=1)
    monkeypatch.setenv("LSA_NOW", clock.to_text(later))
    erasing.erase_pupil(a, "K7", WHY)
    sync(a, url)
    sync(c, url)
    monkeypatch.setenv("LSA_NOW", clock.to_text(later + timedelta(minutes=1)))
    b.revise(target, {"text": f"{GONE} later"})
    sync(b, other)
    sync(c, other)
    assert len(list(erasures.held(c.db))) == 2
    monkeypatch.setattr(fetching, "CHUNK", chunk)
    for book in (b, c, a):
        sync(book, other)
    for book in (a, b, c):
        sync(book, url)
        well(book)
    assert files_with(tmp_path, GONE) == set()
    agree(a, b, c)


@pytest.mark.parametrize("fast", [0, 3000])
def test_another_pupil_may_come_under_the_same_code(homes, url, tmp_path, agree, monkeypatch, fast) -> None:
    a, b, c = homes("a", role="teacher"), homes("b", role="teacher", pupil=None), homes("c", pupil=None, role="teacher")
    for book in (a, b, c):
        sync(book, url)
    note(c, f"{GONE} not sent")
    start = a.now()
    monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(days=fast)))
    erasing.erase_pupil(a, "K7", WHY)
    sync(a, url)
    monkeypatch.setenv("LSA_NOW", clock.to_text(start))
    sync(b, url)
    pupils.add(b, "K7", name=f"{STAYS} Jones")
    note(b, f"{STAYS} said the new one")
    for book in (b, a, c, b, a):
        sync(book, url)
    for book in (a, b, c):
        assert [one["text"] for one in read.of_kind(book.db, "note")] == [f"{STAYS} said the new one"]
        assert [one["code"] for one in pupils.all_pupils(book)] == ["K7"]
        well(book)
    assert files_with(tmp_path, GONE) == set()
    agree(a, b, c)


def test_what_was_moved_to_another_pupil_is_theirs(homes, url) -> None:
    book = homes("a")
    other = pupils.add(book, "M2")
    moved, moved_in = note(book, "was about M2 all along"), note(book, f"{GONE} about K7", other.id)
    entries.move(book, moved.id, other.id)
    entries.move(book, moved_in.id, book.pupil("K7"))
    sync(book, url)
    erasing.erase_pupil(book, "K7", WHY)
    sync(book, url)
    assert [one["text"] for one in read.of_kind(book.db, "note")] == ["was about M2 all along"]
    well(book)


def test_an_encrypted_home_and_store(homes, url, tmp_path, monkeypatch) -> None:
    """The same over the decrypted pages: what is gone is gone from free pages, too."""
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "four words of a store")
    made = {}
    for name in "ab":
        paths = Paths(tmp_path / name, tmp_path / name)
        paths.make()
        key = home.create(paths, f"the passphrase of {name}").key
        settings = config.Config(paths.config)
        settings.values |= {"person.initials": name.upper(), "person.role": "teacher"}
        made[name] = (Book(paths, settings, key), key)
    a, b = made["a"][0], made["b"][0]
    plant(a, "K7", GONE)
    plant(a, "M2", STAYS)
    for book in (a, b, a):
        sync(book, url)
    note(b, f"{GONE} not sent", pupils.all_pupils(b)[0].id)
    for name, (_, key) in made.items():
        assert files_with(tmp_path / name, GONE, key=key)
        assert files_with(tmp_path / name, GONE) == set()
    erasing.erase_pupil(a, "K7", WHY)
    for name, (book, key) in made.items():
        sync(book, url)
        assert files_with(tmp_path / name, GONE, key=key) == set()
        assert "records.db" in files_with(tmp_path / name, STAYS, key=key)
        well(book)
    shared_key = next(
        bytes.fromhex(found)
        for (value,) in a.db.execute_sql("SELECT value FROM meta WHERE key LIKE 'shared_key:%'")
        if (found := _hex_in(value))
    )
    assert files_with(tmp_path / "share", STAYS, key=shared_key) == {"school.db"}
    assert files_with(tmp_path / "share", GONE, key=shared_key) == set()
    for book, _ in made.values():
        book.close()


def _hex_in(value: str) -> str:
    import base64
    import json

    found = json.loads(value)
    for one in found.values():
        if isinstance(one, str):
            for decode in (bytes.fromhex, base64.b64decode):
                try:
                    raw = decode(one)
                except ValueError:
                    continue
                if len(raw) == 32:
                    return raw.hex()
    return ""


# What is believed


def test_a_body_that_no_erasure_names_is_missed(homes, url, shared) -> None:
    a = homes("a")
    said = note(a, "kept")
    note(a, "after it")
    sync(a, url)
    alter(shared, f"UPDATE change SET body = NULL, salt = NULL WHERE row = '{said.id}'")  # the guard lets that through
    b = homes("b", pupil=None)
    with pytest.raises(SyncIncomplete, match=r"change 2 of device \w+ was emptied by no erasure"):
        sync(b, url)
    assert read.of_kind(b.db, "note") == []
    erasing.erase_rows(a, [said.id], "about the wrong child")
    sync(a, url)
    assert sync(b, url).verified
    assert [one["text"] for one in read.of_kind(b.db, "note")] == ["after it"]
    well(b)


def test_an_erasure_behind_a_damaged_change_is_not_believed_either(homes, url, shared) -> None:
    a = homes("a")
    first, second = note(a, "first"), note(a, "second")
    sync(a, url)
    erasing.erase_rows(a, [first.id], "about the wrong child")
    sync(a, url)
    alter(shared, f"UPDATE change SET body = NULL, salt = NULL WHERE row = '{second.id}'")
    b = homes("b", pupil=None)
    with pytest.raises(SyncIncomplete, match="emptied by no erasure"):
        sync(b, url)
    assert log.read_heads(b.db).get(log.device(a.db), (0, ""))[0] == 1  # the pupil alone
    well(b)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET body = 'other'",
        "UPDATE change SET body = NULL",
        "UPDATE change SET body = NULL, salt = NULL, actor = 'XX'",
        "UPDATE change SET body = NULL, salt = NULL WHERE op = 'redact'",
        "DELETE FROM change",
    ],
)
def test_the_guard_of_both_logs_lets_a_body_go_and_nothing_else(homes, url, shared, statement) -> None:
    book = homes("a")
    said = note(book, "words")
    sync(book, url)
    erasing.erase_rows(book, [said.id], "about the wrong child")
    sync(book, url)
    for path in (shared, book.paths.database):
        with pytest.raises(sqlite3.IntegrityError, match="change"):
            alter(path, statement)


def test_a_shared_file_of_the_first_release_is_swept_too(homes, url, shared, tmp_path) -> None:
    book = homes("a")
    said = note(book, f"{GONE} words")
    sync(book, url)
    old = (
        "CREATE TRIGGER change_is_immutable BEFORE UPDATE ON change "
        "BEGIN SELECT RAISE(ABORT, 'a change cannot be altered'); END"
    )
    alter(shared, "DROP TRIGGER change_is_immutable", old)
    erasing.erase_rows(book, [said.id], "about the wrong child")
    sync(book, url)
    assert files_with(tmp_path, GONE) == set()


def test_a_store_that_cannot_be_swept_is_said(homes, url, shared, tmp_path) -> None:
    book = homes("a")
    said = note(book, f"{GONE} words")
    sync(book, url)
    old = shared.read_bytes()
    erasing.erase_rows(book, [said.id], "about the wrong child")
    sync(book, url)
    shared.write_bytes(old)
    alter(shared, "CREATE TRIGGER nobody BEFORE UPDATE OF body ON change BEGIN SELECT RAISE(ABORT, 'readonly'); END")
    with pytest.raises(SyncIncomplete, match="what was erased may still stand in it, and the next sync tries again"):
        sync(book, url)
    alter(shared, "DROP TRIGGER nobody")
    sync(book, url)
    assert files_with(tmp_path, GONE) == set()


def test_the_audit_and_the_names_never_leave(homes, url, shared) -> None:
    book = homes("a")
    pupils.add(book, "K7", name="Zkeeps Smith")
    audit.note(book, "export", "Zkeeps.jsonl")
    sync(book, url)
    assert files_with(shared.parent, "Zkeeps", "audit") == set()
    assert log.AUDIT not in log.read_heads(book.db)
