"""`lsa behaviour`: the tiles and their letters."""

from __future__ import annotations

import shlex
from argparse import Namespace
from typing import Any

from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.arguments import joined, one_of
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import behaviours
from lsa_tui.daybook.book import Book


@command(
    "behaviour add",
    "adds or updates a tile; a label under a new letter moves there with all that was recorded",
    arg("key", metavar="KEY", help="its letter"),
    arg("label", metavar="LABEL", nargs="*", help="two words at most look best; may be left out to change the rest"),
    arg("--measure", **one_of("count", "duration"), help="marks, or a running time (without it: count)"),
    arg("--direction", **one_of("up", "down", "none"), help="what is hoped for (without it: none)"),
    arg("--counts-as", **one_of("praise", "reminder"), help="for the praise : reminder ratio"),
    arg("--private", action="store_true", default=None, help="stored without a pupil, never leaves this device"),
    arg("--group", metavar="NAME", help="of one group only one duration runs at a time"),
    arg("--definition", metavar="TEXT", help="what counts and what does not"),
    arg("--pupil", metavar="CODE", help="a tile of this pupil alone (without it: of all)"),
    examples=("behaviour add c Calling out --direction down", "behaviour add y Rocking --measure duration --pupil K7"),
)
def add(book: Book, args: Namespace) -> Answer:
    """The behaviour as it is now, and what that means for what was recorded with it."""
    whose = book.pupil(args.pupil) if args.pupil is not None else None
    done = behaviours.change(
        book,
        args.key,
        joined(args.label) or None,
        whose,
        measure=args.measure,
        direction=args.direction,
        counts_as=args.counts_as,
        private=args.private,
        group=args.group,
        definition=args.definition,
    )
    entry = done.now
    of = f" of {book.names.pupil(entry.pupil)}" if entry.pupil else ""
    means, more = _means(book, done)
    tile = f"Tile{of} {book.line(entry)}{', private' if entry['private'] else ''}"
    return Answer({**book.json(entry), **more}, "\n".join((tile, *means)))


def _means(book: Book, done: behaviours.Changed) -> tuple[list[str], dict[str, Any]]:
    """What a change of a tile does to what was recorded with it: for people, and for programs."""
    entry, says, more = done.now, [], {}
    renamed, measured, counting = (done.was(field) for field in ("label", "measure", "counts_as"))
    held = behaviours.recorded(book, entry) if done.before is not None else {}
    many = " and ".join(
        f"{number} {name.rstrip('s') if number == 1 else name}" for name, number in held.items() if number
    )
    one = sum(held.values()) == 1
    if renamed:
        more["renamed_from"] = renamed
        goes = f"; {many} go{'es' * one} with it" if many else ""
        letter = behaviours.unused_letter(book, entry.pupil) or "LETTER"
        says.append(
            f"Renamed from {renamed}{goes}. For a new tile instead: `lsa undo`, then "
            f"`lsa behaviour add {letter} {shlex.quote(entry['label'])}`"
        )
    if measured:
        more["measure_before"] = measured
        now = "timed, no longer counted" if entry["measure"] == "duration" else "counted, no longer timed"
        keeps = f"; {many} stay{'s' * one} in the hand-over, as recorded" if many else ""
        says.append(f"From now on {now}{keeps}")
    if done.before is not None and many and done.before["counts_as"] != entry["counts_as"]:
        more["counts_as_before"] = counting
        where = (
            f"the {entry['counts_as']} figures, which are yours alone" if entry["counts_as"] else "the pupil's figures"
        )
        says.append(f"{many} count{'s' * one} among {where}, from now on and before")
    if done.moved_away is not None:
        says.append(
            f"{done.moved_away['label']} has no letter now; `lsa behaviour add LETTER "
            f"{shlex.quote(done.moved_away['label'])}` gives it one"
        )
    if says:
        more["recorded"] = held
    return says, more


@command("behaviour list", "all tiles, everybody's and each pupil's own")
def every(book: Book, _args: Namespace) -> Answer:
    """In the order of the tiles."""
    found = [book.json(one) for one in behaviours.every(book)]
    rows = [
        (
            str(one["key"] or "-"),
            str(one["label"]),
            str(one["measure"]),
            "" if one["direction"] == "none" else str(one["direction"]),
            "private" if one["private"] else "",
            str(one["pupil"] or ""),
        )
        for one in found
    ]
    hints = [
        f"{one['label']!r} has no tile: {one['key']!r} is another one's; lsa behaviour add LETTER {one['label']!r}"
        for one in behaviours.without_tile(book)
    ]
    text = table(rows) or "None yet; `lsa init --defaults` adds the usual ones"
    return Answer(found, text, hints=tuple(hints))
