"""`lsa dsl ...`: the DSL's key, and reading what was sealed for it. `dsl trust` is for every device."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from lsa_tui import clock, passphrases, text
from lsa_tui.cli.answer import Answer, coloured, table, width
from lsa_tui.cli.arguments import one_of
from lsa_tui.cli.table import arg, command
from lsa_tui.daybook import dsl
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import trust
from lsa_tui.daybook.dsl import Concern
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import write_whole
from lsa_tui.vault.sealed import Identity, Public

OTHERWISE = "set LSA_DSL_PASSPHRASE or give --key-passphrase-file FILE"
SECRET = arg("--key-passphrase-file", metavar="FILE", help="its first line is the passphrase of the DSL's key")
KEY = arg("--key", metavar="FILE", help="the key's file, where it does not lie where it was made")


@command(
    "dsl key",
    "makes the DSL's key, and publishes its public half with the next sync; again: shows it",
    arg("--out", metavar="FILE", help="where the secret half lies, such as a stick; else in this home"),
    arg("--new", action="store_true", help="one more key; the old one stays, to read what was sealed to it"),
    SECRET,
    examples=("dsl key", "dsl key --out /media/stick/dsl-key.age", "dsl key --json"),
)
def key(book: Book, args: Namespace) -> Answer:
    """The fingerprint, to be read out to every member of staff who confirms it on their device."""
    known = dsl.keys(book)
    made = not known or args.new
    if made:
        given = _given(args)
        found = dsl.make_key(
            book,
            given or passphrases.ask_new("A passphrase for the DSL's key (8 characters or more)", OTHERWISE),
            Path(args.out) if args.out else None,
        )
    elif args.out:
        raise BadInput(
            f"the key is made already and lies in {known[0].path}; copy that file, or make one more with --new"
        )
    else:
        found = known[0]
        dsl.publish(book, found.public)
    shared, hint = _shared(book)
    public = found.public
    lines = [
        f"{'Made' if made else 'The key is'}: {found.path}",
        f"Fingerprint  {public.fingerprint}",
        f"Recipient    {public.recipient}",
        "On every device of the school, after its next sync: lsa dsl trust FINGERPRINT (compare it in person)",
        "Keep a copy of the file, and the passphrase apart from it: without them nobody reads what was sealed",
    ]
    data = {**_public(public), "path": str(found.path), "made": made, "shared": shared}
    return Answer(data, "\n".join(lines), hints=(hint,) if hint else ())


@command(
    "dsl trust",
    "trusts the DSL's key with this fingerprint, on this device, after you compared it in person",
    arg("words", metavar="FINGERPRINT", nargs="+", help="eight groups of four, as the DSL reads them out"),
    arg("--recipient", metavar="AGE1...", help="the key itself, where no shared database brings it"),
    arg("--verify", metavar="KEY", help="with --recipient: what receipts are checked with"),
    examples=("dsl trust 1a2b 3c4d 5e6f 7081 92a3 b4c5 d6e7 f809",),
)
def trust_(book: Book, args: Namespace) -> Answer:
    """From here on concerns are sealed to it."""
    found = trust.trust(book, " ".join(args.words), args.recipient, args.verify)
    return Answer(_public(found), f"Trusted: {found.fingerprint}; concerns are sealed to it from now on")


@command(
    "dsl open",
    "lists what was passed on to the DSL, or reads one",
    arg("id", metavar="ID", nargs="?", help="its first characters will do"),
    arg("--format", **one_of("text", "md", "html", "json"), help="of one concern (default: text)"),
    arg("--out", metavar="FILE", help="writes the document to a file, for your eyes only"),
    arg("--name", metavar="NAME", help="the pupil's full name for the document, where it is not known"),
    KEY,
    SECRET,
    examples=("dsl open", "dsl open 3f1c", "dsl open 3f1c --format html --out concern.html"),
)
def open_(book: Book, args: Namespace) -> Answer:
    """The list without an id; else the document."""
    if not args.id and (args.out or args.format or args.name):
        raise BadInput("name the concern that is to be written, as in: lsa dsl open ID --out FILE")
    identities = _unlocked(book, args)
    hints = _fetched(book)
    found, unread = dsl.concerns(book, identities)
    if unread:
        hints.append(f"{len(unread)} not readable: sealed to another key, or damaged ({', '.join(sorted(unread)[:3])})")
    if not args.id:
        return _list(found, unread, tuple(hints))
    return _one(book, args, dsl.find(found, args.id), tuple(hints))


@command(
    "dsl acknowledge",
    "signs that you have a concern; its writer's device removes its sealed copy then",
    arg("id", metavar="ID", help="its first characters will do"),
    KEY,
    SECRET,
    examples=("dsl acknowledge 3f1c",),
)
def acknowledge(book: Book, args: Namespace) -> Answer:
    """How much was signed for. The receipt goes back at once, or with the next sync."""
    identities = _unlocked(book, args)
    _fetched(book)
    concern = dsl.find(dsl.concerns(book, identities)[0], args.id)
    count = dsl.acknowledge(book, concern, identities)
    if count:
        dsl.note(book, "acknowledged", concern)
    hints = tuple(_fetched(book))
    found = dsl.find(dsl.concerns(book, identities)[0], concern.id)
    data = {"id": found.id, "acknowledged": _text(found.acknowledged), "signed": count}
    said = "Acknowledged" if count else "Acknowledged before"
    return Answer(data, f"{said}: {found.id}", hints=hints)


@command(
    "dsl audit",
    "what was read, signed for and written to files on this computer, by whom and when; it is kept here alone",
    examples=("dsl audit",),
)
def audit(book: Book, _args: Namespace) -> Answer:
    """The deeds, oldest first."""
    found = dsl.deeds(book)
    rows = [(f"{clock.from_text(at):%Y-%m-%d %H:%M}", by, did, uid[:8], about) for at, by, did, uid, about in found]
    names = ("at", "by", "did", "id", "about")
    data = {"entries": [dict(zip(names, one, strict=True)) for one in found]}
    return Answer(data, table(rows) or "Nothing was read here yet")


def _list(found: list[Concern], unread: list[str], hints: tuple[str, ...]) -> Answer:
    rows = []
    for one in found:
        first = one.first
        at = first.when("at") or first.came_at
        more = f"{len(one.pieces) - 1} added" if len(one.pieces) > 1 else ""
        state = "acknowledged" if one.acknowledged else "new"
        rows.append((f"{at:%a %d %b %H:%M}", first.said("pupil"), first.said("by"), state, more, one.id))
    data = {"concerns": [_summary(one) for one in found], "unreadable": sorted(unread)}
    none = "Nothing that this key opens" if unread else "Nothing was passed on to you yet"
    return Answer(data, table(rows) or none, hints=hints)


def _one(book: Book, args: Namespace, concern: Concern, hints: tuple[str, ...]) -> Answer:
    from lsa_tui.documents import concern as documents
    from lsa_tui.documents.render import as_json, render

    name = text.one_line(text.clean(args.name or ""), 80) or None
    document = documents.document(book, concern, name)
    pieces = [one.facts for one in concern.pieces]
    data = {**concern.first.facts, **_summary(concern), "pieces": pieces, "document": as_json(document)}
    form = args.format or "text"
    if args.out:
        target = Path(args.out).expanduser().absolute()
        if target.exists():
            raise BadInput(f"{target} is there already and is never written over; name another file")
        write_whole(target, render(document, form))
        dsl.note(book, "written to a file, not encrypted", concern, str(target))
        said = f"Written to {target}, which is not encrypted: keep it where only you read it"
        return Answer({**_summary(concern), "written": str(target)}, said, hints=hints)
    dsl.note(book, "read", concern)
    return Answer(data, render(document, form, width=width(), colour=coloured()), hints=hints)


def _unlocked(book: Book, args: Namespace) -> list[Identity]:
    given = _given(args)
    file = Path(args.key) if args.key else None
    if given is None and not file and not dsl.keys(book):
        raise LsaError("there is no DSL's key in this home; `lsa dsl key` makes it, or name its file with --key FILE")
    return dsl.unlocked(book, given or passphrases.ask("Passphrase of the DSL's key", OTHERWISE), file)


def _given(args: Namespace) -> str | None:
    """The key's own passphrase, else the home's: many will use one for both."""
    found = passphrases.given("dsl", args.key_passphrase_file)
    return found or (passphrases.from_file(args.passphrase_file) if args.passphrase_file else None)


def _fetched(book: Book) -> list[str]:
    """Brings what lies in the shared folder; a sentence where that could not be reached."""
    from lsa_tui.address import parse
    from lsa_tui.sync.sealed import deliver

    url = book.config["shared.url"]
    if url and deliver(book, parse(url)):
        return []
    return [
        "the shared folder could not be reached, so this is what came before" if url else "no shared database is set"
    ]


def _shared(book: Book) -> tuple[bool, str]:
    """Publishes by a sync now, where one is set and can be done."""
    if not book.config["shared.url"]:
        return False, "no shared database is set, so nobody gets the key yet: lsa init --shared URL, then lsa sync"
    from lsa_tui.sync.run import sync  # 40 ms that only this needs

    try:
        return sync(book).verified, ""
    except LsaError as problem:
        return False, f"the key is made, but not shared yet ({problem}); `lsa sync` does it"


def _public(found: Public) -> dict[str, Any]:
    return {"fingerprint": found.fingerprint, "recipient": found.recipient, "verify": found.verify}


def _summary(one: Concern) -> dict[str, Any]:
    first = one.first
    return {
        "id": one.id,
        "at": first.said("at") or None,
        "saved_at": first.said("saved_at") or None,
        "pupil": first.said("pupil") or None,
        "by": first.said("by") or None,
        "added": len(one.pieces) - 1,
        "acknowledged": _text(one.acknowledged),
    }


def _text(moment: Any) -> str | None:
    return clock.to_text(moment) if moment else None
