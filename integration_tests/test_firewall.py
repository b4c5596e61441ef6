"""Another machine between the connector and the exchange that refuses everything for a while."""

from benchmarks.firewall import sync_through_firewall


def test_a_market_sync_outlives_a_firewall_that_refuses_everything_for_a_while() -> None:
    instruments = 60
    outage = sync_through_firewall(instruments, seconds=3, latency=0.05, tables=["instrument", "book", "ticker"])
    assert outage.run.records == {"instrument": instruments, "book": instruments, "ticker": instruments}
    assert any(outage.begun <= arrival < outage.ended for arrival in outage.arrivals)
    assert {"book", "ticker"} <= outage.run.states.keys()
