from __future__ import annotations

from pathlib import Path

import pytest

from lsa_tui import config
from lsa_tui.address import SERVER_EXAMPLE, parse, shown, typed
from lsa_tui.errors import BadInput
from lsa_tui.sync.run import sync


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////media/stick/school.db", "/media/stick/school.db"),
        ("  SQLite:////media/a stick/50% #7.db ", "/media/a stick/50% #7.db"),
        ("sqlite:///C:/lsa/school.db", "C:/lsa/school.db"),
        ("sqlite:///S:\\lsa\\school.db", "S:\\lsa\\school.db"),
    ],
)
def test_an_absolute_path_is_understood(url: str, path: str) -> None:
    assert parse(url).kind == "sqlite"
    assert parse(url).path == Path(path)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "no shared database is set"),
        ("sqlite:///school.db", "relative path"),
        ("sqlite:///~/school.db", f"did you mean 'sqlite:///{Path.home()}/school.db'"),
        ("sqlite:///", "relative path"),
        ("sqlite://school.db", "three slashes"),
        ("sqlite:school.db", "three slashes"),
        ("sqlite:////media/stick/", "names a folder"),
        ("sqlite:////media/school.db?mode=ro", "after a ?"),
        ("/media/stick/school.db", "put sqlite:/// before it"),
        ("C:\\lsa\\school.db", "put sqlite:/// before it"),
        ("sqllite:////media/school.db", "did you mean 'sqlite'"),
        ("https://school.example/db", "'https' is not a kind"),
        ("folder:///cloud", "relative path"),
        ("folder://cloud", "three slashes"),
        ("folder:////media/cloud?x=1", "after a ?"),
        ("sqlite://jt:secret@db/school", "needs three slashes"),
        ("postgress://jt:secret@db/school", "'postgress' is not a kind"),
        ("postgresql:school", "needs its host and the database's name"),
        ("postgresql://jt:secret@db", "needs its host and the database's name"),
        ("postgresql://jt:secret@db:99999/school", "not well formed"),
        ("postgresql://jt:secret@[db/school", "not well formed"),
        ("postgresql://jt:secret#x@db/school", "not well formed"),
        ("postgresql://jt:secret@db/school#secret", "written %23"),
        ("postgres://jt:secret@db/a/b", "needs its host"),
        ("postgresql://jt:secret@db/records (class7b)", "postgresql://HOST/NAME?schema=class7b"),
        ("folder:////", "is the whole disk"),
        ("sqlite:////srv/two\nlines.db", "holds a line break"),
        ("folder:///~nosuchuser/x", "no such user is known here"),
        (f"sqlite:////tmp/{'a' * 300}/b%20c/school.db", "File name too long"),
    ],
)
def test_anything_else_gets_a_sentence_with_what_works(url: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(url)
    assert says in str(caught.value)
    assert "sqlite:///" in str(caught.value) or "folder:///" in str(caught.value) or SERVER_EXAMPLE in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("folder:///srv/share/school", "folder:////srv/share/school"),
        ("sqlite:///srv/school/x.db", "sqlite:////srv/school/x.db"),
        ("sqlite:///here/x.db", "sqlite:///{}/here/x.db"),
        ("folder:///here/school", "folder:///{}/here/school"),
        ("sqlite:///x.db", "sqlite:///{}/x.db"),
        ("folder:///./share/school", "folder:///{}/share/school"),
    ],
)
def test_one_slash_too_few_is_put_right(url: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole path that lacks its slash was completed by the folder in which the command was typed."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput) as caught:
        parse(url)
    assert f"did you mean '{meant.format(tmp_path)}'?" in str(caught.value)


def test_what_is_written_as_in_a_browser_is_put_right(tmp_path: Path) -> None:
    (tmp_path / "One Drive").mkdir()
    for url in (f"sqlite:///{tmp_path}/One%20Drive/school.db", f"folder:///{tmp_path}/One%20Drive/School"):
        with pytest.raises(BadInput, match=r"without %20 and the like, as in .*One Drive"):
            parse(url)
    (tmp_path / "One%20Drive").mkdir()
    assert parse(url).path == tmp_path / "One%20Drive" / "School", "it may be called so"


def test_a_folder_is_understood_and_its_keys_lie_in_it() -> None:
    found = parse("folder:////media/One Drive/School/")
    assert (found.kind, found.name) == ("folder", "/media/One Drive/School")
    assert found.path == Path("/media/One Drive/School")
    assert found.anchor == Path("/media/One Drive/School/lsa")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://jt:s%2Fcret@db.school.example/records", "db.school.example/records"),
        ("postgres://db.school.example:5433/records?sslmode=verify-full", "db.school.example:5433/records"),
        ("POSTGRESQL://db/records?schema=class7b", "db/records (class7b)"),
        ("postgresql://db/records?options=-csearch_path%3Dclass7b", "db/records (class7b)"),
        ("postgresql:///records", "postgresql:///records"),
        ("postgresql:///records?host=/run/postgresql", "/run/postgresql/records"),
        ("postgresql:///records?service=school", "school/records"),
    ],
)
def test_a_server_is_understood_and_named_without_its_user_and_password(url: str, name: str) -> None:
    found = parse(url)
    assert (found.kind, found.path, found.anchor, found.name) == ("postgresql", None, None, name)
    assert "s%2Fcret" not in repr(found)
    assert "jt" not in repr(found)
    assert "s%2Fcret" not in shown(url)
    assert "jt" not in shown(url)


