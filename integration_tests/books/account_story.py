"""The raw rows of a small account whose books close, written out by hand: ten days, two syncs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
ACCOUNT_ID = "5b1f7d90-62ce-4c1b-a7f4-0d3e9a1c7711"
FIRST_DAY = datetime(2026, 3, 1)  # noqa: DTZ001  raw times are UTC without a zone
FIRST_SYNC = FIRST_DAY + timedelta(days=5, hours=12)
SECOND_SYNC = FIRST_DAY + timedelta(days=10, hours=12)


def at(day: int, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    """A moment of the story; its days count from 1."""
    return FIRST_DAY + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def nanoseconds(moment: datetime) -> str:
    return str(int((moment - datetime(1970, 1, 1)).total_seconds()) * 1_000_000_000)  # noqa: DTZ001  UTC


@dataclass
class Story:
    """Raw rows per table, as a destination holds them: decimals as text."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    last_id: int = 6_142_909_920_077_310_000

    def add(self, table: str, happened_at: datetime, **columns: Any) -> Row:
        """A row that the first sync after it brought."""
        read_at = FIRST_SYNC if happened_at < FIRST_SYNC else SECOND_SYNC
        row = {**columns, "_airbyte_extracted_at": read_at + timedelta(seconds=20)}
        self.tables[table].append(row)
        return row

    def next_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def book(
        self, journal_type: str, moment: datetime, instrument: str, quantity: str = "0", pnl: str = "0", **more: Any
    ) -> Row:
        """A row of the ledger."""
        return self.add(
            "transaction",
            moment,
            account_id=ACCOUNT_ID,
            journal_id=self.next_id(),
            journal_type=journal_type,
            instrument_name=instrument,
            isolation_id="0",
            event_timestamp_ns=nanoseconds(moment),
            event_time=moment,
            event_date=moment.date(),
            transaction_qty=quantity,
            transaction_cost="0",
            realized_pnl=pnl,
            **more,
        )

    def order(self, moment: datetime, fills: list[tuple[str, str, str]], **columns: Any) -> Row:
        """An order that ended a minute after `moment`, with its fills (quantity, price, fee) and their entries."""
        order_id = self.next_id()
        quantity = sum((Decimal(part) for part, _, _ in fills), Decimal(0))
        value = sum((Decimal(part) * Decimal(price) for part, price, _ in fills), Decimal(0))
        fee = sum((Decimal(part) for _, _, part in fills), Decimal(0))
        row = self.add(
            "order_history",
            moment,
            **{
                "order_id": order_id,
                "account_id": ACCOUNT_ID,
                "order_type": "LIMIT",
                "status": "FILLED" if fills else "CANCELED",
                "quantity": str(quantity or 1),
                "limit_price": fills[0][1] if fills else "10",
                "avg_price": str(value / quantity) if fills else "0",
                "cumulative_quantity": str(quantity),
                "cumulative_value": str(value),
                "cumulative_fee": str(fee),
                "create_time": moment,
                "update_time": moment + timedelta(minutes=1),
                "exec_inst": '["POST_ONLY"]',
                **columns,
            },
        )
        for number, (part, price, part_fee) in enumerate(fills):
            self._fill(row, moment + timedelta(seconds=10 * (number + 1)), part, price, part_fee)
        return row

    def _fill(self, order: Row, moment: datetime, quantity: str, price: str, fee: str) -> None:
        trade_id = self.next_id()
        instrument, currency = order["instrument_name"], order["fee_instrument_name"]
        shared = {"trade_id": trade_id, "order_id": order["order_id"], "side": order["side"]}
        self.add(
            "user_trade",
            moment,
            instrument_name=instrument,
            account_id=ACCOUNT_ID,
            traded_quantity=quantity,
            traded_price=price,
            fees=str(-Decimal(fee)),
            fee_instrument_name=currency,
            create_time=moment,
            create_time_ns=nanoseconds(moment),
            event_date=moment.date(),
            **shared,
        )
        sign = 1 if order["side"] == "BUY" else -1
        if "_" in instrument:
            base, quote = instrument.split("_")
            self.book("TRADING", moment, base, str(sign * Decimal(quantity)), **shared)
            self.book("TRADING", moment, quote, str(-sign * Decimal(quantity) * Decimal(price)), **shared)
        else:
            pnl = order.get("story_pnl", "0")
            self.book("TRADING", moment, instrument, str(sign * Decimal(quantity)), pnl=pnl, **shared)
        self.book("TRADE_FEE", moment, currency, str(-Decimal(fee)), **shared)

    def observe(self, moment: datetime) -> None:
        """The wallet and the positions at a moment, summed from what was booked until then."""
        wallet: dict[str, Decimal] = defaultdict(Decimal)
        for entry in self.tables["transaction"]:
            if entry["event_time"] <= moment:
                derivative = "-" in entry["instrument_name"]
                currency = "USD" if derivative else entry["instrument_name"]
                wallet[currency] += Decimal(entry["realized_pnl" if derivative else "transaction_qty"])
        for currency, quantity in wallet.items():
            self.add(
                "user_balance",
                moment,
                instrument_name=currency,
                quantity=str(quantity),
                reserved_qty="0",
                market_value=str(quantity),
                snapshot_time=moment,
            )
        positions: dict[str, Decimal] = defaultdict(Decimal)
        for fill in self.tables["user_trade"]:
            if "-" in fill["instrument_name"] and fill["create_time"] <= moment:
                sign = 1 if fill["side"] == "BUY" else -1
                positions[fill["instrument_name"]] += sign * Decimal(fill["traded_quantity"])
        for instrument, quantity in positions.items():
            self.add(
                "user_position",
                moment,
                account_id=ACCOUNT_ID,
                instrument_name=instrument,
                isolation_id="0",
                quantity=str(quantity),
                cost="3121.5",
                update_time=moment,
                snapshot_time=moment,
            )


