"""What a command answers: one JSON document for programs, a few lines for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from lsa_tui import passphrases, text
from lsa_tui.daybook import hearing
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

if TYPE_CHECKING:
    from pathlib import Path

SHORT = (13, 18, 23, 28)
"""Lengths at which an id may be cut: a UUIDv7 begins with its millisecond, 13 characters."""


class Answer(NamedTuple):
    """`data` is the JSON document, `text` what people read, `hints` go to standard error in both cases.

    `opens` asks for the application on that home afterwards, `then` is done once it was shown.
    """

    data: Any
    text: str
    code: int = 0
    hints: tuple[str, ...] = ()
    opens: Path | None = None
    then: Callable[[], object] | None = None


def show(answer: Answer, as_json: bool) -> None:
    """Prints an answer to standard output, its hints to standard error."""
    for hint in answer.hints:
        warn(hint)
    words = dumps(answer.data) if as_json else answer.text
    try:
        if words:
            sys.stdout.write(words if words.endswith("\n") else words + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        let_go()
        raise LsaError(f"the answer cannot be written ({problem.strerror}); what was done stays done") from None


def let_go() -> None:
    """Nothing can be written to standard output any more: nothing is, not even while the interpreter ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def dumps(data: Any) -> str:
    """One JSON document on one line."""
    return json.dumps(data, ensure_ascii=False)


def warn(sentence: str) -> None:
    """`lsa: ...` on standard error; what was typed may stand in it, so nothing in it can steer the terminal."""
    print(passphrases.on_terminal(f"lsa: {text.clean(sentence)}"), file=sys.stderr)


def is_terminal() -> bool:
    """Whether a person sees standard output directly."""
    return sys.stdout.isatty()


def coloured() -> bool:
    """Whether colour is wanted: a terminal, and no NO_COLOR."""
    return is_terminal() and not os.environ.get("NO_COLOR")


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    import shutil  # 4 ms that a mark need not pay

    return shutil.get_terminal_size((80, 24)).columns if is_terminal() else 80


def when(book: Book, entry: Entry) -> str:
    """The time of an entry: "10:42", with its day where that is not today."""
    return f"{entry.when:%H:%M}" if entry.when.date() == book.today() else f"{entry.when:%a %d %b %H:%M}"


def short_id(book: Book, entry: Entry) -> str:
    """The shortest beginning of its id (13 characters or more) that is no other record's."""
    for length in SHORT:
        if len(read.starting_with(book.db, entry.id[:length])) == 1:
            return entry.id[:length]
    return entry.id


def says(book: Book, entry: Entry) -> str:
    """For whom, what and when: "K7 Calling out 10:42", or "K7 09:45 Maths, running" of what has an end."""
    said = [book.line(entry), when(book, entry)]
    parts = [book.names.pupil(entry.pupil), *(reversed(said) if KINDS[entry.kind].ends else said)]
    return " ".join(part for part in parts if part)


def recorded(
    book: Book, entry: Entry, *, more: str = "", fields: Collection[str] | None = None, **extra: Any
) -> Answer:
    """The answer of a recording command: the entry as committed, with `extra` keys and `more` words.

    What sounds like a disclosure, or names somebody, is said once it is recorded: in all its words, or in `fields`.
    """
    ahead = entry.when > book.now() + timedelta(minutes=1)
    hints = [f"{entry.when:%H:%M} is still to come; `lsa undo` takes it back"] if ahead else []
    hints += heard_in(book, entry, fields)
    return Answer({**book.json(entry), **extra}, says(book, entry) + more, hints=tuple(hints))


def heard_in(book: Book, entry: Entry, fields: Collection[str] | None = None) -> tuple[str, ...]:
    """The hints on what was just recorded: that it sounds like a disclosure, or names somebody."""
    written = hearing.said(entry, fields)
    if not written:
        return ()
    from lsa_tui.cli import heard  # a mark has no words

    return tuple(heard.hints(book, entry, written))


def table(rows: Sequence[Sequence[str]], widths: Sequence[int | None] = ()) -> str:
    """Rows as aligned columns, two blanks apart; a column is cut at its width where one is given."""
    cut = [[text.one_line(cell, widths[n] if n < len(widths) else None) for n, cell in enumerate(row)] for row in rows]
    if not cut:
        return ""
    room = [max(len(row[n]) for row in cut) for n in range(len(cut[0]))]
    return "\n".join("  ".join(cell.ljust(room[n]) for n, cell in enumerate(row)).rstrip() for row in cut)
