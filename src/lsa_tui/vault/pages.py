"""The pages of a database file, read without SQLite: of a damaged one, each page that is whole, whatever became of the
others. What stands in its write-ahead file counts as SQLite counts it.

Formats: sqlite.org/fileformat2.html; SQLCipher 4 (raw key, 4096 bytes a page, HMAC-SHA512 over each page).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from lsa_tui.vault import cipher

_SIZE = 4096
_IV, _SEAL = 16, 64
_SALT = 16
_TRIED = 200
"""Pages that are tried to see whether a salt is the right one."""
_HEADER, _FRAME = 32, 24
_ENDS = {0x377F0682: "<", 0x377F0683: ">"}


class Pages:
    """All pages of one database, by number from 1. `usable`: how many bytes of each are content."""

    def __init__(self, file: Path, key: bytes | None, like: Sequence[Path] = ()) -> None:
        """`like`: copies of it, which begin alike, for where its own beginning is gone. Raises OSError where the file
        cannot be read."""
        self._data = file.read_bytes() if file.exists() else b""
        wal = file.with_name(f"{file.name}-wal")
        self._wal = wal.read_bytes() if wal.exists() else b""
        self._key = key
        self._seal = b""
        self.size, self.usable = _SIZE, _SIZE - _IV - _SEAL
        if key is None:
            self.size, reserved = _shape(self._data)
            self.usable = self.size - reserved
        self._newer = self._written_ahead()
        self.count = max([len(self._data) // self.size, *self._newer])
        if key is not None:
            self._use_salt(key, like)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Every page that can be read, with its number."""
        for number in range(1, self.count + 1):
            page = self.page(number)
            if page is not None:
                yield number, page

    def page(self, number: int) -> bytes | None:
        """One page as SQLite sees it; None where it is damaged (of a plain file: where it is not there)."""
        if not 1 <= number <= self.count:
            return None
        for raw in (*reversed(self._newer.get(number, [])), self._data[(number - 1) * self.size : number * self.size]):
            found = raw if self._key is None else self._opened(number, raw)
            if found is not None and len(found) == self.size:
                return found
        return None

    # Encrypted ones

    def _use_salt(self, key: bytes, like: Sequence[Path]) -> None:
        """The seals depend on the first bytes of the file; its copies have the same."""
        salts = [version[:_SALT] for version in (*self._newer.get(1, [])[-1:], self._data)]
        for salt in dict.fromkeys([*salts, *map(_beginning, like)]):
            self._seal = hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, cipher.KEY_BYTES)
            if any(self.page(number) is not None for number in range(2, min(self.count, _TRIED) + 1)):
                return

    def _opened(self, number: int, raw: bytes) -> bytes | None:
        """A page decrypted, where its seal is whole."""
        if len(raw) != self.size or self._key is None:
            return None
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # where something is damaged

        start = _SALT if number == 1 else 0
        sealed = raw[start:-_SEAL]
        if not hmac.compare_digest(hmac.digest(self._seal, sealed + struct.pack("<I", number), "sha512"), raw[-_SEAL:]):
            return None
        opening = Cipher(algorithms.AES(self._key), modes.CBC(sealed[-_IV:])).decryptor()
        content = opening.update(sealed[:-_IV]) + opening.finalize()
        return (cipher.PLAIN if number == 1 else b"") + content + bytes(_IV + _SEAL)

    # The write-ahead file

    def _written_ahead(self) -> dict[int, list[bytes]]:
        """The pages of committed transactions in the write-ahead file, each page's versions in order.

        A frame that is damaged loses only itself: the sum that the next one continues stands in its header.
        """
        wal = self._wal
        if len(wal) < _HEADER:
            return {}
        magic, _, size = struct.unpack(">III", wal[:12])
        if magic not in _ENDS or size != self.size:
            return {}
        salts, before = wal[16:24], struct.unpack(">II", wal[24:32])
        found: dict[int, list[bytes]] = {}
        waiting: list[tuple[int, bytes]] = []
        for start in range(_HEADER, len(wal) - _FRAME - size + 1, _FRAME + size):
            number, commits = struct.unpack(">II", wal[start : start + 8])
            if wal[start + 8 : start + 16] != salts:
                break  # of an earlier round
            page = wal[start + _FRAME : start + _FRAME + size]
            stated = struct.unpack(">II", wal[start + 16 : start + 24])
            if _sum(_ENDS[magic], before, wal[start : start + 8] + page) == stated:
                waiting.append((number, page))
            before = stated
            if commits:
                for number, page in waiting:
                    found.setdefault(number, []).append(page)
                waiting = []
        return found


