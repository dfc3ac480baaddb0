"""`lsa concern`: a safeguarding concern, sealed for the DSL; no word of it in any answer."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import timedelta
from typing import Any

from lsa_tui import clock, text
from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import concerns
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import Draft, Passed, moving, trust
from lsa_tui.daybook.concerns import sheet as sheets
from lsa_tui.daybook.when import moment
from lsa_tui.errors import BadInput, LsaError

REMINDER = "\n".join(f"{label:13}{words}" for label, words in concerns.REMINDER)
FIRST = f"lsa: before anything else\n{REMINDER}"
ELSEWHERE = "write the rest in the school's own system, such as CPOMS or MyConcern"
TEXTS = ("words", "saw", "asked", "place")
BESIDE = ("marks", "told", "told_at", "in_person", "add", "source", "untell")
TO_CONFIRM = "a key of the DSL has come; ask her to read out its fingerprint, then: lsa dsl trust FINGERPRINT"


@command(
    "concern",
    "a safeguarding concern for the DSL; without anything: what to do, and what you passed on",
    arg("--words", metavar="TEXT", help="the child's exact words; - reads them from standard input"),
    arg("--saw", metavar="TEXT", help="what was seen or heard"),
    arg("--asked", metavar="TEXT", help="what was asked"),
    arg("--place", metavar="PLACE", help="where it was"),
    arg("--marks", metavar="PLACE: TEXT", action="append", help="a mark: place on the body, a colon, what was seen"),
    arg("--told", metavar="WHO", help="who was told"),
    arg("--told-at", metavar="WHEN", help="when they were told, where that was not at --at"),
    arg("--in-person", action="store_true", help="they were told in person"),
    arg("--add", metavar="ID", help="adds to one passed on before, which itself stays as it is"),
    arg("--untell", metavar="ID", help="takes whom you told off again, where that was entered by mistake"),
    arg("--from", metavar="ID", dest="source", help="an entry of yours: moves its text here and wipes it in the log"),
    records=True,
    first=FIRST,
    examples=(
        "concern",
        "concern --words 'I do not want to go home' --place cloakroom --told 'Mrs Price' --in-person --at 12:50",
        "concern --add 3f1c --told 'Mr Hall' --told-at 13:20",
    ),
)
def concern(book: Book, args: Namespace) -> Answer:
    """What was passed on: an id and a time. `--at` is when it happened, and when they were told without `--told-at`."""
    if not _anything(args):
        return _overview(book)
    if args.untell is not None:
        return _untold(book, args)
    if args.add and args.source:
        raise BadInput("--from moves an entry into a new concern; leave --add out")
    draft = _draft(book, args)
    ready = concerns.ready(book)
    # A sheet that waits on the screens is another one, unless an entry moved onto it just now.
    moved = bool(args.source)
    passed = concerns.add(book, args.add, draft, kept=moved) if args.add else concerns.save(book, draft, kept=moved)
    said = f"{passed.says}  {passed.id}"
    if ready:
        lines = [said, "Sealed for the DSL; it goes there with the next sync"]
    else:
        kept = f"told {passed.told}" if passed.told else "nobody told yet"
        lines = [*_reminder(), said, f"Kept for you: {kept}. No text was stored; {ELSEWHERE}"]
    hints = (
        [] if passed.passed_on else [f"nobody was told yet; do it now, then: lsa concern --add {passed.id} --told WHO"]
    )
    if ready:
        outside = [words for place, words in draft.marks if place == sheets.ELSEWHERE and words.partition(":")[1]]
        hints += [
            f"{text.one_line(words, 60)!r} names no place of the list, so it stands under elsewhere"
            for words in outside
        ]
    hints += _to_confirm(book, ready)
    data = {**_json(passed), "text_stored": bool(ready and draft.has_text)}
    return Answer(data, "\n".join(lines), hints=tuple(hints))


def _untold(book: Book, args: Namespace) -> Answer:
    """Takes a line back that named somebody by mistake."""
    given = {**_given(args), "at": args.at, "pupil": args.chosen_pupil}
    if any(one for name, one in given.items() if name != "untell"):
        raise BadInput("--untell takes a line back; give nothing else with it")
    gone = concerns.untell(book, args.untell)
    said = "Wiped here: whom you told, and when" if gone else "Wiped here: whom you told; what was sealed stays"
    return Answer({"untold": args.untell, "line_kept": not gone}, said)


def _to_confirm(book: Book, ready: bool) -> list[str]:
    """While a key waits that is newer than what this is sealed to: the DSL may not be able to open the older one."""
    if not trust.unconfirmed(book):
        return []
    until = "; until then this is sealed to the older key, which the DSL may no longer have" if ready else ""
    return [f"{TO_CONFIRM}{until}"]


def _given(args: Namespace) -> dict[str, Any]:
    return {name: getattr(args, name) for name in (*TEXTS, *BESIDE)}


def _anything(args: Namespace) -> bool:
    return any(one is not None and one is not False for one in _given(args).values())


def _draft(book: Book, args: Namespace) -> Draft:
    """What was typed, and what moves. All is understood before anything moves."""
    now = book.now()
    at, told_at = moment(args.at, now), moment(args.told_at, now)
    for typed, when in ((args.at, at), (args.told_at, told_at)):
        if when is not None and when > now + timedelta(minutes=1):
            raise BadInput(f"{typed} is still to come, and what is sealed cannot be edited; say when it was")
    if (args.told_at or args.in_person) and not args.told:
        raise BadInput("say who was told with --told WHO; --told-at and --in-person belong to it")
    texts = _texts(args)
    marks = [concerns.mark(_whole(one, "--marks")) for one in args.marks or ()]
    told = _whole(args.told or "", "--told")
    draft = _moved(book, args.source) if args.source else Draft(pupil=book.chosen)
    for name, typed in texts.items():
        held = getattr(draft, name)
        setattr(draft, name, f"{held}\n{typed}" if held else typed)
    draft.marks += marks
    draft.at = at or draft.at
    if told:
        draft.told, draft.in_person = told, args.in_person
        draft.told_at = told_at or at or now
    return draft


def _moved(book: Book, uid: str) -> Draft:
    entry = book.entry(uid)
    if moving.moves(entry) and not concerns.ready(book):
        # Nothing is wiped where its words can be kept nowhere else.
        raise LsaError(
            "no DSL's key is trusted here, so no text can be kept and this entry stays as it is; tell the DSL now, "
            f"write it in the school's own system, then take it from the log (`lsa remove {uid} --reason TEXT`) or "
            f"wipe it for good (`lsa erase --entry {uid}`)"
        )
    return concerns.from_entry(book, entry)


def _texts(args: Namespace) -> dict[str, str]:
    given = {name: getattr(args, name) for name in TEXTS if getattr(args, name) is not None}
    if list(given.values()).count("-") > 1:
        raise BadInput("standard input can be read once; give one text as - and the others in words")
    # An argument stands in the shell's history; standard input does not.
    return {name: _read(name) if typed == "-" else _whole(typed, f"--{name}") for name, typed in given.items()}


def _read(name: str) -> str:
    """Standard input, every byte of it."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return _whole(sys.stdin.read(), f"--{name} -")
    try:
        return str(stream.read().decode())
    except UnicodeDecodeError:
        raise BadInput(_NO_UTF8.format(f"--{name} -")) from None


