"""Checks of single fields: each takes a value, returns it cleaned, or raises ValueError with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from lsa_tui import clock, text
from lsa_tui.text import quoted

Check = Callable[[Any], Any]


def words(most: int = text.LONGEST) -> Check:
    """Text of 1 to `most` characters after cleaning."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"must be text, not {quoted(value)}")
        cleaned = text.clean(value)
        if not cleaned:
            raise ValueError("is empty")
        if len(cleaned) > most:
            raise ValueError(f"has {len(cleaned)} characters; at most {most} are kept in one text")
        return cleaned

    return check


def line(most: int = 200) -> Check:
    """One line of text of 1 to `most` characters."""
    any_text = words(most)

    def check(value: Any) -> str:
        return text.one_line(any_text(value))

    return check


def code(most: int = 24) -> Check:
    """A short code such as K7 or T1: letters, digits, `-` `_` `.`; no blanks."""
    any_line = line(most)

    def check(value: Any) -> str:
        cleaned: str = any_line(value)
        if not all(letter.isalnum() or letter in "-_." for letter in cleaned):
            raise ValueError(f"is {quoted(cleaned)}; a code has letters, digits, - _ and . only")
        return cleaned

    return check


def choice(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"is {quoted(value)}; it is one of {', '.join(allowed)}")
        return str(value)

    return check


def whole(least: int, most: int) -> Check:
    """A whole number in a range."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"is {quoted(value)}; it is a whole number from {least} to {most}")
        return value

    return check


def number(least: float, most: float) -> Check:
    """A number in a range."""

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError(f"is {quoted(value)}; it is a number from {least:g} to {most:g}")
        return value

    return check


def yes_no(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"is {quoted(value)}; it is true or false")
    return value


def moment(value: Any) -> str:
    """A moment, ISO 8601 with offset."""
    try:
        parsed = value if isinstance(value, datetime) else clock.from_text(value)
        if not 1900 < parsed.year < 2200:
            raise ValueError
        return clock.to_text(parsed)
    except (TypeError, ValueError):
        raise ValueError(f"is {quoted(value)}; a time is written like 2026-11-24T10:42:00+00:00") from None


def spans(value: Any) -> list[list[str | None]]:
    """Pairs of moments; the last may be open (null)."""
    if not isinstance(value, list):
        raise ValueError(f"is {quoted(value)}; it is a list of [from, to]")
    found: list[list[str | None]] = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(f"holds {quoted(pair)}; each part is [from, to]")
        found.append([moment(pair[0]), None if pair[1] is None else moment(pair[1])])
    return found


def codes(value: Any) -> list[str]:
    """A list of codes."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"is {quoted(value)}; it is a list of codes")
    one = code()
    return [one(item) for item in value]


def uuid_text(value: Any) -> str:
    """A UUID."""
    from lsa_tui.records.ids import is_id

    if not isinstance(value, str) or not is_id(value):
        raise ValueError(f"is {quoted(value)}; it is a UUID")
    return value.lower()


def letter(value: Any) -> str:
    """One printable character without blank; capitals count as lower case."""
    if not isinstance(value, str) or len(value.strip()) != 1 or not value.strip().isprintable():
        raise ValueError(f"is {quoted(value)}; a tile's letter is one character")
    return value.strip().lower()
