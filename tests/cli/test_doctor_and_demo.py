"""Health, and the made-up home."""

from __future__ import annotations

import json
from pathlib import Path

from filelock import FileLock

from commands import RunLsa, refused
from homes import tampering


def findings(done) -> dict[str, bool]:
    return {one["name"]: one["ok"] for one in json.loads(done.out)["findings"]}


def test_all_is_well(lsa: RunLsa) -> None:
    lsa("tally", "c")
    lsa("tally", "c")
    lsa("undo")
    done = lsa("doctor", "--json")
    assert done.json["ok"]
    assert set(findings(done).values()) == {True}
    assert done.json["backlog"] > 0


def test_tables_that_are_not_what_the_log_says_are_made_anew(lsa: RunLsa, home: Path) -> None:
    mark = lsa("tally", "c", "--json").json
    with tampering(home) as db:
        db.execute("UPDATE record SET data = '{\"count\": 99}' WHERE uid = ?", (mark["id"],))
        db.execute("DELETE FROM record WHERE kind = 'target'")
    done = lsa("doctor", "--json")
    assert done.code == 1
    assert findings(done) == {**findings(done), "tables": False, "log": True, "database": True}
    assert "unreadable" not in findings(done)
    assert "WRONG" in lsa("doctor").out
    mended = lsa("doctor", "--rebuild")
    assert mended.code == 0
    assert "made anew" in mended.out
    assert lsa("log", "--json").json["entries"][0]["count"] == 1


def test_a_log_that_was_tampered_with_is_seen(lsa: RunLsa, home: Path) -> None:
    lsa("note", "Sat")
    with tampering(home) as db:
        db.execute("DROP TRIGGER change_is_immutable")
        db.execute("UPDATE change SET body = replace(body, 'Sat', 'Bit') WHERE kind = 'note'")
    done = lsa("doctor", "--json")
    assert done.code == 1
    assert not findings(done)["log"]


def test_settings_keys_and_themes_that_are_wrong(lsa: RunLsa, home: Path) -> None:
    with (home / "config.toml").open("a") as file:
        file.write('\n[look]\nthem = "x"\n[keys]\nundoo = "x"\n')
    (home / "themes").mkdir()
    (home / "themes" / "bad.toml").write_text("name =")
    done = lsa("doctor")
    assert done.code == 1
    for words in ("them is not a setting", "undoo", "bad.toml"):
        assert words in done.out


def test_an_open_application_is_said(lsa: RunLsa, home: Path) -> None:
    with FileLock(home / "application.lock"):
        done = lsa("doctor")
        assert done.code == 0
        assert "the screens are open" in done.out
    assert "the screens are not open" in lsa("doctor").out


def test_a_demonstration(run_lsa: RunLsa, at, home: Path) -> None:
    at("2026-11-22T10:00:00+00:00")  # a Sunday
    done = run_lsa("demo", "--no-open", "--days", "3", "--json").json
    assert done.items() >= {"home": str(home), "days": 3, "made_up": True}.items()
    assert run_lsa("today", "--json").json["slots"]
    assert run_lsa("log", "--json").json["entries"]
    assert run_lsa("doctor").code == 0
    before = run_lsa("export", "--json").json["lines"]
    run_lsa("note", "mine")
    again = run_lsa("demo", "--days", "3")
    assert "made-up records that were there, and what was recorded among them, are gone" in again.out
    assert not done["replaced"]
    assert (again.code, again.err) == (0, "lsa: there is no terminal here, so the screens stay closed\n")
    assert len(run_lsa("export", "--json").json["lines"]) == len(before)
    refused(run_lsa("demo", "--days", "0"), "--days is 1 to")
    assert len(run_lsa("export", "--json").json["lines"]) == len(before)
    with FileLock(home / "application.lock"):
        refused(run_lsa("demo", "--no-open"), "the screens are open", code=1)


def test_a_demonstration_never_goes_among_somebodys_own_records(lsa: RunLsa, tmp_path: Path) -> None:
    refused(lsa("demo", "--no-open"), "somebody's own home", code=1)
    only_set_up = ("--home", str(tmp_path / "new"))
    lsa(*only_set_up, "init", "--initials", "JT")
    refused(lsa(*only_set_up, "demo", "--no-open"), "somebody's own home", code=1)
    assert lsa("target", "list", "--json").json


def test_without_a_home_a_demonstration_has_its_own_folder(run_process, tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    command = [sys.executable, "-m", "lsa_tui", "demo", "--no-open", "--days", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    home = Path(json.loads(done.stdout)["home"])
    assert home.name == "demo"
    assert Path(os.environ["XDG_DATA_HOME"]) in home.parents
    env = {**os.environ, "LSA_HOME": str(tmp_path / "env")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    assert json.loads(done.stdout)["home"] == str(tmp_path / "env")
