"""A feature that an account lacks costs its table a warning; a table that was read before fails."""

from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.clock import rfc3339
from source_cryptocom.concurrency.record_page import RecordPage
from source_cryptocom.concurrency.streams import concurrent_stream
from source_cryptocom.state.full_refresh import FullRefresh
from source_cryptocom.streams import STREAMS, ExchangeStream, IncrementalExchangeStream
from unit_tests.support.builders import DAY_MS, NOW_MS, account_balance, sync
from unit_tests.support.stub_exchange import Refusal, StubExchange

OPTIONAL = [name for name, stream in STREAMS.items() if stream.optional]
REFUSALS = [
    Refusal(401, 40101, "UNAUTHORIZED"),
    Refusal(401, 40104, "ILLEGAL_TIER"),
    Refusal(200, 40401, "NOT_FOUND"),
    Refusal(400, 40002, "METHOD_NOT_FOUND"),
    Refusal(400, 140001, "API_DISABLED"),
]


def serve_refusal(exchange: StubExchange, stream: ExchangeStream, refusal: Refusal, balance: bool = True) -> None:
    """Every private method is refused; the balance is not, where the key reads it."""
    exchange.serve_rest("private/", lambda _: refusal)
    if balance:
        exchange.serve("private/user-balance", lambda _: [account_balance()])
    stream.context.__dict__["instruments"] = sync(listed=["BTC_USD", "ETH_USD"]).instruments


def read(stream: ExchangeStream, full_refresh: bool = False) -> list[str]:
    """What the engine gets from all partitions, and at the end: "records" or "state"."""
    repository = InMemoryMessageRepository()
    table = concurrent_stream(stream, repository, FullRefresh() if full_refresh else None)
    pages = [page for partition in table.generate_partitions() for page in partition.read()]
    assert all(isinstance(page, RecordPage) for page in pages)
    table.cursor.ensure_at_least_one_state_emitted()
    messages = list(repository.consume_queue())
    assert all(isinstance(message, AirbyteMessage) for message in messages)
    return ["records"] * len(pages) + ["state"] * len(messages)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: str(refusal.code))
@pytest.mark.parametrize("name", OPTIONAL)
def test_a_table_that_the_account_lacks_is_skipped_with_one_warning_and_no_state(
    exchange: StubExchange, log: pytest.LogCaptureFixture, name: str, refusal: Refusal
) -> None:
    stream = STREAMS[name](sync(workers={name: 2}))
    serve_refusal(exchange, stream, refusal)
    assert read(stream) == []
    said = [record.getMessage() for record in log.records if "skipped" in record.getMessage()]
    assert len(said) == 1
    assert said[0].startswith(f"{name}: skipped, because this account or key lacks it; if it always will, leave ")
    assert f"code {refusal.code} " in said[0]


@pytest.mark.parametrize("name", [name for name in OPTIONAL if issubclass(STREAMS[name], IncrementalExchangeStream)])
def test_a_full_refresh_of_it_is_skipped_too_and_is_not_marked_as_complete(exchange: StubExchange, name: str) -> None:
    stream = STREAMS[name](sync())
    serve_refusal(exchange, stream, REFUSALS[0])
    assert read(stream, full_refresh=True) == []


SAVED: dict[str, dict[str, Any]] = {
    "deposit": {"update_time": rfc3339(NOW_MS - DAY_MS), "reread_from": rfc3339(NOW_MS - DAY_MS)},
    "trading_bot": {"update_time": rfc3339(NOW_MS - DAY_MS)},
    "advanced_order_history": {"update_time": rfc3339(NOW_MS - DAY_MS)},
    "balance_history": {"synced_at": rfc3339(NOW_MS - DAY_MS), "cursors": {"D1": str(NOW_MS - DAY_MS)}},
}


@pytest.mark.parametrize("name", SAVED)
def test_a_table_that_was_read_before_fails_instead(exchange: StubExchange, name: str) -> None:
    stream = STREAMS[name](sync())
    assert isinstance(stream, IncrementalExchangeStream)
    stream.restore({"version": 1, **SAVED[name]}, full_refresh=False)
    serve_refusal(exchange, stream, REFUSALS[0])
    with pytest.raises(ExchangeError, match="40101"):
        read(stream)


@pytest.mark.parametrize("refusal", [Refusal(401, 40101), Refusal(400, 40003), Refusal(401, 40103)], ids=str)
def test_a_key_that_reads_nothing_or_a_request_that_is_wrong_is_no_missing_feature(
    exchange: StubExchange, refusal: Refusal
) -> None:
    stream = STREAMS["fee_rate"](sync())
    serve_refusal(exchange, stream, refusal, balance=False)
    with pytest.raises(ExchangeError):
        read(stream)


def test_a_table_that_every_account_has_is_not_skipped(exchange: StubExchange) -> None:
    stream = STREAMS["user_position"](sync())
    serve_refusal(exchange, stream, REFUSALS[0])
    with pytest.raises(ExchangeError, match="may not use private/get-positions"):
        read(stream)
