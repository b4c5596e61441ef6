"""The control endpoint: a server in another process is watched and steered through it."""

from __future__ import annotations

import json

from aiohttp import web

from simulated_exchange.exchange import Exchange
from simulated_exchange.faults import SOAK_KINDS, Fault

CONTROL = "/_exchange/"


async def control(exchange: Exchange, request: web.BaseRequest) -> web.Response:
    """GET statistics; POST or DELETE faults; GET or POST behaviour; DELETE statistics."""
    subject = request.path[len(CONTROL) :]
    try:
        given = json.loads(await request.read() or b"null")
        answer = _answer(exchange, request.method, subject, given)
    except (ValueError, TypeError) as problem:
        return web.json_response({"error": str(problem)}, status=400)
    if answer is None:
        return web.json_response({"error": f"no {request.method} {subject}"}, status=404)
    return web.json_response(answer)


def _answer(exchange: Exchange, verb: str, subject: str, given: object) -> object:
    if (verb, subject) == ("GET", "statistics"):
        return {**exchange.log.statistics(), "struck": dict(exchange.faults.struck)}
    if (verb, subject) == ("DELETE", "statistics"):
        exchange.log.clear()
        return {}
    if (verb, subject) == ("DELETE", "faults"):
        exchange.faults.clear()
        return {}
    if (verb, subject) == ("POST", "faults"):
        return _arm(exchange, given if isinstance(given, list) else [given])
    if subject == "behaviour":
        if verb == "POST" and isinstance(given, dict):
            exchange.behaviour = exchange.behaviour.changed(given)
        return exchange.behaviour.as_json()
    return None


def _arm(exchange: Exchange, given: list[object]) -> object:
    faults = []
    for one in given:
        if not isinstance(one, dict):
            raise TypeError("a fault is an object")
        if "random_rate" in one:
            parameters = {"seed": 0, "kinds": SOAK_KINDS, **one}
            exchange.faults.random_rate(parameters.pop("random_rate"), **parameters)
        else:
            faults.append(Fault.from_mapping(one))
    exchange.faults.arm(*faults)
    return {"armed": len(given)}
