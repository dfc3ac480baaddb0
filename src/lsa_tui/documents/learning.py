"""How the pupil worked on each target and with how much help, and what helped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from lsa_tui.documents.attention import scored
from lsa_tui.documents.day import View, at, day_text
from lsa_tui.documents.document import Item
from lsa_tui.measures.figures import percent_text
from lsa_tui.measures.support import LADDERS, Distribution, Ladder, Outcome, Trial, distribution
from lsa_tui.records.kinds import Entry
from lsa_tui.records.read import Answers


def targets(view: View) -> list[Item]:
    """Each target with responses or notes: today's spread over the levels, the last five days', the notes."""
    answers = view.recent_answers()
    days = [date.fromisoformat(day) for day in sorted({one.day for one in answers})]
    recent: dict[str, list[Answers]] = {}
    for answer in answers:
        recent.setdefault(answer.target.casefold(), []).append(answer)
    notes: dict[str, list[Entry]] = {}
    for note in view.of("note"):
        if note["target"] and not note["own_words"]:
            notes.setdefault(note["target"].casefold(), []).append(note)
    known = {str(one["code"]).casefold(): one for one in view.of("target")}
    items = [
        _target(known.get(code), recent.get(code, []), notes.get(code, []), days, view.day.on)
        for code in dict.fromkeys((*known, *recent, *notes))
        if code in recent or code in notes
    ]
    # Those worked on today come first: that is what the reader looks for.
    items.sort(key=lambda item: not (item.data["today"] or item.data["notes"]))
    return [*items, *_untouched([str(one["code"]) for code, one in known.items() if code not in {*recent, *notes}])]


def _target(target: Entry | None, recent: list[Answers], notes: list[Entry], days: Sequence[date], on: date) -> Item:
    code = str(target["code"] if target else recent[0].target if recent else notes[0]["target"])
    ladder = LADDERS[str((target and target["ladder"]) or (recent and recent[-1].ladder) or "scaffold")]
    today = _spread(ladder, (one for one in recent if one.day == on.isoformat()))
    five = _spread(ladder, recent)
    lines = [f"today: {_full(ladder, today)}" if today.total else "today: no responses"]
    if five.total > today.total:
        lines.append(f"{_days_text(days)}: {_full(ladder, five)}")
    lines += [f"{at(one)} {scored(one)}" for one in notes]
    # The criterion as the plan words it: whether it is met is for the teacher to say.
    aims = ", ".join(f"{name} {target[name]}" for name in ("outcome", "criterion") if target and target[name])
    return Item(
        text=f"{code} {target['text'] if target else ''}".rstrip() + (f" ({aims})" if aims else ""),
        lines=tuple(lines),
        brief=_brief(code, ladder, today, notes),
        data={
            "target": code,
            "outcome": target["outcome"] if target else None,
            "criterion": target["criterion"] if target else None,
            "ladder": ladder.id,
            "method": Distribution.method,
            "today": _figures(today),
            "days": [one.isoformat() for one in days],
            "last_days": _figures(five),
            "notes": [one["text"] for one in notes],
        },
    )


def _spread(ladder: Ladder, answers: Iterable[Answers]) -> Distribution:
    return distribution(
        ladder.levels,
        (Trial(one.level, cast(Outcome, one.outcome)) for one in answers for _ in range(one.number)),
    )


def _full(ladder: Ladder, spread: Distribution) -> str:
    return f"{_levels(ladder, spread, zeros=True)}; {_independence(spread)}"


def _levels(ladder: Ladder, spread: Distribution, zeros: bool) -> str:
    counts = [(ladder.label(level), count) for level, count in spread.counts.items() if count or zeros]
    rest = (
        ("at another ladder's level", spread.off_ladder),
        ("not yet", spread.not_yet),
        ("no response", spread.no_response),
    )
    return ", ".join(f"{label} {count}" for label, count in (*counts, *(pair for pair in rest if pair[1])))


def _independence(spread: Distribution) -> str:
    alone = next(iter(spread.counts.values()))
    return f"independence {percent_text(spread.independence_percent or 0)} ({alone} of {spread.total})"


def _brief(code: str, ladder: Ladder, today: Distribution, notes: Sequence[Entry]) -> str:
    if today.total:
        alone = percent_text(today.independence_percent or 0)
        return f"{code} independence {alone} of {today.total}: {_levels(ladder, today, zeros=False)}"
    return f"{code} {scored(notes[-1])}" if notes else ""


def _days_text(days: Sequence[date]) -> str:
    word = "day" if len(days) == 1 else f"{len(days)} days"
    return f"last {word} with responses ({day_text(days[0])} to {day_text(days[-1])})"


def _figures(spread: Distribution) -> dict[str, object] | None:
    if not spread.total:
        return None
    return {
        "responses": spread.total,
        "levels": dict(spread.counts),
        "off_ladder": spread.off_ladder,
        "not_yet": spread.not_yet,
        "no_response": spread.no_response,
        "independence_percent": spread.independence_percent,
    }


def _untouched(codes: list[str]) -> list[Item]:
    if not codes:
        return []
    return [
        Item(
            text=f"No responses and no notes for {', '.join(codes)}",
            brief="",
            data={"without_responses": codes},
        )
    ]


def adapted(view: View) -> list[Item]:
    """What was adapted, by session."""
    titles = {slot.id: str(slot["title"]) for slot in view.of("slot")}
    return [
        Item(
            text=f"{titles.get(str(one['slot']), 'Session')}: {one['adapted']}",
            time=at(one),
            data={"kind": "adapted", "id": one.id, "adapted": one["adapted"]},
        )
        for one in view.of("session")
        if one["adapted"]
    ]


def helped(view: View) -> list[Item]:
    """Notes that say what helped."""
    return [
        Item(
            text=f"{one['text']} ({one['target']})" if one["target"] else one["text"],
            time=at(one),
            data={"kind": "note", "id": one.id, "note": one["text"]},
        )
        for one in view.of("note")
        if one["helped"]
    ]
