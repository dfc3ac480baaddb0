"""Shared stores that are no file of this machine's disk: a PostgreSQL server, and a folder of which each device has a
copy that a cloud client keeps as it likes."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proofs.common import ROOT
from proofs.places import FILES, Place, Tree


@contextmanager
def _tests() -> Iterator[None]:
    """Inside, the helpers of the tests can be imported."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        yield
    finally:
        sys.path.pop(0)


class ServerPlace(Place):
    """Tables on a server."""

    kind = "server"
    cluster: Any = None
    """The server that is running (`serving`)."""
    _TABLES = ("lsa_change", "lsa_meta", "lsa_sealed")

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._name = f"place_{name.lower()}"
        if not self.cluster.run(f"SELECT 1 FROM pg_database WHERE datname = '{self._name}'"):
            self.cluster.database(self._name)
        self._db = self.cluster.connect(self._name)
        self.write({})

    @property
    def url(self) -> str:
        return str(self.cluster.url(self._name))

    def heads(self) -> dict[str, tuple[int, str]] | None:
        if not self._there("lsa_change"):
            return {}
        rows = "SELECT DISTINCT ON (dev) dev, seq, chain FROM lsa_change ORDER BY dev, seq DESC"
        counted = dict(self._db.execute("SELECT dev, count(*) FROM lsa_change GROUP BY dev").fetchall())
        found = self._db.execute(rows).fetchall()
        return {dev: (seq, chain if counted[dev] == seq else "rows are missing") for dev, seq, chain in found}

    def read(self) -> Tree:
        held = (one for one in self._TABLES if self._there(one))
        return {one: repr(self._db.execute(f"SELECT * FROM {one}").fetchall()).encode() for one in held}

    def write(self, tree: Tree) -> None:
        for one in self._TABLES:
            if one not in tree and self._there(one):
                self._db.execute(f"DROP TABLE {one}")
        for one, content in tree.items():
            if not self._there(one):  # dropped since, and a copy of the words alone cannot make it again
                return self.write({})
            self._db.execute(f"TRUNCATE {one}")
            for row in ast.literal_eval(content.decode()):
                self._db.execute(f"INSERT INTO {one} VALUES ({', '.join(['%s'] * len(row))})", row)
        return None

    def restore(self) -> None:
        super().restore()
        if not self.read():
            self.must, self.may = set(), set()

    def empty(self) -> None:
        for one in self._TABLES:
            if self._there(one):
                self._db.execute(f"TRUNCATE {one}")
        self.must, self.may = set(), set()

    def cut(self, which: int, part: float) -> None:
        """The ends of all chains are gone, as after a restore of another day."""
        if self._there("lsa_change"):
            self._db.execute("DELETE FROM lsa_change WHERE seq > %s", (int(which * part),))
            self.must = set()

    def flip(self, which: int, part: float, bit: int) -> None:
        """A server looks after its own disk."""

    def close(self) -> None:
        self._db.close()

    def _there(self, table: str) -> bool:
        return bool(self._db.execute("SELECT to_regclass(%s)", (f"public.{table}",)).fetchone()[0])


def available() -> bool:
    """Whether a server can be started here."""
    with _tests():
        from postgres import why_not
    return not why_not()


@contextmanager
def serving() -> Iterator[None]:
    """A server for all places of that kind while it lasts. Raises FileNotFoundError where PostgreSQL is not there."""
    with _tests():
        from postgres import Cluster
    with Cluster() as ServerPlace.cluster:
        yield


class CloudPlace(Place):
    """A folder of which each device has its own copy. What one writes comes to the others in any order, late, twice,
    cut short for a while, under another name; nothing that is on its way is known to be anywhere."""

    kind = "cloud"

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.hurt = True  # files that are cut short are looked at as damage
        with _tests():
            from cloud import Cloud
        self._cloud = Cloud([self.folder / f"copy-{n}" for n in range(6)], random.Random(0))

    @property
    def url(self) -> str:
        """What a new device has: a whole copy."""
        return self.url_for(5)

    def url_for(self, d: int) -> str:
        return f"folder:///{self.folder / f'copy-{d}'}"

    @property
    def must(self) -> set[str]:  # type: ignore[override]
        return set()

    @must.setter
    def must(self, _held: set[str]) -> None:
        """Whatever was put into one copy is not in the others."""

    def late(self, which: int) -> None:
        """One file comes to one copy, somehow."""
        with _tests():
            from cloud import HOWS
        self._cloud.deliver(HOWS[which % len(HOWS)])

    twice = late

    def settle(self) -> None:
        """All that is on its way comes, as it is in the end."""
        self._cloud.settle()

    def backup(self) -> None:
        """No one copies all copies at once."""

    restore = delete = empty = backup

    def cut(self, which: int, part: float) -> None:
        """Its files come cut short by themselves."""

    def flip(self, which: int, part: float, bit: int) -> None:
        """As above."""


KINDS: dict[str, type[Place]] = {**FILES, "server": ServerPlace, "cloud": CloudPlace}
