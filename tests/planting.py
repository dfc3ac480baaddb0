"""Words that can be found again, planted in every field of every kind of record that takes any."""

from __future__ import annotations

from itertools import count
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook.book import Book
from lsa_tui.records import ids
from lsa_tui.records.kinds import Entry, Field
from lsa_tui.records.vocabulary import KINDS

_WORDS = ("yes", "count", "up", "praise", "scaffold", "self", "running", "g", "adult", "food", "achievement")
_OTHERS: tuple[Any, ...] = (1, False, "c", *_WORDS)


class Planter:
    """Plants words that all begin alike; `words` are those that stand somewhere."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.numbers = count(100)
        self.words: list[str] = []

    def word(self) -> str:
        """A word that stands nowhere else, and would do as a code."""
        self.words.append(f"{self.stem}{next(self.numbers)}")
        return self.words[-1]

    def all_kinds(self, book: Book, pupil: str) -> list[Entry]:
        """One record of every kind that can be a pupil's, with each of its fields filled."""
        note = book.record("note", {"at": clock.to_text(book.now()), "text": self.word()}, pupil=pupil)
        return [
            note,
            *(
                book.record(kind.name, self._fields(book, kind.fields, note.id), pupil=pupil)
                for kind in KINDS.values()
                if kind.pupil != "no" and kind.name not in ("note", "name")
            ),
        ]

    def _fields(self, book: Book, fields: tuple[Field, ...], note: str) -> dict[str, Any]:
        found = {}
        for field in fields:
            if field.derived:
                continue
            word = self.word()
            for value in (word, [word], clock.to_text(book.now()), note if field.name in ("note",) else ids.new_id()):
                if self._takes(field, value):
                    found[field.name] = value
                    break
            else:
                found[field.name] = next(one for one in (*_OTHERS, [], None) if one is None or self._takes(field, one))
            if found[field.name] not in (word, [word]):
                self.words.remove(word)
        return found

    @staticmethod
    def _takes(field: Field, value: Any) -> bool:
        try:
            field.check(value)
        except ValueError:
            return False
        return True
