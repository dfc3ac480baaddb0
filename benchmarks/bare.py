"""A bare Textual application with as many widgets as ours: the yardstick of the first paint and of memory."""

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static


class Bare(App[None]):
    """Six Statics in the places of the band, the plan, the body, the entries, the foot and the navigation bar."""

    CSS = """
    #band { height: 1; } #middle { height: 1fr; } #foot { height: 2; } #nav { height: 3; }
    #plan, #beside { display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Static("K7", id="band")
        with Horizontal(id="middle"):
            yield Static("plan", id="plan")
            yield Static("Today\n" * 14, id="body")
            yield Static("beside", id="beside")
        yield Static("foot", id="foot")
        yield Static("Today Tally Note Log End More", id="nav")


if __name__ == "__main__":
    Bare().run()
