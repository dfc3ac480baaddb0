"""What a sync needs of a shared store, whatever kind it is. The algorithm in `run` knows nothing else of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lsa_tui.errors import SyncIncomplete

if TYPE_CHECKING:
    from lsa_tui.sync.opening import Opening

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


class Damaged(SyncIncomplete):
    """The store is this home's, and what it holds cannot be read as it was written."""


class Busy(SyncIncomplete):
    """Others used the store for too long, or put another one in its place just now: the sync begins again."""


class Forked(SyncIncomplete):
    """One chain has two different continuations, here and there: the sync begins again and joins them."""


class Chains(Protocol):
    """What of a store can be compared with the log here, and put in order with it."""

    @property
    def name(self) -> str:
        """The store as people know it: a path, a host."""

    def heads(self) -> Heads:
        """The version vector, read in one transaction."""

    def changes(self, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
        """The changes `seq` + 1 to `last` of a chain in order, at most `limit`."""

    def where(self, uid: str) -> tuple[str, int] | None:
        """The chain and number under which it holds this change; None where it does not hold it."""

    def reading(self) -> AbstractContextManager[None]:
        """What is read inside is read together: a file is locked once for it all. Others cannot write to a file
        meanwhile, so it must be short. May begin before `open`; ends early where something is written."""

    def pushing(self) -> AbstractContextManager[None]:
        """Alone with the store from the beginning to the end; then all of `add` is there for good, or nothing.

        Entering raises SyncIncomplete where the store cannot be written.
        """

    def move(self, dev: str, seq: int) -> str:
        """Makes the changes of a chain from `seq` on a chain of their own, named after the first of them
        (`branches.branch_name`) and numbered from 1. Only inside `pushing`. Returns its name."""


class SharedStore(Chains, Protocol):
    """A place where devices meet. Every method raises SyncIncomplete with one sentence where it cannot do its work.

    What is damaged there (and not merely shut, foreign or out of reach) is raised as Damaged.
    """

    opening: Opening | None
    """Finds its key; None: it has none, or needs none."""

    again: str
    """The id that a store here had before ("": none is known): one that is made anew gets it again."""

    waiting: Callable[[], None] | None
    """Called again and again while others are waited for; what it raises ends that. None: nobody is told."""

    @property
    def kind(self) -> str:
        """Which kind it is: "sqlite", "folder" or "postgresql"."""

    def open(self, *, made_up: bool, create: bool) -> About:
        """Connects afresh and checks that this is a store of ours which this program understands.

        Where there is none it is made, with `create`; else it is treated as an empty one and nothing is written.
        """

    def apart_from(self, home: Path) -> bool:
        """Whether the store is elsewhere than on the disk of `home`: on a stick, a share, a server."""

    def add(self, changes: Sequence[Change]) -> None:
        """Adds changes that continue their chains, and moves the heads. Only inside `pushing`."""

    def sweep(self, erased: Mapping[str, Sequence[int]]) -> int:
        """Wipes the bodies of these changes (device to numbers) where it has them, and every byte of them.

        Returns how many there were; writes nothing where there were none.
        """

    def moved_to(self) -> str:
        """Where its records were moved (`sync.moving`), as it is typed, and behind a line break the id of the store
        there; "" where they were not."""

    def mark_moved(self, to: str) -> None:
        """Says from now on that its records were moved there; "": that they are here. Only inside `pushing`."""

    def set_aside(self) -> Path | None:
        """Renames a damaged store under a dated name, if it is still the one that was opened; it is closed afterwards.

        Returns where it is kept; None where it is another one by now, or where no such thing exists (a folder, a
        server). Nothing that can be read is ever lost by it. Raises SyncIncomplete, Locked where no new one could be
        made in its place; then nothing was touched.
        """

    def wrong(self, scratch: Path) -> list[str]:
        """What is wrong with it as a whole, beyond what reading its chains tells; empty when all is well.

        `scratch`: a folder of this home, for a copy to look at.
        """

    def by_hand(self) -> list[str]:
        """After `wrong`: what is damaged in it that only another device or a person can put right, in sentences."""

    def strange(self) -> list[str]:
        """What lies among its files and is none of them, in sentences."""

    def kept(self) -> list[tuple[str, float]]:
        """What was set aside from here as damaged: names, and when each was last written (seconds since 1970)."""

    def free(self) -> int | None:
        """How many bytes are free where the store is; None where that cannot be told."""

    def clock_ahead(self) -> float | None:
        """By how many seconds its clock is ahead of this device's, as seen at the last write; None: not known."""

    def close(self) -> None:
        """Disconnects; `open` may follow."""
