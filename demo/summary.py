"""What a person wants to see after a sync: what each table holds, what the account is worth, whether it adds up."""

from pathlib import Path

import duckdb

from books.reconciliation import read_reconciliation, result_in_words

BAR_WIDTH = 30
TIME_COLUMNS = ("timestamp", "event_time", "update_time", "create_time", "snapshot_time", "updated_at")
"""The first of these that a table has is the time of its rows; tables without one hold what is true now."""

HOLDINGS = """
SELECT currency, sum(quantity), CAST(sum(value_usd) AS DOUBLE) AS value, sum(share_percent)
FROM books.holding GROUP BY currency ORDER BY value DESC NULLS LAST, currency
"""


def show_tables(database: Path, tables: list[str]) -> None:
    """A line per table: rows, first and last time in UTC."""
    width = max(map(len, tables)) + 2
    print(f"\n{'table':<{width}}{'rows':>10}   {'from (UTC)':<19}  to (UTC)")
    with duckdb.connect(str(database)) as connection:
        for table in tables:
            columns = {row[0]: row[1] for row in connection.execute(f'DESCRIBE "{table}"').fetchall()}
            time = next((name for name in TIME_COLUMNS if columns.get(name, "").startswith("TIMESTAMP")), None)
            span = f"strftime(min({time}), '%x %X'), strftime(max({time}), '%x %X')" if time else "NULL, NULL"
            found = connection.execute(f'SELECT count(*), {span} FROM "{table}"').fetchone()  # noqa: S608
            rows, first, last = found or (0, None, None)
            print(f"{table:<{width}}{rows:>10,}   {first or '-':<19}  {last or '-'}")


def show_holdings(database: Path) -> None:
    """The mart `holding`, a bar beside each currency."""
    with duckdb.connect(str(database)) as connection:
        rows = connection.execute(HOLDINGS).fetchall()
    print("\nWhat the account holds (books.holding):\n")
    print(f"{'currency':<10}{'quantity':>32}{'value in USD':>18}{'share':>8}")
    for currency, quantity, value, share in rows:
        bar = "\N{FULL BLOCK}" * round(BAR_WIDTH * max(share or 0, 0) / 100)
        # Adding zero turns the minus zero of a tiny debt into a zero.
        print(f"{currency:<10}{quantity:>32,f}{value or 0:>18,.2f}{round(share or 0, 1) + 0.0:>7.1f}%  {bar}".rstrip())
    print(f"{'total':<10}{'':>32}{sum(row[2] or 0 for row in rows):>18,.2f}")


def show_reconciliation(database: Path) -> None:
    """Complete and consistent, or which rows are missing."""
    print("\nDoes it add up?\n")
    for line in result_in_words(read_reconciliation(database)):
        print(line)
