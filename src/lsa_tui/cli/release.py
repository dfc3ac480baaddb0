"""`lsa release`: what goes home, and the phrases that go without being asked about."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from lsa_tui.cli.answer import Answer, recorded, says, short_id, table, when
from lsa_tui.cli.arguments import one_of
from lsa_tui.cli.table import PUPIL, arg, command
from lsa_tui.daybook import releasing
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_day
from lsa_tui.errors import BadInput
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import HOME_PARTS


@command(
    "release",
    "releases a note's present words for home; without ID lists what was suggested for home",
    arg("id", metavar="ID", nargs="?", help="a note marked ^home; its first characters will do"),
    arg("--phrase", metavar="TEXT", help="approves these words beforehand: a ^home note that says just that goes home"),
    arg("--as", dest="part", **one_of(*HOME_PARTS), help="where it stands on the home sheet (found by itself)"),
    arg("--withdraw", action="store_true", help="takes the release, or the phrase, back"),
    arg("--date", metavar="DATE", help="the list of this day (without it: of all days)"),
    PUPIL,
    examples=(
        "release",
        "release 0193a2b4-1c2d",
        "release 0193a2b4-1c2d --as question",
        "release 0193a2b4-1c2d --withdraw",
        'release --phrase "A good day" --as achievement',
    ),
)
def release(book: Book, args: Namespace) -> Answer:
    """The release; the phrase; or the list."""
    if args.id is not None and args.phrase is not None:
        raise BadInput("give a note's ID or --phrase TEXT, not both")
    if args.id is not None:
        return _note(book, args)
    if args.phrase is not None:
        return _phrase(book, args)
    if args.withdraw or args.part:
        raise BadInput("say what: a note's ID, or --phrase TEXT")
    return _list(book, args)


def _note(book: Book, args: Namespace) -> Answer:
    if args.withdraw:
        gone = releasing.withdraw(book, args.id)
        return Answer({**book.json(gone), "removed": gone.removed}, f"Withdrawn: {says(book, gone)}")
    return recorded(book, releasing.release(book, args.id, args.part))


def _phrase(book: Book, args: Namespace) -> Answer:
    if args.withdraw:
        gone = releasing.disapprove(book, args.phrase)
        return Answer({**book.json(gone), "removed": gone.removed}, f"No longer approved: {gone['text']}")
    entry = releasing.approve(book, args.phrase, args.part or HOME_PARTS[0])
    return Answer(book.json(entry), f"Approved for home: {entry['text']} ({entry['part']})")


def _list(book: Book, args: Namespace) -> Answer:
    on = parse_day(args.date, book.now()) if args.date is not None else None
    found = releasing.suggested(book, on, book.chosen)
    approved = releasing.phrases(book)
    data = {
        "suggested": [_suggested(book, note, stands) for note, stands in found],
        "phrases": [book.json(one) for one in approved],
    }
    rows = [
        (
            stands.status,
            book.names.pupil(note.pupil),
            when(book, note),
            stands.part,
            str(note["text"]),
            note.by,
            short_id(book, note),
        )
        for note, stands in found
    ]
    rows += [("approved", "", "", str(one["part"]), str(one["text"]), one.by, "") for one in approved]
    return Answer(data, table(rows) or "Nothing was suggested for home; ^home in a note does")


def _suggested(book: Book, note: Entry, stands: releasing.Standing) -> dict[str, Any]:
    return {**book.json(note), "status": stands.status, "part": stands.part, "released_by": stands.by or None}
