"""Every fault against every table: what comes of it, and whether the next sync makes up for it.

`python -m integration_tests.fault_matrix` prints the matrix.
"""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from unittest import mock

from airbyte_cdk.models import AirbyteStreamStatus, ConfiguredAirbyteCatalog
from airbyte_cdk.test.entrypoint_wrapper import read
from airbyte_cdk.test.models import ExpectedOutcome

from integration_tests.connector import Output, State, config_for, configured_catalog
from integration_tests.fault_cases import CASES, COMPLETE, LEFT_OUT, METHODS, OPTIONAL, PER_INSTRUMENT, SKIPPED, Case
from integration_tests.shared_clock import SharedClock
from integration_tests.table_truth import Truth
from integration_tests.without_waits import without_waits
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS
from source_cryptocom import SourceCryptocom
from source_cryptocom.api.transport import REQUEST_ARGUMENTS, BoundedAdapter

DAYS, CANDLES = 3, 12
TRADES = 41
"""Of no instrument has the next older one the same time: it would come with the next sync."""
FIRST_STRUCK = {"trade": 2, "book": 2, "candlestick": 3, "order_history": 2, "user_trade": 2, "transaction": 2}
"""Where a lasting fault begins: in the middle of a table that takes several requests."""
BOUND_SECONDS = 0.25
TIGHT = frozenset({"hang", "trickle", "trickle_headers", "huge", "inflated"})
"""Faults that show at the connector's bounds on time and size, which are narrowed for them."""


@dataclass(frozen=True)
class Cell:
    """What one fault, `once` or `lasting`, made of one table; `wrong` says what should not be, or nothing."""

    case: Case
    table: str
    lasting: bool
    outcome: str
    wrong: str = ""


@dataclass(frozen=True)
class Setup:
    """An exchange whose account and market stand still, and the connector's config for it."""

    exchange: Exchange
    truth: Truth
    catalog: ConfiguredAirbyteCatalog
    config: dict[str, object]

    def sync(self, tables: Sequence[str], state: State | None = None, failing: bool = False) -> Output:
        streams = [stream for stream in self.catalog.streams if stream.stream.name in tables]
        outcome = ExpectedOutcome.EXPECT_EXCEPTION if failing else ExpectedOutcome.EXPECT_SUCCESS
        # 429 makes the CDK print a status past its own messages.
        with without_waits(), contextlib.redirect_stdout(io.StringIO()):
            catalog = ConfiguredAirbyteCatalog(streams=streams)
            return Output(read(SourceCryptocom(), self.config, catalog, state, expected_outcome=outcome))


FINE = (COMPLETE, LEFT_OUT, SKIPPED)


