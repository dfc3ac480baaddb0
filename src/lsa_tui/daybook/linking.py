"""Making a whole log of several databases that each hold a part of it: the damaged one, copies, what was kept.

A change is believed where its hashes say that it is what was written, and where it continues its chain. What lies
behind a gap that nobody can fill becomes a chain of its own, as the branch of a copied home does, and is not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lsa_tui.clock import from_text
from lsa_tui.daybook import gaps
from lsa_tui.daybook.salvage import Remains
from lsa_tui.records import branches, erasures, log

_ENDLESS = 1 << 62


@dataclass
class Linked:
    """What came of it: how many changes stand in the new log, and how many lie behind a gap."""

    changes: int = 0
    behind: int = 0
    unsure: int = 0
    """Changes right behind a gap of which nothing says that they are as they were written."""
    lost: list[str] = field(default_factory=list)
    """How many changes of which chain can be read nowhere, and when and by whom those around them were written."""


class Linking:
    """Fills the log of `db`, which is new, from `sources`: the first that has a change decides what it is.

    `current`: the home's own database (and the file before it, where that still waits to be put together), which
    knows best where its chains end. `sealed`: whether the pages of the sources carry their own seals (an encrypted
    home), so that what is read was written so.
    """

    def __init__(self, db: Any, sources: Sequence[Remains], *, current: Sequence[Remains], sealed: bool) -> None:
        self.db, self.sources, self.sealed = db, sources, sealed
        self.done = Linked()
        self.meta: dict[str, str] = {}
        for source in reversed(sources):
            self.meta |= source.meta()
        self._named = erasures.Named([one for source in sources for one in source.erasures()])
        self._undone = self._taken_back()
        self._before: set[str] = set()
        self._current = [(one, one.heads()) for one in current if one.heads()]

    @property
    def devices(self) -> list[str]:
        """Every chain of which a source may hold anything. Branches come last: they may lie elsewhere in a source."""
        found = {dev for source in self.sources for dev in source.devices()}
        return sorted(found, key=lambda dev: (dev.startswith(branches.PREFIX), dev))

    def link(self) -> None:
        """Every chain from its beginning, as far as the sources together have it."""
        for dev in self.devices:
            self._link(dev, self._end(dev))

    def behind_gaps(self, take: bool) -> None:
        """What lies behind a gap: taken as a chain of its own, or (without `take`) only counted."""
        self.done.behind, self.done.unsure, self.done.lost = 0, 0, []
        self._before = {uid for (uid,) in self.db.execute_sql("SELECT uid FROM change")}
        for dev in self.devices:
            end, (seq, _) = self._end(dev), _head(self.db, dev)
            found = 0
            for source in self.sources:
                at = seq
                while at < end and (first := source.later(dev, at)) is not None and first <= end:
                    run, at = self._whole_run(source, dev, first, end)
                    found += self._put_behind(dev, run, take)
            self.done.behind += found
            last = min(end, max(source.reached(dev) for source in self.sources))
            lost = last - seq - found - self._elsewhere(dev, seq, last)
            if lost > 0:
                written = gaps.says(self._around(dev, seq, last), seq, last)
                self.done.lost.append(f"{lost} of {_whose(dev)}{written}")

    # One chain

    def _link(self, dev: str, end: int) -> None:
        seq, link = _head(self.db, dev)
        while seq < end:
            for source in self.sources:
                found = self._good(source.run(dev, seq), seq, link, end)
                found = self._not_replaced(source, dev, found)
                if found:
                    break
            else:
                return
            new = self._not_held(found)
            if not new and not seq and dev.startswith(branches.PREFIX):
                # It lies where it was before it became a chain of its own.
                branches.move(self.db, *_place(self.db, found[0]["uid"]))
                self._link(dev, end)
                return
            if new:
                log.insert_changes(self.db, new)
                seq, link = new[-1]["seq"], new[-1]["chain"]
                log.set_head(self.db, dev, seq, link)
                self.done.changes += len(new)
            if len(new) < len(found):
                return

    def _good(self, run: list[dict[str, Any]], seq: int, link: str, end: int) -> list[dict[str, Any]]:
        broken = log.first_broken(run, seq, link, self._named.has)
        run = [one for one in (run if broken is None else run[:broken]) if one["seq"] <= end]
        cut = next((place for place, one in enumerate(run) if one["uid"] in self._undone), len(run))
        return run[:cut]

    def _not_replaced(self, source: Remains, dev: str, run: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Its beginning up to the first change in whose place the home's own database has another one: what a copy
        still holds there was taken back after it was made."""
        own = [one for one, _ in self._current]
        if not run or source in own:
            return run
        now = {row["seq"]: row for one in own for row in one.among(dev, run[0]["seq"], run[-1]["seq"])}
        for place, change in enumerate(run):
            other = now.get(change["seq"])
            if other is not None and other["uid"] != change["uid"] and other["chain"] != change["chain"]:
                return run[:place]
        return run

    def _not_held(self, run: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Its beginning up to the first change that stands in the new log already."""
        held = self._held([one["uid"] for one in run])
        return list(run[: next((place for place, one in enumerate(run) if one["uid"] in held), len(run))])

    def _held(self, uids: Sequence[str]) -> set[str]:
        marks = ",".join("?" * len(uids))
        return {uid for (uid,) in self.db.execute_sql(f"SELECT uid FROM change WHERE uid IN ({marks})", uids)}

    def _end(self, dev: str) -> int:
        """Where a chain ends: a copy may still hold what was taken back after it was made."""
        ends = []
        for one, heads in self._current:
            last = one.last(dev)
            if dev in heads:
                ends.append(max(heads[dev][0], last))
            elif last and dev in (log.OWN, one.meta().get("device")):
                ends.append(last)
        return max(ends, default=_ENDLESS)

    def _taken_back(self) -> set[str]:
        """What was undone, as the first source says that knows of it."""
        found = set()
        undone = [source.undone() for source in self.sources]
        for uid in set().union(*undone):
            here = next((n for n, source in enumerate(self.sources) if source.has(uid)), None)
            if here is not None and uid in undone[here]:
                found.add(uid)
        return found

    # Behind a gap

    def _whole_run(self, source: Remains, dev: str, first: int, end: int) -> tuple[list[dict[str, Any]], int]:
        """The changes from `first` on that hang together, and the number of the last that was looked at."""
        start = source.run(dev, first - 1, 1)
        if not start:
            return [], first
        run = start if self._is_sure(source, start[0], end) else []
        self.done.unsure += not run and not self._held([start[0]["uid"]])
        seq, link = first, start[0]["chain"]
        while page := source.run(dev, seq):
            good = self._good(page, seq, str(link), end)
            run += good
            seq, link = (good[-1]["seq"], good[-1]["chain"]) if good else (seq, link)
            if len(good) < len(page):
                break
        return run, seq

    def _is_sure(self, source: Remains, change: dict[str, Any], end: int) -> bool:
        """Whether a change right behind a gap is what was written. Of a sealed page that goes without saying, unless
        the change before it says otherwise."""
        dev, before = change["dev"], change["seq"] - 1
        links = [row["chain"] for one in self.sources for row in one.run(dev, before - 1, 1)]
        links += [link for one in self.sources for seq, link in [one.heads().get(dev, (0, ""))] if seq == before]
        if any(self._good([change], before, str(link), end) for link in links):
            return True
        if source.run(dev, before - 1, 1):
            return False
        try:
            own = log.body_hash(change["salt"], change["body"]) == change["body_hash"] if change["body"] else False
        except TypeError:
            own = False
        return self.sealed and (own or self._named.has(change)) and change["uid"] not in self._undone

    def _put_behind(self, dev: str, run: Sequence[dict[str, Any]], take: bool) -> int:
        """Takes changes that stand nowhere in the new log; returns how many there are."""
        held = self._held([one["uid"] for one in run])
        new = [one for one in run if one["uid"] not in held]
        if not take or not new:
            return len(new)
        if dev in log.STAYING:
            seq, link = _head(self.db, dev)
            for one in new:
                seq += 1
                one["seq"] = seq
                one["chain"] = link = log.chain_hash(link, one)
        else:
            new = branches.renamed(new)
        log.insert_changes(self.db, new)
        log.set_head(self.db, new[-1]["dev"], new[-1]["seq"], new[-1]["chain"])
        self.done.changes += len(new)
        return len(new)

    def _elsewhere(self, dev: str, seq: int, last: int) -> int:
        """How many of the changes behind `seq` stood in the new log before, under the name of another chain."""
        before = self._before
        pages = self._pages(dev, seq, last)
        return len({one["uid"] for page in pages for one in page if one["uid"] in before})

    def _around(self, dev: str, seq: int, last: int) -> dict[int, gaps.Written]:
        """Of the changes from `seq` on that stand in the new log, under whatever name, when and by whom each was
        written. What the log says counts: a damaged page may say anything."""
        first = self.db.execute_sql("SELECT uid FROM change WHERE dev = ? AND seq = ?", (dev, seq)).fetchone()
        numbers = {first[0]: seq} if first else {}
        for page in self._pages(dev, seq, last):
            numbers |= {one["uid"]: one["seq"] for one in page}
        found: dict[int, gaps.Written] = {}
        for uid, number in numbers.items():
            row = self.db.execute_sql("SELECT wall, actor FROM change WHERE uid = ?", (uid,)).fetchone()
            with suppress(ValueError):  # no time of this program's: a repair does not fail for what it can only tell
                if row:
                    found[number] = gaps.Written(from_text(row[0]), row[1])
        return found

    def _pages(self, dev: str, seq: int, last: int) -> Iterator[list[dict[str, Any]]]:
        """What the sources hold of a chain behind `seq`, whether it is believed or not."""
        for source in self.sources:
            at: int | None = seq
            while at is not None and at < last:
                page = [one for one in source.run(dev, at) if one["seq"] <= last]
                yield page
                at = page[-1]["seq"] if page else source.later(dev, at)
                at = at - 1 if at is not None and not page else at


def _head(db: Any, dev: str) -> tuple[int, str]:
    row = db.execute_sql("SELECT seq, chain FROM head WHERE dev = ?", (dev,)).fetchone()
    return (row[0], row[1]) if row else (0, log.GENESIS)


def _place(db: Any, uid: str) -> tuple[str, int]:
    row = db.execute_sql("SELECT dev, seq FROM change WHERE uid = ?", (uid,)).fetchone()
    return row[0], row[1]


def _whose(dev: str) -> str:
    return {log.OWN: "your private marks", log.AUDIT: "the audit"}.get(dev, f"device {dev}")
