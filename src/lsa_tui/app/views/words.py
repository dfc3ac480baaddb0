"""Fields and their values in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lsa_tui.clock import from_text
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.entries import TIMES
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS, ZONES

HIDDEN = (
    "session",
    "ladder",
    "ladder_version",
    "letter",
    "note",
    "problem",
    "series",
    "recurrence",
    "position",
    "group",
)
"""Fields that say nothing to a reader."""

_BY_ITSELF = ("status", "assumed", "pauses")
"""Fields that change in the ordinary course of a session: no correction."""


_FIELDS = {"at": "time", "missed_reason": "missed because", "communicating": "saying"}


def field_words(name: str) -> str:
    """A field's name as people say it."""
    return _FIELDS.get(name, name.replace("_", " "))


def value_words(book: Book, name: str, value: Any) -> str:
    """A field's value as people read it; "-" for none."""
    if name == "removed":
        return f"removed: {value}" if value else "kept"
    if value is None or value == "" or value == []:
        return "-"
    if (named := book.names.of(name, value)) is not None:
        return named
    if name == "zone":
        return f"{value.upper()} {ZONES[value]}"
    if name in TIMES:
        return f"{from_text(value):%H:%M, %a %d %b}"
    if name == "pauses":
        return ", ".join(f"{_clock(one)} to {_clock(other)}" for one, other in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def _clock(moment: str | None) -> str:
    return f"{from_text(moment):%H:%M}" if moment else "now"


def corrected(history: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a later change replaced what an earlier one had said; filling in what was empty corrects nothing."""
    said: dict[str, Any] = {}
    for change in history:
        for name, value in (change["set"] or {}).items():
            if name not in _BY_ITSELF and said.get(name) not in (None, value):
                return True
            said[name] = value
    return False


def changes(book: Book, entry: Entry, history: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each change of an entry, oldest first: when and by whom, and what it did."""
    for n, change in enumerate(history):
        when = from_text(change["at"])
        day = "" if when.date() == entry.when.date() else f"{when:%a %d %b} "
        who = f"{day}{when:%H:%M} {change['by']}"
        if n == 0:
            yield who, "recorded"
            continue
        for name, value in (change["set"] or {}).items():
            if name in HIDDEN:
                continue
            if name == "pupil":
                yield who, f"moved to {value_words(book, name, value)}"
            elif name == "removed":
                yield who, f"removed: {value}" if value else "brought back"
            else:
                yield who, f"{field_words(name)}: {value_words(book, name, value)}"


def told(book: Book, entry: Entry) -> Iterator[tuple[str, str]]:
    """What an entry says, field by field, without what is empty."""
    for field in KINDS[entry.kind].fields:
        if field.name in HIDDEN or field.name == KINDS[entry.kind].time:
            continue
        value = field.derived(entry, book.names) if field.derived else entry[field.name]
        if value is None or value is False or value == []:
            continue
        yield field_words(field.name), value_words(book, field.name, value)
