"""What a person wants to see after a sync: rows and time span of each table, and what the account is worth."""

from pathlib import Path

import duckdb

PORTFOLIO_QUERY = Path("sql/duckdb/portfolio_value_by_asset.sql")
BAR_WIDTH = 30
TIMES = {
    "ticker": "timestamp",
    "trade": "timestamp",
    "book": "timestamp",
    "candlestick": "timestamp",
    "user_position": "update_time",
    "open_order": "create_time",
    "order_history": "update_time",
    "user_trade": "create_time",
    "transaction": "event_time",
}
"""The time of a table's rows; the others hold what is true now."""


def show_tables(database: Path, tables: list[str]) -> None:
    """A line per table: rows, first and last time in UTC."""
    print(f"\n{'table':<15}{'rows':>10}   {'from (UTC)':<19}  to (UTC)")
    with duckdb.connect(str(database)) as connection:
        for table in tables:
            time = TIMES.get(table)
            span = f"strftime(min({time}), '%x %X'), strftime(max({time}), '%x %X')" if time else "NULL, NULL"
            found = connection.execute(f"SELECT count(*), {span} FROM {table}").fetchone()  # noqa: S608
            rows, first, last = found or (0, None, None)
            print(f"{table:<15}{rows:>10,}   {first or '-':<19}  {last or '-'}")


def show_portfolio(database: Path, tables: list[str]) -> None:
    """The answer of one SQL query, a bar beside each asset. Nothing without an account."""
    if "user_balance" not in tables:
        print("\nWithout a key there is no portfolio to show.")
        return
    with duckdb.connect(str(database)) as connection:
        rows = connection.execute(PORTFOLIO_QUERY.read_text(encoding="utf-8")).fetchall()
    print(f"\nThe account's value by asset ({PORTFOLIO_QUERY}):\n")
    print(f"{'asset':<8}{'quantity':>32}{'value in USD':>18}{'share':>8}")
    for asset, quantity, value, share in rows:
        bar = "\N{FULL BLOCK}" * round(BAR_WIDTH * max(share or 0, 0) / 100)
        # Adding zero turns the minus zero of a tiny debt into a zero.
        print(f"{asset:<8}{quantity:>32,f}{value:>18,.2f}{round(share or 0, 1) + 0.0:>7.1f}%  {bar}".rstrip())
    print(f"{'total':<8}{'':>32}{sum(row[2] for row in rows):>18,.2f}")
