"""Recording commands: what people read, what scripts read, and `--at` and `--pupil` on each."""

from __future__ import annotations

import pytest

from commands import RunLsa, refused

RECORDING = {
    "tally": ("tally", "c"),
    "bout": ("tally", "o"),
    "trial": ("trial", "T1", "prompting"),
    "note": ("note", "Sat with the group"),
    "check": ("check", "--zone", "g"),
    "incident": ("abc", "--before", "transition", "--seen", "hid", "--next", "waited quietly"),
    "care": ("care", "food", "half"),
    "flag": ("flag", "hungry"),
    "problem": ("raise", "The book is too hard"),
    "tomorrow": ("tomorrow", "Bring the cards"),
    "session": ("start",),
    "intervention": ("handson", "start"),
}


@pytest.mark.parametrize("kind", RECORDING)
def test_every_recording_command_gives_its_entry_and_takes_when_and_whose(lsa: RunLsa, kind: str) -> None:
    lsa("pupil", "add", "K8")
    lsa("target", "add", "T1", "Starts within a minute", "--pupil", "K8")
    done = lsa(*RECORDING[kind], "--at", "-10", "--pupil", "K8", "--json").json
    assert done["type"] == kind
    assert done["pupil"] == "K8"
    assert done["at"] == "2026-11-24T09:40:00+00:00"
    assert done["recorded_at"] == "2026-11-24T09:50:00+00:00"
    assert done["by"] == "JT"
    listed = lsa("log", "--all-pupils", "--json").json["entries"]
    assert [one["id"] for one in listed] == [done["id"]]
    assert listed[0].items() >= {k: v for k, v in done.items() if k not in ("today", "raised", "still_running")}.items()
    # For that recording only.
    assert [one["code"] for one in lsa("pupil", "list", "--json").json if one["focus"]] == ["K7"]


def test_a_mark_reads_in_one_line_with_the_days_count(lsa: RunLsa) -> None:
    lsa("tally", "c", "2")
    assert lsa("tally", "C").out == "K7 Calling out 09:50 (3 today)\n"


def test_the_json_of_a_mark_is_that_of_the_contract(lsa: RunLsa) -> None:
    done = lsa("tally", "c", "--json").json
    assert done["behaviour"] == "c"
    assert (done["count"], done["session"], done["today"]) == (1, None, 1)


def test_a_mark_of_another_day_counts_there(lsa: RunLsa) -> None:
    lsa("tally", "c")
    done = lsa("tally", "c", "--at", "yesterday 14:05")
    assert done.out == "K7 Calling out Mon 23 Nov 14:05 (1 that day)\n"


def test_a_duration_starts_and_then_stops(lsa: RunLsa, at) -> None:
    assert lsa("tally", "o", "--json").json["until"] is None
    at("09:55")
    assert lsa("tally", "o").out == "K7 09:50 On own 5 min 00 s (1 today)\n"


def test_a_private_mark_has_no_pupil(lsa: RunLsa) -> None:
    done = lsa("tally", "p", "--json").json
    assert done["pupil"] is None
    assert done["session"] is None


def test_a_letter_without_a_tile_is_refused_or_kept_as_unknown(lsa: RunLsa) -> None:
    refused(lsa("tally", "y"), "no behaviour has the letter 'y'", "c Calling out")
    done = lsa("tally", "y", "--unknown", "--json").json
    assert (done["behaviour"], done["letter"]) == ("y", "y")
    named = lsa("correct", done["id"], "behaviour=h", "--json").json
    assert named["behaviour"] == "h"


@pytest.mark.parametrize("count", ["0", "-1", "1000", "two", "1.5"])
def test_a_count_that_cannot_be(lsa: RunLsa, count: str) -> None:
    refused(lsa("tally", "c", count))
    assert lsa("log", "--json").json["entries"] == []


