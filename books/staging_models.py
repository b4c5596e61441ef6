"""Writes the staging models and their documentation from the JSON schemas: python -m books.staging_models"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parent.parent
SCHEMAS = PROJECT / "source_cryptocom" / "schemas"
STAGING = PROJECT / "dbt" / "models" / "staging"
DOCUMENTATION = "_staging.yml"
HEADER = "made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew"

KEYS = {
    "instrument": ["symbol"],
    "ticker": ["instrument"],
    "trade": ["instrument", "trade_id"],
    "book": ["instrument", "timestamp"],
    "candlestick": ["instrument", "timeframe", "timestamp"],
    "funding_rate": ["instrument", "timestamp"],
    "mark_price": ["instrument", "timestamp"],
    "index_price": ["instrument", "timestamp"],
    "expired_settlement_price": ["instrument", "expiry_time"],
    "risk_parameter": ["config", "instrument_name"],
    "user_balance": ["instrument_name"],
    "user_position": ["account_id", "instrument_name", "isolation_id"],
    "open_order": ["order_id"],
    "order_history": ["order_id"],
    "user_trade": ["instrument_name", "trade_id"],
    "transaction": [
        "account_id",
        "journal_id",
        "journal_type",
        "instrument_name",
        "isolation_id",
        "event_timestamp_ns",
    ],
    "advanced_open_order": ["order_id"],
    "advanced_order_history": ["order_id"],
    "deposit": ["id"],
    "withdrawal": ["id"],
    "fiat_deposit": ["id"],
    "fiat_withdrawal": ["id"],
    "currency_network": ["currency", "network_id"],
    "account": ["uuid"],
    "sub_account_balance": ["account", "instrument_name"],
    "balance_history": ["instrument_name", "timeframe", "timestamp"],
    "fee_rate": [],
    "instrument_fee_rate": ["instrument_name"],
    "fee_credit": ["expiry_date"],
    "staking_position": ["instrument_name"],
    "open_stake": ["staking_id"],
    "open_convert": ["convert_id"],
    "stake_history": ["staking_id"],
    "convert_history": ["convert_id"],
    "staking_reward": ["staking_inst_name", "reward_inst_name", "event_time"],
    "otc_deal": ["deal_id"],
    "trading_bot": ["bot_id"],
    "trading_bot_execution": ["bot_id", "order_id"],
}
"""The primary key of each table; the latest row of a key is the one that counts."""

SNAPSHOTS = {"user_balance", "user_position", "open_order", "advanced_open_order", "sub_account_balance"}
"""Tables with a column `snapshot_time`: a row that is not in the newest snapshot is no longer there."""

QUANTITIES = {
    "quantity",
    "cumulative_quantity",
    "traded_quantity",
    "volume",
    "bid_size",
    "ask_size",
    "open_interest",
    "contract_size",
    "qty_tick_size",
}
"""Counted in units of an instrument, with its tick size."""

PRICES = {
    "price",
    "limit_price",
    "avg_price",
    "ref_price",
    "trigger_price",
    "traded_price",
    "price_tick_size",
    "last_price",
    "bid",
    "ask",
    "high",
    "low",
    "open",
    "close",
    "change",
    "value",
    "strike",
    "maker_fee_rate",
    "taker_fee_rate",
}
"""Prices, and rates that are multiplied with quantities in the same way."""

CHARGES = {("user_trade", "fees")}
"""Below zero if charged, as the exchange sends them; staged above zero, as the fees of orders are."""

AMOUNT_TABLES = {"user_balance", "sub_account_balance", "fee_credit", "staking_position", "open_stake", "stake_history"}
"""Here `quantity` is an amount of a currency with up to 18 decimals, not one of an instrument."""

AMOUNT_ENDINGS = (
    "_bps",
    "_percentage",
    "_leverage",
    "_notional",
    "_amount",
    "_balance",
    "_value",
    "_cost",
    "_pnl",
    "_qty",
    "_fee",
    "_im",
    "_margin",
    "_quantity",
)
DECIMAL_TABLES = {"risk_parameter"}
"""Every text of theirs that is no key is a decimal."""

AMOUNTS = {
    "leverage",
    "amount",
    "fee",
    "fees",
    "fee_credits",
    "cost",
    "total_haircut",
    "haircut",
    "market_value",
    "total_borrow",
    "total_risk_exposure",
    "total_effective_leverage",
    "hourly_interest_rate",
    "collateral_weight",
    "position_limit",
    "used_position_limit",
    "expected_rate",
    "actual_rate",
    "amount_in_usd",
    "fee_amount_in_usd",
}


@dataclass(frozen=True)
class Column:
    """A staged column: its kind is one of those that the macro `staging` knows."""

    name: str
    kind: str
    description: str


def columns_of(table: str, schema: dict[str, Any]) -> list[Column]:
    """In the order of the schema."""
    return [
        Column(name, kind_of(table, name, field), description_of(table, name, field))
        for name, field in schema["properties"].items()
    ]


def kind_of(table: str, name: str, field: dict[str, Any]) -> str:
    types = field["type"] if isinstance(field["type"], list) else [field["type"]]
    for json_type, kind in (("array", "json"), ("object", "json"), ("boolean", "boolean"), ("integer", "integer")):
        if json_type in types:
            return kind
    if field.get("format") in ("date", "date-time"):
        return "date" if field["format"] == "date" else "time"
    return _kind_of_text(table, name)


def _kind_of_text(table: str, name: str) -> str:
    """The first that fits."""
    kinds = {
        "nanoseconds": name.endswith("_ns") or (table, name) == ("instrument", "last_updated_time"),
        "charge": (table, name) in CHARGES,
        "quantity": name in QUANTITIES and table not in AMOUNT_TABLES,
        "price": name in PRICES,
        "amount": name in AMOUNTS
        or name == "quantity"
        or name.endswith(AMOUNT_ENDINGS)
        or (table in DECIMAL_TABLES and name not in KEYS[table]),
    }
    return next((kind for kind, fits in kinds.items() if fits), "text")


def description_of(table: str, name: str, field: dict[str, Any]) -> str:
    text = str(field.get("description", ""))
    if (table, name) in CHARGES:
        return text.replace("below zero if charged", "above zero if charged, unlike in the raw table")
    return text


def model(table: str, columns: list[Column]) -> str:
    """The text of one staging model."""
    lines = ",\n".join(f"        '{column.name}': '{column.kind}'" for column in columns)
    snapshot = ",\n    snapshot=true" if table in SNAPSHOTS else ""
    return (
        f"{{#- {HEADER} -#}}\n"
        "{{ cryptocom.staging(\n"
        f"    '{table}',\n"
        f"    key={json.dumps(KEYS[table])},\n"
        f"    columns={{\n{lines},\n    }}{snapshot},\n"
        ") }}\n"
    )


def documentation(tables: dict[str, list[Column]]) -> str:
    """The yaml that dbt reads: a description of every column, and what a key promises."""
    models = [
        {
            "name": model_name(table),
            "description": f"The table {table} with types, one row per key. Rows of all accounts.",
            "columns": [
                {"name": "source_account", "description": "Name of the account in the variable cryptocom_accounts."},
                *({"name": column.name, "description": column.description} for column in columns),
                {"name": "extracted_at", "description": "When the connector read the row, in UTC."},
            ],
        }
        for table, columns in tables.items()
    ]
    dumped: str = yaml.safe_dump({"version": 2, "models": models}, sort_keys=False, width=120, allow_unicode=True)
    return f"# {HEADER}\n{dumped}"


def model_name(table: str) -> str:
    return f"stg_cryptocom__{table}"


def generated(schemas: Path = SCHEMAS) -> Iterator[tuple[str, str]]:
    """The name and the text of each file."""
    tables = {
        path.stem: columns_of(path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(schemas.glob("*.json"))
    }
    for table, columns in tables.items():
        yield f"{model_name(table)}.sql", model(table, columns)
    yield DOCUMENTATION, documentation(tables)


def main(schemas: Path = SCHEMAS) -> None:
    """Replaces what is there."""
    for path in STAGING.glob("*"):
        path.unlink()
    STAGING.mkdir(parents=True, exist_ok=True)
    for name, text in generated(schemas):
        (STAGING / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
