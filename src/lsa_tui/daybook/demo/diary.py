"""Where `lsa demo` writes its made-up entries down before they go into the log together."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from lsa_tui import clock
from lsa_tui.records import ids
from lsa_tui.records.log import Draft
from lsa_tui.records.vocabulary import KINDS

Card = TypeVar("Card")

TEACHER = "LP"
SENCO = "RH"


@dataclass(frozen=True, slots=True)
class Page:
    """An entry to be: when it was recorded, by whom, and what."""

    recorded: datetime
    by: str
    draft: Draft


class Diary:
    """Made-up entries, checked as the daybook checks them. The same seed and the same calls give the same ids."""

    def __init__(self, seed: int, zone: ZoneInfo, lsa: str) -> None:
        self.rng = random.Random(seed)
        self.zone = zone
        self.lsa = lsa
        self.pages: list[Page] = []
        self.answers: list[str] = []
        self._seed = str(seed)
        self._decks: dict[str, list[Any]] = {}

    def text(self, at: datetime) -> str:
        """A moment as it is stored."""
        return clock.to_text(at.astimezone(self.zone))

    def put(
        self,
        kind_name: str,
        values: Mapping[str, Any],
        recorded: datetime,
        *,
        pupil: str | None,
        by: str | None = None,
        own: bool = False,
    ) -> str:
        """Writes an entry down and returns its id. Raises BadInput where a field is wrong."""
        kind = KINDS[kind_name]
        moments = {name: self.text(value) for name, value in values.items() if isinstance(value, datetime)}
        fields = {name: value for name, value in kind.complete({**values, **moments}).items() if value is not None}
        if kind.key:
            uid = ids.natural_id(kind.name, pupil or "", *(str(fields[name]) for name in kind.key if name in fields))
        else:
            uid = ids.natural_id("demo", self._seed, str(len(self.pages)))
        if pupil is not None:
            fields["pupil"] = pupil
        self._add(Draft(kind.name, uid, fields, own, {"recorded_at": self.text(recorded)}), recorded, by)
        return uid

    def revise(self, kind: str, uid: str, values: Mapping[str, Any], recorded: datetime) -> None:
        """Sets fields of an entry that was written down before."""
        self._add(Draft(kind, uid, KINDS[kind].check(values)), recorded, None)

    def _add(self, draft: Draft, recorded: datetime, by: str | None) -> None:
        self.pages.append(Page(recorded, by or self.lsa, draft))

    def deal(self, deck: str, cards: Sequence[Card]) -> Card:
        """One of `cards`; none comes again before all have been dealt."""
        left = self._decks.setdefault(deck, [])
        if not left:
            left.extend(self.rng.sample(cards, len(cards)))
        card: Card = left.pop()
        return card

    def chance(self, share: float) -> bool:
        """True in that share of the cases (0-1)."""
        return self.rng.random() < share

    def in_order(self) -> list[Page]:
        """All pages in the order in which they were recorded."""
        return sorted(self.pages, key=lambda page: page.recorded)
