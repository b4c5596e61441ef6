"""A request that got no answer: the reason that helps, and whether to try again."""

import errno
import http.client
import os
import socket
import ssl

import pytest
import requests
import urllib3
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError

from source_cryptocom.api.connection_errors import exception_message, rule_for_exception
from source_cryptocom.api.errors import Action
from source_cryptocom.api.transport import UnusableSetting

METHOD = "public/get-book"
POOL = urllib3.HTTPSConnectionPool("a-host-with-quite-a-long-name.exchange.test")
URL = "/exchange/v1/public/get-candlestick?" + "instrument_name=SOMETHING_LONG&" * 10


def wrapped(reason: Exception) -> MaxRetryError:
    """As urllib3 hands it to requests: behind an address longer than any message should be."""
    return MaxRetryError(POOL, URL, reason)


def unresolved() -> NewConnectionError:
    error = NewConnectionError(POOL, "Failed to resolve")  # type: ignore[arg-type]
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    return error


def without(number: int) -> NewConnectionError:
    error = NewConnectionError(POOL, "Failed to establish a new connection")  # type: ignore[arg-type]
    error.__cause__ = OSError(number, os.strerror(number))
    return error


CASES: dict[str, tuple[Exception, Action, str]] = {
    "no such host": (
        requests.exceptions.ConnectionError(wrapped(unresolved())),
        Action.NO_ANSWER,
        "(ConnectionError: gaierror: [Errno -2] Name or service not known). Check the network ",
    ),
    "no more open files": (
        requests.exceptions.ConnectionError(wrapped(without(errno.EMFILE))),
        Action.NO_ANSWER,
        "(ConnectionError: OSError: [Errno 24] Too many open files). This machine has no more open files to ",
    ),
    "a full disk": (
        UnusableSetting(OSError(errno.ENOSPC, "No space left on device")),
        Action.NO_ANSWER,
        "(UnusableSetting: OSError: [Errno 28] No space left on device). A disk of this machine is full: ",
    ),
    "no memory": (
        requests.exceptions.ConnectionError(wrapped(without(errno.ENOMEM))),
        Action.NO_ANSWER,
        "(ConnectionError: OSError: [Errno 12] Cannot allocate memory). This machine is out of memory: ",
    ),
    "a proxy that wants a password": (
        requests.exceptions.ProxyError(wrapped(ProxyError("no tunnel", OSError("Tunnel connection failed: 407")))),
        Action.NO_ANSWER,
        "(ProxyError: OSError: Tunnel connection failed: 407). Check the proxy that HTTPS_PROXY names.",
    ),
    "a handshake that breaks off": (
        requests.exceptions.SSLError(wrapped(urllib3.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred")))),
        Action.NO_ANSWER,
        "(SSLError: SSLEOFError: EOF occurred). The TLS connection broke off: check ",
    ),
    "a certificate that does not verify": (
        requests.exceptions.SSLError(
            wrapped(urllib3.exceptions.SSLError(ssl.SSLCertVerificationError(1, "self-signed certificate")))
        ),
        Action.CONFIG_ERROR,
        "(SSLError: SSLCertVerificationError: self-signed certificate). The exchange's TLS certificate ",
    ),
    "a setting that makes requests impossible": (
        UnusableSetting(ValueError("Invalid proxy http://me:pass@")),
        Action.CONFIG_ERROR,
        "(UnusableSetting: ValueError: Invalid proxy http://****@). This machine's settings do not ",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_innermost_reason_is_given(case: str) -> None:
    error, action, words = CASES[case]
    rule = rule_for_exception(error)
    assert rule.action is action
    assert exception_message(METHOD, error, rule).startswith(f"{METHOD} got no complete answer {words}")


def test_what_no_terminal_should_show_is_left_out() -> None:
    error = requests.exceptions.ConnectionError(http.client.BadStatusLine("\x15\x03\x03P"))
    words = f"{METHOD} got no complete answer (ConnectionError: BadStatusLine:    P). "
    assert exception_message(METHOD, error, rule_for_exception(error)).startswith(words)


def test_no_exception_at_all_is_a_sentence_too() -> None:
    assert exception_message(METHOD, None, rule_for_exception(None)).startswith(f"{METHOD} got no complete answer (")


def test_a_reason_that_leads_back_to_itself_ends() -> None:
    error = requests.exceptions.ConnectionError("round and round")
    error.args = (error,)
    assert rule_for_exception(error).action is Action.NO_ANSWER
