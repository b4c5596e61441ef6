"""Requests to stake and to unstake: open until they end, then in the history under the same id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.limits import STAKING as STAKING_LIMIT
from simulated_exchange.paging import STAKING, asked_limit, newest, rows_in_window
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

FINAL = ("COMPLETED", "REJECTED")
CREATED = "create_timestamp_ms"
PARAMETERS = {"limit": "number", **STAKING.parameters}


@dataclass(frozen=True, slots=True)
class Stake:
    """A request; its only time is that of its creation, in ms."""

    staking_id: str
    underlying_inst_name: str
    side: str
    quantity: str
    create_timestamp_ms: int
    status: str = "PENDING"
    cycle_id: str | None = "1"
    account: str = ACCOUNT_ID

    @property
    def key(self) -> str:
        return self.staking_id

    @property
    def instrument_name(self) -> str:
        return f"{self.underlying_inst_name}.staked"


STAKE = shape(
    {
        "instrument_name": "text",
        "underlying_inst_name": "text",
        "cycle_id": "text?",
        "staking_id": "text",
        "status": "text",
        "account": "text",
        "quantity": "decimal",
        "side": "text",
        "create_timestamp_ms": "time",
    }
)


def stakes(asked: Asked, final: bool) -> bytes:
    rows = [row for row in asked.account.all(Stake) if (row.status in FINAL) is final]
    rows = rows_in_window(asked, rows, STAKING, ("instrument_name",), CREATED, CREATED)
    return result_of(rows_json(newest(asked, rows, asked_limit(asked, 20, 500)), STAKE, asked.behaviour))


def records(account: Account, final: bool) -> Iterable[tuple[int, Record]]:
    return [
        (row.create_timestamp_ms * MS_NS, record_of(row, STAKE))
        for row in account.all(Stake)
        if (row.status in FINAL) is final
    ]


def open_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return records(account, final=False)


def ended_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return records(account, final=True)


def stake(account: Account, at_ns: int, coin: str = "SOL", quantity: str = "2", side: str = "STAKE") -> Stake:
    """One more request; nothing moves before it ends."""
    row = Stake(account.short_id(), coin, side, quantity, at_ns // MS_NS)
    account.put(row)
    return row


def finish(account: Account, row: Stake, at_ns: int, status: str = "COMPLETED") -> None:
    """It ends; what is staked stays in the wallet under a name of its own, as on a live account."""
    account.put(replace(row, status=status))
    if status == "COMPLETED":
        staked = Decimal(row.quantity) * (1 if row.side == "STAKE" else -1)
        book(account, "STAKING", at_ns, row.underlying_inst_name, -staked)
        book(account, "STAKING", at_ns, row.instrument_name, staked)


def finish_oldest(account: Account, at_ns: int) -> None:
    """The oldest open request ends."""
    under_way = [row for row in account.all(Stake) if row.status not in FINAL]
    if under_way:
        finish(account, min(under_way, key=lambda row: row.create_timestamp_ms), at_ns)


def seed(account: Account, seeding: Seeding) -> None:
    """More is staked than unstaked. One request was rejected; of the last, one of either side is open."""
    dice = seeding.dice("stake")
    moments = seeding.moments(dice, 0.2, 7)
    for index, at_ns in enumerate(moments):
        unstakes = index % 3 == 2
        quantity = str(dice.randrange(1, 4) if unstakes else dice.randrange(5, 20))
        row = stake(account, at_ns, ("SOL", "DOT")[index // 3 % 2], quantity, "UNSTAKE" if unstakes else "STAKE")
        if index < len(moments) - 2:
            finish(account, row, at_ns, "REJECTED" if index == 1 else "COMPLETED")
        elif unstakes:
            account.put(replace(row, status="PENDING_UNSTAKING"))


RESOURCE = Resource(
    methods={
        "private/staking/get-open-stake": Method(
            lambda asked: stakes(asked, final=False),
            key="staking_id",
            time=CREATED,
            parameters={"instrument_name": "text", **PARAMETERS},
            limit=STAKING_LIMIT,
        ),
        "private/staking/get-stake-history": Method(
            lambda asked: stakes(asked, final=True),
            key="staking_id",
            time=CREATED,
            parameters={"instrument_name": "text", **PARAMETERS},
            limit=STAKING_LIMIT,
        ),
    },
    tables={
        "open_stake": Table(("staking_id",), open_records),
        "stake_history": Table(("staking_id",), ended_records),
    },
    seed=seed,
    arrive=stake,
    change=finish_oldest,
)
