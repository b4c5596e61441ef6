"""Positions in derivatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.market_prices import price_at
from simulated_exchange.paging import filtered
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.order import ISOLATED
from simulated_exchange.resources.transaction import is_derivative
from simulated_exchange.wire import ISOLATION, result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


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


POSITION = shape(
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
        **ISOLATION,
    }
)


def positions(asked: Asked) -> bytes:
    return result_of(rows_json(filtered(asked, asked.account.positions, "instrument_name"), POSITION, asked.behaviour))


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(0, record_of(position, POSITION)) for position in account.positions]


def seed(account: Account, seeding: Seeding) -> None:
    """The sum of the fills; its cost is what was paid for it and what has been realised since."""
    quantities: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    costs: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    newest: dict[tuple[str, str | None], int] = {}
    for fill in account.fills:
        key = fill.instrument_name, fill.isolation_id
        quantity = Decimal(fill.traded_quantity) * (1 if fill.side == "BUY" else -1)
        quantities[key] += quantity
        costs[key] += quantity * Decimal(fill.traded_price)
        newest[key] = fill.create_time
    for row in account.ledger:
        if row.journal_type in ("TRADING", "SESSION_SETTLE"):
            costs[row.instrument_name, row.isolation_id] += Decimal(row.realized_pnl)
    for key in sorted(newest, key=str):
        if is_derivative(key[0]) and quantities[key]:
            account.positions.append(_position(*key, quantities[key], costs[key], newest[key], seeding))


def _position(
    instrument: str, isolation_id: str | None, quantity: Decimal, cost: Decimal, time_ms: int, seeding: Seeding
) -> Position:
    worth = quantity * price_at(instrument, seeding.end_ns)
    profit = format(worth - cost, "f")
    return Position(
        ACCOUNT_ID,
        instrument,
        str(quantity),
        format(worth, "f"),
        format(cost, "f"),
        open_position_pnl=profit,
        session_pnl=profit,
        update_timestamp_ms=time_ms,
        isolation_id=isolation_id,
    )


RESOURCE = Resource(
    methods={
        "private/get-positions": Method(
            positions, key="instrument_name", time="update_timestamp_ms", parameters={"instrument_name": "text"}
        )
    },
    tables={
        "user_position": Table(
            ("account_id", "instrument_name", "isolation_id"), records, defaults={"isolation_id": "0"}
        )
    },
    seed=seed,
)
