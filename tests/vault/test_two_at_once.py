"""Two programs that change the key of one home at once: the later one is refused, and the home opens as before."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from commands import RunLsa, refused
from conftest import PASSPHRASE
from homes import new_book
from lsa_tui.daybook import notes, opening, pupils
from lsa_tui.errors import LsaError
from lsa_tui.paths import find
from lsa_tui.vault import change
from lsa_tui.vault import home as vault_home

Started = subprocess.Popen[str]


@pytest.fixture
def lsa(run_lsa: RunLsa) -> RunLsa:
    """An encrypted home with a note."""
    assert run_lsa("init", "--initials", "JT").code == 0
    run_lsa("pupil", "add", "K7")
    run_lsa("note", "Sat")
    return run_lsa


@pytest.fixture
def start(home: Path) -> Callable[..., Started]:
    def begun(*words: str, **env: str) -> Started:
        return subprocess.Popen(
            [sys.executable, "-m", "lsa_tui", "--home", str(home), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **env},
        )

    return begun


class Waiting:
    """A passphrase file that is written when the test says so: as somebody who sits at the prompt."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "typed-later"
        os.mkfifo(self.place)

    def until_read(self, words: str, process: Started, meanwhile: Callable[[], None]) -> tuple[int, str]:
        """Does `meanwhile` once the process waits for its passphrase, then types it."""
        with self.place.open("w") as file:  # opens when the other end does
            meanwhile()
            file.write(f"{words}\n")
        _, err = process.communicate(timeout=60)
        return process.returncode, err


def test_a_key_that_is_in_force_no_more_changes_nothing(lsa: RunLsa, home: Path) -> None:
    paths = find(str(home))
    old = vault_home.key_of(paths, PASSPHRASE)
    change.rekey(paths, old, PASSPHRASE)
    before = (home / "key.json").read_bytes()
    with pytest.raises(LsaError, match="changed meanwhile"):
        change.rekey(paths, old, PASSPHRASE)
    assert (home / "key.json").read_bytes() == before
    assert "Sat" in lsa("log").out


def test_of_two_changes_of_the_key_at_once_one_is_done(lsa: RunLsa, home: Path, start: Callable[..., Started]) -> None:
    both = [start("key", "rekey"), start("key", "rekey")]
    said = [(*one.communicate(timeout=60), one.returncode) for one in both]
    assert 0 in [code for *_, code in said], said
    assert "Traceback" not in "".join(err for _, err, _ in said)
    assert "Sat" in lsa("log").out
    keys = vault_home.read_key_file(find(str(home)))
    assert any(keys.unlock(out.split()[-1]) for out, _, code in said if code == 0), "its recovery key opens"


@pytest.mark.skipif(os.name != "posix", reason="waits at a pipe")
def test_who_waits_for_a_passphrase_to_encrypt_with_finds_it_done(
    run_lsa: RunLsa, home: Path, tmp_path: Path, start: Callable[..., Started]
) -> None:
    book = new_book(home)
    notes.note(book, "Sat")
    book.close()
    waiting = Waiting(tmp_path)
    late = start("key", "encrypt", "--passphrase-file", str(waiting.place))
    code, err = waiting.until_read("other horse staple", late, lambda: run_lsa("key", "encrypt", "--json").json)
    assert (code, "encrypted by another program" in err) == (1, True), err
    assert "Sat" in run_lsa("log").out
    assert run_lsa("doctor").code == 0


@pytest.mark.skipif(os.name != "posix", reason="waits at a pipe")
@pytest.mark.parametrize("words", ["passphrase", "rekey"])
def test_who_waits_for_a_new_passphrase_finds_another_key(
    lsa: RunLsa, home: Path, tmp_path: Path, start: Callable[..., Started], words: str
) -> None:
    waiting = Waiting(tmp_path)
    late = start("key", words, "--new-passphrase-file", str(waiting.place))
    made: list[str] = []
    code, err = waiting.until_read(
        "other horse staple", late, lambda: made.append(lsa("key", "rekey", "--json").json["recovery_key"])
    )
    assert (code, "changed meanwhile" in err) == (1, True), err
    paths = find(str(home))
    assert vault_home.key_of(paths, PASSPHRASE) == vault_home.key_of(paths, made[0])
    assert "Sat" in lsa("log").out


def test_a_command_waits_while_the_key_is_changed_and_says_what_it_waits_for(
    lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_home, "PATIENCE", 0.1)
    with FileLock(home / "key.lock", mode=0o600):
        refused(lsa("key", "recovery"), "is being changed just now", code=1)
    monkeypatch.setattr(vault_home, "PATIENCE", 10.0)
    held = FileLock(home / "key.lock", mode=0o600, thread_local=False)
    held.acquire()
    threading.Timer(0.3, held.release).start()
    assert lsa("key", "recovery").code == 0


def test_commands_go_on_while_the_key_is_changed(lsa: RunLsa, start: Callable[..., Started]) -> None:
    changing = start("key", "rekey")
    done = []
    while changing.poll() is None:
        done.append(lsa("note", f"Stood {len(done)}"))
    # Where a command held the records just then, the next one completes it.
    assert changing.returncode == 0 or "another program" in changing.communicate()[1]
    assert {one.code for one in done} == {0}, done
    assert lsa("log").out.count("Stood ") == len(done)


def test_a_home_made_in_passing_stays_where_another_command_has_recorded_something(
    home: Path, run_process: RunLsa
) -> None:
    opened = opening.open_home(find(str(home)))
    assert run_process("pupil", "add", "K7").code == 0
    opening.unmake(opened.book, settings_were=False)
    opened.book.close()
    assert "K7" in run_process("pupil", "list").out


def test_a_home_made_in_passing_goes_where_nothing_is_in_it_and_who_has_it_open_is_told(home: Path) -> None:
    opened = opening.open_home(find(str(home)))
    other = opening.open_home(find(str(home)))
    opening.unmake(opened.book, settings_were=False)
    with pytest.raises(LsaError, match="taken away"):
        pupils.add(other.book, "K7")
    other.book.close()
    assert not [one.name for one in home.iterdir() if one.name.startswith(("records.db", "key"))]
