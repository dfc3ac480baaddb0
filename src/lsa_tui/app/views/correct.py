"""Putting an entry right: its fields, its time, its pupil, or away with it. Each by digit, as far as that goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.choose import Choose
from lsa_tui.app.views.words import HIDDEN, field_words, value_words
from lsa_tui.daybook import behaviours, entries, marks, pupils, releasing, rights
from lsa_tui.errors import LsaError
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.text import one_line

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

REASONS = ("wrong pupil", "logged twice", "by mistake", "not right")

CHOICES: dict[str, tuple[tuple[str, Any], ...]] = {
    "zone": (("B blue", "b"), ("G green", "g"), ("Y yellow", "y"), ("R red", "r"), ("no colour", None)),
    "said_by": (("the pupil", "pupil"), ("an adult", "adult")),
    "free_to_leave": (("yes", "yes"), ("no", "no"), ("not said", None)),
    "status": (("done", "done"), ("missed", "missed"), ("still running", "running")),
    **dict.fromkeys(("home", "helped", "own_words", "assumed", "close"), (("yes", True), ("no", False))),
    **dict.fromkeys(("wellbeing", "involvement"), (*((str(n), n) for n in range(1, 6)), ("not said", None))),
}
"""Fields that have a few values: words and value."""


def correct(app: LsaApp, entry: Entry) -> None:
    """Offers the entry's fields by digit; an unknown mark is named instead."""
    if entry.kind != "intervention":  # of another's, the sheet has the school's form to tick
        _require_own(app, entry)
    if entry.kind == "tally" and not entry["behaviour"]:
        name_mark(app, entry)
        return
    if entry.kind == "intervention":
        from lsa_tui.app.views.handson import sheet  # its facts have a sheet of their own, and are more than nine

        sheet(app, entry.id)
        return
    fields = _fields(entry)
    if len(fields) == 1:
        _field(app, entry, fields[0])
        return
    words = [f"{field_words(one)}\n{one_line(_shown(app, entry, one), 60)}" for one in fields]
    app.open(Choose(app, app.book.says(entry), words, lambda n: _field(app, entry, fields[n])))


def _require_own(app: LsaApp, entry: Entry) -> None:
    """Said before anything is typed: what another person observed is theirs."""
    rights.require_write(app.book, entry.kind, entry)


def _fields(entry: Entry) -> list[str]:
    """What can be corrected by choosing or typing; the time has a key of its own."""
    kind = KINDS[entry.kind]
    if entry.kind == "trial":
        return ["answer", "target"]
    left_out = (*HIDDEN, kind.time, "slot", "pauses", "named")
    return [field.name for field in kind.fields if not field.derived and field.name not in left_out]


def _shown(app: LsaApp, entry: Entry, name: str) -> str:
    if name == "answer":
        return app.book.line(entry).partition(" ")[2]
    return value_words(app.book, name, entry[name])


def _field(app: LsaApp, entry: Entry, name: str) -> None:
    question = f"{field_words(name)}: {one_line(_shown(app, entry, name), 60)}"
    if name == "behaviour":
        _choose(app, question, _tiles(app, entry), lambda value: _save(app, entry, {name: value}))
    elif name == "answer":
        _choose(app, question, _answers(app, entry), lambda value: _save(app, entry, value))
    elif name == "target":
        known = [(str(one["code"]), one["code"]) for one in pupils.items(app.book, "target", entry.pupil or "")]
        clear = [] if entry.kind == "trial" else [("no target", None)]
        _choose(app, question, [*known, *clear], lambda value: _save(app, entry, {name: value}))
    elif name in CHOICES:
        _choose(app, question, CHOICES[name], lambda value: _save(app, entry, {name: value}))
    else:
        _typed(app, entry, name)


def _choose(app: LsaApp, question: str, options: Sequence[tuple[str, Any]], done: Callable[[Any], None]) -> None:
    app.open(Choose(app, question, [words for words, _ in options], lambda n: done(options[n][1])))


def _typed(app: LsaApp, entry: Entry, name: str) -> None:
    book = app.book

    def done(words: str) -> None:
        _save(app, entry, {name: entries.parse_value(entry, name, words, book.now())})

    held = value_words(book, name, entry[name])
    if name in entries.TIMES:
        held = held.partition(",")[0]
    several = entry[name] is not None and "\n" in str(entry[name])
    hint = "10:42, -10 (minutes ago), yesterday 14:05" if name in entries.TIMES else ""
    question = f"{KINDS[entry.kind].words.capitalize()}: {field_words(name)}"
    app.open(Ask(app, question, done, "" if held == "-" else held, hint, several))


def _save(app: LsaApp, entry: Entry, values: dict[str, Any]) -> None:
    found = entries.correct(app.book, entry.id, values)
    if found.revisions == entry.revisions:
        app.say("That is what it said before; nothing was changed")
        return
    app.recorded(found, entry)
    if not app.said:  # that somebody is named goes before
        app.said = "Corrected; what it said before stays in its history"


def _tiles(app: LsaApp, entry: Entry) -> list[tuple[str, str]]:
    """The tiles that a mark or a duration may be of: a private one stays private, a shared one shared."""
    measure = "duration" if entry.kind == "bout" else "count"
    tiles = behaviours.for_pupil(app.book, entry.pupil or app.book.focus)
    fit = [one for one in tiles if one["measure"] == measure and bool(one["private"]) == entry.own]
    return [(str(one["label"]), one.id) for one in fit]


