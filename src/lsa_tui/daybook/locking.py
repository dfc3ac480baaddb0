"""The lock of a running program: the PIN, the wait after wrong tries, `lsa lock` from outside, a store pulled out.

A PIN opens nothing but a program that runs already: it is no key of a database, and four digits could not be one.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from lsa_tui import clock
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import write_whole
from lsa_tui.records import log

if TYPE_CHECKING:
    from pathlib import Path

    from argon2 import PasswordHasher

    from lsa_tui.daybook.book import Book
    from lsa_tui.paths import Paths

SHORTEST, LONGEST = 4, 12
"""Digits of a PIN."""
FREE = 3
"""Wrong PINs before there is a wait: fingers slip."""
MOST_WAIT = 15 * 60
"""Seconds; the wait doubles with each wrong PIN up to this."""

_PIN, _WRONG, _LEFT = "pin", "pin_wrong", "left_locked"
MARKED = "locked_mark:"
"""What the facts about marks made while it was locked begin with; see daybook/meanwhile.py."""


# The PIN


def set_pin(book: Book, pin: str) -> None:
    """Sets the PIN that unlocks a running program: 4 to 12 digits. Raises BadInput."""
    hashed = _hasher().hash(digits_of(pin))
    with book.store.writing():
        log.set_meta(book.db, _PIN, hashed)
        _forget(book, _WRONG)


def digits_of(pin: str) -> str:
    """A PIN, 4 to 12 digits. Raises BadInput."""
    digits = pin.strip()
    if not (digits.isascii() and digits.isdecimal() and SHORTEST <= len(digits) <= LONGEST):
        raise BadInput(f"a PIN is {SHORTEST} to {LONGEST} digits; nothing was changed")
    return digits


def has_pin(book: Book) -> bool:
    """Whether a PIN is set on this device."""
    return log.get_meta(book.db, _PIN) is not None


def remove_pin(book: Book) -> bool:
    """Takes the PIN away; from then on the passphrase unlocks, or nothing is asked. False where there was none."""
    with book.store.writing():
        had = has_pin(book)
        _forget(book, _PIN, _WRONG)
    return had


def check_pin(book: Book, typed: str) -> bool:
    """Whether this is the PIN. Takes as long as its hash was made to take, some 100 ms."""
    from argon2.exceptions import InvalidHashError, VerifyMismatchError  # heavy, and only where somebody unlocks

    held = log.get_meta(book.db, _PIN)
    if held is None:
        return False
    try:
        return bool(_hasher().verify(held, typed.strip()))
    except VerifyMismatchError:
        return False
    except InvalidHashError:
        raise LsaError("the PIN kept here cannot be read; set a new one with `lsa key pin`") from None


def asks_for(book: Book) -> str:
    """What unlocks here: "pin", "passphrase", or "nothing" (a plain home without a PIN)."""
    if has_pin(book):
        return "pin"
    return "nothing" if book.plain else "passphrase"


def _hasher() -> PasswordHasher:
    # 64 MiB and three passes, as for a passphrase; the parameters are part of the hash, so that they can grow.
    import argon2  # 20 ms and a library that only a lock needs

    return argon2.PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


def _forget(book: Book, *keys: str) -> None:
    for key in keys:
        book.db.execute_sql("DELETE FROM meta WHERE key = ?", (key,))


# Trying


class Door:
    """Takes what is typed at a lock, one try after another; each wrong one but the first makes the wait longer.

    The count is kept on the disk, so that a restart does not shorten the wait. A clock that was set back, or that
    stands still, does not lengthen it: the time this program has been waiting counts too.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.asks = asks_for(book)
        self._since = time.monotonic()
        number, _, self._at = (log.get_meta(book.db, _WRONG) or "").partition(" ")
        self._wrong = int(number) if number.isdecimal() else 0

    def wait(self) -> float:
        """Seconds until the next try is taken; 0 where it may be now."""
        if self.asks == "passphrase":
            from lsa_tui.vault import tries  # needed at no other moment of a day

            return tries.seconds_to_wait(self.book.paths)
        if self._wrong < FREE:
            return 0.0
        passed = time.monotonic() - self._since
        with suppress(ValueError):
            passed = max(passed, (self.book.now() - clock.from_text(self._at)).total_seconds())
        return max(min(2.0 ** (self._wrong - FREE), MOST_WAIT) - passed, 0.0)

    def opens(self, typed: str) -> bool:
        """Whether this unlocks: the PIN, or what opens the home. A wrong one is counted and noted.

        Raises LsaError while the wait after the last wrong one lasts; that try is not looked at.
        """
        wait = self.wait()
        if wait > 0:
            raise LsaError(f"Wait {wait_words(wait)}, then try again")
        if self.asks == "nothing" or self._right(typed):
            self._wrong = 0
            with suppress(LsaError), self.book.store.writing():
                _forget(self.book, _WRONG)
            return True
        self._was_wrong()
        return False

    def _right(self, typed: str) -> bool:
        if self.asks == "pin" and check_pin(self.book, typed):
            return True
        if self.book.plain or (self.asks == "pin" and _like_a_pin(typed)):
            return False
        from lsa_tui.daybook import opening
        from lsa_tui.vault import home

        opened = home.opens(self.book.paths, typed, self.book.key)
        if opened:
            with suppress(LsaError):
                opening.audit_failures(self.book)
        return opened

    def _was_wrong(self) -> None:
        if self.asks == "passphrase":
            return  # counted beside the key file, and taken into the audit by the next right one
        self._wrong += 1
        self._since, self._at = time.monotonic(), clock.to_text(self.book.now())
        # A full disk must not open the door: the count goes on here, too.
        with suppress(LsaError), self.book.store.writing():
            log.set_meta(self.book.db, _WRONG, f"{self._wrong} {self._at}")
        with suppress(LsaError):
            from lsa_tui.daybook import audit  # written where something went wrong, which is seldom

            audit.note(self.book, "unlock failed")


