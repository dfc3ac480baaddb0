"""What surrounds every view: the band, the foot, the navigation bar, and on wide terminals the day beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from lsa_tui.app.drawing import Line, Picture, Tap, between, fit, wrapped
from lsa_tui.app.views.base import centred, stopwatch
from lsa_tui.clock import from_text
from lsa_tui.daybook import concerns, entries, interventions, plan, sessions
from lsa_tui.errors import LsaError
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

TABS = (
    ("Today", "screen.today", "today"),
    ("Tally", "screen.tally", "tally"),
    ("Note", "screen.note", "note"),
    ("Log", "screen.log", "log"),
    ("End", "screen.end", "end"),
    ("More", "more", "more"),
)


def band(app: LsaApp, width: int) -> Picture:
    """Whose day it is, what is running, what time it is; only the last where nothing may be read."""
    if app.view.hides:
        return Picture([[(fit(f" {app.book.now():%H:%M}", width), "band")]])
    book = app.book
    code = f" {book.names.pupil(book.focus) or 'lsa'} "
    covers = f"{book.cover.initials} covers " if book.cover is not None else ""
    end = f"{'MADE UP ' if book.made_up else ''}{covers}{book.now():%H:%M} "
    running = sessions.running(book, book.focus) if book.focus else None
    room = width - len(code)
    if running:
        title, state = _session(app, running)
        title = fit(title, min(len(title), room - len(state) - len(end) - 2))
        middle = between(f" {title}{state}", end, room)
    else:
        middle = between(f" {book.now():%a %d %b}", end, room)
    hands_on = interventions.running(book)
    if hands_on is not None:
        middle = between(_hands_on(app, hands_on), end, room)
    found = Picture()
    found.add((code, "nav-current"), (middle, "late" if hands_on else "band"))
    if app.view.alone:
        return found
    found.taps.append(Tap(0, 0, len(code), 1, "pupil"))
    if covers:
        found.taps.append(Tap(width - len(covers) - 6, 0, len(covers) + 6, 1, "cover"))
    if hands_on is not None:
        found.taps.append(Tap(len(code), 0, room, 1, "handson.sheet", hands_on.id))
    return found


def _hands_on(app: LsaApp, entry: Entry) -> str:
    """The stopwatch, before everything else that runs; whose it is where that is not the pupil of the band."""
    now = app.book.now()
    began = entry.when.astimezone(app.book.zone)
    time = stopwatch(interventions.lasted(entry, now)) if began.date() == now.date() else f"since {began:%a %H:%M}"
    if app.letters_only:
        return f" RUN {time}"
    whose = f"{app.book.names.pupil(entry.pupil)} " if entry.pupil != app.book.focus else ""
    return f" {whose}HANDS-ON RUN {time}"


def _session(app: LsaApp, session: Entry) -> tuple[str, str]:
    """The running session: its title, which may be cut, and how it stands, which may not."""
    title = app.book.names.slot(session["slot"])
    if sessions.is_paused(session):
        return title, ", NOT WATCHING"
    if session.when.date() != app.book.today():
        return title, f", open since {session.when:%a}"
    return title, f", {'assumed ' if session['assumed'] else ''}{session.when:%H:%M}"


def foot(app: LsaApp, width: int) -> Picture:
    """What was just recorded and for whom, how to take it back, and how much is not yet shared."""
    if app.view.hides:
        return Picture()
    found = Picture()
    if app.last is not None:
        undo = _offered(app, "undo", "undo")
        found.add((between(f" {_last(app, app.last)}", f"{undo} " if undo else "", width), "panel-strong"))
        if undo:
            found.taps.append(Tap(width - 12, 0, 12, 1, "undo"))
    else:
        found.add((fit(" Nothing to take back", width), "panel-muted"))
    end = waiting(app)
    said = app.said or _ways(app, found, width - cell_len(end) - 3)
    if cell_len(said) + cell_len(end) + 3 > width:
        end = waiting(app, brief=True)
    if cell_len(said) + cell_len(end) + 3 > width:
        # What was just said, whole, for as long as nobody presses the next key.
        lines = wrapped(said, width - 2)
        rest = between(" " + " ".join(lines[1:]), f"{end} " if end else "", width)
        return Picture([[(fit(f" {lines[0]}", width), "panel-strong")], [(rest, "panel-strong")]], found.taps)
    found.add((between(f" {said}", f"{end} ", width), "panel" if app.said else "panel-muted"))
    return found


def _last(app: LsaApp, entry: Entry) -> str:
    """What was recorded last and for whom; with letters only, and beside a concern, no more than that something was."""
    if not app.letters_only and not any(view.apart for view in app.views):
        return app.taken
    return " ".join(part for part in (app.book.names.pupil(entry.pupil), f"recorded {entry.when:%H:%M}") if part)


def _offered(app: LsaApp, action: str, words: str) -> str:
    """An action of everywhere as the foot offers it: with its key where that works, as a word to tap where letters
    are text, and not at all on a view that stands alone, or where a concern keeps it out."""
    if app.keeps_out(action):
        return ""
    if app.view.lets(action):
        return f"{app.keymap.shown(action)} {words}"
    return "" if app.view.alone else words


def _ways(app: LsaApp, found: Picture, room: int) -> str:
    """The ways to everything else, with their taps, as far as there is room."""
    said = ""
    for action, words in (("help", "help"), ("palette", "commands")):
        offer = _offered(app, action, words)
        start = cell_len(said) + 2 if said else 0
        if offer and start + cell_len(offer) <= room:
            said = f"{said}  {offer}" if said else offer
            found.taps.append(Tap(start, 1, cell_len(offer) + 2, 1, action))
    return said


def waiting(app: LsaApp, brief: bool = False) -> str:
    """What is still to be done, on every screen: whom to tell, and how much is on this device only. That there is
    nothing is left out where it is to be `brief`."""
    here, untold = app.backlog(), to_pass_on(app)
    shared = "all shared" if app.book.config["shared.url"] and not brief and not untold else ""
    backlog = f"{here} here" if here else shared
    return "  ".join(part for part in (untold, backlog) if part)


def to_pass_on(app: LsaApp) -> str:
    """A reminder in neutral words while nobody was told of a concern: they tell nothing to who looks on."""
    try:
        waiting = concerns.to_pass_on(app.book)
    except LsaError:
        return "to pass on: see doctor"  # a file that cannot be read must not end the day, nor look like none
    return f"{waiting} to pass on" if waiting else ""


def navigation(app: LsaApp, width: int) -> Picture:
    """The bar of 3 rows: the five screens and everything else, or the buttons of the view on top."""
    found = Picture()
    buttons = app.view.buttons()
    if buttons:
        row = [(("", centred(words, 200).strip(), ""), action, arg, "nav") for words, action, arg in buttons]
        _bar(found, row, width)
        return found
    current = app.view.name
    wide = width // len(TABS)
    row = []
    for words, action, name in TABS:
        here = (f"[{words}]" if wide >= len(words) + 2 else f">{words}") if name == current else words
        row.append((("", here, ""), action, "", "nav-current" if name == current else "nav"))
    _bar(found, row, width)
    return found


def _bar(picture: Picture, row: list, width: int) -> None:
    count = len(row)
    edges = [round(n * width / count) for n in range(count + 1)]
    for line in range(3):
        parts: Line = []
        for n, (texts, _, _, style) in enumerate(row):
            wide = edges[n + 1] - edges[n]
            parts.append((centred(texts[line], wide), style))
        picture.add(*parts)
    for n, (_, action, argument, _) in enumerate(row):
        picture.taps.append(Tap(edges[n], 0, edges[n + 1] - edges[n], 3, action, argument))


def beside(app: LsaApp, width: int, height: int) -> Picture:
    """The day's last entries, newest at the top."""
    found = Picture()
    found.add((fit(" Last recorded", width), "muted"))
    today = app.book.today()
    for one in reversed(entries.of_days(app.book, today, today, app.book.focus)[-(height - 1) :]):
        if app.letters_only:
            found.add((f" {one.when:%H:%M} ", "muted"), ("…", "muted"))
        else:
            found.add((f" {one.when:%H:%M} ", "muted"), (fit(app.book.line(one), width - 8), "text"))
    return found


