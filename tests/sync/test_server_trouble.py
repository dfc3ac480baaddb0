"""Everything that can go wrong with a server: one sentence each, never a password, and nothing lost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from commands import RunLsa
from lsa_tui.address import parse
from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import log, read
from lsa_tui.sync import driver
from lsa_tui.sync.result import Progress
from lsa_tui.sync.run import sync
from lsa_tui.sync.server import Server
from lsa_tui.sync.shared import Busy
from postgres import OWNER, PASSWORD, Cluster
from sharing import note

GUESS = "gu3ssed"
SELF_SIGNED = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")


@pytest.fixture
def url(postgres: Cluster, base: str) -> str:
    return postgres.url(base)


@pytest.fixture(autouse=True)
def nobodys_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's own settings of PostgreSQL."""
    for name in [one for one in os.environ if one.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))


def fails(book: Book, url: str, *says: str) -> str:
    """The sync fails with a sentence that says this, and no password is in anything that can be seen of it."""
    with pytest.raises(SyncIncomplete) as caught:
        sync(book, url)
    problem = caught.value
    seen = [str(problem), repr(problem), *traceback.format_exception(problem), *log_of(book)]
    for words in says:
        assert words in str(problem), problem
    assert "not shared yet, everything is still on this device" in str(problem)
    for secret in (PASSWORD, PASSWORD.replace("/", "%2F").replace(" ", "%20"), GUESS):
        assert not [one for one in seen if secret in one]
    assert "\n" not in str(problem)
    return str(problem)


def log_of(book: Book) -> list[str]:
    return [json.dumps(row) for row in book.db.execute_sql("SELECT key, value FROM meta").fetchall()]


# Passwords


def test_a_password_comes_from_the_url_the_environment_or_the_file(
    homes, postgres, base, monkeypatch, tmp_path: Path
) -> None:
    one = homes("jt")
    without = postgres.over_tcp(base, "")
    assert sync(one, postgres.over_tcp(base)).verified
    fails(one, without, "wants a password and none was found", "~/.pgpass")
    with monkeypatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        assert sync(one, without).verified
        patch.setenv("PGPASSWORD", GUESS)
        fails(one, without, "the account or its password was refused")
    (tmp_path / "pgpass").write_text(f"127.0.0.1:{postgres.port}:*:{OWNER}:{PASSWORD}\n")
    (tmp_path / "pgpass").chmod(0o600)
    assert sync(one, without).verified
    (tmp_path / "services").write_text(f"[records]\nhost=127.0.0.1\nport={postgres.port}\nuser={OWNER}\n")
    assert sync(one, f"postgresql:///{base}?service=records").verified
    fails(
        one, f"postgresql:///{base}?service=nosuch", "the service that `[shared] url` names is not in the service file"
    )


def test_a_wrong_password_or_account(homes, postgres, base) -> None:
    one = homes("jt")
    fails(one, postgres.over_tcp(base, GUESS), "the account or its password was refused")
    fails(
        one, f"postgresql://nobody:{GUESS}@127.0.0.1:{postgres.port}/{base}", "the account or its password was refused"
    )
    fails(one, postgres.over_tcp(base) + f"?password={GUESS}", "the account or its password was refused")


def test_an_option_that_is_not_understood_is_not_quoted(homes, postgres, base) -> None:
    fails(
        homes("jt"), postgres.over_tcp(base, nosuch=GUESS), "an option after the ?", "is not one that PostgreSQL knows"
    )
    fails(homes("mb"), postgres.over_tcp(base, sslmode=GUESS), "an option after the ?")
    fails(homes("lp"), postgres.over_tcp(base, connect_timeout=GUESS), "an option after the ?")


def test_what_a_server_object_says_of_itself(postgres, base) -> None:
    server = Server(parse(postgres.over_tcp(base)).address)
    assert PASSWORD not in repr(server) + server.name
    assert PASSWORD.partition("/")[0] not in repr(parse(postgres.over_tcp(base)))


# TLS


@contextmanager
def tls(postgres: Cluster) -> Iterator[Path]:
    """The server offers TLS with a certificate of its own; gives that."""
    key, cert = postgres.data / "server.key", postgres.data / "server.crt"
    made = [*SELF_SIGNED, "-subj", "/CN=127.0.0.1"]
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*made, *more], check=True, capture_output=True)
    owner = postgres.data.stat()
    for file in (key, cert):
        os.chown(file, owner.st_uid, owner.st_gid)
        file.chmod(0o600)
    copy = postgres.folder / "ca.crt"
    copy.write_bytes(cert.read_bytes())
    postgres.reload(ssl="on")
    try:
        yield copy
    finally:
        postgres.reload(ssl="")


