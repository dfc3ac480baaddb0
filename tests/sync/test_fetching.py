"""Taking in by chunks: what is in stays, the next sync goes on there, and what must not be believed is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.address import parse
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import erasures, fold, ids, log
from lsa_tui.sync import arriving, fetching
from lsa_tui.sync.run import sync
from lsa_tui.sync.sqlite_file import SqliteFile


@pytest.fixture
def small(monkeypatch: Any) -> None:
    """Pages of 5 and chunks of 20: as a hundred thousand would come."""
    monkeypatch.setattr(fetching, "PAGE", 5)
    monkeypatch.setattr(fetching, "CHUNK", 20)


class Stop(Exception):
    """Somebody pressed Esc."""


def write(book: Any, number: int, text: str = "made up") -> list[Any]:
    return [book.record("note", {"at": "2026-11-24T10:42:00+00:00", "text": f"{text} {n}"}) for n in range(number)]


def test_a_first_sync_that_is_stopped_keeps_what_is_in_and_goes_on_there(homes, url, agree, small, monkeypatch) -> None:
    one, new = homes("jt"), homes("mb", pupil=None)
    write(one, 90)
    sync(one, url)
    told: list[Any] = []

    def stop(progress: Any) -> None:
        told.append(progress)
        if progress.phase == "taking in" and progress.done >= 40:
            raise Stop

    with pytest.raises(Stop):
        sync(new, url, progress=stop)
    held = sum(seq for seq, _ in log.read_heads(new.db).values())
    assert 40 <= held < 60
    assert new.db.execute_sql("SELECT count(*) FROM record WHERE kind = 'note'").fetchone()[0] >= held - 5
    asked: list[int] = []
    read = SqliteFile.changes
    monkeypatch.setattr(
        SqliteFile, "changes", lambda self, dev, seq, *more: asked.append(seq) or read(self, dev, seq, *more)
    )
    total = sum(seq for seq, _ in log.read_heads(one.db).values())
    assert sync(new, url).received == total - held
    assert min(asked) >= held - 1, "nothing is read twice, but for where both meet"
    agree(one, new)


def test_progress_is_counted_to_a_total_that_is_known_from_the_start(homes, url, small) -> None:
    one, new = homes("jt"), homes("mb", pupil=None)
    write(one, 60)
    sync(one, url)
    told: list[Any] = []
    sync(new, url, progress=told.append)
    for phase in ("reading", "taking in"):
        done = [(one.done, one.of) for one in told if one.phase == phase]
        assert done == sorted(done)
        assert {of for _, of in done} == {sum(seq for seq, _ in log.read_heads(one.db).values())}
        assert done[-1][0] == done[-1][1]


def test_never_more_than_a_chunk_is_held(homes, url, small) -> None:
    one, two, new = homes("jt"), homes("lp"), homes("mb", pupil=None)
    for book in (one, two):
        write(book, 70)
        sync(book, url)
    store = SqliteFile(parse(url).path)
    store.open(made_up=False, create=False)
    fetch = fetching.Fetch(new.db, store, {}, store.heads(), lambda *_: None)
    sizes = [sum(len(piece.changes) for piece in chunk.values()) for chunk in fetch.chunks()]
    store.close()
    assert sum(sizes) == fetch.of
    assert max(sizes) <= 24
    assert len(sizes) > 5


def test_what_was_erased_long_after_it_was_written_is_believed_in_an_earlier_chunk(homes, url, agree, small) -> None:
    one, new = homes("jt"), homes("mb", pupil=None)
    made = write(one, 50, "canary")
    with one.store.writing() as db:
        erasures.redact(db, one.author(), [made[3].id, made[40].id], [], None, "asked for")
    write(one, 30)
    sync(one, url)
    sync(new, url)
    agree(one, new)
    assert new.db.execute_sql("SELECT count(*) FROM change WHERE body IS NULL").fetchone()[0] == 2


def test_chains_that_were_emptied_by_each_others_erasures_are_believed(homes, url, agree, small) -> None:
    one, two, new = homes("jt"), homes("lp"), homes("mb", pupil=None)
    mine, theirs = write(one, 30), write(two, 30)
    for book in (one, two, one):
        sync(book, url)
    for book, other in ((one, theirs), (two, mine)):
        with book.store.writing() as db:
            erasures.redact(db, book.author(), [other[2].id], [], None, "asked for")
        sync(book, url)
    for book in (one, two, new):
        sync(book, url)
    agree(one, two, new)


def test_what_no_erasure_names_stops_its_chain_and_what_stands_behind_it_is_not_believed() -> None:
    """B's erasure names A's bare change, but stands behind B's own that nothing names."""
    a = [change("a", 1), change("a", 2, body=None), change("a", 3)]
    b = [change("b", 1, body=None), erasing("b", 2, a[1])]
    emptied = arriving.Emptied([])
    assert emptied.first(a) == 1
    emptied.ahead(a)
    emptied.ahead(b)
    emptied.settle()
    assert emptied.first(a) == 1
    assert emptied.first(b) == 0
    other = arriving.Emptied([])
    other.ahead(a)
    other.ahead(b[1:])
    other.settle()
    assert other.first(a) is None


