"""Which other pupil is "Peer A" today, for the notes that were already typed so. Forgotten on the next day.

A note that says "Peer A" no longer says who that is, so a document could not tell that the next name on the same day
is somebody else. It stays on this device, among its own facts.
"""

from __future__ import annotations

import json
from datetime import date

from lsa_tui.daybook.book import Book
from lsa_tui.records import log

_KEY = "peers"


def held(book: Book, day: date, about: str) -> dict[str, str]:
    """Person to alias, as notes about this pupil were typed with on that day."""
    return dict(_all(book).get(day.isoformat(), {}).get(about, {}))


def remember(book: Book, day: date, about: str, letters: dict[str, str]) -> None:
    """Keeps who is who for the rest of the day; what was kept for other days goes."""
    today = _all(book).get(day.isoformat(), {})
    with book.store.writing():
        log.set_meta(book.db, _KEY, json.dumps({day.isoformat(): {**today, about: letters}}))


def _all(book: Book) -> dict[str, dict[str, dict[str, str]]]:
    kept = log.get_meta(book.db, _KEY)
    return json.loads(kept) if kept else {}
