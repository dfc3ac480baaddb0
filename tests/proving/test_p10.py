"""A slice of P10 of `proofs`; its whole size: `python -m proofs --full P10`."""

from __future__ import annotations

from proofs import p10_term


def test_a_slice() -> None:
    outcome = p10_term.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
