"""One event of a calendar export: its times, its rule and the zones they are written in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from lsa_tui.daybook.calendar.text import Block, Line, Words, words_of
from lsa_tui.text import one_line

MOST = 5000
"""Occurrences of one series; a lesson every school day for 25 years stays below it."""
_LONGEST_RULE = 250
_LONGEST_ZONE = 20_000
_DAY = timedelta(days=1)
_ONCE = ("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID")
_KNOWN = {*_ONCE, "SEQUENCE", "STATUS", "EXDATE", "RDATE", "EXRULE", "SUMMARY", "DESCRIPTION", "LOCATION"}
_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")


class Problem(Exception):
    """An event that cannot be read: the line and the sentence."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True)
class Property:
    """A property as written, its text escapes undone."""

    name: str
    line: int
    zone: str
    bare_date: bool
    onwards: bool
    value: str

    def problem(self, why: str) -> Problem:
        """The sentence `NAME is 'value', why`."""
        return Problem(self.line, f"{self.name} is {one_line(self.value, 60)!r}, {why}")


@dataclass
class Event:
    """One VEVENT, read: dates where it is all-day, else aware times in the zone it was written in."""

    line: int
    uid: str
    start: date
    end: date
    words: Words
    cancelled: bool
    sequence: int
    original: date | None = None
    onwards: bool = False
    rule: str = ""
    rule_as_written: Property | None = None
    without: list[date] = field(default_factory=list)
    also: list[date] = field(default_factory=list)

    @property
    def all_day(self) -> bool:
        """Whether the event is written in days."""
        return not isinstance(self.start, datetime)


class Zones:
    """Zones by the names in a file: IANA names, Windows names, then the file's own definitions."""

    def __init__(self, local: ZoneInfo, blocks: list[Block]) -> None:
        self.local = local
        # A comma in the name is escaped here, but not where an event names its zone.
        self._blocks = {
            line.text.partition(":")[2].strip().replace("\\", ""): block
            for block in blocks
            for line in block.lines
            if line.name == "TZID"
        }
        self._found: dict[str, tzinfo | None] = {"": local}

    def find(self, name: str) -> tzinfo | None:
        """The zone, or None where nothing defines it."""
        if name not in self._found:
            self._found[name] = _known(name) or self._defined(name)
        return self._found[name]

    def _defined(self, name: str) -> tzinfo | None:
        from icalendar import Timezone  # heavy, used by imports only

        block = self._blocks.get(name)
        text = "\r\n".join(line.text for line in block.lines) if block else ""
        # Clocks change once a year; a faster rule is damage and would take for ever.
        if not text or len(text) > _LONGEST_ZONE or re.search("FREQ=(?!YEARLY)", text.upper()):
            return None
        try:
            component: Any = Timezone.from_ical(text)
            zone: tzinfo = component.to_tz(lookup_tzid=False)
            datetime(2026, 11, 24, 9, tzinfo=zone).utcoffset()
        except Exception:  # whatever the library raises, the zone counts as not defined
            return None
        return zone


def _known(name: str) -> tzinfo | None:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # heavy, used by imports only

    plain = name.strip("/")
    names = [WINDOWS_TO_OLSON.get(plain, plain)]
    if name.startswith("/"):  # a "globally unique" name: a maker's prefix before the IANA name
        pieces = plain.split("/")
        names += ["/".join(pieces[-3:]), "/".join(pieces[-2:])]
    for candidate in names:
        try:
            return ZoneInfo(candidate)
        except (KeyError, ValueError, OSError):
            continue
    return None


def read_event(block: Block, zones: Zones, minor: list[Problem]) -> Event:
    """The event of a block; what is wrong but not needed is added to `minor`. Raises Problem otherwise."""
    properties: dict[str, list[Property]] = {}
    rubbish = [line for line in block.lines if not line.name]
    if rubbish:
        more = f", nor are {len(rubbish) - 1} more lines" if len(rubbish) > 1 else ""
        what = f"{one_line(rubbish[0].text, 60)!r} is not a property{more}; ignored"
        minor.append(Problem(rubbish[0].number, what))
    for line in block.lines:
        if line.name in _KNOWN:
            properties.setdefault(line.name, []).append(_property(line))
    for name in _ONCE:
        if len(properties.get(name, [])) > 1:
            raise properties[name][1].problem(f"the second {name} of one event")
    for name in ("UID", "DTSTART"):
        if name not in properties or not properties[name][0].value.strip():
            raise Problem(block.line, f"{name} is missing")
    return _event(block, {name: found[0] for name, found in properties.items()}, properties, zones, minor)


def _event(
    block: Block,
    one: dict[str, Property],
    every: dict[str, list[Property]],
    zones: Zones,
    minor: list[Problem],
) -> Event:
    start = _moment(one["DTSTART"], zones)
    sequence, status = one.get("SEQUENCE"), one.get("STATUS")
    event = Event(
        line=block.line,
        uid=one["UID"].value.strip(),
        start=start,
        end=_end(start, one, zones),
        words=words_of(*(one[n].value if n in one else "" for n in ("SUMMARY", "DESCRIPTION", "LOCATION"))),
        cancelled=block.cancels or (status is not None and status.value.strip().upper() == "CANCELLED"),
        sequence=int(sequence.value) if sequence and re.fullmatch("[0-9]{1,9}", sequence.value) else 0,
    )
    if "RECURRENCE-ID" in one:
        event.original = _moment(one["RECURRENCE-ID"], zones)
        event.onwards = one["RECURRENCE-ID"].onwards
    elif "RRULE" in one:
        event.rule, event.rule_as_written = _rule(one["RRULE"], start, zones), one["RRULE"]
    for name, dates in (("EXDATE", event.without), ("RDATE", event.also)):
        for many in every.get(name, []):
            try:
                dates.extend(_moment(many, zones, value) for value in many.value.split(",") if value.strip())
            except Problem as problem:  # a lesson too many is better than a series lost
                minor.append(Problem(problem.line, f"{problem}; the rest of the event is read"))
    if "EXRULE" in one:
        minor.append(one["EXRULE"].problem("which is not understood; the dates it takes out are kept"))
    return event