def _whole(typed: str, where: str) -> str:
    """What was typed, where every byte of it could be read."""
    try:
        typed.encode()
    except UnicodeEncodeError:
        raise BadInput(_NO_UTF8.format(where)) from None
    return typed


_NO_UTF8 = (
    "{} holds bytes that are not UTF-8, so not every word could be kept and nothing was; save the text as UTF-8 "
    "(or type it on the sheet, key d) and do it again"
)


def _overview(book: Book) -> Answer:
    found = concerns.passed_on(book)
    ready = concerns.ready(book)
    lines = _reminder()
    if not ready:
        lines.append(f"No DSL's key is trusted here, so no text is stored: {ELSEWHERE}\n")
    unconfirmed = trust.unconfirmed(book)
    rows = [(f"{one.at:%a %d %b}", one.says, one.told, _state(one), one.id) for one in found]
    data = {
        "reminder": [{"label": label, "words": words} for label, words in concerns.REMINDER],
        "ready": ready,
        "key_to_confirm": unconfirmed,
        "to_pass_on": concerns.to_pass_on(book),
        "concerns": [_json(one) for one in found],
    }
    said = "\n".join([*lines, table(rows) or "Nothing was passed on from this device"])
    return Answer(data, said, hints=(TO_CONFIRM,) if unconfirmed else ())


def _reminder() -> list[str]:
    """The reminder and an empty line; nothing for who has just read it above (`FIRST`)."""
    return [] if sys.stderr.isatty() else [*REMINDER.splitlines(), ""]


def _state(one: Passed) -> str:
    if not one.sealed:
        return ""
    return "the DSL has it" if one.acknowledged else "sent" if one.delivered else "sealed"


def _json(one: Passed) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": clock.to_text(one.at),
        "says": one.says,
        "passed_on": one.passed_on,
        "told": one.told or None,
        "in_person": one.in_person,
        "sealed": one.sealed,
        "delivered": one.delivered,
        "acknowledged": clock.to_text(one.acknowledged) if one.acknowledged else None,
    }
