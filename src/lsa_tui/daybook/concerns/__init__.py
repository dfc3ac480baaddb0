"""Safeguarding concerns: sealed for the Designated Safeguarding Lead (DSL), readable by nobody else.

A home keeps them in a file of its own, `concerns.db`, beside the records and never in them: no log, count, summary,
export or audit knows of them. Until a key of the DSL is trusted on this device no text is stored, only who was told
and when. docs/dsl.md is the page for the DSL.
"""

from __future__ import annotations

from lsa_tui.daybook.concerns.keeping import check
from lsa_tui.daybook.concerns.moving import from_entry, from_note, standing, wipe
from lsa_tui.daybook.concerns.passing import (
    add,
    drop_draft,
    keep_draft,
    keeps_drafts,
    load_draft,
    passed_on,
    save,
    to_pass_on,
    to_send,
    told,
    untell,
)
from lsa_tui.daybook.concerns.sheet import LOCATIONS, REMINDER, Draft, Passed, mark
from lsa_tui.daybook.concerns.trust import ready, unconfirmed

__all__ = [
    "LOCATIONS",
    "REMINDER",
    "Draft",
    "Passed",
    "add",
    "check",
    "drop_draft",
    "from_entry",
    "from_note",
    "keep_draft",
    "keeps_drafts",
    "load_draft",
    "mark",
    "passed_on",
    "ready",
    "save",
    "standing",
    "to_pass_on",
    "to_send",
    "told",
    "unconfirmed",
    "untell",
    "wipe",
]
