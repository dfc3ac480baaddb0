"""A real pseudo-terminal: the program runs in it, bytes go in, a screen comes out."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyte


class Terminal:
    """`lsa` on a home in a terminal of some size. Use as a context manager; waits are for a state, never for a time."""

    COMMAND: tuple[str, ...] = ("-m", "lsa_tui", "--home")

    def __init__(self, home: Path, size: tuple[int, int] = (40, 20), patience: float = 30.0, **env: str) -> None:
        self.patience = patience
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.output = bytearray()
        self._lock = threading.Lock()
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        ours = ("NO_COLOR", "LSA_HOME", "LSA_NOW", "COLORTERM", "COLUMNS", "LINES")
        clean = {name: value for name, value in os.environ.items() if name not in ours}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *self.COMMAND, str(home)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**clean, "TERM": "xterm-256color", "COLORTERM": "truecolor", **env},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self.output += data
                self.stream.feed(data)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        # The reader ends with the last writer. Were it still reading, it would steal the bytes of the next terminal,
        # which gets the same number.
        self._reader.join(10)
        os.close(self.master)

    def text(self) -> str:
        """The screen as it stands."""
        with self._lock:
            return "\n".join(self.screen.display)

    def send(self, keys: str | bytes) -> None:
        """Bytes as a keyboard sends them, in one write."""
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def tap(self, x: int, y: int) -> None:
        """A tap on a cell, counted from 0."""
        self.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")

    def find(self, words: str) -> tuple[int, int]:
        """Where words stand on the screen: column and row."""
        for row, line in enumerate(self.text().split("\n")):
            if words in line:
                return line.index(words), row
        raise AssertionError(f"{words!r} is not on the screen:\n{self.text()}")

    def wait(self, words: str | Callable[[str], bool]) -> str:
        """Waits until the screen shows words (or is as a function wants it); returns it."""
        wanted = words if callable(words) else (lambda text: words in text)
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            text = self.text()
            if wanted(text):
                return text
            if self.process.poll() is not None:
                time.sleep(0.1)
                if wanted(self.text()):
                    return self.text()
                break
            time.sleep(0.01)
        raise AssertionError(f"{words!r} never came; exit {self.process.poll()}; the screen:\n{self.text()}")

    def ended(self) -> int:
        """Waits for the program's end; returns its exit code."""
        return self.process.wait(self.patience)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the program."""
        self.process.send_signal(number)
