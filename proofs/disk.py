"""A disk that loses its power: replays recorded calls, and shows what may stand on it at any moment.

A file's writes are there for certain once it was synced, a name's coming and going once its folder was. Of all else
any part may have reached the disk, in any order, and of a write any of its sectors.
"""

from __future__ import annotations

import codecs
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
VARIANTS = ("nothing", "everything", "data alone", "names alone", "some", "the first", "torn")
"""What of the calls that were not yet synced reached the disk."""

CALLS = (
    "openat,creat,pwrite64,pwritev,pwritev2,write,writev,ftruncate,truncate,fsync,fdatasync,sync_file_range,unlink,"
    "unlinkat,rename,renameat,renameat2,link,linkat,sendfile,copy_file_range,fallocate"
)
"""What is recorded; a call on a watched file that `parse` does not know is an error."""


@dataclass(frozen=True)
class Op:
    """One call. `name`: write, append, cut, sync, make, drop, move, link (`path`, `to`), or out (printed)."""

    name: str
    path: str
    offset: int = 0
    data: bytes = b""
    to: str = ""


@dataclass
class _File:
    settled: bytes = b""
    size: int = 0
    waiting: list[tuple[int, Op]] = field(default_factory=list)


class Disk:
    """The files below one folder, and the calls on them so far."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._names = {path: _File(content, len(content)) for path, content in files.items()}
        self._settled = dict(self._names)
        self._waiting: list[tuple[int, Op, _File]] = []
        self._count = 0

    def do(self, op: Op) -> None:
        """The next call."""
        self._count += 1
        if op.name in ("write", "append", "cut"):
            file = self._names[op.path]
            if op.name == "append":
                op = Op("write", op.path, file.size, op.data)
            file.size = op.offset if op.name == "cut" else max(file.size, op.offset + len(op.data))
            file.waiting.append((self._count, op))
        elif op.name == "sync":
            if op.path in self._names:
                file = self._names[op.path]
                file.settled = _applied(file.settled, (one for _, one in file.waiting))
                file.waiting = []
            else:
                self._sync_folder(op.path)
        elif op.name != "out":
            self._rename(op)

    def _rename(self, op: Op) -> None:
        if op.name == "make":
            if op.path in self._names:
                return
            file = _File()
        else:
            file = self._names[op.path]
        _named(self._names, op, file)
        self._waiting.append((self._count, op, file))

    def _sync_folder(self, folder: str) -> None:
        left = []
        for place, op, file in self._waiting:
            if folder in {str(Path(one).parent) for one in (op.path, op.to) if one}:
                _named(self._settled, op, file)
            else:
                left.append((place, op, file))
        self._waiting = left

    @property
    def certain(self) -> bool:
        """Whether all is on the disk."""
        return not self._waiting and not any(file.waiting for file in self._names.values())

    def after_a_cut(self, variant: str, chance: random.Random) -> dict[str, bytes]:
        """The files as they may be found when the power comes back."""
        data_places = sorted(place for file in self._files() for place, _ in file.waiting)
        name_places = [place for place, _, _ in self._waiting]
        kept = _kept(variant, data_places, name_places, chance)
        names = dict(self._settled)
        for place, op, file in self._waiting:
            if place in kept:
                _named(names, op, file)
        found = {}
        for path, file in names.items():
            ops: Iterable[Op] = [op for place, op in file.waiting if place in kept]
            if variant == "torn":
                ops = (part for op in ops for part in _torn(op, chance))
            found[path] = _applied(file.settled, ops)
        return found

    def _files(self) -> Iterator[_File]:
        seen = [*self._names.values(), *self._settled.values(), *(file for _, _, file in self._waiting)]
        yield from {id(file): file for file in seen}.values()


def _kept(variant: str, data: Sequence[int], names: Sequence[int], chance: random.Random) -> set[int]:
    if variant == "nothing":
        return set()
    if variant == "everything":
        return {*data, *names}
    if variant == "data alone":
        return set(data)
    if variant == "names alone":
        return set(names)
    if variant == "the first":
        both = sorted([*data, *names])
        return set(both[: chance.randint(0, len(both))])
    # A file system keeps the order of names (its journal), not that of data.
    first = names[: chance.randint(0, len(names))]
    some = data if variant == "torn" else [place for place in data if chance.random() < 0.5]
    return {*first, *some}


def _torn(op: Op, chance: random.Random) -> Iterator[Op]:
    if op.name == "cut":
        if chance.random() < 0.5:
            yield op
        return
    start = op.offset
    while start < op.offset + len(op.data):
        end = min((start // SECTOR + 1) * SECTOR, op.offset + len(op.data))
        if chance.random() < 0.5:
            yield Op("write", op.path, start, op.data[start - op.offset : end - op.offset])
        start = end


def _named(names: dict[str, _File], op: Op, file: _File) -> None:
    if op.name in ("make", "link"):
        names[op.to or op.path] = file
    elif op.name == "drop":
        names.pop(op.path, None)
    elif op.name == "move":
        names.pop(op.path, None)
        names[op.to] = file


def _applied(content: bytes, ops: Iterable[Op]) -> bytes:
    made = bytearray(content)
    for op in ops:
        size = op.offset if op.name == "cut" else op.offset + len(op.data)
        if len(made) < size:
            made += bytes(size - len(made))
        if op.name == "cut":
            del made[size:]
        else:
            made[op.offset : size] = op.data
    return bytes(made)


# Reading what strace wrote

_LINE = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\d+)(?:<[^>]*>)?(.*)$")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_HANDLE = re.compile(r"^(\d+|AT_FDCWD)<([^>]*)>")


def parse(lines: Iterable[str], folder: Path, there: Iterable[str]) -> Iterator[Op]:
    """The calls of one thread on files below `folder` (of which these were `there` before), as recorded with `-f -y
    -xx -s 1000000`; and what it printed."""
    watched, known = str(folder), set(there)
    for line in lines:
        found = _LINE.match(line)
        if not found:
            if "<unfinished" in line and watched in line:
                raise ValueError(f"two threads at once: {line[:200]}")
            continue
        call, rest, result, _ = found.groups()
        handle = _HANDLE.match(rest)
        at = _plain(handle[2]).decode() if handle else ""
        if int(result) < 0 or at.endswith(" (deleted)"):
            continue
        if call == "write" and handle and handle[1] == "1":
            yield Op("out", "", data=_data(rest))
        elif call in ("openat", "unlinkat", "unlink", "rename", "renameat", "renameat2", "link", "linkat"):
            paths = [_plain(text).decode() for text in _TEXT.findall(rest)]
            if not any(path.startswith(watched) for path in paths):
                continue
            yield from _of_names(call, rest, paths, known)
        elif at.startswith(watched):
            yield _of_file(call, rest, at)


def _of_names(call: str, rest: str, paths: list[str], known: set[str]) -> Iterator[Op]:
    if call == "openat":
        if "O_CREAT" in rest and paths[0] not in known:
            known.add(paths[0])
            yield Op("make", paths[0])
        if "O_TRUNC" in rest:
            yield Op("cut", paths[0])
        return
    if call.startswith("unlink"):
        known.discard(paths[0])
        yield Op("drop", paths[0])
        return
    known.add(paths[1])
    if call.startswith("rename"):
        known.discard(paths[0])
    yield Op("move" if call.startswith("rename") else "link", paths[0], to=paths[1])


def _of_file(call: str, rest: str, at: str) -> Op:
    if call == "pwrite64":
        return Op("write", at, int(rest.rsplit(", ", 1)[1]), _data(rest))
    if call == "ftruncate":
        return Op("cut", at, int(rest.rsplit(", ", 1)[1]))
    if call in ("fsync", "fdatasync"):
        return Op("sync", at)
    if call == "write":
        return Op("append", at, data=_data(rest))
    raise ValueError(f"not known how to replay: {call}({rest[:120]}")


def _data(rest: str) -> bytes:
    texts = _TEXT.findall(rest)
    return _plain(texts[0]) if texts else b""


def _plain(escaped: str) -> bytes:
    return codecs.escape_decode(escaped.encode())[0]  # type: ignore[return-value]
