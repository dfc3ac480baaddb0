"""The open book of one person on one device: settings, database, the pupil in focus, and the one way to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from lsa_tui import clock, config, text
from lsa_tui.daybook import cover as covering
from lsa_tui.daybook import rights
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import Paths
from lsa_tui.records import ids, lines, log, read, wording
from lsa_tui.records.kinds import Entry
from lsa_tui.records.store import Store
from lsa_tui.records.vocabulary import KINDS


class Book:
    """Everything the daybook's functions need. One per process; `close` it."""

    def __init__(self, paths: Paths, settings: config.Config | None = None, key: bytes | None = None) -> None:
        """Opens the records with `key`; plain ones without. Raises Locked for encrypted ones without a key."""
        self.paths = paths
        self.key = key
        paths.make()
        self.config = settings or config.load(paths.config)
        self.zone = self.config.zone
        self.store = Store(paths.database, key)
        self.db = self.store.db
        self._miss_settings()
        self.names = read.Names(self.db)
        self.chosen: str | None = None
        self._covers: tuple[read.Names, covering.Cover | None] | None = None
        self._signing: covering.Cover | None = None
        self._step: int | None = None
        self._inside = 0

    def _miss_settings(self) -> None:
        """Says that the settings of a home that was set up are gone: a role must not change without a word."""
        path = self.config.path
        if self.config.exists or self.config.broken or path.exists():
            return
        signed = log.get_meta(self.db, "initials")
        if signed:
            self.config.problems.append(
                f"{path} is gone, and the defaults are used, the role {self.config['person.role']} among them; put it "
                f"back from a copy, or: lsa init --name NAME --initials {signed} --role ROLE"
            )

    def close(self) -> None:
        """Closes the database."""
        self.store.close()

    # Time and people

    def now(self) -> datetime:
        """The present in this home's time zone."""
        return clock.now(self.zone)

    def today(self) -> date:
        """The day of `now`."""
        return self.now().date()

    @property
    def owner(self) -> str:
        """Whose device it is, by initials; known even while config.toml cannot be read."""
        return self.config["person.initials"] or log.get_meta(self.db, "initials") or "?"

    @property
    def cover(self) -> covering.Cover | None:
        """The colleague who records here in the owner's place now, today; None where nobody does."""
        if self._signing is not None:
            return self._signing
        if self._covers is None or self._covers[0] is not self.names:
            # As old as the names: both are read anew where something may have changed.
            self._covers = (self.names, covering.held(self.db))
        found = self._covers[1]
        if found is None or found.day != self.today():
            return None
        # Asked each time, as the role is: a device that is the DSL's by now is nobody's to cover.
        return found if covering.roles(self) else None

    @contextmanager
    def signed_by(self, who: covering.Cover) -> Iterator[None]:
        """What is written inside carries the initials and the role of `who`."""
        before, self._signing = self._signing, who
        try:
            yield
        finally:
            self._signing = before

    @property
    def initials(self) -> str:
        """Who writes: whoever covers, else the owner of this device."""
        found = self.cover
        return found.initials if found is not None else self.owner

    @property
    def person_name(self) -> str:
        """The name of who writes, as it was given on this device; empty where it was not."""
        found = self.cover
        return found.name if found is not None else str(self.config["person.name"] or "")

    @property
    def role(self) -> str:
        """lsa, teacher, senco or dsl: of who writes."""
        found = self.cover
        if found is None:
            return self.owner_role
        # Asked each time: the owner's role may have been changed since the cover began.
        return found.role if found.role in covering.roles(self) else self.owner_role

    @property
    def owner_role(self) -> str:
        """lsa, teacher, senco or dsl: of whose device it is."""
        return str(self.config["person.role"])

    @property
    def plain(self) -> bool:
        """Whether the records of this home are not encrypted."""
        return self.key is None

    @property
    def made_up(self) -> bool:
        """Whether this home holds made-up records (`lsa demo`)."""
        return log.get_meta(self.db, "made_up") == "yes"

    @property
    def focus(self) -> str | None:
        """The id of the pupil in focus; `chosen` (`--pupil`) goes before it. None while there is no pupil at all.

        Where nobody was chosen on this device, or the chosen one is gone (undone, removed), it is the first by code:
        pupils may have come by a sync.
        """
        held = self.chosen or log.get_meta(self.db, "focus")
        found = self.names.entry(held)
        if found is not None and not found.removed:
            return found.id
        known = sorted(read.of_kind(self.db, "pupil"), key=lambda one: str(one["code"]))
        if not known:
            return None
        # Kept, so that a pupil who comes later and stands before this one by code does not take its place.
        with self.store.writing():
            log.set_meta(self.db, "focus", known[0].id)
        return known[0].id

    def focused(self) -> str:
        """The id of the pupil in focus. Raises LsaError where there is none yet."""
        found = self.focus
        if found is None:
            raise LsaError("no pupil yet; add one with `lsa pupil add CODE`")
        return found

    def pupil(self, code: str | None) -> str:
        """The id of the pupil with that code, of the one in focus without one. Raises BadInput."""
        if code is None:
            return self.focused()
        wanted = ids.natural_id("pupil", "", code)
        found = read.get(self.db, wanted)
        if found is None or found.removed:
            known = [str(one["code"]) for one in read.of_kind(self.db, "pupil")]
            raise BadInput(f"there is no pupil {code!r}{text.nearest(code, known) or _known(known)}")
        return wanted

    # Writing

    @contextmanager
    def step(self) -> Iterator[None]:
        """What is recorded inside is one transaction and one step of undo."""
        self._inside += 1
        try:
            with self.store.writing():
                yield
        except BaseException:
            self.names = read.Names(self.db)
            raise
        finally:
            self._inside -= 1
            if not self._inside:
                self._step = None

    def write(self, drafts: list[log.Draft]) -> None:
        """Appends changes and folds them: committed when this (or the step around it) returns.

        Where a name stands in a text, that is written beside it.
        """
        author = self.author()
        if any(wording.said(one.kind, one.values) for one in drafts):
            from lsa_tui.daybook import marking  # not needed by the command that must be quickest, a mark

            drafts = marking.beside(self, drafts)
        with self.step():
            self._step = log.append(self.db, drafts, author, self._step)
        self.names = read.Names(self.db)

    def author(self) -> log.Author:
        """Who writes, and when: now."""
        now = self.now()
        return log.Author(self.initials, self.role, self.zone.key, clock.to_text(now), clock.to_ms(now))

    def record(
        self,
        kind_name: str,
        values: Mapping[str, Any],
        *,
        pupil: str | None = None,
        uid: str | None = None,
        own: bool = False,
    ) -> Entry:
        """Records something new and returns it as committed. Raises BadInput where a field is wrong, NotAllowed
        where this person's role may not."""
        rights.require_write(self, kind_name, values=values)
        kind = KINDS[kind_name]
        cleaned = kind.complete(values)
        if kind.pupil == "yes" and pupil is None:
            pupil = self.focused()
        if uid is None:
            key = [str(cleaned[name]) for name in kind.key if name in cleaned]
            uid = ids.natural_id(kind.name, pupil or "", *key, own=own or kind.own) if kind.key else ids.new_id()
        fields = {name: value for name, value in cleaned.items() if value is not None}
        if pupil is not None:
            fields["pupil"] = pupil
        self.write([log.Draft(kind.name, uid, fields, own=own or kind.own)])
        return self.entry(uid)

    def revise(self, entry: Entry, values: Mapping[str, Any]) -> Entry:
        """Sets fields of a record by a new change; what stays the same is left out. Returns it as committed.

        A text that stays the same is written again where other names are known in it by now.

        Raises NotAllowed for what another person observed.
        """
        fields = dict(values)
        cleaned: dict[str, Any] = {name: fields.pop(name) for name in ("pupil", "removed") if name in fields}
        cleaned |= KINDS[entry.kind].check(fields)
        changed = {name: value for name, value in cleaned.items() if value != _held(entry, name)}
        changed |= self._named_anew(entry, {name: text for name, text in cleaned.items() if name not in changed})
        if not changed:
            return entry
        rights.require_write(self, entry.kind, entry, changed)
        self.write([log.Draft(entry.kind, entry.id, changed, own=entry.own)])
        return self.entry(entry.id)

    def _named_anew(self, entry: Entry, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of these texts, which stand so already, in which other names are known than those marked."""
        if not wording.said(entry.kind, values) or not rights.may_write(self, entry):
            return {}
        from lsa_tui.daybook import marking  # as in `write`

        return marking.otherwise(self, entry, values)

    def put(self, kind: str, values: Mapping[str, Any], *, pupil: str | None = None, own: bool = False) -> Entry:
        """Records something with a natural key, or updates what has that key already; None leaves a field alone."""
        given = {name: value for name, value in values.items() if value is not None}
        key = [str(KINDS[kind].check({name: given[name]})[name]) for name in KINDS[kind].key if name in given]
        uid = ids.natural_id(kind, pupil or "", *key, own=own or KINDS[kind].own)
        known = read.get(self.db, uid)
        # Of one whose beginning was erased a correction may be left, by somebody who had not heard of it.
        if known is None or not all(known[name] for name in KINDS[kind].key):
            return self.record(kind, given, pupil=pupil, uid=uid, own=own)
        # The key stays as it was first written: "k7" means K7 and does not rename it.
        changes = {name: value for name, value in given.items() if name not in KINDS[kind].key}
        return self.revise(known, {**changes, "removed": None})

    # Reading

    def entry(self, uid: str) -> Entry:
        """A record by its id or the first characters of it. Raises BadInput."""
        found = read.get(self.db, uid)
        if found is not None:
            return found
        near = read.starting_with(self.db, uid.lower()) if len(uid) >= 4 else []
        if len(near) == 1:
            return near[0]
        if near:
            raise BadInput(f"more than one entry begins with {uid!r}; write more of its id")
        raise BadInput(f"there is no entry {uid!r}; `lsa log --json` lists the ids")

    def json(self, entry: Entry) -> dict[str, Any]:
        """The record as one JSON object."""
        return lines.to_line(entry, self.names)

    def line(self, entry: Entry) -> str:
        """The record in a few words."""
        if entry.kind == "release":
            from lsa_tui.daybook import releasing  # which needs this module

            if not releasing.counts(self, entry):
                return f"not released, this came with an import: {text.one_line(entry['text'])}"
        return lines.one_line(entry, self.names)

    def says(self, entry: Entry) -> str:
        """For whom, what, and when: "K7 Calling out 10:42"."""
        code = self.names.pupil(entry.pupil)
        return " ".join(part for part in (code, self.line(entry), f"{entry.when:%H:%M}") if part)


def _held(entry: Entry, name: str) -> Any:
    if name == "pupil":
        return entry.pupil
    if name == "removed":
        return entry.removed
    if name == "at":
        return clock.to_text(entry.when)
    return entry[name]


def _known(known: list[str]) -> str:
    return f"; known: {', '.join(known[:8])}" if known else "; add one with `lsa pupil add CODE`"
