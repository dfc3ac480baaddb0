"""A device at work, as a process of its own: it records and syncs, and says each thing once it is done.

`recorded TEXT` is printed when `record` has returned, `shared ROUND` when a sync said that all was read back.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from lsa_tui.errors import LsaError
from lsa_tui.sync.run import sync
from proofs import stage
from proofs.stage import Stage


def say(line: str, to: int = 1) -> None:
    """One line, with one call."""
    os.write(to, f"{line}\n".encode())


def work(live: Stage, name: str, tag: str, rounds: int, writes: int, to: int = 1) -> None:
    """Records `writes` notes and syncs, `rounds` times. What the user would be told is printed as `error TEXT`."""
    with live.opened(name) as book:
        for turn in range(rounds):
            for n in range(writes):
                text = f"{name} {tag} {turn} {n}"
                stage.note(book, text)
                say(f"recorded {text}", to)
            started = time.monotonic()
            try:
                done = sync(book, **({"ask": lambda _: stage.JOIN} if live.encrypted else {}))
            except LsaError as problem:
                say(f"error {problem}", to)
                continue
            took = time.monotonic() - started
            damaged = [one for one in done.notes if "damaged" in one]
            if damaged:
                say(f"note {damaged[0]}", to)
            say(f"shared {turn} {took:.3f}" if done.verified and not done.remaining else f"partly {turn}", to)


def command(live: Stage, name: str, tag: str, rounds: int, writes: int, wait_for: str = "-") -> list[str]:
    """The command of a worker. With `wait_for` it says `ready`, and begins when that file is there."""
    given = [live.folder, live.kind, int(live.encrypted), live.address, name, tag, rounds, writes, wait_for]
    return [sys.executable, "-m", "proofs.worker", *map(str, given)]


def main(
    folder: str, kind: str, encrypted: str, address: str, name: str, tag: str, rounds: str, writes: str, wait_for: str
) -> None:
    """As `command` writes it."""
    stage.stretch_little()
    if wait_for != "-":
        say("ready")
        while not os.path.exists(wait_for):
            time.sleep(0.01)
    work(Stage(Path(folder), kind, encrypted == "1", address), name, tag, int(rounds), int(writes))


if __name__ == "__main__":
    main(*sys.argv[1:])
