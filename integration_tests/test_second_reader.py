"""ccxt, the library of most programs that read exchanges, reads the same exchange: each field that both have is equal.

Where the two differ by what they mean, the tests at the end say which of them the exchange's documentation bears out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from integration_tests.connector import KEY, SECRET, config_for, sync
from integration_tests.shared_clock import DAY_NS, NOON_NS, NS_PER_MS, SharedClock, moment, ns_of
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

cryptocom: Any = pytest.importorskip("ccxt", reason="`make qa` has an environment of its own").cryptocom

Row = Mapping[str, Any]
NOON_MS = NOON_NS // NS_PER_MS
SINCE_MS = NOON_MS - 7 * DAY_NS // NS_PER_MS
STATUSES = {"FILLED": "closed", "CANCELED": "canceled", "REJECTED": "rejected", "EXPIRED": "expired", "ACTIVE": "open"}
TIMES_IN_FORCE = {"GOOD_TILL_CANCEL": "GTC", "IMMEDIATE_OR_CANCEL": "IOC", "FILL_OR_KILL": "FOK"}
# ccxt says buy and sell before version 4.5.90.
SIDES = {"long": "long", "short": "short", "buy": "long", "sell": "short"}
MOVEMENTS = {
    "deposit": {"0": "pending", "1": "ok", "2": "failed", "3": "pending"},
    "withdrawal": {
        "0": "pending",
        "1": "pending",
        "2": "failed",
        "3": "pending",
        "4": "failed",
        "5": "ok",
        "6": "canceled",
    },
}


def peer(base_url: str) -> Any:
    """ccxt's client, with each number as the text that was sent."""
    nonces = count(NOON_MS)

    class Peer(cryptocom):  # type: ignore[misc]
        def fetch(self, url: str, method: str = "GET", headers: Any = None, body: str | None = None) -> Any:
            # The simulated exchange refuses an id that is a text, which the documentation does not allow.
            if body:
                fields = json.loads(body)
                body = json.dumps(fields | {name: int(fields[name]) for name in ("id", "nonce")})
            return super().fetch(url, method, headers, body)

        def nonce(self) -> int:
            return next(nonces)

        def milliseconds(self) -> int:
            return NOON_MS

    client = Peer({"apiKey": KEY, "secret": SECRET, "enableRateLimit": False})
    client.number = str
    client.urls["api"] = dict.fromkeys(client.urls["api"], base_url)
    client.load_markets()
    return client


@dataclass(frozen=True)
class Readings:
    ours: Mapping[str, Sequence[Row]]
    peer: Any

    def symbols(self) -> dict[str, str]:
        """ccxt's name of each instrument."""
        return {market["id"]: symbol for symbol, market in self.peer.markets.items()}

    def theirs(self, table: str) -> list[Row]:
        rows: list[Row] = PAIRS[table].fetch(self)
        return rows


@pytest.fixture(scope="module")
def readings() -> Iterator[Readings]:
    clock = SharedClock()
    market = Market.from_capture(instruments=6, now_ns=clock)
    with clock.patch_connector(), running_exchange(None, seeded_account(NOON_NS), market, now_ns=clock) as exchange:
        exchange.behave(enforce_limits=False)
        config = config_for(exchange, start_date=moment(SINCE_MS * NS_PER_MS), candlestick_timeframes=["1m"])
        ours = sync(config, [*PAIRS, "fee_rate"]).records
        yield Readings(ours, peer(exchange.base_url.rstrip("/")))


def milliseconds(time: str) -> int:
    return ns_of(time) // NS_PER_MS


def each(fetch: Callable[[Any, str], Sequence[Row]]) -> Callable[[Readings], list[Row]]:
    """The rows of every instrument, under its name."""

    def rows(readings: Readings) -> list[Row]:
        symbols = readings.symbols().items()
        return [{**row, "instrument": name} for name, symbol in symbols for row in fetch(readings.peer, symbol)]

    return rows


