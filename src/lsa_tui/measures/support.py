"""With how much help: the ladders of support, and how a target's trials spread over one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, NamedTuple

Outcome = Literal["yes", "no", "none"]
"""Correct; not yet right; no response."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels of support, least help first; the first one is "independent".

    The version is stored with each entry: a school that reorders or renames its levels makes a new version,
    and what was recorded keeps its meaning. Raises ValueError without levels, for a level that is there
    twice, or where levels and labels are not equally many.
    """

    id: str
    version: int
    levels: tuple[str, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.levels or len(set(self.levels)) != len(self.levels) or len(self.levels) != len(self.labels):
            raise ValueError(f"ladder {self.id}: each level needs a name of its own and one label")

    def label(self, level: str) -> str:
        """What the screen says for `level`; one that this ladder does not have stands for itself."""
        return dict(zip(self.levels, self.labels, strict=True)).get(level, level)


SCAFFOLD: Final = Ladder(
    id="scaffold",
    version=1,
    levels=("self", "prompting", "clueing", "modelling", "correcting"),
    # "Told", because "Correct" beside a digit would read as praise.
    labels=("Self", "Prompt", "Clue", "Model", "Told"),
)
"""Classroom scaffolding."""

PROMPT: Final = Ladder(
    id="prompt",
    version=1,
    levels=("I", "V", "G", "M", "PP", "FP"),
    labels=("Independent", "Verbal", "Gestural", "Model", "Partial physical", "Full physical"),
)
"""Prompt hierarchy; sources disagree on the order of verbal and gestural."""

LADDERS: Final[Mapping[str, Ladder]] = {ladder.id: ladder for ladder in (SCAFFOLD, PROMPT)}
"""The shipped ladders by id."""


class Trial(NamedTuple):
    """One response to a target: the level of support (None where none was recorded) and the outcome."""

    level: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many trials were correct at each level, and how many were not.

    counts: correct trials by level, in the ladder's order, levels without one included.
    not_yet: refusals and answers not yet right, at whatever level.
    no_response: trials without a response.
    off_ladder: correct trials at a level these levels do not have (another ladder or version).
    independence_percent: 0 to 100, independent and correct of all trials; None for no trials.
    """

    method: ClassVar[str] = "independence %"

    counts: Mapping[str, int]
    not_yet: int
    no_response: int
    off_ladder: int
    total: int
    independence_percent: float | None


def distribution(levels: Sequence[str], trials: Iterable[Trial]) -> Distribution:
    """Spread `trials` over `levels` (least help first, at least one) and take independence from all of them.

    Refusals and no-responses are trials, and so is one at a level that `levels` does not have: leaving any of
    them out would flatter the pupil's independence. No trials give no percentage. Raises ValueError without
    levels or for an outcome other than yes, no or none.
    Source: Cooper, Heron and Heward, Applied Behavior Analysis (percentage of trials, prompt levels).
    """
    if not levels:
        raise ValueError("a ladder needs at least one level")
    correct: Counter[str | None] = Counter()
    outcomes: Counter[str] = Counter({"yes": 0, "no": 0, "none": 0})
    for trial in trials:
        if trial.outcome not in outcomes:
            raise ValueError(f"an outcome is yes, no or none, not {trial.outcome!r}")
        outcomes[trial.outcome] += 1
        if trial.outcome == "yes":
            correct[trial.level] += 1
    counts = {level: correct[level] for level in levels}
    everything = outcomes.total()
    return Distribution(
        counts=counts,
        not_yet=outcomes["no"],
        no_response=outcomes["none"],
        off_ladder=outcomes["yes"] - sum(counts.values()),
        total=everything,
        independence_percent=100 * counts[levels[0]] / everything if everything else None,
    )
