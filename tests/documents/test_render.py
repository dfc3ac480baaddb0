"""The four formats: what people typed comes out as typed, the short form fits, nothing needs the network."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from documents.usual_day import TUESDAY, Clock
from homes import acting
from lsa_tui.daybook import events, marks, notes, problems, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.documents.document import Document, Item, Section
from lsa_tui.documents.render import render
from lsa_tui.documents.summary import build
from lsa_tui.errors import BadInput

NASTY = (
    "[/]",
    "[@click=app.quit]x[/]",
    "[bold red]loud[/bold red]",
    "<script>alert(1)</script>",
    "**bold** _it_ `code` ~~gone~~",
    "# no heading",
    "- no list",
    "1. no number",
    "12) no number",
    "> no quote",
    "+ no list",
    "=== no line",
    "--- no line",
    "[link](http://example.org) ![x](y)",
    "a | b | c",
    "&lt;b&gt; &amp; &copy;",
    "\\ back \\* slash",
    "$x$ :smile: {braces}",
    "<!-- hidden --> <b>",
    "\"quotes\" 'single'",
    "👩🏽‍🦽 é ü 漢字",
)


class Reader(HTMLParser):
    """The words and tags that a browser would find."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read_html(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def saying(*words: str, lines: tuple[str, ...] = ()) -> Document:
    made = tuple(Item(text=word, lines=lines) for word in words)
    return Document(TUESDAY, "K7", "teacher", "HAND-OVER", (Section("tomorrow", "TOMORROW", made),))


@pytest.mark.parametrize("typed", NASTY)
def test_typed_text_is_never_markup_in_the_terminal(typed: str) -> None:
    for colour in (False, True):
        assert typed in render(saying(typed, lines=(typed,)), "text", colour=colour)
    assert typed in render(saying(typed), "text", short=True)


@pytest.mark.parametrize("typed", NASTY)
def test_typed_text_is_never_markup_in_html(typed: str) -> None:
    plain = [tag for tag, _ in read_html(render(saying("x", lines=("x",)), "html")).tags]
    reader = read_html(render(saying(typed, lines=(typed,)), "html"))
    assert [tag for tag, _ in reader.tags] == plain
    assert reader.words.count(typed) == 2


@pytest.mark.parametrize("typed", NASTY)
def test_typed_text_is_never_markup_in_markdown(typed: str) -> None:
    """Converted by a real converter, with HTML and the extensions of GitHub's dialect allowed."""
    converter = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    plain = [tag for tag, _ in read_html(converter.render(render(saying("x", lines=("x",)), "md"))).tags]
    reader = read_html(converter.render(render(saying(typed, lines=(typed,)), "md")))
    assert [tag for tag, _ in reader.tags] == plain
    assert [word.strip() for word in reader.words].count(typed) == 2


def test_typed_text_is_never_markup_from_the_note_to_the_page(book: Book) -> None:
    notes.note(book, "Said [/] and [@click=app.quit]x[/] and <script>alert(1)</script> and **loud**")
    document = build(book, TUESDAY, "teacher")
    typed = "Said [/] and [@click=app.quit]x[/] and <script>alert(1)</script> and **loud**"
    assert typed in " ".join(render(document, "text", width=200).split())
    assert "<script>" not in render(document, "html")
    assert "<script>" not in render(document, "md")
    happened = next(one for one in json.loads(render(document, "json"))["sections"] if one["id"] == "what_happened")
    assert happened["items"][0]["text"] == typed


def test_lines_that_people_typed_stay_lines() -> None:
    typed = "first\nsecond [x]\n\n- third"
    assert render(saying(typed), "text").splitlines()[-4:] == ["  first", "  second [x]", "", "  - third"]
    converted = MarkdownIt("commonmark").render(render(saying(typed), "md"))
    assert "first<br />\nsecond [x]<br />\n- third" in converted
    assert "first\nsecond [x]\n\n- third" in read_html(render(saying(typed), "html")).words


def test_codes_of_a_terminal_in_foreign_records_come_to_nothing() -> None:
    for form in ("text", "md", "html"):
        assert "\x1b" not in render(saying("\x1b[31mred\x1b[0m \x07bell"), form)


def test_plain_text_has_no_codes_and_colour_has(hand_over: Document) -> None:
    plain = render(hand_over, "text")
    assert "\x1b" not in plain
    coloured = render(hand_over, "text", colour=True)
    assert "\x1b[" in coloured
    assert "\x1b[38;" not in coloured  # the terminal's own 16 colours only


