"""What the plan promised and what the pupil got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lsa_tui.clock import from_text
from lsa_tui.daybook import sessions
from lsa_tui.documents.day import View, at, is_over, minutes, span_of
from lsa_tui.documents.document import Item
from lsa_tui.measures import spans
from lsa_tui.measures.figures import half_up
from lsa_tui.measures.provision import ProvisionMinutes, SlotMinutes, delivered_of_planned
from lsa_tui.records.kinds import Entry

NOTHING = "nothing recorded"


class _Line:
    """One slot, or a session outside the plan: its minutes, and how it reads."""

    def __init__(self, slot: Entry | None, held: Sequence[Entry], provision: Entry | None, now: datetime) -> None:
        given = [one for one in held if one["status"] != "missed"]
        delivered = minutes(spans.union(span_of(one, slot, now) for one in given))
        if delivered >= 1:
            # In whole minutes from here on, so that what is printed adds up.
            delivered = half_up(delivered)
        over = slot is None or is_over(slot, now)
        cancelled = bool(slot and slot["cancelled"])
        reason = next((one["missed_reason"] or "no reason given" for one in held if one["status"] == "missed"), None)
        if reason is None and not held and over:
            reason = NOTHING
        self.running = any(sessions.is_running(one) for one in given)
        self.title = str(slot["title"]) if slot else "Session outside the plan"
        self.time = at(slot or held[0])
        self.to_come = not held and not over
        self.adapted = [one["adapted"] for one in held if one["adapted"]]
        self.assumed = any(one["assumed"] for one in given)
        group = provision["group_size"] if provision else None
        self.minutes = SlotMinutes(
            planned=minutes([(slot.when, from_text(slot["ends"]))]) if slot else 0,
            delivered=delivered,
            reason=reason,
            provision=str(slot["provision"]) if slot and slot["provision"] else None,
            by_whom=str((provision and provision["by_whom"]) or ""),
            group=f"group of {group}" if group and group > 1 else "1:1" if group == 1 else "",
            cancelled=cancelled,
            ended=over,
        )

    def text(self) -> str:
        held = self.minutes
        figure = f"{half_up(held.delivered)} of {half_up(held.promised)} min"
        if not held.promised:
            figure = f"{half_up(held.delivered)} min, none planned"
        facts = [
            "cancelled" if held.cancelled and not held.delivered else "to come" if self.to_come else figure,
            f"missed: {held.reason}" if held.is_miss and held.reason not in (None, NOTHING) else "",
            NOTHING if held.is_miss and held.reason == NOTHING else "",
            "running" if self.running else "",
            "start assumed" if self.assumed else "",
            *(f"adapted: {one}" for one in self.adapted),
        ]
        return f"{self.time} {self.title}: " + "; ".join(fact for fact in facts if fact)


def provided(view: View) -> list[Item]:
    """Delivered of planned minutes: altogether, then by provision with its slots."""
    known = {str(one["code"]).casefold(): one for one in view.of("provision")}
    lines = _lines(view, known)
    rows = delivered_of_planned(line.minutes for line in lines)
    items = [_provision(row, known, lines) for row in rows]
    cancelled = [line for line in lines if line.minutes.cancelled and not line.minutes.delivered]
    if cancelled:
        items += [Item(text=line.text(), brief="", data={"cancelled": line.title}) for line in cancelled]
    return [_altogether(lines), *items] if rows else items


def _lines(view: View, known: dict[str, Entry]) -> list[_Line]:
    slots = [one for one in view.of("slot") if not one["all_day"]]
    held = view.of("session")
    planned = {slot.id for slot in slots}
    now = view.day.now
    lines = [
        _Line(
            slot,
            [one for one in held if one["slot"] == slot.id],
            known.get(str(slot["provision"] or "").casefold()),
            now,
        )
        for slot in slots
    ]
    lines += [_Line(None, [one], None, now) for one in held if one["slot"] not in planned and one["status"] != "missed"]
    return sorted(lines, key=lambda line: line.time)


def _altogether(lines: Sequence[_Line]) -> Item:
    row = delivered_of_planned(replace(line.minutes, provision=None, by_whom="", group="") for line in lines)[0]
    return Item(
        text=f"Altogether {_short(row)} ({row.method})",
        brief=f"{_short(row)} ({row.method})",
        data=_figures(row),
    )


def _provision(row: ProvisionMinutes, known: dict[str, Entry], lines: Sequence[_Line]) -> Item:
    entry = known.get((row.provision or "").casefold())
    wording = f"{row.provision} {entry['text'] if entry else ''}".rstrip() if row.provision else "Other lessons"
    outcome = f" (outcome {entry['outcome']})" if entry and entry["outcome"] else ""
    how = ", ".join(part for part in (f"by {row.by_whom}" if row.by_whom else "", row.group) if part)
    mine = [line for line in lines if line.minutes.provision == row.provision and not line.minutes.cancelled]
    return Item(
        text=f"{wording}{outcome}{f', {how}' if how else ''}: {row.text()} ({row.method})",
        lines=tuple(line.text() for line in mine),
        brief=f"{row.provision or 'other lessons'} {row.text()}" if row.provision or row.misses else "",
        emphasis=bool(row.provision and row.misses),
        data={**_figures(row), "provision": row.provision, "slots": [_slot(line) for line in mine]},
    )


def _short(row: ProvisionMinutes) -> str:
    return f"{half_up(row.delivered)} of {half_up(row.planned)} min" if row.planned else row.text()


def _slot(line: _Line) -> dict[str, object]:
    held = line.minutes
    return {
        "title": line.title,
        "planned_minutes": held.promised,
        "delivered_minutes": held.delivered,
        "missed": held.reason if held.is_miss else None,
        "adapted": line.adapted,
    }


def _figures(row: ProvisionMinutes) -> dict[str, object]:
    return {
        "method": row.method,
        "delivered_minutes": row.delivered,
        "planned_minutes": row.planned,
        "by_whom": row.by_whom or None,
        "group": row.group or None,
        "missed": [{"reason": one.reason, "slots": one.slots, "minutes": one.minutes} for one in row.misses],
    }
