"""A colleague covers on this device: who signs, until when, and what others hear of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from homes import acting, class_teacher, new_book
from lsa_tui.daybook import audit, concerns, cover, entries, exchange, marks, names, notes, rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.setup import set_up
from lsa_tui.documents.summary import build
from lsa_tui.errors import BadInput, LsaError, NotAllowed
from lsa_tui.records import log
from lsa_tui.sync.run import sync

MORNING = "2026-11-24T10:42:00+00:00"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    monkeypatch.setenv("LSA_NOW", MORNING)
    made = new_book(tmp_path / "home")
    yield made
    made.close()


def written(book: Book) -> list[tuple[str, str]]:
    """Who signed what the log holds, in order."""
    found = entries.of_days(book, book.today(), book.today())
    return [(one.kind, one.by) for one in found if one.kind in ("note", "tally", "cover")]


def test_what_is_recorded_carries_who_covers_and_then_the_owner_again(book: Book) -> None:
    notes.note(book, "before")
    cover.begin(book, "mb")
    notes.note(book, "meanwhile")
    assert book.cover is not None
    assert (book.initials, book.owner) == ("MB", "JT")
    cover.end(book)
    notes.note(book, "after")
    assert written(book) == [("note", "JT"), ("cover", "MB"), ("note", "MB"), ("note", "JT")]
    actors = {one.by for one in audit.entries(book)}
    assert {"JT", "MB"} <= actors
    assert "covers" in {one.did for one in audit.entries(book)}


def test_it_ends_with_the_day_whoever_forgot_it(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    cover.begin(book, "MB")
    monkeypatch.setenv("LSA_NOW", "2026-11-24T23:59:59+00:00")
    assert (book.initials, book.role) == ("MB", "lsa")
    monkeypatch.setenv("LSA_NOW", "2026-11-25T00:00:00+00:00")
    assert (book.initials, book.role) == ("JT", "lsa")
    assert notes.note(book, "next day").by == "JT"
    with pytest.raises(LsaError, match="nobody covers here"):
        cover.end(book)


def test_another_process_covers_too(book: Book) -> None:
    cover.begin(book, "MB")
    other = Book(book.paths)
    assert notes.note(other, "from a command").by == "MB"
    other.close()


def test_one_cover_follows_another(book: Book) -> None:
    first = cover.begin(book, "MB")
    cover.begin(book, "CD")
    assert book.entry(first.id)["until"] is not None
    assert book.entry(first.id).by == "MB"
    assert notes.note(book, "now").by == "CD"


def test_undo_goes_back_through_a_cover_step_by_step_and_redo_forward_again(book: Book) -> None:
    notes.note(book, "first")
    cover.begin(book, "MB")
    notes.note(book, "by MB")
    cover.end(book)
    before = written(book)
    steps = [
        ("MB covers", "MB"),
        ("by MB", "MB"),
        ("MB covers", "JT"),
        ("first", "JT"),
    ]
    for says, signs in steps:
        taken = entries.undo(book)
        assert says in taken.says
        assert book.initials == signs
        assert (f"; {signs} records here now" in taken.done) == ("covers" in says)
    assert written(book) == []
    for says, signs in zip([one[0] for one in reversed(steps)], ["JT", "MB", "MB", "JT"], strict=True):
        assert says in entries.redo(book).says
        assert book.initials == signs
    assert written(book) == before


def test_a_cover_that_was_taken_back_gives_the_one_before_it_back(book: Book) -> None:
    cover.begin(book, "MB", "Mia")
    cover.begin(book, "CD")
    assert entries.undo(book).signs == "MB"
    assert book.person_name == "Mia"
    assert notes.note(book, "still").by == "MB"


def test_a_cover_whose_end_was_taken_back_too_covers_again(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    cover.begin(book, "MB", "Mia")
    cover.end(book)
    cover.begin(book, "CD")
    assert entries.undo(book).signs == "JT"
    assert entries.undo(book).signs == "MB"
    assert book.person_name == "Mia"
    monkeypatch.setenv("LSA_NOW", "2026-11-25T09:00:00+00:00")
    cover.begin(book, "CD")
    assert entries.undo(book).signs == "JT"
    assert '"before":null' in str(log.get_meta(book.db, "cover"))


def test_nobody_takes_back_what_the_other_one_recorded(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.note(book, "first")
    cover.begin(book, "MB")
    notes.note(book, "by MB")
    monkeypatch.setenv("LSA_NOW", "2026-11-25T09:00:00+00:00")
    with pytest.raises(NotAllowed, match=r"MB's own \(K7 by MB 10:42\).*lsa remove ID"):
        entries.undo(book)
    notes.note(book, "next day")
    assert "next day" in entries.undo(book).says


def test_undo_and_redo_give_nobody_more_rights_than_the_owner_has(book: Book) -> None:
    book.config.save(person_role="teacher")
    cover.begin(book, "LP", role="senco")
    cover.end(book)
    assert entries.undo(book).signs == "LP"
    assert book.role == "senco"
    entries.redo(book)
    book.config.save(person_role="lsa")
    assert entries.undo(book).signs == "LP"
    assert (book.initials, book.role) == ("LP", "lsa")


def test_nobody_changes_what_the_other_one_recorded(book: Book) -> None:
    mine = marks.tally(book, "c")
    cover.begin(book, "MB")
    with pytest.raises(NotAllowed, match="JT's own"):
        entries.remove(book, mine.id, "not right")
    theirs = marks.tally(book, "c")
    cover.end(book)
    with pytest.raises(NotAllowed, match="MB's own"):
        entries.remove(book, theirs.id, "not right")


def test_the_role_counts_while_it_lasts(book: Book) -> None:
    book.config.save(person_role="teacher")
    cover.begin(book, "MB")
    assert not rights.may(book.role, "close a problem")
    cover.begin(book, "LP", role="senco")
    assert rights.may(book.role, "close a problem")
    cover.end(book)
    assert book.role == "teacher"


@pytest.mark.parametrize("role", ["teacher", "senco"])
def test_nobody_who_covers_may_do_more_than_whose_device_it_is(book: Book, role: str) -> None:
    assert cover.roles(book) == ("lsa",)
    with pytest.raises(NotAllowed, match="may do no more"):
        cover.begin(book, "MP", role=role)
    assert book.cover is None
    assert written(book) == []


def test_a_cover_loses_what_its_owner_loses(book: Book) -> None:
    book.config.save(person_role="senco")
    cover.begin(book, "LP", role="teacher")
    book.config.save(person_role="lsa")
    assert (book.initials, book.role) == ("LP", "lsa")


def test_a_colleague_s_initials_do_not_open_what_they_wrote_elsewhere(book: Book, tmp_path: Path) -> None:
    teacher = class_teacher(book, tmp_path)
    theirs = notes.note(teacher, "Too tired for the second page")
    sync(teacher)
    sync(book)
    cover.begin(book, "LP")
    here = notes.note(book, "Read on after the break")
    for change in (
        lambda: entries.remove(book, theirs.id, "not right"),
        lambda: entries.correct(book, theirs.id, {"text": "Wide awake"}),
        lambda: concerns.from_entry(book, book.entry(theirs.id)),
    ):
        with pytest.raises(NotAllowed, match="LP"):
            change()
    assert entries.correct(book, here.id, {"text": "Read on"})["text"] == "Read on"
    cover.end(book)
    assert book.entry(theirs.id)["text"] == "Too tired for the second page"
    teacher.close()


def test_what_one_covered_stays_one_s_own_after_the_home_was_copied(book: Book) -> None:
    cover.begin(book, "MB")
    mine = notes.note(book, "Sat by the window")
    with book.store.writing() as db:
        log.new_device(db)
    assert entries.correct(book, mine.id, {"text": "Sat at the window"}).by == "MB"


def test_the_owner_s_own_is_what_bears_the_initials_on_any_device(book: Book, tmp_path: Path) -> None:
    other = new_book(tmp_path / "other")
    (tmp_path / "share").mkdir()
    for one in (book, other):
        one.config.save(shared_url=f"sqlite:///{tmp_path}/share/school.db")
    mine = notes.note(other, "Read alone")
    sync(other)
    sync(book)
    assert entries.correct(book, mine.id, {"text": "Read all alone"})["text"] == "Read all alone"
    other.close()


def test_other_initials_are_written_down_as_another_role_is(book: Book) -> None:
    set_up(book, initials="MP")
    set_up(book, role="teacher")
    acts = [(one.did, one.about) for one in audit.entries(book)]
    assert ("changed the initials", "JT to MP") in acts
    assert ("changed the role", "lsa to teacher") in acts


@pytest.mark.parametrize(
    ("initials", "role", "says"),
    [
        ("", "lsa", "1 to 4 letters"),
        ("Mia Brown", "lsa", "1 to 4 letters"),
        ("M1", "lsa", "1 to 4 letters"),
        ("JT", "lsa", "whose device this is"),
        ("MB", "dsl", "in one of the roles"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(book: Book, initials: str, role: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        cover.begin(book, initials, role=role)
    assert book.cover is None
    assert written(book) == []
    cover.begin(book, "MB")
    with pytest.raises(BadInput, match="covers already"):
        cover.begin(book, "MB")


def test_a_dsl_s_device_is_not_covered(book: Book) -> None:
    with acting(book, "DS", "dsl"), pytest.raises(NotAllowed):
        cover.begin(book, "MB")
    assert log.get_meta(book.db, "cover") is None


def test_a_device_that_becomes_the_dsl_s_is_covered_no_longer(book: Book) -> None:
    cover.begin(book, "MB")
    book.config.save(person_role="dsl")
    assert book.cover is None
    assert (book.initials, book.role) == ("JT", "dsl")


def test_setting_up_meanwhile_leaves_the_owner_the_owner(book: Book) -> None:
    cover.begin(book, "MB")
    set_up(book, name="Jo Tate")
    assert log.get_meta(book.db, "initials") == "JT"
    assert book.config["person.initials"] == "JT"
    assert book.initials == "MB"


def test_the_colleague_s_name_stays_here_and_is_known_as_one(book: Book, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    book.config.save(shared_url=f"sqlite:///{share}/school.db")
    cover.begin(book, "MB", "Mia Quillfeather")
    assert "Mia Quillfeather" in {one.name for one in names.known(book)}
    sync(book)
    assert b"Quillfeather" not in (share / "school.db").read_bytes()
    assert "Quillfeather" not in "\n".join(exchange.export(book))


def test_a_cover_that_came_from_elsewhere_covers_nothing_here(book: Book, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    book.config.save(shared_url=f"sqlite:///{share}/school.db")
    cover.begin(book, "MB")
    notes.note(book, "Sat by the window")
    marks.tally(book, "c")
    sync(book)
    teacher = new_book(tmp_path / "teacher", "LP", "teacher", pupil=None, tiles=False)
    teacher.config.save(shared_url=f"sqlite:///{share}/school.db")
    sync(teacher)
    assert (teacher.cover, teacher.initials) == (None, "LP")
    heading = build(teacher, teacher.today(), "teacher", "K7").heading
    assert "covered by MB" in heading
    teacher.close()


def test_a_move_that_changes_nothing_is_another_s_to_make_too(book: Book, tmp_path: Path) -> None:
    teacher = class_teacher(book, tmp_path)
    mine = notes.note(book, "Read alone")
    sync(book)
    sync(teacher)
    assert mine.pupil is not None
    with pytest.raises(NotAllowed, match="JT's own"):
        entries.move(teacher, mine.id, mine.pupil)
    teacher.close()


def test_the_summary_says_who_covered_whom_and_when(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    marks.tally(book, "c")
    monkeypatch.setenv("LSA_NOW", "2026-11-24T11:00:00+00:00")
    cover.begin(book, "MB")
    marks.tally(book, "c")
    monkeypatch.setenv("LSA_NOW", "2026-11-24T12:30:00+00:00")
    cover.end(book)
    document = build(book, book.today(), "teacher", "K7")
    assert "LSA JT, covered by MB" in document.heading
    about = [item.text for section in document.sections if section.id == "about" for item in section.items]
    assert "Covered by MB, 11:00 to 12:30" in about
