"""P10: a term of school days on eight devices with wrong clocks, and people who forget to sync: all of it arrives.

A cursor of times would lose what was recorded at 10:00 and arrives after a sync of 15:29; numbers do not.
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lsa_tui import clock, config
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import log
from lsa_tui.sync.run import sync
from proofs import common
from proofs.common import Outcome, workplace
from proofs.places import FILES

TITLE = "a term: 8 devices, wrong clocks, skipped syncs; every record on every device"

DEVICES = 8
A_DAY = 12
"""Records of each device on a school day."""
FORGOTTEN = 0.2
"""How often a day's sync is left out."""
WRONG = (0, 0, 1, -3, 90, -2880, 1440, 60 * 24 * 365 * 9)
"""Minutes by which the clocks of the eight are wrong: one is nine years ahead, one two days behind."""
FIRST = datetime(2026, 9, 7, tzinfo=UTC)


class Term:
    """The eight devices, their store, and what was brought to it."""

    def __init__(self, folder: Path, kind: str, seed: int) -> None:
        self.place, self.chance = FILES[kind](folder, "A"), random.Random(seed)
        self.books: list[Book] = []
        self.wrote: list[set[str]] = [set() for _ in range(DEVICES)]
        self.waiting: list[set[str]] = [set() for _ in range(DEVICES)]
        self.there: set[str] = set()
        self.late = 0
        for n in range(DEVICES):
            paths = Paths(folder / f"device-{n}", folder / f"device-{n}")
            settings = config.load(paths.config)
            settings.values |= {"person.initials": "ABCDEFGH"[n] * 2}
            self.books.append(Book(paths, settings))
            self._now(n, FIRST)
            pupils.add(self.books[n], "K7")

    def _now(self, n: int, moment: datetime) -> None:
        os.environ["LSA_NOW"] = clock.to_text(moment + timedelta(minutes=WRONG[n]))

    def day(self, number: int) -> None:
        """The records of one day, and who syncs at its end."""
        # Weekends leave no trace; that days are far apart matters to a cursor of times.
        morning = FIRST + timedelta(days=number // 5 * 7 + number % 5, hours=9)
        for n, book in enumerate(self.books):
            for lesson in range(A_DAY):
                self._now(n, morning + timedelta(minutes=30 * lesson + n))
                at = clock.to_text(book.now())
                uid = book.record("note", {"at": at, "text": f"day {number}, lesson {lesson} of {n}"}).id
                self.wrote[n].add(uid)
                self.waiting[n].add(uid)
        for n in self.chance.sample(range(DEVICES), DEVICES):
            if self.chance.random() >= FORGOTTEN:
                self.sync(n, morning + timedelta(hours=6, minutes=self.chance.randrange(25, 40)))

    def sync(self, n: int, moment: datetime) -> None:
        """A device's sync; what everybody had brought by then must be on it."""
        self._now(n, moment)
        sync(self.books[n], self.place.url)
        self.there |= self.waiting[n]
        self.waiting[n] = set()
        self.late += len(self.there - self.held(n))

    def held(self, n: int) -> set[str]:
        """The notes on a device."""
        return {uid for (uid,) in self.books[n].db.execute_sql("SELECT uid FROM record WHERE kind = 'note'")}

    def close(self) -> None:
        """Ends it."""
        for book in self.books:
            book.close()


def term(task: tuple[str, int, int]) -> tuple[int, int, list[str]]:
    """So many days (task: kind of store, days, seed): pairs of record and device, those that arrived, violations."""
    kind, days, seed = task
    before = dict(os.environ)
    with workplace() as folder:
        it = Term(folder, kind, seed)
        try:
            for number in range(days):
                it.day(number)
            for _ in range(2):
                for n in range(DEVICES):
                    it.sync(n, FIRST + timedelta(days=days * 2, hours=16))
            every = set().union(*it.wrote)
            arrived = sum(len(every & it.held(n)) for n in range(DEVICES))
            pairs, wrong = len(every) * DEVICES, []
            if arrived != pairs:
                wrong.append(f"{kind}: {pairs - arrived} of {pairs} (record, device) did not arrive")
            if it.late:
                wrong.append(f"{kind}: {it.late} times a record was in the store and a sync did not bring it")
            if any(log.backlog(book.db) for book in it.books):
                wrong.append(f"{kind}: a backlog is left")
            if len({str(log.shareable_heads(book.db)) for book in it.books}) > 1:
                wrong.append(f"{kind}: the devices have different heads")
            return pairs, arrived, wrong
        finally:
            it.close()
            os.environ.clear()
            os.environ.update(before)


def run(full: bool, seed: int) -> Outcome:
    """Five school days; with `full` sixty, over each kind of store."""
    days = 60 if full else 5
    tasks = [(kind, days, seed) for kind in (FILES if full else ("sqlite",))]
    figures, violations = [], []
    for (kind, *_), (pairs, arrived, wrong) in zip(tasks, common.each(term, tasks), strict=True):
        figures.append(f"{kind}: {100 * arrived / pairs:.2f} % of {pairs:,} (record, device)")
        violations += wrong
    return Outcome(f"{days} days x {DEVICES} devices, {'; '.join(figures)}", violations)
