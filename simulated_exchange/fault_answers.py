"""Faults that are a wrong answer: what is sent instead of the right one."""

from __future__ import annotations

import re
from collections.abc import Callable

from simulated_exchange.answers import Answer, Call, failure, success
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.faults import Fault
from simulated_exchange.resources import METHODS
from simulated_exchange.wire import result_of

KEYS: dict[str, str] = {
    "public/get-instruments": "symbol",
    "public/get-tickers": "i",
    "public/get-book": "bids",
    "public/get-trades": "d",
    "public/get-candlestick": "t",
    **{name: method.key for name, method in METHODS.items()},
}
"""The field that a row of the method cannot do without."""

TIMES: dict[str, str] = {
    "public/get-instruments": "expiry_timestamp_ms",
    "public/get-tickers": "t",
    "public/get-book": "t",
    "public/get-trades": "t",
    "public/get-candlestick": "t",
    **{name: method.time for name, method in METHODS.items() if method.time},
}
"""The field of a row that holds a time in ms."""

_DIGITS_IN_QUOTES = re.compile(rb'(?<=[:\[,])"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)"(?=[,\]}])')
_DECIMAL_IN_QUOTES = re.compile(rb'(?<=[:\[,])"-?[0-9]+\.[0-9]+"(?=[,\]}])')
_VALUE = rb'(?:"(?:[^"\\]|\\.)*"|\[\]|\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\]|[^,}\]\[{"]+)'
_TIME_IN_MS = rb'"(?:t|[a-z_]*_(?:time|time_ms|timestamp_ms|at))":"?[0-9]{10}(?P<ms>[0-9]{3})"?'
_PAGE = b"<!DOCTYPE html><html><head><title>Please wait</title></head><body>Checking your browser</body></html>"

Wrong = Callable[[Fault, Call, Answer, Behaviour], Answer]


def _changed(change: Callable[[Fault, Call, bytes], bytes]) -> Wrong:
    return lambda fault, call, right, behaviour: Answer(right.status, right.code, change(fault, call, right.body))


def _without_key(fault: Fault, call: Call, body: bytes) -> bytes:
    name = b'"' + KEYS[call.method].encode() + b'":' + _VALUE
    start = body.index(b'"result":')
    return body[:start] + re.sub(rb"," + name + rb"|" + name + rb",?", b"", body[start:], count=1)


def _wrong_time(fault: Fault, call: Call, body: bytes) -> bytes:
    if call.method not in TIMES:
        return body
    name = b'"' + TIMES[call.method].encode() + b'":'
    start = body.index(b'"result":')
    return body[:start] + re.sub(name + rb'"?[0-9]+"?', name + b'"yesterday"', body[start:], count=1)


def _times_in_seconds(fault: Fault, call: Call, body: bytes) -> bytes:
    def in_seconds(found: re.Match[bytes]) -> bytes:
        at = found.start("ms") - found.start()
        return found[0][:at] + found[0][at + 3 :]

    return re.sub(_TIME_IN_MS, in_seconds, body)


def _times_in_ms_missing(fault: Fault, call: Call, body: bytes) -> bytes:
    return re.sub(rb"," + _TIME_IN_MS + rb"|" + _TIME_IN_MS.replace(b"?P<ms>", b"") + rb",", b"", body)


def _beside(field: bytes) -> Wrong:
    """The answer with one more field in its `result`, which must be an object."""
    return _changed(lambda fault, call, body: body.replace(b'"result":{', b'"result":{' + field + b",", 1))


def _numbers_for_strings(fault: Fault, call: Call, body: bytes) -> bytes:
    start = body.index(b'"result":')
    return body[:start] + _DIGITS_IN_QUOTES.sub(rb"\1", body[start:])


def _status(fault: Fault, call: Call, right: Answer, behaviour: Behaviour) -> Answer:
    return failure(call, fault.status or 500, fault.code, fault.message, behaviour)


def _echo_in_message(fault: Fault, call: Call, right: Answer, behaviour: Behaviour) -> Answer:
    return failure(call, fault.status or 500, fault.code, f"{fault.message} {call.original}", behaviour)


def _code_with_200(fault: Fault, call: Call, right: Answer, behaviour: Behaviour) -> Answer:
    return failure(call, 200, fault.code, fault.message, behaviour)


def _rows(rows: bytes) -> Wrong:
    """The answer with something else in the place of its rows, or of `result` where that is the row."""

    def wrong(fault: Fault, call: Call, right: Answer, behaviour: Behaviour) -> Answer:
        at = METHODS[call.method].rows_at if call.method in METHODS else "data"
        return success(call, result_of(rows, at) if at else rows, behaviour)

    return wrong


def _body(body: bytes) -> Wrong:
    return lambda fault, call, right, behaviour: Answer(200, 0, body)


WRONG_ANSWERS: dict[str, Wrong] = {
    "status": _status,
    "code_with_200": _code_with_200,
    "echo_in_message": _echo_in_message,
    "status_without_body": lambda fault, call, right, behaviour: Answer(fault.status or 502, fault.code, b""),
    "html_200": _body(_PAGE),
    "html": lambda fault, call, right, style: Answer(fault.status or 403, 0, _PAGE),
    "not_json": _body(b"upstream connect error or disconnect/reset before headers"),
    "empty_body": _body(b""),
    "truncated_json": _changed(lambda fault, call, body: body[: len(body) // 2]),
    "empty_result": lambda fault, call, right, behaviour: success(call, b"{}", behaviour),
    "data_null": _rows(b"null"),
    "data_no_list": _rows(b"{}"),
    "rows_no_objects": _rows(b'[1,"two",null]'),
    "deep_json": _body(b"[" * 100_000 + b"]" * 100_000),
    "result_missing": _changed(lambda fault, call, body: body[: body.index(b',"result":')] + b"}"),
    "row_without_key": _changed(_without_key),
    "wrong_time": _changed(_wrong_time),
    "times_in_seconds": _changed(_times_in_seconds),
    "times_in_ms_missing": _changed(_times_in_ms_missing),
    "has_more": _beside(b'"has_more":true'),
    "next_cursor": _beside(b'"next_cursor":"bmV4dA=="'),
    "numbers_for_strings": _changed(_numbers_for_strings),
    "nan": _changed(lambda fault, call, body: _DECIMAL_IN_QUOTES.sub(b"NaN", body, count=1)),
    "huge": _changed(
        lambda fault, call, body: body[:-1] + b',"padding":"' + b"x" * int(fault.megabytes * 1_000_000) + b'"}'
    ),
}
"""Kind -> (fault, call, the right answer, behaviour) -> the answer that is sent. The other kinds are transport's."""
