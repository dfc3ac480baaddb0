"""`lsa cover`: a colleague records on this device in the place of whose it is."""

from __future__ import annotations

from argparse import Namespace

from lsa_tui.cli.answer import Answer, recorded
from lsa_tui.cli.arguments import one_of
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import cover as covering
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput


@command(
    "cover",
    "a colleague covers: entries carry their initials, until --end or the next day; without anything: who covers",
    arg("--initials", metavar="MB", help="of the colleague, 1 to 4 letters"),
    arg("--name", metavar="NAME", help="as others know them, also while they cover already; it stays on this device"),
    arg(
        "--role",
        **one_of(*covering.ROLES),
        help="in which they work, none above the device's owner's (without it: lsa)",
    ),
    arg("--end", action="store_true", help="whose device it is records again"),
    examples=("cover --initials MB --name 'Mia Brown'", "cover", "cover --end"),
)
def cover(book: Book, args: Namespace) -> Answer:
    """The cover as recorded, or who covers now."""
    if args.end:
        if args.initials is not None or args.name is not None or args.role is not None:
            raise BadInput("--end ends a cover; give nothing else with it")
        answer = recorded(book, covering.end(book))
        return answer._replace(text=f"{answer.text}; {book.owner} records here again")
    if args.initials is None:
        if args.role is not None or (args.name is not None and book.cover is None):
            raise BadInput("a cover begins with --initials, as in: lsa cover --initials MB --name 'Mia Brown'")
        if args.name is not None:
            covering.name(book, args.name)
        return _who(book)
    answer = recorded(book, covering.begin(book, args.initials, args.name or "", args.role or "lsa"))
    return answer._replace(text=f"{answer.text}, until `lsa cover --end` or the end of the day")


def _who(book: Book) -> Answer:
    found = book.cover
    data = {
        "covers": found.initials if found else None,
        "name": (found.name or None) if found else None,
        "role": found.role if found else None,
        "owner": book.owner,
    }
    if found is None:
        return Answer(data, f"Nobody covers; {book.owner} records here")
    name = f" ({found.name})" if found.name else ""
    return Answer(data, f"{found.initials}{name} covers for {book.owner} today, as {found.role}")
