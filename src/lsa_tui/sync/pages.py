"""Whether a file that cannot be opened was one of ours: damage, a changed key and a photo look the same otherwise.

SQLCipher 4 ends each page of 4,096 bytes in a seal (HMAC-SHA512) under a key that is derived from the raw key and the
salt, the first 16 bytes of the file. One page whose seal is right proves the key, whatever became of the others.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

_PAGE, _SEAL, _SALT = 4096, 64, 16
_MOST = 4000
"""Pages that are looked at: 16 MB."""


def sealed_with(path: Path, key: bytes, salt: bytes) -> bool:
    """Whether a page of the file was sealed with the raw `key` of the store whose file begins with `salt`.

    Only for a file that this process has not open: closing another handle on it drops SQLite's locks (POSIX).
    """
    seal = hashlib.pbkdf2_hmac("sha512", key, bytes(one ^ 0x3A for one in salt), 2, 32)
    try:
        with path.open("rb") as file:
            for number in range(1, _MOST + 1):
                page = file.read(_PAGE)
                if len(page) < _PAGE:
                    return False
                content = page[_SALT if number == 1 else 0 : _PAGE - _SEAL]
                made = hmac.digest(seal, content + number.to_bytes(4, "little"), "sha512")
                if hmac.compare_digest(made, page[_PAGE - _SEAL :]):
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
            return b'"set":{' in file.read(_PAGE * _MOST)
    except OSError:
        return False


def has_several(path: Path) -> bool:
    """Whether the file has whole pages behind its first one, of which one should prove a key that is the right one."""
    try:
        return path.stat().st_size >= 2 * _PAGE
    except OSError:
        return False
