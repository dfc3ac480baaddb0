"""`lsa summary`: the end of the day."""

from __future__ import annotations

import json
from argparse import Namespace

from lsa_tui.cli.answer import Answer, coloured, width
from lsa_tui.cli.arguments import one_of
from lsa_tui.cli.table import PUPIL, arg, command
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_day
from lsa_tui.errors import NotAllowed


@command(
    "summary",
    "the hand-over of a day, for an audience",
    arg("date", metavar="DATE", nargs="?", help="2026-11-24, yesterday, Tue, -1 (without it: today)"),
    arg(
        "--for",
        dest="audience",
        **one_of("lsa", "teacher", "senco", "home"),
        help="who will read it (without it: your own role)",
    ),
    arg("--format", **one_of("text", "md", "html", "json"), default=None, help="without it: text"),
    arg("--short", action="store_true", help="sections with nothing in them are left out"),
    PUPIL,
    examples=("summary", "summary yesterday --for teacher --format html > handover.html"),
)
def summary(book: Book, args: Namespace) -> Answer:
    """The document."""
    # Both are wanted at the end of a day only.
    from lsa_tui.documents.audiences import for_role
    from lsa_tui.documents.render import render
    from lsa_tui.documents.summary import build

    audience = args.audience or next(iter(for_role(book.role)), None)
    if audience is None:
        raise NotAllowed(f"no summary is written in the role {book.role!r}")
    document = build(book, parse_day(args.date, book.now()), audience, book.focused())
    form = args.format or ("json" if args.json else "text")
    said = render(document, form, short=args.short, width=width(), colour=form == "text" and coloured())
    data = (json.loads(said) if form == "json" else {"format": form, "document": said}) if args.json else None
    return Answer(data, said)
