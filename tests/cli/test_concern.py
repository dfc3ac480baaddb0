"""`lsa concern` and `lsa dsl`: from the LSA's keyboard to the DSL's screen, and nothing of it anywhere else."""

from __future__ import annotations

import json
import os
import pty
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Ran, RunLsa, refused
from concern_homes import in_files, in_pages, pages_of
from homes import tampering
from lsa_tui import paths
from lsa_tui.cli import table
from lsa_tui.daybook import concerns
from lsa_tui.daybook.opening import open_book
from lsa_tui.sync import keys

CANARY = "CANARY-MAGNOLIA"
SECRET = "six white geese"
ROLES = {"jt": "lsa", "lp": "teacher", "sn": "senco", "ap": "dsl"}

School = Callable[..., Ran]


@pytest.fixture
def school(run_lsa: RunLsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """Runs a command on the home of jt, lp, sn or ap (LSA, teacher, SENCo, DSL): encrypted, one shared file."""
    monkeypatch.setenv("LSA_NOW", "2026-11-24T13:05:00+00:00")
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "five red boats")
    monkeypatch.setenv("LSA_DSL_PASSPHRASE", SECRET)
    (tmp_path / "share").mkdir()
    url = f"sqlite:///{tmp_path / 'share' / 'school.db'}"

    def run(who: str, *words: str, stdin: bytes | None = None) -> Ran:
        return run_lsa("--home", str(tmp_path / who), *words, stdin=stdin)

    for who, role in ROLES.items():
        done = run(who, "init", "--name", f"{who} Sample", "--initials", who.upper(), "--role", role, "--shared", url)
        assert done.code == 0, done.err
    assert run("jt", "pupil", "add", "K7", "--name", "Kim Sample").code == 0
    return run


@pytest.fixture
def trusted(school: School) -> School:
    """The same once every device confirmed the DSL's key."""
    made = school("ap", "dsl", "key", "--json").json
    assert made["shared"]
    for who in ("jt", "lp", "sn"):
        assert school(who, "sync").code == 0
        assert school(who, "dsl", "trust", *made["fingerprint"].split()).code == 0
    return school


def pass_on(school: School, *more: str) -> dict:
    given = [part for name in ("words", "saw", "asked", "place") for part in (f"--{name}", f"{CANARY} {name}")]
    marks = ("--marks", f"left hand: {CANARY} mark")
    return school(
        "jt", "concern", *given, *marks, "--told", f"{CANARY} told", "--in-person", "--at", "12:50", *more, "--json"
    ).json


# Before the school has a key


def test_without_a_key_no_text_is_stored_and_the_reminder_shows(school: School, tmp_path: Path) -> None:
    done = school("jt", "concern", "--words", CANARY, "--told", "Mrs Price", "--in-person", "--at", "12:50")
    assert done.code == 0
    for words in ("999", "DSL", "LADO", "no confidentiality", "Tell, Explain, Describe", "CPOMS", "No text was stored"):
        assert words in done.out
    assert "passed on 12:50" in done.out
    listed = school("jt", "concern", "--json").json
    assert (listed["ready"], listed["to_pass_on"]) == (False, 0)
    assert [(one["told"], one["at"]) for one in listed["concerns"]] == [("Mrs Price", "2026-11-24T12:50:00+00:00")]
    assert CANARY not in done.out + school("jt", "concern").out
    book = open_book(paths.find(str(tmp_path / "jt")))
    assert not in_pages(book, CANARY)
    book.close()
    assert not in_files(tmp_path, CANARY)


def test_who_was_told_comes_later(school: School) -> None:
    done = school("jt", "concern", "--words", "x")
    assert done.code == 0
    assert "nobody was told yet" in done.err
    waiting = school("jt", "concern", "--json").json
    assert waiting["to_pass_on"] == 1
    uid = waiting["concerns"][0]["id"]
    assert "passed on 13:01" in school("jt", "concern", "--add", uid[:8], "--told", "Mr Hall", "--at", "13:01").out
    assert school("jt", "concern", "--json").json["to_pass_on"] == 0


