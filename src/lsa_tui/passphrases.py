"""Secrets from outside: the environment, a file, or the terminal. The only reader of these variables.

Never an argument, which every user of the machine could read in the list of processes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lsa_tui.errors import BadInput, Locked, LsaError

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
    return next((value for name in VARIABLES[what] if (value := os.environ.get(name))), None)


def from_file(file: str) -> str:
    """The first line of a file. Raises BadInput."""
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
    print(f"lsa: {sentence}", file=sys.stderr, flush=True)


def confirmed(question: str) -> bool:
    """Asks for the word yes at the terminal; anything else is no."""
    print(f"{question} Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def can_ask() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, otherwise: str = "set LSA_PASSPHRASE or give --passphrase-file FILE") -> str:
    """Asks at the terminal, without an echo. Raises Locked, with the other way, where nobody is there."""
    if not can_ask():
        raise Locked(f"{question[0].lower()}{question[1:]} is needed; {otherwise}")
    import getpass
    import textwrap  # both where somebody is asked

    # A phone's terminal has 40 columns, and would break a word.
    shown = textwrap.fill(f"{question}:", 39, break_long_words=False, break_on_hyphens=False)
    try:
        return getpass.getpass(f"{shown} ", stream=sys.stderr)
    except EOFError:
        raise Locked("no passphrase was given; nothing was changed") from None


def ask_new(question: str, otherwise: str = "set LSA_PASSPHRASE or give --passphrase-file FILE") -> str:
    """Asks for a new passphrase, twice. Raises Locked, LsaError where the two differ."""
    first = ask(question, otherwise)
    if ask("The same again", otherwise) != first:
        raise LsaError("the two were not the same; nothing was changed, do it again")
    return first
