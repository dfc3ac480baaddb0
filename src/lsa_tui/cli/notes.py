"""`lsa note`, `raise`, `inbox`, `reply`, `tomorrow`: what is said in words."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from lsa_tui import clock
from lsa_tui.cli.answer import Answer, recorded, short_id, table, when
from lsa_tui.cli.arguments import joined
from lsa_tui.cli.table import PUPIL, arg, command
from lsa_tui.daybook import notes, problems
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import moment
from lsa_tui.records.kinds import Entry

WORDS = arg("words", metavar="TEXT", nargs="+")


@command(
    "note",
    "quick capture; #T1 @K7 !teacher ^home ^helped 8/10 and a time at the end are understood",
    WORDS,
    records=True,
    examples=('note "Read 5 of 6 words alone #T1 8/10 ^home -10"', "note '@K8 Fell in the yard !teacher 10:42'"),
)
def note(book: Book, args: Namespace) -> Answer:
    """The note, without the marks that were understood."""
    typed, at = joined(args.words), moment(args.at, book.now())
    meaning = notes.understood(book, typed)
    entry = notes.note(book, typed, at)
    answer = recorded(book, entry, more=" (raised for the teacher)" if meaning.raised else "", raised=meaning.raised)
    hints = list(answer.hints)
    if meaning.at and at is None and ":" in typed.split()[-1]:
        hints.append(f"{typed.split()[-1]} was taken as the time; --at TIME leaves a note's words alone")
    if unknown := notes.unknown_marks(meaning.text):
        hints.append(f"not known, so it stayed in the text: {' '.join(unknown)}")
    return answer._replace(hints=tuple(hints))


@command(
    "raise",
    "raises a problem for the class teacher",
    WORDS,
    records=True,
    examples=('raise "The new reading book is too hard; which one next?"',),
)
def raise_(book: Book, args: Namespace) -> Answer:
    """The problem."""
    entry = problems.raise_problem(book, joined(args.words), moment(args.at, book.now()))
    return recorded(book, entry)


@command(
    "tomorrow",
    "one line for tomorrow; again: replaces today's",
    WORDS,
    records=True,
    examples=("tomorrow Bring the number cards",),
)
def tomorrow(book: Book, args: Namespace) -> Answer:
    """The line."""
    entry = notes.tomorrow(book, joined(args.words), moment(args.at, book.now()))
    return recorded(book, entry)


def _problem(book: Book, problem: problems.Problem, new: set[str]) -> dict[str, Any]:
    entry = problem.entry
    return {
        **_said(entry),
        "pupil": book.names.pupil(entry.pupil) or None,
        "status": problem.status,
        "replies": [{**_said(one), "close": bool(one["close"]), "new": one.id in new} for one in problem.replies],
    }


def _said(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "at": clock.to_text(entry.when), "by": entry.by, "text": entry["text"]}


@command(
    "inbox",
    "raised problems and their answers, the open ones first",
    PUPIL,
    examples=("inbox", "inbox --pupil K7 --json"),
)
def inbox(book: Book, args: Namespace) -> Answer:
    """Of all pupils, or of one. What a person has been shown here is no longer new on the screens."""
    found = problems.inbox(book, book.chosen)
    unseen = problems.unseen(book)
    new = {one.id for one in unseen}
    rows = []
    for problem in found:
        entry = problem.entry
        rows.append(
            (
                problem.status,
                book.names.pupil(entry.pupil),
                when(book, entry),
                entry.by,
                str(entry["text"]),
                short_id(book, entry),
            )
        )
        for one in problem.replies:
            said = str(one["text"] or "closed")
            rows.append(("  new" if one.id in new else "", "", when(book, one), one.by, f"> {said}", ""))
    data = [_problem(book, problem, new) for problem in found]
    if not args.json:
        shown = {one.id for problem in found for one in problem.replies}
        problems.mark_seen(book, [one for one in unseen if one.id in shown])
    said = table(rows) or "Nothing was raised; `lsa raise TEXT` or `!teacher` in a note does"
    return Answer(data, "\n".join([*_not_received(book), said]))


def _not_received(book: Book) -> list[str]:
    """For a teacher and the SENCo, before everything else: which hand-overs did not come."""
    from lsa_tui.daybook import handover  # notes and the rest of this file need it not

    missing = handover.every_missing(book)
    return [
        f"{book.names.pupil(one.pupil)}: {handover.says(book, one)}"
        for one in missing
        if book.chosen in (None, one.pupil)
    ]


@command(
    "reply",
    "answers a raised problem, and closes it with --close",
    arg("id", metavar="ID", help="from `lsa inbox`; its first characters will do"),
    arg("words", metavar="TEXT", nargs="*"),
    arg("--close", action="store_true", help="nothing is left to do (class teacher and SENCo)"),
    arg("--at", metavar="WHEN", help="when it was said"),
    examples=('reply 0193a2b4-1c2d "Use the blue book" --close',),
)
def reply(book: Book, args: Namespace) -> Answer:
    """The answer."""
    entry = problems.reply(book, args.id, joined(args.words) or None, args.close, moment(args.at, book.now()))
    return recorded(book, entry, more=" (closed)" if args.close else "")
