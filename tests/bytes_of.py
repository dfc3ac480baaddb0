"""Every byte of a folder's files, those of encrypted databases decrypted page by page, free pages included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PAGE, RESERVED, SALT, IV = 4096, 80, 16, 16
SIZES = (PAGE, 65_536)
"""What pages a database may have: of a wrong size nothing comes but noise."""
WAL_HEADER, FRAME_HEADER = 32, 24


def files_with(folder: Path, *words: str, key: bytes | None = None) -> set[str]:
    """The files under a folder that hold one of these words, or have it in their name."""
    found = set()
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = b"".join(_contents(file, key)) + file.name.encode()
        if any(word.encode() in content for word in words):
            found.add(file.relative_to(folder).as_posix())
    return found


def _contents(file: Path, key: bytes | None) -> Iterator[bytes]:
    raw = file.read_bytes()
    yield raw
    if key is None:
        return
    if file.name.endswith(".db"):
        for size in SIZES:
            yield from (_decrypted(raw[at : at + size], key, not at) for at in range(0, len(raw) - size + 1, size))
    elif file.name.endswith("-wal"):
        step = FRAME_HEADER + PAGE
        for at in range(WAL_HEADER, len(raw) - step + 1, step):
            first = raw[at : at + 4] == b"\0\0\0\1"
            yield _decrypted(raw[at + FRAME_HEADER : at + step], key, first)


def _decrypted(page: bytes, key: bytes, first: bool) -> bytes:
    """SQLCipher's own format: AES-256-CBC, the IV at the page's end; the first page begins with the file's salt."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    end = len(page) - RESERVED
    decryptor = Cipher(algorithms.AES(key), modes.CBC(page[end : end + IV])).decryptor()
    return decryptor.update(page[SALT if first else 0 : end]) + decryptor.finalize()
