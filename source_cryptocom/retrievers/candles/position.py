"""How far a series of candles was read: where the next sync begins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from source_cryptocom.state.series_positions import Position, PositionFormat

_EMPTY = "empty "
_SINCE = " since "


@dataclass(frozen=True)
class CandlePosition(Position):
    """The next sync begins with the candle that opens at `open_ms`, in ms since the epoch.

    `empty`: the exchange had no candle of the series at all, so that every candle which opens then or later is new.
    `since_ms`: every candle from then on was emitted; 0 for all there are, None in states of earlier versions.
    """

    open_ms: int
    empty: bool = False
    since_ms: int | None = None

    def as_state(self) -> str:
        """`1786968000000 since 1786900000000`, or `empty 1786968000000`."""
        since = "" if self.since_ms is None else f"{_SINCE}{self.since_ms}"
        return f"{_EMPTY if self.empty else ''}{self.open_ms}{since}"

    @property
    def position_ms(self) -> int:
        return self.open_ms

    @property
    def last_record_ms(self) -> int:
        return 0 if self.empty else self.open_ms


def parse_candle_cursor(state: str) -> CandlePosition:
    """Raises AttributeError or ValueError for anything else."""
    open_ms, _, since = state.removeprefix(_EMPTY).partition(_SINCE)
    return CandlePosition(int(open_ms), state.startswith(_EMPTY), int(since) if since else None)


def _pack(cursors: Mapping[str, CandlePosition]) -> dict[str, dict[str, list[str]]]:
    """By timeframe and cursor: most series stand at the same candle, so its time is written once."""
    packed: dict[str, dict[str, list[str]]] = {}
    for series, cursor in cursors.items():
        timeframe, instrument = series.split(" ", 1)
        packed.setdefault(timeframe, {}).setdefault(cursor.as_state(), []).append(instrument)
    return packed


def _unpack(cursors: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for timeframe, by_cursor in cursors.items():
        if not isinstance(by_cursor, Mapping) or not all(isinstance(names, list) for names in by_cursor.values()):
            yield timeframe, None  # their series are unknown
            continue
        for cursor, instruments in by_cursor.items():
            for instrument in instruments:
                yield f"{timeframe} {instrument}", cursor


CANDLE_POSITIONS = PositionFormat(parse_candle_cursor, _pack, _unpack)
