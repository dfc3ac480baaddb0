"""Concerns: what is sealed, what stays here, what is wiped; in encrypted and plain homes, with and without a key."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from concern_homes import in_files, in_pages, new_key, open_home, trusting
from lsa_tui import clock
from lsa_tui.daybook import concerns, drafts, entries, interventions, notes, problems, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import Draft, keeping, trust
from lsa_tui.daybook.concerns.sheet import SIZES
from lsa_tui.errors import BadInput, LsaError, NotAllowed
from lsa_tui.records import log
from lsa_tui.vault import cipher, sealed
from lsa_tui.vault.sealed import Identity

CANARY = "CANARY-MAGNOLIA"


@pytest.fixture(scope="module")
def dsl() -> Identity:
    return sealed.new_identity()


@pytest.fixture
def book(tmp_path: Path, dsl: Identity) -> Iterator[Book]:
    """An encrypted home that trusts the DSL's key."""
    found = trusting(open_home(tmp_path / "home", key=new_key()), dsl)
    yield found
    found.close()


@pytest.fixture
def untrusting(tmp_path: Path) -> Iterator[Book]:
    """An encrypted home in a school without a DSL's key."""
    found = open_home(tmp_path / "home", key=new_key())
    yield found
    found.close()


@pytest.fixture
def plain(tmp_path: Path, dsl: Identity) -> Iterator[Book]:
    """A plain home that trusts the DSL's key."""
    found = trusting(open_home(tmp_path / "home"), dsl)
    yield found
    found.close()


def full(**more: object) -> Draft:
    values = {name: f"{CANARY} {name}" for name in ("words", "saw", "asked", "place", "told")}
    return Draft(**{**values, "marks": [("left hand", f"{CANARY} mark")], "in_person": True, **more})  # type: ignore[arg-type]


def blobs(book: Book) -> list[bytes]:
    with keeping.opened(book) as db:
        sql = "SELECT sealed FROM piece WHERE sealed IS NOT NULL ORDER BY rowid"
        return [bytes(one) for (one,) in db.execute_sql(sql).fetchall()]


def read_by(dsl: Identity, blob: bytes) -> dict:
    return json.loads(sealed.unseal(blob, dsl))


# Sealing


def test_the_dsl_reads_all_of_it_and_this_home_nothing(book: Book, dsl: Identity, tmp_path: Path) -> None:
    pupils.add(book, "K7", name="Kim Sample")
    happened = book.now() - timedelta(minutes=30)
    passed = concerns.save(book, full(at=happened, told_at=happened + timedelta(minutes=5)))
    facts = read_by(dsl, blobs(book)[0])
    assert facts["id"] == passed.id
    for name in ("words", "saw", "asked", "place"):
        assert facts[name] == f"{CANARY} {name}"
    assert facts["told"] == f"{CANARY} told"
    assert facts["marks"] == [["left hand", f"{CANARY} mark"]]
    assert (facts["pupil"], facts["pupil_name"], facts["by"], facts["in_person"]) == ("K7", "Kim Sample", "JT", True)
    assert clock.from_text(facts["at"]) == happened
    assert clock.from_text(facts["told_at"]) == passed.at
    assert (passed.told, passed.in_person, passed.sealed, passed.delivered) == ("", None, True, False)
    assert passed.says == f"passed on {passed.at:%H:%M}"
    assert not in_files(tmp_path, CANARY)
    assert not in_pages(book, CANARY)


def test_words_are_kept_exactly_but_for_what_steers_a_terminal(book: Book, dsl: Identity) -> None:
    said = "  I do'nt like  it \n\u200d\U0001f622 e\u0301 "
    concerns.save(book, Draft(words=f"{said}\x1b[2J\x00", told="x"))
    assert read_by(dsl, blobs(book)[0])["words"] == f"{said}[2J"


def test_sizes_say_little(book: Book, dsl: Identity) -> None:
    for length in (1, 3000, 5000, 20_000):
        concerns.save(book, Draft(words="x" * length))
    concerns.save(book, Draft(words="é" * 20_000, saw="é" * 20_000, asked="x" * 20_000))
    found = [len(sealed.unseal(one, dsl)) for one in blobs(book)]
    assert found == [SIZES[0], SIZES[0], SIZES[1], SIZES[2], SIZES[3]]


def test_what_is_too_long_is_refused_and_stays_on_the_sheet(book: Book) -> None:
    long = Draft(words="x" * 20_001)
    concerns.keep_draft(book, long)
    with pytest.raises(BadInput, match="20001 characters"):
        concerns.save(book, long)
    many = Draft(marks=[("head", "x" * 20_000)] * 14)
    concerns.keep_draft(book, many)
    with pytest.raises(BadInput, match="longer than one concern"):
        concerns.save(book, many)
    assert len(concerns.load_draft(book).marks) == 14
    assert not blobs(book)


