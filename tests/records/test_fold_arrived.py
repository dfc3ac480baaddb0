"""One fold: what is folded straight from what arrived is what `merge` makes of the same changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homes import new_book
from lsa_tui.daybook.book import Book
from lsa_tui.records import fold, ids, log
from lsa_tui.records.fold import Seen
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.sync import arriving

TIMES = st.sampled_from(
    ["2026-11-24T10:42:00+00:00", "2026-11-24T10:42:00.250+01:00", "1999-01-01T00:00:00-11:30", "", "soon", None]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)  # no JSON holds them, and no change
    | st.text(max_size=9)
)
MORE = VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(st.text(max_size=3), VALUES, max_size=3)


@st.composite
def bodies(draw: Any, kind: str) -> dict[str, Any]:
    names = [field.name for field in KINDS[kind].fields]
    fields = draw(st.dictionaries(st.sampled_from([*names, "later", "été"]), MORE, max_size=6))
    fields |= draw(st.fixed_dictionaries({}, optional={KINDS[kind].time or "at": TIMES, "at": TIMES}))
    fields |= draw(st.fixed_dictionaries({}, optional={"status": st.sampled_from(["missed", "done"])}))
    fields |= draw(
        st.fixed_dictionaries({}, optional={"pupil": st.none() | st.text(max_size=4), "removed": st.just("twice")})
    )
    more = draw(st.fixed_dictionaries({}, optional={"by": st.just("LP"), "recorded_at": TIMES.filter(_is_time)}))
    return {"set": fields, **more}


def _is_time(text: str | None) -> bool:
    return text is None or text.startswith(("1", "2"))


@st.composite
def arrivals(draw: Any) -> list[dict[str, Any]]:
    """Changes of a few rows, some known already, some of kinds, deeds and schemas of a later program."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    rows = [ids.new_id() for _ in range(draw(st.integers(1, 3)))]
    made: list[dict[str, Any]] = []
    for n in range(draw(st.integers(1, 6))):
        row = draw(st.sampled_from(rows))
        body = draw(bodies(kind))
        seen = [one["uid"] for one in made if one["row"] == row]
        fields = [*body["set"], fold.WHOLE] if "removed" in body["set"] else [*body["set"]]
        body["preds"] = {name: seen for name in fields if seen and draw(st.booleans())}
        stranger = draw(st.sampled_from(["", "", "", "", "kind", "op", "schema"]))
        made.append(
            {
                "dev": "d",
                "seq": n + 1,
                "uid": ids.new_id(),
                "hlc": draw(st.integers(0, 3)),
                "wall": "2026-11-24T10:42:00+00:00",
                "zone": "Europe/London",
                "actor": "JT",
                "role": "lsa",
                "audience": "school",
                "schema": fold.SCHEMA + (stranger == "schema"),
                "kind": "reward" if stranger == "kind" else kind,
                "row": row,
                "op": "put" if stranger == "op" else log.SET,
                "body": log.canonical(body),
                "salt": "s",
                "known": draw(st.integers(0, 3)) == 0,
            }
        )
    return made


def chained(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    chain = log.GENESIS
    for seq, one in enumerate(changes, 1):
        one["seq"] = seq
        one["body_hash"] = log.body_hash(one["salt"], one["body"])
        one["chain"] = chain = log.chain_hash(chain, one)
    return changes


@pytest.fixture(scope="module")
def book(tmp_path_factory: Any) -> Any:
    made = new_book(tmp_path_factory.mktemp("quick"), pupil=None, tiles=False)
    yield made
    made.close()


class Undone(Exception):
    """Takes a transaction back."""


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(changes=arrivals())
def test_what_arrives_is_folded_as_if_it_were_read_back(book: Book, changes: list[dict[str, Any]]) -> None:
    known = chained([one for one in changes if one["known"]])
    new = [one for one in changes if not one["known"]]
    try:
        with book.store.writing() as db:
            log.insert_changes(db, known)
            fold.fold(db, [one["row"] for one in known])
            before = fold.held(db, {one["row"] for one in new})
            assert before == {one["row"] for one in known} & {one["row"] for one in new}
            piece, why = arriving.read(chained([{**one, "dev": "e"} for one in new]), 0, log.GENESIS)
            assert why is None
            log.insert_changes(db, piece.changes)
            fold.fold_arrived(db, piece.changes, piece.bodies, before)
            quick = db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall()
            fold.rebuild(db)
            assert quick == db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall()
            raise Undone
    except Undone:
        pass


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_a_change_alone_is_what_merge_makes_of_it(data: Any, kind: str) -> None:
    body = data.draw(bodies(kind))
    change = {
        "row": ids.new_id(),
        "kind": kind,
        "uid": ids.new_id(),
        "hlc": 7,
        "wall": "2026-11-24T10:42:00+00:00",
        "actor": "JT",
        "audience": "school",
        "body": log.canonical(body),
    }
    seen = Seen(*(change[name] for name in Seen._fields))
    assert fold.alone(change, json.loads(change["body"])) == fold.merge([seen])
