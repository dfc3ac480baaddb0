"""A shared folder: what lies in it, what is believed of it, what is said of it, and what it costs."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from lsa_tui import clock
from lsa_tui.daybook import erasing
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.health import Finding
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import checking, folder_disk, folder_files, folder_memory, opening
from lsa_tui.sync.folder import Folder
from lsa_tui.sync.run import sync
from sharing import PASS, asked, harmed, note, texts, tree


@pytest.fixture
def url(share: Path) -> str:
    return f"folder:///{share}"


def files(share: Path, book: Book | None = None) -> list[Path]:
    below = share / log.device(book.db) if book is not None else share
    return sorted(one for one in below.rglob("*.lsa") if one.is_file())


def held(share: Path) -> list[dict]:
    """Every change that stands in a file of a plain folder."""
    contents = [folder_files.read(one, None) for one in files(share) if one.stat().st_size]
    return [change for content in contents for run in content.changes for change in run]


def day_after(monkeypatch, book: Book, days: int = 1) -> None:
    monkeypatch.setenv("LSA_NOW", clock.to_text(book.now() + timedelta(days=days)))


@pytest.fixture
def two(homes, url) -> tuple[Book, Book]:
    """Two devices that share a plain folder and know all of each other."""
    one, other = homes("jt"), homes("lp")
    for book in (one, other, one):
        note(book, f"by {book.owner} {len(texts(book))}")
        sync(book, url)
    sync(other, url)
    return one, other


# What lies there


def test_each_device_writes_whole_files_of_its_own(two, share, agree) -> None:
    one, other = two
    agree(one, other)
    assert {one.parent.name for one in files(share)} == {log.device(book.db) for book in two}
    for book in two:
        for file in files(share, book):
            content = folder_files.read(file, None)
            assert content.header.writer == log.device(book.db)
            assert {run.dev for run in content.runs} <= {log.device(book.db)}
    assert [one.name for one in share.iterdir() if one.is_file()] == []
    assert not list(share.rglob("~*"))


def test_a_file_is_never_written_again(two, url, share) -> None:
    before = tree(share)
    note(two[0], "one more")
    sync(two[0], url)
    after = tree(share)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


def test_a_new_folder_is_made_and_said(homes, share, url) -> None:
    done = sync(homes("jt"), url)
    assert done.created
    assert done.notes == ("the shared folder was created", opening.NOT_ENCRYPTED)
    assert sync(homes("jt"), url).notes == ()
    assert share.is_dir()


def test_an_empty_folder_that_somebody_made_is_used(homes, share, url) -> None:
    share.mkdir()
    assert "the shared folder was created" in sync(homes("jt"), url).notes


def test_what_else_lies_in_the_folder_is_left_alone(two, share, url) -> None:
    (share / "Minutes.docx").write_bytes(b"of a meeting")
    (share / "lsa.sealed").mkdir()
    (share / "lsa.sealed" / "x.lsa").write_bytes(b"sealed")
    (share / ".stversions").mkdir()
    (share / ".stversions" / "old.lsa").write_bytes(files(share)[0].read_bytes()[:-1])
    before = tree(share)
    assert sync(two[0], url).notes == ()
    assert tree(share) == before


def test_counting_first_writes_nothing(two, homes, share, url, everything) -> None:
    new = homes("mb")
    before, there = everything(new), tree(share)
    assert sync(new, url, dry_run=True).received == len(held(share))
    assert everything(new) == before
    assert tree(share) == there
    note(two[0], "more")
    before = everything(two[0])
    assert sync(two[0], url, dry_run=True).sent == 1
    assert everything(two[0]) == before


# Gone, stale, foreign


def test_a_folder_that_is_gone_is_filled_again_by_whoever_comes(two, homes, share, url, agree) -> None:
    one, other = two
    shutil.rmtree(share)
    assert "the shared folder was gone; it was made and filled again" in sync(one, url).notes
    sync(other, url)
    new = homes("mb", pupil=None)
    sync(new, url)
    agree(one, other, new)
    assert sync(one, url).notes == ()


def test_absence_is_no_deletion(two, share, url) -> None:
    one, other = two
    shutil.rmtree(share / log.device(other.db))
    before = texts(one)
    done = sync(one, url)
    assert "the shared folder had gone back in time and was filled again" in done.notes
    assert texts(one) == before
    assert {change["uid"] for change in held(share)} >= {
        uid for (uid,) in one.db.execute_sql("SELECT uid FROM change WHERE dev NOT IN ('own', 'audit')")
    }


def test_a_folder_whose_disk_is_not_there(homes, tmp_path) -> None:
    with pytest.raises(SyncIncomplete, match="cannot be reached, because the folder it is in is not there"):
        sync(homes("jt"), f"folder:///{tmp_path}/nowhere/school")
    assert not (tmp_path / "nowhere").exists()


def test_a_file_is_no_folder(homes, tmp_path) -> None:
    (tmp_path / "school").write_bytes(b"x")
    with pytest.raises(SyncIncomplete, match="is a file, not a folder"):
        sync(homes("jt"), f"folder:///{tmp_path}/school")


def test_a_home_is_no_shared_folder(homes) -> None:
    book = homes("jt")
    for folder in (book.paths.data_folder, book.paths.data_folder / "backups"):
        folder.mkdir(exist_ok=True)
        with pytest.raises(SyncIncomplete, match="this device's own folder"):
            sync(book, f"folder:///{folder}")


def test_made_up_and_real_records_never_meet(homes, share, url) -> None:
    demo, real = homes("demo"), homes("real")
    log.set_meta(demo.db, "made_up", "yes")
    sync(demo, url)
    before = tree(share)
    with pytest.raises(SyncIncomplete, match="holds made-up records and this home real ones; they are never mixed"):
        sync(real, url)
    assert tree(share) == before
    # Both made their own before their clients brought them together: neither takes the other's in.
    other = share.with_name("other")
    sync(real, f"folder:///{other}")
    shutil.copytree(other, share, dirs_exist_ok=True)
    for book, kind in ((demo, "real"), (real, "made-up")):
        with pytest.raises(SyncIncomplete, match=f"holds {kind} records"):
            sync(book, url)


def test_a_newer_format_is_refused_and_work_goes_on(two, share, url, monkeypatch) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(folder_files, "LOG_FORMAT", 2)
        note(two[1], "by a newer program")
        sync(two[1], url)
    before = tree(share)
    note(two[0], "goes on")
    with pytest.raises(SyncIncomplete, match=r"written by a newer lsa .* please update this program; 1 not shared yet"):
        sync(two[0], url)
    assert tree(share) == before


def test_another_groups_folder_in_its_place_is_refused(two, homes, share, url, tmp_path) -> None:
    stranger = homes("mb", pupil="Q9")
    sync(stranger, f"folder:///{tmp_path}/cloud/other")
    shutil.rmtree(share)
    shutil.copytree(tmp_path / "cloud" / "other", share)
    before = tree(share)
    with pytest.raises(SyncIncomplete, match="none of its records are known here"):
        sync(two[0], url)
    assert tree(share) == before


def test_another_groups_folder_copied_into_this_one_is_left_alone(two, homes, share, url, tmp_path) -> None:
    stranger = homes("mb", pupil="Q9")
    note(stranger, "of another group")
    sync(stranger, f"folder:///{tmp_path}/cloud/other")
    shutil.copytree(tmp_path / "cloud" / "other", share / "other")
    done = sync(two[0], url)
    assert done.received == 0
    assert any("belongs to another store and was left alone" in one for one in done.notes)


@pytest.mark.parametrize("others", ["none", "plain", "encrypted"])
def test_the_folder_above_is_refused_and_nothing_is_mixed(two, homes, share, tmp_path, everything, others) -> None:
    if others != "none":
        stranger = homes("mb", pupil="Q9", encrypted=others == "encrypted")
        note(stranger, "of another group")
        sync(stranger, f"folder:///{tmp_path}/cloud/other", ask=asked(PASS))
    above = share.parent
    before = tree(above)
    for book in (two[0], homes("new")):
        held = everything(book)
        with pytest.raises(SyncIncomplete, match=str(share)):
            sync(book, f"folder:///{above}", ask=asked(PASS))
        assert {name: rows for name, rows in everything(book).items() if name != "meta"} == {
            name: rows for name, rows in held.items() if name != "meta"
        }
    assert tree(above) == before


def test_the_address_of_the_folder_below_is_in_the_quotes_that_it_needs(homes, tmp_path) -> None:
    place = tmp_path / "One Drive" / "School 7"
    place.parent.mkdir()
    sync(homes("jt"), f"folder:///{place}")
    with pytest.raises(SyncIncomplete, match=f"`lsa init --shared 'folder:///{place}'`"):
        sync(homes("lp", pupil=None), f"folder:///{place.parent}")


def test_a_store_that_was_moved_below_by_a_client_goes_on(two, share, url, agree) -> None:
    one, other = two
    (share / "school (1)").mkdir()
    for place in [place for place in share.iterdir() if place.name != "school (1)"]:
        place.rename(share / "school (1)" / place.name)
    note(one, "after the move")
    sync(one, url)
    assert sync(other, url).received == 1
    agree(one, other)


def test_devices_that_each_made_the_store_come_together(homes, tmp_path, agree) -> None:
    copies = [tmp_path / name / "school" for name in "ab"]
    books = [homes("jt"), homes("lp")]
    for book, copy in zip(books, copies, strict=True):
        copy.parent.mkdir()
        note(book, f"by {book.owner}")
        sync(book, f"folder:///{copy}")
    for source, target in (copies, copies[::-1]):
        shutil.copytree(source, target, dirs_exist_ok=True)
    for book, copy in zip(books, copies, strict=True):
        assert sync(book, f"folder:///{copy}").received == 2
    agree(*books)


# Damage


def test_every_flip_and_cut_is_found_and_healed(two, homes, share, url, agree) -> None:
    one, other = two
    chance = random.Random(4)
    found = 0
    for turn in range(400):
        file = chance.choice(files(share))
        content = harmed(file.read_bytes(), chance, flip=turn % 2 == 1)
        with pytest.raises(folder_files.NotWhole):
            folder_files.check(folder_files.from_bytes(content, None))
        if turn % 40 < 2:  # a whole sync for some of them
            file.write_bytes(content)
            owner = next(book for book in two if log.device(book.db) == file.parent.name)
            done = sync(one if owner is other else other, url)
            found += any("not whole and not believed" in note for note in done.notes)
            kept = sync(owner, url)
            assert any("was damaged; it is kept as" in note for note in kept.notes)
            assert sync(one, url).notes == sync(other, url).notes == ()
    assert found == 20
    assert len(list(share.rglob("*.damaged-*"))) == 20
    new = homes("mb", pupil=None)
    sync(new, url)
    agree(one, other, new)


def test_damage_that_leaves_no_trace_is_found_within_a_week(two, share, url, monkeypatch) -> None:
    one = two[0]
    file = files(share, two[1])[0]
    facts, content = file.stat(), bytearray(file.read_bytes())
    content[-3] ^= 4
    file.write_bytes(content)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert sync(one, url).notes == ()
    day_after(monkeypatch, one, 8)
    assert any("not whole and not believed" in note for note in sync(one, url).notes)


def test_looking_at_all_of_it_finds_damage_that_leaves_no_trace(two, share, url, agree, homes) -> None:
    one, other = two
    file = files(share, other)[0]
    facts, content = file.stat(), bytearray(file.read_bytes())
    content[-3] ^= 4
    file.write_bytes(content)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    store = Folder(share, one)
    store.open(made_up=False, create=False)
    assert store.wrong(one.paths.data_folder) == []
    assert [file.relative_to(share).as_posix() in said for said in store.by_hand()] == [True]
    store.close()
    assert sync(one, url).sent  # what stood there
    shutil.rmtree(share / log.device(other.db))
    new = homes("mb", pupil=None)
    sync(new, url)
    agree(one, new)


def test_a_file_of_nobody_is_left_alone_and_no_damage(two, homes, share, url, agree) -> None:
    one, other = two
    strays = [share / "x.lsa", files(share, other)[0].with_name("notes.lsa.txt")]
    for place in strays:
        place.write_text("junk\n")
    before = {place: place.read_bytes() for place in strays}
    for book in (one, other, one):
        assert sync(book, url).notes == ()
        found = {found.says: found.well for found in checking.examine(book, url)}
        assert all(found.values()), found
        assert any("2 files" in says and "x.lsa" in says and "left alone" in says for says in found)
    assert {place: place.read_bytes() for place in strays} == before
    new = homes("mb", pupil=None)
    sync(new, url)
    agree(one, other, new)


def test_doctor_says_whose_a_damaged_file_is_and_offers_what_a_sync_does(two, share, url) -> None:
    """What a repair promises is done by it; what it cannot do is no promise, and says who can."""
    one, other = two
    file = files(share, other)[0]
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    name = file.relative_to(share).as_posix()

    def wrong(book: Book) -> list[Finding]:
        return [found for found in checking.examine(book, url) if not found.well]

    sync(one, url)  # sends what stood in it
    for _ in range(2):
        [found] = wrong(one)
        assert f"{name} of device {log.device(other.db)} (LP)" in found.says
        assert (found.repair, found.does) == ("", "")
        sync(one, url)
    file.write_bytes(whole)  # it was on its way
    assert wrong(one) == []
    file.write_bytes(whole[:-9])
    [found] = wrong(other)
    assert (name in found.says, found.does) == (True, "sync")
    sync(other, url)
    assert wrong(other) == wrong(one) == []
    assert [place.name for place in share.rglob("*.damaged-*")]


def test_a_file_that_is_not_whole_yet_is_taken_in_when_it_is(two, share, url) -> None:
    one, other = two
    note(other, "arrives in two parts")
    sync(other, url)
    file = files(share, other)[-1]
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    done = sync(one, url)
    assert done.received == 0
    assert any("damaged, or still on the way" in note for note in done.notes)
    file.write_bytes(whole)
    assert sync(one, url).received == 1
    assert "arrives in two parts" in texts(one)


def test_several_damaged_files_are_counted_once_and_said_in_one_sentence(two, share, url) -> None:
    one, other = two
    for n in range(3):
        note(one, f"part {n}")
        sync(one, url)
    damaged = files(share)
    assert len(damaged) >= 4
    for file in damaged:
        file.write_bytes(os.urandom(400))
    said = sync(one, url).notes
    assert [note.split(" (")[0] for note in said if "not whole" in note] == [f"{len(damaged)} files"]
    assert sum("damaged; the first is kept as" in note for note in said) == 1
    sync(other, url)
    assert sync(one, url).notes == ()


def test_an_empty_file_is_nothing(two, share, url) -> None:
    one, other = two
    for file in files(share):
        os.truncate(file, 0)
    said = sync(one, url).notes
    assert "the shared folder was gone; it was made and filled again" in said
    assert not any("not whole" in note for note in said)
    assert sync(other, url).verified
    assert {change["uid"] for change in held(share)} >= {
        uid for (uid,) in one.db.execute_sql("SELECT uid FROM change WHERE dev NOT IN ('own', 'audit')")
    }


def test_what_comes_before_its_beginning_waits(two, share, url) -> None:
    one, other = two
    for text in ("first", "second"):
        note(other, text)
        sync(other, url)
    first = files(share, other)[-2]
    content = first.read_bytes()
    first.unlink()
    done = sync(one, url)
    assert done.received == 0
    assert any("has not arrived in the shared folder yet" in note for note in done.notes)
    first.write_bytes(content)
    assert sync(one, url).received == 2


@pytest.mark.parametrize(
    "name", ["{0} (1).lsa", "{0}-LAPTOP7.lsa", "../x/{0} (Jo's conflicted copy).lsa", "../{0}.lsa"]
)
def test_copies_under_other_names_are_read_as_well(two, homes, share, url, name, agree) -> None:
    one, other = two
    for file in files(share):
        target = file.parent / name.format(file.stem)
        target.parent.mkdir(exist_ok=True)
        os.replace(file, target)
    new = homes("mb", pupil=None)
    sync(new, url)
    agree(one, other, new)


def test_unfinished_files_of_a_client_are_ignored(two, share, url) -> None:
    file = files(share)[0]
    for name in (".{0}.partial", "~{0}.tmp", "{0}.part", ".{0}.aB3xYz"):
        (file.parent / name.format(file.name)).write_bytes(file.read_bytes()[:50])
    assert sync(two[0], url).notes == ()


def test_a_writer_that_writes_what_its_hashes_do_not_say_is_not_believed(two, homes, share, url) -> None:
    other = two[1]
    file = files(share, other)[-1]
    content = folder_files.read(file, None)
    content.changes[0][0]["actor"] = "XX"
    file.write_bytes(folder_files.to_bytes(content, None))
    new = homes("mb")
    assert any("not believed" in one for one in sync(new, url).notes)
    assert "XX" not in {actor for (actor,) in new.db.execute_sql("SELECT actor FROM change")}


# Rights and room


def test_a_folder_that_cannot_be_written(two, share, url, mount, homes) -> None:
    mount(share.parent / "ro", "size=2m")
    inside = share.parent / "ro" / "school"
    shutil.copytree(share, inside)
    mount(share.parent / "ro", "ro", remount=True)
    one = two[0]
    note(one, "cannot go out")
    with pytest.raises(SyncIncomplete, match=r"read-only .*; 1 not shared yet, everything is still on this device"):
        sync(one, f"folder:///{inside}")
    assert log.last_step(one.db, undone=False) is not None  # it can still be taken back
    assert sync(homes("mb"), f"folder:///{share}").verified


def test_a_full_disk_leaves_nothing_half_written(homes, tmp_path, mount, monkeypatch) -> None:
    monkeypatch.setattr(Folder, "free", lambda _: None)  # where the room cannot be told
    mount(tmp_path / "small", "size=200k")
    inside = tmp_path / "small" / "school"
    book, url = homes("jt"), f"folder:///{tmp_path}/small/school"
    sync(book, url)
    note(book, "x")
    filler = os.open(tmp_path / "small" / "filler", os.O_CREAT | os.O_WRONLY)
    with pytest.raises(OSError, match="No space"):
        for _ in range(1000):
            os.write(filler, bytes(4096))
    os.close(filler)
    before = tree(inside)
    with pytest.raises(SyncIncomplete, match=r"the disk is full.*1 not shared yet"):
        sync(book, url)
    assert tree(inside) == before
    (tmp_path / "small" / "filler").unlink()
    assert sync(book, url).verified


# Erasing


def test_what_is_erased_leaves_the_files_of_every_device(two, share, url, agree) -> None:
    one, other = two
    row = note(one, "Zanzibar counted on").id
    sync(one, url)
    sync(other, url)
    shutil.rmtree(share / log.device(one.db))
    assert sync(other, url).sent  # so it stands in a file of another device
    note(one, "more")
    sync(one, url)
    assert sum("Zanzibar" in (change["body"] or "") for change in held(share)) == 1
    erasing.erase_rows(one, [row], "by mistake")
    done = sync(one, url)
    assert any(f"files of device {log.device(other.db)} in the shared folder still hold" in note for note in done.notes)
    assert any("Zanzibar" in (change["body"] or "") for change in held(share))
    assert sync(other, url).notes == ()
    assert not any("Zanzibar" in (change["body"] or "") for change in held(share))
    assert sync(one, url).notes == ()
    agree(one, other)


def test_an_erased_text_that_comes_back_with_an_old_file_goes_again(two, share, url) -> None:
    one, _ = two
    row = note(one, "Zanzibar").id
    sync(one, url)
    old = tree(share)
    erasing.erase_rows(one, [row], "by mistake")
    sync(one, url)
    for name, content in old.items():
        (share / name).write_bytes(content)
    assert any("Zanzibar" in (change["body"] or "") for change in held(share))
    sync(one, url)
    assert not any("Zanzibar" in (change["body"] or "") for change in held(share))


def test_a_device_that_has_not_seen_the_erasure_takes_in_a_bare_change_from_a_whole_one(two, share, url, homes) -> None:
    """Two copies of a change, one without its body: until the erasure is there the other one counts."""
    one, other = two
    row = note(one, "Zanzibar").id
    sync(one, url)
    old = files(share, one)[-1]
    content = old.read_bytes()
    erasing.erase_rows(one, [row], "by mistake")
    sync(one, url)
    late = files(share, one)
    bare = [one for one in late if any(run.bare for run in folder_files.read(one, None).runs)]
    assert len(bare) == 1
    erasure = [
        one for one in late if any(c["op"] == log.REDACT for r in folder_files.read(one, None).changes for c in r)
    ]
    erasure[0].unlink()  # has not arrived yet
    old.with_name("zz.lsa").write_bytes(content)
    assert sync(other, url).received == 1


# Many files


def test_many_small_files_become_one_and_go_another_day(two, share, url, monkeypatch, agree) -> None:
    one, other = two
    for number in range(20):
        note(one, f"text {number}")
        sync(one, url)
    before = len(files(share, one))
    assert 20 < before <= 2 + 20 + 2  # what was merged is still there: the new file may come to others later than this
    merged = max(files(share, one), key=lambda file: len(folder_files.read(file, None)))
    assert len(folder_files.read(merged, None)) >= 16
    assert sync(other, url).received == 20
    day_after(monkeypatch, one)
    sync(one, url)
    assert len(files(share, one)) < 10
    assert merged in files(share, one)
    assert sync(other, url).notes == ()
    agree(one, other)


def test_small_files_stay_where_the_one_they_became_is_damaged(two, share, url, monkeypatch, homes, agree) -> None:
    one = two[0]
    for number in range(20):
        note(one, f"text {number}")
        sync(one, url)
    merged = max(files(share, one), key=lambda file: len(folder_files.read(file, None)))
    merged.write_bytes(merged.read_bytes()[:-1])
    before = {file.name for file in files(share, one)} - {merged.name}
    day_after(monkeypatch, one)
    sync(one, url)
    assert {file.name for file in files(share, one)} >= before
    new = homes("mb", pupil=None)
    sync(new, url)
    agree(one, new)


def test_only_new_files_are_opened(two, share, url, monkeypatch) -> None:
    one, other = two
    opened: list[str] = []
    real_read, real_line = folder_files.read, folder_files.read_header

    def reading(path, key):
        opened.append(path.name)
        return real_read(path, key)

    def first_line(path):
        opened.append(path.name)
        return real_line(path)

    monkeypatch.setattr(folder_files, "read", reading)
    monkeypatch.setattr(folder_files, "read_header", first_line)
    assert sync(one, url).verified
    assert opened == []
    note(other, "new")
    sync(other, url)
    opened.clear()
    assert sync(one, url).received == 1
    # And the one with the last change that both sides have: from there on it goes.
    assert set(opened) <= {file.name for file in files(share, other)[-2:]}


def test_what_was_sent_is_read_back_from_the_disk(two, share, url, monkeypatch) -> None:
    one = two[0]
    note(one, "is not written")
    real = folder_disk.finish

    def lying(begun, data):
        return real(begun, data[:-40] + bytes(40))

    monkeypatch.setattr(folder_disk, "finish", lying)
    with pytest.raises(SyncIncomplete):
        sync(one, url)
    monkeypatch.undo()
    assert log.backlog(one.db) == 1
    assert sync(one, url).verified
    assert log.backlog(one.db) == 0


def test_what_is_forgotten_is_read_again(two, share, url) -> None:
    one = two[0]
    with one.store.writing() as db:
        db.execute_sql("DELETE FROM meta WHERE key LIKE 'folder%'")
    assert sync(one, url).verified
    assert set(folder_memory.known(one.db, share)) == {file.relative_to(share).as_posix() for file in files(share)}


def test_a_file_that_goes_while_it_is_read_is_found_under_its_new_name(two, share, url, monkeypatch) -> None:
    one, other = two
    note(other, "moves")
    sync(other, url)
    store = Folder(share, one)
    store.open(made_up=False, create=False)
    dev, heads = log.device(other.db), store.heads()
    assert store.index is not None
    store.index._contents.clear()
    for file in files(share, other):
        os.replace(file, file.with_name(f"new-{file.name}"))
    last = heads[dev][0]
    assert len(store.changes(dev, 0, last, 99)) == last
    store.close()


def test_a_lock_that_is_held_by_another_sync_of_this_home(two, share, url, monkeypatch) -> None:
    from lsa_tui.sync import folder

    one = two[0]
    monkeypatch.setattr(folder, "PATIENCE", 0.1)
    first, second = Folder(share, one), Folder(share, one)
    first.open(made_up=False, create=False)
    second.open(made_up=False, create=False)
    with first.pushing(), pytest.raises(LsaError, match="another sync of this device"), second.pushing():
        raise AssertionError("never here")
    with second.pushing():
        pass


def test_who_waits_for_another_sync_of_this_home_is_told_and_can_stop(two, share) -> None:
    class Enough(Exception):
        pass

    def stopped() -> None:
        raise Enough

    one = two[0]
    first, second = Folder(share, one), Folder(share, one)
    first.open(made_up=False, create=False)
    second.open(made_up=False, create=False)
    second.waiting = stopped
    with first.pushing(), pytest.raises(Enough), second.pushing():
        raise AssertionError("never here")
    told: list[str] = []
    with first.pushing():
        late = threading.Thread(target=lambda: _pushes(second))
        second.waiting = lambda: told.append("waits")
        late.start()
        while len(told) < 2:
            time.sleep(0.05)
    late.join(20)
    assert not late.is_alive()


def _pushes(store: Folder) -> None:
    with store.holding():
        pass


def test_what_a_kill_left_goes_at_the_next_sending(two, share, url) -> None:
    left = folder_disk.beginning(share / log.device(two[0].db))
    left.write_bytes(b"half of a file")
    assert sync(two[1], url).notes == ()
    assert left.exists()  # another's
    note(two[0], "more")
    assert sync(two[0], url).notes == ()
    assert not left.exists()


def test_where_records_were_moved_is_said(two, share, url) -> None:
    one, other = two
    store = Folder(share, one)
    store.open(made_up=False, create=False)
    with store.pushing():
        store.mark_moved("postgresql://server/school")
    store.close()
    with pytest.raises(SyncIncomplete, match="moved to postgresql://server/school"):
        sync(other, url)
    store.open(made_up=False, create=False)
    with store.pushing():
        store.mark_moved("")
    assert store.moved_to() == ""
    store.close()
    assert sync(other, url).verified