def _property(line: Line) -> Property:
    from icalendar.parser import Contentline  # heavy, used by imports only

    try:
        content: Any = Contentline  # it has no types
        name, parameters, value = content(line.text).parts()
    except ValueError:
        raise Problem(line.number, f"{one_line(line.text, 60)!r} is not a property") from None
    zone = parameters.get("TZID", "")
    return Property(
        name=name.upper(),
        line=line.number,
        zone=zone if isinstance(zone, str) else ",".join(zone),
        bare_date=str(parameters.get("VALUE", "")).upper() == "DATE",
        onwards=str(parameters.get("RANGE", "")).upper() == "THISANDFUTURE",
        value=value,
    )


def _moment(written: Property, zones: Zones, value: str | None = None) -> date:
    """A date, or an aware time in the zone it is written in."""
    found = _TIME.fullmatch((written.value if value is None else value).strip())
    if not found:
        raise written.problem("which is not a date or time")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if not 1900 <= year < 2200:
        raise written.problem("which is not in the years 1900 to 2199")
    try:
        if written.bare_date or found[4] is None:
            return date(year, month, day)
        zone = UTC if found[7] else zones.find(written.zone)
        if zone is None:
            name = one_line(written.zone, 60)
            raise written.problem(f"in the zone {name!r}, which neither this file nor this device knows")
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        raise written.problem("which is not a date or time") from None


def _end(start: date, one: dict[str, Property], zones: Zones) -> date:
    timed = isinstance(start, datetime)
    written = one.get("DTEND") or one.get("DURATION")
    if written is None:
        return start if timed else start + _DAY
    end = _moment(written, zones) if written.name == "DTEND" else start + _duration(written)
    if isinstance(start, datetime) and isinstance(end, datetime):
        # Across a change of the clock a day has 23 or 25 hours; either measure may call it a day.
        end = end.astimezone(start.tzinfo)
        lasts = end.astimezone(UTC) - start.astimezone(UTC)
        if lasts < timedelta(0):
            raise written.problem(f"which is before DTSTART {one['DTSTART'].value!r}")
        if min(lasts, end.replace(tzinfo=None) - start.replace(tzinfo=None)) > _DAY:
            raise written.problem("more than 24 hours after DTSTART, and the event is not all-day")
        return end
    if timed or isinstance(end, datetime):
        raise written.problem(f"but DTSTART is {one['DTSTART'].value!r}: one has a time of day, one has none")
    if end < start:
        raise written.problem(f"which is before DTSTART {one['DTSTART'].value!r}")
    return max(end, start + _DAY)


def _duration(written: Property) -> timedelta:
    from icalendar.prop import vDuration  # heavy, used by imports only

    try:
        duration: Any = vDuration  # it has no types
        length: timedelta = duration.from_ical(written.value.strip())
    except Exception:  # whatever the library raises, it is no duration
        raise written.problem("which is not a duration") from None
    if not timedelta(0) <= length < 1000 * _DAY:
        raise written.problem("which is not between no time and 1000 days")
    return length


def _rule(written: Property, start: date, zones: Zones) -> str:
    """The rule with its end in the event's own local time. Raises Problem where it is none, or is damage."""
    text = written.value.strip().upper().rstrip(";")
    if not re.fullmatch(r"[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*", text):
        raise written.problem("which is not a rule")
    if len(text) > _LONGEST_RULE:
        raise written.problem(f"which is longer than {_LONGEST_RULE} characters")
    parts = dict(part.split("=", 1) for part in text.split(";"))
    often = parts.get("FREQ", "")
    if often in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise written.problem("and no timetable repeats within a day")
    # RFC 5545 forbids these or they never come true, and searching for the first date would take for ever.
    odd = {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYEASTER"} & parts.keys()
    if often in ("DAILY", "WEEKLY") and odd:
        raise written.problem(f"and {often} does not go with {min(odd)}")
    for name, most in (("COUNT", MOST), ("INTERVAL", 1000)):
        number = parts.get(name, "1")
        if not re.fullmatch("[0-9]{1,9}", number) or not 1 <= int(number) <= most:
            raise written.problem(f"and {name} is not a number from 1 to {most}")
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(written, parts["UNTIL"], start, zones)
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _until(written: Property, value: str, start: date, zones: Zones) -> str:
    far = re.sub("^(2[2-9]|[3-9][0-9])[0-9]{2}", "2199", value)  # "for ever", as some calendars write it
    until = _moment(written, zones, far)
    if not isinstance(start, datetime):
        day = until.astimezone(zones.local).date() if isinstance(until, datetime) else until
        return f"{day:%Y%m%d}"
    if not isinstance(until, datetime):
        return f"{until:%Y%m%d}T235959"
    if value.endswith("Z"):
        until = until.astimezone(start.tzinfo)
    return f"{until:%Y%m%dT%H%M%S}"
