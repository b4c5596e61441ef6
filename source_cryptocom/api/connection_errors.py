"""What it means when a request gets no answer at all: why, in words, and whether to try again. Pure."""

import errno
import re
import ssl
from collections.abc import Iterator

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import Action, ErrorRule
from source_cryptocom.api.transport import UnusableSetting
from source_cryptocom.logs.redaction import redact

_CERTIFICATE = ErrorRule(
    Action.CONFIG_ERROR,
    "The exchange's TLS certificate cannot be verified: check this machine's certificates and any proxy.",
)
_SETTING = ErrorRule(
    Action.CONFIG_ERROR,
    "This machine's settings do not let it send requests: check base_url, the variables REQUESTS_CA_BUNDLE and "
    "HTTPS_PROXY, and what else names a proxy or certificates.",
)
_PROXY = ErrorRule(Action.NO_ANSWER, "Check the proxy that HTTPS_PROXY names.")
_TLS = ErrorRule(Action.NO_ANSWER, "The TLS connection broke off: check the network, any proxy, and base_url.")
_NETWORK = ErrorRule(Action.NO_ANSWER, "Check the network and the exchange's status page.")

_FILES = ErrorRule(
    Action.NO_ANSWER, "This machine has no more open files to give: raise its limit (`ulimit -n`) or lower num_workers."
)
_RESOURCES: dict[int, ErrorRule] = {
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOSPC: ErrorRule(Action.NO_ANSWER, "A disk of this machine is full: free some space."),
    errno.EDQUOT: ErrorRule(Action.NO_ANSWER, "The disk quota of this user is used up: free some space."),
    errno.ENOMEM: ErrorRule(Action.NO_ANSWER, "This machine is out of memory: give it more, or lower num_workers."),
    errno.EADDRNOTAVAIL: ErrorRule(
        Action.NO_ANSWER, "This machine has no free port for a connection, or no address: look at what else it runs."
    ),
}
"""What has run out on this machine, by the number of the system's error; the exchange has no part in it."""

_THREADS = (
    "This machine has no more threads to give: raise its limit (`ulimit -u`, or the container's of processes) or lower "
    "num_workers."
)
_PROXY_PASSWORD = re.compile(r"//[^/@\s]*@")
_LONGEST = 200


def exhausted_resource(error: Exception, table: str = "") -> AirbyteTracedException | None:
    """What to raise if this machine had no more threads, memory, files or disk to give; None for another error."""
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        hint = _THREADS
    else:
        number = errno.ENOMEM if isinstance(error, MemoryError) else error.errno if isinstance(error, OSError) else None
        rule = _RESOURCES.get(number or 0)
        if not rule:
            return None
        hint = rule.hint
    message = f"{table}: {hint}" if table else hint
    return AirbyteTracedException.from_exception(error, message=message, failure_type=FailureType.transient_error)


def rule_for_exception(error: Exception | None) -> ErrorRule:
    """What to do, and what to tell the user to do."""
    resources = (_RESOURCES.get(cause.errno or 0) for cause in _causes(error) if isinstance(cause, OSError))
    if resource := next(filter(None, resources), None):
        return resource
    if isinstance(error, UnusableSetting):
        return _SETTING
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return _CERTIFICATE
    if isinstance(error, requests.exceptions.ProxyError):
        return _PROXY
    return _TLS if isinstance(error, requests.exceptions.SSLError) else _NETWORK


def exception_message(method: str, error: Exception | None, rule: ErrorRule) -> str:
    """`public/get-book got no complete answer (ConnectionError: gaierror: Name or service not known). Check ...`

    The reason is the innermost exception's: those around it repeat the address, and bury what went wrong.
    """
    return f"{method} got no complete answer ({_reason(error)}). {rule.hint}"


def _reason(error: Exception | None) -> str:
    causes = list(_causes(error))
    names = dict.fromkeys(type(cause).__name__ for cause in (*causes[:1], *causes[-1:]))
    said = "".join(sign if sign.isprintable() else " " for sign in str(causes[-1])) if causes else "no reason"
    return _PROXY_PASSWORD.sub("//****@", redact(": ".join((*names, said))))[:_LONGEST]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and its causes, outermost first."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        inside = (getattr(error, "reason", None), *error.args, error.__cause__)
        error = next((cause for cause in inside if isinstance(cause, BaseException)), None)
