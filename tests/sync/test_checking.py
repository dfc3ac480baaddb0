"""A shared store of each kind looked at as a whole: what is wrong is found, named, and mended by what is proposed."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from lsa_tui import clock
from lsa_tui.daybook import erasing, notes
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.health import SYNC, Finding
from lsa_tui.errors import LsaError
from lsa_tui.records import log, read
from lsa_tui.sync import checking, checking_file, local
from lsa_tui.sync.run import sync
from lsa_tui.sync.sqlite_file import SqliteFile
from lsa_tui.vault import cipher

PASS = "two red buckets"
KINDS = ["file", "encrypted file", "folder", "encrypted folder", "server"]


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, bool]:
    """The kind of a store, its URL, and whether its homes are encrypted."""
    kind, encrypted = request.param.split()[-1], request.param.startswith("encrypted")
    if encrypted:
        monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    if kind == "server":
        cluster = request.getfixturevalue("postgres")
        return kind, cluster.url(cluster.database().split("/")[3].partition("?")[0]), False
    (tmp_path / "share").mkdir()
    place = tmp_path / "share" / ("school.db" if kind == "file" else "school")
    return kind, f"{'sqlite' if kind == 'file' else 'folder'}:///{place}", encrypted


@pytest.fixture
def one(homes, store) -> Book:
    book = homes("jt", encrypted=store[2])
    book.config.save(shared_url=store[1])
    return book


def wrong(book: Book) -> list[Finding]:
    return [one for one in checking.examine(book) if not one.well]


def names(found: list[Finding]) -> set[str]:
    return {one.name for one in found}


def mended(book: Book) -> None:
    """What `lsa doctor --repair` does with what is found there; a second sync may be needed by a folder."""
    checking.mend(book)
    with suppress(LsaError):
        sync(book)
    sync(book)


def write(book: Book, number: int = 30) -> None:
    with book.step():
        for n in range(number):
            notes.note(book, f"Sat {n} {'and read ' * (n % 20)}")


def place_of(url: str) -> Path:
    return Path(url.split("///")[1])


def texts(book: Book) -> list[str]:
    return sorted(str(one["text"]) for one in read.of_kind(book.db, "note"))


def test_a_store_that_is_well_has_nothing_wrong(one: Book, homes, store) -> None:
    first = checking.examine(one)
    assert [found.well for found in first] == [True]
    assert "not there yet" in first[0].says
    write(one)
    sync(one)
    assert wrong(one) == []
    assert {"shared", "shared log"} <= names(checking.examine(one))
    two = homes("lp", encrypted=store[2])
    two.config.save(shared_url=store[1])
    sync(two)
    write(two, 3)
    found = {one.name: one.says for one in checking.examine(two)}
    assert "send 3 changes and bring 0" in found["to share"]
    assert "password" not in repr(checking.examine(two))


def test_looking_changes_nothing_there_nor_here(one: Book, store, everything) -> None:
    write(one)
    sync(one)
    before = everything(one)
    files = {}
    if store[0] != "server":
        root = place_of(store[1]).parent
        files = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in root.rglob("*") if file.is_file()}
    checking.examine(one)
    assert everything(one) == before
    for file, state in files.items():
        assert (file.read_bytes(), file.stat().st_mtime_ns) == state
    if files:
        assert {file for file in root.rglob("*") if file.is_file()} == set(files)
    assert not (one.paths.data_folder / "checking").exists()


def test_a_store_that_is_gone_is_found_and_made_anew(one: Book, store, request) -> None:
    write(one)
    sync(one)
    if store[0] == "server":
        cluster, base = request.getfixturevalue("postgres"), store[1].split("/")[3].partition("?")[0]
        for table in ("change", "meta"):
            cluster.run(f"DROP TABLE lsa_{table}", base)
    elif store[0] == "file":
        place_of(store[1]).unlink()
    else:
        for file in place_of(store[1]).rglob("*.lsa"):
            file.unlink()
    found = wrong(one)
    assert [one.does for one in found] == [SYNC]
    assert "gone" in found[0].says
    mended(one)
    assert wrong(one) == []


def test_out_of_reach_is_a_finding_and_no_error(one: Book, store, request, tmp_path) -> None:
    write(one)
    sync(one)
    if store[0] == "server":
        from lsa_tui.address import parse

        one.config.save(shared_url="postgresql://teacher:geheim@127.0.0.1:1/school?connect_timeout=2")
        assert parse(one.config["shared.url"]).name == "127.0.0.1:1/school"
    else:
        (tmp_path / "share").rename(tmp_path / "away")
    found = wrong(one)
    assert len(found) == 1
    assert (found[0].name, found[0].does) == ("shared", "")
    assert "geheim" not in repr(found)


def test_a_wrong_url_is_a_finding(homes) -> None:
    book = homes("jt")
    assert checking.examine(book) == []
    assert names(checking.examine(book, "sqlite:///school.db")) == {"shared"}


@pytest.mark.parametrize("store", ["file", "encrypted file", "folder", "encrypted folder"], indirect=True)
@pytest.mark.parametrize("seed", range(4))
def test_flips_and_cuts_are_found_and_mended(one: Book, homes, store, seed: int) -> None:
    """All files of the store, one byte of one of them altered; then the store holds again what the devices hold."""
    write(one, 120)
    sync(one)
    two = homes("lp", encrypted=store[2])
    two.config.save(shared_url=store[1])
    sync(two)
    write(two, 40)
    sync(two)
    sync(one)
    chance = random.Random(seed)
    place = place_of(store[1])
    files = [place] if store[0] == "file" else sorted(place.rglob("*.lsa"))
    file = chance.choice([each for each in files if each.stat().st_size > 500])
    data = bytearray(file.read_bytes())
    if seed == 3:
        data = data[: len(data) // 2]
    else:
        # Where words stand: a plain file has bytes that mean nothing, and may be altered without anybody's loss.
        at = data.find(b"Sat ") + 1 if store == ("file", store[1], False) else len(data) // 2 + chance.randrange(100)
        data[at] ^= 4
    file.write_bytes(bytes(data))
    found = wrong(one)
    assert found, "it was not seen"
    assert SYNC in {one.does for one in found}, found
    mended(one)
    sync(two)
    sync(one)
    assert [each for each in wrong(one) if each.name != "set aside"] == []
    assert texts(one) == texts(two)
    assert log.backlog(one.db) == log.backlog(two.db) == 0


FILE_DAMAGE: dict[str, tuple[str, ...]] = {
    "heads off": ("UPDATE head SET seq = seq - 2",),
    "heads gone": ("DELETE FROM head",),
    "a head too far": ("UPDATE head SET seq = seq + 3",),
    "rows gone": ("DELETE FROM change WHERE seq BETWEEN 4 AND 6",),
    "words altered": ("UPDATE change SET body = replace(body, 'Sat', 'Bit') WHERE seq = 7",),
    "emptied": ("UPDATE change SET body = NULL, salt = NULL WHERE seq = 7",),
    "no log": ("DROP TABLE change",),
    "no facts": ("DELETE FROM meta",),
}


@pytest.mark.parametrize("store", ["file", "encrypted file"], indirect=True)
@pytest.mark.parametrize("how", FILE_DAMAGE)
def test_a_file_that_was_altered_with_other_tools(one: Book, store, how: str) -> None:
    write(one)
    sync(one)
    assert wrong(one) == []
    with opened(one, store[1]) as db:
        for guard in ("change_stays", "change_is_immutable"):
            db.execute_sql(f"DROP TRIGGER {guard}")
        for statement in FILE_DAMAGE[how]:
            db.execute_sql(statement)
        for guard in checking_file.GUARDS.values() if how != "no log" else ():
            db.execute_sql(guard)
    assert SYNC in {one.does for one in wrong(one)}, wrong(one)
    mended(one)
    assert [each for each in wrong(one) if each.name != "set aside"] == []


@pytest.mark.parametrize("store", ["file", "encrypted file"], indirect=True)
def test_a_page_that_no_chain_reads_is_looked_at_too(one: Book, store) -> None:
    write(one, 200)
    sync(one)
    with opened(one, store[1]) as db:
        page = db.execute_sql("SELECT rootpage FROM sqlite_master WHERE name = 'change_uid'").fetchone()[0]
        size = int(db.execute_sql("PRAGMA page_size").fetchone()[0])  # SQLCipher says it as a text
    data, at = bytearray(place_of(store[1]).read_bytes()), (page - 1) * size
    data[at + 3 : at + 12] = bytes(9)
    place_of(store[1]).write_bytes(bytes(data))
    assert "damaged" in wrong(one)[0].says
    mended(one)
    assert [each for each in wrong(one) if each.name != "set aside"] == []


@pytest.mark.parametrize("store", ["file", "encrypted file"], indirect=True)
@pytest.mark.parametrize("how", ["gone", "weakened"])
def test_rules_of_a_file_that_are_gone_are_put_back(one: Book, store, how: str) -> None:
    write(one)
    sync(one)
    with opened(one, store[1]) as db:
        db.execute_sql("DROP TRIGGER change_stays")
        if how == "weakened":
            db.execute_sql("CREATE TRIGGER change_stays BEFORE DELETE ON change WHEN 0 BEGIN SELECT 1; END")
    found = wrong(one)
    assert "change_stays" in found[0].says
    mended(one)
    assert wrong(one) == []
    assert not list(place_of(store[1]).parent.glob("*.damaged-*")), "nothing was damaged"


class opened:
    """The shared file with other tools."""

    def __init__(self, book: Book, url: str) -> None:
        from lsa_tui.sync import keys

        held = [one for one in keys.held(book) if one.place == str(place_of(url))]
        key, page = (held[0].key, held[0].page) if held else (None, None)
        self.db = cipher.connect(str(place_of(url)), key, [], page=page)

    def __enter__(self):
        self.db.connect()
        return self.db

    def __exit__(self, *_: object) -> None:
        self.db.close()


@pytest.mark.parametrize("store", ["server"], indirect=True)
def test_a_server_that_was_altered_with_other_tools(one: Book, store, request) -> None:
    cluster, base = request.getfixturevalue("postgres"), store[1].split("/")[3].partition("?")[0]
    write(one)
    sync(one)
    cluster.run("UPDATE lsa_change SET body = replace(body, 'Sat', 'Bit') WHERE seq = 7", base)
    assert SYNC in {one.does for one in wrong(one)}
    mended(one)
    assert [each for each in wrong(one) if each.name != "set aside"] == []
    aside = [each.says for each in checking.examine(one) if each.name == "set aside"]
    assert len(aside) == 1
    assert "lsa_change_damaged_" in aside[0]


# Once a week


def later(book: Book, monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    monkeypatch.setenv("LSA_NOW", clock.to_text(book.now() + timedelta(days=days)))


@pytest.mark.parametrize("store", ["encrypted file"], indirect=True)
def test_all_of_it_is_read_once_a_week(one: Book, store, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    before = SqliteFile.wrong

    def counted(self: SqliteFile, scratch: Path) -> list[str]:
        looked.append(1)
        return before(self, scratch)

    monkeypatch.setattr(SqliteFile, "wrong", counted)
    write(one)
    for days in (0, 3, 3, 1.1, 1, -400, 1):
        later(one, monkeypatch, days)
        sync(one)
    assert len(looked) == 2, "after the week, and when the clock was set back"


@pytest.mark.parametrize("store", ["file", "folder"], indirect=True)
def test_what_the_week_finds_is_said_and_mended_by_the_next_sync(
    one: Book, store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(one, 200)
    sync(one)
    file = place_of(store[1]) if store[0] == "file" else max(place_of(store[1]).rglob("*.lsa"), key=os.path.getsize)
    data = bytearray(file.read_bytes())
    at = data.find(b"Sat ") + 1 if store[0] == "file" else len(data) - 9
    data[at] ^= 4
    facts = file.stat()
    file.write_bytes(bytes(data))
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # nobody can see it from outside
    later(one, monkeypatch, 8)
    notes_said = " ".join((*said(one), *said(one)))
    assert "damaged" in notes_said or "not whole" in notes_said or "missing" in notes_said
    sync(one)
    assert [each for each in wrong(one) if each.name != "set aside"] == []


def said(book: Book) -> tuple[str, ...]:
    return sync(book).notes


# What is around it


@pytest.mark.parametrize("store", ["file"], indirect=True)
def test_what_was_set_aside_before_an_erasure_is_named_until_it_is_deleted(one: Book, store) -> None:
    one.config.save(person_role="teacher")
    note = notes.note(one, "Zerased")
    write(one)
    sync(one)
    place = place_of(store[1])
    data = bytearray(place.read_bytes())
    at = data.find(b"Sat ")
    data[at] ^= 4
    place.write_bytes(bytes(data))
    mended(one)
    kept = next(place.parent.glob("*.damaged-*"))
    assert b"Zerased" in kept.read_bytes()
    hour_ago = time.time() - 3600
    os.utime(kept, (hour_ago, hour_ago))
    assert "set aside" not in names(wrong(one))
    erasing.erase_rows(one, [note.id], "about the wrong child")
    assert kept.name in " ".join(sync(one).notes)
    assert "set aside" in names(wrong(one))
    kept.unlink()
    assert wrong(one) == []
    assert sync(one).notes == ()


@pytest.mark.parametrize("store", ["file", "folder"], indirect=True)
def test_a_clock_that_is_wrong_is_named(one: Book, store, monkeypatch: pytest.MonkeyPatch) -> None:
    write(one)
    sync(one)
    real = time.time
    monkeypatch.setattr(checking.time, "time", lambda: real() - 1200)
    found = {each.name: each.says for each in wrong(one)}
    assert "20 minutes ahead of" in found["clock"]
    monkeypatch.setattr(checking.time, "time", lambda: real() + 1200)
    assert "20 minutes behind" in {each.name: each.says for each in wrong(one)}["clock"]


@pytest.mark.parametrize("store", ["file", "encrypted folder", "server"], indirect=True)
def test_a_restored_and_a_copied_device_are_named(one: Book, homes, store, tmp_path: Path) -> None:
    write(one, 3)
    sync(one)
    old = one.store.backup(tmp_path / "stick", "old.db")
    write(one, 5)
    sync(one)
    one.close()
    for end in ("-wal", "-shm"):
        one.paths.database.with_name(f"records.db{end}").unlink(missing_ok=True)
    os.replace(old, one.paths.database)
    back = homes("jt", encrypted=store[2])
    found: dict[str, Callable[..., object]] = {each.name: each for each in checking.examine(back)}
    assert "brought back from a copy" in found["device"].says
    write(back, 2)
    assert "branches" in names(checking.examine(back))
    assert wrong(back) == []
    sync(back)
    assert len(texts(back)) == 10
    assert wrong(back) == []


@pytest.mark.parametrize("store", ["encrypted file"], indirect=True)
def test_a_changed_key_is_a_finding(one: Book, homes, store, monkeypatch: pytest.MonkeyPatch) -> None:
    from lsa_tui.sync import rekeying

    write(one)
    sync(one)
    two = homes("lp", encrypted=True)
    two.config.save(shared_url=store[1])
    sync(two)
    rekeying.rekey(one, lambda: "another join passphrase")
    found = wrong(two)
    assert len(found) == 1
    assert "key" in found[0].says
    assert found[0].does == ""


@pytest.mark.parametrize("store", ["encrypted file"], indirect=True)
def test_its_file_of_keys_damaged(one: Book, store) -> None:
    write(one)
    sync(one)
    keys = place_of(store[1]).with_name("school.db.keys")
    keys.write_text(keys.read_text()[:100])
    checking.examine(one)
    sync(one)
    assert wrong(one) == []


@pytest.mark.parametrize("store", ["file"], indirect=True)
def test_the_last_trouble_is_told_until_a_sync_completes(one: Book, store) -> None:
    write(one)
    sync(one)
    with one.store.writing() as db:
        local.note_trouble(db, str(place_of(store[1])), "the disk is full")
    assert "the disk is full" in {each.says for each in wrong(one)}
    sync(one)
    assert wrong(one) == []


def test_a_week_is_a_week(homes) -> None:
    book = homes("jt")
    now = book.now()
    for days, expected in ((0, False), (6.9, False), (7, True), (-8, True)):
        at = clock.to_text(now - timedelta(days=days))
        memory = local.Memory("id", "name", False, deep_checked_at=at)
        assert checking.due(book, memory) is expected
    assert checking.due(book, local.Memory("id", "name", False)) is False
