"""A shared store that is a folder, which a cloud client copies to the other devices when it likes.

Each device writes files of its own and never touches another's; whatever has arrived, in whatever order, is read as
one store. Nothing is ever missing for good that a device holds: what a folder lacks is sent again.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from lsa_tui.daybook.book import Book
from lsa_tui.errors import SyncIncomplete
from lsa_tui.records import branches, log
from lsa_tui.sync import folder_care, folder_disk, folder_files, folder_key, folder_memory, folder_notes, trouble
from lsa_tui.sync.folder_disk import Seen
from lsa_tui.sync.folder_files import Content, Header
from lsa_tui.sync.folder_index import Altered, Index
from lsa_tui.sync.opening import EMPTY, Opening
from lsa_tui.sync.patience import STEP_MS, patiently
from lsa_tui.sync.shared import About, Busy, Change, Forked, Heads

PATIENCE = 120
"""Seconds to wait for another process of this home that writes to the folder."""


class Folder:
    """One shared folder, for one home."""

    opening: Opening | None = None
    """Finds its key; without one the store is plain."""

    kind = "folder"
    again = ""
    waiting: Callable[[], None] | None = None

    def __init__(self, path: Path, book: Book) -> None:
        self.path, self.book = path, book
        self.index: Index | None = None
        self.hub_id = ""
        self._made_up = False
        self._writing: Path | None = None
        self._ahead: float | None = None
        self._lock: Any = None

    @property
    def name(self) -> str:
        return str(self.path)

    def open(self, *, made_up: bool, create: bool) -> About:
        self.close()
        with self._sentences():
            folder_notes.check_place(self.path, self.book)
            index = Index(self.path, self.book)
            try:
                index.begin()
            except folder_files.NewerFile as newer:
                raise SyncIncomplete(f"the shared folder {self.path}: {newer}") from None
            self.index = index
            try:
                return self._recognised(index, made_up, create)
            except BaseException:
                self.close()
                raise

    def _recognised(self, index: Index, made_up: bool, create: bool) -> About:
        folder_notes.check_level(index)
        here, created = any(True for _ in index.headers()), False
        if self._find(here, create) == EMPTY:
            if not create:
                # What cannot be read of an empty store is named all the same.
                self._note(index)
                self.close()
                return About("", made_up, created=True)
            self._make(made_up)
            index.look()
            created = True
        key = self.key
        index.use(key)
        stores = index.stores(index.key_id)
        used = self.opening.used if self.opening is not None else None
        self.hub_id = used.store if used is not None else min(stores)
        kinds = {one.made_up for one in index.headers() if one.key_id == index.key_id and one.store in stores}
        self._made_up = made_up if kinds <= {made_up} else not made_up
        about = About(self.hub_id, self._made_up, created=created)
        if self.opening is not None:
            self.opening.settle(about, self.holding)
        self._note(index)
        if self._made_up == made_up and self._keeps:
            index.keep(all_read=True)
        return about

    @property
    def key(self) -> bytes | None:
        """The key that its files are encrypted under; None: plain."""
        used = self.opening.used if self.opening is not None else None
        return used.key if used is not None else None

    @property
    def _keeps(self) -> bool:
        return self.opening is None or self.opening.keep

    def _note(self, index: Index) -> None:
        if self.opening is not None:
            self.opening.notes += [one for one in folder_notes.of(index) if one not in self.opening.notes]

    def apart_from(self, home: Path) -> bool:
        with self._sentences():
            place = self.path if self.path.exists() else self.path.parent
            return place.stat().st_dev != home.stat().st_dev

    def heads(self) -> Heads:
        if self.index is None:
            return {}
        with self._sentences():
            return self.index.heads()

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def changes(self, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
        if self.index is None:
            return []
        with self._sentences():
            return self.index.changes(dev, seq, last, limit)

    def where(self, uid: str) -> tuple[str, int] | None:
        if self.index is None:
            return None
        with self._sentences():
            return self.index.where(uid)

    # Writing: one new file for all that is added, or none.

    @contextmanager
    def pushing(self) -> Iterator[None]:
        index = self._opened()
        with self._sentences(), self.holding():
            index.look()  # another process of this home may have sent something since
            index.use(self.key)
            self._writing = folder_disk.beginning(self._own_folder())
            index.pending = Content(self.header())
            try:
                yield
                content, index.pending = index.pending, None
                if content.runs or content.moved:
                    self.publish(content, self._writing)
            finally:
                index.pending = None
                index.touch()
                with suppress(OSError):
                    self._writing.unlink(missing_ok=True)
                self._writing = None

    def publish(self, content: Content, begun: Path | None = None) -> Path:
        """Writes a new file of this device. Only while `holding`. Raises OSError."""
        index = self._opened()
        begun = begun or folder_disk.beginning(self._own_folder())
        try:
            target = folder_disk.finish(begun, folder_files.to_bytes(content, self.key))
        except BaseException:
            with suppress(OSError):
                begun.unlink(missing_ok=True)
            raise
        facts = target.stat()
        self._ahead = facts.st_mtime - time.time()
        name = target.relative_to(self.path).as_posix()
        index.added(Seen(name, facts.st_size, facts.st_mtime_ns), content)
        return target

    def add(self, changes: Sequence[Change]) -> None:
        index = self._opened()
        assert index.pending is not None  # only inside `pushing`
        start = 0
        for end in range(1, len(changes) + 1):
            if end == len(changes) or changes[end]["dev"] != changes[start]["dev"]:
                self._add(index, changes[start:end])
                start = end
        index.touch()

    def _add(self, index: Index, changes: Sequence[Change]) -> None:
        dev, seq = changes[0]["dev"], changes[0]["seq"]
        last, chain = index.heads().get(dev, (0, log.GENESIS))
        if seq != last + 1:
            raise Forked(f"change {seq} of device {dev} does not follow what {self.name} holds; sync again")
        assert index.pending is not None
        index.pending.add(chain, changes)

    def move(self, dev: str, seq: int) -> str:
        index = self._opened()
        last = index.heads().get(dev, (0, ""))[0]
        made = branches.renamed(index.changes(dev, seq - 1, last, last))
        if not made or index.pending is None:
            raise LookupError(f"chain {dev} has no change {seq}")
        # The files stay as they are: that this is said of them is enough for everybody who reads them.
        index.pending.add(log.GENESIS, made)
        index.touch()
        return str(made[0]["dev"])

    def moved_to(self) -> str:
        return self.index.moved()[1] if self.index is not None else ""

    def mark_moved(self, to: str) -> None:
        index = self._opened()
        assert index.pending is not None  # only inside `pushing`
        number, before = index.moved()
        if before != to:
            index.pending.moved = (number + 1, to)

    def sweep(self, erased: Mapping[str, Sequence[int]]) -> int:
        if self.index is None:
            return 0
        with self._sentences():
            wiped, notes = folder_care.care(self, erased)
            if self.opening is not None:
                self.opening.notes += notes
            return wiped

    def set_aside(self) -> Path | None:
        return None  # each damaged file is kept by its own device

    def wrong(self, scratch: Path) -> list[str]:
        del scratch  # each file is read as a whole in any case
        index = self._opened()
        with self._sentences():
            index.read_all()
            index.look()
            index.use(self.key)
            index.found_damaged = []
            damaged = folder_notes.damaged(index)
            if (damaged.own or damaged.others) and self._keeps:
                index.keep(all_read=True)  # so that the next sync does not believe them either
            return damaged.own

    def by_hand(self) -> list[str]:
        index = self._opened()
        with self._sentences():
            return folder_notes.damaged(index).others

    def strange(self) -> list[str]:
        return folder_notes.strays(self._opened())

    def kept(self) -> list[tuple[str, float]]:
        return [(one.name, one.stat().st_mtime) for one in sorted(self.path.glob("*/*.damaged-*"))]

    def free(self) -> int | None:
        place = self.path if self.path.is_dir() else self.path.parent
        try:
            return shutil.disk_usage(place).free
        except OSError:
            return None

    def clock_ahead(self) -> float | None:
        return self._ahead

    def close(self) -> None:
        self.index = None

    @contextmanager
    def holding(self) -> Iterator[None]:
        """No other process of this home writes to the folder meanwhile. Other devices never do to our files."""
        from filelock import FileLock, Timeout  # 10 ms that only a writer needs

        if self._lock is None:
            place = self.book.paths.data_folder / f"folder-{folder_memory.place_of(self.path)}.lock"
            self._lock = FileLock(place, timeout=STEP_MS / 1000, mode=0o600)
        try:
            patiently(self._lock.acquire, PATIENCE, lambda problem: isinstance(problem, Timeout), self.waiting)
        except Timeout:
            raise Busy(f"another sync of this device is writing to {self.path}; try again in a minute") from None
        try:
            yield
        finally:
            self._lock.release()

    # Finding and making it

    def _opened(self) -> Index:
        if self.index is None:
            raise SyncIncomplete(f"the shared folder {self.path} is not open")
        return self.index

    def _own_folder(self) -> Path:
        return self.path / log.device(self.book.db)

    def header(self) -> Header:
        """The first line of a file that this device writes now."""
        used = self.opening.used if self.opening is not None else None
        key_id = used.key_id if used is not None else ""
        return Header(used.store if used is not None else self.hub_id, key_id, self._own_folder().name, self._made_up)

    def _find(self, here: bool, create: bool) -> str:
        index, opening = self._opened(), self.opening
        if opening is None:
            return folder_key.attempt(index, None, None) if here else EMPTY
        return opening.find(
            here, create, lambda one: folder_key.attempt(index, opening, one), lambda: folder_key.salt(index, opening)
        )

    def _make(self, made_up: bool) -> None:
        """Makes the folder and a first file, which says whose store it is."""
        used = self.opening.used if self.opening is not None else None
        self.hub_id = used.store if used is not None else self.again or str(uuid.uuid4())
        self._made_up = made_up
        self.path.mkdir(exist_ok=True)
        with self.holding():
            self.publish(Content(self.header()))

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            said = f"the shared folder {self.path}: {trouble.reason(problem)}"
            raise SyncIncomplete(said) from problem
        except Altered:
            raise Busy(f"the files in {self.path} change all the time; sync again in a minute") from None
