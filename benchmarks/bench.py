"""What the program costs, as ratios measured in one run (the absolute beside): python benchmarks/bench.py

Needs a terminal-capable system (Linux, macOS). A year of made-up records is written first, about 10 seconds. What a
sync costs is measured by syncing.py, which can be run alone.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

import encrypted
import lsa_tui
import syncing
from lsa_tui import paths
from lsa_tui.daybook import behaviours, demo
from lsa_tui.daybook.book import Book
from lsa_tui.records import log, read
from terminal.terminal import Terminal

SIZE = (40, 20)


def main() -> None:
    """Runs all measurements and prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="whole processes per figure (median)")
    parser.add_argument("--keys", type=int, default=150, help="keys pressed per figure")
    parser.add_argument("--days", type=int, default=190, help="school days of records in the full home")
    options = parser.parse_args()
    # As after an installation, where pip compiles: what is compared below is compiled, too.
    compileall.compile_dir(Path(lsa_tui.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        day, year = Path(folder) / "day", Path(folder) / "year"
        for home, days in ((day, 1), (year, options.days)):
            print(f"# {home.name}: {fill(home, days):,} records", flush=True)
        commands(year, options.runs)
        first_paint(year, options.runs)
        keys(day, year, options.keys)
        encrypted.measure(year, options.keys, press)
        summaries(day, year)
        memory(year)
        idle(year)
    syncing.measure(options.runs, full=False)


def fill(home: Path, days: int) -> int:
    """Writes made-up records; returns how many there are."""
    book = Book(paths.find(str(home)))
    book.config.save(person_initials="JT")
    demo.fill(book, days=days)
    number = book.db.execute_sql("SELECT count(*) FROM record").fetchone()[0]
    book.close()
    return int(number)


def say(what: str, ratio: float, limit: float, ours: str, bare: str) -> None:
    """One figure: its ratio, the limit, and both absolutes."""
    verdict = "ok" if ratio <= limit else "ABOVE"
    print(f"{what:<52} {ratio:5.2f}  (limit {limit:.2f}, {verdict})   {ours} / {bare}", flush=True)


def pairs(runs: int, ours: Callable[[], float], bare: Callable[[], float]) -> tuple[float, float, float]:
    """Both in turn, so that a machine that slows down slows both; the median ratio and both medians."""
    ours(), bare()
    found = [(ours(), bare()) for _ in range(runs)]
    return (
        statistics.median(a / b for a, b in found),
        statistics.median(a for a, _ in found),
        statistics.median(b for _, b in found),
    )


def process(*command: str) -> float:
    """Seconds of one whole process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def commands(home: Path, runs: int) -> None:
    """`lsa tally c` as a whole process."""
    tally = ("-m", "lsa_tui", "--home", str(home), "tally", "c")
    imports = ("-c", "import peewee, argparse, tomllib")
    ratio, ours, bare = pairs(runs, lambda: process(*tally), lambda: process(*imports))
    say(
        "lsa tally c / python -c 'import peewee, argparse, ..'",
        ratio,
        2.0,
        f"{ours * 1000:.0f} ms",
        f"{bare * 1000:.0f} ms",
    )
    words = ["--home", str(home), "tally", "c"]
    code = f"import sys, lsa_tui.cli.main as m; m.main({words!r}); sys.exit('textual' in sys.modules)"
    without = subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0
    print(f"{'  without Textual in sys.modules':<52} {'yes' if without else 'NO'}")


class Bare(Terminal):
    """A bare Textual application with as many widgets, in the same kind of terminal."""

    COMMAND = (str(HERE / "bare.py"),)


def painted(terminal: Terminal, words: str) -> float:
    """Seconds from the start of the process until words stand on the screen."""
    until = time.perf_counter() + 30
    while time.perf_counter() < until:
        if words in terminal.text():
            return time.perf_counter() - terminal.began
        time.sleep(0.0005)
    raise SystemExit(f"{words!r} never came:\n{terminal.text()}")


def first_paint(home: Path, runs: int) -> None:
    """From the start of the process to the first whole screen."""

    def ours() -> float:
        with Terminal(home, SIZE) as terminal:
            return painted(terminal, "More")

    def bare() -> float:
        with Bare(home, SIZE) as terminal:
            return painted(terminal, "More")

    ratio, mine, other = pairs(runs, ours, bare)
    say("first paint / a bare Textual app, 40x20", ratio, 1.3, f"{mine * 1000:.0f} ms", f"{other * 1000:.0f} ms")


def press(home: Path, number: int, **env: str) -> list[float]:
    """Seconds from writing a key to the terminal until its count (committed before) comes back, for each press."""
    spent = []
    with Terminal(home, SIZE, **env) as terminal:
        terminal.wait("More")
        terminal.send("]")
        terminal.wait("Calling")
        time.sleep(1.0)  # the first second's work of any program
        seen = int(re.search(r"c +(\d+) ", terminal.text())[1])  # type: ignore[index]
        for count in range(seen + 1, seen + 1 + number):
            before = len(terminal.output)
            wanted = f" {count}".encode()
            began = time.perf_counter()
            terminal.send("c")
            while wanted not in terminal.output[before:]:
                if time.perf_counter() - began > 5:
                    raise SystemExit(f"a key was not answered:\n{terminal.text()}")
                time.sleep(0.0002)
            spent.append(time.perf_counter() - began)
            time.sleep(0.18)  # slower than a child leaning on the keys
    return spent


def keys(day: Path, year: Path, number: int) -> None:
    """Key -> durable -> painted, with a year of records and with one day."""
    committed = marks_in(year)
    full, small = press(year, number), press(day, number)
    assert marks_in(year) - committed == number, "every key is one committed mark"
    for name, value, limit in (
        ("key to committed to painted, a year: median", statistics.median(full), 16.7),
        ("key to committed to painted, a year: p95", statistics.quantiles(full, n=20)[-1], 33.0),
    ):
        print(f"{name:<52} {value * 1000:5.1f} ms  (limit {limit} ms, {'ok' if value * 1000 <= limit else 'ABOVE'})")
    blank, mark = statistics.median(blanks(year, number // 2)), statistics.median(full)
    say(
        "blank key to painted / mark key, a year, 40x20",
        blank / mark,
        1.5,
        f"{blank * 1000:.1f} ms",
        f"{mark * 1000:.1f} ms",
    )
    ratio = statistics.median(full) / statistics.median(small)
    say(
        "  a year / one day",
        ratio,
        1.2,
        f"{statistics.median(full) * 1000:.1f} ms",
        f"{statistics.median(small) * 1000:.1f} ms",
    )


def blanks(home: Path, number: int) -> list[float]:
    """Seconds from writing the blank key to the terminal until nothing but a clock is painted, for each press."""
    spent = []
    with Terminal(home, SIZE) as terminal:
        terminal.wait("More")
        terminal.send("]")
        terminal.wait("Calling")
        time.sleep(1.0)
        for _ in range(number):
            before = len(terminal.output)
            began = time.perf_counter()
            terminal.send("z")
            while b"again: lock" not in terminal.output[before:]:  # the last line of the screen
                if time.perf_counter() - began > 5:
                    raise SystemExit(f"the blank key was not answered:\n{terminal.text()}")
                time.sleep(0.0002)
            spent.append(time.perf_counter() - began)
            time.sleep(0.1)
            shown = terminal.text()
            assert "Calling" not in shown, shown
            terminal.send(" ")
            terminal.wait("Calling")
            time.sleep(0.05)
    return spent


def marks_in(home: Path) -> int:
    """Marks of calling out on the home's last day."""
    book = Book(paths.find(str(home)))
    tile = behaviours.at_letter(book, "c", book.focus)
    found = read.counts(book.db, book.focus, book.today().isoformat()).get(tile.id if tile else None, 0)
    book.close()
    return found


def summaries(day: Path, year: Path) -> None:
    """A day's summary from a year of records and from one day, without the start of Python."""
    from lsa_tui.documents import render, summary

    def once(home: Path) -> float:
        book = Book(paths.find(str(home)))
        # The last full day in the year's home, the only one in the other: days of the same length.
        on = book.today()
        began = time.perf_counter()
        for _ in range(5):
            render.render(summary.build(book, on, "lsa"), "json")
        spent = (time.perf_counter() - began) / 5
        book.close()
        return spent

    ratio, ours, bare = pairs(5, lambda: once(year), lambda: once(day))
    say("a day's summary from a year / from one day", ratio, 1.5, f"{ours * 1000:.1f} ms", f"{bare * 1000:.1f} ms")


def resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no VmRSS")


def memory(home: Path) -> None:
    """Resident memory after the first paint and a few screens."""
    with contextlib.ExitStack() as stack:
        ours, bare = stack.enter_context(Terminal(home, SIZE)), stack.enter_context(Bare(home, SIZE))
        ours.wait("More")
        bare.wait("More")
        ours.send("]cc")
        ours.wait("Calling")
        time.sleep(0.5)
        mine, other = resident(ours.process.pid), resident(bare.process.pid)
    say("resident memory / the bare app", mine / other, 1.4, f"{mine:.0f} MiB", f"{other:.0f} MiB")


def idle(home: Path) -> None:
    """What is written to the terminal while nothing happens."""
    with Terminal(home, SIZE) as terminal:
        terminal.wait("More")
        terminal.send("]")
        terminal.wait("Calling")
        time.sleep(2)
        book = Book(paths.find(str(home)))
        running = len(read.still_open(book.db, "bout", book.focus))
        backlog = log.backlog(book.db)
        book.close()
        while timedelta(seconds=time.time() % 60) > timedelta(seconds=50):
            time.sleep(1)
        before = len(terminal.output)
        time.sleep(5)
        written = len(terminal.output) - before
        print(f"{'idle for 5 s, bytes to the terminal':<52} {written}  ({running} durations running, {backlog} here)")


if __name__ == "__main__":
    os.environ.pop("LSA_NOW", None)
    main()
