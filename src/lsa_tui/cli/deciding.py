"""`lsa conflicts` and `lsa decide`: edits that did not see each other, and which of them stands."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from lsa_tui.cli.answer import Answer, recorded, short_id, width
from lsa_tui.cli.arguments import joined
from lsa_tui.cli.log import ID, KEPT, as_json, parsed, shown
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import entries
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records.kinds import Entry

WORDS = "WORDS"
"""Stands in a line to type for a version that is too long to be repeated in it."""


@command("conflicts", "edits that did not see each other: both values are kept until somebody decides")
def conflicts(book: Book, _args: Namespace) -> Answer:
    """Each version of each field, the shown one first, and what to type for it."""
    found = entries.conflicts(book)
    data = [{**as_json(book, one), "conflict": dict(one.conflict or {})} for one in found]
    lines = [line for one in found for field in sorted(one.conflict or {}) for line in _versions(book, one, field)]
    if any(line.endswith(f" {WORDS}") for line in lines):
        lines.append(f"{WORDS} are that version in full; with `&` in the screens one key decides")
    return Answer(data, "\n".join(_wrapped(lines)) or "Nothing to decide")


def _versions(book: Book, entry: Entry, field: str) -> Iterator[str]:
    """One field of an entry: what it is about, then each version with who wrote it and the command for it."""
    yield f"{entries.about(book, entry)}: {field}"
    if field == "removed":  # what it is about, as it stands with the edit
        yield f"  {book.line(entry)}"
    values = (entry.conflict or {})[field]
    for one in values:
        now = one["value"] == values[0]["value"]
        yield ""
        yield f"  {one['by']} {one['at'][:10]} {one['at'][11:16]}{', shown now' if now else ''}"
        yield f"    {shown(book, field, one['value'])}"
        yield f"    {_to_type(book, entry, field, one['value'], now)}"
    yield ""


def _to_type(book: Book, entry: Entry, field: str, value: Any, now: bool) -> str:
    words = f"lsa decide {short_id(book, entry)} {field}"
    if now:
        return words
    said = ("removed" if value else KEPT) if field == "removed" else shown(book, field, value)
    whole = f"{words} {shlex.quote(said)}"
    return whole if len(whole) <= max(width(), 80) - _INDENT else f"{words} {WORDS}"


_INDENT = 4
"""Of a version's words, below who wrote it."""


def _wrapped(lines: list[str]) -> Iterator[str]:
    """As wide as the terminal; a line that goes on begins below the beginning of its first word."""
    import textwrap  # where there is something to decide

    for line in lines:
        if line.lstrip().startswith("lsa decide"):  # to be copied as one
            yield line
            continue
        indent = " " * (len(line) - len(line.lstrip()))
        yield textwrap.fill(line, width() - 1, subsequent_indent=indent, break_on_hyphens=False)


@command(
    "decide",
    "decides between edits that did not see each other",
    ID,
    arg("field", metavar="FIELD"),
    arg("value", metavar="VALUE", nargs="*", help="the right value (without it: the one shown now); removed: or kept"),
    examples=("decide 0193a2b4-1c2d text", "decide 0193a2b4-1c2d count 3", "decide 0193a2b4-1c2d removed kept"),
)
def decide(book: Book, args: Namespace) -> Answer:
    """The entry as it is now."""
    entry = book.entry(args.id)
    values = (entry.conflict or {}).get(args.field)
    typed = joined(args.value)
    value: Any = None
    if values and not typed:
        value = values[0]["value"]
    elif values:
        kept = [
            one["value"]
            for one in values
            if typed.strip() in (str(one["value"]), shown(book, args.field, one["value"]))
        ]
        value = kept[0] if kept else _decided(book, entry, args.field, typed)
    return recorded(book, entries.decide(book, entry.id, args.field, value), fields=())


def _decided(book: Book, entry: Entry, field: str, typed: str) -> Any:
    if field == "removed":
        word = typed.strip().casefold()
        if word in (KEPT, "keep"):
            return None
        if word in ("removed", "remove"):
            return next(one["value"] for one in (entry.conflict or {})[field] if one["value"])
        raise BadInput(f"{typed!r} decides nothing about a removal; write kept, or removed")
    return book.pupil(typed) if field == "pupil" else parsed(book, entry, field, typed)
