"""Opening a home: with an unlock session, the system's keyring, or a passphrase; making one that is not there yet."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from lsa_tui import clock, passphrases
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, LsaError
from lsa_tui.paths import Paths
from lsa_tui.vault import cipher, home, session, switching, tries
from lsa_tui.vault.keyfile import LEAST, KeyFile, check_passphrase

PLAIN = "the records in this home are not encrypted; `lsa key encrypt` does it"
INTERRUPTED = "encrypting this home was interrupted, and its records are plain; `lsa key encrypt` completes it"


@dataclass(frozen=True)
class Opened:
    """An open home. `recovery` is the recovery key of one that was made just now, to be shown once.

    `given`: a passphrase was given for it just now; it was no session and no keyring that opened it. `made`: the home
    was made just now, encrypted or plain.
    """

    book: Book
    recovery: str = ""
    given: bool = False
    made: bool = False


def open_book(paths: Paths, file: str | None = None) -> Book:
    """The book of a home that was set up. Raises Locked without the right passphrase, and for a home not set up."""
    return open_home(paths, file).book


def open_home(paths: Paths, file: str | None = None, *, new: str = "") -> Opened:
    """Opens a home; makes it where nothing is there yet.

    `file`: a passphrase file. `new`: how a new home is made: "" encrypted where a passphrase is given from outside,
    "ask" encrypted with one that is asked for, "plain" as plain files, "no" not at all. Raises Locked and what Book
    raises.
    """
    state = home.state(paths)
    if state == "new":
        return _make(paths, file, new)
    if state == "lost":
        raise home.gone(paths)
    if state == "plain":
        _say_interrupted(paths)
        return Opened(Book(paths))
    _require_key_where_one_was(paths)
    try:
        return _opened(paths, file)
    except home.ChangedMeanwhile:
        return _opened(paths, file)  # whoever changed it is done


def _opened(paths: Paths, file: str | None) -> Opened:
    key = _kept(paths, file)
    if key is not None:
        return Opened(open_with(paths, key))
    return Opened(open_with(paths, _typed(paths, file)[1]), given=True)


def _require_key_where_one_was(paths: Paths) -> None:
    """Raises LsaError where no key is missing but the beginning of a plain home's records."""
    from lsa_tui.daybook import closed  # knows this

    if closed.looks_plain(paths):
        raise LsaError(
            f"{paths.database} is damaged: it does not begin as a database does, and nothing says it was encrypted. "
            "`lsa doctor` looks what is left of it and at its copies, `lsa doctor --repair` brings back what it can"
        )


def key_of(paths: Paths, file: str | None = None) -> bytes:
    """The key of an encrypted home, found as `open_home` does, whatever became of its records; a change of it that was
    interrupted is completed where that is possible. Raises LsaError."""
    from lsa_tui.vault import change  # with a home that is looked at as a whole

    key = _kept(paths, file)
    return change.in_force(paths, key if key is not None else _typed(paths, file)[1])


def _kept(paths: Paths, file: str | None) -> bytes | None:
    """The key that a session or the system's keyring holds; None where a passphrase is to be typed, or was given: what
    is given is what counts, and a wrong one is said."""
    if passphrases.given("home", file) is not None:
        return None
    key = session.key_of(paths)
    if key is not None:
        if home.is_ours(paths, key):
            return key
        session.end(paths)
    key = _from_keyring(paths)
    return key if key is not None and home.is_ours(paths, key) else None


def _say_interrupted(paths: Paths) -> None:
    if paths.key.exists() or paths.key_copy.exists():
        from lsa_tui.vault import change  # hardly ever

        if change.begun(paths) is not None:
            passphrases.tell(INTERRUPTED)


def no_home(paths: Paths) -> Locked:
    """What is said of a home that is not there; it may be a mistyped one."""
    from lsa_tui import config  # where it is opened, the book loads it

    if config.load(paths.config).exists:
        return Locked(
            f"the records {paths.database} are gone or empty, and no copy of them is here; put one back, or `lsa init` "
            f"begins anew with the settings of {paths.config}, and a sync then brings what was shared"
        )
    return Locked(
        f"nobody is set up in {paths.data_folder} yet; `lsa init --name NAME --initials JT` does it, with a passphrase "
        "(asked for, LSA_PASSPHRASE or --passphrase-file) or with --plain"
    )


def require_encrypted(paths: Paths) -> None:
    """Raises Locked for a home that is not there, LsaError for a plain one and for one whose records are gone."""
    state = home.state(paths)
    if state == "new":
        raise no_home(paths)
    if state == "lost":
        raise home.gone(paths)
    if state == "plain":
        raise LsaError("the records of this home are not encrypted; `lsa key encrypt` does it")


def unmake(book: Book, settings_were: bool) -> None:
    """Takes away a home that was made a moment ago, where nothing is in it: another program may have recorded something
    meanwhile. Settings go only where they came with it."""
    paths = book.paths
    try:
        with book.store.writing() as db:
            if db.execute_sql("SELECT 1 FROM change LIMIT 1").fetchone():
                return
            if os.name == "posix":
                paths.database.unlink()  # who waits to write finds it gone, and says so; elsewhere an open one stays
    except (LsaError, OSError):
        return
    book.close()
    for path in (paths.database, paths.key, paths.key_copy, paths.key_lock):
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    if not settings_were:
        paths.config.unlink(missing_ok=True)
    with suppress(OSError):
        paths.backups.rmdir()


