"""A slice of P12 of `proofs`; its whole size: `python -m proofs --full P12`."""

from __future__ import annotations

from proofs import p12_erasure


def test_a_slice() -> None:
    outcome = p12_erasure.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
