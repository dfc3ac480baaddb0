"""Text being typed: every key at once, in its order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.app.drawing import fit, wrapped
from lsa_tui.app.typed import Typed


def typing(*keys: str, several: bool = True, text: str = "") -> Typed:
    field = Typed(text, several=several)
    for key in keys:
        field.press(key, key if len(key) == 1 else None)
    return field


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["t", "e", "h", "backspace", "backspace", "backspace", "t", "h", "e"], "the"),
        (["a", "b", "left", "c"], "acb"),
        (["a", "b", "home", "c", "end", "d"], "cabd"),
        (["a", "b", "left", "left", "delete"], "b"),
        (["o", "n", "e", " ", "t", "w", "o", "ctrl+w"], "one "),
        (["o", "n", "e", "ctrl+u", "x"], "x"),
        (["left", "right", "backspace", "delete", "x"], "x"),
    ],
)
def test_editing_keys(keys: list[str], text: str) -> None:
    assert typing(*keys).text == text


def test_lines_up_and_down() -> None:
    field = typing("a")
    field.newline()
    for key in ("b", "up", "x", "down", "y"):
        field.press(key, key if len(key) == 1 else None)
    assert field.text.split("\n")[0].replace("x", "") == "a"
    assert "\n" not in typing("a", several=False, text="b").text


@given(st.lists(st.sampled_from([*"ab é", "left", "right", "backspace", "delete", "home", "end"]), max_size=60))
def test_the_cursor_stays_in_the_text(keys: list[str]) -> None:
    field = typing(*keys)
    assert 0 <= field.cursor <= len(field.text)


@given(st.text(max_size=120), st.integers(5, 40), st.integers(1, 10))
def test_what_is_drawn_fits_and_holds_the_cursor(text: str, width: int, height: int) -> None:
    from rich.cells import cell_len

    field = Typed(several=True)
    field.put(text)
    lines, at = field.lines(width, height)
    assert 0 < len(lines) <= height
    assert 0 <= at < len(lines)
    for line in lines:
        assert sum(cell_len(part) for part, _ in line) <= width + 1


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_fitted_text_takes_its_cells(text: str, width: int) -> None:
    from rich.cells import cell_len

    assert cell_len(fit(text, width)) == width


@given(st.text(st.characters(categories=["L", "Zs", "N"]), max_size=120), st.integers(6, 40))
def test_wrapping_keeps_every_letter(text: str, width: int) -> None:
    from rich.cells import cell_len

    lines = wrapped(text, width, most=1000)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
