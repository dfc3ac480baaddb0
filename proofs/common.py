"""What every proof has: its outcome, and splitting its work over processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

QUICK = {"memory_kib": 64, "passes": 1, "lanes": 1}
"""Passphrases are stretched but a little: a proof makes hundreds of homes."""

_jobs = 1


@dataclass
class Outcome:
    """What a proof found. `figures`: what was tried and how it went, one line; `violations`: one line each."""

    figures: str
    violations: list[str] = field(default_factory=list)


class Violation(Exception):
    """Something that must never be; its text is one line."""


def set_jobs(jobs: int) -> None:
    """How many processes the proofs may use from now on."""
    global _jobs
    _jobs = max(1, jobs)


def jobs() -> int:
    """How many processes a proof may use."""
    return _jobs


def each(work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
    """The results of `work` (a function of a module) for all items, in order; over `jobs` processes."""
    if _jobs == 1 or len(items) < 2:
        yield from map(work, items)
        return
    # Spawned: a forked child would inherit open databases.
    with ProcessPoolExecutor(_jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, items)


def in_memory() -> str | None:
    """A folder that lives in memory, for what needs no disk; None where there is none (then the usual one)."""
    folder = "/dev/shm"
    return folder if os.path.isdir(folder) and os.access(folder, os.W_OK) else None


@contextmanager
def workplace(memory: bool = True) -> Iterator[Path]:
    """A folder of one's own, gone afterwards; in memory where that is to be had."""
    folder = Path(tempfile.mkdtemp(prefix="lsa-proof-", dir=in_memory() if memory else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that a proof starts: this program's, and none of the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LSA_")}
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)])
    before = kept.get("PYTHONPATH")
    kept["PYTHONPATH"] = os.pathsep.join([before, path]) if before else path
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **more}


def start(args: Sequence[str], **more: Any) -> subprocess.Popen[str]:
    """A Python process of this program with these arguments, its output caught."""
    return subprocess.Popen(
        [sys.executable, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**more.pop("env", {})),
        **more,
    )


def strace_missing() -> str | None:
    """Why system calls cannot be watched here; None where they can."""
    if sys.platform != "linux":
        return "strace is a program of Linux"
    found = shutil.which("strace")
    if found is None:
        return "strace is not installed"
    tried = subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, text=True)
    return None if tried.returncode == 0 else f"strace may not be used here: {tried.stderr.strip()[:80]}"
