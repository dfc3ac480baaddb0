"""JSON as text, one for one value: keys sorted, letters as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def encoder(between: str, after_key: str) -> Callable[[Any], str]:
    """What writes a value as JSON, with these separators.

    `json.dumps` and `JSONEncoder.encode` make their encoder anew at every call, which costs as much as a short text.
    """
    settings = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(between, after_key))
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return settings.encode
    quoted = json.encoder.encode_basestring
    encode = make(None, settings.default, quoted, None, after_key, between, True, False, True)
    return lambda value: "".join(encode(value, 0))
