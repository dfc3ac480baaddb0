"""What is said of a shared folder: where it cannot be, and what was found in it that could not be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import folder_memory
from lsa_tui.sync.folder_index import Index
from lsa_tui.sync.folder_memory import LEFT, OTHER

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


def of(index: Index) -> Iterator[str]:
    """A sentence for each thing that its user should know: what was found since the last sync, and what is missing."""
    found, index.found_damaged = index.found_damaged, []
    if found:
        yield (
            f"{_listed([one.seen.name for one in found], 'file')} in the shared folder "
            f"{'was' if len(found) == 1 else 'were'} not whole and not believed (damaged, or still on the way); the "
            "devices that hold what stood there send it again"
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
