"""The public methods: query parameters to the JSON of `result`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from simulated_exchange.answers import Refusal
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.market_interface import MarketData
from simulated_exchange.page_size import page_size
from simulated_exchange.paging import time_ns
from simulated_exchange.timeline import DAY_NS, MS_NS

Params = Mapping[str, str]
PublicMethod = Callable[[MarketData, Behaviour, int, Params], bytes]
"""(market, behaviour, now in ns, parameters) -> JSON of `result`"""

# The documentation lists all but 6h, which the live exchange takes as well.
TIMEFRAMES = frozenset({"1m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1D", "7D", "14D", "1M"})
# Documented for both methods.
DEFAULT_COUNT = 25
# The exchange's own client notes, tested on production: a higher count is cut to this in silence.
MOST_TRADES = 150
MOST_CANDLES = 300
# A probe of the live exchange: 150 levels come, 200 are refused. The documentation says 50.
DEEPEST_BOOK = 150


def instruments(market: MarketData, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    return b'{"data":' + market.instruments_json(behaviour.numbers_as) + b"}"


def tickers(market: MarketData, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    instrument = _instrument(behaviour, params) if "instrument_name" in params else None
    return b'{"data":' + market.tickers_json(behaviour.numbers_as, instrument) + b"}"


def book(market: MarketData, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    """The documentation demands a depth, though the live exchange answers without one, too."""
    depth = _whole_number("depth", params, default=0)
    if depth > DEEPEST_BOOK:
        raise Refusal(40004, "Invalid depth")
    instrument = _instrument(behaviour, params)
    return market.book_json(behaviour.numbers_as, instrument, depth, not behaviour.book_without_time)


def trades(market: MarketData, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    """As documented: one day before the end unless start_ts says more, and at most seven; up to now, unless end_ts
    says less."""
    end_ns = time_ns("end_ts", params["end_ts"]) if "end_ts" in params else now_ns
    start_ns = time_ns("start_ts", params["start_ts"]) if "start_ts" in params else end_ns - DAY_NS
    count = min(_whole_number("count", params, DEFAULT_COUNT), MOST_TRADES)
    count = page_size(behaviour, "public/get-trades", params, count)
    start_ns = max(start_ns, end_ns - 7 * DAY_NS)
    if behaviour.trades_end == "inclusive":
        end_ns += 1
    instrument = _instrument(behaviour, params)
    return b'{"data":' + market.trades_json(behaviour.numbers_as, instrument, start_ns, end_ns, count) + b"}"


def candles(market: MarketData, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    """Without start_ts the candles of the last day, as documented, or all: captured pages, asked for by end_ts and
    count, reached back 300 days.

    By a report of a client's users, start_ts counts only together with end_ts.
    """
    timeframe = params.get("timeframe", "1m")
    if timeframe not in TIMEFRAMES:
        # The exchange's own client notes, tested on production.
        raise Refusal(40003, "Invalid timeframe")
    start_ms = (now_ns - DAY_NS) // MS_NS if behaviour.candle_default_start == "day_ago" else None
    end_ms = now_ns // MS_NS + 1
    if "end_ts" in params:
        end_ms = -(-time_ns("end_ts", params["end_ts"]) // MS_NS)
        start_ms = -(-time_ns("start_ts", params["start_ts"]) // MS_NS) if "start_ts" in params else start_ms
    count = min(_whole_number("count", params, DEFAULT_COUNT), MOST_CANDLES)
    count = page_size(behaviour, "public/get-candlestick", params, count)
    instrument = _instrument(behaviour, params)
    rows = market.candles_json(
        behaviour.numbers_as, instrument, timeframe, start_ms, end_ms, count, behaviour.candle_page
    )
    head = f'{{"interval":"{timeframe}","instrument_name":{json.dumps(instrument)},"data":'
    return head.encode() + rows + b"}"


def _instrument(behaviour: Behaviour, params: Params) -> str:
    instrument = params.get("instrument_name", "")
    if not instrument or instrument in behaviour.refused_instruments:
        raise Refusal(40004, "Invalid instrument_name")
    return instrument


def _whole_number(name: str, params: Params, default: int) -> int:
    text = params.get(name, str(default))
    # A probe of the live exchange: 40004 for a depth and for a count of 0.
    if not text.isdigit() or int(text) < 1:
        raise Refusal(40004, f"Invalid {name}")
    return int(text)


PUBLIC_METHODS: dict[str, tuple[PublicMethod, frozenset[str]]] = {
    "public/get-instruments": (instruments, frozenset()),
    "public/get-tickers": (tickers, frozenset({"instrument_name"})),
    "public/get-book": (book, frozenset({"instrument_name", "depth"})),
    "public/get-trades": (trades, frozenset({"instrument_name", "count", "start_ts", "end_ts"})),
    "public/get-candlestick": (
        candles,
        frozenset({"instrument_name", "timeframe", "count", "start_ts", "end_ts"}),
    ),
}
"""Method -> (what answers it, the parameters it knows)."""
