"""One home's key: whether it is encrypted, making its key, opening it with what was typed, changing the key file.

The key file is there twice. Which of the two is these records' own is told by the records: only their key opens them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lsa_tui.errors import Locked, LsaError, NewerDatabase
from lsa_tui.paths import Paths, private_folder
from lsa_tui.vault import cipher, switching, tries
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile

NEW = "new"
"""Stands in the key file until the records of a new home are there."""
UNTOLD = "untold"
"""Stands in the key file, with what was done, until a change of the key is in the audit and in nobody's way."""
PATIENCE = 10.0
"""Seconds to wait for another program that changes the key."""
BEGUN = "a change of the key was interrupted; run any command first, such as `lsa doctor`, then do this again"


class ChangedMeanwhile(LsaError):
    """The key that was found a moment ago is in force no more."""


class InUse(LsaError):
    """Somebody else holds what is to be changed."""


def state(paths: Paths) -> str:
    """`new`: nothing is here yet; `plain`: records that are not encrypted; `encrypted`; `lost`: there were plain
    records, and what is left of them lies beside their place.

    A repair or a restore that was interrupted is completed first.
    """
    switching.complete(paths)
    if cipher.is_plain(paths.database):
        return "plain"
    if paths.key.exists() or paths.key_copy.exists() or cipher.is_there(paths.database):
        return "encrypted"
    return "lost" if left_of(paths) else "new"


def left_of(paths: Paths) -> list[Path]:
    """Where records that are gone left something: the folder of their copies, their write-ahead file."""
    beside = paths.database.with_name(f"{paths.database.name}-wal")
    copies = [paths.backups] if any(paths.backups.glob("*.db")) else []
    return [*copies, *([beside] if cipher.is_there(beside) else [])]


# One at a time


@contextmanager
def alone(paths: Paths) -> Iterator[None]:
    """Nobody has the screens open meanwhile. Raises LsaError."""
    says = f"the screens are open on {paths.data_folder}, or a repair of it goes on; do it again when that has ended"
    with _holding(paths.lock, 0, says):
        yield


def application_open(paths: Paths) -> bool:
    """Whether the screens are open on this home, or a repair of it goes on. Raises LsaError where that cannot be
    seen."""
    try:
        if paths.lock.exists():
            with alone(paths):
                pass
    except InUse:
        return True
    return False


@contextmanager
def alone_with_key(paths: Paths) -> Iterator[None]:
    """Nobody else changes the key file meanwhile; waits some seconds for whoever does. Raises LsaError."""
    says = f"the key of {paths.data_folder} is being changed just now; do it again when that is done"
    with _holding(private_folder(paths.data_folder) / paths.key_lock.name, PATIENCE, says):
        yield


@contextmanager
def _holding(lock: Path, patience: float, otherwise: str) -> Iterator[None]:
    from filelock import FileLock, Timeout  # 10 ms that a change of the key and a repair alone need

    held = FileLock(lock, mode=0o600, timeout=patience)
    try:
        held.acquire()
    except Timeout:
        raise InUse(f"{otherwise}. Nothing was changed") from None
    except OSError as problem:
        raise LsaError(f"{lock} cannot be used ({problem.strerror}); is the home yours to write?") from None
    try:
        yield
    finally:
        held.release()


# The key file and its copy


def read_key_file(paths: Paths) -> KeyFile:
    """The key file, or its copy where that is gone or damaged, which is mended then. Raises LsaError."""
    damaged: list[Path] = []
    found: KeyFile | None = None
    for place in (paths.key, paths.key_copy):
        try:
            one = _read(place)
            found = found or one
        except (FileNotFoundError, DamagedKeyFile):
            damaged.append(place)
        except NewerDatabase:
            if found is None:
                raise
        except OSError as problem:
            if found is not None:
                continue  # it is well without its copy; doctor says what is wrong with that
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


def _read(place: Path) -> KeyFile:
    found = KeyFile.read(place)
    if found.next is not None and not all(isinstance(one.more.get("other"), str) for one in (found, found.next)):
        raise DamagedKeyFile(f"the key file {place} is damaged")
    return found


