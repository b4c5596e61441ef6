"""What is lost in several tables at once: a day, the newest rows, an event with all that tells of it."""

from __future__ import annotations

from collections.abc import Iterator

from integration_tests.books.damages.account_tables import HISTORY as READ
from integration_tests.books.damages.damage import Damage, Damager

HISTORY = {
    **{table: time for table, time in READ.items() if table != "candlestick"},
    "withdrawal": "create_time",
    "fiat_withdrawal": "created_at",
}
"""Tables of history, and which of their times tells the day."""


def of_several_tables(damager: Damager) -> Iterator[Damage]:
    """What is lost in several tables at once."""
    days = [
        str(row[0])
        for row in damager.connection.execute(
            'SELECT DISTINCT CAST(event_time AS DATE) FROM main."transaction" ORDER BY 1'
        ).fetchall()
    ][1:]
    for day in damager.dice.sample(days, min(4, len(days))):
        for name, tables in (
            ("(every history table)", tuple(HISTORY)),
            ("(orders, fills, ledger)", ("order_history", "user_trade", "transaction", "advanced_order_history")),
        ):
            statements = tuple(
                f"DELETE FROM main.\"{table}\" WHERE CAST({HISTORY[table]} AS DATE) = DATE '{day}'"  # noqa: S608
                for table in tables
            )
            yield Damage(name, "a day lost", statements, ({"day": day},), day, tables)
    newest = '(SELECT max(event_time) - INTERVAL 1 DAY FROM main."transaction")'
    statements = tuple(
        f'DELETE FROM main."{table}" WHERE {HISTORY[table]} > {newest}'  # noqa: S608
        for table in (*(table for table in HISTORY if table != "transaction"), "transaction")
    )
    yield Damage("(every history table)", "the newest lost", statements, ({},), "1 day", tuple(HISTORY))
    for fill in damager.dice.sample(damager.rows("user_trade"), min(8, len(damager.rows("user_trade")))):
        yield Damage(
            "(fill and its entries)",
            "a row lost",
            tuple(
                f"DELETE FROM main.\"{table}\" WHERE trade_id = '{fill['trade_id']}'"  # noqa: S608
                for table in ("user_trade", "transaction")
            ),
            (fill,),
            tables=("user_trade", "transaction"),
        )
        tables = ("order_history", "open_order", "user_trade", "transaction")
        yield Damage(
            "(order, fills, entries)",
            "a row lost",
            tuple(
                f"DELETE FROM main.\"{table}\" WHERE order_id = '{fill['order_id']}'"  # noqa: S608
                for table in tables
            ),
            (fill,),
            tables=tables,
        )
    arrived = [row for row in damager.rows("deposit") if row["status"] == "1"]
    for row in damager.dice.sample(arrived, min(4, len(arrived))):
        entry = (
            "DELETE FROM main.\"transaction\" WHERE journal_type = 'ONCHAIN_DEPOSIT' "  # noqa: S608
            f"AND instrument_name = '{row['currency']}' "
            f"AND CAST(transaction_qty AS DECIMAL(38, 18)) = {row['amount']} - {row['fee'] or 0}"
        )
        deposit = f"DELETE FROM main.deposit WHERE id = '{row['id']}'"  # noqa: S608
        yield Damage(
            "(deposit and its entry)", "a row lost", (deposit, entry), (row,), tables=("deposit", "transaction")
        )