def candles(client: Any, symbol: str) -> list[Row]:
    found = client.fetch_ohlcv(symbol, "1m", since=NOON_MS - 3_600_000, limit=50)
    names = ("time", "open", "high", "low", "close", "volume")
    return [dict(zip(names, candle, strict=True)) for candle in found]


def book(client: Any, symbol: str) -> list[Row]:
    return [client.fetch_order_book(symbol, 50)]


def perpetual_funding(client: Any, symbol: str) -> list[Row]:
    is_perpetual = client.markets[symbol]["swap"]
    return list(client.fetch_funding_rate_history(symbol, since=SINCE_MS)) if is_perpetual else []


def balances(readings: Readings) -> list[Row]:
    found = readings.peer.fetch_balance()
    return [{**found[name], "currency": name} for name in found["total"]]


def trading_fees(readings: Readings) -> list[Row]:
    found = readings.peer.fetch_trading_fees()
    # The rates of a dated future: see below.
    names = {name: symbol for name, symbol in readings.symbols().items() if not readings.peer.markets[symbol]["future"]}
    return [{**found[symbol], "instrument": name} for name, symbol in names.items()]


def history(method: str) -> Callable[[Readings], list[Row]]:
    return lambda readings: list(getattr(readings.peer, method)(since=SINCE_MS, limit=100))


@dataclass(frozen=True)
class Pair:
    """Rows of both readers that are the same by `key` (ours, theirs), and what both say of one: ours, then theirs."""

    fetch: Callable[[Readings], list[Row]]
    key: tuple[Callable[[Row], object], Callable[[Row], object]]
    fields: Mapping[str, tuple[Callable[[Row], object], Callable[[Row], object]]]


def same(ours: str, theirs: str) -> tuple[Callable[[Row], object], Callable[[Row], object]]:
    """One number, or one text, under two names."""
    return lambda row: value_of(row.get(ours)), lambda row: value_of(row.get(theirs))


def time(ours: str, theirs: str = "timestamp") -> tuple[Callable[[Row], object], Callable[[Row], object]]:
    return lambda row: milliseconds(row[ours]), lambda row: row[theirs]


def value_of(value: object) -> object:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return value or None


def cost_of_fee(row: Row) -> object:
    return value_of(row["fee"]["cost"])


def levels(side: str) -> tuple[Callable[[Row], object], Callable[[Row], object]]:
    return (
        lambda row: [[Decimal(price), Decimal(quantity)] for price, quantity, *_ in row[side]],
        lambda row: [[Decimal(str(price)), Decimal(str(quantity))] for price, quantity, *_ in row[side]],
    )


ORDER_FIELDS = {
    "client_oid": same("client_oid", "clientOrderId"),
    "side": (lambda row: row["side"].lower(), lambda row: row["side"]),
    "type": (lambda row: row["order_type"].lower(), lambda row: row["type"]),
    "status": (lambda row: STATUSES[row["status"]], lambda row: row["status"]),
    "time in force": (lambda row: TIMES_IN_FORCE[row["time_in_force"]], lambda row: row["timeInForce"]),
    "quantity": same("quantity", "amount"),
    "filled": same("cumulative_quantity", "filled"),
    "value": same("cumulative_value", "cost"),
    "fee": (lambda row: value_of(row["cumulative_fee"]), cost_of_fee),
    "created": time("create_time"),
    "updated": time("update_time", "lastTradeTimestamp"),
}


def movement_fields(table: str) -> dict[str, tuple[Callable[[Row], object], Callable[[Row], object]]]:
    return {
        "currency": same("currency", "currency"),
        "amount": same("amount", "amount"),
        "fee": (lambda row: value_of(row["fee"]), cost_of_fee),
        "txid": same("txid", "txid"),
        "status": (lambda row: MOVEMENTS[table].get(row["status"]), lambda row: row["status"]),
        "created": time("create_time"),
        "updated": time("update_time", "updated"),
    }


