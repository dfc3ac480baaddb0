"""Finding the key that opens a shared file, and leaving its file of keys as it should be."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from lsa_tui import passphrases
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.sync import admission, keys, local, pages, refusals
from lsa_tui.sync.keys import Held, KeyChanged, NeedsPassphrase
from lsa_tui.sync.shared import About
from lsa_tui.vault import cipher
from lsa_tui.vault.keyfile import DamagedKeyFile, KeyFile, Slot

OPEN, EMPTY, SHUT = "open", "empty", "shut"
"""What came of trying a key: content was read, there is none yet, or it is not this file's key."""

PLAIN_HERE = (
    "this home is not encrypted, so all that is shared stands plain on this device; `lsa key encrypt` changes that"
)
NOT_ENCRYPTED = "it is not encrypted: whoever can open its place can read it; `lsa shared rekey` encrypts it"


class Opening:
    """Which key opens the shared file at one place, for one device. `notes`: what its user should know afterwards."""

    def __init__(
        self,
        book: Book,
        path: Path,
        ask: keys.Ask = keys.nobody_asks,
        *,
        keep: bool = True,
        joining: bool = False,
        plain_too: bool = False,
        older_too: bool = False,
        given: Held | None = None,
        encrypted: bool = False,
    ) -> None:
        """`keep`: remember and mend; else nothing is written. `joining`: only what is asked for counts as known.
        `plain_too`: take a file that is not encrypted, whoever asks; `older_too`: one with an earlier key.
        `given`: this key and no other. `encrypted`: also for a plain home a file that is made is encrypted, and a
        plain one refused, for it takes the place of one that was."""
        self.book, self.path, self.ask, self.encrypted = book, path, ask, encrypted
        self.keep, self.joining, self.plain_too, self.older_too = keep, joining, plain_too, older_too
        self.notes: list[str] = []
        self.file: KeyFile | None = None
        self.given = given
        self.used: Held | None = None
        self.invitation: Slot | None = None
        self._trouble = ""
        self._looked = False
        self._unlocked: list[Held] = []

    def find(self, here: bool, create: bool, attempt: Callable[[Held | None], str], salt: Callable[[], str]) -> str:
        """Tries keys until one opens the file. Returns OPEN with `used` set, or EMPTY where there is nothing yet; then
        `used` is the key to make it with, where it may be made.

        Raises KeyChanged, WentBack, NeedsPassphrase, Locked, SyncIncomplete.
        """
        if self.given is not None:
            self.used = self.given
            found = attempt(self.given) if here else EMPTY
            if found == SHUT:
                raise refusals.damaged(self.path, 1)
            return found
        self._look(here)
        if self.file is not None and not self.joining:
            refusals.of_an_unknown_key(self.book, self.path, self.file)
        found = EMPTY
        if here:
            found = self._tried(self._known(), attempt)
            if found == SHUT:
                self.used = None
                found = attempt(None)
            if found == SHUT:
                found = self._tried(self._let_in(salt), attempt)
            if found == SHUT:
                raise self._not_opened(salt, attempt)
        if found == OPEN and self.used is not None and keys.behind(self.book, self.used) and not self.older_too:
            raise refusals.went_back(self.book, self.path, self.file)
        if found == EMPTY:
            self.used = None  # nothing was opened by it
            self._check_making()
            if create:
                self.used = self._for_new()
        return found

    def _check_making(self) -> None:
        if self.file is not None and not self.joining:
            refusals.of_making(self.book, self.path, self.file, self._known())

    def check_making_anew(self, ask: bool = True) -> None:
        """Before a damaged file is set aside: raises what making a new one in its place would raise, so that nothing
        is touched where none can be made. With `ask` a passphrase is asked for now, and not again.
        """
        if self.given is not None or self.joining:
            return
        self._look(here=True)
        known = [one for one in self._known() if not one.old]
        if self.file is not None:
            refusals.of_an_unknown_key(self.book, self.path, self.file)
            if known and self.file.store not in {one.store for one in known}:
                raise refusals.damaged_beside_another(self.path)
            self._check_making()
        if known:
            return
        if self._trouble == "damaged":
            raise self._no_keys()
        if not ask:
            return
        if self.file is not None:
            self._asked(self.file)
        elif not self.book.made_up and (self.encrypted or not self.book.plain):
            typed = self.ask(NeedsPassphrase(self.path, new=True))
            self.ask = lambda _: typed

    def settle(self, about: About, alone: Callable[[], AbstractContextManager[None]]) -> None:
        """After the file was recognised: remembers its key, and puts its file of keys right under the lock `alone`.

        Raises SyncIncomplete for a file that should be encrypted and is not.
        """
        if self.used is None:
            self._check_plain(about)
        elif self.keep:
            self._mend(self.used, alone, about.created or about.was_empty)
            if self.half_changed:
                self._tell(refusals.BEGUN)
            elif refusals.BEGUN in self.notes:  # it was completed since
                self.notes.remove(refusals.BEGUN)

    def admit(self) -> Held:
        """Asks for the join passphrase of a store whose file is not there now. Raises Locked, LsaError."""
        if self.file is None:
            raise LsaError(f"{keys.called(self.path)} is not there yet; `lsa sync` makes it")
        return self._asked(self.file)[0]

    def changed(self) -> bool:
        """Whether the key was changed since the file was opened: what reads as damage then is none.

        False where it was never looked at: then it is something else that is wrong.
        """
        if not self._looked:
            return False
        try:
            now = keys.read(self.path)
        except (DamagedKeyFile, SyncIncomplete):
            return False
        if self.used is None:
            return now is not None and self.file is None  # it was plain
        if now is None or now.key_id != self.used.key_id:
            return now is not None
        seen = self.file.next if self.file is not None else None
        return now.next is not None and (seen is None or seen.key_id != now.next.key_id)

    @property
    def half_changed(self) -> bool:
        """Whether the file of keys of the store that was opened names a key that is not in force yet."""
        file, used = self.file, self.used
        return file is not None and used is not None and file.next is not None and file.key_id == used.key_id

    def wrong(self) -> str:
        """What is wrong with the file of keys of the store that was opened: one sentence, empty when all is well."""
        if self.used is None:
            return ""
        if self.half_changed:
            return refusals.BEGUN
        trouble, place = self._state(self.used), keys.beside(self.path)
        return f"its file of keys {place} is {trouble}; `lsa sync` puts it back" if trouble else ""

    def _state(self, used: Held) -> str:
        """What the file of keys is that should name this key: "gone", "damaged"; empty where it does name it."""
        if self.file is None or (self.file.store, self.file.key_id) == (used.store, used.key_id):
            return self._trouble
        return "of another key" if self.file.store == used.store else "of another store"

    def wrote(self, proof: Callable[[Held], bool]) -> bool:
        """Whether the file was written with a key in force that is known here, by `proof`."""
        return any(proof(one) for one in self._known() if not one.old)

    @property
    def page(self) -> int:
        """Bytes of a page of the file, as the keys say that are known for it."""
        return max((one.page for one in self._known()), default=pages.FIRST)

    def key_changed(self) -> KeyChanged:
        """The sentence for a key that this device does not know."""
        return refusals.key_changed(self.path)

    # Known keys

    def _look(self, here: bool) -> None:
        self._trouble, self.file, self._looked = "", None, True
        # A store being made just now, on a disk that cannot put files in place whole, is worth a second look.
        for patience in (0.0,) if here else (0.3, 0.0):
            try:
                self.file = keys.read(self.path)
                self._trouble = "" if self.file else "gone"
                return
            except DamagedKeyFile:
                self._trouble = "damaged"
                time.sleep(patience)

    def _known(self) -> list[Held]:
        if self.joining:
            return self._unlocked
        store, place = self.file.store if self.file else "", str(self.path)
        known = [one for one in keys.held(self.book) if one.store == store or one.place == place]
        # A store that this device was about to make, and that another one made in the meantime, never came to be.
        there = {one.store for one in known if not one.coming} | ({store} if store else {one.store for one in known})
        known = [one for one in known if one.store in there]
        return sorted(known, key=lambda one: one.store != store) + self._unlocked

    def _tried(self, known: list[Held], attempt: Callable[[Held | None], str]) -> str:
        found = SHUT
        for one in known:
            found = attempt(one)
            if found != SHUT:
                self.used = one
                break
        return found

    def _let_in(self, salt: Callable[[], str]) -> list[Held]:
        """The keys that a passphrase opens, for a file that no known key opens. Raises where that is not for it."""
        known = self._known()
        if self.file is None:
            if known and salt() not in {keys.salt_of(one) for one in known}:
                raise refusals.foreign(self.path, max(one.generation for one in known))
            if not known and self._trouble == "gone" and self._met_plain():
                raise refusals.written_over(self.path)
            raise self._no_keys(joined=bool(known))
        if self.book.made_up:
            raise SyncIncomplete(
                f"{keys.shown(self.path)} is encrypted, so it holds real records, and this home made-up ones; they are "
                "never mixed, so set another `[shared] url`"
            )
        if known:
            raise refusals.shut(self.book, self.path, self.file, known, salt())
        return self._asked(self.file)

    def _met_plain(self) -> bool:
        """Whether this home has shared with a plain file at this place, of which no key was ever known here. What a
        folder holds under a key says so itself."""
        met = any(one.name == str(self.path) for one in local.memories(self.book.db))
        return met and not keys.in_folder(self.path)

    def _asked(self, file: KeyFile) -> list[Held]:
        typed = self.ask(NeedsPassphrase(self.path, new=False))
        found, self.invitation = admission.unlocked(
            self.book, file, typed, words=self.joining, name=keys.shown(self.path)
        )
        texts = {one.key_id: one.as_text() for one in (file, file.next) if one is not None}
        unlocked = [Held(file.store, key, str(self.path), texts[cipher.key_id(key)]) for key in found]
        self._unlocked = [one for one in unlocked if not keys.behind(self.book, one)]
        if not self._unlocked:
            raise refusals.older_key(self.path)
        return self._unlocked

    def _for_new(self) -> Held | None:
        """The key for a file that is made now (None: plain); a lost file of keys is put back first."""
        known = [one for one in self._known() if not one.old]
        if known:
            if self.file is None and self.keep and not self.joining:
                self._put_back_first(keys.to_make_with(known, None))
            return keys.to_make_with(known, self.file)
        if self._trouble == "damaged":
            raise self._no_keys()
        if self.file is not None:
            return self._asked(self.file)[0]
        if self.book.made_up:
            return None
        needed = NeedsPassphrase(self.path, new=True)
        optional = self.book.plain and not self.encrypted
        typed = passphrases.given("shared") if optional else self.ask(needed)
        if typed is None:
            self.warn()
            return None
        return self._made(typed)

    def _put_back_first(self, used: Held) -> None:
        """Puts a lost file of keys back before its lost store is made: whoever is killed between the two leaves what
        others can join. Raises KeyChanged, SyncIncomplete where another device was quicker, with another key."""
        self._look(here=False)
        if self.file is None and not self._put_back(used, new=self._trouble == "gone"):
            self._look(here=False)
        if self.file is not None:
            refusals.of_an_unknown_key(self.book, self.path, self.file)
            self._check_making()

    def _put_back(self, used: Held, *, new: bool = False) -> bool:
        """Writes the file of keys as this device remembers it, with the key in force alone. Returns False where it
        should be `new` and there is one."""
        was, file = self._state(used), keys.alone(used)
        if not keys.write(self.path, file, new=new):
            return False
        self.file, self._trouble = file, ""
        if not used.coming:  # or it never was there
            self._tell(f"its file of keys was {was} and was put back")
        return True

    def _made(self, typed: str) -> Held:
        key = cipher.new_key()
        cipher.require_sqlcipher()
        made = KeyFile.new(key)
        made.more |= keys.facts(self.path, 1)
        made.add_passphrase(key, typed)
        one = Held(made.store, key, str(self.path), made.as_text(), coming=True)
        # Here first: a file of keys whose key nobody remembers would be of no use.
        keys.remember(self.book, one)
        if keys.write(self.path, made, new=True):
            self.file = made
            return one
        with self.book.store.writing() as db:  # another device was quicker
            keys.forget(db, one)
        self._look(self.path.exists())
        if self.file is None:
            raise self._no_keys()
        self.ask = lambda _: typed
        return self._asked(self.file)[0]

    # Refused

    def _no_keys(self, joined: bool = False) -> SyncIncomplete:
        return refusals.no_keys(self.path, self._trouble == "damaged", joined)

    def _not_opened(self, salt: Callable[[], str], attempt: Callable[[Held | None], str]) -> SyncIncomplete:
        """For a key that the file of keys gave, and that does not open the file."""
        file = self.file
        assert file is not None
        opens = self._tried(keys.of_store(self.book, file.store), attempt) == OPEN
        as_named = opens and self.used is not None and self.used.key_id == file.key_id
        if file.next is not None and (as_named or not opens):
            return refusals.change_begun(self.path, here=True)
        if opens:
            return refusals.went_back(self.book, self.path, self.file)
        if salt() != keys.salt_of(file):
            return refusals.keys_of_another(self.path, here=True)
        return refusals.damaged(self.path, file.generation)

    def _check_plain(self, about: About) -> None:
        if self.plain_too or about.made_up or self.book.made_up:
            return
        was = self.file is not None or any(not one.coming for one in self._known())
        if was or self.encrypted or not self.book.plain:
            why = "though it should be" if was else "and this home is"
            if self.encrypted:
                why = "and the store that is to be moved is"
            met = {one.store for one in keys.held(self.book)} | {one.hub_id for one in local.memories(self.book.db)}
            first = "" if not was or about.hub_id in met else "put the right one back; or, where this one is yours, "
            raise SyncIncomplete(
                f"{keys.called(self.path)} is not encrypted, {why}; {first}`lsa shared rekey` encrypts it for "
                "everybody. Nothing was touched"
            )

    # Afterwards

    def warn(self) -> None:
        """Has its user know that the store is not encrypted."""
        self._tell(NOT_ENCRYPTED)

    def _tell(self, said: str) -> None:
        """Once, however often the store is opened."""
        if said not in self.notes:
            self.notes.append(said)

    def _mend(self, used: Held, alone: Callable[[], AbstractContextManager[None]], new: bool) -> None:
        if keys.behind(self.book, used):
            return
        if state := self._state(used):
            try:
                with alone():
                    self._write(used)
            except KeyChanged:
                raise
            except SyncIncomplete:
                self._tell(f"its file of keys is {state} and could not be put right")
        if self.file is not None and self.file.key_id == used.key_id:
            now = replace(used, text=self.file.as_text(), place=str(self.path), coming=False)
            if now not in keys.held(self.book) or used.coming:
                with self.book.store.writing():
                    keys.remember(self.book, now)
                    if used.coming:
                        self._came_into_force(now, new)
        self.used = replace(used, coming=False)

    def _came_into_force(self, one: Held, new: bool) -> None:
        """A key that this device made is in force now: just so, or by a sync after it was interrupted."""
        did = "changed the key of the shared store" if one.generation > 1 else "gave the shared store a key"
        audit.note(self.book, did, f"{keys.shown(self.path)}, key {one.key_id}")
        if not new:
            self._tell("the key that was begun here is in force now: every other device joins with it")

    def _write(self, used: Held) -> None:
        """Puts the file of keys right; looks again first, for another device may have done so."""
        self._look(self.path.exists())
        file = self.file
        if file is not None and file.store == used.store:
            if file.key_id == used.key_id:
                return
            if file.next is not None and file.next.key_id == used.key_id:
                self.file = file.next  # the change of key is complete
                keys.write(self.path, self.file)
                return
            if file.generation >= used.generation:  # never over one that may be newer
                if file.key_id not in keys.ids(keys.of_store(self.book, file.store)):
                    raise self.key_changed()
                return
        self._put_back(used)
