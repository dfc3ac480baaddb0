"""Unlock sessions whose time is over: their keys go from the memory folder with the next command, on whatever home.

Light, for every command asks; no process waits for the moment itself.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsa_tui.paths import is_ours_alone, memory_folder

ENDING = ".session"
_HALF = re.compile(r"\..+\.session\.\d+\.tmp")
"""How `paths.write_whole` calls the file before it is whole."""
_WRITTEN = 10.0
"""Seconds after which nobody is writing it any more."""


def sweep() -> None:
    """Takes away what is left of this user's sessions that are over, of all homes."""
    folder = memory_folder()
    if folder is None:
        return
    with suppress(OSError):
        for one in os.scandir(folder) if is_ours_alone(folder) else ():
            if one.is_file(follow_symlinks=False) and _is_over(Path(one.path)):
                with suppress(OSError):
                    os.unlink(one.path)


def _is_over(file: Path) -> bool:
    if file.suffix == ENDING:
        return not _lasts(file)
    # What somebody was writing who was killed at it; it holds the key, too.
    return bool(_HALF.fullmatch(file.name)) and abs(time.time() - file.stat().st_mtime) > _WRITTEN


def _lasts(file: Path) -> bool:
    try:
        return lasts(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def lasts(facts: dict[str, Any]) -> bool:
    """Whether a session's time is not over, and the machine was not started anew since. Raises KeyError, TypeError."""
    return bool(facts["until"] > time.time() and facts["boot"] == boot())


def boot() -> str:
    """This start of the machine, where the system tells; memory is empty after the next one anyway."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
