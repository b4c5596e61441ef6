"""A life for an account: what happens to it between two syncs and during one, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, get_args

from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NS_PER_MS, SECOND_NS, SharedClock
from simulated_exchange.account import ACCOUNT_ID, Account
from simulated_exchange.behaviour import Behaviour, RowTimeFilter, WindowCap
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.resources import RESOURCES
from simulated_exchange.resources.advanced_order import OPEN_STATUSES, AdvancedOrder, cancel, fire, place
from simulated_exchange.resources.balance_history import STEPS_NS, BalancePoint
from simulated_exchange.resources.transaction import LedgerRow
from simulated_exchange.resources.user_trade import Fill
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.streams import STREAMS

LISTED = 200
INSTRUMENTS = ("REUSD-PERP", "ETHUSD-261030")
"""Of those that are LISTED, two that trade about twelve times in an hour and once."""
LONG_ABSENCE = 0.05
SEEDED_HOURS = 6

Burst = Literal["created", "fills", "ledger"]
_BURSTS: tuple[Burst, ...] = ("created", "fills", "ledger")
Happening = Callable[[Account, int], object]


class Life:
    """One account at one exchange. Time stands still during a sync; `live` lets some pass."""

    def __init__(self, exchange: Exchange, clock: SharedClock, seed: int) -> None:
        self.exchange = exchange
        self.clock = clock
        self.begun_ns = clock.ns
        self.start_ns = clock.ns - SEEDED_HOURS * HOUR_NS
        self._calm = False
        self._dice = random.Random(seed)
        self._happenings: list[Happening] = [
            *(self._place_order, self._cancel_order, self._place_and_fill, self._fill, self._funding),
            *(self._place_advanced_order, self._end_advanced_order),
            *(happens for resource in RESOURCES for happens in (resource.arrive, resource.change) if happens),
        ]
        self._live_from(self.start_ns)

    @property
    def account(self) -> Account:
        return self.exchange.account

    def live(self) -> None:
        """Minutes or hours, now and then some days, in which rows of every kind come, change and end."""
        before_ns = self.clock.ns
        longest_ns = 72 * HOUR_NS if self._dice.random() < LONG_ABSENCE else 2 * HOUR_NS
        self.clock.ns += self._dice.randrange(MINUTE_NS, longest_ns)
        self._live_from(before_ns)

    def calm(self) -> None:
        """From here on nothing happens during a sync, not even what was planned for an earlier one."""
        self._calm = True

    def surprise(self) -> None:
        """Something happens while the next sync runs: before the n-th request of a method from now on."""
        method = self._dice.choice([stream.method for stream in STREAMS.values() if stream.is_private()])
        number = self.exchange.count(method) + self._dice.randrange(1, 4)
        self.exchange.on_request(method, number, self._an_instant)

    def _live_from(self, before_ns: int) -> None:
        """In the order of time: what changes has come before."""
        latest_ns = max(before_ns + 1, self.clock.ns - SECOND_NS)
        for at_ns in sorted(self._dice.randrange(before_ns, latest_ns) for _ in range(self._dice.randrange(60))):
            self._something(at_ns)
        self._balance_points(before_ns)
        at_ms = self._dice.randrange(before_ns, self.clock.ns) // NS_PER_MS
        if self._dice.random() < 0.1:
            what: Burst = self._dice.choice(_BURSTS)
            self.account.burst(self._dice.randrange(90, 260), at_ms, what, same_ns=self._dice.random() < 0.1)
        elif self._dice.random() < 0.05:
            self._cancel_all(at_ms * NS_PER_MS)

    def _cancel_all(self, at_ns: int) -> None:
        for order in list(self.account.open_orders.values()):
            if order.create_time_ns < at_ns:
                self.account.close_order(order.order_id, at_ns, "CANCELED")

    def _balance_points(self, before_ns: int) -> None:
        """Those of the hours and days that ended meanwhile."""
        for timeframe, step_ns in STEPS_NS.items():
            for at_ns in range((before_ns // step_ns + 1) * step_ns, self.clock.ns + 1, step_ns):
                worth = f"{self._dice.randrange(10**12, 10**13)}.00000001"
                self.account.put(BalancePoint(timeframe, at_ns // NS_PER_MS, worth, None))

    def _an_instant(self) -> None:
        if not self._calm:
            self._something(self.clock.ns - SECOND_NS)

    def _something(self, at_ns: int) -> None:
        with self.account.lock:
            self._dice.choice(self._happenings)(self.account, at_ns)

    def _place_order(self, account: Account, at_ns: int) -> None:
        account.place_order(at_ns)

    def _cancel_order(self, account: Account, at_ns: int) -> None:
        placed = [order for order in account.open_orders.values() if order.create_time_ns < at_ns]
        if placed:
            account.close_order(self._dice.choice(placed).order_id, at_ns, "CANCELED")

    def _place_and_fill(self, account: Account, at_ns: int) -> None:
        account.close_order(account.place_order(at_ns).order_id, at_ns)

    def _fill(self, account: Account, at_ns: int) -> None:
        trade_id = account.next_id()
        account.add_fill(Fill(ACCOUNT_ID, trade_id, trade_id, "0", "", "ETH_USD", at_ns, at_ns + 9_000))

    def _funding(self, account: Account, at_ns: int) -> None:
        account.add_ledger_row(LedgerRow(ACCOUNT_ID, account.next_id(), "FUNDING", "USD", at_ns))

    def _place_advanced_order(self, account: Account, at_ns: int) -> None:
        place(account, at_ns)

    def _end_advanced_order(self, account: Account, at_ns: int) -> None:
        waiting = [
            order
            for order in account.all(AdvancedOrder)
            if order.status in OPEN_STATUSES and order.create_time_ns < at_ns
        ]
        if waiting:
            self._dice.choice((fire, cancel))(account, self._dice.choice(waiting), at_ns)


def behaviour_of(seed: int) -> Behaviour:
    """One of the exchanges that the documentation leaves possible."""
    dice = random.Random(seed)
    return Behaviour(
        enforce_limits=False,
        numbers_as=dice.choice(("integers", "strings")),
        order_time_filter=dice.choice(("create", "update")),
        window_cap=dice.choice(get_args(WindowCap)),
        page_order=dice.choice(("newest_first", "oldest_first")),
        large_limit="served",
        time_precision=dice.choice(("ns", "ms")),
        row_time_filter=dice.choice(get_args(RowTimeFilter)),
    )


@contextmanager
def new_life(seed: int) -> Iterator[Life]:
    clock = SharedClock()
    market = Market.from_capture(instruments=LISTED, now_ns=clock, history_days=60)
    account = seeded_account(clock.ns, orders=30, days=SEEDED_HOURS * HOUR_NS / DAY_NS, seed=seed)
    with clock.patch_connector(), running_exchange(behaviour_of(seed), account, market, now_ns=clock) as exchange:
        yield Life(exchange, clock, seed)
