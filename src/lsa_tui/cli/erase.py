"""`lsa erase`, `retention`, `access-request`, `audit`: what is held, for how long, and who did what."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import timedelta
from pathlib import Path

from lsa_tui import clock, passphrases
from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import access, audit, erasing, retention, rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_day
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import private_folder
from lsa_tui.records import ids, log

LAST_DAYS = 7
"""Days of the audit that are shown where none are named."""


@command(
    "erase",
    "erases words for good, here at once and on every device at its next sync; there is no undo",
    arg("code", metavar="CODE", nargs="?", help="all that is recorded of this pupil, by anybody, name and plan too"),
    arg("--reason", metavar="TEXT", help="why; it stays in the log, so no names in it (your own --entry needs none)"),
    arg("--entry", metavar="ID", help="one entry, with its history and the answers to it; an LSA's own"),
    arg("--expired", action="store_true", help="all that is past its time; see `lsa retention`"),
    arg("--dry-run", action="store_true", help="only says how much it would be"),
    arg("--yes", action="store_true", help="does not ask once more at a terminal"),
    examples=(
        'erase K7 --reason "left the school, file handed over"',
        "erase --entry 0193a2b4-1c2d",
        'erase --expired --reason "retention schedule"',
    ),
)
def erase(book: Book, args: Namespace) -> Answer:
    """How much was erased, and what a person has to look after."""
    if (args.code is not None) + (args.entry is not None) + args.expired != 1:
        raise BadInput("name a pupil's CODE, or --entry ID, or --expired; one of the three")
    rights.require(book, "erase")
    if args.code is not None:
        bundle = access.gather(book, args.code)
        wanted = [one.entry.id for one in bundle.held]
        mentioned = [one.id for one in bundle.elsewhere]
    else:
        wanted = retention.expired(book) if args.expired else [erasing.erasable(book, args.entry).id]
        mentioned = []
    if args.dry_run:
        said = f"{_number(len(wanted), 'record')} would be erased; nothing was changed"
        return Answer({"dry_run": True, "records": len(wanted), "mentioned": mentioned}, said)
    if not wanted:
        return Answer({"records": 0, "changes": 0, "files": [], "clean": True}, "Nothing is past its time")
    if not args.yes and not _sure(book, args, wanted):
        return Answer({"records": 0, "changes": 0, "files": [], "clean": True}, "Nothing was erased")
    reason = args.reason or ""
    if args.code is not None:
        done = erasing.erase_pupil(book, args.code, reason)
    elif args.expired:
        done = erasing.erase_rows(book, wanted, reason, answers=False)
    else:
        done = erasing.erase_entry(book, wanted[0], reason)
    return _erased(book, done, mentioned)


def _sure(book: Book, args: Namespace, wanted: list[str]) -> bool:
    """Asks a person at a terminal once more: a mistyped code or id cannot be brought back."""
    if not passphrases.can_ask():
        return True
    what = f"of {args.code}" if args.code is not None else "past their time"
    if args.entry is not None:
        what = f"({book.says(book.entry(wanted[0]))})"
    return passphrases.confirmed(f"Erase {_number(len(wanted), 'record')} {what} for good, on every device?")


def _erased(book: Book, done: erasing.Erased, mentioned: list[str]) -> Answer:
    said = [f"Erased for good: {_number(done.records, 'record')} in {_number(done.changes, 'change')}"]
    said += [f"{place} was removed" for place in done.files]
    hints = [f"{place} could not be removed; do that yourself" for place in done.left]
    if book.config["shared.url"] and done.everywhere:
        hints.append("the shared file and the other devices erase it at their next syncs; `lsa sync` begins that")
    if mentioned:
        listed = ", ".join(one[:13] for one in mentioned[:5])
        hints.append(f"this pupil is mentioned in {_number(len(mentioned), 'record')} of others; look at {listed}")
    if not done.clean:
        hints.append(
            "the words are out of the records, but their bytes may still be in free pages, because another program "
            "holds the database; `lsa doctor` tries again"
        )
    data = {
        "records": done.records,
        "changes": done.changes,
        "files": [str(place) for place in done.files],
        "mentioned": mentioned,
        "clean": done.clean,
        "remaining": log.backlog(book.db),
    }
    return Answer(data, "\n".join(said), hints=tuple(hints))


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@command("retention", "how long each class of records is kept, and what is past its time", examples=("retention",))
def kept(book: Book, _args: Namespace) -> Answer:
    """Each class: months, what is past them, the oldest day."""
    found = retention.periods(book)
    rows = [
        (one.name, f"{one.months} months" if one.months else "always", f"{len(one.rows)} past it", _day(one))
        for one in found
    ]
    data = [
        {
            "class": one.name,
            "months": one.months,
            "kept_from": one.kept_from.isoformat() if one.kept_from else None,
            "expired": len(one.rows),
            "oldest": one.oldest.isoformat() if one.oldest else None,
            "types": list(retention.CLASSES[one.name]),
        }
        for one in found
    ]
    how = f"Set months in {book.config.path}, under [retention]; `lsa erase --expired --reason TEXT` erases"
    return Answer({"classes": data}, f"{table(rows)}\n{how}")


def _day(period: retention.Period) -> str:
    return f"oldest {period.oldest.isoformat()}" if period.oldest else "none"


@command(
    "access-request",
    "everything held about one pupil, to read and as JSON lines, and the places that mention others",
    arg("code", metavar="CODE"),
    arg("--out", metavar="DIR", help="a folder for it (without: in the folder of saved documents)"),
    examples=("access-request K7", "access-request K7 --out /home/jo/K7"),
)
def access_request(book: Book, args: Namespace) -> Answer:
    """The files, and how much is in them."""
    from lsa_tui.documents import access as bundles  # documents load what a mark does not need

    bundle = access.gather(book, args.code)
    folder = book.paths.saved / f"access-request-{bundle.code}-{book.today().isoformat()}"
    if args.out is not None:
        folder = Path(args.out).expanduser().absolute()
        try:
            is_file = folder.exists() and not folder.is_dir()
        except OSError as problem:
            raise BadInput(f"{args.out[:80]} cannot be a folder ({problem.strerror}); choose another name") from None
        if is_file:
            raise BadInput(f"{folder} is a file; name a folder, or one that is not there yet")
    try:
        private_folder(folder)
    except LsaError as problem:
        if args.out is None:
            raise
        raise BadInput(f"{folder} cannot be made; name another folder with --out") from problem
    files = bundles.write(book, bundle, folder)
    data = {
        "pupil": bundle.code,
        "folder": str(folder),
        "files": [str(file) for file in files],
        "records": len(bundle.held),
        "mentions": [bundles.mention_line(one) for one in bundle.mentions],
        "elsewhere": [bundles.elsewhere_line(book, one) for one in bundle.elsewhere],
    }
    said = (
        f"{folder} holds {_number(len(bundle.held), 'record')} about {bundle.code}\n"
        f"Others are named in {_number(len(bundle.mentions), 'place')}, and {bundle.code} is mentioned in "
        f"{_number(len(bundle.elsewhere), 'record')} of others: {bundles.MENTIONS} lists them, to be checked by a "
        "person before anything is handed out"
    )
    return Answer(data, said, hints=("these files are not encrypted; remove them when they have been handed over",))


@command(
    "audit",
    "who did what, and when: every change, and what is none (exports, wrong PINs, keys); no recorded words",
    arg("--since", metavar="DATE", help=f"from this day on (without: the last {LAST_DAYS} days)"),
    arg("--until", metavar="DATE", help="to this day"),
    examples=("audit", "audit --since 2026-11-01 --json"),
)
def show(book: Book, args: Namespace) -> Answer:
    """The deeds, oldest first."""
    until = parse_day(args.until, book.now()) if args.until is not None else None
    since = parse_day(args.since, book.now()) if args.since is not None else None
    if since is None:
        since = (until or book.today()) - timedelta(days=LAST_DAYS - 1)
    if until is not None and since > until:
        raise BadInput(f"--since {since} comes after --until {until}; turn them round")
    found = audit.entries(book, since, until)
    rows = [
        (audit.moment(one), one.by, one.role, f"{one.did} {one.kind}".strip(), one.id[:13], _about(book, one))
        for one in found
    ]
    data = {
        "since": since.isoformat(),
        "until": (until or book.today()).isoformat(),
        "entries": [
            {
                "at": one.at,
                "by": one.by,
                "role": one.role,
                "device": one.device,
                "did": one.did,
                "type": one.kind,
                "id": one.id,
                "fields": list(one.fields),
                "about": one.about,
            }
            for one in found
        ],
    }
    return Answer(data, table(rows) or "Nothing was done in these days")


def _about(book: Book, entry: audit.Entry) -> str:
    """Fields or what it was about, a pupil by code where there still is one."""
    if entry.fields:
        return ", ".join(entry.fields)
    about = re.sub(
        r"(?<=pupil )[0-9a-f-]{36}",
        lambda match: book.names.pupil(match[0]) if ids.is_id(match[0]) else match[0],
        entry.about,
    )
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return re.sub(moment, lambda match: clock.shown(match[0], book.zone), about)
