"""Who may do what: two tables, deeds and commands, each an allow-list by role. What stands in neither, nobody may do.

The deeds are what the daybook asks for before it writes or hands out anything (`require`), whoever calls it: a key,
a tap or a command. The commands are asked for once more before one is run (`may_run`), so that a command that
somebody adds later is closed until its row stands here.

A role is what a person set up on their own device. Whoever holds the shared key and other tools can write a change
in another's role; docs/privacy.md says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lsa_tui.daybook import cover as covering
from lsa_tui.errors import NotAllowed
from lsa_tui.records import log, read

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book
    from lsa_tui.records.kinds import Entry

Roles = tuple[str, ...]

CLASS: Roles = ("lsa", "teacher", "senco")
"""Those who work with the class's records."""
DECIDING: Roles = ("teacher", "senco")
LSA: Roles = ("lsa",)
DSL: Roles = ("dsl",)
EVERYBODY: Roles = ("lsa", "teacher", "senco", "dsl")
NOBODY: Roles = ()

DEEDS: Mapping[str, Roles] = {
    # The class's records
    "read the class's records": CLASS,
    "record": CLASS,
    "change one's own entry": CLASS,
    "change another's entry": NOBODY,
    "decide for whoever covered": CLASS,
    "decide when a cover ended": DECIDING,
    "add to the plan": CLASS,
    "raise a problem": CLASS,
    "answer a problem": CLASS,
    "close a problem": DECIDING,
    "release for home": DECIDING,
    "approve a phrase for home": DECIDING,
    # Documents, each for its readers
    "write for the lsa": LSA,
    "write for the teacher": CLASS,
    "write for the senco": CLASS,
    "write for home": CLASS,
    "record an intervention": CLASS,
    "write for the school's form": EVERYBODY,
    # What is held, and for how long
    "export": CLASS,
    "import": CLASS,
    "read the audit": CLASS,
    "answer an access request": CLASS,
    "erase": CLASS,
    "erase another's entry": DECIDING,
    # Safeguarding
    "pass on a concern": EVERYBODY,
    "trust the DSL's key": EVERYBODY,
    "make the DSL's key": DSL,
    "open a concern": DSL,
    # This device
    "know names": EVERYBODY,
}
"""Deed to the roles that may do it."""

SCREENS = "screens"
"""In the place of a command: the application itself, which shows the class's records."""

COMMANDS: Mapping[str, Roles] = {
    # Setting up
    "init": EVERYBODY,
    "demo": EVERYBODY,
    SCREENS: CLASS,
    "unlock": EVERYBODY,
    "lock": EVERYBODY,
    "key passphrase": EVERYBODY,
    "key recovery": EVERYBODY,
    "key keyring": EVERYBODY,
    "key rekey": EVERYBODY,
    "key encrypt": EVERYBODY,
    "key pin": EVERYBODY,
    # Pupils and names. A DSL writes a concern's document with the full name, so she has to be told it.
    "pupil add": EVERYBODY,
    "pupil list": EVERYBODY,
    "pupil use": EVERYBODY,
    "names add": EVERYBODY,
    "names import": EVERYBODY,
    "names list": EVERYBODY,
    "names remove": EVERYBODY,
    # What the plan says
    "outcome add": CLASS,
    "outcome list": CLASS,
    "provision add": CLASS,
    "provision list": CLASS,
    "target add": CLASS,
    "target list": CLASS,
    "target use": CLASS,
    "behaviour add": CLASS,
    "behaviour list": CLASS,
    "plan import": CLASS,
    "plan add": CLASS,
    "today": CLASS,
    # What happens
    "start": CLASS,
    "stop": CLASS,
    "pause": CLASS,
    "resume": CLASS,
    "adapted": CLASS,
    "tally": CLASS,
    "trial": CLASS,
    "note": CLASS,
    "raise": CLASS,
    "inbox": CLASS,
    "reply": CLASS,
    "tomorrow": CLASS,
    "check": CLASS,
    "abc": CLASS,
    "care": CLASS,
    "flag": CLASS,
    "handson start": CLASS,
    "handson stop": CLASS,
    "handson record": CLASS,
    "handson facts": CLASS,
    "handson done": CLASS,
    "handson list": EVERYBODY,
    "handson document": EVERYBODY,
    # Afterwards
    "undo": CLASS,
    "redo": CLASS,
    "log": CLASS,
    "correct": CLASS,
    "remove": CLASS,
    "move": CLASS,
    "history": CLASS,
    "conflicts": CLASS,
    "decide": CLASS,
    # What goes to others
    "summary": CLASS,
    "release": DECIDING,
    "export": CLASS,
    "import": CLASS,
    "cover": CLASS,
    "sync": EVERYBODY,
    "shared invite": EVERYBODY,
    "shared join": EVERYBODY,
    "shared lock-test": EVERYBODY,
    "shared move": EVERYBODY,
    "shared rekey": EVERYBODY,
    "shared status": EVERYBODY,
    # Safeguarding
    "concern": EVERYBODY,
    "dsl trust": EVERYBODY,
    "dsl key": DSL,
    "dsl open": DSL,
    "dsl acknowledge": DSL,
    "dsl audit": DSL,
    # What is held, and for how long
    "audit": CLASS,
    "access-request": CLASS,
    "erase": CLASS,
    "retention": CLASS,
    # The program itself
    "doctor": EVERYBODY,
    "paths": EVERYBODY,
    "keys": EVERYBODY,
    "themes": EVERYBODY,
}
"""Command to the roles that may run it."""

