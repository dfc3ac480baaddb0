"""Looking after this device's own files in a shared folder; nobody else's are touched.

What was erased is taken out of them by writing them anew; files under another key go when what they hold is in the
store; damaged ones get a dated name; many small ones become few. The new file is there, whole, before an old one goes.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsa_tui.records import log
from lsa_tui.sync import folder_disk, folder_files, folder_memory, keys
from lsa_tui.sync.folder_files import Content, NewerFile, NotWhole
from lsa_tui.sync.folder_index import Index
from lsa_tui.sync.folder_memory import DAMAGED, LEFT, OTHER, WHOLE, Known

if TYPE_CHECKING:
    from lsa_tui.sync.folder import Folder

SMALL = 1000
"""Changes of a file that is merged with others of its device."""

MANY = 16
"""So many small files of one device are merged."""


def care(folder: Folder, erased: Mapping[str, Sequence[int]]) -> tuple[int, list[str]]:
    """Does what is to be done to this device's files; returns how many bodies were wiped, and sentences.

    Writes nothing where there is nothing to do. Raises OSError, SyncIncomplete.
    """
    index = folder.index
    assert index is not None
    own = folder_memory.own_devices(index.db)
    mine = [one for one in index.files.values() if _writer(one) in own]
    wiped, notes = 0, _others_still_hold(index, own, erased)
    bare = _holding(index, mine, erased)
    other = [one for one in mine if one.state in (OTHER, LEFT) and index.key is not None]
    damaged = [one for one in mine if one.state == DAMAGED]
    small = _small(mine, log.device(index.db))
    merged = _ready_to_go(index)
    if bare or other or damaged or small or merged:
        with folder.holding():
            wiped = sum(_rewritten(folder, one) for one in bare)
            for one in other:
                _other_key(folder, one)
            notes += _set_aside(folder, damaged)
            _merge(folder, [one for one in small if one not in bare])
            for name in merged:
                _drop_merged(folder, name)
            index.look()
            index.use(index.key)
        index.keep(all_read=False)
    return wiped, notes


def _set_aside(folder: Folder, damaged: Sequence[Known]) -> list[str]:
    """Renames this device's damaged files; a sentence, where there are any."""
    kept = []
    for one in damaged:
        with suppress(FileNotFoundError):
            moment = folder.book.now().strftime("%Y-%m-%d-%H%M%S")
            kept.append(folder_disk.set_aside(folder.path / one.seen.name, moment))
    if len(kept) > 1:
        return [f"{len(kept)} files of this device in the shared folder were damaged; the first is kept as {kept[0]}"]
    return [f"a file of this device in the shared folder was damaged; it is kept as {one}" for one in kept]


def _writer(one: Known) -> str:
    """Whose file it is. Where the first line is damaged, its place says it."""
    return one.header.writer if one.header is not None else one.seen.name.split("/")[0]


# What was erased


def _holding(index: Index, files: Sequence[Known], erased: Mapping[str, Sequence[int]]) -> list[Known]:
    """Those of these files in which the body of an erased change still stands."""
    if not erased:
        return []
    chains = {dev: set(seqs) for dev, seqs in erased.items()}
    found = []
    for one in files:
        if one.state != WHOLE:
            continue
        tangled = [run for run in one.runs if run.dev not in index.spines()]
        plain = any(_some(erased.get(run.dev, ()), run.after, run.last) for run in one.runs)
        if tangled or (plain and any(_missing(run, chains.get(run.dev, set())) for run in one.runs)):
            found.append(one)
    if not found:
        return []
    uids = _erased_uids(index.db)
    return [one for one in found if _has_body(index.content(one.seen.name), uids)]


def _some(seqs: Sequence[int], after: int, last: int) -> bool:
    place = bisect.bisect_right(seqs, after)
    return place < len(seqs) and seqs[place] <= last


def _missing(run: folder_files.Run, seqs: set[int]) -> bool:
    return any(run.after < seq <= run.last for seq in seqs - set(run.bare))


def _erased_uids(db: Any) -> set[str]:
    """The changes that have no body here. Their place in a chain may be another one in an old file: their id is not."""
    sql = "SELECT uid FROM change WHERE body IS NULL AND dev NOT IN (?, ?)"
    return {uid for (uid,) in db.execute_sql(sql, log.STAYING)}


def _has_body(content: Content, uids: set[str]) -> bool:
    return any(one["uid"] in uids and one["body"] is not None for run in content.changes for one in run)


