"""Recording one entry, durable, against a plain Peewee `create` of one row."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import peewee

from bulk import say
from homes import new_book

NUMBER = 400


def measure(folder: Path) -> None:
    """Both in turn, each its own transaction with the same settings; the median."""
    book = new_book(folder / "recording", tiles=False)
    plain = peewee.SqliteDatabase(
        str(folder / "plain.db"), pragmas=[("journal_mode", "wal"), ("synchronous", "full"), ("secure_delete", "on")]
    )

    class Row(peewee.Model):
        uid = peewee.TextField(primary_key=True)
        pupil = peewee.TextField()
        at = peewee.TextField(index=True)
        text = peewee.TextField()

        class Meta:
            database = plain

    plain.create_tables([Row])
    ours, bare = [], []
    for n in range(NUMBER):
        text = f"asked for help with the card, the {n}th"
        began = time.perf_counter()
        book.record("note", {"at": "2026-11-24T10:42:00+00:00", "text": text})
        between = time.perf_counter()
        Row.create(uid=f"0000000-{n}", pupil="K7", at="2026-11-24T10:42:00+00:00", text=text)
        ours.append(between - began)
        bare.append(time.perf_counter() - between)
    book.close()
    plain.close()
    mine, other = statistics.median(ours), statistics.median(bare)
    what = "recording an entry / a plain Peewee create of one row"
    say(what, mine / other, 4.0, f"{mine * 1000:.2f} ms", f"{other * 1000:.2f} ms")
