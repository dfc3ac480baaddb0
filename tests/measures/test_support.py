import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.measures.support import LADDERS, PROMPT, SCAFFOLD, Ladder, Trial, distribution


def correct(level: str, times: int = 1) -> list[Trial]:
    return [Trial(level, "yes")] * times


def test_trials_spread_over_the_ladder_in_its_order() -> None:
    trials = [*correct("clueing"), *correct("self", 6), *correct("prompting", 2)]
    found = distribution(SCAFFOLD.levels, trials)
    assert list(found.counts.items()) == [
        ("self", 6),
        ("prompting", 2),
        ("clueing", 1),
        ("modelling", 0),
        ("correcting", 0),
    ]
    assert (found.total, found.not_yet, found.no_response, found.off_ladder) == (9, 0, 0, 0)
    assert found.independence_percent == pytest.approx(100 * 6 / 9)


def test_refusals_and_no_responses_are_trials() -> None:
    trials = [
        *correct("I", 3),
        *correct("V", 3),
        Trial(None, "no"),
        Trial("I", "no"),
        Trial(None, "none"),
        Trial("I", "none"),
    ]
    found = distribution(PROMPT.levels, trials)
    assert (found.total, found.not_yet, found.no_response) == (10, 2, 2)
    assert found.counts["I"] == 3
    assert found.independence_percent == 30.0


def test_no_trials_give_no_percentage() -> None:
    found = distribution(SCAFFOLD.levels, [])
    assert found.independence_percent is None
    assert found.total == 0
    assert set(found.counts.values()) == {0}


def test_only_refusals_are_no_independence_at_all() -> None:
    assert distribution(SCAFFOLD.levels, [Trial(None, "no")]).independence_percent == 0.0


def test_a_level_of_another_ladder_stays_in_the_denominator() -> None:
    found = distribution(SCAFFOLD.levels, [*correct("self"), *correct("PP"), Trial(None, "yes"), Trial("PP", "no")])
    assert (found.off_ladder, found.not_yet, found.total) == (2, 1, 4)
    assert found.independence_percent == 25.0


def test_an_unknown_outcome_or_an_empty_ladder_is_refused() -> None:
    with pytest.raises(ValueError, match="maybe"):
        distribution(SCAFFOLD.levels, [Trial("self", "maybe")])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one level"):
        distribution([], [])


def test_independent_is_the_first_level_of_a_reordered_ladder() -> None:
    reordered = ("I", "G", "V", "M", "PP", "FP")
    found = distribution(reordered, [*correct("G"), *correct("I")])
    assert list(found.counts)[:3] == ["I", "G", "V"]
    assert found.independence_percent == 50.0


def test_the_shipped_ladders_go_from_least_to_most_help() -> None:
    assert LADDERS == {"scaffold": SCAFFOLD, "prompt": PROMPT}
    assert SCAFFOLD.levels == ("self", "prompting", "clueing", "modelling", "correcting")
    assert SCAFFOLD.labels == ("Self", "Prompt", "Clue", "Model", "Told")
    assert PROMPT.levels == ("I", "V", "G", "M", "PP", "FP")
    assert (SCAFFOLD.version, PROMPT.version) == (1, 1)
    assert SCAFFOLD.label("correcting") == "Told"
    assert PROMPT.label("PP") == "Partial physical"


@pytest.mark.parametrize(("levels", "labels"), [((), ()), (("a", "a"), ("A", "B")), (("a", "b"), ("A",))])
def test_a_ladder_that_cannot_be_read_is_refused(levels: tuple[str, ...], labels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="ladder own"):
        Ladder("own", 1, levels, labels)


def test_a_level_the_ladder_does_not_have_stands_for_itself() -> None:
    assert SCAFFOLD.label("PP") == "PP"


trials = st.lists(
    st.builds(Trial, st.none() | st.sampled_from([*PROMPT.levels, "self"]), st.sampled_from(["yes", "no", "none"]))
)


@given(trials)
def test_every_trial_is_somewhere_and_independence_is_a_percentage(given_trials: list[Trial]) -> None:
    found = distribution(PROMPT.levels, given_trials)
    parts = sum(found.counts.values()) + found.not_yet + found.no_response + found.off_ladder
    assert parts == found.total == len(given_trials)
    assert found.independence_percent is None or 0 <= found.independence_percent <= 100
    assert (found.independence_percent is None) == (not given_trials)