PAIRS: dict[str, Pair] = {
    "instrument": Pair(
        lambda readings: list(readings.peer.markets.values()),
        (lambda row: row["symbol"], lambda row: row["id"]),
        {
            "base": same("base_ccy", "base"),
            "quote": same("quote_ccy", "quote"),
            "tick of the price": (
                lambda row: Decimal(row["price_tick_size"]),
                lambda row: Decimal(row["precision"]["price"]),
            ),
            "tick of the quantity": (
                lambda row: Decimal(row["qty_tick_size"]),
                lambda row: Decimal(row["precision"]["amount"]),
            ),
            "tradable": (lambda row: row["tradable"], lambda row: row["active"]),
            "expiry": (
                lambda row: row.get("expiry_time") and milliseconds(row["expiry_time"]),
                lambda row: row["expiry"],
            ),
        },
    ),
    "ticker": Pair(
        lambda readings: list(readings.peer.fetch_tickers().values()),
        (lambda row: row["instrument"], lambda row: row["info"]["i"]),
        {
            name: same(name, theirs)
            for name, theirs in {
                "high": "high",
                "low": "low",
                "bid": "bid",
                "ask": "ask",
                "last_price": "last",
                "volume": "baseVolume",
                "volume_value": "quoteVolume",
            }.items()
        },
    ),
    "trade": Pair(
        each(lambda client, symbol: client.fetch_trades(symbol, limit=150)),
        (lambda row: (row["instrument"], row["trade_id"]), lambda row: (row["instrument"], row["id"])),
        {
            "price": same("price", "price"),
            "quantity": same("quantity", "amount"),
            "side": (lambda row: row["side"].lower(), lambda row: row["side"]),
            "time": time("timestamp"),
        },
    ),
    "book": Pair(
        each(book),
        (lambda row: row["instrument"], lambda row: row["instrument"]),
        {"bids": levels("bids"), "asks": levels("asks")},
    ),
    "candlestick": Pair(
        each(candles),
        (lambda row: (row["instrument"], milliseconds(row["timestamp"])), lambda row: (row["instrument"], row["time"])),
        {name: same(name, name) for name in ("open", "high", "low", "close", "volume")},
    ),
    "funding_rate": Pair(
        each(perpetual_funding),
        (
            lambda row: (row["instrument"], milliseconds(row["timestamp"])),
            lambda row: (row["instrument"], row["timestamp"]),
        ),
        {"rate": same("value", "fundingRate")},
    ),
    "user_balance": Pair(
        balances,
        (lambda row: row["instrument_name"], lambda row: row["currency"]),
        {"quantity": same("quantity", "total"), "reserved": same("reserved_qty", "used")},
    ),
    "user_position": Pair(
        lambda readings: list(readings.peer.fetch_positions()),
        (
            lambda row: (row["instrument_name"], row.get("isolation_id")),
            lambda row: (row["info"]["instrument_name"], row["info"].get("isolation_id")),
        ),
        {
            "quantity": (lambda row: abs(Decimal(row["quantity"])), lambda row: Decimal(row["contracts"])),
            "side": (
                lambda row: "short" if row["quantity"].startswith("-") else "long",
                lambda row: SIDES[row["side"]],
            ),
            "profit": same("open_position_pnl", "unrealizedPnl"),
            "updated": time("update_time"),
        },
    ),
    "open_order": Pair(
        lambda readings: list(readings.peer.fetch_open_orders()),
        (lambda row: row["order_id"], lambda row: row["id"]),
        ORDER_FIELDS,
    ),
    "order_history": Pair(history("fetch_orders"), (lambda row: row["order_id"], lambda row: row["id"]), ORDER_FIELDS),
    "user_trade": Pair(
        history("fetch_my_trades"),
        (lambda row: row["trade_id"], lambda row: row["id"]),
        {
            "order": same("order_id", "order"),
            "side": (lambda row: row["side"].lower(), lambda row: row["side"]),
            "price": same("traded_price", "price"),
            "quantity": same("traded_quantity", "amount"),
            "currency of the fee": (lambda row: row["fee_instrument_name"], lambda row: row["fee"]["currency"]),
            "fee, below zero where it was charged": (lambda row: -Decimal(row["fees"]), cost_of_fee),
            "time": time("create_time"),
        },
    ),
    "transaction": Pair(
        history("fetch_ledger"),
        (lambda row: row["journal_id"], lambda row: row["info"]["journal_id"]),
        {
            # ccxt writes DOT.STAKED.
            "currency": (lambda row: row["instrument_name"].upper(), lambda row: row["currency"]),
            "amount": (lambda row: abs(Decimal(row["transaction_qty"])), lambda row: Decimal(row["amount"])),
            "direction": (
                lambda row: "out" if row["transaction_qty"].startswith("-") else "in",
                lambda row: row["direction"],
            ),
            "time": time("event_time"),
        },
    ),
    "deposit": Pair(
        history("fetch_deposits"), (lambda row: row["id"], lambda row: row["id"]), movement_fields("deposit")
    ),
    "withdrawal": Pair(
        history("fetch_withdrawals"), (lambda row: row["id"], lambda row: row["id"]), movement_fields("withdrawal")
    ),
    "expired_settlement_price": Pair(
        lambda readings: list(readings.peer.fetch_settlement_history(None, None, None, {"type": "future"})),
        (
            lambda row: (row["instrument"], milliseconds(row["expiry_time"])),
            lambda row: (row["info"]["i"], row["timestamp"]),
        ),
        {"price": same("value", "price")},
    ),
    "instrument_fee_rate": Pair(
        trading_fees,
        (lambda row: row["instrument_name"], lambda row: row["instrument"]),
        {
            "maker": (lambda row: Decimal(row["effective_maker_rate_bps"]) / 10_000, lambda row: Decimal(row["maker"])),
            "taker": (lambda row: Decimal(row["effective_taker_rate_bps"]) / 10_000, lambda row: Decimal(row["taker"])),
        },
    ),
}


