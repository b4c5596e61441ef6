"""An account, its exchange, a connector that reads it, and the time in which all three live."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import DAY_NS, NOON_NS, SharedClock, moment
from simulated_exchange.account import ACCOUNT_ID, Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows, key_of
from simulated_exchange.expected_records import Record
from simulated_exchange.resources.transaction import LedgerRow
from simulated_exchange.resources.user_trade import Fill
from simulated_exchange.running import running_exchange

HISTORY = ("order_history", "user_trade", "transaction")
CURSORS = {"order_history": "update_time", "user_trade": "create_time", "transaction": "event_time"}
METHODS = {
    "order_history": "private/get-order-history",
    "user_trade": "private/get-trades",
    "transaction": "private/get-transactions",
}

NO_ORDER = "0"

Rows = dict[tuple[object, ...], Record]


class World:
    """It is NOON_NS at first. Syncs ask for history since `start_ns`, ten days earlier unless a test says otherwise."""

    def __init__(self, exchange: Exchange, clock: SharedClock) -> None:
        self.exchange = exchange
        self.clock = clock
        self.start_ns = NOON_NS - 10 * DAY_NS

    @property
    def account(self) -> Account:
        return self.exchange.account

    def sync(
        self,
        *tables: str,
        mode: str = "incremental",
        state: State | None = None,
        expecting_failure: bool = False,
        **config: Any,
    ) -> Output:
        """One sync of the given tables of history, or of all three, at the present moment."""
        config = config_for(self.exchange, **{"start_date": moment(self.start_ns), **config})
        return sync(config, tables or HISTORY, mode, state, expecting_failure)

    def sets_the_connectors_clock(self, off_ns: int) -> None:
        """From now on the clock of the connector's machine is so far ahead of the exchange's."""
        self.clock.connector_off_ns = off_ns

    def truth(self, table: str) -> Rows:
        """All that the account has ever had in a table, by key."""
        return {key_of(table, row): row for row in expected_rows(self.account, table, self.exchange.behaviour)}

    def requests(self, table: str) -> int:
        """How many requests a table has cost so far."""
        return self.exchange.count(METHODS[table])

    def finished_order(self, create_ns: int, update_ns: int | None = None) -> str:
        order_id = self.account.place_order(create_ns).order_id
        return self.account.close_order(order_id, create_ns if update_ns is None else update_ns).order_id

    def fill(self, at_ns: int, order_id: str = NO_ORDER) -> str:
        trade_id = self.account.next_id()
        self.account.add_fill(Fill(ACCOUNT_ID, trade_id, trade_id, order_id, "", "ETH_USD", at_ns, at_ns + 200_000))
        return trade_id

    def funding(self, at_ns: int) -> str:
        journal_id = self.account.next_id()
        self.account.add_ledger_row(LedgerRow(ACCOUNT_ID, journal_id, "FUNDING", "ETHUSD-PERP", at_ns))
        return journal_id

    def one_of_each(self, at_ns: int) -> None:
        """An order placed and filled, a fill and a ledger row at one nanosecond."""
        self.fill(at_ns, self.finished_order(at_ns))
        self.funding(at_ns)


@contextmanager
def new_world(behaviour: Behaviour | None = None) -> Iterator[World]:
    """An empty account at an exchange without instruments and without request limits."""
    clock = SharedClock()
    behaviour = behaviour or Behaviour(enforce_limits=False)
    with (
        clock.patch_connector(),
        running_exchange(behaviour, Account(), EmptyMarket(), now_ns=clock) as exchange,
    ):
        yield World(exchange, clock)


def rows_by_key(table: str, records: Sequence[Record]) -> Rows:
    """Records by key. Fails on a key that comes twice."""
    found = {key_of(table, record): record for record in records}
    assert len(found) == len(records), f"{len(records) - len(found)} keys of {table} were emitted twice"
    return found


def united(table: str, *outputs: Output) -> Rows:
    """What a destination that keeps the latest record of each key holds after these syncs, in this order."""
    found: Rows = {}
    for output in outputs:
        found |= rows_by_key(table, output.records.get(table, []))
    return found


def ids(output: Output) -> list[str]:
    """The ids of the orders that a sync emitted, in the order of printing."""
    return [str(record["order_id"]) for record in output.records.get("order_history", [])]
