"""`lsa erase`, `retention`, `access-request`, `audit`."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bytes_of import files_with
from commands import RunLsa, refused

GONE = "Zerase"


@pytest.fixture
def two(run_lsa: RunLsa, at: Callable[[str], None]) -> RunLsa:
    """A plain home, so that its bytes can be searched: K7 with a name, a corrected and a removed note, and M2, each
    mentioned in the other's notes."""
    lsa = run_lsa
    at("09:50")
    lsa("init", "--name", "Jo Taylor", "--initials", "JT", "--role", "lsa", "--plain", "--defaults")
    lsa("pupil", "add", "K7")
    lsa("target", "add", "T1", "Asks for help with the card")
    lsa("pupil", "add", "K7", "--name", "Amara Okafor", "--year", "4")
    lsa("pupil", "add", "M2", "--name", "Ben Lowe")
    note = lsa("note", f"{GONE} first with Ben !teacher", "--json").json
    lsa("correct", note["id"], f"text={GONE} alone <b>&</b>")
    gone = lsa("note", f"{GONE} twice, with M2", "--json").json
    lsa("remove", gone["id"], "--reason", f"{GONE} logged twice")
    lsa("note", "@M2 sat with Amara")
    lsa("note", "@M2 on their own")
    lsa("tally", "c", "2")
    lsa("tally", "p")
    return lsa


def lines(file: str | Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]


def words_of(page: Path) -> str:
    """The words of an HTML page, as a browser shows them."""
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(page.read_text(encoding="utf-8"))
    return " ".join(found)


def test_erasing_a_pupil_says_what_was_done_and_what_is_left_to_a_person(two: RunLsa, home: Path) -> None:
    dry = two("erase", "k7", "--dry-run", "--json").json
    assert dry["dry_run"]
    assert files_with(home, GONE)
    done = two("erase", "k7", "--reason", "left the school", "--json")
    assert done.json["records"] == dry["records"]
    assert done.json["clean"]
    assert len(done.json["mentioned"]) == 1
    assert "mentioned in 1 record of others" in done.err
    assert files_with(home, GONE, "Amara Okafor") == set()
    assert [one["code"] for one in two("pupil", "list", "--json").json] == ["M2"]
    assert [one["text"] for one in two("log", "--json", "--all-pupils").json["entries"] if one["type"] == "note"] == [
        "sat with Amara",
        "on their own",
    ]
    assert two("doctor").code == 0
    assert two("undo").code == 0  # the private mark; it is nobody's
    assert two("undo").code == 1
    refused(two("erase", "K7", "--reason", "again"), "there is no pupil 'K7'")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ((), "name a pupil's CODE, or --entry ID, or --expired"),
        (("K7", "--expired", "--reason", "x"), "one of the three"),
        (("K7",), "needs a reason"),
        (("K7", "--reason", "Amara has left"), "a name stands in the reason"),
        (("Q9", "--reason", "x"), "there is no pupil 'Q9'"),
        (("--entry", "0193", "--reason", "x"), "there is no entry"),
        (("--entry", "7cce920e", "--reason", "x"), "that is a pupil and no entry; `lsa erase K7`"),
        (("--expired", "--reason"), "--reason needs a value"),
    ],
)
def test_what_cannot_be_erased(two: RunLsa, home: Path, typed: tuple[str, ...], says: str) -> None:
    refused(two("erase", *typed), says)
    assert two("doctor", "--json").json["ok"]
    assert len(two("pupil", "list", "--json").json) == 2
    assert files_with(home, GONE)


def test_erasing_one_entry(two: RunLsa, home: Path) -> None:
    note = next(one for one in two("log", "--json").json["entries"] if one["type"] == "note")
    done = two("erase", "--entry", note["id"][:-4], "--reason", "about the wrong child", "--json").json
    assert done["records"] == 2  # with what was raised of it
    assert two("inbox", "--json").json == []
    assert "alone" not in json.dumps(two("log", "--json").json)
    assert two("doctor").code == 0


def test_one_s_own_entry_goes_without_a_reason(two: RunLsa, home: Path) -> None:
    note = next(one for one in two("log", "--json").json["entries"] if one["type"] == "note")
    done = two("erase", "--entry", note["id"], "--json")
    assert done.json["records"] == 2
    assert "other devices" not in done.err, "it never left this one"
    assert files_with(home, f"{GONE} first", f"{GONE} alone") == set()
    assert two("doctor").code == 0


def test_retention_lists_and_erases_what_is_past_its_time(two: RunLsa, home: Path) -> None:
    two("note", f"{GONE} long ago", "--at", "2024-05-01T10:00:00+01:00")
    listed = {one["class"]: one for one in two("retention", "--json").json["classes"]}
    assert listed["notes"]["months"] == 0
    assert listed["notes"]["oldest"] == "2024-05-01"
    assert two("erase", "--expired", "--reason", "schedule").out == "Nothing is past its time\n"
    (home / "config.toml").write_text((home / "config.toml").read_text() + "\n[retention]\nnotes = 24\n")
    listed = {one["class"]: one for one in two("retention", "--json").json["classes"]}
    assert (listed["notes"]["expired"], listed["notes"]["kept_from"]) == (1, "2024-11-24")
    assert "notes      24 months  1 past it" in two("retention").out
    assert two("erase", "--expired", "--reason", "schedule", "--json").json["records"] == 1
    assert "long ago" not in home.joinpath("records.db").read_bytes().decode("latin-1")


