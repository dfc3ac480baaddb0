"""`lsa doctor`: usable whatever is wrong, proposes what it would do, does it on --repair, puts copies back."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from commands import Ran, RunLsa, refused
from conftest import PASSPHRASE
from homes import tampering
from lsa_tui.daybook.opening import open_book
from lsa_tui.errors import LsaError
from lsa_tui.paths import find
from lsa_tui.vault import switching
from processes import COUNTED


@pytest.fixture
def used(lsa: RunLsa) -> RunLsa:
    for n in range(12):
        lsa("note", f"Sat {n} {'and read ' * n * 9}")
    return lsa


@pytest.fixture
def shared(used: RunLsa, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared file of a home that has synced."""
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASSPHRASE)
    (tmp_path / "share").mkdir()
    place = tmp_path / "share" / "school.db"
    assert used("init", "--shared", f"sqlite:///{place}").code == 0
    assert used("sync").code == 0
    return place


def wrong(done: Ran) -> dict[str, str | None]:
    assert done.err == "" or done.err.startswith("lsa: `lsa doctor --repair`"), done.err
    return {one["name"]: one["repair"] for one in json.loads(done.out)["findings"] if not one["ok"]}


def repaired(used: RunLsa) -> list[str]:
    """Repairs, and all is well then; what was done."""
    done = used("doctor", "--repair", "--yes", "--json")
    assert done.code == 0, done
    return list(done.json["done"])


def notes(used: RunLsa) -> list[str]:
    return sorted(one["text"] for one in used("log", "--json").json["entries"] if one["type"] == "note")


def closed(home: Path) -> Path:
    """The database as one file."""
    book = open_book(find(str(home)))
    book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    book.close()
    return home / "records.db"


