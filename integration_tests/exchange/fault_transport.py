"""Faults that are no answer at all: what happens to the connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from integration_tests.exchange.answers import Answer
from integration_tests.exchange.faults import Fault

JSON_HEADERS = {"Content-Type": "application/json"}
Misbehaviour = Callable[[web.BaseRequest, Fault, Answer], Awaitable[web.StreamResponse]]


async def hang(request: web.BaseRequest, fault: Fault, right: Answer) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return _cut(request)


async def reset(request: web.BaseRequest, fault: Fault, right: Answer) -> web.StreamResponse:
    if request.transport is not None:
        peer: socket.socket = request.transport.get_extra_info("socket")
        # Lingering for zero seconds makes close send RST instead of FIN.
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return _cut(request)


async def half_body(request: web.BaseRequest, fault: Fault, right: Answer) -> web.StreamResponse:
    response = web.StreamResponse(headers={**JSON_HEADERS, "Content-Length": str(len(right.body))})
    await response.prepare(request)
    await response.write(right.body[: len(right.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def trickle(request: web.BaseRequest, fault: Fault, right: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=right.status, headers={**JSON_HEADERS, "Content-Length": str(len(right.body))})
    await response.prepare(request)
    for byte in right.body:
        await asyncio.sleep(fault.seconds)
        await response.write(bytes((byte,)))
    return response


async def redirect(request: web.BaseRequest, fault: Fault, right: Answer) -> web.StreamResponse:
    return web.Response(status=fault.status or 302, headers={"Location": fault.url})


def _cut(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


MISBEHAVIOURS: dict[str, Misbehaviour] = {
    "hang": hang,
    "reset": reset,
    "half_body": half_body,
    "trickle": trickle,
    "redirect": redirect,
}
