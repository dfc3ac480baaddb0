"""`lsa log` and what is done to entries in it: correct, remove, move, history."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import date
from typing import Any

from lsa_tui import text
from lsa_tui.cli.answer import Answer, is_terminal, recorded, says, short_id, table, width
from lsa_tui.cli.arguments import whole
from lsa_tui.cli.table import PUPIL, arg, command
from lsa_tui.daybook import entries, marks
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_day
from lsa_tui.errors import BadInput
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

ID = arg("id", metavar="ID", help="from `lsa log`; its first characters will do")


@command(
    "log",
    "the entries of a day in order of time: the pupil in focus, and what belongs to nobody",
    arg("date", metavar="DATE", nargs="?", help="2026-11-24, yesterday, Tue, -1 (without it: today)"),
    arg("--since", metavar="DATE", help="from this day on"),
    arg("--until", metavar="DATE", help="to this day (without it: today)"),
    arg("--all-pupils", action="store_true", help="everybody's"),
    arg("--removed", action="store_true", help="removed entries as well, with the reason"),
    PUPIL,
    examples=("log", "log yesterday --all-pupils", "log --since 2026-11-01 --json"),
)
def log(book: Book, args: Namespace) -> Answer:
    """The entries, oldest first."""
    first, last = _days(book, args)
    found = entries.of_days(book, first, last, None if args.all_pupils else book.focus, args.removed)
    data: dict[str, Any] = {"date": last.isoformat(), "since": first.isoformat(), "until": last.isoformat()}
    data["entries"] = [as_json(book, one) for one in found]
    if args.json:
        return Answer(data, "")
    whose = "all pupils" if args.all_pupils else book.names.pupil(book.focus)
    span = f"{last:%a %d %b %Y}" if first == last else f"{first:%d %b %Y} to {last:%d %b %Y}"
    return Answer(data, f"{span}  {whose}\n{_table(book, found, first != last) or 'Nothing is recorded here yet'}")


def _days(book: Book, args: Namespace) -> tuple[date, date]:
    now = book.now()
    if args.since is None and args.until is None:
        on = parse_day(args.date, now)
        return on, on
    if args.date is not None:
        raise BadInput("give one DATE, or --since and --until, not both")
    last = parse_day(args.until, now)
    first = parse_day(args.since, now) if args.since is not None else date(1900, 1, 1)
    if first > last:
        raise BadInput(f"--since {first} comes after --until {last}; turn them round")
    return first, last


def as_json(book: Book, entry: Entry) -> dict[str, Any]:
    more: dict[str, Any] = {"says": book.line(entry), "revisions": entry.revisions, "private": entry.own}
    if entry.removed:
        more["removed"] = entry.removed
    if entry.conflict:
        more["conflict"] = sorted(entry.conflict)
    return {**book.json(entry), **more}


def _table(book: Book, found: list[Entry], days: bool) -> str:
    rows = []
    for one in found:
        said = book.line(one)
        if one.removed:
            said = f"{said} (removed: {text.one_line(one.removed)})"
        elif one.conflict:
            said = f"{said} ({entries.undecided(book, one)}: {', '.join(sorted(one.conflict))})"
        time = f"{one.when:%a %d %b %H:%M}" if days else f"{one.when:%H:%M}"
        code = book.names.pupil(one.pupil) or ("-" if one.own else "")
        rows.append((time, code, said, one.by, short_id(book, one)))
    return _laid_out(rows, width()) if rows and is_terminal() else table(rows)


def _laid_out(rows: Sequence[tuple[str, ...]], columns: int) -> str:
    before, after = (sum(2 + max(len(row[n]) for row in rows) for n in some) for some in ((0, 1), (3, 4)))
    if columns - before - after >= _NARROW:
        return table(rows, (None, None, columns - before - after))
    # Two lines each: half an id is of no use, and of the words too few would be left.
    halves = [half for when, code, said, by, uid in rows for half in ((when, code, said), ("", "", f"{by}  {uid}"))]
    return table(halves, (None, None, max(columns - before, _NARROW)))


_NARROW = 24
"""Characters that the words of an entry have beside the rest, in a terminal in which it stands on one line."""


@command(
    "correct",
    "sets fields of an entry; the old values stay in its history",
    ID,
    arg("changes", metavar="FIELD=VALUE", nargs="*", help="a field as in `lsa log --json`; none empties it"),
    arg("--text", metavar="TEXT", help="its text"),
    arg("--at", metavar="WHEN", help="when it happened (a bare time: on the entry's own day)"),
    arg("--count", metavar="N", type=whole, help="how many marks"),
    examples=(
        "correct 0193a2b4-1c2d --at 10:40",
        "correct 0193a2b4-1c2d behaviour=h count=2",
        "correct 0193a2b4-1c2d --text 'Read 6 of 6 words alone'",
    ),
)
def correct(book: Book, args: Namespace) -> Answer:
    """The entry as it is now."""
    entry = book.entry(args.id)
    values: dict[str, Any] = {}
    for change in args.changes:
        field, equals, typed = change.partition("=")
        if not equals:
            raise BadInput(f"{change!r} is no correction; write FIELD=VALUE, as in text='...' or --at 10:40")
        values[field.strip()] = parsed(book, entry, field.strip(), typed)
    if args.text is not None:
        values["text"] = args.text
    if args.at is not None:
        values[KINDS[entry.kind].time or "at"] = entries.parse_value(entry, "at", args.at, book.now())
    if args.count is not None:
        values["count"] = args.count
    return recorded(book, entries.correct(book, entry.id, values), fields=values)


def parsed(book: Book, entry: Entry, field: str, typed: str) -> Any:
    """The value that was typed for a field of an entry; as it is where it fits nothing. Raises BadInput."""
    declared = KINDS[entry.kind].field(field)
    if declared is not None and declared.refers == "behaviour":
        return marks.behaviour_for(book, entry, typed).id
    return entries.parse_value(entry, field, typed, book.now())


@command(
    "remove",
    "removes an entry; it stays in the history with the reason",
    ID,
    arg("--reason", metavar="TEXT", default="", help="why; needed"),
    examples=("remove 0193a2b4-1c2d --reason 'pressed by mistake'",),
)
def remove(book: Book, args: Namespace) -> Answer:
    """The entry and why it was removed."""
    entry = entries.remove(book, args.id, args.reason)
    return Answer({**book.json(entry), "removed": entry.removed}, f"Removed: {says(book, entry)} ({entry.removed})")


@command(
    "move",
    "moves an entry to another pupil; with --since all that was recorded after it too",
    ID,
    arg("--pupil", metavar="CODE", required=True, help="whose it really is"),
    arg("--since", action="store_true", help="this one and all for the same pupil since"),
    examples=("move 0193a2b4-1c2d --pupil K8", "move 0193a2b4-1c2d --pupil K8 --since"),
)
def move(book: Book, args: Namespace) -> Answer:
    """The entry, and with `--since` all that were moved."""
    pupil = book.pupil(args.pupil)
    already = book.entry(args.id).pupil == pupil
    moved = entries.move_since(book, args.id, pupil) if args.since else [entries.move(book, args.id, pupil)]
    more = f" and {len(moved) - 1} more" if len(moved) > 1 else ""
    data = {**book.json(moved[0]), "moved": [book.json(one) for one in moved]}
    what = "It stands there already, so nothing was moved" if already else "Moved"
    return Answer(data, f"{what}: {says(book, moved[0])}{more}")


@command("history", "every change of an entry: when, by whom, which fields", ID, examples=("history 0193a2b4-1c2d",))
def history(book: Book, args: Namespace) -> Answer:
    """The entry and its changes, oldest first."""
    entry = book.entry(args.id)
    changes = entries.history(book, entry.id)
    rows = [
        (f"{one['at'][:10]} {one['at'][11:16]}", one["by"], one["role"], _changed(book, one["set"])) for one in changes
    ]
    data = {"id": entry.id, "entry": as_json(book, entry), "history": changes}
    return Answer(data, f"{says(book, entry)}\n{table(rows)}")


def _changed(book: Book, values: dict[str, Any] | None) -> str:
    if values is None:
        return "(wiped)"
    return ", ".join(f"{name}: {shown(book, name, value)}" for name, value in values.items())


def shown(book: Book, field: str, value: Any) -> str:
    """A field's value as people read it."""
    if field == "removed":
        return f"removed: {text.one_line(value)}" if value else KEPT
    if value is None:
        return "none"
    if field == "pupil":
        return book.names.pupil(value)
    if field == "behaviour":
        return book.names.behaviour(value)
    if field in entries.TIMES:
        return f"{value[:10]} {value[11:16]}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return text.one_line(str(value))


KEPT = "kept"
"""The other side of a removal."""
