"""The registry of keys, and what people make of it."""

from __future__ import annotations

import pytest

from lsa_tui.actions import ACTIONS, SCOPES, keymap


def test_ids_are_unique_and_every_action_has_a_typed_character() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert any(len(key) == 1 for key in action.keys), action.id
        assert action.label
        assert action.help


def test_the_screens_actions_are_there() -> None:
    ids = {action.id for action in ACTIONS}
    assert {"screen.today", "screen.tally", "screen.note", "screen.log", "screen.end"} <= ids


@pytest.mark.parametrize("screen", sorted({action.screen for action in ACTIONS}))
def test_no_default_key_means_two_things_on_one_screen(screen: str) -> None:
    seen: dict[str, str] = {}
    for action in ACTIONS:
        if action.screen == screen:
            for key in action.keys:
                assert key not in seen, (key, action.id, seen[key])
                seen[key] = action.id


def test_tile_letters_are_free_of_actions_where_tiles_are() -> None:
    from lsa_tui.daybook.behaviours import free_letters

    for screen in ("today", "tally"):
        taken = set(keymap({}).on(screen))
        assert not taken & set(free_letters())
    assert set("bchjklopsy") == set(free_letters())


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("undoo", "u", "did you mean 'undo'"),
        ("undo", "nosuchkey", "not a key"),
        ("undo", "n", "screen.note"),
        ("undo", "c", "tile"),
        ("tally.c", "y", "lsa behaviour add"),
        ("log.correct", "x", "log.remove"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_the_default_stays(name: str, keys: str, words: str) -> None:
    found = keymap({name: keys})
    assert len(found.problems) == 1
    assert words in found.problems[0]
    assert found.keys == keymap({}).keys


def test_a_key_can_be_changed_and_then_works_there() -> None:
    found = keymap({"check": "f2,!", "undo": "comma"})
    assert "already" in found.problems[0], "the comma is the key of the screen to the left"
    found = keymap({"check": "f2,%"})
    assert found.problems == ()
    assert found.on("tally")["f2"] == found.on("tally")["%"] == "check"
    assert "w" not in found.on("tally")


def test_a_character_that_can_be_typed_stays_beside_other_keys() -> None:
    found = keymap({"screen.today": "f2", "undo": "f3, y"})
    assert found.keys["screen.today"] == ("f2", "[")
    assert found.shown("screen.today") == "f2"
    assert "already the key of 'undo'" in keymap({"undo": "f2", "redo": "u"}).problems[0]


def test_two_actions_may_change_places() -> None:
    found = keymap({"redo": "u", "undo": "r"})
    assert found.problems == ()
    assert found.on("tally")["u"] == "redo"
    assert found.on("tally")["r"] == "undo"


def test_every_screen_of_the_registry_has_its_scope() -> None:
    assert {action.screen for action in ACTIONS} <= set(SCOPES)
