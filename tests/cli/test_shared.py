"""`lsa shared` and `lsa sync` with an encrypted shared store, as people and scripts use them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from commands import RunLsa, refused
from lsa_tui import passphrases

PASS, NEW = "two red buckets", "a yellow spade"


@pytest.fixture
def url(tmp_path: Path) -> str:
    (tmp_path / "share").mkdir()
    return f"sqlite:///{tmp_path}/share/school.db"


@pytest.fixture
def device(run_lsa: RunLsa, tmp_path: Path, url: str):
    """Runs a command on a device by name; one that is new is set up first."""

    def run(name: str, *words: str):
        home = tmp_path / name
        if not home.exists():
            done = run_lsa("--home", str(home), "init", "--name", name, "--initials", name.upper(), "--shared", url)
            assert done.code == 0, done
        return run_lsa("--home", str(home), *words)

    return run


def test_a_store_is_made_joined_and_shared(device, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device("jt", "pupil", "add", "K7")
    assert device("jt", "note", "Counted on from 8").code == 0
    refused(device("jt", "sync"), "needs a join passphrase", "LSA_SHARED_PASSPHRASE", code=3)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "short")
    refused(device("jt", "sync"), "at least 8 characters", code=2)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    assert device("jt", "sync", "--json").json["created"] is True
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    refused(device("lp", "sync"), "needs its join passphrase", "lsa shared join", code=3)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "not this one")
    refused(device("lp", "sync"), "not the join passphrase", code=3)
    refused(device("lp", "shared", "join"), "not the join passphrase", code=3)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    assert device("lp", "shared", "join").code == 0
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    assert device("lp", "sync", "--json").json["received"] >= 1
    assert "Counted on from 8" in device("lp", "log").out


def plain(run_lsa: RunLsa, tmp_path: Path, name: str, url: str) -> RunLsa:
    """A command on a plain device, which has synced with a plain store."""
    home = str(tmp_path / name)
    run_lsa("--home", home, "init", "--plain", "--initials", name.upper(), "--role", "lsa", "--shared", url)
    run_lsa("--home", home, "pupil", "add", "K7")
    assert run_lsa("--home", home, "sync").code == 0
    return lambda *words: run_lsa("--home", home, *words)


@pytest.mark.parametrize("kind", ["sqlite", "folder"])
def test_another_groups_plain_store_is_not_to_be_encrypted(run_lsa: RunLsa, tmp_path: Path, kind: str) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    place, other = ((tmp_path / name / "school.db") for name in ("ours", "theirs"))
    ours = plain(run_lsa, tmp_path, "jt", f"{kind}:///{place}")
    plain(run_lsa, tmp_path, "far", f"{kind}:///{other}")
    assert "`lsa shared rekey` does it" in ours("shared", "status").out
    refused(ours("shared", "invite"), "is not encrypted; `lsa shared rekey` does it", code=1)
    place.rename(place.with_name("away"))
    other.rename(place)
    assert ours("sync").code == 4
    told = ours("shared", "status")
    assert told.code == 4
    assert "is another shared store than the one that was there" in told.out
    assert "rekey" not in told.out
    done = ours("shared", "invite")
    refused(done, "is another shared store than the one that was there", code=4)
    assert "rekey" not in done.err


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_store_that_was_moved_away_says_where(
    run_lsa: RunLsa, tmp_path: Path, url: str, encrypted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    if encrypted:
        monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    one, two = (plain(run_lsa, tmp_path, name, url) for name in ("jt", "lp"))
    assert one("shared", "move", f"sqlite:///{tmp_path}/new/school.db").code == 0
    told = two("shared", "status")
    assert told.code == 4
    assert f"were moved to sqlite:///{tmp_path}/new/school.db; type `lsa init --shared" in told.out
    assert "rekey" not in told.out
    assert ("This device has joined" in told.out) == encrypted
    refused(two("shared", "invite"), "were moved to", code=4)


def test_a_wrong_passphrase_as_json(device, monkeypatch: pytest.MonkeyPatch) -> None:
    done = device("jt", "sync", "--json")
    assert done.code == 3
    assert '"code": "locked"' in done.out


def test_an_invitation_quotes_an_address_with_a_blank(device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    (tmp_path / "a share").mkdir()
    url = f"sqlite:///{tmp_path}/a share/school.db"
    device("jt", "init", "--shared", url)
    device("jt", "sync")
    assert f"lsa shared join '{url}'" in device("jt", "shared", "invite").out


def test_an_invitation_on_paper(device, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    device("jt", "sync")
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    shown = device("jt", "shared", "invite")
    assert shown.code == 0
    assert "█" in shown.out
    assert f"lsa shared join {url}" in shown.out
    words = shown.out.splitlines()[2].strip()
    assert len(words.split()) == 6
    paper = tmp_path / "words.txt"
    paper.write_text(f"{words}\n", encoding="utf-8")
    assert device("lp", "shared", "join", url, "--join-passphrase-file", str(paper)).code == 0
    assert device("lp", "sync", "--json").json["verified"] is True
    refused(device("mb", "shared", "join", "--join-passphrase-file", str(paper)), "good for once", code=3)
    made = device("jt", "shared", "invite", "--json").json
    assert made.keys() == {"words", "until", "path"}


def test_a_new_key(device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    for name in ("jt", "lp"):
        assert device(name, "sync").code == 0
    refused(device("jt", "shared", "rekey"), "has already", code=1)
    refused(device("mb", "shared", "rekey"), "lsa shared join", code=3)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", NEW)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "short")
    refused(device("jt", "shared", "rekey"), "at least 8 characters", code=2)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", NEW)
    assert device("jt", "shared", "rekey", "--json").json["was_plain"] is False
    assert device("jt", "sync").code == 0
    refused(device("lp", "sync"), "was changed", "lsa shared join", code=4)
    assert device("lp", "shared", "status", "--json").code == 4
    assert device("lp", "shared", "join").code == 0
    assert device("lp", "sync").code == 0
    assert device("lp", "shared", "status", "--json").json["joined"] is True


def test_without_a_terminal_a_new_key_needs_its_passphrase(device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    device("jt", "sync")
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    refused(device("jt", "shared", "rekey"), "join-passphrase-file", code=3)
    assert device("jt", "sync").code == 0


def test_a_store_that_is_not_there(device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    for verb in ("join", "invite", "rekey"):
        refused(device("jt", "shared", verb), "`lsa sync` makes it", code=1)
    assert device("jt", "shared", "status", "--json").json["state"] == "not there"


def test_a_plain_home_is_told_that_its_store_is_plain(run_lsa: RunLsa, url: str, monkeypatch) -> None:
    monkeypatch.delenv("LSA_PASSPHRASE")
    run_lsa("init", "--name", "JT", "--initials", "JT", "--plain", "--shared", url)
    done = run_lsa("sync", "--json").json
    assert any("not encrypted" in one for one in done["notes"])
    assert run_lsa("shared", "status", "--json").json["state"] == "plain"
    refused(run_lsa("shared", "invite"), "not encrypted", "lsa shared rekey", code=1)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    assert run_lsa("shared", "rekey", "--json").json["was_plain"] is True
    assert run_lsa("shared", "status", "--json").json["state"] == "encrypted"
    assert run_lsa("sync").code == 0


def test_a_device_that_missed_a_new_key_does_not_undo_it(device, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    for name in ("jt", "lost"):
        assert device(name, "sync").code == 0
    old = (tmp_path / "share" / "school.db").read_bytes()
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", NEW)
    assert device("jt", "shared", "rekey").code == 0
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    (tmp_path / "share" / "school.db").unlink()
    refused(device("lost", "sync"), "was changed", "lsa shared join", code=4)
    assert not (tmp_path / "share" / "school.db").exists()
    (tmp_path / "share" / "school.db").write_bytes(old)
    refused(device("lost", "sync"), "was changed", code=4)
    refused(device("jt", "sync"), "went back to an earlier key", "move it away", code=4)
    status = device("jt", "shared", "status", "--json")
    assert status.code == 4
    assert '"joined": true' in status.out
    (tmp_path / "share" / "school.db").rename(tmp_path / "away.db")
    assert device("jt", "sync").code == 0
    assert device("jt", "shared", "status").code == 0


def test_a_plain_home_that_joins_is_told_what_that_means(run_lsa, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "five red boats")
    (tmp_path / "share").mkdir()
    url = f"sqlite:///{tmp_path}/share/school.db"
    one, plain = ("--home", str(tmp_path / "one")), ("--home", str(tmp_path / "plain"))
    run_lsa(*one, "init", "--initials", "JT", "--shared", url)
    assert "not encrypted" not in run_lsa(*one, "sync").out
    run_lsa(*plain, "init", "--initials", "PP", "--plain", "--shared", url)
    assert "stands plain on this device" in run_lsa(*plain, "shared", "join").err
    assert any("stands plain" in note for note in run_lsa(*plain, "sync", "--json").json["notes"])


@pytest.fixture
def folder(run_lsa: RunLsa, tmp_path: Path) -> str:
    (tmp_path / "cloud").mkdir()
    return f"folder:///{tmp_path}/cloud/school"


def test_a_folder_is_called_what_it_is_called(device, folder: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    assert device("jt", "init", "--shared", folder).code == 0
    assert device("jt", "sync").code == 0
    monkeypatch.delenv("LSA_SHARED_PASSPHRASE")
    done = device("lp", "shared", "join", folder)
    refused(done, f"invitation for {tmp_path}/cloud/school is needed", code=3)


def test_the_words_of_an_invitation_are_for_joining(device, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    device("jt", "sync")
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", device("jt", "shared", "invite", "--json").json["words"])
    refused(device("lp", "sync"), "words of an invitation, and `lsa shared join` takes those", code=3)
    assert device("lp", "shared", "join").code == 0
    assert "wrong join" not in device("lp", "audit").out


def test_the_words_stand_below_the_picture_too(device, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    device("jt", "sync")
    shown = device("jt", "shared", "invite").out.splitlines()
    assert shown[2] == shown[-1]
    assert len(shown[-1].split()) == 6
    last = shown[-19:]  # a phone's screen, with its prompt
    assert sum("█" in line for line in last) == sum("█" in line for line in shown)


def test_wrong_join_passphrases_are_in_the_audit_and_times_are_read(device, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")
    device("jt", "sync")
    words = device("jt", "shared", "invite", "--json").json["words"]
    assert "until 2026-12-01 10:42\n" in device("jt", "audit").out
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "not this one")
    for verb in (("sync",), ("shared", "join")):
        refused(device("lp", *verb), "not the join passphrase", code=3)
    found = device("lp", "audit", "--json").json["entries"]
    assert [one["did"] for one in found].count("wrong join passphrase") == 2
    monkeypatch.setenv("LSA_NOW", "2026-12-02T10:42:00+00:00")
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", words)
    refused(device("lp", "shared", "join"), "held until 2026-12-01 10:42; ask", code=3)


@pytest.mark.parametrize("plain", [True, False])
def test_another_group_s_store_is_joined_only_where_that_is_meant(device, run_lsa, url, tmp_path, monkeypatch, plain):
    """What came together cannot be taken apart, so it is asked, and a script says --yes."""
    if not plain:
        monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    for name, place in (("jt", url), ("far", f"sqlite:///{tmp_path}/far.db")):
        given = ("--initials", name.upper(), "--shared", place, *(["--plain"] if plain else []))
        assert run_lsa("--home", str(tmp_path / name), "init", *given).code == 0
        device(name, "pupil", "add", {"jt": "K7", "far": "M3"}[name])
        assert device(name, "sync").code == 0
    for end in ("", ".keys"):
        if (tmp_path / f"far.db{end}").exists():
            os.replace(tmp_path / f"far.db{end}", tmp_path / "share" / f"school.db{end}")
    refused(device("jt", "sync"), "is another shared store than the one", "put the right one back", code=4)
    refused(device("jt", "shared", "join"), "put the right one back, or add --yes", "both groups together")
    assert "M3" not in device("jt", "pupil", "list").out

    monkeypatch.setattr(passphrases, "can_ask", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("\nyes\n"))
    no = device("jt", "shared", "join")
    assert (no.code, "both groups together for good\nJoin it? Type yes: " in no.err) == (1, True)
    assert "was not joined, nothing was changed" in no.err
    refused(device("jt", "sync"), "is another shared store than the one", code=4)
    assert device("jt", "shared", "join").code == 0
    assert device("jt", "sync", "--json").json["received"] == 1


def test_a_script_joins_another_group_s_store_with_yes(device, run_lsa, url, tmp_path) -> None:
    for name, code in (("jt", "K7"), ("far", "M3")):
        given = ("--initials", name.upper(), "--shared", url, "--plain")
        assert run_lsa("--home", str(tmp_path / name), "init", *given).code == 0
        device(name, "pupil", "add", code)
        (tmp_path / "share" / "school.db").unlink(missing_ok=True)
        assert device(name, "sync").code == 0
    assert device("jt", "shared", "join", "--yes").code == 0
    assert device("jt", "sync", "--json").json["received"] == 1
