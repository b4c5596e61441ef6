"""How far an instrument's trades were read: where the next sync begins, and what it must not emit again."""

from dataclasses import dataclass
from typing import Any

from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.state.series_positions import Position, PositionFormat


@dataclass(frozen=True)
class TradePosition(Position):
    """Every trade before `read_to_ns` was emitted, and of those at or after it exactly the ones in `trade_ids`.

    `latest_ns` is the time of the newest trade known, 0 where the instrument has had none. Times in ns.
    """

    read_to_ns: int
    latest_ns: int = 0
    trade_ids: tuple[str, ...] = ()

    def as_state(self) -> list[str]:
        return [str(self.read_to_ns), *([str(self.latest_ns), *self.trade_ids] if self.latest_ns else [])]

    @property
    def position_ms(self) -> int:
        return self.read_to_ns // NS_PER_MS

    @property
    def last_record_ms(self) -> int:
        return self.latest_ns // NS_PER_MS

    def at_last_record(self) -> "TradePosition":
        """A quiet instrument's cursor comes from this machine's clock: without that it stands behind the last trade."""
        return TradePosition(min(self.read_to_ns, self.latest_ns + 1), self.latest_ns, self.trade_ids)


def parse_trade_cursor(state: Any) -> TradePosition:
    """Raises ValueError."""
    if not isinstance(state, list) or not all(isinstance(part, str) for part in state):
        raise ValueError("not a list of texts")
    read_to_ns, latest_ns = (int(part) for part in (*state, "0")[:2])
    return TradePosition(read_to_ns, latest_ns, tuple(state[2:]))


TRADE_POSITIONS = PositionFormat(parse_trade_cursor)
