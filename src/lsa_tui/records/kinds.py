"""What a type of record is: its fields and their checks, its words, its one-line form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from lsa_tui.errors import BadInput
from lsa_tui.records.checks import Check


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as the program sees it now: what the log says of it, folded. A plain value.

    `pupil` is the pupil's id (None for what belongs to nobody); `at` is when it happened, `recorded_at` when it
    was first written down, `by` by whom; `own` means it never leaves this device; `removed` is the reason;
    `conflict` maps a field to the values of edits that did not see each other, the shown one first; `names` maps a
    field to the stretches of its text that are names, as its writer's device knew (`daybook.marking`).
    """

    id: str
    kind: str
    pupil: str | None
    at: datetime | None
    recorded_at: datetime
    by: str
    data: Mapping[str, Any]
    own: bool = False
    removed: str | None = None
    revisions: int = 0
    order: int = 0
    conflict: Mapping[str, list[dict[str, Any]]] | None = None
    names: Mapping[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        """A field of its kind, None where it was never set."""
        return self.data.get(name)

    @property
    def when(self) -> datetime:
        """When it happened, or else when it was recorded."""
        return self.at or self.recorded_at


class Words(Protocol):
    """Looks up the words for ids: what a one-line form needs beside the entry itself."""

    def pupil(self, uid: str | None) -> str: ...
    def behaviour(self, uid: str | None) -> str: ...
    def letter(self, uid: str | None) -> str: ...
    def slot(self, uid: str | None) -> str: ...
    def status(self, problem: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a type.

    `refers` names the type whose letter or code stands for an id in files ("behaviour": a letter there, an id here).
    `derived` fields are computed on the way out and ignored on the way in.
    """

    name: str
    check: Check
    required: bool = False
    default: Any = None
    refers: str | None = None
    derived: Callable[[Entry, Words], Any] | None = None


Line = Callable[[Entry, Words], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of record. Log, undo, export, import, sync and summary follow from this alone.

    * `words`: the name people read ("check-in").
    * `time`: the field that says when it happened; None for what is not an event (a pupil, a target).
    * `pupil`: "yes", "may" or "no": whether it belongs to a pupil.
    * `key`: the fields that, with the pupil, are its natural key; empty for what just happens.
    * `own`: it never leaves this device.
    * `listed`: whether it stands in the day's log.
    * `ends`: the field that says when it was over; while it is empty the record is open.
    """

    name: str
    words: str
    fields: tuple[Field, ...]
    line: Line
    time: str | None = "at"
    pupil: str = "yes"
    key: tuple[str, ...] = ()
    own: bool = False
    listed: bool = True
    ends: str | None = None

    def field(self, name: str) -> Field | None:
        """The field of that name, None where the kind has none."""
        return next((field for field in self.fields if field.name == name), None)

    def check(self, values: Mapping[str, Any], called: str = "") -> dict[str, Any]:
        """The given fields, cleaned. Raises BadInput naming the type (as `called`, or in words), the field and what
        it should be."""
        called = called or self.words
        cleaned: dict[str, Any] = {}
        for name, value in values.items():
            field = self.field(name)
            if field is None:
                raise BadInput(f"{called}: there is no field {name!r}")
            if field.derived:
                continue
            if value is None:
                if field.required:
                    raise BadInput(f"{called}: {name} is missing")
                cleaned[name] = None
                continue
            try:
                cleaned[name] = field.check(value)
            except ValueError as problem:
                raise BadInput(f"{called}: {name} {problem}") from None
        return cleaned

    def complete(self, values: Mapping[str, Any], called: str = "") -> dict[str, Any]:
        """All fields of a new record: `values` checked, defaults filled in. Raises BadInput as `check` does."""
        given = {field.name: values.get(field.name, field.default) for field in self.fields}
        return self.check({**values, **given}, called)
