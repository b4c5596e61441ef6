"""The package on a real Postgres server: the same books as in DuckDB, and exact products in both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from books.dbt_package import PACKAGE, run_dbt
from integration_tests.books.account_story import Story, at, closed_books
from integration_tests.books.books import Books
from integration_tests.books.postgres_server import postgres_server
from integration_tests.books.raw_tables import POSTGRES, write_table
from integration_tests.books.ticks import PRODUCTS, fills_of_every_size

pytestmark = pytest.mark.thorough

MARTS = sorted(
    path.stem.removeprefix("cryptocom__")
    for folder in ("marts", "reconciliation")
    for path in (PACKAGE / "models" / folder).glob("*.sql")
)
MARTS.remove("reconciliation")  # it counts the rows of all accounts
MULTIPLIED = """
SELECT traded_quantity, traded_price, traded_quantity * traded_price
FROM books_staging.stg_cryptocom__user_trade WHERE source_account = 'ticks'
"""


def no_numbers() -> Story:
    """A time with more digits than an integer has, and an amount that is none."""
    story = Story()
    story.order(at(3), [("2", "0.5", "0")], side="BUY", instrument_name="ODD_USD", fee_instrument_name="USD")
    story.tables["user_trade"][0]["create_time_ns"] = "9" * 20
    story.tables["transaction"][0]["transaction_qty"] = "NaN"
    return story


class Server:
    """Rows of a query."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    def rows(self, query: str) -> list[dict[str, Any]]:
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(host=str(self.socket), user="postgres", dbname="postgres")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres_server() as socket:
        running = Server(socket)
        with closing(running.connect()) as connection, connection, connection.cursor() as cursor:
            for name, story in (("main", closed_books()), ("ticks", fills_of_every_size()), ("odd", no_numbers())):
                for table, rows in story.tables.items():
                    write_table(cursor, table, rows, POSTGRES, prefix=f"{name}_")
        output = {"type": "postgres", "host": str(socket), "user": "postgres", "password": "", "port": 5432}
        output |= {"dbname": "postgres", "schema": "books", "threads": 2}
        profile = {"cryptocom": {"target": "postgres", "outputs": {"postgres": output}}}
        (folder / "profiles.yml").write_text(yaml.safe_dump(profile))
        variables = {
            "cryptocom_raw_schema": "public",
            "cryptocom_accounts": {"main": "main_", "ticks": "ticks_", "odd": "odd_"},
            "cryptocom_began_empty": True,
        }
        run_dbt("run", folder, {}, variables, profiles=folder)
        yield running


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_is_the_same_as_in_duckdb(server: Server, closed: Books, mart: str) -> None:
    query = f"SELECT * FROM books.{mart} WHERE source_account = 'main'"  # noqa: S608  names of our own
    assert comparable(server.rows(query)) == comparable(closed.rows(query))


def test_what_is_no_number_is_named_and_stops_nothing(server: Server) -> None:
    named = "SELECT detail FROM books.discrepancy WHERE source_account = 'odd' AND check_name = 'columns_are_filled'"
    assert sorted(row["detail"] for row in server.rows(named)) == [
        'its create_time_ns of "99999999999999999999" is no number',
        'its transaction_qty of "NaN" is no number',
    ]


def comparable(rows: list[dict[str, Any]]) -> list[str]:
    """In any order, without the zeros of a fixed scale, floats to nine digits."""
    return sorted(str(sorted((name, plain(value)) for name, value in row.items())) for row in rows)


def plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def test_a_quantity_times_a_price_is_exact_in_postgres(server: Server) -> None:
    check_products(server.rows(MULTIPLIED))


def test_a_quantity_times_a_price_is_exact_in_duckdb(stories: Books) -> None:
    check_products(stories.rows(MULTIPLIED))


def check_products(rows: list[dict[str, Any]]) -> None:
    found = {tuple(list(row.values())[:2]): list(row.values())[2] for row in rows}
    assert len(found) == len(PRODUCTS)
    for (quantity, price), product in found.items():
        assert product == quantity * price
    assert set(found.values()) == set(PRODUCTS.values())
