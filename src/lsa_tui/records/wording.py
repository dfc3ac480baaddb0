"""Which fields of a type hold people's words: those whose check takes any sentence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

REASON = "removed"
"""Of every kind: why a record was removed, in somebody's words too."""


@cache
def fields(kind: str) -> tuple[str, ...]:
    """The fields of a kind that hold people's words, in the order of its list."""

    def takes_words(check: object) -> bool:
        try:
            return bool(check("Any words.") == "Any words.")  # type: ignore[operator]
        except ValueError:
            return False

    return tuple(one.name for one in KINDS[kind].fields if not one.derived and takes_words(one.check))


@cache
def worded() -> tuple[str, ...]:
    """The kinds that hold any."""
    return tuple(kind for kind in KINDS if fields(kind))


def texts_of(entry: Entry) -> dict[str, str]:
    """What people wrote in an entry, by field."""
    return {name: str(entry[name]) for name in fields(entry.kind) if entry[name]}


def said(kind: str, values: Mapping[str, Any]) -> dict[str, str]:
    """What people wrote among the values of a change of this kind, the reason of a removal too."""
    named = [name for name in (*fields(kind), REASON) if name in values]
    return {name: values[name] for name in named if isinstance(values[name], str)}
