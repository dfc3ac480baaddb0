"""Which key a shared folder is under: its file of keys decides, where there is one; else what its files say."""

from __future__ import annotations

import uuid

from lsa_tui.sync import keys
from lsa_tui.sync.folder_index import Index
from lsa_tui.sync.keys import Held
from lsa_tui.sync.opening import OPEN, SHUT, Opening
from lsa_tui.vault.keyfile import KeyFile


def attempt(index: Index, opening: Opening | None, tried: Held | None) -> str:
    """Whether the store is one under this key (None: plain)."""
    named = opening.file if opening is not None else None
    ids = index.encrypted_ids()
    if opening is None or tried is None:
        return SHUT if named is not None or ids else OPEN
    own = tried.key_id
    known = [one for one in keys.held(index.book) if one.key == tried.key]
    of_another = _is_of_another(index, named)
    if named is not None and named.key_id == own:
        # Of a store that is this device's at this place, what lies here of another one is a stray.
        ours = any(one.place == str(opening.path) for one in known)
        return OPEN if ours or not of_another else SHUT
    # A client may bring back an old file of keys, but never files that were written under a newer key.
    generation = max((one.generation for one in known), default=0)
    decides = named is None or of_another or generation > named.generation
    return OPEN if decides and own in ids and not _newer(index, known) else SHUT


def _newer(index: Index, known: list[Held]) -> bool:
    """Whether files of this store lie here under more keys than were before this one: the device that has it missed a
    change of the key, and must not undo it."""
    newest = max(known, key=lambda one: one.generation, default=None)
    if newest is None:
        return False
    there = {one.key_id for one in index.headers() if one.store == newest.store} - {""}
    held = keys.of_store(index.book, newest.store)
    earlier = newest.generation - 1 - len({one.key_id for one in held if one.generation < newest.generation})
    return len(there - keys.ids(held)) > earlier


def salt(index: Index, opening: Opening) -> str:
    """The id of the store that lies here, in hex: as its file of keys says, where files of that store lie here or none
    at all; else as the files say."""
    found = _stores(index)
    if opening.file is not None and not _is_of_another(index, opening.file):
        return uuid.UUID(opening.file.store).hex
    known = {one.store for one in keys.held(index.book)} & found
    return uuid.UUID(min(known or found)).hex if found else ""


def _is_of_another(index: Index, named: KeyFile | None) -> bool:
    """Whether a file of keys lies here that belongs to none of the encrypted files: somebody put it there."""
    found = _stores(index)
    return named is not None and bool(found) and named.store not in found


def _stores(index: Index) -> set[str]:
    return {one.store for one in index.headers() if one.key_id}
