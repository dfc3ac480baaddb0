"""Which other pupil is "Peer A" today, for the notes that were already typed so. Forgotten on the next day.

A note that says "Peer A" no longer says who that is, so a document could not tell that the next name on the same day
is somebody else. It stays on this device, among its own facts.
"""

from __future__ import annotations

import json
from datetime import date

from lsa_tui.daybook.book import Book
from lsa_tui.records import log

_KEY = "peers:"


def held(book: Book, day: date, about: str) -> dict[str, str]:
    """Person to alias, as notes about this pupil (an id) were typed with on that day."""
    kept = log.get_meta(book.db, _KEY + about)
    found = json.loads(kept) if kept else {}
    return dict(found["letters"]) if found.get("day") == day.isoformat() else {}


def remember(book: Book, day: date, about: str, letters: dict[str, str]) -> None:
    """Keeps who is who for the rest of the day; what was kept for other days goes."""
    with book.store.writing() as db:
        log.set_meta(db, _KEY + about, json.dumps({"day": day.isoformat(), "letters": letters}))
        for key, kept in list(db.execute_sql("SELECT key, value FROM meta WHERE key LIKE ?", (f"{_KEY}%",))):
            if json.loads(kept)["day"] != day.isoformat():
                db.execute_sql("DELETE FROM meta WHERE key = ?", (key,))