TO_WRITE: Mapping[str, str] = {
    "release": "release for home",
    "phrase": "approve a phrase for home",
    "problem": "raise a problem",
    "reply": "answer a problem",
    "pupil": "know names",
    "name": "know names",
    "person": "know names",
    "dsl_key": "make the DSL's key",
}
"""Kind of record to the deed that writing one is; of others it is "record", or "add to the plan" where not listed."""

TO_SET: Mapping[tuple[str, str], str] = {("reply", "close"): "close a problem"}
"""Kind and field to the deed that setting it is, beside the writing itself."""

WORDS = {"lsa": "an LSA", "teacher": "a class teacher", "senco": "the SENCo", "dsl": "the DSL"}
UNSIGNED = "?"
"""Who wrote before anybody was set up: nobody else's."""


def may(role: str, deed: str) -> bool:
    """Whether a role may do this; a deed or a role that the table does not know: no."""
    return role in DEEDS.get(deed, NOBODY)


def may_run(role: str, command: str) -> bool:
    """Whether a role may run this command ("tally", "pupil add"); one that the table does not know: nobody."""
    return role in COMMANDS.get(command, NOBODY)


def refusal(role: str, what: str, roles: Roles) -> str:
    """The sentence for a refusal: who may do it instead."""
    words = [WORDS[one] for one in roles]
    allowed = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    return f"{WORDS.get(role, role)} may not {what}; that is for {allowed or 'nobody'}"


def require(book: Book, deed: str) -> None:
    """Raises NotAllowed where this person's role may not do it."""
    if not may(book.role, deed):
        raise NotAllowed(refusal(book.role, deed, DEEDS.get(deed, NOBODY)))


def require_command(role: str, command: str) -> None:
    """Raises NotAllowed where a role may not run this command."""
    if not may_run(role, command):
        raise NotAllowed(refusal(role, f"use `lsa {command}`", COMMANDS.get(command, NOBODY)))


def is_own(book: Book, entry: Entry) -> bool:
    """Whether this person wrote the entry: known by the initials, on whichever device of theirs it was.

    Of who covers it is only what was written here under those initials: anybody can type a colleague's.
    """
    if entry.by == UNSIGNED:
        return True
    if entry.by != book.initials:
        return False
    return book.cover is None or log.written_here(book.db, entry.id, entry.by)


def require_write(
    book: Book, kind: str, entry: Entry | None = None, values: Mapping[str, object] | None = None
) -> None:
    """Raises NotAllowed where this person may not record this kind, or not change this `entry` of it to `values`.

    What happened is its observer's; the plan, which is what is not listed in the log, is everybody's who may add to it.
    """
    from lsa_tui.records.vocabulary import KINDS  # loaded long before; named here because only this needs it

    listed = KINDS[kind].listed
    require(book, TO_WRITE.get(kind, "record" if listed else "add to the plan"))
    for name, value in (values or {}).items():
        if value and (kind, name) in TO_SET:
            require(book, TO_SET[kind, name])
    if entry is None or not listed or kind in SHARED_DECISIONS:
        return
    require(book, "change one's own entry")
    if not is_own(book, entry) and not may(book.role, "change another's entry"):
        raise NotAllowed(
            f"this {KINDS[kind].words} is {entry.by}'s own: nobody changes another's entry; "
            "write one of your own beside it, or ask them to correct it"
        )


def may_write(book: Book, entry: Entry) -> bool:
    """Whether this person may change the entry."""
    try:
        require_write(book, entry.kind, entry)
    except NotAllowed:
        return False
    return True


def may_decide(book: Book, entry: Entry) -> bool:
    """Whether this person may say which of several edits of the entry stands.

    Of their own entries; where nobody covers now, also of what somebody recorded here who covered for them: that
    colleague may have no device. When a cover ended is no observation, and the class teacher and the SENCo may say it,
    too.
    """
    if may_write(book, entry):
        return True
    if entry.kind == covering.KIND and may(book.role, "decide when a cover ended"):
        return True
    return book.cover is None and may(book.role, "decide for whoever covered") and _by_cover_of_owner(book, entry)


def _by_cover_of_owner(book: Book, entry: Entry) -> bool:
    """Whether the entry is a cover for whose device this is, or was recorded here on the day of one."""
    covers = [one for one in read.of_kind(book.db, covering.KIND) if (one["of"] or UNSIGNED) == book.owner]
    if entry.kind == covering.KIND:
        return entry.id in {one.id for one in covers}
    on = {one.when.date() for one in covers if one.by == entry.by}
    return entry.recorded_at.date() in on and log.written_here(book.db, entry.id, entry.by)


def require_decide(book: Book, entry: Entry, field: str, value: object) -> None:
    """Raises NotAllowed where this person may not decide for this value. Of another's entry one that stands there is
    chosen: a new one would be a change of what they observed."""
    if not may_decide(book, entry):
        require_write(book, entry.kind, entry)
    standing = [one["value"] for one in (entry.conflict or {}).get(field, ())]
    if value not in standing and not may_write(book, entry):
        raise NotAllowed(f"this was recorded by {entry.by}: choose one of the values that `lsa conflicts` shows")


SHARED_DECISIONS = ("release",)
"""Listed kinds that are no observation but a decision: whoever may take it may take it back."""
