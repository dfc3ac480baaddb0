"""Wrong passphrases: when they were tried, and how long the next one waits. Real time, not the day's clock: a delay is
a delay for whoever is sitting there."""

from __future__ import annotations

import json
import time
from contextlib import suppress

from lsa_tui.errors import LsaError
from lsa_tui.paths import Paths, write_whole

FREE = 3
"""Wrong passphrases before there is a delay: fingers slip."""
LONGEST = 30
"""Seconds of the longest delay."""
_LAST = 32_503_680_000
"""Seconds from 1970 to the year 3000: what is later was written by no clock."""


def failures(paths: Paths) -> list[float]:
    """When wrong passphrases were tried since the last right one: seconds since 1970."""
    try:
        found = [float(one) for one in json.loads(paths.failures.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        return []
    return [one for one in found if 0 <= one < _LAST]


def failed(paths: Paths) -> None:
    """Remembers that a wrong one was tried just now, as far as the disk lets us: that it was wrong is said anyway."""
    with suppress(OSError, LsaError):
        write_whole(paths.failures, json.dumps([*failures(paths), time.time()][-1000:]))


def seconds_to_wait(paths: Paths) -> float:
    """How long to wait before the next try: nothing three times, then a second, doubled each time up to 30."""
    known = failures(paths)
    if len(known) < FREE:
        return 0.0
    delay = min(2 ** (len(known) - FREE), LONGEST)
    return float(max(0, min(known[-1] + delay - time.time(), LONGEST)))


def wait(paths: Paths) -> None:
    """Waits as long as `seconds_to_wait` says."""
    seconds = seconds_to_wait(paths)
    if seconds > 0:
        time.sleep(seconds)


def take_failures(paths: Paths) -> list[float]:
    """The wrong tries since the last right one, which are forgotten here: the audit keeps them."""
    known = failures(paths)
    with suppress(OSError):
        paths.failures.unlink(missing_ok=True)
        return known
    return []  # still there: told again rather than twice
