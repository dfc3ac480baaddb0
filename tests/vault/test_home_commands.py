"""Encrypted homes as people meet them: passphrases, sessions, changing keys, encrypting a plain home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands import RunLsa, refused
from conftest import PASSPHRASE
from homes import new_book
from lsa_tui.paths import find
from lsa_tui.vault import cipher, session
from lsa_tui.vault import home as vault_home

CANARY = "zebra-umbrella"


@pytest.fixture
def lsa(run_lsa: RunLsa) -> RunLsa:
    assert run_lsa("init", "--name", "Jo", "--initials", "JT", "--defaults").code == 0
    run_lsa("pupil", "add", "K7", "--name", "Quill Featherstone")
    run_lsa("note", f"Sat by the {CANARY}")
    return run_lsa


def holding(folder: Path, *words: str) -> list[str]:
    """The files in a folder in which one of these words stands."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words)
    ]


def test_nothing_of_an_encrypted_home_is_readable(lsa: RunLsa, home: Path) -> None:
    assert holding(home, CANARY, "Featherstone", "Calling out", PASSPHRASE) == []
    assert not cipher.is_plain(home / "records.db")
    assert lsa("log", "--json").json["entries"][0]["text"].endswith(CANARY)


def test_a_plain_home_is_and_says_so(run_lsa: RunLsa, home: Path) -> None:
    done = run_lsa("init", "--initials", "JT", "--plain")
    assert "NOT encrypted" in done.out
    run_lsa("pupil", "add", "K7")
    run_lsa("note", CANARY)
    assert holding(home, CANARY) != []
    assert not run_lsa("init", "--json").json["encrypted"]


