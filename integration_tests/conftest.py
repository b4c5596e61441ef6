"""What several files of tests look at and what takes long to make."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from simulated_exchange.behaviour import Behaviour
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

# PyAirbyte reads these when it is imported: it would look for the connector in Airbyte's registry, and report its use.
os.environ.update({"AIRBYTE_OFFLINE_MODE": "1", "DO_NOT_TRACK": "1"})

# PyAirbyte has no release for Python 3.13. What reads through it is tested on the others.
READ_THROUGH_PYAIRBYTE = [
    "test_postgres_cache.py",
    "test_pyairbyte.py",
]
collect_ignore = [] if importlib.util.find_spec("airbyte") else READ_THROUGH_PYAIRBYTE

SIMULATOR_TESTS = ("test_exchange_", "test_market_itself")
"""How the names of those files begin that test the simulated exchange itself, and not the connector."""

if TYPE_CHECKING:
    from integration_tests.warehouse import Warehouse


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks the tests of the simulated exchange."""
    if item.path.name.startswith(SIMULATOR_TESTS):
        item.add_marker("simulator")


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    # PyAirbyte takes seconds to import: only where it is needed.
    from integration_tests.warehouse import DAYS, filled_warehouse  # noqa: PLC0415

    now_ns = time.time_ns()
    account = seeded_account(now_ns, orders=300, days=DAYS)
    market = Market.from_capture(instruments=3)
    with running_exchange(Behaviour(enforce_limits=False), account, market) as exchange:
        yield filled_warehouse(tmp_path_factory.mktemp("warehouse"), exchange, now_ns)