def test_tls_is_honoured(homes, postgres, base) -> None:
    one = homes("jt")
    url = postgres.over_tcp(base, sslmode="require")
    fails(one, url, "the server offers no TLS, so nothing was sent")
    with tls(postgres) as cert:
        assert sync(one, url).verified
        assert sync(one, postgres.over_tcp(base, sslmode="verify-full", sslrootcert=str(cert))).verified
        other = cert.with_name("other.crt")
        made = [*SELF_SIGNED, "-subj", "/CN=other", "-keyout", "/dev/null", "-out"]
        subprocess.run([*made, str(other)], check=True, capture_output=True)
        fails(one, postgres.over_tcp(base, sslmode="verify-full", sslrootcert=str(other)), "certificate is not the one")


@pytest.mark.parametrize(
    ("url", "env", "mode"),
    [
        ("postgresql://db.school.example/records", "", "require"),
        ("postgresql://db.school.example/records?sslmode=verify-full", "", "verify-full"),
        ("postgresql://db.school.example/records?sslmode=disable", "", "disable"),
        ("postgresql://db.school.example/records", "verify-full", "verify-full"),
        ("postgresql://db.school.example/records", "disable", "require"),
        ("postgresql://192.0.2.7/records", "prefer", "require"),
        ("postgresql:///records?host=db.school.example", "", "require"),
        ("postgresql://127.0.0.1/records", "", ""),
        ("postgresql://localhost/records", "", ""),
        ("postgresql:///records", "", ""),
        ("postgresql:///records?host=/run/postgresql", "", ""),
        ("postgresql:///records?service=school", "", ""),
    ],
)
def test_other_machines_want_tls_unless_the_url_says_otherwise(monkeypatch, url: str, env: str, mode: str) -> None:
    if env:
        monkeypatch.setenv("PGSSLMODE", env)
    assert driver.settings_of(url).get("sslmode", "") == mode


def test_a_host_from_the_environment_is_another_machine_too(monkeypatch) -> None:
    monkeypatch.setenv("PGHOST", "db.school.example")
    assert driver.settings_of("postgresql:///records")["sslmode"] == "require"


def test_what_a_url_says_arrives_as_it_was_meant() -> None:
    found = driver.settings_of(
        "postgresql://j%40t:0%2F1%3A2%2501@db:5433/rec%20ords?application_name=007&schema=class7b"
    )
    assert (found["user"], found["password"], found["host"]) == ("j@t", "0/1:2%01", "db")
    assert (found["port"], found["database"]) == ("5433", "rec ords")
    assert (found["application_name"], found["schema"]) == ("007", "class7b")
    assert driver.settings_of("postgresql://%2FRun%2FPg/records")["host"] == "/Run/Pg"
    assert driver.settings_of("postgresql://jt:0123@db/records")["password"] == "0123"
    assert driver.password_of("postgresql://db/records?password=0123") == "0123"


# What is not there, or must not be written


