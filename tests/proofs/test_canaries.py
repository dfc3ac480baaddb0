"""A canary in every field of every kind of record, then a search through every byte that was written anywhere.

Plain where it must be readable, nowhere where not: for each role's home, the shared file, and each output format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from commands import RunLsa
from lsa_tui.config import ROLES
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.opening import open_book
from lsa_tui.documents.audiences import rows_for
from lsa_tui.errors import NotAllowed
from lsa_tui.paths import find
from lsa_tui.records.kinds import Entry, Field, Kind
from lsa_tui.records.vocabulary import KINDS

NOW = "2026-11-24T10:00:00+00:00"
OTHERS: tuple[Any, ...] = (
    NOW,
    "0190b8f0-0000-7000-8000-000000000001",
    5,
    1,
    True,
    "K7",
    "c",
    "g",
    "yes",
    "adult",
    "food",
    "count",
    "down",
    "praise",
    "scaffold",
    "self",
    "done",
    "classmate",
    [],
)
"""What is tried for a field that takes no free text."""


@dataclass
class Planted:
    """The canaries of one home: (kind, field) to the word that stands there."""

    words: dict[tuple[str, str], str] = field(default_factory=dict)
    count: int = 0

    def plant(self, kind: str, name: str) -> str:
        """A word that stands nowhere else, short enough for every field."""
        self.count += 1
        # Letters alone: a known name is found in parts, too, and digits would part it.
        letters = "".join("bcdfghjkmp"[int(digit)] for digit in f"{self.count:03}")
        return self.words.setdefault((kind, name), f"Qz{letters}w")

    def in_text(self, text: str) -> set[tuple[str, str]]:
        """Whose words stand in a text, in capitals or not."""
        folded = text.casefold()
        return {where for where, word in self.words.items() if word.casefold() in folded}

    def in_files(self, *folders: Path) -> set[tuple[str, str, str]]:
        """Whose words stand in any file, in the usual encodings."""
        found = set()
        for path in (one for folder in folders for one in folder.rglob("*") if one.is_file()):
            data = path.read_bytes().lower()
            for (kind, name), word in self.words.items():
                if word.lower().encode() in data or word.lower().encode("utf-16-le") in data:
                    found.add((path.name, kind, name))
        return found


def _value(planted: Planted, kind: Kind, one: Field) -> Any:
    """A canary where the field takes one, else whatever it takes."""
    word = planted.plant(kind.name, one.name)
    for value in (word, *OTHERS):
        try:
            checked = one.check(value)
        except (ValueError, TypeError, AttributeError):
            continue
        if not isinstance(checked, str) or word.casefold() not in checked.casefold():
            del planted.words[kind.name, one.name]
        return value
    del planted.words[kind.name, one.name]
    return None


def _record(book: Book, kind: Kind, values: dict[str, Any], pupil: str | None) -> Entry:
    """Recorded by the first role that may: closing is a teacher's, a published key the DSL's."""
    for role in ROLES:
        book.config.values["person.role"] = role
        try:
            return book.record(kind.name, values, pupil=pupil)
        except NotAllowed:
            continue
    raise AssertionError(f"nobody may record a {kind.name}")


def fill(book: Book) -> Planted:
    """One record of every kind, every field of it set."""
    planted = Planted()
    pupil = None
    for kind in KINDS.values():
        values = {
            one.name: value
            for one in kind.fields
            if not one.derived and (value := _value(planted, kind, one)) is not None
        }
        if kind.name == "note":
            values["named"] = False  # nobody is: canaries are words
        if kind.name == "pupil":
            values["code"] = "K7"
            planted.words.pop(("pupil", "code"), None)
        entry = _record(book, kind, values, None if kind.pupil == "no" and not kind.own else pupil)
        if kind.name == "pupil":
            pupil = entry.id
    return planted


@pytest.fixture
def school(run_lsa: RunLsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Planted, Path]:
    """LSA, teacher, SENCo and DSL, encrypted and synced; the LSA's home holds one of everything."""
    monkeypatch.setenv("LSA_NOW", NOW)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", "seven red kites")
    share = tmp_path / "share"
    share.mkdir()
    for role in ROLES:
        given = ("--initials", role[:2].upper(), "--role", role, "--shared", f"sqlite:///{share}/school.db")
        done = run_lsa("--home", str(tmp_path / role), "init", *given)
        assert done.code == 0, done
    book = open_book(find(str(tmp_path / "lsa")))
    planted = fill(book)
    book.close()
    for role in (*ROLES, "lsa"):
        done = run_lsa("--home", str(tmp_path / role), "sync", "--json")
        assert done.json["verified"], done
    return planted, tmp_path


