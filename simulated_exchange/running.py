"""Runs the exchange in a thread of the caller's process."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

from simulated_exchange.account import Account
from simulated_exchange.admission import Credentials
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import ROOT, Exchange
from simulated_exchange.market import Market
from simulated_exchange.market_interface import MarketData
from simulated_exchange.seeding import seeded_account
from simulated_exchange.server import Handler

DEMO = Credentials()


async def serve(
    exchange: Exchange, port: int = 0, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> web.ServerRunner:
    """Starts to listen and sets the exchange's `base_url`; the caller cleans the runner up."""
    runner = web.ServerRunner(web.Server(Handler(exchange), access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, port, ssl_context=tls, backlog=512).start()
    scheme, bound = "https" if tls else "http", runner.addresses[0][1]
    exchange.base_url = f"{scheme}://{host}:{bound}{ROOT}"
    return runner


@contextmanager
def running_exchange(
    behaviour: Behaviour | None = None,
    account: Account | None = None,
    market: MarketData | None = None,
    api_key: str = DEMO.api_key,
    api_secret: str = DEMO.api_secret,
    tls: ssl.SSLContext | None = None,
    now_ns: Callable[[], int] = time.time_ns,
) -> Iterator[Exchange]:
    """An exchange on a loopback port of its own choice, in a thread with a loop of its own.

    Without an account it keeps a small seeded one; without a market, the captured one.
    """
    if market is None:
        market = Market.from_capture(now_ns=now_ns)
    if account is None:
        account = seeded_account(now_ns())
    exchange = Exchange(market, account, behaviour, Credentials(api_key, api_secret), now_ns)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="exchange", daemon=True)
    thread.start()
    try:
        runner = asyncio.run_coroutine_threadsafe(serve(exchange, tls=tls), loop).result(30)
        try:
            yield exchange
        finally:
            asyncio.run_coroutine_threadsafe(_stop(runner), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _stop(runner: web.ServerRunner) -> None:
    await runner.cleanup()
    # A request that hangs outlives its connection.
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
