"""`lsa doctor` and `lsa paths`: is everything well, where is it, and putting right what is not."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any, NamedTuple

from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.table import arg, command
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import Paths

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book
    from lsa_tui.daybook.health import Finding


@command(
    "doctor",
    "looks whether records, log, copies, settings and the shared store are well; exit 1 where something is wrong",
    arg("--repair", action="store_true", help="does what is proposed; nothing is thrown away by it"),
    arg("--copies", action="store_true", help="lists the copies of the records, each opened and checked"),
    arg("--restore", metavar="COPY", help="puts one of them back; what is there now is kept"),
    arg("--rebuild", action="store_true", help="makes the tables anew from the log first"),
    arg("--here", action="store_true", help="does not ask the shared store"),
    arg("--yes", action="store_true", help="does not ask once more at a terminal"),
    needs="paths",
    examples=("doctor", "doctor --repair", "doctor --copies", "doctor --rebuild"),
)
def doctor(paths: Paths, args: Namespace) -> Answer:
    """Every finding; `ok` where all is well."""
    from lsa_tui.daybook import closed  # wanted here alone, as is the rest

    if sum((args.restore is not None, args.copies, args.repair)) > 1 or (args.restore and args.rebuild):
        raise BadInput("--copies, --restore and --repair are done one at a time; leave out the others")
    try:
        key = closed.key_of(paths, args.passphrase_file)
    except LsaError as problem:
        if problem.exit_code != 1:
            raise  # locked, or mistyped
        return _answer(_Looked([_trouble("key", problem)]), [])
    if args.restore is not None:
        return _restore(paths, key, args)
    if args.copies:
        return _copies(paths, key)
    done: list[str] = []
    looked = _examined(paths, key, args)
    if looked.rebuilt is not None:
        done.append(f"{looked.rebuilt} records made anew from the log")
    if args.repair and looked.proposed:
        if not _sure(args, looked.proposed):
            return _answer(looked, [*done, "nothing was repaired"])
        _repair(paths, key, args, {one.does for one in looked.proposed}, done)
        args.rebuild = False
        looked = _examined(paths, key, args)._replace(rebuilt=looked.rebuilt)
    return _answer(looked, done)


class _Looked(NamedTuple):
    """What an examination came to. `backlog` is None where the records cannot be opened."""

    found: list[Finding]
    backlog: int | None = None
    rebuilt: int | None = None

    @property
    def proposed(self) -> list[Finding]:
        """What is wrong and can be repaired."""
        return [one for one in self.found if one.does and not one.well]


def _trouble(name: str, problem: LsaError) -> Finding:
    from lsa_tui.daybook import health

    return health.trouble(name, problem)


def _examined(paths: Paths, key: bytes | None, args: Namespace) -> _Looked:
    from lsa_tui import actions
    from lsa_tui.daybook import closed, health
    from lsa_tui.theme_files import read_themes

    book = closed.book_of(paths, key)
    if isinstance(book, LsaError):
        return _Looked([health.trouble("database", book)])
    try:
        rebuilt = health.rebuild(book) if args.rebuild else None
        found = health.examine(book)
        looks = [*actions.keymap(book.config.keys).problems, *(one.problem for one in read_themes(paths.themes)[1])]
        found += [health.Finding("settings", False, problem) for problem in looks]
        found += [] if args.here else _shared(book, any(one.does == health.REMAKE and not one.well for one in found))
        return _Looked(found, health.backlog(book), rebuilt)
    finally:
        book.close()


def _shared(book: Book, damaged: bool) -> list[Finding]:
    """The shared store, where one is set. Whatever is the matter with it is a finding.

    `damaged`: the records here are, so that it can perhaps not be compared with them.
    """
    from lsa_tui.daybook import health
    from lsa_tui.records import store
    from lsa_tui.vault import cipher

    if not book.config["shared.url"]:
        return []
    from lsa_tui.sync import checking

    try:
        return checking.examine(book)
    except (LsaError, OSError) as problem:
        return [health.Finding("shared", False, f"the shared store could not be looked at: {problem}")]
    except cipher.database_errors() as problem:  # the store's own are sentences by here
        why = "the records here are damaged" if damaged else store.describe(problem, book.paths.database)
        return [health.Finding("shared", False, f"the shared store could not be looked at: {why}")]


# Repairing


def _sure(args: Namespace, proposed: list[Finding]) -> bool:
    """Asks a person at a terminal; a script says --yes."""
    from lsa_tui import passphrases

    if args.yes:
        return True
    if not passphrases.can_ask():
        raise BadInput("--repair asks before it does anything, and nobody is at this terminal; add --yes")
    for one in proposed:
        passphrases.tell(f"{one.says}: {one.repair}")
    return passphrases.confirmed("Do this?")


def _repair(paths: Paths, key: bytes | None, args: Namespace, wanted: set[str], done: list[str]) -> None:
    """Does what the findings propose, each once, and sets damaged copies aside; what was done goes to `done`."""
    from lsa_tui.daybook import backups, closed, health, repair

    if health.REMAKE in wanted:
        done.append(repair.remake(paths, key, None if args.here else _share).says)
        wanted = {health.SYNC} & wanted
    book = closed.book_of(paths, key)
    if isinstance(book, LsaError):
        raise book
    try:
        if any(one.wrong and not one.kept for one in backups.examine(paths, key, book.zone)):
            wanted.add(health.COPY)  # of damaged records the copies may not have been looked at
        if health.HEADS in wanted:
            done.append(f"noted anew where {repair.heads(book)} chains end")
        if health.GUARDS in wanted:
            repair.guards(book)
            done.append("the rules that guard the log are back")
        if health.KEYS in wanted:
            repair.keys(book)
            done.append("the key file and its copy are the same")
        if health.TABLES in wanted:
            done.append(f"{repair.tables(book)} records made anew from the log")
        if health.COPY in wanted:
            done.append(f"a fresh copy is {repair.copy(book)}; the damaged ones are set aside")
        if health.SYNC in wanted and not args.here:
            done.append(_synced(book))
    finally:
        book.close()


def _share(book: Book) -> None:
    """Brings what the shared store holds into records that are made anew."""
    if book.config["shared.url"]:
        from lsa_tui.sync.keys import somebody_asks
        from lsa_tui.sync.run import sync

        sync(book, ask=somebody_asks)


def _synced(book: Book) -> str:
    from lsa_tui.sync import checking
    from lsa_tui.sync.keys import somebody_asks
    from lsa_tui.sync.run import sync

    checking.mend(book)
    try:
        return f"synced: {sync(book, ask=somebody_asks).says}"
    except LsaError as problem:
        return f"not synced: {problem}"


# Copies


def _copies(paths: Paths, key: bytes | None) -> Answer:
    from lsa_tui import config
    from lsa_tui.daybook import backups

    found = list(backups.examine(paths, key, config.load(paths.config).zone))
    data = [
        {
            "name": one.place.name,
            "path": str(one.place),
            "at": one.made.isoformat(timespec="seconds"),
            "changes": one.changes,
            "ok": not one.wrong,
            "says": one.wrong,
        }
        for one in found
    ]
    rows = [
        (one.place.name, f"{one.made:%a %d %b %H:%M}", f"{one.changes} changes", one.wrong or "whole") for one in found
    ]
    return Answer({"copies": data}, table(rows) if rows else f"There is no copy in {paths.backups}")


def _restore(paths: Paths, key: bytes | None, args: Namespace) -> Answer:
    from lsa_tui import passphrases
    from lsa_tui.daybook import restoring

    copy = restoring.find(paths, args.restore)
    if not args.yes:
        if not passphrases.can_ask():
            raise BadInput("--restore asks before it does anything, and nobody is at this terminal; add --yes")
        if not passphrases.confirmed(f"Put {copy} in the place of the records? They are kept."):
            return Answer({"restored": None}, "Nothing was restored")
    done = restoring.restore(paths, key, copy)
    data: dict[str, Any] = {
        "restored": str(copy),
        "changes": done.changes,
        "left_out": done.left_out,
        "kept": None if done.kept is None else str(done.kept),
    }
    return Answer(data, done.says)


def _answer(looked: _Looked, done: list[str]) -> Answer:
    well = all(one.well for one in looked.found)
    data = {
        "ok": well,
        "backlog": looked.backlog,
        "rebuilt": looked.rebuilt,
        "done": done,
        "findings": [
            {"name": one.name, "ok": one.well, "says": one.says, "repair": one.repair or None} for one in looked.found
        ],
    }
    rows = [("done", "repair", one) for one in done]
    rows += [("well" if one.well else "WRONG", one.name, _proposed(one)) for one in looked.found]
    hints = ("`lsa doctor --repair` does what is proposed",) if looked.proposed else ()
    return Answer(data, table(rows), code=0 if well else 1, hints=hints)


def _proposed(one: Finding) -> str:
    return f"{one.says}; --repair {one.repair}" if one.does and not one.well else one.says


@command("paths", "the files of this home", needs="paths", examples=("paths", "paths --home /media/stick/lsa --json"))
def paths(paths: Paths, _args: Namespace) -> Answer:
    """A word for each place, and the place."""
    found = {name: str(place) for name, place in paths.named().items()}
    return Answer(found, table(list(found.items())))
