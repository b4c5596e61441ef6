"""Misbehaviour, armed per method, request number and count."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any

KINDS: dict[str, str] = {
    "status": "any HTTP status with code, message and an echo of the request, key and signature included",
    "code_with_200": "an error code that arrives with HTTP 200",
    "echo_in_message": "an error whose message quotes the request, key and signature included",
    "status_without_body": "any HTTP status and nothing else",
    "hang": "no answer for `seconds`, then the connection is closed",
    "trickle": "the right answer, one byte every `seconds`",
    "trickle_headers": "the right answer, one byte of its headers every `seconds`",
    "reset": "the connection is reset",
    "no_http": "bytes that are no HTTP, then the connection is closed",
    "half_body": "Content-Length promises twice what is sent, then the connection is closed",
    "html_200": "a web page with HTTP 200",
    "html": "a web page with HTTP `status` (403 unless told), as a firewall in front of the exchange sends",
    "not_json": "text that is no JSON with HTTP 200",
    "empty_body": "HTTP 200 and nothing else",
    "truncated_json": "complete HTTP, JSON that ends in the middle",
    "empty_result": "`result` is {}",
    "result_missing": "no `result` at all",
    "data_null": "`result.data` is null",
    "data_no_list": "`result.data` is an object",
    "rows_no_objects": "`result.data` holds a number, a text and a null",
    "deep_json": "a list in a list, a hundred thousand times",
    "row_without_key": "the first row lacks its key",
    "wrong_time": "the first row's time is a word",
    "times_in_seconds": "every time in ms becomes one in seconds",
    "times_in_ms_missing": "no row has a time in ms; one in ns stays",
    "has_more": "`has_more`: true beside the rows",
    "next_cursor": "`next_cursor` beside the rows",
    "numbers_for_strings": "every string of digits becomes a JSON number, all digits kept",
    "nan": "the first decimal is NaN",
    "huge": "the right answer with `megabytes` of an unknown field",
    "inflated": "a compressed answer of some kB that becomes `megabytes`",
    "redirect": "HTTP `status` (302 unless told) to `url`",
    "window_ignored": "the answer that the request would get without its time parameters",
    "same_page": "the same page that the method answered before, whatever was asked",
}


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour and where it strikes.

    `method` is exact or a glob. Requests are counted from the moment the fault is armed, over those that match and
    that passed signature and limits: the `first` and the `count` - 1 after it are struck (None: all after it).
    `rate` strikes a random share of the matching requests instead, the same ones for the same `seed`.
    """

    kind: str
    method: str = "*"
    first: int = 1
    count: int | None = 1
    rate: float | None = None
    seed: int = 0
    status: int | None = None
    code: int = 50001
    message: str = "ERR_INTERNAL"
    seconds: float = 60.0
    megabytes: float = 50.0
    url: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}; there are {', '.join(KINDS)}")

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Fault:
        """A fault from JSON. Raises ValueError for a name that is no parameter or a kind that does not exist."""
        unknown = sorted(set(given) - {parameter.name for parameter in fields(cls)})
        if unknown or "kind" not in given:
            raise ValueError(f"not parameters of a fault: {', '.join(unknown)}" if unknown else "a fault needs a kind")
        return cls(**given)


SOAK_KINDS = (
    "status",
    "code_with_200",
    "reset",
    "half_body",
    "html_200",
    "not_json",
    "empty_body",
    "truncated_json",
    "status_without_body",
)
"""Faults that a client can get over by asking again, and that cost no time of their own."""


@dataclass
class _Armed:
    fault: Fault
    dice: random.Random
    kinds: tuple[str, ...]
    matched: int = 0
    struck: int = 0

    def strikes(self) -> Fault | None:
        self.matched += 1
        if self.fault.rate is not None:
            if self.dice.random() >= self.fault.rate:
                return None
            struck = replace(self.fault, kind=self.dice.choice(self.kinds))
        else:
            past_the_last = self.fault.count is not None and self.matched >= self.fault.first + self.fault.count
            if self.matched < self.fault.first or past_the_last:
                return None
            struck = self.fault
        self.struck += 1
        return struck


@dataclass
class Faults:
    """The armed faults; may be changed from any thread while the server runs."""

    struck: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _armed: list[_Armed] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def arm(self, *faults: Fault) -> None:
        with self._lock:
            self._armed += [_Armed(fault, random.Random(fault.seed), (fault.kind,)) for fault in faults]

    def random_rate(
        self, rate: float, seed: int, kinds: Sequence[str] = SOAK_KINDS, method: str = "*", **parameters: Any
    ) -> None:
        """Strikes a share of all matching requests with one of `kinds`, the same ones for the same seed."""
        fault = Fault(kinds[0], method, rate=rate, seed=seed, **parameters)
        for kind in kinds:
            replace(fault, kind=kind)
        with self._lock:
            self._armed.append(_Armed(fault, random.Random(seed), tuple(kinds)))

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def next_for(self, method: str) -> Fault | None:
        """The fault that strikes this request; every armed fault that matches counts it."""
        if not self._armed:
            return None
        with self._lock:
            matching = [armed for armed in self._armed if fnmatchcase(method, armed.fault.method)]
            struck = [fault for fault in [armed.strikes() for armed in matching] if fault is not None]
            if not struck:
                return None
            self.struck[struck[0].kind] += 1
            return struck[0]
