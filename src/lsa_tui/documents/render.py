"""A document in one of its formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsa_tui import text as words
from lsa_tui.documents.brief import shortened
from lsa_tui.documents.document import Document, Item
from lsa_tui.errors import BadInput

FORMATS = ("text", "md", "html", "json")


def render(document: Document, format: str, *, short: bool = False, width: int = 80, colour: bool = False) -> str:
    """The document as `text`, `md`, `html` or `json`, ending with a line break.

    `short` leaves out empty sections and details. `width` (columns, at least 20) and `colour` (terminal codes) are
    for text alone. Raises BadInput for a format that there is not.
    """
    if format not in FORMATS:
        raise BadInput(
            f"there is no format {format!r}; it is one of {', '.join(FORMATS)}{words.nearest(format, list(FORMATS))}"
        )
    # Each renderer is loaded when it is asked for: Rich alone costs more than building the document.
    if format == "text":
        from lsa_tui.documents import text

        return text.render(document, short=short, width=width, colour=colour)
    shown = shortened(document) if short else document
    if format == "json":
        return _json(shown)
    if format == "md":
        from lsa_tui.documents import markdown

        return markdown.render(shown)
    from lsa_tui.documents import html

    return html.render(shown)


def as_json(document: Document) -> dict[str, Any]:
    """The document as plain JSON values."""
    return {
        "date": document.date.isoformat(),
        "pupil": document.pupil,
        "audience": document.audience,
        "heading": document.heading,
        "sections": [
            {"id": section.id, "title": section.title, "items": [_item(item) for item in section.items]}
            for section in document.sections
        ],
    }


def _item(item: Item) -> Mapping[str, Any]:
    return {
        "text": item.text,
        "time": item.time or None,
        "lines": list(item.lines),
        "emphasis": item.emphasis,
        **item.data,
    }


def _json(document: Document) -> str:
    import json

    return json.dumps(as_json(document), ensure_ascii=False, indent=2) + "\n"
