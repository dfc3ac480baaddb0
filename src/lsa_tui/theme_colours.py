"""Colour arithmetic for themes: contrast, and the colours a theme leaves out, mixed from those it has."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

# Each fill and the text that stands on it is `$x` and `$x-text`.
FILLS = (
    "tile",
    "tile-running",
    "tile-pressed",
    "band",
    "now",
    "late",
    "good",
    "nav",
    "nav-current",
    "zone-b",
    "zone-g",
    "zone-y",
    "zone-r",
)
PROGRAM_COLOURS = (
    *(name for fill in FILLS for name in (fill, f"{fill}-text")),
    "tile-muted",
    "tile-key",
    "muted",
    "rule",
)
PROGRAM_VARIABLES = (*PROGRAM_COLOURS, "strong")

# Every (text, what it stands on) that a stylesheet of this program may use, in the names of a theme.
TEXT_PAIRS = (
    *((f"{fill}-text", fill) for fill in FILLS),
    ("tile-muted", "tile"),
    ("tile-key", "tile"),
    *((text, ground) for text in ("muted", "foreground") for ground in ("background", "surface", "panel")),
    *(
        (text, ground)
        for text in ("primary", "secondary", "accent", "warning", "error", "success")
        for ground in ("background", "surface", "panel")
    ),
)

LEGIBLE = 4.5
_ZONES = {"b": "#79a9de", "g": "#84c08f", "y": "#f0da83", "r": "#e5988d"}
_LATE = "#efc06a"
# On a dark and on a light ground.
_STATUS = {
    "warning": ("#ebc57f", "#573b0a"),
    "error": ("#e07f72", "#a3221b"),
    "success": ("#8abf95", "#246b39"),
}


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of `#rgb` or `#rrggbb`; an alpha after them is left aside."""
    digits = colour.lstrip("#")
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


@lru_cache(maxsize=512)
def luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 (black) to 1 (white), after WCAG 2.2."""
    red, green, blue = (
        channel / 255 / 12.92 if channel / 255 <= 0.04045 else ((channel / 255 + 0.055) / 1.055) ** 2.4
        for channel in rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, after WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _mix(colour: str, other: str, share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(rgb(colour), rgb(other), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _legible(colour: str, *grounds: str, least: float = LEGIBLE) -> str:
    """`colour`, moved towards black or white until it has the contrast `least` on every one of `grounds`."""
    away = max(("#000000", "#ffffff"), key=lambda ink: min(contrast(ink, ground) for ground in grounds))
    for tenth in range(10):
        moved = _mix(colour, away, tenth / 10)
        if all(contrast(moved, ground) >= least for ground in grounds):
            return moved
    return away


def fill_in(given: dict[str, Any]) -> dict[str, Any]:
    """All fields for a checked theme: what it leaves out is mixed from the colours it has."""
    dark = given.get("dark", luminance(given["background"]) < 0.18 if "background" in given else True)
    made: dict[str, Any] = {"background": "#14181e" if dark else "#eaeef2"} | given | {"dark": dark}
    ground = made["background"]
    made.setdefault("foreground", _legible("#e3e7ed" if dark else "#1b2430", ground))
    # A middling ground has no contrast to give away: there, surfaces step away from the text.
    ink = made["foreground"]
    away = "#000000" if luminance(ink) > luminance(ground) else "#ffffff"
    step = ink if contrast(ink, ground) >= 7 else away
    made.setdefault("surface", _mix(ground, step, 0.04))
    made.setdefault("panel", _mix(ground, step, 0.09))
    grounds = (ground, made["surface"], made["panel"])
    made.setdefault("accent", _legible(made["primary"], *grounds))
    made.setdefault("secondary", _legible(_mix(made["foreground"], ground, 0.3), *grounds))
    for status, (on_dark, on_light) in _STATUS.items():
        made.setdefault(status, _legible(on_dark if dark else on_light, *grounds))
    given_variables: dict[str, str] = given.get("variables", {})
    if not given_variables.keys() >= set(PROGRAM_VARIABLES):
        given_variables = _program_variables(made, given_variables) | given_variables
    made["variables"] = given_variables
    return made


def _program_variables(base: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    ground, ink, accent = base["background"], base["foreground"], base["accent"]
    fills = {
        "tile": _mix(ground, ink, 0.11),
        "tile-running": accent,
        "tile-pressed": _mix(ground, ink, 0.35),
        "band": _mix(ground, base["primary"], 0.35),
        "now": _mix(ground, accent, 0.22),
        "late": _LATE,
        "good": _mix(ground, base["success"], 0.25),
        "nav": base["panel"],
        "nav-current": _mix(ground, base["primary"], 0.35),
    } | {f"zone-{letter}": fill for letter, fill in _ZONES.items()}
    fills |= {fill: given[fill] for fill in FILLS if fill in given}
    texts = {f"{fill}-text": _legible(ink, colour, least=7) for fill, colour in fills.items()}
    quiet = _mix(ink, ground, 0.35)
    return {
        **fills,
        **texts,
        "tile-muted": _legible(quiet, fills["tile"]),
        "tile-key": _legible(accent, fills["tile"]),
        "muted": _legible(quiet, ground, base["surface"], base["panel"]),
        "rule": _mix(ground, ink, 0.25),
        "strong": "bold",
    }
