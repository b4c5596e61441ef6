"""What a user asks of our rows in every destination, the rows, and the one right answer to each question.

The rows are text, as the connector writes them: a fill that came twice, the older version after the newer one, and a fill whose
id differs from it in the last of 19 digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

COLUMNS = ("order_id", "quantity", "price", "amount", "create_time", "offset_time", "exec_inst", "version", "status")
ROWS: tuple[tuple[str | None, ...], ...] = (
    (
        "6142909898247428343",
        "62841.92",
        "0.5",
        "0.123456789012345678",
        "2026-08-16T23:30:00.729Z",
        "2026-08-17T01:30:00.729+02:00",
        '["POST_ONLY"]',
        "2",
        "FILLED",
    ),
    (
        "6142909898247428343",
        "62841.92",
        "0.5",
        "12345678901234567.000000000000000001",
        "2026-08-16T23:30:00.729Z",
        "2026-08-17T01:30:00.729+02:00",
        "[]",
        "1",
        "ACTIVE",
    ),
    (
        "6142909898247428344",
        "1",
        "1",
        None,
        "2026-08-16T23:30:00.729Z",
        "2026-08-17T01:30:00.729+02:00",
        "[]",
        "0",
        "NEW",
    ),
)

Truth = Decimal | int | str | list[str | None]


@dataclass(frozen=True)
class Question:
    """`query` frames the SQL form of an answer; the newest version of the first fill is the row that is asked for."""

    title: str
    truth: Truth
    query: str = "SELECT {} FROM fill WHERE version = '2'"


QUESTIONS = {
    "amount": Question("a balance of 18 decimals", Decimal("0.123456789012345678")),
    "product": Question("quantity times price", Decimal("31420.96")),
    "sum": Question("a sum of amounts", Decimal("12345678901234567.123456789012345679"), "SELECT {} FROM fill"),
    "filter": Question("the rows with one amount", 1, "SELECT count(*) FROM fill WHERE {}"),
    "id": Question("the rows with one 19-digit id", 1, "SELECT count(*) FROM fill WHERE {}"),
    "instant": Question("a time with Z, in ms", 1786923000729),
    "offset": Question("a time with +02:00, in ms", 1786923000729),
    "day": Question("the UTC day of a sale at 23:30", "2026-08-16"),
    "list": Question("the first entry of a list", "POST_ONLY"),
    "newest": Question("the newest version of a key that came twice", "FILLED", "{}"),
    "added": Question("a column that appears in a later load", [None, "x"], "{}"),
}
