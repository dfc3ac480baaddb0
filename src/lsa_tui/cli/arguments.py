"""From what was typed to a command and its values: argparse, with what it gets wrong put right first.

argparse takes `--at -10` for two options and `-text` for an unknown one; so options get their values joined to
them and words are handed over behind `--`. All mistakes become sentences.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from lsa_tui import text
from lsa_tui.cli import table
from lsa_tui.errors import BadInput

GLOBALS = ("--home", "--passphrase-file", "--json", "--help", "--version")
_SEE = "`lsa {} --help` shows how"


class Typed(NamedTuple):
    """What was typed: the command's words (empty for none), the options for all, and the rest of the line."""

    words: tuple[str, ...]
    home: str | None
    passphrase_file: str | None
    json: bool
    help: bool
    version: bool
    rest: tuple[str, ...]


def wants_json(tokens: Sequence[str]) -> bool:
    """Whether `--json` was typed; known before anything else can go wrong."""
    before = list(tokens)[: tokens.index("--")] if "--" in tokens else tokens
    return "--json" in before


def split(tokens: Sequence[str]) -> Typed:
    """Finds the command, and the global options before it. Raises BadInput."""
    left = list(tokens)
    words: list[str] = []
    home, file, found = None, None, {"--json": False, "--help": False, "--version": False}
    while left:
        token = left[0]
        name, equals, value = token.partition("=")
        if name == "--home":
            del left[0]
            if not equals:
                value = left.pop(0) if left else ""
            home = _home(value)
        elif name == "--passphrase-file":
            del left[0]
            file = value if equals else left.pop(0) if left else ""
        elif token == "-h" or token in found:
            found["--help" if token == "-h" else token] = True
            del left[0]
        elif token.startswith("-") and not words:
            raise BadInput(f"{token!r} is not an option of lsa{text.nearest(token, list(GLOBALS))}; see `lsa --help`")
        elif words and (words[0] not in table.GROUPS or len(words) == 2 or token.startswith("-")):
            break
        else:
            words.append(left.pop(0).lower())
    return Typed(tuple(words), home, file, found["--json"], found["--help"], found["--version"], tuple(left))


def _home(value: str) -> str:
    if not value.strip():
        raise BadInput("--home needs a folder, as in: lsa --home /home/jo/records today")
    return value


def name_of(words: Sequence[str]) -> str:
    """The full name of a command. Raises BadInput with the nearest right name."""
    first = words[0]
    if first not in table.WORDS:
        hint = text.nearest(first, list(table.WORDS))
        raise BadInput(f"there is no command {first!r}{hint or '; `lsa --help` lists them'}")
    if first not in table.GROUPS:
        return first
    verbs = table.GROUPS[first]
    if len(words) < 2:
        raise BadInput(f"`lsa {first}` needs one of {', '.join(verbs)}; {_SEE.format(first)}")
    if words[1] not in verbs:
        raise BadInput(f"`lsa {first}` knows {', '.join(verbs)}, not {words[1]!r}; {_SEE.format(first)}")
    return f"{first} {words[1]}"


class _Layout(argparse.RawDescriptionHelpFormatter):
    """The layout of the help. Its width is fixed: argparse would load `shutil` to ask, for every command."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


class Parser(argparse.ArgumentParser):
    """argparse, whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        """Raises BadInput in place of printing the usage."""
        raise BadInput(f"{_plain(message, self.prog)}; {_SEE.format(self.prog.removeprefix('lsa '))}")


def _plain(message: str, prog: str) -> str:
    missing = re.fullmatch(r"the following arguments are required: (.*)", message)
    if missing:
        return f"`{prog}` needs {missing[1]}"
    extra = re.fullmatch(r"unrecognized arguments: (.*)", message)
    if extra:
        return f"`{prog}` does not know what to do with {extra[1]!r}"
    return message.removeprefix("argument ")


