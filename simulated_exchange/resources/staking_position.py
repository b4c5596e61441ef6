"""What is staked of each coin: the sum of the requests, the rewards and the conversions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.limits import STAKING as STAKING_LIMIT
from simulated_exchange.paging import filtered
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.convert import Convert
from simulated_exchange.resources.stake import FINAL, Stake
from simulated_exchange.resources.staking_reward import Reward
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

BEGAN_WITH = {"ETH.staked": Decimal(10)}
"""What was staked before the first row, so that there is something to convert."""


@dataclass(frozen=True, slots=True)
class StakingPosition:
    instrument_name: str
    staked_quantity: str
    pending_staked_quantity: str
    pending_unstaked_quantity: str

    @property
    def key(self) -> str:
        return self.instrument_name

    @property
    def underlying_inst_name(self) -> str:
        return self.instrument_name.removesuffix(".staked")

    @property
    def reward_eligible_quantity(self) -> str:
        return format(Decimal(self.staked_quantity) - Decimal(self.pending_unstaked_quantity), "f")


POSITION = shape(
    {
        "instrument_name": "text",
        "underlying_inst_name": "text",
        "staked_quantity": "decimal",
        "pending_staked_quantity": "decimal",
        "pending_unstaked_quantity": "decimal",
        "reward_eligible_quantity": "decimal",
    }
)


def staking_positions(asked: Asked) -> bytes:
    rows = filtered(asked, asked.account.all(StakingPosition), "instrument_name")
    return result_of(rows_json(rows, POSITION, asked.behaviour))


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(0, record_of(row, POSITION)) for row in account.all(StakingPosition)]


def staked(account: Account) -> dict[str, Decimal]:
    """What is staked by now, without what is only asked for."""
    found: dict[str, Decimal] = defaultdict(Decimal, BEGAN_WITH)
    for stake in account.all(Stake):
        if stake.status == "COMPLETED":
            found[stake.instrument_name] += Decimal(stake.quantity) * (1 if stake.side == "STAKE" else -1)
    for reward in account.all(Reward):
        if reward.reward_inst_name.endswith(".staked"):
            found[reward.reward_inst_name] += Decimal(reward.reward_quantity)
    for convert in account.all(Convert):
        if convert.status == "COMPLETED":
            if convert.from_instrument_name.endswith(".staked"):
                found[convert.from_instrument_name] -= Decimal(convert.from_quantity)
            else:
                found[convert.to_instrument_name] += Decimal(convert.to_quantity or 0)
    return dict(found)


def seed(account: Account, seeding: Seeding) -> None:
    pending: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for stake in account.all(Stake):
        if stake.status not in FINAL:
            pending[stake.instrument_name, stake.side] += Decimal(stake.quantity)
    for name, quantity in sorted(staked(account).items()):
        asked_for = (format(pending[name, side], "f") for side in ("STAKE", "UNSTAKE"))
        account.put(StakingPosition(name, format(quantity, "f"), *asked_for))


RESOURCE = Resource(
    methods={
        "private/staking/get-staking-position": Method(
            staking_positions,
            key="instrument_name",
            parameters={"instrument_name": "text"},
            limit=STAKING_LIMIT,
        )
    },
    tables={"staking_position": Table(("instrument_name",), records)},
    seed=seed,
)
