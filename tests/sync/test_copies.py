"""The dated copies before a sync: which stay, whatever the clock did."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lsa_tui import clock
from lsa_tui.daybook import notes
from lsa_tui.sync import copies
from lsa_tui.sync.run import sync

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def made_at(folder: Path, moment: datetime) -> Path:
    place = folder / f"{copies.BEGINS}{moment:%Y-%m-%d-%H%M%S}-1.db"
    place.touch()
    copies.thin(folder, place)
    return place


def dates(folder: Path) -> list[str]:
    return [f"{moment:%m-%d}" for one in sorted(folder.iterdir()) if (moment := copies.moment_of(one))]


def test_the_newest_three_one_a_day_and_one_a_week_stay(tmp_path: Path) -> None:
    last = START
    for day in range(60):
        for hour in (0, 3, 6, 7):
            last = START + timedelta(days=day, hours=hour)
            made_at(tmp_path, last)
    found = sorted(moment for one in tmp_path.iterdir() if (moment := copies.moment_of(one)))
    assert found[-3:] == [last - timedelta(hours=4), last - timedelta(hours=1), last]
    days = sorted({one.date() for one in found})
    week = [last.date() - timedelta(days=n) for n in range(7)]
    assert days[-7:] == sorted(week)
    # Of each day its last; of each of four weeks its last.
    assert all(one.hour == 15 for one in found[:-3])
    assert len({one.isocalendar()[:2] for one in found}) == 4
    assert 9 <= len(found) <= 3 + 7 + 4


def test_a_holiday_and_a_wrong_clock_cost_none_of_the_good_ones(tmp_path: Path) -> None:
    for day in range(5):
        made_at(tmp_path, START + timedelta(days=day))
    before = dates(tmp_path)
    assert len(before) == 5
    made_at(tmp_path, START + timedelta(days=60))
    assert dates(tmp_path)[:5] == before
    fast = made_at(tmp_path, START + timedelta(days=3650))
    slow = made_at(tmp_path, START - timedelta(days=400))
    assert {fast, slow} <= set(tmp_path.iterdir())
    assert set(before) <= set(dates(tmp_path))


def test_even_the_oldest_date_is_kept_just_after_it_was_made(tmp_path: Path) -> None:
    for day in range(60):
        made_at(tmp_path, START + timedelta(days=day))
    slow = made_at(tmp_path, START - timedelta(days=400))
    assert slow.exists()


def test_what_is_no_copy_of_ours_is_left_alone(tmp_path: Path) -> None:
    others = [tmp_path / name for name in ("before-sync-1.db", "records-format-1.db", "key.json", "kept.db")]
    for one in others:
        one.touch()
    for hour in range(10):
        made_at(tmp_path, START + timedelta(hours=hour))
    assert set(others) <= set(tmp_path.iterdir())
    assert len(dates(tmp_path)) == 3


def test_a_copy_is_made_before_a_sync_takes_anything_in(homes, url, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = homes("jt"), homes("lp")
    start = one.now()
    for n in range(6):
        monkeypatch.setenv("LSA_NOW", clock.to_text(start + timedelta(seconds=n)))
        notes.note(one, f"Sat {n}")
        sync(one, url)
        sync(two, url)
        sync(two, url)  # nothing comes, so no copy
    found = sorted(two.paths.backups.glob("before-sync-*.db"))
    assert 3 <= len(found) <= 4  # a week or a day may end while this runs
    assert all(copy.stat().st_mode & 0o077 == 0 for copy in found)
    with closing(sqlite3.connect(found[-1])) as copy:
        held = {row[0] for row in copy.execute("SELECT data FROM record WHERE kind = 'note'")}
    assert any("Sat 4" in one for one in held)
    assert not any("Sat 5" in one for one in held)


def test_of_a_large_database_there_is_one_copy_a_day(homes, url, monkeypatch) -> None:
    one, two = homes("jt"), homes("lp")
    monkeypatch.setattr(copies, "LARGE", 1)
    made = []
    for day in ("2026-11-24", "2026-11-24", "2026-11-25"):
        for hour in (9, 10):
            monkeypatch.setenv("LSA_NOW", f"{day}T{hour:02}:00:00+00:00")
            one.record("note", {"at": f"{day}T09:00:00+00:00", "text": "made up"})
            sync(one, url)
            assert sync(two, url).received
            made.append(sorted(path.name for path in two.paths.backups.glob("before-sync-*")))
    assert [len(names) for names in made] == [1, 1, 1, 1, 2, 2]
