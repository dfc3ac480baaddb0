"""Marks, durations and responses: what happens every minute."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsa_tui import clock
from lsa_tui.daybook import behaviours, rights, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.measures.support import Ladder


def tally(
    book: Book,
    letter: str,
    count: int = 1,
    at: datetime | None = None,
    *,
    unknown: bool = False,
    pupil: str | None = None,
) -> Entry:
    """One or `count` marks of the behaviour at `letter`; a duration behaviour starts, then stops.

    A letter without a behaviour is bad input, unless `unknown`: then it is kept to be named afterwards.
    """
    pupil = pupil or book.focused()
    behaviour = behaviours.at_letter(book, letter, pupil)
    if behaviour is None:
        return _unknown(book, letter, count, at, pupil, unknown)
    if behaviour["measure"] == "duration":
        if count != 1:
            raise BadInput(f"{behaviour['label']} is timed, so it starts and stops; leave the number out")
        return toggle(book, behaviour, at, pupil)
    return mark(book, behaviour, count, at, pupil)


def mark(book: Book, behaviour: Entry, count: int = 1, at: datetime | None = None, pupil: str | None = None) -> Entry:
    """One or `count` marks of a behaviour. A private one carries no pupil and no session, and stays here."""
    with book.step():
        fields = _placed(book, behaviour, at, pupil)
        return book.record("tally", {**fields[0], "count": count}, **fields[1])


def toggle(book: Book, behaviour: Entry, at: datetime | None = None, pupil: str | None = None) -> Entry:
    """Starts a duration, or stops the one that runs. Of one group only one runs at a time."""
    pupil = pupil or book.focused()
    moment = at or book.now()
    with book.step():
        # One left open on another day is closed by a choice only; a press today is not its end.
        running = [one for one in open_bouts(book, pupil) if one.when.date() == moment.date()]
        for bout in running:
            if bout["behaviour"] == behaviour.id:
                return stop_bout(book, bout, moment)
        if behaviour["group"]:
            for bout in running:
                other = read.get(book.db, bout["behaviour"])
                if other is not None and other["group"] == behaviour["group"]:
                    stop_bout(book, bout, moment)
        fields = _placed(book, behaviour, moment, pupil)
        return book.record("bout", fields[0], **fields[1])


def stop_bout(book: Book, bout: Entry, at: datetime) -> Entry:
    """Ends a running duration. Raises BadInput for an end before its start."""
    if at < bout.when:
        raise BadInput(f"it cannot end at {at:%H:%M}, before it began at {bout.when:%H:%M}")
    return book.revise(bout, {"until": clock.to_text(at)})


def open_bouts(book: Book, pupil: str | None) -> list[Entry]:
    """One's own durations that still run for this pupil, whatever the day; the private ones included."""
    return [one for one in read.still_open(book.db, "bout", pupil) if rights.is_own(book, one)]


