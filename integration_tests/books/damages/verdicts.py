"""What is lost in whole tables, or in a day of all of them: what the verdict must not pass over."""

from __future__ import annotations

from integration_tests.books.damages.several_tables import HISTORY

DAY = "2026-11-18"
TRANSFERS = ("deposit", "withdrawal", "fiat_deposit", "fiat_withdrawal")
MOVEMENTS = ("stake_history", "convert_history", "otc_deal", "staking_reward")


def without(*tables: str, where: str = "true") -> dict[str, str]:
    """Of each table, a statement that empties it, or takes some of its rows."""
    return {table: f'DELETE FROM main."{table}" WHERE {where}' for table in tables}  # noqa: S608


LOSSES: dict[str, dict[str, str]] = {
    "nothing": {},
    "the whole ledger": without("transaction"),
    "all transfers": without(*TRANSFERS),
    "a day of every table": {
        table: f"DELETE FROM main.\"{table}\" WHERE CAST({time} AS DATE) = DATE '{DAY}'"  # noqa: S608
        for table, time in HISTORY.items()
    },
    "the newest day of every table": {
        table: f"DELETE FROM main.\"{table}\" WHERE {time} > TIMESTAMP '2026-11-29 16:00:00'"  # noqa: S608
        for table, time in HISTORY.items()
    },
    "wallet and positions": without("user_balance", "user_position"),
    "orders without a fill": without("order_history", where="CAST(cumulative_quantity AS DOUBLE) = 0"),
    "settlements and funding": without("transaction", where="journal_type IN ('SESSION_SETTLE', 'FUNDING')"),
    "stakes, conversions, deals and rewards": without(*MOVEMENTS),
}
"""By what is lost: per table the statement that loses it."""
