"""Rows of the exchange's real shapes, and what a stream needs around it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.rate_limits import MethodBudget, RateLimit, RequestBudget
from source_cryptocom.api.retry_policy import SYNC_RETRIES, RetryPolicy
from source_cryptocom.config import Config, parse_config
from source_cryptocom.context import SyncContext
from source_cryptocom.instruments import Instruments
from unit_tests.support.unlimited import unlimited

Row = dict[str, Any]

API_KEY, API_SECRET = "demo-key-abcdef", "demo-secret-0123456789"
BASE_URL = "https://exchange.test/exchange/v1/"
NOW_MS = 1_786_968_000_000
"""2026-08-17T12:00:00Z, a Monday."""
DAY_MS = 86_400_000
ACCOUNT = "0c6f5d1e-0000-4000-8000-00000000a001"


def config(with_key: bool = True, **fields: Any) -> Config:
    """A parsed config for BASE_URL; `fields` add to it or replace."""
    account = {"api_key": API_KEY, "api_secret": API_SECRET} if with_key else {}
    return parse_config({**account, "base_url": BASE_URL, "hours_between_syncs": 0, **fields}, NOW_MS)


class UnlimitedBudget(RequestBudget):
    """Requests leave at once, and a refused one waits for itself alone."""

    def for_method(self, method: str, limit: RateLimit) -> MethodBudget:
        return unlimited(method, limit)


def sync(
    retry_policy: RetryPolicy = SYNC_RETRIES,
    workers: Mapping[str, int] | None = None,
    now_ms: int = NOW_MS,
    listed: Sequence[str] | None = None,
    **fields: Any,
) -> SyncContext:
    """A sync at `now_ms` that does not pace its requests; `fields` are the config's, `listed` the instruments."""
    parsed = config(**fields)
    api = ExchangeApi(parsed.base_url, parsed.credentials, retry_policy, UnlimitedBudget())
    context = SyncContext(parsed, api, workers or {}, told_time=lambda: now_ms)
    if listed is not None:
        context.__dict__["instruments"] = Instruments(lambda: [instrument(name) for name in listed])
    return context


def answer(data: Any, **result: Any) -> Row:
    """The envelope of a success."""
    return {"id": -1, "method": "public/any", "code": 0, "result": {"data": data, **result}}


def refusal(code: int | str, message: str = "") -> Row:
    """The envelope of a failure."""
    return {"id": -1, "method": "public/any", "code": code, "message": message}


def instrument(symbol: str, **fields: Any) -> Row:
    base, _, quote = symbol.partition("_")
    return {
        "symbol": symbol,
        "inst_type": "CCY_PAIR",
        "display_name": f"{base}/{quote}",
        "base_ccy": base,
        "quote_ccy": quote,
        "quote_decimals": 5,
        "quantity_decimals": 8,
        "price_tick_size": "0.00001",
        "qty_tick_size": "0.00000001",
        "max_leverage": "50",
        "tradable": True,
        "expiry_timestamp_ms": 0,
        **fields,
    }


def ticker(name: str, **fields: Any) -> Row:
    return {
        "i": name,
        "h": "101.5",
        "l": "99.25",
        "a": "100.10",
        "c": "-0.0123",
        "b": "100.05",
        "bs": "3.5",
        "k": "100.15",
        "ks": "1.25",
        "v": "5120.75",
        "vv": "512587.07",
        "oi": None,
        "t": NOW_MS - 400,
        **fields,
    }


def trade(name: str, tn: int, number: int | None = None, **fields: Any) -> Row:
    """A public trade at `tn` ns; `number` is its id, else its time is."""
    return {
        "d": str(tn if number is None else number),
        "t": tn // 1_000_000,
        "tn": tn,
        "q": "0.25",
        "p": "100.10",
        "s": "buy",
        "i": name,
        "m": str(tn + 7),
        **fields,
    }


def candle(open_ms: int, **fields: Any) -> Row:
    return {"o": "100.0", "h": "100.9", "l": "99.1", "c": "100.4", "v": "12.75", "t": open_ms, **fields}


def order(number: str, created_ns: int, updated_ms: int | None = None, **fields: Any) -> Row:
    """An order of the history; it ended when it was made, unless `updated_ms` says otherwise."""
    return {
        "account_id": ACCOUNT,
        "order_id": number,
        "client_oid": f"mine-{number}",
        "order_type": "LIMIT",
        "time_in_force": "GOOD_TILL_CANCEL",
        "side": "BUY",
        "exec_inst": ["POST_ONLY"],
        "quantity": "0.500",
        "limit_price": "99.95",
        "avg_price": "99.95",
        "status": "FILLED",
        "instrument_name": "BTC_USD",
        "create_time": created_ns // 1_000_000,
        "create_time_ns": str(created_ns),
        "update_time": created_ns // 1_000_000 if updated_ms is None else updated_ms,
        **fields,
    }


def fill(number: str, created_ns: int, **fields: Any) -> Row:
    return {
        "account_id": ACCOUNT,
        "event_date": "2026-08-16",
        "journal_type": "TRADING",
        "side": "BUY",
        "instrument_name": "BTC_USD",
        "fees": "-0.0125",
        "trade_id": number,
        "trade_match_id": "4611686018487900001",
        "create_time": created_ns // 1_000_000,
        "traded_price": "99.95",
        "traded_quantity": "0.500",
        "match_count": 1,
        "order_id": "7001",
        "create_time_ns": str(created_ns),
        "transact_time_ns": str(created_ns + 250_000),
        **fields,
    }


def ledger_entry(journal: str, event_ns: int, **fields: Any) -> Row:
    return {
        "account_id": ACCOUNT,
        "event_date": "2026-08-16",
        "journal_type": "TRADING",
        "journal_id": journal,
        "transaction_qty": "-0.500",
        "transaction_cost": "-49.975",
        "event_timestamp_ms": event_ns // 1_000_000,
        "event_timestamp_ns": str(event_ns),
        "taker_side": "",
        "instrument_name": "BTC",
        **fields,
    }


def position(name: str, **fields: Any) -> Row:
    return {
        "account_id": ACCOUNT,
        "instrument_name": name,
        "type": "PERPETUAL_SWAP",
        "quantity": "-2.50",
        "cost": "-250.125",
        "update_timestamp_ms": NOW_MS - 60_000,
        **fields,
    }


def account_balance(*assets: Row, **fields: Any) -> Row:
    return {
        "instrument_name": "USD",
        "total_available_balance": "1500.250000000000000001",
        "is_liquidating": False,
        "credit_limits": [],
        "position_balances": list(assets),
        **fields,
    }


def asset(name: str, quantity: Any = "1.000000000000000001", **fields: Any) -> Row:
    return {
        "instrument_name": name,
        "quantity": quantity,
        "reserved_qty": "0",
        "collateral_eligible": True,
        **fields,
    }


def body(envelope: Mapping[str, Any]) -> bytes:
    """As it travels."""
    return json.dumps(envelope).encode()
