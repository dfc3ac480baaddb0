"""`python -m lsa_tui`, `lsa` and `lsa-tui`."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Runs the command line; returns the exit code."""
    # Loading modules makes nothing that could be collected; looking for it costs a command 4 % of its time.
    gc.disable()
    from lsa_tui.cli.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
