"""The key of a shared store: the plain file beside it that names it, and what this device remembers of it.

The file itself says which key opens it. Where none that is known here does, the file of keys decides between "the key
was changed" and "it is damaged", which look the same from outside.
"""

from __future__ import annotations

import base64
import json
import os
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lsa_tui import passphrases
from lsa_tui.address import real
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, LsaError, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import pages
from lsa_tui.vault import cipher
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile

Ask = Callable[["NeedsPassphrase"], str]
"""Gives the passphrase that is needed, or raises what it was given where nobody can be asked."""

FORMAT = 2
"""Of a file of keys that says what pages the shared file has, so that a program which knows but SQLCipher's own asks to
be updated and does not call it damaged. Without that, and in a folder, it is 1."""

IN_FOLDER = "lsa"
"""What the file of keys of a shared folder would lie beside, in that folder. No such file is ever there."""

LEFT_SECONDS = 600.0
"""From this age on (either way: a server's clock may differ) an unfinished file of keys is what a kill left."""

_MEMORY = "shared_key:"
_COMING = ":next"
_OLD = ":old:"


class NeedsPassphrase(Locked):
    """The join passphrase of a shared store is missing; `new`: it is still to be chosen. `does`: what is done then at a
    terminal."""

    def __init__(self, place: Path, new: bool, does: str = "sync") -> None:
        self.place, self.new = place, new
        what = "needs a join passphrase, chosen now" if new else "needs its join passphrase once on this device"
        how = f"set LSA_SHARED_PASSPHRASE, or {does} at a terminal" if new else "do `lsa shared join`"
        super().__init__(f"{called(place)} {what}: {how}; nothing was changed")

    @property
    def shown(self) -> str:
        """The store as people know it: the file, the folder."""
        return shown(self.place)

    @property
    def question(self) -> str:
        """What a person is asked."""
        what = "folder" if in_folder(self.place) else "file"
        return f"New join passphrase for the shared {what}" if self.new else f"Join passphrase of the shared {what}"


class KeyChanged(SyncIncomplete):
    """The shared store has another key than this device knows: it joins again."""


class AnotherStore(KeyChanged):
    """Another group's store lies there: it is joined only where that is meant, so the screens do not ask for it."""


class WentBack(SyncIncomplete):
    """The shared store has an earlier key than this device knows: it does not join again, and sends nothing there."""


def beside(path: Path) -> Path:
    """The file of keys of a shared file."""
    file = real(path)
    return file.with_name(f"{file.name}.keys")


def shown(anchor: Path) -> str:
    """A shared store as people know it, by what its file of keys lies beside: the file; the folder."""
    return str(anchor.parent if in_folder(anchor) else anchor)


def called(anchor: Path) -> str:
    """As `shown`, with what it is before it: "the shared file ...", "the shared folder ..."."""
    return f"the shared {'folder' if in_folder(anchor) else 'file'} {shown(anchor)}"


def in_folder(anchor: Path) -> bool:
    """Whether the store is a folder, in which its file of keys lies."""
    return anchor.name == IN_FOLDER and not anchor.exists()


def nobody_asks(needed: NeedsPassphrase) -> str:
    """The passphrase from outside (LSA_SHARED_PASSPHRASE); raises Locked where there is none."""
    found = passphrases.given("shared")
    if found is None:
        raise needed
    return found


def somebody_asks(needed: NeedsPassphrase, does: str = "sync") -> str:
    """As `nobody_asks`, and at the terminal where a person sits there. `does`: what a person does there."""
    found = passphrases.given("shared")
    if found is not None:
        return found
    if not passphrases.can_ask():
        raise NeedsPassphrase(needed.place, needed.new, does)
    return passphrases.ask_new(needed.question) if needed.new else passphrases.ask(needed.question)


@dataclass(frozen=True)
class Held:
    """A key of a shared store that is known here; `text`: its file of keys as last seen, to put it back.

    `coming`: the key that a change was begun with, which may be in force or not; `old`: one that was replaced, kept to
    recognise an old copy of the shared file. Nothing is written with it.
    """

    store: str
    key: bytes
    place: str
    text: str
    coming: bool = False
    old: bool = False

    @property
    def key_id(self) -> str:
        """The key's name in the file of keys."""
        return cipher.key_id(self.key)

    @property
    def file(self) -> KeyFile:
        """Its file of keys as last seen."""
        return KeyFile.from_text(self.text, "remembered here")

    @property
    def generation(self) -> int:
        """Which key of its store it is, counted from 1."""
        return self.file.generation

    @property
    def page(self) -> int:
        """Bytes of a page of the shared file."""
        return int(self.file.more.get("page", pages.FIRST))

    @property
    def _name(self) -> str:
        return f"{_MEMORY}{self.store}" + (f"{_OLD}{self.key_id}" if self.old else _COMING if self.coming else "")


def held(book: Book) -> list[Held]:
    """Every key that this device remembers: those in force first, then those that are coming, then old ones."""
    found = []
    for name, value in book.db.execute_sql("SELECT key, value FROM meta WHERE key LIKE ?", (f"{_MEMORY}%",)):
        facts = json.loads(value)
        store, old, _ = name.removeprefix(_MEMORY).partition(_OLD)
        key, coming = base64.b64decode(facts["key"]), store.endswith(_COMING)
        found.append(Held(store.removesuffix(_COMING), key, facts["place"], facts["text"], coming, bool(old)))
    return sorted(found, key=lambda one: (one.old, one.coming))


