"""Opening a home: with an unlock session, the system's keyring, or a passphrase; making one that is not there yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from lsa_tui import clock, passphrases
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, LsaError
from lsa_tui.paths import Paths
from lsa_tui.vault import home, session, switching
from lsa_tui.vault.keyfile import LEAST

PLAIN = "the records in this home are not encrypted; `lsa key encrypt` does it"
INTERRUPTED = "encrypting this home was interrupted, and its records are plain; `lsa key encrypt` completes it"


@dataclass(frozen=True)
class Opened:
    """An open home. `recovery` is the recovery key of one that was made just now, to be shown once.

    `given`: a passphrase was given for it just now; it was no session and no keyring that opened it.
    """

    book: Book
    recovery: str = ""
    given: bool = False


def open_book(paths: Paths, file: str | None = None) -> Book:
    """The book of a home that was set up. Raises Locked without the right passphrase, and for a home not set up."""
    return open_home(paths, file).book


def open_home(paths: Paths, file: str | None = None, *, new: str = "") -> Opened:
    """Opens a home; makes it where nothing is there yet.

    `file`: a passphrase file. `new`: how a new home is made: "" encrypted where a passphrase is given from outside,
    "ask" encrypted with one that is asked for, "plain" as plain files. Raises Locked and what Book raises.
    """
    state = home.state(paths)
    if state == "new":
        return _make(paths, file, new)
    if state == "plain":
        return Opened(Book(paths))
    _require_key_where_one_was(paths)
    if passphrases.given("home", file) is not None:
        # What is given is what counts: a wrong one is said.
        return Opened(open_with(paths, _typed(paths, file)), given=True)
    key = session.key_of(paths) or _from_keyring(paths)
    if key is not None:
        return Opened(open_with(paths, key))
    return Opened(open_with(paths, _typed(paths, file)), given=True)


def _require_key_where_one_was(paths: Paths) -> None:
    """Raises LsaError where no key is missing but the beginning of a plain home's records."""
    from lsa_tui.daybook import closed  # knows this

    if closed.looks_plain(paths):
        raise LsaError(
            f"{paths.database} is damaged: it does not begin as a database does, and nothing says it was encrypted. "
            "`lsa doctor` looks what is left of it and at its copies, `lsa doctor --repair` brings back what it can"
        )


def key_of(paths: Paths, file: str | None = None) -> bytes:
    """The key of an encrypted home, found as `open_home` does, whatever became of its records. Raises LsaError."""
    if passphrases.given("home", file) is not None:
        return _typed(paths, file)
    key = session.key_of(paths) or _from_keyring(paths)
    return key if key is not None else _typed(paths, file)


def unmake(book: Book, settings_were: bool) -> None:
    """Takes away a home that was made a moment ago, nothing being in it; settings only where they came with it."""
    paths = book.paths
    book.close()
    for path in (paths.database, paths.key, paths.key_copy):
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    if not settings_were:
        paths.config.unlink(missing_ok=True)
    with suppress(OSError):
        paths.backups.rmdir()


def new_home_says(recovery: str) -> str:
    """What whoever made a home in passing must know."""
    return f"this home was made just now, encrypted with that passphrase. Its recovery key, shown this once: {recovery}"


def key_typed(paths: Paths, file: str | None = None) -> bytes:
    """The key of an encrypted home for a passphrase, whatever session there is. Raises Locked."""
    return _typed(paths, file)


def _make(paths: Paths, file: str | None, new: str) -> Opened:
    if new == "plain":
        return Opened(Book(paths))
    given = passphrases.given("home", file)
    if given is None and new == "ask":
        given = passphrases.ask_new(
            f"A passphrase for the records ({LEAST} characters or more)",
            "set LSA_PASSPHRASE or give --passphrase-file FILE, or keep the records unencrypted with --plain",
        )
    if given is None:
        raise Locked(
            "nobody is set up in this home yet; `lsa init --name NAME --initials JT` does it, with a passphrase "
            "(asked for, LSA_PASSPHRASE or --passphrase-file) or with --plain"
        )
    paths.make()
    made = home.create(paths, given)
    book = Book(paths, key=made.key)
    home.made(paths)
    return Opened(book, made.recovery, given=True)


def _typed(paths: Paths, file: str | None) -> bytes:
    given = passphrases.given("home", file)
    if given is None:
        home.read_key_file(paths)  # what is wrong with it is said before anybody types
        given = passphrases.ask(
            "The passphrase", "set LSA_PASSPHRASE, give --passphrase-file FILE, or do `lsa unlock` once a day"
        )
    wait = home.seconds_to_wait(paths)
    if wait > 0.5:
        passphrases.tell(f"several were wrong just before; this waits {wait:.0f} s")
    return home.key_of(paths, given)


def _from_keyring(paths: Paths) -> bytes | None:
    from lsa_tui.vault import keyring_slot  # light; the keyring itself is loaded only where a slot says so

    return keyring_slot.key_of(paths, lambda: passphrases.given("pin") or passphrases.ask("PIN", "set LSA_PIN"))


def open_with(paths: Paths, key: bytes) -> Book:
    """The book with its key; an interrupted change of key is completed, wrong tries go into the audit."""
    switching.complete(paths)
    keys = home.read_key_file(paths)
    home.require_records(paths, keys)
    if keys.next is not None or keys.more:
        from lsa_tui.vault import change  # hardly ever

        if change.pending(keys):
            key = change.resume(paths, keys, key)
    book = Book(paths, key=key)
    if keys.more.get(home.NEW):
        home.made(paths)  # its making was interrupted
    audit_failures(book)
    return book


def audit_failures(book: Book) -> None:
    """Wrong passphrases since the last right one go into the audit, and count no more."""
    if not book.paths.failures.exists():
        return
    from lsa_tui.daybook import audit  # hardly ever

    for moment in home.take_failures(book.paths):
        audit.note(book, "wrong passphrase", clock.to_text(datetime.fromtimestamp(int(moment), book.zone)))
