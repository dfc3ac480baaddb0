"""Moving the shared store from one kind to another, each way, compared before the old one is left."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from lsa_tui.address import parse, shown
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, SyncIncomplete
from lsa_tui.records import log
from lsa_tui.sync import joining, keys, kinds, local, moving, rekeying
from lsa_tui.sync.run import sync
from lsa_tui.sync.shared import Heads
from lsa_tui.sync.sqlite_file import SqliteFile
from postgres import Cluster

KINDS = ("sqlite", "folder", "postgresql")
PASS = "seven blue cups"

New = Callable[[str], str]


@pytest.fixture
def new(tmp_path: Path, request: pytest.FixtureRequest) -> New:
    """The URL of a new store of a kind."""
    numbers = itertools.count(1)

    def made(kind: str) -> str:
        if kind == "postgresql":
            return request.getfixturevalue("postgres").database()
        folder = tmp_path / f"place {next(numbers)}"
        folder.mkdir()
        return f"sqlite:///{folder}/school.db" if kind == "sqlite" else f"folder:///{folder}"

    return made


def using(book: Book, url: str) -> Book:
    book.config.save(shared_url=url)
    return book


def write(book: Book, *codes: str) -> None:
    for code in codes:
        pupils.add_item(book, "target", code, f"Says {code} with the card")


def heads(book: Book, url: str) -> Heads:
    with moving._open(book, parse(url), keep=False) as store:
        return store.heads()


@pytest.mark.parametrize(("source", "target"), itertools.permutations(KINDS, 2))
def test_each_kind_to_each_other(homes, new: New, agree, source: str, target: str) -> None:
    old, now = new(source), new(target)
    one, two, three = using(homes("jt"), old), using(homes("mb"), old), homes("lp", pupil=None)
    write(one, "T1", "T2")
    sync(one)
    write(two, "T3")
    sync(two)  # what only the old store holds: `one` has not seen it

    done = moving.move(one, now)
    assert (done.changes, done.sent) == (sum(seq for seq, _ in heads(one, old).values()), done.changes)
    assert one.config["shared.url"] == now
    assert heads(one, old) == heads(one, now), "the old one keeps all it has"

    write(two, "T4")
    with pytest.raises(SyncIncomplete) as caught:
        sync(two)
    assert f"were moved to {shown(now)};" in str(caught.value)
    assert "lsa init --shared" in str(caught.value)
    assert "1 not shared yet" in str(caught.value)
    sync(using(two, now))
    sync(one)
    sync(three, now)
    agree(one, two, three)
    with pytest.raises(BadInput, match="shared already"):
        moving.move(one, now)


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back_again(homes, new: New, kind: str) -> None:
    old, now = new(kind), new("sqlite")
    one = using(homes("jt"), old)
    write(one, "T1")
    moving.move(one, now)
    write(one, "T2")
    moving.move(one, old)
    assert sync(one).verified, "the mark that it was left is gone"
    with pytest.raises(SyncIncomplete, match="were moved to"):
        sync(one, now)


@pytest.mark.parametrize(("source", "target"), itertools.permutations(KINDS, 2))
def test_a_dry_run_counts_and_writes_nothing(homes, new: New, everything, source: str, target: str) -> None:
    old, now = new(source), new(target)
    one, two = using(homes("jt"), old), using(homes("mb"), old)
    write(two, "T1")
    sync(two)
    sync(one)
    write(two, "T2")
    sync(two)
    write(one, "T3")
    before, there = everything(one), heads(one, old)
    done = moving.move(one, now, dry_run=True)
    assert (done.dry_run, done.sent) == (True, sum(seq for seq, _ in there.values()) + 1)
    assert (everything(one), heads(one, old), heads(one, now)) == (before, there, {})
    assert one.config["shared.url"] == old
    assert sync(two).verified


@pytest.mark.parametrize("kind", ["sqlite", "folder"])
def test_the_encrypted_store_of_a_plain_home_never_becomes_a_plain_one(homes, new: New, kind: str) -> None:
    """Nobody is told that it can be read by whoever has the place."""
    old, now = new("sqlite"), new(kind)
    one = using(homes("jt"), old)
    sync(one)
    rekeying.rekey(one, lambda: PASS)
    assert moving.move(one, now, dry_run=True).notes == (moving.JOIN_AGAIN,)
    with pytest.raises(keys.NeedsPassphrase, match="join passphrase, chosen now"):
        moving.move(one, now)
    assert one.config["shared.url"] == old
    assert sync(one).verified
    moving.move(one, now, ask=lambda _: PASS)
    assert joining.standing(one).state == "encrypted"


def test_it_is_not_moved_into_a_plain_one_either(homes, new: New) -> None:
    old, now = new("sqlite"), new("folder")
    one = using(homes("jt"), old)
    sync(one)
    sync(one, now)  # and so there is a plain one with these records
    rekeying.rekey(one, lambda: PASS)
    with pytest.raises(SyncIncomplete, match="is not encrypted, and the store that is to be moved is;") as caught:
        moving.move(one, now)
    assert "nothing was moved" in str(caught.value)
    assert one.config["shared.url"] == old


def test_a_server_has_no_key_and_that_is_said(homes, new: New) -> None:
    old, now = new("sqlite"), new("postgresql")
    one = using(homes("jt", encrypted=True), old)
    sync(one, ask=lambda _: PASS)
    for dry_run in (True, False):
        assert "can read what was encrypted until now" in " ".join(moving.move(one, now, dry_run=dry_run).notes)


def test_an_encrypted_store_moves_to_an_encrypted_one(homes, new: New, agree, monkeypatch) -> None:
    monkeypatch.setenv("LSA_SHARED_PASSPHRASE", PASS)
    old, now = new("sqlite"), new("folder")
    one, two = using(homes("jt", encrypted=True), old), homes("mb", pupil=None, encrypted=True)
    write(one, "T1")
    moving.move(one, now)
    sync(two, now)
    agree(one, two)
    text = "".join(file.read_text("latin-1") for file in Path(parse(now).path).rglob("*") if file.is_file())
    assert "with the card" not in text


def test_others_records_are_never_mixed_in(homes, new: New) -> None:
    old, now = new("sqlite"), new("folder")
    one, other = using(homes("jt"), old), homes("mb")
    write(one, "T1")
    write(other, "T9")
    sync(other, now)
    there = heads(other, now)
    for dry_run in (True, False):
        with pytest.raises(SyncIncomplete, match="records of others"):
            moving.move(one, now, dry_run=dry_run)
    assert heads(other, now) == there
    assert one.config["shared.url"] == old
    assert sync(one).verified


def test_made_up_and_real_are_never_mixed(homes, new: New, demo_home) -> None:
    old, now = new("sqlite"), new("postgresql")
    sync(demo_home, now)
    one = using(homes("jt"), old)
    write(one, "T1")
    with pytest.raises(SyncIncomplete, match="never mix"):
        moving.move(one, now)
    assert one.config["shared.url"] == old


@pytest.fixture
def demo_home(homes) -> Book:
    book = homes("demo", pupil=None)
    with book.store.writing() as db:
        log.set_meta(db, "made_up", "yes")
    return book


def test_nothing_is_left_where_the_old_store_cannot_be_read(homes, new: New) -> None:
    old, now = new("sqlite"), new("folder")
    one = using(homes("jt"), old)
    write(one, "T1")
    sync(one)
    place = parse(old).path
    place.parent.rename(place.parent.with_name("away"))
    with pytest.raises(SyncIncomplete, match="cannot be reached"):
        moving.move(one, now)
    assert one.config["shared.url"] == old
    assert not list(Path(parse(now).path).iterdir())


def test_what_is_in_the_old_store_is_not_called_unshared_where_the_new_one_takes_nothing(
    homes, new: New, postgres: Cluster
) -> None:
    old, now = new("sqlite"), new("postgresql")
    one = using(homes("jt"), old)
    write(one, "T1", "T2")
    base = parse(now).address.split("/")[3].split("?")[0]
    postgres.run(
        """CREATE FUNCTION full_up() RETURNS trigger AS $$ BEGIN
        RAISE EXCEPTION 'no' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql""",
        base,
    )
    sync(homes("mb", pupil=None), now)
    postgres.run("CREATE TRIGGER f BEFORE INSERT ON lsa_change FOR EACH ROW EXECUTE FUNCTION full_up()", base)
    with pytest.raises(SyncIncomplete, match=r"disk is full.*nothing was moved, and .* is in use as before") as caught:
        moving.move(one, now)
    assert "not shared yet" not in str(caught.value)
    assert log.backlog(one.db) == 0
    assert sync(one).sent == 0


@pytest.mark.parametrize("when", ["_check_target", "_settled", "_move_sealed"])
def test_what_was_interrupted_is_completed_by_the_same_command(homes, new: New, agree, monkeypatch, when: str) -> None:
    old, now = new("sqlite"), new("postgresql")
    one, two = using(homes("jt"), old), using(homes("mb"), old)
    write(one, "T1")
    sync(two)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, when, killed)
        with pytest.raises(KeyboardInterrupt):
            moving.move(one, now)
    assert one.config["shared.url"] == old
    if when != "_move_sealed":  # by then the old store says so already
        assert sync(two).verified
        moving.move(one, now)
    else:
        with pytest.raises(SyncIncomplete, match="were moved to"):
            sync(one)
        sync(using(one, now))
    sync(using(two, now))
    sync(one)
    agree(one, two)


def test_what_others_send_meanwhile_comes_along(homes, new: New, agree, monkeypatch) -> None:
    """Somebody shares with the old store after the new one was filled: it is not left before that came along."""
    old, now = new("sqlite"), new("folder")
    one, two = using(homes("jt"), old), using(homes("mb"), old)
    write(one, "T1")
    real, meanwhile = moving._settled, iter(["T2", "T3"])

    def settled(*args: object) -> Heads | None:
        if code := next(meanwhile, ""):
            write(two, code)
            sync(two)
        return real(*args)

    monkeypatch.setattr(moving, "_settled", settled)
    moving.move(one, now)
    assert heads(one, now) == heads(one, old)
    sync(using(two, now))
    agree(one, two)


def test_a_store_that_does_not_read_back_is_not_moved_to(homes, new: New, postgres: Cluster) -> None:
    """A change that the new store holds from an earlier try, altered there since."""
    old, now = new("sqlite"), new("postgresql")
    one = using(homes("jt"), old)
    write(one, "T1")
    sync(one, now)
    postgres.run(
        "UPDATE lsa_change SET body = replace(body, 'card', 'cart')", parse(now).address.split("/")[3].split("?")[0]
    )
    with pytest.raises(SyncIncomplete, match="missing or damaged"):
        moving.move(one, now)
    assert one.config["shared.url"] == old
    assert sync(one).verified


def test_out_of_a_cloud_folder(homes, tmp_path: Path, monkeypatch) -> None:
    """From a program that did not refuse it yet: only out of there it is read."""
    place = tmp_path / "OneDrive - Hill School"
    place.mkdir()
    one = homes("jt")
    write(one, "T1")
    sync(one, f"sqlite:///{place}/school.db", cloud_too=True)
    using(one, f"sqlite:///{place}/school.db")
    with pytest.raises(BadInput, match="OneDrive copies"):
        sync(one)
    moving.move(one, f"folder:///{place}")
    assert sync(one).verified


def test_without_a_store_or_with_a_wrong_place(homes, new: New, tmp_path: Path) -> None:
    one = homes("jt")
    with pytest.raises(BadInput, match="nothing to move; lsa init --shared postgresql://db/records"):
        moving.move(one, "postgresql://jt:secret@db/records")
    using(one, new("sqlite"))
    with pytest.raises(BadInput, match="Dropbox copies"):
        moving.move(one, f"sqlite:///{tmp_path}/Dropbox/school.db")
    assert kinds.at(parse(one.config["shared.url"]), one).kind == "sqlite"


# One store by two names


def by_link(place: Path, tmp_path: Path) -> Path:
    (tmp_path / "link").symlink_to(place.parent)
    return tmp_path / "link" / place.name


def link_itself(place: Path, tmp_path: Path) -> Path:
    (tmp_path / "other.db").symlink_to(place)
    return tmp_path / "other.db"


def up_and_down(place: Path, tmp_path: Path) -> Path:
    return place.parent / ".." / place.parent.name / place.name


@pytest.mark.parametrize("kind", ["sqlite", "folder"])
@pytest.mark.parametrize("second_name", [by_link, link_itself, up_and_down])
def test_a_second_name_of_the_store_is_no_other_place(homes, new: New, tmp_path: Path, kind: str, second_name) -> None:
    old = new(kind)
    one, two = using(homes("jt"), old), using(homes("mb"), old)
    write(one, "T1")
    sync(one)
    now = f"{kind}:///{second_name(parse(old).path, tmp_path)}"
    would = moving.move(one, now, dry_run=True)
    assert (would.same, one.config["shared.url"]) == (True, old)
    done = moving.move(one, now)
    assert (done.same, one.config["shared.url"]) == (True, now)
    write(two, "T2")
    assert sync(two).notes == (), "nothing was marked there"
    assert sync(one).received == 2
    with moving._open(one, parse(old), keep=False) as store:
        assert store.moved_to() == ""


@pytest.mark.parametrize("told_apart", [True, False])
def test_a_server_by_its_address_and_by_its_name(homes, postgres: Cluster, monkeypatch, told_apart: bool) -> None:
    """Also where what is asked of the servers does not tell that they are one."""
    if not told_apart:
        monkeypatch.setattr(moving, "_is_one_server", lambda *_: False)
    name = postgres.database().split("/")[3].partition("?")[0]
    old = postgres.over_tcp(name)
    now = old.replace("127.0.0.1", "localhost")
    assert parse(old).name != parse(now).name
    one, two = using(homes("jt"), old), using(homes("mb"), old)
    write(one, "T1")
    assert moving.move(one, now).same
    assert one.config["shared.url"] == now
    assert sync(two).notes == ()
    assert sync(one).received == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_says_it_was_moved_to_itself_is_used_and_says_so_no_more(homes, new: New, kind: str) -> None:
    url = new(kind)
    one, two = using(homes("jt"), url), using(homes("mb"), url)
    sync(one)
    with moving._open(one, parse(url)) as store, store.pushing():
        hub = next(one.hub_id for one in local.memories(one.db) if one.name == parse(url).name)
        store.mark_moved(f"{shown(url)}\n{hub}")
    assert sync(one, dry_run=True).sent == 0
    write(one, "T1")
    assert sync(one).sent == 1
    assert sync(two).verified
    with moving._open(one, parse(url), keep=False) as store:
        assert store.moved_to() == ""


@pytest.mark.parametrize("kind", ["sqlite", "folder"])
def test_an_old_store_that_another_computer_has_at_the_new_ones_path_is_not_used_again(
    homes, new: New, tmp_path: Path, agree, kind: str
) -> None:
    """Two sticks: on one computer they are E and F, on the other each of them is E."""
    first, second = (parse(new(kind)).path for _ in range(2))
    if kind == "sqlite":
        first, second = first.parent, second.parent
    at_e = f"{kind}:///{second}" + ("/school.db" if kind == "sqlite" else "")
    at_f = at_e.replace(str(second), str(first))

    def swap() -> None:
        first.rename(tmp_path / "out")
        second.rename(first)
        (tmp_path / "out").rename(second)

    one, two = using(homes("jt"), at_f), using(homes("mb"), at_e)
    write(one, "T1")
    sync(one)
    swap()
    sync(two)
    swap()
    sync(one)
    moving.move(one, at_e)
    write(two, "T2")
    swap()
    for _ in range(2):
        with pytest.raises(SyncIncomplete, match=r"is an old store, .* put that one in its place"):
            sync(two)
    swap()
    sync(two)
    sync(one)
    agree(one, two)


def test_what_only_the_new_store_got_is_not_called_shared_where_the_old_one_stays_in_use(
    homes, new: New, monkeypatch
) -> None:
    old, now = new("sqlite"), new("sqlite")
    one = using(homes("jt"), old)
    write(one, "T1")
    place, real = parse(old).path.parent, moving._settled

    def pulled(*args: object) -> Heads | None:
        write(one, "T2")
        sync(one, now)
        place.rename(place.with_name("pulled"))
        return real(*args)

    monkeypatch.setattr(moving, "_settled", pulled)
    with pytest.raises(SyncIncomplete, match=r"cannot be reached.* nothing was moved, and .* is in use as before"):
        moving.move(one, now)
    assert log.backlog(one.db) > 0
    place.with_name("pulled").rename(place)
    assert sync(one).sent > 0


def test_the_new_store_that_is_pulled_after_it_was_compared_was_moved_to(homes, new: New, monkeypatch) -> None:
    old, now = new("sqlite"), new("sqlite")
    one = using(homes("jt"), old)
    write(one, "T1")
    place, real = parse(now).path.parent, SqliteFile.mark_moved

    def marked(file: SqliteFile, to: str) -> None:
        real(file, to)
        place.rename(place.with_name("pulled"))

    with monkeypatch.context() as patch:
        patch.setattr(SqliteFile, "mark_moved", marked)
        assert moving.move(one, now).changes > 0
    assert one.config["shared.url"] == now
    place.with_name("pulled").rename(place)
    assert sync(one).sent == 0


def test_what_the_setting_would_refuse_is_refused_before_anything_is_done(homes, new: New, tmp_path: Path) -> None:
    old = new("sqlite")
    one = using(homes("jt"), old)
    write(one, "T1")
    sync(one)
    for wrong in (f"folder:///{tmp_path}/two\nlines", "folder:////"):
        with pytest.raises(BadInput, match=r"\[shared\] url (holds a line break|.* is the whole disk)"):
            moving.move(one, wrong)
    assert sync(one).verified
    assert one.config["shared.url"] == old


def test_a_server_with_a_schema_and_options_is_named_as_it_is_typed(homes, new: New, postgres: Cluster) -> None:
    """What others are told opens the store, but for their own account."""
    base = postgres.database().split("/")[3].partition("?")[0]
    postgres.run("CREATE SCHEMA class7b", base)
    old, now = new("sqlite"), postgres.over_tcp(base, schema="class7b", sslmode="disable")
    one, two = using(homes("jt"), old), using(homes("mb"), old)
    sync(two)
    write(one, "T1")
    moving.move(one, now)
    with pytest.raises(SyncIncomplete) as caught:
        sync(two)
    address = f"postgresql://127.0.0.1:{postgres.port}/{base}?schema=class7b&sslmode=disable"
    assert f"`lsa init --shared '{address}'`" in str(caught.value)
    assert parse(address).name == parse(now).name
    account = now.partition("//")[2].partition("@")[0]
    assert sync(two, address.replace("//", f"//{account}@")).received > 0