def plan_beside(app: LsaApp, width: int, height: int) -> Picture:
    """The plan of the day, where there is room for it."""
    found = Picture()
    found.add((fit(" Today", width), "muted"))
    now = app.book.now()
    for one in plan.day(app.book, app.book.today())[: height - 1]:
        if one.slot["all_day"]:
            found.add((fit(f" {one.slot['title']}", width), "muted"))
            continue
        style = "now" if one.slot.when <= now < from_text(one.slot["ends"]) else "text"
        text = between(f" {one.begins_text} {one.slot['title']}", f"{state(one)} ", width - 1)
        found.add((text, "muted" if one.status in ("cancelled", "missed") else style), (" ", "text"))
    return found


def state(one: plan.SlotOfDay) -> str:
    """A slot's state in a word, or its minutes while it is only planned."""
    return {"running": "RUN", "planned": str(one.minutes)}.get(one.status, one.status)


def _still_works(app: LsaApp) -> str:
    """What keys do on the view that cannot be drawn."""
    if app.view.field is not None:
        return "what you type is kept; Esc leaves"
    if app.alone:
        return "make it larger first"
    letters = "letters still record; " if app.view.name in ("today", "tally") else ""
    return f"{letters}{app.keymap.shown('back')} leaves"


def too_small(app: LsaApp, width: int, height: int) -> Picture:
    """A terminal too small to draw in: what it needs; and since keys count there, too, what the last one did."""
    said = [("lsa needs 38x18", "text")]
    if app.view.hides:
        said.append(("locked" if app.guard.view is not None else "", "text"))
    else:
        if app.last is not None:
            said.append((_last(app, app.last), "strong"))
        said.append((_still_works(app), "text"))
    said += [(f"this is {width}x{height}", "muted"), ("nothing is lost", "muted")]
    found = Picture()
    for words, style in said:
        for line in wrapped(words, max(width, 1)):
            if words and len(found.lines) < height:
                found.add((fit(line, width), style))
    return found
