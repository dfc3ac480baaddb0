"""The yardstick of taking in: one script of raw SQL that copies, hashes and folds the same rows, for this one case.

It knows nothing of keys, locks, erasures, progress, half-done syncs or several stores; whatever is not needed to get
the same table of records from made-up changes is left out. Rows are copied by ATTACH and INSERT ... SELECT, each chain
is hashed over the rows as they arrived (by the same function as the program's: the format says what is hashed), and
the records are folded by set-wise statements with JSON functions.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from lsa_tui.records import log
from lsa_tui.records.fold import COLUMNS
from lsa_tui.records.models import Change
from lsa_tui.records.store import Store

NAMES = ",".join(Change._meta.sorted_field_names)

_ONE = """
SELECT c.row, kind, body ->> '$.set.pupil', strftime('%s', body ->> '$.set.at') * 1000, body ->> '$.set.at',
    substr(body ->> '$.set.at', 1, 10), coalesce(body ->> '$.recorded_at', wall), coalesce(body ->> '$.by', actor),
    audience = 'own', 0, body ->> '$.set.removed', 0, hlc, NULL,
    json_remove(body -> '$.set', '$.pupil', '$.at', '$.removed')
FROM arrived a JOIN change c ON c.row = a.row WHERE a.number = 1
"""

_SEVERAL = """
WITH of_row AS MATERIALIZED (
    SELECT c.* FROM arrived a JOIN change c ON c.row = a.row WHERE a.number > 1),
gone AS MATERIALIZED (
    SELECT p.key || u.value AS field_uid FROM of_row, json_each(body, '$.preds') p, json_each(p.value) u),
shown AS (
    SELECT row, s.key AS field, s.value AS value, s.type AS type, max(printf('%020d', hlc) || uid)
    FROM of_row, json_each(body, '$.set') s
    WHERE s.key || uid NOT IN (SELECT field_uid FROM gone) GROUP BY row, s.key),
folded AS (
    SELECT row, json_group_object(field, CASE type WHEN 'true' THEN json('true') WHEN 'false' THEN json('false')
        ELSE value END) AS data FROM shown GROUP BY row),
first AS (
    SELECT row, kind, wall, actor, audience, body, min(printf('%020d', hlc) || uid) AS _, min(hlc) AS hlc,
        count(*) AS number FROM of_row GROUP BY row)
SELECT row, kind, data ->> '$.pupil', strftime('%s', data ->> '$.at') * 1000, data ->> '$.at',
    substr(data ->> '$.at', 1, 10), coalesce(body ->> '$.recorded_at', wall), coalesce(body ->> '$.by', actor),
    audience = 'own', 0, data ->> '$.removed', number - 1, hlc, NULL,
    json_remove(data, '$.pupil', '$.at', '$.removed')
FROM folded JOIN first USING (row)
"""


def merge(source: Path, target: Path) -> float:
    """Takes what is new in a plain shared file into a plain local database; returns the seconds it took."""
    connection = _opened(target)
    began = time.perf_counter()
    connection.execute("ATTACH DATABASE ? AS there", (str(source),))
    connection.execute("BEGIN IMMEDIATE")
    heads = connection.execute(
        "SELECT t.dev, coalesce(h.seq, 0), coalesce(h.chain, ?) FROM there.head t LEFT JOIN main.head h USING (dev)",
        (log.GENESIS,),
    ).fetchall()
    connection.execute("CREATE TEMP TABLE come (row TEXT)")
    for dev, seq, chain in heads:
        new = "FROM there.change WHERE dev = ? AND seq > ?"
        connection.execute(f"INSERT INTO main.change ({NAMES}) SELECT {NAMES} {new}", (dev, seq))
        connection.execute(f"INSERT INTO come SELECT row {new}", (dev, seq))
        _hashed(connection, dev, seq, chain)
    connection.execute("INSERT OR REPLACE INTO main.head SELECT * FROM there.head")
    connection.execute("CREATE TEMP TABLE arrived (row TEXT, number INTEGER)")
    connection.execute(
        "INSERT INTO arrived SELECT row, (SELECT count(*) FROM main.change c WHERE c.row = come.row) "
        "FROM come GROUP BY row"
    )
    for statement in (_ONE, _SEVERAL):
        connection.execute(f"INSERT OR REPLACE INTO record ({','.join(COLUMNS)}) {statement}")
    connection.execute("COMMIT")
    spent = time.perf_counter() - began
    connection.close()
    return spent


def _hashed(connection: sqlite3.Connection, dev: str, seq: int, chain: str) -> None:
    found = connection.execute(f"SELECT {NAMES} FROM main.change WHERE dev = ? AND seq > ? ORDER BY seq", (dev, seq))
    while page := found.fetchmany(500):
        changes = [dict(zip(Change._meta.sorted_field_names, row, strict=True)) for row in page]
        assert log.first_broken(changes, seq, chain, lambda _: False) is None
        seq, chain = changes[-1]["seq"], changes[-1]["chain"]


def bare(source: Path, target: Path) -> float:
    """Only `INSERT ... SELECT` of what is new, unchecked and not folded; the seconds it took."""
    connection = _opened(target)
    began = time.perf_counter()
    connection.execute("ATTACH DATABASE ? AS there", (str(source),))
    connection.execute(
        f"INSERT INTO main.change ({NAMES}) SELECT {NAMES} FROM there.change c "
        "WHERE seq > coalesce((SELECT seq FROM main.head h WHERE h.dev = c.dev), 0)"
    )
    spent = time.perf_counter() - began
    connection.close()
    return spent


def _opened(target: Path) -> sqlite3.Connection:
    """A plain local database with the program's settings, tables, indexes and guards."""
    Store(target).close()
    connection = sqlite3.connect(target, isolation_level=None)
    connection.execute("PRAGMA synchronous = full")
    connection.execute("PRAGMA secure_delete = on")
    return connection