def test_every_kind_got_its_canaries(school: tuple[Planted, Path]) -> None:
    planted, _ = school
    kinds = {kind for kind, _ in planted.words}
    assert {"note", "incident", "name", "intervention", "problem", "slot", "target"} <= kinds
    assert len(planted.words) > 40


def test_no_file_of_any_home_nor_of_the_share_holds_a_word(school: tuple[Planted, Path]) -> None:
    planted, folder = school
    assert planted.in_files(folder) == set()


def decrypted(book: Book) -> str:
    """Everything in a database as its holder can read it, table by table."""
    tables = [name for (name,) in book.db.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return "\n".join(repr(row) for name in tables for row in book.db.execute_sql(f'SELECT * FROM "{name}"'))


@pytest.mark.parametrize("role", ["teacher", "senco", "dsl"])
def test_what_is_the_writers_own_is_in_nobody_elses_database(school: tuple[Planted, Path], role: str) -> None:
    planted, folder = school
    own = {where for where in planted.words if KINDS[where[0]].own}
    assert own
    book = open_book(find(str(folder / role)))
    found = planted.in_text(decrypted(book))
    book.close()
    assert found & own == set()
    assert ("note", "text") in found, "the search finds what is there"
    book = open_book(find(str(folder / "lsa")))
    assert own <= planted.in_text(decrypted(book))
    book.close()


@pytest.mark.parametrize("output", ["text", "md", "html", "json"])
@pytest.mark.parametrize("audience", ["lsa", "teacher", "senco", "home"])
def test_a_document_holds_what_its_audience_may_see_and_nothing_else(
    school: tuple[Planted, Path], run_lsa: RunLsa, audience: str, output: str
) -> None:
    planted, folder = school
    allowed = {(kind, name) for row in rows_for(audience) for kind, names in row.reads.items() for name in names}
    role = "teacher" if audience == "home" else audience
    done = run_lsa("--home", str(folder / role), "summary", "--for", audience, "--format", output, "--pupil", "K7")
    found = planted.in_text(done.out)
    assert found <= allowed
    assert not {kind for kind, _ in found} & {"name", "person"}
    if audience == "home":
        assert found == set(), "nothing was released"
    else:
        assert done.code == 0, done
        assert ("incident", "seen") in found


def test_an_export_without_names_holds_no_name(school: tuple[Planted, Path], run_lsa: RunLsa) -> None:
    planted, folder = school
    done = run_lsa("--home", str(folder / "lsa"), "export")
    assert done.code == 0, done
    found = planted.in_text(done.out)
    assert not {kind for kind, _ in found} & {"name", "person"}
    assert ("note", "text") in found
    named = planted.in_text(run_lsa("--home", str(folder / "lsa"), "export", "--names").out)
    assert ("name", "name") in named


def test_a_plain_home_is_found_out_by_this_search(run_lsa: RunLsa, tmp_path: Path) -> None:
    """The search would find a word, were it there."""
    home = tmp_path / "plain"
    run_lsa("--home", str(home), "init", "--initials", "JT", "--plain")
    book = Book(find(str(home)))
    planted = fill(book)
    book.close()
    found = {(kind, name) for _, kind, name in planted.in_files(home)}
    assert found == set(planted.words)
