"""The networks over which a currency can be moved: a map from the currency to its networks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.timeline import MS_NS
from simulated_exchange.wire import field_json, result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class CurrencyNetwork:
    """`update_time` is that of the whole map, in ms."""

    currency: str
    full_name: str
    default_network: str | None
    network_id: str
    withdrawal_fee: str | None
    min_withdrawal_amount: str
    confirmation_required: int
    withdraw_enabled: bool = True
    deposit_enabled: bool = True
    update_time: int = 0

    @property
    def key(self) -> str:
        return f"{self.currency} {self.network_id}"


NETWORK = shape(
    {
        "network_id": "text",
        "withdrawal_fee": "amount?",
        "withdraw_enabled": "flag",
        "min_withdrawal_amount": "amount",
        "deposit_enabled": "flag",
        "confirmation_required": "count",
    }
)
BESIDE = shape({"currency": "text", "full_name": "text", "default_network": "text?", "update_time": "time"})


def currency_networks(asked: Asked) -> bytes:
    rows = sorted(asked.account.all(CurrencyNetwork), key=lambda row: row.currency)
    written = []
    for currency, group in groupby(rows, key=lambda row: row.currency):
        networks = list(group)
        named = {
            name: field_json(getattr(networks[0], name), "json", asked.behaviour)
            for name in ("full_name", "default_network")
        }
        inside = ",".join(f'"{name}":{value}' for name, value in named.items())
        listed = rows_json(networks, NETWORK, asked.behaviour).decode()
        written.append(f'"{currency}":{{{inside},"network_list":{listed}}}')
    time = max((row.update_time for row in rows), default=asked.now_ns // MS_NS)
    beside = f'"update_time":{field_json(time, "time", asked.behaviour)}'
    return result_of(f"{{{','.join(written)}}}".encode(), "currency_map", beside)


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(0, record_of(row, NETWORK + BESIDE)) for row in account.all(CurrencyNetwork)]


def seed(account: Account, seeding: Seeding) -> None:
    updated_ms = seeding.end_ns // MS_NS - 4_000
    rows = (
        ("AGLD", "Adventure Gold", None, "ETH", None, "10.0", 12),
        ("BTC", "Bitcoin", "BTC", "BTC", "0.0004", "0.001", 2),
        ("CRO", "Cronos", "CRONOS", "CRONOS", "0.1", "2.0", 0),
        ("CRO", "Cronos", "CRONOS", "ETH", "60.0", "120.0", 12),
        ("ETH", "Ethereum", "ETH", "ETH", "0.003", "0.02", 12),
        ("USDT", "Tether", "ETH", "ETH", "4.0", "20.0", 12),
        ("USDT", "Tether", "ETH", "CRONOS", "0.5", "2.0", 0),
    )
    for row in rows:
        open_for_withdrawals = (row[0], row[3]) != ("CRO", "ETH")
        network = CurrencyNetwork(*row)
        account.put(replace(network, withdraw_enabled=open_for_withdrawals, update_time=updated_ms))


RESOURCE = Resource(
    methods={
        "private/get-currency-networks": Method(currency_networks, key="network_id", rows_at="currency_map"),
    },
    tables={"currency_network": Table(("currency", "network_id"), records)},
    seed=seed,
)
