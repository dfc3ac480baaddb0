"""What the hands-on sheet shows: how to begin, the stopwatch, the facts and the school's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.actions import ACTIONS
from lsa_tui.app.drawing import Line, Picture, between, fit, wrapped
from lsa_tui.app.views.base import Box, boxes, centred, stopwatch
from lsa_tui.clock import from_text
from lsa_tui.daybook import interventions
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

FACTS = {
    "handson.persons": "persons",
    "handson.tried": "tried_before",
    "handson.held": "held",
    "handson.place": "place",
    "handson.injury": "injury",
    "handson.free": "free_to_leave",
    "handson.told": "told",
    "handson.times": "at",
    "handson.words": "text",
}
"""Actions of the nine boxes, each with the field that it shows."""
LABEL = 10
"""Cells of the words at the left of the reminder."""


def begin(app: LsaApp, found: Picture, width: int) -> None:
    """Without a hands-on: what to do, and the two ways to begin."""
    found.add((fit(" Was the pupil held or guided?", width), "strong"))
    found.add(("", "text"))
    starts, over = (app.keymap.shown(name) for name in ("handson", "handson.past"))
    row = [
        Box(([(f" {starts} ", "tile-key"), ("It goes on", "tile")], " start the", " stopwatch"), "handson"),
        Box(([(f" {over} ", "tile-key"), ("It is over", "tile")], " how many", " minutes?"), "handson.past"),
    ]
    boxes(found, row, width)
    found.add(("", "text"))
    _reminder(found, width)


def running(app: LsaApp, found: Picture, entry: Entry, width: int, height: int) -> None:
    """The stopwatch, and what to do meanwhile."""
    began = entry.when.astimezone(app.book.zone)
    day = "" if began.date() == app.book.today() else f"{began:%a} "
    title = f" {app.book.names.pupil(entry.pupil)} hands-on since {day}{began:%H:%M:%S}"
    found.add((between(title, "RUN ", width), "strong"))
    stop = f"{app.keymap.shown('handson.enter')} or {app.keymap.shown('handson')}: stop"
    words = (stopwatch(interventions.lasted(entry, app.book.now())), "", stop)
    tall = 5 if height >= 14 else 3
    lines = words if tall == 5 else (words[0], words[2])
    box = Box(
        tuple([(centred(line, width), "run-number" if n == 0 else "run")] for n, line in enumerate(lines)),
        "handson.enter",
        "",
        "run",
    )
    boxes(found, [box], width, tall=tall)
    found.add(("", "text"))
    _reminder(found, width)


def facts(app: LsaApp, found: Picture, entry: Entry, width: int, height: int) -> None:
    """What is known of one that is over, a box for each fact, and the form."""
    took = stopwatch(interventions.lasted(entry, app.book.now()))
    title = f" {app.book.names.pupil(entry.pupil)} hands-on {times(entry)}"
    if height >= 13:  # at the very least the four rows of boxes are all there is room for
        found.add((between(title, f"{took} ", width), "strong"))
    if height >= 14:
        told = entry["told"]
        words = f" Told: {_told(entry)}" if told else " Tell SLT now."
        found.add((fit(words, width), "muted" if told else "late"))
    tiles = [_fact(app, action, entry, (width + 1) // 3 - 1) for action in FACTS]
    rows = [tiles[:3], tiles[3:6], tiles[6:], [_form(app, entry, width)]]
    gap = height >= len(found.lines) + 3 * len(rows) + len(rows) - 1
    for n, row in enumerate(rows):
        if n and gap:
            found.add(("", "text"))
        boxes(found, row, width)


def _fact(app: LsaApp, action: str, entry: Entry, wide: int) -> Box:
    label = next(one.label for one in ACTIONS if one.id == action)
    head: Line = [(f" {app.keymap.shown(action)} ", "tile-key"), (label, "tile-label")]
    shown = wrapped(_said(entry, FACTS[action]).replace("\n", " ") or "·", wide - 1, 2)
    return Box((head, *(f" {line}" for line in shown)), action)


def _said(entry: Entry, name: str) -> str:
    if name == "at":
        return times(entry)
    if name == "told":
        return _told(entry) or "tell SLT now"
    return str(entry[name] or "")


def times(entry: Entry) -> str:
    """When it began and ended, to the minute."""
    ended = from_text(entry["ended"]) if entry["ended"] else None
    return f"{entry.when:%H:%M} to {ended:%H:%M}" if ended else f"{entry.when:%H:%M}"


def _form(app: LsaApp, entry: Entry, width: int) -> Box:
    key = f" {app.keymap.shown('handson.form')} "
    done = entry["school_form_done"]
    if done:
        said = f"School's form done {from_text(done):%H:%M}"
        return Box(([(key, "tile-key"), (said, "tile")], "   the school tells the parents"), "handson.form")
    due = ", due today" if entry.when.date() == app.book.today() else f" since {entry.when:%a %d}"
    lines = ("the school tells the parents;", "this is not the statutory record")
    said = fit(f"School's form NOT DONE{due}", width - len(key))
    return Box(
        ([(key, "late"), (said, "late")], *([(fit(f"   {line}", width), "late")] for line in lines)),
        "handson.form",
        "",
        "late",
    )


def _told(entry: Entry) -> str:
    if not entry["told"]:
        return ""
    at = f" {from_text(entry['told_at']):%H:%M}" if entry["told_at"] else ""
    return f"{entry['told']}{at}"


def _reminder(found: Picture, width: int) -> None:
    for label, words in interventions.REMINDER:
        for n, line in enumerate(wrapped(words, min(width, 64) - LABEL - 1)):
            found.add((fit(f" {label}" if n == 0 else "", LABEL), "accent"), (line, "text"))
