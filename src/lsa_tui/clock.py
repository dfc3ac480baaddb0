"""The only source of time. `LSA_NOW` (ISO 8601 with offset) fixes "now" for demonstrations and tests."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lsa_tui.errors import BadInput

DEFAULT_ZONE = "Europe/London"


def now(zone: ZoneInfo) -> datetime:
    """The present in `zone`, to the millisecond."""
    fixed = os.environ.get("LSA_NOW")
    if not fixed:
        present = datetime.now(UTC)
        return present.replace(microsecond=present.microsecond // 1000 * 1000).astimezone(zone)
    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError:
        raise BadInput(f"LSA_NOW is {fixed!r}, which is not a time; write it like 2026-11-24T10:42:00+00:00") from None
    if moment.tzinfo is None:
        raise BadInput(f"LSA_NOW is {fixed!r} without an offset; write it like 2026-11-24T10:42:00+00:00")
    if not 1900 <= moment.year <= 2199:
        raise BadInput(f"LSA_NOW is {fixed!r}; years are 1900 to 2199")
    return moment.astimezone(zone)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 (UTC) of an aware moment."""
    return int(moment.timestamp() * 1000 + 0.5)


def to_text(moment: datetime) -> str:
    """ISO 8601 with offset; milliseconds only where there are some."""
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def from_text(text: str) -> datetime:
    """An aware moment from ISO 8601 with an offset. Raises ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return moment


def shown(text: str, zone: ZoneInfo) -> str:
    """A moment in text as people read it: "2026-11-24 10:42" in their zone. Raises ValueError."""
    return f"{from_text(text).astimezone(zone):%Y-%m-%d %H:%M}"
