"""Makes docs/keys.md from the registry and the pictures from the real program: python docs/make.py

Made-up records, a fixed clock: the same every time, but for the ids inside.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOW = "2026-11-24T10:42:00+00:00"

PICTURES = (
    # name, size, keys that lead there
    ("tally-40x20", (40, 20), "]"),
    ("today-40x20", (40, 20), ""),
    ("tally-80x24", (80, 24), "]"),
    ("end-80x24", (80, 24), "="),
)


def keys() -> str:
    """The table of keys, as docs/keys.md."""
    from lsa_tui.actions import ACTIONS

    lines = [
        "# Keys",
        "",
        "Made from the registry (`src/lsa_tui/actions.py`) by `python docs/make.py`; `lsa keys` prints the same, with",
        "the tiles of the pupil in focus. A screen's own keys come before those of everywhere. Capitals count as lower",
        "case; while text is being typed no letter is a key.",
        "",
        "| screen | key | action | what it does |",
        "|---|---|---|---|",
    ]
    for action in ACTIONS:
        shown = " ".join(f"`{key}`" for key in action.keys).replace("|", "\\|")
        lines.append(f"| {action.screen} | {shown} | `{action.id}` | {action.help} |")
    lines += [
        "",
        "## Others",
        "",
        "`[keys]` in `config.toml` maps an action to its keys, several with commas:",
        "",
        "```toml",
        "[keys]",
        '"check" = "w,f2"',
        '"screen.end" = "="',
        "```",
        "",
        "A key is a character, or one of `enter tab escape space up down left right home end pageup pagedown comma",
        "f1` to `f12`. An unknown action or key, a key that another action of the same screen has, and a tile's letter",
        "are refused with the reason, and the default stays. Where no key is a character that can be typed, the",
        "action's own stays beside them. A tile's letter is changed with `lsa behaviour add LETTER LABEL`.",
        "",
    ]
    return "\n".join(lines)


async def pictures(folder: Path) -> None:
    """Draws the pictures from a made-up home."""
    from lsa_tui import paths
    from lsa_tui.app.app import LsaApp
    from lsa_tui.daybook import demo
    from lsa_tui.daybook.book import Book

    with tempfile.TemporaryDirectory() as home:
        book = Book(paths.find(home))
        demo.fill(book)
        for name, size, typed in PICTURES:
            app = LsaApp(book)
            async with app.run_test(size=size) as pilot:
                await pilot.press(*typed)
                await pilot.pause(0.5)
                (folder / f"{name}.svg").write_text(app.export_screenshot(title="lsa"), encoding="utf-8")
        book.close()


if __name__ == "__main__":
    os.environ["LSA_NOW"] = NOW
    os.environ["COLORTERM"] = "truecolor"
    (HERE / "keys.md").write_text(keys(), encoding="utf-8")
    (HERE / "pictures").mkdir(exist_ok=True)
    asyncio.run(pictures(HERE / "pictures"))
