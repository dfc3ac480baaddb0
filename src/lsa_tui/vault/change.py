"""Changing a home's key: every file of it copied under the new one, and at any point one of the two states is whole.

The key file names both keys while that goes on, each wrapped with the other, so that whoever can open one of them
can complete the change.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lsa_tui.errors import Locked, LsaError
from lsa_tui.paths import Paths, private_folder
from lsa_tui.vault import cipher, home, tries
from lsa_tui.vault.keyfile import KeyFile

PLAIN = "plain"
"""Stands in the key file under `was` until all files of a plain home are encrypted."""
ENCRYPTED, CHANGED = "encrypted this home", "changed the key"
"""What the audit says of it."""


def encrypt(paths: Paths, passphrase: str) -> home.Made:
    """Encrypts a plain home. One whose encrypting was interrupted goes on with the key that was made then, which
    `passphrase` must open: some of its files are under it already.

    Raises LsaError, and then nothing or all of it was changed; Locked for another passphrase than that.
    """
    cipher.require_sqlcipher()
    with _alone(paths):
        if not cipher.is_plain(paths.database):
            raise LsaError("these records were encrypted by another program meanwhile. Nothing was changed")
        keys = begun(paths)
        key = begun_with(paths, keys, passphrase) if keys is not None else cipher.new_key()
        if keys is None:
            _require_ready(paths, None)
            keys = KeyFile.new(key)
            keys.add_passphrase(key, passphrase)
            keys.more["was"] = PLAIN
        recovery = keys.add_recovery(key)
        home.keep_strangers(paths, keys)
        home.write_key_file(paths, keys)
        with cipher.copied(paths.database, None, private_folder(paths.backups) / "before-encryption.db", key):
            pass
        _finish(paths, keys, None, key)
    return home.Made(key, recovery)


def begun(paths: Paths) -> KeyFile | None:
    """The key file of an encrypting that was interrupted while the records are plain still; else None."""
    return next((one for one in home.key_files(paths) if one.more.get("was") == PLAIN), None)


def begun_with(paths: Paths, keys: KeyFile, passphrase: str) -> bytes:
    """The key of an encrypting that was interrupted. Raises Locked where it was begun with another passphrase."""
    tries.wait(paths)
    key = keys.unlock(passphrase)
    if key is None:
        tries.failed(paths)
        raise Locked(
            "encrypting this home was interrupted, and that is not the passphrase it was begun with: give that one. "
            f"Nothing was changed (nobody knows it? Move {paths.key} and {paths.key_copy} away and begin anew; copies "
            "that are encrypted already cannot be read then)"
        )
    return key


def rekey(paths: Paths, old: bytes, passphrase: str) -> home.Made:
    """A new key for all files of a home; its slots are a passphrase and a new recovery key.

    Raises LsaError where `old` is not the key in force (any more); nothing was changed then.
    """
    with _alone(paths):
        keys = home.read_key_file(paths)
        home.require_in_force(paths, keys, old)
        _require_ready(paths, old)
        home.keep_strangers(paths, keys)
        key = cipher.new_key()
        later = KeyFile.new(key, keys.store)
        later.add_passphrase(key, passphrase)
        recovery = later.add_recovery(key)
        later.more["other"] = _wrapped(key, old)
        keys.more["other"] = _wrapped(old, key)
        keys.next = later
        home.write_key_file(paths, keys)
        _finish(paths, later, old, key)
    return home.Made(key, recovery)


def resume(paths: Paths, key: bytes) -> bytes:
    """Completes a change that was interrupted; returns the key that is in force then. Waits for whoever is at it.

    Raises ChangedMeanwhile where that was another program, and `key` is in force no more.
    """
    with _alone(paths):
        keys = home.read_key_file(paths)
        if cipher.key_id(key) not in keys.key_ids:
            raise home.ChangedMeanwhile("the key of this home was changed just now; do it again")
        if not pending(keys):
            return key
        if keys.next is None:
            _finish(paths, keys, None, key)
            return key
        before = cipher.key_id(key) == keys.key_id
        other = _unwrapped(paths, key, str((keys if before else keys.next).more["other"]))
        old, new = (key, other) if before else (other, key)
        _finish(paths, keys.next, old, new)
        return new


def pending(keys: KeyFile) -> bool:
    """Whether a change was begun and not completed."""
    return keys.next is not None or keys.more.get("was") == PLAIN


def in_force(paths: Paths, key: bytes) -> bytes:
    """The key in force when a change that was interrupted is completed, which is done here; where it cannot be (the
    records are damaged, somebody has them open), the one from before."""
    keys = home.named(paths, key)
    if keys is None or not pending(keys):
        return key
    try:
        return resume(paths, key)
    except home.ChangedMeanwhile:
        raise
    except LsaError:
        if keys.next is None or cipher.key_id(key) == keys.key_id:
            return key
        return _unwrapped(paths, key, str(keys.next.more["other"]))


def _require_ready(paths: Paths, key: bytes | None) -> None:
    """Before anything is written: whether the records can be copied as a whole. Raises LsaError."""
    for path in (paths.concerns, paths.database):
        if cipher.is_there(path):
            cipher.require_ready(path, key and _key_for(paths, path, key))


def _finish(paths: Paths, keys: KeyFile, old: bytes | None, new: bytes) -> None:
    for path in _files(paths):
        path.with_name(f"{path.name}.new").unlink(missing_ok=True)
        before, after = (old and _key_for(paths, path, old)), _key_for(paths, path, new)
        if cipher.is_there(path) and not cipher.opens(path, after):
            if not cipher.opens(path, before):
                if path.parent == paths.backups:
                    _leave(path, old)
                    continue  # a copy of another key or a damaged one: no use, and no reason to stop
                raise LsaError(f"{path} cannot be read with the old key nor with the new one; nothing more was changed")
            try:
                cipher.replace(path, before, after)
            except Exception as problem:  # whatever reading it raises
                if path.parent != paths.backups or not _is_damage(problem):
                    raise
                _leave(path, old)
    keys.more = {name: value for name, value in keys.more.items() if name not in ("was", "other")}
    keys.more[home.UNTOLD] = ENCRYPTED if old is None else CHANGED
    home.write_key_file(paths, keys)


def _is_damage(problem: BaseException) -> bool:
    """Of the file that was to be copied, and no full disk and no program that has it open."""
    if isinstance(problem, (UnicodeDecodeError, *cipher.integrity_errors())):
        return True
    if not isinstance(problem, (LsaError, *cipher.database_errors())):
        return False
    return any(sign in str(problem) for sign in ("malformed", "not a database", "is not whole"))


def _leave(path: Path, old: bytes | None) -> None:
    """A damaged copy stays under the old key, which nobody has from here on. A plain one goes: what can be read of it
    is in the records, and it must not lie beside an encrypted home."""
    path.with_name(f"{path.name}.new").unlink(missing_ok=True)
    if old is None and not cipher.is_noise(path):
        for end in ("", "-wal", "-shm", "-journal"):
            one = path.with_name(path.name + end)
            if one.exists():
                with one.open("rb+") as file:
                    cipher.wipe(file)
                one.unlink()


def _files(paths: Paths) -> Iterator[Path]:
    """The records last: while they are as before, so is the home."""
    yield from sorted(paths.backups.glob("*.db"))
    if paths.concerns.exists():
        yield paths.concerns
    yield paths.database


def _key_for(paths: Paths, path: Path, key: bytes) -> bytes:
    return cipher.derived(key, "concerns") if path == paths.concerns else key


def _wrapped(key: bytes, other: bytes) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # when a key is changed

    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, other, b"change of key")).decode()


def _unwrapped(paths: Paths, key: bytes, text: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = base64.b64decode(text, validate=True)
        return bytes(AESGCM(key).decrypt(data[:12], data[12:], b"change of key"))
    except (ValueError, InvalidTag):
        raise LsaError(
            f"the key file {paths.key} is damaged: it lacks the other key of a change that was interrupted; put its "
            f"copy {paths.key_copy} in its place, or one from a backup of this device. Nothing was changed"
        ) from None


@contextmanager
def _alone(paths: Paths) -> Iterator[None]:
    """Nobody has the screens open meanwhile, nobody else changes the key; database errors become sentences."""
    try:
        with home.alone_with_key(paths), home.alone(paths):
            yield
    except OSError as problem:
        raise LsaError(
            f"{problem.filename or paths.data_folder}: {problem.strerror}; do it again when that is well"
        ) from None
    except cipher.database_errors() as problem:
        if "locked" in str(problem):
            says = "another program is using these records; close it, then do it again. The records are whole"
        else:
            says = f"{problem}; `lsa doctor` looks what is damaged, `lsa doctor --repair` brings back what it can"
        raise LsaError(f"{paths.data_folder}: {says}") from None