def key_files(paths: Paths) -> list[KeyFile]:
    """The key file and its copy, as far as they can be read; nothing is mended."""
    found = []
    for place in (paths.key, paths.key_copy):
        with suppress(OSError, DamagedKeyFile):
            found.append(_read(place))
    return found


def write_key_file(paths: Paths, keys: KeyFile) -> None:
    """Writes the key file and its copy, each whole; the copy first, so that one of them is always of one state."""
    keys.write(paths.key_copy)
    keys.write(paths.key)


def keep_strangers(paths: Paths, keys: KeyFile) -> None:
    """A key file in this home's places that holds none of its keys gets another name: it may be somebody's only one."""
    for place in (paths.key, paths.key_copy):
        with suppress(OSError, DamagedKeyFile):
            found = _read(place)
            if not found.key_ids & keys.key_ids:
                place.replace(private_folder(paths.backups) / f"key-{found.key_id}.json")


def fits(paths: Paths, key: bytes) -> bool:
    """Whether this key opens the records. Raises LsaError where another program holds them."""
    return cipher.is_there(paths.database) and _fits(paths.database, key)


def _fits(database: Path, key: bytes) -> bool:
    try:
        return cipher.fits(database, key)
    except cipher.database_errors():
        raise LsaError(f"{database} is held by another program; wait a moment, then do it again") from None


def named(paths: Paths, key: bytes) -> KeyFile | None:
    """Of the key file and its copy the one that holds this key, the key file first; None where neither does."""
    wanted = cipher.key_id(key)
    return next((one for one in (read_key_file(paths), *key_files(paths)) if wanted in one.key_ids), None)


def is_ours(paths: Paths, key: bytes) -> bool:
    """Whether a key that was kept elsewhere is still these records': it may be of an earlier change, or of a key file
    that was exchanged."""
    if named(paths, key) is None or another(paths) is not None:
        return fits(paths, key)
    return True


def another(paths: Paths) -> KeyFile | None:
    """The copy of the key file where it has none of the key file's keys: one of the two is not this home's."""
    both = key_files(paths)
    return both[1] if len(both) == 2 and not both[0].key_ids & both[1].key_ids else None


def require_named(paths: Paths, key: bytes | None) -> None:
    """Raises LsaError where `key` is not the one in force: what is written with it, nobody could open."""
    keys = None if key is None else named(paths, key)
    if key is not None and (keys is None or keys.key_id != cipher.key_id(key)):
        raise LsaError("the key of this home was changed meanwhile; do it again. Nothing was changed")


def put_back(paths: Paths, key: bytes) -> Path | None:
    """Puts the copy of the key file back where the key file is another one and `key`, which the copy holds, opens the
    records. Returns where the other one is kept; None where nothing was to be done."""
    if another(paths) is None or not fits(paths, key):
        return None
    with alone_with_key(paths):
        first, copy = (*key_files(paths), None, None)[:2]
        wanted = cipher.key_id(key)
        if first is None or copy is None or wanted in first.key_ids or wanted not in copy.key_ids:
            return None
        keep_strangers(paths, copy)
        copy.write(paths.key)
        return paths.backups / f"key-{first.key_id}.json"


def require_in_force(paths: Paths, keys: KeyFile, key: bytes) -> None:
    """Raises LsaError where `key` is not the one in force, or does not open the records: what holds it is not to be
    written then."""
    if keys.next is not None:
        raise LsaError(BEGUN)
    require_records(paths, keys)
    if cipher.key_id(key) != keys.key_id or not (fits(paths, key) or keys.more.get(NEW)):
        raise LsaError(
            f"the key of this home was changed meanwhile, or {paths.key} is not its own; look with `lsa doctor`, then "
            "do it again. Nothing was changed"
        )


@contextmanager
def changing(paths: Paths, key: bytes) -> Iterator[KeyFile]:
    """The key file, to be changed inside and written at its end, while nobody else changes it.

    Raises LsaError where `key` is not the one in force or does not open the records.
    """
    with alone_with_key(paths):
        keys = read_key_file(paths)
        require_in_force(paths, keys, key)
        yield keys
        keep_strangers(paths, keys)
        write_key_file(paths, keys)


