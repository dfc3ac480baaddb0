"""Words that sound like a disclosure are asked about; those of a usual lesson are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.daybook.disclosure import sounds_like


@pytest.mark.parametrize(
    "text",
    [
        "K7 said it is a secret",
        "He said: it’s a Secret.",
        "Dad hurt me",
        "BRUISES on both arms",
        "a bruise, left arm",
        "does not, I don't   want to go\nhome",
        "I don’t want to go home",
        "she promised not to",
        "self-harming?",
    ],
)
def test_it_is_asked(text: str) -> None:
    assert sounds_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Read 5 of 6 words alone #T1 8/10",
        "Secretary came for the register",
        "Went home at 15:10, happy",
        "Hurt his knee in the yard, told the first aider",
        "Asked for help with the card before he was upset",
        "Cut out the shapes by himself",
    ],
)
def test_it_is_not_asked(text: str) -> None:
    assert sounds_like(text) is None


def test_the_words_are_a_setting(tmp_path: Path) -> None:
    book = new_book(tmp_path / "home", tiles=False)
    try:
        book.config.save(words_disclosure=["purple hat*"])
        assert sounds_like("he has a PURPLE  hats", book) == "PURPLE hats"
        assert sounds_like("it is a secret", book) is None
        assert sounds_like("it is a secret") == "secret"
        book.config.save(words_disclosure=[])
        assert sounds_like("it is a secret, purple hat", book) is None
    finally:
        book.close()
