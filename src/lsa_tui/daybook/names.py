"""Names: whom the program has been told about, where one of them stands in a text, and what stands there instead.

Everything here stays on this device: pupils' names, staff, the list of classmates. A text is compared word by word,
whatever its capitals and accents; a word that is also an everyday one (Will, Rose, May) only where it begins with a
capital.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import count
from typing import NamedTuple

from lsa_tui import text as words
from lsa_tui.daybook import peers
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.common_words import COMMON
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

CLASSMATE, STAFF, SELF = "classmate", "staff", "yourself"
AS = (CLASSMATE, STAFF)

_WORD = re.compile(r"[^\W\d_]+")
_PEER = re.compile(r"\bPeer [A-Z]{1,2}\b")
_TITLES = frozenset("mr mrs ms miss mx dr sir madam prof".split())  # noqa: SIM905
_PARTICLES = frozenset("al bin da de del der di du el ibn la le mac st van von".split())  # noqa: SIM905
_UNSPACED = 0x2E80
"""From here on Unicode has the scripts that put no blanks between words."""
_UNSEEN = frozenset("\u00ad\u200c\u200d\u2060\ufeff")
"""Characters without a width of their own that may stand inside a word."""
PLACES_SHOWN = 20


class NamesStand(LsaError):
    """A known name stands where none may (exit 1); the sentence lists the places, never the name."""

    code = "names"


class Known(NamedTuple):
    """Somebody the program has been told about. `who` is a pupil's code, or classmate, staff, yourself."""

    name: str
    who: str
    pupil: str | None = None


class Found(NamedTuple):
    """A name (or a pupil's code) in a text: characters `start` to `end`, as it stands there, and whose it is."""

    start: int
    end: int
    text: str
    who: str
    pupil: str | None = None


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
    own = words.clean(str(book.config["person.name"] or ""))
    return (*found, Known(own, SELF)) if own else tuple(found)


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


class _Folded(NamedTuple):
    """A text without capitals and accents, and where each of its characters stood."""

    text: str
    places: tuple[int, ...]


def _folded(text: str) -> _Folded:
    if text.isascii():
        return _Folded(text.lower(), tuple(range(len(text))))
    letters, places = [], []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter.casefold()):
            if part not in _UNSEEN and unicodedata.category(part) != "Mn":
                letters.append(part)
                places.append(place)
    return _Folded("".join(letters), tuple(places))


@lru_cache(maxsize=8)
def _index(people: tuple[Known, ...]) -> tuple[Mapping[str, tuple[int, ...]], tuple[tuple[str, int], ...]]:
    """Word to the people who are called so (by number), and the names to look for anywhere in a text."""
    by_word: dict[str, list[int]] = {}
    anywhere = []
    for number, person in enumerate(people):
        parts = _WORD.findall(_folded(person.name).text)
        telling = [part for part in parts if len(part) > 1 and part not in _TITLES and part not in _PARTICLES]
        # A name of nothing but a title or a particle is looked for all the same.
        telling = telling or [part for part in parts if len(part) > 1 or ord(part[0]) >= _UNSPACED]
        for part in {*telling, "".join(telling)} - {""}:
            if ord(part[0]) >= _UNSPACED:
                anywhere.append((part, number))
            else:
                by_word.setdefault(part, []).append(number)
    return {word: tuple(numbers) for word, numbers in by_word.items()}, tuple(anywhere)


def _people_called(word: str, first: str, by_word: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Whose name this word is; `first` is its first letter as it was typed."""
    if word in by_word:
        everyday = word in COMMON or len(word) < 3
        return by_word[word] if first.isupper() or not everyday else ()
    # "Kais book": the apostrophe is what people leave out first.
    base = word[:-1]
    plural = word.endswith("s") and len(base) > 2 and base not in COMMON
    return by_word.get(base, ()) if plural else ()


def found_in(book: Book, text: str) -> list[Found]:
    """The known names in a text, in order: whole words, first names and surnames too."""
    return _found(known(book), text)


def _found(people: tuple[Known, ...], text: str) -> list[Found]:
    if not people or not text:
        return []
    by_word, anywhere = _index(people)
    flat = _folded(text)
    hits: list[tuple[int, int, tuple[int, ...]]] = []
    for match in _WORD.finditer(flat.text):
        start, end = flat.places[match.start()], flat.places[match.end() - 1] + 1
        whose = _people_called(match[0], text[start], by_word)
        if whose:
            hits.append((start, _whole(text, end), whose))
    for part, number in anywhere:
        for match in re.finditer(re.escape(part), flat.text):
            start, end = flat.places[match.start()], flat.places[match.end() - 1] + 1
            hits.append((start, _whole(text, end), (number,)))
    return [
        Found(start, end, text[start:end], people[whose[0]].who, people[whose[0]].pupil)
        for start, end, whose in _joined(text, sorted(hits))
    ]


def _whole(text: str, end: int) -> int:
    """`end` moved over the accents that follow the last letter."""
    while end < len(text) and (text[end] in _UNSEEN or unicodedata.category(text[end]) == "Mn"):
        end += 1
    return end


def _joined(text: str, hits: list[tuple[int, int, tuple[int, ...]]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """First name and surname of one person as one find."""
    found: list[tuple[int, int, tuple[int, ...]]] = []
    for start, end, whose in hits:
        if found:
            before, last, same = found[-1]
            both = tuple(one for one in same if one in whose)
            between = text[last:start]
            if start < last or (both and _only_joins(between)):
                found[-1] = (before, max(last, end), both or same)
                continue
        found.append((start, end, whose))
    return found


def _only_joins(between: str) -> bool:
    """Whether what stands between two words keeps them one name: blanks, a hyphen, a particle."""
    rest = _WORD.sub(lambda match: "" if match[0].casefold() in _PARTICLES else match[0], between)
    return len(between) <= 12 and not rest.strip(" \u00a0-\u2010\u2011'\u2019")


def codes_in(book: Book, text: str) -> list[Found]:
    """The pupils' codes in a text, in order. A code of digits alone counts after an @ only."""
    pupils = tuple((str(one["code"]), one.id) for one in read.of_kind(book.db, "pupil", removed=True))
    pattern = _codes(tuple(code for code, _ in pupils))
    if pattern is None:
        return []
    by_code = {code.casefold(): (code, uid) for code, uid in pupils}
    found = []
    for match in pattern.finditer(text):
        code, uid = by_code[match[0].casefold()]
        if match[0] == code or not (code.isalpha() and (code.casefold() in COMMON or len(code) < 3)):
            found.append(Found(match.start(), match.end(), match[0], code, uid))
    return found


@lru_cache(maxsize=8)
def _codes(codes: tuple[str, ...]) -> re.Pattern[str] | None:
    parts = [f"(?<=@){re.escape(code)}" if code.isdigit() else re.escape(code) for code in codes]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?!\w)", re.I) if parts else None


