"""What the proofs found, each as a test of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.sync import joining
from lsa_tui.sync.run import sync


def test_another_plain_store_than_before_is_taken_where_a_person_says_so(homes, url: str, shared: Path) -> None:
    """P1: the sentence advised `lsa shared join`, which refused a plain store."""
    one, two = homes("one"), homes("two", pupil="M3")
    sync(one, url)
    shared.unlink()
    sync(two, url)
    with pytest.raises(SyncIncomplete, match="another shared store"):
        sync(one, url)
    joining.join(one, joining.nobody, url)
    assert one.config["shared.url"] == url
    assert sync(one).verified
    with pytest.raises(LsaError, match="nothing to join"):
        joining.join(one, joining.nobody)
