"""Which stretches of what is written are names, as the writer's device knows them: written beside the text.

Names never travel, so another device could not tell that "Oliver" in a text is a pupil. What travels instead says
nothing that the text does not say: from which character to which one, and whether it is another pupil, a member of
staff, or the pupil whom the record is about. A stretch belongs to the change that wrote its text (`records.fold`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lsa_tui.daybook.book import Book
from lsa_tui.daybook.spotting import CLASSMATE, PEER, SELF, STAFF, Found, Known, is_one, names_among
from lsa_tui.errors import BadInput
from lsa_tui.records import ids, log, past, read, wording
from lsa_tui.records.fold import NAMES
from lsa_tui.records.kinds import Entry
from lsa_tui.text import quoted

LONGEST = 200
"""Characters of a stretch; a longer one is no name, whoever wrote it."""

Marks = dict[str, list[list[Any]]]
"""Field to its stretches: [from, to, whose], in characters; whose: `peer`, `staff`, or the id of the pupil that the
record was about."""

People = tuple[Known, ...]


# Writing


def beside(book: Book, drafts: Sequence[log.Draft]) -> list[log.Draft]:
    """The drafts, each with the names in its texts beside them. One that has marks already (an import's) keeps them."""
    people = known_here(book)
    return [_marked(book, one, people) if wording.said(one.kind, one.values) else one for one in drafts]


def known_here(book: Book, own: bool = True) -> People:
    """Whom a text is searched for as it is written: whoever was told (`own`: and who writes), and whom others marked.
    In doubt a name is another pupil's, so that two devices which were told otherwise come to the same marks."""
    from lsa_tui.daybook import names  # which needs this module, to know whom others have marked

    told = names.known(book) if own else names.told(book)
    return _pupils_first((*told, *_heard_only(book, told)))


def _pupils_first(people: Iterable[Known]) -> People:
    return tuple(sorted(people, key=_is_adult))


def _is_adult(one: Known) -> bool:
    return one.who in (STAFF, SELF)


def _heard_only(book: Book, told: People) -> Iterator[Known]:
    """Whoever is marked in the records and is not told as the same; without those whom only this device marked as it
    was told once, and is told otherwise by now: what it has been told since is better."""
    pupils = tuple(one for one in told if not _is_adult(one))
    once = tuple(Known(name, PEER) for name in past.ever_told(book.db))
    done: set[tuple[str, str]] = set()
    for uid, texts, names in read.marked_names(book.db):
        for one in pieces(book, texts, names):
            if (key := _key(one)) in done:
                continue
            if is_one(told if _is_adult(one) else pupils, one.name):
                done.add(key)
            elif not is_one(once, one.name) or key in map(_key, _found_by_others(book, uid)):
                done.add(key)
                yield one


def _key(one: Known) -> tuple[str, str]:
    return one.name.casefold(), one.who


def _marked(book: Book, draft: log.Draft, people: People) -> log.Draft:
    if draft.kind in log.TOLD:
        return draft
    found = draft.extra[NAMES] if NAMES in draft.extra else _known_in(book, draft, people)
    others = {name: value for name, value in draft.extra.items() if name != NAMES}
    return replace(draft, extra={**others, **({NAMES: found} if found else {})})


def _known_in(book: Book, draft: log.Draft, people: People) -> Marks:
    return marks(draft, _pupils_first((*people, *_found_by_others(book, draft.row))), _about(book, draft))


def otherwise(book: Book, entry: Entry, values: Mapping[str, Any]) -> dict[str, str]:
    """Those texts among these values of an entry in which this device would mark other names than stand beside them."""
    texts = wording.said(entry.kind, values)
    if entry.kind in log.TOLD:
        return {}
    found = _known_in(book, log.Draft(entry.kind, entry.id, texts), known_here(book))
    held = entry.names if isinstance(entry.names, dict) else {}
    return {name: text for name, text in texts.items() if found.get(name) != held.get(name)}


def marks(draft: log.Draft, people: People, about: str | None) -> Marks:
    """The names of these people in the texts of a draft about pupil `about` (an id)."""
    texts = wording.said(draft.kind, draft.values).items()
    return {name: found for name, text in texts if (found := stretches(people, text, about))}


def stretches(people: People, text: str, about: str | None) -> list[list[Any]]:
    """The names of these people in a text, in order: from, to, whose."""
    return [[one.start, _end(people, one), _whose(one, about)] for one in names_among(people, text)]


def _end(people: People, found: Found) -> int:
    """Without the s of "Kais book": another device has to know her as Kai."""
    if found.text[-1:] in ("s", "S"):
        rest = names_among(people, found.text[:-1])
        if [(one.start, one.end) for one in rest] == [(0, len(found.text) - 1)]:
            return found.end - 1
    return found.end


def _whose(found: Found, about: str | None) -> str:
    if found.pupil is not None:
        # Which other pupil it is stays here: it would join the name to the code.
        return about if found.pupil == about else PEER
    return PEER if found.who in (CLASSMATE, PEER) else STAFF


def _about(book: Book, draft: log.Draft) -> str | None:
    if draft.kind == "pupil":
        return draft.row
    held = None if "pupil" in draft.values else read.get(book.db, draft.row)
    pupil = draft.values.get("pupil") or (held.pupil if held is not None else None)
    return str(pupil) if pupil else None


def _found_by_others(book: Book, row: str) -> list[Known]:
    """Whom other devices found in this record: a name is not lost when somebody who was not told it rewrites a text."""
    return [known for one in past.names_beside(book.db, row) for known in pieces(book, one["set"], one[NAMES])]


# Bringing in


def given(kind: str, values: Mapping[str, Any], names: Any) -> Marks:
    """The stretches that a line of a file marks in its texts. Raises BadInput for what is none of theirs."""
    texts = wording.said(kind, values)
    for field, found in names.items() if isinstance(names, dict) else [("", None)]:
        text = texts.get(field, "")
        if not isinstance(found, list) or not all(is_stretch(one, text) for one in found):
            form = "it is field to a list of [from, to, peer, staff or a pupil's id]"
            raise BadInput(f"{NAMES} is {quoted(names)}; {form}")
    return dict(names)


def imported(book: Book, draft: log.Draft, people: People) -> log.Draft:
    """The draft with the stretches that its file marked, and the names of these people."""
    texts = wording.said(draft.kind, draft.values)
    if not texts:
        return draft
    found = _known_in(book, draft, people)
    more = without(people, texts, draft.extra.get(NAMES))
    together = {name: sorted(found.get(name, []) + more.get(name, [])) for name in {**found, **more}}
    return replace(draft, extra={**draft.extra, NAMES: together})


# Reading


def pieces(book: Book, texts: Mapping[str, Any], names: Any) -> Iterator[Known]:
    """The names that `names` marks in these texts. What other hands wrote there and is no stretch is passed over."""
    for field, found in names.items() if isinstance(names, dict) else ():
        text = str(texts.get(field) or "")
        for one in found if isinstance(found, list) else ():
            if is_stretch(one, text):
                start, end, whose = one
                pupil = whose if ids.is_id(whose) and book.names.entry(whose) else None
                who = STAFF if whose == STAFF else PEER
                yield Known(text[start:end], book.names.pupil(pupil) if pupil else who, pupil)


def is_stretch(one: Any, text: str) -> bool:
    """Whether this is [from, to, whose] of that text."""
    if not isinstance(one, list) or len(one) != 3 or not isinstance(one[2], str):
        return False
    start, end, whose = one
    inside = type(start) is int and type(end) is int and 0 <= start < end <= min(len(text), start + LONGEST)
    return inside and (whose in (PEER, STAFF) or ids.is_id(whose)) and not text[start:end].isspace()


def heard_of(book: Book) -> list[Known]:
    """Whoever is marked in the records as they stand, each once: pupils first, then others by the length of what they
    are called, so that "Oliver" is who "Oliver Finch" is."""
    found: dict[tuple[str, str], Known] = {}
    for _, texts, names in read.marked_names(book.db):
        for one in pieces(book, texts, names):
            found.setdefault(_key(one), one)
    return sorted(found.values(), key=lambda one: (one.pupil is None, -len(one.name.split()), one.name, one.who))


def without(people: People, texts: Mapping[str, str], names: Any) -> Marks:
    """Those of the marked stretches in which none of these people is named."""
    left: Marks = {}
    for field, found in names.items() if isinstance(names, dict) else ():
        text = texts.get(field, "")
        if isinstance(found, list):
            known = names_among(people, text)
            kept = [one for one in found if is_stretch(one, text) and not _covered(one, known)]
            left |= {field: kept} if kept else {}
    return left


def _covered(stretch: Sequence[Any], known: Iterable[Found]) -> bool:
    return any(one.start <= stretch[0] and stretch[1] <= one.end for one in known)