def test_without_a_key_nothing_is_wiped_by_a_command(school: School) -> None:
    noted = school("jt", "note", "He said it is a secret", "--json")
    uid = noted.json["id"]
    assert "sounds like a disclosure: tell the DSL now" in noted.err
    assert "--from" not in noted.err
    assert "erase --entry" in noted.err
    done = school("jt", "concern", "--from", uid, "--told", "Mrs Price")
    assert (done.code, done.out) == (1, "")
    for said in ("no DSL's key is trusted here", "tell the DSL now", "school's own system", f"erase --entry {uid}"):
        assert said in done.err
    assert [one["text"] for one in school("jt", "log", "--json").json["entries"]] == ["He said it is a secret"]
    assert school("jt", "concern", "--json").json["concerns"] == []
    assert school("jt", "erase", "--entry", uid, "--reason", "written elsewhere").code == 0  # as it was told


LONG = f"Mrs Price, since {CANARY} said that {'x' * 80}"


def test_without_a_key_whom_is_no_place_for_a_text(school: School, tmp_path: Path) -> None:
    done = school("jt", "concern", "--told", LONG)
    refused(done, "at most 80 fit", "no key of the DSL is trusted here")
    assert school("jt", "concern", "--json").json["concerns"] == []
    kept = school("jt", "concern", "--told", "Mrs\x1b[31m Price\nand\tMr Hall\x07", "--json")
    assert kept.json["told"] == "Mrs[31m Price and Mr Hall"
    assert "\x1b" not in school("jt", "concern").out
    refused(school("jt", "concern", "--add", kept.json["id"], "--told", LONG), "at most 80 fit")
    book = open_book(paths.find(str(tmp_path / "jt")))
    assert not in_pages(book, CANARY)
    book.close()


def test_a_told_line_entered_by_mistake_goes(school: School, tmp_path: Path) -> None:
    wrong = school("jt", "concern", "--told", CANARY, "--json").json["id"]
    right = school("jt", "concern", "--told", "Mrs Price", "--json").json["id"]
    assert school("jt", "concern", "--untell", wrong[:8]).code == 0
    listed = school("jt", "concern", "--json").json
    assert [one["id"] for one in listed["concerns"]] == [right]
    book = open_book(paths.find(str(tmp_path / "jt")))
    assert not in_pages(book, CANARY)
    book.close()


def test_what_is_sealed_is_not_taken_back_but_whom_from_before_the_key_is(school: School, tmp_path: Path) -> None:
    uid = school("jt", "concern", "--told", CANARY, "--json").json["id"]
    made = school("ap", "dsl", "key", "--json").json
    school("jt", "sync")
    school("jt", "dsl", "trust", *made["fingerprint"].split())
    school("jt", "concern", "--add", uid, "--saw", "what I saw")
    assert school("jt", "concern", "--untell", uid, "--json").json["line_kept"]
    assert CANARY not in school("jt", "concern").out
    assert school("jt", "concern", "--json").json["concerns"][0]["passed_on"]
    refused(school("jt", "concern", "--untell", uid), "stays as it is")


# What to do now, whatever is wrong

REMINDED = ("999", "the DSL or the deputy", "tell the headteacher", "LADO", "no confidentiality", "Tell, Explain")


@pytest.mark.parametrize("more", [(), ("--json",), ("--words", "x", "--told", "Mrs Price")])
def test_a_locked_home_still_says_what_to_do(
    school: School, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.delenv("LSA_PASSPHRASE")
    done = school("jt", "concern", *more)
    assert done.code == 3
    assert all(said in done.err for said in REMINDED)
    assert done.err.index("999") < done.err.index("passphrase")
    assert json.loads(done.out)["error"]["code"] == "locked" if "--json" in more else done.out == ""


@pytest.mark.parametrize("more", [(), ("--json",), ("--words", "x", "--told", "Mrs Price")])
def test_a_damaged_file_still_says_what_to_do(trusted: School, tmp_path: Path, more: tuple[str, ...]) -> None:
    (tmp_path / "jt" / "concerns.db").write_bytes(b"no database" * 1000)
    done = trusted("jt", "concern", *more)
    assert done.code == 1
    assert all(said in done.err for said in REMINDED)
    assert "concerns.db" in done.err
    assert list(json.loads(done.out)) == ["error"] if "--json" in more else done.out == ""
    noted = trusted("jt", "note", "He said it is a secret")  # a note is recorded all the same
    assert (noted.code, "tell the DSL now" in noted.err, "--from" in noted.err) == (0, True, False)


def test_what_is_typed_wrong_is_one_sentence_and_the_reminder_stands_once(school: School) -> None:
    wrong = school("jt", "concern", "--words", "x", "--at", "half past")
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 1), wrong.err
    for typed in ((), ("--told", "Mrs Price")):
        done = school("jt", "concern", *typed)
        assert (done.out + done.err).count("Tell, Explain, Describe") == 1, done


