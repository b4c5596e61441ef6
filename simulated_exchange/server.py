"""HTTP around the exchange: one handler, no middleware, because a bench asks it 300 times a second."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate

from aiohttp import web

from simulated_exchange.answers import Answer, Call, Refusal, refused
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.control import CONTROL, control
from simulated_exchange.exchange import ROOT, Arrival, Exchange
from simulated_exchange.fault_transport import MISBEHAVIOURS

BODY_PATIENCE_SECONDS = 5.0
HTML = "text/html"
JSON = "application/json"


class Handler:
    """Answers every request of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith(CONTROL):
            return await control(self._exchange, request)
        at = time.monotonic()
        exchange = self._exchange
        method = path[len(ROOT) + 1 :] if path.startswith(ROOT + "/") else path
        record = exchange.log.arrived(method, at)
        arrival = await _arrival(request, method, at, exchange.behaviour)
        if isinstance(arrival, Answer):
            answer = arrival
        else:
            admitted = exchange.admit(arrival, record)
            if exchange.behaviour.latency_seconds:
                await asyncio.sleep(exchange.behaviour.latency_seconds)
            if isinstance(admitted, Call):
                fault = exchange.faults.next_for(method)
                if fault is None:
                    answer = exchange.answer(admitted)
                else:
                    record.fault = fault.kind
                    answer = exchange.wrong_answer(fault, admitted)
                    if fault.kind in MISBEHAVIOURS:
                        return await MISBEHAVIOURS[fault.kind](request, fault, answer, self._date())
            else:
                answer = admitted
        record.status, record.code = answer.status, answer.code
        return _Response(
            status=answer.status,
            body=answer.body,
            content_type=HTML if record.fault in ("html", "html_200") else JSON,
            headers=self._date(),
        )

    def _date(self) -> dict[str, str]:
        """The server's clock as a header, which aiohttp would take from this machine's."""
        if self._exchange.behaviour.date_header == "left_out":
            return {}
        return {"Date": formatdate(self._exchange.now_ns() / 1_000_000_000, usegmt=True)}


class _Response(web.Response):
    """An answer without a date but its own."""

    async def _prepare_headers(self) -> None:
        date = self.headers.get("Date")
        await super()._prepare_headers()
        if date is None:
            self.headers.popall("Date", None)


async def _arrival(request: web.BaseRequest, method: str, at: float, behaviour: Behaviour) -> Arrival | Answer:
    client = request.remote or ""
    if request.method == "GET":
        return Arrival(method, at, client, dict(request.query))
    reading = asyncio.ensure_future(request.read())
    await asyncio.wait({reading}, timeout=BODY_PATIENCE_SECONDS)
    if not reading.done():
        reading.cancel()
        return refused(
            Call(method, {}, original=""), Refusal(40001, "Content-Length is larger than the body"), behaviour
        )
    if reading.exception():
        return refused(Call(method, {}, original=""), Refusal(40001, "the client has gone"), behaviour)
    return Arrival(method, at, client, {}, reading.result(), request.content_length)
