"""A new key for the shared store: whoever does not get the new join passphrase is out.

At any point one of two states is whole. The new key is remembered here first, then named in the file of keys beside
the present one, then put to use in the shared file (one transaction), then alone in the file of keys; the next sync of
a device that knows it completes what was interrupted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.sync import joining, keys
from lsa_tui.sync.keys import Held
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.shared import LOG_FORMAT, About
from lsa_tui.sync.sqlite_file import SqliteFile
from lsa_tui.sync.url import anchor_of, parse
from lsa_tui.vault import cipher
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile


def rekey(book: Book, choose: Callable[[], str], url: str | None = None) -> tuple[Path, bool]:
    """A new key and a new join passphrase, which `choose` gives; a plain store is encrypted by it.

    Returns its path, and whether it was plain. Raises NeedsPassphrase where this device has not joined, LsaError for
    a passphrase that will not do, SyncIncomplete; then the store is as it was.
    """
    path = anchor_of(parse(url or book.config["shared.url"]))
    opening = Opening(book, path, joining.nobody, plain_too=True, older_too=True)
    with joining.at(book, url, opening) as shared:
        _open(book, shared, path)
        shared.close()  # nobody waits while a passphrase is thought of
        typed = choose()
        about = _open(book, shared, path)
        heads, was_plain = shared.heads(), opening.used is None
        store = about.hub_id if opening.used is None else opening.used.store
        if was_plain:
            cipher.require_sqlcipher()
        else:
            _refuse_known(book, path, opening, typed)
        one, made = _new(path, store, typed, _after(book, path, store))
        keys.remember(book, one)
        if isinstance(shared, SqliteFile):
            (_encrypt if was_plain else _change)(shared, opening, one, made)
        else:
            _of_folder(shared, one, made)
        shared.close()
        _open(book, shared, path)
        if opening.used is None or opening.used.key != one.key:
            _give_up(shared, path, one.key)
            raise SyncIncomplete(
                f"the key of {keys.called(path)} could not be changed, because somebody else is using it; nothing "
                "was changed, try again in a minute"
            )
        there = shared.heads()
        if any(there.get(dev, (0, ""))[0] < seq for dev, (seq, _) in heads.items()):
            raise SyncIncomplete(f"{keys.called(path)} lacks records after the change of its key; sync to refill it")
        if shared.kind == "folder":
            shared.sweep({})  # this device's files under the old key go now
        audit.note(book, "changed the key of the shared store", keys.shown(path))
    return Path(keys.shown(path)), was_plain


def _open(book: Book, shared: joining.KeyedStore, path: Path) -> About:
    about = shared.open(made_up=book.made_up, create=False)
    if not about.hub_id:
        raise LsaError(f"{keys.called(path)} is not there yet; `lsa sync` makes it")
    if about.made_up or book.made_up:
        raise LsaError(f"{keys.shown(path)} is for made-up records, and these stay plain; nothing was changed")
    return about


def _of_folder(shared: joining.KeyedStore, one: Held, made: KeyFile) -> None:
    from lsa_tui.sync import folder, folder_rekey  # only where the store is one

    assert isinstance(shared, folder.Folder)
    folder_rekey.change(shared, one, made)


def _new(path: Path, store: str, typed: str, generation: int) -> tuple[Held, KeyFile]:
    key = cipher.new_key()
    made = KeyFile.new(key, store)
    made.more |= {"log_format": LOG_FORMAT, "generation": generation}
    made.add_passphrase(key, typed)
    return Held(store, key, str(path), made.as_text(), coming=True), made


def _refuse_known(book: Book, path: Path, opening: Opening, typed: str) -> None:
    """Raises LsaError for a join passphrase that whoever should stay out may know."""
    used = opening.used
    assert used is not None
    before = [_named(path, used), *(_text(one) for one in keys.held(book) if one.store == used.store)]
    if any(one.unlock(typed, ("passphrase",)) is not None for one in {one.key_id: one for one in before}.values()):
        raise LsaError(
            "that is a join passphrase it has already, or had, and whoever should stay out knows it; choose another. "
            "Nothing was changed"
        )


def _change(shared: SqliteFile, opening: Opening, one: Held, made: KeyFile) -> None:
    used = opening.used
    assert used is not None
    with shared.holding():
        keys.write(shared.path, replace(_named(shared.path, used), next=made))
    with suppress(SyncIncomplete):  # which key is in force is seen on opening it again
        shared.change_key(one.key)


def _named(path: Path, used: Held) -> KeyFile:
    """The file of keys; where that is gone, damaged, or another store's, as it was when this device last saw it."""
    with suppress(DamagedKeyFile):
        file = keys.read(path)
        if file is not None and file.store == used.store:
            return file
    return replace(keys.without_invitations(_text(used)), next=None)


def _text(one: Held) -> KeyFile:
    return KeyFile.from_text(one.text, "remembered here")


def _after(book: Book, path: Path, store: str) -> int:
    """The generation of the next key of a store."""
    with suppress(DamagedKeyFile):
        file = keys.read(path)
        if file is not None and file.store == store:
            there = max(one.generation for one in (file, file.next) if one is not None)
            return 1 + max(there, keys.newest(book, store))
    return 1 + keys.newest(book, store)


def _give_up(shared: joining.KeyedStore, path: Path, key: bytes) -> None:
    """Takes the new key out of the file of keys again, where that can be done; left there it does no harm."""
    with suppress(SyncIncomplete), shared.holding():
        file = keys.read(path)
        if file is not None and file.next is not None and file.next.key_id == cipher.key_id(key):
            keys.write(path, replace(file, next=None))


def _encrypt(shared: SqliteFile, opening: Opening, one: Held, made: KeyFile) -> None:
    """Puts an encrypted copy in the place of a plain file, in one step, while nobody else can write to it."""
    path = shared.path
    beside = path.with_name(f".{path.name}.encrypting")
    for old in (beside, beside.with_name(f"{beside.name}-journal")):
        old.unlink(missing_ok=True)
    copy = SqliteFile(beside)
    copy.opening = Opening(opening.book, beside, keep=False, given=one)
    try:
        # Nothing is written to the old file: a journal of it would be played back into the new one.
        with shared.holding(reading_too=True):
            copy.open(made_up=False, create=True)
            copy.fill(shared)
            copy.close()
            copy.open(made_up=False, create=False)
            if copy.heads() != shared.heads() or copy.size() != shared.size():
                raise SyncIncomplete(f"the encrypted copy of {path} is not whole; nothing was changed")
            copy.close()
            _put_in_place(beside, path)
    finally:
        copy.close()
        beside.unlink(missing_ok=True)
    keys.write(path, made)


def _put_in_place(source: Path, target: Path) -> None:
    try:
        shutil.copymode(target, source)
        with source.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(source, target)
    except OSError as problem:
        raise SyncIncomplete(
            f"the shared file {target} could not be replaced ({problem.strerror}); close what holds it on the other "
            "devices, then do it again. Nothing was changed"
        ) from None
