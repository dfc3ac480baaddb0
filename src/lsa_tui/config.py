"""Settings: `config.toml`, read with every mistake named, written whole or not at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lsa_tui import clock, text
from lsa_tui.errors import BadInput
from lsa_tui.paths import write_whole

ROLES = ("lsa", "teacher", "senco", "dsl")

RETENTION = ("notes", "marks", "wellbeing", "incidents", "plan", "problems")
"""The classes of records that may each have a time to be kept, in months."""

PRESETS: dict[str, tuple[str, ...]] = {
    "before": (
        "asked to do something",
        "transition",
        "noise or crowd",
        "favourite thing ended",
        "peer",
        "waiting",
        "work hard or unclear",
        "adult busy",
        "did not see",
    ),
    "seen": (
        "cried or shouted",
        "left place",
        "left room",
        "hid or withdrew",
        "threw or damaged",
        "hurt self",
        "hurt someone",
        "said no or stopped",
        "froze",
    ),
    # * asks "free to leave?"; ** opens the hands-on sheet.
    "next": (
        "waited quietly",
        "task eased",
        "task stopped",
        "space here*",
        "calm space*",
        "movement or sensory",
        "adult comforted",
        "given choice or item",
        "held or guided**",
    ),
    "missed": (
        "pupil absent",
        "pupil not ready",
        "LSA absent",
        "LSA moved to cover",
        "room used",
        "event",
        "trip",
        "professional absent",
        "no resources",
    ),
    "adapted": (
        "smaller steps",
        "concrete resources",
        "visuals or now-next",
        "pre-taught words",
        "scribed",
        "more time",
        "movement",
        "quieter place",
        "choice or interest",
    ),
    "morning": (
        "late",
        "slept badly",
        "hungry",
        "unwell or pain",
        "medicine missed or changed",
        "upset",
        "supply or other adult",
        "room or timetable change",
        "absent",
    ),
    # The next four are the facts of a restrictive intervention.
    "tried": (
        "calm words",
        "reminder or choice",
        "visuals, fewer words",
        "time and space",
        "task eased",
        "favourite thing",
        "another adult",
        "others moved away",
        "no time for anything",
    ),
    "held": (
        "guided by the hand",
        "guided by the arm",
        "held by one arm",
        "held by both arms",
        "held seated",
        "held on the floor",
        "lifted or carried",
        "way or door blocked",
        "kept in a room",
    ),
    "where": (
        "classroom",
        "corridor",
        "hall",
        "playground",
        "dining hall",
        "toilets",
        "calm space",
        "at the gate",
        "off site",
    ),
    "told": (
        "headteacher",
        "deputy head",
        "assistant head",
        "SENCo",
        "class teacher",
        "office, for SLT",
    ),
}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    return text.clean(value)


def _role(value: Any) -> str:
    if value not in ROLES:
        raise ValueError(f"is one of {', '.join(ROLES)}{text.nearest(str(value), list(ROLES))}")
    return str(value)


def _zone(value: Any) -> str:
    try:
        ZoneInfo(_text(value))
    except (ValueError, KeyError, OSError):
        raise ValueError("is not a time zone; write it like Europe/London") from None
    return str(value)


_ADDRESS = re.compile(r"(sqlite|folder)://(//.|/[A-Za-z]:).*|postgres(ql)?://.+", re.I)


def _url(value: Any) -> str:
    found = _text(value)
    if found and not _ADDRESS.fullmatch(found):
        from lsa_tui import address  # knows each mistake by name; an address that is right needs none of it

        try:
            address.parse(found)
        except BadInput as problem:
            raise ValueError(str(problem).removeprefix("[shared] url").lstrip(": ")) from None
    return found


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is true or false, without quotes")
    return value


def _minutes(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 24 * 60:
        raise ValueError("is a number of minutes from 0 (never) to 1440")
    return value


def _months(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 1200:
        raise ValueError("is a whole number of months, 0 for as long as it is not erased")
    return value


def _session(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1440:
        raise ValueError("is how long `lsa unlock` lasts, 1 to 1440 minutes")
    return value


def _nine(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= 9:
        raise ValueError("is a list of 1 to 9 texts, for the digits 1-9")
    return tuple(_text(item) for item in value)


def _phrases(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("is a list of texts; an empty one asks about nothing")
    return tuple(_text(item) for item in value)


@dataclass(frozen=True)
class Setting:
    """One setting: where it stands in the file, its default, its check (raises ValueError with the reason)."""

    section: str
    key: str
    default: Any
    check: Callable[[Any], Any]

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"


SETTINGS: tuple[Setting, ...] = (
    Setting("person", "name", "", _text),
    Setting("person", "initials", "", _text),
    Setting("person", "role", "lsa", _role),
    Setting("time", "zone", clock.DEFAULT_ZONE, _zone),
    Setting("look", "theme", "dusk", _text),
    Setting("look", "letters_only", False, _yes_no),
    Setting("lock", "minutes", 2, _minutes),
    Setting("lock", "records", True, _yes_no),
    Setting("lock", "session_minutes", 480, _session),
    *(Setting("retention", name, 0, _months) for name in RETENTION),
    Setting("shared", "url", "", _url),
    *(Setting("presets", name, default, _nine) for name, default in PRESETS.items()),
    # None: the list in daybook/disclosure.py.
    Setting("words", "disclosure", None, _phrases),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def check(name: str, value: Any) -> Any:
    """A value as the setting of that full name (`look.theme`) takes it. Raises ValueError with the reason."""
    return _BY_NAME[name].check(value)


@dataclass
class Config:
    """The settings of one home. `problems` says, a sentence each, what in the file could not be used."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    broken: bool = False

    def __getitem__(self, name: str) -> Any:
        """A setting by its full name (`look.theme`), its default where it is not set."""
        return self.values.get(name, _BY_NAME[name].default)

    @property
    def exists(self) -> bool:
        """Whether this person and device were ever set up."""
        return bool(self["person.initials"])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self["time.zone"])

    def presets(self, name: str) -> tuple[str, ...]:
        """The words for the digits 1-9 of one of PRESETS: `before`, `seen`, `next`, `missed` ..."""
        found: tuple[str, ...] = self[f"presets.{name}"]
        return found

    def save(self, **changes: Any) -> None:
        """Sets settings (`person_name="Jo"` is `person.name`) and writes the file whole.

        What the file holds beside is kept. A file that could not be read is put aside under another name first.
        """
        import tomli_w  # needed only here

        document = {} if self.broken else _read(self.path)
        if self.broken:
            self.path.replace(self.path.with_name("config-unreadable.toml"))
            self.broken = False
        for name, value in changes.items():
            section, key = name.split("_", 1)
            checked = check(f"{section}.{key}", value)
            document.setdefault(section, {})[key] = value
            self.values[f"{section}.{key}"] = checked
        write_whole(self.path, tomli_w.dumps(document))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}


