"""The command line: finds the command, opens the home, prints the answer. Every error leaves as a sentence."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from lsa_tui import paths as places
from lsa_tui import text
from lsa_tui.cli import answer, arguments, table
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.paths import Paths
from lsa_tui.vault import old_sessions

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Runs one command, or the application without one; returns the exit code."""
    tokens = list(sys.argv[1:] if argv is None else argv)
    as_json = arguments.wants_json(tokens)
    _speak_utf8()
    typed: arguments.Typed | None = None
    try:
        old_sessions.sweep()
        typed = arguments.split(tokens)
        return _run(typed)
    except LsaError as problem:
        return _report(str(problem), problem.code, problem.exit_code, as_json)
    except KeyboardInterrupt:
        return _report("stopped; what was recorded before stays", "interrupted", INTERRUPTED, as_json)
    except BrokenPipeError:
        return _closed()
    except Exception as problem:
        from lsa_tui.cli import unexpected  # needed only when the program itself is wrong

        sentence, code = unexpected.said(problem, tokens, typed.home if typed else None)
        return _report(sentence, code, 1, as_json)


def _run(typed: arguments.Typed) -> int:
    if typed.version:
        return _version(typed.json)
    words = typed.words
    if words and words[0] == "help":
        return _help(typed.rest[:2], typed.json)
    if typed.help:
        return _help(words, typed.json)
    if not words:
        return _open_application(places.find(typed.home), typed.json, typed.passphrase_file)
    name = arguments.name_of(words)
    command = table.find(name)
    args = arguments.parse(command, typed.rest)
    if args.help:
        return _help(tuple(name.split()), typed.json or args.json)
    args.json = args.json or typed.json
    at_once = sys.stderr.isatty()
    if at_once:
        _first(command)  # before a passphrase is asked, whatever becomes of what follows
    gc.enable()
    args.home = args.home or typed.home
    args.passphrase_file = args.passphrase_file or typed.passphrase_file
    found = places.find(args.home)
    try:
        reply = _with_book(command, args, found) if command.needs == "book" else _without_book(command, args, found)
    except Exception as problem:
        # What was typed wrong is typed again; whoever cannot get in, or finds a file damaged, needs to know now.
        if not (at_once or isinstance(problem, BadInput)):
            _first(command)
        raise
    if args.json and not at_once:
        _first(command)  # without --json the answer says it
    answer.show(reply, args.json)
    if reply.then is not None:
        reply.then()
    if reply.opens is not None and not args.json:
        if _at_terminal():
            return _open_application(Paths(reply.opens, reply.opens), False)
        answer.warn("there is no terminal here, so the screens stay closed")
    return reply.code


def _first(command: table.Command) -> None:
    if command.first:
        print(command.first, file=sys.stderr, flush=True)


def _with_book(command: table.Command, args: Namespace, found: Paths) -> answer.Answer:
    from lsa_tui.daybook import opening  # `lsa --version` and `lsa paths` need no database

    if command.check is not None:
        command.check(found, args)
    settings_were = found.config.exists()
    opened = opening.open_home(found, args.passphrase_file, new=_how_new(command, args))
    book = opened.book
    args.recovery = opened.recovery
    try:
        reply = _answered(command, args, book)
    except BaseException:
        if opened.made:
            # Nothing is in it, and nobody has seen the key that opens an encrypted one.
            opening.unmake(book, settings_were)
        raise
    finally:
        book.close()
    if opened.recovery and book.key is not None and command.name == "init":
        return reply._replace(then=partial(opening.recovery_seen, found, book.key))
    if opened.recovery:
        answer.warn(opening.MADE)
    return reply


def _answered(command: table.Command, args: Namespace, book: Book) -> answer.Answer:
    from lsa_tui.daybook import rights

    writes = book.store.writes
    try:
        _say_plain(command, book)
        for problem in book.config.problems:
            answer.warn(problem)
        rights.require_command(_role(args) or book.role, command.name)
        if command.records and book.initials == "?":
            answer.warn('nobody is set up here yet, so this is signed "?"; do `lsa init --name NAME --initials JT`')
        chosen = getattr(args, "chosen_pupil", None)
        if chosen is not None:
            book.chosen = book.pupil(chosen)
        return command.run(book, args)
    except (LsaError, BrokenPipeError):
        raise
    except Exception as error:
        from lsa_tui.daybook import damage  # hardly ever

        said = damage.said(book, error, writes)
        if said is None:
            raise
        raise said from error


def _say_plain(command: table.Command, book: Book) -> None:
    """At a terminal, where a person reads it; a script's log need not say it again and again."""
    if book.plain and command.name != "init" and sys.stderr.isatty() and not book.made_up:
        from lsa_tui.daybook.opening import PLAIN  # hardly ever

        answer.warn(PLAIN)


def _without_book(command: table.Command, args: Namespace, found: Paths) -> answer.Answer:
    from lsa_tui import config
    from lsa_tui.daybook import rights

    rights.require_command(str(config.load(found.config)["person.role"]), command.name)
    return command.run(found, args)


def _how_new(command: table.Command, args: Namespace) -> str:
    """How a home that is not there yet is made: by `init`, as it was asked for; by what only reads, not at all: a
    mistyped `--home` is no home."""
    if command.name == "init":
        return "plain" if args.plain else "ask"
    return "no" if command.name in table.READING else ""


def _role(args: Namespace) -> str | None:
    """The role that `init --role` gives just now."""
    return getattr(args, "role", None)


def _at_terminal() -> bool:
    return sys.stdout.isatty() and sys.stdin.isatty()


def _open_application(found: Paths, as_json: bool, passphrase_file: str | None = None) -> int:
    if as_json or not _at_terminal():
        raise BadInput("the screens need a terminal; use a command here, `lsa --help` lists them")
    from lsa_tui.app.run import run  # the only place that may load Textual

    gc.enable()
    return int(run(found, passphrase_file))


def _help(words: tuple[str, ...], as_json: bool) -> int:
    from lsa_tui.cli import manual  # loads every command's file

    found = manual.text_for(words)
    answer.show(answer.Answer({"help": found}, found), as_json)
    return 0


def _version(as_json: bool) -> int:
    from lsa_tui import __version__

    answer.show(answer.Answer({"version": __version__}, f"lsa {__version__}"), as_json)
    return 0


LONGEST = 4000
"""Characters of a sentence: what was typed may stand in it, however long it was."""


def _report(sentence: str, code: str, exit_code: int, as_json: bool) -> int:
    sentence = text.without_password(sentence)  # what was typed may stand in it, mistyped in any way
    if len(sentence) > LONGEST:
        sentence = f"{sentence[: LONGEST // 2]} ... {sentence[-LONGEST // 2 :]}"
    with suppress(BrokenPipeError):
        answer.warn(sentence)
        if as_json:
            print(answer.dumps({"error": {"code": code, "message": sentence}}), flush=True)
        return exit_code
    return _closed()


def _closed() -> int:
    """Whoever read the output went away; say nothing more."""
    answer.let_go()
    return 1


def _speak_utf8() -> None:
    # Emoji must not end the program on a terminal that claims to know ASCII only.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
