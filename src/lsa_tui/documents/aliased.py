"""Other pupils in a document: Peer A, Peer B, wherever their names or codes stand in what somebody wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lsa_tui.daybook.names import Aliases
from lsa_tui.documents.document import Item
from lsa_tui.records.ids import is_id

_UNTOUCHED = ("id", "kind", "of", "fields", "by")
"""What is no text: the program's own words and ids."""


def aliased(items: Iterable[Item], aliases: Aliases) -> list[Item]:
    """The items with aliases in all they say, in their data too."""
    return [
        replace(
            item,
            text=aliases.of(item.text),
            lines=tuple(aliases.of(line) for line in item.lines),
            brief=None if item.brief is None else aliases.of(item.brief),
            data=_data(item.data, aliases),
        )
        for item in items
    ]


def _data(data: Mapping[str, Any], aliases: Aliases) -> dict[str, Any]:
    return {name: value if name in _UNTOUCHED else _value(value, aliases) for name, value in data.items()}


def _value(value: Any, aliases: Aliases) -> Any:
    if isinstance(value, str):
        return value if is_id(value) else aliases.of(value)
    if isinstance(value, Mapping):
        return _data(value, aliases)
    return [_value(one, aliases) for one in value] if isinstance(value, list | tuple) else value
