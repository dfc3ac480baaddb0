"""Who works here: the person and the device, set up by `lsa init` and by the first screen."""

from __future__ import annotations

from typing import Any

from lsa_tui.config import Config
from lsa_tui.daybook import audit
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import checks, log


def set_up(
    book: Book,
    name: str | None = None,
    initials: str | None = None,
    role: str | None = None,
    shared: str | None = None,
) -> None:
    """Sets, or changes, who works here; None leaves a setting alone, an empty `shared` ends the sharing.

    Raises BadInput as `checked` does.
    """
    changes = checked(book.config, name, initials)
    if role is not None:
        changes["person_role"] = role
    before = {name: book.config[f"person.{name}"] for name in ("role", "initials")} if book.config.exists else {}
    book.config.save(**changes)
    if shared is not None:
        share_with(book, shared)
    for name, was in before.items():
        if was and book.config[f"person.{name}"] != was:
            audit.note(book, f"changed the {name}", f"{was} to {book.config[f'person.{name}']}")
    # Known in the database too: what is recorded while config.toml cannot be read is still signed.
    with book.store.writing():
        log.set_meta(book.db, "initials", book.owner)


def checked(config: Config, name: str | None, initials: str | None) -> dict[str, Any]:
    """The settings of a name (at most 80 characters) and initials (at most 8, needed the first time), by those there
    are. Raises BadInput."""
    if not config.exists and not initials:
        raise BadInput("the first time initials are needed, as in: lsa init --name NAME --initials JT --role lsa")
    changes: dict[str, Any] = {}
    for setting, typed, most in (("name", name, 80), ("initials", initials, 8)):
        if typed is not None:
            try:
                changes[f"person_{setting}"] = checks.line(most)(typed)
            except ValueError as problem:
                example = "--name 'Jo Taylor'" if setting == "name" else "--initials JT"
                raise BadInput(f"{setting} {problem}; write {example}, at most {most} characters") from None
    return changes


def share_with(book: Book, url: str) -> None:
    """From now on this device shares with the store of that URL; an empty one ends the sharing.

    What was shared with another store is not known to be in this one: it counts as here only, until a sync has looked.
    """
    another = url != book.config["shared.url"]
    book.config.save(shared_url=url)
    if another:
        with book.store.writing() as db:
            log.forget_known(db)
