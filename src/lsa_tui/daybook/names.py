"""Names: whom the program has been told about, where one of them stands in a text, and what stands there instead.

What was told stays on this device: pupils' names, staff, the list of classmates. Of others it knows whom their
devices marked in what was written there (`marking`). A text is compared word by word, whatever its capitals and
accents; a word that is also an everyday one (Will, Rose, May) only where it begins with a capital or owns something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import count
from typing import NamedTuple

from lsa_tui import text as words
from lsa_tui.daybook import marking, peers
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.spotting import CLASSMATE as CLASSMATE
from lsa_tui.daybook.spotting import PEER as PEER
from lsa_tui.daybook.spotting import PEER_TYPED, Pupils, both, called, codes_among, is_one, names_among, typed_words
from lsa_tui.daybook.spotting import SELF as SELF
from lsa_tui.daybook.spotting import STAFF as STAFF
from lsa_tui.daybook.spotting import Found as Found
from lsa_tui.daybook.spotting import Known as Known
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS
from lsa_tui.records.wording import texts_of

ELSEWHERE = "known to the writer's device"
"""In the place of who it is: names never travel, so only the device of whoever wrote a note can tell."""
AS = (CLASSMATE, STAFF)

PLACES_SHOWN = 20


class NamesStand(LsaError):
    """A known name stands where none may (exit 1); the sentence lists the places, never the name."""

    code = "names"


class Place(NamedTuple):
    """Where a name stands: which entry, which of its fields, whose."""

    entry: Entry
    field: str
    who: str


def known(book: Book) -> tuple[Known, ...]:
    """Everybody the program has been told about: pupils first, then classmates, staff, and who writes."""
    found = [
        Known(str(one["name"]), book.names.pupil(one.pupil), one.pupil)
        for one in read.of_kind(book.db, "name")
        if one.pupil
    ]
    taken = {one.name.casefold() for one in found}
    told = [Known(str(one["name"]), str(one["who"])) for one in read.of_kind(book.db, "person")]
    found += sorted((one for one in told if one.name.casefold() not in taken), key=lambda one: (one.who, one.name))
    # Whoever covers is known beside the owner of the device: neither name leaves it unnoticed.
    own = dict.fromkeys(words.clean(name) for name in (str(book.config["person.name"] or ""), book.person_name))
    return (*found, *(Known(name, SELF) for name in own if name))


def told(book: Book) -> tuple[Known, ...]:
    """`known` without who writes."""
    return tuple(one for one in known(book) if one.who != SELF)


_ORDER = {STAFF: 2, SELF: 2}


def everybody(book: Book) -> tuple[Known, ...]:
    """`known`, and whom other devices marked in the records as they stand. In doubt a name is another pupil's."""
    here = known(book)
    held = book.names.people
    if held is None or held[0] != here:
        pupils = tuple(one for one in here if _ORDER.get(one.who) is None)
        heard = [one for one in marking.heard_of(book) if not is_one(here if one.who == STAFF else pupils, one.name)]
        people = tuple(sorted((*here, *heard), key=lambda one: _ORDER.get(one.who, 1)))
        book.names.people = (here, people)
        return people
    return tuple(held[1])


def add(book: Book, name: str, who: str) -> Entry:
    """Tells the program a classmate's or a member of staff's name. It stays on this device."""
    return book.put("person", {"name": name, "who": who})


def take(book: Book, lines: Iterable[str], who: str) -> int:
    """Tells it a list of names, one a line; how many there were. Raises BadInput where there is none."""
    found = [name for line in lines if (name := words.one_line(words.clean(line)))]
    if not found:
        raise BadInput("there is no name in it; write one name on each line")
    with book.step():
        for name in found:
            add(book, name, who)
    return len(found)


def forget(book: Book, name: str) -> Entry:
    """Takes a name off the lists of classmates and staff. Raises BadInput for one that is on neither."""
    wanted = words.one_line(words.clean(name)).casefold()
    for one in read.of_kind(book.db, "person"):
        if str(one["name"]).casefold() == wanted:
            return book.revise(one, {"removed": "taken off the list"})
    raise BadInput("that name is on neither list; `lsa names list` shows them, and `lsa pupil add` changes a pupil's")


# Finding


def found_in(book: Book, text: str) -> list[Found]:
    """The known names in a text, in order: whole words, first names and surnames too."""
    return names_among(known(book), text)


def stands_in(book: Book, text: str) -> bool | None:
    """Whether a known name stands in a text; None on a device that was told no name at all and cannot say."""
    people = known(book)
    if not any(one.who != SELF for one in people):
        return None
    return bool(names_among(people, text))


def codes_in(book: Book, text: str) -> list[Found]:
    """The pupils' codes in a text, in order. A code of digits alone counts after an @ only."""
    return codes_among(_pupils(book), text)


def _pupils(book: Book) -> Pupils:
    return tuple((str(one["code"]), one.id) for one in read.of_kind(book.db, "pupil", removed=True))


