"""Makes the fixtures of one release with the program of that release; see README.md beside it.

git worktree add /tmp/old COMMIT
PYTHONPATH=/tmp/old/src python tests/data/formats/make.py 0.3.0
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ["LSA_NOW"] = "2026-11-24T10:42:00+00:00"

from lsa_tui import config
from lsa_tui.daybook import behaviours, entries, marks, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import log
from lsa_tui.sync.run import sync

HERE = Path(__file__).resolve().parent
KEY = b"made up for the formats".ljust(32, b"-")
JOIN, PASSPHRASE = "two red buckets", "a yellow spade at the sea"
COLUMNS = "uid kind pupil at at_text day recorded by own open removed revisions ord conflict data".split()  # noqa: SIM905


def opened(folder: Path, initials: str, key: bytes | None) -> Book:
    """A home of that release."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = Paths(folder, folder)
    settings = config.load(paths.config)
    settings.values |= {"person.initials": initials, "person.role": "lsa"}
    return Book(paths, settings, key) if key else Book(paths, settings)


def key_file(folder: Path) -> None:
    """The file of keys of an encrypted home: KEY under a passphrase."""
    from lsa_tui.vault import home
    from lsa_tui.vault.keyfile import KeyFile

    keys = KeyFile.new(KEY)
    keys.add_passphrase(KEY, PASSPHRASE)
    keys.add_recovery(KEY)
    home.write_key_file(Paths(folder, folder), keys)


def fill(book: Book, who: str) -> None:
    """A short made-up day: marks, notes, one corrected, one removed, a private mark."""
    pupils.add(book, "K7")
    # Under one natural key, by two who had not seen each other: a conflict.
    pupils.add_item(book, "target", "T1", f"Asks for help with the card ({who})")
    if who == "JT":
        behaviours.add_defaults(book)
        for letter in "cchk":
            marks.tally(book, letter)
    first = notes.note(book, f"{who} read six words alone")
    entries.correct(book, first.id, {"text": f"{who} read seven words alone"})
    gone = notes.note(book, f"{who} logged this twice")
    entries.remove(book, gone.id, "logged twice")
    notes.note(book, f"{who} wrote a line with „quotes“, a tab\tand an é")


def dump(book: Book) -> dict[str, Any]:
    """What this release made of its log: compared with what a later one makes of it."""
    found = book.db.execute_sql(f"SELECT {', '.join(COLUMNS)} FROM record ORDER BY uid").fetchall()
    heads = {dev: list(head) for dev, head in sorted(log.shareable_heads(book.db).items())}
    return {"records": [list(row) for row in found], "heads": heads, "backlog": log.backlog(book.db)}


def make(name: str, encrypted: bool, store: str = "sqlite:///{}/school.db") -> None:
    """A shared store that two homes met in; one of them with something not shared yet, and something undone.

    `store`: its address, in which `{}` is the fixture's folder.
    """
    with tempfile.TemporaryDirectory(prefix="school-") as folder:  # the homes remember where the shared file was
        _make(Path(folder) / name, encrypted, store)
        shutil.rmtree(HERE / name, ignore_errors=True)
        shutil.copytree(Path(folder) / name, HERE / name)


def _make(target: Path, encrypted: bool, store: str) -> None:
    key = KEY if encrypted else None
    url, more = store.format(target), {"ask": lambda _: JOIN} if encrypted else {}
    one, two = opened(target / "home", "JT", key), opened(target / "other", "LP", key)
    fill(one, "JT")
    sync(one, url, **more)
    fill(two, "LP")
    sync(two, url, **more)
    sync(one, url, **more)
    notes.note(one, "not shared yet")
    notes.note(one, "undone")
    entries.undo(one)
    expected = dump(one)
    for book in (one, two):
        book.store.backup(target, f"{book.config['person.initials']}.db")  # without a write-ahead file
        book.close()
    shutil.copyfile(target / "JT.db", target / "home" / "records.db")
    for left in (*target.glob("??.db"), *target.glob("home/*.db-*"), *target.glob("home/*.lock")):
        left.unlink()
    shutil.rmtree(target / "other")
    if encrypted:
        key_file(target / "home")
    shutil.rmtree(target / "home" / "backups", ignore_errors=True)
    (target / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    release = sys.argv[1]
    make(f"{release}-plain", encrypted=False)
    if release != "0.1.0":  # which knew no encryption
        make(f"{release}-encrypted", encrypted=True)
    if release not in ("0.1.0", "0.2.0"):  # which knew a shared file alone
        make(f"{release}-folder", encrypted=True, store="folder:///{}/school")