def test_with_json_standard_output_is_one_document(school: School) -> None:
    done = school("jt", "concern", "--json")
    assert all(said in done.err for said in REMINDED)
    assert done.json["reminder"][0] == {"label": "Danger now", "words": "999"}


# The whole way


def test_only_the_dsl_reads_it(trusted: School, tmp_path: Path) -> None:
    school = trusted
    passed = pass_on(school)
    assert passed["says"] == "passed on 12:50"
    assert (passed["sealed"], passed["told"]) == (True, None)
    counted = school("jt", "sync", "--json").json
    assert (counted["sent"], counted["received"], counted["remaining"]) == (0, 0, 0)  # nothing counts a concern
    for who in ("lp", "sn", "ap"):
        assert school(who, "sync").code == 0
    assert [one["id"] for one in school("ap", "dsl", "open", "--json").json["concerns"]] == [passed["id"]]
    shown = school("ap", "dsl", "open", passed["id"][:8])
    for name in ("words", "saw", "asked", "place", "mark", "told"):
        assert f"{CANARY} {name}" in shown.out
    assert "Kim Sample" in shown.out
    assert school("ap", "dsl", "open", passed["id"], "--json").json["words"] == f"{CANARY} words"

    found = {who: outputs(school, who, tmp_path) for who in ("jt", "lp", "sn", "ap")}
    for who, said in found.items():
        assert len(said) > (20 if who != "ap" else 8)
        for words, ran in said.items():
            assert CANARY not in ran.out + ran.err, (who, words)
            if who != "jt":
                assert passed["id"] not in ran.out + ran.err, (who, words)
    assert not in_files(tmp_path, CANARY)
    for who in ROLES:
        book = open_book(paths.find(str(tmp_path / who)))
        assert not in_pages(book, CANARY)
        with_id = [name for name in in_pages(book, passed["id"]) if name != "concerns.db"]
        assert not with_id
        shared_key = keys.held(book)[0].key
        book.close()
    shared = pages_of(tmp_path / "share" / "school.db", shared_key)
    assert b"K7" in shared
    assert CANARY.encode() not in shared
    assert passed["id"].encode() not in shared


def outputs(school: School, who: str, tmp_path: Path) -> dict[tuple[str, ...], Ran]:
    """What this person's commands say: every one that shows anything, in every form."""
    asked: list[tuple[str, ...]] = [
        ("concern",),
        ("doctor",),
        ("doctor", "--rebuild"),
        ("sync", "--dry-run"),
        ("sync",),
        ("paths",),
        ("pupil", "list"),
        ("names", "list"),
        ("shared", "status"),
    ]
    asked += [("summary", "--for", one, "--format", form) for one in audiences() for form in ("text", "md", "html")]
    if ROLES[who] != "dsl":
        asked += [("log",), ("log", "--all-pupils", "--since", "2026-11-01"), ("export",), ("audit",), ("retention",)]
        asked += [("export", "--names", "--private"), ("inbox",), ("today",), ("conflicts",), ("undo",), ("redo",)]
        asked += [("access-request", "K7", "--out", str(tmp_path / f"request-{who}"))]
    known = [words for words in asked if words[0] in table.WORDS]
    return {words: school(who, *words, *json) for words in known for json in ((), ("--json",))}


def audiences() -> tuple[str, ...]:
    return ("lsa", "teacher", "senco", "home")


def test_acknowledged_it_leaves_the_writers_device(trusted: School, tmp_path: Path) -> None:
    school = trusted
    passed = pass_on(school)
    school("jt", "sync")
    assert "sent" in school("jt", "concern").out
    assert school("ap", "dsl", "acknowledge", passed["id"]).code == 0
    before = (tmp_path / "jt" / "concerns.db").read_bytes()
    assert school("jt", "sync").code == 0
    listed = school("jt", "concern", "--json").json["concerns"]
    assert listed[0]["acknowledged"] == "2026-11-24T13:05:00+00:00"
    assert (tmp_path / "jt" / "concerns.db").read_bytes() != before
    assert school("ap", "dsl", "open", "--json").json["concerns"][0]["acknowledged"]
    # What is added later is new to the DSL again.
    school("jt", "concern", "--add", passed["id"], "--saw", "second", "--told", "Mr Hall")
    school("jt", "sync")
    shown = school("ap", "dsl", "open", passed["id"], "--json").json
    assert (shown["added"], shown["acknowledged"]) == (1, None)
    assert "second" in school("ap", "dsl", "open", passed["id"]).out


