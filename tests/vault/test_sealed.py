"""Sealing for one reader, and signing: with the `age` program beside, where it is installed."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from lsa_tui.errors import BadInput, Locked
from lsa_tui.vault import sealed
from lsa_tui.vault.sealed import Identity, NotForThisKey

PASSPHRASE = "four blue kites"
TEXT = b"CANARY-ORCHID" * 20

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")


@pytest.fixture(scope="module")
def identity() -> Identity:
    return sealed.new_identity()


@pytest.fixture(scope="module")
def protected(identity: Identity) -> bytes:
    return sealed.protect(identity, PASSPHRASE)


def test_only_its_reader_opens_what_is_sealed(identity: Identity) -> None:
    blob = sealed.seal(TEXT, identity.public.recipient)
    assert sealed.unseal(blob, identity) == TEXT
    assert b"CANARY" not in blob
    with pytest.raises(NotForThisKey):
        sealed.unseal(blob, sealed.new_identity())


def test_nothing_altered_or_cut_is_believed(identity: Identity) -> None:
    blob = sealed.seal(TEXT, identity.public.recipient)
    for place in range(0, len(blob), 7):
        broken = bytearray(blob)
        broken[place] ^= 1
        for bad in (bytes(broken), blob[:place]):
            with pytest.raises(NotForThisKey):
                sealed.unseal(bad, identity)


def test_the_key_comes_back_with_its_passphrase_alone(identity: Identity, protected: bytes) -> None:
    assert sealed.unprotect(protected, PASSPHRASE) == identity
    assert b"AGE-SECRET-KEY" not in protected
    with pytest.raises(Locked, match="passphrase"):
        sealed.unprotect(protected, "another one")
    with pytest.raises(BadInput, match="dsl key"):
        sealed.unprotect(b"something else", PASSPHRASE)


def test_a_key_of_the_age_program_alone_cannot_sign_so_it_is_refused() -> None:
    import pyrage

    plain = f"{pyrage.x25519.Identity.generate()}\n".encode()
    with pytest.raises(BadInput, match="lsa dsl key"):
        sealed.unprotect(pyrage.passphrase.encrypt(plain, PASSPHRASE), PASSPHRASE)


@needs_age
def test_the_age_program_asks_for_the_passphrase_and_opens_the_file(
    identity: Identity, protected: bytes, tmp_path: Path
) -> None:
    (tmp_path / "key.age").write_bytes(protected)
    (tmp_path / "one.age").write_bytes(sealed.seal(TEXT, identity.public.recipient))
    # It asks at the terminal alone, so it gets one.
    child, master = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execvp("age", ["age", "-d", "-i", "key.age", "-o", "out", "one.age"])
    said = os.read(master, 1000)
    assert b"passphrase" in said
    os.write(master, f"{PASSPHRASE}\n".encode())
    try:
        while os.read(master, 1000):
            pass
    except OSError:
        pass  # the other end of the terminal is closed
    assert os.waitpid(child, 0)[1] == 0
    os.close(master)
    assert (tmp_path / "out").read_bytes() == TEXT


@needs_age
def test_the_age_program_opens_with_the_bare_key_and_seals_for_it(identity: Identity, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{identity.secret}\n")
    blob = sealed.seal(TEXT, identity.public.recipient)
    age = ["age", "-d", "-i", str(tmp_path / "key")]
    assert subprocess.run(age, input=blob, capture_output=True, check=True).stdout == TEXT
    theirs = subprocess.run(["age", "-r", identity.public.recipient], input=TEXT, capture_output=True, check=True)
    assert sealed.unseal(theirs.stdout, identity) == TEXT


def test_a_fingerprint_is_compared_whole_but_not_its_blanks(identity: Identity) -> None:
    mine = identity.public.fingerprint
    assert len(mine) == 39
    assert sealed.same_fingerprint(mine, mine.upper().replace(" ", "-"))
    assert sealed.same_fingerprint(mine, mine.replace(" ", ""))
    assert not sealed.same_fingerprint(mine, mine[:-1])
    assert not sealed.same_fingerprint(mine, "")
    other = sealed.new_identity().public
    assert mine != other.fingerprint
    # Both keys are in it: another's verifying key under this recipient is another fingerprint.
    assert sealed.Public(identity.public.recipient, other.verify).fingerprint != mine


def test_public_keys_are_checked(identity: Identity) -> None:
    public = identity.public
    assert sealed.public(f" {public.recipient} ", public.verify) == public
    for recipient, verify in (("age1no", public.verify), (public.recipient, "no"), (public.recipient, "AAAA")):
        with pytest.raises(BadInput, match="public keys"):
            sealed.public(recipient, verify)


def test_a_receipt_holds_only_as_it_was_signed(identity: Identity) -> None:
    facts = {"id": "a", "digest": "b", "at": "2026-11-24T13:05:00+00:00"}
    line = sealed.signed(facts, identity)
    assert sealed.checked(line, identity.public.verify) == facts
    for name in (*facts, "signature"):
        altered = {**json.loads(line), name: "c"}
        assert sealed.checked(json.dumps(altered).encode(), identity.public.verify) is None
    assert sealed.checked(line, sealed.new_identity().public.verify) is None
    for bad in (b"", b"[]", b"{}", b"\xff", b"1", line[:-5], b'{"signature": 1}'):
        assert sealed.checked(bad, identity.public.verify) is None


def test_no_error_can_show_the_secret(identity: Identity) -> None:
    assert identity.secret not in repr(identity)
    assert identity.secret not in str([identity])
