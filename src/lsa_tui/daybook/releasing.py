"""What may go home: a note that was suggested for it, and that the class teacher or the SENCo released.

Released are the words, not the note: where the note is corrected afterwards, it has to be released again. A note that
says exactly what an approved phrase says goes without. Whether a release counts is read from the log: the change that
set its words must have been written in a role that may release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from lsa_tui import clock, text
from lsa_tui.daybook import names, rights
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import ids, log, past, read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import HOME_PARTS, KINDS

WAITING, RELEASED, PHRASE, CHANGED = "waiting", "released", "phrase", "changed"
DEED = {"release": "release for home", "phrase": "approve a phrase for home"}

_REMINDERS = ("reminder", "remember", "please ", "bring ", "don't forget", "do not forget")


class Standing(NamedTuple):
    """How a note stands towards home: waiting, released, phrase (approved beforehand) or changed (since it was
    released). `part` is where it stands on the home sheet, `by` who let it go."""

    status: str
    part: str
    by: str = ""

    @property
    def goes(self) -> bool:
        """Whether it stands on the home sheet."""
        return self.status in (RELEASED, PHRASE)


def standing(note: Entry, releases: Iterable[Entry], phrases: Iterable[Entry]) -> Standing:
    """How a note that was suggested stands, by the releases and phrases that count."""
    for one in releases:
        if one["note"] == note.id and one.pupil == note.pupil:
            return Standing(RELEASED if one["text"] == note["text"] else CHANGED, one["part"], one.by)
    said = _same(note["text"])
    for one in phrases:
        if _same(one["text"]) == said:
            helped = note["helped"] and one["part"] == HOME_PARTS[0]
            return Standing(PHRASE, "helped" if helped else one["part"], one.by)
    return Standing(WAITING, part_of(note))


def part_of(note: Entry) -> str:
    """Where a note would stand on the home sheet if nobody says otherwise."""
    said = str(note["text"]).strip()
    if note["helped"]:
        return "helped"
    if said.endswith("?"):
        return "question"
    return "reminder" if said.casefold().startswith(_REMINDERS) else "achievement"


def _same(words: str) -> str:
    return text.one_line(words).casefold()


def releases_of(book: Book, notes: Sequence[Entry]) -> list[Entry]:
    """The releases of these notes that count."""
    wanted = {one.id for one in notes}
    found = read.referring(book.db, "release", "note", sorted(wanted))
    return [one for one in found if counts(book, one)]


def phrases(book: Book) -> list[Entry]:
    """The approved phrases that count, in order of their words."""
    found = [one for one in read.of_kind(book.db, "phrase") if counts(book, one)]
    return sorted(found, key=lambda one: str(one["text"]).casefold())


def counts(book: Book, entry: Entry) -> bool:
    """Whether somebody wrote these words in a role that may: an import or another tool does not release."""
    return any(
        rights.may(str(one["role"]), DEED[entry.kind]) and (one["set"] or {}).get("text") == entry["text"]
        for one in past.history(book.db, entry.id)
    )


def how_stands(book: Book, note: Entry) -> Standing:
    """How one note stands."""
    return standing(note, releases_of(book, [note]), phrases(book))


def note_of(book: Book, entry: Entry) -> Entry | None:
    """The note that an entry of the log is about, where home is in question: one suggested for it, or a release's."""
    if entry.kind == "release":
        return read.get(book.db, str(entry["note"]))
    return entry if entry.kind == "note" and entry["home"] else None


def suggested(book: Book, on: date | None = None, pupil: str | None = None) -> list[tuple[Entry, Standing]]:
    """The notes that were suggested for home, of a day and a pupil where named, each with how it stands."""
    rights.require(book, "read the class's records")
    day = on.isoformat() if on else None
    found = (
        read.between(book.db, day, day, pupil, ("note",), nobody=False) if day else read.of_kind(book.db, "note", pupil)
    )
    notes = [one for one in found if one["home"]]
    held, approved = releases_of(book, notes), phrases(book)
    return [(one, standing(one, held, approved)) for one in notes]


