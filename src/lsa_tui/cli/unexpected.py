"""What the user reads of a command when the program itself is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from lsa_tui import paths, unexpected
from lsa_tui.cli import table


def sentence(problem: BaseException, tokens: Sequence[str], home: str | None) -> str:
    """One sentence for an error that nobody foresaw; the details are in the home's error log."""
    # Of what was typed only the command's name: the rest may be about a child.
    name = next((token for token in tokens if token in table.WORDS), "")
    try:
        found = paths.find(home or _typed_home(tokens))
    except Exception:  # the first error is what matters
        found = None
    return unexpected.sentence(problem, name, found)


def _typed_home(tokens: Sequence[str]) -> str | None:
    for number, token in enumerate(tokens):
        if token == "--home" and number + 1 < len(tokens):
            return tokens[number + 1]
        if token.startswith("--home="):
            return token.partition("=")[2]
    return None
