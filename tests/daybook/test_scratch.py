"""The folders that a repair and a check of the shared store work in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lsa_tui.daybook import cleaning
from lsa_tui.daybook.cleaning import CHECKING
from lsa_tui.paths import find

WORKING = """
import sys
from lsa_tui.daybook import cleaning
from lsa_tui.paths import find
with cleaning.scratch(find(sys.argv[1]), cleaning.CHECKING) as folder:
    (folder / "school.db").write_text("what is looked at")
    print(folder, flush=True)
    sys.stdin.read()
    print((folder / "school.db").read_text(), flush=True)
"""


@pytest.fixture
def other(home: Path):
    """Another process that is at work."""
    home.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", WORKING, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def test_two_that_look_at_once_do_not_see_each_other(home: Path, other: subprocess.Popen[str]) -> None:
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    with cleaning.scratch(find(str(home)), CHECKING) as ours:
        (ours / "school.db").touch()
        assert list(theirs.iterdir()) == [theirs / "school.db"]
    assert other.communicate("") == ("what is looked at\n", None)
    assert not (home / CHECKING).exists()


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_what_one_left_that_was_killed_goes_with_the_next(home: Path, other: subprocess.Popen[str]) -> None:
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    (home / CHECKING / "of-an-older-version.db").touch()
    other.kill()
    other.wait()
    with cleaning.scratch(find(str(home)), CHECKING) as ours:
        assert [one for one in (home / CHECKING).iterdir() if one.stem != ours.name] == []
        assert not theirs.exists()
    assert not (home / CHECKING).exists()
