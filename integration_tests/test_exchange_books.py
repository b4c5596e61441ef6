"""The books of a seeded account close: what its tables say fits together, to the last digit."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from integration_tests.shared_clock import NOON_NS
from simulated_exchange.account import Account
from simulated_exchange.market import Market
from simulated_exchange.market_candles import Candle
from simulated_exchange.resources.deposit import Deposit
from simulated_exchange.resources.staking_position import staked
from simulated_exchange.resources.transaction import LedgerRow, is_derivative, movements
from simulated_exchange.resources.withdrawal import Withdrawal
from simulated_exchange.seeding import seeded_account

HOUR_MS = 3_600_000
LIVE_TYPES = {
    *("TRADING", "TRADE_FEE", "FUNDING", "SESSION_SETTLE", "STAKING", "STAKING_REWARDS", "STABLECOIN_CONVERSION"),
    *("CRYPTO_DUSTING", "FIAT_DEPOSIT", "FIAT_WITHDRAWAL", "ONCHAIN_DEPOSIT", "ONCHAIN_WITHDRAWAL"),
    *("OFFCHAIN_DEPOSIT", "OFFCHAIN_WITHDRAWAL", "SOFT_STAKE_REWARD"),
}


@pytest.fixture(scope="module", params=[7, 8], ids="seed {}".format)
def account(request: pytest.FixtureRequest) -> Account:
    return seeded_account(NOON_NS, seed=request.param)


def test_the_opening_balances_and_the_ledger_are_the_wallet(account: Account) -> None:
    moved = movements(account.ledger)
    held = {currency: amount + moved.get(currency, 0) for currency, amount in account.opening.items()}
    assert moved.keys() <= held.keys()
    wallet = {balance.instrument_name: Decimal(balance.quantity) for balance in account.wallet.balances}
    assert {currency: amount for currency, amount in held.items() if amount} == wallet


def test_what_is_staked_is_in_the_wallet_under_its_own_name(account: Account) -> None:
    wallet = {balance.instrument_name: Decimal(balance.quantity) for balance in account.wallet.balances}
    assert {name: amount for name, amount in wallet.items() if name.endswith(".staked")} == staked(account)
    rows = [row for row in account.ledger if row.journal_type == "STAKING"]
    moments: dict[int, list[LedgerRow]] = defaultdict(list)
    for row in rows:
        moments[row.event_timestamp_ns].append(row)
    assert len(moments) > 2
    for legs in moments.values():
        assert sum(Decimal(row.transaction_qty) for row in legs) == 0
        assert len({row.instrument_name.removesuffix(".staked") for row in legs}) == 1


def test_the_ledger_has_the_types_and_shapes_of_a_live_one(account: Account) -> None:
    of_type: dict[str, list[LedgerRow]] = defaultdict(list)
    for row in account.ledger:
        of_type[row.journal_type].append(row)
    assert of_type.keys() >= LIVE_TYPES
    assert {(row.order_id, row.trade_id) for row in of_type["CRYPTO_DUSTING"]} == {("0", "0")}
    conversions = of_type["STABLECOIN_CONVERSION"]
    assert set(Counter(row.order_id for row in conversions).values()) == {2}
    assert sum(Decimal(row.transaction_qty) for row in conversions) == 0
    spot = [row for row in account.ledger if not is_derivative(row.instrument_name)]
    assert [row for row in spot if row.transaction_cost != row.transaction_qty] == []


def test_transfers_from_and_to_the_app_have_a_word_for_an_address(account: Account) -> None:
    app = [row for row in account.all(Deposit) if row.address == "INTERNAL_DEPOSIT"]
    booked = [row for row in account.ledger if row.journal_type == "OFFCHAIN_DEPOSIT"]
    assert sorted(row.amount for row in app) == sorted(row.transaction_qty for row in booked)
    (out,) = (row for row in account.all(Withdrawal) if row.address == "INTERNAL_WITHDRAWAL")
    (debited,) = (row for row in account.ledger if row.journal_type == "OFFCHAIN_WITHDRAWAL")
    assert Decimal(debited.transaction_qty) == -Decimal(out.amount) - Decimal(out.fee)


def test_the_account_began_with_nothing_that_it_owed_but_what_it_owes_now(account: Account) -> None:
    owed = {balance.instrument_name for balance in account.wallet.balances if balance.quantity.startswith("-")}
    assert {currency for currency, amount in account.opening.items() if amount < 0} <= owed


def test_the_fills_of_an_order_add_up_to_the_order(account: Account) -> None:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for fill in account.fills:
        quantity, price = Decimal(fill.traded_quantity), Decimal(fill.traded_price)
        parts = quantity, quantity * price, -Decimal(fill.fees)
        sums[fill.order_id] = [so_far + part for so_far, part in zip(sums[fill.order_id], parts, strict=True)]
    for order in account.orders():
        told = [Decimal(order.cumulative_quantity), Decimal(order.cumulative_value), Decimal(order.cumulative_fee)]
        assert sums.pop(order.order_id, [Decimal(0)] * 3) == told
    assert sums == {}


def test_every_fill_has_its_rows_in_the_ledger(account: Account) -> None:
    booked: dict[str, Counter[str]] = defaultdict(Counter)
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for row in account.ledger:
        if row.trade_id and row.trade_id != "0":
            booked[row.trade_id][row.journal_type] += 1
            if row.journal_type == "TRADE_FEE":
                fees[row.trade_id] += Decimal(row.transaction_qty)
    for fill in account.fills:
        trading = 1 if is_derivative(fill.instrument_name) else 2
        assert booked.pop(fill.trade_id) == {"TRADING": trading, "TRADE_FEE": 1}
        assert fees[fill.trade_id] == fill.fee_paid
    assert booked == {}


def test_fee_credits_pay_a_part_of_the_fee(account: Account) -> None:
    credited = [fill for fill in account.fills if fill.fee_credits]
    assert len(credited) > 10
    assert [fill for fill in credited if not Decimal(fill.fees) < fill.fee_paid < 0] == []


def test_positions_are_the_sum_of_the_fills(account: Account) -> None:
    quantities: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    paid: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for fill in account.fills:
        if is_derivative(fill.instrument_name):
            key, sign = (fill.instrument_name, fill.isolation_id), 1 if fill.side == "BUY" else -1
            quantities[key] += sign * Decimal(fill.traded_quantity)
            paid[key] += sign * Decimal(fill.traded_quantity) * Decimal(fill.traded_price)
    for row in account.ledger:
        if is_derivative(row.instrument_name) and row.journal_type != "FUNDING":
            paid[row.instrument_name, row.isolation_id] += Decimal(row.realized_pnl)
    positions = {(position.instrument_name, position.isolation_id): position for position in account.positions}
    assert len(positions) >= 3
    assert {key: Decimal(position.quantity) for key, position in positions.items()} == {
        key: quantity for key, quantity in quantities.items() if quantity
    }
    assert {key: Decimal(position.open_pos_cost) for key, position in positions.items()} == {
        key: paid[key] for key in positions
    }


@pytest.fixture(scope="module")
def market() -> Market:
    return Market.from_capture(now_ns=lambda: NOON_NS)


def candle_at(market: Market, instrument: str, time_ms: int) -> Candle:
    (candle,) = market.candles(instrument, "1h", time_ms - HOUR_MS + 1, time_ms + 1)
    return candle


def test_every_fill_lies_inside_the_markets_candle(account: Account, market: Market) -> None:
    for fill in account.fills:
        candle = candle_at(market, fill.instrument_name, fill.create_time)
        assert Decimal(candle.low) <= Decimal(fill.traded_price) <= Decimal(candle.high)


def test_the_wallet_is_valued_at_the_markets_prices(account: Account, market: Market) -> None:
    for balance in account.wallet.balances:
        if balance.instrument_name != "USD":
            coin = balance.instrument_name.removesuffix(".staked")
            candle = candle_at(market, f"{coin}_USD", NOON_NS // 1_000_000 - 1)
            values = sorted(Decimal(balance.quantity) * Decimal(price) for price in (candle.low, candle.high))
            assert values[0] <= Decimal(balance.market_value) <= values[1]
