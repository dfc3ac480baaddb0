"""The system's store of passwords as a way in: a real backend of `keyring`, kept in a file (no desktop is here)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from commands import RunLsa, refused
from lsa_tui.paths import find


class InAFile(KeyringBackend):
    """What a desktop's store does, in a file."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file

    def _all(self) -> dict[str, str]:
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.file.write_text(json.dumps({**self._all(), f"{service} {username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        left = self._all()
        del left[f"{service} {username}"]
        self.file.write_text(json.dumps(left))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    before = keyring.get_keyring()
    file = tmp_path / "keyring.json"
    keyring.set_keyring(InAFile(file))
    yield file
    keyring.set_keyring(before)


@pytest.fixture
def lsa(run_lsa: RunLsa) -> RunLsa:
    assert run_lsa("init", "--initials", "JT").code == 0
    return run_lsa


def test_it_opens_without_a_passphrase_until_it_is_removed(
    lsa: RunLsa, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lsa("key", "keyring").code == 0
    with monkeypatch.context() as away:
        away.delenv("LSA_PASSPHRASE")
        assert lsa("doctor").code == 0
        store.write_text("{}")
        refused(lsa("doctor"), code=3)
    assert lsa("key", "keyring").code == 0
    assert lsa("key", "keyring", "--remove").code == 0
    assert json.loads(store.read_text()) == {}
    monkeypatch.delenv("LSA_PASSPHRASE")
    refused(lsa("doctor"), code=3)


def test_with_a_pin_both_are_needed(lsa: RunLsa, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_PIN", "2468")
    assert lsa("key", "keyring", "--pin").code == 0
    monkeypatch.delenv("LSA_PASSPHRASE")
    assert lsa("doctor").code == 0
    monkeypatch.setenv("LSA_PIN", "2469")
    refused(lsa("doctor"), "PIN", code=3)
    monkeypatch.delenv("LSA_PIN")
    refused(lsa("doctor"), code=3)
    monkeypatch.setenv("LSA_PIN", "2468")
    store.write_text("{}")
    refused(lsa("doctor"), code=3)


def test_a_pin_that_is_short_or_a_system_without_a_store_is_said(
    lsa: RunLsa, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyring.backends import fail

    monkeypatch.setenv("LSA_PIN", "246")
    refused(lsa("key", "keyring", "--pin"), "4 to 12 digits")
    keyring.set_keyring(fail.Keyring())
    refused(lsa("key", "keyring"), "no store of passwords", code=1)
    assert lsa("doctor").code == 0


class Shut(InAFile):
    """A store that is locked."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("the collection is locked")


@pytest.mark.parametrize("which", ["shut", "one that keeps nothing"])
def test_a_store_that_keeps_nothing_is_said(lsa: RunLsa, home: Path, store: Path, which: str) -> None:
    from keyring.backends import null

    before = (home / "key.json").read_bytes()
    keyring.set_keyring(Shut(store) if which == "shut" else null.Keyring())
    refused(lsa("key", "keyring"), "does not keep a key", code=1)
    assert (home / "key.json").read_bytes() == before


def test_a_new_key_ends_it_and_says_so(lsa: RunLsa, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lsa("key", "keyring").code == 0
    assert "no longer opens it; `lsa key keyring`" in lsa("key", "rekey").out
    assert json.loads(store.read_text()) == {}
    assert "keyring" not in lsa("key", "rekey").out
    monkeypatch.delenv("LSA_PASSPHRASE")
    refused(lsa("doctor"), code=3)


def test_a_wrong_pin_says_how_the_passphrase_opens(lsa: RunLsa, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_PIN", "2468")
    assert lsa("key", "keyring", "--pin").code == 0
    monkeypatch.setenv("LSA_PIN", "2469")
    with monkeypatch.context() as away:
        away.delenv("LSA_PASSPHRASE")
        refused(lsa("doctor"), "not the PIN", "LSA_PASSPHRASE", "--passphrase-file", code=3)
    assert lsa("doctor").code == 0


def test_where_the_key_file_cannot_be_written_the_old_secret_opens_as_before(
    lsa: RunLsa, home: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lsa("key", "keyring").code == 0
    before = store.read_text()
    copy = find(str(home)).key_copy
    copy.unlink()
    (copy / "in the way").mkdir(parents=True)
    refused(lsa("key", "keyring"), "could not be written", code=1)
    assert store.read_text() == before
    monkeypatch.delenv("LSA_PASSPHRASE")
    assert lsa("log").code == 0
