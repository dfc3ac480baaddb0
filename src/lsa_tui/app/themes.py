"""Turn theme files into Textual themes, refusing here what would otherwise end the program when selected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textual.color import ColorParseError
from textual.css.errors import StylesheetError
from textual.css.stylesheet import Stylesheet
from textual.css.tokenizer import TokenError
from textual.theme import Theme

from lsa_tui.theme_colours import PROGRAM_VARIABLES, fill_in
from lsa_tui.theme_files import ThemeFile, ThemeProblem, nearest, read_shipped, read_themes, shown


def load_themes(user_folder: Path | None) -> tuple[list[Theme], list[ThemeProblem]]:
    """Every theme that can safely be selected, and one sentence for each reason why a file was left out.

    `user_folder` holds people's own themes; it need not exist. Nothing is raised for a bad theme.
    """
    files, problems = read_themes(user_folder)
    themes: list[Theme] = []
    for file in files:
        theme = Theme(**file.fields)
        found = list(_selecting(file, theme))
        problems += found
        if not found:
            themes.append(theme)
    return themes, problems


def shipped_theme(name: str) -> Theme | None:
    """One shipped theme, without reading the others: they can wait until after the first paint."""
    file = read_shipped(name)
    return Theme(**file.fields) if file else None


def variable_defaults() -> dict[str, str]:
    """The program's own variables in the default colours, for `App.get_theme_variable_defaults`.

    Textual reads the style sheets with one of its own themes before ours is selected, and stops at a variable
    that theme does not have.
    """
    variables: dict[str, str] = fill_in({"primary": "#8fbde6"})["variables"]
    return variables


def _selecting(file: ThemeFile, theme: Theme) -> Iterator[ThemeProblem]:
    """What would go wrong on selecting `theme`: Textual itself only finds out while it repaints."""

    def problem(sentence: str) -> ThemeProblem:
        return ThemeProblem(file.path, f"Theme {file.path.name}: {sentence}")

    try:
        textual_variables = Theme(**{**file.fields, "variables": {}}).to_color_system().generate()
    except ColorParseError as error:
        yield problem(f"Textual cannot use one of its colours ({error}); mend it.")
        return
    for name, value in theme.variables.items():
        if name in PROGRAM_VARIABLES:
            continue
        if name not in textual_variables:
            known = (*PROGRAM_VARIABLES, *textual_variables)
            yield problem(f'there is no variable "{name}"{nearest(name, known)}.')
        elif not all(_is_css(use, name, value) for use in _uses(name, textual_variables[name])):
            right = shown(textual_variables[name])
            yield problem(f"{name} = {shown(value)} cannot be used; write something like {right}.")


def _uses(name: str, default: str) -> tuple[str, ...]:
    """The CSS properties a variable of Textual's own must fit; only text can have an automatic colour."""
    if "style" in name:
        return ("text-style",)
    return ("color",) if default.startswith("auto") else ("color", "background")


def _is_css(use: str, name: str, value: str) -> bool:
    sheet = Stylesheet(variables={name: value})
    sheet.add_source(f"Probe {{ {use}: ${name}; }}")
    try:
        sheet.parse()
    except (StylesheetError, TokenError):
        return False
    return True
