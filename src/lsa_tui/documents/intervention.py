"""A restrictive intervention: what the hand-over says of it, and a page to write the school's own form from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsa_tui.clock import from_text
from lsa_tui.daybook import interventions, names, rights
from lsa_tui.daybook.book import Book
from lsa_tui.documents.audiences import SCHOOL_FORM
from lsa_tui.documents.day import Day, View, at, day_text
from lsa_tui.documents.document import Document, Item, Section
from lsa_tui.errors import BadInput
from lsa_tui.measures.figures import duration_text
from lsa_tui.paths import write_whole
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

DEED = "write for the school's form"
NEAR_MINUTES = 60
"""An incident that was written down so soon before or after tells of the same event."""


# In the hand-over


def due(view: View) -> list[Item]:
    """Those whose school's form is not done, of this day and of days before."""
    day = view.day
    found = view.seen("intervention", interventions.of_day(day.book, day.pupil, day.on))
    return [_due(one, view) for one in found if not one["school_form_done"]]


def _due(entry: Entry, view: View) -> Item:
    old = entry.when.date() != view.day.on
    took = duration_text(interventions.lasted(entry, view.day.now)) if entry["ended"] else "still running"
    form = "school's form NOT DONE, due the same day"
    words = f"Hands-on{f' of {day_text(entry.when.date())}' if old else ''}, {took}: {form}"
    return Item(
        text=words,
        time="" if old else at(entry),
        lines=(_told(entry) or "SLT not told yet",),
        brief=f"hands-on, {took}: {form}" if not old else None,
        emphasis=True,
        data={"kind": "intervention", "id": entry.id, "school_form_done": None, "told": entry["told"]},
    )


def course(view: View) -> list[Item]:
    """The day's, with all their facts."""
    return [_course(one, view) for one in view.of("intervention")]


def _course(entry: Entry, view: View) -> Item:
    took = duration_text(interventions.lasted(entry, view.day.now)) if entry["ended"] else "still running"
    facts = [
        f"who: {entry['persons']}" if entry["persons"] else "",
        f"tried before: {entry['tried_before']}" if entry["tried_before"] else "",
        f"place: {entry['place']}" if entry["place"] else "",
        f"free to leave: {entry['free_to_leave']}" if entry["free_to_leave"] else "",
        f"injury: {entry['injury']}" if entry["injury"] else "",
        _told(entry),
        _form(entry),
    ]
    held = f": {entry['held']}" if entry["held"] else ""
    said = "; ".join(fact for fact in facts if fact)
    return Item(
        text=f"Hands-on, {took}{held}",
        time=at(entry),
        lines=tuple(line for line in (said, entry["text"] or "") if line),
        brief=f"hands-on, {took}{held}",
        data={"kind": "intervention", "id": entry.id, **{name: entry[name] for name in view.row.reads["intervention"]}},
    )


def _told(entry: Entry) -> str:
    if not entry["told"]:
        return ""
    when = f" at {from_text(entry['told_at']):%H:%M}" if entry["told_at"] else ""
    return f"told: {entry['told']}{when}"


def _form(entry: Entry) -> str:
    done = entry["school_form_done"]
    return f"school's form done {from_text(done):%a %H:%M}" if done else "school's form NOT DONE"


# For the school's form


