"""`lsa check`, `abc`, `care`, `flag`: what happens every hour."""

from __future__ import annotations

from argparse import Namespace

from lsa_tui.cli.answer import Answer, recorded
from lsa_tui.cli.arguments import joined, number, one_of, whole
from lsa_tui.cli.presets import preset, stars
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import events
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import moment

_HANDS_ON = (
    "\nHands-on: tell SLT now; the school's own record is due today; the school tells the parents. "
    "This entry is not that record. `lsa handson record MINUTES` keeps the facts until the form is done."
)


@command(
    "check",
    "a wellbeing check-in: a colour, wellbeing and involvement 1-5, or both",
    arg("--zone", **one_of("b", "g", "y", "r"), help="blue, green, yellow or red; no colour is bad"),
    arg("--by", **one_of("pupil", "adult"), default="adult", help="who said the colour (without it: adult)"),
    arg("--wellbeing", type=whole, metavar="1-5", help="by observed signals"),
    arg("--involvement", type=whole, metavar="1-5", help="by observed signals"),
    arg("--note", metavar="TEXT"),
    records=True,
    examples=("check --zone g --by pupil", "check --wellbeing 4 --involvement 3 --note 'settled after break'"),
)
def check(book: Book, args: Namespace) -> Answer:
    """The check-in."""
    at = moment(args.at, book.now())
    return recorded(book, events.check(book, args.zone, args.by, args.wellbeing, args.involvement, args.note, at))


@command(
    "abc",
    "an incident: before, what was seen, what happened next; each in words or as a preset's digit 1-9",
    arg("--before", "--antecedent", metavar="TEXT", required=True, help="what was going on before"),
    arg("--seen", "--behaviour", metavar="TEXT", required=True, help="what the pupil did"),
    arg("--next", "--consequence", metavar="TEXT", required=True, help="what happened next"),
    arg("--minutes", type=number, metavar="N", help="how long"),
    arg("--place", metavar="TEXT"),
    arg("--free-to-leave", **one_of("yes", "no"), help="could the pupil leave the space?"),
    arg("--communicating", metavar="TEXT", help="what it might have communicated"),
    arg("--hurt", metavar="TEXT", help="who was hurt, and how"),
    arg("--note", metavar="TEXT", help="the rest in words"),
    records=True,
    examples=(
        "abc --before 2 --seen 'left place' --next 'waited quietly' --minutes 5",
        "abc --before transition --seen 'hid' --next 5 --free-to-leave yes --place corridor --at 10:42",
    ),
)
def abc(book: Book, args: Namespace) -> Answer:
    """The incident."""
    before, seen, next_ = (preset(book, name, getattr(args, name)) or "" for name in ("before", "seen", "next"))
    entry = events.incident(
        book,
        before,
        seen,
        next_,
        moment(args.at, book.now()),
        minutes=args.minutes,
        place=args.place,
        free_to_leave=args.free_to_leave,
        communicating=args.communicating,
        hurt=args.hurt,
        text=args.note,
    )
    marked = stars(book, "next", next_)
    more = ""
    if marked == 1 and args.free_to_leave is None:
        more = f"\nFree to leave? lsa correct {entry.id} free_to_leave=yes (or no)"
    elif marked == 2:
        more = _HANDS_ON
    return recorded(book, entry, more=more)


@command(
    "care",
    "a care note: food, drink, toilet or bump, and what",
    arg("what", **one_of("food", "drink", "toilet", "bump")),
    arg("words", metavar="VALUE", nargs="*"),
    records=True,
    examples=("care food ate half of it", "care bump left knee, cold pack, told the office"),
)
def care(book: Book, args: Namespace) -> Answer:
    """The care note."""
    return recorded(book, events.care(book, args.what, joined(args.words) or None, moment(args.at, book.now())))


@command(
    "flag",
    "a morning flag, in words or as a preset's digit 1-9",
    arg("words", metavar="NAME", nargs="+"),
    records=True,
    examples=("flag 2", "flag new glasses"),
)
def flag(book: Book, args: Namespace) -> Answer:
    """The flag; once a day is enough."""
    name = preset(book, "morning", joined(args.words)) or ""
    return recorded(book, events.flag(book, name, moment(args.at, book.now())))
