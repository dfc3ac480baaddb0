"""P11: programs before, same and after in one store, all pairs: what one does not understand it keeps, gives to others,
and shows after an update; and every released format is opened, synced and understood.

The program before lacks two kinds of records; the one after has a new kind, a new deed, and a later schema, and writes
bodies that are no JSON. They are this program with its vocabulary changed while it runs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lsa_tui import config
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import checks, erasures, fold, ids, log, read
from lsa_tui.records.kinds import Field, Kind
from lsa_tui.records.models import Change
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.sync.run import sync
from lsa_tui.vault import keyfile
from proofs import common, oracle
from proofs.common import QUICK, Outcome, Violation

TITLE = "versions: before, same, after, all pairs: nothing lost, understood after an update"

VERSIONS = ("before", "same", "after")
NEW_KINDS = ("check", "incident")
"""What the program before does not know."""
REWARD = Kind("reward", "reward", (Field("text", checks.words),), lambda entry, _words: str(entry["text"]))
"""A kind of the program after."""
PUT, SEALED = "put", "sealed"
"""Deeds of the program after: one it folds as it does `set`, one that makes no record, with a body that is no JSON."""
PLAIN, KEY, JOIN = None, b"made up".ljust(32, b"-"), "two red buckets"


@contextmanager
def version(name: str) -> Iterator[None]:
    """This program as it was before, is, or will be."""
    with ExitStack() as stack:
        if name == "before":
            stack.enter_context(patch.dict(KINDS))
            for kind in NEW_KINDS:
                del KINDS[kind]
        elif name == "after":
            stack.enter_context(patch.dict(KINDS, {REWARD.name: REWARD}))
            stack.enter_context(patch.object(fold, "SCHEMA", fold.SCHEMA + 1))
            stack.enter_context(patch.object(fold, "OPS", (*fold.OPS, PUT)))
        yield


class Device:
    """A home that is opened by one version of the program after another."""

    def __init__(self, folder: Path, initials: str, runs: str, key: bytes | None) -> None:
        self.folder, self.initials, self.runs, self.key = folder, initials, runs, key
        folder.mkdir()
        self.written: set[str] = set()
        """The changes that it made."""

    @contextmanager
    def open(self) -> Iterator[Book]:
        with version(self.runs):
            settings = config.load(Paths(self.folder, self.folder).config)
            settings.values |= {"person.initials": self.initials, "person.role": "lsa"}
            book = Book(Paths(self.folder, self.folder), settings, self.key)
            try:
                yield book
            finally:
                book.close()

    def write(self, chance: random.Random) -> None:
        """Records what its program can: new records, corrections of others', of every kind it knows."""
        with self.open() as book, book.store.writing() as db:
            if book.focus is None:
                pupils.add(book, "K7")
            at = "2026-11-24T10:42:00+00:00"
            drafts = [
                log.Draft(kind, ids.new_id(), {"pupil": book.focus, "at": at, "text": f"{self.initials} {kind}"})
                for kind in ("note", *NEW_KINDS, "reward")
                if kind in KINDS
            ]
            there = [row for (row,) in db.execute_sql("SELECT uid FROM record WHERE kind = 'note' ORDER BY uid")]
            if there:
                drafts.append(log.Draft("note", chance.choice(there), {"text": f"{self.initials} corrected it"}))
            log.append(db, drafts, book.author())
            if self.runs == "after":
                self._write_later(book, db, there)
            own = log.device(db)
            self.written |= {uid for (uid,) in db.execute_sql("SELECT uid FROM change WHERE dev = ?", (own,))}

    def _write_later(self, book: Book, db: Any, there: list[str]) -> None:
        log.drop_undone(db)
        log.keep(db)
        values = {"pupil": book.focus, "at": "2026-11-24T11:00:00+00:00", "text": "said in another way"}
        made = [log.append_alone(db, log.device(db), "note", PUT, {"set": values, "preds": {}}, book.author())]
        with patch.object(log, "canonical", lambda _: "\u0002 no JSON"):
            made.append(log.append_alone(db, log.device(db), "reward", SEALED, {}, book.author()))
        with patch.object(log, "SCHEMA", fold.SCHEMA):
            made.append(log.append_alone(db, log.device(db), "note", log.SET, {"set": values}, book.author()))
            for row in there[:1]:
                # Beside what every program says of this record, something that only a later one understands.
                log.append(db, [log.Draft("note", row, {"text": f"{self.initials} by a later schema"})], book.author())
        fold.fold(db, [one["row"] for one in made])

    def erase(self) -> None:
        """Erases one record of a kind that not everybody knows, where this one does."""
        with self.open() as book, book.store.writing() as db:
            found = [one.id for one in read.of_kind(db, "check")] if "check" in KINDS else []
            if found:
                erasures.redact(db, book.author(), found[:1], [], None, "asked for")

    def sync(self, url: str) -> None:
        with self.open() as book:
            result = sync(book, url, ask=lambda _: JOIN)
            if not result.verified or result.remaining:
                raise Violation(f"{self.initials} ({self.runs}): {result}")

    def changes(self) -> dict[str, dict[str, Any]]:
        """Every change that it holds and could share, by uid; checked with its heads."""
        with self.open() as book:
            names = [field.column_name for field in Change._meta.sorted_fields]
            found = book.db.execute_sql(
                f"SELECT {', '.join(names)} FROM change WHERE dev NOT IN ('own', 'audit') ORDER BY dev, seq"
            ).fetchall()
            held = [dict(zip(names, row, strict=True)) for row in found]
            if wrong := oracle.broken(held, log.read_heads(book.db)):
                raise Violation(f"{self.initials} ({self.runs}): {wrong[0]}")
            return {one["uid"]: one for one in held}

    def shows(self) -> None:
        """Raises Violation where its records are not what its program understands of its log."""
        held = self.changes()
        with self.open() as book:
            understood = [
                {**one, "op": "set", "body": _body(one)}
                for one in held.values()
                if fold.understood(one["kind"], one["op"], one["schema"])
            ]
            found = book.db.execute_sql(f"SELECT {', '.join(map(_column, oracle.COLUMNS))} FROM record WHERE own = 0")
            shown = {row[0]: oracle.shown(row) for row in found}
            # Of what began with a change that is not understood, a correction alone is not shown as if it were all.
            wanted = {row: one for row, one in oracle.says(understood).items() if _has_time(*one[0][:1], one[2])}
        if shown != wanted:
            odd = sorted(row for row in shown.keys() | wanted.keys() if shown.get(row) != wanted.get(row))
            raise Violation(f"{self.initials} ({self.runs}): {len(odd)} records are not what the log says: {odd[0]}")

    def update(self, runs: str) -> None:
        """From here on another version opens it."""
        self.runs = runs


