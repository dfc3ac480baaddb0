"""What a command came to, and the checks that every refusal must pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its JSON document; that it went well is part of it."""
        assert self.code == 0, self
        return json.loads(self.out)


RunLsa = Callable[..., Ran]


def refused(done: Ran, *said: str, code: int = 2) -> None:
    """Checks an error: the exit code, one sentence on standard error, nothing on standard output."""
    assert done.code == code, done
    assert done.out == ""
    assert done.err.startswith("lsa: ")
    assert "Traceback" not in done.err
    for words in said:
        assert words in done.err, done.err
