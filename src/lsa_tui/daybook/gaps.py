"""When and by whom the changes were written that can be read nowhere, as far as those around them in a chain tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

MOST = 3
"""Gaps of one chain that are named; of more only how many."""


class Written(NamedTuple):
    """When, in the clock of its device, and by whom (initials) a change was written."""

    at: datetime
    by: str


Gap = tuple[Written | None, Written | None]
"""What stands right before it and right behind it; None: nothing does."""


def says(known: Mapping[int, Written], first: int, last: int) -> str:
    """In brackets who wrote what is missing of a chain behind its change `first` (0: from the beginning), as far as
    `last`, and on which days; "" where nothing tells it. `known`: the changes that are there, by their numbers."""
    found = list(dict.fromkeys(said for said in map(_said, _gaps(known, first, last)) if said))
    if not found:
        return ""
    more = f"; {len(found) - MOST} more" if len(found) > MOST else ""
    return f" ({'; '.join(found[:MOST])}{more})"


def _gaps(known: Mapping[int, Written], first: int, last: int) -> Iterator[Gap]:
    before, number = known.get(first), first
    for here in sorted(known):
        if here > number + 1:
            yield before, known[here]
        before, number = known[here], here
    if number < last:
        yield before, None


def _said(gap: Gap) -> str:
    around = [one for one in gap if one is not None]
    if not around:
        return ""
    days = list(dict.fromkeys(f"{one.at:%a %d %b %Y}" for one in around))
    side = "" if len(around) == 2 else " or later" if gap[0] else " or before"
    return f"by {' or '.join(dict.fromkeys(one.by for one in around))}, {' to '.join(days)}{side}"
