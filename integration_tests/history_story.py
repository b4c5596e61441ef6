"""What happens to an account before, between and during three syncs: everything that makes a history hard to read."""

from dataclasses import dataclass, field

from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NS_PER_MS, SECOND_NS
from simulated_exchange.account import ACCOUNT_ID, Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_records import Record
from simulated_exchange.resources.order import OrderStatus
from simulated_exchange.resources.transaction import LedgerRow
from simulated_exchange.resources.user_trade import Fill

FIRST_SYNC_NS = 3 * DAY_NS + 5 * HOUR_NS
SECOND_SYNC_NS = 5 * DAY_NS + 9 * HOUR_NS
THIRD_SYNC_NS = SECOND_SYNC_NS + 10 * MINUTE_NS
"""When the syncs begin; like every time of the story, ns after its start."""


@dataclass
class Story:
    """`start_ns` is the first moment that a sync asks for; `crowd` rows of each table share one millisecond."""

    start_ns: int
    crowd: int
    account: Account = field(default_factory=Account)

    def __post_init__(self) -> None:
        self._open_for_weeks = self._placed(-20 * DAY_NS)
        self._open_until_the_first_sync = self._placed(DAY_NS + 7 * HOUR_NS)
        self._open_until_the_second_sync = self._placed(12 * HOUR_NS)
        self._cancelled_together = [self._placed(2 * DAY_NS + HOUR_NS + n * 17 * SECOND_NS) for n in range(130)]
        self._open_until_the_third_sync = self._placed(FIRST_SYNC_NS + HOUR_NS)
        self._never_closed = self._placed(-3 * DAY_NS)
        self._ended_before_the_start = self._finished(-2 * DAY_NS, -DAY_NS)

    def truth(self, table: str, behaviour: Behaviour) -> list[Record]:
        """The records that a reader must have by now."""
        rows = expected_rows(self.account, table, behaviour)
        return [row for row in rows if row.get("order_id") != self._ended_before_the_start]

    def until_the_first_sync(self) -> None:
        for edge_ns in (0, DAY_NS - 1, DAY_NS, DAY_NS + 1, 2 * DAY_NS):
            self._everything(edge_ns)
        for number in range(210):
            self._one_of_a_busy_hour(number)
        self._crowds(2 * DAY_NS + 12 * HOUR_NS)
        for number in range(8):
            self._finished(number * 9 * HOUR_NS, number * 9 * HOUR_NS + number * HOUR_NS // 2)

    def during_the_first_sync(self) -> None:
        self._close(self._open_until_the_first_sync, FIRST_SYNC_NS + SECOND_NS)
        self._finished(FIRST_SYNC_NS + SECOND_NS, FIRST_SYNC_NS + 2 * SECOND_NS)

    def until_the_second_sync(self) -> None:
        self._close(self._open_for_weeks, 4 * DAY_NS)
        for number, order_id in enumerate(self._cancelled_together):
            self._close(order_id, 4 * DAY_NS + HOUR_NS + number // 90 * NS_PER_MS + number, "CANCELED")
        for number in range(12):
            self._everything(FIRST_SYNC_NS + (number + 1) * 4 * HOUR_NS, lived_ns=3 * HOUR_NS)
        self._everything(SECOND_SYNC_NS - SECOND_NS, lived_ns=2 * HOUR_NS)

    def during_the_second_sync(self) -> None:
        self._close(self._open_until_the_second_sync, SECOND_SYNC_NS + SECOND_NS)
        self._everything(SECOND_SYNC_NS + SECOND_NS)

    def until_the_third_sync(self) -> None:
        self._close(self._open_until_the_third_sync, THIRD_SYNC_NS - MINUTE_NS)
        self._everything(THIRD_SYNC_NS - 1, lived_ns=8 * MINUTE_NS)

    def _everything(self, at_ns: int, lived_ns: int = 0) -> None:
        """An order that ends, a fill, and a settlement at one nanosecond."""
        self._finished(at_ns - lived_ns, at_ns)
        self._fill(at_ns)
        self._settlement(at_ns)

    def _one_of_a_busy_hour(self, number: int) -> None:
        """More than two pages; every third row shares its millisecond, some their nanosecond, with the one before."""
        shared = number % 3 == 1
        at_ns = DAY_NS + 10 * HOUR_NS + (number - shared) * 11 * SECOND_NS + (shared and number % 5 > 0)
        self._finished(at_ns, at_ns + number * 7 % 60 * MINUTE_NS)
        if number % 2:
            self._fill(at_ns)
            self._settlement(at_ns)

    def _crowds(self, at_ns: int) -> None:
        at_ms = (self.start_ns + at_ns) // NS_PER_MS
        self.account.burst(self.crowd, at_ms, "closed")
        self.account.burst(self.crowd, at_ms, "fills")
        self.account.burst(self.crowd, at_ms, "ledger")

    def _placed(self, create_ns: int) -> str:
        return self.account.place_order(self.start_ns + create_ns).order_id

    def _close(self, order_id: str, update_ns: int, status: OrderStatus = "FILLED") -> None:
        self.account.close_order(order_id, self.start_ns + update_ns, status)

    def _finished(self, create_ns: int, update_ns: int) -> str:
        order_id = self._placed(create_ns)
        self._close(order_id, update_ns)
        return order_id

    def _fill(self, at_ns: int) -> None:
        trade_id, at_ns = self.account.next_id(), self.start_ns + at_ns
        self.account.add_fill(Fill(ACCOUNT_ID, trade_id, trade_id, "0", "", "ETH_USD", at_ns, at_ns + 200_000))

    def _settlement(self, at_ns: int) -> None:
        """Two rows under one journal id and one nanosecond: of a cross and of an isolated position."""
        journal_id = self.account.next_id()
        for isolation_id in (None, "88014207"):
            row = LedgerRow(
                ACCOUNT_ID,
                journal_id,
                "SESSION_SETTLE",
                "ETHUSD-PERP",
                self.start_ns + at_ns,
                realized_pnl="-0.000000000000000001",
                isolation_id=isolation_id,
            )
            self.account.add_ledger_row(row)