def change(dev: str, seq: int, **more: Any) -> dict[str, Any]:
    made = {"dev": dev, "seq": seq, "uid": ids.new_id(), "hlc": seq, "schema": 1, "row": ids.new_id(), "op": "set"}
    return {**made, "body": "{}", **more}


def erasing(dev: str, seq: int, other: dict[str, Any]) -> dict[str, Any]:
    return change(dev, seq, op="redact", body=log.canonical({"rows": [other["row"]], "changes": [other["uid"]]}))


@pytest.mark.parametrize(
    ("altered", "believed"),
    [
        ({}, True),
        ({"kind": "reward"}, True),
        ({"op": "put"}, True),
        ({"op": "put", "body": "\x02 no JSON"}, True),
        ({"schema": 7, "wall": "in the morning", "body": "[]"}, True),
        ({"body": '{"set":{"later":1},"preds":{},"more":[]}'}, True),
        ({"op": "redact", "schema": 7, "body": "no JSON"}, True),
        ({"op": "redact", "body": "no JSON"}, False),
        ({"body": "no JSON"}, False),
        ({"body": '{"set":[]}'}, False),
        ({"body": '{"set":{"text":"a\\ud800"}}'}, False),
        ({"body": '{"set":{"minutes":NaN}}'}, False),
        ({"body": '{"preds":{"text":"uid"}}'}, False),
        ({"wall": "in the morning"}, False),
        ({"hlc": 1 << 63}, False),
        ({"hlc": -1}, False),
        ({"schema": 1 << 63}, False),
        ({"op": "act"}, False),
        ({"audience": "own"}, False),
        ({"dev": "audit"}, False),
        ({"schema": True}, False),
        ({"seq": True}, False),
        ({"op": "put", "body": None, "salt": None}, False),
    ],
)
def test_what_is_kept_and_what_is_not(altered, believed) -> None:
    made = {
        **change("a", 1),
        "wall": "2026-11-24T10:42:00+00:00",
        "zone": "Europe/London",
        "actor": "JT",
        "role": "lsa",
        "audience": "school",
        "kind": "note",
        "salt": "s",
        "body": '{"set":{"text":"made up"},"preds":{}}',
        **altered,
    }
    made["body_hash"] = log.body_hash(made["salt"], made["body"]) if made["body"] is not None else "gone"
    made["chain"] = log.chain_hash(log.GENESIS, made)
    piece, why = arriving.read([made], 0, log.GENESIS)
    assert (why is None) is believed, why
    assert len(piece.changes) == len(piece.bodies) == int(believed)
    if believed:
        folded = fold.understood(made["kind"], made["op"], made["schema"])
        assert (piece.bodies[0] is not None) is folded


