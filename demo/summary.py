"""What a person wants to see after a sync: what the account is worth, and whether it adds up."""

from pathlib import Path

import duckdb

from books.reconciliation import read_reconciliation, result_in_words

BAR_WIDTH = 30
HOLDINGS = """
SELECT currency, sum(quantity), CAST(sum(value_usd) AS DOUBLE) AS value, sum(share_percent)
FROM books.holding GROUP BY currency ORDER BY value DESC NULLS LAST, currency
"""


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
