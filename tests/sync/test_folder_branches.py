"""Homes that were copied and then share a folder: branches of branches, in whatever order their files arrive."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud import HOWS, Cloud
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import branches, log, read
from lsa_tui.sync import folder_files
from lsa_tui.sync.folder import Folder
from lsa_tui.sync.folder_files import Content, Header
from lsa_tui.sync.run import sync
from sharing import note

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
STORE = "0b9d4d0c-7d5f-4f0e-9d38-0c1d7b8a1c11"
Chain = list[dict[str, Any]]


def made(dev: str, before: Chain, uid: str) -> dict[str, Any]:
    """One more change of a chain."""
    body, salt = log.canonical({"set": {"text": uid}, "preds": {}}), "00"
    change = {
        "dev": dev,
        "seq": len(before) + 1,
        "uid": uid,
        "hlc": len(before) + 1,
        "wall": "2026-11-24T10:42:00+00:00",
        "zone": "Europe/London",
        "actor": "JT",
        "role": "lsa",
        "audience": "school",
        "schema": 1,
        "kind": "note",
        "row": uid,
        "op": "set",
        "body": body,
        "salt": salt,
        "body_hash": log.body_hash(salt, body),
    }
    return {**change, "chain": log.chain_hash(before[-1]["chain"] if before else log.GENESIS, change)}


def continued(chance: random.Random, dev: str, chains: list[Chain]) -> None:
    """One of the copies of a home goes on, is copied once more, or moves what became a branch to its own name."""
    chain = chance.choice(chains)
    what = chance.random()
    if what < 0.2 and len(chains) < 6:
        chains.append(chain[: chance.randrange(len(chain) + 1)])
    elif what < 0.35 and len(chain) > 1:
        chains.append(branches.renamed(chain[chance.randrange(1, len(chain)) :]))
    else:
        chain.append(made(chain[0]["dev"] if chain else dev, chain, f"{chance.getrandbits(64):016x}"))


def put(folder: Path, chance: random.Random, chains: list[Chain]) -> list[Path]:
    """Files with parts of these chains: in pieces, overlapping, repeated."""
    folder.mkdir()
    written = []
    pieces = []
    for chain in chains:
        start = 0
        while start < len(chain):
            end = chance.randrange(start + 1, len(chain) + 1)
            back = chance.randrange(start + 1) if chance.random() < 0.3 else start
            pieces.append((chain[back - 1]["chain"] if back else log.GENESIS, chain[back:end]))
            start = end
    chance.shuffle(pieces)
    for number, (start_hash, changes) in enumerate(pieces):
        content = Content(Header(STORE, "", "a" * 16, False))
        content.add(start_hash, changes)
        target = folder / f"{number}.lsa"
        target.write_bytes(folder_files.to_bytes(content, None))
        written.append(target)
    return written


def chains_of(folder: Path, book: Book) -> dict[str, Chain]:
    store = Folder(folder, book)
    store.open(made_up=False, create=False)
    heads = store.heads()
    found = {dev: store.changes(dev, 0, last, last) for dev, (last, _) in heads.items()}
    for dev, chain in found.items():
        assert [one["seq"] for one in chain] == list(range(1, len(chain) + 1))
        assert {one["dev"] for one in chain} == {dev}
        assert log.first_broken(chain, 0, log.GENESIS, lambda _: True) is None
        assert heads[dev] == (len(chain), chain[-1]["chain"])
        for one in chain[:1]:
            assert store.where(one["uid"]) == (dev, 1)
    store.close()
    return found


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("reader")
    return Book(Paths(folder, folder))


@given(st.integers(0, 10**6), st.integers(1, 40))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_files_make_the_same_chains_however_they_lie(reader: Book, seed: int, steps: int) -> None:
    """Each change stands in the union exactly once, under one name, whatever pieces it came in."""
    chance = random.Random(seed)
    chains: list[Chain] = [[]]
    for _ in range(steps):
        continued(chance, "d" * 16, chains)
    uids = {one["uid"] for chain in chains for one in chain}
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        first = Path(name) / "first"
        put(first, chance, chains)
        found = chains_of(first, reader)
        assert sorted(one["uid"] for chain in found.values() for one in chain) == sorted(uids)
        for number in range(3):
            other = Path(name) / f"other{number}"
            put(other, chance, chance.sample(chains, len(chains)))
            assert chains_of(other, reader) == found


def test_the_continuation_with_the_smaller_id_keeps_the_name(reader: Book, tmp_path: Path) -> None:
    """As in every other kind of store, so that what is moved here need not be moved back there."""
    base = [made("d" * 16, [], "5")]
    small, large = [*base, made("d" * 16, base, "3")], [*base, made("d" * 16, base, "7")]
    put(tmp_path / "store", random.Random(1), [large, small])
    found = chains_of(tmp_path / "store", reader)
    assert [one["uid"] for one in found["d" * 16]] == ["5", "3"]
    assert found[branches.branch_name("7")] == branches.renamed(large[1:])


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_files_that_come_one_by_one_make_what_all_of_them_make(reader: Book, seed: int) -> None:
    """What is remembered of files that were read before is not another truth than reading all."""
    chance = random.Random(seed)
    chains: list[Chain] = [[]]
    for _ in range(25):
        continued(chance, "e" * 16, chains)
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        whole, growing = Path(name) / "whole", Path(name) / "growing"
        files = put(whole, chance, chains)
        growing.mkdir()
        for file in chance.sample(files, len(files)):
            shutil.copy(file, growing)
            chains_of(growing, reader)
        assert chains_of(growing, reader) == chains_of(whole, reader)


def twin_of(book: Book, folder: Path) -> Book:
    """An imaged laptop."""
    book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    folder.mkdir()
    shutil.copy(book.paths.database, folder / "records.db")
    return Book(Paths(folder, folder))


@pytest.mark.parametrize("seed", range(8))
def test_cloned_laptops_and_a_cloud_client_that_does_as_it_likes(tmp_path: Path, seed: int, agree) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        cloud = Cloud([folder / f"copy{n}" for n in range(4)], chance)
        urls = [f"folder:///{copy}" for copy in cloud.copies]
        books = [Book(Paths(folder / "home0", folder / "home0"))]
        pupils.add(books[0], "K7")
        note(books[0], "0")
        said = {"0"}
        for step in range(60):
            place = chance.randrange(len(books))
            what = chance.random()
            if len(books) < 4 and what < 0.1:
                books.append(twin_of(books[place], folder / f"home{len(books)}"))
            elif what < 0.45:
                said.add(str(step))
                note(books[place], str(step))
            elif what < 0.7:
                sync(books[place], urls[place])
            else:
                cloud.deliver(chance.choice(HOWS))
        for _ in range(5):
            for place, book in enumerate(books):
                cloud.settle()
                sync(book, urls[place])
        for book in books:
            assert {one["text"] for one in read.of_kind(book.db, "note")} == said
        agree(*books)
        for place, book in enumerate(books):
            assert sync(book, urls[place]).remaining == 0
            book.close()


def test_a_home_brought_back_from_a_copy_and_the_folder_lost(homes, tmp_path, agree) -> None:
    """The five steps that a search for counter-examples found against an earlier design."""
    url = f"folder:///{tmp_path}/school"
    one, two, three = homes("jt"), homes("lp"), homes("mb")
    one.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "copy.db"
    shutil.copy(one.paths.database, copy)
    note(one, "before the copy was put back")
    for book in (one, two, three):
        sync(book, url)
    one.close()
    for old in one.paths.database.parent.glob("records.db*"):
        old.unlink()
    shutil.copy(copy, one.paths.database)
    one = homes("jt", pupil=None)
    shutil.rmtree(tmp_path / "school")
    note(one, "after the copy was put back")
    for _ in range(3):
        for book in (one, two, three):
            sync(book, url)
    for book in (one, two, three):
        assert {entry["text"] for entry in read.of_kind(book.db, "note")} == {
            "before the copy was put back",
            "after the copy was put back",
        }
    agree(one, two, three)


def test_what_a_copy_sent_later_becomes_readable_by_what_is_sent_now(tmp_path: Path, agree) -> None:
    """The first of two files has not arrived; a copy of the home sends what stood in it, and has no backlog then."""
    url, folder = f"folder:///{tmp_path}/school", tmp_path / "one"
    one = Book(Paths(folder, folder))
    pupils.add(one, "K7")
    twin = twin_of(one, tmp_path / "twin")
    sync(one, url)
    first = [file for file in (tmp_path / "school").rglob("*.lsa") if folder_files.read(file, None).runs]
    note(one, "later")
    sync(one, url)
    first[0].unlink()
    done = sync(twin, url)
    assert (done.sent, done.remaining) == (1, 0)
    for book in (twin, one):
        sync(book, url)
    agree(one, twin)
    one.close()
    twin.close()