def test_a_sync_that_cannot_complete_still_delivers(trusted: School, tmp_path: Path) -> None:
    passed = trusted("jt", "concern", "--words", CANARY, "--json").json
    trusted("jt", "note", "one")
    with tampering(tmp_path / "jt") as db:
        db.execute("DROP TRIGGER change_is_immutable")
        db.execute("UPDATE change SET actor = 'ZZ' WHERE seq = (SELECT max(seq) FROM change WHERE dev = "
                   "(SELECT value FROM meta WHERE key = 'device'))")  # fmt: skip
    refused(trusted("jt", "sync"), "damaged", code=1)
    assert trusted("jt", "concern", "--json").json["concerns"][0]["delivered"]
    assert trusted("ap", "dsl", "open", passed["id"]).code == 0


def test_one_concern_as_a_document(trusted: School, tmp_path: Path) -> None:
    school = trusted
    passed = pass_on(school)
    school("jt", "sync")
    for form, sign in (("html", "<h1>"), ("md", "#"), ("json", "{"), ("text", "PUPIL")):
        target = tmp_path / f"concern.{form}"
        done = school(
            "ap", "dsl", "open", passed["id"], "--format", form, "--out", str(target), "--name", "Kim A Sample"
        )
        assert done.code == 0, done
        text = target.read_text(encoding="utf-8")
        assert sign in text
        assert "Kim A Sample" in text
        assert f"{CANARY} words" in text
        assert target.stat().st_mode & 0o077 == 0
    refused(school("ap", "dsl", "open", passed["id"], "--out", str(target)), "never written over")


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
def test_the_age_program_opens_what_was_delivered(trusted: School, tmp_path: Path) -> None:
    passed = pass_on(trusted)
    trusted("jt", "sync")
    file = tmp_path / "share" / "school.db.sealed" / f"{passed['id']}.age"
    child, master = pty.fork()
    if child == 0:
        os.execvp(
            "age", ["age", "-d", "-i", str(tmp_path / "ap" / "dsl-key.age"), "-o", str(tmp_path / "out"), str(file)]
        )
    os.read(master, 1000)
    os.write(master, f"{SECRET}\n".encode())
    try:
        while os.read(master, 1000):
            pass
    except OSError:
        pass
    assert os.waitpid(child, 0)[1] == 0
    os.close(master)
    assert json.loads((tmp_path / "out").read_bytes())["words"] == f"{CANARY} words"


def test_from_the_log_it_moves(trusted: School, tmp_path: Path) -> None:
    noted = trusted("jt", "note", f"{CANARY} he said", "--json").json
    done = trusted("jt", "concern", "--from", noted["id"], "--told", "Mrs Price", "--json")
    assert done.json["sealed"]
    assert trusted("jt", "log", "--json").json["entries"] == []
    trusted("jt", "sync")
    assert f"{CANARY} he said" in trusted("ap", "dsl", "open", done.json["id"]).out
    book = open_book(paths.find(str(tmp_path / "jt")))
    assert not in_pages(book, CANARY)
    book.close()


def test_a_note_that_sounds_like_one_says_so_once(trusted: School) -> None:
    done = trusted("jt", "note", "He said it is a secret")
    assert "sounds like a disclosure" in done.err
    uid = done.err.split("--from ")[1].split("`")[0]
    assert trusted("jt", "concern", "--from", uid, "--told", "Mrs Price").code == 0
    assert "disclosure" not in trusted("jt", "note", "Read 5 of 6 words").err


def test_words_from_standard_input_stay_out_of_the_shells_history(trusted: School) -> None:
    done = trusted("jt", "concern", "--words", "-", "--told", "Mrs Price", "--json", stdin=b"  it is a secret\n")
    trusted("jt", "sync")
    assert trusted("ap", "dsl", "open", done.json["id"], "--json").json["words"] == "  it is a secret\n"


