"""Options in any place, help, and what is said where something was typed wrongly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from commands import RunLsa, refused
from lsa_tui import __version__
from lsa_tui.cli import table


def test_global_options_stand_before_the_command_between_its_words_or_after(run_lsa: RunLsa, tmp_path) -> None:
    home = str(tmp_path / "other")
    for n, words in enumerate(
        (
            ("--home", home, "--json", "pupil", "add", "K1"),
            ("pupil", "--json", f"--home={home}", "add", "K2"),
            ("pupil", "add", "K3", "--json", "--home", home),
            ("pupil", "add", "--home", home, "K4", "--json"),
        ),
        1,
    ):
        assert run_lsa(*words).json["code"] == f"K{n}"
    assert len(run_lsa("--home", home, "pupil", "list", "--json").json) == 4


@pytest.mark.parametrize("name", [name for names in table.FILES.values() for name in names])
def test_every_command_has_help_with_its_options(run_lsa: RunLsa, name: str) -> None:
    done = run_lsa(*name.split(), "--help")
    assert done.code == 0
    assert done.out.startswith(f"usage: lsa {name} ")
    assert table.find(name).help in done.out.replace("\n", " ")
    for argument in table.find(name).arguments:
        assert argument.names[-1].startswith("--") is False or argument.names[-1] in done.out


def test_the_overview_names_every_command(run_lsa: RunLsa) -> None:
    done = run_lsa("--help")
    for names in table.FILES.values():
        for name in names:
            assert f"\n  {name} " in done.out
    assert run_lsa("help").out == run_lsa("-h").out == done.out
    assert run_lsa("help", "tally").out == run_lsa("tally", "-h").out
    assert "pupil use" in run_lsa("pupil", "--help").out


def test_version(run_lsa: RunLsa) -> None:
    assert run_lsa("--version").out == f"lsa {__version__}\n"
    assert run_lsa("--version", "--json").json == {"version": __version__}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("taly", "c"), "did you mean 'tally'?"),
        (("xyzzy",), "`lsa --help` lists them"),
        (("pupil",), "needs one of add, list, use"),
        (("pupil", "delete"), "knows add, list, use, not 'delete'"),
        (("tally",), "`lsa tally` needs KEY"),
        (("decide", "0193a2b4"), "`lsa decide` needs FIELD;"),
        (("correct",), "`lsa correct` needs ID;"),
        (("tally", "c", "1", "2"), "does not know what to do with '2'"),
        (("tally", "c", "--pupl", "K7"), "no option '--pupl'; did you mean '--pupil'?"),
        (("tally", "c", "--at"), "--at needs a value"),
        (("tally", "c", "--at", "--unknown"), "--at needs a value"),
        (("tally", "c", "--unknown=yes"), "takes no value"),
        (("undo", "now"), "does not know what to do with 'now'"),
        (("--hom", "x", "log"), "did you mean '--home'?"),
        (("abc",), "--before"),
        (("summary", "--for", "parents"), "not one of lsa, teacher, senco, home"),
        (("init", "--role", "head"), "lsa, teacher, senco, dsl"),
    ],
)
def test_wrong_use_is_a_sentence_and_with_json_a_document_too(lsa: RunLsa, words: tuple[str, ...], said: str) -> None:
    refused(lsa(*words), said)
    done = lsa(*words[:1], "--json", *words[1:]) if words[0] != "--hom" else lsa("--json", *words)
    assert done.code == 2
    error = json.loads(done.out)["error"]
    assert error["code"] == "bad_input"
    assert said in error["message"]
    assert done.err == f"lsa: {error['message']}\n"


def test_one_option_under_two_names_is_given_once(lsa: RunLsa) -> None:
    typed = ("abc", "--before", "x", "--antecedent", "y", "--seen", "a", "--next", "b")
    refused(lsa(*typed), "--before and --antecedent are the same thing")
    assert lsa("log", "--json").json["entries"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("flag", "99"),
        ("stop", "--missed", "99"),
        ("adapted", "0"),
        ("abc", "--before", "12", "--seen", "a", "--next", "b"),
    ],
)
def test_a_number_without_a_preset_is_refused(lsa: RunLsa, words: tuple[str, ...]) -> None:
    lsa("start")
    refused(lsa(*words), "is none of the presets", "write it in words")


def test_a_long_value_is_shortened_where_it_is_said(lsa: RunLsa) -> None:
    done = lsa("note", "Sat", "--at", "x" * 5000)
    refused(done, "is not a time")
    assert len(done.err) < 300


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full, as Linux plays it")
@pytest.mark.parametrize("words", [("summary",), ("summary", "--json")])
def test_an_answer_that_cannot_be_written_is_a_sentence(lsa: RunLsa, home: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lsa_tui", "--home", str(home), *words],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    said = done.stderr.decode()
    assert said.startswith("lsa: the answer cannot be written (No space left on device)")
    assert (said.count("\n"), done.returncode) == (1, 1)


def test_a_value_may_begin_with_a_dash(lsa: RunLsa) -> None:
    note = lsa("note", "Sat", "--json").json
    assert lsa("remove", note["id"], "--reason", "-typo", "--json").json["removed"] == "-typo"
    assert lsa("note", "Sat", "--at", "-10", "--json").json["at"] == "2026-11-24T09:40:00+00:00"


def test_what_was_typed_cannot_steer_the_terminal_that_reads_the_error(lsa: RunLsa) -> None:
    done = lsa("import", "\x1b[31mred")
    refused(done, "[31mred cannot be read")
    assert "\x1b" not in done.err


@pytest.mark.parametrize("home", ["", "  "])
def test_an_empty_home_is_refused(run_lsa: RunLsa, home: str) -> None:
    refused(run_lsa("log", "--home", home), "--home needs a folder")
    refused(run_lsa(f"--home={home}", "log"), "--home needs a folder")


def test_a_home_that_is_a_file(run_lsa: RunLsa, tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    refused(run_lsa("--home", str(tmp_path / "file"), "log"), "is a file, not a folder", code=1)
    refused(run_lsa("--home", str(tmp_path / "file" / "below"), "note", "x"), "cannot be made", code=1)


def test_without_a_command_the_screens_need_a_terminal(run_lsa: RunLsa, home) -> None:
    refused(run_lsa(), "need a terminal")
    assert "error" in json.loads(run_lsa("--json").out)
    assert not home.exists()


def test_commands_that_only_look_make_no_home(run_lsa: RunLsa, home) -> None:
    for words in (("paths",), ("keys",), ("themes",), ("tally", "--help")):
        assert run_lsa(*words).code == 0
    assert not home.exists()


def test_what_nobody_foresaw_is_a_sentence_too(lsa: RunLsa, home, monkeypatch: pytest.MonkeyPatch) -> None:
    command = table.find("undo")

    def fails(*_: object) -> None:
        raise TypeError("K7 has hit his head")

    monkeypatch.setitem(table._KNOWN, "undo", command._replace(run=fails))
    done = lsa("undo")
    refused(done, "TypeError", str(home / "errors.log"), code=1)
    written = (home / "errors.log").read_text()
    assert "lsa 0" in written
    assert "in fails" in written
    assert (home / "errors.log").stat().st_mode & 0o077 == 0
    assert json.loads(lsa("undo", "--json").out)["error"]["code"] == "unexpected"


def test_control_c_is_no_error_message_of_pythons(lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(table._KNOWN, "undo", table.find("undo")._replace(run=interrupted))
    refused(lsa("undo"), "stopped", code=130)
