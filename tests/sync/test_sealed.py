"""Sealed files and receipts beside the shared file: they arrive, are put back, and only the DSL's receipt counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from concern_homes import in_files, new_key, open_home, trusting
from lsa_tui.address import Location
from lsa_tui.daybook import concerns, dsl
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import Draft, Passed, keeping
from lsa_tui.documents.concern import document
from lsa_tui.documents.render import render
from lsa_tui.sync.sealed import deliver
from lsa_tui.sync.sealed_places import folder_of
from lsa_tui.vault import sealed
from lsa_tui.vault.sealed import Identity

CANARY = "CANARY-MAGNOLIA"


@pytest.fixture
def place(shared: Path) -> Location:
    return Location("sqlite", shared)


@pytest.fixture
def lsa(tmp_path: Path, identity: Identity) -> Iterator[Book]:
    book = trusting(open_home(tmp_path / "jt", key=new_key()), identity)
    yield book
    book.close()


def held(book: Book) -> list[bytes]:
    with keeping.opened(book) as db:
        return [bytes(one) for (one,) in db.execute_sql("SELECT sealed FROM piece WHERE sealed IS NOT NULL")]


def only(book: Book) -> Passed:
    return concerns.passed_on(book)[0]


def test_there_and_back(lsa: Book, reader: Book, identity: Identity, place: Location, tmp_path: Path) -> None:
    passed = concerns.save(lsa, Draft(words=CANARY, told="Mrs Price"))
    assert not only(lsa).delivered
    assert deliver(lsa, place)
    assert only(lsa).delivered
    assert not only(lsa).acknowledged
    assert [one.name for one in folder_of(place).iterdir()] == [f"{passed.id}.age"]

    assert deliver(reader, place)
    found, unread = dsl.concerns(reader, [identity])
    assert (found[0].id, found[0].first.said("words"), unread) == (passed.id, CANARY, [])
    assert dsl.acknowledge(reader, found[0], [identity]) == 1
    assert deliver(reader, place)

    assert held(lsa)
    assert deliver(lsa, place)
    assert only(lsa).acknowledged
    assert not held(lsa)
    assert (only(lsa).says, only(lsa).told) == (passed.says, "")
    # The DSL's own copy and the one in the folder stay, for a second computer of hers.
    assert dsl.concerns(reader, [identity])[0][0].acknowledged
    assert not in_files(tmp_path, CANARY)


def test_the_share_is_away_and_comes_back(lsa: Book, place: Location) -> None:
    concerns.save(lsa, Draft(words=CANARY))
    away = place.path.parent.with_name("away")
    place.path.parent.rename(away)
    assert not deliver(lsa, place)
    assert not only(lsa).delivered
    assert not place.path.parent.exists()
    away.rename(place.path.parent)
    assert deliver(lsa, place)
    assert only(lsa).delivered


def test_what_is_lost_or_altered_there_is_put_back_until_it_is_signed_for(lsa: Book, place: Location) -> None:
    passed = concerns.save(lsa, Draft(words=CANARY))
    deliver(lsa, place)
    file = folder_of(place) / f"{passed.id}.age"
    whole = file.read_bytes()
    for damage in (file.unlink, lambda: file.write_bytes(whole[:100]), lambda: shutil.rmtree(file.parent)):
        damage()
        assert deliver(lsa, place)
        assert file.read_bytes() == whole


def test_a_part_that_a_kill_left_is_no_concern(lsa: Book, reader: Book, identity: Identity, place: Location) -> None:
    passed = concerns.save(lsa, Draft(words=CANARY))
    folder_of(place).mkdir()
    (folder_of(place) / f".{passed.id}.age.part").write_bytes(b"half")
    (folder_of(place) / "holiday.age").write_bytes(b"somebody's")
    deliver(lsa, place)
    deliver(reader, place)
    assert sorted(one.name for one in folder_of(place).iterdir()) == [f"{passed.id}.age", "holiday.age"]
    assert dsl.concerns(reader, [identity]) == (dsl.concerns(reader, [identity])[0], [])


def test_a_forged_receipt_removes_nothing(lsa: Book, identity: Identity, place: Location) -> None:
    passed = concerns.save(lsa, Draft(words=CANARY))
    other = concerns.save(lsa, Draft(words="other"))
    deliver(lsa, place)
    digest = sealed.digest(held(lsa)[0])
    at = "2026-11-24T13:05:00+00:00"
    facts = {"format": 1, "id": passed.id, "digest": digest, "at": at}
    receipt = folder_of(place) / f"{passed.id}.receipt"
    forged = (
        sealed.signed(facts, sealed.new_identity()),
        sealed.signed({**facts, "digest": "0" * 64}, identity),
        sealed.signed({**facts, "id": other.id}, identity),
        sealed.signed(facts, identity).replace(b"13:05", b"13:06"),
        b"",
        b"\xff\n{}\n",
    )
    for line in forged:
        receipt.write_bytes(line)
        assert deliver(lsa, place)
        assert len(held(lsa)) == 2
        assert not any(one.acknowledged for one in concerns.passed_on(lsa))
    receipt.write_bytes(forged[0] + sealed.signed(facts, identity))  # the true one counts beside a forged one
    deliver(lsa, place)
    assert [bool(one.acknowledged) for one in concerns.passed_on(lsa)] == [False, True]
    assert len(held(lsa)) == 1


def test_another_file_under_the_same_id_hides_nothing(
    lsa: Book, reader: Book, identity: Identity, place: Location
) -> None:
    passed = concerns.save(lsa, Draft(words=CANARY))
    deliver(lsa, place)
    file = folder_of(place) / f"{passed.id}.age"
    file.write_bytes(sealed.seal(b'{"words": "nothing happened"}', identity.public.recipient))
    deliver(reader, place)
    deliver(lsa, place)
    deliver(reader, place)
    found = dsl.concerns(reader, [identity])[0]
    assert {piece.said("words") for one in found for piece in one.pieces} == {CANARY, "nothing happened"}
    dsl.acknowledge(reader, dsl.find(found, passed.id), [identity])
    deliver(reader, place)
    deliver(lsa, place)
    assert only(lsa).acknowledged


def test_what_is_for_another_key_or_damaged_is_said_to_be(reader: Book, identity: Identity, place: Location) -> None:
    folder_of(place).mkdir()
    names = ["3f1c0d3e-0000-4000-8000-000000000001", "3f1c0d3e-0000-4000-8000-000000000002"]
    other = sealed.new_identity().public.recipient
    (folder_of(place) / f"{names[0]}.age").write_bytes(sealed.seal(b"{}", other))
    (folder_of(place) / f"{names[1]}.age").write_bytes(sealed.seal(b"not json", identity.public.recipient))
    deliver(reader, place)
    assert dsl.concerns(reader, [identity]) == ([], names)


def test_whatever_somebody_sealed_the_list_and_the_document_stand(
    reader: Book, identity: Identity, place: Location
) -> None:
    folder_of(place).mkdir()
    strange = (
        {},
        {"of": 7, "words": ["x"], "in_person": [1], "marks": [1, ["a"], [None, {}]], "at": "never", "told": {}},
        {"words": "\ud800\x1b[2J", "pupil": "\x07K7", "at": "2026-11-24T13:05", "told": "x", "told_at": 5},
        {"of": "3f1c0d3e-0000-4000-8000-000000000000", "saw": "added to what never came", "note": "other"},
    )
    for n, facts in enumerate(strange):
        blob = sealed.seal(json.dumps(facts).encode(), identity.public.recipient)
        (folder_of(place) / f"3f1c0d3e-0000-4000-8000-00000000000{n}.age").write_bytes(blob)
    deliver(reader, place)
    found, unread = dsl.concerns(reader, [identity])
    assert sum(len(one.pieces) for one in found) == len(strange)
    assert unread == []
    for one in found:
        for form in ("text", "md", "html", "json"):
            shown = render(document(reader, one), form)
            assert "\x1b" not in shown
            assert shown.encode()
    assert dsl.acknowledge(reader, found[0], [identity])


def test_only_the_dsl_takes_sealed_files(lsa: Book, tmp_path: Path, identity: Identity, place: Location) -> None:
    concerns.save(lsa, Draft(words=CANARY))
    deliver(lsa, place)
    teacher = trusting(open_home(tmp_path / "lp", "LP", "teacher", key=new_key()), identity)
    with keeping.writing(teacher) as db:  # somebody who was the DSL once, and has another role now
        values = (identity.public.recipient, identity.public.verify, str(tmp_path / "key.age"), "2026-11-24T08:00:00Z")
        db.execute_sql("INSERT INTO identity (recipient, verify, path, at) VALUES (?, ?, ?, ?)", values)
    assert deliver(teacher, place)
    assert not concerns.passed_on(teacher)
    with keeping.opened(teacher) as db:
        assert not db.execute_sql("SELECT 1 FROM received").fetchone()
    teacher.close()


def test_the_folder_is_there_with_the_key_and_so_says_nothing(
    tmp_path: Path, identity: Identity, place: Location
) -> None:
    nobody = open_home(tmp_path / "lp", "LP", key=new_key())
    assert not deliver(nobody, place)
    assert not folder_of(place).exists()
    trusting(nobody, identity)
    assert deliver(nobody, place)
    assert list(folder_of(place).iterdir()) == []
    nobody.close()


def test_a_damaged_file_of_concerns_stops_no_sync(lsa: Book, place: Location) -> None:
    lsa.paths.concerns.write_bytes(b"x" * 8192)
    assert not deliver(lsa, place)
