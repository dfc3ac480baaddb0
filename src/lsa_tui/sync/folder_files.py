"""The files of a shared folder: each is written whole by one device, and never written to again.

A file is one plain line (whose it is, of which store, under which key) and a sealed body: packed lines of changes,
encrypted under a key made from the store's, or with their sum where the store is plain. A file of which one byte was
altered is not believed at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsa_tui.errors import LsaError
from lsa_tui.records import log
from lsa_tui.records.models import Change as ChangeModel
from lsa_tui.sync.shared import LOG_FORMAT, Change
from lsa_tui.vault import cipher

FORMAT = 1
"""Of such a file. A newer one is not read."""

MOST = 5000
"""Changes in one file, at most."""

NAMES = tuple(ChangeModel._meta.sorted_field_names)

_LONGEST_LINE = 4096
_NONCE, _SUM = 12, 32


class NotWhole(Exception):
    """A file that is not as it was written; perhaps it is still on its way."""


class NewerFile(LsaError):
    """A file that a newer program wrote."""


@dataclass(frozen=True)
class Header:
    """The plain line: id of the store, name of the key ("": plain), who wrote it, and whether all is made up."""

    store: str
    key_id: str
    writer: str
    made_up: bool

    def line(self) -> bytes:
        """As it stands in the file: with its own short sum, so that a damaged one is no other store's."""
        facts = {
            "format": FORMAT,
            "log": LOG_FORMAT,
            "store": self.store,
            "key": self.key_id,
            "writer": self.writer,
            "made_up": self.made_up,
        }
        text = log.canonical(facts).encode()
        return text + b" " + _short(text) + b"\n"


@dataclass(frozen=True)
class Run:
    """Changes of one chain without a gap: `after` + 1 to `last`, between the chain hashes `start` and `end`.

    `bare`: the numbers of those whose bodies are gone.
    """

    dev: str
    after: int
    start: str
    last: int
    end: str
    bare: tuple[int, ...] = ()

    def __len__(self) -> int:
        return self.last - self.after


@dataclass
class Content:
    """What stands in one file: for each run its changes, in order.

    `moved`: the how-manieth word on where the records of the store were moved to ("": nowhere), and that place.
    """

    header: Header
    runs: list[Run] = field(default_factory=list)
    changes: list[list[dict[str, Any]]] = field(default_factory=list)
    moved: tuple[int, str] | None = None

    def add(self, start: str, changes: Sequence[Change]) -> None:
        """Adds changes of one chain, which follow each other and, first of all, the chain hash `start`."""
        self.runs.append(run_of(start, changes))
        self.changes.append([dict(one) for one in changes])

    def __len__(self) -> int:
        return sum(map(len, self.runs))


def run_of(start: str, changes: Sequence[Change]) -> Run:
    """The run that these changes are."""
    first, last = changes[0], changes[-1]
    bare = tuple(one["seq"] for one in changes if one["body"] is None)
    return Run(first["dev"], first["seq"] - 1, start, last["seq"], last["chain"], bare)


# As bytes


def to_bytes(content: Content, key: bytes | None) -> bytes:
    """A file's content, encrypted with the store's `key` where it has one."""
    line = content.header.line()
    runs = [[run.dev, run.after, run.start, len(run)] for run in content.runs]
    lines = [log.canonical({"runs": runs, "moved": content.moved})]
    lines += [json.dumps([one[name] for name in NAMES], ensure_ascii=False) for run in content.changes for one in run]
    # Bytes of a text that no encoding knows cannot be in a change that was checked before it was sent.
    packed = zlib.compress("\n".join(lines).encode(), 6)
    if key is None:
        return line + packed + hashlib.sha256(line + packed).digest()
    nonce = os.urandom(_NONCE)
    sealed: bytes = _box(key).encrypt(nonce, packed, line)
    return line + nonce + sealed


