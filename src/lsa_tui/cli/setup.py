"""`lsa init`: who works here."""

from __future__ import annotations

from argparse import Namespace

from lsa_tui import config
from lsa_tui.cli.answer import Answer
from lsa_tui.cli.arguments import one_of
from lsa_tui.cli.table import arg, command
from lsa_tui.config import ROLES
from lsa_tui.daybook import behaviours, pupils, setup
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.paths import Paths


def _check(paths: Paths, args: Namespace) -> None:
    """What is mistyped is said before anybody is asked for a passphrase and before there is a home."""
    settings = config.load(paths.config)
    setup.checked(settings, args.name, args.initials)
    if args.shared:
        from lsa_tui import address
        from lsa_tui.sync import clouds  # needed only where a shared store is named

        clouds.check(address.parse(args.shared))
    if args.defaults and (args.role or settings["person.role"]) == "dsl":
        raise BadInput("a DSL records no marks and needs no tiles; leave --defaults away")


@command(
    "init",
    "sets up this person and device; again: changes them",
    arg("--name", help="your name, as others know it"),
    arg("--initials", metavar="JT", help="your initials: they sign every entry"),
    arg("--role", **one_of(*ROLES), help="what you do (the first time without it: lsa)"),
    arg("--shared", metavar="URL", help="the shared database, as in sqlite:////srv/school/school.db"),
    arg("--plain", action="store_true", help="keeps the records as plain files, not encrypted"),
    arg("--defaults", action="store_true", help="adds the tiles of a usual primary school"),
    examples=(
        'init --name "Jo Taylor" --initials JT --role lsa --defaults',
        "init --shared sqlite:////srv/school/school.db",
    ),
    check=_check,
)
def init(book: Book, args: Namespace) -> Answer:
    """Sets up without asking anything; no pupil and, without `--defaults`, no behaviour."""
    if args.plain and not book.plain:
        raise BadInput("the records of this home are encrypted already, and stay so; another home can be --plain")
    first = not book.config.exists
    setup.set_up(book, args.name, args.initials, args.role, args.shared)
    added = behaviours.add_defaults(book) if args.defaults else []
    data = {
        "name": book.config["person.name"],
        "initials": book.config["person.initials"],
        "role": book.config["person.role"],
        "shared": _shown(book.config["shared.url"]) or None,
        "home": str(book.paths.data_folder),
        "config": str(book.paths.config),
        "encrypted": not book.plain,
        "behaviours": [book.json(one) for one in added],
    }
    lines = [
        f"{'Set up' if first else 'Changed'}: {data['initials']} ({data['name']}), role {data['role']}",
        f"Settings {book.paths.config}, records {book.paths.database}",
    ]
    if data["shared"]:
        lines.append(f"Shared with {data['shared']}")
    if added:
        lines.append("Tiles: " + ", ".join(book.line(one) for one in added))
    if args.recovery:
        data["recovery_key"] = args.recovery
        lines += [
            "The records are encrypted. This recovery key opens them when the passphrase is forgotten; it is shown",
            "this once, so write it down and keep it where the school keeps keys, not with this device:",
            f"  {args.recovery}",
        ]
    elif book.made_up:
        lines.append("The records are made up, and stay plain")
    elif book.plain:
        lines.append("The records are NOT encrypted; `lsa key encrypt` does it")
    if not pupils.all_pupils(book):
        lines.append("Next: lsa pupil add CODE (initials or a nickname, never the full name)")
    return Answer(data, "\n".join(lines))


def _shown(url: str) -> str:
    from lsa_tui.address import shown

    return shown(url) if url else ""
