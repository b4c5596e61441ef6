"""What all streams of one sync share."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.rate_limits import PUBLIC
from source_cryptocom.clock import now_ms
from source_cryptocom.config import Config
from source_cryptocom.instruments import Instruments, fetch_instruments

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True)
class SyncContext:
    """One run of the connector.

    `workers`: how many partitions each per-instrument stream is read in. `clock` gives ms since the epoch.
    """

    config: Config
    api: ExchangeApi
    workers: Mapping[str, int] = field(default_factory=dict)
    clock: Callable[[], int] = now_ms

    @cached_property
    def instruments(self) -> Instruments:
        """The exchange's list, from one request that serves all streams."""
        endpoint = self.api.endpoint("instrument", "public/get-instruments", PUBLIC, LOGGER)
        return Instruments(lambda: fetch_instruments(endpoint))
