"""Which rows of the last day were emitted, so that a sync may read that day again and emit only what came up late.

The exchange shows a row some time after its own time: seconds as a rule, a quarter of an hour in an incident. The
request that ends now brings up to a hundred rows anyway, so it begins as much as a day earlier; what is not known here
is new. Of a busy account the newest MAX_KNOWN rows are known: what lies before them is not read again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from source_cryptocom.clock import MS_PER_DAY, MS_PER_MINUTE, rfc3339
from source_cryptocom.state.state import LOOKBACK_MS, State, UnusableState, past_time

MAX_KNOWN = 100
"""As many as a page holds: to know more would take another request to read them again."""
KNOWN_MS = MS_PER_DAY
LATE_MS = 20 * MS_PER_MINUTE
"""Rows that came up so late in an incident are worth a request, even where pages are small."""


def key_hash(key: str) -> str:
    """Twelve hex digits."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


@dataclass(frozen=True)
class KnownRows:
    """The emitted rows since `from_ms`: the hash of each key, and the latest time of the row in ms."""

    from_ms: int
    latest_ms: Mapping[str, int] = field(default_factory=dict)

    def details(self) -> dict[str, Any]:
        known = {"known": dict(self.latest_ms)} if self.latest_ms else {}
        return {"known_from": rfc3339(self.from_ms), **known}

    @classmethod
    def parse(cls, state: State, now: int) -> "KnownRows | None":
        """None if an earlier version wrote the state. Raises UnusableState."""
        if "known_from" not in state:
            return None
        known = state.get("known", {})
        if not isinstance(known, Mapping) or not all(
            type(ms) is int and 0 <= ms <= now + LOOKBACK_MS for ms in known.values()
        ):
            raise UnusableState("known does not hold rows")
        return cls(past_time(state, "known_from", now), {str(key): ms for key, ms in known.items()})

    def holds(self, key: str) -> bool:
        return key_hash(key) in self.latest_ms

    def with_rows(self, latest_ms_by_key: Mapping[str, int], end_ms: int) -> "KnownRows":
        """The memory after these rows were emitted and everything up to `end_ms` was read."""
        rows = {**self.latest_ms, **{key_hash(key): ms for key, ms in latest_ms_by_key.items()}}
        from_ms = max(self.from_ms, end_ms - KNOWN_MS)
        if len(rows) > MAX_KNOWN:
            from_ms = max(from_ms, sorted(rows.values(), reverse=True)[MAX_KNOWN] + 1)
        return KnownRows(from_ms, {key: ms for key, ms in rows.items() if ms >= from_ms})
