"""What a sync costs, in ratios of one run: python benchmarks/syncing.py [--full]; called by bench.py, too.

With --full the large store holds 1,000,000 changes and not 100,000, for which the temporary folder needs 3 GB.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

import bulk
import large
import recording
import server


def measure(runs: int, full: bool, only: tuple[str, ...] = ()) -> None:
    """Runs the measurements and prints a line for each figure."""
    parts = {
        "recording": recording.measure,
        "bulk": lambda folder: bulk.measure(folder, runs),
        "large": lambda folder: large.measure(folder, 10_000, 1_000_000 if full else 100_000, runs),
        "server": lambda folder: server.measure(folder, runs),
    }
    for name in only or parts:
        with tempfile.TemporaryDirectory() as folder:
            parts[name](Path(folder))


def main() -> None:
    """What `measure` does, by command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs per figure (median of the ratios)")
    parser.add_argument("--full", action="store_true", help="the large store with a million changes")
    parser.add_argument("only", nargs="*", help="recording, bulk, large, server; without one: all")
    options = parser.parse_args()
    measure(options.runs, options.full, tuple(options.only))


if __name__ == "__main__":
    main()
