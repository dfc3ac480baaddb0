"""`lsa tally` and `lsa trial`: what happens every minute."""

from __future__ import annotations

from argparse import Namespace

from lsa_tui.cli.answer import Answer, recorded
from lsa_tui.cli.arguments import whole
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import marks
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import moment
from lsa_tui.records.kinds import Entry


def _counted(book: Book, entry: Entry) -> Answer:
    today = marks.today_count(book, entry)
    day = "today" if entry.when.date() == book.today() else "that day"
    return recorded(book, entry, more=f" ({today} {day})", today=today)


@command(
    "tally",
    "one or N marks of a behaviour; a duration starts, then stops",
    arg("key", metavar="KEY", help="the tile's letter"),
    arg("count", metavar="N", nargs="?", type=whole, default=1, help="how many (without it: one)"),
    arg("--unknown", action="store_true", help="keeps a letter without a tile, to be named afterwards"),
    records=True,
    examples=("tally c", "tally c 3 --at -10", "tally y --unknown"),
)
def tally(book: Book, args: Namespace) -> Answer:
    """The mark, with the day's count so far."""
    at = moment(args.at, book.now())
    return _counted(book, marks.tally(book, args.key, args.count, at, unknown=args.unknown))


@command(
    "trial",
    "a response to a target: the level of support it took, no (not yet right) or none (no response)",
    arg("target", metavar="TARGET", help="the target's code"),
    arg("level", metavar="LEVEL|no|none", help="self prompting clueing modelling correcting, or I V G M PP FP"),
    records=True,
    examples=("trial T1 prompting", "trial T1 no", "trial T2 PP --at 10:42"),
)
def trial(book: Book, args: Namespace) -> Answer:
    """The response, with the day's count for its target so far."""
    return _counted(book, marks.trial(book, args.target, args.level, moment(args.at, book.now())))
