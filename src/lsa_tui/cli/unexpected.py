"""What the user reads when the program itself is wrong; the details go to a file in the home."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

from lsa_tui import __version__, paths
from lsa_tui.cli import table

LOG = "errors.log"
LARGEST = 1_000_000
"""Bytes of the log before it begins anew."""


def sentence(problem: BaseException, tokens: Sequence[str], home: str | None) -> str:
    """One sentence for an error that nobody foresaw; its traceback is appended to the home's error log."""
    written = _write(problem, tokens, home)
    where = f"; the details are in {written}" if written else ""
    return (
        f"something went wrong in the program itself ({type(problem).__name__}){where}. What was recorded before is "
        "safe; `lsa log` shows whether this last step was recorded"
    )


def _write(problem: BaseException, tokens: Sequence[str], home: str | None) -> str | None:
    # Of what was typed only the command's name: the rest may be about a child.
    name = next((token for token in tokens if token in table.WORDS), "")
    details = "".join(traceback.format_exception(problem, chain=True))
    try:
        found = paths.find(home or _typed_home(tokens))
        found.make()
        target = found.data_folder / LOG
        large = target.exists() and target.stat().st_size > LARGEST
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if large else os.O_APPEND), 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="replace") as file:
            file.write(f"lsa {__version__} {name}\n{details}\n")
    except Exception:  # the first error matters more than one in telling of it
        return None
    return str(target)


def _typed_home(tokens: Sequence[str]) -> str | None:
    for number, token in enumerate(tokens):
        if token == "--home" and number + 1 < len(tokens):
            return tokens[number + 1]
        if token.startswith("--home="):
            return token.partition("=")[2]
    return None