def test_words_that_cannot_all_be_read_are_refused(trusted: School) -> None:
    done = trusted("jt", "concern", "--words", "-", "--told", "Mrs Price", stdin=b"caf\xe9 said no\n")
    assert (done.code, done.out) == (2, "")
    assert "not UTF-8" in done.err
    assert "save the text as UTF-8" in done.err
    for name in ("--saw", "--told", "--words"):
        assert trusted("jt", "concern", name, os.fsdecode(b"caf\xe9")).code == 2
    done = trusted("jt", "concern", "--words", "-", "--saw", "-", stdin=b"x")
    assert (done.code, "can be read once" in done.err) == (2, True)
    assert trusted("jt", "concern", "--json").json["concerns"] == []


def test_a_place_that_is_not_in_the_list_stands_under_elsewhere(trusted: School) -> None:
    done = trusted(
        "jt", "concern", "--marks", "Left arm: three small bruises", "--marks", "head: a bump", "--told", "x"
    )
    assert "'Left arm: three small bruises' names no place of the list" in done.err
    trusted("jt", "sync")
    uid = trusted("jt", "concern", "--json").json["concerns"][0]["id"]
    assert trusted("ap", "dsl", "open", uid, "--json").json["marks"] == [
        ["elsewhere", "Left arm: three small bruises"],
        ["head", "a bump"],
    ]


def test_while_a_newer_key_waits_every_save_says_so(trusted: School) -> None:
    assert "fingerprint" not in trusted("jt", "concern", "--words", "x", "--told", "Mrs Price").err
    made = trusted("ap", "dsl", "key", "--new", "--json").json
    trusted("jt", "sync")
    done = trusted("jt", "concern", "--words", "y", "--told", "Mrs Price")
    assert done.code == 0
    assert "a key of the DSL has come" in done.err
    assert "sealed to the older key" in done.err
    trusted("jt", "dsl", "trust", *made["fingerprint"].split())
    assert "a key of the DSL" not in trusted("jt", "concern", "--words", "z", "--told", "Mrs Price").err


def test_what_is_not_understood_moves_nothing(trusted: School) -> None:
    uid = trusted("jt", "note", "He said", "--json").json["id"]
    assert trusted("jt", "concern", "--from", uid, "--marks", "nowhere x").code == 2
    assert trusted("jt", "concern", "--from", uid, "--words", "-", stdin=b"\xff").code == 2
    assert trusted("jt", "log", "--json").json["entries"][0]["text"] == "He said"
    assert trusted("jt", "concern", "--json").json["to_pass_on"] == 0


# The key


def test_the_key_is_made_once_and_shown_again(school: School, tmp_path: Path) -> None:
    made = school("ap", "dsl", "key", "--json").json
    again = school("ap", "dsl", "key", "--json").json
    assert (made["made"], again["made"]) == (True, False)
    assert made["fingerprint"] == again["fingerprint"]
    assert made["recipient"].startswith("age1")
    assert b"AGE-SECRET-KEY" not in (tmp_path / "ap" / "dsl-key.age").read_bytes()
    refused(school("ap", "dsl", "key", "--out", str(tmp_path / "x")), "made already")
    elsewhere = tmp_path / "stick" / "key.age"
    refused(school("ap", "dsl", "key", "--new", "--out", str(elsewhere)), "connect the stick")
    elsewhere.parent.mkdir()
    newer = school("ap", "dsl", "key", "--new", "--out", str(elsewhere), "--json").json
    assert newer["fingerprint"] != made["fingerprint"]
    assert elsewhere.exists()
    refused(school("ap", "dsl", "key", "--new", "--out", str(elsewhere)), "never written over")


def test_what_was_sealed_to_the_older_key_still_opens(trusted: School) -> None:
    first = pass_on(trusted)
    newer = trusted("ap", "dsl", "key", "--new", "--json").json
    trusted("jt", "sync")
    trusted("jt", "dsl", "trust", newer["fingerprint"])
    second = pass_on(trusted)
    trusted("jt", "sync")
    found = trusted("ap", "dsl", "open", "--json").json
    assert {one["id"] for one in found["concerns"]} == {first["id"], second["id"]}
    assert found["unreadable"] == []
    for one in (first, second):
        assert trusted("ap", "dsl", "acknowledge", one["id"]).code == 0
    trusted("jt", "sync")
    assert all(one["acknowledged"] for one in trusted("jt", "concern", "--json").json["concerns"])


