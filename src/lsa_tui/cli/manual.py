"""The help: an overview by subject, or one command in full. Made from the table alone."""

from __future__ import annotations

from lsa_tui import text
from lsa_tui.cli import arguments, table
from lsa_tui.errors import BadInput

_OPENING = """\
usage: lsa [--home DIR] [--json] [COMMAND ...]

A pupil's school day, logged in one key by their 1:1 Learning Support Assistant.
Without a command the screens open; everything the screens do, a command can do too.
"""

_CLOSING = """
  --home DIR  one folder that holds everything of one person on one device (or set LSA_HOME)
  --json      one JSON document on standard output, for scripts
  --version   the version

`lsa COMMAND --help` shows a command's options and examples. Times are typed as 10:42, -10 (minutes
ago), yesterday 14:05 or 2026-11-24T10:42; a text that begins with two dashes stands after `--`.
"""


def text_for(words: tuple[str, ...]) -> str:
    """The help on a command, on a group of commands, or on all. Raises BadInput for what is none."""
    if not words:
        return _overview()
    first = words[0].lower()
    if first in table.GROUPS and len(words) == 1:
        return _group(first)
    return arguments.parser_for(table.find(arguments.name_of(words))).format_help()


def _overview() -> str:
    parts = [_OPENING]
    for file, names in table.FILES.items():
        if file in table.HEADINGS:
            parts.append(f"\n{table.HEADINGS[file]}\n")
        parts += [f"  {name:<17} {table.find(name).help}\n" for name in names]
    return "".join([*parts, _CLOSING])


def _group(group: str) -> str:
    if group not in table.GROUPS:
        raise BadInput(f"there is no command {group!r}{text.nearest(group, list(table.WORDS))}")
    names = [f"{group} {verb}" for verb in table.GROUPS[group]]
    lines = [f"  {name:<17} {table.find(name).help}\n" for name in names]
    return f"usage: lsa {group} {'|'.join(table.GROUPS[group])} ...\n\n{''.join(lines)}\n" + (
        f"`lsa {names[0]} --help` shows a command's options and examples.\n"
    )
