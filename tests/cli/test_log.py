"""Entries after they were made: undo, redo, log, correct, remove, move, history, conflicts."""

from __future__ import annotations

import re

import pytest

from commands import RunLsa, refused


def test_undo_and_redo_say_what_and_for_whom(lsa: RunLsa) -> None:
    mark = lsa("tally", "c", "--json").json
    undone = lsa("undo", "--json").json["undone"]
    assert undone == {k: v for k, v in mark.items() if k != "today"}
    assert lsa("log", "--json").json["entries"] == []
    assert lsa("redo", "--json").json["redone"]["id"] == mark["id"]
    assert "K7 Calling out 09:50" in lsa("undo").out
    assert "K7 Calling out 09:50" in lsa("redo").out


def test_nothing_left_to_undo_is_exit_1(run_lsa: RunLsa) -> None:
    refused(run_lsa("undo"), "nothing left to undo", code=1)
    refused(run_lsa("redo"), "nothing to bring back", code=1)


def test_a_hundred_marks_can_be_taken_back(lsa: RunLsa) -> None:
    for _ in range(100):
        lsa("tally", "c")
    for left in range(99, -1, -1):
        assert lsa("undo").code == 0
        assert len(lsa("log", "--json").json["entries"]) == left


def test_undo_of_a_correction_and_of_a_removal_says_so(lsa: RunLsa) -> None:
    note = lsa("note", "Sat", "--json").json
    lsa("correct", note["id"], "--text", "Stood")
    assert "change of K7" in lsa("undo").out
    assert lsa("log", "--json").json["entries"][0]["text"] == "Sat"
    lsa("remove", note["id"], "--reason", "mistake")
    assert "removal of K7" in lsa("undo").out
    assert len(lsa("log", "--json").json["entries"]) == 1


def test_the_log_is_in_order_of_time_and_of_its_days(lsa: RunLsa) -> None:
    lsa("pupil", "add", "K8")
    for words in (("now",), ("earlier", "--at", "-30"), ("then", "--at", "yesterday 14:05")):
        lsa("note", *words)
    lsa("note", "other", "--pupil", "K8")
    lsa("tally", "p")

    def texts(*words: str) -> list[str]:
        return [one.get("text") or one["type"] for one in lsa("log", *words, "--json").json["entries"]]

    assert texts() == ["earlier", "now", "tally"]
    assert texts("--all-pupils") == ["earlier", "now", "other", "tally"]
    assert texts("--pupil", "K8") == ["other", "tally"]
    assert texts("yesterday") == texts("2026-11-23") == texts("-1") == texts("Mon") == ["then"]
    assert texts("--since", "yesterday") == ["then", "earlier", "now", "tally"]
    assert texts("--until", "yesterday") == ["then"]
    assert lsa("log", "yesterday", "--json").json["date"] == "2026-11-23"
    refused(lsa("log", "2026-02-30"), "'2026-02-30' is not a day")
    refused(lsa("log", "today", "--since", "yesterday"), "not both")
    refused(lsa("log", "--since", "today", "--until", "yesterday"), "turn them round")


def test_the_short_id_of_the_table_can_be_typed(lsa: RunLsa) -> None:
    lsa("note", "one")
    lsa("note", "two")
    lines = lsa("log").out.splitlines()
    assert lines[0] == "Tue 24 Nov 2026  K7"
    assert re.fullmatch(r"09:50  K7  one  JT  [0-9a-f-]{13,36}", lines[1])
    short = lines[2].split()[-1]
    assert lsa("correct", short, "--text", "three", "--json").json["text"] == "three"
    refused(lsa("correct", "0", "text=x"), "no entry '0'")
    refused(lsa("correct", "ffffffff", "text=x"), "no entry")


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        (("count=3",), "count", 3),
        (("--count", "3"), "count", 3),
        (("at=10:42",), "at", "2026-11-23T10:42:00+00:00"),
        (("--at", "10:42"), "at", "2026-11-23T10:42:00+00:00"),
        (("--at", "-5"), "at", "2026-11-24T09:45:00+00:00"),
        (("behaviour=h",), "behaviour", "h"),
    ],
)
def test_corrections_of_a_mark(lsa: RunLsa, typed: tuple[str, ...], field: str, value: object) -> None:
    mark = lsa("tally", "c", "--at", "yesterday 14:05", "--json").json
    assert lsa("correct", mark["id"], *typed, "--json").json[field] == value


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("text=none", "text", "none"),
        ("text=12", "text", "12"),
        ("text=a=b", "text", "a=b"),
        ("home=yes", "home", True),
        ("home=no", "home", False),
        ("target=T1", "target", "T1"),
        ("target=none", "target", None),
        ("score=8/10", "score", "8/10"),
    ],
)
def test_corrections_of_a_note(lsa: RunLsa, typed: str, field: str, value: object) -> None:
    note = lsa("note", "Sat", "--json").json
    assert lsa("correct", note["id"], typed, "--json").json[field] == value


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((), "nothing to correct"),
        (("text",), "write FIELD=VALUE"),
        (("txt=x",), "did you mean 'text'?"),
        (("pupil=K8",), "no field 'pupil'"),
        (("at=25:00",), "'25:00' is not a time"),
        (("text=",), "text is empty"),
        (("target=no such target",), "letters, digits"),
    ],
)
def test_corrections_refused(lsa: RunLsa, typed: tuple[str, ...], said: str) -> None:
    note = lsa("note", "Sat", "--json").json
    refused(lsa("correct", note["id"], *typed), said)
    assert lsa("log", "--json").json["entries"][0]["text"] == "Sat"


