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

from lsa_tui.address import anchor_of, parse, real
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.sync import joining, keys, pages, recognising
from lsa_tui.sync.keys import Held
from lsa_tui.sync.opening import Opening
from lsa_tui.sync.shared import About, SharedStore
from lsa_tui.sync.sqlite_file import SqliteFile
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
        about = _open(book, shared, path)
        recognising.refuse_foreign(book, shared, about, shared.heads())
        shared.close()  # nobody waits while a passphrase is thought of
        typed = choose()
        about = _open(book, shared, path)
        heads, was_plain = shared.heads(), opening.used is None
        store = about.hub_id if opening.used is None else opening.used.store
        if was_plain:
            cipher.require_sqlcipher()
        else:
            _refuse_known(book, path, opening, typed)
        # A plain file is copied into a new one; another key leaves the pages as they are.
        page = pages.BYTES if opening.used is None else opening.used.page
        one, made = _new(path, store, typed, keys.facts(path, _after(book, path, store), page))
        keys.remember(book, one)
        if isinstance(shared, SqliteFile):
            (_encrypt if was_plain else _change)(shared, opening, one, made)
        else:
            _of_folder(shared, one, made)
        shared.close()
        _open(book, shared, path)
        if opening.used is None or opening.used.key != one.key:
            given_up = _give_up(book, shared, path, one)
            left = "nothing was changed, try again in a minute" if given_up else "this device's next sync completes it"
            raise SyncIncomplete(
                f"the key of {keys.called(path)} could not be changed, because somebody else is using it; {left}"
            )
        there = shared.heads()
        if any(there.get(dev, (0, ""))[0] < seq for dev, (seq, _) in heads.items()):
            raise SyncIncomplete(f"{keys.called(path)} lacks records after the change of its key; sync to refill it")
        if shared.kind == "folder":
            shared.sweep({})  # this device's files under the old key go now
    return Path(keys.shown(path)), was_plain


def complete(book: Book, shared: SharedStore) -> list[str]:
    """Puts the key to use that this device had named as the next one, where it was interrupted before it was in force.

    Returns what its user should know. Whatever is wrong with the store itself is for the sync to say.
    """
    opening = shared.opening
    if opening is None:
        return []
    keys.sweep(opening.path)
    if not isinstance(shared, SqliteFile) or keys.begun_here(book, opening.path) is None:
        return []
    with suppress(LsaError):
        shared.open(made_up=book.made_up, create=False)
        one = keys.begun_here(book, opening.path)
        if one is None or opening.used is None or opening.used.key == one.key:
            return []  # it was in force, and was completed on opening
        with suppress(SyncIncomplete):  # which key is in force is seen on opening it again
            shared.change_key(one.key)
        keys.remember(book, one)  # `rekey` may have given it up meanwhile
        shared.open(made_up=book.made_up, create=False)
        if opening.used.key != one.key:
            return ["a change of its key was begun on this device and could not be completed now; sync again"]
    return []


def _open(book: Book, shared: joining.KeyedStore, path: Path) -> About:
    about = joining.opened(book, shared, path)
    if about.made_up or book.made_up:
        raise LsaError(f"{keys.shown(path)} is for made-up records, and these stay plain; nothing was changed")
    return about


def _of_folder(shared: joining.KeyedStore, one: Held, made: KeyFile) -> None:
    from lsa_tui.sync import folder, folder_rekey  # only where the store is one

    assert isinstance(shared, folder.Folder)
    folder_rekey.change(shared, one, made)


def _new(path: Path, store: str, typed: str, facts: dict[str, int]) -> tuple[Held, KeyFile]:
    key = cipher.new_key()
    made = KeyFile.new(key, store)
    made.more |= facts
    made.add_passphrase(key, typed)
    return Held(store, key, str(path), made.as_text(), coming=True), made


def _refuse_known(book: Book, path: Path, opening: Opening, typed: str) -> None:
    """Raises LsaError for a join passphrase that whoever should stay out may know."""
    used = opening.used
    assert used is not None
    # One that is coming was never in force: it opened nothing to anybody yet.
    before = [_named(path, used), *(one.file for one in keys.of_store(book, used.store) if not one.coming)]
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
    return keys.alone(used)


def _after(book: Book, path: Path, store: str) -> int:
    """The generation of the next key of a store."""
    with suppress(DamagedKeyFile):
        file = keys.read(path)
        if file is not None and file.store == store:
            there = max(one.generation for one in (file, file.next) if one is not None)
            return 1 + max(there, keys.newest(book, store))
    return 1 + keys.newest(book, store)


def _give_up(book: Book, shared: joining.KeyedStore, path: Path, one: Held) -> bool:
    """Takes the new key out of the file of keys again, while the store is open with the one in force, and forgets it.

    Returns whether that could be done; else it is as after a kill, and the next sync completes it.
    """
    with suppress(SyncIncomplete, DamagedKeyFile), shared.holding():
        file = keys.read(path)
        if file is not None and file.next is not None and file.next.key_id == one.key_id:
            keys.write(path, replace(file, next=None))
            with book.store.writing() as db:
                keys.forget(db, one)
            return True
    return False


def _encrypt(shared: SqliteFile, opening: Opening, one: Held, made: KeyFile) -> None:
    """Puts an encrypted copy in the place of a plain file, in one step, while nobody else can write to it."""
    path = real(shared.path)
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
