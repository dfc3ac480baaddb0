"""A shared store on a real PostgreSQL server, through the same sync as a file."""

from __future__ import annotations

import pytest

from lsa_tui.daybook import pupils
from lsa_tui.sync.run import sync
from postgres import Cluster


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.database()


def test_there_and_back(homes, url, agree) -> None:
    one, two = homes("jt"), homes("mb")
    assert sync(one, url).created
    pupils.add_item(one, "target", "T1", "Asks for help with the card")
    first = sync(one, url)
    assert (first.sent, first.remaining, first.verified) == (1, 0, True)
    sync(two, url)
    sync(one, url)
    again = sync(two, url)
    assert (again.sent, again.received, again.remaining) == (0, 0, 0)
    agree(one, two)
