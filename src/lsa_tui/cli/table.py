"""The table of commands: which file holds which, and the decorator that puts one into it.

Only the file of the command that was typed is imported, so that a mark costs what a mark needs.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from lsa_tui.cli.answer import Answer
from lsa_tui.paths import Paths

FILES: dict[str, tuple[str, ...]] = {
    "setup": ("init",),
    "demo": ("demo",),
    "lock": ("lock", "key pin"),
    "key": ("unlock", "key passphrase", "key recovery", "key keyring", "key rekey", "key encrypt"),
    "pupils": ("pupil add", "pupil list", "pupil use"),
    "names": ("names add", "names import", "names list", "names remove"),
    "provision": (
        "outcome add",
        "outcome list",
        "provision add",
        "provision list",
        "target add",
        "target list",
        "target use",
    ),
    "behaviours": ("behaviour add", "behaviour list"),
    "plan": ("plan import", "plan add", "today"),
    "sessions": ("start", "stop", "pause", "resume", "adapted"),
    "marks": ("tally", "trial"),
    "notes": ("note", "raise", "inbox", "reply", "tomorrow"),
    "events": ("check", "abc", "care", "flag"),
    "interventions": (
        "handson start",
        "handson stop",
        "handson record",
        "handson facts",
        "handson done",
        "handson list",
        "handson document",
    ),
    "concern": ("concern",),
    "undo": ("undo", "redo"),
    "log": ("log", "correct", "remove", "move", "history"),
    "deciding": ("conflicts", "decide"),
    "summary": ("summary",),
    "release": ("release",),
    "cover": ("cover",),
    "sync": ("sync",),
    "shared": (
        "shared join",
        "shared invite",
        "shared rekey",
        "shared status",
        "shared move",
        "shared lock-test",
    ),
    "files": ("export", "import"),
    "dsl": ("dsl key", "dsl trust", "dsl open", "dsl acknowledge", "dsl audit"),
    "erase": ("erase", "retention", "access-request", "audit"),
    "health": ("doctor", "paths"),
    "looks": ("keys", "themes"),
}
"""File in this folder to the commands in it, in the order in which the help shows them."""

READING = (
    *(f"{one} list" for one in ("pupil", "names", "outcome", "provision", "target", "behaviour", "handson")),
    *("today", "inbox", "handson document", "log", "history", "conflicts", "summary", "shared status", "export"),
    *("dsl open", "dsl audit", "retention", "access-request", "audit", "cover", "handson facts"),
)
"""What makes no home where there is none."""

HEADINGS = {
    "setup": "Setting up",
    "plan": "The plan and the day",
    "marks": "Recording",
    "undo": "Afterwards",
    "summary": "The end of the day",
    "dsl": "Safeguarding (docs/dsl.md)",
    "erase": "What is held, and for how long",
    "health": "The program itself",
}
"""Headings of the help, each before the file it stands at."""

_FILE_OF = {name: file for file, names in FILES.items() for name in names}
GROUPS: dict[str, tuple[str, ...]] = {}
for _name in _FILE_OF:
    if " " in _name:
        _group, _verb = _name.split()
        GROUPS[_group] = (*GROUPS.get(_group, ()), _verb)
WORDS = tuple(dict.fromkeys(name.split()[0] for name in _FILE_OF))
"""What can stand first on the command line."""


class Argument(NamedTuple):
    """One argument, in argparse's words."""

    names: tuple[str, ...]
    settings: dict[str, Any]


class Command(NamedTuple):
    """One command: `run` gets the open Book (or the Paths, where it needs none) and what was typed; `check`, where
    there is one, the Paths and what was typed before anything is opened, asked or made."""

    name: str
    help: str
    run: Callable[[Any, Namespace], Answer]
    arguments: tuple[Argument, ...]
    examples: tuple[str, ...]
    records: bool
    needs: str
    first: str = ""
    check: Callable[[Paths, Namespace], None] | None = None


_KNOWN: dict[str, Command] = {}

AT = Argument(("--at",), {"metavar": "WHEN", "help": "when it happened: 10:42, -10 (minutes ago), yesterday 14:05"})
PUPIL = Argument(("--pupil",), {"metavar": "CODE", "dest": "chosen_pupil", "help": "for this pupil, this time only"})


def arg(*names: str, **settings: Any) -> Argument:
    """An argument of a command; the settings are argparse's."""
    return Argument(names, settings)


def command(
    name: str,
    help: str,
    *arguments: Argument,
    examples: tuple[str, ...] = (),
    records: bool = False,
    needs: str = "book",
    first: str = "",
    check: Callable[[Paths, Namespace], None] | None = None,
) -> Callable[[Callable[[Any, Namespace], Answer]], Callable[[Any, Namespace], Answer]]:
    """Puts a function into the table. What `records` understands `--at` and `--pupil` as well; `needs` is "book"
    or "paths" (for what must work without a database); `first` is said before anything is opened; where
    nobody sits at a terminal, by the answer or before an error; `check` raises BadInput for what is mistyped."""

    def put(run: Callable[[Any, Namespace], Answer]) -> Callable[[Any, Namespace], Answer]:
        every = (*arguments, AT, PUPIL) if records else arguments
        _KNOWN[name] = Command(name, help, run, every, examples, records, needs, first, check)
        return run

    return put


def find(name: str) -> Command:
    """The command of that full name ("tally", "pupil add")."""
    if name not in _KNOWN:
        import_module(f"lsa_tui.cli.{_FILE_OF[name]}")
    return _KNOWN[name]
