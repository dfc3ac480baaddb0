"""Waiting for others who are using a shared store, in steps: somebody is told, and can have enough of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

Made = TypeVar("Made")

STEP_MS = 500
"""How long one try waits, without a word, before it is made again."""


def patiently(
    attempt: Callable[[], Made],
    seconds: float,
    is_busy: Callable[[Exception], bool],
    waiting: Callable[[], None] | None,
) -> Made:
    """Tries until it is done, or until somebody else has kept it from that for so long: then it raises what the last
    try did. `waiting` is called between two tries; what it raises ends the waiting."""
    until = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except Exception as problem:
            if not is_busy(problem) or time.monotonic() >= until:
                raise
        if waiting is not None:
            waiting()


def connection_class(driver: ModuleType, patience_ms: int, waiting: Callable[[], None]) -> type[Any]:
    """A connection of `driver` (sqlite3, or sqlcipher3's) whose statements are tried again for `patience_ms` while the
    file is locked, as `patiently` does.

    Whatever found the file locked did nothing, and a COMMIT leaves its transaction as it was: neither is done twice.
    """

    def is_locked(problem: Exception) -> bool:
        return isinstance(problem, driver.OperationalError) and "locked" in str(problem)

    def tried(execute: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        return patiently(partial(execute, *given), patience_ms / 1000, is_locked, waiting)

    class Cursor(driver.Cursor):  # type: ignore[misc, name-defined]
        def execute(self, *given: Any) -> Any:
            return tried(super().execute, given)

        def executemany(self, *given: Any) -> Any:
            return tried(super().executemany, given)

    class Connection(driver.Connection):  # type: ignore[misc, name-defined]
        def cursor(self, factory: type[Any] = Cursor) -> Any:
            return super().cursor(factory)

    return Connection
