"""The sheet of a concern as plain values: what it reminds of, what it asks, how it is sealed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput

REMINDER: tuple[tuple[str, str], ...] = (
    ("Danger now", "999"),
    ("Tell now", "the DSL or the deputy, in person"),
    ("About staff", "tell the headteacher"),
    ("About head", "the chair of governors or the LADO"),
    ("Promise", "no confidentiality"),
    ("Ask only", "Tell, Explain, Describe"),
)
"""What a person must know before anything is typed: a label, and what to do."""

ELSEWHERE = "elsewhere"

LOCATIONS: tuple[str, ...] = (
    "head",
    "face",
    "left eye",
    "right eye",
    "left ear",
    "right ear",
    "mouth",
    "neck",
    "left shoulder",
    "right shoulder",
    "chest",
    "upper back",
    "lower back",
    "abdomen",
    "left upper arm",
    "right upper arm",
    "left forearm",
    "right forearm",
    "left hand",
    "right hand",
    "left hip",
    "right hip",
    "bottom",
    "left thigh",
    "right thigh",
    "left knee",
    "right knee",
    "left shin",
    "right shin",
    "left foot",
    "right foot",
    ELSEWHERE,
)
"""Where on the body a mark can be. Only words: no drawing, no photograph."""

FORMAT = 1
"""Of what is sealed."""

LONGEST = 20_000
"""Characters of one answer."""

SIZES = (4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024)
"""Bytes that a concern is padded to before it is sealed, so that its length says little."""

_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass
class Draft:
    """What is typed on the sheet. Moments are aware; texts stand as they were typed.

    `words`: the child's exact words; `saw`, `asked`, `place`; `marks`: (place on the body, what was seen there);
    `told`: who was told, empty while nobody was, with `told_at` (None: when it is saved) and `in_person`;
    `at`: when it happened (None: when it is saved); `pupil`: a pupil's id (None: the one in focus);
    `note`: "" or, where its text was an entry or a note before, "moved" or "was shared" (erased there, too, at the
    next sync; the DSL should be told so); `sources`: the entries that go when the sheet is sealed, where it could not
    be kept on the disk and so nothing was wiped yet; `adds_to`: the id of a saved concern that this adds to.
    """

    words: str = ""
    saw: str = ""
    asked: str = ""
    place: str = ""
    marks: list[tuple[str, str]] = field(default_factory=list)
    told: str = ""
    told_at: datetime | None = None
    in_person: bool | None = None
    at: datetime | None = None
    pupil: str | None = None
    note: str = ""
    sources: list[str] = field(default_factory=list)
    adds_to: str | None = None

    @property
    def has_text(self) -> bool:
        """Whether anything but whom was told stands on it."""
        return any(one.strip() for one in (self.words, self.saw, self.asked, self.place)) or bool(self.marks)

    @property
    def empty(self) -> bool:
        """Whether nothing stands on it at all."""
        return not (self.has_text or self.told.strip())


@dataclass(frozen=True)
class Passed:
    """A concern as its writer's own list shows it: no word of what it says.

    `at`: when somebody was told, or while nobody was, when it was saved; `told`: whom, only where no key of the DSL
    was trusted (else that is sealed, too); `in_person`: likewise; `sealed`: whether its text was sealed for the DSL;
    `delivered`: all of it lies in the shared folder; `acknowledged`: when the DSL signed for all of it, else None.
    """

    id: str
    at: datetime
    told: str
    in_person: bool | None
    passed_on: bool
    sealed: bool
    delivered: bool
    acknowledged: datetime | None

    @property
    def says(self) -> str:
        """ "passed on 13:05", or "to pass on"."""
        return f"passed on {self.at:%H:%M}" if self.passed_on else "to pass on"


def harmless(words: str) -> str:
    """A text without what steers a terminal or cannot be written to a file."""
    return _STEERS.sub("", words)


def exactly(typed: str) -> str:
    """A text as it was typed, every character kept but those that steer a terminal. Raises BadInput if too long."""
    kept = harmless(typed.replace("\r\n", "\n").replace("\r", "\n"))
    if len(kept) > LONGEST:
        raise BadInput(f"a text has {len(kept)} characters, at most {LONGEST} fit; save it and add the rest to it")
    return kept


def mark(typed: str) -> tuple[str, str]:
    """ "left forearm: three small bruises" as a place on the body and what was seen.

    A place that is not in the list (an arm, a leg) stands with the words under ELSEWHERE: nobody has to guess which
    part of it was meant. Raises BadInput where one of the two is missing.
    """
    place, colon, words = typed.partition(":")
    if not colon or not words.strip() or not place.strip():
        raise BadInput("a mark is a place on the body, a colon and what was seen, as in: --marks 'left hand: a cut'")
    name = " ".join(place.split()).casefold()
    return (name, exactly(words).strip()) if name in LOCATIONS else (ELSEWHERE, exactly(typed).strip())


def draft_to_text(draft: Draft) -> str:
    """A draft as JSON, to be kept."""
    values = {name: clock.to_text(one) if isinstance(one, datetime) else one for name, one in asdict(draft).items()}
    return json.dumps(values, ensure_ascii=False)


def draft_from_text(kept: str) -> Draft:
    """The draft that was kept; what another version kept beside is left out."""
    known = {one.name for one in fields(Draft)}
    values = {name: value for name, value in json.loads(kept).items() if name in known}
    for name in ("told_at", "at"):
        values[name] = clock.from_text(values[name]) if values.get(name) else None
    values["marks"] = [(str(place), str(words)) for place, words in values.get("marks", ())]
    return Draft(**values)


def padded(values: Mapping[str, Any]) -> bytes:
    """A payload as JSON, filled with blanks up to the next of SIZES. Raises BadInput where it is longer than all."""
    plain = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
    size = next((one for one in SIZES if len(plain) <= one), None)
    if size is None:
        raise BadInput("this is longer than one concern can be; save a part of it, and add the rest to it")
    return plain + b" " * (size - len(plain))


def payload(book: Book, uid: str, of: str | None, draft: Draft) -> dict[str, Any]:
    """All that the DSL reads: what stands on the sheet, about whom, by whom and when. `of`: the concern it adds to."""
    now = book.now()
    about = draft.pupil or book.focus
    told = " ".join(draft.told.split())
    return {
        "format": FORMAT,
        "id": uid,
        "of": of,
        "saved_at": clock.to_text(now),
        "at": clock.to_text(draft.at or now),
        "by": book.initials,
        "by_name": book.person_name or None,
        "role": book.role,
        "pupil": book.names.pupil(about) or None,
        "pupil_name": pupils.name_of(book, about) if about else None,
        "words": exactly(draft.words),
        "saw": exactly(draft.saw),
        "asked": exactly(draft.asked),
        "place": exactly(draft.place),
        "marks": [[place, exactly(words)] for place, words in draft.marks],
        "told": told or None,
        "told_at": clock.to_text(draft.told_at or now) if told else None,
        "in_person": draft.in_person if told else None,
        "note": draft.note,
    }
