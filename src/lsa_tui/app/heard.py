"""What the screens say of words that were just recorded: whether they are for the DSL, asked once; that somebody is
named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.daybook import hearing
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Heard:
    """Remembers what was asked about already, while the program runs."""

    def __init__(self, app: LsaApp) -> None:
        self.app = app
        self._before: dict[str, dict[str, str]] = {}

    def looked_at(self, entry: Entry) -> None:
        """Its words were asked about while they were typed, or come back by a redo: they are not asked about again."""
        if written := hearing.said(entry):
            self._before[entry.id] = written

    def gone(self, entry: Entry) -> None:
        """Its words moved to the concern sheet: they are kept here no longer."""
        self._before.pop(entry.id, None)

    def recorded(self, entry: Entry, earlier: Entry | None = None) -> None:
        """Looks at the words that are new in an entry as it was just committed (`earlier`: as it was before)."""
        written = hearing.said(entry)
        if not written:
            return
        before = self._before.get(entry.id) or (hearing.said(earlier) if earlier is not None else {})
        self._before[entry.id] = written
        new = {name: words for name, words in written.items() if before.get(name) != words}
        if named := hearing.names_in(self.app.book, new):
            self.app.said = f"A name stands in it ({', '.join(named)}): write the code"
        if heard := hearing.disclosure_in(self.app.book, new):
            self._ask(entry, heard)

    def _ask(self, entry: Entry, heard: str) -> None:
        from lsa_tui.app.views import concern_move  # hardly any entry sounds like a disclosure
        from lsa_tui.app.views.choose import Choose

        if hearing.moves(entry):
            answers = (concern_move.for_the_dsl(self.app), "it is none\nit stays as it is")
        else:
            answers = ("for the DSL\na sheet of its own; take the words out here", "it is none\nit stays as it is")

        def answered(n: int) -> None:
            if n:
                return
            if hearing.moves(entry):
                concern_move.moved(self.app, entry)
            else:
                self.app.deeds.do_concern("")

        self.app.open(Choose(self.app, f"“{heard}”: for the DSL?", answers, answered))
