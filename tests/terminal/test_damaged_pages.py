"""Pages of the records that are damaged while the screens are open: a sentence, and nothing is shown as recorded that
was not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="needs a pseudo-terminal")

import damaging
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import damage, marks
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from terminal.terminal import Terminal


def bend(place: Path, pages: slice) -> None:
    """Alters a byte in these pages, in place, as a failing disk does; the second time it is as before."""
    handle = os.open(place, os.O_RDWR)
    try:
        for page in range(place.stat().st_size // 4096)[pages]:
            at = page * 4096 + 700
            os.pwrite(handle, bytes([os.pread(handle, 1, at)[0] ^ 8]), at)
    finally:
        os.close(handle)


def write_beside(place: damaging.Home) -> None:
    """A command beside the screens writes, so that these read anew."""
    book = place.open()
    marks.tally(book, "y")
    book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    book.close()


def marked(place: damaging.Home) -> set[str]:
    book = place.open()
    try:
        return {uid for (uid,) in book.db.execute_sql("SELECT uid FROM record WHERE kind = 'tally'")}
    finally:
        book.close()


def test_screens_whose_records_are_damaged_end_with_a_sentence(tmp_path: Path) -> None:
    place = damaging.make(tmp_path, encrypted=True, shared=0)
    damaging.one_file(place)
    with Terminal(place.paths.data_folder, LSA_PASSPHRASE=damaging.PASSPHRASE) as terminal:
        terminal.wait("Today")
        bend(place.paths.database, slice(1, None))
        terminal.send("]yyy")
        assert terminal.ended() == 1
        said = " ".join(terminal.output.decode(errors="replace").split())
    assert "it is damaged; run" in said
    assert "program itself" not in said
    assert "Traceback" not in said


async def test_whichever_page_it_is_a_mark_counts_where_it_was_kept(tmp_path: Path) -> None:
    made = damaging.make(tmp_path, encrypted=True, shared=0, copied=0, more=6)
    pages = len(damaging.one_file(made)) // 4096
    ended = 0
    for page in range(1, pages):
        folder = tmp_path / f"home{page}"
        shutil.copytree(made.paths.data_folder, folder)
        place = damaging.Home(Paths(folder, folder), made.key, "")
        book = Book(place.paths, key=place.key)
        app, said = LsaApp(book), "lsa doctor"
        try:
            async with app.run_test(size=(80, 24)) as pilot:
                await pilot.press("]")
                write_beside(place)
                before = marked(place)
                bend(place.paths.database, slice(page, page + 1))
                app.last = None
                await pilot.press("y")
        except Exception as problem:  # drawing met it
            said = str(damage.said(book, problem))
            ended += 1
        assert "lsa doctor" in said, page
        shown = app.last
        book.close()
        bend(place.paths.database, slice(page, page + 1))
        kept = marked(place) - before
        assert shown is None or kept == {shown.id}, page
    assert ended
