"""Why a shared file is not opened, or not made: one sentence each, with what to do."""

from __future__ import annotations

from pathlib import Path

from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked, SyncIncomplete
from lsa_tui.sync import keys, pages
from lsa_tui.sync.keys import AnotherStore, Held, KeyChanged, WentBack, beside, called, in_folder, shown
from lsa_tui.sync.shared import Damaged
from lsa_tui.vault.keyfile import KeyFile


def key_changed(path: Path) -> KeyChanged:
    """A key that this device does not know, and that is not older than its own."""
    return KeyChanged(
        f"the key of {called(path)} was changed: join again with `lsa shared join` and the new join "
        "passphrase or an invitation; nothing was touched"
    )


def went_back(book: Book, path: Path, file: KeyFile | None) -> WentBack:
    """An earlier key than this device's. `file`: its file of keys, which may still name the newest key."""
    how = "an old copy was put in its place"
    if file is None or file.key_id not in keys.ids(one for one in keys.held(book) if not one.coming and not one.old):
        how += ", or it was made anew by a device that missed the change of the key and should have been removed"
    return WentBack(
        f"{called(path)} went back to an earlier key ({how}): nothing was sent to it; move it away and sync, "
        "and it is made anew with the newest key from what the devices hold, or give it another key with "
        "`lsa shared rekey`"
    )


BEGUN = (
    "a change of its key was begun and is not complete, so whoever should be out is still in: sync the device that "
    "began it, or do `lsa shared rekey` again"
)
"""Said where the store opens with the key in force, and its file of keys names another one that is coming."""


def older_key(path: Path) -> Locked:
    """What was typed opens an earlier key than the one that this device has."""
    return Locked(
        f"that is for an earlier key of {shown(path)} than the one this device has; do `lsa sync`, which says what is "
        "wrong. Nothing was changed"
    )


def change_begun(path: Path, here: bool) -> KeyChanged:
    """A change of the key that is not complete, and whose new key is not known. `here`: the shared file is there."""
    how = (
        "sync the device that began it, which completes it (where that is gone, do `lsa shared rekey` on another one "
        "that has joined)"
        if here
        else f"let the device that began it sync first (where that is gone, move {beside(path)} away too)"
    )
    return KeyChanged(
        f"a change of the key of {shown(path)} was begun and is not complete: use the other join passphrase, or {how}; "
        "nothing was touched"
    )


def no_keys(path: Path, damaged: bool, joined: bool) -> SyncIncomplete:
    """A file that no known key opens, with a file of keys that is `damaged`, or gone. `joined`: a key of that store is
    known here; who has none must not begin a second store in its place."""
    if damaged:
        return SyncIncomplete(
            f"the file of keys {beside(path)} is damaged; a device that has synced before puts it right at its next "
            "sync. Nothing was changed"
        )
    gone = f"{called(path)}: its keys are gone{', or have not arrived yet' if in_folder(path) else ''}"
    first = "let a device that has joined sync first, which puts them back"
    if joined:
        return SyncIncomplete(
            f"{gone}, and no key of this device opens it; {first} (where none can, move it away, and the next sync "
            "makes it anew from what the devices hold)"
        )
    return SyncIncomplete(
        f"{gone}, so nobody can join; {first} (where none has"
        f"{'' if in_folder(path) else ', it is damaged, or no database at all'}: choose another place)"
    )


def written_over(path: Path) -> SyncIncomplete:
    """What lies in the place of a plain file that this home has shared with, and is none: no key was ever known here.
    Only what has whole pages can be that file, encrypted by somebody else."""
    encrypted = (
        " (where somebody has encrypted it meanwhile, its keys are gone: let that device sync first, which puts them "
        "back)"
    )
    return SyncIncomplete(
        f"{called(path)} is no shared file any more: something else was written over it, or it is damaged from its "
        "beginning; move it away, and the next sync makes it anew from what the devices hold"
        f"{encrypted if pages.are_whole(path) else ''}. Nothing was touched"
    )


_JOINING = "Joining it would put the records of both groups together; only where that is meant: `lsa shared join`"
"""Behind what else can be done about another group's store: it cannot be taken back."""


