"""The fees of the account: one row without a key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.wire import row_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class FeeRate:
    """Rates in basis points; the tiers are those of the last 30 days' volume."""

    spot_tier: int = 2
    deriv_tier: int = 1
    effective_spot_maker_rate_bps: str = "24"
    effective_spot_taker_rate_bps: str = "48.5"
    effective_deriv_maker_rate_bps: str = "1.4"
    effective_deriv_taker_rate_bps: str = "3.2"

    @property
    def key(self) -> str:
        return ""


FEE_RATE = shape(
    {
        "spot_tier": "code",
        "deriv_tier": "code",
        "effective_spot_maker_rate_bps": "decimal",
        "effective_spot_taker_rate_bps": "decimal",
        "effective_deriv_maker_rate_bps": "decimal",
        "effective_deriv_taker_rate_bps": "decimal",
    }
)


def current(account: Account) -> FeeRate:
    """That of a new account unless one was put in."""
    return next(iter(account.all(FeeRate)), FeeRate(spot_tier=1))


def fee_rate(asked: Asked) -> bytes:
    return row_json(current(asked.account), FEE_RATE, asked.behaviour).encode()


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(0, record_of(current(account), FEE_RATE))]


def seed(account: Account, seeding: Seeding) -> None:
    account.put(FeeRate())


RESOURCE = Resource(
    methods={"private/get-fee-rate": Method(fee_rate, key="spot_tier", rows_at="")},
    tables={"fee_rate": Table((), records)},
    seed=seed,
)
