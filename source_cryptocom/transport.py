"""Sends requests within bounds: a whole answer in so many seconds and bytes, or an error that can be retried."""

import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

CONNECT_TIMEOUT_SECONDS = 10.0
READ_TIMEOUT_SECONDS = 30.0
ANSWER_TIMEOUT_SECONDS = 60.0
# The largest answer known, all instruments, has 0.4 MB.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
CONNECTIONS = 128
_CHUNK_BYTES = 256 * 1024


class AnswerTooLarge(requests.exceptions.RequestException):
    """More bytes than any answer of the exchange has."""


class BoundedAdapter(HTTPAdapter):
    """An HTTPAdapter that reads the whole body itself.

    requests bounds the silence between two bytes only: a server that trickles holds a sync for ever, and one that
    floods it fills the memory. Raises requests' own exceptions, as reading `response.content` would.
    """

    def __init__(
        self,
        answer_timeout_seconds: float = ANSWER_TIMEOUT_SECONDS,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._answer_timeout_seconds = answer_timeout_seconds
        self._max_answer_bytes = max_answer_bytes
        super().__init__(pool_connections=1, pool_maxsize=CONNECTIONS)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        deadline = time.monotonic() + self._answer_timeout_seconds
        response = super().send(request, stream=True, timeout=timeout, verify=verify, cert=cert, proxies=proxies)
        response._content = self._body(response, request, deadline)
        response.__dict__["_content_consumed"] = True
        return response

    def _body(self, response: requests.Response, request: requests.PreparedRequest, deadline: float) -> bytes:
        body = bytearray()
        try:
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
                body += chunk
                if len(body) > self._max_answer_bytes:
                    raise AnswerTooLarge(f"more than {self._max_answer_bytes} bytes", request=request)
                if time.monotonic() > deadline:
                    raise requests.exceptions.ReadTimeout(
                        f"not complete after {self._answer_timeout_seconds:.0f} seconds", request=request
                    )
        except ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(error, request=request) from error
        except DecodeError as error:
            raise requests.exceptions.ContentDecodingError(error, request=request) from error
        except (HTTPError, OSError) as error:
            # requests' exceptions are OSErrors too: those raised above pass.
            if isinstance(error, requests.exceptions.RequestException):
                raise
            raise requests.exceptions.ChunkedEncodingError(error, request=request) from error
        finally:
            if response.raw.closed or len(body) > self._max_answer_bytes or time.monotonic() > deadline:
                response.close()
        response.raw.release_conn()
        return bytes(body)
