"""An invitation as words: 96 bits, easy to say on the telephone and to type.

Each word is consonant, vowel, consonant, vowel, consonant: 4 + 2 + 4 + 2 + 4 bits.
"""

from __future__ import annotations

import secrets

from lsa_tui import text

WORDS = 6
"""Words of an invitation, 16 bits each."""

_CONSONANTS = "bdfhjklmnprstvwy"
_VOWELS = "aiou"
_LENGTH = 5


def new() -> str:
    """Six words at random, one blank between two."""
    return " ".join(_word(secrets.randbits(16)) for _ in range(WORDS))


def understood(typed: str) -> str | None:
    """The words as `new` gave them, from any writing of them (capitals, hyphens, line breaks).

    None where that are no six words of this kind: then it may be a passphrase.
    """
    words = text.one_line(typed).lower().replace("-", " ").split()
    whole = len(words) == WORDS and all(map(_is_word, words))
    return " ".join(words) if whole else None


def _word(number: int) -> str:
    places = ((12, _CONSONANTS), (10, _VOWELS), (6, _CONSONANTS), (4, _VOWELS), (0, _CONSONANTS))
    return "".join(letters[number >> shift & len(letters) - 1] for shift, letters in places)


def _is_word(word: str) -> bool:
    return len(word) == _LENGTH and all(
        letter in (_VOWELS if place % 2 else _CONSONANTS) for place, letter in enumerate(word)
    )
