"""A document as Markdown (CommonMark): what people typed comes out as they typed it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsa_tui.documents.document import Document, Item
from lsa_tui.text import clean

_SIGNS = re.compile(r"[\\`*_\[\]{}|~$]")
_LINE_START = re.compile(r"^(\s*)([-+=#:]|\d{1,9}[.)])")


def render(document: Document) -> str:
    """The document as Markdown, a list for each section."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"# {escape(document.heading)}"
    for section in document.sections:
        yield ""
        yield f"## {escape(section.title)}"
        yield ""
        if not section.items:
            yield "none recorded"
        for item in section.items:
            yield f"- {_words(item)}"
            for line in item.lines:
                yield f"  - {_several(line, '    ')}"


def _words(item: Item) -> str:
    before = ("**!**" if item.emphasis else "", item.time)
    return " ".join(part for part in (*before, _several(item.text, "  ")) if part)


def _several(words: str, indent: str) -> str:
    """Lines kept as lines, inside one point of the list."""
    lines = (line.strip() for line in clean(words).split("\n"))
    return f"\\\n{indent}".join(escape(line) for line in lines if line)


def escape(words: str) -> str:
    """`words` (one line) with every sign that Markdown or HTML would read as its own made harmless."""
    # Entities for HTML, because not every converter knows a backslash before a "<".
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words = _SIGNS.sub(r"\\\g<0>", words)
    return _LINE_START.sub(lambda start: start[1] + _before_last(start[2]), words)


def _before_last(sign: str) -> str:
    """A line that begins with "1." begins no list when the stop is escaped."""
    return f"{sign[:-1]}\\{sign[-1]}"
