"""Opening the application on a home: one at a time, and every start-up problem a sentence."""

from __future__ import annotations

import codecs
import gc
import shutil
import sys
import textwrap
from functools import partial
from typing import Any

from lsa_tui import passphrases
from lsa_tui.daybook import opening, recovery, rights
from lsa_tui.errors import LsaError, NotAllowed
from lsa_tui.paths import Paths
from lsa_tui.vault import home


def run(paths: Paths, passphrase_file: str | None = None) -> int:
    """Opens the application; returns its exit code.

    Raises LsaError where another one runs on this home, Locked without the right passphrase.
    """
    gc.disable()  # until the first paint: loading modules makes nothing to collect, and looking costs 10 ms
    opened = _opened(paths, passphrase_file)
    book = opened.book
    try:
        if not rights.may_run(book.role, rights.SCREENS):
            raise NotAllowed(_in_lines(NO_SCREENS))
        with only_one(paths):
            to_show = recovery.to_show(book, opened.recovery)
            from lsa_tui.app.app import LsaApp

            _read_any_bytes()
            app = LsaApp(book, to_show, opened.given)
            return app.run() or app.return_code or 0
    finally:
        book.close()


def _opened(paths: Paths, passphrase_file: str | None) -> opening.Opened:
    """The home; asked for at the plain terminal, before there is anything to show."""
    if home.state(paths) == "new" and passphrases.given("home", passphrase_file) is None:
        print(FIRST, file=sys.stderr)
    return opening.open_home(paths, passphrase_file, new="ask")


FIRST = """lsa keeps records about a child,
encrypted on this device.
Choose a passphrase: three or four
words are easy to keep in mind. It is
asked for when lsa opens, or once a day
with `lsa unlock`.
(Made-up records first: lsa demo)
"""
NO_SCREENS = (
    "the screens show the class's records, which the DSL does not read; `lsa dsl open` lists the concerns, and "
    "`lsa dsl open ID` reads one"
)


def _in_lines(sentence: str) -> str:
    """Broken at blanks, behind the `lsa: ` that stands before it: a terminal would break words."""
    wide = max(shutil.get_terminal_size().columns - 1, 20)
    broken = textwrap.fill(sentence, wide, initial_indent=" " * 5, break_long_words=False, break_on_hyphens=False)
    return broken[5:]


def only_one(paths: Paths) -> Any:
    """The lock of the one application on a home; given back by the system even after a kill."""
    from filelock import FileLock, Timeout

    lock = FileLock(paths.lock, mode=0o600)
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        raise LsaError(
            f"lsa is open on {paths.data_folder} already; use that window, or another --home. "
            "Commands such as `lsa note` work beside it"
        ) from None
    except OSError as problem:
        raise LsaError(f"{paths.lock} cannot be made ({problem.strerror}); is the home writable?") from None


def _read_any_bytes() -> None:
    """One byte that is not UTF-8 would end Textual's input thread (its issue 6456); it becomes a mark instead."""
    try:
        from textual.drivers import linux_driver
    except ImportError:
        return  # Windows reads characters, not bytes
    linux_driver.getincrementaldecoder = lambda name: partial(codecs.getincrementaldecoder(name), errors="replace")  # type: ignore[attr-defined]
