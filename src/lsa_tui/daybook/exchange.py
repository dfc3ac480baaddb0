"""JSON lines: everything out, everything in, without loss."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook import marking, rights
from lsa_tui.daybook import names as known_names
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import checks, erasures, ids, log, read, wording
from lsa_tui.records.fold import NAMES
from lsa_tui.records.kinds import Entry, Kind
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.text import quoted

PLANNED = tuple(kind.name for kind in KINDS.values() if not kind.listed)


def export(
    book: Book,
    since: date | None = None,
    until: date | None = None,
    pupil: str | None = None,
    names: bool = False,
    private: bool = False,
) -> Iterator[str]:
    """The records as JSON lines: the plan first, then what happened in order of time.

    Removed records are left out, and so are private marks (they never leave the device) unless `private`. The names
    of pupils, classmates and staff are there only with `names`; without it nothing is exported where one of them, or
    one that another device knew, stands in what somebody wrote. Raises NamesStand, listing the places, and NotAllowed.
    """
    rights.require(book, "export")
    found = list(_exported(book, since, until, pupil, names, private))
    if not names:
        standing = known_names.places(book, (entry for entry, _ in found))
        known_names.refuse(standing, "nothing was exported", "have it corrected by whoever wrote it, or use --names")
    return iter([_dump(line) for _, line in found])


def _exported(
    book: Book, since: date | None, until: date | None, pupil: str | None, names: bool, private: bool
) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """The records that an export takes, each with its line."""
    called = {one.pupil: str(one["name"]) for one in read.of_kind(book.db, "name")} if names else {}
    # Only those names explain a mark that are in the file; where all are, none needs it.
    people = tuple(one for one in known_names.told(book) if names and (pupil is None or one.pupil == pupil))
    for kind in PLANNED:
        if kind == "name" or (kind == "person" and (not names or pupil is not None)):
            continue
        for entry in sorted(read.of_kind(book.db, kind), key=_plan_order):
            if pupil is not None and pupil not in (entry.pupil, entry.id) and entry.pupil is not None:
                continue
            if pupil is not None and kind == "pupil" and entry.id != pupil:
                continue
            line = _line(book, entry, people)
            if entry.id in called:
                line["name"] = called[entry.id]
            yield entry, line
    first, last = (since or date(1900, 1, 1)).isoformat(), (until or date(2199, 12, 31)).isoformat()
    for entry in read.listed(book.db, first, last, pupil):
        if not entry.own or private:
            yield entry, _line(book, entry, people)


def _line(book: Book, entry: Entry, people: marking.People) -> dict[str, Any]:
    """As others are shown it, and which stretches are names that the names in the file do not explain."""
    left = marking.without(people, wording.texts_of(entry), entry.names)
    return {**book.json(entry), **({NAMES: left} if left else {})}


def private_marks(book: Book) -> int:
    """How many private marks an export without them leaves out."""
    sql = "SELECT count(*) FROM record WHERE own = 1 AND kind IN ('tally', 'bout') AND removed IS NULL"
    return int(book.db.execute_sql(sql).fetchone()[0])


def _dump(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)


def _plan_order(entry: Entry) -> tuple[str, ...]:
    return (entry.pupil or "", str(entry["starts"] or entry["position"] or entry["code"] or ""), entry.id)


@dataclass(frozen=True)
class Taken:
    """What an import did."""

    added: int
    updated: int
    known: int


@dataclass
class _Line:
    number: int
    kind: Kind
    uid: str
    pupil: str | None
    values: dict[str, Any]
    extra: dict[str, Any]
    own: bool


def take(book: Book, text: Iterable[str], source: str) -> Taken:
    """Imports JSON lines: every line is checked first, and one bad line refuses the file (BadInput, "line N").

    What is here already stays as it is: an entry by its id; a plan item gets the fields that differ. Raises NotAllowed.
    """
    rights.require(book, "import")
    reader = _Reader(book, source)
    drafts: list[log.Draft] = []
    updated, known = 0, 0
    for line in [reader.line(number, raw) for number, raw in enumerate(text, 1) if raw.strip()]:
        held = read.get(book.db, line.uid)
        once = not line.kind.key or ids.happened_once(line.uid)
        if held is None and once and erasures.all_gone(book.db, line.uid):
            known += 1  # it was erased, and does not come back by an older export
            continue
        if held is None:
            fields = {name: value for name, value in line.values.items() if value is not None}
            drafts.append(log.Draft(line.kind.name, line.uid, fields, line.own, line.extra))
            continue
        differs = {
            name: value
            for name, value in line.values.items()
            if value is not None and name != "pupil" and value != held[name]
        }
        if line.kind.key and not line.kind.listed and differs and not held.removed:
            drafts.append(log.Draft(line.kind.name, line.uid, differs, held.own, line.extra))
            updated += 1
        else:
            known += 1
    added = len(drafts) - updated
    # Names first: the texts that follow are searched for them.
    told = [*(one for one in drafts if one.kind in log.TOLD), *_names(book, reader.names)]
    drafts = [one for one in drafts if one.kind not in log.TOLD]
    with book.step():
        if told:
            book.write(told)
        people = marking.known_here(book, own=False)
        for start in range(0, len(drafts), 2000):
            book.write([marking.imported(book, one, people) for one in drafts[start : start + 2000]])
        if book.focus is None:
            first = next((draft.row for draft in drafts if draft.kind == "pupil"), None)
            if first is not None:
                log.set_meta(book.db, "focus", first)
    return Taken(added, updated, known)


def _names(book: Book, names: dict[str, str]) -> list[log.Draft]:
    """The pupils' names of an `export --names`; they stay on this device as if they were typed here."""
    drafts = []
    for pupil, name in names.items():
        uid = ids.natural_id("name", pupil, own=True)
        held = read.get(book.db, uid)
        if held is None:
            drafts.append(log.Draft("name", uid, {"name": name, "pupil": pupil}, own=True))
        elif held["name"] != name:
            drafts.append(log.Draft("name", uid, {"name": name}, own=True))
    return drafts


