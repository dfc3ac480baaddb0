"""All files of a shared folder as one store to read from: which there are, what each holds, how they fit together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from lsa_tui.daybook.book import Book
from lsa_tui.records import branches
from lsa_tui.sync import folder_files, folder_union
from lsa_tui.sync.folder_disk import Seen
from lsa_tui.sync.folder_files import Content, NotWhole, Run
from lsa_tui.sync.folder_listing import Listing
from lsa_tui.sync.folder_memory import DAMAGED, LEFT, NEW, OTHER, WHOLE, Known
from lsa_tui.sync.folder_union import Placed, Spine
from lsa_tui.sync.shared import Heads

_HELD = 20_000
"""Changes of files that are kept in memory while a sync reads."""

_TRIES = 4

_Answer = TypeVar("_Answer")


class Altered(Exception):
    """A file is not what it was: its writer has put another one in its place, or it was damaged just now."""


class Index(Listing):
    """The files below one folder, as one store."""

    def __init__(self, folder: Path, book: Book) -> None:
        super().__init__(folder, book)
        self.key: bytes | None = None
        self.key_id = ""
        self.pending: Content | None = None
        """What is to be written next."""
        self._contents: OrderedDict[str, Content] = OrderedDict()
        self._spines: dict[str, Spine] | None = None
        self._tangled: set[str] = set()
        self._chains: dict[str, list[dict[str, Any]]] | None = None

    def forget(self, name: str) -> None:
        """Knows nothing more of a file."""
        super().forget(name)
        self._contents.pop(name, None)

    def touch(self) -> None:
        """The files, or what is pending, are not the same as before."""
        self._spines = None

    def read_all(self) -> None:
        """Nothing that is remembered counts: all is read from the disk again."""
        super().read_all()
        self._contents.clear()
        self.touch()

    # Reading

    def use(self, key: bytes | None) -> None:
        """Reads all files under this key (None: plain) that were not read before, each with its seal and its hashes."""
        self.key, self.key_id = key, folder_files.key_id_of(key)
        stores = self.stores(self.key_id)
        for one in self.files.values():
            ours = one.header is not None and one.header.key_id == self.key_id and one.header.store in stores
            if one.header is None:
                continue
            if not ours:
                one.state = LEFT if one.state in (WHOLE, LEFT) else OTHER
            elif one.state in (NEW, OTHER, LEFT):
                self._read(one)
        self._spines = None

    def _read(self, one: Known) -> None:
        try:
            content = folder_files.read(self.folder / one.seen.name, self.key)
            folder_files.check(content)
        except FileNotFoundError:
            one.state, one.runs = NEW, []
        except NotWhole:
            one.state, one.runs = DAMAGED, []
            self.found_damaged.append(one)
        else:
            one.state, one.runs, one.moved = WHOLE, content.runs, content.moved
            self._hold(one.seen.name, content)
            self._note_split(content, self.how.split)

    def _hold(self, name: str, content: Content) -> None:
        self._contents[name] = content
        self._contents.move_to_end(name)
        while len(self._contents) > 1 and sum(map(len, self._contents.values())) > _HELD:
            self._contents.popitem(last=False)

    def content(self, name: str) -> Content:
        """What stands in a file, read from the disk unless it was a moment ago. Raises Altered."""
        if name == "" and self.pending is not None:
            return self.pending
        if name not in self._contents:
            try:
                self._hold(name, folder_files.read(self.folder / name, self.key))
            except (FileNotFoundError, NotWhole):
                self.files[name].state = NEW
                raise Altered(name) from None
        self._contents.move_to_end(name)
        return self._contents[name]

    def _load(self, one: Placed) -> list[dict[str, Any]]:
        return self.content(one.file).changes[one.place]

    def whole(self) -> list[Known]:
        """The files that are believed."""
        return [one for one in self.files.values() if one.state == WHOLE]

    def added(self, seen: Seen, content: Content) -> None:
        """Counts a file that this process has written just now. It is remembered when it was read back."""
        self.files[seen.name] = Known(seen, content.header, WHOLE, content.runs, content.moved)
        self.fresh.add(seen.name)
        self._spines = None

    # Which changes have a branch's name elsewhere

    def _note_split(self, content: Content, names: dict[str, list[str]]) -> None:
        if not names:
            return
        for changes in content.changes:
            for one in changes:
                name = branches.branch_name(one["uid"])
                if name in names and one["dev"] != name and one["dev"] not in names[name]:
                    names[name].append(one["dev"])

    def _find_split(self) -> None:
        """Looks through all files for the first changes of branches that were not known before."""
        devs = {run.dev for one in self.whole() for run in one.runs} | {run.dev for run in self._pending_runs()}
        moved = {dev for dev in devs if dev.startswith(branches.PREFIX)}
        new: dict[str, list[str]] = {dev: [] for dev in moved - self.how.split.keys()}
        if not new:
            return
        for name in [one.seen.name for one in self.whole()] + ([""] if self.pending is not None else []):
            self._note_split(self.content(name), new)
        self.how.split |= new

    def _pending_runs(self) -> list[Run]:
        return self.pending.runs if self.pending is not None else []

    # Joining

    def placed(self) -> dict[str, list[Placed]]:
        """All runs that are believed, by chain."""
        found: dict[str, list[Placed]] = {}
        for one in self.whole():
            for place, run in enumerate(one.runs):
                found.setdefault(run.dev, []).append(Placed(one.seen.name, place, run))
        for place, run in enumerate(self._pending_runs()):
            found.setdefault(run.dev, []).append(Placed("", place, run))
        return found

    def spines(self) -> dict[str, Spine]:
        """The chains without branches, as the files make them."""
        if self._spines is None:
            self._join()
        assert self._spines is not None
        return self._spines

    def _join(self) -> None:
        self._find_split()
        placed, plain, spines = self.placed(), {}, {}
        split = {name: devs for name, devs in self.how.split.items() if name in placed and devs}
        tangled = {dev for name, devs in split.items() for dev in (name, *devs)} & placed.keys()
        for dev in placed.keys() - tangled:
            total = folder_union.digest(placed[dev])
            known = self.how.plain.get(dev)
            spine = folder_union.of_runs(placed[dev], self._load, trusted=known is not None and known[0] == total)
            if spine is None:
                tangled.add(dev)
            else:
                spines[dev], plain[dev] = spine, [total, spine.seq, spine.chain]
        self._tangled, self._chains = tangled, None
        self.how.plain, self._spines = plain, spines
        total = folder_union.digest(one for dev in tangled for one in placed[dev]) if tangled else ""
        if total != self.how.tangled[0]:
            self.how.tangled = [total, folder_union.heads_of(self.chains()) if tangled else {}]

    def chains(self) -> dict[str, list[dict[str, Any]]]:
        """The chains with branches in common, each whole."""
        if self._chains is None:
            placed = self.placed()
            runs = [one for dev in sorted(self._tangled) for one in placed[dev]]
            self._chains = folder_union.untangled(runs, self._load) if runs else {}
        return self._chains

    def heads(self) -> Heads:
        """How far every chain goes."""
        return self._steadily(self._heads)

    def _heads(self) -> Heads:
        found = {dev: (one.seq, one.chain) for dev, one in self.spines().items() if one.seq}
        return found | {name: (seq, chain) for name, (seq, chain) in self.how.tangled[1].items()}

    def changes(self, dev: str, seq: int, last: int, limit: int) -> list[dict[str, Any]]:
        """The changes `seq` + 1 to `last` of a chain, at most `limit`; fewer where a file has gone or is damaged."""
        return self._steadily(lambda: self._changes(dev, seq, min(last, seq + limit)))

    def _changes(self, dev: str, seq: int, last: int) -> list[dict[str, Any]]:
        spine = self.spines().get(dev)
        if spine is None:
            return [dict(one) for one in self.chains().get(dev, []) if seq < one["seq"] <= last]
        found: list[dict[str, Any]] = []
        while (at := seq + len(found)) < min(last, spine.seq):
            segment = spine.covering(at + 1)
            run, changes = segment.source.run, self._load(segment.source)
            end = min(segment.last, last)
            found += [self._clothed(dict(one), spine) for one in changes[at - run.after : end - run.after]]
        return found

    def _steadily(self, ask: Callable[[], _Answer]) -> _Answer:
        """Answers from the files as they are now, where one has changed meanwhile. Raises Altered where they never
        stay for long enough."""
        for _ in range(_TRIES):
            try:
                return ask()
            except Altered:
                self.look()
                self.use(self.key)
        return ask()

    def _clothed(self, change: dict[str, Any], spine: Spine) -> dict[str, Any]:
        """A change without its body gets it from a file that has it: whoever takes it in sees whether it goes."""
        if change["body"] is not None:
            return change
        seq = change["seq"]
        for one in (*(segment.source for segment in spine.segments), *spine.also):
            if one.run.after < seq <= one.run.last and seq not in one.run.bare:
                other = self._load(one)[seq - one.run.after - 1]
                if other["chain"] == change["chain"] and other["body"] is not None:
                    return dict(other)
        return change

    def where(self, uid: str) -> tuple[str, int] | None:
        """The chain and number under which a change is held."""
        return self._steadily(lambda: self._where(uid))

    def _where(self, uid: str) -> tuple[str, int] | None:
        name = branches.branch_name(uid)
        if name in self._heads():
            return name, 1
        for dev, changes in self.chains().items():
            for one in changes:
                if one["uid"] == uid:
                    return dev, one["seq"]
        for dev, spine in self.spines().items():
            for segment in spine.segments:
                for one in self._load(segment.source):
                    if one["uid"] == uid and segment.after < one["seq"] <= segment.last:
                        return dev, one["seq"]
        return None

    def keep(self, all_read: bool) -> None:
        """Remembers what was read from the disk, and how it fits together."""
        self.heads()
        super().keep(all_read)

    def moved(self) -> tuple[int, str]:
        """The last word on where the records were moved, and the how-manieth it is; (0, "") where there is none."""
        return max((one.moved for one in self.whole() if one.moved), default=(0, ""))

    def waiting(self) -> set[str]:
        """The chains of which something has come whose beginning has not."""
        return self._steadily(lambda: {dev for dev, spine in self.spines().items() if spine.waiting})
