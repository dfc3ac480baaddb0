"""Pupils, what their plan says (outcomes, provision, targets), and whose day it is."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from lsa_tui import text
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import ids, log, read
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.measures.support import Ladder


def add(book: Book, code: str, name: str | None = None, **fields: Any) -> Entry:
    """Adds or updates a pupil; the first one comes into focus. The name stays on this device."""
    with book.step():
        nobody = book.focus is None
        pupil = book.put("pupil", {"code": code, **fields})
        if name is not None:
            book.put("name", {"name": name}, pupil=pupil.id, own=True)
        if nobody:
            log.set_meta(book.db, "focus", pupil.id)
    return pupil


def doubt(book: Book, code: str) -> str:
    """Why a pupil should have another code: it is a known name, or a part of one. Empty where there is no doubt.

    An everyday word (Will) counts in small letters too: a code is not typed as a name is.
    """
    from lsa_tui.daybook import names  # needed only for a new code

    if not any(names.found_in(book, typed) for typed in (code, code.title())):
        return ""
    return (
        f"{code} is part of a name that you told the program; a code travels and stands everywhere: "
        "better initials or a nickname, never a name"
    )


def exists(book: Book, code: str) -> bool:
    """Whether a pupil has that code, however it is capitalised."""
    return any(str(one["code"]).casefold() == code.strip().casefold() for one in all_pupils(book))


def all_pupils(book: Book) -> list[Entry]:
    """All pupils, by code."""
    return sorted(read.of_kind(book.db, "pupil"), key=lambda pupil: str(pupil["code"]))


def name_of(book: Book, pupil: str) -> str | None:
    """The pupil's name, where this device was told it."""
    found = read.of_kind(book.db, "name", pupil)
    return str(found[0]["name"]) if found else None


def use(book: Book, code: str) -> Entry:
    """Brings a pupil into focus. Raises BadInput."""
    uid = book.pupil(code)
    with book.store.writing():
        log.set_meta(book.db, "focus", uid)
    return book.entry(uid)


def add_item(book: Book, kind: str, code: str, words: str | None, **fields: Any) -> Entry:
    """Adds or updates an outcome, a provision or a target of the pupil in focus."""
    return book.put(kind, {"code": code, "text": words, **fields}, pupil=book.focused())


def items(book: Book, kind: str, pupil: str) -> list[Entry]:
    """A pupil's outcomes, provisions or targets, by code."""
    return sorted(read.of_kind(book.db, kind, pupil), key=lambda item: _natural(str(item["code"])))


def target(book: Book, code: str, pupil: str) -> Entry:
    """The pupil's target with that code, case ignored. Raises BadInput."""
    known = items(book, "target", pupil)
    for one in known:
        if str(one["code"]).casefold() == code.strip().casefold():
            return one
    codes = [str(one["code"]) for one in known]
    hint = text.nearest(code, codes) or (f"; known: {', '.join(codes)}" if codes else "; add it with `lsa target add`")
    raise BadInput(f"{book.names.pupil(pupil)} has no target {code!r}{hint}")


def ladder_of(target_entry: Entry) -> Ladder:
    """The ladder of support that a target uses."""
    from lsa_tui.measures.support import LADDERS  # not needed by the command that must be quickest, a mark

    return LADDERS[target_entry["ladder"] or "scaffold"]


def current_target(book: Book, pupil: str) -> Entry | None:
    """The target that a digit answers: the one last chosen for this pupil, else the first."""
    known = items(book, "target", pupil)
    chosen = log.get_meta(book.db, f"target:{pupil}")
    return next((one for one in known if one.id == chosen), known[0] if known else None)


def choose_target(book: Book, pupil: str, target_id: str) -> None:
    """Remembers the current target of a pupil, over restarts too."""
    with book.store.writing():
        log.set_meta(book.db, f"target:{pupil}", target_id)


def next_target(book: Book, pupil: str) -> Entry | None:
    """Moves on to the pupil's next target and returns it; None where there is none."""
    known = items(book, "target", pupil)
    if not known:
        return None
    current = current_target(book, pupil)
    place = next((n for n, one in enumerate(known) if current and one.id == current.id), -1)
    chosen = known[(place + 1) % len(known)]
    choose_target(book, pupil, chosen.id)
    return chosen


def new_code(book: Book, kind: str, letter: str, pupil: str) -> str:
    """The first code of these, as T1, that no outcome, provision or target of this pupil ever had: one that was
    removed would come back with its figures."""
    codes = (f"{letter}{n}" for n in count(1))
    return next(code for code in codes if read.get(book.db, ids.natural_id(kind, pupil, code)) is None)


def _natural(code: str) -> tuple[str, int, str]:
    """T2 before T10."""
    head = code.rstrip("0123456789")
    tail = code[len(head) :]
    return head, int(tail or 0), code
