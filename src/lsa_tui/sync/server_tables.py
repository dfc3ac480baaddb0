"""The tables of a shared store on a PostgreSQL server, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass

from lsa_tui.records.models import Change

COLUMNS = tuple(Change._meta.sorted_field_names)
_TYPES = {"seq": "bigint NOT NULL", "hlc": "bigint NOT NULL", "schema": "integer NOT NULL"}
_MAY_GO = ("body", "salt")
"""What an erasure empties."""

LOCK = 0x4C534153
"""The first half of the advisory lock ("LSAS"); the schema is the other: two stores do not wait for one another."""


def quoted(name: str) -> str:
    """A name as PostgreSQL reads it, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Tables:
    """The tables in one schema. Every name carries its schema, so that no search path leads to another store."""

    schema: str

    def __getitem__(self, name: str) -> str:
        """A table (`change`, `meta`, `sealed`) as SQL names it."""
        return f"{quoted(self.schema)}.lsa_{name}"

    @property
    def made(self) -> list[str]:
        """What makes those that are not there. No table of heads: they are the ends of the chains."""
        change = ", ".join(
            f"{quoted(name)} {_TYPES.get(name, 'text' if name in _MAY_GO else 'text NOT NULL')}" for name in COLUMNS
        )
        return [
            f"CREATE TABLE IF NOT EXISTS {self['change']} ({change}, PRIMARY KEY (dev, seq), UNIQUE (uid))",
            f"CREATE TABLE IF NOT EXISTS {self['meta']} (key text PRIMARY KEY, value text NOT NULL)",
            f"CREATE TABLE IF NOT EXISTS {self['sealed']} (name text PRIMARY KEY, content bytea NOT NULL)",
        ]

    @property
    def heads(self) -> str:
        """The end of each chain, by a few steps in the index for each and not by reading all rows."""
        change = self["change"]
        return f"""
            WITH RECURSIVE chain(dev) AS (
                (SELECT dev FROM {change} ORDER BY dev LIMIT 1)
                UNION ALL
                SELECT (SELECT c.dev FROM {change} c WHERE c.dev > chain.dev ORDER BY c.dev LIMIT 1)
                FROM chain WHERE chain.dev IS NOT NULL
            )
            SELECT last.dev, last.seq, last.chain FROM chain, LATERAL (
                SELECT c.dev, c.seq, c.chain FROM {change} c WHERE c.dev = chain.dev ORDER BY c.seq DESC LIMIT 1
            ) last"""

    @property
    def columns(self) -> str:
        """The columns of a change, in the order of its model."""
        return ", ".join(map(quoted, COLUMNS))
