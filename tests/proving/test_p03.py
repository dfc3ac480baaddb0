"""A slice of P3 of `proofs`; its whole size: `python -m proofs --full P3`."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs import common, p03_calls, stage, strace

MISSING = common.strace_missing()


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_slice() -> None:
    outcome = p03_calls.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_plain_home_that_cannot_be_read_is_no_encrypted_one_whose_keys_are_gone(tmp_path: Path) -> None:
    """Found by P3: what to do about it is another thing."""
    live = stage.Stage(tmp_path, encrypted=False)
    live.make("one")
    file = str(live.home("one").database)
    point = strace.Point("openat", 1, "one/records.db", "")
    done = strace.traced(
        live.command("one", "today"), live.environment(), tmp_path / "log", strace.injected(point, "EIO", live.folder)
    )
    assert (done.code, done.out) == (1, "")
    assert done.err == f"lsa: {file} cannot be read (Input/output error); check its disk, and whose it is\n"