def test_exceptions_are_marked_by_a_sign_and_not_by_colour_alone(hand_over: Document) -> None:
    assert "! 11:30 Problem, open: Needs a quieter place for spelling" in render(hand_over, "text")
    assert "- **!** 11:30 Problem, open" in render(hand_over, "md")
    assert "<b>!</b>" in render(hand_over, "html")


@pytest.mark.parametrize("audience", ["lsa", "teacher"])
def test_the_short_form_of_a_usual_day_fits_the_screen(usual: Book, audience: str) -> None:
    lines = render(build(usual, TUESDAY, audience), "text", short=True).splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines) <= 80
    assert lines[1].startswith("NEEDS YOU     ! open since Mon 23 Nov")
    labels = [line[:14].strip() for line in lines[1:] if line[:14].strip()]
    assert labels == [
        "NEEDS YOU",
        "YOU ASKED",
        "LEARNING",
        "WHAT HELPED",
        "PROVISION",
        "WELLBEING",
        "FOOD AND CARE",
        "BEHAVIOUR",
        "WHAT HAPPENED",
        "OWN WORDS",
        "TOMORROW",
        "ADULTS, HOME",
        "ABOUT",
    ]


def test_the_short_form_keeps_the_figures(hand_over: Document) -> None:
    page = " ".join(render(hand_over, "text", short=True).split())
    for words in (
        "T1 independence 60 % of 10: Self 6, Prompt 2, not yet 1",
        "! F2 0 of 10 min; missed: LSA moved to cover 10 min · 90 of 100 min (delivered / planned)",
        "frequency in 1 h 20 min: Calling out 4 (3.0/h), Asked for help 3 (2.3/h)",
        "duration in 1 h 20 min: On own 20 min (25 %)",
        "praise : reminder 5.2 : 1 (31 and 6)",
        "09:20 G green (pupil) · 10:20 Y yellow",
        "10:20 work hard or unclear > left place > space here, 4 min",
        "watched 1 h 20 min · 1 gap · 1 late · 2 unnamed",
    ):
        assert words in page


def test_a_day_too_full_for_the_screen_keeps_exceptions_and_figures(usual: Book) -> None:
    for number in range(12):
        notes.note(usual, f"Something long enough to take more than one line of the screen, number {number} of many")
        notes.note(usual, f"Something long enough for home that takes more than one line, number {number} ^home")
    events.flag(usual, "medicine missed or changed")
    lines = render(build(usual, TUESDAY, "lsa"), "text", short=True).splitlines()
    assert len(lines) <= 24
    page = "\n".join(lines)
    assert "! 15:20 medicine missed or changed" in page
    assert "(31 and 6)" in page
    assert "and 12 more" in page  # of 14 in WHAT HAPPENED, 2 stay


def test_the_short_form_can_be_read_at_forty_columns(hand_over: Document) -> None:
    lines = render(hand_over, "text", short=True, width=40).splitlines()
    assert max(len(line) for line in lines) <= 40
    page = " ".join(" ".join(lines).split())
    assert "! open since Mon 23 Nov: The card is missing from the bag" in page
    assert "T2 independence 25 % of 4: Independent 1, Verbal 2, Model 1" in page


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_no_line_is_wider_than_the_screen(hand_over: Document, width: int) -> None:
    for short in (False, True):
        for line in render(hand_over, "text", short=short, width=width).splitlines():
            assert len(line) <= max(width, 20)
            assert line == line.rstrip()


def test_wide_letters_count_as_two_columns() -> None:
    for short in (False, True):
        page = render(saying("漢字" * 60, "👩🏽‍🦽 " * 30), "text", short=short, width=40)
        assert max(cell_len(line) for line in page.splitlines()) <= 40


def test_a_note_of_ten_thousand_letters(book: Book) -> None:
    notes.note(book, "x" * 10_000)
    document = build(book, TUESDAY, "teacher")
    assert max(len(line) for line in render(document, "text").splitlines()) == 80
    assert render(document, "text").count("x") >= 10_000
    assert len(render(document, "text", short=True).splitlines()) <= 24


