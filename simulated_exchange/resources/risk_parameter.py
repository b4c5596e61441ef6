"""Risk parameters: three lists, and defaults for what a row of them leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, rfc3339
from simulated_exchange.limits import PUBLIC
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.timeline import MS_NS
from simulated_exchange.wire import EXTRA, field_json, result_of

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

DEFAULTS = {
    "default_max_product_leverage_for_spot": "1.0",
    "default_max_product_leverage_for_perps": "20.0",
    "default_max_product_leverage_for_futures": "20.0",
    "default_umr_multiplier_for_spot": "1.0",
    "default_umr_multiplier_for_perps": "1.0",
    "default_umr_multiplier_for_futures": "2.0",
    "default_long_pos_limit_perps": "-1.0",
    "default_short_pos_limit_perps": "-1.0",
    "default_long_pos_limit_futures": "-1.0",
    "default_short_pos_limit_futures": "-1.0",
    "default_unit_margin_rate": "0.05",
    "default_collateral_cap": "0.0",
}
CONFIGS = ("base_currency", "perpetual_swap", "futures")


@dataclass(frozen=True)
class RiskParameter:
    """`values`: what the row carries beside its name. `update_timestamp_ms` is that of the whole set."""

    config: str
    instrument_name: str
    values: Mapping[str, str]
    update_timestamp_ms: int

    @property
    def key(self) -> str:
        return f"{self.config} {self.instrument_name}"


def risk_parameters(asked: Asked) -> bytes:
    behaviour = asked.behaviour
    rows = asked.account.all(RiskParameter)
    lists = {config: ",".join(_written(row, behaviour) for row in rows if row.config == config) for config in CONFIGS}
    time = max((row.update_timestamp_ms for row in rows), default=asked.now_ns // MS_NS)
    beside = [f'"{name}":{field_json(value, "decimal", behaviour)}' for name, value in DEFAULTS.items()]
    beside.append(f'"update_timestamp_ms":{field_json(time, "time", behaviour)}')
    beside += [f'"{config}_config":[{lists[config]}]' for config in CONFIGS[1:]]
    return result_of(f"[{lists[CONFIGS[0]]}]".encode(), f"{CONFIGS[0]}_config", ",".join(beside))


def _written(row: RiskParameter, behaviour: Behaviour) -> str:
    fields = [f'"instrument_name":{json.dumps(row.instrument_name)}']
    fields += [f'"{name}":{field_json(value, "decimal", behaviour)}' for name, value in row.values.items()]
    return f"{{{','.join([*fields, EXTRA] if behaviour.extra_fields else fields)}}}"


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [
        (
            0,
            {
                "config": row.config,
                "instrument_name": row.instrument_name,
                **row.values,
                **DEFAULTS,
                "update_time": rfc3339(row.update_timestamp_ms),
            },
        )
        for row in account.all(RiskParameter)
    ]


def seed(account: Account, seeding: Seeding) -> None:
    updated_ms = seeding.end_ns // MS_NS - 57_255
    rows: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("base_currency", "A2Z", {"order_limit": "100000.0", "max_order_notional_usd": "100000.0"}),
        ("base_currency", "AAPL", {"minimum_haircut": "0", "unit_margin_rate": "0.016"}),
        (
            "base_currency",
            "BTC",
            {
                "collateral_cap_notional": "21000000",
                "minimum_haircut": "0.0625",
                "max_product_leverage_for_spot": "16.0",
                "max_product_leverage_for_perps": "50.0",
                "unit_margin_rate": "0.005",
                "max_short_sell_limit": "180.0",
                "daily_notional_limit": "5000000.0",
                "order_limit": "900000.0",
                "max_order_notional_usd": "900000.0",
                "min_order_notional_usd": "1.0",
                "long_pos_limit_perps": "9100.0",
                "short_pos_limit_perps": "9100.0",
                "long_pos_limit_futures": "500.0",
                "short_pos_limit_futures": "500.0",
            },
        ),
        ("perpetual_swap", "AAPL", {"max_order_notional_usd": "400000.0"}),
        ("perpetual_swap", "BTC", {"max_order_notional_usd": "5000000.0"}),
        ("futures", "BTC", {"max_order_notional_usd": "2500000.0"}),
    )
    account.put(*(RiskParameter(*row, updated_ms) for row in rows))


RESOURCE = Resource(
    methods={
        "public/get-risk-parameters": Method(
            risk_parameters, key="instrument_name", rows_at="base_currency_config", limit=PUBLIC
        )
    },
    tables={"risk_parameter": Table(("config", "instrument_name"), records)},
    seed=seed,
)