def test_a_key_that_opens_nothing_does_not_say_that_nothing_came(trusted: School, tmp_path: Path) -> None:
    pass_on(trusted)
    trusted("jt", "sync")
    trusted("ap", "dsl", "key", "--new", "--out", str(tmp_path / "other.age"))
    done = trusted("ap", "dsl", "open", "--key", str(tmp_path / "other.age"))
    assert "Nothing that this key opens" in done.out
    assert "1 not readable" in done.err


def test_rubbish_on_the_share_is_spoken_of_while_it_lies_there(trusted: School, tmp_path: Path) -> None:
    passed = pass_on(trusted)
    trusted("jt", "sync")
    share = tmp_path / "share" / "school.db.sealed"
    whole = (share / f"{passed['id']}.age").read_bytes()
    rubbish = share / f"{uuid.uuid4()}.age"
    rubbish.write_bytes(b"no such thing")
    (share / f"{passed['id']}.age").write_bytes(whole[:-7])
    assert "2 not readable" in trusted("ap", "dsl", "open").err
    (share / f"{passed['id']}.age").write_bytes(whole)
    rubbish.unlink()
    trusted("ap", "dsl", "open")
    done = trusted("ap", "dsl", "open", "--json")
    assert (done.json["unreadable"], [one["id"] for one in done.json["concerns"]]) == ([], [passed["id"]])
    assert done.err == ""


def test_a_link_on_the_share_is_not_followed(trusted: School, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"age-encryption.org/v1\nof somebody else")
    (tmp_path / "share" / "school.db.sealed" / f"{uuid.uuid4()}.age").symlink_to(secret)
    assert trusted("ap", "dsl", "open", "--json").json["unreadable"] == []


def test_what_the_dsl_did_stands_on_her_computer_alone(trusted: School, tmp_path: Path) -> None:
    school, passed = trusted, pass_on(trusted)
    school("jt", "sync")
    uid = passed["id"]
    target = tmp_path / "concern.html"
    school("ap", "dsl", "open", uid[:8], "--name", "Kim\x1b[31m\nSample")
    shown = school("ap", "dsl", "open", uid, "--name", "Kim\x1b[31m\nSample", "--out", str(target))
    assert shown.code == 0
    assert "\x1b" not in target.read_text(encoding="utf-8")
    school("ap", "dsl", "acknowledge", uid)
    school("ap", "dsl", "acknowledge", uid)
    found = school("ap", "dsl", "audit", "--json").json["entries"]
    assert [(one["did"], one["id"], one["by"]) for one in found] == [
        ("read", uid, "AP"),
        ("written to a file, not encrypted", uid, "AP"),
        ("acknowledged", uid, "AP"),
    ]
    assert found[1]["about"] == str(target)
    school("ap", "sync")
    for who in ("jt", "lp", "sn"):
        school(who, "sync")
        assert school(who, "dsl", "audit").code == 1
        book = open_book(paths.find(str(tmp_path / who)))
        assert not in_pages(book, "not encrypted")
        book.close()


def test_a_deputy_reads_with_a_copy_of_the_key(trusted: School, tmp_path: Path) -> None:
    passed = pass_on(trusted)
    trusted("jt", "sync")
    url = f"sqlite:///{tmp_path / 'share' / 'school.db'}"
    assert trusted("dd", "init", "--name", "D", "--initials", "DD", "--role", "dsl", "--shared", url).code == 0
    refused(trusted("dd", "dsl", "open"), "--key", code=1)
    key = ("--key", str(shutil.copy(tmp_path / "ap" / "dsl-key.age", tmp_path / "copy.age")))
    assert f"{CANARY} words" in trusted("dd", "dsl", "open", passed["id"], *key).out
    assert trusted("dd", "dsl", "acknowledge", passed["id"], *key).code == 0
    trusted("jt", "sync")
    assert trusted("jt", "concern", "--json").json["concerns"][0]["acknowledged"]


