"""How far a sync is, and what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_PHASES = {"waiting": "somebody else is using it", "mending": "setting it aside"}
"""What the phases are called where their names would not be understood."""


@dataclass(frozen=True)
class Progress:
    """A phase ("reading", "sending", "checking", "taking in", "waiting", "mending") and how many of its changes are
    done."""

    phase: str
    done: int
    of: int

    @property
    def says(self) -> str:
        """The phase as people read it."""
        return _PHASES.get(self.phase, self.phase)


@dataclass(frozen=True)
class Result:
    """What a completed sync did, in changes; `conflicts` are the records that need a decision now.

    `remaining`: changes of this device not known to be in the shared store; `verified`: what was sent was read back
    over a fresh connection and is whole; `created`: the shared store was made by this sync; `notes`: what else its
    user should know, a sentence each.
    """

    sent: int
    received: int
    conflicts: int
    remaining: int
    verified: bool
    created: bool = False
    dry_run: bool = False
    notes: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """One sentence: "37 sent, 4 received, 1 needs your decision, checked"."""
        if self.dry_run:
            parts = [f"{self.sent} to send, {self.received} to receive", "nothing was changed"]
        else:
            parts = [f"{self.sent} sent, {self.received} received"]
            if self.conflicts:
                parts.append(f"{self.conflicts} {'needs' if self.conflicts == 1 else 'need'} your decision")
            if self.remaining:
                parts.append(f"{self.remaining} recorded meanwhile and not yet shared")
            parts.append("checked" if self.verified else "not checked")
        return "; ".join([", ".join(parts), *self.notes])

    def as_json(self) -> dict[str, Any]:
        """As `lsa sync --json` prints it."""
        return {
            "sent": self.sent,
            "received": self.received,
            "conflicts": self.conflicts,
            "remaining": self.remaining,
            "verified": self.verified,
            "created": self.created,
            "dry_run": self.dry_run,
            "notes": list(self.notes),
        }