def test_levels_of_support(lsa: RunLsa) -> None:
    lsa("target", "add", "T2", "Dresses", "--ladder", "prompt")
    done = lsa("trial", "t1", "Modelling", "--json").json
    assert (done["target"], done["level"], done["outcome"], done["ladder"]) == ("T1", "modelling", "yes", "scaffold")
    assert lsa("trial", "T2", "pp", "--json").json["level"] == "PP"
    for answer in ("no", "none"):
        done = lsa("trial", "T1", answer, "--json").json
        assert (done["level"], done["outcome"]) == (None, answer)
    assert done["today"] == 3
    other = lsa("trial", "T1", "V", "--json").json
    assert (other["level"], other["ladder"]) == ("V", "prompt"), "of the other ladder, and stored with it"
    refused(lsa("trial", "T1", "X"), "self, prompting")
    refused(lsa("trial", "T9", "no"), "no target 'T9'")


def test_marks_in_a_note(lsa: RunLsa) -> None:
    done = lsa("note", "Read 5 of 6 words alone #T1 8/10 ^home -10", "--json").json
    assert done["text"] == "Read 5 of 6 words alone 8/10"
    assert (done["target"], done["score"], done["home"]) == ("T1", "8/10", True)
    assert done["at"] == "2026-11-24T09:40:00+00:00"
    raised = lsa("note", "Will not sit by the window", "!teacher")
    assert raised.out.endswith("(raised for the teacher)\n")
    assert [one["text"] for one in lsa("inbox", "--json").json] == ["Will not sit by the window"]


@pytest.mark.parametrize(
    "typed", [["-10"], ["-10ish minutes"], ["-shy today"], ["--", "--json"], ["--", "- list"], ["--- quiet"]]
)
def test_a_note_may_begin_with_a_dash(lsa: RunLsa, typed: list[str]) -> None:
    done = lsa("note", *typed)
    assert done.code == 0, done.err
    assert lsa("log", "--json").json["entries"][0]["text"] == typed[-1]


def test_words_without_quotes_are_one_text(lsa: RunLsa) -> None:
    assert lsa("raise", "too", "hard", "--json").json["text"] == "too hard"


def test_a_check_in(lsa: RunLsa) -> None:
    done = lsa("check", "--zone", "B", "--by", "pupil", "--wellbeing", "4", "--involvement", "3", "--json").json
    assert (done["zone"], done["said_by"], done["wellbeing"], done["involvement"]) == ("b", "pupil", 4, 3)
    refused(lsa("check"), "needs a colour")
    refused(lsa("check", "--zone", "p"), "not one of b, g, y, r")
    refused(lsa("check", "--wellbeing", "6"), "from 1 to 5")


def test_an_incident_by_either_names_and_by_preset(lsa: RunLsa) -> None:
    done = lsa(
        "abc", "--antecedent", "2", "--behaviour", "hid", "--consequence", "5", "--minutes", "4.5", "--json"
    ).json
    assert (done["before"], done["seen"], done["next"], done["minutes"]) == ("transition", "hid", "calm space", 4.5)
    asked = lsa("abc", "--before", "1", "--seen", "2", "--next", "5")
    assert "Free to leave? lsa correct" in asked.out
    said = lsa("abc", "--before", "1", "--seen", "2", "--next", "5", "--free-to-leave", "yes")
    assert "Free to leave?" not in said.out
    assert "tell SLT now" in lsa("abc", "--before", "1", "--seen", "2", "--next", "held or guided").out
    refused(lsa("abc", "--before", "1", "--seen", "2"), "--next")
    refused(lsa("abc", "--before", "0", "--seen", "2", "--next", "1"), "1 asked to do something")


def test_a_flag_is_there_once_a_day(lsa: RunLsa) -> None:
    first = lsa("flag", "2", "--json").json
    assert first["what"] == "slept badly"
    assert lsa("flag", "slept", "badly", "--json").json["id"] == first["id"]


