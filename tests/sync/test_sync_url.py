from __future__ import annotations

from pathlib import Path

import pytest

from lsa_tui.errors import BadInput
from lsa_tui.sync.run import sync
from lsa_tui.sync.url import parse


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
        ("folder:////media/cloud", "not folder:"),
        ("postgresql://jt:secret@db/school", "not postgresql:"),
        ("postgres://jt:secret@db/school", "not postgres:"),
    ],
)
def test_anything_else_gets_a_sentence_with_what_works(url: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(url)
    assert says in str(caught.value)
    assert "sqlite:///" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_without_a_url_the_sentence_says_how_to_set_one(homes) -> None:
    with pytest.raises(BadInput, match=r"\[shared\] url.*lsa init --shared") as caught:
        sync(homes("jt"))
    assert caught.value.exit_code == 2


def test_the_setting_is_used_where_no_url_is_given(homes, url, shared) -> None:
    book = homes("jt")
    book.config.values["shared.url"] = url
    assert sync(book).created
    assert shared.exists()
