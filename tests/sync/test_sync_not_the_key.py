"""What goes wrong beside an encrypted store and has nothing to do with its key is not called a change of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lsa_tui.errors import LsaError
from lsa_tui.sync import rekeying
from lsa_tui.sync.run import sync
from sharing import NEW, PASS, asked, note

PLAIN_ROOT = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Whoever runs the tests as root may read everything; a process of this one may not."""


@pytest.fixture
def lsa(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command as somebody whom the rights of files hold for."""

    def run(home: str, *words: str) -> subprocess.CompletedProcess[str]:
        told = [sys.executable, "-m", "lsa_tui", "--home", str(tmp_path / home), *words]
        env = dict(os.environ, LSA_SHARED_PASSPHRASE=PASS)
        before = PLAIN_ROOT if os.geteuid() == 0 else ()
        return subprocess.run([*before, *told], capture_output=True, text=True, env=env, check=False)

    return run


@pytest.mark.parametrize("which", ["a device's", "the store's"])
def test_a_folder_that_may_not_be_read(lsa, share: Path, which: str) -> None:
    for home in ("jt", "mb"):
        lsa(home, "init", "--plain", "--initials", home.upper(), "--shared", f"folder:///{share}")
        lsa(home, "pupil", "add", "K7")
        assert lsa(home, "sync").returncode == 0
    folder = next(one for one in share.rglob("*") if one.is_dir() and list(one.glob("*.lsa")))
    shut = folder if which == "a device's" else share
    shut.chmod(0)
    try:
        lsa("mb", "note", "Counted on")
        done = lsa("mb", "sync")
    finally:
        shut.chmod(0o700)
    assert "the key of" not in done.stderr
    assert "no right" in done.stderr or "not there" in done.stderr, done.stderr
    assert done.returncode == 4
    assert "1 not shared yet" in done.stderr
    assert lsa("mb", "sync").returncode == 0


@pytest.mark.parametrize("kind", ["sqlite", "folder"])
def test_a_local_database_that_is_damaged(homes, share: Path, kind: str) -> None:
    """Before the store was even looked at."""
    url = f"folder:///{share}" if kind == "folder" else f"sqlite:///{share}.db"
    book = homes("jt", encrypted=True)
    for number in range(200):
        note(book, f"{number} counted on " * 20)
    sync(book, url, ask=asked(PASS))
    book.store.close()
    file = book.store.path
    content = bytearray(file.read_bytes())
    for place in range(4096 * 3, len(content), 4096):
        content[place + 99] ^= 1
    file.write_bytes(content)
    with pytest.raises(LsaError) as caught:
        sync(book, url, ask=asked(PASS))
    assert "the key of" not in str(caught.value)
    assert str(file) in str(caught.value)
    assert "is damaged" in str(caught.value)
    assert "still on this device" not in str(caught.value), "that is not known"
    assert caught.value.exit_code == 1


def test_a_key_that_was_changed_is_still_called_so(one, two, url) -> None:
    rekeying.rekey(two, lambda: NEW, url)
    with pytest.raises(LsaError, match=r"key of .* was changed"):
        sync(one, url)
