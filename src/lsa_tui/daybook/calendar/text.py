"""The text of a calendar export: its lines, its components, and what a teacher wrote into an event."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lsa_tui.text import clean, one_line


@dataclass(frozen=True)
class Unreadable:
    """What could not be read: the line (from 1) where it starts, and a sentence naming property and value."""

    line: int
    problem: str


@dataclass(frozen=True)
class Line:
    """An unfolded line and the number (from 1) of its first line in the file."""

    number: int
    text: str

    @property
    def name(self) -> str:
        """The property's name in capitals, or an empty string where the line is not a property."""
        found = _NAME.match(self.text)
        return found[1].upper() if found else ""

    @property
    def value(self) -> str:
        """What follows the first colon: enough for BEGIN, END and METHOD, which have no parameters."""
        return self.text.partition(":")[2].strip().upper()


@dataclass
class Block:
    """The lines between BEGIN and END of one event or one time zone, with those two."""

    line: int
    cancels: bool
    lines: list[Line] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The event's title as it stands in the file, for a message about it."""
        text = next((line.text for line in self.lines if line.name == "SUMMARY"), "")
        return one_line(clean(text.partition(":")[2].replace("\\", "")), 40)


@dataclass
class Parts:
    """The events and time zones of a file, and what stands in no readable order."""

    events: list[Block] = field(default_factory=list)
    zones: list[Block] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    has_events: bool = False


_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")
_LINE_END = re.compile(rb"\r\n|\n|\r")


def lines_of(data: bytes) -> list[Line]:
    """The unfolded lines: UTF-16 with its mark, else UTF-8, else Windows-1252, told line by line.

    Folds are undone before decoding, because some calendars fold in the middle of a character.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    pieces: list[tuple[int, list[bytes]]] = []
    for number, raw in enumerate(_LINE_END.split(data.removeprefix(b"\xef\xbb\xbf")), start=1):
        if raw[:1] in (b" ", b"\t") and pieces:
            pieces[-1][1].append(raw[1:])
        elif raw.strip():
            pieces.append((number, [raw]))
    return [Line(number, _decoded(b"".join(parts))) for number, parts in pieces]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def parts_of(lines: list[Line]) -> Parts | None:
    """The components of the calendars in the file; None where there is no calendar in it."""
    starts = [i for i, line in enumerate(lines) if line.name == "BEGIN" and line.value == "VCALENDAR"]
    if not starts:
        return None
    parts = Parts()
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        _read_one(lines[start + 1 : stop], parts)
    return parts


def _read_one(lines: list[Line], parts: Parts) -> None:
    """One calendar, without the line that begins it."""
    parts.has_events |= any(line.name == "BEGIN" and line.value == "VEVENT" for line in lines)
    cancels = any(line.name == "METHOD" and line.value == "CANCEL" for line in lines)
    event: Block | None = None
    zone: Block | None = None
    skipped = ""  # a component nothing is taken from, such as an alarm
    ended = False
    for line in lines:
        mark = f"{line.name} {line.value}" if line.name in ("BEGIN", "END") else ""
        if mark in ("BEGIN VEVENT", "END VEVENT", "END VCALENDAR"):
            _close(event, parts, whole=mark == "END VEVENT")
            event = Block(line.number, cancels) if mark == "BEGIN VEVENT" else None
            zone, skipped, ended = None, "", mark == "END VCALENDAR"
        elif zone:
            zone.lines.append(line)
            if mark == "END VTIMEZONE":
                parts.zones.append(zone)
                zone = None
        elif mark == "BEGIN VTIMEZONE" and not event:
            zone = Block(line.number, cancels, [line])
        elif line.name == "BEGIN":
            skipped = skipped or line.value
        elif line.name == "END":
            skipped = "" if line.value == skipped else skipped
        elif event and not skipped:
            event.lines.append(line)
    _close(event, parts, whole=False)
    if not ended:
        last = lines[-1].number if lines else 1
        parts.unreadable.append(Unreadable(last, "END:VCALENDAR is missing; the file may have been cut off"))


def _close(event: Block | None, parts: Parts, *, whole: bool) -> None:
    if event and whole:
        parts.events.append(event)
    elif event:
        parts.unreadable.append(Unreadable(event.line, "BEGIN:VEVENT has no END:VEVENT; the event is cut off"))


@dataclass(frozen=True)
class Words:
    """What a teacher wrote into an event; `targets` are codes in the order written."""

    title: str
    aim: str
    need_to_know: str
    feedback: str
    targets: tuple[str, ...]
    provision: str
    place: str


_FIELDS = {
    "aim": "aim",
    "need to know": "need",
    "needs": "need",
    "need": "need",
    "feedback wanted": "feedback",
    "feedback": "feedback",
    "targets": "targets",
    "target": "targets",
    "provision": "provision",
}
_LABEL = re.compile(rf"[ *-]*({'|'.join(_FIELDS)})[ *]*:[ *]*(.*)", re.IGNORECASE)
# A letter first, so that "Book #1" is no target; nothing before the mark, so that a link's anchor is none.
_MARK = re.compile(r"(?<![\w#&/])#([^\W\d_](?:[\w-]|\.(?=\w))*)")
_CODE = re.compile(r"\w(?:[\w-]|\.(?=\w))*")
# Only the tags calendars write, so that "use < and > signs" stays as it is.
_TAG = re.compile(r"<(/?)(br|p|div|li|ul|ol|b|i|u|a|em|strong|span|font|html|body|h[1-6]|table|tr|td)\b[^<>]*>", re.I)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}[0-9]{0,2});", re.IGNORECASE)


def words_of(summary: str, description: str, location: str) -> Words:
    """The title, the labelled lines of the description and the place; lines without a label are needs."""
    title = one_line(clean(summary)) or "(no title)"
    text = _plain(description)
    found: dict[str, list[str]] = {"aim": [], "need": [], "feedback": [], "targets": [], "provision": []}
    for name, words in _labelled(text.split("\n")):
        found[name].append(words)
    codes = [code for part in found["targets"] for code in _CODE.findall(part) if code.lower() != "and"]
    codes += _MARK.findall(title) + _MARK.findall(text)
    once: dict[str, str] = {}
    for code in codes:
        once.setdefault(code.casefold(), code)
    return Words(
        title=title,
        aim="\n".join(found["aim"]),
        need_to_know="\n".join(found["need"]),
        feedback="\n".join(found["feedback"]),
        targets=tuple(once.values()),
        provision="\n".join(found["provision"]),
        place=one_line(clean(location)),
    )


def _labelled(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each line's field and words; a label alone on its line takes the next line."""
    waiting = ""
    for line in map(str.strip, lines):
        label = _LABEL.fullmatch(line)
        if label and not label[2]:
            waiting = _FIELDS[label[1].lower()]
        elif label:
            yield _FIELDS[label[1].lower()], label[2].strip()
            waiting = ""
        elif line:
            yield waiting or "need", line
            waiting = ""


def _plain(text: str) -> str:
    """A description as text: breaks for the tags that break, letters for the entities."""

    def instead(tag: re.Match[str]) -> str:
        name, closing = tag[2].lower(), bool(tag[1])
        if name == "li" and not closing:
            return "\n- "
        return "\n" if name == "br" or (closing and name in ("p", "div", "tr", "ul", "ol")) else ""

    text = _ENTITY.sub(lambda found: html.unescape(found[0]), _TAG.sub(instead, text))
    return clean(text.replace("\xa0", " "))
