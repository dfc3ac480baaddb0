"""A plain shared file in whose place something else was written as a whole: what is said, and that the advice works."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lsa_tui.errors import LsaError, SyncIncomplete
from lsa_tui.sync import checking, rekeying
from lsa_tui.sync.run import sync
from sharing import PASS, note, texts, tree


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("letter.txt", "Dear parents, " * 200)
    return made.getvalue()


OTHERS: dict[str, Callable[[], bytes]] = {
    "a text": lambda: b"shopping list\n",
    "a zip": zipped,
    "noise": lambda: random.Random(7).randbytes(70_001),
    "noise of whole pages": lambda: random.Random(7).randbytes(8 * 4096),
}


@pytest.mark.parametrize("what", OTHERS)
def test_it_is_said_and_moving_it_away_mends_it(homes, shared: Path, url: str, agree, what: str) -> None:
    one, two = homes("jt"), homes("lp")
    for book in (one, two, one):
        note(book, f"from {book.author()}")
        sync(book, url)
    shared.write_bytes(OTHERS[what]())
    before = tree(shared.parent)
    note(two, "here alone")
    with pytest.raises(SyncIncomplete) as caught:
        sync(two, url)
    said = str(caught.value)
    assert "is no shared file any more" in said
    assert "move it away, and the next sync makes it anew from what the devices hold" in said
    assert ("its keys are gone" in said) == (what == "noise of whole pages"), "only that may be an encrypted one"
    assert "join" not in said
    (found,) = [one for one in checking.examine(two, url) if not one.well]
    assert said.startswith(found.says)
    assert found.does == "", "no repair does it"
    assert tree(shared.parent) == before, "nothing was touched"
    shared.rename(shared.with_name("elsewhere"))  # as it says
    assert sync(two, url).verified
    for book in (one, two):
        sync(book, url)
    agree(one, two)
    assert "here alone" in texts(one)


@pytest.mark.parametrize("what", OTHERS)
def test_a_file_that_was_named_by_mistake_is_still_not_ours(homes, shared: Path, url: str, what: str) -> None:
    shared.write_bytes(OTHERS[what]())
    before = tree(shared.parent)
    with pytest.raises(SyncIncomplete, match="choose another place"):
        sync(homes("jt"), url)
    assert tree(shared.parent) == before


def test_one_that_was_encrypted_meanwhile_and_lost_its_keys(homes, shared: Path, url: str, agree) -> None:
    one, two = homes("jt"), homes("lp")
    for book in (one, two, one):
        sync(book, url)
    rekeying.rekey(one, lambda: PASS, url)
    shared.with_name("school.db.keys").unlink()
    before = tree(shared.parent)
    with pytest.raises(SyncIncomplete, match="somebody has encrypted it meanwhile, its keys are gone: let that device"):
        sync(two, url)
    assert tree(shared.parent) == before
    sync(one, url)
    sync(two, url, ask=lambda _: PASS)
    agree(one, two)


@pytest.mark.parametrize("harm", ["damaged", "another's"])
def test_a_damaged_one_is_not_set_aside_where_no_new_one_can_be_made(homes, shared: Path, url: str, harm: str) -> None:
    """For what lies beside it says that it was to be encrypted."""
    one, far = homes("jt"), homes("far", encrypted=True)
    note(one, "counted on")
    sync(one, url)
    other = shared.with_name("other.db")
    sync(far, f"sqlite:///{other}", ask=lambda _: PASS)
    content = other.with_name("other.db.keys").read_bytes()
    shared.with_name("school.db.keys").write_bytes(content[:-9] if harm == "damaged" else content)
    shared.write_bytes(bytes(100) + shared.read_bytes()[100:])
    before = tree(shared.parent)
    for _ in range(2):
        with pytest.raises(LsaError, match=r"[Nn]othing was changed"):
            sync(one, url)
        assert tree(shared.parent) == before
