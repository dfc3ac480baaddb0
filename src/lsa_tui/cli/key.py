"""`lsa unlock` and `lsa key`: the passphrase and the other ways to the records of this home."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from lsa_tui import passphrases
from lsa_tui.cli.answer import Answer
from lsa_tui.cli.arguments import whole
from lsa_tui.cli.table import arg, command
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import Paths

NEW = arg(
    "--new-passphrase-file", metavar="FILE", help="its first line is the new passphrase (else it is asked for, twice)"
)
_NEW = "give --new-passphrase-file FILE"


def _require_encrypted(paths: Paths) -> None:
    from lsa_tui.vault import home  # with the others here, wanted by these commands alone

    if home.state(paths) != "encrypted":
        raise LsaError("the records of this home are not encrypted; `lsa key encrypt` does it")


def _key(paths: Paths, args: Namespace) -> bytes:
    """The key, for the passphrase: an unlocked session is not enough to change who gets in."""
    from lsa_tui.daybook.opening import key_typed

    _require_encrypted(paths)
    return key_typed(paths, args.passphrase_file)


def _new_passphrase(args: Namespace) -> str:
    from lsa_tui.vault.keyfile import LEAST, check_passphrase

    if args.new_passphrase_file is not None:
        typed = passphrases.from_file(args.new_passphrase_file)
    else:
        typed = passphrases.ask_new(f"The new passphrase ({LEAST} characters or more)", _NEW)
    check_passphrase(typed)
    return typed


def _noted(paths: Paths, key: bytes, did: str) -> None:
    """Into the audit: who changed the keys, and when. A change that was interrupted is completed on the way."""
    from lsa_tui.daybook import audit
    from lsa_tui.daybook.book import Book

    book = Book(paths, key=key)
    try:
        audit.note(book, did)
    finally:
        book.close()


def _take_draft(paths: Paths, key: bytes) -> None:
    """A note's draft of an older version, a plain file, goes into the records."""
    from lsa_tui.daybook import drafts
    from lsa_tui.daybook.book import Book

    book = Book(paths, key=key)
    try:
        drafts.load(book, "note")
    finally:
        book.close()


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
    from lsa_tui.daybook.opening import key_typed, open_with
    from lsa_tui.vault import session

    _require_encrypted(paths)
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
    keys = home.read_key_file(paths)
    if keys.next is not None:
        raise LsaError("a change of key was interrupted; run any command first, such as `lsa doctor`, then this again")
    keys.add_passphrase(key, typed)
    home.write_key_file(paths, keys)
    _noted(paths, key, "changed the passphrase")
    return Answer({"changed": True}, "The passphrase is changed. The recovery key stays as it is")


@command("key recovery", "a new recovery key, shown once; the old one no longer opens", needs="paths")
def recovery(paths: Paths, args: Namespace) -> Answer:
    """The key, in groups of four."""
    from lsa_tui.vault import home

    key = _key(paths, args)
    keys = home.read_key_file(paths)
    if keys.next is not None:
        raise LsaError("a change of key was interrupted; run any command first, such as `lsa doctor`, then this again")
    made = keys.add_recovery(key)
    home.write_key_file(paths, keys)
    _noted(paths, key, "made a new recovery key")
    return Answer({"recovery_key": made}, _keep(made))


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
        was = keyring_slot.remove(paths)
        _noted(paths, key, "took the keyring away")
        return Answer({"keyring": False}, "The keyring no longer opens the records" if was else "It never did")
    pin = None
    if args.pin:
        pin = passphrases.given("pin") or passphrases.ask_new("A PIN (4 digits or more)", "set LSA_PIN")
        if len(pin) < 4:
            raise BadInput("a PIN has at least 4 characters")
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
    from lsa_tui.daybook.opening import open_with
    from lsa_tui.vault import change, session

    _require_encrypted(paths)
    typed = passphrases.given("home", args.passphrase_file) or passphrases.ask("The passphrase")
    from lsa_tui.vault import home

    book = open_with(paths, home.key_of(paths, typed))
    key = book.key
    book.close()
    assert key is not None
    by_passphrase = home.read_key_file(paths).unlock(typed, ("passphrase",)) is not None
    wanted = typed if by_passphrase and not args.new_passphrase_file else _new_passphrase(args)
    made = change.rekey(paths, key, wanted)
    session.end(paths)
    _noted(paths, made.key, "changed the key")
    return Answer(
        {"rekeyed": True, "recovery_key": made.recovery}, "Everything is under a new key.\n" + _keep(made.recovery)
    )


@command(
    "key encrypt",
    "encrypts a plain home, after a backup; interrupted, it goes on where it was",
    needs="paths",
    examples=("key encrypt",),
)
def encrypt(paths: Paths, args: Namespace) -> Answer:
    """The passphrase from LSA_PASSPHRASE or --passphrase-file, else it is asked for, twice."""
    from lsa_tui.daybook.book import Book
    from lsa_tui.vault import change, home
    from lsa_tui.vault.keyfile import LEAST, check_passphrase

    if home.state(paths) != "plain":
        raise LsaError("there is nothing plain to encrypt in this home")
    book = Book(paths)
    made_up = book.made_up
    book.close()
    if made_up:
        raise LsaError(
            "this home is made up, and a demonstration stays plain; set up a home of your own with `lsa init`"
        )
    typed = passphrases.given("home", args.passphrase_file)
    if typed is None:
        typed = passphrases.ask_new(f"A passphrase for the records ({LEAST} characters or more)")
    check_passphrase(typed)
    made = change.encrypt(paths, typed)
    _noted(paths, made.key, "encrypted this home")
    _take_draft(paths, made.key)
    saved = list(paths.saved.glob("*")) if paths.saved.is_dir() else []
    left = f"\nNot encrypted, because you saved them to print: {len(saved)} documents in {paths.saved}" if saved else ""
    return Answer(
        {"encrypted": True, "recovery_key": made.recovery, "plain_documents": len(saved)},
        f"The records, their copies and drafts are encrypted.\n{_keep(made.recovery)}{left}",
    )
