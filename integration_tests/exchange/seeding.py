"""A whole account made from a seed: the same seed and time always give the same rows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from integration_tests.exchange.account import ACCOUNT_ID, HOUR_NS, Account
from integration_tests.exchange.account_rows import Fill, LedgerRow, Order, OrderStatus
from integration_tests.exchange.seeded_wallet import POSITIONS_ON, seeded_positions, seeded_wallet

DAY_NS = 24 * HOUR_NS
CROSS_AND_ISOLATED: tuple[str | None, ...] = (None, "88014207")
MARKETS: tuple[tuple[str, Decimal, int], ...] = (
    ("BTC_USD", Decimal("95000.50"), 5),
    ("ETH_USD", Decimal("3120.25"), 4),
    ("CRO_USD", Decimal("0.10234"), 1),
    ("SOL_USD", Decimal("141.07"), 3),
    ("LTC_USD", Decimal("88.50"), 3),
    ("BTCUSD-PERP", Decimal("95010.0"), 4),
    ("ETHUSD-PERP", Decimal("3121.50"), 3),
)
"""(instrument, price around which orders lie, decimals of a quantity)"""
ENDINGS: tuple[OrderStatus, ...] = ("FILLED",) * 6 + ("CANCELED",) * 3 + ("EXPIRED", "REJECTED")
WAITING_TYPES = ("LIMIT",) * 6 + ("STOP_LIMIT", "STOP_LOSS", "TAKE_PROFIT_LIMIT")
TYPES = WAITING_TYPES + ("MARKET",) * 2
FEE_STEP = Decimal("1e-12")
REASONS = {"CANCELED": 43003, "EXPIRED": 43005, "REJECTED": 315}


def seeded_account(
    now_ns: int, orders: int = 400, days: float = 45, seed: int = 7, open_orders: int = 12, with_fills: bool = True
) -> Account:
    """An account whose rows lie in the `days` before `now_ns`: `orders` finished orders and some open ones.

    One finished order in 30 was open for weeks (as far as `days` allows); a market order is filled at once. Without
    fills the ledger keeps only settlements and funding, which makes very large accounts cheap.
    """
    account = Account(wallet=seeded_wallet(), positions=seeded_positions(now_ns))
    seeder = _Seeder(account, random.Random(seed), now_ns - int(days * DAY_NS), now_ns - 1_000_000, with_fills)
    for index in range(orders):
        seeder.finished_order(long_lived=index % 30 == 7)
    for index in range(open_orders):
        seeder.open_order(partly_filled=index % 3 == 0)
    seeder.settlements_and_funding()
    account.fill_up(seeder.orders, seeder.fills, seeder.ledger)
    return account


@dataclass
class _Seeder:
    account: Account
    dice: random.Random
    start_ns: int
    end_ns: int
    with_fills: bool
    orders: list[Order] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)

    def finished_order(self, long_lived: bool) -> None:
        order_type = self.dice.choice(WAITING_TYPES if long_lived else TYPES)
        at_once = order_type == "MARKET"
        update_ns = self.dice.randrange(self.start_ns, self.end_ns)
        create_ns = update_ns - self._life_ns(long_lived, at_once)
        if create_ns < self.start_ns:
            create_ns = self.dice.randrange(self.start_ns, update_ns + 1)
        status = "FILLED" if at_once else self.dice.choice(ENDINGS)
        instrument, price, decimals = self.dice.choice(MARKETS)
        quantity = Decimal(self.dice.randrange(100, 10_000)).scaleb(-decimals)
        filled = quantity if status == "FILLED" else Decimal(0)
        if status == "CANCELED" and self.dice.random() < 0.2:
            filled = (quantity / 3).quantize(Decimal(1).scaleb(-decimals))
        self._add(status, instrument, order_type, price, quantity, filled, create_ns, update_ns)

    def open_order(self, partly_filled: bool) -> None:
        instrument, price, decimals = self.dice.choice(MARKETS)
        create_ns = self.dice.randrange(self.start_ns, self.end_ns)
        quantity = Decimal(self.dice.randrange(100, 10_000)).scaleb(-decimals)
        filled = (quantity / 4).quantize(Decimal(1).scaleb(-decimals)) if partly_filled else Decimal(0)
        update_ns = self.dice.randrange(create_ns, self.end_ns) if partly_filled else create_ns
        self._add("ACTIVE", instrument, "LIMIT", price, quantity, filled, create_ns, update_ns)

    def settlements_and_funding(self) -> None:
        """Every 8 hours a settlement of a cross and an isolated position under one journal id, and funding."""
        for at_ns in range(self.start_ns + 8 * HOUR_NS, self.end_ns, 8 * HOUR_NS):
            settled_ns, journal_id = at_ns + self.dice.randrange(2_000_000), self.account.next_id()
            for isolation_id in CROSS_AND_ISOLATED:
                pnl = str(Decimal(self.dice.randrange(-900_000, 900_000)).scaleb(-6))
                self._book("SESSION_SETTLE", settled_ns, journal_id, POSITIONS_ON, pnl=pnl, isolation_id=isolation_id)
                pnl = str(Decimal(self.dice.randrange(-9_000, 9_000)).scaleb(-6))
                self._book("FUNDING", settled_ns + 1_000, None, POSITIONS_ON, pnl=pnl, isolation_id=isolation_id)

    def _life_ns(self, long_lived: bool, at_once: bool) -> int:
        if long_lived:
            return self.dice.randrange(14 * DAY_NS, 40 * DAY_NS)
        if at_once:
            return self.dice.randrange(1_000_000, 50_000_000)
        return 0 if self.dice.random() < 0.3 else self.dice.randrange(1_000_000, 6 * HOUR_NS)

    def _add(
        self,
        status: OrderStatus,
        instrument: str,
        order_type: str,
        price: Decimal,
        quantity: Decimal,
        filled: Decimal,
        create_ns: int,
        update_ns: int,
    ) -> None:
        order_id = self.account.next_id()
        price = (price * self.dice.randrange(900, 1100) / 1000).quantize(price)
        side = self.dice.choice(("BUY", "SELL"))
        perpetual = instrument.endswith("-PERP")
        base, quote = instrument.replace("USD-PERP", "_USD").split("_")
        fee_currency = quote if perpetual or side == "SELL" else base
        isolation_id = CROSS_AND_ISOLATED[1] if perpetual and self.dice.random() < 0.3 else None
        fee_base = filled * price if fee_currency == quote else filled
        fee = (fee_base * Decimal("0.0025")).quantize(FEE_STEP)
        at_once = order_type == "MARKET"
        trigger = str(price) if order_type.startswith(("STOP", "TAKE")) else "0"
        one_of_two = order_type == "STOP_LIMIT" and self.dice.random() < 0.3
        order = Order(
            ACCOUNT_ID,
            order_id,
            f"demo-{order_id[-6:]}",
            instrument,
            create_ns,
            update_ns,
            order_type=order_type,
            time_in_force="IMMEDIATE_OR_CANCEL" if at_once else "GOOD_TILL_CANCEL",
            side=side,
            exec_inst=() if at_once else self.dice.choice(((), (), ("POST_ONLY",), ("POST_ONLY", "REDUCE_ONLY"))),
            quantity=str(quantity),
            limit_price=None if order_type in ("MARKET", "STOP_LOSS") else str(price),
            order_value=format(quantity * price, "f"),
            avg_price=str(price) if filled else "0",
            trigger_price=trigger,
            ref_price=trigger,
            ref_price_type="NULL_VAL" if trigger == "0" else self.dice.choice(("MARK_PRICE", "LAST_PRICE")),
            cumulative_quantity=str(filled),
            cumulative_value=format(filled * price, "f"),
            cumulative_fee=format(fee, "f"),
            status=status,
            fee_instrument_name=fee_currency,
            reason=REASONS.get(status) if self.dice.random() < 0.8 else None,
            isolation_id=isolation_id,
            list_id=int(order_id) + 1 if one_of_two else None,
            contingency_type="OCO" if one_of_two else None,
        )
        self.orders.append(order)
        if filled and self.with_fills:
            self._fill(order, filled, price, fee)

    def _fill(self, order: Order, filled: Decimal, price: Decimal, fee: Decimal) -> None:
        """One to three fills; those of one match share their nanosecond."""
        parts = self.dice.choice((1, 1, 2, 3))
        each = (filled / parts).quantize(filled)
        last_ns = order.update_time_ns
        one_match = self.dice.random() < 0.5
        for part in range(parts):
            quantity = each if part < parts - 1 else filled - each * (parts - 1)
            earliest = order.create_time_ns
            at_ns = last_ns if one_match or part == parts - 1 else self.dice.randrange(earliest, last_ns + 1)
            trade_id = self.account.next_id()
            maker = order.order_type != "MARKET" and self.dice.random() < 0.5
            fill = Fill(
                ACCOUNT_ID,
                trade_id,
                str(4_611_686_018_470_000_000 + int(trade_id) % 1_000_000),
                order.order_id,
                order.client_oid,
                order.instrument_name,
                at_ns,
                at_ns + self.dice.randrange(100_000, 400_000),
                side=order.side,
                traded_price=str(price),
                traded_quantity=str(quantity),
                fees=format((-fee / parts).quantize(FEE_STEP), "f"),
                fee_instrument_name=order.fee_instrument_name,
                fee_credits="-0.0100" if self.dice.random() < 0.1 else None,
                taker_side="MAKER" if maker else self.dice.choice(("TAKER", "TAKER", "")),
                match_count=parts,
                match_index=part if maker else None,
                isolation_id=order.isolation_id,
            )
            self.fills.append(fill)
            self._book_trade(fill, quantity, quantity * price)

    def _book_trade(self, fill: Fill, quantity: Decimal, value: Decimal) -> None:
        sign = 1 if fill.side == "BUY" else -1
        base, quote = fill.instrument_name.replace("USD-PERP", "_USD").split("_")
        for currency, amount in ((quote, -sign * value), (base, sign * quantity)):
            perpetual = currency == base and fill.instrument_name.endswith("-PERP")
            instrument = fill.instrument_name if perpetual else currency
            texts = format(amount, "f"), format(-sign * value, "f")
            self._book("TRADING", fill.transact_time_ns, None, instrument, *texts, fill=fill)
        if self.dice.random() < 0.25:
            self._book("TRADE_FEE", fill.transact_time_ns, None, fill.fee_instrument_name, fill.fees, fill=fill)

    def _book(
        self,
        journal_type: str,
        at_ns: int,
        journal_id: str | None,
        instrument: str,
        quantity: str = "0",
        cost: str = "0.000000",
        pnl: str = "0",
        isolation_id: str | None = None,
        fill: Fill | None = None,
    ) -> None:
        row = LedgerRow(
            ACCOUNT_ID,
            journal_id or self.account.next_id(),
            journal_type,
            instrument,
            at_ns,
            transaction_qty=quantity,
            transaction_cost=cost,
            realized_pnl=pnl,
            order_id=fill.order_id if fill else None,
            trade_id=fill.trade_id if fill else None,
            trade_match_id=fill.trade_match_id if fill else "0",
            client_oid=fill.client_oid if fill else "",
            side=fill.side if fill else None,
            isolation_id=fill.isolation_id if fill else isolation_id,
        )
        self.ledger.append(row)
