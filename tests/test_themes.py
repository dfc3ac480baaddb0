"""The colour themes: legible, complete, and never the end of the program."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from rich._palettes import STANDARD_PALETTE
from textual.app import App, ComposeResult
from textual.color import Color
from textual.widgets import Static

from lsa_tui.app.themes import load_themes, variable_defaults
from lsa_tui.theme_colours import (
    FILLS,
    LEGIBLE,
    PROGRAM_COLOURS,
    PROGRAM_VARIABLES,
    TEXT_PAIRS,
    contrast,
    luminance,
    rgb,
)
from lsa_tui.theme_files import DEFAULT_THEME, ThemeFile, read_themes, shipped_folder

SHIPPED = {theme.name: theme for theme in read_themes(None)[0]}
NAMES = sorted(SHIPPED)

# The sixteen colours as the Linux console (and VGA) and as xterm show them, by their numbers.
CONSOLE = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in (STANDARD_PALETTE[i] for i in range(16))]
BROWN = 4
"""The console's yellow ground is brown: this contrast, of black, is the most there is. The tile has its letter, too."""
XTERM = [
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"),
]


def colours(theme: ThemeFile) -> dict[str, str]:
    return {key: value for key, value in (theme.fields | theme.fields["variables"]).items() if isinstance(value, str)}


def pairs(theme: ThemeFile) -> list[tuple[str, str, str, str]]:
    table = colours(theme)
    return [(text, ground, table[text], table[ground]) for text, ground in TEXT_PAIRS]


def sixteenth(colour: str) -> int:
    """The number of the colour that stands for `colour` where there are sixteen, as Rich chooses it."""
    return STANDARD_PALETTE.match(rgb(colour))


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# What is shipped


def test_six_themes_are_shipped_without_a_problem():
    themes, problems = read_themes(None)
    assert problems == []
    assert [theme.path.stem for theme in themes] == [theme.name for theme in themes]
    assert NAMES == ["contrast", "contrast-light", "daylight", "dusk", "paper", "sixteen"]
    assert DEFAULT_THEME in SHIPPED
    assert {name for name in NAMES if SHIPPED[name].dark} == {"contrast", "dusk", "sixteen"}


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_theme_spells_out_every_variable_of_the_program(name):
    written = tomllib.loads(SHIPPED[name].path.read_text(encoding="utf-8"))["variables"]
    assert set(PROGRAM_VARIABLES) <= set(written)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_can_be_read(name):
    least = 7.0 if name.startswith("contrast") else 4.5
    low = [
        (text, ground, round(contrast(one, other), 2))
        for text, ground, one, other in pairs(SHIPPED[name])
        if contrast(one, other) < (BROWN if (name, ground) == ("sixteen", "zone-y") else least)
    ]
    assert low == []


@pytest.mark.parametrize("name", NAMES)
def test_texts_that_textual_mixes_itself_can_be_read_too(name):
    theme = next(theme for theme in load_themes(None)[0] if theme.name == name)
    made = theme.to_color_system().generate()
    background = Color.parse(made["background"])
    for key in ("text-primary", "text-accent", "text-warning", "text-error", "text-success"):
        assert contrast(Color.parse(made[key]).hex6, background.hex6) >= 4.5, key
    share = float(made["text-muted"].removeprefix("auto ").removesuffix("%")) / 100
    muted = background.blend(background.get_contrast_text(1.0), share)
    assert contrast(muted.hex6, background.hex6) >= (7 if name.startswith("contrast") else 4.5)


@pytest.mark.parametrize("name", NAMES)
def test_states_differ_by_lightness_and_not_by_hue_alone(name):
    table = colours(SHIPPED[name])
    assert contrast(table["tile-running"], table["tile"]) >= 3
    assert contrast(table["tile-pressed"], table["tile"]) >= 1.4
    assert contrast(table["tile-pressed"], table["tile-running"]) >= 1.2
    assert contrast(table["nav-current"], table["nav"]) >= 1.5
    assert contrast(table["band"], table["background"]) >= 1.5
    assert contrast(table["tile"], table["background"]) >= 1.15
    assert contrast(table["now"], table["background"]) >= 1.15


@pytest.mark.parametrize("name", NAMES)
def test_warning_error_and_success_differ_by_lightness(name):
    light = sorted(luminance(colours(SHIPPED[name])[status]) + 0.05 for status in ("warning", "error", "success"))
    assert light[1] / light[0] >= 1.2
    assert light[2] / light[1] >= 1.2


# Sixteen colours


