"""Starts the simulated exchange by hand: python -m simulated_exchange --port 8765"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import signal
import time
import typing
from contextlib import suppress
from typing import Any

from simulated_exchange.behaviour import Behaviour, switch_kinds
from simulated_exchange.certificate import self_signed
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.resources.order import TRADED
from simulated_exchange.running import serve
from simulated_exchange.seeding import seeded_account


def parser() -> argparse.ArgumentParser:
    """The command line: the size of the world, and one flag for every switch of Behaviour."""
    made = argparse.ArgumentParser("python -m simulated_exchange", description="A simulated Crypto.com Exchange.")
    made.add_argument("--port", type=int, default=8765, help="0 picks a free one")
    made.add_argument("--instruments", type=int, help="only so many of the captured ones, of every kind")
    made.add_argument("--orders", type=int, default=400, help="finished orders of the seeded account")
    made.add_argument("--days", type=float, default=45, help="days over which the account's rows lie")
    made.add_argument("--seed", type=int, default=7)
    made.add_argument("--without-fills", action="store_true", help="orders only: cheap for very large accounts")
    made.add_argument("--market-days", type=int, default=60, help="days of trades and candles")
    made.add_argument("--tls", action="store_true", help="serve https with a self-signed certificate")
    switches = made.add_argument_group("behaviour")
    kinds = switch_kinds()
    for switch in dataclasses.fields(Behaviour):
        how = _argument(kinds[switch.name], switch.default)
        switches.add_argument(switch.metadata["flag"], dest=switch.name, help=switch.metadata["help"], **how)
    return made


def _argument(kind: Any, default: object) -> dict[str, Any]:
    if typing.get_origin(kind) is typing.Literal:
        return {"choices": typing.get_args(kind), "default": default}
    if kind is bool:
        return {"action": "store_false" if default else "store_true"}
    if kind is float:
        return {"type": float, "default": default}
    return {"action": "append", "default": []}


async def _serve(options: argparse.Namespace) -> None:
    switches = {switch.name: getattr(options, switch.name) for switch in dataclasses.fields(Behaviour)}
    account = seeded_account(
        time.time_ns(), options.orders, options.days, options.seed, with_fills=not options.without_fills
    )
    market = Market.from_capture(options.instruments, history_days=options.market_days, traded=TRADED)
    exchange = Exchange(market, account, Behaviour().changed(switches))
    tls = self_signed().server_context if options.tls else None
    runner = await serve(exchange, options.port, tls)
    stopped = asyncio.Event()
    # Windows has none of them: there the process just ends.
    with suppress(NotImplementedError):
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    credentials = exchange.credentials
    print(f"listening on {exchange.base_url}", flush=True)
    print(f"api_key {credentials.api_key} api_secret {credentials.api_secret}", flush=True)
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(parser().parse_args()))
