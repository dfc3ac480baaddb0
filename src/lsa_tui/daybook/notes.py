"""Quick capture: one line typed, its marks understood.

Marks are whole words and leave the text when they are understood: `#T1` a target, `@K7` a pupil, `!teacher` raises
it, `^home` suggests it for home, `^helped` says that it helped; `8/10` is a score and stays; `-10` or `9:40` as the
last word is the time. Whatever is not understood stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lsa_tui import clock, text
from lsa_tui.daybook import names, pupils, rights, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_when
from lsa_tui.errors import BadInput
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

_WORD = re.compile(r"(?<!\S)\S+(?!\S)")
_SCORE = re.compile(r"\d{1,3}/\d{1,3}")
_TIME = re.compile(r"-\d{1,3}|([01]?\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Understood:
    """A typed note: what stays as text, and what its marks mean. `pupil` is an id, `at` None for now."""

    text: str
    target: str | None = None
    pupil: str | None = None
    raised: bool = False
    home: bool = False
    helped: bool = False
    score: str | None = None
    at: datetime | None = None
    marks: tuple[str, ...] = field(default=())


def understand(typed: str, now: datetime, targets: Collection[str], pupil_codes: Mapping[str, str]) -> Understood:
    """What a typed note means. `targets` are known codes, `pupil_codes` maps known codes to ids; case is ignored."""
    known_targets = {code.casefold(): code for code in targets}
    known_pupils = {code.casefold(): uid for code, uid in pupil_codes.items()}
    found: dict[str, object] = {}
    marks: list[str] = []

    def take(match: re.Match[str]) -> str:
        word = match[0]
        sign, name = word[0], word[1:].casefold()
        if (sign == "#" and "target" in found) or (sign == "@" and "pupil" in found):
            return word  # one note has one target and one pupil; a second one stays in the text
        if sign == "#" and name in known_targets:
            found["target"] = known_targets[name]
        elif sign == "@" and name in known_pupils:
            found["pupil"] = known_pupils[name]
        elif word.casefold() == "!teacher":
            found["raised"] = True
        elif word.casefold() in ("^home", "^helped"):
            found[name] = True
        else:
            if _SCORE.fullmatch(word):
                found.setdefault("score", word)
            return word
        marks.append(word)
        return ""

    rest = "\n".join(_tidy(_WORD.sub(take, line), line) for line in text.clean(typed).split("\n"))
    rest, at = _time(rest.strip(), now)
    return Understood(rest, at=at, marks=tuple(marks), **found)  # type: ignore[arg-type]


def _tidy(rest: str, line: str) -> str:
    """Without the double blank that a mark leaves behind; a line without marks stays exactly as typed."""
    return rest if rest == line else re.sub(r" {2,}", " ", rest).rstrip()


def _time(rest: str, now: datetime) -> tuple[str, datetime | None]:
    head, _, last = rest.rpartition(" ")
    if not head or not _TIME.fullmatch(last):
        return rest, None
    try:
        return head.rstrip(), parse_when(last, now)
    except BadInput:
        return rest, None  # a time that the clock change skipped stays as typed


def understood(book: Book, typed: str, pupil: str | None = None) -> Understood:
    """What a typed note means in this book; marks of targets are those of the pupil it is about."""
    codes = {str(one["code"]): one.id for one in pupils.all_pupils(book)}
    first = understand(typed, book.now(), (), codes)
    whose = first.pupil or pupil or book.focused()
    targets = [str(one["code"]) for one in pupils.items(book, "target", whose)]
    return understand(typed, book.now(), targets, codes)


def unknown_marks(text: str) -> list[str]:
    """Words of a note's remaining text that look like marks but are none: `@K9` where there is no such pupil."""
    return [word for word in text.split() if len(word) > 1 and word[0] in "#@!^" and word[1].isalpha()]


def note(book: Book, typed: str, at: datetime | None = None, pupil: str | None = None) -> Entry:
    """Records a note; with `!teacher` also raises it. Raises BadInput where no text is left."""
    meaning = understood(book, typed, pupil)
    if not meaning.text:
        raise BadInput("the note has no text beside its marks; nothing was recorded")
    whose = meaning.pupil or pupil or book.focused()
    moment = at or meaning.at or book.now()
    with book.step():
        values = {
            "at": clock.to_text(moment),
            "text": meaning.text,
            "target": meaning.target,
            "score": meaning.score,
            "home": meaning.home,
            "helped": meaning.helped,
            "named": bool(names.stands_in(book, meaning.text)),
            "session": sessions.for_mark(book, whose, moment),
        }
        entry = book.record("note", values, pupil=whose)
        if meaning.raised:
            raised = {"at": clock.to_text(moment), "text": meaning.text, "note": entry.id}
            book.record("problem", raised, pupil=whose)
    return entry


def recent_phrases(book: Book, most: int = 6) -> list[str]:
    """The short notes written last on this device, newest first, each once. None that sounds like a disclosure or
    names somebody: they stand on the screen, to be put in again."""
    day = book.today().isoformat()
    before = read.last_day(book.db, day, book.focus) or day
    found: list[str] = []
    for one in reversed(read.between(book.db, before, day, book.focus, ("note",))):
        phrase = text.one_line(one["text"])
        if len(phrase) <= 40 and phrase not in found and not _telling(book, one):
            found.append(phrase)
            if len(found) == most:
                break
    return found


def _telling(book: Book, note: Entry) -> bool:
    from lsa_tui.daybook import disclosure  # for the screen of a note only

    return bool(note["named"] or disclosure.sounds_like(note["text"], book) or names.stands_in(book, note["text"]))


def tomorrow(book: Book, typed: str, at: datetime | None = None) -> Entry:
    """One line for tomorrow; written again it replaces one's own of the day."""
    moment = at or book.now()
    day = moment.date().isoformat()
    held = read.between(book.db, day, day, book.focused(), ("tomorrow",))
    known = [one for one in held if rights.is_own(book, one)]
    if known:
        return book.revise(known[-1], {"text": typed})
    return book.record("tomorrow", {"at": clock.to_text(moment), "text": typed})
