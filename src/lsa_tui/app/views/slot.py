"""One slot: what can be done with it, each a digit and a tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.app.views.lesson import adapted, change, missed
from lsa_tui.daybook import sessions
from lsa_tui.daybook.plan import SlotOfDay

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class SlotView(Choose):
    """Start or stop it, say that it was missed, or what was adapted."""

    def __init__(self, app: LsaApp, one: SlotOfDay) -> None:
        slot = one.slot
        running = any(sessions.is_running(session) for session in one.sessions)
        deeds = [
            ("end it" if running else "start it", lambda: change(app, slot)),
            ("missed: why", lambda: missed(app, slot)),
            ("adapted: what", lambda: adapted(app, slot)),
        ]
        if slot["cancelled"] or slot["all_day"]:
            deeds = []
        question = f"{one.begins_text} {slot['title']}"
        super().__init__(app, question, [words for words, _ in deeds], lambda n: deeds[n][1]())
