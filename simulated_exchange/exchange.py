"""The simulated exchange itself: everything a test can look at or change, and how a call is answered. No HTTP."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulated_exchange.account import Account
from simulated_exchange.admission import Credentials, Gate, RefusedCall, check_values
from simulated_exchange.answers import Answer, Call, Refusal, refused, success
from simulated_exchange.behaviour import Behaviour, setting_for
from simulated_exchange.fault_answers import WRONG_ANSWERS
from simulated_exchange.faults import Fault, Faults
from simulated_exchange.limits import PUBLIC, Limit, SlidingWindows, per_second
from simulated_exchange.market_interface import MarketData
from simulated_exchange.public_methods import PUBLIC_METHODS
from simulated_exchange.request_log import RequestLog, RequestRecord
from simulated_exchange.resource import Asked
from simulated_exchange.resources import METHODS, OWNERS
from simulated_exchange.resources.stake import Stake

ROOT = "/exchange/v1"
TIME_PARAMETERS = frozenset({"start_time", "end_time", "start_ts", "end_ts"})


@dataclass(frozen=True)
class Arrival:
    """A request as it came over the wire; `body` is None for a GET, `at` is monotonic seconds."""

    method: str
    at: float
    client: str
    query: Mapping[str, str]
    body: bytes | None = None
    content_length: int | None = None


class Exchange:
    """A running exchange. `behaviour`, `account`, `market` and `faults` may be changed from any thread.

    `now_ns` is the true time; the server's own clock adds the behaviour's skew.
    """

    def __init__(
        self,
        market: MarketData,
        account: Account,
        behaviour: Behaviour | None = None,
        credentials: Credentials | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.credentials = credentials or Credentials()
        self.market = market
        self.account = account
        self.behaviour = behaviour or Behaviour()
        self.faults = Faults()
        self.log = RequestLog()
        self.base_url = ""
        """Set once the server listens, for example http://127.0.0.1:8765/exchange/v1"""
        self._now_ns = now_ns
        self._gate = Gate(self.credentials)
        self._windows = SlidingWindows()
        self._callbacks: dict[tuple[str, int], list[Callable[[], object]]] = {}
        self._last_pages: dict[str, bytes] = {}

    @property
    def behaviour(self) -> Behaviour:
        return self._behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self.market.extra_fields = behaviour.extra_fields
        self.market.traded_candles_only = behaviour.candles_without_trades == "left_out"

    def behave(self, **changes: Any) -> None:
        """Changes some switches by name."""
        self.behaviour = replace(self.behaviour, **changes)

    @property
    def requests(self) -> dict[str, list[RequestRecord]]:
        return self.log.requests

    @property
    def unknown_parameters(self) -> Counter[tuple[str, str]]:
        """How often each (method, parameter) that the exchange does not know was sent."""
        return self.log.unknown_parameters

    @property
    def signatures(self) -> list[str]:
        """Every signature that was sent, right or wrong, in order of arrival."""
        return self._gate.signatures

    def count(self, method: str | None = None) -> int:
        """Requests of one method so far, or of all, whatever they were answered."""
        records = self.requests.values() if method is None else [self.requests.get(method, [])]
        return sum(len(of_method) for of_method in records)

    def rejected_share(self) -> float:
        return self.log.rejected_share()

    def on_request(self, method: str, number: int, callback: Callable[[], object]) -> None:
        """Runs `callback` in the server's thread before the `number`-th request of the method is answered."""
        self._callbacks.setdefault((method, number), []).append(callback)

    def now_ns(self) -> int:
        """The server's clock."""
        return self.true_ns() + int(self.behaviour.clock_skew_seconds * 1_000_000_000)

    def true_ns(self) -> int:
        """What a right clock shows."""
        return self._now_ns()

    def admit(self, arrival: Arrival, record: RequestRecord) -> Call | Answer:
        """The call to answer, or the refusal that it gets at the door."""
        for callback in self._callbacks.pop((record.method, record.number), ()):
            callback()
        behaviour = self.behaviour
        call = Call(arrival.method, arrival.query)
        try:
            call = self._call(arrival, behaviour)
            record.params, record.body = call.params, call.original
            if behaviour.maintenance:
                raise Refusal(9010001)
            client = arrival.client if arrival.body is None else self.credentials.api_key
            counted, limit = _counted(call.method, behaviour)
            if behaviour.enforce_limits and not self._windows.admit(counted, client, arrival.at, limit):
                raise Refusal(42901)
        except RefusedCall as turned_away:
            record.params = turned_away.call.params
            return refused(turned_away.call, turned_away.refusal, behaviour)
        except Refusal as refusal:
            return refused(call, refusal, behaviour)
        return call

    def answer(self, call: Call, behaviour: Behaviour | None = None) -> Answer:
        """The right answer to a call, by the account of this moment and the behaviour given, or the exchange's."""
        behaviour = behaviour or self.behaviour
        try:
            result = self._result(call, behaviour)
        except Refusal as refusal:
            return refused(call, refusal, behaviour)
        except KeyError:
            return refused(call, Refusal(40004, "Invalid instrument_name"), behaviour)
        return success(call, result, behaviour)

    def wrong_answer(self, fault: Fault, call: Call) -> Answer:
        """What a fault makes of the answer; the right one where the fault concerns the connection only."""
        behaviour = self.behaviour
        if fault.kind == "same_page" and call.method in self._last_pages:
            return success(call, self._last_pages[call.method], behaviour)
        if fault.kind == "window_ignored":
            wider = {name: value for name, value in call.params.items() if name not in TIME_PARAMETERS}
            return self.answer(
                replace(call, params={**wider, "start_time": "0"}), replace(behaviour, window_cap="none")
            )
        right = self.answer(call)
        if fault.kind not in WRONG_ANSWERS:
            return right
        return WRONG_ANSWERS[fault.kind](fault, call, right, behaviour)

    def _call(self, arrival: Arrival, behaviour: Behaviour) -> Call:
        method = arrival.method
        if method in PUBLIC_METHODS:
            known: Collection[str] = PUBLIC_METHODS[method][1]
        elif method in METHODS:
            known = METHODS[method].parameters
        else:
            raise Refusal(40002)
        if method.startswith("public/"):
            if arrival.body is not None:
                raise Refusal(50001)  # what production answers, according to the exchange's client notes
            call = Call(method, arrival.query)
            if method in METHODS:
                check_values(call.params, METHODS[method].parameters, behaviour)
        else:
            if arrival.body is None:
                raise Refusal(40003)  # what production answers, according to the exchange's client notes
            now_ms = self.now_ns() // 1_000_000
            kinds = METHODS[method].parameters
            call = self._gate.admit(method, arrival.body, arrival.content_length, kinds, behaviour, now_ms)
        for name in call.params:
            if name not in known:
                self.log.unknown_parameters[method, name] += 1
        return call

    def _between_pages(self, call: Call, behaviour: Behaviour) -> None:
        """Before a second page is answered, a row arrives or changes where the behaviour says so."""
        first, resource = METHODS[call.method].pages, OWNERS[call.method]
        if first is None or behaviour.between_pages == "nothing" or call.params.get("page") != str(first + 1):
            return
        happens = resource.arrive if behaviour.between_pages == "arrival" else resource.change
        if happens:
            happens(self.account, self.now_ns())

    def _refuse_if_never_staked(self, behaviour: Behaviour) -> None:
        if not self.account.all(Stake):
            raise Refusal(int(behaviour.never_staked_code))

    def _result(self, call: Call, behaviour: Behaviour) -> bytes:
        if call.method in PUBLIC_METHODS:
            return PUBLIC_METHODS[call.method][0](self.market, behaviour, self.now_ns(), call.params)
        with self.account.lock:
            if behaviour.never_staked_code and call.method.startswith("private/staking/"):
                self._refuse_if_never_staked(behaviour)
            self._between_pages(call, behaviour)
            asked = Asked(self.account, self.market, behaviour, self.now_ns(), call.params, call.method)
            result = METHODS[call.method].answer(asked)
        self._last_pages[call.method] = result
        return result


def _counted(method: str, behaviour: Behaviour) -> tuple[str, Limit]:
    """Under which name the requests of a method are counted, and how many may come."""
    true_limit = setting_for(method, behaviour.true_limits)
    limit = METHODS[method].limit if method in METHODS else PUBLIC
    if true_limit is not None:
        limit = per_second(float(true_limit))
    pooled = behaviour.public_pool and method.startswith("public/")
    return "public/*" if pooled else method, limit.over(behaviour.limit_windows)