# Deciding


def release(book: Book, uid: str, part: str | None = None) -> Entry:
    """Releases a note's present words for home. `part`: achievement, helped, reminder or question.

    Raises NotAllowed for a role that may not, BadInput for what was not suggested, NamesStand where somebody is named.
    """
    rights.require(book, DEED["release"])
    note = _note(book, uid)
    if not note["home"]:
        raise BadInput("that note was not suggested for home; whoever wrote it does so: lsa correct ID home=yes")
    names.refuse(
        names.unfit_for_home(book, note, note["text"]),
        "it cannot go home",
        "ask whoever wrote it to correct it, then release it",
    )
    where = part or part_of(note)
    stands = how_stands(book, note)
    held = _held(book, note)
    if stands == Standing(RELEASED, where, stands.by) and held is not None:
        return held
    if where == "question":
        _only_question(book, note)
    values = {"at": clock.to_text(book.now()), "note": note.id, "text": note["text"], "part": where}
    return _decide(book, "release", _uid(note), values, note.pupil)


def withdraw(book: Book, uid: str) -> Entry:
    """Takes a release back. Raises NotAllowed, and BadInput where nothing was released."""
    rights.require(book, DEED["release"])
    held = _held(book, _note(book, uid))
    if held is None:
        raise BadInput("nothing of that note was released")
    return book.revise(held, {"removed": "withdrawn"})


def approve(book: Book, words: str, part: str = "achievement") -> Entry:
    """Approves a phrase: notes for home that say just that go without being asked about. Raises NotAllowed, BadInput
    for no words, NamesStand where somebody is named."""
    rights.require(book, DEED["phrase"])
    values = KINDS["phrase"].complete({"text": words, "part": part})
    uid = ids.natural_id("phrase", "", values["text"])
    if names.mentions(book, values["text"]):
        raise BadInput("a phrase for every pupil names nobody; leave the name or code out")
    return _decide(book, "phrase", uid, values, None)


def disapprove(book: Book, words: str) -> Entry:
    """Takes a phrase off the list. Raises NotAllowed, and BadInput for one that is not on it."""
    rights.require(book, DEED["phrase"])
    for one in read.of_kind(book.db, "phrase"):
        if _same(one["text"]) == _same(text.clean(words)):
            return book.revise(one, {"removed": "withdrawn"})
    known = "; ".join(str(one["text"]) for one in phrases(book)) or "none"
    raise BadInput(f"that phrase is not approved; approved are: {known}")


def _note(book: Book, uid: str) -> Entry:
    """The note meant by its id, or by the id of its release. Raises BadInput."""
    entry = book.entry(uid)
    if entry.kind == "release":
        entry = book.entry(str(entry["note"]))
    if entry.kind != "note":
        raise BadInput(f"{uid!r} is a {KINDS[entry.kind].words}; only notes go home, `lsa release` lists them")
    if entry.removed:
        raise BadInput(f"this note was removed: {entry.removed}")
    return entry


def _uid(note: Entry) -> str:
    return ids.natural_id("release", note.pupil or "", note.id)


def _held(book: Book, note: Entry) -> Entry | None:
    held = read.get(book.db, _uid(note))
    return held if held is not None and not held.removed else None


def _only_question(book: Book, note: Entry) -> None:
    for other, stands in suggested(book, note.when.date(), note.pupil):
        if other.id != note.id and stands.goes and stands.part == "question":
            raise BadInput(
                f"the home sheet of that day has its one question already ({text.one_line(other['text'], 60)}); "
                f"withdraw it first: lsa release {other.id} --withdraw"
            )


def _decide(book: Book, kind: str, uid: str, values: dict[str, object], pupil: str | None) -> Entry:
    """Writes every field, also where one is the same: the decision counts by what this change says."""
    fields = {**KINDS[kind].complete(values), **({"pupil": pupil} if pupil else {})}
    held = read.get(book.db, uid)
    if held is not None and held.removed:
        fields["removed"] = None
    book.write([log.Draft(kind, uid, fields)])
    return book.entry(uid)
