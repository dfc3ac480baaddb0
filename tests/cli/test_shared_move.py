"""`lsa shared move` and `lsa shared lock-test`, and a server as the shared store, as people and scripts use them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import Ran, RunLsa, refused
from postgres import PASSWORD, Cluster


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "share").mkdir()
    return f"sqlite:///{tmp_path}/share/school.db"


@pytest.fixture
def device(run_lsa: RunLsa, tmp_path: Path):
    """Runs a command on a plain device by name; one that is new is set up first."""

    def run(name: str, *words: str) -> Ran:
        home = tmp_path / name
        if not home.exists():
            done = run_lsa("--home", str(home), "init", "--plain", "--initials", name.upper(), "--defaults")
            assert done.code == 0, done
            assert run_lsa("--home", str(home), "pupil", "add", "K7").code == 0
        return run_lsa("--home", str(home), *words)

    return run


def test_to_a_folder_and_on_to_a_server(device, file: str, tmp_path: Path, postgres: Cluster) -> None:
    folder, server = f"folder:///{tmp_path}/cloud", postgres.database()
    (tmp_path / "cloud").mkdir()
    device("jt", "init", "--shared", file)
    device("jt", "note", "Counted on from 8")
    assert device("jt", "sync").code == 0

    would = device("jt", "shared", "move", folder, "--dry-run", "--json").json
    assert would == {
        **would,
        "moved": False,
        "same": False,
        "from": f"{tmp_path}/share/school.db",
        "to": f"{tmp_path}/cloud",
    }
    done = device("jt", "shared", "move", folder)
    assert done.code == 0
    assert "read back and the same" in done.out
    assert f"lsa init --shared {folder}" in done.out
    moved = device("jt", "shared", "move", server, "--json").json
    assert (moved["moved"], moved["same"], moved["renamed"]) == (True, True, False)
    assert device("jt", "sync", "--json").json["verified"] is True

    for old in (file, folder):
        device("lp", "init", "--shared", old)
        refused(device("lp", "sync"), "were moved to", "lsa init --shared", code=4)
    device("lp", "init", "--shared", server)
    assert device("lp", "sync", "--json").json["received"] > 0
    assert "Counted on from 8" in device("lp", "log").out


def test_what_cannot_be_moved_is_said(device, file: str, tmp_path: Path) -> None:
    refused(device("jt", "shared", "move", file), "nothing to move")
    device("jt", "init", "--shared", file)
    refused(device("jt", "shared", "move", file), "shared already")
    refused(device("jt", "shared", "move", "school.db"), "is a path")
    refused(device("jt", "shared", "move", f"folder:///{tmp_path}/away/there"), code=4)
    assert device("jt", "sync").code == 0


def test_a_second_name_of_the_store_only_changes_the_setting(device, file: str, tmp_path: Path) -> None:
    device("jt", "init", "--shared", file)
    device("jt", "sync")
    (tmp_path / "link").symlink_to(tmp_path / "share")
    done = device("jt", "shared", "move", f"sqlite:///{tmp_path}/link/school.db", "--json")
    assert (done.code, done.json["moved"], done.json["same"], done.json["renamed"]) == (0, False, True, True)
    assert "one and the same store" in device("jt", "shared", "move", file).out
    device("lp", "init", "--shared", file)
    assert device("lp", "sync").code == 0


def test_where_nobody_can_choose_a_join_passphrase_it_is_the_move_that_is_done_at_a_terminal(
    device, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said "or sync at a terminal", which sends nobody to the new place."""
    device("jt", "init", "--shared", file)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "two red buckets")
    assert device("jt", "sync").code == 0
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    (tmp_path / "cloud").mkdir()
    done = device("jt", "shared", "move", f"folder:///{tmp_path}/cloud")
    refused(done, "set LSA_SHARED_PASSPHRASE, or move at a terminal", code=3)


@pytest.mark.parametrize("address", ["postgresql://u:SEKRET@h/x", "u:SEKRET@h/x", "postgresql//u:SEKRET@h/x"])
def test_a_password_in_the_wrong_place_is_not_shown(device, file: str, address: str) -> None:
    tried = [("sync", address), ("sync", address, "--json"), ("shared", "move", address), ("shared", "join", address)]
    tried += [("init", "--shared", address, "--role", address), ("shared", "lock-test", address), (address,)]
    for words in tried:
        done = device("jt", *words)
        assert done.code != 0, words
        assert "SEKRET" not in done.out + done.err, words
        assert "Traceback" not in done.err


