"""Finding names in a text: word by word, whatever its capitals and accents. Pure: who is known is given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from lsa_tui.daybook.common_words import COMMON

_WORD = re.compile(r"(?:[^\W\d_]['\u2019](?=[^\W\d_]{2}))?[^\W\d_]+")
"""A word of letters; O'Brien is one."""
PEER_TYPED = re.compile(r"\b(?:[Pp]eer|PEER) (?P<letter>[A-Z]{1,2}|[a-z])\b")
"""Another pupil, as a note is typed instead of the name."""
CLASSMATE, STAFF, SELF, PEER = "classmate", "staff", "yourself", "peer"
"""Who somebody is who is no pupil with a code; a peer is one whom another device knows."""
_OWNS = re.compile(r"['\u2019]s(?![^\W\d_])")
_TITLES = frozenset("mr mrs ms miss mx dr sir madam prof".split())  # noqa: SIM905
_PARTICLES = frozenset("al bin da de del der di du el ibn la le mac st van von".split())  # noqa: SIM905
_UNSPACED = 0x2E80
"""From here on Unicode has the scripts that put no blanks between words."""
_UNSEEN = frozenset("\u00ad\u200c\u200d\u2060\ufeff")
"""Characters without a width of their own that may stand inside a word."""

Pupils = tuple[tuple[str, str], ...]
"""Pupils' codes and ids."""


class Known(NamedTuple):
    """Somebody the program has been told about. `who` is a pupil's code, or classmate, staff, yourself, peer."""

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
        for part in _parts(person.name):
            if ord(part[0]) >= _UNSPACED:
                anywhere.append((part, number))
            else:
                by_word.setdefault(part, []).append(number)
    return {word: tuple(numbers) for word, numbers in by_word.items()}, tuple(anywhere)


def _parts(name: str) -> set[str]:
    """The words that a name is found by: its own, those of O'Brien together and apart, and all in one."""
    parts = _WORD.findall(_folded(name).text)
    telling = [part for part in parts if len(part) > 1 and part not in _TITLES and part not in _PARTICLES]
    # A name of nothing but a title or a particle is looked for all the same.
    telling = telling or [part for part in parts if len(part) > 1 or ord(part[0]) >= _UNSPACED]
    found = {form for part in telling for form in _forms(part)}
    # Anne-Marie is also written AnneMarie, and a whole name in one.
    hyphened = {"".join(_WORD.findall(piece)) for piece in _folded(name).text.split() if len(_WORD.findall(piece)) > 1}
    return {one for one in {*found, *map(_flat, hyphened), "".join(map(_flat, telling))} if one}


def _flat(word: str) -> str:
    return word.replace("'", "").replace("\u2019", "")


def _forms(word: str) -> tuple[str, ...]:
    """O'Brien as obrien and as brien."""
    return (_flat(word), word[2:]) if _flat(word) != word else (word,)


class _Hit(NamedTuple):
    """A word that may be a name: where, whose, and whether it is one by itself."""

    start: int
    end: int
    whose: tuple[int, ...]
    sure: bool


def _hit(word: str, typed: str, start: int, by_word: Mapping[str, tuple[int, ...]], owns: bool) -> _Hit | None:
    """Whose name this word is, `typed` as it stands there; it `owns` something where 's follows."""
    for form in _forms(word):
        if form in by_word:
            # "finch's book": things seldom own anything, people do.
            everyday = (form in COMMON or len(form) < 3) and not owns
            return _Hit(start, start + len(typed), by_word[form], typed[0].isupper() or not everyday)
    # "Kais book": the apostrophe is what people leave out first.
    base = _flat(word)[:-1]
    if word.endswith("s") and len(base) > 2 and base not in COMMON and base in by_word:
        return _Hit(start, start + len(typed), by_word[base], True)
    return None


def names_among(people: tuple[Known, ...], text: str) -> list[Found]:
    """The names of these people in a text, in order."""
    if not people or not text:
        return []
    by_word, anywhere = _index(people)
    flat = _folded(text)
    hits: list[_Hit] = []
    for match in _WORD.finditer(flat.text):
        word = match[0]
        # Nearly every word is nobody's: said at once, as `_hit` would say it.
        plain = "'" not in word and "\u2019" not in word
        if plain and word not in by_word and (word[-1] != "s" or word[:-1] not in by_word):
            continue
        start, end = flat.places[match.start()], _whole(text, flat.places[match.end() - 1] + 1)
        hit = _hit(match[0], text[start:end], start, by_word, bool(_OWNS.match(flat.text, match.end())))
        if hit is not None:
            hits.append(hit)
    for part, number in anywhere:
        for match in re.finditer(re.escape(part), flat.text):
            start, end = flat.places[match.start()], _whole(text, flat.places[match.end() - 1] + 1)
            hits.append(_Hit(start, end, (number,), True))
    return [
        Found(one.start, one.end, text[one.start : one.end], people[one.whose[0]].who, people[one.whose[0]].pupil)
        for one in _joined(text, sorted(hits))
        if one.sure
    ]


def is_one(people: tuple[Known, ...], name: str) -> bool:
    """Whether this, as a whole, is what one of these people is called."""
    return any(one.text == name for one in names_among(people, name))


def _whole(text: str, end: int) -> int:
    """`end` moved over the accents that follow the last letter."""
    while end < len(text) and (text[end] in _UNSEEN or unicodedata.category(text[end]) == "Mn"):
        end += 1
    return end


def _joined(text: str, hits: list[_Hit]) -> list[_Hit]:
    """First name and surname of one person as one find; an everyday word beside a name of the same person is one."""
    found: list[_Hit] = []
    for hit in hits:
        if found:
            before = found[-1]
            shared = tuple(one for one in before.whose if one in hit.whose)
            if hit.start < before.end or (shared and _only_joins(text[before.end : hit.start])):
                end = max(before.end, hit.end)
                found[-1] = _Hit(before.start, end, shared or before.whose, before.sure or hit.sure)
                continue
        found.append(hit)
    return found


def _only_joins(between: str) -> bool:
    """Whether what stands between two words keeps them one name: blanks, a hyphen, a particle."""
    rest = _WORD.sub(lambda match: "" if match[0].casefold() in _PARTICLES else match[0], between)
    return len(between) <= 12 and not rest.strip(" \u00a0-\u2010\u2011'\u2019")


def codes_among(pupils: Pupils, text: str) -> list[Found]:
    """The codes of these pupils in a text, in order. A code of digits alone counts after an @ only."""
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


def both(people: tuple[Known, ...], pupils: Pupils, text: str) -> list[Found]:
    """Names and codes in a text, in order; of two that overlap the longer one."""
    hits = [*names_among(people, text), *codes_among(pupils, text)]
    found: list[Found] = []
    for one in sorted(hits, key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return found


@lru_cache(maxsize=256)
def called(name: str) -> frozenset[str]:
    """The words of a name, with and without the s of "Kais book"."""
    parts = typed_words(name) | _parts(name)
    return frozenset(parts | {f"{part}s" for part in parts} | {"s"})


def typed_words(text: str) -> set[str]:
    """The words of a text, without capitals and accents."""
    return {_flat(word) for word in _WORD.findall(_folded(text).text)}
