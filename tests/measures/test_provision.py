import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.measures.provision import Miss, ProvisionMinutes, SlotMinutes, delivered_of_planned


def group(delivered: float, reason: str | None = None, **others: bool) -> SlotMinutes:
    """One of the plan's daily 15-minute groups, up to 3 pupils, led by the teaching assistant."""
    return SlotMinutes(15, delivered, reason, "F1", "teaching assistant", "up to 3", **others)


def only(*slots: SlotMinutes) -> ProvisionMinutes:
    (row,) = delivered_of_planned(slots)
    return row


def test_a_daily_group_of_fifteen_minutes_is_75_minutes_a_week() -> None:
    row = only(*[group(15)] * 5)
    assert (row.delivered, row.planned, row.misses) == (75, 75, ())
    assert (row.provision, row.by_whom, row.group) == ("F1", "teaching assistant", "up to 3")
    assert row.text() == "75 of 75 min"
    assert row.method == "delivered / planned"


def test_each_miss_carries_its_reason() -> None:
    row = only(group(15), group(0, "LSA absent"), group(5, "trip"), group(0, "LSA absent"), group(0))
    assert (row.delivered, row.planned) == (20, 75)
    assert row.misses == (Miss("LSA absent", 2, 30), Miss("trip", 1, 10), Miss(None, 1, 15))
    assert row.text() == "20 of 75 min; missed: LSA absent 30 min (2 slots), trip 10 min, no reason given 15 min"


def test_a_holiday_has_no_slots_and_no_row() -> None:
    assert delivered_of_planned([]) == []


def test_a_cancelled_slot_is_not_planned() -> None:
    row = only(group(15), group(0, "event", cancelled=True))
    assert (row.planned, row.misses) == (15, ())
    assert delivered_of_planned([group(0, cancelled=True)]) == []


def test_a_cancelled_slot_that_went_ahead_is_delivered_but_not_planned() -> None:
    row = only(group(10, cancelled=True))
    assert (row.delivered, row.planned, row.text()) == (10, 0, "10 min, none planned")


def test_a_slot_cut_a_little_short_without_a_word_is_no_miss_but_its_minutes_show() -> None:
    row = only(group(13))
    assert (row.delivered, row.planned, row.misses) == (13, 15, ())


def test_a_slot_still_to_come_is_planned_but_not_missed_unless_a_reason_is_known() -> None:
    assert only(group(0, ended=False)).misses == ()
    assert only(group(0, ended=False)).planned == 15
    assert only(group(0, "trip", ended=False)).misses == (Miss("trip", 1, 15),)


def test_a_reason_without_missing_minutes_is_no_miss() -> None:
    assert only(group(15, "trip")).misses == ()


def test_minutes_over_in_one_slot_do_not_make_up_for_a_miss_in_another() -> None:
    assert group(30).missing == 0
    row = only(group(30), group(0, "room used"))
    assert (row.delivered, row.planned, row.misses) == (30, 30, (Miss("room used", 1, 15),))


def test_provisions_have_rows_of_their_own_in_the_order_they_come() -> None:
    slots = [
        SlotMinutes(10, 10, None, "F2", "SaLT", "1:1"),
        group(15),
        SlotMinutes(60, 58),
        SlotMinutes(10, 0, "professional absent", "F2", "SaLT", "1:1"),
        SlotMinutes(10, 10, None, "F2", "LSA", "1:1"),
    ]
    rows = [(row.provision, row.by_whom, row.delivered, row.planned) for row in delivered_of_planned(slots)]
    assert rows == [
        ("F2", "SaLT", 10, 20),
        ("F1", "teaching assistant", 15, 15),
        (None, "", 58, 60),
        ("F2", "LSA", 10, 10),
    ]


@pytest.mark.parametrize(("planned", "delivered"), [(-1, 0), (15, -1), (15, float("nan"))])
def test_minutes_below_nothing_are_refused(planned: float, delivered: float) -> None:
    with pytest.raises(ValueError, match="minutes"):
        SlotMinutes(planned, delivered)


slots = st.lists(
    st.builds(
        SlotMinutes,
        planned=st.integers(0, 90),
        delivered=st.integers(0, 90),
        reason=st.none() | st.sampled_from(["trip", "event"]),
        provision=st.none() | st.sampled_from(["F1", "F2"]),
        cancelled=st.booleans(),
        ended=st.booleans(),
    )
)


@given(slots, slots)
def test_two_weeks_together_are_the_sum_of_each(first: list[SlotMinutes], second: list[SlotMinutes]) -> None:
    def sums(rows: list[ProvisionMinutes]) -> tuple[float, float, float]:
        missing = sum(miss.minutes for row in rows for miss in row.misses)
        return sum(row.delivered for row in rows), sum(row.planned for row in rows), missing

    apart = zip(sums(delivered_of_planned(first)), sums(delivered_of_planned(second)), strict=True)
    assert sums(delivered_of_planned([*first, *second])) == tuple(a + b for a, b in apart)


@given(slots)
def test_no_row_misses_more_than_was_planned(given_slots: list[SlotMinutes]) -> None:
    for row in delivered_of_planned(given_slots):
        assert sum(miss.minutes for miss in row.misses) <= row.planned
        assert all(miss.minutes > 0 and miss.slots > 0 for miss in row.misses)