def _placed(
    book: Book, behaviour: Entry, at: datetime | None, pupil: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that every mark has, and where it belongs."""
    moment = at or book.now()
    fields: dict[str, Any] = {"at": clock.to_text(moment), "behaviour": behaviour.id}
    whose = pupil or book.focused()
    session = sessions.for_mark(book, whose, moment)
    if behaviour["private"]:
        return fields, {"own": True}
    return {**fields, "session": session}, {"pupil": whose}


def _unknown(book: Book, letter: str, count: int, at: datetime | None, pupil: str, allowed: bool) -> Entry:
    key = letter.strip().lower()
    if len(key) != 1 or not key.isalpha():
        raise BadInput(f"{letter!r} is no letter of a tile; it is one letter")
    if not allowed:
        known = " ".join(f"{one['key']} {one['label']}," for one in behaviours.for_pupil(book, pupil)).rstrip(",")
        raise BadInput(
            f"no behaviour has the letter {letter!r} (--unknown keeps it to be named); known: {known or '-'}"
        )
    moment = at or book.now()
    with book.step():
        session = sessions.for_mark(book, pupil, moment)
        values = {"at": clock.to_text(moment), "letter": key, "count": count, "session": session}
        return book.record("tally", values, pupil=pupil)


def name_unknown(book: Book, entry: Entry, behaviour: Entry) -> Entry:
    """Gives an unknown mark its behaviour. Raises BadInput where that cannot be counted, or is private."""
    if entry.kind != "tally" or entry["behaviour"]:
        raise BadInput("only an unknown mark can be named")
    if behaviour["measure"] != "count" or behaviour["private"]:
        raise BadInput(f"{behaviour['label']!r} is timed or private; an unknown mark can only become a counted one")
    return book.revise(entry, {"behaviour": behaviour.id})


def behaviour_for(book: Book, entry: Entry, letter: str) -> Entry:
    """The behaviour that corrects a mark or duration, by its letter. Raises BadInput where that cannot be."""
    behaviour = behaviours.at_letter(book, letter, entry.pupil)
    if behaviour is None:
        known = " ".join(str(one["key"]) for one in behaviours.for_pupil(book, entry.pupil))
        raise BadInput(f"no behaviour has the letter {letter!r}; letters: {known or '-'}")
    if (behaviour["measure"] == "duration") != (entry.kind == "bout"):
        raise BadInput(f"{behaviour['label']!r} is a {behaviour['measure']}, this entry is not; record it anew")
    if bool(behaviour["private"]) != entry.own:
        # A private mark carries no pupil and never leaves; a correction would carry it over that border.
        raise BadInput(f"{behaviour['label']!r} and this entry differ in being private; remove it and record it anew")
    return behaviour


def timed_today(book: Book, pupil: str | None) -> dict[str, float]:
    """Seconds of today's ended durations by behaviour id, those of no pupil (private ones) included."""
    day = book.today().isoformat()
    found: dict[str, float] = {}
    for one in read.between(book.db, day, day, pupil, ("bout",)):
        if one["until"]:
            spent = (clock.from_text(one["until"]) - one.when).total_seconds()
            found[one["behaviour"]] = found.get(one["behaviour"], 0) + spent
    return found


def unnamed(book: Book, day: str, pupil: str) -> list[Entry]:
    """The day's unknown marks."""
    return [one for one in read.between(book.db, day, day, pupil, ("tally",)) if not one["behaviour"]]


def counts(book: Book, day: str, pupil: str | None = None) -> dict[str | None, int]:
    """Today's marks by behaviour id; those of no pupil (private ones) included."""
    return read.counts(book.db, pupil or book.focused(), day)


def today_count(book: Book, entry: Entry) -> int:
    """How many of the entry's kind of mark, duration or response its day has so far."""
    day = entry.when.date().isoformat()
    if entry.kind == "tally":
        return read.counts(book.db, entry.pupil, day).get(entry["behaviour"], 0)
    same = "behaviour" if entry.kind == "bout" else "target"
    found = read.between(book.db, day, day, entry.pupil, (entry.kind,))
    return sum(1 for one in found if one[same] == entry[same])


def trial(book: Book, target_code: str, answer: str, at: datetime | None = None, pupil: str | None = None) -> Entry:
    """A response to a target: a level of support of the target's ladder, `no` (not yet right) or `none`."""
    from lsa_tui.daybook import pupils  # with the ladders; a mark, the command that must be quickest, needs neither

    pupil = pupil or book.focused()
    target = pupils.target(book, target_code, pupil)
    moment = at or book.now()
    ladder, level = pupils.ladder_of(target), None
    outcome = answer.lower() if answer.lower() in ("no", "none") else "yes"
    if outcome == "yes":
        ladder, level = _level(ladder, answer)
    with book.step():
        values = {
            "at": clock.to_text(moment),
            "target": target["code"],
            "ladder": ladder.id,
            "ladder_version": ladder.version,
            "level": level,
            "outcome": outcome,
            "session": sessions.for_mark(book, pupil, moment),
        }
        return book.record("trial", values, pupil=pupil)


def _level(ladder: Ladder, answer: str) -> tuple[Ladder, str]:
    """The level meant, of the target's own ladder before the other one; it is stored with its ladder."""
    from lsa_tui.measures.support import LADDERS

    for one in (ladder, *LADDERS.values()):
        for level in one.levels:
            if level.casefold() == answer.strip().casefold():
                return one, level
    raise BadInput(f"{answer!r} is no level of this target; it is one of {', '.join(ladder.levels)}, no, none")


def trial_counts(book: Book, target_code: str, day: str, pupil: str) -> dict[str, int]:
    """The day's responses to a target: level, `no` or `none` to how many."""
    found: dict[str, int] = {}
    for one in read.answers(book.db, pupil, day, day):
        if one.target.casefold() == target_code.casefold():
            answer = (one.level or "") if one.outcome == "yes" else one.outcome
            found[answer] = found.get(answer, 0) + one.number
    return found
