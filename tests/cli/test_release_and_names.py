"""`lsa release`, `lsa names`, and what commands refuse because of a role or a name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import RunLsa, refused
from lsa_tui.daybook import rights


def become(lsa: RunLsa, role: str, initials: str) -> None:
    assert lsa("init", "--initials", initials, "--role", role).code == 0


def test_a_note_goes_home_when_the_teacher_released_it(lsa: RunLsa) -> None:
    note = lsa("note", "Read five words ^home", "--json").json
    refused(lsa("release", note["id"]), "an LSA may not use `lsa release`", code=1)
    assert "Nothing has been released" in lsa("summary", "--for", "home").out
    become(lsa, "teacher", "LP")
    listed = lsa("release", "--json").json["suggested"][0]
    assert (listed["id"], listed["status"], listed["part"]) == (note["id"], "waiting", "achievement")
    made = lsa("release", note["id"][:-4], "--as", "reminder", "--json").json
    assert made.items() >= {"type": "release", "note": note["id"], "text": "Read five words", "by": "LP"}.items()
    page = lsa("summary", "--for", "home").out
    assert "TO REMEMBER" in page
    assert "Read five words" in page
    assert "released" in lsa("release").out
    assert "Withdrawn" in lsa("release", note["id"], "--withdraw").out
    assert "Read five words" not in lsa("summary", "--for", "home").out


def test_phrases_approved_beforehand(lsa: RunLsa) -> None:
    refused(lsa("release", "--phrase", "A good day"), "may not", code=1)
    become(lsa, "senco", "RH")
    assert lsa("release", "--phrase", "A good day", "--json").json["text"] == "A good day"
    become(lsa, "lsa", "JT")
    lsa("note", "A good day ^home")
    assert "A good day" in lsa("summary", "--for", "home").out
    become(lsa, "senco", "RH")
    assert "No longer approved" in lsa("release", "--phrase", "a good day", "--withdraw").out
    assert "A good day" not in lsa("summary", "--for", "home").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--withdraw",), "say what"),
        (("--as", "reminder"), "say what"),
        (("ffffffff",), "no entry"),
        (("ffffffff", "--phrase", "x"), "not both"),
        (("--as", "other", "--phrase", "x"), "achievement"),
        (("--phrase", " "), "text is empty"),
        (("--phrase", "K7 sat"), "names nobody"),
    ],
)
def test_what_release_does_not_understand(lsa: RunLsa, words: tuple[str, ...], said: str) -> None:
    become(lsa, "teacher", "LP")
    refused(lsa("release", *words), said)
    assert lsa("release", "--json").json == {"suggested": [], "phrases": []}


def test_names_are_told_listed_and_taken_off(lsa: RunLsa, tmp_path: Path) -> None:
    file = tmp_path / "class.txt"
    file.write_bytes(b"\xef\xbb\xbfZoe Brook\r\n\r\n  Will Hart \n")
    assert lsa("names", "import", str(file), "--json").json == {"names": 2, "who": "classmate"}
    assert lsa("names", "import", "-", "--as", "staff", "--json", stdin=b"Ms Patel\n").json["names"] == 1
    lsa("pupil", "add", "K7", "--name", "Kai Seven")
    known = {(one["name"], one["who"]) for one in lsa("names", "list", "--json").json}
    assert known == {
        ("Kai Seven", "K7"),
        ("Zoe Brook", "classmate"),
        ("Will Hart", "classmate"),
        ("Ms Patel", "staff"),
        ("Jo Taylor", "yourself"),
    }
    assert lsa("names", "remove", "zoe", "brook").code == 0
    assert "Zoe" not in lsa("names", "list").out
    refused(lsa("names", "remove", "Zoe", "Brook"), "neither list")
    file.write_bytes(b"\n")
    refused(lsa("names", "import", str(file)), "no name in it")
    file.write_bytes(b"\xff\xfe")
    refused(lsa("names", "import", str(file)), "is not UTF-8")
    refused(lsa("names", "import", str(tmp_path / "none")), "cannot be read")
    refused(lsa("names", "add", "Zoe", "--as", "friend"), "classmate, staff")


def test_a_known_name_stops_an_export_and_is_warned_of_when_written(lsa: RunLsa, tmp_path: Path) -> None:
    lsa("names", "add", "Zoe", "Brook")
    written = lsa("note", "Sat with Zoe", "--json")
    assert "a classmate's name" in written.err
    assert "Zoe" not in written.err
    assert "a classmate's name" in lsa("raise", "Zoe again").err
    assert "a classmate's name" in lsa("tomorrow", "Zoe away").err
    assert lsa("note", "Sat alone").err == ""
    file = tmp_path / "out.jsonl"
    for words in (("export",), ("export", str(file)), ("export", "--pupil", "K7")):
        refused(lsa(*words), "nothing was exported", f"note {written.json['id']}", "text (a classmate's name)", code=1)
    assert not file.exists()
    error = json.loads(lsa("export", "--json").out)["error"]
    assert error["code"] == "names"
    assert "Sat with Zoe" in lsa("export", "--names").out


def test_a_known_name_stops_the_home_sheet(lsa: RunLsa) -> None:
    note = lsa("note", "Sat with Zoe ^home", "--json").json
    become(lsa, "teacher", "LP")
    lsa("release", note["id"])
    lsa("names", "add", "Zoe", "Brook")
    for form in ("text", "md", "html", "json"):
        refused(lsa("summary", "--for", "home", "--format", form), f"note {note['id']}", code=1)
    assert "Sat with Peer A" in lsa("summary", "--for", "teacher").out


@pytest.mark.parametrize(
    ("role", "default", "others"),
    [
        ("lsa", "lsa", {"teacher", "senco", "home"}),
        ("teacher", "teacher", {"senco", "home"}),
        ("senco", "senco", {"teacher", "home"}),
    ],
)
def test_a_summary_is_for_ones_own_role_unless_said(lsa: RunLsa, role: str, default: str, others: set[str]) -> None:
    become(lsa, role, "XY")
    assert lsa("summary", "--format", "json", "--json").json["audience"] == default
    for audience in ("lsa", "teacher", "senco", "home"):
        done = lsa("summary", "--for", audience, "--format", "json")
        if audience in {default, *others}:
            assert json.loads(done.out)["audience"] == audience
        else:
            refused(done, f"may not write for the {audience}", code=1)


REFUSED_TO_THE_DSL = (
    ("summary",),
    ("log",),
    ("export",),
    ("inbox",),
    ("today",),
    ("note", "Sat"),
    ("tally", "c"),
    ("history", "ffffffff"),
    ("correct", "ffffffff", "text=x"),
    ("audit",),
    ("erase", "K7", "--reason", "left"),
    ("access-request", "K7"),
    ("import", "-"),
    ("undo",),
)


@pytest.mark.parametrize("words", REFUSED_TO_THE_DSL, ids=lambda words: words[0])
def test_the_dsl_reads_and_writes_no_class_records(lsa: RunLsa, words: tuple[str, ...]) -> None:
    lsa("note", "CANARY sat")
    become(lsa, "dsl", "DS")
    done = lsa(*words, stdin=b"{}")
    refused(done, f"the DSL may not use `lsa {words[0]}`", code=1)
    assert "CANARY" not in done.out + done.err
    assert json.loads(lsa(*words, "--json", stdin=b"{}").out)["error"]["code"] == "not_allowed"


def test_the_dsl_sets_up_and_looks_after_the_device(lsa: RunLsa) -> None:
    become(lsa, "dsl", "DS")
    for words in (("doctor",), ("paths",), ("keys",), ("pupil", "list"), ("pupil", "add", "K7", "--name", "Kai Seven")):
        assert lsa(*words).code == 0


def test_a_command_that_is_missing_from_the_table_is_refused(lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    without = {name: roles for name, roles in rights.COMMANDS.items() if name != "note"}
    monkeypatch.setattr(rights, "COMMANDS", without)
    refused(lsa("note", "Sat"), "that is for nobody", code=1)
    assert lsa("log", "--json").json["entries"] == []


def test_nobody_changes_anothers_entry_by_a_command(lsa: RunLsa) -> None:
    note = lsa("note", "Sat", "--json").json
    lsa("pupil", "add", "K8")
    for role in ("lsa", "teacher", "senco"):
        become(lsa, role, "XY")
        for words in (
            ("correct", note["id"], "text=Stood"),
            ("remove", note["id"], "--reason", "no"),
            ("move", note["id"], "--pupil", "K8"),
            ("move", note["id"], "--pupil", "K8", "--since"),
        ):
            refused(lsa(*words), "JT's own", code=1)
    become(lsa, "lsa", "JT")
    assert lsa("log", "--json").json["entries"][0]["text"] == "Sat"


def test_a_code_that_is_a_name_is_warned_of(lsa: RunLsa) -> None:
    lsa("names", "add", "Will", "Hart")
    for words in (("Kit", "--name", "Kit Plainly"), ("kit",), ("hart",), ("will",), ("Kit7",)):
        done = lsa("pupil", "add", *words)
        assert done.code == 0
        assert "never a name" in done.err
        assert "Plainly" not in done.out + done.err
    for words in (("KP",), ("K9", "--name", "Kim Nine")):
        assert lsa("pupil", "add", *words).err == ""


def test_no_answer_but_the_lists_says_a_name(lsa: RunLsa) -> None:
    said = [
        lsa("names", "add", "Ann", "Price", "--as", "staff"),
        lsa("undo"),
        lsa("redo"),
        lsa("undo", "--json"),
        lsa("redo", "--json"),
        lsa("pupil", "add", "K9", "--name", "Kit Plainly"),
        lsa("pupil", "add", "K9", "--name", "Kit Hart"),
        lsa("undo"),
        lsa("redo", "--json"),
        lsa("audit"),
        lsa("audit", "--json"),
        lsa("log", "--json"),
    ]
    for done in said:
        assert done.code == 0
        for name in ("Price", "Plainly", "Hart"):
            assert name not in done.out + done.err
    assert "Ann Price" in lsa("names", "list").out
    assert "Kit Hart" in lsa("pupil", "list").out
