"""What PostgreSQL and its driver say, as a reason that people can act on. Never with a password."""

from __future__ import annotations

import re

import peewee

from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import trouble
from lsa_tui.sync.driver import psycopg  # nothing but that module can load it
from lsa_tui.sync.shared import Busy, Damaged

_LOST = "the connection was lost; sync again"
ERRORS: tuple[type[BaseException], ...] = (psycopg.Error, peewee.PeeweeException)
"""What the driver raises, and Peewee that wraps most of it."""

NO_RIGHT = (
    "this account has no right to write there; ask whoever runs the server: all accounts of one store act as one role "
    "that may make its tables and owns them (`ALTER ROLE account SET role ...`, as docs/sync.md shows)"
)
READ_ONLY = "it is read-only just now (a standby, or set so); ask whoever runs the server"
_FOREIGN = (
    "its tables lsa_... are another program's, or were altered, so nothing was touched; name another schema, as in "
    "?schema=class7b, or ask whoever runs the server"
)
_FULL = "the server's disk is full; tell whoever runs it"
_DAMAGED = "the server finds its own files damaged; tell whoever runs it"

# By SQLSTATE, which no language of a server changes; the longest that fits wins.
_BY_STATE = {
    "08": _LOST,
    "22021": "what is sent holds a character that the server's database cannot keep; it needs the encoding UTF8",
    "22P05": "what is sent holds a character that the server's database cannot keep; it needs the encoding UTF8",
    "22P02": _FOREIGN,
    "23502": _FOREIGN,
    "23505": "it holds a change already under another number; sync again",
    "25006": READ_ONLY,
    "25P03": _LOST,
    "28": "the account or its password was refused",
    "3D000": "there is no such database on that server; check its name in `[shared] url`, or have it made",
    "42501": NO_RIGHT,
    "42703": _FOREIGN,
    "42804": _FOREIGN,
    "42883": _FOREIGN,
    "42P10": _FOREIGN,
    "53100": _FULL,
    "53300": "the server has no connection free; try again in a minute",
    "55P03": "somebody else is using it for too long; try again in a minute",
    "57014": "the server broke it off; try again in a minute",
    "57P01": _LOST,
    "57P02": _LOST,
    "57P": "the server is going down or starting; try again in a minute",
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_BUSY = ("40001", "40P01", "53300", "55P03", "57014")

# Before the server answers there is no SQLSTATE; these words are libpq's and the English server's.
_BY_WORDS = (
    ("password authentication failed", "the account or its password was refused; check both in `[shared] url`"),
    ("no pg_hba.conf entry", "the server lets this account not in from here (or not without TLS); ask whoever runs it"),
    ("does not support ssl", "the server offers no TLS, so nothing was sent; ask whoever runs it to switch that on"),
    (
        "certificate",
        "the server's certificate is not the one that is expected, so nothing was sent; ask whoever runs it",
    ),
    ("ssl error", "no TLS connection came about, so nothing was sent; ask whoever runs the server"),
    ("too many clients", _BY_STATE["53300"]),
    ("too many connections", _BY_STATE["53300"]),
    ("starting up", _BY_STATE["57P"]),
    ("shutting down", _BY_STATE["57P"]),
    ("could not translate host name", "no server of that name is known; check the name and the network"),
    ("failed to resolve", "no server of that name is known; check the name and the network"),
    ("name or service not known", "no server of that name is known; check the name and the network"),
    ("connection refused", "no server answers there; check the name and the port, and the network"),
    ("timeout expired", "no server answers there; check the name and the port, and the network"),
    ("no such file or directory", "no server answers there; check the name and the port, and the network"),
    ("network is unreachable", "it cannot be reached; check the network"),
    ("no route to host", "it cannot be reached; check the network"),
    ("server closed the connection", _LOST),
    ("connection is closed", _LOST),
    ("connection is lost", _LOST),
    ("terminating connection", _LOST),
    ("consuming input failed", _LOST),
    ("sending query failed", _LOST),
    ("service", "the service that `[shared] url` names is not in the service file of PostgreSQL; check its name there"),
)
_BAD_VALUE = re.compile(r"invalid \w+ value")
_BUSY_WORDS = ("too many clients", "too many connections", "starting up")


def sentence(name: str, problem: BaseException, password: str) -> SyncIncomplete | None:
    """The sentence for an error of the driver, or of Peewee about one; None where it is about something else."""
    driver = next((link for link in trouble.links(problem) if isinstance(link, psycopg.Error)), None)
    if driver is None:
        return None
    errors = [link for link in trouble.links(problem) if isinstance(link, psycopg.Error)]
    said = next((one for one in errors if one.sqlstate), driver)
    kind, reason = _kind(said), _reason(said, password)
    trouble.let_go(problem)
    return kind(f"the shared server {name}: {reason}")


def is_lock_wait(problem: BaseException) -> bool:
    """Whether a lock was waited for as long as was asked."""
    return any(isinstance(link, psycopg.Error) and link.sqlstate == "55P03" for link in trouble.links(problem))


def _kind(said: psycopg.Error) -> type[SyncIncomplete]:
    if said.sqlstate in ("XX001", "XX002"):
        return Damaged
    words = str(said).lower()
    busy = said.sqlstate in _BUSY or (not said.sqlstate and any(sign in words for sign in _BUSY_WORDS))
    return Busy if busy else SyncIncomplete


def _reason(said: psycopg.Error, password: str) -> str:
    state = said.sqlstate or ""
    for length in range(len(state), 1, -1):
        if state[:length] in _BY_STATE:
            return _BY_STATE[state[:length]]
    if not state and (found := _before_it_answered(said)):
        return found
    # Of the driver's own words only what the server said: the rest may quote what stands in the URL.
    first = (said.diag.message_primary or str(said).partition("FATAL:")[2]).strip().partition("\n")[0]
    found = first.replace(password, "***") if password else first
    return found or "no connection came about; check `[shared] url` and the network"


def _before_it_answered(said: psycopg.Error) -> str:
    if isinstance(said, psycopg.ProgrammingError) or _BAD_VALUE.search(str(said)):
        # libpq quotes what it does not understand, and that may be a part of a password.
        return "an option after the ? of `[shared] url` is not one that PostgreSQL knows"
    if said.pgconn is not None and said.pgconn.needs_password:
        return (
            "it wants a password and none was found; put it into the password file of PostgreSQL (~/.pgpass), "
            "PGPASSWORD or `[shared] url`"
        )
    words = str(said).lower()
    if 'database "' in words and "does not exist" in words:
        return _BY_STATE["3D000"]
    return next((why for sign, why in _BY_WORDS if sign in words), "")
