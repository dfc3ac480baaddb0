"""Names that were told to the LSA's device alone, in every text of every kind: no other device hands them out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import RunLsa
from lsa_tui.config import ROLES
from lsa_tui.daybook import names, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.opening import open_book
from lsa_tui.errors import NotAllowed
from lsa_tui.paths import find
from lsa_tui.records import log, read, wording
from lsa_tui.records.kinds import Kind
from lsa_tui.records.vocabulary import KINDS

NOW = "2026-11-24T10:00:00+00:00"
PEER, OWN = "Zofia", "Kaito"
"""A classmate and the pupil, as they are called; neither is an everyday word nor part of one."""
FILLERS: tuple[Any, ...] = (NOW, 5, "classmate", "food", "K7", "x", "0190b8f0-0000-7000-8000-000000000001")
UNSAID = (*log.TOLD, "dsl_key", "pupil")
"""Kinds without anybody's sentences, and the pupil, which is filled when it is added."""


def _filler(kind: Kind, name: str) -> Any:
    check = next(one.check for one in kind.fields if one.name == name)
    for value in FILLERS:
        try:
            check(value)
        except (ValueError, TypeError, AttributeError):
            continue
        return value
    raise AssertionError(f"nothing fills {kind.name}.{name}")


def _text(kind: Kind, name: str) -> str:
    check = next(one.check for one in kind.fields if one.name == name)
    for text in (f"{PEER} Finch and {OWN}s", PEER):
        try:
            return str(check(text))
        except ValueError:
            continue
    raise AssertionError(f"{kind.name}.{name} is too short for a name")


def fill(book: Book) -> set[tuple[str, str]]:
    """One of every kind that holds words, a name in each field of it; which these are."""
    pupil = pupils.add(book, "K7", name=f"{OWN} Sevenoaks", year=f"with {PEER}").id
    names.add(book, f"{PEER} Finch", "classmate")
    filled = {("pupil", "year")}
    for kind in (KINDS[one] for one in wording.worded() if one not in UNSAID):
        texts = {name: _text(kind, name) for name in wording.fields(kind.name)}
        rest = {one.name: _filler(kind, one.name) for one in kind.fields if one.required and one.name not in texts}
        if kind.name == "note":
            rest["home"] = True
        for role in ROLES:
            book.config.values["person.role"] = role
            try:
                book.record(kind.name, rest | texts, pupil=None if kind.pupil == "no" else pupil)
                break
            except NotAllowed:
                continue
        filled |= {(kind.name, name) for name in texts}
    book.config.values["person.role"] = "lsa"
    return filled


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[set[tuple[str, str]], Path]]:
    """LSA, teacher and SENCo, synced; the LSA's device alone was told names."""
    from lsa_tui.sync.run import sync

    folder = tmp_path_factory.mktemp("named")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSA_NOW", NOW)
        books = {}
        for role in ("lsa", "teacher", "senco"):
            books[role] = Book(find(str(folder / role)))
            books[role].config.save(person_initials=role[:2].upper(), person_role=role)
        filled = fill(books["lsa"])
        for role in ("lsa", "teacher", "senco"):
            sync(books[role], f"sqlite:///{folder}/school.db")
        for book in books.values():
            book.close()
        yield filled, folder


@pytest.fixture(params=["teacher", "senco"])
def told_nothing(request: Any, school: tuple[set[tuple[str, str]], Path]) -> tuple[set[tuple[str, str]], str, str]:
    """What is filled, the home of a device that was told nothing, and its role."""
    return school[0], str(school[1] / request.param), request.param


def test_every_kind_with_words_is_filled(school: tuple[set[tuple[str, str]], Path]) -> None:
    kinds = {kind for kind, _ in school[0]}
    assert {"note", "incident", "intervention", "problem", "reply", "slot", "target", "behaviour", "release"} <= kinds
    assert len(school[0]) > 40


