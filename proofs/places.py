"""Shared stores as the proofs maltreat them: copied, put back, swapped, deleted, emptied, cut and altered."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

Tree = dict[str, bytes]


class Place:
    """Where a store is, and what the model knows of it.

    `must`: the changes that it is known to hold (uids, after a sync that was read back). `may`: those that it can hold
    at most. `hurt`: whether somebody has damaged it since it was made, or last read as a whole; `altered`: whether one
    of its bits was ever changed. `looking`: the devices whose next sync reads all of it.
    """

    kind = ""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / f"share-{name}"
        self.folder.mkdir()
        self.must: set[str] = set()
        self.may: set[str] = set()
        self.hurt = self.altered = False
        self.looking: set[int] = set()
        self._saved: tuple[Tree, set[str], set[str], bool, bool] = ({}, set(), set(), False, False)

    @property
    def url(self) -> str:
        raise NotImplementedError

    def url_for(self, d: int) -> str:  # noqa: ARG002 (of a cloud folder each has its own copy)
        """Where device d finds it."""
        return self.url

    def settle(self) -> None:
        """All that is on its way arrives."""

    def close(self) -> None:
        """Lets go of it."""

    def heads(self) -> dict[str, tuple[int, str]] | None:
        """Its version vector, read without the program; None where that is not done for its kind, or cannot be."""
        return None

    def files(self) -> list[Path]:
        """Every file of it, in order."""
        return sorted(one for one in self.folder.rglob("*") if one.is_file())

    def read(self) -> Tree:
        """All that is there, by name."""
        return {one.relative_to(self.folder).as_posix(): one.read_bytes() for one in self.files()}

    def write(self, tree: Tree) -> None:
        """Puts exactly this in place of all that is there."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        for name, content in tree.items():
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    # What happens to it

    def backup(self) -> None:
        """Somebody makes a copy of it."""
        self._saved = (self.read(), set(self.must), set(self.may), self.hurt, self.altered)

    def restore(self) -> None:
        """Somebody puts the copy back (before the first one: nothing at all)."""
        tree, must, may, hurt, self.altered = self._saved
        self.hurt |= hurt
        self.write(tree)
        self.must, self.may = set(must), set(may)

    def delete(self) -> None:
        """Somebody deletes it."""
        self.write({})
        self.must, self.may = set(), set()

    def empty(self) -> None:
        """Its files are there, with nothing in them."""
        for one in self.files():
            os.truncate(one, 0)
        self.must, self.may = set(), set()

    def cut(self, which: int, part: float) -> None:
        """One of its files ends too early."""
        if one := self._file(which):
            os.truncate(one, int(one.stat().st_size * part))
            self.must, self.hurt = set(), True

    def flip(self, which: int, part: float, bit: int) -> None:
        """One bit of one of its files is another."""
        if (one := self._file(which)) and (size := one.stat().st_size):
            content = bytearray(one.read_bytes())
            content[int(size * part) % size] ^= 1 << bit
            one.write_bytes(content)
            self.must, self.hurt, self.altered = set(), True, True

    def _file(self, which: int) -> Path | None:
        files = self.files()
        return files[which % len(files)] if files else None


class SqlitePlace(Place):
    """A SQLite file on a share."""

    kind = "sqlite"

    @property
    def path(self) -> Path:
        return self.folder / "school.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def heads(self) -> dict[str, tuple[int, str]] | None:
        if not self.path.exists():
            return {}
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            rows = "SELECT count(*) FROM change c WHERE c.dev = h.dev AND c.seq <= h.seq"
            found = connection.execute(f"SELECT dev, seq, chain, ({rows}) FROM head h").fetchall()
            return {
                dev: (number, chain if number == seq else "its rows are not all there")
                for dev, seq, chain, number in found
            }
        except (sqlite3.Error, UnicodeDecodeError):
            return None  # encrypted, or damaged
        finally:
            connection.close()


class FolderPlace(Place):
    """A folder that a cloud client copies."""

    kind = "folder"

    @property
    def url(self) -> str:
        return f"folder:///{self.folder}"

    def late(self, which: int) -> None:
        """One file has not arrived; what was held back before arrives now."""
        held, self._held = getattr(self, "_held", None), None
        if one := self._file(which):
            self._held = (one.relative_to(self.folder).as_posix(), one.read_bytes(), set(self.may))
            one.unlink()
            self.must = set()
        if held and not (target := self.folder / held[0]).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(held[1])
            self.may |= held[2]  # the folder may have been emptied meanwhile

    def twice(self, which: int) -> None:
        """The client keeps a conflicted copy of one file beside it."""
        if one := self._file(which):
            shutil.copy(one, one.with_name(f"{one.stem} (1){one.suffix}"))


def swap(one: Place, other: Place) -> None:
    """Two stores of one kind change places."""
    if one.kind == other.kind and one.kind in FILES:
        mine, theirs = one.read(), other.read()
        one.write(theirs)
        other.write(mine)
        for name in ("must", "may", "hurt", "altered"):
            here, there = getattr(one, name), getattr(other, name)
            setattr(one, name, there)
            setattr(other, name, here)


FILES: dict[str, type[Place]] = {"sqlite": SqlitePlace, "folder": FolderPlace}
