"""What the user reads of a command that ended with an error that nobody foresaw."""

from __future__ import annotations

from collections.abc import Sequence

from lsa_tui import paths, unexpected
from lsa_tui.cli import table
from lsa_tui.daybook import damage


def said(problem: BaseException, tokens: Sequence[str], home: str | None) -> tuple[str, str]:
    """One sentence, and the code of the error. Where the program itself is wrong, the details are in the home's error
    log; a home whose records could not be opened, or not be read, says that."""
    # Of what was typed only the command's name: the rest may be about a child.
    name = next((token for token in tokens if token in table.WORDS), "")
    try:
        found = paths.find(home or _typed_home(tokens))
    except Exception:  # the first error is what matters
        found = None
    damaged = damage.said_unopened(found, problem) if found is not None else None
    if damaged is not None:
        return str(damaged), damaged.code
    return unexpected.sentence(problem, name, found), "unexpected"


def _typed_home(tokens: Sequence[str]) -> str | None:
    for number, token in enumerate(tokens):
        if token == "--home" and number + 1 < len(tokens):
            return tokens[number + 1]
        if token.startswith("--home="):
            return token.partition("=")[2]
    return None
