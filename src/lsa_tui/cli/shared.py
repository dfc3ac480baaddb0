"""`lsa shared`: who may open the shared store."""

from __future__ import annotations

import contextlib
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from lsa_tui import passphrases
from lsa_tui.cli.answer import Answer, width
from lsa_tui.cli.arguments import whole
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError, SyncIncomplete

if TYPE_CHECKING:
    from lsa_tui.sync.joining import Standing
    from lsa_tui.sync.keys import NeedsPassphrase

FILE = arg("--join-passphrase-file", metavar="FILE", help="its first line is the join passphrase, or the six words")
NEW_FILE = arg("--join-passphrase-file", metavar="FILE", help="its first line is the new join passphrase")
A_DAY = 24 * 60 * 60
_OTHERWISE = "set LSA_SHARED_PASSPHRASE or give --join-passphrase-file FILE"


@command(
    "shared join",
    "lets this device into the shared store, once, with its join passphrase or an invitation's six words",
    arg("url", nargs="?", metavar="URL", help="the shared store from now on (without it: the one that is set)"),
    FILE,
    arg("--yes", action="store_true", help="does not ask once more where another group's store lies there"),
    examples=("shared join", "shared join sqlite:////srv/school/school.db"),
)
def join(book: Book, args: Namespace) -> Answer:
    """Exit 3 where the words are missing or wrong."""
    from lsa_tui.sync import joining  # the key's parts are loaded by these commands alone

    def ask(needed: NeedsPassphrase) -> str:
        given = passphrases.given("shared", args.join_passphrase_file)
        return given or passphrases.ask(f"Join passphrase or invitation for {needed.shown}", _OTHERWISE)

    if _on_a_server(args.url or book.config["shared.url"]):
        from lsa_tui.sync import serving

        name = serving.join(book, args.url, _sure(args.yes))
        return Answer({"joined": True, "path": name}, f"This device shares with {name}; its account there lets it in")
    path = joining.join(book, ask, args.url, _sure(args.yes))
    from lsa_tui.sync.opening import PLAIN_HERE

    data = {"joined": True, "path": str(path)}
    hints = (PLAIN_HERE,) if book.plain else ()
    return Answer(data, f"This device has joined {path}; `lsa sync` shares with it", hints=hints)


def _sure(yes: bool) -> Callable[[str], None]:
    """Asks a person at a terminal before two groups' records come together; a script says --yes."""

    def sure(name: str) -> None:
        if yes:
            return
        what = f"{name} is another shared store than the one that was there, and none of its records are known here"
        if not passphrases.can_ask():
            raise BadInput(
                f"{what}; put the right one back, or add --yes, which puts the records of both groups together for "
                "good. Nothing was changed"
            )
        passphrases.tell(f"{what}: joining it puts the records of both groups together for good")
        if not passphrases.confirmed("Join it?"):
            raise LsaError(f"{name} was not joined, nothing was changed; put the right one back")

    return sure


