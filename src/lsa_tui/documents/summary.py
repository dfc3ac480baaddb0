"""The end of a day as a document: every part that the audience's rows name, in the order of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lsa_tui.daybook import handover, rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.names import Aliases
from lsa_tui.documents import about, attention, behaviour, happened, home, intervention, learning, provision, wellbeing
from lsa_tui.documents.aliased import aliased
from lsa_tui.documents.audiences import DEED_FOR, SECTIONS, rows_for
from lsa_tui.documents.day import Day, Part, View, at
from lsa_tui.documents.document import Document, Item, Section
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

PARTS: Mapping[tuple[str, str], Part] = {
    ("needs_you", "handover"): attention.handover,
    ("needs_you", "problems"): attention.problems,
    ("needs_you", "incidents"): attention.incidents,
    ("needs_you", "hands_on"): intervention.due,
    ("needs_you", "bumps"): attention.bumps,
    ("needs_you", "morning"): attention.morning,
    ("needs_you", "conflicts"): attention.conflicts,
    ("you_asked", "feedback"): attention.feedback,
    ("learning", "targets"): learning.targets,
    ("what_helped", "adapted"): learning.adapted,
    ("what_helped", "notes"): learning.helped,
    ("provision", "minutes"): provision.provided,
    ("wellbeing", "morning"): wellbeing.morning,
    ("wellbeing", "check_ins"): wellbeing.check_ins,
    ("food_and_care", "care"): wellbeing.care,
    ("behaviour", "counts"): behaviour.counts,
    ("behaviour", "durations"): behaviour.timed,
    ("behaviour", "praise"): behaviour.praise,
    ("what_happened", "incidents"): happened.incidents,
    ("what_happened", "hands_on"): intervention.course,
    ("what_happened", "notes"): happened.notes,
    ("own_words", "notes"): happened.own_words,
    ("tomorrow", "line"): happened.tomorrow,
    ("adults_and_home", "suggested"): happened.suggested,
    ("about", "covered"): about.covered,
    ("about", "watched"): about.watched,
    ("about", "gaps"): about.gaps,
    ("about", "running"): about.running,
    ("about", "late"): about.late,
    ("about", "unnamed"): about.unnamed,
    ("about", "received"): about.received,
    ("about", "not_shared"): about.not_shared,
    ("achievements", "released"): home.achievements,
    ("what_helped", "released"): home.helped,
    ("reminders", "released"): home.reminders,
    ("question", "released"): home.question,
    ("from_school", "nothing"): home.nothing,
}
"""What makes each part of the table in `audiences`."""

BY_THE_LSA = ("session", "tally", "bout", "trial", "check", "incident", "intervention", "care", "flag")
"""What only somebody beside the pupil records."""

BY_ANYBODY = ("note", "problem", "tomorrow")
"""What a teacher writes too: of the day's recording only where somebody wrote it as an LSA."""


def build(book: Book, on: date, audience: str, pupil: str | None = None) -> Document:
    """The day's document for an audience (lsa, teacher, senco, home).

    `pupil` is a code or an id; without one it is the pupil in focus. Raises BadInput for an audience or a pupil
    that there is not, NotAllowed where this person's role may not write for that audience, NamesStand where a home
    sheet would name somebody, LsaError where there is no pupil at all.
    """
    rows = rows_for(audience)
    rights.require(book, DEED_FOR[audience])
    whose = _pupil(book, pupil)
    code = book.names.pupil(whose)
    day = Day(book, on, whose)
    found: dict[str, list[Item]] = {name: [] for name in SECTIONS if any(row.section == name for row in rows)}
    for row in rows:
        found[row.section] += PARTS[row.section, row.part](View(day, row))
    # The parts of one section follow each other; only here must what is settled not stand before what is not.
    found.get("needs_you", []).sort(key=lambda item: not item.emphasis)
    aliases = Aliases(book, on, whose)
    sections = tuple(
        Section(name, SECTIONS[name], tuple(aliased(items, aliases)))
        for name, items in found.items()
        if items or audience != "home"  # a family is not told what there was not
    )
    heading = _heading(day, code, audience) + ("  MADE UP" if book.made_up else "")
    return Document(on, code, audience, heading, sections)


def _pupil(book: Book, wanted: str | None) -> str:
    known = read.get(book.db, wanted) if wanted else None
    return known.id if known is not None and known.kind == "pupil" else book.pupil(wanted)


def _heading(day: Day, code: str, audience: str) -> str:
    when = f"{day.on:%a} {day.on.day} {day.on:%b %Y}"
    if audience == "home":
        return f"HOME SHEET {when}  {code}"
    recorded = [one for kind in BY_THE_LSA for one in day.all.get(kind, ()) if not one.own]
    # The start of an assumed or missed session is the plan's, not anybody's arrival.
    seen = [one for one in recorded if one.kind != "session" or not (one["assumed"] or one["status"] == "missed")]
    others = [one for kind in BY_ANYBODY for one in day.all.get(kind, ()) if not one.own]
    written = handover.by_an_lsa(day.book, others)
    if not recorded and not written:
        return f"HAND-OVER {when}  {code}  {_nothing(day, bool(others or day.all.get('reply')))}"
    people = dict.fromkeys(one.by for one in sorted([*(seen or recorded), *written], key=_by_time))
    covering = {one.by for one in day.all.get("cover", ())}
    lsa = ", ".join(one for one in people if one not in covering)
    covered = ", ".join(one for one in people if one in covering)
    who = ", ".join(part for part in (f"LSA {lsa}" if lsa else "", f"covered by {covered}" if covered else "") if part)
    arrived = f"; in {at(min(seen, key=_by_time))}" if seen else ""
    return f"HAND-OVER {when}  {code}  {who}{arrived}"


def _nothing(day: Day, by_others: bool) -> str:
    """What is said of a day without anything by the LSA. `by_others`: notes of others stand below all the same."""
    if day.book.role in handover.WAITING:
        return "nothing has arrived"  # whoever waits for it knows only what has come
    return "nothing by the LSA" if by_others else "nothing recorded"


def _by_time(entry: Entry) -> tuple[float, int]:
    return entry.when.timestamp(), entry.order