def _check_sense(kind: Kind, values: dict[str, Any]) -> None:
    """What single fields cannot tell: an end before its start, a level of another ladder. Raises BadInput."""
    begins, ends = values.get(kind.time or ""), values.get(kind.ends or "")
    if begins and ends and clock.from_text(ends) < clock.from_text(begins):
        raise BadInput(f"{kind.name}: {kind.ends} is {ends!r}, before its beginning at {begins}")
    ladder, level = values.get("ladder"), values.get("level")
    if kind.name == "trial" and ladder and level:
        from lsa_tui.measures.support import LADDERS  # a mark, the quickest command, never comes here

        if level not in LADDERS[ladder].levels:
            raise BadInput(f"{kind.name}: level {level!r} is not of the ladder {ladder!r}")


class _Reader:
    """Checks lines one by one, knowing the pupils and behaviours of the book and of the lines before."""

    def __init__(self, book: Book, source: str) -> None:
        self.source = source
        self.initials = book.initials
        self.pupils = {one.id for one in read.of_kind(book.db, "pupil")}
        self.letters: dict[tuple[str | None, str], str] = {}
        self.behaviours: set[str] = set()
        self.private: set[str] = set()
        self.twins: dict[str, int] = {}
        self.ids: set[str] = set()
        self.names: dict[str, str] = {}
        for one in read.of_kind(book.db, "behaviour", removed=True):
            self._learn(one.id, one.pupil, None if one.removed else one["key"], bool(one["private"]))

    def _learn(self, uid: str, pupil: str | None, key: str | None, private: bool) -> None:
        self.behaviours.add(uid)
        if key:
            self.letters[pupil, key] = uid
        if private:
            self.private.add(uid)

    def line(self, number: int, raw: str) -> _Line:
        """One checked line. Raises BadInput naming it."""
        try:
            return self._line(number, raw)
        except BadInput as problem:
            raise BadInput(f"{self.source}: line {number}: {problem}; nothing was imported") from None

    def _line(self, number: int, raw: str) -> _Line:
        given = self._object(raw)
        name = given.pop("type", None)
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None or kind.name == "name":
            raise BadInput(f"type is {quoted(name)}; it is one of {', '.join(k for k in KINDS if k != 'name')}")
        pupil = self._pupil(kind, given.pop("pupil", None))
        extra = self._extra(kind, given)
        uid = given.pop("id", None)
        if kind.time and kind.time != "at":
            given.pop("at", None)
        name = given.pop("name", None) if kind.name != "person" else None
        marked = given.pop(NAMES, None)
        own = self._behaviour(kind, given, pupil)
        known = {field.name for field in kind.fields}
        values = kind.complete({name: value for name, value in given.items() if name in known}, kind.name)
        if kind.name == "tally" and not values["behaviour"] and not values["letter"]:
            raise BadInput("tally: behaviour is missing")
        if pupil is None and not own and kind.listed and kind.pupil == "may":
            raise BadInput(f"{kind.name}: pupil is missing; only the marks of a private behaviour have none")
        uid = self._id(kind, uid, pupil, values, raw)
        if kind.name == "pupil":
            self.pupils.add(uid)
            if name is not None:
                self.names[uid] = KINDS["name"].complete({"name": name}, kind.name)["name"]
        if kind.name == "behaviour":
            self._learn(uid, pupil, values.get("key"), bool(values["private"]))
            own = bool(values["private"])
        own = own or kind.own
        if pupil is not None and (not own or kind.name == "behaviour"):
            values["pupil"] = pupil
        _check_sense(kind, values)
        if marked is not None:
            extra[NAMES] = marking.given(kind.name, values, marked)
        return _Line(number, kind, uid, pupil, values, extra, own)

    def _object(self, raw: str) -> dict[str, Any]:
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError) as problem:
            raise BadInput(f"is not JSON ({problem})") from None
        if not isinstance(found, dict):
            raise BadInput("is not a JSON object")
        return found

    def _pupil(self, kind: Kind, code: Any) -> str | None:
        if kind.pupil == "no" or (code is None and kind.pupil == "may"):
            return None
        if code is None or code == "":
            raise BadInput(f"{kind.name}: pupil is missing")
        try:
            uid = ids.natural_id("pupil", "", checks.line()(code))
        except ValueError as problem:
            raise BadInput(f"{kind.name}: pupil {problem}") from None
        if uid not in self.pupils:
            raise BadInput(f"{kind.name}: pupil {quoted(code)} is not known; its own line must come first")
        return uid

    def _extra(self, kind: Kind, given: dict[str, Any]) -> dict[str, Any]:
        recorded, by = given.pop("recorded_at", None), given.pop("by", None)
        if not kind.listed:
            return {}
        extra = {}
        for name, value, check in (("recorded_at", recorded, checks.moment), ("by", by, checks.line(40))):
            try:
                if value is not None:
                    extra[name] = check(value)
            except ValueError as problem:
                raise BadInput(f"{kind.name}: {name} {problem}") from None
        return extra

    def _behaviour(self, kind: Kind, given: dict[str, Any], pupil: str | None) -> bool:
        """Puts the behaviour's id in the place of its letter; returns whether the mark is a private one.

        One of a behaviour that is not here (it was removed where the file was written) is private without a pupil.
        """
        if kind.field("behaviour") is None:
            return False
        letter, uid = given.pop("behaviour", None), given.pop("behaviour_id", None)
        name = "behaviour_id"
        try:
            if uid is not None:
                uid = checks.uuid_text(uid)
            elif letter is not None and not given.get("letter"):
                name = "behaviour"
                key = checks.letter(letter)
                uid = self.letters.get((pupil, key)) or self.letters.get((None, key))
                if uid is None:
                    raise ValueError(f"{quoted(letter)} is not known; its own line must come first")
        except ValueError as problem:
            raise BadInput(f"{kind.name}: {name} {problem}") from None
        given["behaviour"] = uid
        return uid in self.private or (uid is not None and pupil is None and uid not in self.behaviours)

    def _id(self, kind: Kind, uid: Any, pupil: str | None, values: dict[str, Any], raw: str) -> str:
        if kind.key and uid is None:
            key = [str(values[name]) for name in kind.key if values.get(name)]
            return ids.natural_id(kind.name, pupil or "", *key, own=kind.own or bool(values.get("private")))
        if uid is None:
            # The same line gives the same id, so that importing a file without ids twice adds nothing.
            self.twins[raw] = self.twins.get(raw, 0) + 1
            return ids.natural_id("import", raw, str(self.twins[raw]))
        try:
            found: str = checks.uuid_text(uid)
        except ValueError as problem:
            raise BadInput(f"{kind.name}: id {problem}") from None
        if values.get("code"):
            # Whoever wrote the file, K7 is K7 and its T1 is T1: their ids follow from their codes everywhere.
            found = ids.natural_id(kind.name, pupil or "", str(values["code"]))
        if found in self.ids:
            raise BadInput(f"id {found} stands in this file twice")
        self.ids.add(found)
        return found