@pytest.mark.parametrize("name", NAMES)
def test_no_text_disappears_where_there_are_sixteen_colours(name):
    for text, ground, one, other in pairs(SHIPPED[name]):
        letters, behind = sixteenth(one), sixteenth(other)
        # The Linux console shows a bright background as its dark twin.
        dark_twin = behind % 8
        assert letters not in (behind, dark_twin), (text, ground)
        assert contrast(CONSOLE[letters], CONSOLE[behind]) >= 3, (text, ground)
        assert contrast(CONSOLE[letters], CONSOLE[dark_twin]) >= 3, (text, ground)


@pytest.mark.parametrize("palette", [CONSOLE, XTERM], ids=["console", "xterm"])
def test_sixteen_can_be_read_in_the_colours_of_console_and_xterm(palette):
    for text, ground, one, other in pairs(SHIPPED["sixteen"]):
        least = BROWN if ground == "zone-y" else 4.5
        assert contrast(palette[sixteenth(one)], palette[sixteenth(other)]) >= least, (text, ground)


def test_sixteen_uses_the_sixteen_colours_themselves_and_no_bright_background():
    table = colours(SHIPPED["sixteen"])
    for key in (*PROGRAM_COLOURS, "foreground", "background", "primary", "warning", "error", "success"):
        assert table[key] in CONSOLE, key
    assert all(sixteenth(table[fill]) < 8 for fill in (*FILLS, "background", "surface", "panel"))
    assert len({sixteenth(table[name]) for name in ("background", *(f"zone-{letter}" for letter in "bgyr"))}) == 5
    assert table["strong"] == "none"


# People's own themes


def test_three_lines_make_a_theme(tmp_path):
    path = write(tmp_path, 'name = "mine"\nprimary = "#7a3"\nbackground = "#fff"\n')
    themes, problems = load_themes(tmp_path)
    assert problems == []
    mine = themes[-1]
    assert (mine.name, mine.dark) == ("mine", False)
    assert set(PROGRAM_VARIABLES) <= set(mine.variables)
    assert read_themes(tmp_path)[0][-1].path == path


def test_what_a_theme_leaves_out_still_tells_states_and_surfaces_apart(tmp_path):
    for name, background in (("light", "#f4f6ef"), ("night", "#101410")):
        write(tmp_path, f'name = "{name}"\nprimary = "#6f9a6a"\nbackground = "{background}"\n', f"{name}.toml")
    for theme in read_themes(tmp_path)[0][-2:]:
        table = colours(theme)
        fills = ("background", "surface", "panel", "tile", "now", "band", "tile-pressed", "tile-running")
        assert len({table[fill] for fill in fills}) == len(fills)
        assert contrast(table["tile-running"], table["tile"]) >= 3
        assert contrast(table["muted"], table["background"]) < contrast(table["foreground"], table["background"])


@pytest.mark.parametrize("background", ["#000000", "#33475b", "#777777", "#8a8a8a", "#c9b458", "#ffffff"])
@pytest.mark.parametrize("primary", ["#000000", "#ff0000", "#0000ff", "#ffff00", "#808080", "#ffffff"])
def test_what_a_theme_leaves_out_is_legible_on_what_it_has(tmp_path, primary, background):
    write(tmp_path, f'name = "mine"\nprimary = "{primary}"\nbackground = "{background}"\n')
    theme = read_themes(tmp_path)[0][-1]
    for text, ground, one, other in pairs(theme):
        if text != "primary":
            assert contrast(one, other) >= LEGIBLE, (text, ground)


def test_own_variables_are_kept_and_their_texts_follow(tmp_path):
    write(tmp_path, 'name = "mine"\nprimary = "#8fbde6"\n[variables]\ntile = "#ffffff"\nborder = "#445566"\n')
    theme = load_themes(tmp_path)[0][-1]
    assert theme.variables["tile"] == "#ffffff"
    assert theme.variables["border"] == "#445566"
    assert contrast(theme.variables["tile-text"], "#ffffff") >= LEGIBLE


def test_notepads_byte_order_mark_does_no_harm(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b'\xef\xbb\xbfname = "mine"\nprimary = "#8fbde6"\n')
    assert load_themes(tmp_path)[1] == []


