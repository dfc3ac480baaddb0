"""What is said of a shared folder: where it cannot be, and what was found in it that could not be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lsa_tui.address import typed
from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import folder_memory, local
from lsa_tui.sync.folder_index import Index
from lsa_tui.sync.folder_memory import DAMAGED, LEFT, OTHER

_NAMED = 3
"""Files or devices named in one sentence."""


def check_place(path: Path, book: Book) -> None:
    """Raises SyncIncomplete where a shared folder cannot be."""
    if not path.is_absolute():
        raise SyncIncomplete(f"the shared folder {path} is a path of another system; set `[shared] url` anew")
    if path.exists() and not path.is_dir():
        raise SyncIncomplete(f"{path} is a file, not a folder; set `[shared] url` to a folder of its own")
    if not path.parent.is_dir():
        raise SyncIncomplete(
            f"the shared folder {path} cannot be reached, because the folder it is in is not there; is the cloud "
            "client running, or the share connected?"
        )
    homes = {book.paths.data_folder.resolve(), book.paths.config_folder.resolve()}
    if homes & {path.resolve(), *path.resolve().parents}:
        raise SyncIncomplete(f"{path} is this device's own folder of records; set `[shared] url` to another one")


def check_level(index: Index) -> None:
    """Raises SyncIncomplete for a folder in which no store lies, but one or several in folders below it: two groups
    would be mixed, or one group's devices would no longer see each other's files."""
    roots = index.roots()
    if not roots or "" in roots:
        return
    known = any(one.name == str(index.folder) for one in local.memories(index.db))
    if known and len(set().union(*roots.values())) == 1:
        return  # moved below by a client or a person; this home puts its files where they were
    places = [str(index.folder / one) for one in sorted(roots)]
    if len(places) == 1:
        raise SyncIncomplete(
            f"the shared folder is {places[0]}, and {index.folder} is the one above it; type `lsa init --shared "
            f"{typed(f'folder:///{places[0]}')}`, then sync. Nothing was touched"
        )
    raise SyncIncomplete(
        f"{index.folder} is no shared folder: {_listed(places, 'shared folder')} lie below it, and they are never "
        f"mixed; set `[shared] url` to the one that is yours, folder:///{places[0]} for example. Nothing was touched"
    )


class Damage(NamedTuple):
    """Sentences about files that are not whole: of this device, which the next sync puts right, and of others."""

    own: list[str]
    others: list[str]


def damaged(index: Index) -> Damage:
    """What is said of each file that is not whole, once all were read."""
    own, found = folder_memory.own_devices(index.db), Damage([], [])
    for one in sorted(index.files.values(), key=lambda one: one.seen.name):
        if one.state != DAMAGED:
            continue
        writer = one.header.writer if one.header is not None else one.seen.name.split("/")[0]
        if writer in own:
            found.own.append(f"the file {one.seen.name}, which is this device's own, is not whole")
        else:
            found.others.append(_of_another(index, one.seen.name, writer))
    return found


def _of_another(index: Index, name: str, writer: str) -> str:
    sql = "SELECT actor FROM change WHERE dev = ? ORDER BY seq DESC LIMIT 1"
    who = index.db.execute_sql(sql, (writer,)).fetchone()
    whose = (
        f"device {writer} ({who[0]})" if who else f"device {writer}" if "/" in name else "nobody can tell which device"
    )
    return (
        f"the file {name} of {whose} in the shared folder is not whole: damaged, or still on its way. Wait for the "
        "cloud client; what stood in it is sent again by the devices that hold it, and that device sets the file "
        "aside when it syncs. Is the device gone for good, remove the file by hand"
    )


def strays(index: Index) -> list[str]:
    """What is said of files that look like ours by their ending alone."""
    if not index.strays:
        return []
    names = sorted(index.strays)
    are = "is no file of this program" if len(names) == 1 else "are no files of this program"
    return [f"{_listed(names, 'file')} in the shared folder {are}, and left alone"]


def of(index: Index) -> Iterator[str]:
    """A sentence for each thing that its user should know: what was found since the last sync, and what is missing."""
    # Each as often as it was looked at.
    found, index.found_damaged = sorted({one.seen.name for one in index.found_damaged}), []
    if found:
        yield (
            f"{_listed(found, 'file')} in the shared folder "
            f"{'was' if len(found) == 1 else 'were'} not whole and not believed (damaged, or still on the way); the "
            "devices that hold what stood there send it again. Is it so tomorrow, `lsa doctor` says what to do"
        )
    own = folder_memory.own_devices(index.db)
    left = [
        one
        for one in index.files.values()
        if one.state in (OTHER, LEFT) and one.header and one.header.writer not in own
    ]
    shut = sorted({one.header.writer for one in left if one.header and one.header.key_id != index.key_id})
    if shut and index.key is not None:
        yield (
            f"files of {_listed(shut, 'device')} are not under the store's key and were not read; each of them sends "
            "its own anew when it has joined and syncs"
        )
    strange = [one for one in left if one.header and one.header.key_id == index.key_id]
    if strange:
        yield f"{_listed([one.seen.name for one in strange], 'file')} there belongs to another store and was left alone"
    waiting = sorted(index.waiting())
    if waiting:
        yield f"some of what {_listed(waiting, 'device')} sent has not arrived in the shared folder yet"


def _listed(names: list[str], what: str) -> str:
    """ "device ab12", "4 devices (ab12, cd34, ef56, ...)"."""
    if len(names) == 1:
        return f"{what} {names[0]}"
    return f"{len(names)} {what}s ({', '.join(names[:_NAMED])}{', ...' if len(names) > _NAMED else ''})"
