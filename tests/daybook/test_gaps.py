"""When and by whom the changes were written that can be read nowhere."""

from __future__ import annotations

import pytest

from lsa_tui.clock import from_text
from lsa_tui.daybook import gaps

MON, TUE, WED = (gaps.Written(from_text(f"2026-11-{day}T15:31:00+00:00"), "JT") for day in (23, 24, 25))
BY_MB = gaps.Written(TUE.at, "MB")


@pytest.mark.parametrize(
    ("known", "first", "last", "said"),
    [
        ({1: MON, 2: MON}, 0, 2, ""),
        ({}, 0, 5, ""),
        ({1: MON, 5: MON}, 0, 5, " (by JT, Mon 23 Nov 2026)"),
        ({1: MON, 5: WED}, 0, 5, " (by JT, Mon 23 Nov 2026 to Wed 25 Nov 2026)"),
        ({1: MON, 5: BY_MB}, 0, 5, " (by JT or MB, Mon 23 Nov 2026 to Tue 24 Nov 2026)"),
        ({3: TUE}, 0, 3, " (by JT, Tue 24 Nov 2026 or before)"),
        ({4: MON, 6: TUE}, 4, 6, " (by JT, Mon 23 Nov 2026 to Tue 24 Nov 2026)"),
        ({1: TUE}, 0, 3, " (by JT, Tue 24 Nov 2026 or later)"),
        (
            {1: MON, 3: MON, 5: MON, 7: TUE},
            0,
            7,
            " (by JT, Mon 23 Nov 2026; by JT, Mon 23 Nov 2026 to Tue 24 Nov 2026)",
        ),
        (
            {2: MON, 4: MON, 6: TUE, 8: TUE, 10: WED},
            0,
            11,
            " (by JT, Mon 23 Nov 2026 or before; by JT, Mon 23 Nov 2026; "
            "by JT, Mon 23 Nov 2026 to Tue 24 Nov 2026; 3 more)",
        ),
    ],
)
def test_the_days_around_each_gap_are_said_once(
    known: dict[int, gaps.Written], first: int, last: int, said: str
) -> None:
    assert gaps.says(known, first, last) == said
