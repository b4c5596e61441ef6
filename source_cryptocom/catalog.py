"""What a configured catalog asks for: tables that exist, tables that a key opens, and how wide each is read. Pure."""

from airbyte_cdk.models import ConfiguredAirbyteCatalog

from source_cryptocom.config import Config, ConfigError
from source_cryptocom.lanes import lanes_per_table
from source_cryptocom.streams import PRIVATE_TABLES, PUBLIC_TABLES, candlestick, names, trade


def unknown_tables(config: Config, catalog: ConfiguredAirbyteCatalog) -> dict[str, ConfigError]:
    """An error for each table that does not exist. Raises ConfigError for tables that need a key and have none."""
    private = names(PRIVATE_TABLES)
    asked = [stream.stream.name for stream in catalog.streams]
    locked = [name for name in asked if name in private]
    if locked and not config.credentials:
        raise ConfigError(
            f"These tables need an API key: {', '.join(locked)}. Set api_key and api_secret, or leave the tables "
            "out of the connection."
        )
    known = names(PUBLIC_TABLES) + private
    return {
        name: ConfigError(
            f"The table {name} does not exist. Refresh the connection's schema; there are {', '.join(known)}."
        )
        for name in asked
        if name not in known
    }


def lanes(config: Config, catalog: ConfiguredAirbyteCatalog) -> dict[str, int]:
    """How many lanes each per-instrument table of the catalog gets, by what a first sync of it would ask for."""
    requests = {
        "book": 1,
        "trade": -(-config.trade_count // trade.PAGE_LIMIT),
        "candlestick": len(config.candlestick_timeframes) * -(-config.candlestick_count // candlestick.PAGE_LIMIT),
    }
    asked = {stream.stream.name for stream in catalog.streams}
    history = {"order_history", "user_trade", "transaction"} & asked
    wanted = {table: count for table, count in requests.items() if table in asked}
    return lanes_per_table(wanted, config.num_workers, len(history)) if wanted else {}
