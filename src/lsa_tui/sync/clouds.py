"""Folders that a cloud client copies: no place for one file that several devices write.

Such a client knows no locks and copies a file whenever it has changed, so one device's copy replaces another's.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from lsa_tui.address import Location, typed
from lsa_tui.errors import BadInput

_NAMES = (
    # A folder of the client's own, by how its name begins.
    (re.compile(r"onedrive( - .+|-.+)?$", re.I), "OneDrive"),
    (re.compile(r"(google ?drive|googledrive-.+|drivefs|my drive|shared drives)$", re.I), "Google Drive"),
    (re.compile(r"dropbox( \(.+\)|-.+)?$", re.I), "Dropbox"),
    (re.compile(r"(icloud ?drive|iclouddrive|mobile documents|com~apple~clouddocs)$", re.I), "iCloud"),
    (re.compile(r"(nextcloud|owncloud)\d*$", re.I), "Nextcloud"),
    (re.compile(r"(syncthing|resilio sync|pcloud ?drive|megasync( \(.+\))?|box sync|tresorit|seafile)$", re.I), ""),
)
_AT_HOME = re.compile(r"(box|mega|pcloud)$", re.I)
"""Clients whose folder's name may mean something else, unless it lies directly in somebody's home."""

_MARKERS = (
    # What a client leaves in the folder it copies, or in a folder above.
    (".stfolder", "Syncthing"),
    (".dropbox.cache", "Dropbox"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "Nextcloud"),
    (".tmp.drivedownload", "Google Drive"),
    (".tmp.driveupload", "Google Drive"),
    (".resilio-sync", "Resilio Sync"),
    (".sync/ID", "Resilio Sync"),
    (".megaignore", "MEGA"),
    (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
)
_DATABASES = (re.compile(r"\.sync_[0-9a-f]+\.db$"), re.compile(r"\._sync_[0-9a-f]+\.db$"))
"""The Nextcloud client's own database in the folder it copies."""


def client_of(path: Path) -> str | None:
    """The cloud client that copies the folder of this file, else None.

    Seen by the names of the folders above it and by what the clients leave in them; nothing is written.
    """
    try:
        ways = dict.fromkeys([*path.parents, *Path(os.path.realpath(path)).parents])  # a link may lead there
    except (OSError, RuntimeError):
        ways = dict.fromkeys(path.parents)
    return next((found for folder in ways if (found := _by_name(folder) or _by_marker(folder))), None)


def check(location: Location) -> None:
    """Raises BadInput for a SQLite file in such a folder, with what to write instead."""
    path = location.path
    client = client_of(path) if location.kind == "sqlite" and path is not None else None
    if client is not None and path is not None:
        raise BadInput(
            f"{path} lies in a folder that {client} copies, where two devices write over one another's records; "
            f"use {typed(f'folder:///{path.parent.as_posix()}')} there: each device then writes files of its own"
        )


def _by_name(folder: Path) -> str | None:
    if folder.parent.name == "CloudStorage":  # where macOS keeps all of them
        return folder.name.partition("-")[0] or None
    if _AT_HOME.match(folder.name) and _is_home(folder.parent):
        return folder.name
    for pattern, client in _NAMES:
        if pattern.match(folder.name):
            return client or folder.name
    return None


def _is_home(folder: Path) -> bool:
    try:
        return folder.parent.name.casefold() in ("home", "users") or folder == Path.home()
    except RuntimeError:  # nobody's
        return False


def _by_marker(folder: Path) -> str | None:
    try:
        for name, client in _MARKERS:
            if (folder / name).exists():
                return client
        if (folder / ".dropbox").is_file():  # the client's own settings are a folder of that name
            return "Dropbox"
        for file in folder.glob(".*sync_*.db"):
            if any(pattern.match(file.name) for pattern in _DATABASES):
                return "Nextcloud"
    except OSError:
        pass
    return None