@contextmanager
def new_setup() -> Iterator[Setup]:
    clock = SharedClock()
    now_ns = clock.ns
    market = Market.from_capture(instruments=3, now_ns=clock)
    account = seeded_account(now_ns, orders=60, days=DAYS - 0.5)
    # A day a window: a fault strikes between two of them, too.
    behaviour = Behaviour(enforce_limits=False, window_cap="day")
    with clock.patch_connector(), running_exchange(behaviour, account, market, now_ns=clock) as exchange:
        config = config_for(
            exchange,
            instruments=list(market.names),
            start_date=rfc3339((now_ns - DAYS * DAY_NS) // 1_000_000),
            candlestick_count=CANDLES,
            trade_count=TRADES,
            num_workers=10,
        )
        catalog = configured_catalog(config, list(METHODS), "incremental")
        yield Setup(exchange, Truth(market, account, TRADES, CANDLES), catalog, config)


def cells(setup: Setup, case: Case, modes: Sequence[bool] = (False, True)) -> Iterator[Cell]:
    """The row of a fault: each table with a fault that strikes once (False) and with a lasting one (True)."""
    for lasting in modes:
        # Open orders are asked for by order_history as well, the balance where a key's rights are in doubt: tables
        # that would take each other's fault are struck apart.
        apart = ["open_order", *OPTIONAL]
        together = [table for table in METHODS if table not in ("user_balance", *apart)]
        for tables in (together, ["user_balance"], apart):
            yield from _cells(setup, case, tables, lasting)


def _cells(setup: Setup, case: Case, tables: list[str], lasting: bool) -> Iterator[Cell]:
    failing = any(case.expected(table, lasting) not in FINE for table in tables)
    with _bounds(case.fault.kind in TIGHT):
        for table in tables:
            setup.exchange.faults.arm(case.armed(METHODS[table], FIRST_STRUCK.get(table, 1), lasting))
        output = setup.sync(tables, failing=failing)
        setup.exchange.faults.clear()
    outcomes = {table: _outcome(setup, case, output, table) for table in tables}
    failed = [table for table, (outcome, _) in outcomes.items() if outcome not in FINE]
    next_output = setup.sync(failed, output.state) if failed else None
    exits = "" if bool(failed) is output.failed else "the exit code does not tell of the failure"
    for table, (outcome, wrong) in outcomes.items():
        again = next_output.records if next_output and table in failed else None
        lost = setup.truth.lost(table, output.records, again) if again is not None else ""
        yield Cell(case, table, lasting, outcome, wrong or lost or exits)


def _outcome(setup: Setup, case: Case, output: Output, table: str) -> tuple[str, str]:
    errors = output.errors(table)
    complete = output.status(table) is AirbyteStreamStatus.COMPLETE
    if complete and not errors:
        if any(line.startswith(f"{table}: skipped, ") for line in output.log("WARN")):
            return SKIPPED, "a skipped table has rows" if output.records.get(table) else ""
        warned = [line for line in output.log("WARN") if line.startswith(f"{table}: ") and "is left out" in line]
        if warned and table in PER_INSTRUMENT:
            return LEFT_OUT, setup.truth.difference(table, output.records, left_out=warned)
        spoiled = case.spoils if table in case.without else ()
        return COMPLETE, setup.truth.difference(table, output.records, spoiled=spoiled)
    kinds = {str(kind.value).removesuffix("_error") for kind, _ in errors if kind}
    wrong = "" if errors and not complete else f"status {output.status(table).value} with {len(errors)} errors"
    for _, sentence in errors:
        wrong = wrong or _no_sentence(table, sentence)
    return " and ".join(sorted(kinds)) or "unexplained", wrong


def _no_sentence(table: str, text: str) -> str:
    """Why `text` is nothing that a user can use."""
    if METHODS[table] not in text:
        return f"does not name the method: {text}"
    if "Traceback" in text or "\n" in text or not text.endswith((".", "!")) or len(text) > 700:
        return f"not a sentence: {text}"
    return ""


@contextmanager
def _bounds(tight: bool) -> Iterator[None]:
    with ExitStack() as patches:
        if tight:
            patches.enter_context(mock.patch.dict(REQUEST_ARGUMENTS, timeout=(BOUND_SECONDS, BOUND_SECONDS)))
            adapter = partial(BoundedAdapter, answer_timeout_seconds=BOUND_SECONDS, max_answer_bytes=2_000_000)
            patches.enter_context(mock.patch("source_cryptocom.api.transport.BoundedAdapter", adapter))
        yield


def _printed() -> None:
    print(f"{'fault':<22}{'strikes':<9}" + "".join(f"{table:<15}" for table in METHODS))
    wrong = []
    with new_setup() as running:
        for case in CASES:
            row = list(cells(running, case))
            for lasting in (False, True):
                of_kind = {cell.table: cell for cell in row if cell.lasting is lasting}
                shown = "".join(f"{of_kind[table].outcome:<15}" for table in METHODS)
                print(f"{case.name:<22}{'lasting' if lasting else 'once':<9}{shown}", flush=True)
            wrong += [cell for cell in row if cell.wrong or cell.outcome != case.expected(cell.table, cell.lasting)]
    print(f"{len(CASES) * 2 * len(METHODS)} cells, {len(wrong)} of them not as they should be.")
    for cell in wrong:
        print(f"{cell.case.name}, {cell.table}: {cell.outcome}. {cell.wrong}")


if __name__ == "__main__":
    logging.getLogger().handlers.clear()
    _printed()
