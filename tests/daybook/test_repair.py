"""Damaged records are made anew of all that holds a part of them: nothing that anybody holds is lost, nothing that was
taken back or erased returns, and a kill on the way leaves the home as before or repaired."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from filelock import FileLock

import damaging
from bytes_of import files_with
from damaging import Home, flip, make, one_file, share, texts, write
from homes import acting
from lsa_tui.daybook import chains, entries, erasing, notes, repair
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.records import log, read
from lsa_tui.sync import local
from lsa_tui.sync.run import sync
from lsa_tui.vault import change, home, switching
from processes import COUNTED

BOTH = pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])


@pytest.fixture(autouse=True)
def a_join_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", damaging.PASSPHRASE)


def with_tools(place: Home, *statements: str) -> None:
    book = place.open()
    for guard in ("change_stays", "change_is_immutable"):
        book.db.execute_sql(f"DROP TRIGGER IF EXISTS {guard}")
    for one in statements:
        book.db.execute_sql(one)
    book.close()


def emptied(place: Home) -> None:
    one_file(place)
    place.paths.database.write_bytes(b"")


def gone(place: Home) -> None:
    one_file(place)
    place.paths.database.unlink()


def cut(place: Home) -> None:
    data = one_file(place)
    place.paths.database.write_bytes(bytes(data[: len(data) // 2 + 77]))


def overwritten(place: Home) -> None:
    data = one_file(place)
    place.paths.database.write_bytes(b"not a database at all\n" * (len(data) // 22))


def first_page(place: Home) -> None:
    data = one_file(place)
    data[16:300] = os.urandom(284)
    place.paths.database.write_bytes(bytes(data))


def beginning(place: Home) -> None:
    data = one_file(place)
    data[:300] = os.urandom(300)
    place.paths.database.write_bytes(bytes(data))


# What each damage leaves of what stands in this home alone: all of it, or what the copy and the shared file hold.
WAYS: dict[str, tuple[Callable[[Home], None], bool]] = {
    "gone": (gone, False),
    "emptied": (emptied, False),
    "overwritten": (overwritten, False),
    "the first page": (first_page, True),
    "its beginning": (beginning, True),
    "no log": (lambda place: with_tools(place, "DROP TABLE change"), False),
    "no heads": (lambda place: with_tools(place, "DROP TABLE head"), True),
    "no facts": (lambda place: with_tools(place, "DROP TABLE meta"), True),
    "no tables": (lambda place: with_tools(place, "DROP TABLE record", "DROP TABLE mine"), True),
    "changes taken out": (
        lambda place: with_tools(place, "DELETE FROM change WHERE dev <> 'own' AND seq BETWEEN 3 AND 9"),
        True,
    ),
    "words altered": (
        lambda place: with_tools(place, "UPDATE change SET body = replace(body, 'shared', 'shored') WHERE seq = 5"),
        True,
    ),
}


@BOTH
@pytest.mark.parametrize("how", WAYS)
def test_what_anybody_holds_is_there_again(tmp_path: Path, encrypted: bool, how: str) -> None:
    place = make(tmp_path, encrypted)
    before, own = place.facts()
    damage, all_of_it = WAYS[how]
    damage(place)
    assert repair.REMAKE_NAME in place.wrong().values(), place.wrong()
    done = repair.remake(place.paths, place.key, share)
    after, own_after = place.facts()
    missing = set(before) - set(after)
    assert set(after) <= set(before)
    assert len(after) == len(set(after))
    if all_of_it:
        assert not missing
        assert own_after == own
    else:
        # Only what stood nowhere else: not what was shared, nor what is in the copy.
        assert {one.split()[0] for one in missing} == {"here"}
        assert own_after == own - 1
    assert place.wrong() == {}
    if how not in ("gone", "emptied"):
        assert done.kept is not None
        assert done.kept.stat().st_mode & 0o077 == 0
    book = place.open()
    other = damaging.Home(place.paths, place.key, place.url)
    sync(book)
    assert log.backlog(book.db) == 0
    book.close()
    assert other.wrong() == {}


@BOTH
@pytest.mark.parametrize("seed", range(6))
def test_pages_that_are_damaged_lose_what_stood_in_them_alone(tmp_path: Path, encrypted: bool, seed: int) -> None:
    place = make(tmp_path, encrypted, shared=60, copied=60, more=60)
    before, _ = place.facts()
    flip(place, 12, seed)
    assert place.wrong()
    done = repair.remake(place.paths, place.key, share)
    after, _ = place.facts()
    missing = set(before) - set(after)
    assert set(after) <= set(before)
    # What is missing was in this home alone, and is said.
    assert all(one.startswith("here alone") for one in missing)
    assert bool(missing) <= bool(done.lost or done.unsure)
    assert place.wrong() == {}


@BOTH
def test_what_can_be_read_nowhere_is_said_with_the_days_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encrypted: bool
) -> None:
    ends = []
    for day in (23, 24, 25, 26, 27):
        monkeypatch.setenv("LSA_NOW", f"2026-11-{day}T15:31:00+00:00")
        if day == 23:
            place = make(tmp_path, encrypted, shared=0, copied=0, more=4)
        book = place.open()
        with acting(book, "MB") if day == 26 else nullcontext():
            notes.note(book, f"on the {day}th")
            notes.note(book, "and more")
        ends.append(log.read_heads(book.db)[log.device(book.db)][0])
        dev = log.device(book.db)
        book.close()
    mon, tue, _, thu, fri = ends
    with_tools(
        place,
        f"DELETE FROM change WHERE dev = '{dev}' AND seq > {mon} AND seq <= {tue}",
        f"DELETE FROM change WHERE dev = '{dev}' AND seq > {thu - 1} AND seq <= {fri - 1}",
        f"UPDATE head SET seq = {fri + 3} WHERE dev = '{dev}'",
    )
    done = repair.remake(place.paths, place.key)
    (said,) = [one for one in done.lost if dev in one]
    days = (
        "by JT, Mon 23 Nov 2026 to Wed 25 Nov 2026",
        "by MB or JT, Thu 26 Nov 2026 to Fri 27 Nov 2026",
        "by JT, Fri 27 Nov 2026 or later",
    )
    if encrypted:
        assert said == f"7 of device {dev} ({'; '.join(days)})"
    else:  # what stands alone behind a gap is not believed
        assert said == f"9 of device {dev} ({days[0]}; by MB, Thu 26 Nov 2026 or later)"
    assert said in done.says


def test_a_gap_that_the_shared_store_fills_costs_nothing(tmp_path: Path) -> None:
    """The damaged part was shared; what came behind it stands in the damaged file alone."""
    place = make(tmp_path, encrypted=True, shared=40, copied=0, more=40)
    before, own = place.facts()
    with_tools(place, "DELETE FROM change WHERE dev <> 'own' AND seq BETWEEN 5 AND 20")
    done = repair.remake(place.paths, place.key, share)
    assert place.facts() == (before, own)
    assert (done.lost, done.behind, done.unsure) == ([], 0, 0)
    book = place.open()
    assert not any(dev.startswith("b-") for dev in log.read_heads(book.db)), "the chain was only mended"
    book.close()


def test_while_the_shared_store_is_out_of_reach_what_is_behind_a_gap_waits_and_is_not_forgotten(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=True, shared=40, copied=0, more=40)
    before, own = place.facts()
    with_tools(place, "DELETE FROM change WHERE dev <> 'own' AND seq BETWEEN 5 AND 20")
    away = tmp_path / "away"
    (tmp_path / "share").rename(away)
    done = repair.remake(place.paths, place.key, share)
    assert done.behind >= 40
    assert "cannot be reached" in done.not_shared
    assert len(place.facts()[0]) < len(before)
    assert place.wrong() == {"waiting": "remake"}
    away.rename(tmp_path / "share")
    done = repair.remake(place.paths, place.key, share)
    assert done.behind == 0
    assert place.facts() == (before, own)
    assert place.wrong() == {}


@BOTH
def test_two_devices_hold_the_same_after_one_was_repaired(tmp_path: Path, encrypted: bool) -> None:
    """Nobody else ever got the damaged part: what follows it becomes a chain of its own, on all devices the same."""
    place = make(tmp_path, encrypted, shared=20, copied=0, more=30)
    with_tools(place, "DELETE FROM change WHERE dev <> 'own' AND seq BETWEEN 30 AND 33")
    repair.remake(place.paths, place.key, share)
    book = place.open()
    sync(book)
    other = make(tmp_path / "other", encrypted=False, shared=0, copied=0, more=3)
    two = other.open()
    two.config.save(shared_url=place.url)
    sync(two)
    write(two, 2, "of the other")
    sync(two)
    sync(book)
    assert texts(two) == texts(book)
    assert log.read_heads(two.db) == log.read_heads(book.db)
    for one in (book, two):
        assert [chain.dev for chain in chains.read(one.db) if chain.broken or chain.head_is_off] == []
        one.close()


@BOTH
def test_what_was_taken_back_does_not_return(tmp_path: Path, encrypted: bool) -> None:
    place = make(tmp_path, encrypted, more=0)
    book = place.open()
    notes.note(book, "about the wrong child")
    book.store.backup(place.paths.backups, "before-sync-2026-11-21-100000-1.db")  # a copy holds it
    entries.undo(book)
    notes.note(book, "about the right one")  # the end of the chain was cut off
    later = damaging.undone(book, "about another wrong one")
    before = texts(book)
    book.close()
    with_tools(place, "DROP TABLE record", "DELETE FROM change WHERE seq = 7 AND dev NOT IN ('own', 'audit')")
    repair.remake(place.paths, place.key, share)
    book = place.open()
    assert texts(book) == before
    assert read.get(book.db, later) is None
    book.close()


@BOTH
def test_what_was_taken_back_at_the_very_end_does_not_return_either(tmp_path: Path, encrypted: bool) -> None:
    """A sync cut it off; a copy still holds it, and nothing came after it."""
    place = make(tmp_path, encrypted, more=0)
    book = place.open()
    notes.note(book, "about the wrong child")
    book.store.backup(place.paths.backups, "before-sync-2026-11-21-100000-1.db")
    entries.undo(book)
    sync(book)
    before = texts(book)
    book.close()
    with_tools(place, "DROP TABLE record")
    repair.remake(place.paths, place.key, share)
    assert place.facts()[0] == before


@BOTH
def test_what_was_erased_does_not_return_and_goes_from_what_is_kept(tmp_path: Path, encrypted: bool) -> None:
    """Erased before the damage, and after the repair: no byte of it in this home, whatever was kept."""
    place = make(tmp_path, encrypted, more=5)
    book = place.open()
    book.config.save(person_role="teacher")
    early = notes.note(book, "Zerased early")
    outside = book.store.backup(tmp_path / "stick", "copy.db")
    erasing.erase_rows(book, [early.id], "about the wrong child")
    late = notes.note(book, "Zerased late")
    book.close()
    outside.replace(place.paths.backups / "before-sync-2026-11-21-100000-1.db")  # somebody put it back by hand
    flip(place, 3, 5)
    done = repair.remake(place.paths, place.key, share)
    book = place.open()
    assert done.kept is not None
    assert "Zerased early" not in texts(book)
    assert "Zerased late" in texts(book)
    erasing.erase_rows(book, [late.id], "about the wrong child")
    book.close()
    assert not done.kept.exists()
    assert files_with(place.paths.data_folder, "Zerased", key=place.key) == set()


def test_a_home_with_nothing_left_is_not_made_an_empty_one(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=True, shared=0, copied=0, more=3)
    one_file(place)
    place.paths.database.write_bytes(os.urandom(40_960))
    damaged = place.paths.database.read_bytes()
    with pytest.raises(LsaError, match="nothing is left"):
        repair.remake(place.paths, place.key)
    assert place.paths.database.read_bytes() == damaged
    assert not (place.paths.data_folder / "repairing").exists()


def test_not_while_the_screens_are_open(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=False, shared=0)
    flip(place, 2, 1)
    with FileLock(place.paths.lock), pytest.raises(LsaError, match="the screens are open"):
        repair.remake(place.paths, place.key)


def test_a_write_ahead_file_counts_even_where_the_database_is_empty(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=True, shared=10, copied=0, more=0)
    one_file(place)
    book = place.open()
    write(book, 5, "in the write-ahead file")
    wal = place.paths.database.with_name("records.db-wal")
    frames, data = wal.read_bytes(), place.paths.database.read_bytes()
    before = texts(book)
    book.close()
    place.paths.database.write_bytes(data)
    wal.write_bytes(frames)
    half = bytearray(data)
    half[5 * 4096 + 100] ^= 1
    place.paths.database.write_bytes(bytes(half))
    done = repair.remake(place.paths, place.key, share)
    assert place.facts()[0] == before
    assert done.kept is not None
    assert done.kept.with_name(f"{done.kept.name}-wal").read_bytes() == frames


KILLED = (
    COUNTED
    + """
