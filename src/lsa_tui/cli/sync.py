"""`lsa sync`: both ways with the shared database."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from lsa_tui.cli.answer import Answer
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete


@command(
    "sync",
    "sends what is here and brings what others wrote; verified by reading it back",
    arg("--dry-run", action="store_true", help="says what it would do and changes nothing"),
    examples=("sync", "sync --dry-run"),
)
def sync(book: Book, args: Namespace) -> Answer:
    """What was sent and received. Exit 4 where anything is still only here, 3 without the join passphrase."""
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
    hints = () if complete else (left,)
    return Answer(result.as_json(), result.says, code=0 if complete else SyncIncomplete.exit_code, hints=hints)


def _show(progress: Any) -> None:
    print(f"\r\x1b[K{progress.phase} {progress.done} of {progress.of}", end="", file=sys.stderr, flush=True)