def build(book: Book, entry: Entry) -> Document:
    """What is known of one, in the order in which a school's form asks for it. Other pupils stand as Peer A, B.

    Raises NotAllowed for a role without it, BadInput for what is no restrictive intervention.
    """
    rights.require(book, DEED)
    if entry.kind != interventions.KIND or entry.pupil is None or book.role not in SCHOOL_FORM.audiences:
        raise BadInput("only a restrictive intervention has such a page; `lsa handson list` lists them")
    began = entry.when.astimezone(book.zone)
    view = View(Day(book, began.date(), entry.pupil), SCHOOL_FORM)
    shown = view.seen("intervention", [entry])[0]
    code = book.names.pupil(entry.pupil)
    made_up = "  MADE UP" if book.made_up else ""
    parts: tuple[tuple[str, str, Sequence[str | None]], ...] = (
        ("pupil", "PUPIL", [code]),
        ("when", "WHEN", _when(shown, book)),
        ("place", "WHERE", [shown["place"]]),
        ("persons", "WHO WAS HANDS-ON, WHO SAW IT", [shown["persons"]]),
        ("before", "WHAT LED TO IT", _led_to_it(book, view, entry)),
        ("tried_before", "TRIED BEFORE", [shown["tried_before"]]),
        ("held", "WHAT WAS DONE", [shown["held"]]),
        ("free_to_leave", "FREE TO LEAVE?", [shown["free_to_leave"]]),
        ("injury", "INJURY", [shown["injury"]]),
        ("told", "WHO WAS TOLD", [_told(shown).removeprefix("told: ")]),
        ("text", "IN WORDS", [shown["text"]]),
        ("to_do", "TO DO", _to_do(shown)),
        ("about", "ABOUT THIS RECORD", [f"recorded by {entry.by} at {entry.recorded_at.astimezone(book.zone):%H:%M}"]),
    )
    day = f"{began:%a} {began.day} {began:%b %Y}"
    return Document(
        date=began.date(),
        pupil=code,
        audience=book.role,
        heading=f"HANDS-ON {day} {began:%H:%M}  {code}  for the school's own record, which this is not{made_up}",
        sections=tuple(Section(name, title, _items(book, entry, name, said)) for name, title, said in parts),
    )


def _items(book: Book, entry: Entry, name: str, said: Sequence[str | None]) -> tuple[Item, ...]:
    on = entry.when.astimezone(book.zone).date()
    texts = [text for text in said if text]
    if book.role != "dsl" and name not in ("pupil", "when", "to_do", "about"):
        texts = [names.with_aliases(book, text, on, str(entry.pupil)) for text in texts]
    return tuple(Item(text=text, data={"field": name}) for text in texts)


def _when(entry: Entry, book: Book) -> list[str | None]:
    began = entry.when.astimezone(book.zone)
    if not entry["ended"]:
        return [f"began {began:%H:%M:%S}", "still running"]
    ended = from_text(entry["ended"]).astimezone(book.zone)
    took = duration_text(interventions.lasted(entry, ended))
    return [f"began {began:%H:%M:%S}", f"ended {ended:%H:%M:%S}", f"took {took}"]


def _led_to_it(book: Book, view: View, entry: Entry) -> list[str | None]:
    """The incidents written down near it."""
    day = entry.when.date().isoformat()
    found = [
        one
        for one in view.seen("incident", read.between(book.db, day, day, entry.pupil, ("incident",)))
        if abs((one.when - entry.when).total_seconds()) <= NEAR_MINUTES * 60
    ]
    return [f"{at(one)} before: {one['before']}; seen: {one['seen']}; next: {one['next']}" for one in found]


def _to_do(entry: Entry) -> list[str | None]:
    done = entry["school_form_done"]
    form = _form(entry) if done else "the school's own record is due the same day: NOT DONE"
    return ["" if entry["told"] else "tell SLT now", form, "the school tells the parents"]


def save(book: Book, entry: Entry) -> list[Path]:
    """Writes the page as HTML and as Markdown, for its owner alone; that it was written stands in the audit."""
    from lsa_tui.daybook import audit  # with the chain that only deeds like this one need
    from lsa_tui.documents.render import render

    document = build(book, entry)
    name = f"{document.date.isoformat()}-{document.pupil}-hands-on-{entry.when.astimezone(book.zone):%H%M%S}"
    paths = [book.paths.saved / f"{name}.{ending}" for ending in ("html", "md")]
    for path in paths:
        write_whole(path, render(document, path.suffix[1:]))
    audit.note(book, "document saved", name)
    return paths
