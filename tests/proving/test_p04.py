"""A slice of P4 of `proofs`; its whole size: `python -m proofs --full P4`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsa_tui.sync import keys
from lsa_tui.sync.run import sync
from proofs import common, p04_power, stage

MISSING = common.strace_missing()


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_slice() -> None:
    outcome = p04_power.run(full=False, seed=1)
    assert outcome.violations == [], outcome.figures


def test_a_store_that_was_about_to_be_made_and_that_another_made(tmp_path: Path) -> None:
    """Found by P4: killed before its keys were on the share, a device must not refuse the store that came to be."""
    live = stage.Stage(tmp_path)
    live.make("one", "two")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with live.opened("one") as book, pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            sync(book, ask=lambda _: stage.JOIN)
    for name in ("two", "one", "two"):
        assert live.sync(name).verified
    assert stage.differences(live, "one", "two") == []


def test_a_power_cut_while_the_journal_goes_into_the_database_is_no_damage(tmp_path: Path) -> None:
    """Found by P4: the pages of the file itself may be half then; the journal has all of them."""
    live = stage.Stage(tmp_path)
    live.make("one")
    file = live.home("one").database
    with live.opened("one") as book:
        stage.note(book, "one")
        whole = bytearray(file.read_bytes())
        stage.note(book, "two")
        journal = file.with_name(f"{file.name}-wal").read_bytes()
    # The frames of the journal: 24 bytes that say which page, then the page, of which the first half arrives.
    size = 4096
    for start in range(32, len(journal) - size, 24 + size):
        page = int.from_bytes(journal[start : start + 4])
        whole[(page - 1) * size : page * size - size // 2] = journal[start + 24 : start + 24 + size // 2]
    file.write_bytes(whole)
    file.with_name(f"{file.name}-wal").write_bytes(journal)
    with live.opened("one") as book:
        assert stage.faults_here(book) == []
        assert stage.texts(book) == {"one", "two"}
