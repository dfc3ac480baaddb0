"""Reading the chains of a log from their beginnings: how far each is what its hashes say, and where its head is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lsa_tui.records import erasures, log

PAGE = 2000
"""Changes looked at together."""


@dataclass(frozen=True)
class Chain:
    """One chain as it is: `seq`, `link`: its last change that is whole, and the hash there; `bad`: the number of a
    change that is damaged; `head`: what the head says; `rows`: whether it has any changes at all."""

    dev: str
    seq: int
    link: str
    bad: int | None
    head: tuple[int, str] | None

    @property
    def broken(self) -> int | None:
        """The number of the first change that is damaged or missing; None where all are there."""
        if self.bad is not None:
            return self.bad
        return self.seq + 1 if self.head is not None and self.head[0] > self.seq else None

    @property
    def head_is_off(self) -> bool:
        """Whether the changes are whole and the head does not say where they end."""
        return self.broken is None and self.seq > 0 and self.head != (self.seq, self.link)

    @property
    def whose(self) -> str:
        """Of what it is the chain, in words."""
        return {log.OWN: "your private marks", log.AUDIT: "the audit"}.get(self.dev, f"device {self.dev}")


def read(db: Any) -> list[Chain]:
    """Every chain of a log. Raises what the database raises where it cannot be read."""
    heads = {dev: (seq, link) for dev, seq, link in db.execute_sql("SELECT dev, seq, chain FROM head").fetchall()}
    erased = erasures.named_here(db).has
    return [_read(db, dev, heads.get(dev), erased) for dev in sorted({*heads, *devices(db)})]


def devices(db: Any) -> Iterator[str]:
    """The names of all chains that have changes."""
    last = ""
    while True:  # one look into the index for each, instead of reading all changes
        row = db.execute_sql("SELECT min(dev) FROM change WHERE dev > ?", (last,)).fetchone()
        if row is None or row[0] is None:
            return
        last = str(row[0])
        yield last


def _read(db: Any, dev: str, head: tuple[int, str] | None, erased: Callable[[Mapping[str, Any]], bool]) -> Chain:
    seq, link = 0, log.GENESIS
    while page := log.changes_after(db, dev, seq, 1 << 62, PAGE):
        bad = log.first_broken(page, seq, link, erased)
        good = page if bad is None else page[:bad]
        if good:
            seq, link = good[-1]["seq"], good[-1]["chain"]
        if bad is not None:
            return Chain(dev, seq, link, seq + 1, head)
    return Chain(dev, seq, link, None, head)
