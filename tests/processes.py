"""Scripts for processes of their own: one that writes and syncs turn by turn, one that is killed at its N-th step."""

from __future__ import annotations

import subprocess
import sys

WRITING = """
import sys
from pathlib import Path
from lsa_tui import clock
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.sync.run import sync

folder, url, rounds, name = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
book = Book(Paths(folder, folder))
if book.focus is None:
    pupils.add(book, "K7")
for turn in range(rounds):
    for n in range(5):
        book.record("note", {"at": clock.to_text(book.now()), "text": f"{name} {turn} {n}"})
"""
"""A device that writes. Each test adds the sync of a turn, and what it asks of it."""

COUNTED = """
import os, signal

steps = 0

def counted(owner, name):
    before = getattr(owner, name)
    def step(*args, **more):
        global steps
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return before(*args, **more)
    setattr(owner, name, step)
"""
"""A script that begins with this is killed at step `at`, which it sets; each call of what it counts is a step."""


def start(script: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
