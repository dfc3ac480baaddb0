"""Putting a damaged shared file out of the way, under a dated name: never the new one that is in its place by then."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from lsa_tui.address import real
from lsa_tui.sync import trouble
from lsa_tui.sync.shared import Busy

_LOCKS, _LENGTH = 0x40000000, 512
"""Where SQLite has its locks in a file: who holds them all is alone with it, damaged or not."""

_PATIENCE = 5.0
"""Seconds to wait for those who are reading or writing the damaged file."""


def renamed(path: Path, was: tuple[int, int] | None, moment: datetime) -> Path | None:
    """Renames the file that was opened (`was`: which one), with its journal; returns its new name.

    None where another file is in its place by now, or none. To be called while this process has it not open. Raises
    Busy where others hold it, OSError.
    """
    if was is None or trouble.identity(path) != was:
        return None
    path = real(path)
    with _alone(path, was) as still:
        return _moved(path, _free_name(path, moment)) if still else None


def kept(path: Path) -> list[Path]:
    """The files that were set aside from this place, the oldest first."""
    path = real(path)
    try:
        found = sorted(path.parent.glob(f"{path.name}.damaged-*"))
    except OSError:
        return []
    return [one for one in found if not one.name.endswith("-journal")]


def _free_name(path: Path, moment: datetime) -> Path:
    """A dated name that nobody has, taken by an empty file: renaming would replace what has it."""
    name = f"{path.name}.damaged-{moment:%Y-%m-%d-%H%M%S}"
    for number in range(1, 100):
        target = path.with_name(name if number == 1 else f"{name}-{number}")
        with suppress(FileExistsError):
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return target
    raise OSError(f"too many files are called {name}")


def _moved(path: Path, target: Path) -> Path:
    """Moves the file and its journal to a name that was taken; that name is given up where it cannot be done."""
    try:
        journal = path.with_name(path.name + "-journal")
        # First: the journal of a new file in its place must not be taken for this one's.
        with suppress(FileNotFoundError):
            os.replace(journal, target.with_name(target.name + "-journal"))
        os.replace(path, target)
        return target
    finally:
        with suppress(OSError):
            if target.stat().st_size == 0:  # and not the file: a network may report an error of what it has done
                target.unlink()


@contextmanager
def _alone(path: Path, was: tuple[int, int]) -> Iterator[bool]:
    """Alone with the file that was opened; gives whether it is still the one at its path, which nobody changes then.

    Where there are no such locks (Windows), a file that somebody has open cannot be renamed at all.
    """
    try:
        import fcntl
    except ImportError:
        yield trouble.identity(path) == was
        return
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield False
        return
    try:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _LENGTH, _LOCKS)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise Busy(f"the shared file {path} is damaged and somebody else is using it") from None
                time.sleep(0.05)
        facts = os.fstat(handle)
        # Whoever renames it holds these locks: what is at the path now stays there until we are done.
        yield (facts.st_dev, facts.st_ino) == was == trouble.identity(path)
    finally:
        os.close(handle)
