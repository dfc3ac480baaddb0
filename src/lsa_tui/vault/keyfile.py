"""The key file: a random database key, wrapped once for each way of getting at it. Plain to read, useless alone.

It also says which store it belongs to and which key is in force, so that a changed key is never taken for damage.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsa_tui.errors import BadInput, LsaError, NewerDatabase
from lsa_tui.paths import write_whole
from lsa_tui.vault import cipher

FORMAT = 1
ARGON2 = {"name": "argon2id", "memory_kib": 65_536, "passes": 3, "lanes": 4}
"""What stretching a passphrase costs. Stored with each slot, so that it can grow without locking anybody out."""
LEAST = 8
"""Characters of a passphrase."""
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECOVERY_LENGTH = 32  # 160 bits

Slot = dict[str, Any]


class DamagedKeyFile(LsaError):
    """A key file that is not whole."""

    code = "damaged_key_file"


@dataclass
class KeyFile:
    """One store's slots. `next` holds the key file that comes into force when a change of key is complete."""

    store: str
    key_id: str
    slots: list[Slot] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    next: KeyFile | None = None

    @classmethod
    def new(cls, key: bytes, store: str | None = None) -> KeyFile:
        """A key file without a slot for `key`, of a new store where none is named."""
        return cls(store or str(uuid.uuid4()), cipher.key_id(key))

    @property
    def generation(self) -> int:
        """Which key of its store this is, counted from 1: a later one was made to replace an earlier one."""
        return int(self.more.get("generation", 1))

    @property
    def key_ids(self) -> set[str]:
        """The names of the keys it holds: of the one in force, and of the one that is to replace it."""
        return {self.key_id} | (self.next.key_ids if self.next else set())

    # Ways in

    def add_passphrase(self, key: bytes, passphrase: str) -> None:
        """Lets `passphrase` open; it replaces the one there was. Raises BadInput for one that is too short."""
        check_passphrase(passphrase)
        self.without("passphrase")
        self.slots.append(self._stretched("passphrase", key, passphrase))

    def add_recovery(self, key: bytes) -> str:
        """A new recovery key (160 random bits in groups of four), which replaces the one there was."""
        letters = "".join(_CROCKFORD[byte % 32] for byte in os.urandom(RECOVERY_LENGTH))
        self.without("recovery")
        self.slots.append(self._stretched("recovery", key, letters))
        return "-".join(letters[n : n + 4] for n in range(0, len(letters), 4))

    def add_secret(self, kind: str, key: bytes, secret: bytes, **more: Any) -> None:
        """A slot for a random secret of 32 bytes, which needs no stretching."""
        self.slots.append({"kind": kind, **more, **self._boxed(kind, key, secret)})

    def without(self, kind: str) -> None:
        """Takes the slots of a kind away."""
        self.slots = [slot for slot in self.slots if slot["kind"] != kind]

    def of_kind(self, kind: str) -> list[Slot]:
        """The slots of a kind."""
        return [slot for slot in self.slots if slot["kind"] == kind]

    def unlock(self, typed: str, kinds: tuple[str, ...] = ("passphrase", "recovery")) -> bytes | None:
        """The key, where what was typed is the word for one of the slots of these kinds; else None."""
        for slot in self.slots:
            if slot["kind"] not in kinds:
                continue
            word = recovery_letters(typed) if slot["kind"] == "recovery" else typed
            if word and (key := self.unlock_slot(slot, word)) is not None:
                return key
        return None

    def unlock_slot(self, slot: Slot, word: str) -> bytes | None:
        """The key of one slot for a typed word, None for a wrong one."""
        return self._unboxed(slot, _stretch(word, slot["kdf"]))

    def unlock_secret(self, slot: Slot, secret: bytes) -> bytes | None:
        """The key of one slot for a random secret, None for a wrong one."""
        return self._unboxed(slot, secret)

    def _stretched(self, kind: str, key: bytes, word: str) -> Slot:
        kdf = {**ARGON2, "salt": _text(os.urandom(16))}
        return {"kind": kind, "kdf": kdf, **self._boxed(kind, key, _stretch(word, kdf))}

    def _boxed(self, kind: str, key: bytes, secret: bytes) -> Slot:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 30 ms, when a key is wrapped or asked for

        nonce = os.urandom(12)
        return {"nonce": _text(nonce), "box": _text(AESGCM(secret).encrypt(nonce, key, self._bound(kind)))}

    def _unboxed(self, slot: Slot, secret: bytes) -> bytes | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            key = AESGCM(secret).decrypt(_bytes(slot["nonce"]), _bytes(slot["box"]), self._bound(slot["kind"]))
        except InvalidTag:
            return None
        return key if cipher.key_id(key) == self.key_id else None

    def _bound(self, kind: str) -> bytes:
        """A slot opens for its own store and key alone."""
        return f"{self.store} {self.key_id} {kind}".encode()

    # The file

    def as_text(self) -> str:
        """The file's content; its last line is a sum, so that a cut or altered file is not believed."""
        body = json.dumps(self._as_json(), indent=1, sort_keys=True)
        return f"{body}\n# {cipher.digest(body.encode())}\n"

    def _as_json(self) -> dict[str, Any]:
        found = {"format": FORMAT, "store": self.store, "key_id": self.key_id, "slots": self.slots, **self.more}
        return {**found, "next": self.next._as_json()} if self.next else found

    def write(self, path: Path) -> None:
        """Writes it whole or not at all."""
        write_whole(path, self.as_text())

    @classmethod
    def read(cls, path: Path) -> KeyFile:
        """Reads a key file. Raises FileNotFoundError, DamagedKeyFile, NewerDatabase."""
        try:
            return cls.from_text(path.read_text(encoding="utf-8"), str(path))
        except UnicodeDecodeError:
            raise DamagedKeyFile(f"the key file {path} is damaged") from None

    @classmethod
    def from_text(cls, text: str, name: str) -> KeyFile:
        """As `read`, of a text; `name` is what the sentences call it."""
        body, mark, total = text.rpartition("\n# ")
        if not mark or total != f"{cipher.digest(body.encode())}\n":
            raise DamagedKeyFile(f"the key file {name} is damaged")
        try:
            return cls._from_json(json.loads(body), name)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise DamagedKeyFile(f"the key file {name} is damaged") from None

    @classmethod
    def _from_json(cls, found: dict[str, Any], name: str) -> KeyFile:
        if found["format"] > FORMAT:
            raise NewerDatabase(f"the key file {name} was written by a newer lsa; update this program")
        if type(found.get("generation", 1)) is not int:
            raise DamagedKeyFile(f"the key file {name} is damaged")
        later = found.get("next")
        known = {"format", "store", "key_id", "slots", "next"}
        slots = list(found["slots"])
        for slot in slots:
            _require_slot(slot)
        return cls(
            str(found["store"]),
            str(found["key_id"]),
            slots,
            {name: value for name, value in found.items() if name not in known},
            cls._from_json(later, name) if later else None,
        )


