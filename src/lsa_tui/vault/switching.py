"""Putting a database that was made ready in the place of the one that is there, which is kept under a dated name.

Once the new one lies beside it as `records.db.ready`, the switch has happened as far as anybody can see: whatever is
killed afterwards, the next opening of the home completes it, with the same dated name.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lsa_tui.errors import LsaError
from lsa_tui.paths import Paths, private_folder
from lsa_tui.vault import cipher

KEPT = "kept-"
"""How the names of files begin that were replaced, in the folder of the copies."""

_BESIDE = ("-wal", "-journal")


def ready_of(paths: Paths) -> Path:
    """Where the database lies that is to be put in place."""
    return paths.database.with_name(f"{paths.database.name}.ready")


def prepare(paths: Paths, made: Path, moment: datetime) -> None:
    """Has `made` (closed, whole, on the same disk) take the place of the records. `moment` gives what is there its
    name. Raises OSError before anything was changed."""
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    named = moment.astimezone(UTC).replace(microsecond=0)
    while _kept(paths, named).exists():
        named += timedelta(seconds=1)
    os.utime(made, (named.timestamp(), named.timestamp()))
    made.chmod(0o600)
    os.replace(made, ready_of(paths))
    cipher.sync_folder(paths.data_folder)


def complete(paths: Paths) -> Path | None:
    """Completes a switch that was prepared. Returns where the file is kept that was there, None where there was none.

    Raises LsaError where the disk does not let us; the next opening tries again.
    """
    ready = ready_of(paths)
    try:
        facts = ready.stat()
    except OSError:
        return None
    try:
        return _complete(paths, ready, _kept(paths, datetime.fromtimestamp(int(facts.st_mtime), UTC)))
    except OSError as problem:
        raise LsaError(
            f"{paths.database} could not be replaced ({problem.strerror}); its place is taken by {ready.name} as soon "
            "as that is possible, do it again"
        ) from None


def _complete(paths: Paths, ready: Path, kept: Path) -> Path | None:
    there = paths.database
    beside = [(there.with_name(there.name + end), kept.with_name(kept.name + end)) for end in _BESIDE]
    was_there = cipher.is_there(there) or any(cipher.is_there(one) for one, _ in beside)
    if was_there:
        private_folder(kept.parent)
        if not kept.exists():
            _also_called(there, kept)
        for one, other in beside:
            # Before the new one is there: what stands in it would be taken for the new one's own.
            if one.exists():
                os.replace(one, other)
                other.chmod(0o600)
        cipher.sync_folder(kept.parent)
        cipher.sync_folder(there.parent)
    there.with_name(f"{there.name}-shm").unlink(missing_ok=True)
    os.replace(ready, there)
    cipher.sync_folder(there.parent)
    return kept if kept.exists() else None


def _kept(paths: Paths, moment: datetime) -> Path:
    return paths.backups / f"{KEPT}{moment.astimezone():%Y-%m-%d-%H%M%S}.db"


def _also_called(there: Path, kept: Path) -> None:
    """The same file under a second name, or a copy where the disk knows no such thing (a stick)."""
    if not there.exists():
        kept.touch(0o600)  # only its write-ahead file is left
        return
    with suppress(OSError, AttributeError):
        os.link(there, kept)
        kept.chmod(0o600)
        return
    part = kept.with_name(f"{kept.name}.part")
    with there.open("rb") as source, os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as to:
        shutil.copyfileobj(source, to, 1 << 20)
        to.flush()
        os.fsync(to.fileno())
    os.replace(part, kept)
