"""All that is held about one pupil, for a request to see it, and where others are mentioned in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lsa_tui.daybook import marking, names, rights
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import belonging, ids, past, read, wording
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS


@dataclass(frozen=True)
class Held:
    """One record: as it is now, and every change of it (`past.history`), oldest first."""

    entry: Entry
    history: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Mention:
    """A place in the pupil's records that names somebody else. `words` as they stand there; `who` they are.

    `earlier`: it stands only in what was changed later.
    """

    entry: Entry
    field: str
    words: str
    who: str
    earlier: bool


@dataclass(frozen=True)
class Bundle:
    """Everything about a pupil: records, mentions of others in them, and others' records that mention this pupil."""

    pupil: str
    code: str
    held: tuple[Held, ...]
    mentions: tuple[Mention, ...]
    elsewhere: tuple[Entry, ...]


def gather(book: Book, code: str) -> Bundle:
    """What is held about the pupil with that code: plan, name, all that happened, removed records, every change.

    Raises BadInput where nothing is, NotAllowed for a role that may not answer such a request.
    """
    rights.require(book, "answer an access request")
    pupil = ids.natural_id("pupil", "", code)
    rows = [*belonging.of_pupil(book.db, pupil), *belonging.own_of_pupil(book.db, pupil)]
    entries = [entry for row in rows if (entry := read.get(book.db, row)) is not None]
    if not entries:
        book.pupil(code)  # says which pupils there are
        raise BadInput(f"nothing is held about {code!r}")
    entries.sort(key=_order)
    held = tuple(Held(entry, tuple(past.history(book.db, entry.id))) for entry in entries)
    mentions = tuple(mention for one in held for mention in _mentions(book, one, pupil))
    return Bundle(pupil, book.names.pupil(pupil), held, mentions, tuple(elsewhere(book, pupil)))


def _order(entry: Entry) -> tuple[int, str, str]:
    kinds = list(KINDS)
    listed = KINDS[entry.kind].listed
    return (1, entry.when.isoformat(), entry.id) if listed else (0, f"{kinds.index(entry.kind):03}", entry.id)


def _mentions(book: Book, held: Held, pupil: str) -> Iterator[Mention]:
    now = {name: value for name, value in held.entry.data.items() if isinstance(value, str)}
    if held.entry.removed:
        now["removed"] = held.entry.removed
    found: set[tuple[str, str]] = set()
    # Names that its writer's device knew, also those that a correction took out.
    marked = [one for said in held.history for one in marking.pieces(book, said["set"] or {}, said.get("names"))]
    for field, text in now.items():
        yield from _in_text(book, held.entry, field, text, pupil, False, found, marked)
    for change in held.history:
        for field, value in (change["set"] or {}).items():
            if isinstance(value, str) and field != "pupil" and value != now.get(field):
                yield from _in_text(book, held.entry, field, value, pupil, True, found, marked)


def _in_text(
    book: Book,
    entry: Entry,
    field: str,
    text: str,
    pupil: str,
    earlier: bool,
    found: set[tuple[str, str]],
    marked: list[names.Known],
) -> Iterator[Mention]:
    if entry.kind in ("pupil", "name") or ids.is_id(text):
        return
    for one in names.mentions(book, text, marked):
        if one.pupil != pupil and (field, one.text) not in found:
            found.add((field, one.text))
            yield Mention(entry, field, one.text, one.who, earlier)


def elsewhere(book: Book, pupil: str) -> Iterator[Entry]:
    """Records that are not this pupil's and mention the pupil by code or name, removed ones too."""
    for kind in KINDS:
        for entry in read.of_kind(book.db, kind, removed=True):
            if pupil in (entry.pupil, entry.id):
                continue
            texts = wording.texts_of(entry).values()
            if any(one.pupil == pupil for text in texts for one in names.mentions(book, text)):
                yield entry
