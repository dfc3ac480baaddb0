"""A process under strace: which writing calls it makes, and the n-th of them failing or killing it."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WRITING = (
    "pwrite64,pwritev,write,writev,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,link,linkat,"
    "mkdir,mkdirat,rmdir,sendfile,copy_file_range,fallocate,chmod,fchmod"
)
"""The calls that change a disk, but those that open a file to make it (`openat`)."""

_LINE = re.compile(r"(\d+) +(\w+)\((.*)")
_PATH = re.compile(r'<(/[^>]*)>|"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Point:
    """The `n`-th call of a name by one thread; `at`: which file it is about.

    With `path` (from the folder that is watched on) only the calls on that file are counted.
    """

    call: str
    n: int
    path: str
    at: str


@dataclass(frozen=True)
class Traced:
    """How a process ended: its exit code (negative: a signal), what it said, and its calls as strace wrote them."""

    code: int
    out: str
    err: str
    calls: list[str]


def traced(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    options: Sequence[str],
    seconds: float = 120,
) -> Traced:
    """Runs a command under strace with these options. Raises subprocess.TimeoutExpired."""
    done = subprocess.run(
        ["strace", "-f", "-q", "-o", str(log), *options, *command],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    return Traced(done.returncode, done.stdout, done.stderr, log.read_text(errors="replace").splitlines())


def points(calls: Sequence[str], folder: Path) -> Iterator[Point]:
    """Every writing call on what lies in `folder`, and on standard output (`at` "output"), of a traced run with -y."""
    counts: Counter[tuple[str, ...]] = Counter()
    for line in calls:
        found = _LINE.match(line)
        if not found:
            continue
        thread, call, rest = found.groups()
        path = next((one or two for one, two in _PATH.findall(rest) if (one or two).startswith(str(folder))), "")
        if call == "openat":
            if "O_CREAT" not in rest or not path or re.search(r"\d{4,}", path[len(str(folder)) :]):
                continue  # a name that is another one each time cannot be waited for; what is written to it can
            counts[thread, call, path] += 1
            yield Point(call, counts[thread, call, path], str(Path(path).relative_to(folder)), _short(path, folder))
            continue
        counts[thread, call] += 1
        if path:
            yield Point(call, counts[thread, call], "", _short(path, folder))
        elif call == "write" and rest.startswith("1<"):
            yield Point(call, counts[thread, call], "", "output")


def _short(path: str, folder: Path) -> str:
    """Which file, without what is another one each time."""
    return re.sub(r"[0-9a-f]*\d[0-9a-f-]{3,}", "#", path[len(str(folder)) + 1 :])


def injected(point: Point, fault: str, folder: Path) -> list[str]:
    """strace's options that bring a fault about below `folder`: KILL; EIO once; ENOSPC from there on, as a full disk
    stays full."""
    how = {"KILL": "signal=KILL", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}[fault]
    # But what is said about it goes out by `write`.
    when = f"{point.n}+" if fault == "ENOSPC" and point.call != "write" else str(point.n)
    only = ["-P", str(folder / point.path)] if point.path else []
    # Without its filter in the kernel, which would let a signal pass.
    return [*only, "-e", f"trace={point.call}", "-e", f"inject={point.call}:{how}:when={when}"]


def was_hit(done: Traced, fault: str) -> bool:
    """Whether the fault came about."""
    if fault == "KILL":
        return done.code in (-9, 137)
    return any("(INJECTED)" in line for line in done.calls)


def delayed(log: Path) -> int:
    """How many calls strace has delayed."""
    return log.read_text(errors="replace").count("(DELAYED)")