def test_empty_sections_say_so_in_full_and_are_left_out_when_short(book: Book) -> None:
    document = build(book, TUESDAY, "teacher")
    assert render(document, "text").count("none recorded") == 11
    assert render(document, "md").count("none recorded") == 11
    assert render(document, "html").count("none recorded") == 11
    for form in ("text", "md", "html"):
        assert "none recorded" not in render(document, form, short=True)
        assert "OWN WORDS" not in render(document, form, short=True)
    assert render(saying(), "text", short=True) == "HAND-OVER\nnone recorded\n"


def test_json_has_the_shape_that_scripts_rely_on(hand_over: Document) -> None:
    found = json.loads(render(hand_over, "json"))
    assert (found["date"], found["pupil"], found["audience"]) == ("2026-11-24", "K7", "lsa")
    assert len(found["sections"]) == 13
    for section in found["sections"]:
        assert {"id", "title", "items"} <= section.keys()
        for item in section["items"]:
            assert isinstance(item["text"], str)
            assert item["text"]
    behaviour = next(one for one in found["sections"] if one["id"] == "behaviour")["items"][0]
    assert (behaviour["count"], behaviour["observed_minutes"], behaviour["per_hour"]) == (4, 80, 3.0)
    assert behaviour["method"] == "frequency"
    assert behaviour["time"] is None


def test_json_of_the_short_form_has_the_sections_with_something_in_them(book: Book) -> None:
    found = json.loads(render(build(book, TUESDAY, "teacher"), "json", short=True))
    assert [section["id"] for section in found["sections"]] == ["about"]


def test_the_html_page_stands_alone(hand_over: Document) -> None:
    page = render(hand_over, "html")
    reader = read_html(page)
    assert ("html", {"lang": "en-GB"}) in reader.tags
    assert ("meta", {"charset": "utf-8"}) in reader.tags
    assert not [tag for tag, _ in reader.tags if tag in ("script", "link", "img", "iframe", "object", "base", "a")]
    assert not [name for _, attributes in reader.tags for name in attributes if name in ("src", "href", "style")]
    assert "url(" not in page
    assert "@import" not in page
    assert "@media print" in page


def test_a_format_that_there_is_not(hand_over: Document) -> None:
    with pytest.raises(BadInput, match="did you mean 'html'"):
        render(hand_over, "htm")


def test_building_and_rendering_need_neither_textual_nor_rich_before_the_terminal(book: Book) -> None:
    code = (
        "import sys\n"
        "from datetime import date\n"
        "from lsa_tui import paths\n"
        "from lsa_tui.daybook.book import Book\n"
        "from lsa_tui.documents.render import render\n"
        "from lsa_tui.documents.summary import build\n"
        "document = build(Book(paths.find(sys.argv[1])), date(2026, 11, 24), 'lsa')\n"
        "for form in ('json', 'md', 'html'):\n"
        "    render(document, form)\n"
        "assert 'rich' not in sys.modules\n"
        "render(document, 'text')\n"
        "assert 'textual' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, str(book.paths.config_folder)], check=True)


def test_a_year_behind_does_not_change_what_is_read(book: Book, now: Clock) -> None:
    """A day's document asks for a few days' records only: counted by the rows that the database gives out."""

    def rows_read() -> int:
        real, seen = book.db.execute_sql, 0

        def counting(sql: str, params: object = ()) -> object:
            nonlocal seen
            seen += len(real(sql, params).fetchall())
            return real(sql, params)

        book.db.execute_sql = counting
        try:
            build(book, TUESDAY, "lsa")
        finally:
            del book.db.execute_sql
        return seen

    def school_day(day: date) -> None:
        now("09:00", day.isoformat())
        with book.step():
            sessions.start(book, None)
            for _ in range(5):
                marks.tally(book, "c")
                marks.trial(book, "T1", "self")
            notes.note(book, "Read five words")
            problem = problems.raise_problem(book, "Card is missing")
            now("10:00", day.isoformat())
            sessions.stop(book)
        with acting(book):
            problems.reply(book, problem.id, "Found", close=True)

    weekdays = [date.fromordinal(TUESDAY.toordinal() - back) for back in range(1, 60)]
    weekdays = [day for day in weekdays if day.weekday() < 5]
    for day in [TUESDAY, *weekdays[:8]]:
        school_day(day)
    now("15:00")
    fortnight = rows_read()
    for day in weekdays[8:]:
        school_day(day)
    now("15:00")
    assert fortnight > 10
    assert rows_read() == fortnight
