"""Taking in what arrived: the changes of others become this device's own, with the records they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from lsa_tui.daybook import cleaning
from lsa_tui.records import erasures, fold, log
from lsa_tui.sync.arriving import Piece
from lsa_tui.sync.local import NOTHING
from lsa_tui.sync.shared import Heads
from lsa_tui.vault import cipher

_DAY_MS = 24 * 60 * 60 * 1000

_WRITTEN = itemgetter("hlc")
"""In the order of their writing, about, the indexes are added to at their ends and not all over."""


@dataclass
class Taken:
    """What was taken in: how many changes were new, a sentence for each chain that could not be continued (by its
    device), and what was erased here of it or for it."""

    received: int
    stopped: dict[str, str]
    erased: erasures.Obeyed


def take_in(db: Any, arrived: Mapping[str, Piece], author: log.Author) -> Taken:
    """Inserts checked chains, folds their records, and erases what is to go; inside one transaction.

    `author`: who does it, for an erasure that names what others could not know of.
    """
    stopped: dict[str, str] = {}
    own = log.device(db)
    if own in arrived:  # this home was brought back from a copy: what it once shared comes home
        log.seal(db)
    before = fold.held(db, {one["row"] for piece in arrived.values() for one in piece.changes})
    new = _continuing(log.read_heads(db), arrived)
    # All at once; chain by chain only where one of them does not fit.
    everything = [change for piece, _ in new.values() for change in piece.changes]
    whole = all(fits for _, fits in new.values()) and _inserted(db, everything)
    came = Piece()
    for dev, (piece, fits) in new.items():
        first, last = piece.changes[0], piece.changes[-1]
        if not whole and not (fits and _inserted(db, piece.changes)):
            stopped[dev] = f"the changes of device {dev} from {first['seq']} on do not fit to what is here"
            continue
        log.set_head(db, dev, last["seq"], last["chain"])
        if dev == own:
            log.new_device(db)  # somebody may write on under the old id: a twin, or this home as it was before
        came.changes += piece.changes
        came.bodies += piece.bodies
    _advance_clock(db, came.changes, author.now_ms)
    fold.fold_arrived(db, came.changes, came.bodies, before)
    return Taken(len(came.changes), stopped, erasures.obey(db, came.changes, author))


def _continuing(held: Heads, arrived: Mapping[str, Piece]) -> dict[str, tuple[Piece, bool]]:
    """What is new of each chain, and whether it fits to the end that is held of it."""
    found = {}
    for dev, piece in arrived.items():
        seq, chain = held.get(dev, NOTHING)
        # Another sync of this home may have been quicker.
        known = min(max(seq - piece.changes[0]["seq"] + 1, 0), len(piece.changes)) if piece.changes else 0
        new = Piece(piece.changes[known:], piece.bodies[known:])
        if new.changes:
            # Each was checked as it was read; whether it may be without a body, when all had been.
            found[dev] = new, log.first_broken(new.changes[:1], seq, chain, lambda _: True) is None
    return found


def clear(db: Any, erased: erasures.Obeyed) -> None:
    """Takes away what this device remembers of erased pupils, and has the bytes of all that was erased removed."""
    for pupil in erased.pupils:
        cleaning.drop_facts(db, pupil)
    # A twin of a home that was copied may have kept what was undone here: no change is left by which an erasure of it
    # could find the bytes.
    has_twin = len(log.own_chains(db)) > 1
    if erased.changes or erased.own or erased.pupils or (erased.heard and has_twin):
        cleaning.mark(db)


def _inserted(db: Any, changes: Sequence[Mapping[str, Any]]) -> bool:
    try:
        with db.atomic():
            log.insert_changes(db, sorted(changes, key=_WRITTEN))
    except cipher.integrity_errors():  # a uid that another chain holds
        return False
    return True


def _advance_clock(db: Any, changes: Sequence[Mapping[str, Any]], now_ms: int) -> None:
    """So that what is written next comes after what was seen; a clock that is years fast is not followed."""
    believed = [one["hlc"] for one in changes if one["hlc"] >> 16 <= now_ms + _DAY_MS]
    log.set_meta(db, "hlc", str(max([int(log.get_meta(db, "hlc") or 0), *believed])))