def test_the_wrong_passphrase_opens_nothing(trusted: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_DSL_PASSPHRASE", "not this one")
    refused(trusted("ap", "dsl", "open"), "passphrase", code=3)


def test_without_any_passphrase_it_is_locked(trusted: School, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "home-passphrase"
    file.write_text(os.environ["LSA_PASSPHRASE"])
    key_file = tmp_path / "key-passphrase"
    key_file.write_text(f"{SECRET}\n")
    monkeypatch.delenv("LSA_DSL_PASSPHRASE")
    monkeypatch.delenv("LSA_PASSPHRASE")
    home = ("--passphrase-file", str(file))
    done = trusted("ap", "dsl", "open", "--key-passphrase-file", str(key_file), *home)
    assert done.code == 0, done
    refused(trusted("ap", "dsl", "open", *home), "passphrase", code=3)  # the home's is not the key's


def test_a_wrong_fingerprint_is_not_trusted(school: School) -> None:
    refused(school("jt", "dsl", "trust", "0000"), "lsa sync", code=1)
    made = school("ap", "dsl", "key", "--json").json
    assert "fingerprint" not in school("jt", "concern").err
    school("jt", "sync")
    told = school("jt", "concern")
    assert "read out its fingerprint" in told.err
    assert made["fingerprint"] not in told.out + told.err  # it must come from the DSL, or nothing is compared
    refused(school("jt", "dsl", "trust", made["fingerprint"][:-1]), "in person")
    assert not school("jt", "concern", "--json").json["ready"]
    by_hand = ("--recipient", made["recipient"], "--verify", made["verify"])
    refused(school("jt", "dsl", "trust", made["fingerprint"], *by_hand[:2]), "--verify")
    assert school("jt", "dsl", "trust", made["fingerprint"].replace(" ", ""), *by_hand).code == 0
    assert school("jt", "concern", "--json").json["ready"]


@pytest.mark.parametrize("who", ["jt", "lp", "sn"])
def test_only_the_dsl_makes_and_opens(school: School, who: str) -> None:
    for words in (("key",), ("open",), ("acknowledge", "abcd")):
        assert school(who, "dsl", *words).code == 1


# Wrong use


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--in-person",), "--told"),
        (("--words", "x", "--told-at", "12:00"), "--told"),
        (("--marks", "left hand"), "a colon"),
        (("--untell", "ffff"), "lsa concern"),
        (("--untell", "ffff", "--told", "x"), "nothing else"),
        (("--untell", "ffff", "--at", "09:00"), "nothing else"),
        (("--untell", "ffff", "--pupil", "K7"), "nothing else"),
        (("--add", "ffff", "--saw", "x"), "lsa concern"),
        (("--words", " "), "nothing stands"),
        (("--words", "x", "--at", "half past"), "not a time"),
        (("--add", "ffff", "--from", "ffff"), "--from"),
    ],
)
def test_wrong_use_is_a_sentence(school: School, words: tuple[str, ...], said: str) -> None:
    refused(school("jt", "concern", *words), said)
    assert school("jt", "concern", "--json").json["concerns"] == []


def test_a_sheet_that_waits_on_the_screens_outlives_a_command(trusted: School, tmp_path: Path) -> None:
    book = open_book(paths.find(str(tmp_path / "jt")))
    concerns.keep_draft(book, concerns.Draft(saw=f"{CANARY} still being written"))
    book.close()
    passed = trusted("jt", "concern", "--told", "Mr Hall", "--at", "-5", "--json").json
    assert trusted("jt", "concern", "--add", passed["id"], "--told", "Mrs Price").code == 0
    book = open_book(paths.find(str(tmp_path / "jt")))
    assert concerns.load_draft(book).saw == f"{CANARY} still being written"
    assert concerns.to_pass_on(book) == 1
    book.close()


@pytest.mark.parametrize("option", ["--at", "--told-at"])
def test_what_is_still_to_come_is_not_sealed(trusted: School, option: str) -> None:
    refused(trusted("jt", "concern", "--saw", "x", "--told", "Mr Hall", option, "23:59"), "still to come")
    assert trusted("jt", "concern", "--json").json["concerns"] == []


def test_doctor_tells_of_a_damaged_file_and_of_nothing_else(trusted: School, tmp_path: Path) -> None:
    pass_on(trusted)
    assert "concern" not in trusted("jt", "doctor").out
    file = tmp_path / "jt" / "concerns.db"
    file.write_bytes(file.read_bytes()[:-100] + bytes(100))
    done = trusted("jt", "doctor")
    assert done.code == 1
    assert "concerns" in done.out
