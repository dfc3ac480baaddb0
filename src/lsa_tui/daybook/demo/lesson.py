"""What is seen in one made-up session of `lsa demo`: marks, durations and responses, with a slow trend.

Over the term calling out falls, asking for help rises, time on own grows, and responses need less help.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lsa_tui.daybook.demo.diary import Diary
from lsa_tui.measures.support import LADDERS

Trend = tuple[float, float]
"""A value at the start of the term and today."""

RATES: Mapping[str, Trend] = {
    "c": (8.0, 2.8),
    "h": (1.6, 5.4),
    "s": (2.4, 1.6),
    "p": (8.2, 8.2),
    "k": (1.9, 1.4),
}
"""Marks per hour by letter; specific praise (p) and reminder (k) are private."""
PRIVATE = "pk"

CALM: Mapping[str, float] = {"break": 0.5, "lunch": 0.6, "trip": 0.5, "circuit": 0.7, "salt": 0.8, "cover": 0.6}
"""Subjects with fewer marks than in a lesson."""

DESK = ("task", "phonics", "maths", "reading", "writing", "quiet", "afternoon", "creative", "cover")
"""Subjects in which a pupil works on own."""

LENGTHS: Mapping[str, Trend] = {"o": (130, 300), "l": (110, 60), "b": (240, 220)}
"""Mean seconds of a duration by letter."""
SHARES: Mapping[str, Trend] = {"o": (0.74, 0.90), "l": (0.17, 0.04), "b": (0.09, 0.06)}

RESPONSES: Mapping[str, int] = {
    "task": 4,
    "phonics": 15,
    "maths": 9,
    "reading": 12,
    "writing": 7,
    "group": 10,
    "quiet": 7,
    "salt": 8,
    "afternoon": 6,
    "creative": 5,
    "cover": 4,
}
"""Responses to each target in a session."""

HELP: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "scaffold": ((18, 32, 23, 18, 9), (54, 26, 11, 6, 3)),
    "prompt": ((10, 24, 28, 21, 13, 4), (44, 27, 16, 9, 4, 0)),
}
"""Weights of a ladder's levels, least help first, at the start of the term and today."""
LADDER_OF = {"T3": "prompt"}


@dataclass
class Session:
    """A session as it went; `ended` is None while it runs."""

    subject: str
    targets: tuple[str, ...]
    started: datetime
    ended: datetime | None
    uid: str = ""
    pause: tuple[datetime, datetime] | None = None

    def end_of_watch(self, limit: datetime) -> datetime:
        """Until when things are recorded in it."""
        last = limit + timedelta(seconds=1)
        return last if self.ended is None else min(self.ended, last)

    def paused(self, first: datetime, last: datetime) -> bool:
        """Whether anything of this time was not watched."""
        return self.pause is not None and first < self.pause[1] and last >= self.pause[0]


def watch(
    diary: Diary, session: Session, tiles: Mapping[str, str], progress: float, limit: datetime, pupil: str
) -> None:
    """Writes down what was seen in a session up to `limit`. `progress` is 0 at the start of the term and 1 today."""
    for letter in RATES:
        for at in _times(diary, session, _at(RATES[letter], progress) * CALM.get(session.subject, 1), limit):
            mark(diary, session, letter, tiles[letter], at, pupil)
    _durations(diary, session, tiles, progress, limit, pupil)
    for target in session.targets:
        for at in _answers(diary, session, limit):
            respond(diary, session, target, progress, at, pupil)


def mark(diary: Diary, session: Session | None, letter: str, behaviour: str, at: datetime, pupil: str) -> None:
    """One mark; a private one belongs to no pupil and no session."""
    if letter in PRIVATE:
        diary.put("tally", {"at": at, "behaviour": behaviour}, at, pupil=None, own=True)
    else:
        values = {"at": at, "behaviour": behaviour, "session": session.uid if session else None}
        diary.put("tally", values, at, pupil=pupil)


def respond(diary: Diary, session: Session | None, target: str, progress: float, at: datetime, pupil: str) -> None:
    """One response to a target, with a level of support of its ladder."""
    ladder = LADDERS[LADDER_OF.get(target, "scaffold")]
    outcome = diary.rng.choices(("yes", "no", "none"), (_at((0.78, 0.90), progress), _at((0.16, 0.07), progress), 0.04))
    first, last = HELP[ladder.id]
    weights = [_at(pair, progress) for pair in zip(first, last, strict=True)]
    level = diary.rng.choices(ladder.levels, weights)[0]
    values = {
        "at": at,
        "target": target,
        "ladder": ladder.id,
        "ladder_version": ladder.version,
        "level": level if outcome == ["yes"] else None,
        "outcome": outcome[0],
        "session": session.uid if session else None,
    }
    diary.put("trial", values, at, pupil=pupil)


def _at(trend: Trend, progress: float) -> float:
    return trend[0] + (trend[1] - trend[0]) * progress


def _times(diary: Diary, session: Session, rate: float, limit: datetime) -> Iterator[datetime]:
    """Moments at a mean rate per hour, while somebody watched."""
    at, last = session.started, session.end_of_watch(limit)
    while (at := at + timedelta(seconds=1 + int(diary.rng.expovariate(rate / 3600)))) < last:
        if not session.paused(at, at):
            yield at


def _answers(diary: Diary, session: Session, limit: datetime) -> Iterator[datetime]:
    """Moments of a run of responses, some seconds apart."""
    rng, last = diary.rng, session.end_of_watch(limit)
    length = ((session.ended or last) - session.started).total_seconds()
    at = session.started + timedelta(seconds=int(max(0, length) * rng.uniform(0.05, 0.4)))
    for _ in range(max(1, round(rng.gauss(RESPONSES.get(session.subject, 0), 2)))):
        at += timedelta(seconds=rng.randint(12, 75))
        if at >= last:
            return
        if not session.paused(at, at):
            yield at


def _durations(
    diary: Diary, session: Session, tiles: Mapping[str, str], progress: float, limit: datetime, pupil: str
) -> None:
    """On own, left place and movement break: one after the other, never two at a time, all over by the end."""
    rng, last = diary.rng, session.end_of_watch(limit)
    weights = [_at(SHARES[letter], progress) for letter in LENGTHS]
    at = session.started + timedelta(seconds=rng.randint(20, 120))
    while at + timedelta(seconds=40) < last:
        letter = rng.choices(list(LENGTHS), weights)[0]
        length = max(20, int(rng.gammavariate(2.5, _at(LENGTHS[letter], progress) / 2.5)))
        until = min(at + timedelta(seconds=length), last - timedelta(seconds=1))
        if session.subject in DESK and not session.paused(at, until):
            values = {"at": at, "behaviour": tiles[letter], "until": until, "session": session.uid}
            diary.put("bout", values, at, pupil=pupil)
        at = until + timedelta(seconds=rng.randint(40, 290))
