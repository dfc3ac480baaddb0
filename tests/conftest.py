"""Shared by all tests: nobody's own settings, a home in a temporary folder, and the command line in two ways."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import Ran, RunLsa
from homes import new_book
from lsa_tui.cli.main import main
from lsa_tui.daybook.book import Book
from lsa_tui.vault import keyfile
from postgres import Cluster, why_not

PASSPHRASE = "three green hats"


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's home, clock or colours; a forgotten `--home` lands in the temporary folder."""
    for name in ("LSA_HOME", "LSA_NOW", "LSA_SHARED_PASSPHRASE", "LSA_DSL_PASSPHRASE", "LSA_PIN", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    # Homes that commands set up are encrypted, as anybody's are. In this process a passphrase is stretched but a
    # little; what commands run as processes of their own do is what they always do.
    monkeypatch.setenv("LSA_PASSPHRASE", PASSPHRASE)
    monkeypatch.setitem(keyfile.ARGON2, "memory_kib", 64)
    monkeypatch.setitem(keyfile.ARGON2, "passes", 1)
    sessions = tmp_path / "runtime"
    sessions.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(sessions))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "usual" / name))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process; databases are made by the tests. Skips where it is not installed."""
    if reason := why_not():
        pytest.skip(reason)
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def book(home: Path) -> Iterator[Book]:
    """LSA JT's, plain and open: K7 with T1 and the default tiles."""
    made = new_book(home)
    yield made
    made.close()


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The place of a shared file that nobody has made yet."""
    folder = tmp_path / "share"
    folder.mkdir()
    return folder / "school.db"


@pytest.fixture
def run_lsa(home: Path) -> RunLsa:
    """Runs a command in this process, on `home` where no other is named."""

    def run(*args: str, stdin: bytes | None = None) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        given = list(args) if any(one.startswith("--home") for one in args) else ["--home", str(home), *args]
        before = sys.stdin
        if stdin is not None:
            sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main(given)
        finally:
            sys.stdin = before
        return Ran(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def run_process(home: Path) -> RunLsa:
    """Runs a command as a process of its own, as people and scripts do."""

    def run(*args: str | bytes, stdin: bytes | None = None, env: dict[str, str] | None = None, **more: Any) -> Ran:
        told = any(one in ("--home", b"--home") for one in args)
        given = list(args) if told else ["--home", str(home), *args]
        done = subprocess.run(
            [sys.executable, "-m", "lsa_tui", *given],
            input=stdin if stdin is not None else b"",
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=120,
            check=False,
            **more,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
