"""A slice of P1 of `proofs`, over files and over folders; its whole size: `python -m proofs --full P1`."""

from __future__ import annotations

import pytest

from proofs import far_places, p01_states


# Two, so that they can run at once.
@pytest.mark.parametrize("seed", [1, 2])
def test_a_slice(seed: int) -> None:
    seen, failed = p01_states.examples((100, p01_states.STEPS, seed, p01_states.KINDS, True))
    assert failed == []
    assert min(seen[name] for name in ("sync", "crashed", "restore", "clone", "store", "decide")) > 10


@pytest.mark.skipif(not far_places.available(), reason="PostgreSQL is not installed")
def test_a_slice_with_a_server() -> None:
    assert p01_states.examples((15, p01_states.STEPS, 1, p01_states.SERVER, True))[1] == []