@command(
    "shared invite",
    "words and a QR code that let one further device in, once, within seven days",
    examples=("shared invite",),
)
def invite(book: Book, args: Namespace) -> Answer:
    """The words are all it takes: say them or show them, and write them nowhere."""
    from lsa_tui.address import typed
    from lsa_tui.sync import joining

    made = joining.invite(book)
    data = {"words": made.words, "until": made.until, "path": str(made.place)}
    if args.json:
        return Answer(data, "")
    import textwrap  # as the picture, for an invitation alone

    lines = [
        f"For one device, once, until {made.until[:16].replace('T', ' ')}:",
        "",
        f"  {made.words}",
        "",
        "On the other device:",
        f"  lsa shared join {typed(made.url)}",
        # At the terminal's own edge a word would break.
        textwrap.fill("and these words. Whoever reads them first gets in, so show them to nobody else.", width() - 1),
        "",
        # The last lines stay in view where there are few: the picture, and the words once more.
        _qr(made.words).rstrip("\n"),
        f"  {made.words}",
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


def _on_a_server(url: str) -> bool:
    from lsa_tui.address import parse

    return parse(url).anchor is None


def _says(found: Standing) -> str:
    words = {
        "not set": "No shared store is set; `lsa init --shared URL` names one",
        "not there": f"{found.place}: nothing is there yet; `lsa sync` makes it",
        # Where something else is wrong with it (another group's perhaps), it is not to be encrypted.
        "plain": f"{found.place}: not encrypted{'' if found.problem else '; `lsa shared rekey` does it'}",
        "encrypted": f"{found.place}: encrypted, key {found.key_id}",
        "server": f"{found.place}: a server, whose accounts say who may read",
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


@command(
    "shared move",
    "moves what is shared to another place or kind (file, folder, server), checks it, and uses that from then on",
    arg("url", metavar="URL", help="the new store, as in folder:////srv/school or postgresql://HOST/NAME"),
    arg("--dry-run", action="store_true", help="says what it would move and changes nothing"),
    examples=("shared move postgresql://db.school.example/records", "shared move folder:////home/jt/OneDrive/School"),
)
def move(book: Book, args: Namespace) -> Answer:
    """The old store keeps all it has, and tells the other devices where to go. Exit 4 where it could not be done."""
    from lsa_tui.address import typed
    from lsa_tui.sync import keys, moving

    done = moving.move(book, args.url, dry_run=args.dry_run, ask=lambda needed: keys.somebody_asks(needed, "move"))
    data = {
        "from": done.source,
        "to": done.target,
        "changes": done.changes,
        "chains": done.chains,
        "sent": done.sent,
        "moved": not (done.dry_run or done.same),
        "same": done.same or not done.dry_run,  # what both hold, as the sentence says
        "renamed": done.same,
    }
    if done.same:
        uses = "would use" if done.dry_run else "uses"
        return Answer(
            data,
            f"{done.source} and {done.target} are one and the same store, so nothing was moved; this device {uses} it "
            "by the new name, and the others may go on with theirs",
        )
    count = f"{done.changes} {'change' if done.changes == 1 else 'changes'} of {done.chains}"
    count += f" {'device' if done.chains == 1 else 'devices'}"
    if done.dry_run:
        said = f"{count} would be in {done.target}, {done.sent} of them sent now; nothing was changed"
        return Answer(data, said, hints=done.notes)
    return Answer(
        data,
        f"{count} are in {done.target}, read back and the same as in {done.source}. This device shares there now; "
        f"every other one is told to at its next sync: lsa init --shared {typed(args.url)}",
        hints=done.notes,
    )


@command(
    "shared lock-test",
    "whether locks work where the shared file lies: run it on one machine, then with its code on another",
    arg(
        "url", nargs="?", metavar="URL", help="the shared file, or where it is to lie (without it: the one that is set)"
    ),
    arg("--code", metavar="CODE", help="on the second machine: the code that the first one shows"),
    arg("--seconds", metavar="N", type=whole, help="on the first: ends after so long, where nobody can press Enter"),
    examples=("shared lock-test", "shared lock-test --code 4711"),
)
def lock_test(book: Book, args: Namespace) -> Answer:
    """Never touches the shared file itself. Exit 4 where locks do not work."""
    from lsa_tui.address import typed
    from lsa_tui.sync import lock_test as test

    if args.seconds is not None and not 1 <= args.seconds <= A_DAY:
        raise BadInput(f"--seconds is 1 to {A_DAY}, not {args.seconds}; the other machine needs some to answer")
    file = test.place(args.url or book.config["shared.url"])
    address = typed(args.url or book.config["shared.url"])
    folder = f"folder:///{file.parent.as_posix()}"
    if args.code:
        found = test.answer(file, args.code.strip())
        works = f"Locks work: while the other machine held {file}, this one was refused it"
        if found.alone:
            works = (
                "Locks work on this machine: both ends of the test ran on it, which proves nothing for another one; "
                f"run this end on another machine, with its name of {file}"
            )
        says = (
            works
            if found.works
            else f"Locks do NOT work here: this machine got the lock on {file} while the other held it (or that one "
            f"has ended its test). Use {folder} instead: lsa shared move {typed(folder)}"
        )
        data = {"works": found.works, "one_machine": found.alone, "file": str(file)}
        return Answer(data, says, code=0 if found.works else SyncIncomplete.exit_code)
    with test.holding(file) as code:
        _wait(f"Now on the other machine: lsa shared lock-test {address} --code {code}", args.seconds)
    says = f"The test with the code {code} has ended; whether locks work is what the other machine has answered"
    return Answer({"code": code, "file": str(file)}, says)


def _wait(says: str, seconds: int | None) -> None:
    print(says, file=sys.stderr, flush=True)
    if seconds is not None:
        time.sleep(seconds)
        return
    print("Press Enter when it has answered.", file=sys.stderr, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.readline()
