"""What a home remembers of a shared folder, so that a sync opens new files only. Losing it costs time alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lsa_tui.records import log
from lsa_tui.sync.folder_disk import Seen
from lsa_tui.sync.folder_files import Header, Run

WHOLE, DAMAGED, OTHER, LEFT, NEW = "whole", "damaged", "other", "left", "new"
"""What is known of a file: read and believed; not believed; of another key or store; the same, but it was read while
that was the store's; not read yet."""

DAYS = 7
"""After so many days everything is read again: a disk may alter a file without a word."""

_FILES, _JOINED = "folder:", "folder-joined:"


@dataclass
class Known:
    """A file of the folder: as it was listed, what its first line says (None: damaged), and its runs once read."""

    seen: Seen
    header: Header | None
    state: str = NEW
    runs: list[Run] = field(default_factory=list)
    moved: tuple[int, str] | None = None

    def __len__(self) -> int:
        return sum(map(len, self.runs))


@dataclass
class Joined:
    """How the files were found to fit together.

    `plain`: chain to (digest of its runs, number, chain hash); `tangled`: the same of all chains with branches in
    common; `split`: the name of a branch to the chains that hold its first change too; `merged`: files that were
    merged into others, to (day, those others); `read`: when all was read from the disk.
    """

    plain: dict[str, list[Any]] = field(default_factory=dict)
    tangled: list[Any] = field(default_factory=lambda: ["", {}])
    split: dict[str, list[str]] = field(default_factory=dict)
    merged: dict[str, list[Any]] = field(default_factory=dict)
    read: str = ""

    def due(self, today: date) -> bool:
        """Whether everything is to be read again."""
        try:
            return not 0 <= (today - date.fromisoformat(self.read)).days < DAYS
        except ValueError:
            return True


def place_of(folder: Path) -> str:
    """A short name of a folder."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def known(db: Any, folder: Path) -> dict[str, Known]:
    """The files that this home remembers of a folder."""
    start = f"{_FILES}{place_of(folder)}:"
    found = {}
    sql = "SELECT key, value FROM meta WHERE key > ? AND key < ?"
    for key, value in db.execute_sql(sql, (start, f"{start}\uffff")):
        name = key.removeprefix(start)
        size, changed, state, header, runs, moved = json.loads(value)
        found[name] = Known(
            Seen(name, size, changed),
            Header(*header) if header else None,
            state,
            [Run(dev, after, begins, last, end, tuple(bare)) for dev, after, begins, last, end, bare in runs],
            (moved[0], moved[1]) if moved else None,
        )
    return found


def joined(db: Any, folder: Path) -> Joined:
    """What this home remembers of how they fit together."""
    found = log.get_meta(db, _JOINED + place_of(folder))
    return Joined(**json.loads(found)) if found else Joined()


def keep(db: Any, folder: Path, changed: Iterable[Known], gone: Iterable[str], how: Joined | None) -> None:
    """Remembers these files, forgets those that are gone; `how` is None where that is as it was."""
    start = f"{_FILES}{place_of(folder)}:"
    for one in changed:
        log.set_meta(db, start + one.seen.name, _text(one))
    for name in gone:
        db.execute_sql("DELETE FROM meta WHERE key = ?", (start + name,))
    if how is not None:
        log.set_meta(db, _JOINED + place_of(folder), log.canonical(asdict(how)))


def _text(one: Known) -> str:
    header = [one.header.store, one.header.key_id, one.header.writer, one.header.made_up] if one.header else None
    runs = [[run.dev, run.after, run.start, run.last, run.end, list(run.bare)] for run in one.runs]
    return log.canonical([one.seen.size, one.seen.changed, one.state, header, runs, one.moved])


def own_devices(db: Any) -> set[str]:
    """The names under which this home writes, and has written before it was recognised as a copy."""
    before: Mapping[str, Any] = json.loads(log.get_meta(db, "devices_before") or "{}")
    present = log.get_meta(db, "device")
    return {*before, *([present] if present else [])}
