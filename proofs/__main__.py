"""`python -m proofs [--full] [--seed N] [--jobs N] [P1 P3 ...]`: one row per proof; exit 1 on a violation."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import time
import traceback

import proofs
from proofs import common

SHOWN = 10
"""Violations printed of one proof; the rest is counted."""


def modules() -> dict[str, str]:
    """The proofs there are: P3 to its module."""
    names = sorted(one.name for one in pkgutil.iter_modules(proofs.__path__) if one.name[:1] == "p")
    return {f"P{int(name[1:3])}": name for name in names if name[1:3].isdigit()}


def main(arguments: list[str] | None = None) -> int:
    """Runs the proofs that were named, or all, and prints their table."""
    there = modules()
    parser = argparse.ArgumentParser(prog="python -m proofs", description="The proofs of the sync.")
    parser.add_argument("--full", action="store_true", help="the full sizes (hours), not the slices (minutes)")
    parser.add_argument("--seed", type=int, default=1, help="another seed tries other points (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)")
    parser.add_argument("proofs", nargs="*", metavar="P3", help=f"which ones, of {' '.join(there)}; without one: all")
    given = parser.parse_args(arguments)
    chosen = [name.upper() for name in given.proofs] or list(there)
    unknown = [name for name in chosen if name not in there]
    if unknown:
        parser.error(f"no such proof: {', '.join(unknown)}; there are {', '.join(there)}")
    common.set_jobs(given.jobs)
    print(f"{'full' if given.full else 'slice'}, seed {given.seed}, {given.jobs} processes", flush=True)
    print("| proof | what | figures | violations | s |\n|---|---|---|---|---|", flush=True)
    bad = 0
    for name in chosen:
        bad += _one(name, there[name], given.full, given.seed)
    return 1 if bad else 0


def _one(name: str, module: str, full: bool, seed: int) -> int:
    started = time.monotonic()
    title = name
    try:
        proof = importlib.import_module(f"proofs.{module}")
        title = proof.TITLE
        outcome = proof.run(full, seed)
    except Exception as problem:  # a proof that breaks proves nothing; the others still run
        traceback.print_exc()
        outcome = common.Outcome("did not run", [f"{type(problem).__name__}: {problem}"])
    seconds = time.monotonic() - started
    print(f"| {name} | {title} | {outcome.figures} | {len(outcome.violations)} | {seconds:.0f} |", flush=True)
    for line in outcome.violations[:SHOWN]:
        print(f"  ! {line}", flush=True)
    return len(outcome.violations)


if __name__ == "__main__":
    sys.exit(main())
