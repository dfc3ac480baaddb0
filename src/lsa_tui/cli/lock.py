"""`lsa lock` locks the running application from any terminal; `lsa key pin` sets what unlocks it in seconds."""

from __future__ import annotations

import time
from argparse import Namespace

from lsa_tui import passphrases
from lsa_tui.cli.answer import Answer
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import locking
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.vault import session

PATIENCE = 3.0
"""Seconds that the application has to answer; it looks once in a second."""


@command(
    "lock",
    "locks the application where it runs, and ends the unlock session",
    needs="paths",
    examples=("lock",),
)
def lock(paths: Paths, _args: Namespace) -> Answer:
    """Says what really happened: an application that is stopped (Ctrl+Z) cannot answer, and locks when it goes on."""
    ended = session.end(paths)
    runs = locking.application_runs(paths)
    locked = runs and _locked(paths)
    said = ["The unlock session is ended: commands ask for the passphrase again"] if ended else []
    if locked:
        said.append("The application is locked")
    elif runs:
        said.append("The application has not answered yet; it locks as soon as it does")
    else:
        said.append("No application is open on this home")
    data = {"application": runs, "locked": locked, "session_ended": ended}
    return Answer(data, "\n".join(said))


def _locked(paths: Paths) -> bool:
    locking.ask_to_lock(paths)
    until = time.monotonic() + PATIENCE
    while locking.is_asked_to_lock(paths):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@command(
    "key pin",
    "sets a PIN (4 to 12 digits) that unlocks the running application; it opens nothing else",
    arg("--remove", action="store_true", help="takes it away: the passphrase unlocks then"),
    examples=("key pin", "key pin --remove"),
)
def pin(book: Book, args: Namespace) -> Answer:
    """Asks for the PIN twice, or takes LSA_PIN. Of an encrypted home the passphrase is asked for first."""
    if not book.plain:
        from lsa_tui.daybook.opening import key_typed

        key_typed(book.paths, args.passphrase_file)  # an unlocked session is not enough to change who gets in
    if args.remove:
        had = locking.remove_pin(book)
        rest = "nothing is asked" if book.plain else "the passphrase unlocks the application"
        return Answer({"pin": False}, f"{'The PIN is gone' if had else 'There was no PIN'}; {rest}")
    given = passphrases.given("pin")
    locking.set_pin(book, given or passphrases.ask_new("A PIN (4 to 12 digits)", "set LSA_PIN", locking.digits_of))
    says = "The PIN unlocks the running application from now on, and nothing else"
    if book.plain:
        says += ". It protects the screen alone: the records of this home are not encrypted (`lsa key encrypt`)"
    return Answer({"pin": True}, says)
