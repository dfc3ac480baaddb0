"""What every view is: a name, a picture, and methods that answer actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lsa_tui.app.drawing import Line, Picture, Tap, crop, fit, length, wrapped

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp
    from lsa_tui.app.typed import Typed

BODY_LEAST = (38, 13)

APART_THROUGH = ("back", "blank", "lock", "help", "concern", "handson")
"""Actions of everywhere that work on a concern's screens, too."""

ALONE_THROUGH = ("blank", "lock", "handson")
"""Actions of everywhere that a view which stands alone may let through where it cannot be drawn."""


class View:
    """One screenful. `name` chooses its keys (see actions.SCOPES); `field` is text being typed, if any.

    An action `log.remove` is answered by the method `do_log_remove(argument)`; what a view does not answer the
    application does.
    """

    name = "everywhere"
    title = ""
    field: Typed | None = None
    hides = False
    """Whether nothing at all may be read while it is on top: band, foot and bar are empty then, too."""
    through: tuple[str, ...] | None = None
    """The actions of everywhere whose keys work while it is on top; None: all of them."""
    alone = False
    """Whether nothing else of everywhere is to be had here, by tap either: neither the foot nor the band offers it."""
    apart = False
    """A concern's screens. The words of what was recorded last are not read beside them and what they open, and keys of
    everywhere do nothing on them (but APART_THROUGH): words typed before a field is open must not become commands."""
    beside = False
    """Whether the day's entries and the plan may stand beside it on wide terminals."""

    def __init__(self, app: LsaApp) -> None:
        self.app = app
        self.book = app.book
        self.keep: int | None = None

    def lets(self, action: str) -> bool:
        """Whether the key of an action of everywhere works while this view is on top."""
        return self.field is None and (self.through is None or action in self.through)

    def draw(self, width: int, height: int) -> Picture:
        """What the body shows in so many cells."""
        raise NotImplementedError

    def buttons(self) -> list[tuple[str, str, str]]:
        """Buttons in the place of the navigation bar: (words, action, argument). Empty: the navigation bar."""
        return []

    def press(self, key: str, character: str | None) -> bool:
        """A key that is no action here. True where it was used."""
        return False

    def hints(self) -> list[tuple[str, str, str]]:
        """For the help: keys of this view that are no actions, as (keys, label, what they do)."""
        return []

    def enter(self) -> None:
        """Enter or a newline chip in a field; the view decides what it means."""

    def typed(self) -> None:
        """Called after the field's text changed."""

    def scrolled(self, by: int) -> bool:
        """The wheel by so many lines. True where the view scrolls by itself."""
        return False

    def left(self) -> None:
        """Called when the view is taken off the stack."""

    def tick(self) -> None:
        """Called each second while it stands before all others (a lock)."""

    def refreshed(self) -> None:
        """Called when records may have changed: forget what was read."""


@dataclass(frozen=True)
class Box:
    """A rectangle of 3 lines that takes a tap: its lines (text, or parts in styles of their own), what a tap does."""

    lines: tuple[str | Line, ...]
    action: str = ""
    argument: str = ""
    style: str = "tile"


def boxes(
    picture: Picture,
    row: Sequence[Box],
    width: int,
    columns: int | None = None,
    gap: int = 1,
    tall: int = 3,
    needs: Sequence[int] = (),
) -> None:
    """Adds one row of boxes of `tall` lines (3 or more) that fills `width`: evenly wide, or where `needs` says how
    many cells each must have, as even as that lets them be. Raises ValueError where they need more than there is."""
    count = columns or len(row)
    if not count:
        return
    edges = [round(n * (width + gap) / count) for n in range(count + 1)]
    if needs:
        edges = [0, *accumulate(wide + gap for wide in widths(needs, width - gap * (count - 1)))]
    top = len(picture.lines)
    above = (tall - 3) // 2
    for line in range(-above, tall - above):
        parts: Line = []
        for n, box in enumerate(row):
            text = box.lines[line] if 0 <= line < len(box.lines) else ""
            parts += _filled(text, edges[n + 1] - edges[n] - gap, box.style)
            parts.append((" " * gap, "text"))
        picture.lines.append(parts)
    for n, box in enumerate(row):
        if box.action:
            # Narrow ones take the tap in the gap at their right, too.
            wide = edges[n + 1] - edges[n] - (0 if needs and n + 1 < count else gap)
            picture.taps.append(Tap(edges[n], top, wide, tall, box.action, box.argument))


def widths(needs: Sequence[int], room: int) -> list[int]:
    """How wide each is where together they fill `room`: what is left over goes to the narrowest. Raises ValueError
    where they need more."""
    found = list(needs)
    if sum(found) > room:
        raise ValueError(f"{found} need more than {room} cells")
    for _ in range(room - sum(found)):
        found[found.index(min(found))] += 1
    return found


def _filled(text: str | Line, width: int, style: str) -> Line:
    if isinstance(text, str):
        return [(fit(text, width), style)]
    return crop([*text, (" " * max(width - length(text), 0), style)], width)


def digit_box(digit: str, words: str, wide: int, action: str) -> Box:
    """The digit, and the words below it; beside it too where two lines are not enough."""
    head: Line = [(f" {digit} ", "tile-key")]
    lead = " " if max(map(cell_len, words.split(" "))) < wide else ""
    below = wrapped(words, wide - len(lead))
    if len(below) <= 2:
        return Box((head, *(f"{lead}{line}" for line in below)), action, digit)
    beside = wrapped(words, wide - 3, 3)
    head.append((beside[0], "tile"))
    return Box((head, *(f"   {line}" for line in beside[1:])), action, digit)


def button_rows(picture: Picture, buttons: Sequence[tuple[str, str, str]], width: int, style: str = "tile") -> None:
    """Adds buttons (words, action, argument) of 3 lines, as many beside each other as their words need."""
    rows: list[list[Box]] = [[]]
    widest = 0
    for words, action, argument in buttons:
        need = max(cell_len(words) + 2, 6)
        if rows[-1] and max(widest, need) * (len(rows[-1]) + 1) > width + 1:
            rows.append([])
            widest = 0
        rows[-1].append(Box(("", f" {words}"), action, argument, style))
        widest = max(widest, need)
    for n, row in enumerate(rows):
        # A short last row keeps the widths of the one above it.
        above = len(rows[n - 1]) if n else 0
        fits = above and widest * above <= width + 1 and n == len(rows) - 1
        boxes(picture, row, width, max(len(row), above) if fits else None)


def centred(text: str, width: int) -> str:
    """`text` in the middle of `width` cells."""
    room = max(width - cell_len(text), 0)
    return fit(" " * (room // 2) + text, width)


def stopwatch(time: timedelta) -> str:
    """A running time in figures: "2:10", from an hour on "1:02:10"."""
    seconds = max(int(time.total_seconds()), 0)
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


Done = Callable[[str], None]
"""What happens with a choice or a typed text."""