def _others_still_hold(index: Index, own: set[str], erased: Mapping[str, Sequence[int]]) -> list[str]:
    others = [one for one in index.files.values() if _writer(one) not in own]
    devices = sorted({_writer(one) for one in _holding(index, others, erased)})
    if not devices:
        return []
    named = f"device {devices[0]}" if len(devices) == 1 else f"devices {', '.join(devices)}"
    return [
        f"files of {named} in the shared folder still hold what was erased, until that device syncs; where it is gone "
        f"for good, remove its folder {index.folder / devices[0]}, and the next sync puts back what should stay"
    ]


def _rewritten(folder: Folder, one: Known) -> int:
    """Puts a file without what was erased in the place of one of this device; returns how many bodies went."""
    index = folder.index
    assert index is not None
    content = folder_files.read(folder.path / one.seen.name, index.key)
    wiped = folder_files.without(content, _erased_uids(index.db))
    _replace(folder, content, [one.seen.name])
    return wiped


def _replace(folder: Folder, content: Content, old: Sequence[str]) -> list[str]:
    """Writes a content as new files of this device, reads them back, and then takes the old files away."""
    made = []
    for part in folder_files.in_parts(content):
        part.header = folder.header()
        target = folder.publish(part)
        if folder_files.read(target, folder.key).changes != part.changes:
            raise OSError(f"{target.name} does not read back as it was written")
        made.append(target.relative_to(folder.path).as_posix())
    for name in old:
        (folder.path / name).unlink(missing_ok=True)
    return made


# Another key


def _other_key(folder: Folder, one: Known) -> None:
    """Takes away a file of this device under another key than the store's, once all that it holds is in the store.

    All that this home holds was sent before this, and read back. A file whose key is forgotten, and which was never
    read, stays.
    """
    index, path = folder.index, folder.path / one.seen.name
    assert index is not None
    assert one.header is not None
    if one.state == LEFT and all(log.chain_at(index.db, run.dev, run.last) == run.end for run in one.runs):
        path.unlink(missing_ok=True)
        return
    content = None
    for key in (None, *(held.key for held in keys.held(folder.book))):
        if folder_files.key_id_of(key) == one.header.key_id:
            with suppress(NotWhole, NewerFile, FileNotFoundError):
                content = folder_files.read(path, key)
    if content is None:
        return
    held = {uid for (uid,) in index.db.execute_sql("SELECT uid FROM change WHERE dev NOT IN (?, ?)", log.STAYING)}
    if all(change["uid"] in held for run in content.changes for change in run):
        path.unlink(missing_ok=True)
    else:
        _replace(folder, content, [one.seen.name])


# Many small files


def _small(mine: Sequence[Known], device: str) -> list[Known]:
    found = [
        one
        for one in mine
        if one.state == WHOLE and one.seen.name.startswith(f"{device}/") and len(one) < SMALL and not one.moved
    ]
    return found if len(found) >= MANY else []


def _merge(folder: Folder, small: Sequence[Known]) -> None:
    """One file for many. The old ones stay for now: a client may bring a removal to others before the new file."""
    index = folder.index
    assert index is not None
    ready = [one for one in small if one.seen.name not in index.how.merged]
    if len(ready) < MANY:
        return
    whole = Content(folder.header())
    held: dict[str, list[dict[str, Any]]] = {}
    for one in ready:
        content = index.content(one.seen.name)
        for run, changes in zip(content.runs, content.changes, strict=True):
            before = held.get(run.dev)
            if before and (before[-1]["seq"], before[-1]["chain"]) == (run.after, run.start):
                before += changes
            elif changes:
                held[run.dev] = before = list(changes)
                whole.changes.append(before)
                whole.runs.append(run)
    for place, changes in enumerate(whole.changes):
        whole.runs[place] = folder_files.run_of(whole.runs[place].start, changes)
    made = _replace(folder, whole, [])
    for one in ready:
        index.how.merged[one.seen.name] = [folder.book.today().isoformat(), made]


def _ready_to_go(index: Index) -> list[str]:
    """The files that were merged into others on another day."""
    index.how.merged = {name: facts for name, facts in index.how.merged.items() if name in index.files}
    today = index.book.today().isoformat()
    return [name for name, (day, _) in index.how.merged.items() if day != today]


def _drop_merged(folder: Folder, name: str) -> None:
    """Takes away a file whose content stands in others, which are read for it again."""
    index = folder.index
    assert index is not None
    _, made = index.how.merged.pop(name)
    try:
        old = folder_files.read(folder.path / name, index.key)
        new = [folder_files.read(folder.path / other, index.key) for other in made]
    except (NotWhole, FileNotFoundError, NewerFile):
        return  # counted as any other file, and merged again
    there = {(one["uid"], one["chain"]) for content in new for run in content.changes for one in run}
    if all((one["uid"], one["chain"]) in there for run in old.changes for one in run):
        (folder.path / name).unlink(missing_ok=True)
