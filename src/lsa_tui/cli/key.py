"""`lsa unlock` and `lsa key`: the passphrase and the other ways to the records of this home."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from lsa_tui import passphrases
from lsa_tui.cli.answer import Answer
from lsa_tui.cli.arguments import whole
from lsa_tui.cli.table import arg, command
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import Paths

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book

NEW = arg(
    "--new-passphrase-file", metavar="FILE", help="its first line is the new passphrase (else it is asked for, twice)"
)
_NEW = "give --new-passphrase-file FILE"


def _key(paths: Paths, args: Namespace) -> bytes:
    """The key, for the passphrase: an unlocked session is not enough to change who gets in. What was interrupted is
    completed on the way."""
    from lsa_tui.daybook import opening  # with the others here, wanted by these commands alone

    opening.require_encrypted(paths)
    book = opening.open_with(paths, opening.key_typed(paths, args.passphrase_file))
    book.close()
    assert book.key is not None
    return book.key


def _new_passphrase(args: Namespace) -> str:
    from lsa_tui.vault.keyfile import LEAST, check_passphrase

    if args.new_passphrase_file is not None:
        typed = passphrases.from_file(args.new_passphrase_file)
    else:
        typed = passphrases.ask_new(f"The new passphrase ({LEAST} characters or more)", _NEW, check_passphrase)
    check_passphrase(typed)
    return typed


@contextmanager
def _open(paths: Paths, key: bytes) -> Iterator[Book]:
    from lsa_tui.daybook.book import Book

    book = Book(paths, key=key)
    try:
        yield book
    finally:
        book.close()


def _noted(paths: Paths, key: bytes, did: str) -> None:
    """Into the audit: who changed the keys, and when."""
    from lsa_tui.daybook import audit

    with _open(paths, key) as book:
        audit.note(book, did)


def _seen(paths: Paths, key: bytes) -> Callable[[], None]:
    """What is done once a recovery key was shown."""
    from lsa_tui.daybook import opening

    return partial(opening.recovery_seen, paths, key)


def _keep(recovery: str) -> str:
    return (
        "The recovery key opens the records when the passphrase is forgotten. It is shown this once, so write it\n"
        f"down and keep it where the school keeps keys, not with this device:\n  {recovery}"
    )


@command(
    "unlock",
    "asks for the passphrase once; for some hours commands and screens open without it",
    arg("--minutes", type=whole, metavar="N", help="for so long (without it: [lock] session_minutes, a school day)"),
    needs="paths",
    examples=("unlock", "unlock --minutes 60"),
)
def unlock(paths: Paths, args: Namespace) -> Answer:
    """Until when."""
    from lsa_tui import config
    from lsa_tui.daybook.opening import key_typed, open_with, require_encrypted
    from lsa_tui.vault import session

    require_encrypted(paths)
    settings = config.load(paths.config)
    minutes = args.minutes if args.minutes is not None else settings["lock.session_minutes"]
    if not 1 <= minutes <= 1440:
        raise BadInput(f"--minutes is 1 to 1440 (a day), not {minutes}")
    book = open_with(paths, key_typed(paths, args.passphrase_file))
    try:
        assert book.key is not None
        session.begin(paths, book.key, minutes)
    finally:
        book.close()
    ends = session.until(paths)
    until = datetime.fromtimestamp(ends or 0, UTC).astimezone(settings.zone)
    return Answer(
        {"until": until.isoformat(timespec="seconds"), "minutes": minutes},
        f"Unlocked until {until:%H:%M}, or until `lsa lock`, or until this device is switched off",
    )


@command("key passphrase", "changes the passphrase of this home", NEW, needs="paths", examples=("key passphrase",))
def passphrase(paths: Paths, args: Namespace) -> Answer:
    """Asks for the present one first; the recovery key opens, too."""
    from lsa_tui.vault import home

    key = _key(paths, args)
    typed = _new_passphrase(args)
    with home.changing(paths, key) as keys:
        keys.add_passphrase(key, typed)
    _noted(paths, key, "changed the passphrase")
    return Answer({"changed": True}, "The passphrase is changed. The recovery key stays as it is")


@command("key recovery", "a new recovery key, shown once; the old one no longer opens", needs="paths")
def recovery(paths: Paths, args: Namespace) -> Answer:
    """The key, in groups of four."""
    from lsa_tui.daybook import recovery as keeping

    key = _key(paths, args)
    with _open(paths, key) as book:
        made = keeping.renew(book)
    return Answer({"recovery_key": made}, _keep(made), then=_seen(paths, key))


@command(
    "key keyring",
    "lets this system's own store of passwords open the records, with --pin only together with a PIN",
    arg("--pin", action="store_true", help="asks for a PIN (or LSA_PIN), which is needed as well then"),
    arg("--remove", action="store_true", help="takes that way away again"),
    needs="paths",
    examples=("key keyring", "key keyring --pin", "key keyring --remove"),
)
def keyring(paths: Paths, args: Namespace) -> Answer:
    """Whether it opens now."""
    from lsa_tui.vault import keyring_slot

    key = _key(paths, args)
    if args.remove:
        was = keyring_slot.remove(paths, key)
        _noted(paths, key, "took the keyring away")
        return Answer({"keyring": False}, "The keyring no longer opens the records" if was else "It never did")
    pin = None
    if args.pin:
        from lsa_tui.daybook import locking

        says = f"A PIN ({locking.SHORTEST} to {locking.LONGEST} digits)"
        pin = locking.digits_of(passphrases.given("pin") or passphrases.ask_new(says, "set LSA_PIN", locking.digits_of))
    keyring_slot.add(paths, key, pin)
    _noted(paths, key, "let the keyring open the records")
    return Answer({"keyring": True, "pin": bool(pin)}, "This system's store of passwords opens the records from now on")


@command(
    "key rekey",
    "a new key for everything in this home, and a new recovery key; for a passphrase that others have seen",
    arg("--new-passphrase-file", metavar="FILE", help="a new passphrase, too (without it the present one stays)"),
    needs="paths",
    examples=("key rekey",),
)
def rekey(paths: Paths, args: Namespace) -> Answer:
    """Everything is copied under the new key; interrupted, it is completed at the next start."""
    from lsa_tui.daybook import opening
    from lsa_tui.vault import change, home, keyring_slot, session

    opening.require_encrypted(paths)
    typed, key_then = opening.typed(paths, args.passphrase_file)
    book = opening.open_with(paths, key_then)
    key = book.key
    book.close()
    assert key is not None
    keys = home.read_key_file(paths)
    by_passphrase = keys.unlock(typed, ("passphrase",)) is not None
    wanted = typed if by_passphrase and not args.new_passphrase_file else _new_passphrase(args)
    made = change.rekey(paths, key, wanted)
    session.end(paths)
    with _open(paths, made.key) as book:
        opening.note_change(book, change.CHANGED)
    said = "Everything is under a new key."
    had = bool(keys.of_kind("keyring"))
    if had:
        keyring_slot.forget(keys)
        said += " This system's store of passwords no longer opens it; `lsa key keyring` lets it again."
    data = {"rekeyed": True, "recovery_key": made.recovery, "keyring_ended": had}
    return Answer(data, f"{said}\n{_keep(made.recovery)}", then=_seen(paths, made.key))


@command(
    "key encrypt",
    "encrypts a plain home, after a backup; interrupted, it goes on where it was",
    needs="paths",
    examples=("key encrypt",),
)
def encrypt(paths: Paths, args: Namespace) -> Answer:
    """The passphrase from LSA_PASSPHRASE or --passphrase-file, else it is asked for, twice."""
    from lsa_tui.daybook import cleaning, drafts, opening
    from lsa_tui.daybook.book import Book
    from lsa_tui.vault import change, home

    state = home.state(paths)
    if state == "new":
        raise opening.no_home(paths)
    if state == "lost":
        raise home.gone(paths)
    if state != "plain":
        raise LsaError("there is nothing plain to encrypt in this home")
    book = Book(paths)
    made_up = book.made_up
    book.close()
    if made_up:
        raise LsaError(
            "this home is made up, and a demonstration stays plain; set up a home of your own with `lsa init`"
        )
    typed = _first_passphrase(paths, args)
    cleaning.drop_plain_remains(paths)
    made = change.encrypt(paths, typed)
    with _open(paths, made.key) as book:
        opening.note_change(book, change.ENCRYPTED)
        drafts.load(book, "note")  # one of an older version, a plain file, goes into the records
    saved = list(paths.saved.glob("*")) if paths.saved.is_dir() else []
    left = f"\nNot encrypted, because you saved them to print: {len(saved)} documents in {paths.saved}" if saved else ""
    return Answer(
        {"encrypted": True, "recovery_key": made.recovery, "plain_documents": len(saved)},
        f"The records, their copies and drafts are encrypted.\n{_keep(made.recovery)}{left}",
        then=_seen(paths, made.key),
    )


def _first_passphrase(paths: Paths, args: Namespace) -> str:
    """The passphrase for a plain home: a new one, or the one with which an interrupted encrypting was begun."""
    from lsa_tui.vault import change
    from lsa_tui.vault.keyfile import LEAST, check_passphrase

    typed = passphrases.given("home", args.passphrase_file)
    keys = change.begun(paths)
    if keys is not None:
        question, opens = "The passphrase with which the encrypting was begun", partial(change.begun_with, paths, keys)
        return typed or passphrases.ask_until(question, passphrases.OTHERWISE, opens)[0]
    if typed is None:
        typed = passphrases.ask_new(
            f"A passphrase for the records ({LEAST} characters or more)", check=check_passphrase
        )
    check_passphrase(typed)
    return typed
