"""Note: from anywhere, one key, type, Enter. What was understood shows while typing; the draft survives a kill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, fit, length, wrapped
from lsa_tui.app.typed import Typed
from lsa_tui.app.views.base import View, button_rows
from lsa_tui.daybook import notes, pupils
from lsa_tui.errors import LsaError
from lsa_tui.paths import write_whole

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Note(View):
    """A field of several lines, what its marks mean, and chips for those marks."""

    name = "note"
    title = "Note"

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.draft = app.book.paths.drafts / "note.txt"
        self.field = Typed(self._kept(), several=True)
        self.draft_kept = bool(self.field.text.strip())
        self.problem = ""
        self.phrases = notes.recent_phrases(app.book) if app.book.focus else []
        targets = pupils.items(app.book, "target", app.book.focus) if app.book.focus else []
        self.targets = [str(one["code"]) for one in targets]

    def _kept(self) -> str:
        try:
            return self.draft.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def typed(self) -> None:
        """Keeps the draft as it changes."""
        assert self.field is not None
        self.problem = ""
        if self.field.text:
            write_whole(self.draft, self.field.text)
        else:
            self.draft.unlink(missing_ok=True)

    def enter(self) -> None:
        """Saves the note; only then the draft goes."""
        assert self.field is not None
        if not self.field.text.strip():
            self.app.close()
            return
        try:
            entry = notes.note(self.book, self.field.text)
        except LsaError as problem:
            self.problem = str(problem)
            return
        self.draft.unlink(missing_ok=True)
        self.app.close()
        self.app.recorded(entry)

    def draw(self, width: int, height: int) -> Picture:
        assert self.field is not None
        found = Picture()
        kept = (
            "your draft; Ctrl+U clears the line" if self.draft_kept else "" if self.field.text else "type, then Enter"
        )
        found.add((fit(f" Note  {kept}", width), "strong"))
        lines, _ = self.field.lines(width - 2, max(height - 8, 2))
        for line in lines:
            row: Line = [(" ", "panel"), *line]
            found.add(*row, (" " * max(width - length(row), 0), "panel"))
        self._meaning(found, width)
        chips = [(f"#{code}", "note.put", f"#{code}") for code in self.targets[:3]]
        chips += [("home", "note.put", "^home"), ("-10", "note.put", "-10"), ('"..."', "note.put", '"')]
        chips += [("teacher", "note.put", "!teacher"), ("helped", "note.put", "^helped"), ("line", "note.line", "")]
        if self.phrases:
            chips.append(("again", "note.again", ""))
        button_rows(found, chips, width)
        for phrase in self.phrases:
            top = found.add((fit(f" {phrase}", width), "muted"))
            found.taps.append(Tap(0, top, width, 1, "note.put", phrase))
        return found

    def _meaning(self, found: Picture, width: int) -> None:
        assert self.field is not None
        if self.problem:
            for part in wrapped(self.problem, width - 2, 2):
                found.add((fit(f" {part}", width), "warning"))
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

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Enter: save", "note.save", ""), ("Esc: keep draft", "back", "")]

    def do_note_save(self, _: str) -> None:
        """The tap on Save."""
        self.enter()

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

    def do_note_line(self, _: str) -> None:
        """The chip for a new line."""
        assert self.field is not None
        self.field.newline()
        self.typed()
