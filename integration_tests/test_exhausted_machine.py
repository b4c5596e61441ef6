"""A machine that has no more threads or memory to give is said to be that, and is no fault of the connector."""

import argparse
import json
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.connector import config_for, sync
from integration_tests.process import written
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.entrypoint import launch

CATALOG = {
    "streams": [
        {
            "stream": {"name": "ticker", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
    ]
}
NO_THREAD = RuntimeError("can't start new thread")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(NO_THREAD, "This machine has no more threads to give"), (MemoryError(), "This machine is out of memory")],
)
def test_a_machine_without_threads_or_memory_is_said_to_be_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: Exception, sentence: str
) -> None:
    config = {"base_url": "http://127.0.0.1:9/"}
    paths = {"config": written(tmp_path, "config.json", config), "catalog": written(tmp_path, "catalog.json", CATALOG)}
    options = argparse.Namespace(command="read", debug=False, state=None, **paths)
    with (
        mock.patch("source_cryptocom.entrypoint._tune_interpreter"),
        mock.patch.object(threading.Thread, "start", side_effect=error),
        pytest.raises(SystemExit) as end,
    ):
        launch(options)
    assert end.value.code == 1
    messages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (told,) = [m["trace"]["error"] for m in messages if m["type"] == "TRACE" and m["trace"].get("error")]
    assert told["message"].startswith(sentence)
    assert told["failure_type"] == "transient_error"


def test_a_thread_that_cannot_be_had_fails_the_table_that_needs_it_and_no_other() -> None:
    submit = ThreadPoolExecutor.submit

    def submit_without_more_threads(pool: ThreadPoolExecutor, *arguments: Any, **named: Any) -> Future[Any]:
        if pool._thread_name_prefix == "readahead":
            raise NO_THREAD
        return submit(pool, *arguments, **named)

    account = seeded_account(time.time_ns(), orders=5, days=3)
    with (
        running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange,
        mock.patch.object(ThreadPoolExecutor, "submit", submit_without_more_threads),
    ):
        output = sync(config_for(exchange), ["deposit", "order_history"], expecting_failure=True)
    assert output.status("order_history") is AirbyteStreamStatus.COMPLETE
    assert output.status("deposit") is AirbyteStreamStatus.INCOMPLETE
    ((kind, sentence),) = output.errors("deposit")
    assert kind is FailureType.transient_error
    assert sentence.startswith("deposit: This machine has no more threads to give")
