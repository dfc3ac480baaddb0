"""The theme's colours as terminal styles, by the names that drawings use."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

# name: (text colour, ground, weight). Weights: "strong" follows the theme (none where bold changes the colour).
STYLES: dict[str, tuple[str, str, str]] = {
    "text": ("foreground", "background", ""),
    "strong": ("foreground", "background", "strong"),
    "muted": ("muted", "background", ""),
    "accent": ("accent", "background", "strong"),
    "rule": ("rule", "background", ""),
    "warning": ("warning", "background", "strong"),
    "error": ("error", "background", "strong"),
    "success": ("success", "background", ""),
    "band": ("band-text", "band", ""),
    "band-strong": ("band-text", "band", "strong"),
    "tile": ("tile-text", "tile", ""),
    "tile-number": ("tile-text", "tile", "strong"),
    "tile-key": ("tile-key", "tile", "strong"),
    "tile-label": ("tile-muted", "tile", ""),
    "run": ("tile-running-text", "tile-running", ""),
    "run-number": ("tile-running-text", "tile-running", "strong"),
    "pressed": ("tile-pressed-text", "tile-pressed", "strong"),
    "now": ("now-text", "now", ""),
    "now-strong": ("now-text", "now", "strong"),
    "late": ("late-text", "late", "strong"),
    "good": ("good-text", "good", ""),
    "nav": ("nav-text", "nav", ""),
    "nav-current": ("nav-current-text", "nav-current", "strong"),
    "panel": ("foreground", "panel", ""),
    "panel-muted": ("muted", "panel", ""),
    "panel-strong": ("foreground", "panel", "strong"),
    "zone-b": ("zone-b-text", "zone-b", "strong"),
    "zone-g": ("zone-g-text", "zone-g", "strong"),
    "zone-y": ("zone-y-text", "zone-y", "strong"),
    "zone-r": ("zone-r-text", "zone-r", "strong"),
}


class Look:
    """Styles of one theme, made when they are first asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._made: dict[str, Style] = {}

    def __getitem__(self, name: str) -> Style:
        found = self._made.get(name)
        if found is None:
            text, ground, weight = STYLES[name]
            bold = weight == "strong" and self._variables.get("strong", "bold") == "bold"
            found = Style(
                color=Color.parse(self._variables[text]).rich_color,
                bgcolor=Color.parse(self._variables[ground]).rich_color,
                bold=bold,
            )
            self._made[name] = found
        return found
