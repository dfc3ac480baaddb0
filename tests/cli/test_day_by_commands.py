"""A whole day by commands, from setting up to the summary, the clock moving on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import RunLsa, refused

CALENDAR = Path(__file__).parent.parent / "data" / "timetable-google.ics"


def test_a_day(run_lsa: RunLsa, at) -> None:
    def said(*words: str) -> str:
        done = run_lsa(*words)
        assert (done.code, done.err) == (0, ""), done
        return done.out

    def given(*words: str):
        return run_lsa(*words, "--json").json

    # Before school: set up, the plan, the morning.
    at("08:40")
    said("init", "--name", "Jo Taylor", "--initials", "JT", "--role", "lsa", "--defaults")
    said("pupil", "add", "K7", "--year", "3", "--plan-type", "EHCP")
    said("outcome", "add", "E1", "Asks for help without a prompt")
    said("target", "add", "T1", "Asks for help with the card", "--outcome", "E1", "--criterion", "80% over 3")
    assert "158 new" in said("plan", "import", str(CALENDAR))
    assert [one["title"] for one in given("today")["slots"]] == ["Phonics (assessment week)", "SaLT programme 1:1"]
    said("flag", "2")

    # The first lesson: started by hand.
    at("09:02")
    assert said("start") == "K7 09:02 Phonics (assessment week), running\n"
    at("09:05")
    assert said("tally", "c") == "K7 Calling out 09:05 (1 today)\n"
    assert given("tally", "c", "2")["today"] == 3
    said("tally", "p")
    at("09:10")
    assert said("trial", "T1", "prompting") == "K7 T1 prompting 09:10 (1 today)\n"
    assert given("trial", "T1", "self")["today"] == 2
    said("tally", "o")
    at("09:20")
    assert said("tally", "o") == "K7 09:10 On own 10 min 00 s (1 today)\n"
    assert "[T1 home]" in said("note", "Read 5 of 6 words alone 8/10 #T1 ^home -10")
    said("check", "--zone", "g", "--by", "pupil")
    at("09:30")
    assert given("stop", "--adapted", "1")["status"] == "done"

    # Something happens outside the plan; a slip is taken back and brought again.
    at("10:40")
    said("abc", "--before", "2", "--seen", "2", "--next", "1", "--minutes", "3", "--place", "corridor")
    said("tally", "l")
    at("10:42")
    assert given("tally", "l")["until"] == "2026-11-24T10:42:00+00:00"
    assert "change of K7 Left place" in said("undo")
    assert "Left place" in said("redo")
    wrong = given("tally", "h", "3")
    assert given("correct", wrong["id"], "count=1", "--at", "10:30")["count"] == 1
    said("raise", "The phonics book is too hard, which one next?")

    # The SaLT programme: started by its first mark. The observed time is what the plan says.
    at("13:16")
    mark = given("tally", "h")
    assert mark["session"]
    at("13:40")
    assert {one["title"]: one["status"] for one in given("today")["slots"]}["SaLT programme 1:1"] == "running"
    said("stop", "--at", "13:25")
    said("tomorrow", "Bring the number cards")

    # The end of the day: the log in order of time, the summary for two audiences.
    at("15:20")
    entries = given("log")["entries"]
    assert [one["at"] for one in entries] == sorted(one["at"] for one in entries)
    kinds = [one["type"] for one in entries]
    assert kinds.count("session") == 2
    assert {"flag", "tally", "trial", "bout", "note", "check", "incident", "problem", "tomorrow"} <= set(kinds)

    teacher = given("summary", "--for", "teacher")
    assert (teacher["date"], teacher["pupil"], teacher["audience"]) == ("2026-11-24", "K7", "teacher")
    sections = {one["id"]: one for one in teacher["sections"]}
    assert "too hard" in json.dumps(sections["needs_you"])
    assert "praise" not in json.dumps(teacher).casefold()
    assert "praise" in said("summary")
    assert json.loads(said("summary", "--format", "json", "--for", "teacher")) == teacher
    assert said("summary", "--format", "md").startswith("#")
    assert "<html" in said("summary", "--format", "html", "--for", "home")

    # Nothing of it is lost, and everything adds up.
    assert given("doctor")["ok"]
    refused(run_lsa("sync"), "no shared database is set")


def test_the_same_day_on_two_devices(run_lsa: RunLsa, at, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one device records, the teacher's shows after a sync, and the answer comes back."""
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "the class's own words")
    at("09:00")
    url = f"sqlite:///{tmp_path}/shared/school.db"
    (tmp_path / "shared").mkdir()
    teacher = ("--home", str(tmp_path / "teacher"))
    run_lsa("init", "--initials", "JT", "--role", "lsa", "--defaults", "--shared", url)
    run_lsa(*teacher, "init", "--initials", "LP", "--role", "teacher", "--shared", url)
    run_lsa("pupil", "add", "K7")
    run_lsa("target", "add", "T1", "Asks for help")
    run_lsa("tally", "c")
    run_lsa("tally", "p")
    run_lsa("raise", "Too hard")
    assert run_lsa("sync", "--dry-run", "--json").json["verified"] is False
    sent = run_lsa("sync", "--json").json
    assert sent.items() >= {"received": 0, "conflicts": 0, "remaining": 0, "verified": True}.items()
    assert sent["sent"] > 0
    # What was sent cannot be taken back; the private mark was not.
    assert "Specific praise" in run_lsa("undo").out
    run_lsa("undo")
    assert [one["type"] for one in run_lsa("log", "--json").json["entries"]] == ["tally", "problem"]

    assert run_lsa(*teacher, "sync", "--json").json["received"] == sent["sent"]
    run_lsa(*teacher, "pupil", "use", "K7")
    seen = run_lsa(*teacher, "log", "--json").json["entries"]
    assert [one["type"] for one in seen] == ["tally", "problem"]
    problem = run_lsa(*teacher, "inbox", "--json").json[0]
    run_lsa(*teacher, "reply", problem["id"], "The blue one", "--close")
    refused(run_lsa(*teacher, "correct", seen[0]["id"], "count=2"), "JT's own", code=1)
    target = run_lsa("target", "list", "--json").json[0]["id"]
    run_lsa(*teacher, "correct", target, "text=Asks for help in words")
    run_lsa("correct", target, "text=Asks for help with the card")
    assert run_lsa(*teacher, "sync", "--json").json["verified"]

    done = run_lsa("sync", "--json").json
    assert (done["received"], done["conflicts"]) == (2, 1)
    (answer,) = run_lsa("inbox", "--json").json
    assert (answer["status"], answer["replies"][0]["by"], answer["replies"][0]["new"]) == ("closed", "LP", True)
    assert "new" in run_lsa("inbox").out
    assert run_lsa("today", "--json").json["answers"] == 0

    (conflict,) = run_lsa("conflicts", "--json").json
    both = {"Asks for help in words", "Asks for help with the card"}
    assert {one["value"] for one in conflict["conflict"]["text"]} == both
    decided = run_lsa("decide", conflict["id"], "text", "Asks for help in words", "--json").json
    assert decided["text"] == "Asks for help in words"
    assert run_lsa("conflicts", "--json").json == []
    assert run_lsa("sync", "--json").json["remaining"] == 0
    assert run_lsa(*teacher, "sync", "--json").json["conflicts"] == 0


def test_a_sync_that_cannot_be_is_exit_4_and_everything_stays(run_lsa: RunLsa, tmp_path: Path) -> None:
    run_lsa("init", "--initials", "JT", "--shared", f"sqlite:///{tmp_path}/nowhere/school.db")
    run_lsa("pupil", "add", "K7")
    done = run_lsa("sync", "--json")
    assert done.code == 4
    assert json.loads(done.out)["error"]["code"] == "sync_incomplete"
    assert "still on this device" in done.err
    refused(run_lsa("sync"), "still on this device", code=4)
    assert run_lsa("pupil", "list", "--json").json[0]["code"] == "K7"
