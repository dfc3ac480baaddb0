"""Homes for concerns: encrypted or plain, with a DSL's key trusted or not; and a search through their bytes."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from lsa_tui import config
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import trust
from lsa_tui.paths import Paths
from lsa_tui.vault import cipher
from lsa_tui.vault.sealed import Identity

PAGE, RESERVE = 4096, 80
"""Bytes of a page of SQLite's, and of what SQLCipher keeps at its end."""


def open_home(
    folder: Path, initials: str = "JT", role: str = "lsa", key: bytes | None = None, url: str = "", pupil: str = "K7"
) -> Book:
    """A home in `folder`; encrypted where a key is given."""
    paths = Paths(folder, folder)
    paths.make()
    settings = config.load(paths.config)
    settings.values |= {"person.initials": initials, "person.role": role, "person.name": f"{initials} Sample"}
    if url:
        settings.values["shared.url"] = url
    book = Book(paths, settings, key=key)
    if pupil and book.focus is None:
        pupils.add(book, pupil)
    return book


def trusting(book: Book, identity: Identity) -> Book:
    """The same home after `lsa dsl trust`."""
    trust.trust(book, identity.public.fingerprint, identity.public.recipient, identity.public.verify)
    return book


def new_key() -> bytes:
    """The raw key of a home."""
    return os.urandom(32)


def in_files(folder: Path, canary: str) -> list[str]:
    """The files under `folder` that hold these words, in UTF-8 or UTF-16."""
    forms = (canary.encode(), canary.encode("utf-16-le"))
    files = [one for one in folder.rglob("*") if one.is_file()]
    return [str(one.relative_to(folder)) for one in files if any(form in one.read_bytes() for form in forms)]


def in_pages(book: Book, canary: str) -> list[str]:
    """The databases of a home that hold these words in any page, once decrypted: freed ones and the write-ahead
    file's too."""
    keys = {book.paths.database: book.key, book.paths.concerns: book.key and cipher.derived(book.key, "concerns")}
    keys |= dict.fromkeys(book.paths.backups.glob("*.db"), book.key)
    return [path.name for path, key in keys.items() if path.exists() and canary.encode() in pages_of(path, key)]


def pages_of(path: Path, key: bytes | None) -> bytes:
    """Every page of a database and of its write-ahead file, one after another."""
    ahead = path.with_name(f"{path.name}-wal")
    pages = [(start == 0, page) for start, page in _cut(path.read_bytes(), 0, 0)]
    if ahead.exists():
        for start, page in _cut(ahead.read_bytes(), 32, 24):
            number = int.from_bytes(ahead.read_bytes()[start - 24 : start - 20], "big")
            pages.append((number == 1, page))
    return b"".join(page if key is None else _decrypted(page, key, first) for first, page in pages)


def _cut(content: bytes, header: int, frame: int) -> list[tuple[int, bytes]]:
    starts = range(header + frame, len(content), PAGE + frame)
    return [(start, content[start : start + PAGE]) for start in starts if len(content) >= start + PAGE]


def _decrypted(page: bytes, key: bytes, first: bool) -> bytes:
    """As SQLCipher 4 writes a page: AES-256-CBC, its start value in the page's reserve; the salt before the first."""
    start = page[PAGE - RESERVE : PAGE - RESERVE + 16]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    return decryptor.update(page[16 if first else 0 : PAGE - RESERVE]) + decryptor.finalize()
