"""The ledger: every movement of money and every profit that was realised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.market_prices import price_at
from simulated_exchange.paging import TRADING, page
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.order import ISOLATED, ISOLATION_ID, currencies_of
from simulated_exchange.resources.user_trade import Fill
from simulated_exchange.timeline import HOUR_NS, date_of
from simulated_exchange.wire import ISOLATION, result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


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


LEDGER_ROW = shape(
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
        **ISOLATION,
    }
)


def transactions(asked: Asked) -> bytes:
    filters = ("instrument_name", "isolation_id", "journal_type")
    rows = page(asked, asked.account.ledger, "event_timestamp_ns", filters)
    return result_of(rows_json([shown(row, asked.behaviour) for row in rows], LEDGER_ROW, asked.behaviour))


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(row.event_timestamp_ns, record_of(shown(row, behaviour), LEDGER_ROW)) for row in account.ledger]


def shown(row: LedgerRow, behaviour: Behaviour) -> LedgerRow:
    """A row as it is sent: one that is no trade may carry a 0 for the ids that it lacks."""
    if behaviour.ids_of_no_trade == "missing" or row.order_id is not None:
        return row
    return replace(row, order_id="0", trade_id="0")


def is_derivative(instrument: str) -> bool:
    """Whether a row of the ledger is about a position; the other rows are about a currency."""
    return "-" in instrument


def movements(ledger: Iterable[LedgerRow]) -> dict[str, Decimal]:
    """What the ledger adds to each currency: the quantities of its rows, and in USD what positions realised."""
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for row in ledger:
        if is_derivative(row.instrument_name):
            moved["USD"] += Decimal(row.realized_pnl)
        else:
            moved[row.instrument_name] += Decimal(row.transaction_qty)
    return dict(moved)


def book(account: Account, journal_type: str, at_ns: int, instrument: str, quantity: Decimal, **ids: str) -> None:
    """One movement of a currency that is no trade; its cost is its quantity, as in every spot row of a live account."""
    text = format(quantity, "f")
    row = LedgerRow(ACCOUNT_ID, account.next_id(), journal_type, instrument, at_ns, text, text, **ids)
    account.add_ledger_row(row)


@dataclass
class Holding:
    """A position while it is built from fills; `basis` is what it cost, or was last settled at, with its sign."""

    quantity: Decimal = Decimal(0)
    basis: Decimal = Decimal(0)

    def trade(self, change: Decimal, price: Decimal) -> Decimal:
        """What a fill of so many contracts realises; below zero for a sale."""
        realized = Decimal(0)
        if self.quantity * change < 0:
            closed = -change if abs(change) <= abs(self.quantity) else self.quantity
            released = (self.basis * closed / self.quantity).quantize(Decimal("1e-6"))
            realized = closed * price - released
            self.quantity, self.basis = self.quantity - closed, self.basis - released
            change += closed
        self.quantity, self.basis = self.quantity + change, self.basis + change * price
        return realized

    def settle(self, mark: Decimal) -> Decimal:
        """The profit since the last settlement; from here on the position stands at the mark price."""
        profit = self.quantity * mark - self.basis
        self.basis += profit
        return profit


@dataclass
class _Bookkeeper:
    account: Account
    seeding: Seeding
    holdings: dict[tuple[str, str | None], Holding] = field(default_factory=lambda: defaultdict(Holding))

    def rows(self) -> Iterator[LedgerRow]:
        """The fills in the order of their time, and every eight hours a settlement and the funding."""
        dice = self.seeding.dice("transaction")
        fills = sorted(self.account.fills, key=lambda fill: fill.transact_time_ns)
        booked = 0
        for at_ns in range(self.seeding.start_ns + 8 * HOUR_NS, self.seeding.end_ns, 8 * HOUR_NS):
            settled_ns = at_ns + dice.randrange(2_000_000)
            while booked < len(fills) and fills[booked].transact_time_ns < settled_ns:
                yield from self._fill(fills[booked])
                booked += 1
            yield from self._settlement(settled_ns, Decimal(dice.randrange(-50, 100)) / 1_000_000)
        for fill in fills[booked:]:
            yield from self._fill(fill)

    def _fill(self, fill: Fill) -> Iterator[LedgerRow]:
        """A row for each currency, or for the contract, and one for the fee."""
        sign = 1 if fill.side == "BUY" else -1
        quantity, price = sign * Decimal(fill.traded_quantity), Decimal(fill.traded_price)
        if is_derivative(fill.instrument_name):
            realized = self.holdings[fill.instrument_name, fill.isolation_id].trade(quantity, price)
            yield self._of(fill, "TRADING", fill.instrument_name, quantity, quantity * price, realized)
        else:
            base, quote = currencies_of(fill.instrument_name)
            yield self._of(fill, "TRADING", quote, -quantity * price, -quantity * price)
            yield self._of(fill, "TRADING", base, quantity, quantity)
        yield self._of(fill, "TRADE_FEE", fill.fee_instrument_name, fill.fee_paid, fill.fee_paid)

    def _of(
        self,
        fill: Fill,
        journal_type: str,
        instrument: str,
        quantity: Decimal,
        cost: Decimal,
        realized: Decimal = Decimal(0),
    ) -> LedgerRow:
        return LedgerRow(
            ACCOUNT_ID,
            self.account.next_id(),
            journal_type,
            instrument,
            fill.transact_time_ns,
            transaction_qty=format(quantity, "f"),
            transaction_cost=format(cost, "f"),
            realized_pnl=format(realized, "f"),
            order_id=fill.order_id,
            trade_id=fill.trade_id,
            trade_match_id=fill.trade_match_id,
            client_oid=fill.client_oid,
            side=fill.side,
            isolation_id=fill.isolation_id,
        )

    def _settlement(self, at_ns: int, rate: Decimal) -> Iterator[LedgerRow]:
        """The cross and the isolated position of an instrument under one journal id; their funding apart."""
        held = {name for (name, _), holding in self.holdings.items() if holding.quantity}
        for instrument in sorted({"ETHUSD-PERP", *held}):
            journal_id, mark = self.account.next_id(), price_at(instrument, at_ns)
            for isolation_id in (None, ISOLATION_ID):
                holding = self.holdings[instrument, isolation_id]
                funding = (-holding.quantity * mark * rate).quantize(Decimal("1e-6"))
                profit = holding.settle(mark).quantize(Decimal("1e-6"))
                yield self._position_row("SESSION_SETTLE", at_ns, journal_id, instrument, profit, isolation_id)
                funding_id = self.account.next_id()
                yield self._position_row("FUNDING", at_ns + 1_000, funding_id, instrument, funding, isolation_id)

    @staticmethod
    def _position_row(
        journal_type: str, at_ns: int, journal_id: str, instrument: str, realized: Decimal, isolation_id: str | None
    ) -> LedgerRow:
        return LedgerRow(
            ACCOUNT_ID,
            journal_id,
            journal_type,
            instrument,
            at_ns,
            transaction_cost="0.000000",
            realized_pnl=format(realized, "f"),
            isolation_id=isolation_id,
        )


def seed(account: Account, seeding: Seeding) -> None:
    account.fill_up(ledger=_Bookkeeper(account, seeding).rows())


RESOURCE = Resource(
    methods={
        "private/get-transactions": Method(
            transactions,
            key="journal_id",
            time="event_timestamp_ms",
            parameters={
                "instrument_name": "text",
                "isolation_id": "text",
                "journal_type": "text",
                "limit": "number",
                **TRADING.parameters,
            },
        )
    },
    tables={
        "transaction": Table(
            (
                "account_id",
                "journal_id",
                "journal_type",
                "instrument_name",
                "isolation_id",
                "event_timestamp_ns",
            ),
            records,
            defaults={"isolation_id": "0"},
        )
    },
    seed=seed,
)
