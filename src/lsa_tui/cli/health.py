"""`lsa doctor` and `lsa paths`: is everything well, and where is it?"""

from __future__ import annotations

from argparse import Namespace

from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.table import arg, command
from lsa_tui.paths import Paths


@command(
    "doctor",
    "looks whether database, log, tables and settings are well; exit 1 where something is wrong",
    arg("--rebuild", action="store_true", help="makes the tables anew from the log first"),
    needs="paths",
    examples=("doctor", "doctor --rebuild"),
)
def doctor(paths: Paths, args: Namespace) -> Answer:
    """Every finding; `ok` where all is well."""
    from lsa_tui import actions  # wanted here alone, as is the rest
    from lsa_tui.daybook import health
    from lsa_tui.daybook.opening import open_book
    from lsa_tui.records import log
    from lsa_tui.theme_files import read_themes

    book = open_book(paths, args.passphrase_file)
    try:
        rebuilt = health.rebuild(book) if args.rebuild else None
        found = health.examine(book)
        looks = [*actions.keymap(book.config.keys).problems, *(one.problem for one in read_themes(paths.themes)[1])]
        found += [health.Finding("settings", False, problem) for problem in looks]
        backlog = log.backlog(book.db)
    finally:
        book.close()
    well = all(one.well for one in found)
    data = {
        "ok": well,
        "backlog": backlog,
        "rebuilt": rebuilt,
        "findings": [{"name": one.name, "ok": one.well, "says": one.says} for one in found],
    }
    rows = [("well" if one.well else "WRONG", one.name, one.says) for one in found]
    if rebuilt is not None:
        rows.insert(0, ("done", "rebuild", f"{rebuilt} records made anew from the log"))
    return Answer(data, table(rows), code=0 if well else 1)


@command("paths", "the files of this home", needs="paths", examples=("paths", "paths --home /media/stick/lsa --json"))
def paths(paths: Paths, _args: Namespace) -> Answer:
    """A word for each place, and the place."""
    found = {name: str(place) for name, place in paths.named().items()}
    return Answer(found, table(list(found.items())))
