"""Which key a shared folder is under: its file of keys decides, where there is one; else what its files say."""

from __future__ import annotations

import uuid

from lsa_tui.sync import keys
from lsa_tui.sync.folder_index import Index
from lsa_tui.sync.opening import OPEN, SHUT, Opening
from lsa_tui.vault import cipher
from lsa_tui.vault.keyfile import KeyFile


def attempt(index: Index, opening: Opening | None, key: bytes | None) -> str:
    """Whether the store is one under this key (None: plain)."""
    named = opening.file if opening is not None else None
    ids = index.encrypted_ids()
    if key is None:
        return SHUT if named is not None or ids else OPEN
    own = cipher.key_id(key)
    if _is_of_another(index, named):
        return OPEN if own in ids else SHUT
    if named is not None and named.key_id == own:
        return OPEN
    # A client may bring back an old file of keys, but never files that were written under a newer key.
    generation = max((one.generation for one in keys.held(index.book) if one.key == key), default=0)
    newer = named is None or generation > named.generation
    return OPEN if own in ids and newer else SHUT


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
