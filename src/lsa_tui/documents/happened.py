"""What happened and was said, and what comes next: incidents, notes, the pupil's own words, tomorrow, home."""

from __future__ import annotations

from dataclasses import replace

from lsa_tui.daybook import releasing
from lsa_tui.documents.attention import scored
from lsa_tui.documents.day import View, at
from lsa_tui.documents.document import Item
from lsa_tui.records.kinds import Entry


def incidents(view: View) -> list[Item]:
    """Before, what was seen, what happened next; minutes, free to leave, and the words written to it."""
    return [_incident(one) for one in view.of("incident")]


def _incident(incident: Entry) -> Item:
    minutes = f"{incident['minutes']:g} min" if incident["minutes"] is not None else ""
    facts = [
        minutes,
        f"place: {incident['place']}" if incident["place"] else "",
        f"free to leave: {incident['free_to_leave']}" if incident["free_to_leave"] else "",
        f"may have been communicating: {incident['communicating']}" if incident["communicating"] else "",
        f"hurt: {incident['hurt']}" if incident["hurt"] else "",
    ]
    told = "; ".join(fact for fact in facts if fact)
    course = [incident[name] for name in ("before", "seen", "next")]
    return Item(
        text="Before: {}; seen: {}; next: {}".format(*course),
        time=at(incident),
        lines=tuple(line for line in (told, incident["text"] or "") if line),
        brief=" > ".join(course) + (f", {minutes}" if minutes else ""),
        data={
            "kind": "incident",
            "id": incident.id,
            **{
                name: incident[name]
                for name in ("before", "seen", "next", "minutes", "place", "free_to_leave", "communicating", "hurt")
            },
        },
    )


def notes(view: View) -> list[Item]:
    """Notes that stand nowhere else: without a target, not for home, not about what helped, not raised."""
    raised = {one["note"] for one in view.of("problem")}
    return [
        _note(one, scored(one))
        for one in view.of("note")
        if not (one["target"] or one["home"] or one["helped"] or one["own_words"] or one.id in raised)
    ]


def own_words(view: View) -> list[Item]:
    """The pupil's own words, exactly as they were said."""
    return [_note(one, f"“{one['text']}”") for one in view.of("note") if one["own_words"]]


def suggested(view: View) -> list[Item]:
    """Notes that were suggested for home, and how each stands: whether it goes there is the teacher's decision."""
    releases, phrases = view.of("release"), view.of("phrase")
    return [_suggested(one, releasing.standing(one, releases, phrases)) for one in view.of("note") if one["home"]]


def _suggested(note: Entry, stands: releasing.Standing) -> Item:
    how = {
        releasing.WAITING: "Suggested for home, not released",
        releasing.CHANGED: "Suggested for home, changed since it was released and not released again",
        releasing.RELEASED: f"For home, released by {stands.by}",
        releasing.PHRASE: "For home, an approved phrase",
    }[stands.status]
    brief = {releasing.RELEASED: "goes home", releasing.PHRASE: "goes home"}.get(
        stands.status, "for home, not released"
    )
    item = _note(note, f"{how}: {note['text']}", f"{brief}: {note['text']}")
    return replace(item, data={**item.data, "home": stands.status, "part": stands.part})


def tomorrow(view: View) -> list[Item]:
    """What to do tomorrow."""
    return [
        Item(text=one["text"], data={"kind": "tomorrow", "id": one.id, "by": one.by}) for one in view.of("tomorrow")
    ]


def _note(note: Entry, text: str, brief: str | None = None) -> Item:
    return Item(
        text=text,
        time=at(note),
        brief=brief,
        data={"kind": "note", "id": note.id, "by": note.by, "note": note["text"]},
    )
