"""`lsa cover`: who records now, for people and for scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commands import RunLsa, refused


def test_a_covered_hour_by_commands(lsa: RunLsa, at: Callable[[str], None]) -> None:
    assert lsa("cover", "--json").json == {"covers": None, "name": None, "role": None, "owner": "JT"}
    assert "Nobody covers; JT records here" in lsa("cover").out
    begun = lsa("cover", "--initials", "mb", "--name", "Mia Brown", "--json").json
    assert (begun["type"], begun["by"], begun["of"], begun["until"]) == ("cover", "MB", "JT", None)
    assert lsa("cover", "--json").json == {"covers": "MB", "name": "Mia Brown", "role": "lsa", "owner": "JT"}
    assert "MB (Mia Brown) covers for JT today, as lsa" in lsa("cover").out
    assert lsa("tally", "c", "--json").json["by"] == "MB"
    at("11:00")
    ended = lsa("cover", "--end", "--json").json
    assert ended["id"] == begun["id"]
    assert ended["until"].startswith("2026-11-24T11:00")
    assert lsa("tally", "c", "--json").json["by"] == "JT"
    log = lsa("log").out
    assert "MB covers for JT, to 11:00" in log


def test_a_name_can_follow_while_somebody_covers(lsa: RunLsa) -> None:
    refused(lsa("cover", "--name", "Mia Brown"), "begins with --initials")
    lsa("cover", "--initials", "MB")
    lsa("cover", "--initials", "CD")
    lsa("undo")  # MB covers again
    assert "MB (Mia Brown) covers for JT" in lsa("cover", "--name", "Mia Brown").out
    assert lsa("cover", "--json").json["name"] == "Mia Brown"
    refused(lsa("cover", "--name", "x" * 81), "a name has 81 characters")
    assert lsa("tally", "c", "--json").json["by"] == "MB"


def test_it_says_until_when(lsa: RunLsa) -> None:
    assert "until `lsa cover --end` or the end of the day" in lsa("cover", "--initials", "MB").out
    assert "JT records here again" in lsa("cover", "--end").out


def test_the_next_day_nobody_covers(lsa: RunLsa, at: Callable[[str], None]) -> None:
    lsa("cover", "--initials", "MB")
    at("2026-11-25T08:00:00+00:00")
    assert lsa("cover", "--json").json["covers"] is None
    assert lsa("note", "Sat", "--json").json["by"] == "JT"


def test_the_role_counts_and_is_in_the_audit(lsa: RunLsa) -> None:
    raised = lsa("raise", "Too hard", "--json").json
    refused(lsa("cover", "--initials", "LP", "--role", "teacher"), "may do no more", code=1)
    refused(lsa("reply", raised["id"], "--close"), "may not close", code=1)
    lsa("init", "--role", "senco")
    lsa("cover", "--initials", "LP", "--role", "teacher")
    assert lsa("reply", raised["id"], "Easier", "--close").code == 0
    acts = lsa("audit", "--json").json["entries"]
    assert any("LP in the role teacher" in str(one) for one in acts), acts


def test_the_summary_says_who_covered(lsa: RunLsa) -> None:
    lsa("tally", "c")
    lsa("cover", "--initials", "MB")
    lsa("tally", "c")
    assert "LSA JT, covered by MB" in lsa("summary", "--for", "teacher").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--end",), "nobody covers here"),
        (("--initials", "JT"), "whose device this is"),
        (("--initials", "M1"), "1 to 4 letters"),
        (("--initials", ""), "1 to 4 letters"),
        (("--initials", "MB", "--role", "dsl"), "dsl"),
        (("--initials", "MB", "--name", "x" * 81), "a name"),
        (("--name", "Mia"), "begins with --initials"),
        (("--role", "lsa"), "begins with --initials"),
        (("--end", "--initials", "MB"), "give nothing else with it"),
        (("MB",), "MB"),
    ],
)
def test_what_cannot_be_is_refused(lsa: RunLsa, words: tuple[str, ...], says: str) -> None:
    done = lsa("cover", *words)
    assert done.code in (1, 2), done
    assert says in done.err
    assert "Traceback" not in done.err
    assert lsa("cover", "--json").json["covers"] is None
