"""Is everything as it should be? What `lsa doctor` looks at, each finding a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lsa_tui.daybook import audit, cleaning
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.opening import PLAIN
from lsa_tui.errors import LsaError
from lsa_tui.paths import Paths
from lsa_tui.records import erasures, fold, log
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.vault import home

PAGE = 2000
"""Changes or rows looked at together."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Where it is not `well`, somebody should do something."""

    name: str
    well: bool
    says: str


def examine(book: Book) -> list[Finding]:
    """All findings, in the order in which they are read."""
    records = [*_database(book), *_chains(book), *_records(book), *_erased(book)]
    return [
        *records,
        *_guards(book),
        *_concerns(book),
        *_encryption(book),
        *_settings(book),
        _application(book),
        _backlog(book),
    ]


def rebuild(book: Book) -> int:
    """Makes the tables anew from the log. Returns how many records there are then."""
    with book.store.writing():
        return fold.rebuild(book.db)


def _database(book: Book) -> Iterator[Finding]:
    found = book.store.check()
    says = f"{book.paths.database} is whole" if not found else f"{book.paths.database}: {'; '.join(found)}"
    advice = "" if not found else f"; a copy may be in {book.paths.backups}"
    yield Finding("database", not found, says + advice)


def _guards(book: Book) -> Iterator[Finding]:
    """Whether the rules that keep the log as it was written are still in the database, and the audit whole."""
    missing = book.store.missing_guards()
    if missing:
        yield Finding(
            "guards", False, f"the database has lost {', '.join(missing)}: somebody opened it with other tools"
        )
    if audit.was_cut(book.db):
        yield Finding(
            "audit", False, "the audit does not end where it was last written: somebody cut it with other tools"
        )


def _concerns(book: Book) -> Iterator[Finding]:
    """Only where something is wrong: that there is nothing to say tells nothing of what there is."""
    from lsa_tui.daybook import concerns  # wanted here alone

    for one in concerns.check(book):
        yield Finding("concerns", False, one)


def _encryption(book: Book) -> Iterator[Finding]:
    """Plain is said, and is no fault: somebody chose it."""
    if book.made_up:
        yield Finding("encryption", True, "made-up records, which are plain")
        return
    if book.plain:
        yield Finding("encryption", True, f"PLAIN: {PLAIN}")
        return
    keys = home.read_key_file(book.paths)
    ways = ", ".join(dict.fromkeys(slot["kind"] for slot in keys.slots))
    yield Finding("encryption", True, f"encrypted; opened by {ways}; the key file is there twice")


def _chains(book: Book) -> Iterator[Finding]:
    """Whether every change is what its hashes say and continues the one before."""
    broken, changes = _beyond(book.db), 0
    erased = erasures.named_here(book.db).has
    for dev, last in list(book.db.execute_sql("SELECT dev, seq FROM head ORDER BY dev")):
        seq, chain = 0, log.GENESIS
        while seq < last:
            page = log.changes_after(book.db, dev, seq, last, PAGE)
            bad = log.first_broken(page, seq, chain, erased) if page else 0
            if bad is not None:
                broken.append(f"change {seq + bad + 1} of {_whose(dev)}")
                break
            changes += len(page)
            seq, chain = page[-1]["seq"], page[-1]["chain"]
        else:
            if log.chain_at(book.db, dev, last) != _head(book.db, dev):
                broken.append(f"the end of {_whose(dev)}")
    if broken:
        yield Finding(
            "log", False, f"the log is damaged at {', '.join(broken)}; restore a copy from backups, then sync"
        )
    else:
        yield Finding("log", True, f"the log is unbroken: {changes} changes")


def _beyond(db: Any) -> list[str]:
    """Chains with changes that their heads do not know."""
    known = "coalesce((SELECT seq FROM head h WHERE h.dev = c.dev), 0)"
    sql = f"SELECT dev, max(seq) FROM change c GROUP BY dev HAVING max(seq) > {known}"
    return [f"change {seq} of {_whose(dev)}" for dev, seq in db.execute_sql(sql)]


def _head(db: Any, dev: str) -> str:
    return str(db.execute_sql("SELECT chain FROM head WHERE dev = ?", (dev,)).fetchone()[0])


