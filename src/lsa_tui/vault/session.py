"""An unlock session: the home's key for some hours, in memory-backed storage of this user alone.

It ends by itself, with `lsa lock`, with the machine (it is in memory), and when the home is not where it was.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsa_tui.errors import LsaError
from lsa_tui.paths import Paths, runtime_folder, write_whole
from lsa_tui.vault import cipher, old_sessions
from lsa_tui.vault.old_sessions import ENDING, boot


def begin(paths: Paths, key: bytes, minutes: int) -> None:
    """Keeps the key for so many minutes. Raises LsaError where this system has no place in memory for it."""
    folder = runtime_folder()
    if folder is None:
        raise LsaError(
            "this system has no folder in memory to keep a key in; `lsa key keyring` lets the system's own store of "
            "passwords open the records instead"
        )
    facts = {
        "key": base64.b64encode(key).decode(),
        "began": time.time(),
        "until": time.time() + minutes * 60,
        "boot": boot(),
        "home": _identity(paths),
    }
    write_whole(_file(folder, paths), json.dumps(facts))


def key_of(paths: Paths) -> bytes | None:
    """The key of a session that still holds; None where there is none, and what is left of an old one goes."""
    folder = runtime_folder()
    if folder is None:
        return None
    file = _file(folder, paths)
    try:
        facts = json.loads(_only_ours(file))
        key = base64.b64decode(facts["key"])
        holds = old_sessions.lasts(facts) and facts["home"] == _identity(paths)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        key, holds = b"", False
    if not holds or len(key) != cipher.KEY_BYTES:
        end(paths)
        return None
    return key


def end(paths: Paths) -> bool:
    """Ends the session. Returns whether there was one."""
    folder = runtime_folder()
    if folder is None:
        return False
    file = _file(folder, paths)
    was = file.exists()
    with suppress(OSError):
        file.unlink(missing_ok=True)
    return was


def until(paths: Paths) -> float | None:
    """When the session ends (seconds since 1970), None without one."""
    return _moment(paths, "until")


def began(paths: Paths) -> float | None:
    """When the session began (seconds since 1970), None without one."""
    return _moment(paths, "began")


def _moment(paths: Paths, which: str) -> float | None:
    folder = runtime_folder()
    if folder is None or key_of(paths) is None:
        return None
    try:
        return float(json.loads(_only_ours(_file(folder, paths)))[which])
    except (OSError, ValueError, KeyError):
        return None


def _file(folder: Path, paths: Paths) -> Path:
    return folder / f"{cipher.digest(str(paths.data_folder.resolve()).encode())[:24]}{ENDING}"


def _only_ours(file: Path) -> str:
    """The file's text, where nobody else could have written or read it. Raises OSError."""
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(handle, encoding="utf-8") as opened:
        facts = os.fstat(opened.fileno())
        if os.name == "posix" and (facts.st_uid != os.geteuid() or stat.S_IMODE(facts.st_mode) & 0o077):
            raise PermissionError("not ours alone")
        return opened.read()


def _identity(paths: Paths) -> list[Any]:
    """Which folder the home is: another disk at the same place is another home."""
    facts = paths.data_folder.stat()
    return [facts.st_dev, facts.st_ino]
