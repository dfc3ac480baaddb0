"""A slice of P8 of `proofs`; its whole size: `python -m proofs --full P8`."""

from __future__ import annotations

import os

import pytest

from proofs import p08_flips


@pytest.mark.skipif(os.name != "posix", reason="kills and counts processes as POSIX does")
def test_a_slice() -> None:
    outcome = p08_flips.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
