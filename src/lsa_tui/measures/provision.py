"""What the plan promised and what the pupil got: delivered of planned minutes, each miss with its reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from lsa_tui.measures.figures import half_up


@dataclass(frozen=True, slots=True)
class SlotMinutes:
    """One slot of the plan and what became of it.

    planned, delivered: minutes, 0 or more (delivered outside the plan: planned 0).
    reason: why it was missed or cut short, where somebody said so.
    provision: the provision's code, None for a slot that belongs to none.
    by_whom, group: as the provision has them, "" where it does not say.
    cancelled: taken out of the plan, so not planned.
    ended: False while its time is not over: planned, but not a miss for having nothing delivered yet.
    Raises ValueError for negative minutes.
    """

    planned: float
    delivered: float
    reason: str | None = None
    provision: str | None = None
    by_whom: str = ""
    group: str = ""
    cancelled: bool = False
    ended: bool = True

    def __post_init__(self) -> None:
        if not (self.planned >= 0 and self.delivered >= 0):
            raise ValueError(f"minutes cannot be negative: {self.delivered} of {self.planned}")

    @property
    def promised(self) -> float:
        """Planned minutes that count: none for a cancelled slot."""
        return 0 if self.cancelled else self.planned

    @property
    def missing(self) -> float:
        """Minutes planned and not delivered, 0 or more."""
        return max(0, self.promised - self.delivered)

    @property
    def is_miss(self) -> bool:
        """Minutes are missing, and either a reason was given or the slot is over and nothing was delivered.

        A lesson that ended two minutes early without a word is no miss; its minutes show in the totals.
        """
        return self.missing > 0 and (self.reason is not None or (self.ended and not self.delivered))


@dataclass(frozen=True, slots=True)
class Miss:
    """The slots missed or cut short for one reason (None: not given): how many, and the minutes missing."""

    reason: str | None
    slots: int
    minutes: float

    def text(self) -> str:
        """The reason with the minutes: "LSA absent 30 min", "event 45 min (3 slots)"."""
        several = f" ({self.slots} slots)" if self.slots > 1 else ""
        return f"{self.reason or 'no reason given'} {half_up(self.minutes)} min{several}"


@dataclass(frozen=True, slots=True)
class ProvisionMinutes:
    """One provision over the given slots: minutes `delivered` and `planned`, and the misses by reason.

    `delivered` may be above `planned`; minutes over in one slot do not make up for a miss in another.
    """

    method: ClassVar[str] = "delivered / planned"

    provision: str | None
    by_whom: str
    group: str
    delivered: float
    planned: float
    misses: tuple[Miss, ...]

    def text(self) -> str:
        """Whole minutes: "45 of 75 min; missed: LSA absent 30 min (2 slots)", "10 min, none planned"."""
        if not self.planned:
            return f"{half_up(self.delivered)} min, none planned"
        minutes = f"{half_up(self.delivered)} of {half_up(self.planned)} min"
        if not self.misses:
            return minutes
        return f"{minutes}; missed: {', '.join(miss.text() for miss in self.misses)}"


def delivered_of_planned(slots: Iterable[SlotMinutes]) -> list[ProvisionMinutes]:
    """Delivered and planned minutes for each provision, by whom and group, in the order they first come.

    For any set of slots: a day, a week, a term. Cancelled slots are not planned, and stand for nothing at all
    unless something was delivered; a holiday has no slots and so adds no planned minutes. Slots without a
    provision make a row of their own (`provision` None). No slots: no rows.
    Source: the plan itself (EHCP section F: what provision, how often, by whom); plain sums.
    """
    groups: dict[tuple[str | None, str, str], list[SlotMinutes]] = {}
    for slot in slots:
        if slot.promised or slot.delivered:
            groups.setdefault((slot.provision, slot.by_whom, slot.group), []).append(slot)
    return [_row(*key, members) for key, members in groups.items()]


def _row(provision: str | None, by_whom: str, group: str, slots: Sequence[SlotMinutes]) -> ProvisionMinutes:
    return ProvisionMinutes(
        provision=provision,
        by_whom=by_whom,
        group=group,
        delivered=sum(slot.delivered for slot in slots),
        planned=sum(slot.promised for slot in slots),
        misses=_misses(slots),
    )


def _misses(slots: Sequence[SlotMinutes]) -> tuple[Miss, ...]:
    by_reason: dict[str | None, list[float]] = {}
    for slot in slots:
        if slot.is_miss:
            by_reason.setdefault(slot.reason, []).append(slot.missing)
    return tuple(Miss(reason, len(minutes), sum(minutes)) for reason, minutes in by_reason.items())
