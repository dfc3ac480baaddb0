"""The system's own store of passwords (Keychain, Credential Manager, Secret Service) as a way to the key.

With a PIN, both are needed: the store's secret alone opens nothing, and a PIN alone never does.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Callable
from typing import Any

from lsa_tui.errors import Locked, LsaError
from lsa_tui.paths import Paths
from lsa_tui.vault import home
from lsa_tui.vault.keyfile import KeyFile, stretched_pin

SERVICE = "lsa-tui"


def add(paths: Paths, key: bytes, pin: str | None) -> None:
    """Lets the system's store open this home from now on, together with a PIN where one is given.

    Raises LsaError where this system has no such store.
    """
    keys = home.read_key_file(paths)
    secret = os.urandom(32)
    _store().set_password(SERVICE, keys.store, base64.b64encode(secret).decode())
    salt = base64.b64encode(os.urandom(16)).decode() if pin else None
    keys.without("keyring")
    keys.add_secret("keyring", key, _combined(secret, pin, salt), pin_salt=salt)
    home.write_key_file(paths, keys)


def remove(paths: Paths) -> bool:
    """Takes that way away. Returns whether there was one."""
    keys = home.read_key_file(paths)
    had = bool(keys.of_kind("keyring"))
    keys.without("keyring")
    home.write_key_file(paths, keys)
    if had:
        try:
            _store().delete_password(SERVICE, keys.store)
        except Exception:  # the slot is gone: what is left in the store opens nothing
            return had
    return had


def key_of(paths: Paths, ask_pin: Callable[[], str]) -> bytes | None:
    """The key by way of the system's store; None where this home has no such slot, or the store does not answer.

    Raises Locked for a wrong PIN.
    """
    keys = home.read_key_file(paths)
    for slot in keys.of_kind("keyring"):
        secret = _secret(keys)
        if secret is None:
            return None
        salt = slot.get("pin_salt")
        key = keys.unlock_secret(slot, _combined(secret, _pin(paths, ask_pin) if salt else None, salt))
        if key is None and salt:
            home.failed(paths)
            raise Locked("that is not the PIN; nothing was changed. The passphrase opens it, too")
        return key
    return None


def _pin(paths: Paths, ask_pin: Callable[[], str]) -> str:
    home.wait(paths)
    return ask_pin()


def _combined(secret: bytes, pin: str | None, salt: str | None) -> bytes:
    if pin is None or salt is None:
        return secret
    return hmac.digest(secret, stretched_pin(pin, salt), "sha256")


def _secret(keys: KeyFile) -> bytes | None:
    try:
        found = _store().get_password(SERVICE, keys.store)
        return base64.b64decode(found) if found else None
    except Exception:  # each system's store has errors of its own; the passphrase is asked for then
        return None


def _store() -> Any:
    import keyring  # 140 ms, only where a home has such a slot
    from keyring.backends import fail

    found = keyring.get_keyring()
    if isinstance(found, fail.Keyring):
        raise LsaError("this system has no store of passwords that lsa could use; `lsa unlock` asks once a day instead")
    return found
