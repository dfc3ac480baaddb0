"""What stands in the words of an entry that was just recorded: what sounds like a disclosure, and known names.

One place for every command and every field that takes words of a day or a plan; not for a tile's label, a phrase to
choose from, or the reason of a removal. It looks once they are on the disk, so that nothing
hangs on the answer and nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from lsa_tui.records import ids

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book
    from lsa_tui.records.kinds import Entry

UNASKED = ("tally", "trial", "bout", "release", "cover", "name", "person", "behaviour")
"""Kinds without words of a day, or that repeat some which were looked at before."""


def said(entry: Entry, fields: Collection[str] | None = None) -> dict[str, str]:
    """What people wrote in an entry, by field: in all of them, or in `fields`. Quick where there is nothing, as in a
    mark."""
    if entry.removed or entry.kind in UNASKED or not any(_may_be_words(one) for one in entry.data.values()):
        return {}
    from lsa_tui.records import wording  # a mark need not pay for it

    return {name: words for name, words in wording.texts_of(entry).items() if fields is None or name in fields}


def _may_be_words(value: object) -> bool:
    return isinstance(value, str) and len(value) > 1 and not ids.is_id(value)


def disclosure_in(book: Book, words: Mapping[str, str]) -> str | None:
    """The words that sound like a disclosure; None where there are none."""
    from lsa_tui.daybook import disclosure  # not for a mark

    return next((heard for one in words.values() if (heard := disclosure.sounds_like(one, book))), None)


def names_in(book: Book, words: Mapping[str, str]) -> list[str]:
    """Whose names stand in them, each once, in words that do not say the name."""
    from lsa_tui.daybook import names, spotting

    people = names.known(book)
    found = [one.who for text in words.values() for one in spotting.names_among(people, text)]
    return [names.whose(who) for who in dict.fromkeys(found)]


NAMED = "a name stands in it ({}): no export and no home sheet takes it; write the code, or Peer A"
"""What to say where `names_in` found some."""


def moves(entry: Entry) -> bool:
    """Whether its words can move to the concern sheet, and it be wiped where it stands."""
    from lsa_tui.daybook.concerns import moving  # loads what only a concern needs

    return moving.moves(entry)
