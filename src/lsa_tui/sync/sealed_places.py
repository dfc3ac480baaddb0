"""Where sealed concerns and their receipts lie for others: a folder beside a shared file, a table on a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from lsa_tui.address import Location, anchor_of, real

LARGEST = 1024 * 1024
"""Bytes of a file that is looked at: four times the largest concern."""


class Place(Protocol):
    """A few files by name. What cannot be done raises OSError, or what a server's store raises."""

    def ready(self, make: bool) -> bool:
        """Whether it is there and can be reached; with `make` it is made where it is not."""

    def names(self, ending: str) -> list[str]:
        """The names that end so, in order."""

    def read(self, name: str) -> bytes:
        """A whole file; b"" where there is none, or one too large to be looked at."""

    def put(self, name: str, content: bytes) -> bool:
        """Puts a file there, whole or not at all, and reads it back. Returns whether it is there."""


@contextmanager
def at(location: Location) -> Iterator[Place]:
    """The place of a shared store."""
    if location.path is not None:
        yield Folder(folder_of(location))
        return
    from lsa_tui.sync.server import Server
    from lsa_tui.sync.server_sealed import SealedTable

    server = Server(location.address)
    try:
        yield SealedTable(server)
    finally:
        server.close()


def folder_of(location: Location) -> Path:
    """`school.db.sealed` beside `school.db`; `lsa.sealed` in a folder store."""
    anchor = real(anchor_of(location))
    return anchor.with_name(f"{anchor.name}.sealed")


class Folder:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ready(self, make: bool) -> bool:
        if not self._folder.parent.is_dir():
            return False
        if make and not self._folder.is_dir():
            with suppress(FileExistsError):
                self._folder.mkdir()
            with suppress(OSError):  # whoever may use the shared file may use this
                self._folder.chmod(self._folder.parent.stat().st_mode & 0o7777)
        return self._folder.is_dir()

    def names(self, ending: str) -> list[str]:
        # A link may lead anywhere: what is sealed is put here whole.
        return sorted(file.name for file in self._folder.glob(f"*{ending}") if not file.is_symlink())

    def read(self, name: str) -> bytes:
        file = self._folder / name
        try:
            fits = not file.is_symlink() and file.stat().st_size <= LARGEST
            return file.read_bytes() if fits else b""
        except OSError:
            return b""

    def put(self, name: str, content: bytes) -> bool:
        if self.read(name) == content:
            return True
        part = self._folder / f".{name}.part"  # always the same: what a kill left is written over
        if part.is_symlink():
            part.unlink()
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self._folder / name)
        return self.read(name) == content
