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
        assert lock_test.answer(file, code).works
    assert shared.read_bytes() == b"not to be touched"
    assert [one.name for one in shared.parent.iterdir()] == ["school.db"], "nothing is left of it"


def test_both_ends_on_one_machine_are_known_as_such(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two windows were told that the locks of the share work."""
    with another_machine(file) as code:
        assert lock_test.answer(file, code) == lock_test.Found(works=True, alone=True)
        monkeypatch.setattr("platform.node", lambda: "another-laptop")
        assert lock_test.answer(file, code) == lock_test.Found(works=True, alone=False)
        monkeypatch.setattr(lock_test, "_BOOT", file.with_name("no such file"))  # no Linux
        assert lock_test.machine() == lock_test.machine()
        assert lock_test.answer(file, code) == lock_test.Found(works=True, alone=False)


def test_the_test_of_an_earlier_program_is_understood(file: Path) -> None:
    """Which writes its code alone; and what a kill left of it is begun anew."""
    with lock_test._opened(file, "rwc", "") as db:
        db.connection().execute("CREATE TABLE lock_test (code TEXT)")
        db.connection().execute("INSERT INTO lock_test VALUES ('4711')")
    assert lock_test.answer(file, "4711") == lock_test.Found(works=False, alone=False)
    with another_machine(file) as code:
        assert lock_test.answer(file, code).works


@pytest.mark.parametrize("which", ["first", "second"])
def test_where_locks_do_not_work_that_is_seen(file: Path, which: str) -> None:
    with another_machine(file, "unix-none" if which == "first" else "") as code:
        assert not lock_test.answer(file, code, "unix-none" if which == "second" else "").works


def test_a_lock_that_the_first_has_let_go_is_no_proof(file: Path) -> None:
    with another_machine(file) as code:
        pass
    with pytest.raises(LsaError, match=f"no lock test with the code {code} is seen"):
        lock_test.answer(file, code)


def test_another_code_is_another_test(file: Path) -> None:
    with another_machine(file) as code, pytest.raises(LsaError, match="holds another folder"):
        lock_test.answer(file, str(int(code) - 1))


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
        assert lock_test.answer(file, code).works


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
