"""What was interrupted is gone on with under the same key, and said: nobody has seen the recovery key of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from commands import RunLsa, refused
from conftest import PASSPHRASE
from homes import new_book
from lsa_tui.daybook import notes
from lsa_tui.paths import find
from lsa_tui.vault import cipher
from lsa_tui.vault import home as vault_home

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")

# `cipher.replace` is called once for each file; the process is killed before the N-th one, or behind the last.
CHANGING = """
import os, signal, sys
from lsa_tui.vault import change, cipher, home, keyfile
keyfile.ARGON2.update(memory_kib=64, passes=1)
from lsa_tui.cli.main import main
left = int(sys.argv[1])
replace, finish = cipher.replace, change._finish
def counted(*args):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*args)
def finished(*args):
    finish(*args)
    os.kill(os.getpid(), signal.SIGKILL)
cipher.replace, change._finish = counted, finished
main(sys.argv[2:])
"""

# Killed at its N-th write to a file, or to the database.
MAKING = """
import os, signal, sys
from lsa_tui.vault import keyfile
keyfile.ARGON2.update(memory_kib=64, passes=1)
import peewee
from lsa_tui.cli.main import main
left = int(sys.argv[1])
execute, replace = peewee.Database.execute_sql, os.replace
def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def executed(self, sql, *args, **more):
    step()
    return execute(self, sql, *args, **more)
def replaced(*args, **more):
    step()
    return replace(*args, **more)
peewee.Database.execute_sql, os.replace = executed, replaced
sys.exit(main(sys.argv[2:]))
"""


def run(script: str, home: Path, step: int, *words: str) -> int:
    """The exit code; negative where it was killed."""
    command = [sys.executable, "-c", script, str(step), "--home", str(home), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done
    return done.returncode


def findings(done: object) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads(done.out)["findings"]}  # type: ignore[attr-defined]


@pytest.fixture
def plain(home: Path) -> Path:
    """A plain home with a note and two copies; encrypting it is killed when one of them is done."""
    book = new_book(home)
    notes.note(book, "Sat")
    for n in range(2):
        book.store.backup(book.paths.backups, f"before-sync-{n}.db")
    book.close()
    return home


def test_encrypting_goes_on_with_the_key_it_was_begun_with(
    plain: Path, run_lsa: RunLsa, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(CHANGING, plain, 2, "key", "encrypt") < 0
    copies = sorted((plain / "backups").glob("*.db"))
    assert [cipher.is_plain(one) for one in copies].count(True) == 1
    assert "interrupted" in run_lsa("log").err
    done = run_lsa("doctor", "--json")
    found = findings(done)
    assert (done.code, "interrupted" in str(found["encryption"]["says"])) == (1, True)
    assert not [one for one in found.values() if one["repair"]], "no copy is taken for a damaged one"
    monkeypatch.setenv("LSA_PASSPHRASE", "another passphrase")
    refused(run_lsa("key", "encrypt"), "the passphrase it was begun with", code=3)
    monkeypatch.setenv("LSA_PASSPHRASE", PASSPHRASE)
    made = run_lsa("key", "encrypt", "--json").json["recovery_key"]
    key = vault_home.key_of(find(str(plain)), made)
    assert all(cipher.opens(one, key) for one in sorted((plain / "backups").glob("*.db")))
    assert run_lsa("doctor").code == 0


@pytest.mark.parametrize("step", [1, 3, 99])
@pytest.mark.parametrize("how", ["rekey", "encrypt"])
def test_what_the_next_opening_completes_is_said_and_written_down(
    run_lsa: RunLsa, home: Path, how: str, step: int
) -> None:
    if how == "rekey":
        run_lsa("init", "--initials", "JT")
        run_lsa("pupil", "add", "K7")
        assert "recovery" not in findings(run_lsa("doctor", "--json"))
    else:
        new_book(home).close()
        step = 99
    assert run(CHANGING, home, step, "key", how) < 0
    done = run_lsa("log")
    assert (done.code, "lsa key recovery" in done.err) == (0, True), done
    did = {"rekey": "changed the key", "encrypt": "encrypted this home"}[how]
    assert did in run_lsa("audit").out
    assert run_lsa("log").err == ""
    assert "NOBODY HAS IT" in str(findings(run_lsa("doctor", "--json"))["recovery"]["says"])
    made = run_lsa("key", "recovery", "--json").json["recovery_key"]
    assert vault_home.key_of(find(str(home)), made)
    assert "recovery" not in findings(run_lsa("doctor", "--json"))


@pytest.mark.parametrize("how", [("--plain",), ()])
def test_a_home_whose_making_was_killed_anywhere_works(run_lsa: RunLsa, tmp_path: Path, how: tuple[str, ...]) -> None:
    step, killed = 0, True
    while killed:
        step += 1
        place = tmp_path / f"home-{step}"
        words = ("init", "--initials", "JT", *how)
        killed = run(MAKING, place, step, *words) < 0
        done = run_lsa("--home", str(place), *words)
        assert done.code == 0, (step, done)
        done = run_lsa("--home", str(place), "pupil", "add", "K7")
        assert done.code == 0, (step, done)
        if not how and killed:
            shown = "recovery_key" in run_lsa("--home", str(place), "key", "recovery", "--json").out
            assert shown, step
        if step > 12 and killed:
            step += 4  # what follows is the settings and one table after another
    assert step > 8, "the steps were really steps"


def test_a_home_that_was_half_made_says_that_nobody_has_its_recovery_key(run_lsa: RunLsa, home: Path) -> None:
    vault_home.create(find(str(home)), PASSPHRASE)
    done = run_lsa("init", "--initials", "JT")
    assert (done.code, "lsa key recovery" in done.err) == (0, True), done
    assert "made this home" in run_lsa("audit").out
    assert run_lsa("init").err == ""