def another_store(path: Path) -> AnotherStore:
    """Both files are of a store that this device does not know."""
    return AnotherStore(
        f"{shown(path)} is another shared store than the one that this device knows; put the right one back. "
        f"{_JOINING}. Nothing was touched"
    )


def keys_of_another(path: Path, here: bool) -> SyncIncomplete:
    """A file of keys that belongs to another store. `here`: the shared file is there."""
    todo = (
        "put the right one back, which a device that has joined does at its next sync"
        if here
        else "put the right one back, or move this file away, and the next sync makes the store anew from what the "
        f"devices hold. {_JOINING}"
    )
    return SyncIncomplete(
        f"the file of keys {beside(path)} belongs to another shared store; {todo}. Nothing was touched"
    )


def damaged_beside_another(path: Path) -> SyncIncomplete:
    """A damaged file of this store, with a file of keys beside it that belongs to another one."""
    return SyncIncomplete(
        f"{called(path)} is damaged, and the file of keys beside it ({beside(path).name}) belongs to another shared "
        "store, so no new one could be made in its place; move that file of keys away, and the next sync makes both "
        "anew from what the devices hold. Nothing was touched"
    )


def foreign(path: Path, generation: int) -> SyncIncomplete:
    """A file that does not begin with the id of the store that this device knows."""
    return SyncIncomplete(
        f"{called(path)} does not begin as the file of this store does: it is another store's file"
        f"{', or from before its key was changed' if generation > 1 else ''}, or none of this program; put the right "
        "one back, or move it away, and the next sync makes it anew from what the devices hold"
    )


def damaged(path: Path, generation: int) -> SyncIncomplete:
    """A file of this store that its key does not open. Of a store's first key it is called damage, which the file's
    pages must bear out (`not_ours_by_its_pages`)."""
    if generation > 1:
        return not_ours_by_its_pages(path)
    return Damaged(
        f"{called(path)}: it is damaged, for its key is the right one; move it away, and the next sync makes it anew "
        "from what the devices hold"
    )


def not_ours_by_its_pages(path: Path) -> SyncIncomplete:
    """No page was written with a key that is known here: the file, or its file of keys, may be an old copy, and a
    device that missed a change of the key must not set aside what the others have."""
    return SyncIncomplete(
        f"{called(path)}: it is damaged, or from before its key was changed, or its file of keys is; let another "
        "device that has joined sync first (where none can, move it away, and the next sync makes it anew from what "
        "the devices hold)"
    )


# Which of them


def of_an_unknown_key(book: Book, path: Path, file: KeyFile) -> None:
    """A device that missed a change of the key must not undo it, whatever lies in the place of the shared file.

    Raises KeyChanged.
    """
    known = keys.of_store(book, file.store)
    if known and file.key_id not in keys.ids(known) and file.generation >= keys.newest(book, file.store):
        raise key_changed(path)


def of_making(book: Book, path: Path, file: KeyFile, known: list[Held]) -> None:
    """A shared file is not made anew where its file of keys says that it had a key which is not known here.

    Raises KeyChanged, SyncIncomplete.
    """
    if known and file.store not in {one.store for one in known}:
        raise keys_of_another(path, here=False)
    coming = file.next
    missing = known and coming is not None and coming.key_id not in keys.ids(known)
    if missing and coming is not None and coming.generation > keys.newest(book, file.store):
        raise change_begun(path, here=False)


def shut(book: Book, path: Path, file: KeyFile, known: list[Held], salt: str) -> SyncIncomplete:
    """For a file that none of the keys opens which are known here; `salt`: how it begins."""
    is_ours = salt == keys.salt_of(file)
    if not any(one.store == file.store for one in known):
        return another_store(path) if is_ours else keys_of_another(path, here=True)
    if not is_ours:
        return foreign(path, file.generation)
    if file.generation < keys.newest(book, file.store):
        return went_back(book, path, file)
    listed = {one.key_id for one in (file, file.next) if one is not None}
    return damaged(path, file.generation) if listed <= keys.ids(known) else key_changed(path)
