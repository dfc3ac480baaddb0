"""A new key for a shared folder: all that can be read there is written anew under it by this device.

The file of keys is what counts. Until it is replaced the store is as it was, and files under the new key are taken
away again at the next sync; from then on it has the new key, and each device takes its own old files away once it has
joined and synced. What another device sent under the old key meanwhile it sends again then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lsa_tui.errors import SyncIncomplete
from lsa_tui.sync import folder_files, keys
from lsa_tui.sync.folder import Folder
from lsa_tui.sync.folder_files import Content, NotWhole
from lsa_tui.sync.folder_index import Altered, Index
from lsa_tui.sync.keys import Held
from lsa_tui.vault.keyfile import KeyFile


def change(shared: Folder, one: Held, made: KeyFile) -> None:
    """Puts the key `one` to use, whose file of keys is `made`; the folder is open, and closed afterwards.

    Raises SyncIncomplete; then nothing has changed.
    """
    index, opening = shared.index, shared.opening
    assert index is not None
    assert opening is not None
    written: list[Path] = []
    before = opening.used
    try:
        with shared.holding():
            parts = _all(index)
            opening.used = one
            for part in parts:
                part.header = shared.header()
                target = shared.publish(part)
                written.append(target)
                folder_files.check(folder_files.read(target, one.key))
            keys.write(opening.path, made)
    except (OSError, NotWhole, Altered, SyncIncomplete) as problem:
        for path in written:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise SyncIncomplete(
            f"the key of {keys.called(opening.path)} could not be changed ({problem}); nothing was changed"
        ) from None
    finally:
        opening.used = before
        shared.close()


def _all(index: Index) -> Iterator[Content]:
    """All that is believed, each run once, in files of a good size."""
    seen = set()
    word = index.moved()
    whole = Content(folder_files.Header("", "", "", False), moved=word if word[0] else None)
    for name in [one.seen.name for one in index.whole()]:
        content = index.content(name)
        for run, changes in zip(content.runs, content.changes, strict=True):
            if (run.dev, run.start, run.end) not in seen:
                seen.add((run.dev, run.start, run.end))
                whole.add(run.start, changes)
        if len(whole) >= folder_files.MOST:
            yield from folder_files.in_parts(whole)
            whole = Content(whole.header)
    yield from list(folder_files.in_parts(whole)) or [whole]
