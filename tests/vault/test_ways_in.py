"""Passphrases, PINs and files of keys as people mistype, damage and forget them: each a sentence, nothing lost."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands import RunLsa, refused
from conftest import PASSPHRASE
from lsa_tui.cli import table
from lsa_tui.errors import BadInput
from lsa_tui.paths import find
from lsa_tui.vault import cipher, tries
from lsa_tui.vault import home as vault_home
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile, check_passphrase

NEW = "a passphrase that is new"
RECOVERY = re.compile(r"([0-9A-Z]{4}-){7}[0-9A-Z]{4}")


@pytest.fixture
def lsa(run_lsa: RunLsa) -> RunLsa:
    assert run_lsa("init", "--initials", "JT").code == 0
    run_lsa("pupil", "add", "K7")
    return run_lsa


# A home that is not there


def test_what_only_reads_makes_no_home(run_lsa: RunLsa, home: Path) -> None:
    words = {"history": ("x",), "access-request": ("K7",), "handson document": ("x",)}
    for name in table.READING:
        refused(run_lsa(*name.split(), *words.get(name, ())), f"nobody is set up in {home}", "lsa init", code=3)
        assert not home.exists(), name


def test_what_records_makes_one_and_prints_no_key(run_lsa: RunLsa, home: Path) -> None:
    done = run_lsa("pupil", "add", "K7")
    assert (done.code, "lsa key recovery" in done.err) == (0, True), done
    assert not RECOVERY.search(done.out + done.err)
    assert "NOBODY HAS IT" in run_lsa("doctor").out
    made = run_lsa("key", "recovery").out
    assert RECOVERY.search(made)
    done = run_lsa("doctor")
    assert (done.code, "NOBODY HAS IT" in done.out) == (0, False)


@pytest.mark.parametrize(
    "words", ["unlock", "key passphrase", "key recovery", "key keyring", "key rekey", "key encrypt"]
)
def test_keys_of_a_home_that_is_not_there(run_lsa: RunLsa, home: Path, words: str) -> None:
    refused(run_lsa(*words.split()), "nobody is set up", "lsa init", code=3)
    assert not home.exists()


def test_a_session_is_not_recommended_where_it_does_not_help(lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSA_PASSPHRASE")
    assert "lsa unlock" in lsa("log").err
    for words in (("unlock",), ("key", "passphrase"), ("key", "recovery"), ("key", "rekey")):
        done = lsa(*words)
        refused(done, "the passphrase is needed", "LSA_PASSPHRASE", code=3)
        assert "lsa unlock" not in done.err


# What is typed


@pytest.mark.parametrize("typed", [" " * 8, "\t \t \t \t ", "a" * 8, "短" * 20])
def test_a_passphrase_that_is_none(typed: str, run_lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput):
        check_passphrase(typed)
    monkeypatch.setenv("LSA_PASSPHRASE", typed)
    refused(run_lsa("init", "--initials", "JT"), "three or four words")
    assert not (home / "key.json").exists()
    check_passphrase("aaaaaaab")


def test_what_is_no_text_is_said(lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_PASSPHRASE", "caf\udce9 au lait")
    for words in (("log",), ("unlock",), ("key", "recovery")):
        refused(lsa(*words), "LSA_PASSPHRASE is not UTF-8 text")


@pytest.mark.parametrize("words", [("log", "--passphrase-file", ""), ("--passphrase-file=", "log")])
def test_a_passphrase_file_without_a_name(lsa: RunLsa, words: tuple[str, ...]) -> None:
    refused(lsa(*words), "passphrase file")


def test_pin_is_a_name_of_its_own(lsa: RunLsa) -> None:
    refused(lsa("key", "pin"), "lsa: a PIN is needed; set LSA_PIN", code=3)


@pytest.mark.parametrize("pin", ["abcd", "123", "1234567890123"])
def test_a_pin_for_the_keyring_is_digits(lsa: RunLsa, monkeypatch: pytest.MonkeyPatch, pin: str) -> None:
    monkeypatch.setenv("LSA_PIN", pin)
    refused(lsa("key", "keyring", "--pin"), "4 to 12 digits")


# Files with a right sum and a wrong content


def altered(place: Path, change: Callable[[dict[str, Any]], None]) -> None:
    facts = json.loads(place.read_text().rpartition("\n# ")[0])
    change(facts)
    body = json.dumps(facts)
    place.write_text(f"{body}\n# {cipher.digest(body.encode())}\n")


def _kdf(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda facts: facts["slots"][0]["kdf"].update(values)


WRONG: dict[str, Callable[[dict[str, Any]], None]] = {
    "no kdf": lambda facts: facts["slots"][0].pop("kdf"),
    "another kdf": _kdf(name="scrypt"),
    "huge memory": _kdf(memory_kib=1 << 40),
    "no memory": _kdf(memory_kib=0),
    "half a pass": _kdf(passes=0.5),
    "lanes as text": _kdf(lanes="4"),
    "short salt": _kdf(salt=base64.b64encode(b"ab").decode()),
    "short nonce": lambda facts: facts["slots"][0].update(nonce=base64.b64encode(b"ab").decode()),
    "no box": lambda facts: facts["slots"][0].pop("box"),
    "a slot that is none": lambda facts: facts["slots"].append("passphrase"),
    "next without other": lambda facts: facts.update(next={**facts}),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_key_file_with_a_wrong_content_is_damaged_and_its_copy_opens(lsa: RunLsa, home: Path, what: str) -> None:
    paths = find(str(home))
    whole = paths.key.read_bytes()
    altered(paths.key, WRONG[what])
    if what != "next without other":
        with pytest.raises(DamagedKeyFile):
            KeyFile.read(paths.key)
    assert lsa("log").code == 0
    assert paths.key.read_bytes() == whole, "mended from its copy"
    for place in (paths.key, paths.key_copy):
        altered(place, WRONG[what])
    refused(lsa("log"), "gone or damaged", code=1)


def test_a_change_whose_other_key_cannot_be_read_is_a_sentence(lsa: RunLsa, home: Path) -> None:
    paths = find(str(home))
    for place in (paths.key, paths.key_copy):
        altered(place, lambda facts: facts.update(other="AAAA", next={**facts, "other": "AAAA"}))
    refused(lsa("log"), "is damaged", code=1)


@pytest.mark.parametrize(
    "held", ["[NaN, NaN, NaN, NaN]", "[1e300, 1e300, 1e300, 1e300]", "[1" + "0" * 400 + "]", "{}", "["]
)
def test_wrong_tries_that_no_clock_wrote_shut_nobody_out(lsa: RunLsa, home: Path, held: str) -> None:
    (home / "unlock-failed.json").write_text(held)
    assert tries.seconds_to_wait(find(str(home))) == 0
    assert lsa("log").code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory")
def test_a_device_without_the_memory_to_stretch_says_so(lsa: RunLsa, home: Path) -> None:
    for place in (home / "key.json", home / "backups" / "key.json"):
        altered(place, _kdf(memory_kib=1 << 21))
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); "
    limited += "from lsa_tui.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", limited, "--home", str(home), "log"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "2048 MB of memory" in done.stderr) == (1, True), done


def test_without_sqlcipher_an_encrypted_home_has_one_way_out(lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    done = lsa("log")
    refused(done, "pip install sqlcipher3", code=1)
    assert "--plain" not in done.err


def test_a_demonstration_is_not_told_to_encrypt(run_lsa: RunLsa, tmp_path: Path) -> None:
    run_lsa("demo", "--no-open", "--days", "1")
    done = run_lsa("init", "--shared", f"sqlite:///{tmp_path}/school.db")
    assert (done.code, "key encrypt" in done.out, "made up" in done.out) == (0, False, True), done


def test_days_of_the_audit_the_wrong_way_round(lsa: RunLsa) -> None:
    refused(lsa("audit", "--since", "2026-11-20", "--until", "2026-11-10"), "turn them round")


# Sessions


def test_any_command_takes_away_what_is_left_of_sessions_that_are_over(
    lsa: RunLsa, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    assert lsa("--home", str(other), "init", "--initials", "MB").code == 0
    for place in (home, other):
        assert lsa("--home", str(place), "unlock").code == 0
    folder = Path(os.environ["XDG_RUNTIME_DIR"]) / "lsa-tui"
    first, second = sorted(folder.iterdir())
    facts = json.loads(first.read_text())
    first.write_text(json.dumps({**facts, "until": 0}))
    (folder / "cut.session").write_text('{"key": "')
    half, at_work = folder / ".cut.session.41.tmp", folder / ".cut.session.42.tmp"
    for one in (half, at_work):
        one.write_text('{"key": "')
    os.utime(half, (time.time() - 60,) * 2)
    assert lsa("--home", str(tmp_path / "nowhere"), "paths").code == 0
    assert sorted(folder.iterdir()) == [at_work, second], "what lasts stays, and what is being written"


def test_a_folder_in_memory_that_is_somebody_elses_is_left_alone(
    lsa: RunLsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    (theirs / "not-ours.session").write_text("their own")
    (Path(os.environ["XDG_RUNTIME_DIR"]) / "lsa-tui").symlink_to(theirs)
    assert lsa("paths").code == 0
    assert (theirs / "not-ours.session").exists()


def test_the_recovery_key_of_init_was_seen(run_lsa: RunLsa, home: Path) -> None:
    made = run_lsa("init", "--initials", "JT", "--json").json["recovery_key"]
    assert vault_home.key_of(find(str(home)), made) == vault_home.key_of(find(str(home)), PASSPHRASE)
    assert "NOBODY" not in run_lsa("doctor").out
