"""`lsa behaviour`: the tiles and their letters."""

from __future__ import annotations

from argparse import Namespace

from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.arguments import joined, one_of
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import behaviours
from lsa_tui.daybook.book import Book


@command(
    "behaviour add",
    "adds or updates a tile; a label under a new letter moves there with all that was recorded",
    arg("key", metavar="KEY", help="its letter"),
    arg("label", metavar="LABEL", nargs="*", help="two words at most look best; may be left out to change the rest"),
    arg("--measure", **one_of("count", "duration"), help="marks, or a running time (without it: count)"),
    arg("--direction", **one_of("up", "down", "none"), help="what is hoped for (without it: none)"),
    arg("--counts-as", **one_of("praise", "reminder"), help="for the praise : reminder ratio"),
    arg("--private", action="store_true", default=None, help="stored without a pupil, never leaves this device"),
    arg("--group", metavar="NAME", help="of one group only one duration runs at a time"),
    arg("--definition", metavar="TEXT", help="what counts and what does not"),
    arg("--pupil", metavar="CODE", help="a tile of this pupil alone (without it: of all)"),
    examples=("behaviour add c Calling out --direction down", "behaviour add y Rocking --measure duration --pupil K7"),
)
def add(book: Book, args: Namespace) -> Answer:
    """The behaviour as it is now."""
    whose = book.pupil(args.pupil) if args.pupil is not None else None
    entry = behaviours.add(
        book,
        args.key,
        joined(args.label) or None,
        whose,
        measure=args.measure,
        direction=args.direction,
        counts_as=args.counts_as,
        private=args.private,
        group=args.group,
        definition=args.definition,
    )
    of = f" of {book.names.pupil(entry.pupil)}" if entry.pupil else ""
    return Answer(book.json(entry), f"Tile{of} {book.line(entry)}{', private' if entry['private'] else ''}")


@command("behaviour list", "all tiles, everybody's and each pupil's own")
def every(book: Book, _args: Namespace) -> Answer:
    """In the order of the tiles."""
    found = [book.json(one) for one in behaviours.every(book)]
    rows = [
        (
            str(one["key"] or "-"),
            str(one["label"]),
            str(one["measure"]),
            "" if one["direction"] == "none" else str(one["direction"]),
            "private" if one["private"] else "",
            str(one["pupil"] or ""),
        )
        for one in found
    ]
    hints = [
        f"{one['label']!r} has no tile: {one['key']!r} is another one's; lsa behaviour add LETTER {one['label']!r}"
        for one in behaviours.without_tile(book)
    ]
    text = table(rows) or "None yet; `lsa init --defaults` adds the usual ones"
    return Answer(found, text, hints=tuple(hints))
