"""When something happened, as people type it: `10:42`, `-10`, `yesterday 14:05`, `2026-11-24T10:42`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from lsa_tui.errors import BadInput
from lsa_tui.text import quoted

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_AGO = re.compile(r"-(\d{1,4})")
_HELP = "write 10:42, -10 (minutes ago), yesterday 14:05 or 2026-11-24T10:42"


def parse_when(text: str, now: datetime) -> datetime:
    """The moment that `text` means, seen from `now` and in its zone.

    Raises BadInput for what is no time, for a date that does not exist, and for a time that the clock change
    skipped. A time of day that the clock change brings twice is the later of the two, unless that is still to come;
    with a date before it (ISO 8601) it is the first.
    """
    words = text.strip().lower()
    if not words or words == "now":
        return now
    ago = _AGO.fullmatch(words)
    if ago:
        return (now.astimezone(UTC) - timedelta(minutes=int(ago[1]))).astimezone(now.tzinfo)
    day = now.date()
    for name, back in (("yesterday", 1), ("today", 0)):
        if words.startswith(name):
            words, day = words.removeprefix(name).strip(), day - timedelta(days=back)
    clock_time = _CLOCK.fullmatch(words)
    if clock_time:
        local = datetime(day.year, day.month, day.day, int(clock_time[1]), int(clock_time[2]), tzinfo=now.tzinfo)
        return _latest(existing(local, text), now)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"{quoted(text)} is not a time; {_HELP}") from None
    if len(text.strip()) <= 10:
        raise BadInput(f"{quoted(text)} is a day without a time; {_HELP}")
    if moment.tzinfo is None:
        return existing(moment.replace(tzinfo=now.tzinfo), text)
    return moment.astimezone(now.tzinfo)


def moment(text: str | None, now: datetime) -> datetime | None:
    """As `parse_when`; None for None, which means "now" to whatever records. Raises BadInput for an empty text too."""
    if text is not None and not text.strip():
        raise BadInput(f"a time is empty; {_HELP}, or leave it out")
    return None if text is None else parse_when(text, now)


def is_clock(text: str) -> bool:
    """Whether `text` is a bare time of day."""
    return bool(_CLOCK.fullmatch(text.strip()))


def _latest(moment: datetime, now: datetime) -> datetime:
    """Of two moments that the clocks showed alike, the later one, where that is past."""
    again = moment.replace(fold=1)
    return again if again.utcoffset() != moment.utcoffset() and again.astimezone(UTC) <= now.astimezone(UTC) else moment


def existing(local: datetime, text: str) -> datetime:
    """`local` where the clocks really showed it. Raises BadInput where the clock change skipped it."""
    back = local.astimezone(UTC).astimezone(local.tzinfo)
    if back.replace(fold=0, tzinfo=None) != local.replace(fold=0, tzinfo=None):
        raise BadInput(f"{quoted(text)}: on {local:%d %B %Y} the clocks went forward and skipped {local:%H:%M}")
    return local


def parse_day(text: str | None, now: datetime) -> date:
    """The day that `text` means: empty or `today`, `yesterday`, `tomorrow`, a weekday's name (the last one),
    `-3` (days ago) or `2026-11-24`. Raises BadInput."""
    words = (text or "today").strip().lower()
    today = now.date()
    near = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if words in near:
        return today + timedelta(days=near[words])
    if re.fullmatch(r"-\d{1,4}", words):
        return today - timedelta(days=int(words[1:]))
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    for number, name in enumerate(weekdays):
        if len(words) >= 3 and name.startswith(words):
            return today - timedelta(days=(today.weekday() - number) % 7)
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise BadInput(f"{quoted(text)} is not a day; write it like 2026-11-24, or yesterday, or Tue") from None