def test_without_a_passphrase_it_is_locked(lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*.*")}
    monkeypatch.delenv("LSA_PASSPHRASE")
    for words in (("today",), ("note", "Sat"), ("tally", "c"), ("export",), ("doctor",), ("undo",)):
        refused(lsa(*words), "passphrase", code=3)
    done = lsa("log", "--json")
    assert (done.code, json.loads(done.out)["error"]["code"]) == (3, "locked")
    assert {path: path.read_bytes() for path in home.rglob("*.*")} == before


def test_a_wrong_passphrase_is_a_sentence_a_delay_and_an_audit_line(
    lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setenv("LSA_PASSPHRASE", "three green cats")
    for _ in range(6):
        refused(lsa("today"), "not the passphrase", code=3)
    assert len(waited) == 3, "free three times"
    assert 0.5 < waited[0] <= 1 < waited[1] <= 2 < waited[2] <= 4
    monkeypatch.setenv("LSA_PASSPHRASE", PASSPHRASE)
    assert lsa("log", "--json").json["entries"][0]["text"].endswith(CANARY)
    assert lsa("audit").out.count("wrong passphrase") == 6
    assert not find(str(home)).failures.exists()


def test_a_passphrase_file_opens_and_stands_before_or_behind_the_command(
    lsa: RunLsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LSA_PASSPHRASE")
    file = tmp_path / "words"
    file.write_text(f"{PASSPHRASE}\nand more\n")
    assert lsa("--passphrase-file", str(file), "today").code == 0
    assert lsa("today", f"--passphrase-file={file}").code == 0
    refused(lsa("today", "--passphrase-file", str(tmp_path / "none")), "cannot be read")
    file.write_text("\n")
    refused(lsa("today", "--passphrase-file", str(file)), "empty")


def test_a_failed_init_leaves_no_home_behind(run_lsa: RunLsa, home: Path) -> None:
    refused(run_lsa("init", "--name", "Jo"), "initials")
    assert vault_home.state(find(str(home))) == "new"
    assert run_lsa("init", "--initials", "JT", "--plain").code == 0


def test_init_again_changes_and_never_makes_a_second_key(lsa: RunLsa, home: Path) -> None:
    before = (home / "key.json").read_bytes()
    assert "recovery_key" not in lsa("init", "--role", "teacher", "--json").json
    refused(lsa("init", "--plain"), "encrypted already")
    assert (home / "key.json").read_bytes() == before


# Sessions


def test_a_session_opens_until_it_is_ended(lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = find(str(home))
    assert lsa("unlock", "--minutes", "5", "--json").json["minutes"] == 5
    monkeypatch.delenv("LSA_PASSPHRASE")
    assert lsa("log").code == 0
    assert holding(home, "session") == []
    assert session.end(paths)
    refused(lsa("log"), code=3)


def test_a_session_runs_out(lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lsa("unlock", "--minutes", "5")
    monkeypatch.delenv("LSA_PASSPHRASE")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 299)
    assert lsa("log").code == 0
    monkeypatch.setattr(time, "time", lambda: now + 301)
    refused(lsa("log"), code=3)
    monkeypatch.setattr(time, "time", lambda: now)
    refused(lsa("log"), code=3)


def test_a_session_ends_where_another_home_stands_in_its_place(
    lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lsa("unlock")
    away = home.with_name("away")
    home.rename(away)
    home.mkdir()
    monkeypatch.delenv("LSA_PASSPHRASE")
    refused(lsa("log"), code=3)
    home.rmdir()
    away.rename(home)
    assert session.key_of(find(str(home))) is not None, "nobody asked the session while the other one was there"
    home.rename(away)
    home.mkdir()
    (home / "key.json").write_bytes((away / "key.json").read_bytes())
    refused(lsa("log"), code=3)


def test_a_session_that_others_could_read_is_not_used(lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lsa("unlock")
    folder = Path(os.environ["XDG_RUNTIME_DIR"]) / "lsa-tui"
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    monkeypatch.delenv("LSA_PASSPHRASE")
    refused(lsa("log"), code=3)


# Changing keys


def test_a_changed_passphrase_opens_and_the_old_one_does_not(
    lsa: RunLsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").write_text("four blue boots\n")
    assert lsa("key", "passphrase", "--new-passphrase-file", str(tmp_path / "new")).code == 0
    refused(lsa("log"), code=3)
    monkeypatch.setenv("LSA_PASSPHRASE", "four blue boots")
    assert lsa("log").code == 0
    assert "changed the passphrase" in lsa("audit").out


def test_the_recovery_key_opens_and_a_new_one_replaces_it(lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lsa("key", "recovery", "--json").json["recovery_key"]
    second = lsa("key", "recovery", "--json").json["recovery_key"]
    monkeypatch.setenv("LSA_PASSPHRASE", first)
    refused(lsa("log"), code=3)
    monkeypatch.setenv("LSA_PASSPHRASE", second)
    assert lsa("log").code == 0


def test_a_new_key_for_everything(lsa: RunLsa, home: Path) -> None:
    paths = find(str(home))
    old = vault_home.key_of(paths, PASSPHRASE)
    lsa("unlock")
    done = lsa("key", "rekey", "--json").json
    new = vault_home.key_of(paths, PASSPHRASE)
    assert new != old
    assert not cipher.opens(paths.database, old)
    assert vault_home.key_of(paths, done["recovery_key"]) == new
    assert lsa("log", "--json").json["entries"][0]["text"].endswith(CANARY)
    assert lsa("doctor").code == 0
    assert not list(home.glob("*.new"))


def test_encrypting_a_plain_home(run_lsa: RunLsa, home: Path) -> None:
    book = new_book(home)
    from lsa_tui.daybook import notes

    notes.note(book, f"Sat by the {CANARY}")
    book.store.backup(book.paths.backups, "before-sync-1.db")
    said = run_lsa("export").out
    book.close()
    (home / "drafts").mkdir(exist_ok=True)
    (home / "drafts" / "note.txt").write_text(f"a draft of 0.1.0, {CANARY}")
    assert len(holding(home, CANARY)) == 3
    done = run_lsa("key", "encrypt")
    assert done.code == 0, done
    assert holding(home, CANARY) == []
    assert run_lsa("export").out == said
    assert run_lsa("doctor").code == 0
    refused(run_lsa("key", "encrypt"), "nothing plain", code=1)


def test_a_home_in_use_is_not_encrypted_under_its_user(run_lsa: RunLsa, home: Path) -> None:
    new_book(home).close()
    before = (home / "records.db").read_bytes()
    # Another process: two connections of one process do not see each other's locks.
    hold = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT * FROM meta').fetchall(); "
    hold += "print(1, flush=True); input()"
    user = subprocess.Popen(
        [sys.executable, "-c", hold, str(home / "records.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert user.stdout is not None
    user.stdout.readline()
    refused(run_lsa("key", "encrypt"), "another program is using", code=1)
    assert vault_home.state(find(str(home))) == "plain"
    assert (home / "records.db").read_bytes() == before
    user.communicate(b"\n")
    assert run_lsa("key", "encrypt").code == 0


def test_a_demonstration_stays_plain(run_lsa: RunLsa, home: Path) -> None:
    run_lsa("demo", "--no-open", "--days", "1")
    refused(run_lsa("key", "encrypt"), "made up", code=1)
    assert cipher.is_plain(home / "records.db")


def test_without_sqlcipher_there_are_two_ways_out(run_lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    refused(run_lsa("init", "--initials", "JT"), "not installed", "pip install", "--plain", code=1)
    assert run_lsa("init", "--initials", "JT", "--plain").code == 0
