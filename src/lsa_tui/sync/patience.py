"""Waiting for others who are using a shared file, in steps: somebody is told, and can have enough of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

STEP_MS = 500
"""How long SQLite itself waits, without a word, before it is asked again."""


def connection_class(driver: ModuleType, patience_ms: int, waiting: Callable[[], None]) -> type[Any]:
    """A connection of `driver` (sqlite3, or sqlcipher3's) whose statements are tried again for `patience_ms` while the
    file is locked. `waiting` is called between two tries; what it raises ends the waiting.

    Whatever found the file locked did nothing, and a COMMIT leaves its transaction as it was: neither is done twice.
    """

    def patiently(execute: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        until = time.monotonic() + patience_ms / 1000
        while True:
            try:
                return execute(*given)
            except driver.OperationalError as problem:
                if "locked" not in str(problem) or time.monotonic() >= until:
                    raise
            waiting()

    class Cursor(driver.Cursor):  # type: ignore[misc, name-defined]
        def execute(self, *given: Any) -> Any:
            return patiently(super().execute, given)

        def executemany(self, *given: Any) -> Any:
            return patiently(super().executemany, given)

    class Connection(driver.Connection):  # type: ignore[misc, name-defined]
        def cursor(self, factory: type[Any] = Cursor) -> Any:
            return super().cursor(factory)

    return Connection
