"""A wallet whose deposits change until they are final, while time goes on and each request takes a second."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Page, Parameter
from source_cryptocom.clock import rfc3339
from source_cryptocom.context import SyncContext
from source_cryptocom.retrievers.base import Output
from source_cryptocom.retrievers.changing.reader import ByNumber, ChangingRows
from source_cryptocom.streams.wallet import Deposit
from unit_tests.support.builders import DAY_MS, NOW_MS, sync

SECOND_MS = 1_000
START_MS = NOW_MS
"""The moment of the first sync, a day after the first moment that is asked for."""
PENDING, ARRIVED = "3", "1"
CONTEXT = sync(start_date=rfc3339(START_MS - DAY_MS))
LOGGER = logging.getLogger("airbyte.wallet-test")


@dataclass(frozen=True)
class Transfer:
    """Created at `created_ms`, visible `shown_after_ms` later, and changed after each of `lasts_ms`, at last final."""

    created_ms: int
    lasts_ms: Sequence[int]
    shown_after_ms: int = 0

    def row_at(self, number: int, now_ms: int) -> dict[str, Any] | None:
        """None before the exchange shows it."""
        if now_ms < self.created_ms + self.shown_after_ms:
            return None
        changes = [self.created_ms + sum(self.lasts_ms[: count + 1]) for count in range(len(self.lasts_ms))]
        past = [ms for ms in changes if ms <= now_ms]
        return deposit(
            str(number),
            self.created_ms,
            update_time=max([self.created_ms, *past]),
            status=ARRIVED if len(past) == len(changes) else PENDING,
            amount=f"{len(past)}.50",
        )


def deposit(number: str, created_ms: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "currency": "LTC",
        "amount": "1.50",
        "fee": "0",
        "address": "ltc1qdemo",
        "create_time": created_ms,
        "update_time": created_ms,
        "status": ARRIVED,
        **fields,
    }


@dataclass
class Wallet:
    """A table without HTTP: serves its transfers as they are at `now_ms`, by page numbers, the newest first."""

    transfers: Sequence[Transfer]
    filter_by: Literal["create_time", "update_time"] = "create_time"
    page_size: int = 3
    step_ms: int = 90 * DAY_MS
    now_ms: int = START_MS

    name = "deposit"
    logger = LOGGER
    cursor_column = "update_time"
    rate_limit = Deposit.rate_limit
    never_empty = False

    @cached_property
    def context(self) -> SyncContext:
        return replace(CONTEXT, told_time=lambda: self.now_ms)

    def read(self, state: dict[str, Any]) -> Iterator[Output]:
        """What one sync at `now_ms` gives, with its last state at the end."""
        assert isinstance(Deposit.retriever, ChangingRows)
        reader = replace(Deposit.retriever, pages=ByNumber(), step_ms=self.step_ms).reader(self)
        assert reader.cursor is not None
        reader.cursor.restore(state, full_refresh=False)
        yield from reader.read({})

    def rows(self) -> list[dict[str, Any]]:
        """What the exchange would show now."""
        lives = enumerate(self.transfers)
        return [row for number, transfer in lives if (row := transfer.row_at(number, self.now_ms))]

    def fetch(self, **asked: Any) -> Page:
        self.now_ms += SECOND_MS
        inside = [row for row in self.rows() if asked["start_ts"] <= row[self.filter_by] < asked["end_ts"]]
        inside.sort(key=lambda row: (row[self.filter_by], row["id"]), reverse=True)
        size = min(self.page_size, asked["page_size"])
        return Page([*inside[asked["page"] * size :][:size]], None)

    def key_of(self, row: Row) -> str:
        return str(row["id"])

    def to_records(self, rows: Iterable[Row], **request_columns: Parameter) -> list[dict[str, Any]]:
        return [dict(row) for row in rows]

    def warn(self, sentence: str) -> None:
        self.logger.warning(sentence)

    def unreadable(self, reason: str) -> AirbyteTracedException:
        return self.failure(reason)

    def failure(self, sentence: str) -> AirbyteTracedException:
        return AirbyteTracedException(message=sentence)


def state_of(message: AirbyteMessage) -> dict[str, Any]:
    assert message.state is not None
    assert message.state.stream is not None
    return dict(message.state.stream.stream_state.__dict__)
