"""A document as plain values: what it says, and nothing about how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a section says.

    * `text`: complete in itself; people's own words in it stand exactly as they were typed.
    * `time`: "10:42" where it happened at a time, else empty.
    * `lines`: what belongs under it, one text each.
    * `brief`: the same in fewer words; None where `text` is short already, empty where the short form leaves it out.
    * `emphasis`: an exception that must not be overlooked.
    * `data`: the figures and words for programs.
    """

    text: str
    time: str = ""
    lines: tuple[str, ...] = ()
    brief: str | None = None
    emphasis: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part. Without items nothing was recorded for it."""

    id: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A day of one pupil (by code) for one audience."""

    date: date
    pupil: str
    audience: str
    heading: str
    sections: tuple[Section, ...]
