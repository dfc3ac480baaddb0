"""The DSL's side of concerns: the key, what came, reading it, signing for it.

What came stays sealed in this home, too (`concerns.db`); it is opened with the key's passphrase each time it is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import keeping, trust
from lsa_tui.daybook.concerns.sheet import harmless
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import write_whole
from lsa_tui.vault import sealed
from lsa_tui.vault.keyfile import check_passphrase
from lsa_tui.vault.sealed import Identity, Public

LEAST = 4
"""Characters of an id that are enough."""


@dataclass(frozen=True)
class Key:
    """A key of this DSL: its public half, and the file that its secret half lies in."""

    public: Public
    path: Path


@dataclass(frozen=True)
class Piece:
    """One sealed file, opened: a concern, or what was added to one. `facts` are as they were sealed."""

    id: str
    of: str | None
    digest: str
    facts: dict[str, Any]
    came_at: datetime
    acknowledged_at: datetime | None

    def said(self, name: str) -> str:
        """One answer of the sheet as text, empty where there is none."""
        found = self.facts.get(name)
        # Anybody can seal anything to a public key.
        return harmless(found) if isinstance(found, str) else ""

    def when(self, name: str) -> datetime | None:
        """One moment of the sheet."""
        try:
            return clock.from_text(self.said(name))
        except ValueError:
            return None

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Marks: the place on the body and what was seen there."""
        found = self.facts.get("marks")
        pairs = found if isinstance(found, list) else []
        return [
            (harmless(str(one[0])), harmless(str(one[1]))) for one in pairs if isinstance(one, list) and len(one) == 2
        ]


@dataclass(frozen=True)
class Concern:
    """A concern with all that was added to it, in the order in which it was saved."""

    id: str
    pieces: list[Piece] = field(default_factory=list)

    @property
    def first(self) -> Piece:
        """The concern itself (what was added, while that has not come)."""
        return next((one for one in self.pieces if one.of is None), self.pieces[0])

    @property
    def acknowledged(self) -> datetime | None:
        """When the last of it was signed for; None while any of it is not."""
        signed = [one.acknowledged_at for one in self.pieces if one.acknowledged_at]
        return max(signed) if len(signed) == len(self.pieces) else None


# The key


def keys(book: Book) -> list[Key]:
    """The keys made in this home, the newest first."""
    if not keeping.exists(book):
        return []
    with keeping.opened(book) as db:
        sql = "SELECT recipient, verify, path FROM identity ORDER BY rowid DESC"
        return [
            Key(Public(recipient, verify), Path(path)) for recipient, verify, path in db.execute_sql(sql).fetchall()
        ]


def new_key_path(book: Book) -> Path:
    """Where the next key lies where no other file is named."""
    number = len(keys(book)) + 1
    return book.paths.data_folder / ("dsl-key.age" if number == 1 else f"dsl-key-{number}.age")


def make_key(book: Book, passphrase: str, out: Path | None = None) -> Key:
    """Makes the DSL's key, protected by a passphrase, and publishes its public half in the log.

    `out`: the file for it, never one that is there (but for the usual place, where a key whose making was interrupted
    is taken over). Raises NotAllowed, LsaError for a short passphrase, BadInput.
    """
    rights.require(book, "make the DSL's key")
    check_passphrase(passphrase)
    path = (out or new_key_path(book)).expanduser().absolute()
    if path.exists() and out is not None:
        raise BadInput(f"{path} is there already and is never written over; name another file")
    if out is not None and not path.parent.is_dir():
        # A stick that is not connected must not become a folder on the computer's own disk.
        raise BadInput(f"there is no folder {path.parent}; connect the stick, or make the folder first")
    if path.exists():
        identity = sealed.unprotect(path.read_bytes(), passphrase)
    else:
        identity = sealed.new_identity()
        write_whole(path, sealed.protect(identity, passphrase).decode())
        # Read back before anybody seals to it: what cannot be opened later would be lost.
        identity = sealed.unprotect(path.read_bytes(), passphrase)
    key = Key(identity.public, path)
    with keeping.writing(book) as db:
        db.execute_sql(
            "INSERT OR REPLACE INTO identity (recipient, verify, path, at) VALUES (?, ?, ?, ?)",
            (key.public.recipient, key.public.verify, str(path), clock.to_text(book.now())),
        )
    trust.remember(book, key.public)  # a DSL, too, may write down a concern
    publish(book, key.public)
    return key


def publish(book: Book, key: Public) -> None:
    """Lets the next sync bring the public half to all devices. Nothing happens where that is done already."""
    if key not in trust.published(book):
        book.put("dsl_key", {"recipient": key.recipient, "verify": key.verify})


def unlocked(book: Book, passphrase: str, file: Path | None = None) -> list[Identity]:
    """The keys that this passphrase opens, the newest first; only the one in `file` where that is named.

    Raises Locked where it opens none, BadInput where there is no key file.
    """
    rights.require(book, "open a concern")
    places = [file.expanduser()] if file else [one.path for one in keys(book)]
    if not places:
        raise LsaError("there is no DSL's key in this home; `lsa dsl key` makes it, or name its file with --key FILE")
    found: list[Identity] = []
    problems: list[LsaError] = []
    for place in places:
        try:
            found.append(sealed.unprotect(place.read_bytes(), passphrase))
        except OSError as problem:
            problems.append(BadInput(f"the key file {place} cannot be read ({problem.strerror}); name it with --key"))
        except LsaError as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    return found


