"""How far the record can be trusted: what was watched, what was not, what was written down late."""

from __future__ import annotations

from datetime import UTC, timedelta

from lsa_tui.clock import from_text
from lsa_tui.daybook import handover, sessions
from lsa_tui.documents.day import View, at, day_text, is_over, minutes, pauses_of, span_of
from lsa_tui.documents.document import Item
from lsa_tui.measures import spans
from lsa_tui.measures.figures import duration_text
from lsa_tui.records import log
from lsa_tui.records.vocabulary import KINDS

LATE = timedelta(minutes=30)


def watched(view: View) -> list[Item]:
    """The observed time, which every rate of the page refers to."""
    stretches = view.observed()
    if not stretches:
        return [Item(text="Watched: no observed time", brief="not watched", data={"observed_minutes": 0})]
    time = duration_text(spans.total(stretches))
    return [
        Item(
            text=f"Watched {time} (observed time: sessions less pauses)",
            brief=f"watched {time}",
            data={"observed_minutes": minutes(stretches)},
        )
    ]


def covered(view: View) -> list[Item]:
    """Who recorded in another's place, and when."""
    found = []
    for one in view.of("cover"):
        until = f" to {from_text(one['until']):%H:%M}" if one["until"] else " on"
        text = f"Covered by {one.by}, {'from ' if not one['until'] else ''}{at(one)}{until}"
        found.append(Item(text=text, brief=f"covered by {one.by}", data={"covered_by": one.by, "until": one["until"]}))
    return found


def gaps(view: View) -> list[Item]:
    """Pauses, and planned slots that are over and have no session."""
    zone, now = view.day.book.zone, view.day.now
    slots = {slot.id: slot for slot in view.of("slot")}
    held = view.of("session")
    found: list[tuple[spans.Span, str]] = []
    for one in held:
        if one["status"] != "missed":
            end = span_of(one, slots.get(str(one["slot"])), now)[1]
            found += [(pause, "not watching") for pause in pauses_of(one, end)]
    begun = {one["slot"] for one in held}
    for slot in slots.values():
        if slot.id not in begun and sessions.is_lesson(slot) and is_over(slot, now):
            found.append(((slot.when, from_text(slot["ends"])), f"{slot['title']}: nothing recorded"))
    found.sort(key=lambda gap: gap[0][0].astimezone(UTC))
    texts = [f"{span[0].astimezone(zone):%H:%M} to {span[1].astimezone(zone):%H:%M} {reason}" for span, reason in found]
    if not texts:
        return []
    return [
        Item(
            text=f"Gaps: {len(texts)}",
            lines=tuple(texts),
            brief=_number(len(texts), "gap"),
            data={"gaps": texts},
        )
    ]


def running(view: View) -> list[Item]:
    """Sessions and durations that nobody has ended."""
    day, names = view.day, view.day.book.names
    found = [(names.slot(one["slot"]), one.when) for one in view.seen("session", day.open_now("session"))] + [
        (names.behaviour(one["behaviour"]), one.when) for one in view.seen("bout", day.open_now("bout"))
    ]
    return [
        Item(
            text=f"{what} is still running"
            if when.date() == day.now.date()
            else f"{what} of {day_text(when.date())} {when:%H:%M} was never ended",
            brief=f"{what} running" if when.date() == day.now.date() else f"{what} never ended",
            emphasis=when.date() != day.now.date(),
            data={"running": what, "since": when.isoformat()},
        )
        for what, when in found
    ]


def late(view: View) -> list[Item]:
    """How many entries were written down more than half an hour after they happened."""
    entries = [
        one
        for kind, found in view.day.all.items()
        if KINDS[kind].listed and kind != "session"
        for one in found
        if not one.own
    ]
    # The start of an assumed or missed session is the plan's, so it says nothing about when somebody wrote.
    entries += [one for one in view.of("session") if not one["assumed"] and one["status"] != "missed"]
    count = sum(1 for one in entries if one.recorded_at - one.when > LATE)
    if not count:
        return []
    return [
        Item(
            text=f"{_number(count, 'entry', 'entries')} recorded more than 30 minutes after it happened"
            if count == 1
            else f"{count} entries recorded more than 30 minutes after they happened",
            brief=f"{count} late",
            data={"late": count},
        )
    ]


def unnamed(view: View) -> list[Item]:
    """Marks of letters that nobody has named yet."""
    found: dict[str, int] = {}
    for one in view.of("tally"):
        if not one["behaviour"]:
            letter = one["letter"] or "?"
            found[letter] = found.get(letter, 0) + (one["count"] or 1)
    if not found:
        return []
    total = sum(found.values())
    letters = ", ".join(f"{letter} {count}" for letter, count in found.items())
    return [
        Item(
            text=f"{_number(total, 'unnamed mark')}: {letters}",
            brief=f"{total} unnamed",
            data={"unnamed": found},
        )
    ]


def received(view: View) -> list[Item]:
    """How new what was received of the pupil is, for whoever waits for it."""
    book = view.day.book
    last = handover.last_received(book, view.day.pupil) if book.role in handover.WAITING else None
    if last is None:
        return []
    said = handover.received_says(book, last)
    return [Item(text=f"{said[0].upper()}{said[1:]}", brief=said, data=handover.last_json(last))]


def not_shared(view: View) -> list[Item]:
    """How many changes are on this device only."""
    count = log.backlog(view.day.book.db)
    if not count:
        return []
    return [
        Item(
            text=f"{_number(count, 'change')} on this device not shared yet",
            brief=f"{count} not shared",
            data={"not_shared": count},
        )
    ]


def _number(count: int, word: str, several: str | None = None) -> str:
    return f"{count} {word if count == 1 else several or word + 's'}"
