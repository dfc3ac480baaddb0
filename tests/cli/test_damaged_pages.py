"""A byte altered in each page of the records in turn: every command gives the right answer, or says what is damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import peewee
import pytest

import damaging
from commands import Ran, RunLsa
from lsa_tui.daybook import damage
from lsa_tui.daybook.book import Book
from sharing import PASS

WORDS = (
    ("log", "--json"),
    ("note", "Sat and read"),
    ("sync",),
    ("summary", "--for", "teacher"),
    ("sync", "--status"),
    ("doctor", "--json"),
)


@pytest.fixture
def run(run_lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> RunLsa:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T15:10:00+00:00")
    monkeypatch.setenv("LSA_PASSPHRASE", damaging.PASSPHRASE)
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    return run_lsa


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
def test_each_page(run: RunLsa, tmp_path: Path, encrypted: bool) -> None:
    place = damaging.make(_folder(tmp_path / "used"), encrypted, shared=6, copied=4, more=4)
    data = bytes(damaging.one_file(place))
    kept = tmp_path / "kept"
    place.paths.data_folder.parent.rename(kept)
    pages = len(data) // 4096
    assert pages > 20
    well = {words: _on_a_copy(run, kept, words, data) for words in WORDS}
    met = 0
    for page in range(pages):
        bent = bytearray(data)
        bent[page * 4096 + (700 if encrypted else 3900)] ^= 8
        for words in WORDS:
            done = _on_a_copy(run, kept, words, bytes(bent))
            assert "program itself" not in done.err + done.out, (page, words, done)
            assert "Traceback" not in done.err
            if words[0] == "doctor":
                _doctored(done, page, encrypted)
            elif done.code and done.code != well[words].code:
                met += 1
                assert "lsa doctor" in done.err, (page, words, done)
            elif encrypted and words[0] in ("log", "summary"):
                assert done == well[words], (page, words)
    assert met > 3


def _folder(place: Path) -> Path:
    place.mkdir()
    return place


def _on_a_copy(run: RunLsa, kept: Path, words: tuple[str, ...], data: bytes) -> Ran:
    """A command on home and share as they were, with these bytes for the records."""
    used = kept.parent / "used"
    shutil.rmtree(used, ignore_errors=True)
    shutil.copytree(kept, used)
    home = used / "home"
    (home / "records.db").write_bytes(data)
    return run("--home", str(home), *words)


def _doctored(done: Ran, page: int, encrypted: bool) -> None:
    found = [one for one in json.loads(done.out)["findings"] if not one["ok"]]
    assert found or not encrypted, f"an altered page {page} is found"
    said = [one["says"] for one in found]
    assert len(set(said)) == len(said), said
    assert not [one for one in said if one.endswith("malformed")], said


def test_an_error_of_the_program_is_not_blamed_on_records_that_are_well(book: Book) -> None:
    assert damage.said(book, ValueError("a bug")) is None
    with pytest.raises(peewee.OperationalError) as caught:
        book.db.execute_sql("SELECT nothing FROM nowhere")
    assert damage.said(book, caught.value) is None
    with book.store.writing() as db:
        db.execute_sql("UPDATE record SET data = '{' WHERE kind = 'target'")
    writes = book.store.writes
    said = damage.said(book, ValueError("of what was read"), writes)
    assert str(said).endswith("backups. Nothing was changed")
    assert "`lsa doctor`" in str(said)
    assert "`lsa log` shows" in str(damage.said(book, ValueError("of what was read"), writes - 1))
