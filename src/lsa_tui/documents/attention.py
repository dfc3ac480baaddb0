"""What somebody has to act on, and what the plan asked for: the head of the page."""

from __future__ import annotations

import re
from dataclasses import replace

from lsa_tui.daybook import handover as handovers
from lsa_tui.daybook import rights
from lsa_tui.documents.day import View, at, day_text
from lsa_tui.documents.document import Item
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.text import one_line

URGENT_FLAG = re.compile(r"\b(medic|unwell|pain|absent|seizure|fit\b|inhaler|allerg|insulin|injur)", re.IGNORECASE)
"""Morning flags that somebody must act on today, in the presets' words and near ones."""

HANDS_ON = re.compile(r"\b(held|hold|guided|restrain)", re.IGNORECASE)
SCHOOL_RECORD = "SLT is told at once; the school's own record is due the same day, and this is not it"


def problems(view: View) -> list[Item]:
    """Raised problems, each with its answers."""
    replies: dict[str, list[Entry]] = {}
    for reply in view.of("reply"):
        replies.setdefault(str(reply["problem"]), []).append(reply)
    return [_problem(one, replies.get(one.id, []), view) for one in view.of("problem")]


def _problem(problem: Entry, replies: list[Entry], view: View) -> Item:
    status = "closed" if any(one["close"] for one in replies) else "answered" if replies else "open"
    raised = day_text(problem.when.date())
    old = problem.when.date() != view.day.on
    stands = f"open since {raised}" if old and not replies else status
    return Item(
        text=f"Problem{f' of {raised}' if old and replies else ''}, {stands}: {problem['text']}",
        time="" if old else at(problem),
        lines=tuple(f"{one.by}, {day_text(one.when.date())} {at(one)}: {one['text'] or 'closed'}" for one in replies),
        brief=f"{stands}: {problem['text']}",
        emphasis=status == "open",
        data={"kind": "problem", "id": problem.id, "status": status, "by": problem.by, "problem": problem["text"]},
    )


def incidents(view: View) -> list[Item]:
    """Incidents in which somebody was hurt or held, or could not leave."""
    presets = view.day.book.config.presets("next")
    hands_on = {one.rstrip("*").casefold() for one in presets if one.endswith("**")}
    return [item for one in view.of("incident") if (item := _incident(one, hands_on))]


def _incident(incident: Entry, hands_on: set[str]) -> Item | None:
    held = HANDS_ON.search(incident["next"]) or incident["next"].rstrip("*").casefold() in hands_on
    hurt = f"hurt: {incident['hurt']}" if incident["hurt"] else ""
    stayed = "not free to leave" if incident["free_to_leave"] == "no" else ""
    if not (held or hurt or stayed or "hurt" in incident["seen"].casefold()):
        return None
    facts = [incident["seen"], incident["next"] if held or stayed else "", hurt, stayed]
    return Item(
        text="Incident: " + "; ".join(fact for fact in facts if fact),
        time=at(incident),
        lines=(SCHOOL_RECORD,) if held else (),
        brief="; ".join(fact for fact in facts if fact),
        emphasis=True,
        data={"kind": "incident", "id": incident.id, "held": bool(held), "hurt": incident["hurt"]},
    )


def bumps(view: View) -> list[Item]:
    """Bumps, because somebody at home has to hear of them the same day."""
    return [
        Item(
            text=f"Bump: {one['value']}" if one["value"] else "Bump",
            time=at(one),
            emphasis=True,
            data={"kind": "bump", "id": one.id, "value": one["value"]},
        )
        for one in view.of("care")
        if one["what"] == "bump"
    ]


def is_urgent(flag: Entry) -> bool:
    """Whether a morning flag stands among the exceptions."""
    return bool(URGENT_FLAG.search(f"{flag['what']} {flag['value'] or ''}"))


def morning(view: View) -> list[Item]:
    """Morning flags about medicine, health and absence; the others stand under wellbeing."""
    return [flag_item(one, emphasis=True) for one in view.of("flag") if is_urgent(one)]


def flag_item(flag: Entry, emphasis: bool = False) -> Item:
    """A morning flag as an item."""
    words = f"{flag['what']}, {flag['value']}" if flag["value"] else str(flag["what"])
    return Item(
        text=f"Morning: {words}",
        time=at(flag),
        brief=words,
        emphasis=emphasis,
        data={"kind": "flag", "id": flag.id, "what": flag["what"], "value": flag["value"]},
    )


