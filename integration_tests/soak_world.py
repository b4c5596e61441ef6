"""A life for an account: what happens to it between two syncs and during one, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

from integration_tests.exchange.account import ACCOUNT_ID, Account
from integration_tests.exchange.behaviour import Behaviour, WindowCap
from integration_tests.exchange.exchange import Exchange
from integration_tests.exchange.market import Market
from integration_tests.exchange.resources.transaction import LedgerRow
from integration_tests.exchange.resources.user_trade import Fill
from integration_tests.exchange.running import running_exchange
from integration_tests.shared_clock import HOUR_NS, MINUTE_NS, NS_PER_MS, SharedClock

LISTED = 200
INSTRUMENTS = ("REUSD-PERP", "ETHUSD-261030")
"""Of those that are LISTED, two that trade about twelve times in an hour and once."""
LONG_ABSENCE = 0.05

Burst = Literal["created", "fills", "ledger"]
_BURSTS: tuple[Burst, ...] = ("created", "fills", "ledger")


class Life:
    """One account at one exchange. Time stands still during a sync; `live` lets some pass."""

    def __init__(self, exchange: Exchange, clock: SharedClock, seed: int) -> None:
        self.exchange = exchange
        self.clock = clock
        self.start_ns = clock.ns - 6 * HOUR_NS
        self._calm = False
        self._dice = random.Random(seed)
        self._live_from(self.start_ns)

    @property
    def account(self) -> Account:
        return self.exchange.account

    def live(self) -> None:
        """Minutes or hours, now and then some days, in which orders are placed and end, and the ledger grows."""
        before_ns = self.clock.ns
        longest_ns = 72 * HOUR_NS if self._dice.random() < LONG_ABSENCE else 2 * HOUR_NS
        self.clock.ns += self._dice.randrange(MINUTE_NS, longest_ns)
        self._live_from(before_ns)

    def calm(self) -> None:
        """From here on nothing happens during a sync, not even what was planned for an earlier one."""
        self._calm = True

    def surprise(self) -> None:
        """Something happens while the next sync runs: before the n-th request of a method from now on."""
        method = self._dice.choice(("private/get-order-history", "private/get-trades", "private/get-transactions"))
        number = self.exchange.count(method) + self._dice.randrange(1, 4)
        self.exchange.on_request(method, number, self._an_instant)

    def _live_from(self, before_ns: int) -> None:
        for _ in range(self._dice.randrange(20)):
            self._something(self._dice.randrange(before_ns, self.clock.ns))
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

    def _an_instant(self) -> None:
        if not self._calm:
            self._something(self.clock.ns - 1)

    def _something(self, at_ns: int) -> None:
        placed = [order for order in self.account.open_orders.values() if order.create_time_ns < at_ns]
        choice = self._dice.randrange(5)
        if choice == 0 and placed:
            self.account.close_order(self._dice.choice(placed).order_id, at_ns, "CANCELED")
        elif choice == 1:
            order = self.account.place_order(at_ns)
            self.account.close_order(order.order_id, at_ns)
        elif choice == 2:
            trade_id = self.account.next_id()
            self.account.add_fill(Fill(ACCOUNT_ID, trade_id, trade_id, trade_id, "", "ETH_USD", at_ns, at_ns + 9_000))
        elif choice == 3:
            self.account.add_ledger_row(LedgerRow(ACCOUNT_ID, self.account.next_id(), "FUNDING", "USD", at_ns))
        else:
            self.account.place_order(at_ns)


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
    )


@contextmanager
def new_life(seed: int) -> Iterator[Life]:
    clock = SharedClock()
    market = Market.from_capture(instruments=LISTED, now_ns=clock, history_days=60)
    with clock.rules_the_connector(), running_exchange(behaviour_of(seed), Account(), market, now_ns=clock) as exchange:
        yield Life(exchange, clock, seed)
