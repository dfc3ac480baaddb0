"""The test of locks between two machines: two processes here, with locks that work and with locks that do not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lsa_tui.errors import BadInput, LsaError, SyncIncomplete
from lsa_tui.sync import lock_test

HOLDS = """
import sys
from pathlib import Path
from lsa_tui.sync import lock_test
with lock_test.holding(Path(sys.argv[1]), sys.argv[2]) as code:
    print(code, flush=True)
    sys.stdin.readline()
"""

Holding = Callable[..., contextmanager]


@pytest.fixture
def file(shared: Path) -> Path:
    return lock_test.place(f"sqlite:///{shared}")


@contextmanager
def another_machine(file: Path, vfs: str = "") -> Iterator[str]:
    """Another process that holds the lock; gives its code."""
    told = [sys.executable, "-c", HOLDS, str(file), vfs]
    with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate("\n", timeout=30)
    assert process.returncode == 0


def test_where_locks_work_the_second_is_refused(file: Path, shared: Path) -> None:
    shared.write_bytes(b"not to be touched")
    with another_machine(file) as code:
        assert lock_test.refused(file, code)
    assert shared.read_bytes() == b"not to be touched"
    assert [one.name for one in shared.parent.iterdir()] == ["school.db"], "nothing is left of it"


@pytest.mark.parametrize("which", ["first", "second"])
def test_where_locks_do_not_work_that_is_seen(file: Path, which: str) -> None:
    with another_machine(file, "unix-none" if which == "first" else "") as code:
        assert not lock_test.refused(file, code, "unix-none" if which == "second" else "")


def test_a_lock_that_the_first_has_let_go_is_no_proof(file: Path) -> None:
    with another_machine(file) as code:
        pass
    with pytest.raises(LsaError, match=f"no lock test with the code {code} is seen"):
        lock_test.refused(file, code)


def test_another_code_is_another_test(file: Path) -> None:
    with another_machine(file) as code, pytest.raises(LsaError, match="holds another folder"):
        lock_test.refused(file, str(int(code) - 1))


def test_two_first_machines(file: Path) -> None:
    with (
        another_machine(file),
        pytest.raises(SyncIncomplete, match="held by another lock test"),
        lock_test.holding(file),
    ):
        pass


def test_what_a_killed_test_left_is_used_again(file: Path) -> None:
    told = [sys.executable, "-c", HOLDS, str(file), ""]
    with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.kill()
    assert file.exists()
    with another_machine(file) as code:
        assert lock_test.refused(file, code)


def test_other_kinds_need_none_and_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="each device writes files of its own"):
        lock_test.place(f"folder:///{tmp_path}")
    with pytest.raises(BadInput, match="the server keeps the locks itself"):
        lock_test.place("postgresql://jt:secret@db/records")
    with pytest.raises(SyncIncomplete, match="is not there"):
        lock_test.place(f"sqlite:///{tmp_path}/away/school.db")
    with pytest.raises(BadInput, match="Dropbox copies"):
        lock_test.place(f"sqlite:///{tmp_path}/Dropbox/school.db")


def test_a_file_of_another_program_is_left_alone(file: Path) -> None:
    file.write_bytes(b"something else" * 100)
    with pytest.raises(SyncIncomplete, match=r"lock-test: it is damaged, or no database"), lock_test.holding(file):
        pass
    assert file.read_bytes() == b"something else" * 100
