"""The simulated exchange as a command: started by hand, watched and stopped from outside."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
import requests

from simulated_exchange.__main__ import parser
from simulated_exchange.behaviour import Behaviour, switch_kinds


def test_the_command_listens_where_it_says_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "simulated_exchange", "--port", "0", "--instruments", "7", "--orders", "5"]
    with subprocess.Popen([*command, "--numbers", "strings"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        first, second = server.stdout.readline(), server.stdout.readline()
        base_url = first.removeprefix("listening on ").strip()
        try:
            answer = requests.get(f"{base_url}/public/get-instruments", timeout=5).json()
            statistics = requests.get(base_url.replace("/exchange/v1", "/_exchange/statistics"), timeout=5).json()
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
    assert second.split() == ["api_key", "demo-key-abcdef", "api_secret", "demo-secret-0123456789"]
    assert (answer["code"], len(answer["result"]["data"])) == ("0", 7)
    assert statistics["methods"]["public/get-instruments"]["count"] == 1


def test_without_flags_the_command_behaves_as_the_defaults_say() -> None:
    options = vars(parser().parse_args([]))
    assert Behaviour().changed({name: options[name] for name in switch_kinds()}) == Behaviour()


@pytest.mark.parametrize(
    ("flags", "changes"),
    [
        (["--no-limits", "--latency", "0.3"], {"enforce_limits": False, "latency_seconds": 0.3}),
        (
            ["--window-cap", "refuse", "--order-time-filter", "update"],
            {"window_cap": "refuse", "order_time_filter": "update"},
        ),
        (["--refused-instrument", "CRO_USDT"], {"refused_instruments": ["CRO_USDT"]}),
    ],
)
def test_every_switch_has_a_flag(flags: list[str], changes: dict[str, object]) -> None:
    options = vars(parser().parse_args(flags))
    given = {name: options[name] for name in switch_kinds()}
    assert Behaviour().changed(given) == Behaviour().changed(changes)
