"""What people really type, paste and break: kept where it is text, a sentence where it is wrong."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import RunLsa, refused

TEXTS = {
    "emoji": "Smiled \U0001f600 and waved \U0001f469\u200d\U0001f3eb",
    "accents": "Zoë said \u201cça va\u201d",
    "markup": "[/] [@click=app.bell] [bold]x[/bold] $(ls) `x` %s {0}",
    "right to left": "\u05d0\u05d1\u05d2 then left",
    "long": "x" * 10_000,
    "lines": "one\ntwo",
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_kept_as_typed(lsa: RunLsa, name: str) -> None:
    done = lsa("note", TEXTS[name], "--json")
    assert done.json["text"] == TEXTS[name]
    listed = lsa("log")
    assert listed.code == 0
    assert TEXTS[name].split("\n")[0] in listed.out


def test_control_characters_are_taken_out(lsa: RunLsa) -> None:
    done = lsa("note", "a\x1b[31mred\x07\x00 b\x9b\tc\r\nd", "--json").json
    assert done["text"] == "a[31mred b c\nd"


def test_bytes_that_are_no_text(lsa: RunLsa, run_process) -> None:
    done = run_process("note", b"caf\xe9 and \xff", "--json")
    assert done.json["text"] == "caf\ufffd and \ufffd"
    assert run_process("log").code == 0


@pytest.mark.parametrize("text", ["", "   ", "#T1", "\x07"])
def test_a_note_without_text(lsa: RunLsa, text: str) -> None:
    refused(lsa("note", text))
    assert lsa("log", "--json").json["entries"] == []


def test_a_text_that_is_too_long(lsa: RunLsa) -> None:
    refused(lsa("note", "x" * 20_001), "20001 characters", "20000")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("25:00", "is not a time"),
        ("", "a time is empty"),
        (" ", "a time is empty"),
        ("soon", "is not a time"),
        ("2026-02-30T10:00", "is not a time"),
        ("2026-11-24", "a day without a time"),
        ("2026-03-29T01:30", "clocks went forward"),
        ("10:42+99:00", "is not a time"),
        ("9999-01-01T10:00", "at is"),
    ],
)
def test_times_that_do_not_exist(lsa: RunLsa, when: str, said: str) -> None:
    refused(lsa("note", "Sat", "--at", when), said)
    assert lsa("log", "--json").json["entries"] == []


def test_a_time_that_comes_twice_is_the_first(lsa: RunLsa) -> None:
    assert lsa("note", "Sat", "--at", "2026-10-25T01:30", "--json").json["at"] == "2026-10-25T01:30:00+01:00"


def test_unknown_pupil_target_and_key(lsa: RunLsa) -> None:
    refused(lsa("note", "Sat", "--pupil", "K8"), "no pupil 'K8'")
    refused(lsa("trial", "T8", "self"), "no target 'T8'")
    refused(lsa("tally", "?"), "one letter")


def test_a_clock_that_is_none(lsa: RunLsa, at) -> None:
    for moment in ("2026-11-24T10:00", "todayT"):
        at(moment)
        refused(lsa("note", "Sat"), "LSA_NOW")


def test_a_clock_that_jumps_back_keeps_the_order_of_recording(lsa: RunLsa, at) -> None:
    lsa("note", "first", "--at", "09:00")
    at("08:00")
    lsa("note", "second", "--at", "09:00")
    assert [one["text"] for one in lsa("log", "--json").json["entries"]] == ["first", "second"]


def test_broken_settings_are_said_and_the_defaults_used(lsa: RunLsa, home: Path) -> None:
    (home / "config.toml").write_text("[person\nname = ")
    done = lsa("note", "Sat", "--json")
    assert done.json["by"] == "JT"  # known to the database as well
    assert done.err.count("lsa: ") == 1
    assert "config.toml" in done.err
    assert lsa("init", "--initials", "MB").code == 0
    assert (home / "config-unreadable.toml").read_text() == "[person\nname = "
    assert lsa("note", "Sat", "--json").json["by"] == "MB"


def test_settings_that_are_gone_are_said_and_how_to_bring_them_back(lsa: RunLsa, home: Path) -> None:
    lsa("init", "--role", "teacher")
    (home / "config.toml").unlink()
    done = lsa("note", "Sat", "--json")
    assert done.json["by"] == "JT"
    assert done.err.count("config.toml is gone") == 1
    assert "the role lsa" in done.err
    assert "lsa init --name NAME --initials JT --role ROLE" in done.err
    looked = lsa("doctor")
    assert looked.code == 1
    assert "WRONG  settings" in looked.out
    assert lsa("init", "--name", "Jo", "--initials", "JT", "--role", "teacher").code == 0
    assert lsa("note", "Sat").err == ""


def test_a_plain_home_whose_records_are_damaged_lost_no_key(
    run_lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LSA_PASSPHRASE")
    for words in (("init", "--name", "Jo", "--initials", "JT", "--plain"), ("pupil", "add", "K7"), ("note", "Sat")):
        assert run_lsa(*words).code == 0
    whole = (home / "records.db").read_bytes()
    for held in (b"garbage\n", b"\0" * 4096 + whole[4096:], b"not a database at all" * 900):
        for file in home.glob("records.db*"):
            file.unlink()
        (home / "records.db").write_bytes(held)
        refused(run_lsa("log"), "records.db is damaged", "lsa doctor --repair", code=1)
        assert "key.json" not in run_lsa("log").err
        assert "WRONG  database" in run_lsa("doctor").out
    refused(run_lsa("doctor", "--repair", "--yes"), "nothing is left to make the records of", code=1)
    (home / "records.db").write_bytes(b"\0" * 100 + whole[100:])
    assert "the records were made anew" in run_lsa("doctor", "--repair", "--yes").out
    assert "Sat" in run_lsa("log").out


def test_an_encrypted_home_without_its_keys_is_not_called_plain(lsa: RunLsa, home: Path) -> None:
    (home / "key.json").unlink()
    (home / "backups" / "key.json").unlink()
    refused(lsa("log"), "key.json is gone or damaged", code=1)


def test_unknown_settings_are_named_with_the_nearest(lsa: RunLsa, home: Path) -> None:
    (home / "config.toml").write_text('[look]\nthem = "dusk"\n[time]\nzone = "Mars"\n')
    done = lsa("log", "--json")
    assert done.json["entries"] == []
    assert "[look] them is not a setting; did you mean 'theme'?" in done.err
    assert "[time] zone is not a time zone" in done.err


def test_a_database_that_is_none(lsa: RunLsa, home: Path) -> None:
    for file in home.glob("records.db*"):
        file.unlink()
    (home / "records.db").write_bytes(b"not a database at all" * 100)
    refused(lsa("log"), "records.db", code=1)
    assert (home / "records.db").read_bytes() == b"not a database at all" * 100


def obey_permissions() -> None:
    """Root may write everywhere; without CAP_DAC_OVERRIDE it is asked for permission like everybody."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.skipif(sys.platform != "linux", reason="permissions of root are taken away as Linux does it")
@pytest.mark.parametrize("words", [("note", "Stood"), ("init", "--initials", "MB"), ("undo",)])
def test_a_home_that_may_not_be_written(lsa: RunLsa, home: Path, words: tuple[str, ...]) -> None:
    lsa("note", "Sat")
    before = {path: path.read_bytes() for path in home.rglob("*.*")}
    for path in before:
        path.chmod(0o444)
    home.chmod(0o555)
    command = [sys.executable, "-m", "lsa_tui", "--home", str(home), *words]
    done = subprocess.run(command, capture_output=True, preexec_fn=obey_permissions, check=False, timeout=60)
    home.chmod(0o755)
    assert done.returncode == 1, done
    assert done.stderr.startswith(b"lsa: ")
    assert b"Traceback" not in done.stderr
    assert b"read-only" in done.stderr or b"Permission denied" in done.stderr
    assert done.stdout == b""
    assert {path: path.read_bytes() for path in home.rglob("*.*")} == before
