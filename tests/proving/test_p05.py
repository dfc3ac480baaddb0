"""A slice of P5 of `proofs`; its whole size: `python -m proofs --full P5`."""

from __future__ import annotations

import os

import pytest

from proofs import p05_kills


@pytest.mark.skipif(os.name != "posix", reason="kills and counts processes as POSIX does")
def test_a_slice() -> None:
    outcome = p05_kills.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
