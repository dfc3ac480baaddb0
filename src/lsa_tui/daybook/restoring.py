"""Putting a copy of the records back. What is there now is kept among the copies, so this too can be taken back."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsa_tui import config
from lsa_tui.daybook import audit, backups, cleaning, repair, salvage
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import Paths
from lsa_tui.records import erasures, log, store
from lsa_tui.vault import cipher, home, switching


@dataclass(frozen=True)
class Restored:
    """What came of it: how many changes the records have now, how many of the file from before are not among them,
    and where that file is kept."""

    changes: int
    left_out: int
    kept: Path | None

    @property
    def says(self) -> str:
        """One sentence."""
        parts = [f"the copy is in place: {self.changes} changes"]
        if self.kept is not None:
            parts.append(f"the records from before are kept as {self.kept}")
        if self.left_out:
            parts.append(f"{self.left_out} changes of them are not in the copy; what was shared of them comes back")
        return "; ".join(parts)


def find(paths: Paths, named: str) -> Path:
    """The copy of that name among the home's own, or at that place. Raises BadInput."""
    for place in (paths.backups / named, paths.backups / f"{named}.db", Path(named).expanduser()):
        with suppress(OSError, ValueError):
            if place.is_file():
                return place.absolute()
    raise BadInput(f"there is no copy {named!r}; `lsa doctor --copies` lists those there are")


def restore(paths: Paths, key: bytes | None, copy: Path) -> Restored:
    """Puts a copy in the place of the records. This home writes under a new device id from then on.

    Raises LsaError for a copy that is not whole, or of another key or program; then nothing was changed.
    """
    with repair.alone(paths), cleaning.scratch(paths, cleaning.REPAIRING) as place, store.sentences(copy):
        home.require_named(paths, key)
        settings = config.load(paths.config)
        found = backups.look(copy, key, settings.zone)
        if found.wrong:
            raise LsaError(f"{copy} cannot be put back: {found.wrong}. Nothing was changed")
        book = _made_ready(Paths(paths.config_folder, place), settings, key, copy)
        try:
            left_out = _carried_over(book, paths, key, place)
            audit.note(book, "restored a copy", copy.name)
            changes = int(book.db.execute_sql("SELECT count(*) FROM change").fetchone()[0])
            moment, made = book.now(), book.paths.database
        finally:
            book.close()
        repair.close_as_one_file(made, key)
        cipher.check(made, key)
        if cipher.is_there(paths.database):
            with suppress(*cipher.database_errors()):  # damaged, or in use: it is kept with what lies beside it
                repair.close_as_one_file(paths.database, key)
        switching.prepare(paths, made, moment)
        return Restored(changes, left_out, switching.complete(paths))


def _made_ready(place: Paths, settings: config.Config, key: bytes | None, copy: Path) -> Book:
    """The copy as a home of its own, writing under a new id: what was written since must not be numbered again."""
    handle = os.open(place.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with copy.open("rb") as source, os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    book = Book(place, settings, key)
    with book.store.writing() as db:
        log.new_device(db)
    return book


def _carried_over(book: Book, paths: Paths, key: bytes | None, folder: Path) -> int:
    """Erases in the copy what was erased since it was made. Returns how many changes it lacks of what is there now."""
    if not cipher.is_there(paths.database):
        return 0
    with salvage.gathered(paths.database, key, folder) as now:
        with book.store.writing() as db:
            for name, value in now.meta().items():
                if name.startswith("shared_key:"):
                    log.set_meta(db, name, value)  # a shared store may have another key by now
            held = {one.uid for one in erasures.held(db)}
            since = [one for one in now.erasures() if one.uid not in held]
            for one in since:
                erasures.say_again(db, book.author(), one)
            lacking = _lacking(db, now)
        if since:
            book.db.execute_sql("VACUUM")
    return lacking


def _lacking(db: Any, now: salvage.Remains) -> int:
    undone = now.undone()
    lacking = 0
    for dev in now.devices() - {log.AUDIT}:
        seq = 0
        while page := now.run(dev, seq):
            uids = [one["uid"] for one in page if one["uid"] not in undone]
            marks = ",".join("?" * len(uids))
            held = {uid for (uid,) in db.execute_sql(f"SELECT uid FROM change WHERE uid IN ({marks})", uids)}
            lacking += len(set(uids) - held)
            seq = page[-1]["seq"]
    return lacking
