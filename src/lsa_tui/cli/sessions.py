"""`lsa start`, `stop`, `pause`, `resume`, `adapted`: a slot as it is delivered."""

from __future__ import annotations

from argparse import Namespace

from lsa_tui.cli.answer import Answer, recorded, says
from lsa_tui.cli.arguments import joined
from lsa_tui.cli.presets import preset
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import marks, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import moment
from lsa_tui.errors import BadInput
from lsa_tui.records.kinds import Entry

SLOT = "its number or title in `lsa today`, or its id"


def _slot(book: Book, args: Namespace) -> Entry | None:
    return sessions.find_slot(book, args.slot, moment(args.at, book.now()) or book.now())


@command(
    "start",
    "starts a slot (the present one without SLOT); what was running ends",
    arg("slot", metavar="SLOT", nargs="?", help=SLOT),
    records=True,
    examples=("start", "start Maths", "start 2 --at 09:50"),
)
def start(book: Book, args: Namespace) -> Answer:
    """The session."""
    at = moment(args.at, book.now())
    slot = _slot(book, args)
    others = sessions.called_alike(book, args.slot, slot, at or book.now())
    more = ""
    if slot is not None and others:
        listed = ", ".join(f"{one.when:%H:%M}" for one in others)
        more = f"; the one planned for {slot.when:%H:%M}, there is one at {listed} too (`lsa undo`, then its number)"
    return recorded(book, sessions.start(book, slot, at), more=more)


@command(
    "stop",
    "ends the running session, or says that a slot was not delivered",
    arg("--missed", metavar="REASON", help="not delivered, and why: in words, or a preset's digit 1-9"),
    arg("--adapted", metavar="TEXT", help="what was adapted: in words, or a preset's digit 1-9"),
    arg("--slot", metavar="SLOT", help=f"with --missed: {SLOT}"),
    records=True,
    examples=("stop", "stop --adapted 2", 'stop --missed "pupil absent"', "stop --slot Choir --missed 6"),
)
def stop(book: Book, args: Namespace) -> Answer:
    """The session, and which durations still run: only the user closes those."""
    if args.slot is not None and args.missed is None:
        raise BadInput("--slot goes with --missed REASON; without it `lsa stop` ends what is running")
    if args.missed is not None and args.adapted is not None:
        raise BadInput("a slot was either missed or adapted; give one of --missed and --adapted")
    now, at = book.now(), moment(args.at, book.now())
    missed, adapted = (preset(book, name, getattr(args, name)) for name in ("missed", "adapted"))
    if args.slot is not None:
        slot = sessions.find_slot(book, args.slot, at or now)
        assert slot is not None  # a named slot is found or refused
        return recorded(book, sessions.miss_slot(book, slot, missed or ""))
    entry = sessions.stop(book, at, missed, adapted)
    running = marks.open_bouts(book, entry.pupil)
    hints = [
        f"still running: {says(book, one)}; end it with `lsa tally {book.names.letter(one['behaviour'])}` "
        "(--at WHEN if it ended before)"
        for one in running
    ]
    return recorded(
        book,
        entry,
        more="".join(f"\n{hint}" for hint in hints),
        fields=[name for name, given in (("missed_reason", missed), ("adapted", adapted)) if given],
        still_running=[book.json(one) for one in running],
    )


@command("pause", "holds the observed time: nobody is watching from here on", records=True, examples=("pause --at -5",))
def pause(book: Book, args: Namespace) -> Answer:
    """The session."""
    entry = sessions.pause(book, moment(args.at, book.now()))
    return recorded(book, entry, more="; not watching, `lsa resume` goes on", fields=())


@command("resume", "goes on observing", records=True, examples=("resume",))
def resume(book: Book, args: Namespace) -> Answer:
    """The session."""
    return recorded(book, sessions.resume(book, moment(args.at, book.now())), more="; watching again", fields=())


@command(
    "adapted",
    "says what was adapted in the running session, which goes on",
    arg("words", metavar="TEXT", nargs="+", help="in words, or a preset's digit 1-9"),
    arg("--slot", metavar="SLOT", help=f"of another slot: {SLOT}"),
    records=True,
    examples=("adapted 2", "adapted larger print"),
)
def adapted(book: Book, args: Namespace) -> Answer:
    """The session."""
    slot = _slot(book, args) if args.slot is not None else None
    words = preset(book, "adapted", joined(args.words)) or ""
    return recorded(book, sessions.adapt(book, words, slot, moment(args.at, book.now())))
