"""Words that sound like a disclosure, so that a note asks once whether it is one for the DSL.

A list of words cannot tell a disclosure from a story read in class, and one that it does not know goes by. So it
asks, and never decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from lsa_tui.daybook.book import Book

PHRASES: tuple[str, ...] = (
    "secret",
    "don't tell",
    "not allowed to tell",
    "not allowed to say",
    "promised not to",
    "hurt me",
    "hurts me",
    "hits me",
    "hit me at home",
    "kicked me at home",
    "smacks me",
    "beats me",
    "punched me",
    "burnt me",
    "burned me",
    "choked me",
    "bruise*",
    "belt mark*",
    "bite mark*",
    "cigarette burn*",
    "unexplained injur*",
    "touched me",
    "touches me",
    "touched my",
    "touched her private*",
    "touched his private*",
    "private parts",
    "showed me his",
    "showed me her",
    "took pictures of me",
    "photos of me",
    "kissed me",
    "in my bed",
    "scared to go home",
    "scared of going home",
    "afraid to go home",
    "doesn't want to go home",
    "do not want to go home",
    "don't want to go home",
    "not safe at home",
    "locked me",
    "locked in",
    "left alone at home",
    "left on my own at home",
    "no food at home",
    "nothing to eat at home",
    "drunk at home",
    "hit mummy",
    "hit my mum",
    "hits my mum",
    "hurts mummy",
    "hurts my mum",
    "hurt myself",
    "cut myself",
    "cuts herself",
    "cuts himself",
    "kill myself",
    "wants to die",
    "want to die",
    "wish I was dead",
    "end my life",
    "suicid*",
    "self-harm*",
    "disclos*",
    "safeguarding",
    "abuse*",
    "forced marriage",
    "cutting season",
)
"""Whole words, in any capitals; * stands for the rest of a word."""

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'"})


def sounds_like(text: str, book: Book | None = None) -> str | None:
    """The words in `text` that sound like a disclosure, None where there are none; `[words] disclosure` of `book`'s
    settings replaces the list."""
    own: Sequence[str] | None = book.config["words.disclosure"] if book is not None else None
    found = _pattern(tuple(PHRASES if own is None else own)).search(" ".join(text.translate(_QUOTES).split()))
    return found[0] if found and found[0] else None


@lru_cache(maxsize=4)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    said = []
    for phrase in phrases:
        words = " ".join(phrase.translate(_QUOTES).split())
        if words.strip("*"):
            said.append(re.escape(words.rstrip("*")) + (r"\w*" if words.endswith("*") else ""))
    # Without any words nothing is asked.
    return re.compile(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)" if said else r"(?!)", re.IGNORECASE)
