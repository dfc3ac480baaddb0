"""What is typed to join a shared store: its join passphrase, or the words of an invitation."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked
from lsa_tui.records import log
from lsa_tui.sync import words as speech
from lsa_tui.vault import cipher
from lsa_tui.vault.keyfile import KeyFile, Slot
from lsa_tui.vault.tries import FREE, LONGEST

DAYS = 7
"""How long an invitation holds."""

_WRONG = "shared_wrong"


def unlocked(book: Book, file: KeyFile, typed: str, *, words: bool, name: str) -> tuple[list[bytes], Slot | None]:
    """The keys that open for what was typed, and the invitation where it was the `words` of one.

    While a change of key is not complete there may be two: which is in force, only the store knows. Waits first where
    it was wrong several times just before. Raises Locked; nothing is discarded.
    """
    _wait(book)
    spoken = speech.understood(typed) if words else None
    if spoken is not None:
        for slot in file.of_kind("invitation"):
            key = file.unlock_secret(slot, secret_of(spoken))
            if key is not None:
                if not still_holds(slot, book.now()):
                    until = clock.shown(str(slot["until"]), book.zone)
                    raise Locked(f"this invitation to {name} held until {until}; ask for a new one")
                _right(book)
                return [key], slot
    found = [key for one in (file, file.next) if one is not None and (key := one.unlock(typed, ("passphrase",)))]
    if not found:
        if not words and speech.understood(typed) is not None:
            raise Locked("these are the words of an invitation, and `lsa shared join` takes those; nothing was changed")
        _wrong(book, name)
        if spoken is not None:
            raise Locked(f"no such invitation to {name} is open: each is good for once; ask for a new one")
        raise Locked(f"that is not the join passphrase of {name}; nothing was changed")
    _right(book)
    return found, None


def invite(file: KeyFile, key: bytes, now: datetime) -> tuple[str, str]:
    """A new invitation in a file of keys: its words, and until when it holds. What has run out goes."""
    file.slots = [slot for slot in file.slots if slot["kind"] != "invitation" or still_holds(slot, now)]
    spoken, until = speech.new(), clock.to_text(now + timedelta(days=DAYS))
    file.add_secret("invitation", key, secret_of(spoken), until=until)
    return spoken, until


def still_holds(slot: Slot, now: datetime) -> bool:
    """Whether an invitation has not run out."""
    return clock.from_text(str(slot["until"])) > now


def secret_of(spoken: str) -> bytes:
    """The secret of an invitation's words: 96 random bits need no stretching."""
    return bytes.fromhex(cipher.digest(f"lsa invitation {spoken}".encode()))


# Wrong ones. Real time, as for the home's own passphrase.


def _tries(book: Book) -> list[float]:
    found: Any = json.loads(log.get_meta(book.db, _WRONG) or "[]")
    return [float(one) for one in found]


def _wait(book: Book) -> None:
    known = _tries(book)
    if len(known) >= FREE:
        delay = min(2 ** (len(known) - FREE), LONGEST)
        time.sleep(max(0.0, min(known[-1] + delay - time.time(), LONGEST)))


def _wrong(book: Book, name: str) -> None:
    with book.store.writing() as db:
        audit.note(book, "wrong join passphrase", name)
        log.set_meta(db, _WRONG, json.dumps([*_tries(book), time.time()][-50:]))


def _right(book: Book) -> None:
    if _tries(book):
        with book.store.writing() as db:
            db.execute_sql("DELETE FROM meta WHERE key = ?", (_WRONG,))
