"""A document as one HTML page that can be printed: nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from lsa_tui.documents.document import Document, Item, Section
from lsa_tui.text import clean

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 3rem; max-width: 46rem; background: #fff; color: #1f2933;
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { margin: 0 0 1.25rem; padding-bottom: .75rem; border-bottom: 2px solid #2b5d73; font-size: 1.3rem;
  line-height: 1.3; font-weight: 650; white-space: pre-wrap; }
section { display: grid; grid-template-columns: 9.5rem 1fr; gap: 0 1.25rem; padding: .7rem 0;
  border-bottom: 1px solid #e2e8ec; }
section:last-of-type { border-bottom: 0; }
h2 { margin: .15rem 0 0; font-size: .78rem; line-height: 1.6; letter-spacing: .05em; font-weight: 650; color: #2b5d73; }
ul { margin: 0; padding: 0; list-style: none; }
li { margin: 0 0 .3rem; overflow-wrap: anywhere; white-space: pre-line; break-inside: avoid; }
li:last-child { margin-bottom: 0; }
li ul { margin: .1rem 0 .2rem; padding-left: .9rem; border-left: 2px solid #e2e8ec; font-size: .93em; color: #46545f; }
li ul li { margin: 0; }
time { color: #5a6872; font-variant-numeric: tabular-nums; }
.mark { padding: .1rem .6rem; border-left: 3px solid #b45309; background: #fdf6ec; }
.mark > b { color: #8f4207; }
.none { margin: 0; color: #5a6872; }
@media (max-width: 34rem) { section { display: block; } h2 { margin-bottom: .2rem; } }
@media print { @page { margin: 16mm; } body { padding: 0; max-width: none; font-size: 10.5pt; }
  section { padding: .45rem 0; } h2 { break-after: avoid; } .mark { background: none; } }
""".strip()


def render(document: Document) -> str:
    """The document as one page with its style in it."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    heading = _typed(document.heading)
    yield "<!DOCTYPE html>"
    yield '<html lang="en-GB">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    # Should a mark-up sign ever slip through, a browser still runs and loads nothing.
    yield ("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{heading}</title>"
    yield f"<style>\n{STYLE}\n</style>"
    yield "</head>"
    yield "<body>"
    yield "<main>"
    yield f"<h1>{heading}</h1>"
    for section in document.sections:
        yield from _section(section)
    yield "</main>"
    yield "</body>"
    yield "</html>"


def _section(section: Section) -> Iterator[str]:
    name = escape(section.id)
    yield f'<section aria-labelledby="{name}">'
    yield f'<h2 id="{name}">{_typed(section.title)}</h2>'
    if section.items:
        yield "<ul>"
        for item in section.items:
            yield _item(item)
        yield "</ul>"
    else:
        yield '<p class="none">none recorded</p>'
    yield "</section>"


def _item(item: Item) -> str:
    time = f"<time>{escape(item.time)}</time> " if item.time else ""
    mark = "<b>!</b> " if item.emphasis else ""
    lines = "".join(f"<li>{_typed(line)}</li>" for line in item.lines)
    under = f"<ul>{lines}</ul>" if lines else ""
    start = '<li class="mark">' if item.emphasis else "<li>"
    return f"{start}{mark}{time}{_typed(item.text)}{under}</li>"


def _typed(words: str) -> str:
    return escape(clean(words))