def _has_time(kind: str, fields: dict[str, Any]) -> bool:
    time = KINDS[kind].time
    return time is None or bool(fields.get(time))


def _column(name: str) -> str:
    return f'"{name}"'


def _body(change: dict[str, Any]) -> str | None:
    return None if change["body"] is None else json.dumps({"preds": {}, **json.loads(change["body"])})


def pair(task: tuple[str, str, str, bool, int]) -> str | None:
    """One pair in one store (task: both versions, kind of store, encrypted, seed); what was violated, None: nothing."""
    first, second, kind, encrypted, seed = task
    try:
        with common.workplace() as folder, patch.dict(keyfile.ARGON2, QUICK):
            _pair(folder, first, second, kind, KEY if encrypted else PLAIN, random.Random(seed))
    except Exception as problem:  # a program that stops at what it does not know is a violation too
        return f"{first} and {second}, {kind}{' encrypted' if encrypted else ''}, seed {seed}: {problem!r}"
    return None


def _pair(folder: Path, first: str, second: str, kind: str, key: bytes | None, chance: random.Random) -> None:
    urls = [_url(folder / f"store-{n}", kind) for n in (1, 2)]
    one, two = Device(folder / "one", "JT", first, key), Device(folder / "two", "LP", second, key)
    for turn in range(3):
        for device in (one, two):
            device.write(chance)
            if turn == 1:
                device.erase()
            device.sync(urls[0])
    one.sync(urls[0])
    _agree(one, two)
    # The second carries all of it to a store that the first never met, and others read it there.
    two.sync(urls[1])
    for runs in VERSIONS:
        third = Device(folder / f"third-{runs}", "MB", runs, key)
        third.sync(urls[1])
        _agree(one, two, third)
    fresh = Device(folder / "fresh", "MB", "after", key)
    fresh.sync(urls[1])
    for runs in ("after", "before", "same", "after"):  # updated, put back to an older program, updated again
        for device in (one, two, fresh):
            device.update(runs)
        _agree(one, two, fresh)
    one.write(chance)
    one.sync(urls[1])
    two.sync(urls[1])
    _agree(one, two)


def _url(place: Path, kind: str) -> str:
    place.mkdir()
    return f"sqlite:///{place / 'school.db'}" if kind == "sqlite" else f"folder:///{place}"


def _agree(*devices: Device) -> None:
    """Nothing lost anywhere, the same everywhere, and each shows what its program understands."""
    held = [device.changes() for device in devices]
    for device, changes in zip(devices, held, strict=True):
        if changes != held[0]:
            raise Violation(f"{device.initials} ({device.runs}) holds other changes than the first")
        if lost := device.written - changes.keys():
            raise Violation(f"{device.initials} ({device.runs}) lost {len(lost)} of its own changes")
        device.shows()


def run(full: bool, seed: int) -> Outcome:
    """All pairs, in each kind of store that needs no server; in full plain and encrypted, from many seeds."""
    kinds = ("sqlite", "folder")
    seeds = range(seed, seed + (40 if full else 1))
    tasks = list(product(VERSIONS, VERSIONS, kinds, (False, True) if full else (False,), seeds))
    violations = [found for found in common.each(pair, tasks) if found]
    return Outcome(f"{len(tasks)} runs of {len(VERSIONS) ** 2} pairs in {len(kinds)} kinds of stores", violations)
