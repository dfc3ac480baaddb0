"""`lsa sync --status`: what a device knows of sharing, and what scripts make of it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import RunLsa, refused


@pytest.fixture
def school(run_lsa: RunLsa, at: Callable[[str], None], tmp_path: Path) -> RunLsa:
    """An LSA (jt) and a teacher (lp) who share one file; each command begins with who."""
    at("2026-11-23T15:31:00+00:00")
    (tmp_path / "share").mkdir()
    url = f"sqlite:///{tmp_path}/share/school.db"
    for who, role in (("jt", "lsa"), ("lp", "teacher")):
        home = str(tmp_path / who)
        given = ("--plain", "--initials", who.upper(), "--role", role, "--shared", url)
        assert run_lsa("--home", home, "init", *given).code == 0
    assert run_lsa("--home", str(tmp_path / "jt"), "pupil", "add", "K7").code == 0
    return lambda who, *words: run_lsa("--home", str(tmp_path / who), *words)


def test_before_and_after_a_sync(school: RunLsa, at: Callable[[str], None], tmp_path: Path) -> None:
    before = school("jt", "sync", "--status", "--json")
    assert before.code == 4
    told = json.loads(before.out)
    assert (told["kind"], told["store"]) == ("sqlite", f"{tmp_path}/share/school.db")
    assert (told["backlog"], told["last_ok"], told["complete"], told["asked"]) == (1, None, False, False)
    assert school("jt", "sync").code == 0
    assert school("lp", "sync").code == 0
    at("2026-11-24T08:00:00+00:00")
    after = school("lp", "sync", "--status", "--json").json
    assert after["complete"]
    assert after["last_ok"].startswith("2026-11-23T15:31")
    (device,) = after["devices"]
    assert (device["mine"], device["by"], device["changes"]) == (False, "JT", 1)
    assert device["heard"].startswith("2026-11-23T15:31")
    own = school("jt", "sync", "--status")
    assert own.code == 0
    for words in ("a file", "Last complete sync: Mon 23 Nov 2026 15:31", "Nothing is here only", "(this device)"):
        assert words in own.out
    assert "the shared store was not asked" in own.out


def test_it_asks_no_store_and_writes_nothing(school: RunLsa, tmp_path: Path) -> None:
    school("jt", "sync")
    school("jt", "note", "Sat by the window")
    os.rename(tmp_path / "share", tmp_path / "elsewhere")
    before = (tmp_path / "jt" / "records.db").read_bytes()
    done = school("jt", "sync", "--status", "--json")
    assert done.code == 4
    assert json.loads(done.out)["backlog"] == 1
    assert not (tmp_path / "share").exists()
    assert (tmp_path / "jt" / "records.db").read_bytes() == before


def test_a_new_home_and_a_home_without_a_store(run_lsa: RunLsa, tmp_path: Path) -> None:
    home = str(tmp_path / "new")
    run_lsa("--home", home, "init", "--plain", "--initials", "JT", "--role", "lsa")
    told = run_lsa("--home", home, "sync", "--status", "--json")
    assert told.json["store"] is None
    assert told.json["complete"]
    with sqlite3.connect(tmp_path / "new" / "records.db") as held:
        assert held.execute("SELECT count(*) FROM meta WHERE key = 'device'").fetchone() == (0,)
    held.close()
    run_lsa("--home", home, "pupil", "add", "K7")
    said = run_lsa("--home", home, "sync", "--status")
    assert "lsa init --shared URL" in said.out
    assert "1 on this device only\n" in said.out, "a sync is no use before a store is set"


def test_only_one_device_is_this_one(school: RunLsa, tmp_path: Path) -> None:
    school("jt", "sync")
    shutil.copytree(tmp_path / "jt", tmp_path / "copy")
    for who in ("jt", "copy", "jt", "copy"):
        school(who, "note", f"Counted on, {who}")
        assert school(who, "sync").code == 0
    said = [one for one in ("jt", "copy") if "before it was restored" in school(one, "sync", "--status").out]
    assert said
    for who in said:
        assert school(who, "sync", "--status").out.count("(this device)") == 1


def test_what_was_wrong_last_time_and_that_it_is_over(school: RunLsa, tmp_path: Path) -> None:
    school("jt", "sync")
    share = tmp_path / "share"
    good = (share / "school.db").read_bytes()
    (share / "school.db").unlink()
    (share / "school.db").mkdir()  # whoever it was: nothing there that could be opened
    assert school("jt", "sync").code == 4
    told = school("jt", "sync", "--status", "--json")
    assert told.code == 4
    assert "school.db" in json.loads(told.out)["last_error"]
    assert "Last time:" in school("jt", "sync", "--status").out
    (share / "school.db").rmdir()
    (share / "school.db").write_bytes(good)
    assert school("jt", "sync").code == 0
    told = school("jt", "sync", "--status", "--json")
    assert told.code == 0
    assert told.json["last_error"] is None


def said_last(school: RunLsa, who: str) -> str:
    """What `--status` says of the last sync: it was not complete."""
    told = school(who, "sync", "--status", "--json")
    assert told.code == 4, told
    last = json.loads(told.out)["last_error"]
    assert f"Last time: {last}\n" in school(who, "sync", "--status").out
    return str(last)


def well_at_last(school: RunLsa, who: str) -> None:
    assert school(who, "sync").code == 0
    assert school(who, "sync", "--status", "--json").json["last_error"] is None
    assert "Last time" not in school(who, "sync", "--status").out


def test_a_store_that_was_never_reached(school: RunLsa, tmp_path: Path) -> None:
    (tmp_path / "share").rmdir()
    assert school("lp", "sync").code == 4
    assert "its folder is not there" in said_last(school, "lp")
    assert "not shared yet" not in said_last(school, "lp"), "how much that is, is said anew"
    assert "No sync with it was complete yet" in school("lp", "sync", "--status").out
    (tmp_path / "share").mkdir()
    well_at_last(school, "lp")


def test_a_store_that_this_device_has_not_joined(
    school: RunLsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "two red buckets")
    assert school("jt", "sync").code == 0
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    assert school("lp", "sync").code == 3
    assert "needs its join passphrase once on this device" in said_last(school, "lp")
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "zebra7 zebra7")
    assert school("lp", "sync").code == 3
    assert "that is not the join passphrase" in said_last(school, "lp")
    assert b"zebra7" not in b"".join(one.read_bytes() for one in (tmp_path / "lp").glob("records.db*"))
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "two red buckets")
    well_at_last(school, "lp")


def test_a_store_in_use_whose_folder_a_cloud_client_copies_now(school: RunLsa, tmp_path: Path) -> None:
    school("lp", "sync")
    (tmp_path / "share" / ".dropbox").write_text("")
    assert school("lp", "sync").code == 2
    assert "Dropbox copies" in said_last(school, "lp")
    (tmp_path / "share" / ".dropbox").unlink()
    well_at_last(school, "lp")


def test_a_server_that_does_not_answer_and_its_password(run_lsa: RunLsa, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    url = "postgresql://jt:zebra7@127.0.0.1:9/school"
    run_lsa("--home", home, "init", "--plain", "--initials", "JT", "--role", "teacher", "--shared", url)
    assert run_lsa("--home", home, "sync").code == 4
    assert "127.0.0.1:9/school" in said_last(lambda _, *words: run_lsa("--home", home, *words), "jt")
    assert b"zebra7" not in b"".join(one.read_bytes() for one in (tmp_path / "home").glob("records.db*"))


def test_one_that_was_stopped(school: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    school("jt", "sync")
    school("jt", "note", "Sat by the window")

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("lsa_tui.sync.sending.Sending.push", stopped)
        school("jt", "sync")
    assert said_last(school, "jt").startswith("it was stopped")
    well_at_last(school, "jt")


def test_a_dry_run_is_no_sync_and_is_not_noted(school: RunLsa, tmp_path: Path) -> None:
    school("lp", "sync")
    os.rename(tmp_path / "share", tmp_path / "elsewhere")
    assert school("lp", "sync", "--dry-run").code == 4
    assert school("lp", "sync", "--status", "--json").json["last_error"] is None


def test_of_another_store_nothing_is_said(school: RunLsa, tmp_path: Path) -> None:
    os.rename(tmp_path / "share", tmp_path / "elsewhere")
    assert school("lp", "sync").code == 4
    assert school("lp", "init", "--shared", f"sqlite:///{tmp_path}/elsewhere/school.db").code == 0
    assert school("lp", "sync", "--status", "--json").json["last_error"] is None


def test_a_damaged_home_is_mended_by_hand(school: RunLsa, tmp_path: Path) -> None:
    for n in range(40):
        school("jt", "note", f"{n} " + "sat by the window " * 60)
    file = tmp_path / "jt" / "records.db"
    content = bytearray(file.read_bytes())
    content[-60_000:-12_000] = bytes(48_000)  # it can be opened all the same
    file.write_bytes(content)
    done = school("jt", "sync")
    refused(done, "records.db: it is damaged; run `lsa doctor`", code=1)
    assert "still on this device" not in done.err, "that is not known"
    assert "not shared yet" not in done.err


def test_a_copy_that_was_set_aside_is_named(school: RunLsa, tmp_path: Path) -> None:
    school("jt", "sync")
    assert school("jt", "sync", "--status", "--json").json["damaged"] == []
    shared = tmp_path / "share" / "school.db"
    data = bytearray(shared.read_bytes())
    data[4096 * 2 : 4096 * 3] = os.urandom(4096)
    data[100:140] = b"\xff" * 40
    shared.write_bytes(bytes(data))
    school("jt", "note", "afterwards")
    assert school("jt", "sync").code == 0
    (name,) = school("jt", "sync", "--status", "--json").json["damaged"]
    assert name.startswith("school.db.damaged-2026-11-23-1531")
    assert (shared.parent / name).read_bytes() == bytes(data)
    assert f"Damaged, and kept beside it: {name}" in school("jt", "sync", "--status").out


def test_what_waits_for_a_decision_and_what_did_not_come(
    school: RunLsa, at: Callable[[str], None], tmp_path: Path
) -> None:
    school("jt", "plan", "add", "Maths", "--start", "09:00", "--end", "10:00", "--date", "2026-11-24")
    school("jt", "target", "add", "T1", "Asks for help")
    for who in ("jt", "lp"):
        school(who, "sync")
    uid = school("jt", "target", "list", "--json").json[0]["id"]
    school("jt", "correct", uid, "text=Asks with the card")
    school("lp", "correct", uid, "text=Asks with a word")
    for who in ("jt", "lp", "jt"):
        met = school(who, "sync")
    assert ("1 needs your decision" in met.out, "`lsa conflicts` lists" in met.err) == (True, True)
    at("2026-11-24T10:01:00+00:00")
    told = school("lp", "sync", "--status", "--json").json
    assert told["conflicts"] == 1
    assert told["handovers"] == [
        {"pupil": "K7", "days": ["2026-11-24"], "planned": True, "last_received": None, "last_is": None,
         "says": "no hand-over for Tue; nothing received yet"}
    ]  # fmt: skip
    said = school("lp", "sync", "--status").out
    assert "1 to decide; `lsa conflicts` lists them" in said
    assert "K7: no hand-over for Tue" in said


def test_a_password_is_nowhere_in_it(run_lsa: RunLsa, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    url = "postgresql://jt:zebra7@db.example/school"
    done = run_lsa("--home", home, "init", "--plain", "--initials", "JT", "--role", "lsa", "--shared", url)
    assert done.code == 0, done
    for words in (("sync", "--status"), ("sync", "--status", "--json"), ("paths",), ("shared", "status")):
        done = run_lsa("--home", home, *words)
        assert "zebra7" not in done.out + done.err, words
    assert "db.example/school: a server" in run_lsa("--home", home, "sync", "--status").out


def test_it_is_asked_alone(school: RunLsa) -> None:
    refused(school("jt", "sync", "--status", "--dry-run"), "without --dry-run")


def test_a_device_is_its_owner_s_also_where_somebody_covered_last(school: RunLsa) -> None:
    """Both devices on which a colleague had covered stood there under her initials."""
    for who in ("jt", "lp"):
        school(who, "cover", "--initials", "MB")
        school(who, "note", "Counted on from 8", "--pupil", "K7")
        school(who, "sync")
    school("jt", "sync")
    told = {one["by"]: one["mine"] for one in school("jt", "sync", "--status", "--json").json["devices"]}
    assert told == {"JT": True, "LP": False}
    assert school("jt", "cover", "--end").code == 0
    assert " MB " not in school("jt", "sync", "--status").out
