"""How many rows an answer really holds, which may be fewer than were asked for although there are more."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from simulated_exchange.behaviour import Behaviour, setting_for


def page_size(behaviour: Behaviour, method: str, params: Mapping[str, Any], limit: int) -> int:
    """The rows that a page with room for `limit` shows, at least one.

    Where rows are hidden after they were counted, how many differs from one request to the next, and is the same
    for the same request.
    """
    cap = setting_for(method, behaviour.page_caps)
    size = limit if cap is None else min(limit, int(cap))
    if behaviour.hidden_rows:
        asked = f"{method} {sorted(params.items())}"
        size -= 1 + zlib.crc32(asked.encode()) % max(1, int(2 * behaviour.hidden_rows) - 1)
    return max(size, 1)
