"""Secrets from outside: the environment, a file, or the terminal. The only reader of these variables.

Never an argument, which every user of the machine could read in the list of processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lsa_tui.errors import BadInput, Locked, LsaError

Taken = TypeVar("Taken")

VARIABLES = {
    "home": ("LSA_PASSPHRASE",),
    "shared": ("LSA_SHARED_PASSPHRASE",),
    "dsl": ("LSA_DSL_PASSPHRASE", "LSA_PASSPHRASE"),
    "pin": ("LSA_PIN",),
}


def given(what: str, file: str | None = None) -> str | None:
    """The secret for `what` (home, shared, dsl, pin): the first line of `file`, else the variable's; else None.

    Raises BadInput for a file that cannot be read or that is empty.
    """
    if file is not None:
        return from_file(file)
    for name in VARIABLES[what]:
        if value := os.environ.get(name):
            return _text(value, name)
    return None


def _text(value: str, called: str) -> str:
    """Raises BadInput where it was no UTF-8: Python keeps such bytes as halves of characters."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadInput(f"{called} is not UTF-8 text; set it anew on a terminal that speaks UTF-8") from None
    return value


WIDE = 60
"""Columns of a terminal that is not a phone's."""
OTHERWISE = "set LSA_PASSPHRASE or give --passphrase-file FILE"
"""What to do where nobody can be asked."""
NARROWEST = 20
"""Columns below which nothing is gained by breaking; 0 is a terminal that does not say."""

TRIES = 3
"""At a terminal: fingers slip."""


def from_file(file: str) -> str:
    """The first line of a file. Raises BadInput."""
    if not file.strip():
        raise BadInput(
            "no passphrase file was named; give --passphrase-file FILE, the first line of which is the passphrase"
        )
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as problem:
        raise BadInput(
            f"the passphrase file {file} cannot be read ({getattr(problem, 'strerror', None) or 'not text'})"
        ) from None
    first = text.split("\n", 1)[0].rstrip("\r")
    if not first:
        raise BadInput(f"the passphrase file {file} is empty; its first line is the passphrase")
    return first


def tell(sentence: str) -> None:
    """Says something to whoever is waiting, apart from the answer."""
    print(on_terminal(f"lsa: {sentence}"), file=sys.stderr, flush=True)


def on_terminal(words: str) -> str:
    """`words` as standard error shows them: a phone's terminal of 40 columns would break them anywhere. A wide one
    keeps its lines, so that a command in them can be copied."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return words  # no terminal
    if columns >= WIDE or columns < NARROWEST:
        return words
    import textwrap  # where it is narrow

    return "\n".join(
        textwrap.fill(line, columns - 1, break_long_words=False, break_on_hyphens=False) for line in words.split("\n")
    )


def confirmed(question: str) -> bool:
    """Asks for the word yes at the terminal; anything else is no."""
    print(f"{question} Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def can_ask() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, otherwise: str = OTHERWISE) -> str:
    """Asks at the terminal, without an echo. Raises Locked, with the other way, where nobody is there."""
    if not can_ask():
        asked = question.partition(" (")[0]
        first = asked.partition(" ")[0]
        raise Locked(
            f"{asked if first.isupper() and len(first) > 1 else asked[0].lower() + asked[1:]} is needed; {otherwise}"
        )
    import getpass
    import textwrap  # both where somebody is asked

    # A phone's terminal has 40 columns, and would break a word.
    shown = textwrap.fill(f"{question}:", 39, break_long_words=False, break_on_hyphens=False)
    try:
        return _text(getpass.getpass(f"{shown} ", stream=sys.stderr), "what was typed")
    except UnicodeDecodeError:
        raise BadInput("what was typed is not UTF-8 text; set the terminal to UTF-8, then do it again") from None
    except EOFError:
        raise Locked("no passphrase was given; nothing was changed") from None


def ask_until(question: str, otherwise: str, use: Callable[[str], Taken]) -> tuple[str, Taken]:
    """Asks until `use` takes what was typed, TRIES times at most; returns it and what `use` made of it. Raises what
    `ask` and the last `use` raise."""
    for left in reversed(range(TRIES)):
        typed = ask(question, otherwise)
        try:
            return typed, use(typed)
        except Locked as problem:
            if not left:
                raise
            tell(str(problem))
    raise AssertionError("the last try returns or raises")


def ask_new(
    question: str,
    otherwise: str = OTHERWISE,
    check: Callable[[str], object] | None = None,
) -> str:
    """Asks for a new passphrase, twice; again where `check` refuses it, or where the two differ. Raises Locked, and
    after some tries what was wrong with the last one."""
    for left in reversed(range(TRIES)):
        first = ask(question, otherwise)
        try:
            if check is not None:
                check(first)
            if ask("The same again", otherwise) == first:
                return first
            raise LsaError("the two were not the same; nothing was changed")
        except Locked:
            raise
        except LsaError as problem:
            if not left:
                raise
            tell(f"{problem}; again")
    raise AssertionError("the last try returns or raises")
