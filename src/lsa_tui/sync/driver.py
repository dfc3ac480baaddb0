"""Peewee's PostgreSQL over psycopg 3, loaded only where a shared store is a server.

Peewee looks for psycopg when it is loaded itself, and found none (see `lsa_tui`), so its adapter is completed here.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

if sys.modules.get("psycopg", sys) is None:
    del sys.modules["psycopg"]

import peewee
import psycopg
from playhouse import db_url
from psycopg.pq import Conninfo, TransactionStatus

__all__ = ["Postgres", "database", "password_of", "psycopg", "settings_of"]

LOCAL = ("localhost", "127.0.0.1", "::1")
STRICT = ("require", "verify-ca", "verify-full")

# A server that has gone is noticed within a minute, not after the two hours of a bare TCP connection.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


class _Adapter(peewee.Psycopg3Adapter):
    txn_idle = TransactionStatus.IDLE
    txn_inerror = TransactionStatus.INERROR
    txn_unknown = TransactionStatus.UNKNOWN

    def check_driver(self) -> None:
        """It is here: this module loaded it."""

    def connect(self, db: Any, **params: Any) -> Any:
        # Nothing is prepared in the server: a pooler between may give each transaction another connection.
        return psycopg.connect(dbname=db.database, prepare_threshold=None, **params)


class Postgres(peewee.PostgresqlDatabase):
    """A PostgreSQL database of Peewee's that needs no driver before it is used."""

    psycopg2_adapter = psycopg3_adapter = _Adapter


def database(address: str) -> tuple[Postgres, str]:
    """The database of a URL, not yet connected, and the schema it names ("": the account's own)."""
    settings: dict[str, Any] = dict(settings_of(address))
    schema = str(settings.pop("schema", ""))
    return Postgres(autoconnect=False, isolation_level="READ COMMITTED", **settings), schema


def settings_of(address: str) -> dict[str, str]:
    """What a URL says, as libpq names it. What it leaves open (a password, a host) libpq looks for where it always
    does: its environment, the password file, the service file."""
    parts = urlsplit(address)
    found = db_url.parse(address, unquote_password=True, unquote_user=True)
    # As text: a password of digits is none to be counted with.
    found |= dict(parse_qsl(parts.query, keep_blank_values=True))
    found["database"] = unquote(parts.path.removeprefix("/"))
    if "%" in (parts.hostname or ""):  # a socket's folder, whose capital letters count
        found["host"] = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    said = {name: str(value) for name, value in found.items()}
    for name, value in _PATIENCE.items():
        said.setdefault(name, value)
    said.setdefault("application_name", "lsa")
    said["client_encoding"] = "UTF8"
    if "sslmode" not in said and "service" not in said and not _is_here(said):
        said["sslmode"] = _default("sslmode") if _default("sslmode") in STRICT else "require"
    return said


def _is_here(settings: dict[str, str]) -> bool:
    """Whether the server is this machine, so that nobody can listen on the way to it."""
    host = settings.get("hostaddr") or settings.get("host") or _default("hostaddr") or _default("host")
    return not host or host.startswith(("/", "@")) or host in LOCAL


def _default(name: str) -> str:
    """What libpq takes where the URL says nothing."""
    return next((one.val.decode() for one in Conninfo.get_defaults() if one.keyword.decode() == name and one.val), "")


def password_of(address: str) -> str:
    """The password in a URL; "" where it holds none."""
    return settings_of(address).get("password", "")
