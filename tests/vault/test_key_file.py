"""The key file: ways in, ways that stay shut, and damage of every kind."""

from __future__ import annotations

import json
import random

import pytest

from lsa_tui.errors import LsaError, NewerDatabase
from lsa_tui.paths import Paths, find
from lsa_tui.vault import cipher, home
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile

WORDS = "three green hats"


@pytest.fixture
def paths(tmp_path) -> Paths:
    return find(str(tmp_path / "home"))


def test_the_passphrase_and_the_recovery_key_open_and_nothing_else_does(paths: Paths) -> None:
    made = home.create(paths, WORDS)
    assert home.key_of(paths, WORDS) == made.key
    assert home.key_of(paths, made.recovery) == made.key
    assert home.key_of(paths, made.recovery.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == made.key
    keys = home.read_key_file(paths)
    for wrong in ("", WORDS + " ", WORDS.upper(), made.recovery[:-1] + ("0" if made.recovery[-1] != "0" else "2")):
        assert keys.unlock(wrong) is None


def test_one_letter_in_two_unicode_forms_is_one_letter(paths: Paths) -> None:
    made = home.create(paths, "caf\u00e9 au lait")
    assert home.key_of(paths, "cafe\u0301 au lait") == made.key


def test_a_short_passphrase_is_refused_and_leaves_nothing(paths: Paths) -> None:
    with pytest.raises(LsaError, match="at least 8"):
        home.create(paths, "hats")
    assert home.state(paths) == "new"


def test_what_stretching_costs_is_stored_and_can_grow(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    made = home.create(paths, WORDS)
    from lsa_tui.vault import keyfile

    monkeypatch.setitem(keyfile.ARGON2, "memory_kib", 128)
    monkeypatch.setitem(keyfile.ARGON2, "passes", 2)
    assert home.key_of(paths, WORDS) == made.key
    keys = home.read_key_file(paths)
    keys.add_passphrase(made.key, WORDS)
    assert keys.of_kind("passphrase")[0]["kdf"]["memory_kib"] == 128
    assert keys.unlock(WORDS) == made.key


def test_what_is_shipped_is_argon2id_with_64_mib_and_3_passes() -> None:
    import subprocess
    import sys

    said = subprocess.run(
        [sys.executable, "-c", "from lsa_tui.vault.keyfile import ARGON2; print(ARGON2)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip() == str({"name": "argon2id", "memory_kib": 65536, "passes": 3, "lanes": 4})


def test_neither_key_nor_passphrase_nor_recovery_key_stands_in_the_file(paths: Paths) -> None:
    import base64

    made = home.create(paths, WORDS)
    for place in (paths.key, paths.key_copy):
        data = place.read_bytes()
        for secret in (WORDS.encode(), made.recovery.encode(), made.recovery.replace("-", "").encode()):
            assert secret not in data
        assert made.key not in data
        assert made.key.hex().encode() not in data
        assert base64.b64encode(made.key) not in data


def test_a_slot_opens_for_its_own_store_alone(paths: Paths) -> None:
    made = home.create(paths, WORDS)
    other = KeyFile.new(made.key)
    other.slots = home.read_key_file(paths).slots
    assert other.unlock(WORDS) is None


def test_cut_at_every_byte_it_is_never_believed_and_the_copy_opens(paths: Paths) -> None:
    made = home.create(paths, WORDS)
    whole = paths.key.read_bytes()
    for length in range(len(whole)):
        paths.key.write_bytes(whole[:length])
        with pytest.raises(DamagedKeyFile):
            KeyFile.read(paths.key)
    assert home.key_of(paths, WORDS) == made.key
    assert paths.key.read_bytes() == whole, "mended from its copy"


def test_an_altered_byte_is_never_believed(paths: Paths) -> None:
    home.create(paths, WORDS)
    whole = paths.key.read_bytes()
    chance = random.Random(3)
    for _ in range(200):
        place = chance.randrange(len(whole))
        data = bytearray(whole)
        data[place] ^= 1 << chance.randrange(8)
        paths.key.write_bytes(data)
        with pytest.raises(DamagedKeyFile):
            KeyFile.read(paths.key)


def test_a_lost_copy_is_written_again_and_both_lost_is_a_sentence(paths: Paths) -> None:
    made = home.create(paths, WORDS)
    paths.key_copy.unlink()
    assert home.key_of(paths, WORDS) == made.key
    assert paths.key_copy.read_bytes() == paths.key.read_bytes()
    paths.key.unlink()
    paths.key_copy.write_bytes(b"{")
    with pytest.raises(LsaError, match=r"gone or damaged.*Nothing was changed"):
        home.read_key_file(paths)
    assert paths.key_copy.read_bytes() == b"{"


def test_one_of_a_newer_program_is_left_alone(paths: Paths) -> None:
    home.create(paths, WORDS)
    body = json.dumps({**json.loads(paths.key.read_text().rpartition("\n# ")[0]), "format": 99})
    newer = f"{body}\n# {cipher.digest(body.encode())}\n"
    paths.key.write_text(newer)
    with pytest.raises(NewerDatabase, match="update"):
        home.read_key_file(paths)
    assert paths.key.read_text() == newer
