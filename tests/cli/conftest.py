"""A home that was set up: LSA JT, pupil K7 with target T1, the default tiles, a morning in November."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commands import RunLsa

MORNING = "2026-11-24T09:50:00+00:00"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Moves the clock to a time of day, or to a whole moment."""

    def move(moment: str) -> None:
        monkeypatch.setenv("LSA_NOW", moment if "T" in moment else f"2026-11-24T{moment}:00+00:00")

    return move


@pytest.fixture
def lsa(run_lsa: RunLsa, at: Callable[[str], None]) -> RunLsa:
    """Runs commands on a home with JT, K7, T1 and the tiles, on a Tuesday at 09:50; fails where one of these fails."""
    at(MORNING)
    for words in (
        ("init", "--name", "Jo Taylor", "--initials", "JT", "--role", "lsa", "--defaults"),
        ("pupil", "add", "K7"),
        ("target", "add", "T1", "Asks for help with the card"),
    ):
        done = run_lsa(*words)
        assert done.code == 0, done.err
    return run_lsa
