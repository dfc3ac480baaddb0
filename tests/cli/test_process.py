"""As a process of its own: what it loads, odd locales, closed pipes, both names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import RunLsa

HEAVY = (
    "textual",
    "rich",
    "icalendar",
    "dateutil",
    "recurring_ical_events",
    "platformdirs",
    "importlib.metadata",
    "filelock",
)

CHECK = f"""
import sys
sys.argv = ["lsa", *sys.argv[1:]]
from lsa_tui.__main__ import main
code = main()
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print("LOADED", *loaded, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "words", [("tally", "c"), ("trial", "T1", "self"), ("note", "Sat"), ("log",), ("undo",), ("today",), ("keys",)]
)
def test_commands_load_nothing_heavy(lsa: RunLsa, home: Path, words: tuple[str, ...]) -> None:
    lsa("note", "Sat")
    done = subprocess.run(
        [sys.executable, "-c", CHECK, "--home", str(home), *words], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "LOADED"


def test_all_names_of_the_command(lsa: RunLsa, home: Path) -> None:
    folder = Path(sys.executable).parent
    for command in ([folder / "lsa"], [folder / "lsa-tui"], [sys.executable, "-m", "lsa_tui"]):
        done = subprocess.run([*command, "--home", str(home), "tally", "c"], capture_output=True, text=True, check=True)
        assert done.stdout.startswith("K7 Calling out 09:50")


def test_emoji_on_a_terminal_that_knows_ascii_only(lsa: RunLsa, run_process) -> None:
    lsa("note", "Smiled \U0001f600")
    done = run_process("log", env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.code == 0
    assert "\U0001f600" in done.out


@pytest.mark.parametrize("words", [("log",), ("export",), ("nonsense", "--json")])
def test_a_reader_that_went_away_is_no_error(lsa: RunLsa, home: Path, words: tuple[str, ...]) -> None:
    lsa("note", "Sat")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "lsa_tui", "--home", str(home), *words]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert done.stderr == "" or words[0] == "nonsense"


def test_commands_work_beside_each_other(lsa: RunLsa, home: Path) -> None:
    command = [sys.executable, "-m", "lsa_tui", "--home", str(home), "tally", "c"]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(6)]
    assert [one.wait(60) for one in running] == [0] * 6
    assert lsa("tally", "c", "--json").json["today"] == 7
    assert lsa("doctor").code == 0
