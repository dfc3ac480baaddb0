"""`lsa keys` and `lsa themes`: what the screens do and how they look, without opening them."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from lsa_tui import config, passphrases
from lsa_tui.cli.answer import Answer, table
from lsa_tui.cli.table import command
from lsa_tui.errors import Locked
from lsa_tui.paths import Paths


@command("keys", "every action of the screens: its id, keys and help", needs="paths", examples=("keys", "keys --json"))
def keys(paths: Paths, args: Namespace) -> Answer:
    """The actions with the keys in force, then the tiles of the pupil in focus."""
    from lsa_tui import actions  # wanted here alone
    from lsa_tui.daybook.opening import open_book
    from lsa_tui.vault import home

    settings = config.load(paths.config)
    keymap = actions.keymap(settings.keys)
    found = [_line(action, keymap.keys[action.id]) for action in actions.ACTIONS]
    locked = ""
    book = None
    if home.state(paths) != "new":
        try:
            book = open_book(paths, args.passphrase_file)
        except Locked:
            if passphrases.given("home", args.passphrase_file) is not None:
                raise
            locked = "the tiles' letters are not listed: the records are locked"
    if book is not None:
        try:
            found += [_line(action, action.keys) for action in actions.tile_actions(book)]
        finally:
            book.close()
    rows = [(" ".join(one["keys"]), one["id"], one["screen"], one["help"]) for one in found]
    return Answer(found, table(rows), hints=(*settings.problems, *keymap.problems, *([locked] if locked else [])))


def _line(action: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": action.id,
        "keys": list(keys),
        "label": action.label,
        "help": action.help,
        "screen": action.screen,
    }


@command("themes", "colour themes, and where each one is", needs="paths", examples=("themes", "themes --json"))
def themes(paths: Paths, _args: Namespace) -> Answer:
    """All themes that can be used, one's own included; what is wrong with the others goes to standard error."""
    from lsa_tui.theme_files import missing, read_themes

    settings = config.load(paths.config)
    found, problems = read_themes(paths.themes)
    data = [{"name": one.name, "dark": one.dark, "path": str(one.path)} for one in found]
    rows = [
        ("*" if one.name == settings["look.theme"] else " ", one.name, "dark" if one.dark else "light", str(one.path))
        for one in found
    ]
    lost = missing(settings["look.theme"], found)
    hints = [*settings.problems, *(problem.problem for problem in problems), *([lost] if lost else [])]
    return Answer(data, table(rows), hints=tuple(hints))
