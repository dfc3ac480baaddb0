"""A slice of P7 of `proofs`; its whole size: `python -m proofs --full P7`."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lsa_tui.records import log
from proofs import p07_locks, stage


@pytest.mark.skipif(os.name != "posix", reason="kills and counts processes as POSIX does")
def test_a_slice() -> None:
    outcome = p07_locks.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures


def test_changes_behind_the_heads_are_found_and_kept(tmp_path: Path) -> None:
    """Found by P7: a store whose heads went back while its changes did not, and the only copy of a third's."""
    live = stage.Stage(tmp_path, encrypted=False)
    live.make("one", "two", "three")
    with live.opened("three") as book:
        stage.note(book, "three")
    for name in ("one", "three"):
        live.sync(name)
    with live.opened("one") as book:
        stage.note(book, "one")
        own = log.device(book.db)
    with live.opened("three") as book, closing(sqlite3.connect(live.file)) as connection, connection:
        chain = log.chain_at(book.db, log.device(book.db), 1)
        connection.execute("UPDATE head SET seq = 1, chain = ? WHERE dev <> ?", (chain, own))
        connection.execute("DELETE FROM head WHERE dev = ?", (own,))
    done = live.sync("one")
    assert (done.verified, done.remaining) == (True, 0)
    assert any("was damaged" in note for note in done.notes), done.notes
    for name in ("two", "one"):
        live.sync(name)
    assert stage.differences(live, "one", "two") == []
    with live.opened("two") as book:
        assert stage.texts(book) == {"one", "three"}
