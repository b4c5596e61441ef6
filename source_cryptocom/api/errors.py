"""What the exchange's answers mean: one table from reason code to what to do and what to tell the user."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from enum import Enum

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.response import MalformedResult, envelope_of
from source_cryptocom.logs.redaction import redact


class Action(Enum):
    """What a sync does about an answer."""

    RETRY = "retry"
    RATE_LIMITED = "rate limited"
    NO_ANSWER = "no answer"
    CONFIG_ERROR = "config error"
    SKIP_INSTRUMENT = "skip instrument"
    BAD_REQUEST = "bad request"
    FAIL = "fail"


@dataclass(frozen=True)
class ErrorRule:
    """`hint` is what happened and what to do; the sentence that names method and code is put before it.

    `refuses_method`: the account may lack what the method is about, and the key be a good one all the same. `lasting`
    is the rule for an answer that is still the same after the last attempt, `attempts` how many there are at most.
    """

    action: Action
    hint: str
    refuses_method: bool = False
    lasting: "ErrorRule | None" = None
    attempts: int | None = None


_SUPPORT = "Ask the exchange's support about the account."
_KEY = (
    "The key or the secret is wrong, belongs to the other environment (production and sandbox have keys of their own), "
    'is disabled, or lacks the permission for {method}: give the key "Can Read" in the exchange\'s API management.'
)
_CLOCK = (
    "The clock of this machine is more than 60 seconds away from the exchange's{clock}: synchronise it (NTP), then "
    "sync again."
)
_WHITELIST = (
    "This machine's IP address is not on the key's whitelist: add the address from which your Airbyte reaches the "
    "internet to the key in the exchange's API management. The exchange has IPv6 and IPv4 addresses: where this "
    "machine has both, put both of its addresses there."
)
_TIER = "The account's tier or region does not permit {method}: leave this table out of the connection."
_METHOD = (
    "The key reads the balance, but this key, account or region may not use {method}: leave this table out of the "
    "connection, or ask the exchange's support."
)
_NOT_OFFERED = "The exchange does not offer {method} to this account: leave this table out of the connection."
_SERVER = "The exchange had an internal failure; if it persists, look at its status page."
_BUSY = "Too many requests at once. If this is frequent, another program uses the same key or IP address."
_INSTRUMENT = "The exchange does not offer this instrument (any more)."
_REPORT = "Please report this with the connector's log."
_REQUEST = f"The exchange finds fault with the connector's request. {_REPORT}"
_LASTING_FAILURE = (
    "The exchange had an internal failure at every attempt. That is also its answer for a method that it no longer "
    "offers: look at its status page; where other tables can be read, leave this one out of the connection."
)


def _retry(hint: str) -> ErrorRule:
    return ErrorRule(Action.RETRY, hint)


def _config(hint: str, refuses_method: bool = False) -> ErrorRule:
    return ErrorRule(Action.CONFIG_ERROR, hint, refuses_method)


def _refused(hint: str = _INSTRUMENT) -> ErrorRule:
    return ErrorRule(Action.SKIP_INSTRUMENT, hint)


# One bad nonce is a request that was held up on the way; the same answer again is the clock.
_NONCE = ErrorRule(
    Action.RETRY, "The exchange found the request too old or too new.", lasting=_config(_CLOCK), attempts=3
)

# Codes of the exchange's documentation, and some that only other clients have recorded (marked *). Codes of order
# entry are left out on purpose: a read-only connector that meets one fails with the exchange's own words.
REASON_CODES: dict[int, ErrorRule] = {
    40101: _config(_KEY),
    40102: _NONCE,
    40103: _config(_WHITELIST),
    40104: _config(_TIER, refuses_method=True),
    40002: _config(_NOT_OFFERED, refuses_method=True),
    140001: _config(
        "The exchange has switched {method} off for this account or region. " + _SUPPORT, refuses_method=True
    ),
    202: _config(f"The account is suspended. {_SUPPORT}"),
    401: _config("The account does not exist: check that the key belongs to the account that you want to read."),
    406: _config("The account is not active: activate it on the exchange."),
    407: _config(f"The exchange does not know the account's margin unit. {_SUPPORT}"),
    408: _config(f"The account's margin unit is suspended. {_SUPPORT}"),
    409: _config("The user is not valid: create a new API key."),
    410: _config("The user is not active: activate the user on the exchange."),
    411: _config("The user has no access to derivatives: enable it, or leave this table out of the connection.", True),
    412: _config(
        "The account has no access to derivatives: enable it, or leave this table out of the connection.", True
    ),
    10002: _config(_KEY),  # *
    10003: _config(_KEY),  # *
    10004: ErrorRule(Action.BAD_REQUEST, _REQUEST),  # *
    10005: _config(_TIER, refuses_method=True),  # *
    10007: _NONCE,  # *
    206: _refused(),
    208: _refused(),
    209: _refused(),
    40001: ErrorRule(Action.BAD_REQUEST, _REQUEST),
    40003: ErrorRule(Action.BAD_REQUEST, _REQUEST),
    40004: ErrorRule(Action.BAD_REQUEST, _REQUEST),
    40005: ErrorRule(Action.BAD_REQUEST, _REQUEST),
    40401: ErrorRule(Action.SKIP_INSTRUMENT, _INSTRUMENT, refuses_method=True),
    40006: _retry("The exchange took the request for a duplicate."),
    40801: _retry("The exchange took too long."),
    50001: ErrorRule(Action.RETRY, _SERVER, lasting=_retry(_LASTING_FAILURE)),
    120009: _retry(_SERVER),
    9010001: _retry("The exchange is in maintenance."),  # *
    42901: ErrorRule(Action.RATE_LIMITED, _BUSY),
    10006: ErrorRule(Action.RATE_LIMITED, _BUSY),  # *
}

# Where a body carries no code that decides: the HTTP status alone.
HTTP_STATUSES: dict[int, ErrorRule] = {
    401: _config("The exchange, or something on the way to it, asks for a login: check key and secret, and any proxy."),
    403: ErrorRule(
        Action.RATE_LIMITED,
        "Something between this machine and the exchange forbids the request: a firewall, or your region.",
    ),
    404: ErrorRule(Action.FAIL, "There is nothing at this address: check base_url."),
    407: _config("A proxy asks for a login: give it in HTTPS_PROXY."),
    408: _retry("The exchange took too long."),
    429: ErrorRule(Action.RATE_LIMITED, _BUSY),
    451: _config(
        "For legal reasons the exchange does not serve the region that this request comes from: run the connector "
        "where the account may be used."
    ),
}
_ELSEWHERE = ErrorRule(
    Action.FAIL, "The exchange redirects the request, and a key must not follow a redirect: check base_url."
)
_UNKNOWN = ErrorRule(Action.FAIL, _REPORT)
_UNREADABLE = _retry("Something else than the exchange may have answered, such as a proxy.")

# Where the exchange blames the request, only the message tells that it was the instrument: Invalid instrument_name.
_NAMES_INSTRUMENT = re.compile(
    r"(invalid|unknown|expired|not ).*(instrument|symbol)|(instrument|symbol).*(invalid|unknown|expired|not )",
    re.IGNORECASE,
)
# Codes for a wrong key, which come as well for a method that a good key may not use.
_UNAUTHORIZED = (40101, 10002, 10003)

# 401 and 408 look like HTTP statuses. They are reason codes only in a response with status 200 or 400.
_CODES_LIKE_STATUSES = (401, 408)


def rule_for(status: int, code: int | None, per_instrument: bool = False, message: str = "") -> ErrorRule | None:
    """The rule for an answer; None for success. `per_instrument`: the request's own choice was just an instrument.

    The code decides where the table has it (50001 comes with 400 and with 500, failures come with 200), but for 429,
    which means the same whatever the body says.
    """
    if status == 429:
        return HTTP_STATUSES[429]
    if code == 0 and 200 <= status < 300:
        return None
    says_status = code in _CODES_LIKE_STATUSES and status not in (200, 400)
    rule = REASON_CODES.get(code) if code and not says_status else None
    if rule and rule.action is Action.BAD_REQUEST and per_instrument and _NAMES_INSTRUMENT.search(message):
        return _refused()
    if rule and (rule.action is not Action.SKIP_INSTRUMENT or per_instrument):
        return rule
    by_status = _rule_for_status(status, code)
    if rule and rule.refuses_method and by_status.action is Action.FAIL:
        return ErrorRule(Action.FAIL, _NOT_OFFERED, refuses_method=True)
    return by_status


def rule_for_key(code: int | None, rule: ErrorRule, reads_balance: Callable[[], bool | None]) -> ErrorRule:
    """The rule for an answer to a private request, where 40101 may mean the method instead of the key."""
    if code not in _UNAUTHORIZED or rule.action is not Action.CONFIG_ERROR or not reads_balance():
        return rule
    return _config(_METHOD, refuses_method=True)


def _rule_for_status(status: int, code: int | None) -> ErrorRule:
    """The rule by the HTTP status, if no reason code decides."""
    if status >= 500:
        return _retry(_SERVER)
    if code is None and status < 300:
        return _UNREADABLE
    if 300 <= status < 400:
        return _ELSEWHERE
    rule = HTTP_STATUSES.get(status, _UNKNOWN)
    # A firewall's 403 may pass, the exchange's own, with a code, does not.
    return ErrorRule(Action.FAIL, rule.hint) if status == 403 and code is not None else rule


def rule_for_response(response: requests.Response) -> ErrorRule | None:
    """The rule for an answer to a request of any table; None for success."""
    try:
        code = envelope_of(response).code
    except MalformedResult:
        code = None
    return rule_for(response.status_code, code)


def is_rate_limited(response: requests.Response) -> bool:
    """True if the exchange or a firewall throttles: HTTP 429 or a reason code that means it."""
    rule = rule_for_response(response)
    return rule is not None and rule.action is Action.RATE_LIMITED


class ExchangeError(AirbyteTracedException):
    """The exchange's answer ends a request: a config error or a system error, with the sentence the user sees.

    `refuses_method`: the account may lack what the method is about, and the key be a good one all the same.
    """

    def __init__(self, action: Action, sentence: str, refuses_method: bool = False) -> None:
        self.action = action
        self.refuses_method = refuses_method
        sentence = redact(sentence)
        super().__init__(message=sentence, internal_message=sentence, failure_type=_FAILURE_TYPES[action])


_FAILURE_TYPES = {
    Action.CONFIG_ERROR: FailureType.config_error,
    Action.RETRY: FailureType.transient_error,
    Action.RATE_LIMITED: FailureType.transient_error,
    Action.NO_ANSWER: FailureType.transient_error,
    Action.SKIP_INSTRUMENT: FailureType.system_error,
    Action.BAD_REQUEST: FailureType.system_error,
    Action.FAIL: FailureType.system_error,
}


def error_message(
    method: str, status: int, code: int | None, message: str, rule: ErrorRule, clock_difference: str = ""
) -> str:
    """`private/get-trades was answered with code 40101 UNAUTHORIZED (HTTP 401). The key ...`."""
    # Masked before it is cut: half a secret would not be recognised any more.
    told = redact(message)
    if code is not None:
        said = f"code {code} {told}".rstrip()
    else:
        said = f"no reason code, but {told}" if told else "no reason code"
    hint = rule.hint.format(method=method, clock=clock_difference)
    return f"{method} was answered with {said[:300]} (HTTP {status}). {hint}"


def clock_difference(date: str | None, at_ms: int) -> str:
    """How far this machine's clock, `at_ms`, is from an answer's Date; "" within a minute or without a Date."""
    if not date:
        return ""
    try:
        seconds = at_ms // 1_000 - int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return ""
    direction = "ahead" if seconds > 60 else "behind" if seconds < -60 else ""
    return f" ({timedelta(seconds=abs(seconds))} {direction}, by the answer's Date)" if direction else ""
