"""Text as people type it: normal form C, without control characters, everything else kept."""

from __future__ import annotations

import re

LONGEST = 20_000
"""Characters of one text; the longest note seen in a school's paper record was about 6,000."""

# Category Cc except the line break, and lone surrogates (bytes of an argument that were not UTF-8).
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` in NFC, line ends as \\n, tabs as a blank, without control characters, ends stripped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    if not text.isascii():
        import unicodedata  # 1 ms that plain ASCII, the usual case, need not pay

        text = unicodedata.normalize("NFC", text)
    return text.strip()


def one_line(text: str, width: int | None = None) -> str:
    """`text` on one line, cut to `width` characters with an ellipsis where it is longer."""
    flat = " ".join(text.split())
    if width is not None and len(flat) > width:
        return flat[: max(width - 1, 0)].rstrip() + "…"
    return flat


def quoted(value: object, most: int = 60) -> str:
    """`value` as it would be written in a program, with its middle left out where it is long: for messages."""
    try:
        whole = repr(value)
    except (RecursionError, ValueError):  # lists in lists in lists; a number of thousands of digits
        return f"a {type(value).__name__}"
    return whole if len(whole) <= most else f"{whole[: most * 2 // 3]}...{whole[-most // 4 :]}"


_ACCOUNT = re.compile(r"(?<=:)//(?!/).*@")
_PASSWORD = re.compile(r"(?<!\w)(?!\d\d?:\d\d@)([\w.+%-]+:)(?![/\\])\S+@")


def without_password(words: str) -> str:
    """`words`, with *** for what stands before the @ of an address in them, however it is written; paths stay."""
    return _PASSWORD.sub(r"\1***@", _ACCOUNT.sub("//***@", words)) if "@" in words else words


def joined(said: object, more: str) -> str:
    """What is said, and what else is, in one; a question keeps its mark between the two."""
    return f"{said} {more}" if str(said).endswith("?") else f"{said}; {more}"


def sentence(said: object, more: str = "") -> str:
    """What is said, and what else is, with the full stop that a sentence of its own needs; a question has its mark."""
    words = str(said)
    if more:
        words += f" {more[0].upper()}{more[1:]}" if words.endswith("?") else f"; {more}"
    return words if words.endswith((".", "?", "!")) else f"{words}."


def nearest(word: str, known: list[str]) -> str:
    """`; did you mean X?`, or an empty string where nothing is near."""
    import difflib  # used for mistakes only

    found = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""