@pytest.mark.parametrize("home", ["book", "untrusting"])
def test_an_empty_sheet_is_no_concern(home: str, request: pytest.FixtureRequest) -> None:
    book = request.getfixturevalue(home)
    with pytest.raises(BadInput, match="nothing stands"):
        concerns.save(book, Draft(place="  "))
    assert not concerns.passed_on(book)


def test_nothing_is_edited_only_added_to(book: Book, dsl: Identity) -> None:
    first = concerns.save(book, Draft(words="first", told="Mrs Price"))
    before = blobs(book)
    added = concerns.add(book, first.id[:8], Draft(saw="second"))
    concerns.told(book, first.id, "Mr Hall", in_person=True)
    after = blobs(book)
    assert after[0] == before[0]
    facts = [read_by(dsl, one) for one in after]
    assert [one["of"] for one in facts] == [None, first.id, first.id]
    assert facts[1]["saw"] == "second"
    assert facts[2]["told"] == "Mr Hall"
    assert (added.id, added.at) == (first.id, first.at)
    assert len(concerns.passed_on(book)) == 1
    with pytest.raises(BadInput, match="lsa concern"):
        concerns.add(book, "ffffffff", Draft(saw="second"))
    with pytest.raises(BadInput, match="who was told"):
        concerns.told(book, first.id, " ")


def test_to_pass_on_until_somebody_was_told(book: Book) -> None:
    assert concerns.to_pass_on(book) == 0
    concerns.keep_draft(book, Draft(words="half a sent"))
    assert concerns.to_pass_on(book) == 1
    passed = concerns.save(book, concerns.load_draft(book))
    assert (passed.passed_on, passed.says) == (False, "to pass on")
    assert concerns.to_pass_on(book) == 1
    assert concerns.told(book, passed.id, "Mrs Price").passed_on
    assert concerns.to_pass_on(book) == 0


def test_what_another_process_passed_on_is_seen(book: Book) -> None:
    assert concerns.to_pass_on(book) == 0
    key = cipher.derived(book.key or b"", "concerns")
    db = cipher.connect(str(book.paths.concerns), key, [("journal_mode", "truncate")])
    db.execute_sql("INSERT INTO concern (id, saved_at) VALUES ('x', '2026-11-24T13:05:00+00:00')")
    db.close()
    assert concerns.to_pass_on(book) == 1


# Drafts


def test_a_draft_survives_a_kill_and_is_encrypted(tmp_path: Path, dsl: Identity) -> None:
    key = new_key()
    trusting(open_home(tmp_path / "home", key=key), dsl).close()
    code = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from pathlib import Path
from concern_homes import open_home
from lsa_tui.daybook import concerns
book = open_home(Path({str(tmp_path / "home")!r}), key=bytes.fromhex({key.hex()!r}))
assert concerns.keep_draft(book, concerns.Draft(words="{CANARY}", marks=[("head", "{CANARY}")], at=book.now()))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert not in_files(tmp_path, CANARY)
    book = open_home(tmp_path / "home", key=key)
    kept = concerns.load_draft(book)
    assert (kept.words, kept.marks) == (CANARY, [("head", CANARY)])
    assert kept.at is not None
    assert in_pages(book, CANARY) == ["concerns.db"]
    concerns.drop_draft(book)
    assert concerns.load_draft(book).empty
    assert not in_pages(book, CANARY)
    book.close()


def test_saving_wipes_the_draft(book: Book, tmp_path: Path) -> None:
    for length in range(1, len(CANARY) + 1):  # as it is typed
        assert concerns.keep_draft(book, Draft(words=f"{CANARY * 30} {CANARY[:length]}"))
    concerns.save(book, concerns.load_draft(book))
    assert concerns.load_draft(book).empty
    assert not in_pages(book, CANARY)


def test_where_it_cannot_be_encrypted_a_draft_is_in_memory_only(plain: Book, tmp_path: Path) -> None:
    assert not concerns.keeps_drafts(plain)
    assert not concerns.keep_draft(plain, full(told=""))
    assert concerns.load_draft(plain).words == f"{CANARY} words"
    assert concerns.to_pass_on(plain) == 1
    assert not in_files(tmp_path, CANARY)
    assert concerns.save(plain, full()).sealed
    assert concerns.load_draft(plain).empty
    assert not in_files(tmp_path, CANARY)


def test_the_sheet_stays_about_the_pupil_it_was_begun_for(book: Book) -> None:
    concerns.keep_draft(book, Draft(words="x"))
    first = book.focus
    pupils.add(book, "K8")
    pupils.use(book, "K8")
    assert concerns.load_draft(book).pupil == first != book.focus


# Without a DSL's key


