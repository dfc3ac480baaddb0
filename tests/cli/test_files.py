"""Export and import: lossless, whole or not at all, every bad line named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import RunLsa, refused


@pytest.fixture
def full(lsa: RunLsa) -> RunLsa:
    """A home with something of everything."""
    lsa("pupil", "add", "K7", "--name", "Ada Seven")
    lsa("outcome", "add", "E1", "Asks")
    lsa("provision", "add", "F2", "SaLT", "--minutes", "10")
    lsa("plan", "add", "Maths", "--start", "09:45", "--end", "10:45", "--targets", "T1")
    for words in (
        ("start", "Maths"),
        ("tally", "c", "2"),
        ("tally", "o"),
        ("trial", "T1", "self"),
        ("note", "[bold]Kai[/] said \u201cno\u201d \U0001f469\u200d\U0001f3eb\u2028and sat #T1"),
        ("abc", "--before", "1", "--seen", "2", "--next", "3"),
        ("check", "--zone", "y"),
        ("care", "drink"),
        ("flag", "late"),
        ("raise", "Too hard"),
        ("tomorrow", "Cards"),
        ("tally", "y", "--unknown"),
    ):
        assert lsa(*words).code == 0
    lsa("reply", lsa("inbox", "--json").json[0]["id"], "Easier one")
    return lsa


def test_lossless_and_twice_adds_nothing(full: RunLsa, tmp_path: Path) -> None:
    first, other = tmp_path / "out.jsonl", ("--home", str(tmp_path / "other"))
    for names in ((), ("--names",)):
        written = full("export", *names, str(first), "--json").json
        assert written["records"] == len(first.read_text().split("\n")) - 1
        assert first.stat().st_mode & 0o077 == 0
        full(*other, "import", str(first))
        again = full(*other, "import", str(first), "--json").json
        assert (again["added"], again["updated"]) == (0, 0)
        assert full(*other, "export", *names).out == first.read_text()
    assert '"name": "Ada Seven"' in first.read_text()
    assert "Ada Seven" not in full("export").out
    assert full(*other, "doctor").code == 0


def test_standard_output_holds_lines_or_with_json_one_document(full: RunLsa) -> None:
    lines = full("export").out.splitlines(keepends=False)
    records = [json.loads(line) for line in full("export").out.split("\n") if line]
    assert len(lines) >= len(records)
    assert full("export", "--json").json["lines"] == records
    assert {"pupil", "slot", "session", "tally", "reply"} <= {one["type"] for one in records}


def test_private_marks_stay_out_unless_asked_for(lsa: RunLsa) -> None:
    lsa("tally", "p", "3")
    done = lsa("export")
    assert "1 private marks are left out" in done.err
    assert '"tally"' not in done.out
    taken = lsa("export", "--private")
    assert taken.err == ""
    assert '"count": 3' in taken.out


def test_a_span_and_a_pupil(lsa: RunLsa) -> None:
    lsa("pupil", "add", "K8")
    lsa("note", "old", "--at", "yesterday 10:00")
    lsa("note", "new")
    lsa("note", "other", "--pupil", "K8")

    def texts(*words: str) -> list[str]:
        return [one["text"] for one in lsa("export", *words, "--json").json["lines"] if one["type"] == "note"]

    assert texts() == ["old", "new", "other"]
    assert texts("--since", "today", "--pupil", "K7") == ["new"]
    assert texts("--until", "yesterday") == ["old"]
    refused(lsa("export", "--pupil", "K9"), "no pupil 'K9'")


def test_a_file_that_cannot_be_written_leaves_nothing(lsa: RunLsa, tmp_path: Path) -> None:
    refused(lsa("export", str(tmp_path / "no" / "such" / "out.jsonl")), "no folder")
    refused(lsa("export", str(tmp_path)), "is a folder")
    old = tmp_path / "out.jsonl"
    old.write_text('{"type": "note", "id": "an earlier export"}')
    lsa("export", str(old))
    assert "an earlier export" not in old.read_text()
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".tmp")] == []


def test_import_from_standard_input(lsa: RunLsa) -> None:
    lines = b'\xef\xbb\xbf{"type": "note", "pupil": "K7", "at": "2026-11-23T10:00:00+00:00", "text": "Sat"}\r\n\n'
    assert lsa("import", "-", "--json", stdin=lines).json == {"added": 1, "updated": 0, "known": 0}
    assert lsa("import", "-", "--json", stdin=lines).json == {"added": 0, "updated": 0, "known": 1}
    assert lsa("log", "yesterday", "--json").json["entries"][0]["text"] == "Sat"


def test_a_code_is_the_same_thing_whatever_id_a_file_gives_it(lsa: RunLsa) -> None:
    uid = "0193a2b4-1c2d-7000-8000-000000000001"
    lines = [
        {"type": "pupil", "code": "K9", "id": uid},
        {"type": "note", "pupil": "K9", "at": "2026-11-24T10:00:00+00:00", "text": "Sat"},
    ]
    done = lsa("import", "-", stdin="\n".join(map(json.dumps, lines)).encode())
    assert done.code == 0, done.err
    lsa("pupil", "add", "K9")
    assert [one["code"] for one in lsa("pupil", "list", "--json").json] == ["K7", "K9"]


GOOD = '{"type": "note", "pupil": "K7", "at": "2026-11-23T10:00:00+00:00", "text": "Sat"}\n'


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"x" * 1_000_000, "line 1: is not JSON"),
        (bytes(range(256)) * 4000, "line 2: is not UTF-8"),
        (GOOD.encode() + b'{"type": "note", "text": "\xff"}', "line 2: is not UTF-8"),
        (GOOD.encode("utf-16"), "line 1: is not UTF-8"),
        ((GOOD + "[1]").encode(), "line 2: is not a JSON object"),
        ((GOOD + '{"type": "nope"}').encode(), "line 2: type is 'nope'"),
        ((GOOD + GOOD.replace("K7", "K9")).encode(), "line 2: note: pupil 'K9' is not known"),
        ((GOOD + GOOD.replace("2026-11-23", "2026-02-30")).encode(), "line 2: note: at is"),
        ((GOOD + GOOD.replace('"Sat"', "7")).encode(), "line 2: note: text must be text"),
        ((GOOD + GOOD.replace("}", ', "id": "seven"}')).encode(), "line 2: note: id is 'seven'"),
        (b"[" * 100_000, "line 1: is not JSON"),
    ],
    ids=range(11),
)
def test_one_bad_line_refuses_the_file(lsa: RunLsa, tmp_path: Path, bad: bytes, said: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(bad)
    refused(lsa("import", str(file)), str(file), said, "nothing was imported")
    assert lsa("log", "yesterday", "--json").json["entries"] == []


@pytest.mark.parametrize("nothing", [b"", b" \n \n"])
def test_an_export_of_nothing_is_an_import_of_nothing(run_lsa: RunLsa, tmp_path: Path, nothing: bytes) -> None:
    run_lsa("init", "--name", "Jo", "--initials", "JT", "--role", "lsa")
    assert run_lsa("export").out == ""
    (tmp_path / "in.jsonl").write_bytes(nothing)
    done = run_lsa("import", str(tmp_path / "in.jsonl"))
    assert (done.code, done.err) == (0, "")
    assert "holds no record" in done.out
    assert run_lsa("import", "-", "--json", stdin=nothing).json == {"added": 0, "updated": 0, "known": 0}


def test_a_file_that_is_not_there(lsa: RunLsa, tmp_path: Path) -> None:
    refused(lsa("import", str(tmp_path / "none")), "cannot be read (No such file")
    refused(lsa("import", str(tmp_path)), "cannot be read")


def test_an_export_replaces_an_export_and_no_other_file(full: RunLsa, tmp_path: Path) -> None:
    target = tmp_path / "records.jsonl"
    target.touch()
    assert full("export", str(target)).code == 0
    before = target.read_bytes()
    assert full("export", str(target)).code == 0
    assert target.read_bytes() == before
    for other in (b"root:x:0:0:root:/root:/bin/sh\n", b'{"a": 1}\n', b"[1]\n", b"\n"):
        target.write_bytes(other)
        refused(full("export", str(target)), "no earlier export")
        assert target.read_bytes() == other
