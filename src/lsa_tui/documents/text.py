"""A document for the terminal: the full form as a page, the short form as a table of two columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

from lsa_tui.documents.brief import first_of, shortened
from lsa_tui.documents.document import Document, Item, Section
from lsa_tui.text import clean

NARROWEST = 20
LABEL_WIDTH = 14
SCREEN = 24
"""Lines of the smallest usual terminal."""
TWO_COLUMNS_FROM = 60
"""Below this a column of labels would leave too little for the words."""

LABELS = {"own_words": "OWN WORDS", "adults_and_home": "ADULTS, HOME", "about": "ABOUT"}
FLOWING = ("what_helped", "provision", "wellbeing", "food_and_care", "about")
"""Sections of small facts, which stand one after the other in the short form."""
UNTIMED = ("what_helped", "food_and_care")

MOST = 4
"""Items of a section in the short form."""
TELLING = (
    "adults_and_home",
    "what_happened",
    "tomorrow",
    "you_asked",
    "own_words",
    "learning",
    "what_helped",
    "food_and_care",
)
FIGURES_AND_EXCEPTIONS = ("about", "wellbeing", "provision", "behaviour", "needs_you")
YIELDING = (
    *((section, 1, MOST) for section in TELLING),
    *((section, 1, 2) for section in TELLING),
    *((section, 1, MOST) for section in FIGURES_AND_EXCEPTIONS),
)
"""Where a day is too full for the screen: which section yields next, to how many lines an item and how many items."""

TITLE, TIME, LOUD, QUIET = "bold cyan", "dim", "bold yellow", "dim"
EMPTY = "none recorded"


def render(document: Document, *, short: bool, width: int, colour: bool) -> str:
    """The document in lines of at most `width` columns, without a code of any kind unless `colour`.

    What people typed is never read as markup.
    """
    console = Console(
        file=StringIO(),
        width=max(width, NARROWEST),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as captured:
        for line in _short(document, console) if short else _full(document, console):
            line.rstrip()
            console.print(line, soft_wrap=True)
    return captured.get()


def _full(document: Document, console: Console) -> Iterator[Text]:
    yield from _wrapped(console, "", Text(document.heading, "bold"))
    for section in document.sections:
        yield Text()
        yield Text(section.title, TITLE)
        if not section.items:
            yield Text(f"  {EMPTY}", QUIET)
        for item in section.items:
            yield from _wrapped(console, _bullet(item), _words(item))
            for line in item.lines:
                yield from _wrapped(console, "    ", _typed(line))


def _bullet(item: Item) -> Text:
    return Text("! ", LOUD) if item.emphasis else Text("  ")


def _short(document: Document, console: Console) -> Iterator[Text]:
    yield from _wrapped(console, "", Text(document.heading, "bold"))
    sections = shortened(document).sections
    for lines in _fitted(sections, console) if sections else [[Text(EMPTY, QUIET)]]:
        yield from lines


def _fitted(sections: Sequence[Section], console: Console) -> list[list[Text]]:
    """The lines of each section. Where they are too many for a screen, one section after the other yields.

    In a narrow window they scroll anyway, so there they keep their lines.
    """
    narrow = console.width < TWO_COLUMNS_FROM
    page = [_short_section(section, console, 3 if narrow else 2, MOST) for section in sections]
    for name, lines, most in () if narrow else YIELDING:
        if sum(len(part) for part in page) < SCREEN:
            break
        page = [
            _short_section(section, console, lines, most) if section.id == name else part
            for section, part in zip(sections, page, strict=True)
        ]
    return page


def _short_section(section: Section, console: Console, lines: int, most: int) -> list[Text]:
    made: list[Text] = []
    label = Text(LABELS.get(section.id, section.title), TITLE)
    if console.width >= TWO_COLUMNS_FROM:
        label.pad_right(LABEL_WIDTH - label.cell_len)
    else:
        made.append(label)
        label = Text("  ")
    for words in _short_words(first_of(section, most)):
        made += _wrapped(console, label, words, lines)
        label = Text(" " * label.cell_len)
    return made


def _short_words(section: Section) -> list[Text]:
    marked = [
        Text.assemble(_bullet(item) if item.emphasis else "", _words(item, section.id not in UNTIMED))
        for item in section.items
    ]
    return [Text(" · ", QUIET).join(marked)] if section.id in FLOWING else marked


def _words(item: Item, timed: bool = True) -> Text:
    said = _typed(item.text)
    return Text.assemble((f"{item.time} ", TIME), said) if item.time and timed else said


def _typed(words: str) -> Text:
    # A record written by other hands may hold what no keyboard of ours lets through.
    return Text(clean(words))


def _wrapped(console: Console, start: str | Text, words: Text, most: int | None = None) -> Iterator[Text]:
    """`words` in lines that begin under each other after `start`; cut to `most` lines with an ellipsis."""
    start = Text(start) if isinstance(start, str) else start
    room = console.width - start.cell_len
    lines = list(words.wrap(console, room, overflow="fold"))
    if most is not None and len(lines) > most:
        lines = lines[:most]
        lines[-1].truncate(room - 1)
        lines[-1].rstrip()
        lines[-1].append("…")
    for line in lines or [Text()]:
        yield Text.assemble(start, line)
        start = Text(" " * start.cell_len)
