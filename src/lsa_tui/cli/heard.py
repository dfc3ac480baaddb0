"""What a recording command says of the words it recorded. It asks nothing: a script must not wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping

from lsa_tui.cli.answer import short_id
from lsa_tui.daybook import hearing
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS


def hints(book: Book, entry: Entry, written: Mapping[str, str]) -> list[str]:
    """A sentence where a known name stands in what was written, and one where it sounds like a disclosure."""
    found = []
    if named := hearing.names_in(book, written):
        found.append(hearing.NAMED.format(", ".join(named)))
    if heard := hearing.disclosure_in(book, written):
        found.append(f"{heard!r} sounds like a disclosure: tell the DSL now; {_for_the_dsl(book, entry)}")
    return found


def _for_the_dsl(book: Book, entry: Entry) -> str:
    """What becomes of an entry that is for the DSL. It is recorded by now, so this fails in no case."""
    from lsa_tui.daybook import concerns  # hardly any entry sounds like one

    uid, this = short_id(book, entry), f"this {KINDS[entry.kind].words}"
    try:
        ready = concerns.ready(book)
    except LsaError as problem:
        return f"{this} stays as it is, since a concern cannot be kept here: {problem}"
    if not hearing.moves(entry):
        where = "`lsa concern` seals it for her" if ready else "write it in the school's own system"
        return f"{where}, then take those words out of {this} (`lsa correct {uid} FIELD=TEXT`)"
    if ready:
        return f"`lsa concern --from {uid}` moves {this} there and wipes it here"
    return (
        f"no DSL's key is trusted here, so {this} stays as it is: write it in the school's own system, then "
        f"`lsa erase --entry {uid}` wipes it here"
    )
