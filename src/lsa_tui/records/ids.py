"""Ids and stamps: UUIDv7 for what happens, UUIDv5 for what has a natural key, a hybrid logical clock."""

from __future__ import annotations

import uuid

import uuid_utils

# Chosen once. Changing it would make every school's second pupil K7.
NAMESPACE = uuid.UUID("5d1f4c1e-7a38-5b0e-9c55-1b6a1e0c7a41")


def new_id() -> str:
    """A UUIDv7 as text: unique, and in order of creation."""
    return str(uuid_utils.uuid7())


def natural_id(kind: str, *key: str, own: bool = False) -> str:
    """The id that every device gives to the same thing: UUIDv5 of its type and key, case ignored.

    With `own` another one: what is private must never meet something shared of the same name under one id.
    """
    name = f"own {kind}" if own else kind
    return str(uuid.uuid5(NAMESPACE, "\x1f".join([name, *(part.strip().casefold() for part in key)])))


def happened_once(uid: str) -> bool:
    """Whether an id is a UUIDv7, of what happened; the others are natural, of what can be added again under its key."""
    return uid[14:15] == "7"


def is_id(text: str) -> bool:
    """Whether `text` is a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def next_hlc(last: int, now_ms: int, *heads: int) -> int:
    """A hybrid logical clock stamp: 48 bits of milliseconds and 16 of counter.

    Always greater than `last` and than `heads` (the stamps the new change was made in sight of), so the order
    of one device, and of edits that saw each other, is right even where a clock jumps back.
    """
    return max(now_ms << 16, last + 1, *(head + 1 for head in heads))