# What came


def note(book: Book, did: str, concern: Concern, about: str = "") -> None:
    """Writes down, in this home alone, that a concern was read, signed for, or written to a file."""
    keeping.note(book, did, concern.id, about)


def deeds(book: Book) -> list[tuple[str, str, str, str, str]]:
    """What was done here with concerns: when (ISO 8601), by whom, what, of which id, which file; oldest first."""
    rights.require(book, "open a concern")
    return keeping.deeds(book)


def take_in(book: Book, name: str, blob: bytes) -> None:
    """Keeps a sealed file that came; one that is here already stays as it is."""
    with keeping.writing(book) as db:
        db.execute_sql(
            "INSERT OR IGNORE INTO received (digest, id, sealed, at) VALUES (?, ?, ?, ?)",
            (sealed.digest(blob), name, blob, clock.to_text(book.now())),
        )


def concerns(book: Book, identities: Sequence[Identity]) -> tuple[list[Concern], list[str]]:
    """All concerns that came, the newest first, and the ids of files that none of these keys opens.

    An id under which something else can be read is not among these. What is no sealed file at all is forgotten once
    it was named here: it can be no concern for any key, and comes again for as long as it lies there.
    """
    rights.require(book, "open a concern")
    unread: list[str] = []
    garbage: list[str] = []
    found: dict[str, Concern] = {}
    with keeping.opened(book) as db:
        rows = db.execute_sql("SELECT digest, id, sealed, at FROM received ORDER BY rowid").fetchall()
        signed = dict(db.execute_sql("SELECT digest, at FROM receipt").fetchall())
    for digest, name, blob, at in rows:
        facts = _opened(bytes(blob), identities)
        if facts is None:
            unread.append(name)
            if not sealed.is_sealed(bytes(blob)):
                garbage.append(digest)
            continue
        of = facts.get("of")
        piece = Piece(
            id=name,
            of=of if isinstance(of, str) else None,
            digest=digest,
            facts=facts,
            came_at=keeping.moment(book, at),
            acknowledged_at=keeping.moment(book, signed[digest]) if digest in signed else None,
        )
        whose = piece.of or piece.id
        found.setdefault(whose, Concern(whose)).pieces.append(piece)
    if garbage:
        with keeping.writing(book) as db:
            for digest in garbage:
                db.execute_sql("DELETE FROM received WHERE digest = ?", (digest,))
    read = {piece.id for one in found.values() for piece in one.pieces}
    unread = [name for name in unread if name not in read]
    for one in found.values():
        one.pieces.sort(key=lambda piece: (piece.of is not None, piece.said("saved_at")))
    return sorted(found.values(), key=lambda one: one.first.came_at, reverse=True), unread


def find(known: Sequence[Concern], uid: str) -> Concern:
    """A concern by its id or the first characters of it. Raises BadInput."""
    wanted = uid.strip().lower()
    found = [one for one in known if one.id.startswith(wanted)] if len(wanted) >= LEAST else []
    if len(found) != 1:
        what = "more than one concern begins" if found else "no concern that came here begins"
        raise BadInput(f"{what} with {uid!r}; `lsa dsl open` lists them")
    return found[0]


def acknowledge(book: Book, concern: Concern, identities: Sequence[Identity]) -> int:
    """Signs for all of a concern that is not signed for yet; returns how many files that were.

    The receipts go back with the next sync; its writer's device removes its sealed copy then.
    """
    rights.require(book, "open a concern")
    left = [one for one in concern.pieces if one.acknowledged_at is None]
    now = clock.to_text(book.now())
    with keeping.writing(book) as db:
        for piece in left:
            facts = {"format": 1, "id": piece.id, "digest": piece.digest, "at": now}
            line = sealed.signed(facts, _opener(db, piece.digest, identities))
            db.execute_sql(
                "INSERT OR IGNORE INTO receipt (digest, id, line, at) VALUES (?, ?, ?, ?)",
                (piece.digest, piece.id, line, now),
            )
    return len(left)


def _opener(db: Any, digest: str, identities: Sequence[Identity]) -> Identity:
    """The key that a file was sealed to: its writer's device knows that one, and perhaps not a newer."""
    blob = bytes(db.execute_sql("SELECT sealed FROM received WHERE digest = ?", (digest,)).fetchone()[0])
    return next(one for one in identities if _opened(blob, [one]) is not None)


def _opened(blob: bytes, identities: Sequence[Identity]) -> dict[str, Any] | None:
    for identity in identities:
        try:
            facts = json.loads(sealed.unseal(blob, identity))
        except (sealed.NotForThisKey, ValueError, RecursionError):
            continue
        if isinstance(facts, dict):
            return facts
    return None
