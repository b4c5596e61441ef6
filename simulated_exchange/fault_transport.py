"""Faults that are no answer at all: what happens to the connection."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from simulated_exchange.answers import Answer
from simulated_exchange.faults import Fault

JSON_HEADERS = {"Content-Type": "application/json"}
Headers = dict[str, str]
Misbehaviour = Callable[[web.BaseRequest, Fault, Answer, Headers], Awaitable[web.StreamResponse]]
"""(request, fault, the right answer, the header with the server's clock) -> what is sent"""


async def hang(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return _cut(request)


async def reset(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    if request.transport is not None:
        peer: socket.socket = request.transport.get_extra_info("socket")
        # Lingering for zero seconds makes close send RST instead of FIN.
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return _cut(request)


async def half_body(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    response = web.StreamResponse(headers={**JSON_HEADERS, **date, "Content-Length": str(len(right.body))})
    await response.prepare(request)
    await response.write(right.body[: len(right.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def trickle(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    response = web.StreamResponse(
        status=right.status, headers={**JSON_HEADERS, **date, "Content-Length": str(len(right.body))}
    )
    await response.prepare(request)
    with suppress(ConnectionResetError):  # the client has lost its patience
        for byte in right.body:
            await asyncio.sleep(fault.seconds)
            await response.write(bytes((byte,)))
    return response


async def trickle_headers(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(right.body)}\r\n\r\n"
    for byte in head.encode():
        _raw(request, bytes((byte,)))
        await asyncio.sleep(fault.seconds)
    _raw(request, right.body)
    return _closed(request)


async def no_http(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    _raw(request, b"\x15\x03\x03\x00\x02\x02\x50\r\n\r\n")
    return _closed(request)


async def inflated(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    padding = b',"padding":"' + b"x" * int(fault.megabytes * 1_000_000) + b'"}'
    body = gzip.compress(right.body[:-1] + padding, compresslevel=1)
    return web.Response(body=body, headers={**JSON_HEADERS, **date, "Content-Encoding": "gzip"})


async def redirect(request: web.BaseRequest, fault: Fault, right: Answer, date: Headers) -> web.StreamResponse:
    return web.Response(status=fault.status or 302, headers={"Location": fault.url, **date})


def _raw(request: web.BaseRequest, data: bytes) -> None:
    """Past aiohttp, which would write correct HTTP. Nothing where the client has gone."""
    if isinstance(request.transport, asyncio.WriteTransport) and not request.transport.is_closing():
        request.transport.write(data)


def _closed(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _cut(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


MISBEHAVIOURS: dict[str, Misbehaviour] = {
    "hang": hang,
    "reset": reset,
    "half_body": half_body,
    "trickle": trickle,
    "trickle_headers": trickle_headers,
    "no_http": no_http,
    "inflated": inflated,
    "redirect": redirect,
}