def made(paths: Paths) -> None:
    """The records of a new home are there now: from here on their absence is a loss."""
    _without(paths, NEW)


def told(paths: Paths) -> None:
    """A change of the key is in the audit now."""
    _without(paths, UNTOLD)


def _without(paths: Paths, mark: str) -> None:
    with alone_with_key(paths):
        keys = read_key_file(paths)
        if keys.more.pop(mark, None) is not None:
            write_key_file(paths, keys)


# Making and opening


@dataclass(frozen=True)
class Made:
    """A new key, and the recovery key that is shown once."""

    key: bytes
    recovery: str


def create(paths: Paths, passphrase: str) -> Made:
    """Makes the key of a new home. Raises LsaError for a passphrase that will not do, or without SQLCipher."""
    cipher.require_sqlcipher(new=True)
    key = cipher.new_key()
    keys = KeyFile.new(key)
    keys.add_passphrase(key, passphrase)
    recovery = keys.add_recovery(key)
    keys.more[NEW] = True
    with alone_with_key(paths):
        if state(paths) != "new":
            raise LsaError(f"{paths.data_folder} was set up by another program meanwhile; do it again")
        write_key_file(paths, keys)
    return Made(key, recovery)


def require_records(paths: Paths, keys: KeyFile) -> None:
    """Raises LsaError where the records of this key are gone: an empty home in their place would look like one."""
    if not cipher.is_there(paths.database) and not keys.more.get(NEW):
        raise LsaError(
            f"the records {paths.database} are gone or empty, but their key is here; put back a copy (look into "
            f"{paths.backups}), or move {paths.key.name} and {paths.backups.name} away to begin anew"
        )


def gone(paths: Paths) -> LsaError:
    """What is said of plain records that are gone: an empty home in their place would look like one."""
    left = " and ".join(str(one) for one in left_of(paths))
    return LsaError(
        f"the records {paths.database} are gone or empty, but {left} is left of them; `lsa doctor --repair` makes them "
        "anew of that, or move it away to begin anew"
    )


def key_of(paths: Paths, typed: str) -> bytes:
    """The key for the passphrase or the recovery key that was typed. Where key file and copy are of different keys,
    the one that opens the records.

    Waits first where it was wrong several times just before. Raises Locked for a wrong one; nothing is discarded.
    """
    tries.wait(paths)
    files = [one for one in (read_key_file(paths), another(paths)) if one is not None]
    found = [key for one in files if (key := _unlocked(one, typed)) is not None]
    key = found[0] if found and len(files) == 1 else _right(paths, found, tried_all=len(found) == len(files))
    if key is not None:
        return key
    tries.failed(paths)
    if found:
        raise Locked(
            f"that opens {paths.key} or its copy {paths.key_copy}, which are of different keys, but not these records; "
            "type the passphrase of this home. Nothing was changed (where the records are damaged: move the one that "
            "is not this home's away)"
        )
    raise Locked(
        "that is not the passphrase of this home; nothing was changed. Forgotten? Type the recovery key in its "
        "place; `lsa key passphrase` then sets a new one"
    )


def _unlocked(keys: KeyFile, typed: str) -> bytes | None:
    # While a change of key goes on, both keys' slots open.
    return keys.unlock(typed) or (keys.next.unlock(typed) if keys.next else None)


def _right(paths: Paths, found: Sequence[bytes], tried_all: bool) -> bytes | None:
    """Of several keys the one that opens the records. Where none does although all were tried, the records are damaged
    or gone, and their copies tell."""
    for key in found:
        if fits(paths, key):
            return key
    if not (found and tried_all):
        return None
    copies = sorted(paths.backups.glob("*.db"))
    return next((key for key in found if any(_fits(one, key) for one in copies)), found[0])


def opens(paths: Paths, typed: str, key: bytes | None = None) -> bool:
    """Whether what was typed is this home's passphrase or recovery key, for `key` where one is given. Does not wait; a
    wrong one is remembered."""
    files = [read_key_file(paths), *key_files(paths)]
    held = next((one for one in files if key is None or cipher.key_id(key) == one.key_id), files[0])
    found = held.unlock(typed)
    if found is not None and key in (None, found):
        return True
    tries.failed(paths)
    return False
