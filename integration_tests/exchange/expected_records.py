"""One object of the account to the record that a connector must emit for it, absent fields as None.

Plain date and string code on purpose: it shares nothing with the connector, nor with the writer of the wire format.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from integration_tests.exchange.account_rows import Balance, Fill, LedgerRow, Order, Position, Wallet

Record = dict[str, object]


def rfc3339(time_ms: int) -> str:
    """A time in ms as 2026-08-16T23:06:39.729Z."""
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=time_ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def balance_record(wallet: Wallet, balance: Balance) -> Record:
    return {
        "account_instrument_name": wallet.instrument_name,
        "total_available_balance": wallet.total_available_balance,
        "total_margin_balance": wallet.total_margin_balance,
        "total_initial_margin": wallet.total_initial_margin,
        "total_position_im": wallet.total_position_im,
        "total_haircut": wallet.total_haircut,
        "total_maintenance_margin": wallet.total_maintenance_margin,
        "total_position_cost": wallet.total_position_cost,
        "total_cash_balance": wallet.total_cash_balance,
        "total_collateral_value": wallet.total_collateral_value,
        "total_session_unrealized_pnl": wallet.total_session_unrealized_pnl,
        "total_session_realized_pnl": wallet.total_session_realized_pnl,
        "total_effective_leverage": wallet.total_effective_leverage,
        "total_risk_exposure": wallet.total_risk_exposure,
        "total_isolated_cash_balance": wallet.total_isolated_cash_balance,
        "total_borrow": wallet.total_borrow,
        "position_limit": wallet.position_limit,
        "used_position_limit": wallet.used_position_limit,
        "margin_score": wallet.margin_score,
        "is_liquidating": wallet.is_liquidating,
        "has_risk": wallet.has_risk,
        "terminatable": wallet.terminatable,
        "credit_limits": [],
        "isolated_positions": [],
        "instrument_name": balance.instrument_name,
        "quantity": balance.quantity,
        "reserved_qty": balance.reserved_qty,
        "market_value": balance.market_value,
        "collateral_amount": balance.collateral_amount,
        "haircut": balance.haircut,
        "max_withdrawal_balance": balance.max_withdrawal_balance,
        "collateral_eligible": balance.collateral_eligible,
        "hourly_interest_rate": balance.hourly_interest_rate,
    }


def position_record(position: Position) -> Record:
    return {
        "account_id": position.account_id,
        "instrument_name": position.instrument_name,
        "type": "PERPETUAL_SWAP",
        "quantity": position.quantity,
        "cost": position.cost,
        "open_pos_cost": position.open_pos_cost,
        "open_position_pnl": position.open_position_pnl,
        "session_pnl": position.session_pnl,
        "update_time": rfc3339(position.update_timestamp_ms),
        **_isolation(position.isolation_id),
    }


def order_record(order: Order) -> Record:
    return {
        "account_id": order.account_id,
        "order_id": order.order_id,
        "client_oid": order.client_oid,
        "order_type": order.order_type,
        "time_in_force": order.time_in_force,
        "side": order.side,
        "exec_inst": list(order.exec_inst),
        "quantity": order.quantity,
        "limit_price": order.limit_price,
        "order_value": order.order_value,
        "avg_price": order.avg_price,
        "trigger_price": order.trigger_price,
        "ref_price": order.ref_price,
        "cumulative_quantity": order.cumulative_quantity,
        "cumulative_value": order.cumulative_value,
        "cumulative_fee": order.cumulative_fee,
        "status": order.status,
        "update_user_id": order.account_id,
        "order_date": rfc3339(order.create_time_ns // 1_000_000)[:10],
        "instrument_name": order.instrument_name,
        "fee_instrument_name": order.fee_instrument_name,
        "create_time": rfc3339(order.create_time_ns // 1_000_000),
        "create_time_ns": str(order.create_time_ns),
        "update_time": rfc3339(order.update_time_ns // 1_000_000),
        "reason": _text(order.reason),
        "list_id": _text(order.list_id),
        "contingency_type": order.contingency_type,
        **_isolation(order.isolation_id),
    }


def fill_record(fill: Fill) -> Record:
    return {
        "account_id": fill.account_id,
        "event_date": rfc3339(fill.create_time_ns // 1_000_000)[:10],
        "journal_type": "TRADING",
        "side": fill.side,
        "instrument_name": fill.instrument_name,
        "fees": fill.fees,
        "fee_credits": fill.fee_credits,
        "fee_instrument_name": fill.fee_instrument_name,
        "trade_id": fill.trade_id,
        "trade_match_id": fill.trade_match_id,
        "order_id": fill.order_id,
        "client_oid": fill.client_oid,
        "traded_price": fill.traded_price,
        "traded_quantity": fill.traded_quantity,
        "taker_side": fill.taker_side,
        "match_count": fill.match_count,
        "match_index": fill.match_index,
        "create_time": rfc3339(fill.create_time_ns // 1_000_000),
        "create_time_ns": str(fill.create_time_ns),
        "transact_time_ns": str(fill.transact_time_ns),
        **_isolation(fill.isolation_id),
    }


def ledger_record(row: LedgerRow) -> Record:
    return {
        "account_id": row.account_id,
        "event_date": rfc3339(row.event_timestamp_ns // 1_000_000)[:10],
        "journal_type": row.journal_type,
        "journal_id": row.journal_id,
        "transaction_qty": row.transaction_qty,
        "transaction_cost": row.transaction_cost,
        "realized_pnl": row.realized_pnl,
        "order_id": row.order_id,
        "trade_id": row.trade_id,
        "trade_match_id": row.trade_match_id,
        "event_time": rfc3339(row.event_timestamp_ns // 1_000_000),
        "event_timestamp_ns": str(row.event_timestamp_ns),
        "client_oid": row.client_oid,
        "taker_side": row.taker_side,
        "side": row.side,
        "instrument_name": row.instrument_name,
        **_isolation(row.isolation_id),
    }


def _isolation(isolation_id: str | None) -> Record:
    return {"isolation_id": isolation_id, "isolation_type": "ISOLATED_MARGIN" if isolation_id else None}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
