"""Thousands of rows at a time."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import peewee
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.records import bulk, texts
from lsa_tui.records.store import Store

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=9,
)


@given(st.dictionaries(st.text(), VALUES))
def test_an_encoder_made_once_writes_what_json_writes(value: dict[str, object]) -> None:
    wanted = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert texts.encoder(",", ":")(value) == wanted
    assert texts.encoder(", ", ": ")(value) == json.dumps(value, ensure_ascii=False, sort_keys=True)


def test_without_the_encoder_in_c_it_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert (
        texts.encoder(",", ":")({"é": [1, None], "a": {"c": 1.5, "b": True}}) == '{"a":{"b":true,"c":1.5},"é":[1,null]}'
    )


@pytest.mark.parametrize("number", [0, 1, 199, 200, 201, 450])
def test_as_many_rows_are_written_as_were_given(tmp_path: Path, number: int) -> None:
    store = Store(tmp_path / "records.db")
    rows = [(f"key {n}", str(n)) for n in range(number)]
    with store.writing() as db:
        db.execute_sql("DELETE FROM meta")
        bulk.insert(db, "INSERT INTO meta", ("key", "value"), rows)
    assert sorted(store.db.execute_sql("SELECT key, value FROM meta").fetchall()) == sorted(rows)
    store.close()


@pytest.mark.parametrize("key", [None, b"k" * 32])
def test_afterwards_python_collects_again_and_the_cache_is_as_it_was(tmp_path: Path, key: bytes | None) -> None:
    store = Store(tmp_path / "records.db", key)

    def cache() -> int:
        return int(store.db.execute_sql("PRAGMA cache_size").fetchone()[0])

    before = cache()
    with pytest.raises(ZeroDivisionError), bulk.many(store.db):
        assert not gc.isenabled()
        assert cache() == -16_000
        raise ZeroDivisionError
    assert gc.isenabled()
    assert cache() == before
    with pytest.raises(ZeroDivisionError), bulk.many(store.db):
        store.close()  # what is told is what went wrong first
        raise ZeroDivisionError
    with pytest.raises(peewee.InterfaceError), bulk.many(store.db):
        pass
    assert gc.isenabled()
