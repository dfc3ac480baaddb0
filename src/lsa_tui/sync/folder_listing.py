"""Which files lie in a shared folder, and what this home remembers of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsa_tui.daybook.book import Book
from lsa_tui.sync import folder_disk, folder_files, folder_memory
from lsa_tui.sync.folder_disk import Seen
from lsa_tui.sync.folder_files import Header, NotWhole
from lsa_tui.sync.folder_memory import DAMAGED, LEFT, NEW, Known


class Listing:
    """The files below one folder. What this home remembers of them is not read again."""

    def __init__(self, folder: Path, book: Book) -> None:
        self.folder, self.db, self.book = folder, book.db, book
        self.files: dict[str, Known] = {}
        self.how = folder_memory.Joined()
        self.found_damaged: list[Known] = []
        self.fresh: set[str] = set()
        """Files that this process has written and that were not read back yet."""
        self.strays: set[str] = set()
        """Files that cannot be read and whose names no device gives: somebody else's, which are left alone."""
        self._remembered: dict[str, Known] = {}
        self._kept = ""
        self._all = False

    def begin(self) -> None:
        """Lists the files. Raises NewerFile, OSError."""
        self.how = folder_memory.joined(self.db, self.folder)
        self._kept = repr(self.how)
        self._remembered = folder_memory.known(self.db, self.folder)
        if self.how.due(self.book.today()):
            self.read_all()
        self.look()

    def read_all(self) -> None:
        """Nothing that is remembered counts: all is read from the disk again."""
        self.how.plain, self.how.tangled, self.how.read = {}, ["", {}], ""
        self._all = True
        for one in self.files.values():
            if one.header is not None and one.state != LEFT:
                one.state, one.runs = NEW, []

    def look(self) -> None:
        """Lists the files anew; what is new or was altered is not read yet."""
        listed = {one.name: one for one in folder_disk.listed(self.folder)}
        self.strays.clear()
        for name in self.files.keys() - listed.keys():
            self.forget(name)
        for name, seen in listed.items():
            before = self.files.get(name) or self._as_remembered(name)
            if before is None or before.seen != seen:
                before = self._first_line(seen)
            if before is None:
                self.forget(name)
            elif self.files.get(name) is not before:
                self.forget(name)
                self.files[name] = before
        self.touch()

    def _as_remembered(self, name: str) -> Known | None:
        one = self._remembered.get(name)
        if one is None or (one.header is None and not folder_disk.is_named_by_us(name)):
            return None
        again = self._all and one.header is not None and one.state != LEFT
        return Known(one.seen, one.header) if again else _copy(one)

    def forget(self, name: str) -> None:
        self.files.pop(name, None)
        self.fresh.discard(name)

    def _first_line(self, seen: Seen) -> Known | None:
        try:
            return Known(seen, folder_files.read_header(self.folder / seen.name))
        except FileNotFoundError:
            return None
        except NotWhole:
            known = self._remembered.get(seen.name)
            if not folder_disk.is_named_by_us(seen.name) and (known is None or known.header is None):
                self.strays.add(seen.name)
                return None
            one = Known(seen, None, DAMAGED)
            self.found_damaged.append(one)
            return one

    def encrypted_ids(self) -> set[str]:
        """The names of the keys that files are encrypted under."""
        return {one.header.key_id for one in self.files.values() if one.header is not None} - {""}

    def stores(self, key_id: str) -> set[str]:
        """The ids of the stores of which files are here under a key ("": plain).

        A plain store may have several, where devices made it before they saw each other's files; then those count
        that lie in their writer's folder, and a folder of another group that was copied into this one does not.
        """
        found = [one for one in self.files.values() if one.header is not None and one.header.key_id == key_id]
        home = [one for one in found if one.header and one.seen.name.split("/")[:-1] == [one.header.writer]]
        return {one.header.store for one in home or found if one.header}

    def roots(self) -> dict[str, set[str]]:
        """The folders from here in which stores lie, each as its devices made it ("": here), and the ids of those
        stores, whatever their keys. Copies and strays make none: theirs is no folder with the name of their writer."""
        found: dict[str, set[str]] = {}
        for one in self.files.values():
            *above, _ = one.seen.name.split("/")
            if one.header is not None and above and above[-1] == one.header.writer:
                found.setdefault("/".join(above[:-1]), set()).add(one.header.store)
        return found

    def headers(self) -> Iterator[Header]:
        """The first lines of all files that have one."""
        return (one.header for one in self.files.values() if one.header is not None)

    def touch(self) -> None:
        """The files are not the same as before: what was made of them is made again."""

    def keep(self, all_read: bool) -> None:
        """Remembers what was read from the disk."""
        if all_read and self.how.due(self.book.today()):
            self.how.read = self.book.today().isoformat()
        changed = [one for name, one in self.files.items() if name not in self.fresh and self._differs(one)]
        gone = self._remembered.keys() - self.files.keys()
        how = self.how if repr(self.how) != self._kept else None
        if not changed and not gone and how is None:
            return
        with self.book.store.writing() as db:
            folder_memory.keep(db, self.folder, changed, gone, how)
        self._remembered = {name: _copy(one) for name, one in self.files.items() if name not in self.fresh}
        self._kept = repr(self.how)

    def _differs(self, one: Known) -> bool:
        before = self._remembered.get(one.seen.name)
        return one.state != NEW and before != one


def _copy(one: Known) -> Known:
    return Known(one.seen, one.header, one.state, list(one.runs), one.moved)