def mentions(book: Book, text: str) -> list[Found]:
    """The known names and the pupils' codes in a text, in order; of two that overlap the longer one."""
    found: list[Found] = []
    for one in sorted([*found_in(book, text), *codes_in(book, text)], key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return found


# Aliases


class Aliases:
    """What stands for other pupils in the documents about one pupil's day: Peer A for the first one mentioned on that
    day, Peer B for the next; on another day they may be others. The pupil's own name becomes the code."""

    def __init__(self, book: Book, day: date, about: str) -> None:
        self.book = book
        self.about = about
        self.letters = peers.held(book, day, about)
        written = [
            text
            for entry in read.between(book.db, day.isoformat(), day.isoformat(), about, nobody=False)
            for text in texts_of(entry).values()
        ]
        # What somebody typed as "Peer A" is nobody else of that day, on whatever device.
        self._taken = {match[0] for text in written for match in _PEER.finditer(text)}
        for text in written:
            self.of(text)

    def of(self, text: str) -> str:
        """The text with aliases in the place of other pupils' names and codes."""
        parts, last = [], 0
        for one in mentions(self.book, text):
            instead = self._instead(one)
            if instead is not None:
                parts += [text[last : one.start], instead]
                last = one.end
        return "".join([*parts, text[last:]])

    def _instead(self, found: Found) -> str | None:
        if found.pupil == self.about:
            return self.book.names.pupil(self.about)
        if found.pupil is None and found.who != CLASSMATE:
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
        typed = set(_WORD.findall(_folded(found.text).text))
        for one in known(self.book):
            if one.who == CLASSMATE and typed <= _spoken(one.name):
                return one.name
        return found.text.casefold()


@cache
def _spoken(name: str) -> frozenset[str]:
    """The words of a name, with and without the s of "Kais book"."""
    parts = set(_WORD.findall(_folded(name).text))
    return frozenset(parts | {f"{part}s" for part in parts} | {"".join(_WORD.findall(_folded(name).text)), "s"})


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


@cache
def _free(kind: str) -> tuple[str, ...]:
    """The fields of a kind that hold people's words: those whose check takes any sentence."""

    def takes_words(check: object) -> bool:
        try:
            return bool(check("Any words.") == "Any words.")  # type: ignore[operator]
        except ValueError:
            return False

    return tuple(one.name for one in KINDS[kind].fields if not one.derived and takes_words(one.check))


def texts_of(entry: Entry) -> dict[str, str]:
    """What people wrote in an entry, by field."""
    return {name: str(entry[name]) for name in _free(entry.kind) if entry[name]}


def places(book: Book, entries: Iterable[Entry]) -> Iterator[Place]:
    """Where known names stand in these entries."""
    people = known(book)
    for entry in entries:
        for field, text in texts_of(entry).items():
            for who in dict.fromkeys(one.who for one in _found(people, text)):
                yield Place(entry, field, who)


def refuse(found: Iterable[Place], what: str, instead: str) -> None:
    """Raises NamesStand where there is any place, listing each: which entry, which field, whose name."""
    stand = list(dict.fromkeys((_where(one.entry), one.field, one.who) for one in found))
    if not stand:
        return
    listed = [f"  {where}: {field} ({_whose(who)})" for where, field, who in stand[:PLACES_SHOWN]]
    if len(stand) > PLACES_SHOWN:
        listed.append(f"  and {len(stand) - PLACES_SHOWN} more")
    places_word = "place" if len(stand) == 1 else "places"
    raise NamesStand(f"{what}: a known name stands in {len(stand)} {places_word}; {instead}\n" + "\n".join(listed))


def _where(entry: Entry) -> str:
    kind = KINDS[entry.kind]
    when = f" of {entry.when:%Y-%m-%d %H:%M}" if kind.time else ""
    return f"{kind.words} {entry.id}{when}"


def _whose(who: str) -> str:
    return {SELF: "your own name", STAFF: "a name of staff", CLASSMATE: "a classmate's name"}.get(who, f"{who}'s name")