def _whose(dev: str) -> str:
    return {log.OWN: "your private marks", log.AUDIT: "the audit"}.get(dev, f"device {dev}")


def _records(book: Book) -> Iterator[Finding]:
    """Whether the tables are what the log says, and what in the log cannot be read."""
    marks = ",".join("?" * len(KINDS))
    live = "FROM change c LEFT JOIN mine m ON m.uid = c.uid WHERE coalesce(m.undone, 0) = 0 AND c.op = 'set'"
    live += " AND c.body IS NOT NULL"
    sql = f"SELECT DISTINCT c.row {live} AND c.kind IN ({marks}) AND c.row NOT IN (SELECT uid FROM record)"
    unreadable = [row for (row,) in book.db.execute_sql(sql, list(KINDS))]
    sql = f"SELECT count(DISTINCT c.row) {live} AND c.kind NOT IN ({marks})"
    newer = int(book.db.execute_sql(sql, list(KINDS)).fetchone()[0])
    # A row without a record is no difference where the fold makes none of it either.
    different = list(_different(book.db))
    missing = len(set(different) & set(unreadable))
    count = int(book.db.execute_sql("SELECT count(*) FROM record").fetchone()[0])
    if different:
        says = f"{len(different)} records are not what the log says; `lsa doctor --rebuild` makes them anew"
        yield Finding("tables", False, says)
    else:
        yield Finding("tables", True, f"the tables are what the log says: {count} records")
    if len(unreadable) > missing:
        says = (
            f"{len(unreadable) - missing} records in the log cannot be read; they are kept: {', '.join(unreadable[:3])}"
        )
        yield Finding("unreadable", False, says)
    if newer:
        yield Finding("newer", True, f"{newer} records were written by a newer program; they show after an update")


def _different(db: Any) -> Iterator[str]:
    columns = ", ".join(fold.COLUMNS)
    sql = "SELECT row FROM change UNION SELECT uid FROM record"
    rows = iter([row for (row,) in db.execute_sql(sql)])
    while part := list(islice(rows, fold.CHUNK)):
        marks = ",".join("?" * len(part))
        held = {
            row[0]: tuple(row) for row in db.execute_sql(f"SELECT {columns} FROM record WHERE uid IN ({marks})", part)
        }
        for row, changes in fold.changes_of(db, part).items():
            if fold.merge(changes) != held.get(row):
                yield row


def _erased(book: Book) -> Iterator[Finding]:
    """Whether all bytes of what was erased are gone; done now where they are not."""
    if cleaning.waiting(book) and not cleaning.finish(book):
        says = "what was erased may still stand in free pages; close other programs on this home and look again"
        yield Finding("erased", False, says)


def _settings(book: Book) -> Iterator[Finding]:
    from lsa_tui.theme_files import missing, read_themes  # 4 ms that only an examination needs

    themes, problems = read_themes(book.paths.themes)
    lost = missing(book.config["look.theme"], themes)
    found = [*book.config.problems, *(one.problem for one in problems), *([lost] if lost else [])]
    if not found:
        yield Finding("settings", True, f"{book.paths.config} is understood")
    for problem in found:
        yield Finding("settings", False, problem)


def _application(book: Book) -> Finding:
    try:
        if application_open(book.paths):
            return Finding("application", True, "the screens are open on this home; commands work beside them")
    except LsaError as problem:
        return Finding("application", False, str(problem))
    return Finding("application", True, "the screens are not open on this home")


def application_open(paths: Paths) -> bool:
    """Whether an application holds this home's lock just now. Raises LsaError where that cannot be seen."""
    if not paths.lock.exists():
        return False
    from filelock import FileLock, Timeout  # 10 ms that only this needs

    try:
        FileLock(paths.lock, mode=0o600).acquire(timeout=0).lock.release()
    except Timeout:
        return True
    except OSError as problem:
        raise LsaError(f"{paths.lock} cannot be used ({problem.strerror}); is it yours?") from None
    return False


def _backlog(book: Book) -> Finding:
    count = log.backlog(book.db)
    if not book.config["shared.url"]:
        return Finding("backlog", True, f"{count} changes are on this device only; no shared database is set")
    return Finding("backlog", True, f"{count} changes are not shared yet" if count else "everything is shared")
