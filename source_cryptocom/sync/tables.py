"""Which tables a person means: their names, names of groups, or what makes sense without any."""

from collections.abc import Collection, Mapping, Sequence

from source_cryptocom.streams.market import MILLIONS_OF_ROWS
from source_cryptocom.suggestions import did_you_mean

GROUPS: Mapping[str, Sequence[str]] = {
    "market": (
        *("instrument", "ticker", "trade", "book", "candlestick", "funding_rate", "mark_price", "index_price"),
        *("expired_settlement_price", "risk_parameter"),
    ),
    "balances": (
        *("user_balance", "user_position", "open_order", "advanced_open_order", "account", "sub_account_balance"),
        "balance_history",
    ),
    "history": ("order_history", "user_trade", "transaction", "advanced_order_history", "otc_deal"),
    "transfers": ("deposit", "withdrawal", "fiat_deposit", "fiat_withdrawal", "currency_network"),
    "staking": (
        *("staking_position", "open_stake", "stake_history", "open_convert", "convert_history", "staking_reward"),
    ),
    "fees": ("fee_rate", "instrument_fee_rate", "fee_credit"),
    "bots": ("trading_bot", "trading_bot_execution"),
}
ACCOUNT = "account"
"""The group of all tables that need a key; the table of this name is one of them."""
ALL = "all"


def chosen_tables(asked: Sequence[str], readable: Sequence[str], instruments: Sequence[str]) -> list[str]:
    """The tables to read, in the order of `readable`. Without any name: all that the config can read."""
    by_name = set(asked) - {ACCOUNT} & set(readable)
    of_groups = {table for name in asked or [ALL] for table in _group(name, readable)}
    if not instruments:
        of_groups -= set(MILLIONS_OF_ROWS)
    return [table for table in readable if table in of_groups | by_name]


def unknown_names(asked: Sequence[str], known: Collection[str]) -> list[str]:
    """A sentence for each name that is neither a table's nor a group's."""
    names = [*known, *GROUPS, ACCOUNT, ALL]
    return [f"there is no table {name}{did_you_mean(name, names)}" for name in asked if name not in names]


def _group(name: str, readable: Sequence[str]) -> Collection[str]:
    if name == ALL:
        return readable
    if name == ACCOUNT:
        return set(readable) - set(GROUPS["market"])
    return GROUPS.get(name, ())