GOOD = 'name = "mine"\nprimary = "#8fbde6"\n'
BAD = {
    "not TOML": ('name = "mine"\nprimary "#8fbde6"\n', "line 2"),
    "unknown field": (GOOD + 'acent = "#ffffff"\n', 'nearest right name is "accent"'),
    "variable outside its table": (GOOD + 'tile = "#ffffff"\n', "under [variables]"),
    "no name": ('primary = "#8fbde6"\n', "no name"),
    "name of the wrong kind": ('name = 3\nprimary = "#8fbde6"\n', "name = 3"),
    "name with a blank": ('name = "my own"\nprimary = "#8fbde6"\n', '"my own"'),
    "no primary": ('name = "mine"\n', "no primary"),
    "primary no colour": ('name = "mine"\nprimary = "bleu"\n', 'primary = "bleu"'),
    "colour of two lines": (GOOD + 'error = "red\\nblue"\n', 'error = "red'),
    "colour of the wrong kind": (GOOD + "error = 7\n", "error = 7"),
    "five digits": (GOOD + 'error = "#12345"\n', "#12345"),
    "dark as text": (GOOD + 'dark = "yes"\n', 'dark = "yes"'),
    "spread too large": (GOOD + "luminosity_spread = 3\n", "luminosity_spread = 3"),
    "variables no table": (GOOD + 'variables = "all"\n', "[variables]"),
    "bad program variable": (GOOD + '[variables]\ntile = "reddish"\n', 'tile = "reddish"'),
    "bad strong": (GOOD + '[variables]\nstrong = "loud"\n', 'strong = "loud"'),
    "base colour among variables": (GOOD + '[variables]\nerror = "#ff0000"\n', '"error" stands under'),
    "variable no text": (GOOD + "[variables]\nborder = 3\n", "border = 3"),
    "misspelt variable": (GOOD + '[variables]\ntile-runing = "#ffffff"\n', '"tile-running"'),
    "bad variable of Textual": (GOOD + '[variables]\nborder = "bleu"\n', 'border = "bleu"'),
    "automatic colour behind text": (GOOD + '[variables]\nborder = "auto 50%"\n', 'border = "auto 50%"'),
    "variable that breaks a style sheet": (GOOD + '[variables]\nborder = "red; }"\n', "border ="),
    "bad style": (GOOD + '[variables]\nlink-style = "wavy"\n', 'link-style = "wavy"'),
    "a shipped name": ('name = "dusk"\nprimary = "#8fbde6"\n', "shipped with the program"),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_theme_is_one_sentence_and_never_fatal(tmp_path, text, said):
    path = write(tmp_path, text)
    themes, problems = load_themes(tmp_path)
    assert [theme.name for theme in themes] == NAMES
    assert [problem.path for problem in problems] == [path]
    sentence = problems[0].problem
    assert sentence.startswith("Theme mine.toml: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert said in sentence


def test_two_own_themes_of_one_name_keep_the_first(tmp_path):
    write(tmp_path, GOOD, "a.toml")
    second = write(tmp_path, GOOD, "b.toml")
    themes, problems = load_themes(tmp_path)
    assert len(themes) == len(NAMES) + 1
    assert [problem.path for problem in problems] == [second]
    assert "a.toml" in problems[0].problem


def test_files_that_cannot_be_read_are_sentences_too(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"\n')
    themes, problems = load_themes(tmp_path)
    assert len(themes) == len(NAMES)
    assert ["cannot be read" in problems[0].problem, "not UTF-8" in problems[1].problem] == [True, True]


def test_a_folder_that_is_not_there_is_no_problem(tmp_path):
    assert load_themes(tmp_path / "none")[1] == []


# In Textual


class Sample(App[None]):
    CSS = "Static { height: auto; }\n" + "\n".join(
        f".{name} {{ {'text-style' if name == 'strong' else 'background'}: ${name}; }}" for name in PROGRAM_VARIABLES
    )

    def compose(self) -> ComposeResult:
        for name in PROGRAM_VARIABLES:
            yield Static(name, classes=name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()


async def test_every_theme_can_be_selected_and_colours_what_it_says(tmp_path):
    write(tmp_path, 'name = "mine"\nprimary = "#7a3"\nboost = "#ffffff0a"\n')
    app = Sample()
    async with app.run_test(size=(40, 20)) as pilot:
        themes, problems = load_themes(tmp_path)
        assert problems == []
        for theme in themes:
            app.register_theme(theme)
            app.theme = theme.name
            await pilot.pause()
            for name in PROGRAM_COLOURS:
                shown = app.query_one(f".{name}").styles.background.hex6.lower()
                assert rgb(shown) == rgb(theme.variables[name]), (theme.name, name)
            assert app.query_one(".strong").styles.text_style.bold is (theme.variables["strong"] == "bold" or None)


def test_listing_themes_does_not_start_textual():
    code = "import sys; from lsa_tui.theme_files import read_themes; print(len(read_themes(None)[0]));"
    code += "print([name for name in sys.modules if name.split('.')[0] in ('textual', 'rich')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == [str(len(NAMES)), "[]"]


def test_the_shipped_folder_holds_nothing_but_themes():
    assert {path.suffix for path in shipped_folder().iterdir()} == {".toml"}