def _beginning(file: Path) -> bytes:
    try:
        with file.open("rb") as copy:
            return copy.read(_SALT)
    except OSError:
        return b""


def _shape(data: bytes) -> tuple[int, int]:
    """The size of a page and its reserved bytes, as a plain file says; the usual ones where it no longer does."""
    if not data.startswith(cipher.PLAIN) or len(data) < 100:
        return _SIZE, 0
    size = struct.unpack(">H", data[16:18])[0]
    size = 65536 if size == 1 else size
    usual = size >= 512 and size & (size - 1) == 0
    return (size, data[20]) if usual and data[20] < size - 480 else (_SIZE, 0)


def _sum(order: str, before: tuple[int, ...], data: bytes) -> tuple[int, int]:
    one, two = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


# Rows


def rows(pages: Pages) -> Iterator[tuple[object, ...]]:
    """Every row that stands whole in a page, of whatever table or index it is; its columns as stored."""
    for number, page in pages:
        yield from _rows_of(pages, page, 100 if number == 1 else 0)


_INTERIOR_INDEX, _LEAF_INDEX, _LEAF_TABLE = 0x02, 0x0A, 0x0D


def _rows_of(pages: Pages, page: bytes, start: int) -> Iterator[tuple[object, ...]]:
    kind = page[start]
    if kind not in (_INTERIOR_INDEX, _LEAF_INDEX, _LEAF_TABLE):
        return
    first = start + (12 if kind == _INTERIOR_INDEX else 8)
    count = struct.unpack(">H", page[start + 3 : start + 5])[0]
    for place in range(first, min(first + 2 * count, pages.usable - 1), 2):
        at = struct.unpack(">H", page[place : place + 2])[0]
        try:
            payload = _payload(pages, page, at + (4 if kind == _INTERIOR_INDEX else 0), kind == _LEAF_TABLE)
            if payload is not None:
                yield _record(payload)
        except (IndexError, struct.error, ValueError, UnicodeDecodeError):
            continue  # a cell that is no longer one


def _payload(pages: Pages, page: bytes, at: int, table: bool) -> bytes | None:
    length, at = _varint(page, at)
    if table:
        _, at = _varint(page, at)
    usable = pages.usable
    most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return page[at : at + length] if at + length <= usable else None
    least = (usable - 12) * 32 // 255 - 23
    local = least + (length - least) % (usable - 4)
    local = local if local <= most else least
    found, place = page[at : at + local], at + local
    number = struct.unpack(">I", page[place : place + 4])[0]
    while len(found) < length:
        further = pages.page(number)
        if further is None:
            return None
        number = struct.unpack(">I", further[:4])[0]
        found += further[4:usable]
    return found[:length]


def _record(payload: bytes) -> tuple[object, ...]:
    size, at = _varint(payload, 0)
    kinds = []
    while at < size:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[object] = []
    at = size
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise ValueError("a record of another length")
    return tuple(values)


_WIDTHS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def _value(payload: bytes, at: int, kind: int) -> tuple[object, int]:
    if kind in (0, 8, 9):
        return (None, 0, 1)[(0, 8, 9).index(kind)], at
    if kind in _WIDTHS:
        end = at + _WIDTHS[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8])[0], at + 8
    if kind < 12:
        raise ValueError("no such kind of value")
    end = at + (kind - 12) // 2
    if end > len(payload):
        raise ValueError("a value that ends too early")
    return (payload[at:end].decode() if kind % 2 else payload[at:end]), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(9):
        byte = data[at + step]
        if step == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    raise ValueError("no number")