def test_without_a_key_no_text_is_stored_anywhere(untrusting: Book, tmp_path: Path) -> None:
    assert not concerns.ready(untrusting)
    assert not concerns.keep_draft(untrusting, full(told=""))
    passed = concerns.save(untrusting, full(told="Mrs Price"))
    assert (passed.told, passed.in_person, passed.sealed, passed.passed_on) == ("Mrs Price", True, False, True)
    later = concerns.add(untrusting, passed.id, full(told="Mr Hall"))
    assert later.told == "Mrs Price, Mr Hall"
    assert not in_files(tmp_path, CANARY)
    assert not in_pages(untrusting, CANARY)


def test_without_a_key_nothing_that_moved_is_wiped_but_by_saying_so(untrusting: Book, tmp_path: Path) -> None:
    book = untrusting
    entry = notes.note(book, f"{CANARY} he said")
    drafts.keep(book, "note", f"{CANARY} typed")
    concerns.from_note(book, f"{CANARY} typed")
    found = concerns.from_entry(book, entry)
    assert concerns.from_note(book, f"{CANARY} typed").saw == f"{CANARY} typed\n{CANARY} he said"  # once
    found.told = "Mrs Price"
    assert concerns.standing(book, found.sources) == [f"{CANARY} typed", f"{CANARY} he said"]
    concerns.save(book, found)
    assert concerns.load_draft(book).empty
    assert book.entry(entry.id)["text"] == f"{CANARY} he said"
    assert drafts.load(book, "note") == f"{CANARY} typed"
    concerns.wipe(book, found.sources)
    assert concerns.standing(book, found.sources) == []
    assert not in_files(tmp_path, CANARY)
    assert not in_pages(book, CANARY)


@pytest.mark.parametrize("home", ["plain", "untrusting"])
def test_a_note_typed_on_since_it_moved_stays(home: str, request: pytest.FixtureRequest) -> None:
    book = request.getfixturevalue(home)
    drafts.keep(book, "note", "he said")
    found = concerns.from_note(book, "he said")
    drafts.keep(book, "note", "he said, and more")
    concerns.save(book, found)
    concerns.wipe(book, found.sources)
    assert drafts.load(book, "note") == "he said, and more"


# Trust


def test_the_record_of_a_restraint_stays_where_it_is(book: Book) -> None:
    held = interventions.record(book, 2)
    held = interventions.add(book, held, text=f"{CANARY} she said it is a secret")
    with pytest.raises(BadInput, match="a sheet of its own"):
        concerns.from_entry(book, held)
    assert book.entry(held.id)["text"] == held["text"]
    assert not concerns.load_draft(book).has_text


def test_only_a_confirmed_fingerprint_is_sealed_to(untrusting: Book, dsl: Identity) -> None:
    book, public = untrusting, dsl.public
    with pytest.raises(LsaError, match="sync"):
        trust.trust(book, public.fingerprint)
    other = sealed.new_identity().public
    for one in (public, other):  # as two keys that came with a sync, one of them from who knows whom
        book.write([log.Draft("dsl_key", one.recipient, {"recipient": one.recipient, "verify": one.verify})])
    for wrong in ("", public.fingerprint[:-1], "0" * 32):
        with pytest.raises(BadInput, match="in person"):
            trust.trust(book, wrong)
    assert not concerns.ready(book)
    assert trust.trust(book, public.fingerprint.upper()) == public
    assert concerns.ready(book)
    concerns.save(book, Draft(words="x"))
    assert read_by(dsl, blobs(book)[0])["words"] == "x"


def test_a_newer_key_takes_over_and_receipts_of_the_older_still_count(book: Book, dsl: Identity) -> None:
    newer = sealed.new_identity()
    trusting(book, newer)
    assert trust.trusted(book) == [newer.public, dsl.public]
    concerns.save(book, Draft(words="x"))
    assert read_by(newer, blobs(book)[0])["words"] == "x"


# A note or an entry that turns out to be one


def test_a_typed_note_moves_and_its_draft_goes(book: Book, tmp_path: Path) -> None:
    drafts.keep(book, "note", f"{CANARY} said")
    found = concerns.from_note(book, f"{CANARY} said")
    assert (found.saw, found.note, found.sources) == (f"{CANARY} said", "moved", [])
    assert drafts.load(book, "note") == ""
    assert in_pages(book, CANARY) == ["concerns.db"]


def test_an_entry_moves_with_what_was_raised_of_it(book: Book, tmp_path: Path) -> None:
    entry = notes.note(book, f"{CANARY} he said !teacher")
    book.store.backup(book.paths.backups, "before-sync-2026-11-24.db")
    found = concerns.from_entry(book, entry)
    assert (found.saw, found.at, found.pupil, found.note) == (f"{CANARY} he said", entry.when, entry.pupil, "moved")
    assert not entries.of_days(book, book.today(), book.today())
    assert not problems.inbox(book)
    concerns.save(book, found)
    assert not in_pages(book, CANARY)
    assert not in_files(tmp_path, CANARY)


