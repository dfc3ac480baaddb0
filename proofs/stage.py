"""Homes and a shared store for a proof: set up by the program's own commands, opened and checked from outside."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsa_tui import address, paths
from lsa_tui.cli.main import main
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records import erasures, fold, log, read
from lsa_tui.sync import keys, kinds
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.result import Result
from lsa_tui.sync.run import sync
from lsa_tui.sync.shared import Damaged
from lsa_tui.vault import home, keyfile
from proofs import common

PASSPHRASE, JOIN = "three green hats", "two red buckets"
SECRETS = {"LSA_PASSPHRASE": PASSPHRASE, "LSA_SHARED_PASSPHRASE": JOIN}

Heads = dict[str, tuple[int, str]]


def stretch_little() -> None:
    """In this process passphrases are stretched but a little from now on."""
    keyfile.ARGON2 |= common.QUICK


@dataclass(frozen=True)
class Stage:
    """A folder with homes (by name) and the shared store they all use.

    `kind`: "sqlite", "folder" or "postgresql", which has an `address`.
    """

    folder: Path
    kind: str = "sqlite"
    encrypted: bool = True
    address: str = ""

    @property
    def share(self) -> Path:
        """The folder on the share."""
        return self.folder / "share"

    @property
    def file(self) -> Path:
        """The shared file; of a folder store, its folder."""
        return self.share / ("school.db" if self.kind == "sqlite" else "store")

    @property
    def url(self) -> str:
        """The address of the shared store."""
        return self.address or f"{self.kind}:///{self.file}"

    def home(self, name: str) -> paths.Paths:
        """The folders of a home."""
        return paths.find(str(self.folder / name))

    def make(self, *names: str) -> None:
        """Sets up homes by `lsa init`, each with pupil K7, none synced yet."""
        stretch_little()
        self.share.mkdir(exist_ok=True, parents=True)
        if self.kind == "folder":
            self.file.mkdir(exist_ok=True)
        for name in names:
            way = ["--plain"] if not self.encrypted else ["--passphrase-file", str(self._secret())]
            initials = name[:2].upper()
            given = ["--home", str(self.folder / name), "init", "--initials", initials, "--defaults", *way]
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
                code = main(given)
            assert code == 0, said.getvalue()
            with self.opened(name) as book:
                book.config.save(shared_url=self.url)
                pupils.add(book, "K7")

    def _secret(self) -> Path:
        file = self.folder / "passphrase.txt"
        if not file.exists():
            file.write_text(PASSPHRASE + "\n", encoding="utf-8")
        return file

    @contextmanager
    def opened(self, name: str) -> Iterator[Book]:
        """A home's book, closed at the end."""
        where = self.home(name)
        book = Book(where, key=home.key_of(where, PASSPHRASE) if self.encrypted else None)
        try:
            yield book
        finally:
            book.close()

    def sync(self, name: str) -> Result:
        """One whole sync of a home, in this process. Raises what it raises."""
        with self.opened(name) as book:
            return sync(book, **({"ask": lambda _: JOIN} if self.encrypted else {}))

    def lsa(self, name: str, *args: str) -> tuple[int, str, str]:
        """A command of the program on a home, in this process: its exit code, output and errors."""
        way = ["--passphrase-file", str(self._secret())] if self.encrypted else []
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["--home", str(self.folder / name), *way, *args])
        return code, out.getvalue(), err.getvalue()

    def command(self, name: str, *args: str) -> list[str]:
        """The program's command for a home, as a process; run it with `environment`."""
        return [sys.executable, "-m", "lsa_tui", "--home", str(self.folder / name), *args]

    def environment(self) -> dict[str, str]:
        """Of a process of this stage. Where nothing is to be encrypted nobody gives a passphrase."""
        return common.environment(**(SECRETS if self.encrypted else {}))


def note(book: Book, text: str) -> None:
    """Records a note that can be told from all others."""
    book.record("note", {"at": "2026-11-24T10:42:00+00:00", "text": text})


def texts(book: Book) -> set[str]:
    """The notes that a home shows."""
    return {str(one["text"]) for one in read.of_kind(book.db, "note")}


# What must hold of a home


def faults_here(book: Book) -> list[str]:
    """What is wrong with a home's database: pages, chains, heads, and tables that are not what the log says."""
    found = [f"database: {one}" for one in book.store.check()]
    if found:
        return found
    found += [f"{name} is gone" for name in book.store.missing_guards()]
    erased = erasures.named_here(book.db).has
    heads = dict(book.db.execute_sql("SELECT dev, seq FROM head").fetchall())
    found += broken_chains(
        lambda dev: log.changes_after(book.db, dev, 0, 1 << 62, 1 << 30), heads, _ends(book.db), erased
    )
    for (dev,) in book.db.execute_sql("SELECT DISTINCT dev FROM change").fetchall():
        if dev not in heads:
            found.append(f"changes of {dev} and no head")
    return found + _tables(book)


