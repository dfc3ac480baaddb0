"""Is everything as it should be? What `lsa doctor` looks at, each finding a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook import audit, backups, chains, cleaning, recovery, repair, salvage
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.opening import INTERRUPTED, PLAIN
from lsa_tui.errors import LsaError
from lsa_tui.records import fold, log, store
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.vault import change, cipher, home

LITTLE = 64 << 20
"""Bytes free on the disk below which somebody should do something."""

TABLES, GUARDS, HEADS, COPY, REMAKE, SYNC = "tables", "guards", "heads", "copy", repair.REMAKE_NAME, "sync"
KEYS = "keys"
"""What a repair may do: tables from the log, rules put back, heads from the changes, a fresh copy, everything made
anew of what is left, a sync, the copy of the key file."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Where it is not `well`, somebody should do something: `repair` is what
    `lsa doctor --repair` would do (empty: nothing that a program can), `does` which of the repairs that is."""

    name: str
    well: bool
    says: str
    repair: str = ""
    does: str = ""


_REMADE = "makes the records anew of the newest good copy, of what can still be read, and of the shared store"


def examine(book: Book) -> list[Finding]:
    """All findings, in the order in which they are read. What cannot be read becomes a finding too."""
    parts: list[tuple[str, Callable[[Book], Iterable[Finding]]]] = [
        ("database", _database),
        ("log", _log),
        ("tables", _records),
        ("erased", _erased),
        ("guards", _guards),
        ("device", _device),
        ("copies", _copies),
        ("concerns", _concerns),
        ("encryption", _encryption),
        ("settings", _settings),
        ("space", _space),
        ("application", _application),
        ("backlog", _backlog),
    ]
    found: list[Finding] = []
    unread: list[str] = []
    for name, part in parts:
        some = _guarded(book, part)
        # What is damaged is said once, and not by each part that comes upon it.
        if isinstance(some, LsaError) and any(one.does == REMAKE for one in found):
            unread.append(name)
        else:
            found += [trouble(name, some)] if isinstance(some, LsaError) else some
    if unread:
        found.append(Finding("unread", False, f"for that reason these could not be looked at: {', '.join(unread)}"))
    return found


def is_damaged(book: Book) -> bool:
    """Whether pages, log or tables are not as they were written. Reads all of them, over a new connection."""
    # What met the damage may still be reading, and holds what it has read of it.
    book.store.close()
    book.store.connect()
    for part in (_database, _log, _records):
        some = _guarded(book, part)
        if isinstance(some, LsaError):
            return is_damage(some)
        if any(not one.well and one.does for one in some):
            return True
    return False


def _guarded(book: Book, part: Callable[[Book], Iterable[Finding]]) -> list[Finding] | LsaError:
    """What a part finds, or why it could not look."""
    try:
        with store.sentences(book.paths.database):
            return list(part(book))
    except LsaError as problem:
        return problem


def trouble(name: str, problem: LsaError) -> Finding:
    """The finding that something could not be read; damage can be repaired."""
    says = str(problem).removesuffix(". Nothing was changed")
    return Finding(name, False, says, _REMADE, REMAKE) if is_damage(problem) else Finding(name, False, says)


_DAMAGE = ("not a database", "malformed", "no such table", "no such column", "gone or empty", "of another program")


def is_damage(problem: BaseException) -> bool:
    """Whether an error says that the records are damaged or gone, and not merely shut or out of reach."""
    link: BaseException | None = problem
    while link is not None:
        if any(sign in str(link).lower() for sign in _DAMAGE):
            return True
        link = link.__cause__ or link.__context__
    return False


def rebuild(book: Book) -> int:
    """Makes the tables anew from the log. Returns how many records there are then."""
    return repair.tables(book)


def _database(book: Book) -> Iterator[Finding]:
    found = book.store.check()
    if found:
        # SQLite's own words begin with a line that says nothing.
        seen = [line for one in found for line in one.splitlines() if not line.startswith("***")]
        says = f"{book.paths.database} is damaged: {'; '.join(seen[:2])}"
        yield Finding("database", False, says, _REMADE, REMAKE)
        return
    facts = book.db.execute_sql("SELECT key, value FROM meta").fetchall()
    off = [key for key, value in facts if not salvage.legible(key, value)]
    if off:
        says = f"{book.paths.database} is damaged: what it notes under {', '.join(off[:3])} cannot be read"
        yield Finding("database", False, says, _REMADE, REMAKE)
    else:
        yield Finding("database", True, f"{book.paths.database} is whole")


def _guards(book: Book) -> Iterator[Finding]:
    """Whether the rules that keep the log as it was written are still in the database, and the audit whole."""
    missing = book.store.missing_guards()
    if missing:
        says = f"the database has lost {', '.join(missing)}: somebody opened it with other tools"
        yield Finding("guards", False, says, "puts these rules back", GUARDS)
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
    if book.key is None:
        if change.begun(book.paths) is not None:
            yield Finding("encryption", False, INTERRUPTED)
        else:
            yield Finding("encryption", True, f"PLAIN: {PLAIN}")
        return
    keys = home.named(book.paths, book.key)
    if keys is None:
        says = f"neither {book.paths.key} nor its copy {book.paths.key_copy} holds the key of these records; bring one "
        yield Finding("encryption", False, f"{says}back from a backup of this device")
        return
    ways = ", ".join(dict.fromkeys(slot["kind"] for slot in keys.slots))
    files = [one.as_text() for one in home.key_files(book.paths)]
    if len(files) < 2 or files[0] != files[1]:
        what = "is another one" if len(files) == 2 else "cannot be read"
        says = f"encrypted; opened by {ways}; but the copy {book.paths.key_copy} of the key file {what}"
        yield Finding("encryption", False, says, "makes it anew, and keeps one of another key", KEYS)
    else:
        yield Finding("encryption", True, f"encrypted; opened by {ways}; the key file is there twice")
    if recovery.unseen(book):
        yield Finding("recovery", True, f"NOBODY HAS IT: {recovery.NOBODY}")


def _log(book: Book) -> Iterator[Finding]:
    """Whether every change is what its hashes say and continues the one before, and the heads know where they end."""
    found = chains.read(book.db)
    broken = [f"change {one.broken} of {one.whose}" for one in found if one.broken is not None]
    off = [one.whose for one in found if one.head_is_off]
    if broken:
        yield Finding("log", False, f"the log is damaged at {', '.join(broken)}", _REMADE, REMAKE)
    if off:
        says = f"where the changes end is noted wrongly, or not at all, for {', '.join(off)}"
        yield Finding("log", False, says, "notes where they end", HEADS)
    if not broken and not off:
        yield Finding("log", True, f"the log is unbroken: {sum(one.seq for one in found)} changes")


def _records(book: Book) -> Iterator[Finding]:
    """Whether the tables are what the log says, and what in the log cannot be read."""
    marks = ",".join("?" * len(KINDS))
    live = "FROM change c LEFT JOIN mine m ON m.uid = c.uid WHERE coalesce(m.undone, 0) = 0 AND c.body IS NOT NULL"
    here = f"c.op = 'set' AND c.kind IN ({marks}) AND c.schema <= {fold.SCHEMA}"
    sql = f"SELECT DISTINCT c.row {live} AND {here} AND c.row NOT IN (SELECT uid FROM record)"
    unreadable = [row for (row,) in book.db.execute_sql(sql, list(KINDS))]
    newer_than = f"c.kind NOT IN ({marks}) OR c.schema > {fold.SCHEMA} OR c.op <> 'set'"
    sql = f"SELECT count(DISTINCT c.row) {live} AND c.op NOT IN ('redact', 'act') AND ({newer_than})"
    newer = int(book.db.execute_sql(sql, list(KINDS)).fetchone()[0])
    # A row without a record is no difference where the fold makes none of it either.
    different = list(_different(book.db))
    missing = len(set(different) & set(unreadable))
    count = int(book.db.execute_sql("SELECT count(*) FROM record").fetchone()[0])
    if different:
        says = f"{len(different)} records are not what the log says"
        yield Finding("tables", False, says, "makes them anew from the log", TABLES)
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


def _device(book: Book) -> Iterator[Finding]:
    """Whether this home was copied or brought back from a copy once, and whether a repair waits for a sync."""
    before = len(log.own_chains(book.db)) - 1 if log.get_meta(book.db, "device") else 0
    if before > 0:
        says = (
            f"this home was brought back from a copy, repaired or copied {before} time{'s' if before > 1 else ''}; "
            "what it wrote before and since is kept apart, nothing of it is lost"
        )
        yield Finding("device", True, says)
    waiting = log.get_meta(book.db, repair.UNPLACED)
    if waiting and any(one.name.startswith(backups.KEPT) for one in backups.places(book.paths)):
        says = f"{waiting} changes of a damaged file wait for those before them, which only the shared store has"
        yield Finding("waiting", False, says, _REMADE, REMAKE)


def _copies(book: Book) -> Iterator[Finding]:
    """Every copy is opened and read as a whole."""
    before = backups.checked_at(book.db)
    found = list(backups.examine(book.paths, book.key, book.zone))
    if book.plain and change.begun(book.paths) is not None:
        under_way = [one for one in found if not cipher.is_plain(one.place)]
        found = [one for one in found if one not in under_way]
        if under_way:
            yield Finding("copies", True, f"{len(under_way)} copies are encrypted already, the others not yet")
    whole = [one for one in found if not one.wrong]
    for one in found:
        if one.kept and one.wrong:
            says = f"{one.place} was replaced by a repair or a restore and is kept as it was"
            yield Finding("kept", True, says)
        elif one.wrong:
            yield Finding("copies", False, f"the copy {one.place}: {one.wrong}", "sets it aside, makes another", COPY)
    if whole:
        newest = whole[0]
        last = f"; last looked at {_day(book, before)}" if before else ""
        says = f"{len(whole)} of {len(found)} copies are whole; the newest is {newest.place.name} of "
        says += f"{newest.made:%a %d %b %H:%M} with {newest.changes} changes{last}"
        yield Finding("copies", True, says)
    elif not backups.places(book.paths):
        yield Finding("copies", True, "no copy of the records was made yet; each sync makes one before it takes in")
    backups.remember_checked(book)


def _day(book: Book, moment: str) -> str:
    return f"{clock.from_text(moment).astimezone(book.zone):%a %d %b %H:%M}"


def _settings(book: Book) -> Iterator[Finding]:
    from lsa_tui.theme_files import missing, read_themes  # 4 ms that only an examination needs

    themes, problems = read_themes(book.paths.themes)
    lost = missing(book.config["look.theme"], themes)
    found = [*book.config.problems, *(one.problem for one in problems), *([lost] if lost else [])]
    if not found:
        there = book.paths.config.exists()
        says = (
            f"{book.paths.config} is understood" if there else f"there is no {book.paths.config}; the defaults are used"
        )
        yield Finding("settings", True, says)
    for problem in found:
        yield Finding("settings", False, problem)


def _space(book: Book) -> Iterator[Finding]:
    """Whether there is room for a copy and some days' work."""
    free = shutil.disk_usage(book.paths.data_folder).free
    needed = LITTLE + 2 * book.paths.database.stat().st_size
    says = f"{free >> 20} MB are free for the records"
    yield Finding("space", free >= needed, says if free >= needed else f"only {says}; {needed >> 20} MB are wanted")


def _application(book: Book) -> Iterator[Finding]:
    try:
        opened = home.application_open(book.paths)
    except LsaError as problem:
        yield Finding("application", False, str(problem))
        return
    how = "open on this home; commands work beside them" if opened else "not open on this home"
    yield Finding("application", True, f"the screens are {how}")


def backlog(book: Book) -> int | None:
    """How many changes are on this device only; None where that cannot be read."""
    try:
        return log.backlog(book.db)
    except cipher.database_errors():
        return None


def _backlog(book: Book) -> Iterator[Finding]:
    count = log.backlog(book.db)
    if not book.config["shared.url"]:
        yield Finding("backlog", True, f"{count} changes are on this device only; no shared database is set")
    else:
        left = f"{count} {'change is' if count == 1 else 'changes are'} not shared yet"
        yield Finding("backlog", True, left if count else "everything is shared")
