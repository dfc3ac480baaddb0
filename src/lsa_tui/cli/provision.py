"""`lsa outcome`, `lsa provision`, `lsa target`: what the pupil's plan says."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from lsa_tui.cli.answer import Answer, heard_in, table
from lsa_tui.cli.arguments import joined, one_of, whole
from lsa_tui.cli.table import PUPIL, arg, command
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records.vocabulary import LADDERS

CODE = arg("code", metavar="CODE", help="a short code, as in the plan")
TEXT = arg("text", metavar="TEXT", nargs="*", help="in words; may be left out to change the rest of it")
OUTCOME = arg("--outcome", metavar="CODE", help="the outcome it serves")


def _add(book: Book, kind: str, args: Namespace, **fields: Any) -> Answer:
    entry = pupils.add_item(book, kind, args.code, joined(args.text) or None, **fields)
    whose = book.names.pupil(entry.pupil)
    return Answer(book.json(entry), f"{whose} {kind} {book.line(entry)}", hints=heard_in(book, entry))


def _list(book: Book, kind: str, *columns: str) -> Answer:
    found = [book.json(one) for one in pupils.items(book, kind, book.focused())]
    rows = [
        (str(one["code"]), str(one["text"]), " ".join(_short(name, one[name]) for name in columns if one[name]))
        for one in found
    ]
    return Answer(found, table(rows) or f"None yet; add one with `lsa {kind} add CODE TEXT`")


def _short(name: str, value: Any) -> str:
    words = {"minutes": f"{value} min", "times_per_week": f"{value} a week", "group_size": f"group of {value}"}
    return words.get(name, str(value))


@command(
    "outcome add",
    "adds or updates an outcome (EHCP section E) of the pupil in focus",
    CODE,
    TEXT,
    arg("--area", help="the area of need"),
    PUPIL,
    examples=('outcome add E1 "Asks for help without an adult\'s prompt" --area "communication and interaction"',),
)
def add_outcome(book: Book, args: Namespace) -> Answer:
    """The outcome as it is now."""
    return _add(book, "outcome", args, area=args.area)


@command("outcome list", "the outcomes of the pupil in focus", PUPIL)
def list_outcomes(book: Book, _args: Namespace) -> Answer:
    """By code."""
    return _list(book, "outcome", "area")


@command(
    "provision add",
    "adds or updates a provision (EHCP section F) of the pupil in focus",
    CODE,
    TEXT,
    arg("--minutes", type=whole, metavar="N", help="minutes each time"),
    arg("--times-per-week", type=whole, metavar="N", help="how often in a week"),
    arg("--group-size", type=whole, metavar="N", help="pupils in the group, this one included"),
    arg("--by", metavar="WHOM", help="who delivers it"),
    OUTCOME,
    PUPIL,
    examples=('provision add F2 "SaLT programme" --minutes 10 --times-per-week 3 --by LSA --outcome E1',),
)
def add_provision(book: Book, args: Namespace) -> Answer:
    """The provision as it is now."""
    return _add(
        book,
        "provision",
        args,
        minutes=args.minutes,
        times_per_week=args.times_per_week,
        group_size=args.group_size,
        by_whom=args.by,
        outcome=args.outcome,
    )


@command("provision list", "the provisions of the pupil in focus", PUPIL)
def list_provisions(book: Book, _args: Namespace) -> Answer:
    """By code."""
    return _list(book, "provision", "minutes", "times_per_week", "group_size", "by_whom", "outcome")


@command(
    "target add",
    "adds or updates a target of the pupil in focus",
    CODE,
    TEXT,
    OUTCOME,
    arg("--ladder", **one_of(*LADDERS), help="its levels of support (the first time without it: scaffold)"),
    arg("--criterion", metavar="TEXT", help='when it is met, as in "80%% over 3"'),
    PUPIL,
    examples=('target add T1 "Asks for help with the card" --outcome E1 --criterion "80% over 3"',),
)
def add_target(book: Book, args: Namespace) -> Answer:
    """The target as it is now."""
    return _add(book, "target", args, outcome=args.outcome, ladder=args.ladder, criterion=args.criterion)


@command("target list", "the targets of the pupil in focus", PUPIL)
def list_targets(book: Book, _args: Namespace) -> Answer:
    """By code."""
    return _list(book, "target", "outcome", "ladder", "criterion")


@command(
    "target use",
    "makes a target the current one on the screens",
    CODE,
    PUPIL,
    examples=("target use T2",),
)
def use_target(book: Book, args: Namespace) -> Answer:
    """The target that a digit answers now."""
    target = pupils.target(book, args.code, book.focused())
    pupils.choose_target(book, book.focused(), target.id)
    return Answer(book.json(target), f"{book.names.pupil(target.pupil)} current target {book.line(target)}")
