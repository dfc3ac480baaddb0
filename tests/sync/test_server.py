"""A shared store on a real PostgreSQL server, through the same sync as a file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bytes_of import files_with
from lsa_tui.address import parse
from lsa_tui.daybook import erasing
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import kinds, serving
from lsa_tui.sync.run import sync
from lsa_tui.sync.server import Server
from lsa_tui.sync.shared import Heads
from lsa_tui.sync.sqlite_file import SqliteFile
from postgres import Cluster
from sharing import note, note_each, texts


@pytest.fixture
def url(postgres: Cluster, base: str) -> str:
    return postgres.url(base)


def heads(url: str) -> Heads:
    server = Server(parse(url).address)
    try:
        server.open(made_up=False, create=False)
        return server.heads()
    finally:
        server.close()


def test_there_and_back(homes, url, agree) -> None:
    one, two = homes("jt"), homes("mb")
    made = sync(one, url)
    assert (made.created, made.notes) == (True, ("the shared store was created",))
    note_each(one, "Counted on from 8", "“Größe”, 'quotes', \\ and \t, 日本 🙂")
    first = sync(one, url)
    assert (first.sent, first.received, first.remaining, first.verified) == (2, 0, 0, True)
    sync(two, url)
    sync(one, url)
    again = sync(two, url)
    assert (again.sent, again.received, again.remaining, again.notes) == (0, 0, 0, ())
    agree(one, two)
    assert heads(url) == log.shareable_heads(one.db)
    assert texts(two) == texts(one) != set()


def test_a_dry_run_makes_nothing(homes, url, postgres, base, everything) -> None:
    one = homes("jt")
    before = everything(one)
    done = sync(one, url, dry_run=True)
    assert (done.sent, done.created) == (1, True)
    assert everything(one) == before
    assert postgres.run("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'lsa%'", base) == [(0,)]


def test_more_than_a_chunk_arrives_in_order(homes, url, agree) -> None:
    one, two = homes("jt"), homes("mb", pupil=None)
    with one.store.writing() as db:
        drafts = [
            log.Draft("note", f"row-{n}", {"text": f"{n}", "at": "2026-11-24T09:00:00+00:00"}) for n in range(1200)
        ]
        log.append(db, drafts, one.author())
    seen = []
    done = sync(one, url, progress=lambda step: seen.append((step.phase, step.done, step.of)))
    assert done.sent == 1201
    assert [one for one in seen if one[0] == "sending"] == [("sending", n, 1201) for n in (0, 500, 1000, 1201)]
    assert sync(two, url).received == 1201
    agree(one, two)


def test_a_made_up_home_and_a_real_one_never_meet(homes, url, postgres, base) -> None:
    demo, real = homes("demo", pupil=None), homes("jt")
    with demo.store.writing() as db:
        log.set_meta(db, "made_up", "yes")
    sync(demo, url)
    with pytest.raises(SyncIncomplete, match="holds made-up records and this home real ones"):
        sync(real, url)
    assert heads(url) == {}
    with pytest.raises(SyncIncomplete, match="never mix"):
        serving.join(real, url)


def test_a_newer_format_is_neither_read_nor_written(homes, url, postgres, base, everything) -> None:
    one = homes("jt")
    sync(one, url)
    note(one, "stays here")
    postgres.run("UPDATE lsa_meta SET value = '2' WHERE key = 'log_format'", base)
    before = postgres.run("SELECT * FROM lsa_change", base)
    with pytest.raises(SyncIncomplete, match=r"written by a newer lsa .* please update this program; 1 not shared yet"):
        sync(one, url)
    assert postgres.run("SELECT * FROM lsa_change", base) == before


def test_two_schemas_are_two_stores(homes, postgres, base, agree) -> None:
    """Whatever the search path: what one does not hold is never looked for in the other."""
    postgres.run("CREATE SCHEMA class7b; CREATE SCHEMA class8a", base)
    one, two, three = homes("jt"), homes("mb"), homes("lp", pupil=None)
    public = postgres.url(base)
    first = postgres.url(base, schema="class7b")
    second = postgres.url(base, options="-csearch_path%3Dclass8a,class7b,public")
    sync(one, public)
    assert sync(two, first).created
    assert sync(three, second).created, "class8a has no tables yet, though the next schema on the path does"
    assert sync(three, first).received == 1
    agree(two, three)
    assert set(heads(public)) == {log.device(one.db)}
    assert heads(second) == {}
    assert len({parse(one).name for one in (public, first, second)}) == 3
    with pytest.raises(SyncIncomplete, match="has no schema class9"):
        sync(one, postgres.url(base, schema="class9"))


@pytest.mark.parametrize("setting", ["default_transaction_isolation = 'serializable'", "search_path = 'nowhere'"])
def test_settings_of_the_account_change_nothing(homes, postgres, base, agree, setting: str) -> None:
    postgres.run(f"ALTER DATABASE {base} SET {setting}", base)
    url = postgres.url(base, schema="public")
    one, two = homes("jt"), homes("mb")
    for book in (one, two, one, two):
        note(book, "again")
        assert sync(book, url).verified
    sync(one, url)
    agree(one, two)


# Emptied, put back, damaged


def test_a_server_put_back_from_an_old_copy_is_filled_again(homes, postgres, base, url, agree) -> None:
    one, two = homes("jt"), homes("mb")
    sync(one, url)
    postgres.run(f"CREATE DATABASE {base}_old TEMPLATE {base}")
    note(one, "after the copy")
    sync(one, url)
    postgres.run(f"DROP DATABASE {base}")
    postgres.run(f"ALTER DATABASE {base}_old RENAME TO {base}")
    done = sync(one, url)
    assert done.notes == ("the shared store had gone back in time and was filled again",)
    assert done.sent == 1
    sync(two, url)
    sync(one, url)
    agree(one, two)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("DROP TABLE lsa_change, lsa_meta, lsa_sealed", "was gone; it was made and filled again"),
        ("TRUNCATE lsa_change, lsa_meta", "was empty and was filled again"),
        ("TRUNCATE lsa_change", "had gone back in time and was filled again"),
        ("DELETE FROM lsa_change WHERE seq > 2", "had gone back in time and was filled again"),
        ("DROP TABLE lsa_change", "had gone back in time and was filled again"),
    ],
)
def test_an_emptied_server_is_filled_again(homes, postgres, base, url, agree, damage: str, says: str) -> None:
    one, two = homes("jt"), homes("mb", pupil=None)
    note_each(one, "T1", "T2", "T3")
    sync(one, url)
    hub = postgres.run("SELECT value FROM lsa_meta WHERE key = 'hub_id'", base)
    postgres.run(damage, base)
    done = sync(one, url)
    assert done.verified
    assert done.notes == (f"the shared store {says}",)
    assert postgres.run("SELECT value FROM lsa_meta WHERE key = 'hub_id'", base) == hub
    sync(two, url)
    agree(one, two)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE lsa_change SET body = replace(body, 'T2', 'T9') WHERE body LIKE '%T2%'",
        "UPDATE lsa_change SET chain = 'x' WHERE seq = 2",
        "DELETE FROM lsa_change WHERE seq = 2",
        "UPDATE lsa_change SET actor = 'XX' WHERE seq = 3",
        "DELETE FROM lsa_meta WHERE key = 'hub_id'",
        "DELETE FROM lsa_meta WHERE key = 'log_format'",
    ],
)
def test_damage_is_set_aside_under_a_dated_name_and_filled_again(
    homes, postgres, base, url, agree, damage: str
) -> None:
    """By the first device that meets it: one that reads the damaged place, or that misses a fact."""
    one, two = homes("jt"), homes("mb")
    note_each(one, "T1", "T2", "T3")
    sync(one, url)
    sync(two, url)
    note(two, "only the server and mb hold this")
    sync(two, url)
    postgres.run(damage, base)
    late = homes("lp", pupil=None)
    for book in (late, one, two, late, one):  # whoever cannot mend it says so; it is in order after two rounds
        try:
            sync(book, url)
        except SyncIncomplete as problem:
            assert "missing or damaged" in str(problem) or "is damaged" in str(problem)  # noqa: PT017
    for book in (one, two, late):
        assert sync(book, url).verified
    agree(one, two, late)
    assert "only the server and mb hold this" in texts(one)


def test_only_the_store_that_was_opened_is_set_aside(homes, postgres, base, url) -> None:
    """Two devices find the same damage at once: the one that comes later leaves the new store alone."""
    one = homes("jt")
    sync(one, url)
    first, second = Server(parse(url).address), Server(parse(url).address)
    for server in (first, second):
        server.open(made_up=False, create=False)
    kept = first.set_aside()
    assert kept is not None
    assert second.set_aside() is None, "there is none just now"
    second.open(made_up=False, create=False)
    assert sync(one, url).verified
    assert second.set_aside() is None, "there is a new one"
    assert heads(url) == log.shareable_heads(one.db)
    held = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'lsa_change_damaged%'"
    assert postgres.run(held, base) == [(1,)]
    assert postgres.run(f"SELECT count(*) FROM {kept}", base) == [(1,)]


def test_where_another_device_was_quicker_the_sync_goes_on(homes, postgres, base, url, agree, monkeypatch) -> None:
    one, two = homes("jt"), homes("mb")
    note_each(one, "T1", "T2", "T3")
    sync(one, url)
    sync(two, url)
    postgres.run("DELETE FROM lsa_meta WHERE key = 'log_format'", base)
    real = Server.set_aside

    def late(server: Server) -> Path | None:
        monkeypatch.setattr(Server, "set_aside", real)
        sync(two, url)
        return real(server)

    monkeypatch.setattr(Server, "set_aside", late)
    assert sync(one, url).verified
    agree(one, two)
    assert heads(url) == log.shareable_heads(one.db)


# Branches


def test_a_branch_moves_as_it_does_in_a_file(homes, url, tmp_path: Path) -> None:
    one = homes("jt")
    note_each(one, *"abcdef")
    dev = log.device(one.db)
    changes = log.changes_after(one.db, dev, 0, 99, 99)
    stores = [Server(parse(url).address), SqliteFile(tmp_path / "school.db")]
    found = []
    for store in stores:
        store.open(made_up=False, create=True)
        with store.pushing():
            store.add(changes)
        assert store.where(changes[4]["uid"]) == (dev, 5)
        with store.pushing():
            name = store.move(dev, 4)
        with store.pushing():
            assert store.move(dev, 3) != name
        found.append((name, store.heads(), [store.changes(one, 0, 99, 99) for one in sorted(store.heads())]))
        assert store.where(changes[4]["uid"]) == (name, 2)
        assert store.where("nothing") is None
        with pytest.raises(LookupError), store.pushing():
            store.move(dev, 9)
        store.close()
    assert found[0] == found[1]


def test_a_restored_home_branches_and_nothing_is_lost(homes, url, tmp_path: Path, agree) -> None:
    one, two = homes("jt"), homes("mb")
    note(one, "before")
    sync(one, url)
    one.close()
    shutil.copytree(tmp_path / "jt", tmp_path / "clone")
    one, clone = homes("jt"), homes("clone", initials="JT")
    note(one, "on the one")
    note_each(clone, "on the other", "and again")
    for book in (one, clone, two, one, clone, two):
        sync(book, url)
    agree(one, clone, two)
    assert {"before", "on the one", "on the other", "and again"} <= texts(two)


# Erasure


def test_what_was_erased_is_in_no_table(homes, url, postgres, base, tmp_path: Path, agree) -> None:
    canary = "Zerasethis"
    one, two = homes("jt", role="teacher"), homes("mb", role="teacher", pupil=None)
    note_each(one, f"{canary} said so", f"{canary} " + "long " * 3000)
    sync(one, url)
    sync(two, url)

    def on_the_servers_disk() -> set[str]:
        postgres.run("CHECKPOINT")
        return files_with(postgres.data / "base", canary)

    assert on_the_servers_disk()
    erasing.erase_pupil(one, "K7", "left the school")
    sync(one, url)
    assert postgres.run("SELECT count(*) FROM lsa_change WHERE body LIKE '%Zerase%'", base) == [(0,)]
    assert on_the_servers_disk() == set()
    sync(two, url)
    assert files_with(tmp_path, canary) == set()
    agree(one, two)


def test_an_account_that_does_not_own_the_tables_leaves_the_rest_to_the_owner(homes, postgres, base, url) -> None:
    postgres.run("CREATE ROLE helper LOGIN", base) if not postgres.run(
        "SELECT 1 FROM pg_roles WHERE rolname = 'helper'"
    ) else None
    one, two = homes("jt", role="teacher"), homes("mb", role="teacher")
    sync(one, url)
    postgres.run("GRANT SELECT, INSERT, UPDATE, DELETE ON lsa_change, lsa_meta, lsa_sealed TO helper", base)
    theirs = url.replace("postgresql://school@", "postgresql://helper@")
    note(two, "Zerasethis")
    sync(two, theirs)
    sync(one, url)
    erasing.erase_pupil(two, "K7", "left the school")
    sync(two, theirs)
    assert postgres.run("SELECT value FROM lsa_meta WHERE key = 'unclean'", base) == [("yes",)]
    assert postgres.run("SELECT count(*) FROM lsa_change WHERE body LIKE '%Zerase%'", base) == [(0,)]
    sync(one, url)
    assert postgres.run("SELECT value FROM lsa_meta WHERE key = 'unclean'", base) == []
    postgres.run("CHECKPOINT")
    assert files_with(postgres.data / "base", "Zerasethis") == set()


def test_a_server_put_back_is_swept_again(homes, postgres, base, url) -> None:
    one = homes("jt", role="teacher")
    note(one, "Zerasethis")
    sync(one, url)
    postgres.run(f"CREATE DATABASE {base}_old TEMPLATE {base}")
    erasing.erase_pupil(one, "K7", "left the school")
    sync(one, url)
    postgres.run(f"DROP DATABASE {base}")
    postgres.run(f"ALTER DATABASE {base}_old RENAME TO {base}")
    sync(one, url)
    assert postgres.run("SELECT count(*) FROM lsa_change WHERE body LIKE '%Zerase%'", base) == [(0,)]


# What only a sync with a server costs


def test_the_driver_is_loaded_by_a_sync_with_a_server_alone() -> None:
    code = (
        "import sys, lsa_tui.cli.main, lsa_tui.sync.run, lsa_tui.sync.moving, lsa_tui.cli.shared;"
        "sys.exit(any(name.split('.')[0] == 'psycopg' and sys.modules[name] for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_clock_of_the_server_is_compared(homes, url, monkeypatch) -> None:
    one = homes("jt")
    server = kinds.at(parse(url), one)
    server.open(made_up=False, create=True)
    assert server.clock_ahead() is None
    with server.pushing():
        pass
    assert abs(server.clock_ahead()) < 60
    assert server.free() is None
    assert server.apart_from(Path("/"))
    server.close()
    monkeypatch.setattr("lsa_tui.sync.server.time.time", lambda: timedelta(days=1).total_seconds())
    note(one, "T1")
    assert any("apart" in one for one in sync(one, url).notes)