def test_a_mark_never_crosses_the_border_of_what_is_private(lsa: RunLsa) -> None:
    shared, private = lsa("tally", "c", "--json").json, lsa("tally", "p", "--json").json
    refused(lsa("correct", shared["id"], "behaviour=p"), "private")
    refused(lsa("correct", private["id"], "behaviour=c"), "private")
    refused(lsa("correct", shared["id"], "behaviour=o"), "record it anew")
    refused(lsa("move", private["id"], "--pupil", "K7"), "belongs to no pupil")


def test_an_end_never_comes_before_its_start(lsa: RunLsa) -> None:
    bout = lsa("tally", "o", "--json").json
    refused(lsa("correct", bout["id"], "until=09:40"), "before its start")
    refused(lsa("tally", "o", "--at", "09:40"), "cannot end at 09:40")
    assert lsa("correct", bout["id"], "until=09:55", "--json").json["until"] == "2026-11-24T09:55:00+00:00"


def test_codes_stay(lsa: RunLsa) -> None:
    target = lsa("target", "list", "--json").json[0]
    refused(lsa("correct", target["id"], "code=T2"), "stays")
    assert lsa("correct", target["id"], "text=Asks", "--json").json["text"] == "Asks"


def test_a_removal_needs_a_reason_and_stays_in_the_history(lsa: RunLsa) -> None:
    note = lsa("note", "Sat", "--json").json
    refused(lsa("remove", note["id"]), "--reason")
    refused(lsa("remove", note["id"], "--reason", "  "), "--reason")
    assert lsa("remove", note["id"], "--reason", "wrong pupil", "--json").json["removed"] == "wrong pupil"
    assert lsa("log", "--json").json["entries"] == []
    assert lsa("log", "--removed", "--json").json["entries"][0]["removed"] == "wrong pupil"
    assert "(removed: wrong pupil)" in lsa("log", "--removed").out
    refused(lsa("correct", note["id"], "text=x"), "was removed")
    history = lsa("history", note["id"], "--json").json["history"]
    assert [list(one["set"]) for one in history][1] == ["removed"]
    assert "removed: wrong pupil" in lsa("history", note["id"]).out


def test_moving_one_or_all_since(lsa: RunLsa, at) -> None:
    lsa("pupil", "add", "K8")
    lsa("note", "before")
    at("09:51")
    first = lsa("note", "one", "--json").json
    at("09:52")
    lsa("tally", "c")
    moved = lsa("move", first["id"], "--pupil", "K8", "--since", "--json").json
    assert (moved["pupil"], len(moved["moved"])) == ("K8", 2)
    assert [one["text"] for one in lsa("log", "--json").json["entries"]] == ["before"]
    lsa("undo")
    assert len(lsa("log", "--json").json["entries"]) == 3
    assert "Moved: K8 one" in lsa("move", first["id"], "--pupil", "k8").out
    refused(lsa("move", first["id"]), "--pupil")
    refused(lsa("move", first["id"], "--pupil", "K9"), "no pupil 'K9'")


def test_nothing_to_decide(lsa: RunLsa) -> None:
    note = lsa("note", "Sat", "--json").json
    assert lsa("conflicts", "--json").json == []
    refused(lsa("decide", note["id"], "text"), "nothing to decide")
