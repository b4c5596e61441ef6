"""What all streams of one sync share."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.rate_limits import PUBLIC
from source_cryptocom.clock import now_ms
from source_cryptocom.config import Config, require_past
from source_cryptocom.instruments import Instruments, fetch_instruments
from source_cryptocom.retrievers.history.filled_orders import FilledOrders

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True)
class SyncContext:
    """One run of the connector.

    `workers`: how many partitions each per-instrument stream is read in. `told_time` gives ms since the epoch in place
    of the exchange. `pool`: the threads in which tables of history read ahead; None where they do not.
    `filled_orders`: what the table of fills tells the table of orders.
    """

    config: Config
    api: ExchangeApi
    workers: Mapping[str, int] = field(default_factory=dict)
    told_time: Callable[[], int] | None = None
    pool: Executor | None = None
    filled_orders: FilledOrders = field(default_factory=FilledOrders)

    def clock(self) -> int:
        """The exchange's time, in ms since the epoch: nothing later is claimed. Asks for it where no answer told it."""
        if self.told_time:
            return self.told_time()
        if not self.api.clock.is_known:
            self._ask_for_the_time()
        return self.api.clock()

    def require_past_dates(self) -> None:
        """Raises ConfigError where the config has a date from which to read that has not come yet at the exchange."""
        self.clock()
        require_past(self.config, self.time_to_show())

    def time_to_show(self) -> int:
        """The moment of a request, as a row shows it: the exchange's time, where no answer told it this machine's."""
        if self.told_time:
            return self.told_time()
        return self.api.clock() if self.api.clock.is_known else now_ms()

    def account(self) -> str | None:
        """The fingerprint of the account that the key belongs to; None where that is not known."""
        return self.api.account_identity.fingerprint() if self.api.account_identity else None

    def _ask_for_the_time(self) -> None:
        """One request that is worth making anyway. A refusal tells the time as well; who needs the rows asks again."""
        if self.api.account_identity:
            self.account()
        else:
            with suppress(AirbyteTracedException):
                self.instruments.rows()

    @cached_property
    def instruments(self) -> Instruments:
        """The exchange's list, from one request that serves all streams."""
        endpoint = self.api.endpoint("instrument", "public/get-instruments", PUBLIC, LOGGER)
        return Instruments(lambda: fetch_instruments(endpoint))
