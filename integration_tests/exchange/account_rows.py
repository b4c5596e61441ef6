"""What an account holds: one frozen class per kind of row, attributes named as on the wire.

Times are kept in nanoseconds since the epoch; decimals are the exchange's own digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

OrderStatus = Literal["ACTIVE", "FILLED", "CANCELED", "EXPIRED", "REJECTED"]

ISOLATED = "ISOLATED_MARGIN"


def date_of(time_ns: int) -> str:
    """The UTC date of a nanosecond time, YYYY-MM-DD."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, timezone.utc).strftime("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Order:
    """An order, open (ACTIVE) or finished. `update_time_ns` is known to the exchange but not shown in rows."""

    account_id: str
    order_id: str
    client_oid: str
    instrument_name: str
    create_time_ns: int
    update_time_ns: int
    order_type: str = "LIMIT"
    time_in_force: str = "GOOD_TILL_CANCEL"
    side: str = "BUY"
    exec_inst: tuple[str, ...] = ()
    quantity: str = "2.000"
    limit_price: str | None = "88.50"
    order_value: str = "177"
    avg_price: str = "0"
    trigger_price: str = "0"
    ref_price: str = "0"
    ref_price_type: str = "NULL_VAL"
    cumulative_quantity: str = "0"
    cumulative_value: str = "0"
    cumulative_fee: str = "0"
    status: OrderStatus = "ACTIVE"
    fee_instrument_name: str = "USD"
    maker_fee_rate: str = "0.0025"
    taker_fee_rate: str = "0.005"
    reason: int | None = None
    isolation_id: str | None = None
    list_id: int | None = None
    contingency_type: str | None = None

    @property
    def create_time(self) -> int:
        return self.create_time_ns // 1_000_000

    @property
    def update_time(self) -> int:
        return self.update_time_ns // 1_000_000

    @property
    def order_date(self) -> str:
        return date_of(self.create_time_ns)

    @property
    def update_user_id(self) -> str:
        return self.account_id

    @property
    def isolation_type(self) -> str | None:
        return None if self.isolation_id is None else ISOLATED


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade of the account."""

    account_id: str
    trade_id: str
    trade_match_id: str
    order_id: str
    client_oid: str
    instrument_name: str
    create_time_ns: int
    transact_time_ns: int
    side: str = "BUY"
    traded_price: str = "88.50"
    traded_quantity: str = "1.000"
    fees: str = "-0.0025"
    fee_instrument_name: str = "USD"
    fee_credits: str | None = None
    taker_side: str = "TAKER"
    match_count: int = 1
    match_index: int | None = None
    isolation_id: str | None = None

    journal_type = "TRADING"

    @property
    def create_time(self) -> int:
        return self.create_time_ns // 1_000_000

    @property
    def event_date(self) -> str:
        return date_of(self.create_time_ns)

    @property
    def isolation_type(self) -> str | None:
        return None if self.isolation_id is None else ISOLATED


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of the account's ledger; several may share one journal id and one nanosecond."""

    account_id: str
    journal_id: str
    journal_type: str
    instrument_name: str
    event_timestamp_ns: int
    transaction_qty: str = "0"
    transaction_cost: str = "0"
    realized_pnl: str = "0"
    order_id: str | None = None
    trade_id: str | None = None
    trade_match_id: str = "0"
    client_oid: str = ""
    taker_side: str = ""
    side: str | None = None
    isolation_id: str | None = None

    @property
    def event_timestamp_ms(self) -> int:
        return self.event_timestamp_ns // 1_000_000

    @property
    def event_date(self) -> str:
        return date_of(self.event_timestamp_ns)

    @property
    def isolation_type(self) -> str | None:
        return None if self.isolation_id is None else ISOLATED


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency of the wallet."""

    instrument_name: str
    quantity: str
    reserved_qty: str
    market_value: str
    collateral_amount: str
    haircut: str
    max_withdrawal_balance: str
    collateral_eligible: bool = True
    hourly_interest_rate: str = "0"


@dataclass(frozen=True, slots=True)
class Wallet:
    """The account's totals in its settlement currency, and its balances. Without balances it is unfunded."""

    balances: tuple[Balance, ...]
    total_available_balance: str = "0"
    total_margin_balance: str = "0"
    total_initial_margin: str = "0"
    total_position_im: str = "0"
    total_haircut: str = "0"
    total_maintenance_margin: str = "0"
    total_position_cost: str = "0"
    total_cash_balance: str = "0"
    total_collateral_value: str | None = None
    total_session_unrealized_pnl: str = "0"
    total_session_realized_pnl: str = "0"
    total_effective_leverage: str = "0"
    total_risk_exposure: str = "0"
    total_isolated_cash_balance: str = "0"
    total_borrow: str = "0"
    position_limit: str = "0"
    used_position_limit: str = "0"
    margin_score: str | None = None
    instrument_name: str = "USD"
    is_liquidating: bool = False
    has_risk: bool = False
    terminatable: bool = True

    credit_limits = ()
    isolated_positions = ()


@dataclass(frozen=True, slots=True)
class Position:
    """A derivative position; one with an isolation id can stand beside a cross one on the same instrument."""

    account_id: str
    instrument_name: str
    quantity: str
    cost: str
    open_pos_cost: str
    open_position_pnl: str
    session_pnl: str
    update_timestamp_ms: int
    isolation_id: str | None = None

    type = "PERPETUAL_SWAP"

    @property
    def isolation_type(self) -> str | None:
        return None if self.isolation_id is None else ISOLATED