def test_a_raised_problem_takes_its_note_along(book: Book, tmp_path: Path) -> None:
    notes.note(book, f"{CANARY} he said !teacher")
    concerns.from_entry(book, problems.inbox(book)[0].entry)
    concerns.drop_draft(book)
    assert not in_pages(book, CANARY)


def test_what_was_shared_is_said_to_have_been(book: Book, dsl: Identity) -> None:
    entry = notes.note(book, f"{CANARY} he said")
    with book.store.writing() as db:
        log.seal(db)  # as a sync does before it sends
    found = concerns.from_entry(book, entry)
    assert found.note == "was shared"
    concerns.save(book, found)
    assert read_by(dsl, blobs(book)[0])["note"] == "was shared"


def test_where_the_sheet_is_only_in_memory_nothing_is_wiped_before_it_is_saved(plain: Book, tmp_path: Path) -> None:
    entry = notes.note(plain, f"{CANARY} he said")
    drafts.keep(plain, "note", f"{CANARY} typed")
    concerns.from_note(plain, f"{CANARY} typed")
    found = concerns.from_entry(plain, entry)
    assert concerns.from_entry(plain, entry).saw == found.saw == f"{CANARY} typed\n{CANARY} he said"
    assert plain.entry(entry.id)["text"] == f"{CANARY} he said"
    assert drafts.load(plain, "note")
    concerns.save(plain, concerns.load_draft(plain))
    assert not in_files(tmp_path, CANARY)


def test_nobody_moves_anothers_entry(book: Book) -> None:
    entry = notes.note(book, "he said")
    book.config.values["person.initials"] = "LP"
    with pytest.raises(NotAllowed, match="JT"):
        concerns.from_entry(book, entry)


def test_two_pupils_are_not_mixed_on_one_sheet(book: Book) -> None:
    entry = notes.note(book, "he said")
    pupils.add(book, "K8")
    concerns.keep_draft(book, Draft(words="x", pupil=book.pupil("K8")))
    with pytest.raises(BadInput, match="K8"):
        concerns.from_entry(book, entry)
    assert book.entry(entry.id)["text"] == "he said"


# The list of places on the body


def test_marks_are_a_place_of_the_list_and_words() -> None:
    assert concerns.mark(" Left  Hand : a cut: small ") == ("left hand", "a cut: small")
    assert concerns.mark("Right  leg: a cut") == ("elsewhere", "Right  leg: a cut")
    for typed in ("left hand", "left hand: ", ": a cut"):
        with pytest.raises(BadInput, match="colon"):
            concerns.mark(typed)


# The file


def test_a_file_that_is_well_or_was_never_made_is_nothing_to_say(book: Book, tmp_path: Path) -> None:
    assert concerns.check(book) == []
    other = open_home(tmp_path / "other", key=new_key())
    assert concerns.check(other) == []
    assert not other.paths.concerns.exists()
    other.close()


@pytest.mark.parametrize("home", ["book", "plain"])
def test_damage_is_found_wherever_it_is(home: str, request: pytest.FixtureRequest) -> None:
    book = request.getfixturevalue(home)
    concerns.keep_draft(book, Draft(words="x" * 20_000))
    concerns.save(book, Draft(words="x", told=CANARY))  # free pages stay behind, which only their seals protect
    assert concerns.check(book) == []
    whole = book.paths.concerns.read_bytes()
    places = range(0, len(whole), 4096) if book.key else [0]
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (*places, *(at + 2000 for at in places))]
    for content in (*(damaged if book.key else damaged[:1]), whole[:5000], b"no database" * 1000):
        book.paths.concerns.write_bytes(content)
        (said,) = concerns.check(book)
        assert "concerns.db is damaged" in said
        assert "tell the DSL" in said
        assert CANARY not in said
    book.paths.concerns.write_bytes(whole)
    assert concerns.check(book) == []


def test_another_programs_file_and_a_newer_one_are_left_alone(book: Book) -> None:
    for pragma, said in (("user_version = 99", "newer"), ("application_id = 7", "another program")):
        db = cipher.connect(str(book.paths.concerns), cipher.derived(book.key or b"", "concerns"), [])
        db.execute_sql(f"PRAGMA {pragma}")
        db.close()
        with pytest.raises(LsaError, match=said):
            concerns.passed_on(book)
        with pytest.raises(LsaError, match=said):
            concerns.save(book, Draft(words="x"))


def test_the_search_through_decrypted_pages_finds_what_is_there(book: Book) -> None:
    notes.note(book, f"{CANARY} he said")  # so far only in the write-ahead file
    assert in_pages(book, CANARY) == ["records.db"]
    book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert in_pages(book, CANARY) == ["records.db"]