import sys
from pathlib import Path
from lsa_tui.daybook import cleaning, linking, repair, restoring
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.vault import cipher, switching

folder, key, how, at = Path(sys.argv[1]), bytes.fromhex(sys.argv[2]) or None, sys.argv[3], int(sys.argv[4])
counted(os, "replace"), counted(os, "link"), counted(os, "utime"), counted(os, "fsync")
counted(Path, "unlink"), counted(cipher, "sync_folder"), counted(Path, "mkdir"), counted(Path, "chmod")
counted(linking.Linking, "link"), counted(linking.Linking, "behind_gaps"), counted(repair, "close_as_one_file")
counted(cleaning, "drop_folder"), counted(Path, "rmdir")
paths = Paths(folder, folder)
if how == "repair":
    repair.remake(paths, key)
else:
    restoring.restore(paths, key, paths.backups / "before-sync-2026-11-20-100000-1.db")
print(steps)
"""
)


@BOTH
def test_killed_anywhere_the_home_is_as_before_or_repaired(tmp_path: Path, encrypted: bool) -> None:
    place = make(tmp_path, encrypted, shared=0, copied=15, more=15)
    before, own = place.facts()
    with_tools(place, "DROP TABLE record")
    arguments = (place.paths.data_folder, (place.key or b"").hex(), "repair")
    at = 1 + encrypted
    while True:
        at += 3  # every third step, of each kind others
        done = damaging.in_process(KILLED, *arguments, at)
        ready = switching.ready_of(place.paths).exists()
        home.state(place.paths)  # as every opening does
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert not (ready and place.wrong()), "what was laid ready is put in place"
        if place.wrong():
            assert repair.REMAKE_NAME in place.wrong().values()
        else:
            assert place.facts() == (before, own)
            with_tools(place, "DROP TABLE record")  # and once more
    assert at > 20
    assert place.facts() == (before, own)
    assert place.wrong() == {}
    kept = [one for one in place.paths.backups.iterdir() if one.name.startswith(switching.KEPT)]
    assert kept
    assert not [one for one in place.paths.data_folder.iterdir() if "ready" in one.name or one.name == "repairing"]


def test_a_kept_plain_file_does_not_outlive_the_encryption_of_the_home(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=False, shared=0, copied=0, more=20)
    flip(place, 6, 2)
    done = repair.remake(place.paths, None)
    assert done.kept is not None
    made = change.encrypt(place.paths, damaging.PASSPHRASE)
    assert files_with(place.paths.data_folder, "here alone") == set()
    assert not any(b"SQLite format 3" in one.read_bytes() for one in place.paths.backups.glob("*.db*"))
    place = Home(place.paths, made.key, "")
    assert place.wrong() == {}
    assert place.facts()[0]


def test_a_kept_file_does_not_stop_a_change_of_the_key(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=True, shared=0, copied=5, more=20)
    flip(place, 4, 2)
    repair.remake(place.paths, place.key)
    before = place.facts()
    assert place.key is not None
    made = change.rekey(place.paths, place.key, "another passphrase")
    place = Home(place.paths, made.key, "")
    assert place.facts() == before
    assert place.wrong() == {}
    assert home.opens(place.paths, "another passphrase")


def test_a_newer_programs_records_are_not_made_anew(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=False, shared=0, copied=0)
    one_file(place)
    with closing(sqlite3.connect(place.paths.database)) as db:
        db.execute("PRAGMA user_version = 99")
    data = one_file_of(place)
    with pytest.raises(LsaError, match="newer"):
        repair.remake(place.paths, None)
    assert place.paths.database.read_bytes() == data


def one_file_of(place: Home) -> bytes:
    for end in ("-wal", "-shm"):
        place.paths.database.with_name(f"records.db{end}").unlink(missing_ok=True)
    return place.paths.database.read_bytes()


def test_an_unreachable_store_is_no_reason_not_to_repair(tmp_path: Path) -> None:
    place = make(tmp_path, encrypted=False)
    flip(place, 4, 8)

    def away(_: object) -> None:
        raise SyncIncomplete("the stick is not there")

    done = repair.remake(place.paths, None, away)
    assert "the stick is not there" in done.says
    assert set(place.wrong()) <= {"waiting"}


def test_a_damaged_fact_is_found_and_comes_back_from_a_copy(tmp_path: Path) -> None:
    """The facts of a plain home have no hashes: those that are no JSON any more can be told."""
    place = make(tmp_path, encrypted=False)
    with_tools(
        place, "UPDATE meta SET value = replace(value, '\"at\"', '\"at') WHERE key LIKE 'hub:%' OR key = 'understood'"
    )
    assert place.wrong()["database"] == repair.REMAKE_NAME
    repair.remake(place.paths, place.key, None)
    assert place.wrong() == {}
    book = place.open()
    assert [one.at for one in local.memories(book.db)]
    book.close()
