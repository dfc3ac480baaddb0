"""A slice of P6 of `proofs`; its whole size: `python -m proofs --full P6`."""

from __future__ import annotations

import os

import pytest

from proofs import p06_crowd


@pytest.mark.skipif(os.name != "posix", reason="kills and counts processes as POSIX does")
def test_a_slice() -> None:
    outcome = p06_crowd.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
