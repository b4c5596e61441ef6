"""Every record of every table: valid against its JSON schema, and value by value what the exchange knows."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from integration_tests.connector import LOGGER, Output, config_for, sync
from integration_tests.shared_clock import DAY_NS, NOON_NS, NS_PER_MS, SharedClock, moment
from integration_tests.truth import VALUATIONS, Key, Scope, by_key, newest_candles, newest_trades, truth
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.resources import TABLES
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom import SourceCryptocom
from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.schema import declared_schema

Row = dict[str, Any]
NOW_MS = NOON_NS // NS_PER_MS
TRADES, CANDLES, DEPTH = 200, 320, 7
"""More than a page of trades and of candles; fewer levels of a book than there are."""
TIMEFRAMES = ("1m", "1h", "1M")
READ = [table for table in STREAMS if table not in VALUATIONS]
"""The soak compares the other three: a day of prices is 4,320 rows an instrument."""
SHAPES: dict[str, dict[str, Any]] = {
    "integers": {},
    "strings": {"numbers_as": "strings"},
    "integers, nulls and new fields": {"nulls_for_missing": True, "extra_fields": True},
    "strings, numbers and new fields": {
        "numbers_as": "strings",
        "decimals_as_numbers": True,
        "extra_fields": True,
        "book_without_time": True,
    },
}
FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    """RFC 3339 in UTC with milliseconds."""
    if not isinstance(value, str):
        return True
    datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z")
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value) is not None


@FORMATS.checks("date", raises=ValueError)
def is_date(value: object) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value


@dataclass(frozen=True)
class Read:
    """All tables as one sync printed them, and what the exchange knew at that moment."""

    exchange: Exchange
    market: Market
    covered: tuple[str, ...]
    output: Output
    schemas: dict[str, Any]

    def rows(self, table: str) -> list[Row]:
        return self.output.records.get(table, [])

    def expected(self, table: str) -> list[Row]:
        scope = Scope(self.covered, TIMEFRAMES, newest_trades(TRADES), newest_candles(CANDLES), DEPTH)
        rows = truth(self.market, self.exchange.account, table, scope, self.exchange.behaviour)
        asked_at = {
            column: moment(NOON_NS)
            for column in {"snapshot_time", "request_time"} & self.schemas[table]["properties"].keys()
        }
        return [{**row, **asked_at} for row in rows]


@pytest.fixture(scope="module", params=SHAPES)
def read(request: pytest.FixtureRequest) -> Iterator[Read]:
    """The whole market's instruments and tickers; a dozen instruments of every kind for the rest."""
    clock = SharedClock()
    market, account = Market.from_capture(now_ns=clock), seeded_account(NOON_NS, orders=150, days=12)
    covered = Market.from_capture(instruments=12, now_ns=clock).names
    behaviour = Behaviour(enforce_limits=False, **SHAPES[request.param])
    with clock.patch_connector(), running_exchange(behaviour, account, market, now_ns=clock) as exchange:
        config = config_for(
            exchange,
            start_date=moment(NOON_NS - 13 * DAY_NS),
            instruments=list(covered),
            trade_count=TRADES,
            candlestick_count=CANDLES,
            candlestick_timeframes=list(TIMEFRAMES),
            book_depth=DEPTH,
        )
        schemas = {stream.name: stream.json_schema for stream in SourceCryptocom().discover(LOGGER, config).streams}
        yield Read(exchange, market, covered, sync(config, READ), schemas)


@pytest.mark.parametrize("table", READ)
def test_every_record_is_valid_against_the_tables_schema(table: str, read: Read) -> None:
    schema = read.schemas[table]
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema, format_checker=FORMATS)
    assert [(error.json_path, error.message) for row in read.rows(table) for error in validator.iter_errors(row)] == []
    assert schema.get("additionalProperties", True) is True


