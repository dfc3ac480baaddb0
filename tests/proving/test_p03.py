"""A slice of P3 of `proofs`; its whole size: `python -m proofs --full P3`."""

from __future__ import annotations

import pytest

from proofs import common, p03_calls

MISSING = common.strace_missing()


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_slice() -> None:
    outcome = p03_calls.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures
