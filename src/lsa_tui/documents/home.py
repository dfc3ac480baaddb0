"""The home sheet: only what the teacher has released."""

from __future__ import annotations

from lsa_tui.documents.day import View
from lsa_tui.documents.document import Item


def released(_view: View) -> list[Item]:
    """What was released for this day. Notes that were only suggested are not read here at all."""
    return [Item(text="Nothing has been released for home for this day.", data={"released": 0})]
