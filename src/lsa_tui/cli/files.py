"""`lsa export` and `lsa import`: JSON lines."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from lsa_tui.cli.answer import Answer
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import audit, exchange
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_day
from lsa_tui.errors import BadInput
from lsa_tui.paths import write_whole

LONGEST = 1 << 20
"""Bytes of a first line that is looked at: an entry's is a few hundred."""


@command(
    "export",
    "the records as JSON lines, all pupils, to standard output or a file",
    arg("file", metavar="FILE", nargs="?", help="written whole or not at all, for your eyes only"),
    arg("--since", metavar="DATE", help="entries from this day on"),
    arg("--until", metavar="DATE", help="entries to this day"),
    arg("--pupil", metavar="CODE", help="this pupil alone"),
    arg("--names", action="store_true", help="with the names; without it, none may stand in what is exported"),
    arg("--private", action="store_true", help="with your private marks (praise, reminders)"),
    examples=("export records.jsonl", "export --since 2026-11-01 --pupil K7 --json"),
)
def export(book: Book, args: Namespace) -> Answer:
    """The lines; with a file, what was written."""
    since, until = (parse_day(day, book.now()) if day is not None else None for day in (args.since, args.until))
    pupil = book.pupil(args.pupil) if args.pupil is not None else None
    lines = list(exchange.export(book, since, until, pupil, args.names, args.private))
    left_out = 0 if args.private or pupil else exchange.private_marks(book)
    said = f"{left_out} private marks are left out (they are yours alone); --private takes them along"
    hints = (said,) if left_out else ()
    much = f"{len(lines)} records{' with names' * args.names}"
    if args.file in (None, "-"):
        audit.note(book, "export", f"{much}, to standard output")
        data = {"lines": [json.loads(line) for line in lines], "private_left_out": left_out} if args.json else None
        return Answer(data, "\n".join(lines), hints=hints)
    target = Path(args.file).expanduser()
    try:
        is_folder, has_folder = target.is_dir(), target.parent.is_dir()
    except OSError as problem:
        raise BadInput(f"{args.file[:80]} cannot be a file ({problem.strerror}); choose another name") from None
    if not has_folder:
        raise BadInput(f"there is no folder {target.parent}; make it first, or choose another file")
    if is_folder:
        raise BadInput(f"{target} is a folder; name a file in it")
    if not _may_be_replaced(target):
        raise BadInput(f"{target} is there already and is no earlier export; choose another name. Nothing was changed")
    write_whole(target, "".join(f"{line}\n" for line in lines))
    audit.note(book, "export", f"{much}, to {target.name}")
    data = {"file": str(target), "records": len(lines), "private_left_out": left_out}
    said = f"{len(lines)} records written to {target}, which is not encrypted: delete it when it has done its work"
    return Answer(data, said, hints=hints)


@command(
    "import",
    "takes JSON lines: every line is checked first, one bad line refuses the file; twice adds nothing",
    arg("file", metavar="FILE", help="- for standard input"),
    examples=("import records.jsonl", "import - < records.jsonl"),
)
def take(book: Book, args: Namespace) -> Answer:
    """What the import did."""
    source = "standard input" if args.file == "-" else args.file
    done = exchange.take(book, _lines(_bytes(args.file), source), source)
    audit.note(book, "import", f"{done.added} added, {done.updated} updated")
    data = {"added": done.added, "updated": done.updated, "known": done.known}
    said = f"{done.added} added, {done.updated} updated, {done.known} known already"
    return Answer(data, said if any(data.values()) else f"{source} holds no record, so nothing was added")


def _may_be_replaced(target: Path) -> bool:
    """Whether nothing is lost by writing there: nothing, an empty file, or an export is in that place."""
    try:
        with target.open("rb") as file:
            first = file.readline(LONGEST)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        line = json.loads(first) if first else {"type": "", "id": ""}
    except ValueError:
        return False
    return isinstance(line, dict) and line.keys() >= {"type", "id"}


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).expanduser().read_bytes()
    except (OSError, ValueError) as problem:
        raise BadInput(f"{file} cannot be read ({getattr(problem, 'strerror', None) or problem})") from None


def _lines(data: bytes, source: str) -> list[str]:
    """The lines, split at line feeds only: other separators may stand inside a text. None is an export of nothing."""
    found = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            found.append(line.decode())
        except UnicodeDecodeError as problem:
            raise BadInput(
                f"{source}: line {number}: is not UTF-8 text (byte {problem.start + 1}); nothing was imported"
            ) from None
    return found