def test_a_problem_and_its_way_back(lsa: RunLsa) -> None:
    raised = lsa("raise", "The book is too hard", "--json").json
    assert raised["status"] == "open"
    answer = lsa("reply", raised["id"][:-4], "Use the blue one", "--json").json
    assert (answer["type"], answer["problem"], answer["close"]) == ("reply", raised["id"], False)
    (found,) = lsa("inbox", "--json").json
    assert found.items() >= {"pupil": "K7", "by": "JT", "text": "The book is too hard", "status": "answered"}.items()
    assert [one["text"] for one in found["replies"]] == ["Use the blue one"]
    refused(lsa("reply", answer["id"], "x"), "not a raised problem")
    refused(lsa("reply", raised["id"]), "needs a text, or --close")
    refused(lsa("reply", raised["id"], "--close"), "an LSA may not close a problem", "the SENCo", code=1)
    refused(lsa("correct", answer["id"], "close=yes"), "an LSA may not close a problem", code=1)
    assert lsa("inbox", "--json").json[0]["status"] == "answered"
    lsa("init", "--initials", "LP", "--role", "teacher")
    lsa("reply", raised["id"], "--close")
    assert lsa("inbox", "--json").json[0]["status"] == "closed"


def test_tomorrow_is_one_line(lsa: RunLsa) -> None:
    first = lsa("tomorrow", "Cards", "--json").json
    second = lsa("tomorrow", "Number cards", "--json").json
    assert (second["id"], second["text"]) == (first["id"], "Number cards")


def test_without_a_pupil_nothing_is_recorded(run_lsa: RunLsa) -> None:
    run_lsa("init", "--initials", "JT", "--defaults")
    for words in RECORDING.values():
        refused(run_lsa(*words), "no pupil yet", code=1)


def test_before_init_an_entry_is_signed_with_a_question_mark_and_says_so(run_lsa: RunLsa) -> None:
    run_lsa("pupil", "add", "K7")
    done = run_lsa("note", "Hello", "--json")
    assert done.json["by"] == "?"
    assert "lsa init" in done.err


def test_words_that_sound_like_a_disclosure_are_spoken_of_by_every_command_that_takes_words(lsa: RunLsa) -> None:
    told = "She said it is a secret"
    noted = lsa("note", "Read alone", "--json").json["id"]
    for words in (
        ("raise", told),
        ("abc", "--before", "1", "--seen", told, "--next", "2"),
        ("check", "--zone", "b", "--note", told),
        ("care", "bump", told),
        ("tomorrow", told),
        ("handson", "record", "2", "--note", told),
        ("correct", noted, f"text={told}"),
        ("flag", told),
        ("target", "add", "T9", told),
        ("outcome", "add", "E9", told),
        ("provision", "add", "P9", told),
        ("plan", "add", told, "--start", "13:00", "--end", "14:00"),
    ):
        done = lsa(*words, "--json")
        assert done.code == 0, done
        assert done.err.count("sounds like a disclosure: tell the DSL now") == 1, words
        assert told in str(done.json)
        if words[1] != "add":
            assert "disclosure" not in lsa("correct", done.json["id"], "--at", "09:40").err
    assert "erase --entry" not in lsa("handson", "facts", "--note", f"{told} too").err, "a restraint stays on record"


def test_a_known_name_is_warned_of_by_every_command_that_takes_words(lsa: RunLsa) -> None:
    lsa("names", "add", "Ben Lowe", "--as", "classmate")
    said = "took the ball from Ben Lowe"
    problem = lsa("raise", "Too hard", "--json").json["id"]
    for words in (
        ("note", said),
        ("raise", said),
        ("reply", problem, said),
        ("abc", "--before", "1", "--seen", said, "--next", "2"),
        ("check", "--zone", "b", "--note", said),
        ("care", "bump", said),
        ("tomorrow", said),
    ):
        done = lsa(*words)
        assert done.code == 0, done
        assert done.err.count("a name stands in it (a classmate's name)") == 1, words
        assert "Ben" not in done.err
    assert lsa("tally", "c").err == ""