def handover(view: View) -> list[Item]:
    """For whoever waits for it: that nothing was received of this day, once its last lesson is over."""
    book = view.day.book
    found = handovers.missing(book, view.day.pupil, view.day.on)
    if found is None:
        return []
    said = handovers.says(book, found)
    data = {"kind": "handover", **handovers.as_json(book, found)}
    return [Item(text=f"{said[0].upper()}{said[1:]}", brief=said, emphasis=True, data=data)]


def conflicts(view: View) -> list[Item]:
    """Records that two people changed without seeing each other's change. Which and by whom, not the contents."""
    day = view.day
    shown = {name for name, kind in KINDS.items() if not kind.own}
    plan = (one for entries in day.plan.values() for one in entries if not one.removed)
    todays = (one for entries in day.all.values() for one in entries)
    removed = (one for one in read.conflicts(day.book.db) if one.removed and one.pupil in (None, day.pupil))
    gone = (one for one in removed if not KINDS[one.kind].listed or one.when.date() == day.on)
    found = {one.id: one for one in (*plan, *todays, *day.problems, *gone)}
    asked = [one for one in found.values() if one.conflict and not one.own and one.kind in shown]
    return [_conflict(one, rights.may_decide(day.book, one)) for one in asked]


def _conflict(entry: Entry, here: bool) -> Item:
    """`here`: it is for whoever reads this on this device to decide."""
    fields = sorted(entry.conflict or {})
    people = sorted({str(one["by"]) for field in fields for one in (entry.conflict or {})[field]})
    until = "somebody decides (& or `lsa conflicts`)" if here else "it is decided where it was recorded"
    return Item(
        text=f"Two versions of one {KINDS[entry.kind].words} ({', '.join(fields)}), by {' and '.join(people)}: "
        f"both are kept until {until}",
        time=at(entry) if entry.at else "",
        brief=f"two versions of one {KINDS[entry.kind].words}, by {' and '.join(people)}",
        emphasis=here,
        data={"kind": "conflict", "id": entry.id, "of": entry.kind, "fields": fields},
    )


def feedback(view: View) -> list[Item]:
    """What the plan wanted to hear of each slot, with the notes that answer it."""
    held = view.of("session")
    notes = view.of("note")
    items = [
        _feedback(slot, [one for one in held if one["slot"] == slot.id], notes)
        for slot in view.of("slot")
        if slot["feedback"] and not slot["cancelled"]
    ]
    return _silence_in_one_line(items)


def _feedback(slot: Entry, held: list[Entry], notes: list[Entry]) -> Item:
    targets = {code.casefold() for code in slot["targets"] or ()}
    mine = {one.id for one in held}
    answers = [
        one
        for one in notes
        if one["session"] in mine
        and not one["own_words"]
        and (not targets or str(one["target"] or "").casefold() in targets)
    ]
    missed = next((one["missed_reason"] or "no reason given" for one in held if one["status"] == "missed"), None)
    said = [f"{at(one)} {scored(one)}" for one in answers]
    asked = f"{slot['title']}: {slot['feedback']}"
    nothing = f"{asked} - not answered{f' (missed: {missed})' if missed else ''}"
    return Item(
        text=asked if said else nothing,
        lines=tuple(said),
        brief=f"{slot['title']}: {'; '.join(scored(one) for one in answers)}" if said else nothing,
        data={
            "slot": slot["title"],
            "asked": slot["feedback"],
            "answered": bool(said),
            "answers": [one["text"] for one in answers],
            "missed": missed,
        },
    )


def _silence_in_one_line(items: list[Item]) -> list[Item]:
    """One brief line for everything that was not answered, so that the answers stay in sight."""
    silent = [item for item in items if not item.data["answered"]]
    if len(silent) < 2:
        return items
    together = f"not answered: {'; '.join(one_line(item.data['slot'], 24) for item in silent)}"
    return [
        item if item.data["answered"] else replace(item, brief=together if item is silent[-1] else "") for item in items
    ]


def scored(note: Entry) -> str:
    """A note's text with its score, where that does not stand in it already."""
    text: str = note["text"]
    return f"{text} ({note['score']})" if note["score"] and note["score"] not in text else text
