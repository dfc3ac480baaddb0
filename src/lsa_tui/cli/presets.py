"""Presets by digit: `--missed 1` is the first of the settings' reasons."""

from __future__ import annotations

from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.text import quoted


def preset(book: Book, name: str, typed: str | None) -> str | None:
    """The words of a preset for its digit 1-9; any other text as typed. Raises BadInput for a number without words."""
    if typed is None or not (typed.strip().isascii() and typed.strip().isdigit()):
        return typed
    words = book.config.presets(name)
    number = int(typed) if len(typed.strip()) == 1 else 0
    if not 1 <= number <= len(words):
        listed = ", ".join(f"{n} {word.rstrip('*')}" for n, word in enumerate(words, 1))
        raise BadInput(f"{quoted(typed)} is none of the presets: {listed}; or write it in words")
    return words[number - 1].rstrip("*")


def stars(book: Book, name: str, words: str) -> int:
    """How many stars a preset's words carry in the settings: one asks "free to leave?", two are hands-on."""
    for word in book.config.presets(name):
        if word.rstrip("*").casefold() == words.strip().casefold():
            return len(word) - len(word.rstrip("*"))
    return 0
