"""`init`, pupils, what the plan says, behaviours, looks, paths."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from commands import RunLsa, refused
from lsa_tui.daybook import setup
from lsa_tui.errors import LsaError


def test_init_sets_up_and_again_changes(run_lsa: RunLsa, home: Path) -> None:
    done = run_lsa("init", "--name", "Jo Taylor", "--initials", "JT", "--role", "lsa", "--plain")
    assert "Next: lsa pupil add" in done.out
    assert run_lsa("pupil", "list", "--json").json == []
    assert run_lsa("behaviour", "list", "--json").json == []
    changed = run_lsa("init", "--role", "teacher", "--shared", f"sqlite:///{home}/school.db", "--json").json
    assert changed.items() >= {"name": "Jo Taylor", "initials": "JT", "role": "teacher"}.items()
    settings = tomllib.loads((home / "config.toml").read_text())
    assert settings["person"] == {"name": "Jo Taylor", "initials": "JT", "role": "teacher"}
    assert settings["shared"]["url"] == f"sqlite:///{home}/school.db"
    assert run_lsa("init", "--shared", "", "--json").json["shared"] is None


def test_init_keeps_what_else_is_in_the_settings(run_lsa: RunLsa, home: Path) -> None:
    run_lsa("init", "--initials", "JT")
    with (home / "config.toml").open("a") as file:
        file.write('\n[look]\ntheme = "paper"\n')
    run_lsa("init", "--initials", "MB")
    settings = tomllib.loads((home / "config.toml").read_text())
    assert (settings["person"]["initials"], settings["look"]["theme"]) == ("MB", "paper")


def test_init_defaults_adds_the_tiles_once(run_lsa: RunLsa) -> None:
    done = run_lsa("init", "--initials", "JT", "--defaults", "--json").json
    assert [one["key"] for one in done["behaviours"]] == list("chopklbs")
    run_lsa("init", "--defaults")
    assert len(run_lsa("behaviour", "list", "--json").json) == 8


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "initials are needed"),
        (("--initials", ""), "initials are needed"),
        (("--initials", "much too long"), "initials has 13 characters"),
        (("--initials", "JT", "--shared", "school.db"), "url"),
        (("--initials", "JT", "--shared", "sqlite:///school.db"), "relative"),
        (("--initials", "JT", "--shared", "sqlite:////x/OneDrive/school.db"), "OneDrive"),
        (("--initials", "JT", "--role", "dsl", "--defaults"), "leave --defaults away"),
        (("--initials", "JT", "--name", "x" * 81), "name has 81 characters"),
    ],
)
@pytest.mark.parametrize("how", [(), ("--plain",)])
def test_init_refuses_before_there_is_a_home(
    run_lsa: RunLsa, home: Path, how: tuple[str, ...], words: tuple[str, ...], said: str
) -> None:
    refused(run_lsa("init", *how, *words), said)
    assert not home.exists()


@pytest.mark.parametrize("how", [(), ("--plain",)])
def test_an_init_that_fails_leaves_no_home(
    run_lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch, how: tuple[str, ...]
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise LsaError("the disk is full")

    monkeypatch.setattr(setup, "set_up", full)
    refused(run_lsa("init", "--initials", "JT", *how), "the disk is full", code=1)
    assert not (home / "records.db").exists()
    refused(run_lsa("log"), "nobody is set up", code=3)


def test_everything_in_a_home_is_the_owners_alone(lsa: RunLsa, home: Path) -> None:
    assert home.stat().st_mode & 0o077 == 0
    for file in home.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_the_first_pupil_comes_into_focus_and_an_existing_code_is_updated(run_lsa: RunLsa) -> None:
    first = run_lsa("pupil", "add", "K7", "--name", "Kai", "--year", "3", "--json").json
    assert first.items() >= {"type": "pupil", "code": "K7", "year": "3", "name": "Kai", "focus": True}.items()
    run_lsa("pupil", "add", "K8")
    again = run_lsa("pupil", "add", "k7", "--plan-type", "EHCP", "--json").json
    assert (again["id"], again["year"], again["plan_type"]) == (first["id"], "3", "EHCP")
    assert run_lsa("pupil", "use", "k8", "--json").json["focus"]
    assert [one["focus"] for one in run_lsa("pupil", "list", "--json").json] == [False, True]
    refused(run_lsa("pupil", "use", "K9"), "no pupil 'K9'")
    refused(run_lsa("pupil", "add", "K 9"), "letters, digits")


def test_an_undone_first_pupil_is_nobodys_focus(lsa: RunLsa, run_lsa: RunLsa, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "new"))
    run_lsa(*home, "pupil", "add", "K1")
    run_lsa(*home, "undo")
    refused(run_lsa(*home, "tally", "c"), "no pupil yet", code=1)
    assert run_lsa(*home, "redo").code == 0
    assert run_lsa(*home, "note", "back").code == 0


def test_what_the_plan_says(lsa: RunLsa) -> None:
    lsa("outcome", "add", "E1", "Asks for help", "--area", "communication and interaction")
    done = lsa(
        *("provision", "add", "F2", "SaLT", "programme", "--minutes", "10", "--times-per-week", "3"),
        *("--group-size", "1", "--by", "LSA", "--outcome", "E1", "--json"),
    ).json
    wanted = {"minutes": 10, "times_per_week": 3, "group_size": 1, "by_whom": "LSA", "outcome": "E1", "pupil": "K7"}
    assert done.items() >= {"type": "provision", "code": "F2", "text": "SaLT programme", **wanted}.items()
    lsa("target", "add", "T10", "Ten")
    lsa("target", "add", "T1", "--criterion", "80% over 3")
    targets = lsa("target", "list", "--json").json
    assert [(one["code"], one["text"], one["criterion"]) for one in targets] == [
        ("T1", "Asks for help with the card", "80% over 3"),
        ("T10", "Ten", None),
    ]
    assert [one["area"] for one in lsa("outcome", "list", "--json").json] == ["communication and interaction"]
    assert "10 min 3 a week group of 1 LSA E1" in lsa("provision", "list").out
    assert "T10" in lsa("target", "use", "t10").out
    refused(lsa("provision", "add", "F3", "x", "--minutes", "0"), "minutes is 0")
    refused(lsa("target", "add", "T3"), "text is missing")
    refused(lsa("target", "add", "T3", "x", "--ladder", "rope"), "scaffold, prompt")


def test_a_behaviour_moves_to_another_letter_with_its_marks(lsa: RunLsa) -> None:
    mark = lsa("tally", "c", "--json").json
    moved = lsa("behaviour", "add", "y", "Calling out", "--json").json
    assert moved["id"] == mark["behaviour_id"]
    assert lsa("log", "--json").json["entries"][0]["behaviour"] == "y"
    assert lsa("tally", "y", "--json").json["today"] == 2
    refused(lsa("tally", "c"), "no behaviour has the letter")


def test_a_label_used_again_after_a_rename_is_a_new_behaviour(lsa: RunLsa) -> None:
    old = lsa("behaviour", "add", "c", "Shouting", "--json").json
    lsa("tally", "c")
    new = lsa("behaviour", "add", "y", "Calling out", "--json").json
    assert new["id"] != old["id"]
    labels = {one["key"]: one["label"] for one in lsa("behaviour", "list", "--json").json}
    assert (labels["c"], labels["y"]) == ("Shouting", "Calling out")


def test_empty_initials_say_what_to_write(lsa: RunLsa) -> None:
    refused(lsa("init", "--initials", ""), "initials is empty; write --initials JT")


def test_what_a_change_of_a_tile_means_for_what_was_recorded_is_said(lsa: RunLsa, at) -> None:
    lsa("tally", "c", "3")
    timed = lsa("behaviour", "add", "c", "--measure", "duration")
    assert "From now on timed, no longer counted; 3 marks stay in the hand-over, as recorded" in timed.out
    lsa("tally", "c")
    refused(lsa("behaviour", "add", "c", "--measure", "count"), "'Calling out' still runs", "until=")
    at("10:00")
    lsa("tally", "c")
    counted = lsa("behaviour", "add", "c", "--measure", "count", "--json").json
    assert (counted["measure_before"], counted["recorded"]) == ("duration", {"marks": 3, "durations": 1})
    renamed = lsa("behaviour", "add", "c", "Something else")
    assert "Renamed from Calling out; 3 marks and 1 duration go with it" in renamed.out
    assert "`lsa undo`, then `lsa behaviour add j 'Something else'`" in renamed.out
    moved = lsa("behaviour", "add", "h", "Something else")
    assert "Asked for help has no letter now" in moved.out
    praised = lsa("behaviour", "add", "h", "--counts-as", "praise")
    assert "3 marks and 1 duration count among the praise figures" in praised.out
    assert lsa("behaviour", "add", "h", "--direction", "up").out == "Tile h Something else\n"


def test_a_removed_behaviour_can_be_added_again(lsa: RunLsa) -> None:
    tile = lsa("behaviour", "list", "--json").json[0]
    lsa("remove", tile["id"], "--reason", "not now")
    refused(lsa("tally", tile["key"]), "no behaviour")
    assert lsa("behaviour", "add", tile["key"], tile["label"], "--json").json["id"] == tile["id"]
    assert lsa("tally", tile["key"]).code == 0


def test_behaviours_of_one_pupil(lsa: RunLsa) -> None:
    lsa("pupil", "add", "K8")
    done = lsa("behaviour", "add", "y", "Rocking", "--measure", "duration", "--pupil", "K8", "--json").json
    assert (done["pupil"], done["measure"]) == ("K8", "duration")
    refused(lsa("tally", "y"), "no behaviour")
    assert lsa("tally", "y", "--pupil", "K8").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("n", "Nodding"), "kept for 'note'"),
        (("12", "Nodding"), "choose one letter"),
        (("y",), "needs a label"),
        (("c", "Calling out", "--private"), "private"),
        (("y", "x", "--measure", "weight"), "not one of count, duration"),
    ],
)
def test_behaviours_refused(lsa: RunLsa, words: tuple[str, ...], said: str) -> None:
    refused(lsa("behaviour", "add", *words), said)


def test_keys_lists_actions_in_force_and_tiles(lsa: RunLsa, home: Path) -> None:
    found = {one["id"]: one for one in lsa("keys", "--json").json}
    assert found["tally.c"].items() >= {"keys": ["c"], "label": "Calling out", "screen": "tally"}.items()
    assert {"screen.today", "screen.tally", "screen.note", "screen.log", "screen.end"} <= found.keys()
    for one in found.values():
        assert one["help"]
        assert any(len(key) == 1 for key in one["keys"]), one
    with (home / "config.toml").open("a") as file:
        file.write('\n[keys]\nundo = "f2"\nundoo = "x"\n')
    done = lsa("keys", "--json")
    assert "undoo" in done.err
    assert [one["keys"] for one in done.json if one["id"] == "undo"] == [["f2", "u"]]


def test_themes_are_listed_and_a_bad_one_is_said(lsa: RunLsa, home: Path) -> None:
    (home / "themes").mkdir()
    (home / "themes" / "mine.toml").write_text('name = "mine"\nprimary = "#8fbde6"\n')
    (home / "themes" / "bad.toml").write_text('name = "bad"\nprimary = "blueish"\n')
    done = lsa("themes", "--json")
    names = {one["name"]: one for one in done.json}
    assert names["mine"].keys() >= {"name", "dark", "path"}
    assert Path(names["dusk"]["path"]).exists()
    assert "bad" not in names
    assert "bad.toml" in done.err


def test_paths(lsa: RunLsa, home: Path) -> None:
    found = lsa("paths", "--json").json
    assert found["config"] == str(home / "config.toml")
    assert Path(found["database"]).is_file()
    assert str(home) in lsa("paths").out


def test_lsa_home_names_the_home(run_process, tmp_path: Path) -> None:
    done = run_process("paths", "--json", env={"LSA_HOME": str(tmp_path / "env")}, cwd=tmp_path)
    assert str(tmp_path / "home") in done.json["config"]  # --home goes first
    import subprocess
    import sys

    out = subprocess.run(
        [sys.executable, "-m", "lsa_tui", "paths"],
        env={"PATH": "/usr/bin", "LSA_HOME": str(tmp_path / "env")},
        capture_output=True,
        check=True,
    ).stdout
    assert str(tmp_path / "env" / "config.toml") in out.decode()
