"""Which key a shared folder is under: its file of keys decides, where there is one; else what its files say."""

from __future__ import annotations

import uuid

from lsa_tui.sync import keys
from lsa_tui.sync.folder_index import Index
from lsa_tui.sync.opening import OPEN, SHUT, Opening
from lsa_tui.vault import cipher


def attempt(index: Index, opening: Opening | None, key: bytes | None) -> str:
    """Whether the store is one under this key (None: plain)."""
    named = opening.file if opening is not None else None
    ids = index.encrypted_ids()
    if key is None:
        return SHUT if named is not None or ids else OPEN
    own = cipher.key_id(key)
    if named is not None and named.key_id == own:
        return OPEN
    # A client may bring back an old file of keys, but never files that were written under a newer key.
    generation = max((one.generation for one in keys.held(index.book) if one.key == key), default=0)
    newer = named is None or generation > named.generation
    return OPEN if own in ids and newer else SHUT


def salt(index: Index, opening: Opening) -> str:
    """The id of the store that lies here, in hex: as its file of keys says, else its files."""
    if opening.file is not None:
        return uuid.UUID(opening.file.store).hex
    found = {one.store for one in index.headers() if one.key_id}
    known = {one.store for one in keys.held(index.book)} & found
    return uuid.UUID(min(known or found)).hex if found else ""
