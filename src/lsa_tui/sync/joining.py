"""Who may open the shared store: joining it, inviting a device, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

from lsa_tui.address import anchor_of, parse
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.setup import share_with
from lsa_tui.errors import Locked, LsaError, SyncIncomplete
from lsa_tui.sync import admission, keys, kinds, recognising, serving
from lsa_tui.sync.keys import Held, NeedsPassphrase
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.shared import About, SharedStore
from lsa_tui.vault.keyfile import KeyFile


@dataclass(frozen=True)
class Invitation:
    """Six words for one device, and the moment until which they hold."""

    place: Path
    words: str
    until: str
    kind: str = "sqlite"

    @property
    def url(self) -> str:
        """The URL that names the store on the other device, where it is at the same place there."""
        return f"{self.kind}:///{self.place}"


@dataclass(frozen=True)
class Standing:
    """How the shared store stands for this device.

    `state`: "not set", "not there", "plain", "encrypted", "server", or "" where that cannot be told; `joined`: its key
    is held here; `invitations`: those that are open; `problem`: one sentence, empty when all is well.
    """

    state: str
    place: Path | str | None = None
    key_id: str = ""
    joined: bool = False
    invitations: int = 0
    problem: str = ""


class KeyedStore(SharedStore, Protocol):
    """A shared store that has a key: a file or a folder."""

    def holding(self) -> AbstractContextManager[None]:
        """Nobody else changes its file of keys meanwhile, as far as that can be had."""


def nobody(needed: NeedsPassphrase) -> str:
    """For what only a device does that has joined."""
    raise needed


@contextmanager
def at(book: Book, url: str | None, opening: Opening | None = None, ask: keys.Ask = nobody) -> Iterator[KeyedStore]:
    """The shared store of a URL (without one, of `[shared] url`), to be opened. Raises LsaError for a server."""
    location = parse(url or book.config["shared.url"])
    anchor = anchor_of(location)
    shared = cast(KeyedStore, kinds.at(location, book))
    shared.opening = opening or Opening(book, anchor, ask)
    try:
        yield shared
    finally:
        shared.close()


def join(book: Book, ask: keys.Ask, url: str | None = None, sure: serving.Sure = serving.is_sure) -> Path:
    """Learns the key of the shared store, from its join passphrase or the words of an invitation that `ask` gives.

    Where another plain store than before is there, that one is this device's from now on. Where another group's is
    there, `sure` is called with its name first, and what it raises leaves everything as it is.

    With `url` it is this device's shared store from now on. Returns its path. Raises Locked for a wrong or missing
    one, KeyChanged, WentBack, SyncIncomplete, LsaError where there is nothing to join.
    """
    path = anchor_of(parse(url or book.config["shared.url"]))
    opening = Opening(book, path, ask, keep=False, joining=True)
    with at(book, url, opening) as shared:
        about = shared.open(made_up=book.made_up, create=False)
        if about.hub_id and recognising.is_foreign(book, shared, about, shared.heads()):
            sure(shared.name)
        if about.hub_id and opening.used is None:
            if not recognising.take(book, shared, about):
                raise LsaError(f"{keys.called(path)} is not encrypted, so there is nothing to join; `lsa sync` shares")
        else:
            _learn(book, path, shared, about, opening)
    if url:
        share_with(book, url)
    audit.note(book, "joined the shared store", keys.shown(path))
    return Path(keys.shown(path))


def _learn(book: Book, path: Path, shared: KeyedStore, about: About, opening: Opening) -> None:
    """Keeps the key of a store on this device."""
    used = opening.used or opening.admit()
    file = _admitted(path, shared, about, opening)
    text = file.as_text() if file.key_id == used.key_id else used.text
    keys.remember(book, Held(used.store, used.key, str(path), text))


def _admitted(path: Path, shared: KeyedStore, about: About, opening: Opening) -> KeyFile:
    """The file of keys as it is then: an invitation is used up, a change of key is completed."""
    invitation = opening.invitation
    if invitation is None:
        opening.keep = True
        if about.hub_id:
            opening.settle(about, shared.holding)
        assert opening.file is not None
        return opening.file
    with shared.holding() if about.hub_id else nullcontext():
        file = _read(path)
        if invitation not in file.slots:
            raise Locked(f"no such invitation to {keys.shown(path)} is open: each is good for once; ask for a new one")
        file.slots.remove(invitation)
        keys.write(path, file)
    return file


def invite(book: Book, url: str | None = None) -> Invitation:
    """Opens the shared store for one further device, for a week. Raises NeedsPassphrase where this one has not joined,
    LsaError where there is no encrypted store, SyncIncomplete."""
    path = anchor_of(parse(url or book.config["shared.url"]))
    with at(book, url) as shared:
        used = encrypted(book, shared, path)
        with shared.holding():
            file = _read(path)
            words, until = admission.invite(file, used.key, book.now())
            keys.write(path, file)
        keys.remember(book, Held(used.store, used.key, str(path), file.as_text()))
        audit.note(book, "invited a device to the shared store", f"{keys.shown(path)}, until {until}")
        return Invitation(Path(keys.shown(path)), words, until, shared.kind)


def encrypted(book: Book, shared: KeyedStore, path: Path) -> Held:
    """Opens the shared store beside whose anchor `path` its keys lie; its key. Raises LsaError where there is none, or
    a plain one."""
    recognising.require_ours(book, shared, opened(book, shared, path))
    used = shared.opening.used if shared.opening is not None else None
    if used is None:
        raise LsaError(f"{keys.called(path)} is not encrypted; `lsa shared rekey` does it")
    return used


def opened(book: Book, shared: KeyedStore, path: Path) -> About:
    """Opens the shared store beside whose anchor `path` its keys lie. Raises LsaError where there is none."""
    about = shared.open(made_up=book.made_up, create=False)
    if not about.hub_id:
        recognising.require_disk(book, shared)
        raise LsaError(f"{keys.called(path)} is not there yet; `lsa sync` makes it")
    return about


def _read(path: Path) -> KeyFile:
    found = keys.read(path)
    if found is None:
        raise SyncIncomplete(f"the file of keys {keys.beside(path)} has gone; sync once, then do it again")
    return found


def standing(book: Book) -> Standing:
    """How the shared store stands. Writes nothing, asks nothing."""
    url = book.config["shared.url"]
    if not url:
        return Standing("not set")
    try:
        location = parse(url)
    except LsaError as wrong:
        return Standing("", problem=str(wrong))
    if location.anchor is None:
        state, says = serving.standing(book, location)
        return Standing(state, location.name, joined=state == "server", problem=says)
    path = location.anchor
    opening = Opening(book, path, nobody, keep=False)
    state, says, joined = "", "", False
    with at(book, url, opening) as shared:
        try:
            about = shared.open(made_up=book.made_up, create=False)
            if not about.hub_id:
                recognising.require_disk(book, shared)
            joined = opening.used is not None
            state = ("encrypted" if joined else "plain") if about.hub_id else "not there"
            if about.hub_id:
                says = opening.wrong()
                recognising.require_ours(book, shared, about)
        except NeedsPassphrase:
            state = "encrypted"  # not joined yet: nothing is wrong
        except LsaError as trouble:
            if not state:
                state, joined = "encrypted" if opening.file else "", isinstance(trouble, keys.WentBack)
            says = str(trouble)
    named = (opening.used if state == "encrypted" and joined else None) or opening.file
    key_id = named.key_id if named is not None else ""
    return Standing(state, Path(keys.shown(path)), key_id, joined, _open(opening.file, book.now()), says)


def _open(file: KeyFile | None, now: datetime) -> int:
    return sum(admission.still_holds(slot, now) for slot in file.of_kind("invitation")) if file else 0
