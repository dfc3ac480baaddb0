"""What the user reads when the program itself is wrong; the details go to a file in the home."""

from __future__ import annotations

import os
import traceback

from lsa_tui import __version__
from lsa_tui.paths import Paths, private_folder

LOG = "errors.log"
LARGEST = 1_000_000
"""Bytes of the log before it begins anew."""


def sentence(problem: BaseException, doing: str, paths: Paths | None) -> str:
    """One sentence for an error that nobody foresaw; its traceback is appended to the home's error log.

    `doing` is a command's or an action's name: what was typed may be about a child and is not written down.
    """
    written = _write(problem, doing, paths) if paths else None
    where = f"; the details are in {written}" if written else ""
    return (
        f"something went wrong in the program itself ({type(problem).__name__}){where}. What was recorded before is "
        "safe; `lsa log` shows whether this last step was recorded"
    )


def _write(problem: BaseException, doing: str, paths: Paths) -> str | None:
    # Frames only: the texts of an error may quote what was typed.
    frames = "".join(traceback.format_tb(problem.__traceback__))
    try:
        target = private_folder(paths.data_folder) / LOG
        large = target.exists() and target.stat().st_size > LARGEST
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if large else os.O_APPEND), 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="replace") as file:
            file.write(f"lsa {__version__} {doing}: {type(problem).__name__}\n{frames}\n")
    except Exception:  # the first error matters more than one in telling of it
        return None
    return str(target)