def test_an_export_is_refused_and_lists_every_place(told_nothing: Any, run_lsa: RunLsa) -> None:
    filled, home, _ = told_nothing
    done = run_lsa("--home", home, "export")
    assert done.code == 1, done
    assert done.out == ""
    assert PEER not in done.err
    book = open_book(find(home))
    entries = [one for kind in KINDS for one in read.of_kind(book.db, kind)]
    assert {(one.entry.kind, one.field) for one in names.places(book, entries)} == filled
    assert all(one.id in done.err for one in entries if one.names) or "more" in done.err
    book.close()


@pytest.mark.parametrize("output", ["text", "md", "html", "json"])
@pytest.mark.parametrize("audience", ["lsa", "teacher", "senco"])
def test_no_document_says_a_name(
    school: tuple[set[tuple[str, str]], Path], run_lsa: RunLsa, audience: str, output: str
) -> None:
    for role in ("lsa", "teacher", "senco"):
        home = str(school[1] / role)
        done = run_lsa("--home", home, "summary", "--for", audience, "--format", output, "--pupil", "K7")
        if audience == "lsa" and role != "lsa":
            assert done.code == 1, "that is the LSA's own"
            continue
        assert done.code == 0, done
        assert PEER not in done.out
        assert OWN not in done.out
        assert "Finch" not in done.out
        assert "Peer A and K7" in done.out


def test_every_device_writes_the_same_document(school: tuple[set[tuple[str, str]], Path], run_lsa: RunLsa) -> None:
    said = {
        section["id"]: section["items"]
        for section in run_lsa(
            "--home", str(school[1] / "lsa"), "summary", "--for", "teacher", "--format", "json", "--pupil", "K7"
        ).json["sections"]
    }
    other = run_lsa("--home", str(school[1] / "teacher"), "summary", "--format", "json", "--pupil", "K7")
    for section in other.json["sections"]:
        if section["id"] in ("what_happened", "what_helped", "tomorrow", "own_words"):
            assert section["items"] == said[section["id"]]


def test_a_home_sheet_is_refused(told_nothing: Any, run_lsa: RunLsa) -> None:
    _, home, _ = told_nothing
    book = open_book(find(home))
    (note,) = read.of_kind(book.db, "note")
    book.close()
    done = run_lsa("--home", home, "release", note.id)
    assert done.code == 1, done
    assert "it cannot go home" in done.err
    assert PEER not in done.err


def test_the_page_for_the_schools_form_says_no_name(told_nothing: Any, run_lsa: RunLsa) -> None:
    _, home, _ = told_nothing
    book = open_book(find(home))
    (held,) = read.of_kind(book.db, "intervention")
    book.close()
    done = run_lsa("--home", home, "handson", "document", held.id)
    assert done.code == 0, done
    assert PEER not in done.out
    assert "Peer A" in done.out


def test_an_access_request_lists_whom_the_writer_knew(told_nothing: Any, run_lsa: RunLsa, tmp_path: Path) -> None:
    filled, home, _ = told_nothing
    done = run_lsa("--home", home, "access-request", "K7", "--out", str(tmp_path / "out"))
    assert done.code == 0, done
    said = (tmp_path / "out" / "mentions.jsonl").read_text(encoding="utf-8")
    assert said.count(f'"words": "{PEER}') >= len([one for one in filled if one[0] not in ("phrase", "cover")]) - 1
    assert OWN not in said


def test_the_names_themselves_never_left(school: tuple[set[tuple[str, str]], Path]) -> None:
    for role in ("teacher", "senco"):
        book = open_book(find(str(school[1] / role)))
        assert names.known(book) == ()
        marked = [str(one) for one in book.db.execute_sql("SELECT body FROM change WHERE body LIKE '%\"names\":{%'")]
        assert marked
        assert not any("Sevenoaks" in one for one in marked)
        book.close()


def test_a_name_that_a_teacher_repeats_is_found_on_her_device(school: Any, tmp_path: Path) -> None:
    book = open_book(find(str(school[1] / "senco")))
    said = notes.note(book, f"What did {PEER.lower()} do, and finch?", pupil=book.pupil("K7"))
    assert [one.field for one in names.places(book, [said])] == ["text"]
    aliased = names.with_aliases(book, said["text"], book.today(), str(said.pupil))
    assert aliased == "What did Peer A do, and finch?"
    book.close()