def mentions(book: Book, text: str, marked: Iterable[Known] = ()) -> list[Found]:
    """The names of everybody, `marked` ones too, and the pupils' codes in a text, in order; of two that overlap the
    longer one."""
    people = everybody(book)
    return both((*people, *(one for one in marked if not is_one(people, one.name))), _pupils(book), text)


# Aliases


class Aliases:
    """What stands for other pupils in the documents about one pupil's day: Peer A for the first one mentioned on that
    day, Peer B for the next; on another day they may be others. The pupil's own name becomes the code."""

    def __init__(self, book: Book, day: date, about: str) -> None:
        self.book = book
        self.about = about
        # Asked for once: a document has hundreds of texts.
        self._people, self._pupils = everybody(book), _pupils(book)
        self.letters = peers.held(book, day, about)
        self._done: dict[str, str] = {}
        written = [
            text
            for entry in read.between(book.db, day.isoformat(), day.isoformat(), about, nobody=False)
            for text in texts_of(entry).values()
        ]
        # What somebody typed as "Peer A" is nobody else of that day, on whatever device.
        self._taken = {f"Peer {match['letter'].upper()}" for text in written for match in PEER_TYPED.finditer(text)}
        for text in written:
            self.of(text)

    def of(self, text: str) -> str:
        """The text with aliases in the place of other pupils' names and codes."""
        if text not in self._done:  # a document says many things several times, and names are looked for slowly
            self._done[text] = self._of(text)
        return self._done[text]

    def _of(self, text: str) -> str:
        parts, last = [], 0
        for one in both(self._people, self._pupils, text):
            instead = self._instead(one)
            if instead is not None:
                parts += [text[last : one.start], instead]
                last = one.end
        return "".join([*parts, text[last:]])

    def _instead(self, found: Found) -> str | None:
        if found.pupil == self.about:
            return self.book.names.pupil(self.about)
        if found.pupil is None and found.who not in (CLASSMATE, PEER):
            return None
        # One classmate may stand there by first name or in full: both are one peer.
        person = found.pupil or self._classmate(found)
        if person not in self.letters:
            self.letters[person] = self._next()
        return self.letters[person]

    def _next(self) -> str:
        taken = {*self._taken, *self.letters.values()}
        return next(alias for n in count() if (alias := f"Peer {_letter(n)}") not in taken)

    def _classmate(self, found: Found) -> str:
        typed = typed_words(found.text)
        for one in self._people:
            if one.who in (CLASSMATE, PEER) and typed <= called(one.name):
                return one.name
        return found.text.casefold()


def _letter(number: int) -> str:
    """A to Z, then AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def with_aliases(book: Book, text: str, day: date, about: str) -> str:
    """A text as others may read it in a document about pupil `about` (an id): see `Aliases`."""
    return Aliases(book, day, about).of(text)


# Where they stand


def places(book: Book, entries: Iterable[Entry]) -> Iterator[Place]:
    """Where names stand in these entries: known ones, and those that the writer's device knew."""
    people = everybody(book)
    for entry in entries:
        texts = texts_of(entry)
        found = [
            Place(entry, field, who)
            for field, text in texts.items()
            for who in dict.fromkeys(one.who for one in names_among(people, text))
        ]
        # Before stretches were marked a note only said that there was one.
        yield from found or ([Place(entry, "text", ELSEWHERE)] if entry["named"] else [])


def unfit_for_home(book: Book, entry: Entry, text: str, field: str = "text") -> list[Place]:
    """What keeps a text from going home: any known name, another pupil's code, an alias; or that the writer's device
    knows a name in it, whatever this one knows. Of its own pupil the code may stand there."""
    who = [one.who for one in mentions(book, text) if one.who != book.names.pupil(entry.pupil) or one.text != one.who]
    who += [PEER for _ in PEER_TYPED.finditer(text)]
    if entry["named"] and not who:
        who.append(ELSEWHERE)
    return [Place(entry, field, one) for one in dict.fromkeys(who)]


def refuse(found: Iterable[Place], what: str, instead: str) -> None:
    """Raises NamesStand where there is any place, listing each: which entry, which field, whose name."""
    stand = list(dict.fromkeys((_where(one.entry), one.field, one.who) for one in found))
    if not stand:
        return
    listed = [f"  {where}: {field} ({whose(who)})" for where, field, who in stand[:PLACES_SHOWN]]
    if len(stand) > PLACES_SHOWN:
        listed.append(f"  and {len(stand) - PLACES_SHOWN} more")
    places_word = "place" if len(stand) == 1 else "places"
    raise NamesStand(f"{what}: somebody is named in {len(stand)} {places_word}; {instead}\n" + "\n".join(listed))


def _where(entry: Entry) -> str:
    kind = KINDS[entry.kind]
    when = f" of {entry.when:%Y-%m-%d %H:%M}" if kind.time else ""
    return f"{kind.words} {entry.id}{when}"


def whose(who: str) -> str:
    """Whose name it is, in words that do not say it."""
    words_for = {
        SELF: "your own name",
        STAFF: "a name of staff",
        CLASSMATE: "a classmate's name",
        PEER: "another pupil",
        ELSEWHERE: "the writer's device knows a name in it; ask the writer to correct it",
    }
    return words_for.get(who, who)
