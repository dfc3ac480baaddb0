"""Settings: every mistake named, the default used, nothing overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsa_tui import config
from lsa_tui.errors import BadInput, LsaError


def write(path: Path, text: str) -> config.Config:
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_defaults_without_a_file(tmp_path: Path) -> None:
    found = config.load(tmp_path / "config.toml")
    assert found.problems == []
    assert found["time.zone"] == "Europe/London"
    assert found.presets("before")[0] == "asked to do something"
    assert not found.exists


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[look]\ntheem = "dusk"\n', ["theem", "theme"]),
        ('[lok]\ntheme = "dusk"\n', ["lok", "look"]),
        ('[person]\nrole = "teecher"\n', ["teecher", "teacher"]),
        ('[time]\nzone = "Europe/Londn"\n', ["zone", "Europe/Londn"]),
        ("[look]\nletters_only = 1\n", ["letters_only", "true or false"]),
        ('look = "dusk"\n', ["look", "section"]),
        ('theme = "dusk"\n', ["theme stands in no section", "[look]"]),
        ("[presets]\nbefore = []\n", ["before", "1 to 9"]),
        ("[keys]\nundo = 7\n", ["undo", "quotes"]),
    ],
)
def test_a_mistake_is_named_and_its_default_used(tmp_path: Path, text: str, words: list[str]) -> None:
    found = write(tmp_path / "config.toml", text + '[shared]\nurl = "sqlite:////x.db"\n')
    assert len(found.problems) == 1
    assert "config.toml" in found.problems[0]
    for word in words:
        assert word in found.problems[0]
    assert found["shared.url"] == "sqlite:////x.db", "what is right is still used"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///school.db", ["relative path", "did you mean 'sqlite:////"]),
        ("sqlit:////a/school.db", ["'sqlit' is not a kind", "did you mean 'sqlite'"]),
        ("/srv/school.db", ["is a path, '/srv/school.db'", "sqlite:///"]),
        ("postgresql:/secret@host", ["needs its host"]),
    ],
)
def test_what_is_wrong_with_an_address_is_said_and_no_password(tmp_path: Path, url: str, words: list[str]) -> None:
    found = write(tmp_path / "config.toml", f'[shared]\nurl = "{url}"\n')
    assert len(found.problems) == 1
    for word in ("[shared] url", "the default is used", *words):
        assert word in found.problems[0]
    assert "secret" not in found.problems[0]


@pytest.mark.parametrize("content", [b"[look\ntheme = 1", b"\xff\xfe\x00bad", b"\x00" * 1_000_000])
def test_a_file_that_cannot_be_read_is_said_and_put_aside_before_writing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    found = config.load(path)
    assert len(found.problems) == 1
    assert path.read_bytes() == content
    found.save(person_initials="JT")
    assert (tmp_path / "config-unreadable.toml").read_bytes() == content
    assert config.load(path)["person.initials"] == "JT"


def test_saving_keeps_what_is_there_and_checks_what_is_new(tmp_path: Path) -> None:
    found = write(tmp_path / "config.toml", '[look]\ntheme = "paper"\n[keys]\n"undo" = "u"\n')
    found.save(person_initials="JT")
    again = config.load(tmp_path / "config.toml")
    assert (again["look.theme"], again["person.initials"], again.keys) == ("paper", "JT", {"undo": "u"})
    with pytest.raises((ValueError, LsaError)):
        found.save(person_role="king")
    assert config.load(tmp_path / "config.toml")["person.role"] == "lsa"


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    from lsa_tui import paths

    (tmp_path / "home").write_text("x")
    with pytest.raises(LsaError, match="is a file"):
        paths.find(str(tmp_path / "home"))


def test_a_bad_lsa_now_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from zoneinfo import ZoneInfo

    from lsa_tui import clock

    for value in ("yesterday", "2026-11-24T10:42:00", "2026-02-30T10:00:00+00:00"):
        monkeypatch.setenv("LSA_NOW", value)
        with pytest.raises(BadInput, match="LSA_NOW"):
            clock.now(ZoneInfo("Europe/London"))