def load(path: Path) -> Config:
    """The settings of `path`; wrong ones are named in `problems` and their defaults used."""
    config = Config(path)
    try:
        document = _read(path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        config.broken = True
        config.problems.append(f"{path}: cannot be read ({problem}); the defaults are used until it is mended")
        return config
    for section, content in document.items():
        _take(config, section, content)
    return config


def _take(config: Config, section: str, content: Any) -> None:
    sections = sorted({setting.section for setting in SETTINGS} | {"keys"})
    where = f"{config.path}: [{section}]"
    if section not in sections:
        meant = next((one for one in SETTINGS if one.key == section), None)
        if meant is not None and not isinstance(content, Mapping):
            config.problems.append(
                f"{config.path}: {section} stands in no section; write [{meant.section}] in the line before it"
            )
            return
        config.problems.append(f"{where} is not a section{text.nearest(section, sections)}")
        return
    if not isinstance(content, Mapping):
        config.problems.append(f"{where} must be a section, not a value")
        return
    for key, value in content.items():
        if section == "keys":
            _take_key(config, where, key, value)
            continue
        setting = _BY_NAME.get(f"{section}.{key}")
        if setting is None:
            known = [setting.key for setting in SETTINGS if setting.section == section]
            config.problems.append(f"{where} {key} is not a setting{text.nearest(key, known)}")
            continue
        try:
            config.values[setting.name] = setting.check(value)
        except ValueError as problem:
            # A password may stand in an address, even in one that is written wrongly.
            it_is = f" (it is {value!r})" if key != "url" else ""
            config.problems.append(f"{where} {key} {problem}{it_is}; the default is used")


def _take_key(config: Config, where: str, action: str, keys: Any) -> None:
    # Whether action and key exist is known to the registry of actions, which checks these again.
    if isinstance(keys, str) and keys.strip():
        config.keys[action] = keys.strip()
    else:
        config.problems.append(f"{where} {action} must be a key in quotes (it is {keys!r}); the default is used")
