"""What the proofs found, each as a test of its own."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import sharing
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.sync import joining
from lsa_tui.sync.run import sync


def test_another_plain_store_than_before_is_taken_where_a_person_says_so(homes, url: str, shared: Path) -> None:
    """P1: the sentence advised `lsa shared join`, which refused a plain store."""
    one, two = homes("one"), homes("two", pupil="M3")
    sync(one, url)
    shared.unlink()
    sync(two, url)
    with pytest.raises(SyncIncomplete, match=r"another shared store .*which puts the records of both groups together"):
        sync(one, url)
    joining.join(one, joining.nobody, url)
    assert one.config["shared.url"] == url
    assert sync(one).verified
    with pytest.raises(LsaError, match="nothing to join"):
        joining.join(one, joining.nobody)


def test_a_store_met_for_the_first_time_is_read_where_it_holds_what_is_here(homes, url: str, shared: Path) -> None:
    """P1: a home that held all of a store already believed it unread; the altered change was met by the next device."""
    one = homes("one")
    sharing.note(one, "asked for help")
    sync(one, url)
    copy = shared.with_name("copy.db")
    shutil.copyfile(shared, copy)
    sharing.alter(copy, "DROP TRIGGER change_is_immutable", "UPDATE change SET body = replace(body, 'help', 'hell')")
    with pytest.raises(SyncIncomplete, match=r"change \d+ of device .* is missing or damaged"):
        sync(one, f"sqlite:///{copy}")
    assert sync(one, url).verified


def test_a_store_that_is_taken_in_another_s_place_is_read_whole_first(homes, url: str, shared: Path) -> None:
    """P1: what was damaged in it was met by the next device."""
    one, two = homes("one"), homes("two", pupil="M3")
    sharing.note_each(two, *(f"number {n} {'words ' * 20}" for n in range(300)))
    sync(one, url)
    shared.unlink()
    sync(two, url)
    with closing(sqlite3.connect(shared)) as db:
        page, size = (
            db.execute(sql).fetchone()[0]
            for sql in ("SELECT rootpage FROM sqlite_master WHERE name = 'change_uid'", "PRAGMA page_size")
        )
    content = bytearray(shared.read_bytes())
    content[page * size - 4000 : page * size] = bytes(4000)  # ids in an index, which nobody reads who only inserts
    shared.write_bytes(content)
    joining.join(one, joining.nobody, url)
    assert "was damaged" in sync(one).says
    assert not any("damaged" in said for said in sync(two, url).notes)
    assert sum(text.startswith("number") for text in sharing.texts(one)) == 300
