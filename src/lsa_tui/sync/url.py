"""Where the shared store is: `[shared] url` taken apart, every mistake named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lsa_tui import text
from lsa_tui.errors import BadInput

EXAMPLE = "sqlite:////absolute/path/school.db"

_OTHER_KINDS = ("folder", "postgresql", "postgres")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True)
class Location:
    """A shared store's kind and place. The only kind of this version is `sqlite`, a file."""

    kind: str
    path: Path


def parse(url: str) -> Location:
    """The place that a URL names. Raises BadInput with what is wrong and how it is written."""
    given = url.strip()
    if not given:
        raise BadInput(f"no shared database is set; write `[shared] url` as {EXAMPLE}, or: lsa init --shared {EXAMPLE}")
    scheme, colon, rest = given.partition(":")
    scheme = scheme.lower()
    if not colon or _WINDOWS.match(given):
        raise BadInput(f"[shared] url is a path, {given!r}; put sqlite:/// before it, as in {EXAMPLE}")
    if scheme in _OTHER_KINDS:
        # Never the URL itself: a password may stand in it.
        raise BadInput(f"[shared] url: this version syncs with a SQLite file, not {scheme}:; write it as {EXAMPLE}")
    if scheme != "sqlite":
        near = text.nearest(scheme, ["sqlite", "folder", "postgresql"])
        raise BadInput(f"[shared] url: {scheme!r} is not a kind of shared database{near}; write it as {EXAMPLE}")
    return Location("sqlite", _file(given, rest))


def _file(given: str, rest: str) -> Path:
    if not rest.startswith("///"):
        raise BadInput(f"[shared] url {given!r} needs three slashes and then the whole path, as in {EXAMPLE}")
    path = rest.removeprefix("///")
    if not path.startswith("/") and not _WINDOWS.match(path):
        whole = Path(path).expanduser().absolute().as_posix()
        hint = f"; did you mean 'sqlite:///{whole}'?" if path else f"; write it as {EXAMPLE}"
        raise BadInput(f"[shared] url {given!r} is a relative path, which means another file in every folder{hint}")
    if "?" in path:
        raise BadInput(f"[shared] url {given!r}: nothing after a ? is understood; write it as {EXAMPLE}")
    if "\0" in path:
        raise BadInput(f"[shared] url {given!r}: the path holds a character that no path can have")
    if path.endswith(("/", "\\")):
        raise BadInput(f"[shared] url {given!r} names a folder; add the file's name, as in {EXAMPLE}")
    return Path(path)
