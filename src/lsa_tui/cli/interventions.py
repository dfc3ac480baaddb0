"""`lsa handson ...`: a restrictive intervention, from the stopwatch to the school's own form."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from lsa_tui import clock
from lsa_tui.cli.answer import Answer, coloured, recorded, short_id, table, width
from lsa_tui.cli.arguments import number, one_of
from lsa_tui.cli.presets import preset
from lsa_tui.cli.table import AT, PUPIL, Argument, arg, command
from lsa_tui.daybook import entries, interventions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import moment
from lsa_tui.records.kinds import Entry

ID = arg("id", metavar="ID", nargs="?", help="without it: what runs, else what waits for the form, else the last today")
FACTS: tuple[Argument, ...] = (
    arg("--persons", metavar="TEXT", help="every adult who was hands-on, and who saw it; initials"),
    arg("--tried", metavar="TEXT", help="what was tried before; in words, or a preset's digit 1-9"),
    arg("--held", metavar="TEXT", help="what was done; in words, or a preset's digit 1-9"),
    arg("--place", metavar="TEXT", help="in words, or a preset's digit 1-9"),
    arg("--injury", metavar="TEXT", help="who was hurt and how, or nobody"),
    arg("--free-to-leave", **one_of("yes", "no"), help="could the pupil leave, without being punished for it?"),
    arg("--told", metavar="WHO", help="whom of SLT you told; in words, or a preset's digit 1-9"),
    arg("--told-at", metavar="WHEN", help="when you told them (without it: now)"),
    arg("--note", metavar="TEXT", help="the rest in words"),
)
PRESETS = {"tried_before": "tried", "held": "held", "place": "where", "told": "told"}
_REMINDER = "\n" + "\n".join(f"{label}: {words}" for label, words in interventions.REMINDER)


def _facts(book: Book, args: Namespace, entry: Entry | None = None) -> dict[str, Any]:
    """What was typed of the facts; one that was typed empty is emptied."""
    typed = {
        "persons": args.persons,
        "tried_before": args.tried,
        "held": args.held,
        "place": args.place,
        "injury": args.injury,
        "free_to_leave": args.free_to_leave,
        "told": args.told,
        "text": args.note,
    }
    facts: dict[str, Any] = {}
    for name, words in typed.items():
        if words is not None:
            chosen = preset(book, PRESETS[name], words) if name in PRESETS else words
            facts[name] = (chosen or "").strip() or None
    if args.told_at is not None:
        told_at = (
            entries.parse_value(entry, "told_at", args.told_at, book.now())
            if entry is not None
            else clock.to_text(moment(args.told_at, book.now()) or book.now())
        )
        facts["told_at"] = told_at
    return facts


@command(
    "handson start",
    "starts the stopwatch of a restrictive intervention, at once",
    records=True,
    examples=("handson start", "handson start --pupil M2"),
)
def start(book: Book, args: Namespace) -> Answer:
    """The intervention, running."""
    entry = interventions.start(book, moment(args.at, book.now()))
    return recorded(book, entry, more="; `lsa handson stop` ends it, `lsa undo` takes it back")


@command(
    "handson stop",
    "ends the stopwatch; facts can be given with it, or afterwards",
    *FACTS,
    AT,
    examples=("handson stop", "handson stop --held 5 --injury nobody --told headteacher"),
)
def stop(book: Book, args: Namespace) -> Answer:
    """The intervention, ended, and what is to be done now."""
    with book.step():
        entry = interventions.stop(book, at=moment(args.at, book.now()))
        if facts := _facts(book, args, entry):
            entry = interventions.add(book, entry, **facts)
    return recorded(book, entry, more=_REMINDER)


@command(
    "handson record",
    "records one that is over: how many minutes it took until now, or from --at on",
    arg("minutes", metavar="MINUTES", type=number, help="a number, such as 2 or 0.5"),
    *FACTS,
    records=True,
    examples=("handson record 2 --at 10:42 --persons 'JT, LP' --held 5", "handson record 0.5 --free-to-leave no"),
)
def record(book: Book, args: Namespace) -> Answer:
    """The intervention, and what is to be done now."""
    at = moment(args.at, book.now())
    entry = interventions.record(book, args.minutes, at, **_facts(book, args))
    return recorded(book, entry, more=_REMINDER)


@command(
    "handson facts",
    "adds facts to one; what it said before stays in its history",
    ID,
    *FACTS,
    examples=("handson facts --persons 'JT, LP; seen by MB' --tried 'calm words; time and space' --injury nobody",),
)
def facts(book: Book, args: Namespace) -> Answer:
    """The intervention as it is now."""
    from lsa_tui.errors import BadInput

    entry = interventions.of_id(book, args.id)
    given = _facts(book, args, entry)
    if not given:
        raise BadInput("no fact was given; `lsa handson facts --help` lists them")
    return recorded(book, interventions.add(book, entry, **given), fields=given)


@command(
    "handson done",
    "ticks that the school's own form is done; until then it stays due",
    ID,
    arg("--not", dest="undone", action="store_true", help="it is not done after all"),
    AT,
    examples=("handson done", "handson done 0193a2b4-1c2d --at 15:10", "handson done --not"),
)
def done(book: Book, args: Namespace) -> Answer:
    """The intervention as it is now."""
    entry = interventions.of_id(book, args.id)
    ticked = interventions.form_done(book, entry, moment(args.at, book.now()), done=not args.undone)
    return recorded(book, ticked, fields=())


@command(
    "handson list",
    "restrictive interventions, oldest first",
    arg("--due", action="store_true", help="only those whose school's form is not done"),
    arg("--all-pupils", action="store_true", help="everybody's"),
    PUPIL,
    examples=("handson list", "handson list --due --all-pupils"),
)
def listed(book: Book, args: Namespace) -> Answer:
    """The interventions."""
    found = interventions.listed(book, None if args.all_pupils else book.focus)
    if args.due:
        found = [one for one in found if not one["school_form_done"]]
    rows = [
        (f"{one.when:%a %d %b %H:%M}", book.names.pupil(one.pupil), book.line(one), one.by, short_id(book, one))
        for one in found
    ]
    said = table(rows) or ("No school's form is waiting" if args.due else "No restrictive intervention is recorded")
    return Answer({"interventions": [book.json(one) for one in found]}, said)


@command(
    "handson document",
    "a page with all that is known of one, to write the school's own form from",
    ID,
    arg("--format", **one_of("text", "md", "html", "json"), default=None, help="without it: text"),
    examples=("handson document", "handson document 0193a2b4-1c2d --format html > form.html"),
)
def document(book: Book, args: Namespace) -> Answer:
    """The page."""
    # Both are wanted for this page only.
    from lsa_tui.documents.intervention import build
    from lsa_tui.documents.render import render

    page = build(book, interventions.of_id(book, args.id))
    form = args.format or ("json" if args.json else "text")
    said = render(page, form, width=width(), colour=form == "text" and coloured())
    data = (json.loads(said) if form == "json" else {"format": form, "document": said}) if args.json else None
    return Answer(data, said)
