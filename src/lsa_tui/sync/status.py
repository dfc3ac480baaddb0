"""How sharing stands, from what is on this device alone: no share, no cloud folder and no server is asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lsa_tui.address import Location, parse
from lsa_tui.clock import from_text
from lsa_tui.daybook import cover, entries, handover
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import log
from lsa_tui.sync import local, setting_aside

KINDS = {"sqlite": "a file", "folder": "a folder that a cloud client copies", "postgresql": "a server"}
HERE_ALONE = "Told from what this device knows; the shared store was not asked"


@dataclass(frozen=True)
class Device:
    """A device whose changes are held here: whose it is, and when the last of them was written."""

    device: str
    mine: bool
    by: str
    heard: str
    changes: int


@dataclass(frozen=True)
class Status:
    """How it stands. `kind` and `store` are None where none is set; `last_ok` is the last complete sync with it.

    `damaged`: copies of it that were set aside as damaged, by name; None where only the store itself could tell.
    """

    kind: str | None
    store: str | None
    problem: str
    last_ok: str | None
    last_error: str
    backlog: int
    conflicts: int
    damaged: tuple[str, ...] | None
    devices: tuple[Device, ...]
    handovers: tuple[dict[str, Any], ...]

    @property
    def complete(self) -> bool:
        """Whether everything of this device is shared, and nothing was wrong at the last sync."""
        return not (self.backlog or self.last_error or self.problem)

    def as_json(self) -> dict[str, Any]:
        """As `lsa sync --status --json` prints it."""
        facts = {name: value for name, value in vars(self).items() if name not in ("devices", "problem", "last_error")}
        return {
            **facts,
            "problem": self.problem or None,
            "last_error": self.last_error or None,
            "damaged": None if self.damaged is None else list(self.damaged),
            "devices": [asdict(one) for one in self.devices],
            "handovers": list(self.handovers),
            "complete": self.complete,
            "asked": False,
        }


def status(book: Book) -> Status:
    """How it stands. Reads this device alone and writes nothing."""
    url, location, problem = book.config["shared.url"], None, ""
    if url:
        try:
            location = parse(url)
        except BadInput as wrong:
            problem = str(wrong)
    known = local.memories(book.db)
    memory = next((one for one in known if location is not None and one.name == location.name), None)
    return Status(
        kind=location.kind if location else None,
        store=location.name if location else None,
        problem=problem,
        last_ok=(memory.at or None) if memory else None,
        last_error=local.last_error(book.db, location.name) if location else "",
        backlog=local.remaining(book),
        conflicts=len(entries.conflicts(book)),
        damaged=_damaged(location, memory),
        devices=tuple(_devices(book)),
        handovers=tuple(handover.as_json(book, one) for one in handover.every_missing(book)),
    )


def says(book: Book, found: Status) -> list[str]:
    """It as lines for people."""
    if found.store is None:
        first = found.problem or "No shared store is set; `lsa init --shared URL` names one"
    else:
        first = f"{found.store}: {KINDS[found.kind or '']}"
    told = [first]
    if found.store is not None:
        never = "No sync with it was complete yet" if found.last_error else "Never synced with it"
        told.append(f"Last complete sync: {_when(book, found.last_ok)}" if found.last_ok else never)
    shares = "; `lsa sync` shares" if found.store is not None else ""
    told.append(f"{found.backlog} on this device only{shares}" if found.backlog else "Nothing is here only")
    if found.last_error:
        told.append(f"Last time: {found.last_error}")
    if found.conflicts:
        told.append(f"{found.conflicts} to decide; `lsa conflicts` lists them")
    if found.damaged:
        told.append(f"Damaged, and kept beside it: {', '.join(found.damaged)}")
    told += [f"{one['pupil']}: {one['says']}" for one in found.handovers]
    told += ["Devices, and the newest that is held here of each:", *(_line(book, one) for one in found.devices)]
    return [*told, HERE_ALONE]


def _damaged(location: Location | None, memory: local.Memory | None) -> tuple[str, ...] | None:
    """Looked for where the file is on this device's own disk: another one may be far away, or asleep."""
    if location is None or location.kind != "sqlite" or location.path is None or memory is None or memory.apart:
        return None
    return tuple(one.name for one in setting_aside.kept(location.path))


def _devices(book: Book) -> list[Device]:
    own = log.own_chains(book.db)
    sql = "SELECT h.dev, c.actor, c.wall, h.seq FROM head h JOIN change c ON c.dev = h.dev AND c.seq = h.seq"
    owner = _covered(book)
    found = [
        Device(dev, dev in own, owner.get((dev, actor), actor), wall, seq)
        for dev, actor, wall, seq in book.db.execute_sql(sql)
        if dev not in log.STAYING
    ]
    newest_first = sorted(found, key=lambda one: one.heard, reverse=True)
    return sorted(newest_first, key=lambda one: not one.mine)


def _covered(book: Book) -> dict[tuple[str, str], str]:
    """Whose a device is, by the device and the initials of whoever covered on it."""
    sql = (
        "SELECT c.dev, c.actor, json_extract(r.data, '$.of') FROM record r JOIN change c ON c.row = r.uid "
        "WHERE r.kind = ? AND json_extract(r.data, '$.of') <> ''"  # else it was of a device that was nobody's yet
    )
    return {(dev, actor): str(of) for dev, actor, of in book.db.execute_sql(sql, (cover.KIND,))}


def _line(book: Book, one: Device) -> str:
    mine = ""
    if one.mine:
        now = one.device == log.get_meta(book.db, "device")
        mine = "  (this device)" if now else "  (this device before it was restored or copied)"
    return f"  {one.device:<18} {one.by:<8} {_when(book, one.heard)}{mine}"


def _when(book: Book, text: str) -> str:
    try:
        moment = from_text(text).astimezone(book.zone)
    except ValueError:  # written by other hands
        return text
    return f"{moment:%a %d %b %Y %H:%M}"
