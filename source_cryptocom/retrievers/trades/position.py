"""How far an instrument's trades were read: where the next sync begins, and what it must not emit again."""

from dataclasses import dataclass, replace
from typing import Any

from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.state.series_positions import Position, PositionFormat

_SINCE = "since "


@dataclass(frozen=True)
class TradePosition(Position):
    """Every trade before `read_to_ns` was emitted, and of those at or after it exactly the ones in `trade_ids`.

    `latest_ns` is the time of the newest trade known, 0 where the instrument has had none. `since_ns`: trades before
    it were not read; None in states of earlier versions. Times in ns.
    """

    read_to_ns: int
    latest_ns: int = 0
    trade_ids: tuple[str, ...] = ()
    since_ns: int | None = None

    def as_state(self) -> list[str]:
        known = [str(self.latest_ns), *self.trade_ids] if self.latest_ns else []
        return [str(self.read_to_ns), *known, *([] if self.since_ns is None else [f"{_SINCE}{self.since_ns}"])]

    @property
    def position_ms(self) -> int:
        return self.read_to_ns // NS_PER_MS

    @property
    def last_record_ms(self) -> int:
        return self.latest_ns // NS_PER_MS

    def at_last_record(self) -> "TradePosition":
        """A quiet instrument's cursor comes from this machine's clock: without that it stands behind the last trade."""
        return replace(self, read_to_ns=min(self.read_to_ns, self.latest_ns + 1))


def parse_trade_cursor(state: Any) -> TradePosition:
    """Raises ValueError."""
    if not isinstance(state, list) or not all(isinstance(part, str) for part in state):
        raise ValueError("not a list of texts")
    since = [int(part.removeprefix(_SINCE)) for part in state if part.startswith(_SINCE)]
    read_to, *known = [part for part in state if not part.startswith(_SINCE)]
    latest, *trade_ids = known or ["0"]
    return TradePosition(int(read_to), int(latest), tuple(trade_ids), since[0] if since else None)


TRADE_POSITIONS = PositionFormat(parse_trade_cursor)
