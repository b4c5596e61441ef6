"""The requests by which `check` finds out which tables a key can read."""

from source_cryptocom.streams.samples import sample_requests
from unit_tests.support.builders import NOW_MS


def test_no_request_relies_on_a_default_of_the_exchange() -> None:
    parameters = {sample.table: sample.parameters for sample in sample_requests(NOW_MS)}
    assert parameters["balance_history"] == {"timeframe": "D1", "limit": 1, "end_time": NOW_MS}


def test_fiat_history_is_asked_without_the_range_that_it_may_refuse() -> None:
    parameters = {sample.table: sample.parameters for sample in sample_requests(NOW_MS)}
    assert parameters["fiat_deposit"] == parameters["fiat_withdrawal"] == {"page": 0, "page_size": 1}
