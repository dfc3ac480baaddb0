"""Note: from anywhere, one key, type, Enter. What was understood shows while typing; the draft survives a kill."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, fit, length, wrapped
from lsa_tui.app.typed import Typed
from lsa_tui.app.views import concern_move
from lsa_tui.app.views.base import View, button_rows
from lsa_tui.app.views.choose import Choose
from lsa_tui.daybook import disclosure, drafts, names, notes, peers, pupils
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

DRAFT = "note"


class Note(View):
    """A field of several lines, what its marks mean, and chips for those marks."""

    name = "note"
    title = "Note"

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.field = Typed(drafts.load(app.book, DRAFT), several=True)
        self.draft_kept = bool(self.field.text.strip())
        self.cleared = ""
        self.problem = ""
        self.phrases = notes.recent_phrases(app.book) if app.book.focus else []
        targets = pupils.items(app.book, "target", app.book.focus) if app.book.focus else []
        self.targets = [str(one["code"]) for one in targets]

    def typed(self) -> None:
        """Keeps the draft as it changes."""
        assert self.field is not None
        self.problem = ""
        self.app._guarded(lambda: drafts.keep(self.book, DRAFT, self.field.text))

    def enter(self) -> None:
        """Saves the note; words that sound like a disclosure ask once whether it is one."""
        assert self.field is not None
        if not self.field.text.strip():
            self.app.close()
            return
        sounds = disclosure.sounds_like(self.field.text, self.book)
        if sounds is None or not self._sayable():
            self._save()
            return
        answers = (concern_move.for_the_dsl(self.app), "it is a note")
        ways = (lambda: self.do_note_concern(""), self._save)
        self.app.open(Choose(self.app, f"“{sounds}”: for the DSL?", answers, lambda n: ways[n]()))

    def _sayable(self) -> bool:
        """Whether anything is left beside the marks; else it is no note, and says so when it is saved."""
        assert self.field is not None
        return bool(notes.understood(self.book, self.field.text).text) if self.book.focus else True

    def _save(self) -> None:
        """Saves it; only then the draft goes."""
        assert self.field is not None
        try:
            entry = notes.note(self.book, self.field.text)
        except LsaError as problem:
            self.problem = str(problem)
            return
        drafts.drop(self.book, DRAFT)
        self.app.close()
        self.app.heard.looked_at(entry)
        self.app.recorded(entry)

    def draw(self, width: int, height: int) -> Picture:
        assert self.field is not None
        found = Picture()
        kept = "your draft" if self.draft_kept and self.field.text else "" if self.field.text else "type, then Enter"
        found.add((fit(f" Note  {kept}", width), "strong"))
        below = Picture()
        self._meaning(below, width)
        button_rows(below, self._chips(), width)
        lines, _ = self.field.lines(width - 2, max(height - 1 - len(below.lines), 2))
        for line in lines:
            row: Line = [(" ", "panel"), *line]
            found.add(*row, (" " * max(width - length(row), 0), "panel"))
        top = len(found.lines)
        found.lines += below.lines
        found.taps += [replace(tap, y=tap.y + top) for tap in below.taps]
        for phrase in self.phrases:
            top = found.add((fit(f" {phrase}", width), "muted"))
            found.taps.append(Tap(0, top, width, 1, "note.put", phrase))
        return found

    def _chips(self) -> list[tuple[str, str, str]]:
        aliases = self._aliases()
        assert self.field is not None
        chips = [(alias, "note.alias", "") for alias in aliases[:1]]
        if self.draft_kept:
            chips.append(("clear" if self.field.text or not self.cleared else "undo", "note.clear", ""))
        chips += [(f"#{code}", "note.put", f"#{code}") for code in self.targets[:3]]
        chips += [("home", "note.put", "^home"), ("-10", "note.put", "-10"), ('"..."', "note.put", '"')]
        chips += [("teacher", "note.put", "!teacher"), ("helped", "note.put", "^helped"), ("line", "note.line", "")]
        # In the place of the alias, so that no row is added while somebody types; phrases are an arrow away, too.
        spare = self.phrases and not aliases and not self.draft_kept
        return [*chips, ("again", "note.again", "")] if spare else chips

    def _found(self) -> list[names.Found]:
        """The known names in what is typed."""
        assert self.field is not None
        return names.found_in(self.book, self.field.text)

    def _about(self) -> str | None:
        """The pupil it is about: the one that a mark names, else the one in focus."""
        assert self.field is not None
        return notes.understood(self.book, self.field.text).pupil or self.book.focus if self.book.focus else None

    def _aliases(self) -> list[str]:
        """What the chip would put in the place of names, each once, in the order of the text."""
        stand = self._found()
        about = self._about() if stand else None
        if about is None:
            return []
        aliases = names.Aliases(self.book, self.book.today(), about)
        return list(dict.fromkeys(alias for one in stand if (alias := aliases.of(one.text)) != one.text))

    def _meaning(self, found: Picture, width: int) -> None:
        assert self.field is not None
        if self.problem:
            for part in wrapped(self.problem, width - 2, 2):
                found.add((fit(f" {part}", width), "warning"))
            return
        if stand := self._found():
            whose = ", ".join(dict.fromkeys(one.text for one in stand))
            found.add((fit(f" a name: {whose}{self._instead()}", width), "warning"))
            return
        if not self.field.text.strip() or self.book.focus is None:
            found.add((fit(" #T1 target  !teacher  ^home  8/10  -10", width), "muted"))
            return
        meaning = notes.understood(self.book, self.field.text)
        unknown = notes.unknown_marks(meaning.text)
        if unknown:
            found.add((fit(f" not known, stays as text: {' '.join(unknown)}", width), "warning"))
            return
        pupil = self.book.names.pupil(meaning.pupil or self.book.focus)
        parts = [f"{(meaning.at or self.book.now()):%H:%M}", pupil, meaning.target or "", meaning.score or ""]
        parts += ["to the teacher" if meaning.raised else "", "home" if meaning.home else ""]
        parts += ["helped" if meaning.helped else ""]
        found.add((fit(" " + "  ".join(part for part in parts if part), width), "accent"))

    def _instead(self) -> str:
        aliases = self._aliases()
        return f" → {', '.join(aliases)}" if aliases else ""

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Enter: save", "note.save", ""), ("DSL", "note.concern", ""), ("Esc: keep", "back", "")]

    def do_note_save(self, _: str) -> None:
        """The tap on Save."""
        self.enter()

    def do_note_concern(self, _: str) -> None:
        """The chip DSL: the text moves to the concern sheet (without a key of the DSL it is shown there to be copied
        out, and stays the draft as well); an empty note opens an empty sheet."""
        assert self.field is not None
        if self.field.text.strip():
            concern_move.note(self.app, self.field.text)
        else:
            self.app.close()
            self.app.deeds.do_concern("")

    def do_note_alias(self, _: str) -> None:
        """The chip of an alias: it stands in the place of the names, and keeps its letter for the day."""
        assert self.field is not None
        about, stand = self._about(), self._found()
        if about is None:
            return
        aliases = names.Aliases(self.book, self.book.today(), about)
        instead = [aliases.of(one.text) for one in stand]
        peers.remember(self.book, self.book.today(), about, aliases.letters)
        text = self.field.text
        for one, alias in reversed(list(zip(stand, instead, strict=True))):
            text = text[: one.start] + alias + text[one.end :]
        self.field = Typed(text, several=True)
        self.typed()

    def do_note_put(self, words: str) -> None:
        """A chip: its mark as a word of its own."""
        assert self.field is not None
        if words == '"':
            self.field.put('"')
        else:
            before = self.field.text[: self.field.cursor]
            self.field.put(f"{'' if not before or before.endswith((' ', chr(10))) else ' '}{words} ")
        self.typed()

    def press(self, key: str, character: str | None) -> bool:
        """Up in an empty field, or in a phrase it brought: the phrases written last, one after another."""
        assert self.field is not None
        if key == "up" and self.phrases and self.field.text in ("", *self.phrases):
            self.do_note_again("")
            return True
        return False

    def do_note_again(self, _: str) -> None:
        """A phrase written before, the next older one each time."""
        assert self.field is not None
        here = self.phrases.index(self.field.text) if self.field.text in self.phrases else -1
        self.field = Typed(self.phrases[(here + 1) % len(self.phrases)], several=True)
        self.typed()

    def do_note_clear(self, _: str) -> None:
        """The chip of a draft: begins anew; in the empty field it brings the draft back."""
        assert self.field is not None
        back = "" if self.field.text else self.cleared
        self.cleared = self.field.text or self.cleared
        self.field = Typed(back, several=True)
        self.typed()

    def do_note_line(self, _: str) -> None:
        """The chip for a new line."""
        assert self.field is not None
        self.field.newline()
        self.typed()
