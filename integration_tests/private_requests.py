"""The private requests of a full sync as they were sent. As a command it prints each kind once, its key masked.

python -m integration_tests.private_requests
"""

import json
import logging
import sys
import time
from typing import Any

from integration_tests.connector import LOGGER, config_for, sync
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom import SourceCryptocom

MASKED = ("api_key", "sig")

Body = dict[str, Any]


def private_tables(exchange: Exchange) -> list[str]:
    """The tables that are offered with a key only."""
    with_key, without = (
        [stream.name for stream in SourceCryptocom().discover(LOGGER, config_for(exchange, with_key)).streams]
        for with_key in (True, False)
    )
    return [table for table in with_key if table not in without]


def bodies_of_a_full_sync() -> list[Body]:
    """What a first sync of every private table of a seeded account sends, in order of arrival by method."""
    account = seeded_account(time.time_ns(), orders=60, days=3)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        sync(config_for(exchange), private_tables(exchange))
        sent = [request.body for method in sorted(exchange.requests) for request in exchange.requests[method]]
    return [json.loads(body) for body in sent if body]


def one_of_each_kind(bodies: list[Body]) -> list[Body]:
    """The first request of each method and set of parameters."""
    found: dict[tuple[str, ...], Body] = {}
    for body in bodies:
        found.setdefault((body["method"], *sorted(body["params"])), body)
    return list(found.values())


def masked(body: Body) -> Body:
    return {name: "***" if name in MASKED else value for name, value in body.items()}


def main() -> int:
    logging.disable()
    for body in one_of_each_kind(bodies_of_a_full_sync()):
        print("POST", body["method"], json.dumps(masked(body)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
