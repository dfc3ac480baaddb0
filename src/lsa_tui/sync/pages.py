"""Whether a file that cannot be opened was one of ours: damage, a changed key and a photo look the same otherwise.

SQLCipher 4 ends each page in a seal (HMAC-SHA512) under a key that is derived from the raw key and the
salt, the first 16 bytes of the file. One page whose seal is right proves the key, whatever became of the others.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

BYTES = 65_536
"""Of a page of a new shared file. Each page that a push touches is three calls to the journal and one or two to the
file, over a network and under the lock; fifty changes touch seven pages of this size, and nineteen of 8 KiB."""

FIRST = 4096
"""Of a page of an encrypted file whose file of keys says nothing of it: SQLCipher's own, of earlier programs."""

_SEAL, _SALT = 64, 16
_MOST = 16_000_000
"""Bytes that are looked at."""


def sealed_with(path: Path, key: bytes, salt: bytes, size: int) -> bool:
    """Whether a page (of `size` bytes) of the file was sealed with the raw `key` of the store whose file begins with
    `salt`.

    Only for a file that this process has not open: closing another handle on it drops SQLite's locks (POSIX).
    """
    seal = hashlib.pbkdf2_hmac("sha512", key, bytes(one ^ 0x3A for one in salt), 2, 32)
    try:
        with path.open("rb") as file:
            for number in range(1, _MOST // size + 1):
                page = file.read(size)
                if len(page) < size:
                    return False
                content = page[_SALT if number == 1 else 0 : -_SEAL]
                made = hmac.digest(seal, content + number.to_bytes(4, "little"), "sha512")
                if hmac.compare_digest(made, page[-_SEAL:]):
                    return True
    except OSError:
        return False
    return False


def holds_changes(path: Path) -> bool:
    """Whether bodies of changes stand plain in the file: it was a plain store, whatever became of its first page.

    Only for a file that this process has not open, as `sealed_with`.
    """
    try:
        with path.open("rb") as file:
            return b'"set":{' in file.read(_MOST)
    except OSError:
        return False


def are_whole(path: Path) -> bool:
    """Whether the file may be an encrypted one, by its size: all of it pages."""
    try:
        size = path.stat().st_size
    except OSError:
        return False
    return size > 0 and size % FIRST == 0


def has_several(path: Path, size: int) -> bool:
    """Whether the file has whole pages (of `size` bytes) behind its first one, of which one should prove a key that is
    the right one."""
    try:
        return path.stat().st_size >= 2 * size
    except OSError:
        return False
