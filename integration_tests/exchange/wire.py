"""How account rows look on the wire: the fields of each kind of row as a table, and the writer that obeys it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from integration_tests.exchange.account_rows import Wallet
from integration_tests.exchange.behaviour import Behaviour

Shape = tuple[tuple[str, str, bool], ...]
"""(name on the wire and attribute of the row, kind of value, whether the field may be missing); kinds: see _writers"""


def _shape(kind_of: dict[str, str]) -> Shape:
    return tuple((name, kind.rstrip("?"), kind.endswith("?")) for name, kind in kind_of.items())


_ISOLATION = {"isolation_id": "text?", "isolation_type": "text?"}

OPEN_ORDER: Shape = _shape(
    {
        "account_id": "text",
        "order_id": "text",
        "client_oid": "text",
        "order_type": "text",
        "time_in_force": "text",
        "side": "text",
        "exec_inst": "list",
        "quantity": "decimal",
        "limit_price": "decimal?",
        "order_value": "decimal",
        "avg_price": "decimal",
        "trigger_price": "decimal",
        "ref_price": "decimal",
        "cumulative_quantity": "decimal",
        "cumulative_value": "decimal",
        "cumulative_fee": "decimal",
        "status": "text",
        "update_user_id": "text",
        "order_date": "text",
        "instrument_name": "text",
        "fee_instrument_name": "text",
        "create_time": "time",
        "create_time_ns": "ns",
        "update_time": "time",
        "reason": "code?",
        "list_id": "code?",
        "contingency_type": "text?",
        **_ISOLATION,
    }
)
FINISHED_ORDER: Shape = OPEN_ORDER + _shape(
    {"maker_fee_rate": "decimal", "taker_fee_rate": "decimal", "ref_price_type": "text"}
)
FILL: Shape = _shape(
    {
        "account_id": "text",
        "event_date": "text",
        "journal_type": "text",
        "side": "text",
        "instrument_name": "text",
        "fees": "decimal",
        "trade_id": "text",
        "trade_match_id": "text",
        "create_time": "time",
        "traded_price": "decimal",
        "traded_quantity": "decimal",
        "fee_instrument_name": "text",
        "client_oid": "text",
        "taker_side": "text",
        "order_id": "text",
        "match_count": "count",
        "match_index": "count?",
        "create_time_ns": "ns",
        "transact_time_ns": "ns",
        "fee_credits": "decimal?",
        **_ISOLATION,
    }
)
LEDGER_ROW: Shape = _shape(
    {
        "account_id": "text",
        "event_date": "text",
        "journal_type": "text",
        "journal_id": "text",
        "transaction_qty": "decimal",
        "transaction_cost": "decimal",
        "realized_pnl": "decimal",
        "order_id": "text?",
        "trade_id": "text?",
        "trade_match_id": "text",
        "event_timestamp_ms": "time",
        "event_timestamp_ns": "ns",
        "client_oid": "text",
        "taker_side": "text",
        "side": "text?",
        "instrument_name": "text",
        **_ISOLATION,
    }
)
POSITION: Shape = _shape(
    {
        "account_id": "text",
        "quantity": "decimal",
        "cost": "decimal",
        "open_pos_cost": "decimal",
        "open_position_pnl": "decimal",
        "session_pnl": "decimal",
        "update_timestamp_ms": "time",
        "instrument_name": "text",
        "type": "text",
        **_ISOLATION,
    }
)
BALANCE: Shape = _shape(
    {
        "quantity": "decimal",
        "reserved_qty": "decimal",
        "collateral_amount": "decimal",
        "haircut": "decimal",
        "collateral_eligible": "flag",
        "market_value": "decimal",
        "max_withdrawal_balance": "decimal",
        "instrument_name": "text",
        "hourly_interest_rate": "decimal",
    }
)
WALLET: Shape = _shape(
    {
        "total_risk_exposure": "decimal",
        "total_available_balance": "decimal",
        "total_margin_balance": "decimal",
        "total_initial_margin": "decimal",
        "total_haircut": "decimal",
        "total_position_im": "decimal",
        "total_maintenance_margin": "decimal",
        "total_position_cost": "decimal",
        "total_cash_balance": "decimal",
        "total_collateral_value": "decimal?",
        "total_session_unrealized_pnl": "decimal",
        "instrument_name": "text",
        "total_session_realized_pnl": "decimal",
        "credit_limits": "list",
        "total_isolated_cash_balance": "decimal",
        "isolated_positions": "list",
        "total_effective_leverage": "decimal",
        "position_limit": "decimal",
        "used_position_limit": "decimal",
        "total_borrow": "decimal",
        "margin_score": "decimal?",
        "is_liquidating": "flag",
        "has_risk": "flag",
        "terminatable": "flag",
    }
)

EXTRA = '"new_field":"x","new_number":0.100000000000000001'
"""What every row carries under the switch `extra_fields`."""
EXTRA_OF_THE_WALLET = '"new_wallet_field":"y"'


def rows_json(rows: Iterable[Any], shape: Shape, behaviour: Behaviour) -> bytes:
    """A JSON array of rows."""
    extra = EXTRA if behaviour.extra_fields else ""
    writers = _writers(behaviour)
    return f"[{','.join(_row(row, shape, behaviour, writers, extra) for row in rows)}]".encode()


def wallet_json(wallet: Wallet, behaviour: Behaviour) -> bytes:
    """The wallet as the one row of private/user-balance, its balances inside."""
    balances = rows_json(wallet.balances, BALANCE, behaviour).decode()
    extra = f'"position_balances":{balances}' + ("," + EXTRA_OF_THE_WALLET if behaviour.extra_fields else "")
    return f"[{_row(wallet, WALLET, behaviour, _writers(behaviour), extra)}]".encode()


Writers = dict[str, Callable[[Any], str]]


def _writers(behaviour: Behaviour) -> Writers:
    number: Callable[[Any], str] = str if behaviour.numbers_as == "integers" else '"{}"'.format
    return {
        "text": json.dumps,
        "decimal": str if behaviour.decimals_as_numbers else '"{}"'.format,
        "time": number,
        "ns": '"{}"'.format,
        "count": number,
        "code": number,
        "flag": lambda flag: "true" if flag else "false",
        "list": json.dumps,
    }


def _row(row: object, shape: Shape, behaviour: Behaviour, writers: Writers, extra: str) -> str:
    written = []
    for name, kind, optional in shape:
        value = getattr(row, name)
        if value is not None:
            written.append(f'"{name}":{writers[kind](value)}')
        elif optional and behaviour.nulls_for_missing:
            written.append(f'"{name}":null')
    if extra:
        written.append(extra)
    return "{" + ",".join(written) + "}"
