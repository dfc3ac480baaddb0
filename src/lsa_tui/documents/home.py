"""The home sheet: only what was suggested for home and released, or says what an approved phrase says."""

from __future__ import annotations

from lsa_tui.daybook import names, releasing
from lsa_tui.documents.day import View
from lsa_tui.documents.document import Item
from lsa_tui.records.kinds import Entry


def achievements(view: View) -> list[Item]:
    """What went well."""
    return _of_part(view, "achievement")


def helped(view: View) -> list[Item]:
    """What helped."""
    return _of_part(view, "helped")


def reminders(view: View) -> list[Item]:
    """What to bring, what to remember."""
    return _of_part(view, "reminder")


def question(view: View) -> list[Item]:
    """One question; where two were released, the later one."""
    return _of_part(view, "question")[-1:]


def nothing(view: View) -> list[Item]:
    """A sentence where nothing goes home."""
    if _going(view):
        return []
    return [Item(text="Nothing has been released for home for this day.", data={"released": 0})]


def _of_part(view: View, part: str) -> list[Item]:
    return [Item(text=_said(note), data={"kind": part}) for note, stands in _going(view) if stands.part == part]


def _said(note: Entry) -> str:
    return f"“{note['text']}”" if note["own_words"] else str(note["text"])


def _going(view: View) -> list[tuple[Entry, releasing.Standing]]:
    """The day's notes that go home. Raises NamesStand where one of them names somebody: the sheet is not made then."""
    releases, phrases = view.of("release"), view.of("phrase")
    found = [(one, releasing.standing(one, releases, phrases)) for one in view.of("note") if one["home"]]
    going = [(note, stands) for note, stands in found if stands.goes]
    book = view.day.book
    names.refuse(
        [place for note, _ in going for place in names.unfit_for_home(book, note, str(note["text"]))],
        "the home sheet is not made",
        "have it corrected, and released again",
    )
    return going
