"""A slice of P4 of `proofs`; its whole size: `python -m proofs --full P4`."""

from __future__ import annotations

import pytest

from proofs import common, p04_power

MISSING = common.strace_missing()


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_slice() -> None:
    outcome = p04_power.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
