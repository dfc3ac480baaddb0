"""Where the shared store is: `[shared] url` taken apart, every mistake named."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

from lsa_tui import text
from lsa_tui.errors import BadInput, LsaError

EXAMPLE = "sqlite:////absolute/path/school.db"
FOLDER_EXAMPLE = "folder:////absolute/path/of/the/folder"
SERVER_EXAMPLE = "postgresql://HOST/NAME"

SERVERS = ("postgresql", "postgres")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")
_SEARCH_PATH = re.compile(r"search_path\s*=\s*([^\s,]+)")
_SHOWN = ("host", "hostaddr", "port", "service", "sslmode", "sslrootcert", "channel_binding", "target_session_attrs")
"""The options of a server that others need as well, and that say nothing of an account."""


@dataclass(frozen=True)
class Location:
    """A shared store's kind and place.

    `kind`: "sqlite" (`path` is the file), "folder" (`path` is the folder) or "postgresql" (`path` is None). `address`:
    a server's URL as it was given. A password may stand in it, so it is never shown.
    """

    kind: str
    path: Path | None
    address: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The store as people know it: a path; HOST/NAME of a server, never with a user or a password."""
        return _server_name(urlsplit(self.address)) if self.path is None else str(self.path)

    @property
    def anchor(self) -> Path | None:
        """What the file of keys and the sealed concerns lie beside; None for a server, which has neither."""
        return self.path / "lsa" if self.kind == "folder" and self.path is not None else self.path


def shown(url: str) -> str:
    """A URL as it may be shown, and used by others: of a server without its user, its password and what is theirs."""
    try:
        found = parse(url)
    except BadInput:
        return text.without_password(url)
    return _server_shown(urlsplit(found.address)) if found.path is None else url.strip()


