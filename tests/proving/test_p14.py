"""A slice of P14 of `proofs`; its whole size: `python -m proofs --full P14`."""

from __future__ import annotations

from proofs import p14_liveness


def test_a_slice() -> None:
    outcome = p14_liveness.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
