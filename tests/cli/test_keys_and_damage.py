"""What an outsider's audit found once: homes that lost a file, odd names, edits with other tools, words of refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from commands import RunLsa, refused
from conftest import PASSPHRASE
from homes import tampering
from lsa_tui.daybook.opening import open_book
from lsa_tui.paths import find
from lsa_tui.vault import home as vault_home


@pytest.fixture
def used(lsa: RunLsa) -> RunLsa:
    lsa("note", "Sat")
    return lsa


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_records_that_are_gone_are_not_taken_for_an_empty_home(used: RunLsa, home: Path, how: str) -> None:
    for ending in ("", "-wal", "-shm"):
        (home / f"records.db{ending}").unlink(missing_ok=True)
    if how == "empty":
        (home / "records.db").touch()
    for words in (("log",), ("note", "Stood"), ("export",)):
        refused(used(*words), "gone or empty", code=1)
    done = used("doctor")
    assert (done.code, "gone or empty" in done.out) == (1, True)
    assert not (home / "records.db").exists() or (home / "records.db").stat().st_size == 0


@pytest.fixture
def plain(run_lsa: RunLsa, home: Path) -> Path:
    """A plain home with a copy of its records, and a note since."""
    for words in (("init", "--initials", "JT", "--plain"), ("pupil", "add", "K7"), ("note", "Sat")):
        assert run_lsa(*words).code == 0
    book = open_book(find(str(home)))
    book.store.backup(book.paths.backups, "before-sync.db")
    book.close()
    run_lsa("note", "Stood")
    return home


OPENING = ("log", "note x", "sync", "tally c", "unlock", "keys", "key encrypt", "init --initials JT --plain")


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_plain_records_that_are_gone_are_looked_for_among_their_copies(run_lsa: RunLsa, plain: Path, how: str) -> None:
    (plain / "records.db").unlink()
    if how == "empty":
        (plain / "records.db").touch()
    for words in OPENING:
        refused(run_lsa(*words.split()), "gone or empty", str(plain / "backups"), "`lsa doctor --repair`", code=1)
    refused(run_lsa("demo", "--no-open", "--days", "1"), "somebody's own home", code=1)
    assert not (plain / "records.db").exists() or (plain / "records.db").stat().st_size == 0
    assert run_lsa("doctor", "--repair", "--yes").code == 0
    assert [one["text"] for one in run_lsa("log", "--json").json["entries"] if one["type"] == "note"] == ["Sat"]


def test_a_write_ahead_file_alone_is_no_empty_home(run_lsa: RunLsa, plain: Path) -> None:
    book = open_book(find(str(plain)))
    book.db.execute_sql("VACUUM")  # all of it is in the write-ahead file then
    held = (plain / "records.db-wal").read_bytes()
    book.close()
    shutil.rmtree(plain / "backups")
    (plain / "records.db").unlink()
    (plain / "records.db-wal").write_bytes(held)
    refused(run_lsa("log"), "gone or empty", "records.db-wal is left", code=1)
    assert run_lsa("doctor", "--repair", "--yes").code == 0
    assert {one["text"] for one in run_lsa("log", "--json").json["entries"]} >= {"Sat", "Stood"}


def test_records_that_are_gone_without_a_copy_are_said_to_be_gone(run_lsa: RunLsa, plain: Path) -> None:
    shutil.rmtree(plain / "backups")
    (plain / "records.db").unlink()
    done = run_lsa("log")
    refused(done, "gone or empty", "no copy", "`lsa init`", code=3)
    assert "nobody is set up" not in done.err


def test_a_home_whose_making_was_interrupted_is_completed(run_lsa: RunLsa, home: Path) -> None:
    vault_home.create(find(str(home)), PASSPHRASE)
    assert run_lsa("init", "--initials", "JT").code == 0
    (home / "records.db").unlink()
    refused(run_lsa("log"), "gone", code=1)


def test_doctor_names_an_edit_that_cannot_be_read(used: RunLsa, home: Path) -> None:
    with tampering(home) as db:
        db.execute("DROP TRIGGER change_is_immutable")
        db.execute("UPDATE change SET body = body || 'x' WHERE kind = 'note'")
    done = used("doctor", "--json")
    assert done.code == 1
    found = {one["name"]: one["ok"] for one in json.loads(done.out)["findings"]}
    assert not found["log"]
    assert not found["guards"]


@pytest.mark.parametrize("which", ["all of it", "its end"])
def test_doctor_sees_an_audit_that_was_cut(used: RunLsa, home: Path, which: str) -> None:
    used("export")
    used("export")
    assert used("doctor").code == 0
    with tampering(home) as db:
        rule = db.execute("SELECT sql FROM sqlite_master WHERE name = 'change_stays'").fetchone()[0]
        db.execute("DROP TRIGGER change_stays")
        if which == "all of it":
            db.execute("DELETE FROM change WHERE dev = 'audit'")
            db.execute("DELETE FROM head WHERE dev = 'audit'")
        else:
            db.execute("DELETE FROM change WHERE dev = 'audit' AND seq = (SELECT seq FROM head WHERE dev = 'audit')")
            db.execute(
                "UPDATE head SET seq = seq - 1, chain = (SELECT chain FROM change WHERE dev = 'audit' "
                "AND seq = (SELECT max(seq) FROM change WHERE dev = 'audit')) WHERE dev = 'audit'"
            )
        db.execute(rule)
    done = used("doctor", "--json")
    assert done.code == 1
    assert "audit" in {one["name"] for one in json.loads(done.out)["findings"] if not one["ok"]}


def test_a_dsl_with_tiles_is_refused_and_no_half_home_is_left(run_lsa: RunLsa, home: Path) -> None:
    refused(run_lsa("init", "--initials", "AP", "--role", "dsl", "--defaults"), "no tiles")
    assert [path.name for path in home.rglob("*") if path.name != "errors.log"] == []
    assert run_lsa("init", "--initials", "AP", "--role", "dsl").code == 0


def test_what_cannot_be_counted_is_wrong_all_the_same(
    used: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "unlock-failed.json").mkdir()
    monkeypatch.setenv("LSA_PASSPHRASE", "wrong and wrong")
    refused(used("log"), "not the passphrase", code=3)
    monkeypatch.setenv("LSA_PASSPHRASE", PASSPHRASE)
    assert used("log").code == 0


def test_a_wrong_passphrase_is_said_though_a_session_is_open(used: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    used("unlock")
    monkeypatch.setenv("LSA_PASSPHRASE", "wrong and wrong")
    refused(used("log"), "not the passphrase", code=3)
    monkeypatch.delenv("LSA_PASSPHRASE")
    assert used("log").code == 0


def test_names_no_file_can_have(used: RunLsa, tmp_path: Path) -> None:
    long = "n" * 300
    refused(used("--home", str(tmp_path / long), "log"), "another with --home", code=1)
    refused(used("export", str(tmp_path / long)), "another name")
    refused(used("access-request", "K7", "--out", str(tmp_path / long)), "another name")


def test_a_moment_that_no_calendar_has(used: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_NOW", "0001-01-01T00:00:00+00:00")
    refused(used("note", "Sat"), "1900 to 2199")


def test_keys_are_listed_while_the_records_are_locked(used: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSA_PASSPHRASE")
    done = used("keys", "--json")
    assert "tally.c" not in {one["id"] for one in done.json}
    assert "locked" in done.err


def test_a_refusal_is_never_longer_than_a_page(used: RunLsa) -> None:
    done = used("correct", "x" * 50_000, "text=y")
    assert done.code == 2
    assert len(done.err) < 5000


def test_a_backup_is_where_the_sentence_says(used: RunLsa, home: Path) -> None:
    book = open_book(find(str(home)))
    book.store.backup(book.paths.backups, "before-sync-1.db")
    book.close()
    for ending in ("", "-wal", "-shm"):
        (home / f"records.db{ending}").unlink(missing_ok=True)
    (home / "backups" / "before-sync-1.db").rename(home / "records.db")
    assert "Sat" in used("log").out


def test_a_role_that_changes_is_written_down(used: RunLsa) -> None:
    used("init", "--role", "lsa")
    assert "role" not in used("audit").out
    used("init", "--role", "teacher")
    assert "changed the role" in used("audit").out
    assert "lsa to teacher" in used("audit").out
