"""What the connector must emit for a market, row by row: the tables' columns written down once more, by hand.

Nothing here is shared with the connector. Times are RFC 3339 in UTC with milliseconds, decimals the exchange's own
digits, counts integers, and `0` as an expiry is null.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from simulated_exchange.market import NS_PER_MS, Market
from simulated_exchange.market_rows import EXTRA_NUMBER

Row = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TICKER_COLUMNS = {
    "i": "instrument",
    "h": "high",
    "l": "low",
    "a": "last_price",
    "v": "volume",
    "vv": "volume_value",
    "c": "change",
    "b": "bid",
    "k": "ask",
    "oi": "open_interest",
}


def rfc3339(time_ms: int) -> str:
    """`1786921599729` is `2026-08-16T23:06:39.729Z`."""
    moment = _EPOCH + timedelta(milliseconds=time_ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def expected_instruments(market: Market) -> list[Row]:
    return [_instrument(market, name) for name in market.names]


def expected_tickers(market: Market, timestamp: Callable[[str], str] | None = None) -> list[Row]:
    """Rows without `timestamp`, which depends on the moment of the request, unless a function of the instrument's name
    tells it."""
    rows = []
    for name in market.names:
        captured = market.listing(name).ticker
        row = {column: captured[letter] for letter, column in _TICKER_COLUMNS.items()}
        row |= {key: value for key, value in captured.items() if key not in _TICKER_COLUMNS}
        if timestamp is not None:
            row["timestamp"] = timestamp(name)
        rows.append(row | _unannounced(market))
    return rows


def expected_book(market: Market, instrument: str, depth: int = 50) -> Row:
    """Without `timestamp`, which depends on the moment of the request. Levels are [price, quantity, orders]."""
    book = market.listing(instrument).book
    row: Row = {"instrument": instrument, "depth": depth, "bids": book.bids[:depth], "asks": book.asks[:depth]}
    return row | _unannounced(market)


def expected_trades(market: Market, instrument: str, start_ns: int, end_ns: int) -> list[Row]:
    """All trades of [start_ns, end_ns) that have happened by now, newest first."""
    return [
        {
            "trade_id": trade.trade_id,
            "instrument": instrument,
            "side": {"buy": "BUY", "sell": "SELL"}[trade.side],
            "price": trade.price,
            "quantity": trade.quantity,
            "timestamp": rfc3339(trade.timestamp_ns // NS_PER_MS),
            "timestamp_ns": str(trade.timestamp_ns),
            "match_id": trade.match_id,
        }
        | _unannounced(market)
        for trade in market.trades(instrument, start_ns, end_ns)
    ]


def expected_candles(market: Market, instrument: str, timeframe: str, start_ms: int | None, end_ms: int) -> list[Row]:
    """All candles that open in [start_ms, end_ms), oldest first; a forming one as it is at the market's present."""
    return [
        {
            "instrument": instrument,
            "timeframe": timeframe,
            "timestamp": rfc3339(candle.open_ms),
            "open": candle.open,
            "high": candle.high,
            "low": candle.low,
            "close": candle.close,
            "volume": candle.volume,
        }
        | _unannounced(market)
        for candle in market.candles(instrument, timeframe, start_ms, end_ms)
    ]


def _instrument(market: Market, name: str) -> Row:
    row = dict(market.listing(name).row)
    expiry_ms = int(row.pop("expiry_timestamp_ms"))
    row["expiry_time"] = rfc3339(expiry_ms) if expiry_ms else None
    row["quote_decimals"] = int(row["quote_decimals"])
    row["quantity_decimals"] = int(row["quantity_decimals"])
    return row | _unannounced(market)


def _unannounced(market: Market) -> Row:
    return {"new_field": "x", "new_number": EXTRA_NUMBER} if market.extra_fields else {}
