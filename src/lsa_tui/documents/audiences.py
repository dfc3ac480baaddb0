"""Who may see what: the one table that every document of a day is built from.

A row names a part of a section, the audiences that get it, and the fields of each kind of record that it may read.
A part without a row for an audience is not built for it, a field that a row does not name cannot be read by it; so
what nobody thought of stays out. Private marks are read by rows with `own=True` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lsa_tui import text
from lsa_tui.daybook import rights
from lsa_tui.errors import BadInput

AUDIENCES = ("lsa", "teacher", "senco", "home")
DEED_FOR = {audience: f"write for {'home' if audience == 'home' else f'the {audience}'}" for audience in AUDIENCES}
"""The deed, in daybook/rights.py, that writing for an audience is: there stands which role may."""

SECTIONS: Mapping[str, str] = {
    "needs_you": "NEEDS YOU",
    "you_asked": "YOU ASKED",
    "learning": "LEARNING",
    "achievements": "WENT WELL",
    "what_helped": "WHAT HELPED",
    "provision": "PROVISION",
    "wellbeing": "WELLBEING",
    "food_and_care": "FOOD AND CARE",
    "behaviour": "BEHAVIOUR",
    "what_happened": "WHAT HAPPENED",
    "own_words": "PUPIL'S OWN WORDS",
    "tomorrow": "TOMORROW",
    "adults_and_home": "ADULTS AND HOME",
    "about": "ABOUT THIS RECORD",
    "reminders": "TO REMEMBER",
    "question": "A QUESTION FOR HOME",
    "from_school": "FROM SCHOOL",
}
"""Titles by id, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a section: for whom it is built, and which fields of which kinds it may read."""

    section: str
    part: str
    audiences: tuple[str, ...]
    reads: Mapping[str, tuple[str, ...]]
    own: bool = False


def _row(section: str, part: str, audiences: tuple[str, ...], /, own: bool = False, **reads: str) -> Row:
    return Row(section, part, audiences, {kind: tuple(fields.split()) for kind, fields in reads.items()}, own)


STAFF = ("lsa", "teacher", "senco")
LSA_ONLY = ("lsa",)
WAITING = ("teacher", "senco")
HOME_ONLY = ("home",)

_TIMES = "slot started ended status pauses"
_SLOT = "title ends cancelled all_day"

_HANDS_ON = "ended persons tried_before held place injury free_to_leave told told_at school_form_done text"

_TO_GO = "text home helped own_words named"
_RELEASE, _PHRASE = "note text part", "text part"

MAY_SEE: tuple[Row, ...] = (
    _row("needs_you", "handover", WAITING),
    _row("needs_you", "problems", STAFF, problem="text", reply="problem text close"),
    _row("needs_you", "incidents", STAFF, incident="seen next hurt free_to_leave"),
    _row("needs_you", "hands_on", STAFF, intervention="ended told told_at school_form_done"),
    _row("needs_you", "bumps", STAFF, care="what value"),
    _row("needs_you", "morning", STAFF, flag="what value"),
    _row("needs_you", "conflicts", STAFF),
    _row(
        "you_asked",
        "feedback",
        STAFF,
        slot=f"{_SLOT} feedback targets",
        session="slot status missed_reason",
        note="text target score own_words session",
    ),
    _row(
        "learning",
        "targets",
        STAFF,
        target="code text outcome ladder criterion",
        trial="target ladder level outcome",
        note="text target score own_words",
    ),
    _row("what_helped", "adapted", STAFF, session="slot adapted", slot="title"),
    _row("what_helped", "notes", STAFF, note="text helped target"),
    _row(
        "provision",
        "minutes",
        STAFF,
        provision="code text by_whom group_size outcome",
        slot=f"{_SLOT} provision",
        session=f"{_TIMES} assumed missed_reason adapted",
    ),
    _row("wellbeing", "morning", STAFF, flag="what value"),
    _row("wellbeing", "check_ins", STAFF, check="zone said_by wellbeing involvement text"),
    _row("food_and_care", "care", STAFF, care="what value"),
    _row(
        "behaviour",
        "counts",
        STAFF,
        behaviour="key label measure direction counts_as private",
        tally="behaviour count",
        bout="behaviour until",
        session=_TIMES,
        slot="ends",
    ),
    _row(
        "behaviour",
        "durations",
        STAFF,
        behaviour="key label measure direction counts_as private",
        tally="behaviour",
        bout="behaviour until",
        session=_TIMES,
        slot="ends",
    ),
    _row(
        "behaviour",
        "praise",
        LSA_ONLY,
        own=True,
        behaviour="key label measure direction counts_as private",
        tally="behaviour count",
        bout="behaviour until",
    ),
    _row(
        "what_happened",
        "incidents",
        STAFF,
        incident="before seen next minutes place free_to_leave communicating hurt text",
    ),
    _row("what_happened", "hands_on", STAFF, intervention=_HANDS_ON),
    _row("what_happened", "notes", STAFF, note="text score target home helped own_words", problem="note"),
    _row("own_words", "notes", STAFF, note="text own_words"),
    _row("tomorrow", "line", STAFF, tomorrow="text"),
    _row("adults_and_home", "suggested", STAFF, note="text home helped", release=_RELEASE, phrase=_PHRASE),
    _row("about", "covered", STAFF, cover="until"),
    _row("about", "watched", STAFF, session=_TIMES, slot="ends"),
    _row("about", "gaps", STAFF, session=_TIMES, slot=_SLOT),
    _row("about", "running", STAFF, session="slot status ended", slot="title", bout="behaviour until"),
    _row("about", "late", STAFF, session="assumed status"),
    _row("about", "unnamed", STAFF, tally="behaviour letter count"),
    _row("about", "received", WAITING),
    _row("about", "not_shared", STAFF),
    # Home gets what was suggested for it and released, and nothing else.
    _row("achievements", "released", HOME_ONLY, note=_TO_GO, release=_RELEASE, phrase=_PHRASE),
    _row("what_helped", "released", HOME_ONLY, note=_TO_GO, release=_RELEASE, phrase=_PHRASE),
    _row("reminders", "released", HOME_ONLY, note=_TO_GO, release=_RELEASE, phrase=_PHRASE),
    _row("question", "released", HOME_ONLY, note=_TO_GO, release=_RELEASE, phrase=_PHRASE),
    _row("from_school", "nothing", HOME_ONLY, note=_TO_GO, release=_RELEASE, phrase=_PHRASE),
)

SCHOOL_FORM = _row("school_form", "facts", (*STAFF, "dsl"), intervention=_HANDS_ON, incident="before seen next")
"""The page for the school's own form of a restrictive intervention: no part of a day's hand-over. The family hears of
it by the school's formal route."""


def rows_for(audience: str) -> list[Row]:
    """The parts that are built for an audience. Raises BadInput for one that there is not."""
    if audience not in AUDIENCES:
        raise BadInput(
            f"there is no audience {audience!r}; a summary is for {', '.join(AUDIENCES)}"
            f"{text.nearest(audience, list(AUDIENCES))}"
        )
    return [row for row in MAY_SEE if audience in row.audiences]


def for_role(role: str) -> list[str]:
    """The audiences that a role may write a summary for, its own first; none for a role without any."""
    allowed = [one for one in AUDIENCES if rights.may(role, DEED_FOR[one])]
    return sorted(allowed, key=lambda one: one != role)
