"""The answer to an access request as files: what is held, to read and as data, and what a person must check first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lsa_tui import clock, text
from lsa_tui.daybook import audit
from lsa_tui.daybook.access import Bundle, Held, Mention
from lsa_tui.daybook.book import Book
from lsa_tui.documents import html
from lsa_tui.documents.document import Document, Item, Section
from lsa_tui.errors import BadInput
from lsa_tui.paths import private_folder, write_whole
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

HELD, LINES, MENTIONS, MENTION_LINES = "held.html", "held.jsonl", "mentions.html", "mentions.jsonl"

_NOT_HERE = (
    "This is what the class's records on this device hold. Saved or printed documents, and what the school keeps in "
    "other systems, are not in it. Safeguarding records are the Designated Safeguarding Lead's: ask there.",
    "Private marks of staff (praise, reminders) carry no pupil and cannot be assigned to one.",
)


def write(book: Book, bundle: Bundle, folder: Path) -> list[Path]:
    """Writes the bundle into a folder, for its owner alone, and the audit; returns the files.

    Raises LsaError where a file cannot be written.
    """
    _not_over_another(bundle, folder)
    private_folder(folder)
    files = {
        HELD: html.render(document(book, bundle)),
        LINES: _lines(held_line(book, one) for one in bundle.held),
        MENTIONS: html.render(to_check(book, bundle)),
        MENTION_LINES: _lines(
            [*(mention_line(one) for one in bundle.mentions), *(elsewhere_line(book, one) for one in bundle.elsewhere)]
        ),
    }
    for name, content in files.items():
        write_whole(folder / name, content)
    audit.note(book, "answered an access request", f"pupil {bundle.pupil}, {len(bundle.held)} records")
    return [folder / name for name in files]


def _not_over_another(bundle: Bundle, folder: Path) -> None:
    """Raises BadInput where files stand there that are not an earlier answer about this pupil."""
    there = [name for name in (HELD, LINES, MENTIONS, MENTION_LINES) if (folder / name).is_file()]
    try:
        first = json.loads((folder / LINES).read_text(encoding="utf-8").partition("\n")[0])["id"] if there else None
    except (OSError, ValueError, TypeError, KeyError):
        first = ""
    if there and first not in {one.entry.id for one in bundle.held}:
        raise BadInput(
            f"{folder} holds {there[0]} of something else, perhaps of another pupil, and nothing is written over it; "
            "name another folder with --out"
        )


def _lines(found: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in found)


def held_line(book: Book, held: Held) -> dict[str, Any]:
    """A record as in `export`, with its removal and its history."""
    changes = [{name: value for name, value in one.items() if name != "uid"} for one in held.history]
    conflict = {"conflict": dict(held.entry.conflict)} if held.entry.conflict else {}
    return {**book.json(held.entry), "removed": held.entry.removed, **conflict, "history": changes}


def mention_line(mention: Mention) -> dict[str, Any]:
    """A place that names somebody else."""
    return {
        "id": mention.entry.id,
        "type": mention.entry.kind,
        "field": mention.field,
        "words": mention.words,
        "who": mention.who,
        "earlier": mention.earlier,
    }


def elsewhere_line(book: Book, entry: Entry) -> dict[str, Any]:
    """A record about others that mentions this pupil: where it is, and none of its words."""
    whose = book.names.pupil(entry.pupil) or None
    return {"elsewhere": True, "id": entry.id, "type": entry.kind, "pupil": whose, "at": clock.to_text(entry.when)}


# To read


def document(book: Book, bundle: Bundle) -> Document:
    """What is held, as a document."""
    plan = [one for one in bundle.held if not KINDS[one.entry.kind].listed]
    happened = [one for one in bundle.held if KINDS[one.entry.kind].listed]
    days: dict[str, list[Held]] = {}
    for one in happened:
        days.setdefault(f"{one.entry.when:%Y-%m-%d}", []).append(one)
    about = Section("about", "About this", tuple(Item(one) for one in _NOT_HERE))
    sections = [about, Section("plan", "Pupil and plan", tuple(_item(book, one, False) for one in plan))]
    for number, (day, entries) in enumerate(days.items()):
        sections.append(Section(f"day-{number}", day, tuple(_item(book, one, True) for one in entries)))
    heading = f"{bundle.code}: all that is held, {book.today():%d %B %Y}"
    return Document(book.today(), bundle.code, "access request", heading, tuple(sections))


def to_check(book: Book, bundle: Bundle) -> Document:
    """What somebody must read before the rest is handed out, as a document."""
    others = [
        Item(
            f"{one.words} ({one.who}), in {_place(one.entry)}, {one.field}{', in an earlier version' * one.earlier}",
            emphasis=True,
        )
        for one in bundle.mentions
    ]
    found = [Item(_place(one), lines=(f"id {one.id}",)) for one in bundle.elsewhere]
    sections = (
        Section(
            "check",
            "Before it is handed out",
            (
                Item(
                    f"{HELD} and {LINES} stand as they were written. Others may be mentioned in them: read each place "
                    "below and decide what has to be blacked out. Only names and codes that this program was told are "
                    "found; somebody who is described without a name is not."
                ),
            ),
        ),
        Section("others", "Others mentioned", tuple(others)),
        Section("elsewhere", f"Records of others that mention {bundle.code}", tuple(found)),
    )
    heading = f"{bundle.code}: to be checked by a person"
    return Document(book.today(), bundle.code, "access request", heading, sections)


def _place(entry: Entry) -> str:
    when = f" of {entry.when:%Y-%m-%d %H:%M}" if KINDS[entry.kind].time else ""
    return f"{KINDS[entry.kind].words}{when}"


def _item(book: Book, held: Held, with_time: bool) -> Item:
    entry = held.entry
    lines = [f"{name}: {_shown(book, name, value)}" for name, value in entry.data.items() if value not in (None, "")]
    lines.append(f"written down {entry.recorded_at:%Y-%m-%d %H:%M} by {entry.by}")
    if entry.removed:
        lines.append(f"removed: {entry.removed}")
    lines += _changes(book, held)
    time = f"{entry.when:%H:%M}" if with_time else ""
    return Item(f"{KINDS[entry.kind].words}: {book.line(entry)}", time=time, lines=tuple(lines))


def _changes(book: Book, held: Held) -> Iterator[str]:
    for one in held.history[1:]:
        said = [f"{name}: {_shown(book, name, value)}" for name, value in (one["set"] or {}).items()]
        yield f"changed {one['at'][:10]} {one['at'][11:16]} by {one['by']}: {', '.join(said) or 'erased'}"
    first = held.history[0]["set"] if len(held.history) > 1 else None
    if first:
        yield "at first " + ", ".join(f"{name}: {_shown(book, name, value)}" for name, value in first.items())


def _shown(book: Book, name: str, value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if (named := book.names.of(name, value)) is not None:
        return named
    return text.clean(str(value)) if not isinstance(value, list) else json.dumps(value, ensure_ascii=False)
