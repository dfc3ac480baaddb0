"""`lsa names`: whom the program knows, so that their names are found before they leave. Nothing of it is shared."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.arguments import joined, one_of
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import names
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput

AS = arg("--as", dest="who", default=names.CLASSMATE, **one_of(*names.AS), help="without it: classmate")
NAME = arg("name", metavar="NAME", nargs="+")
LARGEST = 1_000_000
"""Bytes of a list of names; a whole school's is below 100 kB."""


@command(
    "names add",
    "tells the program a classmate's or a member of staff's name; it stays on this device",
    NAME,
    AS,
    examples=("names add Zoe Brook", "names add Ms Patel --as staff"),
)
def add(book: Book, args: Namespace) -> Answer:
    """The name as it is known now."""
    entry = names.add(book, joined(args.name), args.who)
    return Answer(book.json(entry), f"Known: {book.line(entry)}; `lsa names list` shows all")


@command(
    "names import",
    "tells it a list of names, one a line; the file itself is not kept",
    arg("file", metavar="FILE", help="- for standard input"),
    AS,
    examples=("names import class-3b.txt", "names import staff.txt --as staff"),
)
def take(book: Book, args: Namespace) -> Answer:
    """How many names there were."""
    number = names.take(book, _lines(args.file), args.who)
    return Answer({"names": number, "who": args.who}, f"{number} names known as {args.who}")


def _lines(file: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read(LARGEST + 1) if file == "-" else Path(file).expanduser().read_bytes()
        if len(data) > LARGEST:
            raise BadInput(f"{file} is larger than {LARGEST // 1_000_000} MB; write one name on each line")
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not UTF-8 text; save it as such, one name on each line") from None
    except (OSError, ValueError) as problem:
        raise BadInput(f"{file} cannot be read ({getattr(problem, 'strerror', None) or problem})") from None


@command("names list", "everybody whose name the program knows: pupils, classmates, staff, yourself")
def every(book: Book, _args: Namespace) -> Answer:
    """All names, for your eyes only."""
    found = names.known(book)
    data = [{"name": one.name, "who": one.who} for one in found]
    return Answer(data, table([(one.who, one.name) for one in found]) or "No name is known; `lsa names add NAME`")


@command(
    "names remove", "takes a name off the lists of classmates and staff", NAME, examples=("names remove Zoe Brook",)
)
def remove(book: Book, args: Namespace) -> Answer:
    """Which list it was on."""
    entry = names.forget(book, joined(args.name))
    return Answer({"who": entry["who"], "removed": True}, f"No longer known as {entry['who']}")
