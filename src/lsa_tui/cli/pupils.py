"""`lsa pupil`: pupils, and whose day it is."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records.kinds import Entry


def _line(book: Book, pupil: Entry) -> dict[str, Any]:
    return {**book.json(pupil), "name": pupils.name_of(book, pupil.id), "focus": book.focus == pupil.id}


@command(
    "pupil add",
    "adds or updates a pupil; the first one comes into focus",
    arg("code", metavar="CODE", help="what the pupil is called in every record: K7, initials, a nickname"),
    arg("--name", help="the full name; stays on this device"),
    arg("--year", help="year group"),
    arg("--class", dest="class_", metavar="CLASS", help="class"),
    arg("--plan-type", metavar="TYPE", help="SEN Support, EHCP, ISP ..."),
    examples=('pupil add K7 --year "Year 3" --plan-type EHCP',),
)
def add(book: Book, args: Namespace) -> Answer:
    """The pupil as it is now."""
    fields = {"year": args.year, "class": args.class_, "plan_type": args.plan_type}
    pupil = pupils.add(book, args.code, args.name, **fields)
    doubt = pupils.doubt(book, str(pupil["code"]))
    focus = "in focus" if book.focus == pupil.id else f"`lsa pupil use {pupil['code']}` brings it into focus"
    return Answer(_line(book, pupil), f"Pupil {pupil['code']}, {focus}", hints=(doubt,) if doubt else ())


@command("pupil list", "all pupils; the one in focus is marked")
def every(book: Book, _args: Namespace) -> Answer:
    """All pupils by code."""
    found = [_line(book, pupil) for pupil in pupils.all_pupils(book)]
    rows = [
        (">" if one["focus"] else " ", one["code"], one["year"] or "", one["plan_type"] or "", one["name"] or "")
        for one in found
    ]
    return Answer(found, table(rows) or "No pupil yet; add one with `lsa pupil add CODE`")


@command(
    "pupil use",
    "brings a pupil into focus: what is recorded next is about that one",
    arg("code", metavar="CODE"),
    examples=("pupil use K7",),
)
def use(book: Book, args: Namespace) -> Answer:
    """The pupil now in focus."""
    pupil = pupils.use(book, args.code)
    return Answer(_line(book, pupil), f"In focus: {pupil['code']}")
