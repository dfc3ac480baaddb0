"""`lsa sync`: both ways with the shared store, and how sharing stands."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from lsa_tui.cli.answer import Answer, width
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, SyncIncomplete

BAR = 20
"""Columns of the bar."""


@command(
    "sync",
    "sends what is here and brings what others wrote; verified by reading it back",
    arg("--dry-run", action="store_true", help="says what it would do and changes nothing"),
    arg("--status", action="store_true", help="how sharing stands, from what is on this device; asks no share"),
    examples=("sync", "sync --dry-run", "sync --status --json"),
)
def sync(book: Book, args: Namespace) -> Answer:
    """What was sent and received. Exit 4 where anything is still only here, 3 without the join passphrase."""
    if args.status:
        return _status(book, args)
    from lsa_tui.sync.keys import somebody_asks
    from lsa_tui.sync.run import sync as run  # a mark need not load it

    watched = sys.stderr.isatty() and not args.json
    try:
        result = run(book, progress=_show if watched else None, dry_run=args.dry_run, ask=somebody_asks)
    finally:
        if watched:
            print("\r\x1b[K", end="", file=sys.stderr)
    complete = args.dry_run or (result.verified and not result.remaining)
    left = f"{result.remaining} not shared yet, recorded meanwhile; sync again"
    hints = [] if complete else [left]
    if result.conflicts:
        hints.append("`lsa conflicts` lists what is to decide")
    return Answer(result.as_json(), result.says, code=0 if complete else SyncIncomplete.exit_code, hints=tuple(hints))


def _status(book: Book, args: Namespace) -> Answer:
    """Exit 4 where anything is only here, or the last sync was not complete."""
    if args.dry_run:
        raise BadInput("--status changes nothing in any case; give it without --dry-run")
    from lsa_tui.sync import status

    found = status.status(book)
    code = 0 if found.complete else SyncIncomplete.exit_code
    return Answer(found.as_json(), "\n".join(status.says(book, found)), code=code)


def _show(progress: Any) -> None:
    words = progress.says
    if progress.of:
        full = BAR * min(progress.done, progress.of) // progress.of
        words = f"{'#' * full}{'.' * (BAR - full)} {progress.says} {progress.done:,} of {progress.of:,}"
    print(f"\r\x1b[K{words[: width() - 1]}", end="", file=sys.stderr, flush=True)
