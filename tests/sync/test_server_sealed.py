"""Sealed concerns on a server: the same delivery as beside a shared file, through a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bytes_of import files_with
from concern_homes import new_key, open_home, trusting
from lsa_tui.address import Location, parse
from lsa_tui.daybook import concerns, dsl
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import Draft
from lsa_tui.sync import moving
from lsa_tui.sync.run import sync
from lsa_tui.sync.sealed import deliver
from lsa_tui.vault.sealed import Identity
from postgres import Cluster

CANARY = "Zcanary said it at break"


@pytest.fixture
def url(postgres: Cluster, base: str) -> str:
    return postgres.url(base)


@pytest.fixture
def place(url: str) -> Location:
    return parse(url)


@pytest.fixture
def lsa(tmp_path: Path, identity: Identity, url: str) -> Iterator[Book]:
    book = trusting(open_home(tmp_path / "jt", key=new_key()), identity)
    assert sync(book, url).created
    yield book
    book.close()


def names(postgres: Cluster, base: str) -> list[str]:
    return [name for (name,) in postgres.run("SELECT name FROM lsa_sealed ORDER BY name", base)]


def test_there_and_back(lsa: Book, reader: Book, identity: Identity, place, url, postgres: Cluster, base) -> None:
    passed = concerns.save(lsa, Draft(words=CANARY, told="Mrs Price"))
    assert sync(lsa, url).sent == 0, "no sync counts it"
    assert names(postgres, base) == [f"{passed.id}.age"]
    assert concerns.passed_on(lsa)[0].delivered
    assert deliver(reader, place)
    found, unread = dsl.concerns(reader, [identity])
    assert (found[0].first.said("words"), unread) == (CANARY, [])
    assert dsl.acknowledge(reader, found[0], [identity]) == 1
    assert deliver(reader, place)
    assert deliver(lsa, place)
    assert concerns.passed_on(lsa)[0].acknowledged
    postgres.run("CHECKPOINT")
    assert files_with(postgres.data, CANARY) == set()


@pytest.mark.parametrize("damage", ["DELETE FROM lsa_sealed", "UPDATE lsa_sealed SET content = 'x'"])
def test_what_is_lost_or_altered_there_is_put_back(lsa: Book, place, postgres: Cluster, base, damage: str) -> None:
    concerns.save(lsa, Draft(words=CANARY))
    assert deliver(lsa, place)
    before = postgres.run("SELECT * FROM lsa_sealed", base)
    postgres.run(damage, base)
    assert deliver(lsa, place)
    assert postgres.run("SELECT * FROM lsa_sealed", base) == before


def test_what_is_too_large_is_not_looked_at(reader: Book, lsa: Book, place, postgres: Cluster, base) -> None:
    big = "INSERT INTO lsa_sealed VALUES ('3f1c0d3e-0000-4000-8000-000000000001.age', repeat('x', 1100000)::bytea)"
    postgres.run(big, base)
    postgres.run("INSERT INTO lsa_sealed VALUES ('holiday.age', 'x')", base)
    assert deliver(reader, place)
    assert dsl.concerns(reader, []) == ([], [])


def test_a_server_that_is_away_and_comes_back(lsa: Book, place, postgres: Cluster, base) -> None:
    concerns.save(lsa, Draft(words=CANARY))
    postgres.run(f"ALTER DATABASE {base} RENAME TO {base}_away")
    assert not deliver(lsa, place)
    assert not concerns.passed_on(lsa)[0].delivered
    postgres.run(f"ALTER DATABASE {base}_away RENAME TO {base}")
    assert deliver(lsa, place)
    assert concerns.passed_on(lsa)[0].delivered


def test_they_move_along_in_both_directions(lsa: Book, url, postgres: Cluster, base, tmp_path: Path) -> None:
    """What the writer's device no longer holds, because it was signed for, comes along all the same."""
    passed = concerns.save(lsa, Draft(words=CANARY))
    assert sync(lsa, url).verified
    postgres.run("INSERT INTO lsa_sealed VALUES ('3f1c0d3e-0000-4000-8000-000000000001.receipt', 'signed')", base)
    lsa.config.save(shared_url=url)
    (tmp_path / "cloud").mkdir()
    moving.move(lsa, f"folder:///{tmp_path}/cloud", ask=lambda _: "seven blue cups")
    found = {one.name for one in (tmp_path / "cloud" / "lsa.sealed").iterdir()}
    assert found == {f"{passed.id}.age", "3f1c0d3e-0000-4000-8000-000000000001.receipt"}
    second = postgres.database()
    moving.move(lsa, second)
    assert set(names(postgres, second.split("/")[3].partition("?")[0])) == found