def closed_books() -> Story:
    """Everything that happened, and what was there afterwards."""
    story = Story()
    _listing(story)
    _transfers(story)
    _trading(story)
    _derivatives(story)
    _rewards_and_deals(story)
    _market(story)
    for moment in (FIRST_SYNC, SECOND_SYNC):
        story.observe(moment)
    return story


def _listing(story: Story) -> None:
    for symbol, kind, base, quote in (
        ("ETH_USD", "CCY_PAIR", "ETH", "USD"),
        ("ETHUSD-PERP", "PERPETUAL_SWAP", "ETH", "USD"),
    ):
        story.add("instrument", SECOND_SYNC, symbol=symbol, inst_type=kind, base_ccy=base, quote_ccy=quote)


def _transfers(story: Story) -> None:
    times = {"create_time": at(1, 9), "update_time": at(1, 9, 30)}
    story.add("deposit", at(1), id="101", currency="LTC", amount="12.5", fee="0", status="1", txid="3f9d/1", **times)
    story.book("ONCHAIN_DEPOSIT", at(1, 9, 30), "LTC", "12.5")
    story.add("deposit", at(1), id="102", currency="LTC", amount="3", fee="0", status="2", txid="", **times)
    times = {"created_at": at(1, 8), "updated_at": at(1, 8, 40), "completed_at": at(1, 8, 40)}
    story.add(
        "fiat_deposit",
        at(1),
        id="201",
        currency="USD",
        amount="60000.0",
        fee_currency="USD",
        fee_amount="0.0",
        payment_network="us_ach",
        status="completed",
        **times,
    )
    story.book("FIAT_DEPOSIT", at(1, 8, 40), "USD", "60000")
    times = {"create_time": at(8, 9), "update_time": at(8, 9, 45)}
    story.add(
        "withdrawal",
        at(8),
        id="301",
        currency="ETH",
        amount="1.5",
        fee="0.002",
        status="5",
        txid="9e8d",
        network_id="ETH",
        address="0xDemo",
        **times,
    )
    story.book("ONCHAIN_WITHDRAWAL", at(8, 9), "ETH", "-1.502")
    story.book("SUBACCOUNT_TX", at(8, 14), "USD", "-100")
    refused = {
        "amount": "1",
        "fee": "0.002",
        "status": "4",
        "txid": "",
        "create_time": at(9, 7),
        "update_time": at(9, 8),
    }
    story.add("withdrawal", at(9), id="302", currency="ETH", **refused)
    story.book("ONCHAIN_WITHDRAWAL", at(9, 7), "ETH", "-1.002")
    story.book("ONCHAIN_WITHDRAWAL", at(9, 8), "ETH", "1.002")


def _trading(story: Story) -> None:
    pair = {"instrument_name": "ETH_USD"}
    # What came before the first fill is not known to be complete, so the first order proves nothing.
    story.order(
        at(1, 12), [("100", "0.10234", "0.1")], side="BUY", instrument_name="CRO_USD", fee_instrument_name="CRO"
    )
    story.order(
        at(2),
        [("5.0", "3120.25", "0.005"), ("7.5", "3120.25", "0.0075")],
        side="BUY",
        fee_instrument_name="ETH",
        **pair,
    )
    child = story.order(at(7), [("2", "3300", "6.6")], side="SELL", fee_instrument_name="USD", **pair)
    fired = {name: child[name] for name in ("quantity", "cumulative_quantity", "cumulative_value", "cumulative_fee")}
    story.add(
        "advanced_order_history",
        at(7),
        order_id="73817490102000013",
        exchange_order_id=child["order_id"],
        order_type="TAKE_PROFIT",
        side="SELL",
        status="CANCELED",
        ref_price="3299",
        create_time=at(3),
        update_time=at(7),
        fee_instrument_name="USD",
        **pair,
        **fired,
    )
    story.order(at(7, 15), [], side="BUY", fee_instrument_name="ETH", **pair)
    waiting = {"quantity": "1", "cumulative_quantity": "0", "create_time": at(9), "update_time": at(9)}
    open_order = {"order_id": story.next_id(), "side": "BUY", "order_type": "LIMIT", "status": "ACTIVE"}
    story.add("open_order", SECOND_SYNC, snapshot_time=SECOND_SYNC, **open_order, **waiting, **pair)


