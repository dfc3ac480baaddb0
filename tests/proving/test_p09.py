"""A slice of P9 of `proofs`; its whole size: `python -m proofs --full P9`."""

from __future__ import annotations

from proofs import p09_clones


def test_a_slice() -> None:
    outcome = p09_clones.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