def of_store(book: Book, store: str) -> list[Held]:
    """Every key of one store that this device remembers."""
    return [one for one in held(book) if one.store == store]


def newest(book: Book, store: str) -> int:
    """The generation of the newest key of a store that was in force as far as this device knows; 0 without one."""
    return max((one.generation for one in of_store(book, store) if not one.coming), default=0)


def behind(book: Book, used: Held) -> bool:
    """Whether this device has a newer key of that store. Of two that are equally new it is the one it had last."""
    others = [one for one in of_store(book, used.store) if not (one.coming or one.old or one.key == used.key)]
    return any(used.old or one.generation > used.generation for one in others)


def to_make_with(known: list[Held], file: KeyFile | None) -> Held:
    """The key to make a lost file with, of those that are not old.

    One that is coming is used where the file of keys names it: that change may have been complete.
    """
    named = {one.key_id for one in (file, file and file.next) if one is not None}
    usable = [one for one in known if not one.coming or one.key_id in named] or known
    store = file.store if file is not None else usable[0].store
    return max(usable, key=lambda one: (one.store == store, one.generation))


def ids(known: Iterable[Held]) -> set[str]:
    """The names of these keys."""
    return {one.key_id for one in known}


def begun_here(book: Book, path: Path) -> Held | None:
    """The key that this device named as the next one in the file of keys that lies there, and that is there still."""
    with suppress(LsaError):
        file = read(path)
        if file is not None and file.next is not None:
            named = (file.store, file.next.key_id)
            return next((one for one in held(book) if one.coming and (one.store, one.key_id) == named), None)
    return None


def salt_of(one: Held | KeyFile) -> str:
    """What an encrypted file of this store begins with, in hex."""
    return uuid.UUID(one.store).hex


def remember(book: Book, one: Held) -> None:
    """Keeps a key as the one in force (or as the one that is coming); of one place only one store is kept.

    The key that was in force until now is kept as an old one.
    """
    with book.store.writing() as db:
        if not one.coming:
            known = held(book)
            was_in_force = any(it.key == one.key and not it.coming and not it.old for it in known)
            for before in known:
                if before.store == one.store:
                    _step_back(db, before, one, was_in_force)
                elif before.place == one.place:
                    forget(db, before)
        _keep(db, one)


def _step_back(db: object, before: Held, one: Held, was_in_force: bool) -> None:
    """What becomes of a key that is remembered, where `one` is in force in its store (as it was, or from now on)."""
    given_up = before.coming and not was_in_force  # else that change may still be on its way
    if before.key == one.key or given_up:
        forget(db, before)
    elif not before.coming and not before.old:
        forget(db, before)
        _keep(db, replace(before, old=True))


def _keep(db: object, one: Held) -> None:
    facts = {"key": base64.b64encode(one.key).decode(), "place": one.place, "text": one.text}
    log.set_meta(db, one._name, log.canonical(facts))


def forget(db: object, one: Held) -> None:
    """Forgets a key."""
    db.execute_sql("DELETE FROM meta WHERE key = ?", (one._name,))  # type: ignore[attr-defined]


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
    said = found.more.get("log_format", 1)
    if type(said) is not int or said > FORMAT:
        raise SyncIncomplete(f"{place} was written by a newer lsa; please update this program")
    _check(found, place)
    return found


def _check(found: KeyFile, place: Path) -> None:
    try:
        uuid.UUID(found.store)
        for one in (found, found.next):
            if one is not None and one.more.get("page", pages.FIRST) not in (pages.FIRST, pages.BYTES):
                raise ValueError("no such pages")
    except ValueError:
        raise DamagedKeyFile(f"the file of keys {place} is damaged") from None


def write(path: Path, keys: KeyFile, *, new: bool = False) -> bool:
    """Writes the file of keys whole or not at all; with `new` only where there is none: else returns False.

    It gets the share's usual permissions, for everybody who may open the shared file must read it.
    """
    place = beside(path)
    neighbour = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        if in_folder(path):
            place.parent.mkdir(exist_ok=True)  # the store's own folder: its keys are the first thing in it
        with neighbour.open("x", encoding="utf-8", newline="\n") as file:
            file.write(keys.as_text())
            file.flush()
            os.fsync(file.fileno())
        if not new:
            _like(path, neighbour)
            os.replace(neighbour, place)
        elif not _put_new(neighbour, place):
            return False
        with suppress(OSError):  # not every share can
            cipher.sync_folder(place.parent)
        sweep(path)
        return True
    except OSError as problem:
        raise SyncIncomplete(f"the file of keys {place} cannot be written ({problem.strerror})") from None
    finally:
        with suppress(OSError):
            neighbour.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Takes away what a kill left of writing the file of keys; what somebody else is writing now is younger."""
    place = beside(path)
    with suppress(OSError):
        for left in place.parent.glob(f".{place.name}.*.tmp"):
            if abs(time.time() - left.stat().st_mtime) > LEFT_SECONDS:
                left.unlink()


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


def facts(path: Path, generation: int, page: int = pages.BYTES) -> dict[str, int]:
    """What the file of keys of a store says beside its keys, with pages of so many bytes."""
    if in_folder(path) or page == pages.FIRST:
        return {"log_format": 1, "generation": generation}
    return {"log_format": FORMAT, "generation": generation, "page": page}


def alone(one: Held) -> KeyFile:
    """The file of keys as this device remembers it, with that key alone, and without its invitations: one that was used
    must not come back with an older text."""
    file = replace(one.file, next=None)
    file.without("invitation")
    return file
