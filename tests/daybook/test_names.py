"""Known names: found where they stand, and aliases in their place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.daybook import events, exchange, names, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import log, read


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """K7 Kai Seven, M2 Mo van der Berg, classmates and staff."""
    made = new_book(tmp_path)
    made.config.save(person_name="Jo Taylor")
    pupils.add(made, "K7", name="Kai Seven")
    pupils.add(made, "M2", name="Mo van der Berg")
    names.take(made, ["Zoë O'Brien", "Will Hart", "Anne-Marie Smith", "", "  "], "classmate")
    names.add(made, "Ms Patel", "staff")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kai sat", [("Kai", "K7")]),
        ("KAI, kai and Kai's book", [("KAI", "K7"), ("kai", "K7"), ("Kai", "K7")]),
        ("kais book", [("kais", "K7")]),
        ("Kai Seven and kai seven", [("Kai Seven", "K7"), ("kai seven", "K7")]),
        ("seven words", []),
        ("Seven sat", [("Seven", "K7")]),
        ("kaiser, akai", []),
        ("Mo said no mo", [("Mo", "M2")]),
        ("Mo van der Berg", [("Mo van der Berg", "M2")]),
        ("a van der near", []),
        ("zoe, ZOË, Zoe\u0308", [("zoe", "classmate"), ("ZOË", "classmate"), ("Zoe\u0308", "classmate")]),
        (
            "O'Brien, o\u2019brien; obrien",
            [("O'Brien", "classmate"), ("o\u2019brien", "classmate"), ("obrien", "classmate")],
        ),
        ("K\u200dai", [("K\u200dai", "K7")]),
        ("he will go", []),
        ("Will came", [("Will", "classmate")]),
        ("will hart by heart", []),
        ("Will hart", [("Will hart", "classmate")]),
        ("hart's book, will\u2019s", [("hart", "classmate"), ("will", "classmate")]),
        ("harts, hart'sea", []),
        ("Anne Marie and AnneMarie", [("Anne Marie", "classmate"), ("AnneMarie", "classmate")]),
        ("Ms Patel, mrs jones", [("Patel", "staff")]),
        ("Jo helped", [("Jo", "yourself")]),
        ("I'll be there, it's fine", []),
        ("", []),
    ],
)
def test_names_in_a_text(book: Book, text: str, found: list[tuple[str, str]]) -> None:
    hits = names.found_in(book, text)
    assert [(one.text, one.who) for one in hits] == found
    assert all(text[one.start : one.end] == one.text for one in hits)


def test_names_without_blanks_between_words(book: Book) -> None:
    names.add(book, "小明", "classmate")
    assert [(one.start, one.end) for one in names.found_in(book, "看小明去了")] == [(1, 3)]


@pytest.mark.parametrize(
    ("text", "found"),
    [("m2 hit @M2, M20, km2", ["M2", "M2"]), ("7 words, @7", ["7"]), ("as he and As", ["As"]), ("K7", ["K7"])],
)
def test_codes_in_a_text(book: Book, text: str, found: list[str]) -> None:
    pupils.add(book, "7")
    pupils.add(book, "As")
    assert [one.who for one in names.mentions(book, text)] == found


def test_nobody_is_known_in_a_home_that_was_told_no_name(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    assert names.known(book) == ()
    assert names.found_in(book, "Kai Seven sat with Zoe") == []
    book.close()


def test_a_name_stays_on_this_device(book: Book) -> None:
    rows = [one.id for kind in ("name", "person") for one in read.of_kind(book.db, kind)]
    assert len(rows) == 6
    for row in rows:
        devices = book.db.execute_sql("SELECT DISTINCT dev, audience FROM change WHERE row = ?", (row,)).fetchall()
        assert devices == [(log.OWN, log.OWN)]


def test_a_name_is_known_once_and_can_be_forgotten(book: Book) -> None:
    names.add(book, "zoë o'brien", "staff")
    assert [one.who for one in names.found_in(book, "Zoë")] == ["staff"]
    names.forget(book, "ZOË O'BRIEN")
    assert names.found_in(book, "Zoë") == []
    with pytest.raises(BadInput, match="neither list"):
        names.forget(book, "Zoë O'Brien")
    names.add(book, "Zoë O'Brien", "classmate")
    assert [one.who for one in names.found_in(book, "Zoë")] == ["classmate"]
    with pytest.raises(BadInput, match="no name in it"):
        names.take(book, ["", " "], "classmate")
    with pytest.raises(BadInput, match="classmate, staff"):
        names.add(book, "Zoe", "friend")


# Aliases


def test_other_pupils_are_peers_in_the_order_of_the_day(book: Book) -> None:
    about, today = book.pupil("K7"), book.today()
    notes.note(book, "Will ran to M2")
    text = "Kai and m2, Will and Anne-Marie; Ms Patel and Jo saw it"
    expected = "K7 and Peer B, Peer A and Peer C; Ms Patel and Jo saw it"
    assert names.with_aliases(book, text, today, about) == expected
    assert names.with_aliases(book, "hart's and Will Hart's, a hart", today, about) == "Peer A's and Peer A's, a hart"
    # Yesterday knows nobody of today's order.
    assert names.with_aliases(book, "M2", today - timedelta(days=1), about) == "Peer A"


def test_an_alias_covers_every_field_and_both_names_of_one_person(book: Book) -> None:
    events.incident(book, "peer", "Hart pushed", "space here", hurt="Zoe's arm", text="Mo Berg saw Will")
    about, today = book.pupil("K7"), book.today()
    assert names.with_aliases(book, "Will, Hart, Zoë, Mo", today, about) == "Peer A, Peer A, Peer B, Peer C"


def test_more_peers_than_letters(book: Book) -> None:
    about = book.pupil("K7")
    text = " ".join(f"C{number}" for number in range(30))
    for number in range(30):
        pupils.add(book, f"C{number}")
    assert names.with_aliases(book, text, book.today(), about).endswith("Peer Z Peer AA Peer AB Peer AC Peer AD")


# Where they may not stand


def test_an_export_with_a_known_name_is_refused_and_says_where(book: Book) -> None:
    first = notes.note(book, "Sat with Will")
    second = events.incident(book, "peer", "Kai pushed", "space here", text="Ms Patel came")
    pupils.add_item(book, "target", "T2", "Plays with Zoe")
    with pytest.raises(names.NamesStand) as refusal:
        exchange.export(book)
    said = str(refusal.value)
    assert "nothing was exported" in said
    assert f"note {first.id}" in said
    assert "text (a classmate's name)" in said
    assert f"incident {second.id}" in said
    assert "seen (K7)" in said
    assert "text (a name of staff)" in said
    assert "target" in said
    for name in ("Will", "Kai", "Patel", "Zoe"):
        assert name not in said
    full = "\n".join(exchange.export(book, names=True))
    assert "Sat with Will" in full
    assert '"name": "Kai Seven"' in full
    assert "Anne-Marie Smith" in full


def test_only_what_is_exported_is_looked_at(book: Book) -> None:
    notes.note(book, "Sat with Will @M2")
    pupils.use(book, "K7")
    notes.note(book, "Sat alone")
    assert "Sat alone" in "\n".join(exchange.export(book, pupil=book.pupil("K7")))
    with pytest.raises(names.NamesStand, match="in 1 place"):
        exchange.export(book)


def test_many_places_are_counted_and_the_first_are_listed(book: Book) -> None:
    for number in range(names.PLACES_SHOWN + 5):
        notes.note(book, f"Sat with Will, number {number}")
    with pytest.raises(names.NamesStand) as refusal:
        exchange.export(book)
    assert "in 25 places" in str(refusal.value)
    assert str(refusal.value).endswith("and 5 more")
