"""Day candles of the account's currencies, which value its balances on the days before the market was first read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from source_cryptocom.sync.command import main as sync

TABLE = "candlestick"
NEEDED = {"instrument", "transaction"}
# Of the pairs of a currency the one with US dollars, else the one with USDT; `X.staked` is priced as X.
PAIRS = """
WITH currency AS (SELECT DISTINCT split_part(instrument_name, '.', 1) AS name FROM main.transaction)
SELECT coalesce(min(CASE quote_ccy WHEN 'USD' THEN symbol END), min(symbol))
FROM currency INNER JOIN main.instrument ON base_ccy = currency.name
WHERE inst_type = 'CCY_PAIR' AND quote_ccy IN ('USD', 'USDT')
GROUP BY currency.name ORDER BY 1
"""
FIRST_DAY = "SELECT strftime(min(event_time), '%Y-%m-%d') FROM main.transaction"


def read_day_prices(config: Path, database: Path) -> int:
    """Reads them into the database, as `source-cryptocom sync` does; the exit code."""
    instruments, first_day = _wanted(database)
    if not instruments:
        return 0
    # The sync a minute ago read none of them, so the table is read again.
    chosen = ["--instruments", ",".join(instruments), "--candlestick-timeframes", "1D", "--hours-between-syncs", "0"]
    return sync(["--to", str(database), "--config", str(config), "--tables", TABLE, "--from", first_day, *chosen])


def _wanted(database: Path) -> tuple[list[str], str]:
    """The instruments, and the first day of the ledger; none where the tables that say so were not read."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if not tables >= NEEDED:
            return [], ""
        connection.execute("SET TimeZone = 'UTC'")
        [(first_day,)] = connection.execute(FIRST_DAY).fetchall()
        return [name for (name,) in connection.execute(PAIRS).fetchall()], first_day or ""
