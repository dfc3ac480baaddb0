"""One home's key: whether it is encrypted, making its key, opening it with what was typed, a growing delay."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lsa_tui.errors import Locked, LsaError
from lsa_tui.paths import Paths, write_whole
from lsa_tui.vault import cipher, switching
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile

FREE = 3
"""Wrong passphrases before there is a delay: fingers slip."""
LONGEST = 30
"""Seconds of the longest delay."""
NEW = "new"
"""Stands in the key file until the records of a new home are there."""


def state(paths: Paths) -> str:
    """`new`: nothing is here yet; `plain`: records that are not encrypted; `encrypted`.

    A repair or a restore that was interrupted is completed first.
    """
    switching.complete(paths)
    if cipher.is_plain(paths.database):
        return "plain"
    if paths.key.exists() or paths.key_copy.exists() or cipher.is_there(paths.database):
        return "encrypted"
    return "new"


@contextmanager
def alone(paths: Paths) -> Iterator[None]:
    """Nobody has the screens open meanwhile. Raises LsaError."""
    from filelock import FileLock, Timeout  # 10 ms that a change of the key and a repair alone need

    try:
        with FileLock(paths.lock, mode=0o600, timeout=0):
            yield
    except Timeout:
        raise LsaError(
            f"the screens are open on {paths.data_folder}; close them, then do it again. Nothing was changed"
        ) from None


def read_key_file(paths: Paths) -> KeyFile:
    """The key file, or its copy where that is gone or damaged, which is mended then. Raises LsaError."""
    damaged: list[Path] = []
    found: KeyFile | None = None
    for place in (paths.key, paths.key_copy):
        try:
            found = found or KeyFile.read(place)
        except (FileNotFoundError, DamagedKeyFile):
            damaged.append(place)
        except OSError as problem:
            raise LsaError(f"the key file {place} cannot be read ({problem.strerror}); check who owns it") from None
    if found is None:
        raise LsaError(
            f"{paths.key} is gone or damaged, and so is its copy {paths.key_copy}; without one of them nobody can "
            "open these records: bring one back from a backup of this device. Nothing was changed"
        )
    for place in (paths.key, paths.key_copy):
        if place in damaged or not place.exists():
            found.write(place)
    return found


def write_key_file(paths: Paths, keys: KeyFile) -> None:
    """Writes the key file and its copy, each whole; the copy first, so that one of them is always of one state."""
    keys.write(paths.key_copy)
    keys.write(paths.key)


@dataclass(frozen=True)
class Made:
    """A new home's key, and the recovery key that is shown once."""

    key: bytes
    recovery: str


def create(paths: Paths, passphrase: str) -> Made:
    """Makes the key of a new home. Raises LsaError for a passphrase that is too short, or without SQLCipher."""
    cipher.require_sqlcipher()
    key = cipher.new_key()
    keys = KeyFile.new(key)
    keys.add_passphrase(key, passphrase)
    recovery = keys.add_recovery(key)
    keys.more[NEW] = True
    write_key_file(paths, keys)
    return Made(key, recovery)


def made(paths: Paths, keys: KeyFile | None = None) -> None:
    """The records of a new home are there now: from here on their absence is a loss."""
    keys = keys or read_key_file(paths)
    keys.more.pop(NEW, None)
    write_key_file(paths, keys)


def require_records(paths: Paths, keys: KeyFile) -> None:
    """Raises LsaError where the records of this key are gone: an empty home in their place would look like one."""
    if not cipher.is_there(paths.database) and not keys.more.get(NEW):
        raise LsaError(
            f"the records {paths.database} are gone or empty, but their key is here; put back a copy (look into "
            f"{paths.backups}), or move {paths.key.name} and {paths.backups.name} away to begin anew"
        )


def key_of(paths: Paths, typed: str) -> bytes:
    """The key for the passphrase or the recovery key that was typed.

    Waits first where it was wrong several times just before. Raises Locked for a wrong one; nothing is discarded.
    """
    wait(paths)
    keys = read_key_file(paths)
    # While a change of key goes on, both keys' slots open.
    key = keys.unlock(typed) or (keys.next.unlock(typed) if keys.next else None)
    if key is None:
        failed(paths)
        raise Locked(
            "that is not the passphrase of this home; nothing was changed. Forgotten? Type the recovery key in its "
            "place; `lsa key passphrase` then sets a new one"
        )
    return key


def opens(paths: Paths, typed: str) -> bool:
    """Whether what was typed is this home's passphrase or recovery key. Does not wait; a wrong one is remembered."""
    if read_key_file(paths).unlock(typed) is not None:
        return True
    failed(paths)
    return False


# Wrong passphrases. Real time, not the day's clock: a delay is a delay for whoever is sitting there.


def failures(paths: Paths) -> list[float]:
    """When wrong passphrases were tried since the last right one: seconds since 1970."""
    try:
        return [float(one) for one in json.loads(paths.failures.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def failed(paths: Paths) -> None:
    """Remembers that a wrong one was tried just now, as far as the disk lets us: that it was wrong is said anyway."""
    with suppress(OSError, LsaError):
        write_whole(paths.failures, json.dumps([*failures(paths), time.time()][-1000:]))


def seconds_to_wait(paths: Paths) -> float:
    """How long to wait before the next try: nothing three times, then a second, doubled each time up to 30."""
    known = failures(paths)
    if len(known) < FREE:
        return 0.0
    delay = min(2 ** (len(known) - FREE), LONGEST)
    return float(max(0, min(known[-1] + delay - time.time(), LONGEST)))


def wait(paths: Paths) -> None:
    """Waits as long as `seconds_to_wait` says."""
    seconds = seconds_to_wait(paths)
    if seconds > 0:
        time.sleep(seconds)


def take_failures(paths: Paths) -> list[float]:
    """The wrong tries since the last right one, which are forgotten here: the audit keeps them."""
    known = failures(paths)
    with suppress(OSError):
        paths.failures.unlink(missing_ok=True)
        return known
    return []  # still there: told again rather than twice
