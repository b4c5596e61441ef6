"""What must come of each fault: the table that the fault matrix is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulated_exchange.faults import Fault

METHODS: dict[str, str] = {
    "instrument": "public/get-instruments",
    "ticker": "public/get-tickers",
    "trade": "public/get-trades",
    "book": "public/get-book",
    "candlestick": "public/get-candlestick",
    "user_balance": "private/user-balance",
    "user_position": "private/get-positions",
    "open_order": "private/get-open-orders",
    "order_history": "private/get-order-history",
    "user_trade": "private/get-trades",
    "transaction": "private/get-transactions",
}
OPTIONAL: dict[str, str] = {
    "deposit": "private/get-deposit-history",
    "staking_reward": "private/staking/get-reward-history",
    "advanced_order_history": "private/advanced/get-order-history",
    "trading_bot": "private/bot/get-trading-bots",
    "balance_history": "private/user-balance-history",
}
"""Features that an account may lack: one table for each way of reading. They are struck while the balance is not."""
METHODS |= OPTIONAL
PER_INSTRUMENT = frozenset({"trade", "book", "candlestick"})
TRIES_A_WIDE_WINDOW = frozenset({"order_history", "user_trade", "transaction", "advanced_order_history"})
"""Their first request is for a wider window than is certain: where it is refused, or tells nothing, it is dropped."""

COMPLETE = "complete"
LEFT_OUT = "one left out"
"""The table is complete but for an instrument, which a WARN names."""
SKIPPED = "skipped"
"""The table has no rows, and a WARN says why."""
TRANSIENT, SYSTEM, CONFIG = "transient", "system", "config"
"""The failure types of Airbyte: the table fails, and the next sync makes up for it."""


@dataclass(frozen=True)
class Case:
    """A fault, and what it makes of a table where it strikes `once`, and where it is `lasting`."""

    name: str
    fault: Fault
    once: str
    lasting: str
    per_instrument: str = ""
    """What becomes of trade, book and candlestick, where that differs."""
    optional: str = ""
    """What becomes of the optional tables, where that differs."""
    without: tuple[str, ...] = ()
    """Tables whose rows have nothing that the fault could spoil."""
    spoils: tuple[str, ...] = ()
    """Columns of those tables that the fault takes away all the same."""
    once_of: Mapping[str, str] = field(default_factory=dict)
    lasting_of: Mapping[str, str] = field(default_factory=dict)
    """What becomes of single tables, where that differs."""

    def expected(self, table: str, lasting: bool) -> str:
        if outcome := (self.lasting_of if lasting else self.once_of).get(table):
            return outcome
        if table in self.without or (not lasting and self.once == SYSTEM and table in TRIES_A_WIDE_WINDOW):
            return COMPLETE
        if self.per_instrument and table in PER_INSTRUMENT:
            return self.per_instrument
        if self.optional and table in OPTIONAL:
            return self.optional
        return self.lasting if lasting else self.once

    def armed(self, method: str, first: int, lasting: bool) -> Fault:
        """The fault for one method: its first request alone, or all from the `first` on."""
        return replace(self.fault, method=method, first=first if lasting else 1, count=None if lasting else 1)


def _answer(
    status: int,
    code: int,
    outcome: str,
    once: str = "",
    per_instrument: str = "",
    message: str = "WHAT THE EXCHANGE SAYS",
    optional: str = "",
) -> Case:
    kind = "code_with_200" if status == 200 else "status"
    fault = Fault(kind, status=status, code=code, message=message)
    names = ", instrument" if "instrument" in message else ""
    return Case(f"HTTP {status}, code {code}{names}", fault, once or outcome, outcome, per_instrument, optional)


def _bare(status: int, outcome: str, once: str = "") -> Case:
    fault = Fault("status_without_body", status=status)
    return Case(f"HTTP {status}, no body", fault, once or outcome, outcome)


def _passing(kind: str, **parameters: float) -> Case:
    """Gone when asked again."""
    fault = replace(Fault(kind), **parameters)  # type: ignore[arg-type]
    return Case(kind.replace("_", " "), fault, COMPLETE, TRANSIENT)


CASES: tuple[Case, ...] = (
    _answer(500, 50001, TRANSIENT, COMPLETE),
    _answer(400, 50001, TRANSIENT, COMPLETE),
    _answer(200, 50001, TRANSIENT, COMPLETE),
    _answer(503, 9010001, TRANSIENT, COMPLETE),
    _answer(503, 12345, TRANSIENT, COMPLETE),
    _answer(429, 42901, TRANSIENT, COMPLETE),
    _answer(429, 0, TRANSIENT, COMPLETE),
    _answer(200, 42901, TRANSIENT, COMPLETE),
    _answer(408, 40801, TRANSIENT, COMPLETE),
    _answer(400, 40006, TRANSIENT, COMPLETE),
    _answer(401, 40101, CONFIG, optional=SKIPPED),
    _answer(200, 40101, CONFIG, optional=SKIPPED),
    _answer(400, 40102, CONFIG, COMPLETE),
    _answer(401, 40103, CONFIG),
    _answer(401, 40104, CONFIG, optional=SKIPPED),
    _answer(400, 202, CONFIG),
    _answer(400, 40004, SYSTEM, per_instrument=LEFT_OUT, message="Invalid instrument_name"),
    _answer(400, 40003, SYSTEM),
    _answer(400, 140001, CONFIG, optional=SKIPPED),
    _answer(200, 40401, SYSTEM, per_instrument=LEFT_OUT, optional=SKIPPED),
    _answer(400, 40001, SYSTEM),
    _answer(400, 99999, SYSTEM),
    _answer(200, 43012, SYSTEM),
    _bare(502, TRANSIENT, COMPLETE),
    _bare(204, TRANSIENT, COMPLETE),
    _bare(408, TRANSIENT, COMPLETE),
    _bare(429, TRANSIENT, COMPLETE),
    _bare(401, CONFIG),
    _bare(403, TRANSIENT, COMPLETE),
    _bare(404, SYSTEM),
    _bare(304, SYSTEM),
    Case("redirect", Fault("redirect", url="http://127.0.0.1:9/elsewhere"), SYSTEM, SYSTEM),
    Case("echo in message", Fault("echo_in_message", status=400, code=40001), SYSTEM, SYSTEM),
    _passing("hang", seconds=5),
    _passing("trickle", seconds=0.03),
    _passing("trickle_headers", seconds=0.03),
    _passing("reset"),
    _passing("no_http"),
    _passing("half_body"),
    _passing("html_200"),
    _passing("html", status=403),
    _passing("not_json"),
    _passing("empty_body"),
    _passing("truncated_json"),
    _passing("deep_json"),
    Case("nan", Fault("nan"), COMPLETE, TRANSIENT, without=("deposit",)),
    _passing("empty_result"),
    _passing("result_missing"),
    _passing("data_null"),
    _passing("data_no_list"),
    _passing("huge", megabytes=3),
    _passing("inflated", megabytes=3),
    Case("rows no objects", Fault("rows_no_objects"), SYSTEM, SYSTEM),
    Case(
        "row without key",
        Fault("row_without_key"),
        SYSTEM,
        SYSTEM,
        without=("book",),
        spoils=("bids",),
        once_of={"transaction": SYSTEM},  # its wide window brought a full page, which is not dropped
    ),
    Case(
        "wrong time",
        Fault("wrong_time"),
        SYSTEM,
        SYSTEM,
        without=("instrument", "user_balance", "user_position", "open_order", "deposit"),
        spoils=("expiry_time", "create_time", "update_time"),
        # Of bots each page is read twice.
        once_of={"transaction": COMPLETE, "trade": COMPLETE, "trading_bot": COMPLETE},
        # From the second page on, the row that is struck is one that the page before brought, too.
        # A trade and a fill have their time in nanoseconds as well, which serves for both.
        lasting_of={"transaction": COMPLETE, "trade": COMPLETE, "user_trade": COMPLETE},
    ),
    Case(
        "numbers for strings",
        Fault("numbers_for_strings"),
        COMPLETE,
        COMPLETE,
        without=("trading_bot",),
        spoils=("settings", "execution_summary"),
    ),
)
"""`window_ignored` and `same_page` are about paging: the tests of account history have them."""