def test_a_column_whose_values_are_decimals_is_declared_as_one(read: Read) -> None:
    texts = {
        (table, name)
        for table in READ
        for name, column in declared_schema(table)["properties"].items()
        if column.get("kind") == "text"
    }
    values = ((table, name, value) for table in READ for row in read.rows(table) for name, value in row.items())
    decimals = {(table, name) for table, name, value in values if re.fullmatch(r"-?\d+\.\d+", str(value))}
    assert not texts & decimals


@pytest.mark.parametrize("table", READ)
def test_every_record_is_what_the_exchange_knows(table: str, read: Read) -> None:
    came = read.rows(table)
    wanted, found = by_key(table, read.expected(table)), by_key(table, came)
    if table == "trade":
        forget_ties_at_the_end(wanted, found)
    assert wanted
    assert found == wanted
    assert len(came) == len(by_key(table, came)), "a row came twice"
    assert all(part is not None for key in found for part in key)


def forget_ties_at_the_end(*found: dict[Key, Mapping[str, Any]]) -> None:
    """The newest so many trades may end between two of one nanosecond: which of them is in is the exchange's choice."""
    oldest: dict[str, str] = {}
    for rows in found:
        for row in rows.values():
            oldest[row["instrument"]] = min(row["timestamp_ns"], oldest.get(row["instrument"], row["timestamp_ns"]))
    for rows in found:
        for key in [key for key, row in rows.items() if row["timestamp_ns"] == oldest[row["instrument"]]]:
            del rows[key]


def test_a_spot_instrument_has_no_expiry_and_a_future_has_one(read: Read) -> None:
    expiries = {row["inst_type"]: row.get("expiry_time") for row in read.rows("instrument")}
    assert expiries["CCY_PAIR"] is None
    assert is_date_time(expiries["FUTURE"])
    assert "expiry_timestamp_ms" not in read.rows("instrument")[0]


def test_an_open_interest_that_is_null_stays_null(read: Read) -> None:
    sent = {name for name in read.market.names if read.market.listing(name).ticker["oi"] is None}
    assert {row["instrument"] for row in read.rows("ticker") if row.get("open_interest") is None} == sent
    assert len(sent) == 327


def test_nanoseconds_beyond_what_a_float_holds_are_exact(read: Read) -> None:
    times = [row["timestamp_ns"] for row in read.rows("trade")]
    assert all(isinstance(time, str) and int(time) > 2**53 for time in times)
    assert any(int(float(time)) != int(time) for time in times)
    assert {row["timestamp"] for row in read.rows("trade")} == {moment(int(time)) for time in times}


def test_the_eighteenth_decimal_of_a_balance_arrives(read: Read) -> None:
    quantities = {row["instrument_name"]: row["quantity"] for row in read.rows("user_balance")}
    assert quantities["CRO"] == "1234567.123456789012345678"
    assert quantities["SOL"] == "0.000000000000000001"
    assert quantities["ETH"] == "12.000000000000000000"


def test_a_cross_and_an_isolated_row_have_keys_of_their_own(read: Read) -> None:
    positions = [row["isolation_id"] for row in read.rows("user_position") if row["instrument_name"] == "ETHUSD-PERP"]
    assert sorted(positions) == ["0", "88014207"]
    settled = Counter(row["journal_id"] for row in read.rows("transaction") if row["journal_type"] == "SESSION_SETTLE")
    assert set(settled.values()) == {2}


def test_new_fields_arrive_with_all_digits_but_not_beside_personal_data(
    read: Read,
) -> None:
    announced = ("x", "0.100000000000000001") if read.exchange.behaviour.extra_fields else (None, None)
    for table in READ:
        expected = (None, None) if table in TABLES and TABLES[table].fixed_columns else announced
        assert {(row.get("new_field"), row.get("new_number")) for row in read.rows(table)} == {expected}


def test_the_account_is_asked_for_nothing_that_the_exchange_does_not_know(read: Read) -> None:
    assert read.exchange.unknown_parameters == Counter()
