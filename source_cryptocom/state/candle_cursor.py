"""How far a series of candles was read: where the next sync begins."""

from dataclasses import dataclass

from source_cryptocom.state.state import UnusableState

_EMPTY = "empty "


@dataclass(frozen=True)
class CandleCursor:
    """The next sync begins with the candle that opens at `open_ms`, in ms since the epoch.

    `empty`: the exchange had no candle of the series at all, so that every candle which opens then or later is new.
    """

    open_ms: int
    empty: bool = False

    def as_state(self) -> str:
        """`1786968000000`, or `empty 1786968000000`."""
        return f"{_EMPTY if self.empty else ''}{self.open_ms}"

    @property
    def position_ms(self) -> int:
        return self.open_ms

    @property
    def last_record_ms(self) -> int:
        return 0 if self.empty else self.open_ms

    def at_last_record(self) -> "CandleCursor":
        return self


def parse_candle_cursor(state: str) -> CandleCursor:
    """Raises UnusableState."""
    try:
        return CandleCursor(int(state.removeprefix(_EMPTY)), state.startswith(_EMPTY))
    except (AttributeError, ValueError):
        raise UnusableState(f"a candle cursor is {str(state)[:60]!r}") from None
