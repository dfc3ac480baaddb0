"""`lsa plan` and `lsa today`: what is planned, and how each slot of a day stands."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsa_tui import clock
from lsa_tui.cli.answer import Answer, heard_in, table
from lsa_tui.cli.arguments import joined
from lsa_tui.cli.table import PUPIL, arg, command
from lsa_tui.daybook import plan, problems, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_day
from lsa_tui.records import read


@command(
    "plan import",
    "takes a calendar export (.ics) into the plan; again: updates it",
    arg("file", metavar="FILE.ics"),
    arg("--partial", action="store_true", help="takes what can be read and lists the rest"),
    arg("--whole", action="store_true", help="this file is the whole plan: cancels what is to come and not in it"),
    PUPIL,
    examples=("plan import timetable.ics", "plan import timetable.ics --pupil K7 --partial"),
)
def take(book: Book, args: Namespace) -> Answer:
    """What the import did."""
    done = plan.import_calendar(book, Path(args.file).expanduser(), partial=args.partial, whole=args.whole)
    data = {
        "new": done.new,
        "changed": done.changed,
        "same": done.same,
        "gone": done.gone,
        "first": done.first.isoformat() if done.first else None,
        "last": done.last.isoformat() if done.last else None,
        "unreadable": list(done.unreadable),
        "endless": list(done.endless),
        "absent": done.absent,
    }
    counted = f"{done.new} new, {done.changed} changed, {done.same} as before"
    gone = f", {done.gone} gone from the calendar (cancelled here)" if done.gone else ""
    span = f"; {done.first:%d %b %Y} to {done.last:%d %b %Y}" if done.first and done.last else ""
    hints = tuple(f"{args.file}: {line}; left out" for line in done.unreadable)
    if done.absent and not args.partial:
        listed = ", ".join(f"{title} ({number} to come)" for title, number in list(done.absent.items())[:9])
        hints += (
            f"planned from a calendar before, and not in this file: {listed}. They stay, for they may be of another "
            "calendar; if they are gone, `lsa plan import` the file with --whole, or `lsa remove` one by its id",
        )
    return Answer(data, f"{book.names.pupil(book.focus)} plan: {counted}{gone}{span}", hints=hints)


@command(
    "plan add",
    "plans a slot on one day, or on the days of a rule",
    arg("title", metavar="TITLE", nargs="+"),
    arg("--start", required=True, metavar="09:45"),
    arg("--end", required=True, metavar="10:45"),
    arg("--date", metavar="DATE", help="the day, or the first day of a rule (without it: today)"),
    arg("--repeat", metavar="RRULE", help="as in FREQ=WEEKLY;BYDAY=MO,WE"),
    arg("--until", metavar="DATE", help="the last day of a rule (without it: 31 August)"),
    arg("--aim", metavar="TEXT", help="what the teacher wants from it"),
    arg("--need", metavar="TEXT", help="what the LSA needs to know"),
    arg("--feedback", metavar="TEXT", help="what the teacher wants to hear"),
    arg("--targets", metavar="T1,T2", help="targets worked on"),
    arg("--provision", metavar="CODE", help="the provision it delivers"),
    arg("--place", metavar="TEXT"),
    PUPIL,
    examples=(
        "plan add Maths --start 09:45 --end 10:45",
        'plan add "SaLT programme" --start 13:15 --end 13:25 --repeat "FREQ=WEEKLY;BYDAY=MO,WE,FR" --provision F2',
    ),
)
def add(book: Book, args: Namespace) -> Answer:
    """The slot, or the first of them with all under `slots`."""
    day = {name: parse_day(typed, book.now()) for name, typed in (("on", args.date), ("until", args.until)) if typed}
    more = {
        "aim": args.aim,
        "need_to_know": args.need,
        "feedback": args.feedback,
        "targets": args.targets.replace(",", " ").split() if args.targets else None,
        "provision": args.provision,
        "place": args.place,
    }
    made = plan.add(book, joined(args.title), args.start, args.end, repeat=args.repeat, **day, **more)
    first, last = made[0], made[-1]
    days = f"{first.when:%a %d %b}" if len(made) == 1 else f"{len(made)} times, {first.when:%d %b} to {last.when:%d %b}"
    says = f"{book.names.pupil(first.pupil)} {first['title']} {first.when:%H:%M} planned, {days}"
    data = {**book.json(first), "slots": [book.json(one) for one in made]}
    return Answer(data, says, hints=heard_in(book, first))


@command(
    "today",
    "the plan of a day, and how each slot stands",
    arg("date", metavar="DATE", nargs="?", help="2026-11-24, yesterday, tomorrow, Tue, -1 (without it: today)"),
    PUPIL,
    examples=("today", "today tomorrow --json"),
)
def today(book: Book, args: Namespace) -> Answer:
    """Slots with their state, morning flags, answers not yet opened."""
    on, pupil = parse_day(args.date, book.now()), book.focused()
    slots = plan.day(book, on, pupil)
    day = on.isoformat()
    flags = [str(one["what"]) for one in read.between(book.db, day, day, pupil, ("flag",))]
    code = book.names.pupil(pupil)
    data = {
        "date": day,
        "pupil": code,
        "slots": [_slot(one) for one in slots],
        "flags": flags,
        "answers": len(problems.unseen(book, pupil)),
    }
    lines = [f"{on:%a %d %b %Y}  {code}", *(f"  {flag}" for flag in flags)]
    if data["answers"]:
        lines.append(f"{data['answers']} not yet read: `lsa inbox`")
    lines.append(_table(slots) or "Nothing is planned; `lsa plan import FILE.ics` or `lsa plan add TITLE ...`")
    return Answer(data, "\n".join(lines))


def _slot(one: plan.SlotOfDay) -> dict[str, Any]:
    slot = one.slot
    more = ("aim", "need_to_know", "feedback", "targets", "provision", "place")
    return {
        "id": slot.id,
        "starts": clock.to_text(slot.when),
        "ends": clock.to_text(one.ends),
        "title": slot["title"],
        "status": one.status,
        "minutes": one.minutes,
        "all_day": bool(slot["all_day"]),
        **{name: slot[name] for name in more},
        "sessions": [session.id for session in one.sessions],
    }


def _table(slots: Sequence[plan.SlotOfDay]) -> str:
    rows, number = [], 0
    for one in slots:
        # The numbers are those that `lsa start` understands.
        number += sessions.is_lesson(one.slot)
        span = "all day" if one.slot["all_day"] else f"{one.begins_text}-{one.ends_text}"
        shown = str(number) if sessions.is_lesson(one.slot) else ""
        targets = " ".join(one.slot["targets"] or ())
        rows.append((shown, span, str(one.slot["title"]), targets, str(one.slot["provision"] or ""), one.status))
    return table(rows)
