"""The files of a shared folder on the disk: which there are, and how one gets there whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lsa_tui.vault import cipher

SUFFIX = ".lsa"

_DAMAGED = ".damaged-"
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp", ".filepart", ".!sync")
_NOT_OURS = "lsa.sealed"


@dataclass(frozen=True)
class Seen:
    """A file as the folder lists it: its path from there with slashes, its size in bytes, when it was changed (ns)."""

    name: str
    size: int
    changed: int


def listed(folder: Path) -> list[Seen]:
    """Every file of ours below a folder, wherever a cloud client or a person has put it, in order of their names."""
    return sorted(_below(folder, ""), key=lambda one: one.name)


def _below(folder: Path, before: str) -> Iterator[Seen]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except FileNotFoundError:
        return
    for entry in found:
        # Hidden: what a client keeps for itself, old versions among it.
        if entry.name.startswith((".", "~")) or entry.name.lower().startswith(_NOT_OURS):
            continue
        with suppress(FileNotFoundError):  # its writer took it away just now
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path), f"{before}{entry.name}/")
            elif is_ours(entry.name) and entry.is_file():
                facts = entry.stat()
                if facts.st_size:  # else there is nothing in it yet, or any more
                    yield Seen(before + entry.name, facts.st_size, facts.st_mtime_ns)


def is_ours(name: str) -> bool:
    """Whether a file of this name is one of ours, or a client's copy of one; not one that is still being written."""
    name = name.lower()
    unfinished = name.startswith((".", "~")) or name.endswith(_UNFINISHED)
    return SUFFIX in name and _DAMAGED not in name and not unfinished


_OUR_NAME = re.compile(r"\d{6}-[0-9a-f]{8}")


def is_named_by_us(name: str) -> bool:
    """Whether the name of a file is one that `beginning` gives, or made of one by a client or a person. What has
    another name and cannot be read is no file of ours on its way."""
    return _OUR_NAME.search(name.lower()) is not None


def set_aside(path: Path, moment: str) -> Path:
    """Gives a damaged file a dated name under which nobody reads it. Raises OSError."""
    target = path.with_name(f"{path.name}{_DAMAGED}{moment}")
    os.replace(path, target)
    return target


def beginning(folder: Path) -> Path:
    """Begins a new file in a folder, under a name that clients leave alone. Raises OSError where that is not allowed.

    Made before anything is sealed for it: what cannot be written must be known by then. What a kill left of an earlier
    one goes; so only while no other process of this home writes.
    """
    folder.mkdir(exist_ok=True)
    for old in folder.glob(f"~*{SUFFIX}.tmp"):
        old.unlink(missing_ok=True)
    number = 1 + max((_number(name) for name in os.listdir(folder)), default=0)
    target = folder / f"~{number:06d}-{os.urandom(4).hex()}{SUFFIX}.tmp"
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    return target


def _number(name: str) -> int:
    digits = name.removeprefix("~").split("-")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def finish(begun: Path, data: bytes) -> Path:
    """Writes a file that was begun and puts it in its place, whole, there to stay. Raises OSError."""
    target = begun.with_name(begun.name.removeprefix("~").removesuffix(".tmp"))
    with begun.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(begun, target)
    cipher.sync_folder(target.parent)
    return target
