"""Two and three devices that meet in one shared file."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from lsa_tui import clock
from lsa_tui.daybook import behaviours, entries, exchange, marks, plan, problems, pupils
from lsa_tui.errors import NothingToUndo
from lsa_tui.records import log, read
from lsa_tui.sync.result import Progress
from lsa_tui.sync.run import sync
from sharing import note, texts


def test_a_day_of_an_lsa_and_a_teacher(homes, url, agree) -> None:
    teacher, lsa = homes("lp", role="teacher"), homes("jt")
    pupils.add_item(teacher, "target", "T1", "Starts a task alone", ladder="scaffold")
    slot = plan.add(teacher, "Maths", "09:00", "09:45", aim="Number bonds to 20")[0]
    assert sync(teacher, url).created

    first = sync(lsa, url)
    assert (first.sent, first.received, first.created, first.verified) == (1, 3, False, True)
    assert pupils.target(lsa, "T1", lsa.focused())["text"] == "Starts a task alone"
    assert [one.slot["aim"] for one in plan.day(lsa, slot.when.date())] == ["Number bonds to 20"]

    said = note(lsa, "Counted on from 8")
    problem = problems.raise_problem(lsa, "The number line is torn")
    assert log.backlog(lsa.db) == 2
    assert sync(lsa, url).says == "2 sent, 0 received, checked"
    assert log.backlog(lsa.db) == 0

    assert sync(teacher, url).received == 3  # the LSA's own line for K7, too
    assert teacher.entry(said.id)["text"] == "Counted on from 8"
    assert teacher.entry(said.id).by == "JT"
    assert [(one.entry.id, one.status) for one in problems.inbox(teacher)] == [(problem.id, "open")]
    assert problems.inbox(lsa)[0].status == "open"  # looked up once, and looked up anew after the sync
    problems.reply(teacher, problem.id, "New one in my drawer", close=True)
    sync(teacher, url)
    assert sync(lsa, url).received == 1
    assert problems.inbox(lsa)[0].status == "closed"
    assert [one["text"] for one in problems.unseen(lsa)] == ["New one in my drawer"]
    agree(teacher, lsa)


def test_a_second_time_nothing_is_left_to_do(homes, url, shared, everything) -> None:
    book = homes("jt")
    note(book, "once")
    sync(book, url)
    before, file = everything(book), shared.read_bytes()
    again = sync(book, url)
    assert (again.sent, again.received, again.remaining, again.verified) == (0, 0, 0, True)
    assert again.says == "0 sent, 0 received, checked"
    after = everything(book)
    for table in ("change", "head", "record", "mine"):
        assert after[table] == before[table]
    assert shared.read_bytes() == file


def test_a_device_set_up_from_nothing_gets_everything(homes, url, agree) -> None:
    lsa = homes("jt")
    behaviours.add_defaults(lsa)
    pupils.add_item(lsa, "target", "T1", "Asks for help")
    for n in range(1, 700):  # more than one page each way
        marks.tally(lsa, "c" if n % 3 else "h")
    entries.remove(lsa, note(lsa, "wrong child").id, "wrong child")
    entries.correct(lsa, note(lsa, "Wrote a sentance").id, {"text": "Wrote a sentence"})
    marks.tally(lsa, "p")
    sent = sync(lsa, url)
    new = homes("new", pupil=None)
    assert sync(new, url).received == sent.sent > 700
    private = {one.id for one in read.of_kind(lsa.db, "behaviour") if one["private"]}
    ours = [line for line in exchange.export(lsa) if not any(uid in line for uid in private)]
    assert list(exchange.export(new)) == ours
    assert new.pupil("K7") == lsa.focus
    agree(lsa, new)


def test_what_is_undone_never_reaches_the_shared_file(homes, url, shared) -> None:
    book = homes("jt")
    note(book, "kept-before")
    note(book, "Zanzibar-undone")
    entries.undo(book)
    sync(book, url)
    note(book, "kept-after")
    note(book, "Quagga-undone")
    entries.undo(book)
    entries.undo(book)
    entries.redo(book)
    sync(book, url)
    content = shared.read_bytes()
    assert b"kept-before" in content
    assert b"kept-after" in content
    assert b"Zanzibar" not in content
    assert b"Quagga" not in content
    assert not shared.with_name("school.db-journal").exists()
    for file in book.paths.data_folder.glob("records.db*"):
        assert b"Quagga-undone" not in file.read_bytes() or file.suffix == ".db-wal"


def test_what_is_shared_can_no_longer_be_undone(homes, url) -> None:
    book = homes("jt")
    said = note(book, "shared")
    sync(book, url)
    with pytest.raises(NothingToUndo):
        entries.undo(book)
    with pytest.raises(NothingToUndo):
        entries.redo(book)
    assert entries.correct(book, said.id, {"text": "corrected"})["text"] == "corrected"


def test_with_nothing_to_send_redo_lives_on(homes, url, shared) -> None:
    book = homes("jt")
    sync(book, url)
    note(book, "Ibex")
    entries.undo(book)
    assert sync(book, url, dry_run=True).sent == 0
    assert sync(book, url).sent == 0
    assert b"Ibex" not in shared.read_bytes()
    assert entries.redo(book).entry["text"] == "Ibex"
    assert sync(book, url).sent == 1


def test_private_marks_and_names_stay_here(homes, url, shared) -> None:
    lsa, other = homes("jt", pupil=None), homes("lp")
    pupils.add(lsa, "K7", name="Zebedee Quillfeather")
    behaviours.add_defaults(lsa)
    behaviours.add(lsa, "y", "Xylophone praise", private=True)
    praise = marks.tally(lsa, "p")
    marks.tally(lsa, "y")
    marks.tally(lsa, "c")
    assert praise.own
    sync(lsa, url)
    sync(other, url)
    content = shared.read_bytes()
    assert b"Calling out" in content
    for word in (b"Zebedee", b"Quillfeather", b"Xylophone", b"Specific praise", praise.id.encode()):
        assert word not in content
    assert pupils.name_of(other, other.focused()) is None
    assert read.get(other.db, praise.id) is None
    entries.undo(lsa)  # the last private mark: what stays here can be taken back after a sync, too
    assert sync(lsa, url).sent == 0


def test_two_edits_of_one_field_are_both_kept_until_decided(homes, url, agree) -> None:
    one, two, three = homes("jt"), homes("netbook", "JT"), homes("mb")
    said = note(one, "first")
    for book in (one, two, three, one):
        sync(book, url)
    entries.correct(one, said.id, {"text": "by one"})
    entries.correct(two, said.id, {"text": "by two"})
    sync(one, url)
    met = sync(two, url)
    assert (met.conflicts, met.says) == (1, "1 sent, 2 received, 1 needs your decision, checked")
    assert sync(one, url).conflicts == 1
    for book in (one, two):
        entry = entries.conflicts(book)[0]
        assert {choice["value"] for choice in entry.conflict["text"]} == {"by one", "by two"}
        assert entry["text"] == entry.conflict["text"][0]["value"]

    entries.decide(one, said.id, "text", "by one")
    sync(one, url)
    for book in (two, three, one):
        assert sync(book, url).conflicts == 0
        assert book.entry(said.id)["text"] == "by one"
    sent = [sync(book, url).sent for book in (one, two, three) for _ in range(2)]
    assert sent == [0] * 6  # nothing goes round
    agree(one, two, three)


def test_two_decisions_at_once_are_another_conflict_and_then_end(homes, url, agree) -> None:
    one, two = homes("jt"), homes("netbook", "JT")
    said = note(one, "first")
    for book in (one, two):
        sync(book, url)
    entries.correct(one, said.id, {"text": "A"})
    entries.correct(two, said.id, {"text": "B"})
    for book in (one, two, one):
        sync(book, url)
    entries.decide(one, said.id, "text", "A")
    entries.decide(two, said.id, "text", "B")
    for book in (one, two, one):
        sync(book, url)
    assert len(entries.conflicts(one)) == len(entries.conflicts(two)) == 1
    entries.decide(two, said.id, "text", "C")
    for book in (two, one, two):
        assert sync(book, url).conflicts == 0
    assert one.entry(said.id)["text"] == two.entry(said.id)["text"] == "C"
    agree(one, two)


def test_edits_of_different_fields_need_no_decision(homes, url) -> None:
    one, two = homes("jt"), homes("lp")
    target = pupils.add_item(one, "target", "T1", "Asks for help")
    for book in (one, two):
        sync(book, url)
    pupils.add_item(one, "target", "T1", "Asks for help aloud")
    pupils.add_item(two, "target", "T1", None, criterion="80% over 3")
    for book in (one, two, one):
        assert sync(book, url).conflicts == 0
    for book in (one, two):
        assert (book.entry(target.id)["text"], book.entry(target.id)["criterion"]) == (
            "Asks for help aloud",
            "80% over 3",
        )


def test_the_same_pupil_on_two_devices_is_one(homes, url, agree) -> None:
    one, two = homes("jt"), homes("lp")
    for book in (one, two, one):
        assert sync(book, url).conflicts == 0
    for book in (one, two):
        assert [pupil["code"] for pupil in pupils.all_pupils(book)] == ["K7"]
    agree(one, two)


def test_a_third_device_refills_what_the_file_lost(homes, url, shared, agree) -> None:
    one, two, new = homes("jt"), homes("lp"), homes("new", pupil=None)
    note(one, "by one")
    note(two, "by two")
    for book in (one, two, one):
        sync(book, url)
    shared.unlink()
    refilled = sync(two, url)  # two holds one's chain as well
    assert refilled.created
    assert refilled.sent == 4
    assert "was gone; it was made and filled again" in refilled.says
    sync(new, url)
    assert texts(new) == {"by one", "by two"}
    assert sync(one, url).says == "0 sent, 0 received, checked"  # it is the same store again
    agree(one, two, new)


def test_counting_only_writes_nothing(homes, url, shared, everything, tmp_path: Path) -> None:
    one, two = homes("jt"), homes("lp")
    note(one, "a")
    before = everything(one)
    would = sync(one, url, dry_run=True)
    assert (would.sent, would.received, would.verified, would.created) == (2, 0, False, True)
    assert would.says == "2 to send, 0 to receive, nothing was changed"
    assert everything(one) == before
    assert not shared.exists()
    sync(one, url)
    before, file = everything(two), shared.read_bytes()
    would = sync(two, url, dry_run=True)
    assert (would.sent, would.received, would.remaining) == (1, 2, 1)
    assert everything(two) == before
    assert shared.read_bytes() == file
    assert [path.name for path in shared.parent.iterdir()] == ["school.db"]
    assert not two.paths.backups.exists()


def test_a_copy_is_kept_before_anything_is_taken_in(homes, url, monkeypatch) -> None:
    one, two = homes("jt"), homes("lp")
    start = one.now()
    for n in range(10):
        monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(days=n)))
        note(one, f"note {n}")
        sync(one, url)
        sync(two, url)
        sync(two, url)  # nothing comes, so no copy
    copies = sorted(two.paths.backups.glob("before-sync-*.db"))
    assert 7 <= len(copies) <= 9  # one of each of seven days, and of the weeks before
    two.close()
    copies[-1].replace(two.paths.database)
    for rest in two.paths.data_folder.glob("records.db-*"):
        rest.unlink()
    old = homes("lp")
    assert "note 8" in texts(old)
    assert "note 9" not in texts(old)


def test_a_fast_clock_is_not_followed_but_its_records_come(homes, url, monkeypatch) -> None:
    one, two = homes("jt"), homes("lp")
    start = one.now()
    monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(days=3285)))
    note(one, "from the future")
    sync(one, url)
    monkeypatch.setenv("LSA_NOW", clock.to_text(start))
    sync(two, url)
    assert "from the future" in texts(two)
    stamp = int(log.get_meta(two.db, "hlc") or 0) >> 16
    assert stamp < clock.to_ms(start) + 86_400_000
    monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(hours=2)))
    note(one, "two hours ahead")
    # One's own stamps stay behind its own future ones; a third device shows that a small lead is followed.
    three = homes("mb")
    sync(three, url)
    monkeypatch.setenv("LSA_NOW", clock.to_text(start))
    sync(two, url)
    assert int(log.get_meta(two.db, "hlc") or 0) >> 16 == clock.to_ms(start + timedelta(hours=2))


def test_an_edit_by_a_slow_clock_that_saw_the_fast_one_wins(homes, url, monkeypatch) -> None:
    one, two = homes("jt"), homes("netbook", "JT")
    start = one.now()
    monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(days=3285)))
    said = note(one, "fast")
    sync(one, url)
    monkeypatch.setenv("LSA_NOW", clock.to_text(start - timedelta(days=3)))
    sync(two, url)
    entries.correct(two, said.id, {"text": "slow, and later"})
    sync(two, url)
    assert sync(one, url).conflicts == 0
    assert one.entry(said.id)["text"] == "slow, and later"


def test_in_a_thread_while_the_day_goes_on(homes, url, agree) -> None:
    one, two = homes("jt"), homes("lp")
    for n in range(1200):
        note(two, f"from two {n}")
    sync(two, url)
    problems_seen: list[BaseException] = []
    steps: list[Progress] = []
    closed = []

    def work() -> None:
        try:
            sync(one, url, progress=steps.append)
            closed.append(one.db.is_closed())
        except BaseException as problem:
            problems_seen.append(problem)

    worker = threading.Thread(target=work)
    worker.start()
    written = 0
    while worker.is_alive() or written < 20:
        note(one, f"meanwhile {written}")
        written += 1
    worker.join()
    assert not problems_seen
    assert closed == [True]  # the thread's own connection
    assert {"reading", "sending", "checking", "taking in"} == {step.phase for step in steps}
    assert all(0 <= step.done <= step.of for step in steps)
    assert len(texts(one)) == 1200 + written
    assert one.names.pupil(one.focused()) == "K7"
    sync(one, url)
    sync(two, url)
    agree(one, two)


def test_what_is_recorded_while_sending_can_still_be_undone(homes, url, shared) -> None:
    book = homes("jt")
    with book.step():
        for n in range(600):  # more than one chunk: the second must not take the newcomer along
            note(book, f"before {n}")

    def in_between(step: Progress) -> None:
        if step.phase == "sending" and step.done and "Narwhal" not in texts(book):
            note(book, "Narwhal")

    result = sync(book, url, progress=in_between)
    assert (result.sent, result.remaining) == (601, 1)
    assert "1 recorded meanwhile" in result.says
    assert b"Narwhal" not in shared.read_bytes()
    assert entries.undo(book).entry["text"] == "Narwhal"
    sync(book, url)
    assert b"Narwhal" not in shared.read_bytes()


class Enough(Exception):
    pass


@pytest.mark.parametrize("phase", ["reading", "sending", "checking", "taking in"])
def test_stopping_between_two_steps_loses_nothing(homes, url, agree, phase: str) -> None:
    one, two = homes("jt"), homes("lp")
    for n in range(700):
        note(one, f"one {n}")
        note(two, f"two {n}")
    sync(one, url)

    def stop(step: Progress) -> None:
        if step.phase == phase and step.done:
            raise Enough

    with pytest.raises(Enough):
        sync(two, url, progress=stop)
    for book in (two, one):
        assert sync(book, url).verified
    assert len(texts(one)) == 1400
    agree(one, two)


def test_the_shared_file_keeps_its_own_permissions(homes, url, shared) -> None:
    sync(homes("jt"), url)
    shared.chmod(0o664)
    sync(homes("lp"), url)
    assert shared.stat().st_mode & 0o777 == 0o664
    assert os.listdir(shared.parent) == ["school.db"]


def test_a_private_tile_stays_private_whatever_others_call_theirs(tmp_path: Path) -> None:
    """A shared tile of the same label, or of the same letter, must not draw private marks to school."""
    from homes import new_book
    from lsa_tui.daybook import behaviours, marks
    from lsa_tui.sync.run import sync

    url = f"sqlite:///{tmp_path / 'school.db'}"
    theirs = new_book(tmp_path / "b", initials="LP", role="teacher", tiles=False)
    behaviours.add(theirs, "p", "Specific praise")
    behaviours.add(theirs, "k", "Kicked the table")  # older than the private tile with this letter
    mine = new_book(tmp_path / "a")
    for book in (theirs, mine, theirs, mine):
        sync(book, url)
    for letter in "pk":
        mark = marks.tally(mine, letter)
        assert mark.own, letter
        assert mark.pupil is None
    assert sync(mine, url).sent == 0
    mine.close()
    theirs.close()


def test_a_clock_far_ahead_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from homes import new_book
    from lsa_tui.daybook import entries, notes
    from lsa_tui.records import log
    from lsa_tui.sync.run import sync

    url = f"sqlite:///{tmp_path / 'school.db'}"
    monkeypatch.setenv("LSA_NOW", "2035-11-24T10:00:00+00:00")
    ahead = new_book(tmp_path / "a")
    note = notes.note(ahead, "from the future")
    sync(ahead, url)
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:00:00+00:00")
    here = new_book(tmp_path / "b")
    sync(here, url)
    assert entries.correct(here, note.id, {"text": "put right"})["text"] == "put right"
    later = notes.note(here, "now")
    assert later.order >> 16 < note.order >> 16
    assert int(log.get_meta(here.db, "hlc") or 0) >> 16 < note.order >> 16
    ahead.close()
    here.close()


def test_a_removal_and_an_edit_that_did_not_see_each_other_are_put_to_a_person(tmp_path: Path) -> None:
    from homes import new_book
    from lsa_tui.daybook import notes

    url = f"sqlite:///{tmp_path / 'school.db'}"
    one, two = new_book(tmp_path / "a"), new_book(tmp_path / "b")
    note = notes.note(one, "Read alone")
    sync(one, url)
    sync(two, url)
    entries.remove(one, note.id, "logged twice")
    entries.correct(two, note.id, {"text": "Read alone, twice over"})
    for book in (one, two, one):
        sync(book, url)
    for book in (one, two):
        found = entries.conflicts(book)
        assert [entry.id for entry in found] == [note.id]
        assert [value["value"] for value in (found[0].conflict or {})["removed"]] == ["logged twice", None]
    entries.decide(two, note.id, "removed", None)
    for book in (two, one):
        sync(book, url)
        assert entries.conflicts(book) == []
        assert book.entry(note.id).removed is None
        assert book.entry(note.id)["text"] == "Read alone, twice over"
    entries.remove(one, note.id, "really twice")
    for book in (one, two):
        sync(book, url)
        assert entries.conflicts(book) == []
        assert book.entry(note.id).removed == "really twice"
    one.close()
    two.close()


def test_one_letter_given_to_two_tiles_is_said_and_can_be_put_right(tmp_path: Path) -> None:
    from homes import new_book

    url = f"sqlite:///{tmp_path / 'school.db'}"
    one, two = new_book(tmp_path / "a", tiles=False), new_book(tmp_path / "b", tiles=False)
    behaviours.add(one, "j", "Humming")
    behaviours.add(two, "j", "Rocking")
    for book in (one, two, one):
        sync(book, url)
    for book in (one, two):
        assert [entry["label"] for entry in behaviours.without_tile(book)] == ["Rocking"]
    behaviours.add(two, "y", "Rocking")
    sync(two, url)
    sync(one, url)
    for book in (one, two):
        assert behaviours.without_tile(book) == []
        assert [entry["key"] for entry in behaviours.for_pupil(book, book.focus)] == ["j", "y"]
        book.close()
