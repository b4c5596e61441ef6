"""Rows that stand inside other rows, with the fields around them beside each. Pure; ValueError says what is missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from source_cryptocom.api.response import Row


def assets_of(account: Row) -> Iterator[Row]:
    """Each of `position_balances`. Where account and asset have a field of one name, the account's gets a prefix."""
    assets = _rows_in(account, "position_balances")
    shared = {name: value for name, value in account.items() if name != "position_balances"}
    for asset in assets:
        # The account's own name must not stand in for that of an asset which has none.
        renamed = asset.keys() | {"instrument_name"}
        yield {f"account_{name}" if name in renamed else name: value for name, value in shared.items()} | asset


def networks_of(result: Row) -> Iterator[Row]:
    """Each network of each currency of `currency_map`; a currency may have none."""
    currencies = result.get("currency_map")
    if not isinstance(currencies, Mapping):
        raise ValueError("currency_map is not an object")
    for currency, entry in currencies.items():
        if not isinstance(entry, Mapping):
            raise ValueError(f"currency_map.{currency} is not an object")
        shared = {name: value for name, value in entry.items() if name != "network_list"}
        for network in _rows_in(entry, "network_list") if entry.get("network_list") is not None else ():
            yield {"update_time": result.get("update_time"), "currency": currency, **shared, **network}


def risk_parameters_of(result: Row) -> Iterator[Row]:
    """Each row of each list named `..._config`; `config` is the list's name without that."""
    lists = [name for name in result if name.endswith("_config")]
    shared = {name: value for name, value in result.items() if name not in lists}
    for name in lists:
        for row in _rows_in(result, name):
            yield {"config": name.removesuffix("_config"), **shared, **row}


def accounts_of(result: Row) -> Iterator[Row]:
    """The master account, and each of `sub_account_list`."""
    master = result.get("master_account")
    if isinstance(master, dict):
        yield master
    yield from _rows_in(result, "sub_account_list") if "sub_account_list" in result else ()


def _rows_in(row: Row, name: str) -> list[dict[str, Any]]:
    rows = row.get(name)
    if not isinstance(rows, list):
        raise ValueError(f"{name} is not a list")
    if not all(isinstance(entry, dict) for entry in rows):
        raise ValueError("a row is not an object")
    return rows