def test_no_such_database_host_or_port(homes, postgres, base) -> None:
    one = homes("jt")
    fails(one, postgres.over_tcp("nosuch"), "there is no such database on that server")
    fails(one, postgres.url("nosuch"), "there is no such database on that server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        fails(one, f"postgresql://jt:{GUESS}@127.0.0.1:{free.getsockname()[1]}/x", "no server answers there")
    fails(one, f"postgresql://jt:{GUESS}@no-such-host.invalid/x", "no-such-host.invalid/x", "no server of that name")
    fails(one, f"postgresql://jt:{GUESS}@/x?host=/nowhere", "no server answers there")


def test_no_pupil_of_rights(homes, postgres, base, url) -> None:
    """An account that may not make the tables, then one that may only read them."""
    if not postgres.run("SELECT 1 FROM pg_roles WHERE rolname = 'reader'"):
        postgres.run("CREATE ROLE reader LOGIN")
    one, two = homes("jt"), homes("mb")
    theirs = url.replace(f"//{OWNER}@", "//reader@")
    fails(two, theirs, "has no right to write there; ask whoever runs the server")
    sync(one, url)
    fails(two, theirs, "has no right")
    postgres.run("GRANT SELECT ON lsa_change, lsa_meta, lsa_sealed TO reader", base)
    fails(two, theirs, "has no right to write there", "1 not shared yet")
    assert log.get_meta(two.db, "sealed") is None, "what could not be sent can still be undone"
    assert len(read.of_kind(two.db, "pupil")) == 1


def owners(postgres, base: str) -> set[str]:
    return {name for (name,) in postgres.run("SELECT tableowner FROM pg_tables WHERE schemaname = 'class8'", base)}


@pytest.fixture
def class8(postgres) -> Iterator[str]:
    """The database `records`, for accounts `anna` and `ben` that may do nothing yet; its URL without an account."""
    yield postgres.database("records").replace(f"//{OWNER}@", "//%s@") + "&schema=class8"
    postgres.end_connections("records")
    postgres.run("DROP DATABASE records")
    for role in ("anna", "ben", "class8"):
        postgres.run(f"DROP ROLE IF EXISTS {role}")


@pytest.mark.parametrize("made_before", [False, True])
def test_accounts_as_the_manual_says(homes, postgres, class8: str, agree, made_before: bool) -> None:
    """docs/sync.md, word for word: whoever makes the tables, everybody can use them and put them in order."""
    page = (Path(__file__).parents[2] / "docs" / "sync.md").read_text(encoding="utf-8")
    postgres.run("CREATE ROLE anna LOGIN; CREATE ROLE ben LOGIN")
    lines = page.partition("```sql\n")[2].partition("```")[0].splitlines()
    assert len(lines) == 6
    one, two = homes("anna"), homes("ben")
    if made_before:  # each account for itself, as one would think
        postgres.run("CREATE SCHEMA class8; GRANT USAGE, CREATE ON SCHEMA class8 TO anna, ben", "records")
        lines.remove("CREATE SCHEMA class8;")
        assert sync(one, class8 % "anna").created
        fails(two, class8 % "ben", "no right to write there", "all accounts of one store act as one role")
        lines += [f"ALTER TABLE class8.lsa_{name} OWNER TO class8" for name in ("change", "meta", "sealed")]
    for line in lines:
        postgres.run(line, "records")
    for book, account in ((one, "anna"), (two, "ben"), (one, "anna")):
        note(book, f"{account} counted on")
        assert sync(book, class8 % account).verified
    assert owners(postgres, "records") == {"class8"}
    postgres.run("UPDATE class8.lsa_change SET chain = 'x' WHERE seq = 2", "records")
    note(two, "after the damage")
    (said,) = sync(two, class8 % "ben").notes
    assert said.startswith("the shared store was damaged; it is kept as lsa_change_damaged_")
    for book, account in ((one, "anna"), (two, "ben")):
        assert sync(book, class8 % account).verified
    agree(one, two)
    assert owners(postgres, "records") == {"class8"}


@pytest.mark.parametrize(
    "table",
    [
        "lsa_change (x int, y text)",
        "lsa_change (dev int, seq text)",
        "lsa_meta (x int, y text)",
        "lsa_meta (key int PRIMARY KEY, value int NOT NULL)",
    ],
)
@pytest.mark.parametrize("filled", [False, True])
def test_tables_of_another_program_are_left_alone(homes, postgres, base, url, table: str, filled: bool) -> None:
    one = homes("jt")
    name = table.partition(" ")[0]
    postgres.run(f"CREATE TABLE {table}", base)
    if filled:
        postgres.run(f"INSERT INTO {name} VALUES ('1', '2')", base)
    said = fails(one, url, "are another program's", "name another schema", "1 not shared yet")
    assert "does not exist" not in said
    assert postgres.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", base) == [(name,)]
    assert len(postgres.run(f"SELECT * FROM {name}", base)) == filled


def test_a_standby_is_read_only(homes, postgres, base, url) -> None:
    one = homes("jt")
    sync(one, url)
    note(one, "T1")
    postgres.run(f"ALTER DATABASE {base} SET default_transaction_read_only = on", base)
    fails(one, url, "read-only just now", "1 not shared yet")
    postgres.run(f"ALTER DATABASE {base} RESET default_transaction_read_only")
    assert sync(one, url).verified


def test_a_database_that_cannot_keep_every_letter(homes, postgres) -> None:
    postgres.run("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    fails(homes("jt"), postgres.url("latin"), "keeps its texts as LATIN1", "the encoding UTF8")


def test_the_sentence_stands_whatever_language_the_server_speaks(homes, postgres, base, url) -> None:
    """No words of the server are needed once it answers: only its codes."""
    one = homes("jt")
    sync(one, url)
    postgres.run(
        """CREATE FUNCTION voll() RETURNS trigger AS $$ BEGIN
        RAISE EXCEPTION 'Auf dem Gerät ist kein Speicherplatz mehr' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql""",
        base,
    )
    postgres.run("CREATE TRIGGER voll BEFORE INSERT ON lsa_change FOR EACH ROW EXECUTE FUNCTION voll()", base)
    note(one, "T1")
    fails(one, url, "the server's disk is full", "1 not shared yet")


# Others


def test_somebody_who_keeps_the_lock_is_waited_for_and_then_named(homes, url) -> None:
    one = homes("jt")
    sync(one, url)
    holder, waiter = Server(parse(url).address), Server(parse(url).address, patience_ms=200)
    for server in (holder, waiter):
        server.open(made_up=False, create=False)
    with holder.pushing(), pytest.raises(Busy, match="somebody else is using it for too long"), waiter.pushing():
        pytest.fail("two were alone at once")
    with waiter.pushing():
        pass  # and it goes on
    holder.close()
    waiter.close()


def test_whoever_waits_for_a_server_is_told_and_can_stop(homes, url) -> None:
    one = homes("jt")
    sync(one, url)
    note(one, "while it was held")
    holder = Server(parse(url).address)
    holder.open(made_up=False, create=False)
    began, steps = time.monotonic(), []

    def stops(now: Progress) -> None:
        steps.append(now.phase)
        if steps.count("waiting") == 3:
            raise KeyboardInterrupt

    with holder.pushing(), pytest.raises(KeyboardInterrupt):
        sync(one, url, progress=stops)
    assert time.monotonic() - began < 10
    waiter = Server(parse(url).address)
    waiter.open(made_up=False, create=False)
    release = ExitStack()
    release.enter_context(holder.pushing())
    waiter.waiting = release.close
    with waiter.pushing():
        waiter.add([])
    for server in (holder, waiter):
        server.close()
    assert sync(one, url).sent == 1


def test_whoever_falls_asleep_alone_with_it_keeps_nobody_waiting_for_ever(homes, url) -> None:
    one = homes("jt")
    sync(one, url)
    asleep, waiter = Server(parse(url).address, patience_ms=300), Server(parse(url).address)
    for server in (asleep, waiter):
        server.open(made_up=False, create=False)
    with pytest.raises(SyncIncomplete, match="the connection was lost"), asleep.pushing():
        with waiter.pushing():
            pass  # the server has ended the other's transaction meanwhile
        asleep.add([])
        asleep.mark_moved("nowhere")
    assert waiter.moved_to() == ""
    waiter.close()
    asleep.close()


def test_what_is_read_alone_is_what_the_one_before_left(homes, postgres, base, url) -> None:
    """Whatever the server's usual isolation: a look from before the wait would show less than is there."""
    postgres.run(f"ALTER DATABASE {base} SET default_transaction_isolation = 'repeatable read'")
    one = homes("jt")
    sync(one, url)
    note(one, "T1")
    dev = log.device(one.db)
    first, second = Server(parse(url).address), Server(parse(url).address)
    first.open(made_up=False, create=False)
    seen = []

    def wait() -> None:
        second.open(made_up=False, create=False)
        with second.pushing():
            seen.append(second.heads()[dev][0])
        second.close()

    waiting = threading.Thread(target=wait)
    with first.pushing():
        waiting.start()
        blocked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while waiting.is_alive() and postgres.run(blocked) == [(0,)]:
            pass
        first.add(log.changes_after(one.db, dev, 1, 2, 1))
    waiting.join(timeout=30)
    assert seen == [2]
    first.close()


def test_a_reader_never_waits_for_a_writer(url, homes) -> None:
    one = homes("jt")
    sync(one, url)
    holder, reader = Server(parse(url).address), Server(parse(url).address, patience_ms=200)
    for server in (holder, reader):
        server.open(made_up=False, create=False)
    with holder.pushing():
        holder.add([])
        assert reader.heads() == log.shareable_heads(one.db)
    holder.close()
    reader.close()


def test_what_the_server_alters_on_the_way_in_is_not_believed(homes, postgres, base, url) -> None:
    """It is read back over a fresh connection; what is not as it was sent is set aside and sent again."""
    one, two = homes("jt"), homes("mb", pupil=None)
    sync(one, url)
    postgres.run(
        """CREATE FUNCTION alter_it() RETURNS trigger AS $$ BEGIN
        NEW.body := replace(NEW.body, '8', '9'); RETURN NEW; END $$ LANGUAGE plpgsql""",
        base,
    )
    postgres.run("CREATE TRIGGER alter_it BEFORE INSERT ON lsa_change FOR EACH ROW EXECUTE FUNCTION alter_it()", base)
    note(one, "Counted on from 8")
    done = sync(one, url)
    assert done.verified
    assert "was damaged; it is kept as lsa_change_damaged_" in done.notes[0]
    sync(two, url)
    assert [one["text"] for one in read.of_kind(two.db, "note")] == ["Counted on from 8"]


# A connection that is lost, at every single statement


class Wire:
    """Counts the statements of a store, and ends its connection in the server before one of them."""

    def __init__(self, postgres: Cluster, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.at = 0, -1
        real = driver.Postgres.execute_sql

        def execute_sql(db: Any, sql: str, params: Any = None) -> Any:
            self.count += 1
            if self.count == self.at:
                postgres.end_connections(base)
            return real(db, sql, params)

        monkeypatch.setattr(driver.Postgres, "execute_sql", execute_sql)
        for name in ("begin", "commit"):
            self._watch(name, monkeypatch, postgres, base)

    def _watch(self, name: str, monkeypatch: pytest.MonkeyPatch, postgres: Cluster, base: str) -> None:
        real = getattr(driver.Postgres, name)

        def watched(db: Any, *args: Any, **more: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                postgres.end_connections(base)
            return real(db, *args, **more)

        monkeypatch.setattr(driver.Postgres, name, watched)

    def lost_at(self, number: int) -> None:
        self.count, self.at = 0, number


def test_a_connection_lost_at_any_statement_loses_nothing(homes, postgres, base, url, agree, monkeypatch) -> None:
    one, two = homes("jt"), homes("mb")
    note(two, "from the other")
    sync(two, url)
    wire = Wire(postgres, base, monkeypatch)
    wire.lost_at(-1)
    note(one, "T0")
    sync(one, url)
    statements = wire.count
    assert statements > 12
    failed = 0
    for number in range(1, statements + 3):
        note(one, f"T{number}")
        wire.lost_at(number)
        try:
            sync(one, url)
        except SyncIncomplete as problem:
            failed += 1
            assert "the connection was lost" in str(problem), problem  # noqa: PT017
            assert "everything is still on this device" in str(problem)  # noqa: PT017
        wire.lost_at(-1)
        if number % 5 == 0:
            assert sync(one, url).remaining == 0
    assert failed > statements // 2
    assert sync(one, url).remaining == 0
    sync(two, url)
    agree(one, two)
    assert len(read.of_kind(two.db, "note")) == statements + 4


def test_a_server_that_restarts_while_the_tables_are_made(homes, postgres, url, base, agree, monkeypatch) -> None:
    wire = Wire(postgres, base, monkeypatch)
    one = homes("jt")
    for number in range(1, 14):
        wire.lost_at(number)
        try:
            sync(one, url)
            break
        except SyncIncomplete as problem:
            assert "the connection was lost" in str(problem), problem  # noqa: PT017
    wire.lost_at(-1)
    assert sync(one, url).remaining == 0
    two = homes("mb", pupil=None)
    sync(two, url)
    agree(one, two)


def test_too_many_connections_are_tried_again(homes, postgres, base, url) -> None:
    one = homes("jt")
    sync(one, url)
    name = f"limited{base}"
    postgres.run(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 1")
    postgres.run(f"GRANT ALL ON lsa_change, lsa_meta, lsa_sealed TO {name}", base)
    theirs = url.replace(f"//{OWNER}@", f"//{name}@")
    first = Server(parse(theirs).address)
    first.open(made_up=False, create=False)
    with pytest.raises(Busy, match="no connection free"):
        Server(parse(theirs).address).open(made_up=False, create=False)
    threading.Timer(1.0, first.close).start()
    assert sync(one, theirs).verified


# Seen from outside


def test_no_traceback_and_no_password_from_a_process(run_process: RunLsa, postgres, base, tmp_path: Path) -> None:
    url = postgres.over_tcp(base, GUESS)
    assert run_process("init", "--plain", "--initials", "JT", "--shared", url).code == 0
    for words in (("sync", "--json"), ("doctor", "--json"), ("sync", "--status")):
        done = run_process(*words)
        assert GUESS not in done.out + done.err
        assert "Traceback" not in done.err
    assert run_process("sync").code == 4
    script = f"""
import faulthandler, sys
from lsa_tui.sync.server import Server
Server({url!r}).open(made_up=False, create=False)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert GUESS not in done.stderr.replace(repr(url), "")