def _ends(db: Any) -> dict[str, str]:
    return dict(db.execute_sql("SELECT dev, chain FROM head").fetchall())


def _tables(book: Book) -> list[str]:
    """Compares in a transaction that is taken back: a proof changes nothing."""
    sql = "SELECT * FROM record ORDER BY uid"
    held = book.db.execute_sql(sql).fetchall()
    with book.db.atomic("IMMEDIATE") as transaction:
        fold.rebuild(book.db)
        made = book.db.execute_sql(sql).fetchall()
        transaction.rollback()
    return [] if held == made else ["the tables are not what the log says"]


def broken_chains(changes: Any, lasts: dict[str, int], ends: dict[str, str], erased: Any) -> list[str]:
    """Chains that are not what their hashes say, or do not end where their head says."""
    found = []
    for dev, last in lasts.items():
        held = changes(dev)
        place = log.first_broken(held, 0, log.GENESIS, erased)
        if place is not None:
            found.append(f"chain {dev} is broken at {place + 1}")
        elif len(held) != last or (held and held[-1]["chain"] != ends[dev]):
            found.append(f"chain {dev} ends at {len(held)}, its head says {last}")
    return found


# What must hold of the store


def in_store(stage: Stage, name: str) -> tuple[Heads, set[str], list[str]]:
    """What the shared store holds, read with the key of a home: its heads, the notes' texts, and what is wrong."""
    try:
        return _in_store(stage, name)
    except Damaged as problem:
        return {}, set(), [str(problem)]


def _in_store(stage: Stage, name: str) -> tuple[Heads, set[str], list[str]]:
    with stage.opened(name) as book:
        location = address.parse(stage.url)
        shared = kinds.at(location, book)
        shared.opening = Opening(book, location.anchor, keys.nobody_asks, keep=False) if location.anchor else None
        try:
            about = shared.open(made_up=False, create=False)
            if not about.hub_id:
                return {}, set(), []
            heads = shared.heads()
            held = {dev: shared.changes(dev, 0, seq, seq) for dev, (seq, _) in heads.items()}  # others may write
            lasts = {dev: seq for dev, (seq, _) in heads.items()}
            ends = {dev: chain for dev, (_, chain) in heads.items()}
            found = broken_chains(held.get, lasts, ends, erasures.named_here(book.db).has)
            if stage.kind == "sqlite":
                found += _pages(shared)
        finally:
            shared.close()
    said = set()
    for changes in held.values():
        said |= {text for one in changes if one["kind"] == "note" and (text := text_of(one)) is not None}
    return heads, said, found


def text_of(change: dict[str, Any]) -> str | None:
    """The text that a change of a note sets."""
    if not change["body"]:
        return None
    found = json.loads(change["body"]).get("set", {}).get("text")
    return None if found is None else str(found)


def _pages(shared: Any) -> list[str]:
    with shared._db.atomic():  # one moment, though others write
        return _pages_now(shared._db, shared._key is not None)


def _pages_now(db: Any, encrypted: bool) -> list[str]:
    found = [row[0] for row in db.execute_sql("PRAGMA integrity_check(5)") if row[0] != "ok"]
    if encrypted:
        found += [str(row[0]) for row in db.execute_sql("PRAGMA cipher_integrity_check")]
    rows = dict(db.execute_sql("SELECT dev, max(seq) FROM change GROUP BY dev").fetchall())
    heads = dict(db.execute_sql("SELECT dev, seq FROM head").fetchall())
    return [f"store: {one}" for one in found] + ([] if rows == heads else [f"store: heads {heads}, rows {rows}"])


def differences(stage: Stage, *names: str) -> list[str]:
    """Whether homes hold the same shared log and the same records as the first, and as the store."""
    found: list[str] = []
    first: Any = None
    for name in names:
        with stage.opened(name) as book:
            found += [f"{name}: {one}" for one in faults_here(book)]
            rows = book.db.execute_sql("SELECT * FROM record WHERE own = 0 ORDER BY uid").fetchall()
            held = (log.shareable_heads(book.db), rows)
            first = first or held
            if held[0] != first[0]:
                found.append(f"{name} and {names[0]} hold different logs")
            elif held[1] != first[1]:
                found.append(f"{name} and {names[0]} show different records")
    heads, _, wrong = in_store(stage, names[0])
    found += wrong
    if heads != first[0]:
        found.append("the store and the homes hold different logs")
    return found


@contextmanager
def server(kind: str) -> Iterator[str]:
    """A server for stores of this kind while it lasts: the address of an empty database; "" where none is needed.

    Raises FileNotFoundError where PostgreSQL is not installed.
    """
    if kind != "postgresql":
        yield ""
        return
    sys.path.insert(0, str(common.ROOT / "tests"))
    try:
        from postgres import Cluster
    finally:
        sys.path.pop(0)
    with Cluster() as cluster:
        yield cluster.database()