def test_an_access_request_holds_everything_and_says_what_to_check(two: RunLsa, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "for" / "K7"
    done = two("access-request", "k7", "--out", str(folder), "--json")
    assert "not encrypted" in done.err
    answer = done.json
    assert sorted(Path(file).name for file in answer["files"]) == [
        "held.html",
        "held.jsonl",
        "mentions.html",
        "mentions.jsonl",
    ]
    for file in answer["files"]:
        assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    held = lines(folder / "held.jsonl")
    assert len(held) == answer["records"]
    assert {one["type"] for one in held} == {"pupil", "name", "target", "note", "problem", "tally"}
    assert next(one for one in held if one["type"] == "name")["name"] == "Amara Okafor"
    notes = [one for one in held if one["type"] == "note"]
    assert [change["set"]["text"] for change in notes[0]["history"]] == [
        f"{GONE} first with Ben",
        f"{GONE} alone <b>&</b>",
    ]
    assert notes[1]["removed"] == f"{GONE} logged twice"
    page = words_of(folder / "held.html")
    for said in (f"{GONE} first with Ben", f"{GONE} alone <b>&</b>", f"{GONE} logged twice", "Amara Okafor", "x2"):
        assert said in page
    assert "on their own" not in page
    mentions = [one for one in lines(folder / "mentions.jsonl") if "elsewhere" not in one]
    assert {(one["type"], one["words"], one["earlier"]) for one in mentions} == {
        ("note", "Ben", True),
        ("problem", "Ben", False),
        ("note", "M2", False),
    }
    elsewhere = [one for one in lines(folder / "mentions.jsonl") if "elsewhere" in one]
    assert [(one["type"], one["pupil"]) for one in elsewhere] == [("note", "M2")]
    assert "sat with" not in (folder / "mentions.html").read_text()
    assert "Designated Safeguarding Lead" in page  # said whether or not there is anything
    last = two("audit", "--json").json["entries"][-1]
    assert last["did"] == "answered an access request"
    assert f"pupil K7, {len(held)} records" in two("audit").out


def test_an_access_request_without_a_folder_is_erased_with_the_pupil(two: RunLsa, home: Path) -> None:
    folder = Path(two("access-request", "K7", "--json").json["folder"])
    assert folder.parent == home / "saved"
    done = two("erase", "K7", "--reason", "left the school", "--json").json
    assert done["files"] == [str(folder)]
    assert not folder.exists()


def test_an_access_request_that_cannot_be_answered(two: RunLsa, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    refused(two("access-request", "Q9"), "there is no pupil 'Q9'")
    refused(two("access-request", "K7", "--out", str(tmp_path / "file")), "is a file")
    assert (tmp_path / "file").read_text() == "kept"
    for name in ("held.html", "file"):  # a folder stands where a file should be written
        (tmp_path / "out" / name).mkdir(parents=True, exist_ok=True)
    refused(two("access-request", "K7", "--out", str(tmp_path / "out")), "could not be written", code=1)


def test_a_bundle_is_not_written_over_another_pupil_s(two: RunLsa, tmp_path: Path) -> None:
    folder = tmp_path / "handed out"
    assert two("access-request", "K7", "--out", str(folder)).code == 0
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    refused(two("access-request", "M2", "--out", str(folder)), "nothing is written over it", "--out")
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    assert two("access-request", "K7", "--out", str(folder)).code == 0, "the same pupil's is written anew"
    assert "--home" not in two("access-request", "K7", "--out", "/proc/x").err
    refused(two("access-request", "K7", "--out", "/proc/x"), "cannot be made", "--out")


def test_the_audit_names_who_did_what_and_no_words(two: RunLsa) -> None:
    found = two("audit", "--json").json
    assert found["since"] == "2026-11-18"
    entries = found["entries"]
    assert {"recorded", "changed", "removed"} <= {one["did"] for one in entries}
    assert {one["by"] for one in entries} == {"JT"}
    assert all(one["at"] and one["role"] == "lsa" for one in entries)
    shown = two("audit").out
    assert "2026-11-24 09:50  JT  lsa  removed note" in shown
    for words in (GONE, "Amara", "Ben", "sat with"):
        assert words not in shown
        assert words not in json.dumps(found)
    assert two("audit", "--until", "2026-11-01").out == "Nothing was done in these days\n"
    refused(two("audit", "--since", "whenever"), "whenever")


def test_only_staff_of_the_class_may_use_them(two: RunLsa) -> None:
    two("init", "--role", "dsl")
    for words in (("erase", "K7", "--reason", "x"), ("audit",), ("access-request", "K7"), ("retention",)):
        refused(two(*words), "may not", code=1)