def _derivatives(story: Story) -> None:
    perpetual = {"instrument_name": "ETHUSD-PERP", "fee_instrument_name": "USD"}
    story.order(at(4), [("1.250", "3121.5", "1.95")], side="BUY", **perpetual)
    story.order(at(8, 11), [("0.250", "3150", "0.4")], side="SELL", story_pnl="7.125", **perpetual)
    story.book("FUNDING", at(5, 8), "ETHUSD-PERP", pnl="0.120000")
    story.book("FUNDING", at(8, 8), "ETHUSD-PERP", pnl="-0.050000")
    story.book("SESSION_SETTLE", at(9, 8), "ETHUSD-PERP", pnl="10.5")


def _rewards_and_deals(story: Story) -> None:
    story.add(
        "staking_reward",
        at(6),
        staking_inst_name="DOT.staked",
        reward_inst_name="DOT.staked",
        underlying_inst_name="DOT",
        reward_quantity="0.01342288",
        staked_balance="40.22",
        event_time=at(6, 0),
    )
    in_cro = {"staking_inst_name": "CRO.staked", "reward_inst_name": "CRO", "underlying_inst_name": "CRO"}
    story.add("staking_reward", at(6), reward_quantity="1.5", staked_balance="900", event_time=at(6, 0), **in_cro)
    story.book("SOFT_STAKE_REWARD", at(6, 0), "CRO", "1.5")
    story.book("SOFT_STAKE_REWARD", at(6, 1), "CRO", "2.000000000000000001")
    staked = {"instrument_name": "ETH.staked", "underlying_inst_name": "ETH", "quantity": "0.5", "side": "STAKE"}
    story.add("stake_history", at(9), staking_id="700412", status="COMPLETED", create_time=at(9, 6), **staked)
    story.book("MANUAL_CONVERSION", at(9, 6), "ETH", "-0.5")
    story.book("MARGIN_TRADE_INTEREST", at(6, 2), "USD", "-0.25")
    leg = '[{"instrument_name": "BTC_USD", "side": "BUY", "quantity": "0.1", "executed_quantity": "0.1", '
    leg += '"executed_notional": "8718.601", "price": "87186.01"}]'
    story.add(
        "otc_deal",
        at(9),
        deal_id="111222",
        deal_status="SETTLED",
        create_time_ns=nanoseconds(at(9)),
        update_time_ns=nanoseconds(at(9, 10, 0, 5)),
        leg_list=leg,
    )
    story.book("TRADING", at(9, 10, 0, 5), "BTC", "0.1")
    story.book("TRADING", at(9, 10, 0, 5), "USD", "-8718.601")


def _market(story: Story) -> None:
    """Four candles of a minute, two in each sync; trades reach beyond them on both sides."""
    for number, (moment, price, quantity) in enumerate(
        (
            (FIRST_SYNC - timedelta(minutes=3), "0.1000", "7"),
            (FIRST_SYNC - timedelta(minutes=1, seconds=40), "0.1001", "10"),
            (FIRST_SYNC - timedelta(minutes=1, seconds=20), "0.1003", "5"),
            (FIRST_SYNC + timedelta(seconds=30), "0.1002", "4"),
            (FIRST_SYNC + timedelta(minutes=1, seconds=30), "0.1005", "2"),
            (FIRST_SYNC + timedelta(minutes=9), "0.1004", "1"),
        )
    ):
        story.add(
            "trade",
            moment,
            instrument="CRO_USD",
            trade_id=str(900 + number),
            side="BUY",
            price=price,
            quantity=quantity,
            timestamp=moment,
            timestamp_ns=nanoseconds(moment),
        )
    for minute, prices, volume in (
        (-2, ("0.1001", "0.1003", "0.1001", "0.1003"), "15"),
        (-1, ("0.1003", "0.1003", "0.1003", "0.1003"), "0"),
        (0, ("0.1002", "0.1002", "0.1002", "0.1002"), "4"),
        (1, ("0.1005", "0.1005", "0.1005", "0.1005"), "2"),
    ):
        moment = FIRST_SYNC + timedelta(minutes=minute)
        named = dict(zip(("open", "high", "low", "close"), prices, strict=True))
        story.add("candlestick", moment, instrument="CRO_USD", timeframe="1m", timestamp=moment, volume=volume, **named)


def without(table: str, is_gone: Callable[[Row], bool]) -> Story:
    """The story after one row of a table was lost."""
    story = closed_books()
    [gone] = [row for row in story.tables[table] if is_gone(row)]
    story.tables[table].remove(gone)
    return story


def altered(table: str, is_meant: Callable[[Row], bool], **columns: Any) -> Story:
    """The story with one row that says something else."""
    story = closed_books()
    [row] = [row for row in story.tables[table] if is_meant(row)]
    row.update(columns)
    return story
