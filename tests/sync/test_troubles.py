"""docs/troubles.md: what it quotes is what the program says, and no reason that a file or server gives is missing."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from lsa_tui.sync import server_trouble, trouble

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubles.md").read_text(encoding="utf-8")


@cache
def said() -> tuple[str, ...]:
    """Every text in the program."""
    found = []
    for file in (ROOT / "src").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found += [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is str]
    return tuple(found)


@pytest.mark.parametrize("quoted", sorted(set(re.findall("“([^”]+)”", PAGE))))
def test_what_it_quotes_is_said(quoted: str) -> None:
    assert any(quoted in one for one in said())


def quoted_in(sentence: str) -> bool:
    return any(one in sentence for one in re.findall("“([^”]+)”", PAGE))


def test_every_reason_is_in_it() -> None:
    texts = {why for _, why in trouble._REASONS}
    texts |= {why for _, why in server_trouble._BY_WORDS} | set(server_trouble._BY_STATE.values())
    missing = {why for why in texts if not quoted_in(why)}
    # These say all there is to say themselves.
    expected = ("needs the encoding UTF8", "under another number; sync again", "its name there")
    assert {why for why in missing if not why.endswith(expected)} == set()
