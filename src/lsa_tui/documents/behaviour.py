"""Behaviour in figures: each with its method and the observed time, and never two methods in one line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from lsa_tui.clock import from_text
from lsa_tui.documents.day import View
from lsa_tui.documents.document import Item
from lsa_tui.measures import spans
from lsa_tui.measures.counts import PRAISE_METHOD, Rate, praise_ratio, rate
from lsa_tui.measures.durations import Bout, durations
from lsa_tui.measures.figures import duration_text, percent_text
from lsa_tui.records.kinds import Entry

COUNTED, TIMED = "count", "duration"


def counts(view: View) -> list[Item]:
    """How often, by behaviour; a tile that was not pressed is a count of none, which is a figure too."""
    watched = view.observed()
    marks = _counted(view.of("tally"), watched)
    shown = _shown(view, COUNTED, marks, _bouts(view.of("bout")))
    items = [_count(one, marks.get(one.id, NONE), watched) for one in shown if watched or one.id in marks]
    return _in_one_line(sorted(items, key=lambda item: not item.data["count"]), "count", spans.total(watched))


def timed(view: View) -> list[Item]:
    """How long, by behaviour."""
    watched = view.observed()
    bouts = _bouts(view.of("bout"))
    shown = _shown(view, TIMED, bouts, {str(one["behaviour"]) for one in view.of("tally")})
    items = [_duration(view, one, bouts.get(one.id, []), watched) for one in shown if watched or one.id in bouts]
    return _in_one_line(sorted(items, key=lambda item: not item.data["bouts"]), "bouts", spans.total(watched))


def praise(view: View) -> list[Item]:
    """The LSA's own marks, with the time that was observed of any pupil, because they carry none; and their ratio."""
    watched = view.day.watched_anybody
    marks = _counted(view.of("tally"), watched)
    bouts = _bouts(view.of("bout"))
    mine = [one for one in view.of("behaviour") if one["private"] or one["counts_as"]]
    counted = {kind: [one for one in mine if one["counts_as"] == kind] for kind in ("praise", "reminder", None)}
    return [
        *_ratio(counted["praise"], counted["reminder"], marks, watched),
        *(_count(one, marks[one.id], watched) for one in counted[None] if one.id in marks),
        *(_duration(view, one, bouts[one.id], watched) for one in mine if one.id in bouts),
    ]


def _ratio(
    praised: list[Entry], reminded: list[Entry], marks: Mapping[str, Marks], stretches: list[spans.Span]
) -> list[Item]:
    if not praised and not reminded:
        return []
    watched = spans.total(stretches)
    praise, reminder = (_sum(marks.get(one.id, NONE) for one in ones) for ones in (praised, reminded))
    praises, reminders = praise.all, reminder.all
    ratio = praise_ratio(praises, reminders)
    rates = (praise.rate(watched), reminder.rate(watched))
    return [
        Item(
            text=f"{PRAISE_METHOD} {ratio} (your own; it stays on this device)",
            lines=(
                f"praise: {praise.text(watched)}",
                f"reminder: {reminder.text(watched)}",
            ),
            brief=f"{PRAISE_METHOD} {ratio} ({praises} and {reminders})" if praises or reminders else "",
            data={
                "method": PRAISE_METHOD,
                "ratio": ratio,
                "praise": praises,
                "reminder": reminders,
                "observed_minutes": watched / timedelta(minutes=1),
                "praise_per_hour": rates[0].per_hour,
                "reminder_per_hour": rates[1].per_hour,
            },
        )
    ]


def _shown(view: View, measure: str, recorded: Collection[str], otherwise: Collection[str]) -> list[Entry]:
    """What was recorded by this measure, whatever its tile is now, and the pupil's other tiles of it.

    Not a tile that was recorded by the other measure alone (`otherwise`): it was changed since, and nobody looked for
    it like this. Nor those that count as praise or reminder, private or not: they are what the LSA did.
    """
    return [
        one
        for one in view.of("behaviour")
        if not one["private"]
        and not one["counts_as"]
        and (
            one.id in recorded
            or ((one["measure"] or COUNTED) == measure and one["key"] and not one.removed and one.id not in otherwise)
        )
    ]


