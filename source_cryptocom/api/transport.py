"""Sends requests within bounds: a whole answer in so many seconds and bytes, or an error that can be retried."""

import http.client
import io
import socket
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

CONNECT_TIMEOUT_SECONDS = 10.0
READ_TIMEOUT_SECONDS = 30.0
ANSWER_TIMEOUT_SECONDS = 60.0
# The largest answer known, all instruments, has 0.4 MB.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
CONNECTIONS = 128
# A redirect would carry the signed body to another host.
REQUEST_ARGUMENTS: dict[str, Any] = {
    "timeout": (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
    "allow_redirects": False,
}
_CHUNK_BYTES = 256 * 1024


class AnswerTooLarge(requests.exceptions.RequestException):
    """More bytes than any answer of the exchange has."""


class UnusableSetting(requests.exceptions.RequestException):
    """A proxy, a certificate bundle or an address with which no request can be made."""


class TooSlow(TimeoutError):
    """Bytes come, but the answer does not end."""


class _Timed(io.RawIOBase):
    """A socket's bytes until a deadline: its own timeout bounds the silence between two of them only."""

    def __init__(self, raw: io.RawIOBase, seconds: float) -> None:
        self._raw = raw
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > self._deadline:
            raise TooSlow(f"not complete after {self._seconds:.0f} seconds")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedAnswer(http.client.HTTPResponse):
    """An answer whose head and body must have come `seconds` after the request."""

    def __init__(self, seconds: float, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        raw: io.RawIOBase = self.fp.detach()
        self.fp = io.BufferedReader(_Timed(raw, seconds))


def _timed_pools(seconds: float) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by scheme whose answers are _TimedAnswer."""
    pools = {}
    for scheme, pool in (("http", HTTPConnectionPool), ("https", HTTPSConnectionPool)):
        answer = {"response_class": partial(_TimedAnswer, seconds)}
        connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), answer)
        pools[scheme] = type(pool.__name__, (pool,), {"ConnectionCls": connection})
    return pools


class BoundedAdapter(HTTPAdapter):
    """An HTTPAdapter that reads the whole body itself.

    requests bounds neither the time that an answer takes, byte after byte, nor its size: a server that trickles holds a
    sync for ever, and one that floods it fills the memory. Raises requests' own exceptions, as reading
    `response.content` would.
    """

    def __init__(
        self,
        answer_timeout_seconds: float = ANSWER_TIMEOUT_SECONDS,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._pools = _timed_pools(answer_timeout_seconds)
        self._max_answer_bytes = max_answer_bytes
        self._connections: dict[tuple[str, ...], ConnectionPool] = {}
        super().__init__(pool_connections=1, pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: Any,
        proxies: Mapping[str, str] | None = None,
        cert: Any = None,
    ) -> ConnectionPool:
        """The connections to the request's address: looked up, with proxy and certificates, once for each."""
        address = str(request.url).partition("?")[0]
        key = (address, str(verify), str(proxies), str(cert))
        if key not in self._connections:
            connections = super().get_connection_with_tls_context(request, verify, proxies, cert)
            super().cert_verify(connections, address, verify, cert)  # type: ignore[no-untyped-call]
            self._connections[key] = connections
        return self._connections[key]

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing: the connections know their certificates."""

    def request_url(self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        """The path alone: only https goes through a proxy, in a tunnel."""
        return str(request.path_url)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """A response without cookies and without an encoding: the exchange's API has none, and sends JSON."""
        response = requests.Response()
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.headers = CaseInsensitiveDict(resp.headers)
        response.url, response.request = str(req.url), req
        return response

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        response = self._begin(request, timeout, verify, cert, proxies)
        # Redirects are not followed; requests would still stumble over one that leads nowhere.
        response.headers.pop("Location", None)
        try:
            response._content = self._body(response, request)
        except requests.exceptions.RequestException:
            response.close()
            raise
        response.__dict__["_content_consumed"] = True
        response.raw.release_conn()
        return response

    def _begin(
        self,
        request: requests.PreparedRequest,
        timeout: Any,
        verify: Any,
        cert: Any,
        proxies: Mapping[str, str] | None,
    ) -> requests.Response:
        if str(request.url).startswith("http://"):  # ignore-https-check
            # This machine itself. Through a proxy the signed request would travel in clear.
            proxies = None
        try:
            return super().send(request, stream=True, timeout=timeout, verify=verify, cert=cert, proxies=proxies)
        except requests.exceptions.RequestException:
            raise
        except (OSError, ValueError, TypeError) as error:
            raise UnusableSetting(error, request=request) from error

    def _body(self, response: requests.Response, request: requests.PreparedRequest) -> bytes:
        body = bytearray()
        try:
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
                body += chunk
                if len(body) > self._max_answer_bytes:
                    raise AnswerTooLarge(f"more than {self._max_answer_bytes} bytes", request=request)
        except ReadTimeoutError as error:
            reason = error.__cause__ if isinstance(error.__cause__, TooSlow) else error
            raise requests.exceptions.ReadTimeout(reason, request=request) from error
        except DecodeError as error:
            raise requests.exceptions.ContentDecodingError(error, request=request) from error
        except HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error, request=request) from error
        return bytes(body)
