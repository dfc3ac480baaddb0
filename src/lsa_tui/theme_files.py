"""Find, read and check colour themes without Textual, so that `lsa themes` starts as fast as any command."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsa_tui.theme_colours import PROGRAM_COLOURS, PROGRAM_VARIABLES, fill_in

DEFAULT_THEME = "dusk"

BASE_COLOURS = (
    "primary",
    "secondary",
    "warning",
    "error",
    "success",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
)
FIELDS = ("name", *BASE_COLOURS, "dark", "luminosity_spread", "text_alpha", "variables")
STRONG = ("bold", "none")

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_HEX_ALPHA = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A theme that can be used: `fields` are the arguments of `textual.theme.Theme`, none missing."""

    name: str
    dark: bool
    path: Path
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ThemeProblem:
    """Why the theme in `path` is left out: `problem` is a whole sentence that names the file."""

    path: Path
    problem: str


def shipped_folder() -> Path:
    """The folder of the themes that come with the program."""
    # Imported here: it costs milliseconds that commands without themes should not pay.
    from importlib.resources import files

    installed = Path(str(files("lsa_tui"))) / "themes"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "themes"


def read_themes(user_folder: Path | None) -> tuple[list[ThemeFile], list[ThemeProblem]]:
    """Read the shipped themes and those in `user_folder`; a theme with a problem is left out, never fatal.

    Shipped ones come first, each group in the order of its file names. A folder that is not there is
    no problem.
    """
    themes: dict[str, ThemeFile] = {}
    problems: list[ThemeProblem] = []
    for folder in (shipped_folder(), user_folder):
        for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem) if folder else ():
            fields, found = _read(path)
            if not found and fields["name"] in themes:
                found = [_taken(path, themes[fields["name"]])]
            problems += [ThemeProblem(path, f"Theme {path.name}: {problem}") for problem in found]
            if not found:
                complete = fill_in(fields)
                themes[fields["name"]] = ThemeFile(fields["name"], complete["dark"], path, complete)
    return list(themes.values()), problems


def missing(name: str, themes: Sequence[ThemeFile]) -> str:
    """The sentence for a chosen theme that is not there, with the nearest right name; empty where it is there."""
    names = tuple(theme.name for theme in themes)
    if name in names:
        return ""
    return f'[look] theme = "{name}": there is no such theme{nearest(name, names)}; {DEFAULT_THEME} is used instead'


def read_shipped(name: str) -> ThemeFile | None:
    """One shipped theme by its name: what an application needs before its first paint. None where there is none."""
    path = shipped_folder() / f"{name}.toml"
    if "/" in name or "\\" in name or not path.is_file():
        return None
    fields, found = _read(path)
    if found:
        return None
    complete = fill_in(fields)
    return ThemeFile(name, complete["dark"], path, complete)


def _taken(path: Path, other: ThemeFile) -> str:
    own = other.path.parent == path.parent
    whose = f"is taken by {other.path.name}" if own else "is shipped with the program"
    return f'the name "{other.name}" {whose}; give this theme another name.'


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        # utf-8-sig: Notepad may put a byte order mark before the first key.
        fields = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return {}, [f"the file cannot be read ({error.strerror or error}); check its permissions."]
    except UnicodeDecodeError:
        return {}, ["the file is not UTF-8 text; save it again as UTF-8."]
    except tomllib.TOMLDecodeError as error:
        return {}, [f"this is not TOML: {error}; mend that line."]
    return fields, list(_problems(fields))


def _problems(fields: dict[str, Any]) -> Iterator[str]:
    for key in fields:
        if key not in FIELDS:
            where = "; it belongs under [variables]" if key in PROGRAM_VARIABLES else nearest(key, FIELDS)
            yield f'there is no field "{key}"{where}.'
    if "name" not in fields:
        yield 'there is no name; add a line such as name = "mine".'
    elif not (isinstance(fields["name"], str) and _NAME.fullmatch(fields["name"])):
        yield f"name = {shown(fields['name'])} is not a theme name; use small letters, digits and hyphens."
    if "primary" not in fields:
        yield 'there is no primary colour; add a line such as primary = "#8fbde6".'
    for key in BASE_COLOURS:
        if key in fields and not _is_colour(fields[key], alpha=key == "boost"):
            yield _not_a_colour(key, fields[key])
    if not isinstance(fields.get("dark", True), bool):
        yield f"dark = {shown(fields['dark'])} is neither true nor false; write one of them, unquoted."
    for key in ("luminosity_spread", "text_alpha"):
        value = fields.get(key, 0.5)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            yield f"{key} = {shown(value)} is not a number from 0 to 1."
    yield from _variable_problems(fields.get("variables", {}))


def _variable_problems(variables: Any) -> Iterator[str]:
    if not isinstance(variables, dict):
        yield "variables is not a table; put the line [variables] above them."
        return
    for key, value in variables.items():
        if key in PROGRAM_COLOURS:
            if not _is_colour(value):
                yield _not_a_colour(key, value)
        elif key == "strong":
            if value not in STRONG:
                yield f'strong = {shown(value)} is unknown; write "bold" or "none".'
        elif key in FIELDS:
            yield f'"{key}" stands under [variables]; move it above that line.'
        elif not isinstance(value, str):
            yield f"{key} = {shown(value)} is not text; put it in quotation marks."


def _is_colour(value: object, alpha: bool = False) -> bool:
    return isinstance(value, str) and bool((_HEX_ALPHA if alpha else _HEX).fullmatch(value))


def _not_a_colour(key: str, value: object) -> str:
    return f'{key} = {shown(value)} is not a colour; write it as "#rrggbb", such as "#8fbde6".'


def shown(value: object) -> str:
    """A value as a theme file would spell it, on one line and cut to forty characters."""
    # Imported here: it is only wanted when somebody has made a mistake.
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:39]}…"


def nearest(key: str, names: tuple[str, ...]) -> str:
    """The end of a sentence that names the right name nearest to `key`; empty when none is near."""
    # Imported here: it is only wanted when somebody has made a mistake.
    from difflib import get_close_matches

    close = get_close_matches(key, names, n=1)
    return f'; the nearest right name is "{close[0]}"' if close else ""