GOOD = '{"set":{"text":"made up"},"preds":{}}'


@pytest.mark.parametrize(
    "bodies",
    [
        ['{"set":{"a":[{}', '{"b":1}]}}', "{},{},{}"],
        ["{}", "{},{}", ""],
        ["", "{},{}"],
        [GOOD, "{}],[{}", GOOD],
        ["null"],
        ["null", "{}"],
        [GOOD, "{} {}"],
        [GOOD, '{"set":{"text":"' + "[" * 100_000 + '"}}', "[" * 100_000],
    ],
)
def test_bodies_that_are_only_json_together_are_none(bodies: list[str]) -> None:
    """They are read at once; no two of them make up for each other."""
    good = 0
    while bodies[good] == "{}" or bodies[good].startswith('{"set":{"text"'):
        good += 1
    piece, why = arriving.read(linked(bodies), 0, log.GENESIS)
    assert (len(piece.changes), why) == (good, "cannot be read by this program")
    assert piece.bodies == [json.loads(one) for one in bodies[:good]]


@given(
    st.lists(
        st.sampled_from([GOOD, " {} ", '{"set":{"text":"},12,{"}}', "[", "1", "{},{}", "]", "null", '{"a":[']),
        max_size=6,
    )
)
def test_bodies_are_read_at_once_as_they_are_one_by_one(bodies: list[str]) -> None:
    alone = [arriving.read(linked([one]), 0, log.GENESIS)[0].bodies for one in bodies]
    first = next((n for n, one in enumerate(alone) if not one), len(bodies))
    piece, why = arriving.read(linked(bodies), 0, log.GENESIS)
    assert piece.bodies == [one[0] for one in alone[:first]]
    assert (why is None) is (first == len(bodies))


def linked(bodies: list[str]) -> list[dict[str, Any]]:
    """A chain of notes with these bodies."""
    made, chain = [], log.GENESIS
    for seq, body in enumerate(bodies, 1):
        one = {**change("a", seq, body=body), "wall": "2026-11-24T10:42:00+00:00", "zone": "Europe/London"}
        one |= {"actor": "JT", "role": "lsa", "audience": "school", "kind": "note", "salt": "s"}
        one["body_hash"] = log.body_hash("s", body)
        one["chain"] = chain = log.chain_hash(chain, one)
        made.append(one)
    return made


def test_a_text_that_is_none_ends_its_chain() -> None:
    made = {**change("a", 1), "wall": "w", "zone": "z", "actor": "\ud800", "role": "r", "audience": "school"}
    made |= {"kind": "note", "salt": "s", "body_hash": "h", "chain": "c"}
    assert arriving.read([made], 0, log.GENESIS) == (arriving.Piece(), "is missing or damaged")


def test_a_chunk_that_does_not_fit_ends_its_chain_and_the_others_go_on(homes, url, small, monkeypatch) -> None:
    one, two, new = homes("jt"), homes("lp"), homes("mb", pupil=None)
    for book in (one, two):
        write(book, 60)
        sync(book, url)
    refused = log.device(one.db)
    insert = log.insert_changes

    def refusing(db: Any, rows: Any) -> None:
        if rows and rows[0]["dev"] == refused and rows[-1]["seq"] > 30:
            insert(db, [rows[0], rows[0]])  # the same uid twice
        insert(db, rows)

    monkeypatch.setattr(log, "insert_changes", refusing)
    with pytest.raises(SyncIncomplete, match=f"the changes of device {refused} from") as said:
        sync(new, url)
    assert str(said.value).count(refused) == 1, "no more of it was read"
    heads = log.read_heads(new.db)
    assert heads[log.device(two.db)] == log.read_heads(two.db)[log.device(two.db)]
    assert 0 < heads[refused][0] < 40
    before = new.db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall()
    fold.rebuild(new.db)
    assert new.db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall() == before
