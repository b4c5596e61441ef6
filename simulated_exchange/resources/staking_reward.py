"""Rewards of staking: rows without an id that never change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.limits import STAKING as STAKING_LIMIT
from simulated_exchange.paging import STAKING, asked_limit, newest, rows_in_window
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.stake import PARAMETERS
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import DAY_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

TIME = "event_timestamp_ms"


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward; its time in ms. One instrument can pay several coins at once."""

    underlying_inst_name: str
    reward_inst_name: str
    reward_quantity: str
    staked_balance: str
    event_timestamp_ms: int

    @property
    def staking_inst_name(self) -> str:
        return f"{self.underlying_inst_name}.staked"

    @property
    def instrument_name(self) -> str:
        """What the parameter of that name is compared with; the row calls it staking_inst_name."""
        return self.staking_inst_name

    @property
    def key(self) -> str:
        return f"{self.staking_inst_name} {self.reward_inst_name} {self.event_timestamp_ms}"


REWARD = shape(
    {
        "staking_inst_name": "text",
        "underlying_inst_name": "text",
        "reward_inst_name": "text",
        "reward_quantity": "decimal",
        "staked_balance": "decimal",
        "event_timestamp_ms": "time",
    }
)


def rewards(asked: Asked) -> bytes:
    rows = rows_in_window(asked, asked.account.all(Reward), STAKING, ("instrument_name",), TIME, TIME)
    return result_of(rows_json(newest(asked, rows, asked_limit(asked, 20, 500)), REWARD, asked.behaviour))


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(row.event_timestamp_ms * MS_NS, record_of(row, REWARD)) for row in account.all(Reward)]


def reward(
    account: Account,
    at_ns: int,
    coin: str = "SOL",
    paid_in: str = "SOL.staked",
    quantity: str = "0.00342288",
    staked_balance: str = "40.22118",
) -> Reward:
    """One more reward, on the wallet and in the ledger: of what is staked, or of a plain coin."""
    row = Reward(coin, paid_in, quantity, staked_balance, at_ns // MS_NS)
    account.put(row)
    journal_type = "STAKING_REWARDS" if paid_in.endswith(".staked") else "SOFT_STAKE_REWARD"
    book(account, journal_type, at_ns, paid_in, Decimal(quantity))
    return row


def seed(account: Account, seeding: Seeding) -> None:
    """Every day for either staked coin; for one of them in two coins, in the same millisecond."""
    dice = seeding.dice("staking_reward")
    for at_ns in range(seeding.start_ns + DAY_NS // 3, seeding.end_ns, DAY_NS):
        moment_ns = (at_ns + dice.randrange(2_000) * MS_NS) // MS_NS * MS_NS
        balance = f"{dice.randrange(30, 60)}.{dice.randrange(10_000, 99_999)}"
        reward(account, moment_ns, "SOL", "SOL.staked", f"0.00{dice.randrange(100_000, 999_999)}", balance)
        reward(account, moment_ns, "DOT", "DOT.staked", f"0.0{dice.randrange(1_000_000, 2_000_000)}", balance)
        reward(account, moment_ns, "DOT", "CRO", f"{dice.randrange(1, 9)}.{dice.randrange(1_000, 9_999)}", balance)


RESOURCE = Resource(
    methods={
        "private/staking/get-reward-history": Method(
            rewards,
            key="staking_inst_name",
            time=TIME,
            parameters={"instrument_name": "text", **PARAMETERS},
            limit=STAKING_LIMIT,
        )
    },
    tables={"staking_reward": Table(("staking_inst_name", "reward_inst_name", "event_time"), records)},
    seed=seed,
    arrive=reward,
)