def from_bytes(data: bytes, key: bytes | None) -> Content:
    """What stands in a file. Raises NotWhole where anything of it is not as it was written, NewerFile."""
    line, _, body = data.partition(b"\n")
    header = _header(line)
    line += b"\n"
    try:
        lines = zlib.decompress(_opened(line, body, key)).decode().split("\n")
        facts, rows = json.loads(lines[0]), json.loads(f"[{','.join(lines[1:])}]")
        moved = facts["moved"]
        content = Content(header, moved=(int(moved[0]), str(moved[1])) if moved else None)
        place = 0
        for dev, after, start, count in facts["runs"]:
            changes = [dict(zip(NAMES, row, strict=True)) for row in rows[place : place + count]]
            place += count
            if not changes or changes[0]["dev"] != dev or changes[0]["seq"] != after + 1:
                raise NotWhole("its parts do not fit together")
            content.add(start, changes)
        if place != len(rows):
            raise NotWhole("its parts do not fit together")
        return content
    except (ValueError, TypeError, KeyError, RecursionError, zlib.error) as problem:
        raise NotWhole(str(problem)) from None


def check(content: Content) -> None:
    """Raises NotWhole where a change is not what its hashes say, or does not continue its run."""
    for run, changes in zip(content.runs, content.changes, strict=True):
        same = all(one["dev"] == run.dev for one in changes)
        if not same or log.first_broken(changes, run.after, run.start, lambda _: True) is not None:
            raise NotWhole(f"a change of device {run.dev} is not what its hashes say")


def _opened(line: bytes, body: bytes, key: bytes | None) -> bytes:
    packed: bytes
    if key is None:
        packed, total = body[:-_SUM], body[-_SUM:]
        if hashlib.sha256(line + packed).digest() != total:
            raise NotWhole("its sum does not fit")
        return packed
    from cryptography.exceptions import InvalidTag

    try:
        packed = _box(key).decrypt(body[:_NONCE], body[_NONCE:], line)
    except (InvalidTag, ValueError):
        raise NotWhole("its seal is broken") from None
    return packed


def _box(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 30 ms that a plain store need not pay

    return AESGCM(cipher.derived(key, "folder file"))


def _short(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:16].encode()


def read_header(path: Path) -> Header:
    """The plain line of a file. Raises NotWhole, NewerFile, OSError."""
    with path.open("rb") as file:
        return _header(file.readline(_LONGEST_LINE).removesuffix(b"\n"))


def _header(line: bytes) -> Header:
    text, _, total = line.rpartition(b" ")
    if not text or total != _short(text):
        raise NotWhole("its first line is damaged")
    try:
        facts = json.loads(text)
        if facts["format"] > FORMAT or facts["log"] > LOG_FORMAT:
            raise NewerFile(
                f"it was written by a newer lsa (format {facts['log']}, this one knows {LOG_FORMAT}); please update "
                "this program"
            )
        return Header(str(facts["store"]), str(facts["key"]), str(facts["writer"]), bool(facts["made_up"]))
    except (ValueError, KeyError, TypeError) as problem:
        raise NotWhole(f"its first line is damaged ({problem})") from None


def read(path: Path, key: bytes | None) -> Content:
    """What stands in the file at `path`. Raises NotWhole, NewerFile, OSError."""
    return from_bytes(path.read_bytes(), key)


def in_parts(content: Content) -> Iterator[Content]:
    """The same in files of at most `MOST` changes."""
    part = Content(content.header, moved=content.moved)
    for run, changes in zip(content.runs, content.changes, strict=True):
        start, rest = run.start, changes
        while rest:
            piece = rest[: MOST - len(part)]
            if piece:
                part.add(start, piece)
                start, rest = piece[-1]["chain"], rest[len(piece) :]
            if len(part) >= MOST:
                yield part
                part = Content(content.header)
    if part.runs or part.moved:
        yield part


def key_id_of(key: bytes | None) -> str:
    """The name of a key, as a file's first line has it; "" for none."""
    return cipher.key_id(key) if key is not None else ""


def without(content: Content, erased: Container[str]) -> int:
    """Wipes the bodies of these changes (by uid) in a content; returns how many there were."""
    wiped = 0
    for place, changes in enumerate(content.changes):
        for one in changes:
            if one["uid"] in erased and one["op"] == log.SET and one["body"] is not None:
                one["body"] = one["salt"] = None
                wiped += 1
        content.runs[place] = run_of(content.runs[place].start, changes)
    return wiped