def damage(home: Path, seed: int = 1) -> None:
    place = closed(home)
    data = bytearray(place.read_bytes())
    for page in range(2 + seed, len(data) // 4096, 5):
        data[page * 4096 + 2000] ^= 8
    place.write_bytes(bytes(data))


SMALL = {
    "tables": ("tables", ["DELETE FROM record WHERE kind = 'note'"]),
    "guards": ("guards", ["DROP TRIGGER change_stays"]),
    "a weakened guard": (
        "guards",
        [
            "DROP TRIGGER change_stays",
            "CREATE TRIGGER change_stays BEFORE DELETE ON change WHEN 0 BEGIN SELECT 1; END",
        ],
    ),
    "a head": ("log", ["UPDATE head SET seq = seq - 1 WHERE dev NOT IN ('own', 'audit')"]),
    "heads": ("log", ["DELETE FROM head"]),
    "a head's hash": ("log", ["UPDATE head SET chain = 'x'"]),
}


@pytest.mark.parametrize("how", SMALL)
def test_small_things_are_put_right_in_place(used: RunLsa, home: Path, how: str) -> None:
    before = notes(used)
    name, statements = SMALL[how]
    with tampering(home) as db:
        for one in statements:
            db.execute(one)
    found = used("doctor", "--json")
    assert found.code == 1
    assert name in wrong(found)
    assert wrong(found)[name]
    assert "--repair" in used("doctor").out
    assert repaired(used)
    assert notes(used) == before
    assert not list((home / "backups").glob(f"{switching.KEPT}*")), "nothing was made anew for that"


def test_damaged_records_are_made_anew_with_what_is_shared(used: RunLsa, home: Path, shared: Path) -> None:
    before = notes(used)
    damage(home)
    assert any(wrong(used("doctor", "--json")).values())
    done = " ".join(repaired(used))
    assert "the records were made anew" in done
    assert "is kept as" in done
    assert notes(used) == before
    assert "made anew" not in used("doctor").out
    kept = [one for one in (home / "backups").iterdir() if one.name.startswith(switching.KEPT)]
    assert all(one.stat().st_mode & 0o077 == 0 for one in kept)
    assert used("sync").code == 0
    assert used("doctor").code == 0
    assert "repaired the records" in used("audit").out


@pytest.mark.parametrize("table", ["change", "head", "meta", "record", "mine"])
def test_a_lost_table_is_a_finding_wherever_it_is_wanted(used: RunLsa, home: Path, shared: Path, table: str) -> None:
    before = notes(used)
    with tampering(home) as db:
        db.execute(f"DROP TABLE {table}")
    found = used("doctor", "--json")
    assert found.code == 1
    assert any("anew" in str(one) for one in wrong(found).values())
    repaired(used)
    assert notes(used) == before


@pytest.mark.parametrize("how", ["gone", "empty", "cut", "rubbish"])
def test_records_that_cannot_be_opened_have_findings_too(used: RunLsa, home: Path, shared: Path, how: str) -> None:
    before = notes(used)
    place = closed(home)
    data = place.read_bytes()
    place.unlink()
    if how != "gone":
        place.write_bytes({"empty": b"", "cut": data[:5000], "rubbish": os.urandom(9000)}[how])
    assert used("log").code == 1
    found = used("doctor", "--json")
    assert found.code == 1
    assert any(wrong(found).values())
    # Neither a copy nor a page is left, and who has joined was forgotten with them: LSA_SHARED_PASSPHRASE joins again.
    book_settings = (home / "config.toml").read_text()
    done = used("doctor", "--repair", "--yes", "--json")
    assert done.code == 0, done
    assert notes(used) == before
    assert (home / "config.toml").read_text() == book_settings
    assert used("doctor").code == 0


def test_a_plain_home_that_lost_its_beginning(run_lsa: RunLsa, home: Path) -> None:
    run_lsa("init", "--initials", "JT", "--role", "lsa", "--plain")
    run_lsa("pupil", "add", "K7")
    for n in range(20):
        run_lsa("note", f"Sat {n} {'x' * 300}")
    before = notes(run_lsa)
    place = closed(home)
    data = bytearray(place.read_bytes())
    data[:100] = bytes(100)
    place.write_bytes(bytes(data))
    assert "database" in wrong(run_lsa("doctor", "--json"))
    repaired(run_lsa)
    assert notes(run_lsa) == before


def test_without_the_passphrase_it_is_locked(used: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(home)
    monkeypatch.delenv("LSA_PASSPHRASE")
    for words in (("doctor",), ("doctor", "--repair", "--yes"), ("doctor", "--copies")):
        assert used(*words).code == 3
    monkeypatch.setenv("LSA_PASSPHRASE", "wrong and wrong")
    refused(used("doctor"), "not the passphrase", code=3)


def test_a_home_nobody_set_up(run_lsa: RunLsa) -> None:
    refused(run_lsa("doctor"), "nobody is set up", code=3)


def test_key_files(used: RunLsa, home: Path) -> None:
    (home / "key.json").write_text("{}")
    assert used("doctor").code == 0, "the copy mends it"
    for place in (home / "key.json", home / "backups" / "key.json"):
        place.write_text("{}")
    done = used("doctor", "--json")
    assert done.code == 1
    assert wrong(done) == {"key": None}
    done = used("doctor", "--repair", "--yes", "--json")
    assert (done.code, wrong(done)) == (1, {"key": None})


def test_a_shared_store_out_of_reach_is_a_finding(used: RunLsa, shared: Path) -> None:
    shared.parent.rename(shared.parent.with_name("away"))
    done = used("doctor", "--json")
    assert done.code == 1
    assert wrong(done) == {"shared": None}
    assert used("doctor", "--here").code == 0


def test_a_shared_file_that_is_damaged_is_set_aside_and_filled_again(used: RunLsa, shared: Path) -> None:
    data = bytearray(shared.read_bytes())
    data[3 * 4096 + 7] ^= 1
    shared.write_bytes(bytes(data))
    found = wrong(used("doctor", "--json"))
    assert any("sets it aside" in str(one) for one in found.values())
    assert any("synced" in one for one in repaired(used))
    assert len(list(shared.parent.glob("school.db.damaged-*"))) == 1
    assert used("doctor").code == 0


def test_damaged_copies_are_set_aside_and_another_is_made(used: RunLsa, home: Path) -> None:
    book = open_book(find(str(home)))
    good = book.store.backup(book.paths.backups, "before-sync-2026-11-20-100000-1.db")
    bad = book.store.backup(book.paths.backups, "before-sync-2026-11-21-100000-1.db")
    book.close()
    assert "2 of 2 copies are whole" in used("doctor").out
    data = bytearray(bad.read_bytes())
    data[2 * 4096 + 70] ^= 1
    bad.write_bytes(bytes(data))
    assert "copies" in wrong(used("doctor", "--json"))
    repaired(used)
    assert good.exists()
    assert not bad.exists()
    assert bad.with_name(f"{switching.KEPT}{bad.name}").read_bytes() == bytes(data)
    assert len(list((home / "backups").glob("records-*.db"))) == 1


def test_records_and_a_copy_are_repaired_in_one_run(used: RunLsa, home: Path) -> None:
    book = open_book(find(str(home)))
    bad = book.store.backup(book.paths.backups, "before-sync-2026-11-21-100000-1.db")
    book.close()
    data = bytearray(bad.read_bytes())
    data[2 * 4096 + 70] ^= 1
    bad.write_bytes(bytes(data))
    damage(home)
    repaired(used)
    assert not bad.exists()
    assert used("doctor").code == 0


def test_a_copy_of_damaged_records_is_not_left_and_not_blamed(used: RunLsa, home: Path) -> None:
    damage(home)
    book = open_book(find(str(home)))
    with pytest.raises(LsaError, match=r"^\S+/records\.db: it is damaged; run `lsa doctor`"):
        book.store.backup(book.paths.backups, "before-sync-2026-11-21-100000-1.db")
    left = [place.name for place in book.paths.backups.glob("*.db*")]
    book.close()
    assert left == []


def test_nobody_is_asked_where_nobody_sits(used: RunLsa, home: Path) -> None:
    with tampering(home) as db:
        db.execute("DELETE FROM record")
    refused(used("doctor", "--repair"), "add --yes")
    assert used("doctor").code == 1
    refused(used("doctor", "--restore", "x"), "no copy 'x'")
    refused(used("doctor", "--restore", "x", "--repair"), "one at a time")


def test_what_is_well_is_not_repaired(used: RunLsa, home: Path) -> None:
    before = (home / "records.db").stat().st_ino
    assert repaired(used) == []
    assert (home / "records.db").stat().st_ino == before


def test_not_while_the_screens_are_open(used: RunLsa, home: Path) -> None:
    damage(home)
    with FileLock(home / "application.lock"):
        refused(used("doctor", "--repair", "--yes"), "the screens are open", code=1)


# Copies


def test_a_copy_is_put_back_and_that_can_be_taken_back(used: RunLsa, home: Path, shared: Path) -> None:
    book = open_book(find(str(home)))
    book.store.backup(book.paths.backups, "before-sync-2026-11-20-100000-1.db")
    book.close()
    used("note", "after the copy")
    used("sync")
    used("note", "here alone")
    before = notes(used)
    listed = used("doctor", "--copies", "--json").json["copies"]
    assert "before-sync-2026-11-20-100000-1.db" in {one["name"] for one in listed}
    assert all(one["ok"] for one in listed)
    assert "whole" in used("doctor", "--copies").out
    done = used("doctor", "--restore", "before-sync-2026-11-20-100000-1.db", "--yes", "--json").json
    assert done["left_out"] == 2
    kept = Path(done["kept"])
    assert kept.stat().st_mode & 0o077 == 0
    assert {"after the copy", "here alone"} & set(notes(used)) == set()
    looked = used("doctor")
    assert looked.code == 0
    assert "was brought back from a copy, repaired or copied 1 time;" in looked.out, (
        "it writes under a new id: no number is given twice"
    )
    used("note", "after the restore")
    assert used("sync").code == 0
    assert set(notes(used)) == ({*before, "after the restore"} - {"here alone"})
    assert used("doctor", "--restore", kept.name, "--yes").code == 0
    used("sync")
    assert set(notes(used)) == {*before, "after the restore"}
    assert used("doctor").code == 0
    assert "restored a copy" in used("audit").out


def test_records_from_before_can_be_put_back_though_their_write_ahead_file_was_left(used: RunLsa, home: Path) -> None:
    """A program that was killed leaves one; it is ended before the records are kept."""
    book = open_book(find(str(home)))
    copy = book.store.backup(book.paths.backups, "old.db")
    used("note", "in the write-ahead file")
    before = notes(used)
    wal = home / "records.db-wal"
    files = {file: file.read_bytes() for file in (wal, home / "records.db")}
    assert len(files[wal]) > 4096
    book.close()
    for file, content in files.items():
        file.write_bytes(content)
    kept = Path(used("doctor", "--restore", copy.name, "--yes", "--json").json["kept"])
    assert "in the write-ahead file" not in notes(used)
    assert used("doctor", "--restore", kept.name, "--yes").code == 0
    assert notes(used) == before


def test_a_copy_that_is_not_whole_or_not_ours_is_refused(used: RunLsa, home: Path, tmp_path: Path) -> None:
    before = notes(used)
    book = open_book(find(str(home)))
    bad = book.store.backup(book.paths.backups, "bad.db")
    book.close()
    data = bytearray(bad.read_bytes())
    data[3 * 4096 + 70] ^= 1
    bad.write_bytes(bytes(data))
    plain = tmp_path / "plain.db"
    with closing(sqlite3.connect(plain)) as db:
        db.execute("CREATE TABLE x (y)")
    for copy in (bad, plain, home / "config.toml"):
        refused(used("doctor", "--restore", str(copy), "--yes"), "cannot be put back", code=1)
    assert notes(used) == before


def test_what_was_erased_since_does_not_come_back_with_a_copy(used: RunLsa, home: Path, tmp_path: Path) -> None:
    used("init", "--role", "teacher")
    note = used("note", "Zerased", "--json").json
    book = open_book(find(str(home)))
    copy = book.store.backup(tmp_path / "stick", "old.db")
    book.close()
    assert used("erase", "--entry", note["id"], "--reason", "about the wrong child").code == 0
    assert used("doctor", "--restore", str(copy), "--yes").code == 0
    assert "Zerased" not in notes(used)
    assert used("doctor").code == 0


KILLED = (
    COUNTED
    + """
import sys
from lsa_tui import __main__
from lsa_tui.cli.main import main
from lsa_tui.vault import cipher

at = int(sys.argv[1])
for name in ("replace", "link", "utime", "fsync"):
    counted(os, name)
counted(cipher, "sync_folder")
sys.exit(main(sys.argv[2:]))
"""
)


def test_killed_anywhere_while_restoring_the_home_is_as_before_or_restored(used: RunLsa, home: Path) -> None:
    import subprocess
    import sys

    book = open_book(find(str(home)))
    book.store.backup(book.paths.backups, "old.db")
    book.close()
    used("note", "after the copy")
    words = ["--home", str(home), "doctor", "--restore", "old.db", "--yes"]
    at, seen = 0, set()
    while True:
        at += 2
        done = subprocess.run([sys.executable, "-c", KILLED, str(at), *words], capture_output=True, check=False)
        after = notes(used)
        seen.add("after the copy" in after)
        assert used("doctor").code == 0
        if done.returncode == 0:
            break
        assert done.returncode < 0, done.stderr
        if "after the copy" not in after:
            kept = max((home / "backups").glob(f"{switching.KEPT}*.db"), key=lambda one: one.stat().st_mtime)
            assert used("doctor", "--restore", kept.name, "--yes").code == 0
            if "after the copy" not in notes(used):
                used("note", "after the copy")
    assert seen == {True, False}
    assert at > 6
