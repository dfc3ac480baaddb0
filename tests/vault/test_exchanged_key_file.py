"""A key file of another home, or an older one, in the place of this home's: nothing of this home's is written over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from commands import RunLsa, refused
from conftest import PASSPHRASE
from lsa_tui.paths import find
from lsa_tui.vault import home as vault_home
from lsa_tui.vault.keyfile import KeyFile

OTHER = "another home's passphrase"


@pytest.fixture
def lsa(run_lsa: RunLsa) -> RunLsa:
    """An encrypted home with a note that was never sent."""
    assert run_lsa("init", "--initials", "JT").code == 0
    run_lsa("pupil", "add", "K7")
    run_lsa("note", "Sat")
    return run_lsa


@pytest.fixture(params=["another home's", "another home's with the same passphrase", "an older one"])
def exchanged(request: pytest.FixtureRequest, lsa: RunLsa, home: Path, tmp_path: Path) -> bytes:
    """Puts such a file in place of key.json. Returns the right one."""
    if request.param == "an older one":
        old = (home / "key.json").read_bytes()
        assert lsa("key", "rekey").code == 0
        right = (home / "key.json").read_bytes()
        (home / "key.json").write_bytes(old)
        return right
    right = (home / "key.json").read_bytes()
    other = find(str(tmp_path / "other"))
    vault_home.create(other, OTHER if request.param == "another home's" else PASSPHRASE)
    shutil.copy(other.key, home / "key.json")
    return right


def test_the_copy_is_put_back_by_whoever_knows_the_passphrase(lsa: RunLsa, home: Path, exchanged: bytes) -> None:
    there = (home / "key.json").read_bytes()
    done = lsa("log")
    assert (done.code, "Sat" in done.out, "its copy is in its place again" in done.err) == (0, True, True), done
    assert (home / "key.json").read_bytes() == exchanged
    (kept,) = (home / "backups").glob("key-*.json")
    assert kept.read_bytes() == there, "it may be the other home's only one"
    assert lsa("log").err == ""


@pytest.mark.parametrize("words", [("doctor",), ("doctor", "--repair", "--yes")])
def test_doctor_proposes_no_repair_of_records_that_are_whole(
    lsa: RunLsa, home: Path, exchanged: bytes, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSA_PASSPHRASE", OTHER)
    done = lsa(*words)
    assert done.code == 3, done
    monkeypatch.setenv("LSA_PASSPHRASE", PASSPHRASE)
    assert lsa(*words).code == 0
    assert "Sat" in lsa("log").out
    assert not list((home / "backups").glob("kept-*"))


@pytest.mark.parametrize("words", [("passphrase",), ("recovery",), ("keyring", "--remove"), ("rekey",)])
def test_the_only_good_copy_is_never_written_over(
    lsa: RunLsa, home: Path, tmp_path: Path, exchanged: bytes, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"
    new.write_text("a new passphrase\n")
    more = ("--new-passphrase-file", str(new)) if words[0] in ("passphrase", "rekey") else ()
    with monkeypatch.context() as mistaken:
        mistaken.setenv("LSA_PASSPHRASE", OTHER)
        refused(lsa("key", *words, *more), code=3)
        assert (home / "backups" / "key.json").read_bytes() == exchanged
    done = lsa("key", *words, *more)
    assert done.code == 0, done
    if more:
        monkeypatch.setenv("LSA_PASSPHRASE", "a new passphrase")
    assert "Sat" in lsa("log").out


def test_where_both_are_of_another_home_nothing_is_written(
    lsa: RunLsa, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = find(str(tmp_path / "other"))
    vault_home.create(other, OTHER)
    for place in (home / "key.json", home / "backups" / "key.json"):
        shutil.copy(other.key, place)
    before = other.key.read_bytes()
    monkeypatch.setenv("LSA_PASSPHRASE", OTHER)
    for words in ("recovery", "rekey"):
        assert lsa("key", words).code == 1
    assert (home / "key.json").read_bytes() == (home / "backups" / "key.json").read_bytes() == before


def test_a_copy_of_another_key_is_said_and_kept_when_it_is_made_anew(lsa: RunLsa, home: Path, tmp_path: Path) -> None:
    other = find(str(tmp_path / "other"))
    vault_home.create(other, PASSPHRASE)
    shutil.copy(other.key, home / "backups" / "key.json")
    done = lsa("doctor", "--json")
    found = {one["name"]: one for one in json.loads(done.out)["findings"]}
    assert (done.code, found["encryption"]["ok"], bool(found["encryption"]["repair"])) == (1, False, True)
    assert lsa("doctor", "--repair", "--yes").code == 0
    assert (home / "backups" / "key.json").read_bytes() == (home / "key.json").read_bytes()
    (kept,) = (home / "backups").glob("key-*.json")
    assert KeyFile.read(kept).store == KeyFile.read(other.key).store


def test_an_old_passphrase_does_not_open_by_an_old_copy(
    lsa: RunLsa, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (home / "key.json").read_bytes()
    (tmp_path / "new").write_text("a new passphrase\n")
    lsa("key", "passphrase", "--new-passphrase-file", str(tmp_path / "new"))
    (home / "backups" / "key.json").write_bytes(old)
    refused(lsa("log"), "not the passphrase", code=3)


def test_a_session_opens_though_the_key_file_is_another_one(
    lsa: RunLsa, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lsa("unlock")
    right = (home / "key.json").read_bytes()
    other = find(str(tmp_path / "other"))
    vault_home.create(other, OTHER)
    shutil.copy(other.key, home / "key.json")
    monkeypatch.delenv("LSA_PASSPHRASE")
    assert "Sat" in lsa("log").out
    assert (home / "key.json").read_bytes() == right


def test_a_session_of_an_earlier_key_is_ended(lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lsa_tui.vault import change, session

    paths = find(str(home))
    lsa("unlock")
    change.rekey(paths, vault_home.key_of(paths, PASSPHRASE), PASSPHRASE)  # killed before it ended the session
    with monkeypatch.context() as away:
        away.delenv("LSA_PASSPHRASE")
        refused(lsa("log"), "passphrase is needed", code=3)
    assert session.key_of(paths) is None


def test_records_that_are_gone_are_not_made_by_a_change_of_the_passphrase(
    lsa: RunLsa, home: Path, tmp_path: Path
) -> None:
    for ending in ("", "-wal", "-shm"):
        (home / f"records.db{ending}").unlink(missing_ok=True)
    (tmp_path / "new").write_text("a new passphrase\n")
    before = (home / "key.json").read_bytes()
    refused(lsa("key", "passphrase", "--new-passphrase-file", str(tmp_path / "new")), "gone", code=1)
    assert not (home / "records.db").exists()
    assert (home / "key.json").read_bytes() == before
