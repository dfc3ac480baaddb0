"""The key of a shared store: the plain file beside it that names it, and what this device remembers of it.

The file itself says which key opens it. Where none that is known here does, the file of keys decides between "the key
was changed" and "it is damaged", which look the same from outside.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lsa_tui import passphrases
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync.shared import LOG_FORMAT
from lsa_tui.vault import cipher
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile

Ask = Callable[["NeedsPassphrase"], str]
"""Gives the passphrase that is needed, or raises what it was given where nobody can be asked."""

_MEMORY = "shared_key:"
_COMING = ":next"


class NeedsPassphrase(Locked):
    """The join passphrase of a shared store is missing; `new`: it is still to be chosen."""

    def __init__(self, place: Path, new: bool) -> None:
        self.place, self.new = place, new
        what = "needs a join passphrase, chosen now," if new else "needs its join passphrase once on this device"
        how = "set LSA_SHARED_PASSPHRASE, or sync at a terminal" if new else "do `lsa shared join`"
        super().__init__(f"the shared file {place} {what}: {how}; nothing was changed".replace(", :", ":"))

    @property
    def question(self) -> str:
        """What a person is asked."""
        return "New join passphrase for the shared file" if self.new else "Join passphrase of the shared file"


class KeyChanged(SyncIncomplete):
    """The shared store has another key than this device knows."""


def beside(path: Path) -> Path:
    """The file of keys of a shared file."""
    return path.with_name(path.name + ".keys")


def nobody_asks(needed: NeedsPassphrase) -> str:
    """The passphrase from outside (LSA_SHARED_PASSPHRASE); raises Locked where there is none."""
    found = passphrases.given("shared")
    if found is None:
        raise needed
    return found


def somebody_asks(needed: NeedsPassphrase) -> str:
    """As `nobody_asks`, and at the terminal where a person sits there."""
    found = passphrases.given("shared")
    if found is not None:
        return found
    if not passphrases.can_ask():
        raise needed
    return passphrases.ask_new(needed.question) if needed.new else passphrases.ask(needed.question)


@dataclass(frozen=True)
class Held:
    """A key of a shared store that is known here; `text`: its file of keys as last seen, to put it back.

    `coming`: the key that a change was begun with, which may be in force or not.
    """

    store: str
    key: bytes
    place: str
    text: str
    coming: bool = False

    @property
    def key_id(self) -> str:
        """The key's name in the file of keys."""
        return cipher.key_id(self.key)


def held(book: Book) -> list[Held]:
    """Every key that this device remembers."""
    found = []
    for name, value in book.db.execute_sql("SELECT key, value FROM meta WHERE key LIKE ?", (f"{_MEMORY}%",)):
        facts = json.loads(value)
        store, coming = name.removeprefix(_MEMORY).removesuffix(_COMING), name.endswith(_COMING)
        found.append(Held(store, base64.b64decode(facts["key"]), facts["place"], facts["text"], coming))
    return found


def remember(book: Book, one: Held) -> None:
    """Keeps a key; of one store and of one place only the last. What was coming goes when it is there."""
    facts = {"key": base64.b64encode(one.key).decode(), "place": one.place, "text": one.text}
    with book.store.writing() as db:
        if not one.coming:
            for old in held(book):
                if one.store == old.store or one.place == old.place:
                    forget(db, old)
        log.set_meta(db, f"{_MEMORY}{one.store}{_COMING if one.coming else ''}", log.canonical(facts))


def forget(db: object, one: Held) -> None:
    """Forgets a key."""
    name = f"{_MEMORY}{one.store}{_COMING if one.coming else ''}"
    db.execute_sql("DELETE FROM meta WHERE key = ?", (name,))  # type: ignore[attr-defined]


# The file of keys


def read(path: Path) -> KeyFile | None:
    """The file of keys of a shared file, None where there is none. Raises DamagedKeyFile, LsaError."""
    place = beside(path)
    try:
        found = KeyFile.read(place)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise SyncIncomplete(
            f"the file of keys {place} cannot be read ({problem.strerror}); check who owns it"
        ) from None
    if str(found.more.get("log_format", LOG_FORMAT)) > str(LOG_FORMAT):
        raise SyncIncomplete(f"{place} was written by a newer lsa; please update this program")
    _check(found, place)
    return found


def _check(found: KeyFile, place: Path) -> None:
    try:
        uuid.UUID(found.store)
    except ValueError:
        raise DamagedKeyFile(f"the file of keys {place} is damaged") from None


def write(path: Path, keys: KeyFile, *, new: bool = False) -> bool:
    """Writes the file of keys whole or not at all; with `new` only where there is none: else returns False.

    It gets the share's usual permissions, for everybody who may open the shared file must read it.
    """
    place = beside(path)
    neighbour = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with neighbour.open("x", encoding="utf-8", newline="\n") as file:
            file.write(keys.as_text())
            file.flush()
            os.fsync(file.fileno())
        if not new:
            _like(path, neighbour)
            os.replace(neighbour, place)
            return True
        return _put_new(neighbour, place)
    except OSError as problem:
        raise SyncIncomplete(f"the file of keys {place} cannot be written ({problem.strerror})") from None
    finally:
        with suppress(OSError):
            neighbour.unlink(missing_ok=True)


def _put_new(neighbour: Path, place: Path) -> bool:
    try:
        os.link(neighbour, place)
    except FileExistsError:
        return False
    except (OSError, AttributeError):  # a stick knows no links; the name itself is taken then
        try:
            with place.open("x", encoding="utf-8", newline="\n") as file:
                file.write(neighbour.read_text(encoding="utf-8"))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            return False
    return True


def _like(path: Path, neighbour: Path) -> None:
    with suppress(OSError):
        neighbour.chmod(path.stat().st_mode & 0o666)


def without_invitations(keys: KeyFile) -> KeyFile:
    """The same without its invitations: one that was used must not come back with an older text."""
    keys.without("invitation")
    return keys
