"""A change of key killed at its steps: one of the two states is whole, and the next start completes it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import PASSPHRASE
from homes import new_book
from lsa_tui.daybook import exchange, notes
from lsa_tui.daybook.opening import open_book
from lsa_tui.paths import find
from lsa_tui.vault import cipher
from lsa_tui.vault import home as vault_home

CANARY = "zebra-umbrella"

# Every file that is opened, renamed, removed or connected to is a step; before the N-th one the process is killed.
CHILD = """
import os, signal, sys
left = int(sys.argv[2])
def step(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.truncate") and begun:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
begun = False
from lsa_tui.paths import find
from lsa_tui.vault import change, home, keyfile
keyfile.ARGON2.update(memory_kib=64, passes=1)
import argon2.low_level, filelock, unicodedata, sqlcipher3.dbapi2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
sys.addaudithook(step)
paths = find(sys.argv[1])
begun = True
if home.state(paths) == "plain":
    change.encrypt(paths, os.environ["LSA_PASSPHRASE"])
else:
    change.rekey(paths, home.key_of(paths, os.environ["LSA_PASSPHRASE"]), os.environ["LSA_PASSPHRASE"])
"""


def killed(home: Path, step: int) -> bool:
    """Runs a change of key that is killed before its `step`-th step. False where it was complete before that."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(home), str(step)],
        env={**os.environ, "LSA_PASSPHRASE": PASSPHRASE},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-500:]
    return done.returncode != 0


@pytest.fixture(params=["plain", "encrypted"])
def template(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A home with a note, a backup and, where it is encrypted, its key."""
    home = tmp_path / "template"
    book = new_book(home) if request.param == "plain" else open_book(find(str(home)))
    if request.param != "plain":
        book.close()
        book = open_book(find(str(home)))
        from lsa_tui.daybook import pupils

        pupils.add(book, "K7")
    notes.note(book, f"Sat by the {CANARY}")
    book.store.backup(book.paths.backups, "before-sync-1.db")
    book.close()
    return home


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_killed_at_its_steps(template: Path, tmp_path: Path) -> None:
    plain_before = cipher.is_plain(template / "records.db")
    book = open_book(find(str(template)))
    said = list(exchange.export(book))
    book.close()
    step, states = 1, set()
    stride = int(os.environ.get("LSA_TEST_STRIDE", "3"))  # 1 kills at every step: minutes, once before a release
    while True:
        home = tmp_path / f"home-{step}"
        shutil.copytree(template, home)
        went_on = killed(home, step)
        paths = find(str(home))
        state = vault_home.state(paths)
        assert state in ({"plain", "encrypted"} if plain_before else {"encrypted"})
        states.add(state)
        book = open_book(paths)
        assert list(exchange.export(book)) == said
        assert book.store.check() == []
        book.close()
        if state == "encrypted":
            keys = vault_home.read_key_file(paths)
            assert keys.next is None
            assert keys.more == {}
            assert not [path for path in home.rglob("*.db*") if CANARY.encode() in path.read_bytes()], step
        else:
            assert killed(home, 10_000) is False, "it can be done again"
            assert vault_home.state(paths) == "encrypted"
        shutil.rmtree(home)
        if not went_on:
            break
        step += stride
    assert step > 15, "the steps were really steps"
    assert states == ({"plain", "encrypted"} if plain_before else {"encrypted"})
