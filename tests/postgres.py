"""A real PostgreSQL server, started by the test run: its own cluster in a temporary folder, as an unprivileged user.

Without pytest it is a context manager: `with Cluster() as server: url = server.database()`.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name.split(".")[0]))
OWNER, PASSWORD = "school", "four tall/trees"
"""The role that owns the databases; over TCP it needs its password, over the socket none."""

NOBODY = 65534

SETTINGS = {
    "fsync": "off",  # what a power cut does to a server is for its own makers to test
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": "'127.0.0.1'",
    "log_min_messages": "warning",
    "autovacuum": "off",
    "lc_messages": "'C'",
}
ACCESS = """
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""


def binaries() -> Path | None:
    """Where the newest PostgreSQL of this machine is; None without one."""
    found = shutil.which("initdb")
    return BINARIES[-1] if BINARIES else Path(found).parent if found else None


class Cluster:
    """One server. Every database of it is empty at first and owned by OWNER."""

    def __init__(self) -> None:
        found = binaries()
        if found is None:
            raise FileNotFoundError("PostgreSQL is not installed")
        self._bin = found
        self._numbers = itertools.count(1)

    def __enter__(self) -> Cluster:
        self.folder = Path(tempfile.mkdtemp(prefix="lsa-pg-"))
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        self.data = self.folder / "data"
        try:
            self._do("initdb", "-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
            self._start()
        except BaseException:
            self.__exit__()
            raise
        self.run(f"ALTER ROLE {OWNER} PASSWORD '{PASSWORD}'")
        return self

    def __exit__(self, *_: object) -> None:
        if (self.data / "postmaster.pid").exists():
            self._do("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        for _ in range(5):  # somebody else may take the port between our asking and the server's taking it
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
            settings = SETTINGS | {"port": str(self.port), "unix_socket_directories": f"'{self.folder}'"}
            lines = [f"{name} = {value}" for name, value in settings.items()]
            (self.data / "postgresql.conf").write_text("\n".join(lines) + "\n")
            (self.data / "pg_hba.conf").write_text(ACCESS)
            log = self.folder / "server.log"
            if self._do("pg_ctl", "-D", self.data, "-l", log, "-w", "start", check=False) == 0:
                return
        raise RuntimeError(f"PostgreSQL does not start: {log.read_text()[-2000:]}")

    def _do(self, program: str, *args: object, check: bool = True) -> int:
        told = [*self._as_somebody(), str(self._bin / program), *map(str, args)]
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(told, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/", check=False)
            if check and done.returncode:
                said.seek(0)
                raise RuntimeError(f"{program}: {said.read().decode(errors='replace')[-2000:]}")
        return done.returncode

    def _as_somebody(self) -> list[str]:
        """PostgreSQL never runs as root: what makes a command run as somebody without rights, where this is root."""
        if os.geteuid() != 0:
            return []
        setpriv = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        if any(one.pw_uid == NOBODY for one in pwd.getpwall()):
            return setpriv
        # A machine that knows no such user: these processes alone see a list of users with one.
        users = self.folder / "users"
        users.write_text(f"nobody:x:{NOBODY}:{NOBODY}::/:/bin/false\n")
        users.chmod(0o644)
        script = 'mount --bind "$0" /etc/passwd && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, str(users), *setpriv]

    # What tests ask of it

    def connect(self, name: str = "postgres") -> Any:
        """A connection of its owner, which commits by itself."""
        from lsa_tui.sync.driver import psycopg  # the program keeps it from being loaded before

        return psycopg.connect(dbname=name, host=str(self.folder), port=self.port, user=OWNER, autocommit=True)

    def run(self, sql: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        """Executes one statement as its owner; returns its rows."""
        with self.connect(name) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def database(self, name: str = "") -> str:
        """A new empty database; its URL over the socket, where no password is needed."""
        made = name or f"d{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{made}"')
        return self.url(made)

    def url(self, name: str, **options: str) -> str:
        """The URL of a database over the socket."""
        more = "".join(f"&{key}={value}" for key, value in options.items())
        return f"postgresql://{OWNER}@/{name}?host={self.folder}&port={self.port}{more}"

    def over_tcp(self, name: str, password: str = PASSWORD, **options: str) -> str:
        """The URL of a database over TCP, where a password is needed ("": none is in the URL)."""
        from urllib.parse import quote, urlencode

        secret = f":{quote(password, safe='')}" if password else ""
        more = f"?{urlencode(options)}" if options else ""
        return f"postgresql://{OWNER}{secret}@127.0.0.1:{self.port}/{name}{more}"

    def end_connections(self, name: str) -> int:
        """Ends every other connection to a database, as a restart would; returns how many there were."""
        sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"
        return len(self.run(sql.format(name)))

    def reload(self, **settings: str) -> None:
        """Changes settings of the running server ("": back to the file's)."""
        for name, value in settings.items():
            self.run(f"ALTER SYSTEM SET {name} = '{value}'" if value else f"ALTER SYSTEM RESET {name}")
        self.run("SELECT pg_reload_conf()")


def why_not() -> str:
    """Why there is no server to be had here; empty where there is one."""
    return "" if binaries() else "PostgreSQL is not installed (Debian: apt-get install postgresql)"