def parser_for(command: table.Command) -> Parser:
    """The parser of one command, the global options included."""
    parser = Parser(
        prog=f"lsa {command.name}",
        description=command.help,
        epilog=_examples(command.examples),
        formatter_class=_Layout,
        add_help=False,
        allow_abbrev=False,
    )
    for names, settings in command.arguments:
        # Without a default argparse names words that may be left out among those that are missing.
        more: dict[str, Any] = {"default": []} if settings.get("nargs") == "*" else {}
        parser.add_argument(*names, **{**more, **settings})
    everywhere = parser.add_argument_group("understood by every command")
    everywhere.add_argument("--home", metavar="DIR", help="one folder that holds everything (or set LSA_HOME)")
    everywhere.add_argument("--passphrase-file", metavar="FILE", help="its first line is the passphrase")
    everywhere.add_argument("--json", action="store_true", help="one JSON document on standard output")
    everywhere.add_argument("-h", "--help", action="store_true", help="this help")
    return parser


def _examples(examples: Sequence[str]) -> str | None:
    return "examples:\n" + "\n".join(f"  lsa {line}" for line in examples) if examples else None


def parse(command: table.Command, rest: Sequence[str]) -> argparse.Namespace:
    """The values of a command's arguments. Raises BadInput."""
    parser = parser_for(command)
    if any(token in ("-h", "--help") for token in _before_dashes(rest)):
        return argparse.Namespace(help=True, home=None, json=wants_json(rest))
    args = parser.parse_args(_arranged(command, rest))
    if args.home is not None:
        _home(args.home)
    return args


def _before_dashes(tokens: Sequence[str]) -> Sequence[str]:
    return tokens[: tokens.index("--")] if "--" in tokens else tokens


def _arranged(command: table.Command, rest: Sequence[str]) -> list[str]:
    """Options first, each in one piece with its value, then the words."""
    valued = {"--home": True, "--passphrase-file": True, "--json": False}
    spelled: dict[str, str] = {}
    same = {}
    for names, settings in command.arguments:
        for name in names:
            if name.startswith("--"):
                valued[name] = settings.get("action", "append") == "append"
                same[name] = names[0]
    options: list[str] = []
    words: list[str] = []
    left = list(rest)
    while left:
        token = left.pop(0)
        name, equals, _ = token.partition("=")
        if token == "--":
            words += left
            break
        if not token.startswith("--") or any(blank.isspace() for blank in name):
            words.append(token)
            continue
        other = spelled.setdefault(same.get(name, name), name)
        if other != name:
            raise BadInput(f"{other} and {name} are the same thing; give one of them")
        if name not in valued:
            known = [*valued, "--help"]
            hint = text.nearest(name, known) or f"; {_SEE.format(command.name)}"
            raise BadInput(f"`lsa {command.name}` has no option {name!r}{hint}")
        if valued[name] and not equals:
            if not left or left[0] == "--" or left[0].partition("=")[0] in valued:
                raise BadInput(f"{name} needs a value; {_SEE.format(command.name)}")
            options.append(f"{name}={left.pop(0)}")
        elif equals and not valued[name]:
            raise BadInput(f"{name} takes no value; write {name} alone")
        else:
            options.append(token)
    return [*options, "--", *words] if any(word.startswith("-") for word in words) else [*options, *words]


# Kinds of values


def one_of(*allowed: str) -> dict[str, Any]:
    """Settings of an argument that is one of a few words, in any case; a nearest right one is named."""

    def read(typed: str) -> str:
        wanted = typed.strip().lower()
        for word in allowed:
            if word.lower() == wanted:
                return word
        raise argparse.ArgumentTypeError(
            f"{text.quoted(typed)} is not one of {', '.join(allowed)}{text.nearest(typed, list(allowed))}"
        )

    return {"type": read, "metavar": "|".join(allowed)}


def whole(typed: str) -> int:
    """A whole number."""
    try:
        return int(typed)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text.quoted(typed)} is not a whole number") from None


def number(typed: str) -> float:
    """A number; whole ones stay whole."""
    try:
        found = float(typed)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text.quoted(typed)} is not a number") from None
    return int(found) if found.is_integer() else found


def joined(words: Sequence[str]) -> str:
    """Several words as one text, as they were typed."""
    return " ".join(words)
