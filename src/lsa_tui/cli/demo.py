"""`lsa demo`: a home full of made-up records."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from lsa_tui.cli.answer import Answer
from lsa_tui.cli.arguments import whole
from lsa_tui.cli.table import arg, command
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import Paths, chosen_home

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book


@command(
    "demo",
    "a made-up pupil with half a term of records, in a home of its own; opens the screens",
    arg("--no-open", action="store_true", help="only makes it"),
    arg("--days", type=whole, default=35, metavar="N", help="school days, the last one being today (without it: 35)"),
    arg("--seed", type=whole, default=7, metavar="N", help="the same seed makes the same records (without it: 7)"),
    needs="paths",
    examples=("demo", "demo --home /tmp/made-up --days 190 --no-open"),
)
def demo(paths: Paths, args: Namespace) -> Answer:
    """What was made, and where."""
    if chosen_home(args.home) is None:
        # Never among somebody's own records, which the usual folders are for.
        folder = paths.data_folder / "demo"
        paths = Paths(folder, folder)
    count, replaced = _make(paths, args.days, args.seed)
    home = paths.data_folder
    data = {"home": str(home), "days": args.days, "seed": args.seed, "records": count, "made_up": True}
    data["replaced"] = replaced
    says = f"Made up: {args.days} school days, {count} records in {home}\nLook at it with: lsa --home {home}"
    if replaced:
        says += "\nThe made-up records that were there, and what was recorded among them, are gone"
    return Answer(data, says, opens=None if args.no_open else home)


def _make(paths: Paths, days: int, seed: int) -> tuple[int, bool]:
    """How many records were made, and whether made-up ones were there before."""
    from lsa_tui.daybook import demo as made_up  # the words of half a term
    from lsa_tui.daybook.book import Book
    from lsa_tui.vault import home

    if not 1 <= days <= made_up.LONGEST:
        raise BadInput(f"--days is 1 to {made_up.LONGEST}, not {days}")
    if home.state(paths) in ("encrypted", "lost"):
        raise LsaError(f"{paths.data_folder} is somebody's own home; choose another folder with --home DIR")
    book = Book(paths)
    try:
        replaced = book.made_up
        if replaced:
            book.close()
            _clear(paths)
            book = Book(paths)
        elif _is_real(book):
            raise LsaError(f"{paths.data_folder} is somebody's own home; choose another folder with --home DIR")
        made_up.fill(book, days, seed)
        return int(book.db.execute_sql("SELECT count(*) FROM record").fetchone()[0]), replaced
    finally:
        book.close()


def _is_real(book: Book) -> bool:
    config = book.config
    return config.exists or config.broken or bool(book.db.execute_sql("SELECT 1 FROM change LIMIT 1").fetchone())


def _clear(paths: Paths) -> None:
    """Takes the made-up records away, and drafts about them."""
    import shutil  # with the next, needed for a second demonstration only

    from lsa_tui.vault.home import application_open

    if application_open(paths):
        raise LsaError(f"the screens are open on {paths.data_folder}; close them, then make it anew")
    for ending in ("", "-wal", "-shm"):
        paths.database.with_name(paths.database.name + ending).unlink(missing_ok=True)
    paths.concerns.unlink(missing_ok=True)
    shutil.rmtree(paths.drafts, ignore_errors=True)