def test_an_address_may_be_shown_whatever_it_is() -> None:
    options = "schema=class7b&sslmode=verify-full&sslrootcert=/etc/school.pem"
    assert shown(f"postgresql://jt:secret@db:5/a%20b?{options}") == f"postgresql://db:5/a%20b?{options}"
    assert shown("postgresql://db/x?user=jt&password=secret&passfile=secret&host=/run/pg") == (
        "postgresql://db/x?host=/run/pg"
    )
    assert shown("postgresql://db/x?options=-csearch_path%3Dclass7b") == "postgresql://db/x?schema=class7b"
    assert shown("postgresql://db/x?options=-csearch_path%3Dclass7b,public") == "postgresql://db/x?schema=class7b"
    assert shown("postgresql:///records") == "postgresql:///records"
    assert shown("sqlite:////srv/school.db") == "sqlite:////srv/school.db"
    assert shown("postgresqll://jt:secr/et@db/records") == "postgresqll://***@db/records"
    assert shown("sqlite:////srv/a@b/school.db") == "sqlite:////srv/a@b/school.db"
    assert shown("jt:secret@db/records") == "jt:***@db/records"
    with pytest.raises(BadInput, match="a@b"):
        parse("sqlite:////srv/a@b/?")


def test_an_address_is_typed_in_the_quotes_that_it_needs() -> None:
    assert typed("sqlite:////srv/school.db") == "sqlite:////srv/school.db"
    assert typed("folder:////srv/One Drive") == "'folder:////srv/One Drive'"
    assert typed("postgresql://jt:secret@db/x?schema=a&sslmode=require") == (
        "'postgresql://db/x?schema=a&sslmode=require'"
    )


def test_a_wrong_address_in_the_settings_is_not_quoted(tmp_path: Path) -> None:
    place = tmp_path / "config.toml"
    place.write_text('[shared]\nurl = "postgresqll://jt:secret@db/records"\n')
    found = config.load(place)
    assert "[shared] url 'postgresqll' is not a kind of shared database" in found.problems[0]
    assert "secret" not in found.problems[0]


def test_without_a_url_the_sentence_says_how_to_set_one(homes) -> None:
    with pytest.raises(BadInput, match=r"\[shared\] url.*lsa init --shared") as caught:
        sync(homes("jt"))
    assert caught.value.exit_code == 2


def test_the_setting_is_used_where_no_url_is_given(homes, url, shared) -> None:
    book = homes("jt")
    book.config.values["shared.url"] = url
    assert sync(book).created
    assert shared.exists()