@pytest.mark.parametrize("table", PAIRS)
def test_both_readers_say_the_same(readings: Readings, table: str) -> None:
    pair = PAIRS[table]
    ours = {pair.key[0](row): row for row in readings.ours[table]}
    theirs = {pair.key[1](row): row for row in readings.theirs(table)}
    met = ours.keys() & theirs.keys()
    assert met
    differences = [
        (key, name, mine(ours[key]), other(theirs[key]))
        for key in met
        for name, (mine, other) in pair.fields.items()
        if mine(ours[key]) != other(theirs[key])
    ]
    assert differences == []


def test_the_cost_of_a_short_is_negative_here_and_named_collateral_and_margin_there(readings: Readings) -> None:
    theirs = {PAIRS["user_position"].key[1](row): row for row in readings.theirs("user_position")}
    shorts = [row for row in readings.ours["user_position"] if row["quantity"].startswith("-")]
    assert shorts
    for row in shorts:
        # As in the documentation's example.
        assert Decimal(row["cost"]) < 0
        other = theirs[PAIRS["user_position"].key[0](row)]
        assert (row["cost"], row["open_pos_cost"]) == (other["initialMargin"], other["collateral"])


def test_a_change_of_the_price_is_a_fraction_here_and_called_percentage_there(readings: Readings) -> None:
    theirs = {row["info"]["i"]: row for row in readings.theirs("ticker")}
    for row in readings.ours["ticker"]:
        assert row["change"] == theirs[row["instrument"]]["percentage"]


def test_a_dated_future_costs_what_the_account_pays_here_and_the_rate_of_spot_there(readings: Readings) -> None:
    [future] = [name for name, symbol in readings.symbols().items() if readings.peer.markets[symbol]["future"]]
    [ours] = [row for row in readings.ours["instrument_fee_rate"] if row["instrument_name"] == future]
    theirs = readings.peer.fetch_trading_fees()[readings.symbols()[future]]
    [tier] = readings.ours["fee_rate"]
    assert ours["effective_taker_rate_bps"] == tier["effective_deriv_taker_rate_bps"]
    assert Decimal(theirs["taker"]) * 10_000 == Decimal(tier["effective_spot_taker_rate_bps"])