def _answers(app: LsaApp, entry: Entry) -> list[tuple[str, dict[str, Any]]]:
    target = pupils.target(app.book, str(entry["target"]), entry.pupil or "")
    ladder = pupils.ladder_of(target)
    levels = zip(ladder.levels, ladder.labels, strict=True)
    found: list[tuple[str, dict[str, Any]]] = [(label, {"outcome": "yes", "level": level}) for level, label in levels]
    found += [("not yet right", {"outcome": "no", "level": None}), ("no response", {"outcome": "none", "level": None})]
    return found


class NameMark(Choose):
    """The tiles that an unknown mark can be of, by their letters as well as by digit."""

    def __init__(self, app: LsaApp, entry: Entry, tiles: Sequence[Entry]) -> None:
        letter = f" {entry['letter']}" if entry["letter"] else ""
        words = [f"{one['key']}  {one['label']}" for one in tiles]
        super().__init__(app, f"Which tile was{letter} at {entry.when:%H:%M}?", words, self._named)
        self.entry = entry
        self.tiles = list(tiles)

    def press(self, key: str, character: str | None) -> bool:
        """A digit, or the tile's letter."""
        place = next((n for n, one in enumerate(self.tiles) if one["key"] == key), None)
        if place is None:
            return super().press(key, character)
        self.app.close()
        self.app._guarded(lambda: self._named(place))
        return True

    def _named(self, n: int) -> None:
        named = marks.name_unknown(self.book, self.entry, self.tiles[n])
        self.app.recorded(named)
        self.app.said = f"Named: {self.book.says(named)}"


def name_mark(app: LsaApp, entry: Entry) -> None:
    """Asks which tile an unknown mark was. Raises LsaError where there is none that counts."""
    tiles = [read.get(app.book.db, uid) for _, uid in _tiles(app, entry)]
    if not tiles:
        raise LsaError("no tile counts marks yet; lsa behaviour add LETTER LABEL makes one, then this can be named")
    app.open(NameMark(app, entry, [one for one in tiles if one is not None]))


def remove(app: LsaApp, entry: Entry) -> None:
    """Asks why, then removes; it stays in the history."""
    _require_own(app, entry)

    def done(reason: str) -> None:
        app.recorded(entries.remove(app.book, entry.id, reason), entry)
        app.said = f"Removed: {reason.strip()}"

    app.open(Choose(app, f"Why remove it? {app.book.says(entry)}", REASONS, lambda n: done(REASONS[n]), done))


def move_time(app: LsaApp, entry: Entry) -> None:
    """Asks when it really was."""
    _require_own(app, entry)
    name = KINDS[entry.kind].time or "at"

    def done(words: str) -> None:
        if words.strip():
            _save(app, entry, {name: entries.parse_value(entry, name, words, app.book.now())})

    hint = f"now {entry.when:%H:%M}; write 10:42, -10 (minutes ago) or yesterday 14:05"
    app.open(Ask(app, f"When was it? {app.book.line(entry)}", done, hint=hint))


def move(app: LsaApp, entry: Entry) -> None:
    """Offers the pupils by the digits they always have, then: only this one, or all since."""
    _require_own(app, entry)
    book = app.book
    if entry.pupil is None:
        raise LsaError("your own marks belong to no pupil; there is nothing to move")
    known = pupils.all_pupils(book)
    if len(known) < 2:
        raise LsaError(f"there is no other pupil than {book.names.pupil(entry.pupil)}; `a` on Today adds one")

    def chosen(n: int) -> None:
        if known[n].id == entry.pupil:
            app.say(f"It is {known[n]['code']}'s already; nothing was changed")
        elif entry.kind == "session":
            _moved(app, [entries.move(book, entry.id, known[n].id)])
        else:
            _which(app, entry, known[n])

    words = [f"{one['code']}{'  (now)' if one.id == entry.pupil else ''}" for one in known]
    app.open(Choose(app, f"Whose is it? {book.line(entry)}", words, chosen))


def _which(app: LsaApp, entry: Entry, pupil: Entry) -> None:
    def chosen(n: int) -> None:
        if n == 0:
            _moved(app, [entries.move(app.book, entry.id, pupil.id)])
        else:
            _moved(app, entries.move_since(app.book, entry.id, pupil.id))

    words = ["only this one", f"all since {entry.when:%H:%M}"]
    app.open(Choose(app, f"To {pupil['code']}", words, chosen))


def _moved(app: LsaApp, moved: Sequence[Entry]) -> None:
    app.heard.looked_at(moved[0])
    app.recorded(moved[0])
    code = app.book.names.pupil(moved[0].pupil)
    app.said = f"Moved to {code}: {app.book.line(moved[0]) if len(moved) == 1 else f'{len(moved)} entries'}"


def release(app: LsaApp, entry: Entry) -> None:
    """Releases a note for home, or takes the release back. Raises NotAllowed for a role that may not."""
    note = releasing.note_of(app.book, entry)
    if note is None:
        raise LsaError("only a note that was suggested for home (^home) goes there")
    if releasing.how_stands(app.book, note).status == releasing.RELEASED:
        app.recorded(releasing.withdraw(app.book, note.id))
        app.said = f"Not for home any more: {app.book.line(note)}"
        return
    app.recorded(releasing.release(app.book, note.id))
    app.said = f"Released for home: {app.book.line(note)}"
