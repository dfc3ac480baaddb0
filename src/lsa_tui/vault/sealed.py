"""What is sealed for one reader alone: files in age's format (X25519), and signatures (Ed25519) that answer them.

A reader's identity is a standard age identity, protected by a passphrase in age's own way, so that the `age` program
opens what is sealed here without this program: `age -d -i IDENTITY FILE`. The key that signs stands in it as a comment.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsa_tui.errors import BadInput, Locked, LsaError

_SECRET = "AGE-SECRET-KEY-1"
_SIGNS = "# signs: "
_PURPOSE = b"lsa-tui sealed receipt 1\n"
"""Before everything that is signed, so that no signature can be used for anything else."""


class NotForThisKey(LsaError):
    """A sealed file that this key does not open: sealed for another, or damaged."""

    code = "not_for_this_key"


@dataclass(frozen=True)
class Public:
    """What everybody may know of a reader: `recipient` (age's form) to seal to, `verify` (base64) to check with."""

    recipient: str
    verify: str

    @property
    def fingerprint(self) -> str:
        """Of both keys together, 128 bits as eight groups of four hexadecimal digits: short enough to read aloud."""
        digest = hashlib.sha256(f"lsa-tui reader 1\n{self.recipient}\n{self.verify}\n".encode()).hexdigest()[:32]
        return " ".join(digest[n : n + 4] for n in range(0, 32, 4))


@dataclass(frozen=True, repr=False)
class Identity:
    """The secret half. Its `repr` shows nothing, so that no error can."""

    secret: str
    seed: bytes

    @property
    def public(self) -> Public:
        """What may be published of it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        verify = _signer(self.seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Public(str(_age_identity(self.secret).to_public()), base64.b64encode(verify).decode())


def new_identity() -> Identity:
    """A reader's new keys."""
    import os

    import pyrage  # 20 ms of native code that only sealing needs

    return Identity(str(pyrage.x25519.Identity.generate()), os.urandom(32))


def protect(identity: Identity, passphrase: str) -> bytes:
    """The identity as a file: armoured, encrypted with the passphrase by age's scrypt. Takes a second or two."""
    import pyrage

    lines = [
        "# lsa-tui: the DSL's key. Whoever has it and its passphrase reads the sealed concerns.",
        f"# public key: {identity.public.recipient}",
        f"{_SIGNS}{base64.b64encode(identity.seed).decode()}",
        identity.secret,
    ]
    protected: bytes = pyrage.passphrase.encrypt("\n".join([*lines, ""]).encode(), passphrase, armored=True)
    return protected


def unprotect(protected: bytes, passphrase: str) -> Identity:
    """The identity of a file. Raises Locked for a wrong passphrase, BadInput for a file that is no such identity."""
    import pyrage

    if not protected.lstrip().startswith((b"-----BEGIN AGE ENCRYPTED FILE-----", b"age-encryption.org/")):
        raise BadInput("that file is not a passphrase-protected key; `lsa dsl key` makes one")
    try:
        plain = pyrage.passphrase.decrypt(protected, passphrase).decode()
    except (pyrage.DecryptError, UnicodeDecodeError) as problem:
        if "xcessive work" in str(problem):
            raise LsaError(
                "the DSL's key was made on a much faster computer than this one; open it there, or with the age program"
            ) from None
        raise Locked(
            "that is not the passphrase of the DSL's key (or its file is damaged); nothing was opened"
        ) from None
    secret = next((line for line in plain.splitlines() if line.startswith(_SECRET)), "")
    signs = next((line for line in plain.splitlines() if line.startswith(_SIGNS)), "")
    try:
        seed = base64.b64decode(signs.removeprefix(_SIGNS), validate=True)
    except binascii.Error:
        seed = b""
    if not secret or len(seed) != 32:
        raise BadInput("that file holds no key made by `lsa dsl key`; nothing was opened")
    return Identity(secret, seed)


def public(recipient: str, verify: str) -> Public:
    """Both public keys, checked. Raises BadInput where one is none."""
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(recipient.strip())
        if len(base64.b64decode(verify.strip(), validate=True)) != 32:
            raise ValueError
    except (pyrage.RecipientError, binascii.Error, ValueError):
        raise BadInput("these are not the public keys of a DSL; `lsa dsl key --json` prints them") from None
    return Public(recipient.strip(), verify.strip())


def same_fingerprint(one: str, other: str) -> bool:
    """Whether two fingerprints are the same but for blanks, dashes, colons and capitals; never a part of one."""
    return hmac.compare_digest(_bare(one), _bare(other))


def _bare(fingerprint: str) -> bytes:
    return "".join(one for one in fingerprint.lower() if one not in " \t\n-:").encode()


def seal(plain: bytes, recipient: str) -> bytes:
    """`plain` so that only the recipient's identity opens it; not even who sealed it."""
    import pyrage

    sealed: bytes = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(recipient)])
    return sealed


def unseal(sealed: bytes, identity: Identity) -> bytes:
    """What was sealed. Raises NotForThisKey where it is for another key, cut or altered."""
    import pyrage

    try:
        plain: bytes = pyrage.decrypt(sealed, [_age_identity(identity.secret)])
    except pyrage.DecryptError:
        raise NotForThisKey("this was sealed for another key, or it is damaged") from None
    return plain


def is_sealed(content: bytes) -> bool:
    """Whether a file begins as every sealed one does, whoever it is for."""
    return content.startswith(b"age-encryption.org/v1\n")


def digest(sealed: bytes) -> str:
    """What a receipt says of a sealed file: its SHA-256."""
    return hashlib.sha256(sealed).hexdigest()


def signed(facts: Mapping[str, Any], identity: Identity) -> bytes:
    """Facts as one JSON line with the reader's signature."""
    signature = _signer(identity.seed).sign(_PURPOSE + _canonical(facts))
    return _canonical({**facts, "signature": base64.b64encode(signature).decode()}) + b"\n"


def checked(line: bytes, verify: str) -> dict[str, Any] | None:
    """The facts of a signed line; None where the signature is not by that key, or anything in it was altered."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        facts = json.loads(line)
        signature = base64.b64decode(facts.pop("signature"), validate=True)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(verify, validate=True))
        key.verify(signature, _PURPOSE + _canonical(facts))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidSignature):
        return None
    return dict(facts)


def _canonical(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _signer(seed: bytes) -> Any:
    # 30 ms that nobody pays who does not sign.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


def _age_identity(secret: str) -> Any:
    import pyrage

    return pyrage.x25519.Identity.from_str(secret)