def check_passphrase(passphrase: str) -> None:
    """Raises BadInput for a passphrase that protects nothing: too short, blank, or one character again and again."""
    if len(passphrase) < LEAST:
        raise BadInput(f"a passphrase has at least {LEAST} characters; three or four words are easy to keep in mind")
    if len(set(passphrase)) == 1 or not passphrase.strip():
        raise BadInput(
            "a passphrase is more than blanks or one character; three or four words are easy to keep in mind"
        )


def recovery_letters(typed: str) -> str:
    """What was typed as the letters of a recovery key; empty where it cannot be one."""
    plain = typed.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    return plain if len(plain) == RECOVERY_LENGTH and all(letter in _CROCKFORD for letter in plain) else ""


_STRETCHED = ("passphrase", "recovery")
_LIMITS = {"memory_kib": (8, 1 << 23), "passes": (1, 10_000), "lanes": (1, 255)}
"""From and to: far more than anybody will ask for, and no more than Argon2 can be asked for."""


def _require_slot(slot: Slot) -> None:
    """Raises ValueError, KeyError or TypeError for a slot that nothing could open."""
    if not isinstance(slot["kind"], str) or len(_bytes(slot["nonce"])) != 12 or not _bytes(slot["box"]):
        raise ValueError
    if slot["kind"] in _STRETCHED or "kdf" in slot:
        kdf = slot["kdf"]
        if kdf["name"] != ARGON2["name"] or len(_bytes(kdf["salt"])) < 8:
            raise ValueError
        for name, (least, most) in _LIMITS.items():
            if type(kdf[name]) is not int or not least <= kdf[name] <= most:
                raise ValueError
        if kdf["memory_kib"] < 8 * kdf["lanes"]:
            raise ValueError


def _stretch(word: str, kdf: dict[str, Any]) -> bytes:
    import unicodedata

    from argon2.exceptions import HashingError  # 40 ms, when a passphrase is asked for
    from argon2.low_level import Type, hash_secret_raw

    try:
        return bytes(
            hash_secret_raw(
                # Two keyboards may send one letter in two forms.
                unicodedata.normalize("NFC", word).encode(),
                _bytes(kdf["salt"]),
                time_cost=int(kdf["passes"]),
                memory_cost=int(kdf["memory_kib"]),
                parallelism=int(kdf["lanes"]),
                hash_len=32,
                type=Type.ID,
            )
        )
    except (HashingError, MemoryError):
        raise LsaError(
            f"a passphrase cannot be tried, because this device has not {int(kdf['memory_kib']) >> 10} MB of memory "
            "free; close other programs, then do it again. Nothing was changed"
        ) from None


def stretched_pin(pin: str, salt: str) -> bytes:
    """32 bytes of a PIN, to be combined with a secret: alone it is far too short for a key."""
    return _stretch(pin, {**ARGON2, "salt": salt})


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
