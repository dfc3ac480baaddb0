"""The system's own store of passwords (Keychain, Credential Manager, Secret Service) as a way to the key.

With a PIN, both are needed: the store's secret alone opens nothing, and a PIN alone never does.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

from lsa_tui import text
from lsa_tui.errors import Locked, LsaError
from lsa_tui.paths import Paths
from lsa_tui.vault import home, tries
from lsa_tui.vault.keyfile import KeyFile, stretched_pin

SERVICE = "lsa-tui"


def add(paths: Paths, key: bytes, pin: str | None) -> None:
    """Lets the system's store open this home from now on, together with a PIN where one is given.

    Raises LsaError where this system has no such store, or where that does not keep what it is given.
    """
    store = _store()
    with ExitStack() as undoing:
        with home.changing(paths, key) as keys:
            undoing.callback(_put_back, store, keys.store, _secret(keys))
            secret = os.urandom(32)
            _keep(store, keys.store, base64.b64encode(secret).decode())
            salt = base64.b64encode(os.urandom(16)).decode() if pin else None
            keys.without("keyring")
            keys.add_secret("keyring", key, _combined(secret, pin, salt), pin_salt=salt)
        undoing.pop_all()


def _put_back(store: Any, name: str, secret: bytes | None) -> None:
    """The slot there is opens with the secret from before: the key file could not be written."""
    with suppress(Exception):  # each system's store has errors of its own
        if secret is None:
            store.delete_password(SERVICE, name)
        else:
            store.set_password(SERVICE, name, base64.b64encode(secret).decode())


def _keep(store: Any, name: str, secret: str) -> None:
    """Raises LsaError: some stores are shut, others keep nothing and say nothing."""
    why = "it did not give back what it was given"
    try:
        store.set_password(SERVICE, name, secret)
        if store.get_password(SERVICE, name) == secret:
            return
    except Exception as problem:  # each system's store has errors of its own
        why = str(problem) or type(problem).__name__
    raise LsaError(
        f"this system's store of passwords does not keep a key for lsa ({text.one_line(why, 120)}); unlock it, or "
        "go on with the passphrase: `lsa unlock` asks once a day. The records open as before"
    )


def remove(paths: Paths, key: bytes) -> bool:
    """Takes that way away. Returns whether there was one."""
    with home.changing(paths, key) as keys:
        had = bool(keys.of_kind("keyring"))
        keys.without("keyring")
    if had:
        forget(keys)
    return had


def forget(keys: KeyFile) -> None:
    """What the system's store keeps for this home goes, as far as it lets us: without a slot it opens nothing."""
    with suppress(Exception):
        _store().delete_password(SERVICE, keys.store)


def key_of(paths: Paths, ask_pin: Callable[[], str]) -> bytes | None:
    """The key by way of the system's store; None where this home has no such slot, the store does not answer, or no
    PIN is typed.

    Raises Locked for a wrong PIN.
    """
    keys = home.read_key_file(paths)
    for slot in keys.of_kind("keyring"):
        secret = _secret(keys)
        if secret is None:
            return None
        salt = slot.get("pin_salt")
        pin = _pin(paths, ask_pin) if salt else None
        if salt and not pin:
            return None
        key = keys.unlock_secret(slot, _combined(secret, pin, salt))
        if key is None and salt:
            tries.failed(paths)
            raise Locked(
                "that is not the PIN; nothing was changed. The passphrase opens it, too: type no PIN, set "
                "LSA_PASSPHRASE, or give --passphrase-file FILE"
            )
        return key
    return None


def _pin(paths: Paths, ask_pin: Callable[[], str]) -> str:
    tries.wait(paths)
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
