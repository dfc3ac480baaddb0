"""P11: a slice of the proof, and the faults with which it must be seen to fail."""

from __future__ import annotations

from itertools import product

import pytest

from lsa_tui.records import catching_up, fold
from lsa_tui.sync import arriving
from proofs import p11_versions


@pytest.mark.parametrize(("first", "second"), list(product(p11_versions.VERSIONS, repeat=2)))
def test_every_pair_of_versions_in_a_shared_file(first, second) -> None:
    assert p11_versions.pair((first, second, "sqlite", False, 1)) is None


def test_a_later_program_and_an_earlier_one_in_a_folder_and_encrypted() -> None:
    assert p11_versions.pair(("after", "before", "folder", False, 2)) is None
    assert p11_versions.pair(("after", "before", "sqlite", True, 3)) is None


ASKED = ("after", "before", "sqlite", False, 1)


def test_an_update_that_does_not_fold_what_waited_is_caught(monkeypatch) -> None:
    monkeypatch.setattr(catching_up, "is_due", lambda _db: False)
    assert "records are not what the log says" in str(p11_versions.pair(ASKED))


def test_a_program_that_takes_in_only_what_it_understands_is_caught(monkeypatch) -> None:
    read = arriving.read

    def narrow(changes, seq, chain):
        known = [one for one in changes if fold.understood(one["kind"], one["op"], one["schema"])]
        return read(known, seq, chain)

    monkeypatch.setattr(arriving, "read", narrow)
    assert p11_versions.pair(ASKED)


def test_a_program_that_folds_schemas_it_does_not_know_is_caught(monkeypatch) -> None:
    changes_of = fold.changes_of

    def bold(db, rows):
        with pytest.MonkeyPatch.context() as one:
            one.setattr(fold, "SCHEMA", 99)
            return changes_of(db, rows)

    monkeypatch.setattr(fold, "changes_of", bold)
    assert "records are not what the log says" in str(p11_versions.pair(ASKED))


def test_a_program_that_gives_on_only_what_it_understands_is_caught(monkeypatch) -> None:
    from lsa_tui.records import log

    changes_after = log.changes_after

    def silent(db, dev, seq, last, limit):
        found = changes_after(db, dev, seq, last, limit)
        return [one for one in found if fold.understood(one["kind"], one["op"], one["schema"])]

    monkeypatch.setattr(log, "changes_after", silent)
    assert p11_versions.pair(ASKED)