def _like_a_pin(typed: str) -> bool:
    """A mistyped PIN: it is not tried as a passphrase, which would take as long again."""
    return typed.strip().isdecimal() and len(typed.strip()) <= LONGEST


def wait_words(seconds: float) -> str:
    """A wait as people say it: "4 s", "3 min"."""
    whole = int(-(-seconds // 1))
    return f"{whole} s" if whole < 120 else f"{-(-whole // 60)} min"


# A program that was left while it was locked


def left_locked(book: Book) -> bool:
    """Whether the program was ended while it was locked."""
    return log.get_meta(book.db, _LEFT) is not None


def begins_locked(book: Book, given: bool = False) -> bool:
    """Whether a program that was ended while it was locked begins locked again. Not where a passphrase was `given` a
    moment ago, nor where one was given to an unlock session since: whoever opened it so need not do it twice."""
    held = log.get_meta(book.db, _LEFT)
    if held is None or (given and not book.plain):
        return False
    return asks_for(book) != "nothing" if book.plain else not session_since(book.paths, _moment(held))


def session_since(paths: Paths, moment: float) -> bool:
    """Whether there is an unlock session that was begun after a moment (seconds since 1970)."""
    from lsa_tui.vault import session  # hardly ever

    began = session.began(paths)
    return began is not None and began > moment


def keep_locked(book: Book, locked: bool) -> None:
    """Remembers that it is locked since now, or no longer. Said in the database, so that a kill does not open it."""
    if locked == left_locked(book):
        return
    with book.store.writing():
        if locked:
            # Real time, not the day's clock: it is compared with that of an unlock session.
            log.set_meta(book.db, _LEFT, str(time.time()))
        else:
            _forget(book, _LEFT)


def _moment(held: str) -> float:
    """When it was locked; where that cannot be read, later than anything."""
    try:
        return float(held)
    except ValueError:
        return float("inf")


def marks_left(book: Book) -> bool:
    """Whether something was marked while it was locked that nobody was asked about yet."""
    sql = "SELECT 1 FROM meta WHERE substr(key, 1, ?) = ? LIMIT 1"
    return book.db.execute_sql(sql, (len(MARKED), MARKED)).fetchone() is not None


# Asked from outside


def lock_now(paths: Paths) -> Path:
    """The file by which `lsa lock` asks a running application; it is taken away when that has locked."""
    return paths.data_folder / "lock-now"


def ask_to_lock(paths: Paths) -> None:
    """Asks the running application to lock. Raises LsaError where the home cannot be written."""
    write_whole(lock_now(paths), "")


def is_asked_to_lock(paths: Paths) -> bool:
    """Whether the application was asked and has not locked yet."""
    return lock_now(paths).exists()


def application_runs(paths: Paths) -> bool:
    """Whether an application is open on this home."""
    from lsa_tui.vault import home  # wanted by `lsa lock` alone

    try:
        return home.application_open(paths)
    except LsaError:
        return True  # it cannot be known; the question does no harm


# A store that is pulled out


def opened_again(book: Book, device: str | None) -> bool:
    """Opens the database anew after its file was away. False where it is not the one of before, or not whole."""
    try:
        book.store.close()
        book.store.connect()
        if device not in log.own_chains(book.db):  # a sync elsewhere may have given it a new one
            return False
        book.store.accept()
        return True
    except Exception:  # whatever a half-mounted stick answers: not yet
        return False
