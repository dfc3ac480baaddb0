"""What SQLite and the file system say of a shared file, as a reason that people can act on."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

DAMAGED = "it is damaged; move it away, and the next sync makes it anew from what the devices hold"

_REASONS = (
    # The first that fits wins: behind a failing rollback stands the true reason.
    ("disk is full", "the disk is full; free some space there"),
    ("no space left", "the disk is full; free some space there"),
    ("readonly", "it is read-only for you; ask who looks after it for the right to write to the file and its folder"),
    ("read-only", "it is read-only for you; ask who looks after it for the right to write to the file and its folder"),
    ("locked", "somebody else is using it for too long; try again in a minute"),
    ("not a database", "it is damaged, or no database at all; move it away, and the next sync makes it anew"),
    ("malformed", DAMAGED),
    ("no such", DAMAGED),
    ("can't decode", DAMAGED),  # SQLite quotes what it found in the place of a name
    ("permission denied", "you have no right to open it; ask who looks after it"),
    ("unable to open", "it cannot be opened or written; check that the file and its folder are yours to write"),
    ("i/o error", "the disk or the network did not answer as it should; check the connection"),
)


def let_go(problem: BaseException) -> None:
    """The error's frames hold a cursor, which keeps the file open after its connection is closed: a stick could not be
    taken out, and another key would meet the old one's pages."""
    for link in links(problem):
        traceback.clear_frames(link.__traceback__)


def links(problem: BaseException) -> Iterator[BaseException]:
    """The error and those behind it: a failing rollback hides the true one."""
    link: BaseException | None = problem
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def reason(problem: BaseException) -> str:
    """Why, and what to do: the first known sign in what was said, else what was said."""
    texts = [str(link).lower() for link in links(problem)]
    return next((why for sign, why in _REASONS if any(sign in said for said in texts)), str(problem))


def is_damage(problem: BaseException) -> bool:
    """Whether the content itself is at fault, and not the disk, the network, the rights or another user of the file."""
    texts = [str(link).lower() for link in links(problem)]
    first = next((sign for sign, _ in _REASONS if any(sign in said for said in texts)), "")
    return first in ("not a database", "malformed", "no such", "can't decode")


def is_busy(problem: BaseException) -> bool:
    """Whether somebody else is using it."""
    return reason(problem) == dict(_REASONS)["locked"]


def identity(path: Path) -> tuple[int, int] | None:
    """Which file is at a path now, without opening it."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino
