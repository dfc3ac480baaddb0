"""Devices and stores as people use and maltreat them, and what the model of them knows at each step.

Everything is real (homes, files, syncs); only chance and time are not: ids, salts and clocks come from a seed, so that
a run can be done again. Each step is also a line of a script that does it again by itself (`World.script`).
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lsa_tui import clock
from lsa_tui.address import parse
from lsa_tui.daybook import entries, erasing
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.records import ids, log, read
from lsa_tui.sync import joining, local, run, serving
from lsa_tui.vault import cipher, keyfile
from proofs.common import QUICK, Violation
from proofs.devices import Crash, Device, Fuse
from proofs.far_places import KINDS
from proofs.places import Place, swap

START = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
PUPIL = ids.natural_id("pupil", "", "K7")
KEY = b"k" * 32
FOREIGN = ("is another shared store", "belongs to another shared store")
LATER = "the next sync mends it"
"""In a note on damage that a sync has seen and not yet mended."""
STAYS = ("dev", "seq", "chain")
"""The columns of a change that say where it stands, and may become others; the rest never does."""


def foreign(said: str) -> bool:
    """Whether a refusal says that another store than before lies there."""
    return any(sign in said for sign in FOREIGN)


def asked(_needed: object) -> str:
    """What a person types where the join passphrase of a store is asked for."""
    return "three green hats"


class World:
    """Some devices and some stores. Every method that is a step appends itself to `script`."""

    def __init__(
        self,
        folder: Path,
        kinds: Sequence[str] = ("sqlite", "sqlite"),
        devices: int = 3,
        seed: int = 0,
        encrypted: bool = False,
    ) -> None:
        self.folder, self.seed = folder, seed
        self.key = KEY if encrypted else None
        self.script = [f"w = World(folder, {tuple(kinds)!r}, {devices}, {seed}, {encrypted})"]
        self.known: dict[str, dict[str, Any]] = {}
        """Every change that was ever written, as it was written."""
        self.tokens: dict[str, str] = {}
        """Its uid to words of it that stand nowhere else."""
        self.erasures: set[str] = set()
        """The changes that are erasures."""
        self.seen: dict[str, frozenset[str]] = {}
        """A change to the erasures that its writer knew of."""
        self.counts: dict[str, int] = {}
        self.refused = ""
        """What the last sync said that was not complete."""
        self._chance = random.Random(seed)
        self._opened: list[Any] = []
        self._ticks = 0
        self._patches = [
            patch.object(ids, "new_id", self._new_id),
            patch.object(os, "urandom", self._chance.randbytes),
            patch.object(cipher, "connect", self._connected(cipher.connect)),
            patch.dict(os.environ),
            patch.dict(keyfile.ARGON2, QUICK),
        ]
        for one in self._patches:
            one.start()
        self.places: list[Place] = [KINDS[kind](folder, "AB"[n]) for n, kind in enumerate(kinds)]
        self.devices: list[Device] = []
        try:
            for number in range(devices):
                self._add_device(number)
        except BaseException:
            self.close()
            raise

    def _add_device(self, number: int) -> Device:
        device = Device(number, self.folder / f"device-{number}", "ABCDEFGHIJ"[number] * 2, self.key)
        device.open()
        self.devices.append(device)
        return device

    def close(self) -> None:
        """Ends everything."""
        for device in self.devices:
            device.book.close()
        for place in self.places:
            place.close()
        for one in reversed(self._patches):
            one.stop()

    def _new_id(self) -> str:
        """A UUIDv7 by chance. One in sixteen, with a 4 where the second part begins, stays a UUIDv4: to the program
        such a record is one with a natural key, as targets and imported entries are."""
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4)).replace("-4", "-7", 1)

    def _connected(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def connected(*args: Any, **more: Any) -> Any:
            self._opened.append(connect(*args, **more))
            return self._opened[-1]

        return connected

    def _at(self, d: int) -> Device:
        """A device, with its clock."""
        device = self.devices[d]
        self._ticks += 1
        os.environ["LSA_NOW"] = clock.to_text(START + device.skew + timedelta(seconds=self._ticks))
        return device

    def _step(self, name: str, *args: Any) -> None:
        self.script.append(f"w.{name}({', '.join(map(repr, args))})")
        self.counts[name] = self.counts.get(name, 0) + 1

    # What people do on a device

    def write(self, d: int) -> None:
        """A note."""
        self._step("write", d)
        token = self._token(d)
        row = ids.new_id()
        at = clock.to_text(self._at(d).book.now())
        self._record(d, "note", row, {"at": at, "text": token, "home": False, "pupil": PUPIL}, token)

    def pupil(self, d: int, year: int) -> None:
        """Pupil K7, under the id that all devices give it; who knows K7 already changes the year."""
        self._step("pupil", d, year)
        known = read.get(self._at(d).book.db, PUPIL)
        new = {"code": "K7"} if known is None else {}
        self._record(d, "pupil", PUPIL, {**new, "year": f"Year {year}"}, None)

    def private(self, d: int) -> None:
        """Something that never leaves the device."""
        self._step("private", d)
        token = self._token(d)
        at = clock.to_text(self._at(d).book.now())
        self._record(d, "note", ids.new_id(), {"at": at, "text": token}, token, own=True)

    def edit(self, d: int, n: int, field: str = "text") -> None:
        """Another text, or another score, of a note."""
        self._step("edit", d, n, field)
        notes = self._notes(d)
        if notes:
            token = self._token(d)
            value = token if field == "text" else f"score {token[-4:]}"
            self._record(d, "note", notes[n % len(notes)], {field: value}, token if field == "text" else None)

    def remove(self, d: int, n: int) -> None:
        """A note removed, with a reason."""
        self._step("remove", d, n)
        notes = self._notes(d)
        if notes:
            token = self._token(d)
            self._record(d, "note", notes[n % len(notes)], {"removed": token}, token)

    def decide(self, d: int, n: int) -> None:
        """One of the values that need a decision."""
        self._step("decide", d, n)
        asked = read.conflicts(self._at(d).book.db)
        if asked:
            one = asked[n % len(asked)]
            name, choices = sorted((one.conflict or {}).items())[n % len(one.conflict or {})]
            self._record(d, one.kind, one.id, {name: choices[n % len(choices)]["value"]}, None)

    def erase(self, d: int, n: int) -> None:
        """A note that goes for good, with its history."""
        self._step("erase", d, n)
        notes = self._notes(d)
        if notes:
            self._erasing(d, lambda book: erasing.erase_rows(book, [notes[n % len(notes)]], "by mistake"))

    def erase_pupil(self, d: int) -> None:
        """All that is recorded of K7 by anybody."""
        self._step("erase_pupil", d)
        if read.get(self._at(d).book.db, PUPIL) is not None:
            self._erasing(d, lambda book: erasing.erase_pupil(book, "K7", "left"))

    def undo(self, d: int) -> None:
        """The last step taken back, where that can be."""
        self._step("undo", d)
        self._take_back(d, entries.undo)

    def redo(self, d: int) -> None:
        """And brought again."""
        self._step("redo", d)
        self._take_back(d, entries.redo)

    def clock(self, d: int, days: int, hours: int = 0) -> None:
        """Its clock goes wrong by so much, from the true time."""
        self._step("clock", d, days, hours)
        self.devices[d].skew = timedelta(days=days, hours=hours)

    # What happens to a device

    def backup(self, d: int) -> None:
        """Its disk is copied."""
        self._step("backup", d)
        device = self._at(d)
        device.saved = device.content()

    def restore(self, d: int) -> None:
        """The copy is put back (where there is none: nothing)."""
        self._step("restore", d)
        device = self._at(d)
        if device.saved:
            device.become(device.saved)

    def clone(self, d: int, e: int) -> None:
        """Device e becomes a copy of device d; what was on it is gone."""
        self._step("clone", d, e)
        if d != e:
            copy = self._at(d).content()
            self.devices[e].become(copy)

    # What happens to a store

    def store(self, s: int, what: str, *args: Any) -> None:
        """One of the things that can happen to a place (see `Place`)."""
        self._step("store", s, what, *args)
        place = self.places[s % len(self.places)]
        if hasattr(place, what):
            getattr(place, what)(*args)

    def swap(self) -> None:
        """The two stores change places."""
        self._step("swap")
        if len(self.places) > 1:
            swap(*self.places)

    # Syncs

    def sync(self, d: int, s: int) -> bool:
        """A sync that nothing interrupts. Returns whether it was complete."""
        self._step("sync", d, s)
        device, place, before = self._meet(d, s)
        try:
            result = run.sync(device.book, place.url_for(d), ask=asked)
        except SyncIncomplete as problem:
            self._still_here(device, place, before)
            if not self.excused(place, problem):
                raise Violation(f"a sync of device {d} with {place.kind} store {s} failed: {problem}") from problem
            self.refused = str(problem)
            return False
        hurt = self._still_hurt(place, d, result)
        after = self._still_here(device, place, before)
        device.must |= place.must
        if not place.hurt or place.kind in ("folder", "cloud"):  # else a part that nobody read may be the damaged one
            place.must |= {uid for uid, dev in after.items() if dev != log.OWN}
        self._within(device, after)
        if not result.verified or result.remaining or log.backlog(device.book.db):
            raise Violation(
                f"device {d} said after a sync: {result.says}; its backlog is {log.backlog(device.book.db)}"
            )
        if any("damaged" in note for note in result.notes) and not hurt:
            raise Violation(f"a sync of device {d} found damage where nobody had made any: {result.notes}")
        heads = place.heads()
        if heads is not None and heads != log.shareable_heads(device.book.db):
            raise Violation(f"device {d} said that all is shared, and the {place.kind} store has {heads}")
        if result.conflicts != len(entries.conflicts(device.book)):
            raise Violation(f"device {d} counted {result.conflicts} conflicts")
        return True

    def crash(self, d: int, s: int, calls: int) -> bool:
        """A sync that ends at its n-th call of a function. Returns whether there were so many calls: one where nothing
        can be thrown, as a generator goes away, is got over."""
        self._step("crash", d, s, calls)
        device, place, before = self._meet(d, s)
        waiting = log.backlog(device.book.db)
        crashed, fuse = False, Fuse(calls)
        try:
            with fuse.burning():
                run.sync(device.book, place.url_for(d), ask=asked)
        except Crash:
            crashed = True
        except SyncIncomplete as problem:
            if not self.excused(place, problem):
                raise Violation(f"a sync of device {d} with {place.kind} store {s} failed: {problem}") from problem
        if crashed:
            self._let_go()
        self._still_here(device, place, before)
        heads = place.heads()
        if waiting and heads is not None and not log.backlog(device.book.db) and crashed:
            lacking = log.shareable_heads(device.book.db).keys() & log.own_chains(device.book.db).keys() - heads.keys()
            if lacking:
                raise Violation(f"after a crash device {d} says that all is shared, and the store lacks {lacking}")
        self.counts["crashed"] = self.counts.get("crashed", 0) + crashed
        return fuse.left <= 0

    def take(self, d: int, s: int) -> None:
        """The person on a device says that another store than before is the right one."""
        self._step("take", d, s)
        book, place = self._at(d).book, self.places[s]
        if place.kind == "server":
            serving.join(book, place.url)
        else:
            joining.join(book, asked, place.url_for(d))

    def look(self, d: int, s: int) -> None:
        """The next sync reads all of a store before it believes it, as one does every week: an altered byte of a plain
        file is seen by whoever reads it, not before."""
        self._step("look", d, s)
        device = self._at(d)
        name = parse(self.places[s].url_for(d)).name
        with device.book.store.writing() as db:
            local.doubt(db, name)
        if any(one.name == name for one in local.memories(device.book.db)):  # else it does not know what to doubt
            self.places[s].looking.add(d)

    def excused(self, place: Place, problem: SyncIncomplete) -> bool:
        """Whether a sync may fail like this."""
        if (self.counts.get("swap") or self.counts.get("store")) and foreign(str(problem)):
            return True
        return place.hurt and "damaged" in str(problem)

    def _still_hurt(self, place: Place, d: int, result: Any) -> bool:
        """Whether the store was hurt before this complete sync; from here on it is not, where all of it was read or
        made anew. In a folder only the writer of a damaged file puts it in order."""
        hurt = place.hurt
        mended = any("damaged" in one and LATER not in one for one in result.notes)
        whole = d in place.looking or result.created or mended
        place.looking.discard(d)
        if whole and place.kind not in ("folder", "cloud"):
            place.hurt = False
        return hurt

    def _meet(self, d: int, s: int) -> tuple[Device, Place, dict[str, str]]:
        device, place = self._at(d), self.places[s % len(self.places)]
        before = device.live()
        self._learn_erasures(device, before)
        # Whatever comes of it, either may now hold what the other one held.
        place.may |= device.may
        device.may |= place.may
        return device, place, before

    def _let_go(self) -> None:
        """What a process that ends does: its connections are gone."""
        for one in self._opened:
            with suppress(Exception):
                connection = one._state.conn
                one._state.reset()
                if connection is not None:
                    connection.close()
        self._opened.clear()
        for device in self.devices:
            device.open()

    # What must be at any time

    def _record(
        self, d: int, kind: str, row: str, values: dict[str, Any], token: str | None, own: bool = False
    ) -> None:
        device = self._at(d)
        began = read.get(device.book.db, row)
        before = device.live()
        device.book.write([log.Draft(kind, row, values, own=own)])
        after = device.live()
        new = after.keys() - before.keys()
        if before.keys() - after.keys() or len(new) != 1:
            raise Violation(f"device {d} wrote a {kind} and has {len(new)} more changes")
        uid = new.pop()
        self._learn(device, uid)
        self.seen[uid] = frozenset(after.keys() & self.erasures)
        if token:
            self.tokens[uid] = token
        if own:
            device.private.add(uid)
        else:
            device.must.add(uid)
            device.may.add(uid)
        self._author_sees(device, row, values, began)

    def _author_sees(self, device: Device, row: str, values: dict[str, Any], began: Any) -> None:
        found = device.book.entry(row)
        for name, value in values.items():
            held = {"removed": found.removed, "pupil": found.pupil, "at": clock.to_text(found.when)}
            if held.get(name, found[name]) != value if name in held else found[name] != value:
                raise Violation(f"device {device.number} wrote {name} = {value!r} and is shown {found[name]!r}")
            if name in (found.conflict or {}):
                raise Violation(f"device {device.number} wrote {name} in sight of all values and is asked again")
        if began is not None and (found.by, found.recorded_at) != (began.by, began.recorded_at):
            raise Violation(f"an edit by device {device.number} changed who began the record, or when")
        if found.order <= 0 or (began is not None and found.revisions != began.revisions + 1):
            raise Violation(f"an edit by device {device.number} is not counted")

    def _learn(self, device: Device, uid: str) -> None:
        names = list(log.Change._meta.sorted_field_names)
        sql = f"SELECT {', '.join(names)} FROM change WHERE uid = ?"
        row = dict(zip(names, device.book.db.execute_sql(sql, (uid,)).fetchone(), strict=True))
        self.known[uid] = {name: value for name, value in row.items() if name not in STAYS}

    def _take_back(self, d: int, deed: Callable[[Book], Any]) -> None:
        device = self._at(d)
        before = device.live()
        try:
            deed(device.book)
        except LsaError:
            return  # nothing left, or another person's
        after = device.live()
        gone, back = before.keys() - after.keys(), after.keys() - before.keys()
        for held in (device.must, device.may):
            held -= gone
            held |= {uid for uid in back if after[uid] != log.OWN}
        device.private -= gone
        device.private |= {uid for uid in back if after[uid] == log.OWN}

    def _erasing(self, d: int, deed: Callable[[Book], Any]) -> None:
        device = self._at(d)
        before = device.live()
        deed(device.book)
        after = device.live()
        if before.keys() - after.keys():
            raise Violation(f"an erasure on device {d} took whole changes away")
        self._learn_erasures(device, after)

    def _learn_erasures(self, device: Device, after: dict[str, str]) -> None:
        """An erasure that carries on another one is made by the program itself, at a sync."""
        own = log.own_chains(device.book.db)
        for uid in after.keys() - self.known.keys():
            if after[uid] in own:
                self._learn(device, uid)
                if self.known[uid]["op"] == log.REDACT:
                    self.erasures.add(uid)
                    device.must.add(uid)
                    device.may.add(uid)

    def _still_here(self, device: Device, place: Place, before: dict[str, str]) -> dict[str, str]:
        after = device.live()
        self._learn_erasures(device, after)
        place.may |= device.may
        gone = (before.keys() | device.must | device.private) - after.keys()
        if gone:
            raise Violation(f"a sync took {len(gone)} of {len(before)} changes away from device {device.number}")
        return after

    def _within(self, device: Device, after: dict[str, str]) -> None:
        lacking = device.must - after.keys()
        if lacking:
            raise Violation(f"device {device.number} lacks {len(lacking)} changes that it or the store held")
        more = {uid for uid, dev in after.items() if dev != log.OWN} - device.may
        if more:
            raise Violation(
                f"device {device.number} has {len(more)} changes that were taken back, or that nobody wrote"
            )

    def _notes(self, d: int) -> list[str]:
        return sorted(one.id for one in read.of_kind(self._at(d).book.db, "note") if not one.own)

    def _token(self, d: int) -> str:
        return f"said {len(self.known)} by {d} word{self._chance.getrandbits(64):016x}"
