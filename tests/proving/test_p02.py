"""P2 of `proofs`: each seeded fault is noticed by its slice, and no slice says anything where there is none."""

from __future__ import annotations

import pytest

from proofs import p02_faults
from proofs.faults import FAULTS

SLICES = p02_faults.slices()


def test_every_fault_has_a_slice() -> None:
    assert FAULTS.keys() == SLICES.keys()
    assert len(FAULTS) >= 12


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_noticed_by_its_slice_and_its_absence_is_not(name: str) -> None:
    SLICES[name]()
    assert p02_faults.noticed(name) is not None