def test_a_server_stands_joined_and_its_account_is_never_shown(device, postgres: Cluster, monkeypatch) -> None:
    name = postgres.database().split("/")[3].partition("?")[0]
    url = postgres.over_tcp(name)
    secrets = (PASSWORD, url.partition(":")[2].partition("@")[0].rpartition(":")[2])
    said = []

    def run(*words: str, code: int = 0) -> Ran:
        done = device("jt", *words)
        assert done.code == code, done
        said.append(done.out + done.err)
        return done

    run("init", "--shared", url)
    assert run("init", "--shared", url, "--json").json["shared"] == f"postgresql://127.0.0.1:{postgres.port}/{name}"
    run("shared", "status")
    run("sync")
    assert run("shared", "status", "--json").json["state"] == "server"
    run("shared", "join")
    run("shared", "invite", code=1)
    run("shared", "rekey", code=1)
    run("sync", "--json")
    run("doctor")
    run("doctor", "--json")
    run("paths")
    run("paths", "--json")
    # Everything goes wrong, in every way that is to be had here.
    wrong = url.replace(f":{url.split(':')[2].split('@')[0]}@", ":gu3ssed@")
    assert "gu3ssed" in wrong
    for broken in (wrong, url + "nonesuch", url + "?sslmode=require", url + "?nosuchoption=gu3ssed", url + "?port=1"):
        run("init", "--shared", broken)
        for words in (("sync",), ("sync", "--json"), ("shared", "status"), ("doctor",), ("shared", "join")):
            done = device("jt", *words)
            said.append(done.out + done.err)
            assert "Traceback" not in done.err
    for words in said:
        for secret in (*secrets, "gu3ssed"):
            assert secret not in words


def test_two_processes_see_that_locks_work(device, file: str, run_process: RunLsa, tmp_path: Path) -> None:
    device("jt", "init", "--shared", file)
    device("lp", "init", "--shared", file)
    told = [sys.executable, "-m", "lsa_tui", "--home", str(tmp_path / "jt"), "shared", "lock-test"]
    with subprocess.Popen(
        told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as first:
        code = first.stderr.readline().split()[-1]
        second = run_process("--home", str(tmp_path / "lp"), "shared", "lock-test", "--code", code)
        assert (second.code, second.out.startswith("Locks work on this machine: both ends")) == (0, True)
        assert "run this end on another machine" in second.out
        refused(
            run_process("--home", str(tmp_path / "lp"), "shared", "lock-test", "--code", "1"), "no lock test", code=1
        )
        out, _ = first.communicate("\n", timeout=30)
    assert first.returncode == 0
    assert code in out
    assert not list((tmp_path / "share").iterdir()), "the shared file was not even made"


def test_on_two_machines_it_is_the_share_that_is_proven(device, file: str, tmp_path: Path, monkeypatch) -> None:
    from lsa_tui.sync import lock_test

    path = tmp_path / "share" / "school.db.lock-test"
    with lock_test.holding(path) as code:
        monkeypatch.setattr("platform.node", lambda: "another-laptop")
        done = device("jt", "shared", "lock-test", file, "--code", code)
        assert done.out == f"Locks work: while the other machine held {path}, this one was refused it\n"
        told = device("jt", "shared", "lock-test", file, "--code", code, "--json").json
        assert told == {"works": True, "one_machine": False, "file": str(path)}


def test_a_lock_test_ends_by_itself_for_a_script(device, file: str) -> None:
    done = device("jt", "shared", "lock-test", file, "--seconds", "1", "--json")
    assert len(done.json["code"]) == 4
    assert f"lsa shared lock-test {file} --code {done.json['code']}" in done.err
    said = device("jt", "shared", "lock-test", file, "--seconds", "1").out
    assert said.endswith("is what the other machine has answered\n")


@pytest.mark.parametrize("seconds", ["0", "-3", "1000000000000", "1.5"])
def test_a_lock_test_of_no_time_is_refused(device, file: str, tmp_path: Path, seconds: str) -> None:
    refused(device("jt", "shared", "lock-test", file, "--seconds", seconds), "--seconds")
    assert not (tmp_path / "share" / "school.db.lock-test").exists()