def typed(url: str) -> str:
    """A URL, as `shown`, in the quotes that it needs behind a command."""
    address = shown(url)
    if os.name != "nt":
        return shlex.quote(address)
    return f'"{address}"' if re.search(r"[^\w:/\\.-]", address) else address


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths lead to one place: by a link, a second mount, capital letters that do not count there."""
    try:
        return one.samefile(other)
    except OSError:
        pass  # nothing is there yet
    try:
        return one.resolve() == other.resolve()
    except (OSError, RuntimeError):
        return one == other


def unusable(path: str, problem: Exception) -> BadInput:
    """The sentence for a path that the system itself does not take."""
    why = getattr(problem, "strerror", None) or "it begins with ~ and no such user is known here"
    shown = text.quoted(text.without_password(path))
    return BadInput(f"the path {shown} cannot be used ({why}); write it as {EXAMPLE}")


def real(path: Path) -> Path:
    """The file that a path leads to, where it is a link: what lies beside it lies there, for everybody."""
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError):
        return path


def anchor_of(location: Location) -> Path:
    """The anchor of a store that has keys. Raises LsaError for a server."""
    if location.anchor is None:
        raise LsaError(
            f"{location.name} is a server and has no join passphrase: its accounts say who may read, so ask whoever "
            "runs it for an account"
        )
    return location.anchor


def parse(url: str) -> Location:
    """The place that a URL names. Raises BadInput with what is wrong and how it is written; no password is in it."""
    given = url.strip()
    if not given:
        raise BadInput(f"no shared database is set; write `[shared] url` as {EXAMPLE}, or: lsa init --shared {EXAMPLE}")
    if _CONTROL.search(given):
        raise BadInput(
            f"[shared] url holds a line break or another character that no address has; it is like {EXAMPLE}"
        )
    scheme, colon, rest = given.partition(":")
    scheme = scheme.lower()
    if not colon or _WINDOWS.match(given):
        raise BadInput(f"[shared] url is a path, {given!r}; put sqlite:/// before it, as in {EXAMPLE}")
    if scheme in SERVERS:
        return _server(f"postgresql:{rest}")
    if scheme == "folder":
        return Location("folder", _place(given, rest, "folder", FOLDER_EXAMPLE))
    if scheme != "sqlite":
        near = text.nearest(scheme, ["sqlite", "folder", "postgresql"])
        raise BadInput(
            f"[shared] url: {scheme!r} is not a kind of shared database{near}; write it as {EXAMPLE}, "
            f"{FOLDER_EXAMPLE} or {SERVER_EXAMPLE}"
        )
    path = _place(given, rest, "sqlite", EXAMPLE)
    if given.endswith(("/", "\\")):
        raise BadInput(
            f"[shared] url {given!r} names a folder; add the file's name, as in {EXAMPLE}, or write folder: before it "
            "for one that a cloud client copies"
        )
    return Location("sqlite", path)


def _place(given: str, rest: str, kind: str, example: str) -> Path:
    given = text.without_password(given)
    if not rest.startswith("///"):
        raise BadInput(f"[shared] url {given!r} needs three slashes and then the whole path, as in {example}")
    path, what = rest.removeprefix("///"), "file" if kind == "sqlite" else "folder"
    if not path.startswith("/") and not _WINDOWS.match(path):
        try:
            whole = _meant(path)
        except (OSError, RuntimeError) as problem:
            raise unusable(path, problem) from None
        hint = f"; did you mean '{kind}:///{whole}'?" if path else f"; write it as {example}"
        raise BadInput(f"[shared] url {given!r} is a relative path, which means another {what} in every folder{hint}")
    if "?" in path:
        raise BadInput(f"[shared] url {given!r}: nothing after a ? is understood; write it as {example}")
    try:
        escaped = (meant := unquote(path)) != path and not Path(path).parent.exists() and Path(meant).parent.exists()
    except (OSError, ValueError) as problem:
        raise unusable(path, problem) from None
    if escaped:
        raise BadInput(
            f"[shared] url {given!r}: of a {what} the path stands there as it is called, without %20 and the "
            f"like, as in '{kind}:///{meant}'"
        )
    if path == "/":
        raise BadInput(f"[shared] url {given!r} is the whole disk; name a {what}, as in {example}")
    return Path(path)


def _meant(path: str) -> str:
    """The absolute path that a relative one most likely was to be. Of one with folders that are not here, a slash was
    left out. Raises OSError, RuntimeError."""
    here = Path(path).expanduser()
    slip = os.name != "nt" and path[:1] not in ("~", ".") and not here.parent.exists()
    return f"/{here.as_posix()}" if slip else here.absolute().as_posix()


# A server. Nothing of its URL is ever quoted: a password may stand anywhere in one that is written wrongly.


def _server(address: str) -> Location:
    try:
        parts = urlsplit(address)
        name, port = unquote(parts.path.removeprefix("/")), parts.port
        parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise BadInput(f"[shared] url of a server is not well formed; write it as {SERVER_EXAMPLE}") from None
    if not address.startswith("postgresql://") or not name or "/" in name or port == 0:
        raise BadInput(f"[shared] url of a server needs its host and the database's name, as in {SERVER_EXAMPLE}")
    if re.search(r"[\s(]", parts.path):
        raise BadInput(
            "[shared] url of a server: a blank or a bracket stands in the database's name; a schema is written "
            f"{SERVER_EXAMPLE}?schema=class7b, and a blank that is part of the name %20"
        )
    if parts.fragment or "\0" in unquote(address):
        raise BadInput(
            f"[shared] url of a server holds a # or another character that is written %23 there; it is {SERVER_EXAMPLE}"
        )
    return Location("postgresql", None, address)


def _options(parts: SplitResult) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(parts.query).items()}


def _schema(options: dict[str, str]) -> str:
    found = _SEARCH_PATH.search(options.get("options", ""))
    return options.get("schema", "") or (found.group(1) if found else "")


def _server_shown(parts: SplitResult) -> str:
    options = _options(parts)
    said = {"schema": _schema(options)} | {name: options.get(name, "") for name in _SHOWN}
    query = urlencode({name: value for name, value in said.items() if value}, safe="/,:", quote_via=quote)
    place = parts.netloc.rpartition("@")[2]
    return f"postgresql://{place}{parts.path}{'?' if query else ''}{query}"


def _server_name(parts: SplitResult) -> str:
    options = _options(parts)
    place = unquote(parts.hostname or "") or options.get("host", "") or options.get("service", "")
    port = f":{parts.port}" if parts.port else ""
    database = unquote(parts.path.removeprefix("/"))
    schema = _schema(options)
    name = f"{place}{port}/{database}" if place else f"postgresql://{port}/{database}"
    return f"{name} ({schema})" if schema else name
