"""What a sync needs of a shared store, whatever kind it is. The algorithm in `run` knows nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Heads = dict[str, tuple[int, str]]
"""A version vector: device to (number of its last change, chain hash there)."""

Change = Mapping[str, Any]
"""One row of the change table, by column."""

LOG_FORMAT = 1
"""Of shared stores. A newer one is neither read nor written."""


@dataclass(frozen=True)
class About:
    """What a shared store says of itself: its id, whether its records are made up, and how it was found.

    `created`: there was none (`open` made it, where it might); `was_empty`: its place was there, but without content.
    """

    hub_id: str
    made_up: bool
    created: bool = False
    was_empty: bool = False


class SharedStore(Protocol):
    """A place where devices meet. Every method raises SyncIncomplete with one sentence where it cannot do its work."""

    @property
    def name(self) -> str:
        """The store as people know it: a path, a host."""

    def open(self, *, made_up: bool, create: bool) -> About:
        """Connects afresh and checks that this is a store of ours which this program understands.

        Where there is none it is made, with `create`; else it is treated as an empty one and nothing is written.
        """

    def apart_from(self, home: Path) -> bool:
        """Whether the store is elsewhere than on the disk of `home`: on a stick, a share, a server."""

    def heads(self) -> Heads:
        """The version vector, read in one transaction."""

    def changes(self, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
        """The changes `seq` + 1 to `last` of a chain in order, at most `limit`."""

    def pushing(self) -> AbstractContextManager[None]:
        """Alone with the store from the beginning to the end; then all of `add` is there for good, or nothing.

        Entering raises SyncIncomplete where the store cannot be written.
        """

    def add(self, changes: Sequence[Change]) -> None:
        """Adds changes that continue their chains, and moves the heads. Only inside `pushing`."""

    def sweep(self, erased: Mapping[str, Sequence[int]]) -> int:
        """Wipes the bodies of these changes (device to numbers) where it has them, and every byte of them.

        Returns how many there were; writes nothing where there were none.
        """

    def close(self) -> None:
        """Disconnects; `open` may follow."""
