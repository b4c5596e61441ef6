"""Conversions between a staked coin and the token that stands for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.limits import STAKING as STAKING_LIMIT
from simulated_exchange.paging import STAKING, asked_limit, newest, rows_in_window
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.stake import CREATED, FINAL, PARAMETERS
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

STAKED, TOKEN = "ETH.staked", "CDCETH"


@dataclass(frozen=True, slots=True)
class Convert:
    """A request; its only time is that of its creation, in ms. What was obtained is missing until it ends."""

    convert_id: str
    from_instrument_name: str
    to_instrument_name: str
    expected_rate: str
    from_quantity: str
    create_timestamp_ms: int
    slippage_tolerance_bps: int = 5
    status: str = "NEW"
    actual_rate: str | None = None
    to_quantity: str | None = None

    @property
    def key(self) -> str:
        return self.convert_id


CONVERT = shape(
    {
        "from_instrument_name": "text",
        "to_instrument_name": "text",
        "expected_rate": "decimal",
        "from_quantity": "decimal",
        "slippage_tolerance_bps": "code",
        "actual_rate": "decimal?",
        "to_quantity": "decimal?",
        "convert_id": "text",
        "status": "text",
        "create_timestamp_ms": "time",
    }
)


def converts(asked: Asked, final: bool) -> bytes:
    rows = [row for row in asked.account.all(Convert) if (row.status in FINAL) is final]
    rows = rows_in_window(asked, rows, STAKING, (), CREATED, CREATED)
    return result_of(rows_json(newest(asked, rows, asked_limit(asked, 20, 500)), CONVERT, asked.behaviour))


def records(account: Account, final: bool) -> Iterable[tuple[int, Record]]:
    return [
        (row.create_timestamp_ms * MS_NS, record_of(row, CONVERT))
        for row in account.all(Convert)
        if (row.status in FINAL) is final
    ]


def open_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return records(account, final=False)


def ended_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return records(account, final=True)


def convert(account: Account, at_ns: int, quantity: str = "0.5", to_token: bool = True) -> Convert:
    """One more request; nothing moves before it ends."""
    names = (STAKED, TOKEN) if to_token else (TOKEN, STAKED)
    row = Convert(account.short_id(), *names, "1.0641" if to_token else "0.9397", quantity, at_ns // MS_NS)
    account.put(row)
    return row


def finish(account: Account, row: Convert, at_ns: int, status: str = "COMPLETED") -> None:
    """It ends; one leaves the wallet and the other comes."""
    done = status == "COMPLETED"
    obtained = Decimal(row.from_quantity) * Decimal(row.expected_rate) if done else Decimal(0)
    rate = row.expected_rate if done else "0"
    account.put(replace(row, status=status, actual_rate=rate, to_quantity=format(obtained, "f")))
    if done:
        book(account, "MANUAL_CONVERSION", at_ns, row.from_instrument_name, -Decimal(row.from_quantity))
        book(account, "MANUAL_CONVERSION", at_ns, row.to_instrument_name, obtained)


def finish_oldest(account: Account, at_ns: int) -> None:
    """The oldest open request ends."""
    under_way = [row for row in account.all(Convert) if row.status not in FINAL]
    if under_way:
        finish(account, min(under_way, key=lambda row: row.create_timestamp_ms), at_ns)


def seed(account: Account, seeding: Seeding) -> None:
    """Mostly into the token; the second was rejected, the newest is open."""
    dice = seeding.dice("convert")
    moments = seeding.moments(dice, 0.12, 5)
    for index, at_ns in enumerate(moments):
        row = convert(account, at_ns, f"0.{dice.randrange(10, 90)}", to_token=index % 4 != 3)
        if index < len(moments) - 1:
            finish(account, row, at_ns, "REJECTED" if index == 1 else "COMPLETED")


RESOURCE = Resource(
    methods={
        "private/staking/get-open-convert": Method(
            lambda asked: converts(asked, final=False),
            key="convert_id",
            time=CREATED,
            parameters=PARAMETERS,
            limit=STAKING_LIMIT,
        ),
        "private/staking/get-convert-history": Method(
            lambda asked: converts(asked, final=True),
            key="convert_id",
            time=CREATED,
            parameters=PARAMETERS,
            limit=STAKING_LIMIT,
        ),
    },
    tables={
        "open_convert": Table(("convert_id",), open_records),
        "convert_history": Table(("convert_id",), ended_records),
    },
    seed=seed,
    arrive=convert,
    change=finish_oldest,
)
