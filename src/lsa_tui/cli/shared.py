"""`lsa shared`: who may open the shared store."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from lsa_tui import passphrases
from lsa_tui.cli.answer import Answer
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete

if TYPE_CHECKING:
    from lsa_tui.sync.joining import Standing
    from lsa_tui.sync.keys import NeedsPassphrase

FILE = arg("--join-passphrase-file", metavar="FILE", help="its first line is the join passphrase, or the six words")
NEW_FILE = arg("--join-passphrase-file", metavar="FILE", help="its first line is the new join passphrase")
_OTHERWISE = "set LSA_SHARED_PASSPHRASE or give --join-passphrase-file FILE"


@command(
    "shared join",
    "lets this device into the shared store, once, with its join passphrase or an invitation's six words",
    arg("url", nargs="?", metavar="URL", help="the shared store from now on (without it: the one that is set)"),
    FILE,
    examples=("shared join", "shared join sqlite:////srv/school/school.db"),
)
def join(book: Book, args: Namespace) -> Answer:
    """Exit 3 where the words are missing or wrong."""
    from lsa_tui.sync import joining  # the key's parts are loaded by these commands alone

    def ask(needed: NeedsPassphrase) -> str:
        given = passphrases.given("shared", args.join_passphrase_file)
        return given or passphrases.ask(f"Join passphrase or invitation for {needed.place}", _OTHERWISE)

    path = joining.join(book, ask, args.url)
    from lsa_tui.sync.opening import PLAIN_HERE

    data = {"joined": True, "path": str(path)}
    hints = (PLAIN_HERE,) if book.plain else ()
    return Answer(data, f"This device has joined {path}; `lsa sync` shares with it", hints=hints)


@command(
    "shared invite",
    "words and a QR code that let one further device in, once, within seven days",
    examples=("shared invite",),
)
def invite(book: Book, args: Namespace) -> Answer:
    """The words are all it takes: say them or show them, and write them nowhere."""
    from lsa_tui.sync import joining

    made = joining.invite(book)
    data = {"words": made.words, "until": made.until, "path": str(made.place)}
    if args.json:
        return Answer(data, "")
    lines = [
        f"For one device, once, until {made.until[:16].replace('T', ' ')}:",
        "",
        f"  {made.words}",
        "",
        _qr(made.words),
        f"On the other device: lsa shared join sqlite:///{made.place}",
        "and these words. Whoever reads them first gets in, so show them to nobody else.",
    ]
    return Answer(data, "\n".join(lines))


@command(
    "shared rekey",
    "a new key and a new join passphrase for the shared store: who does not get it is out; encrypts a plain one",
    NEW_FILE,
    examples=("shared rekey",),
)
def rekey(book: Book, args: Namespace) -> Answer:
    """All other devices join again; nothing that they recorded is lost."""
    from lsa_tui.sync import rekeying

    path, was_plain = rekeying.rekey(book, _chosen(args.join_passphrase_file))
    done = f"{path} is encrypted now" if was_plain else f"{path} has a new key"
    return Answer(
        {"path": str(path), "rekeyed": True, "was_plain": was_plain},
        f"{done}. Every other device joins again: `lsa shared join` with the new passphrase or an invitation; nothing "
        "recorded there is lost. Copies that were made before open with what was known before",
    )


@command("shared status", "whether the shared store is encrypted, and whether this device has joined")
def status(book: Book, args: Namespace) -> Answer:
    """Exit 4 where something is wrong with it."""
    from lsa_tui.sync import joining

    found = joining.standing(book)
    data = {
        "state": found.state or "unknown",
        "path": str(found.place) if found.place else None,
        "joined": found.joined,
        "key_id": found.key_id or None,
        "invitations": found.invitations,
        "problem": found.problem or None,
    }
    return Answer(data, _says(found), code=SyncIncomplete.exit_code if found.problem else 0)


def _says(found: Standing) -> str:
    words = {
        "not set": "No shared store is set; `lsa init --shared URL` names one",
        "not there": f"{found.place}: nothing is there yet; `lsa sync` makes it",
        "plain": f"{found.place}: not encrypted; `lsa shared rekey` does it",
        "encrypted": f"{found.place}: encrypted, key {found.key_id}",
        "": f"{found.place}: cannot be told",
    }[found.state]
    lines = [words]
    if found.state == "encrypted":
        lines.append("This device has joined" if found.joined else "This device has not joined")
        lines.append(f"Invitations that are open: {found.invitations}")
    return "\n".join([*lines, *([found.problem] if found.problem else [])])


def _chosen(file: str | None) -> Callable[[], str]:
    def choose() -> str:
        given = passphrases.given("shared", file)
        return given or passphrases.ask_new("The new join passphrase of the shared store", _OTHERWISE)

    return choose


def _qr(words: str) -> str:
    import io

    import segno  # 20 ms that only an invitation needs

    drawn = io.StringIO()
    segno.make(words, error="m").terminal(drawn, compact=True, border=2)
    return drawn.getvalue()
