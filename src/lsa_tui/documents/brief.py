"""The short form of a document: what was recorded only, in few words."""

from __future__ import annotations

from dataclasses import replace

from lsa_tui.documents.document import Document, Item, Section
from lsa_tui.text import one_line

UNCUT = ("needs_you", "wellbeing", "provision", "about")
"""Exceptions are never left out for being many; of the others the items are few or small."""


def shortened(document: Document) -> Document:
    """The document without empty sections, each item in its brief words."""
    sections = [replace(section, items=tuple(_items(section))) for section in document.sections]
    return replace(document, sections=tuple(section for section in sections if section.items))


def _items(section: Section) -> list[Item]:
    exceptions_first = sorted(section.items, key=lambda item: not item.emphasis)
    brief = [(item, item.text if item.brief is None else item.brief) for item in exceptions_first]
    return [replace(item, text=one_line(words), lines=()) for item, words in brief if words]


def first_of(section: Section, most: int) -> Section:
    """The section with its first `most` items, and how many more there are."""
    if section.id in UNCUT or len(section.items) <= most:
        return section
    rest = Item(text=f"and {len(section.items) - most} more")
    return replace(section, items=(*section.items[:most], rest))