class Marks(NamedTuple):
    """Marks of one behaviour: all of the day, and those inside the observed time, which alone make its rate."""

    all: int
    watched: int

    def rate(self, observed: timedelta) -> Rate:
        """Of those in the observed time; of all where nothing was observed, which then has no rate."""
        return rate(self.watched if observed else self.all, observed)

    def text(self, observed: timedelta) -> str:
        """The figure with its method, and what lies outside."""
        outside = self.all - self.watched if observed else 0
        more = f"; {outside} more outside it" if outside else ""
        return f"{self.rate(observed).text()}, {Rate.method}{more}"


NONE = Marks(0, 0)


def _sum(marks: Iterable[Marks]) -> Marks:
    found = list(marks)
    return Marks(sum(one.all for one in found), sum(one.watched for one in found))


def _counted(tallies: Iterable[Entry], watched: Sequence[spans.Span]) -> dict[str, Marks]:
    found: dict[str, Marks] = {}
    for one in tallies:
        if one["behaviour"]:
            count = one["count"] or 1
            # The stretches are in UTC and the time has an offset of its own, so comparing is enough, and quick.
            seen = count if any(start <= one.when < end for start, end in watched) else 0
            found[one["behaviour"]] = _sum([found.get(one["behaviour"], NONE), Marks(count, seen)])
    return found


def _bouts(entries: Iterable[Entry]) -> dict[str, list[Bout]]:
    found: dict[str, list[Bout]] = {}
    for one in entries:
        until = from_text(one["until"]) if one["until"] else None
        found.setdefault(str(one["behaviour"]), []).append(Bout(one.when, until))
    return found


def _count(behaviour: Entry, marks: Marks, stretches: list[spans.Span]) -> Item:
    watched = spans.total(stretches)
    figure = marks.rate(watched)
    text = f"{behaviour['label']}: {marks.text(watched)}"
    return Item(
        text=text,
        brief=text if marks.all else "",
        data={
            "behaviour": behaviour["label"],
            "direction": behaviour["direction"],
            "method": figure.method,
            "count": marks.all,
            "count_observed": marks.watched,
            "observed_minutes": watched / timedelta(minutes=1),
            "per_hour": figure.per_hour,
        },
    )


def _in_one_line(items: list[Item], number: str, watched: timedelta) -> list[Item]:
    """One brief line for all figures of one method, because they share the observed time as well."""
    seen = [item for item in items if item.data[number]]
    if not seen or not watched:
        return items
    first = seen[0].data["method"]
    figures = ", ".join(f"{item.data['behaviour']} {_figure(item.data, watched)}" for item in seen)
    brief = f"{first} in {duration_text(watched)}: {figures}"
    return [replace(item, brief=brief if item is seen[0] else "") for item in items]


def _figure(data: Mapping[str, Any], watched: timedelta) -> str:
    """The figure without the observed time, which stands once before all of them."""
    if data["method"] == Rate.method:
        return rate(data["count_observed"], watched).text().replace(f" in {duration_text(watched)} ", " ")
    if data["minutes"] is None:
        return "unpaired: no total"
    total = duration_text(timedelta(minutes=data["minutes"]))
    return f"{total} so far" if data["open"] else f"{total} ({percent_text(data['percent_of_session'])})"


def _duration(view: View, behaviour: Entry, bouts: list[Bout], stretches: list[spans.Span]) -> Item:
    watched = spans.total(stretches)
    figure = durations(bouts, view.day.window, view.day.now, watched, stretches or None)
    more = f"; {figure.outside} more outside it" if figure.outside else ""
    text = f"{behaviour['label']}: {figure.text()}, {figure.method}{more}"
    return Item(
        text=text,
        brief=text if bouts else "",
        data={
            "behaviour": behaviour["label"],
            "direction": behaviour["direction"],
            "method": figure.method,
            "bouts": figure.number,
            "bouts_outside": figure.outside,
            "mean_minutes": None if figure.mean is None else figure.mean / timedelta(minutes=1),
            "sd_minutes": None if figure.sd is None else figure.sd / timedelta(minutes=1),
            "minutes": None if figure.total is None else figure.total / timedelta(minutes=1),
            "open": figure.open,
            "unpaired": figure.unpaired,
            "percent_of_session": figure.percent_of_session,
            "observed_minutes": watched / timedelta(minutes=1),
        },
    )
