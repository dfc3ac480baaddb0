"""A record as one JSON object: what commands print, what `export` writes and `import` reads."""

from __future__ import annotations

from typing import Any

from lsa_tui import clock
from lsa_tui.records.kinds import Entry, Words
from lsa_tui.records.vocabulary import KINDS


def to_line(entry: Entry, words: Words) -> dict[str, Any]:
    """`type`, `id`, then `pupil`, `at`, `recorded_at`, `by` for what happened, then the fields of its type."""
    kind = KINDS[entry.kind]
    line: dict[str, Any] = {"type": kind.name, "id": entry.id}
    if kind.pupil != "no":
        line["pupil"] = words.pupil(entry.pupil) or None
    if kind.time and kind.listed:
        line["at"] = clock.to_text(entry.when)
        line["recorded_at"] = clock.to_text(entry.recorded_at)
        line["by"] = entry.by
    for field in kind.fields:
        if field.name == "at":
            continue
        value = field.derived(entry, words) if field.derived else entry[field.name]
        if field.refers:
            # An unknown mark keeps the letter that was pressed in the place of its behaviour's.
            line[field.name] = words.letter(value) or entry["letter"] or None
            line[f"{field.name}_id"] = value
        else:
            line[field.name] = value
    return line


def one_line(entry: Entry, words: Words) -> str:
    """The record in a few words, without its time and pupil."""
    return KINDS[entry.kind].line(entry, words)
