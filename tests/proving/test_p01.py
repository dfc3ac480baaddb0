"""A slice of P1 of `proofs`, over files and over folders; its whole size: `python -m proofs --full P1`."""

from __future__ import annotations

import pytest

from proofs import p01_states

KINDS = (("sqlite", "sqlite"), ("sqlite", "sqlite"), ("folder", "sqlite"))


# Two, so that they can run at once.
@pytest.mark.parametrize("seed", [1, 2])
def test_a_slice(seed: int) -> None:
    seen, failed = p01_states.examples((100, p01_states.STEPS, seed, KINDS, True))
    assert failed == []
    assert min(seen[name] for name in ("sync", "crashed", "restore", "clone", "store", "decide")) > 10