MADE = (
    "this home was made just now, encrypted with that passphrase; `lsa key recovery` shows a recovery key, which opens "
    "it when the passphrase is forgotten"
)
"""What whoever made a home in passing must know."""


def key_typed(paths: Paths, file: str | None = None) -> bytes:
    """The key of an encrypted home for a passphrase, whatever session there is. Raises Locked."""
    return typed(paths, file)[1]


def typed(paths: Paths, file: str | None = None) -> tuple[str, bytes]:
    """As `key_typed`, with the passphrase."""
    return _typed(paths, file, passphrases.OTHERWISE)


def _make(paths: Paths, file: str | None, new: str) -> Opened:
    if new == "plain":
        return Opened(Book(paths), made=True)
    given = passphrases.given("home", file) if new != "no" else None
    if given is None and new == "ask":
        given = passphrases.ask_new(
            f"A passphrase for the records ({LEAST} characters or more)",
            "set LSA_PASSPHRASE or give --passphrase-file FILE, or keep the records unencrypted with --plain",
            check_passphrase,
        )
    if given is None:
        raise no_home(paths)
    from lsa_tui.daybook import recovery  # with the next, once in a home's life

    paths.make()
    made = home.create(paths, given)
    book = Book(paths, key=made.key)
    recovery.remember(book)
    home.made(paths)
    return Opened(book, made.recovery, given=True, made=True)


def _typed(
    paths: Paths,
    file: str | None,
    otherwise: str = "set LSA_PASSPHRASE, give --passphrase-file FILE, or do `lsa unlock` once a day",
) -> tuple[str, bytes]:
    given = passphrases.given("home", file)
    if given is not None:
        return given, _tried(paths, given)
    home.read_key_file(paths)  # what is wrong with it is said before anybody types
    return passphrases.ask_until("The passphrase", otherwise, lambda words: _tried(paths, words))


def _tried(paths: Paths, typed: str) -> bytes:
    wait = tries.seconds_to_wait(paths)
    if wait > 0.5:
        passphrases.tell(f"several were wrong just before; this waits {wait:.0f} s")
    return home.key_of(paths, typed)


def _from_keyring(paths: Paths) -> bytes | None:
    from lsa_tui.vault import keyring_slot  # light; the keyring itself is loaded only where a slot says so

    def asked() -> str:
        return passphrases.given("pin") or passphrases.ask("PIN (nothing: the passphrase)", "set LSA_PIN")

    return keyring_slot.key_of(paths, asked)


def open_with(paths: Paths, key: bytes) -> Book:
    """The book with its key; an interrupted change of key is completed, wrong tries go into the audit."""
    switching.complete(paths)
    keys = _own_file(paths, key)
    home.require_records(paths, keys)
    if keys.next is not None or keys.more:
        from lsa_tui.vault import change  # hardly ever

        if change.pending(keys):
            key = change.resume(paths, key)
            keys = home.read_key_file(paths)
    book = Book(paths, key=key)
    if keys.more:
        _tell(book, keys)
    audit_failures(book)
    return book


def _own_file(paths: Paths, key: bytes) -> KeyFile:
    """The key file that holds this key; where the other one stood in its place, that is put back."""
    kept = home.put_back(paths, key)
    if kept is not None:
        passphrases.tell(
            f"{paths.key} was not the key file of these records: its copy is in its place again, and what stood there "
            f"is kept as {kept}"
        )
    keys = home.read_key_file(paths)
    if home.named(paths, key) is None and cipher.is_there(paths.database) and not home.fits(paths, key):
        raise home.ChangedMeanwhile(f"{paths.key} holds another key than a moment ago; do it again")
    return keys


def _tell(book: Book, keys: KeyFile) -> None:
    """A home that was made, or whose key was changed, by a program that did not live to say so."""
    did = "made this home" if keys.more.get(home.NEW) else keys.more.get(home.UNTOLD)
    if did is None:
        return
    from lsa_tui.daybook import recovery

    note_change(book, str(did), "it was interrupted, and completed now")
    home.made(book.paths)
    passphrases.tell(f"what was interrupted here ({did}) is complete now. But {recovery.NOBODY}")


def recovery_seen(paths: Paths, key: bytes) -> None:
    """Somebody has seen the recovery key."""
    from lsa_tui.daybook import recovery

    book = Book(paths, key=key)
    try:
        recovery.seen(book)
    finally:
        book.close()


def note_change(book: Book, did: str, about: str = "") -> None:
    """A new key is in the audit, and nobody has seen its recovery key yet."""
    from lsa_tui.daybook import audit, recovery  # hardly ever

    audit.note(book, did, about)
    recovery.remember(book)
    home.told(book.paths)


def audit_failures(book: Book) -> None:
    """Wrong passphrases since the last right one go into the audit, and count no more."""
    if not book.paths.failures.exists():
        return
    from lsa_tui.daybook import audit  # hardly ever

    for moment in tries.take_failures(book.paths):
        audit.note(book, "wrong passphrase", clock.to_text(datetime.fromtimestamp(int(moment), book.zone)))
