"""What the requests of one sync share: connections, and all that would be looked up again for each request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from requests.auth import AuthBase
from requests.cookies import RequestsCookieJar

from source_cryptocom.api import transport
from source_cryptocom.api.authenticator import PublicAccess


class _NoCookies(RequestsCookieJar):
    """The exchange's API has no cookies; requests would parse address and headers anew to look for some."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        return


@dataclass(frozen=True)
class _Prepared:
    """What all requests for one address have in common. `settings`: proxies and certificates, from the environment."""

    request: requests.PreparedRequest
    settings: Mapping[str, Any]


class Connections:
    """The connections that all methods of one sync share. Any number of threads may use them.

    A session looks up proxies, certificates and ~/.netrc for each request, in half of its processor time. Here that is
    done once for each address.
    """

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.cookies = _NoCookies()
        self._prepared: dict[str, _Prepared] = {}
        adapter = transport.BoundedAdapter()
        for scheme in ("https://", "http://"):  # ignore-https-check
            self._session.mount(scheme, adapter)

    def get(self, url: str, parameters: Mapping[str, str]) -> requests.Response:
        """The whole answer. Raises RequestException."""
        prepared = self._prepare("GET", url)
        request = prepared.request.copy()
        if parameters:
            request.url = f"{url}?{urlencode(parameters)}"
        return self._session.send(request, **prepared.settings, **transport.REQUEST_ARGUMENTS)

    def post(self, url: str, content: Mapping[str, Any], auth: AuthBase) -> requests.Response:
        """The whole answer; `auth` signs the request. Raises RequestException."""
        prepared = self._prepare("POST", url)
        request = prepared.request.copy()
        request.prepare_body(data=None, files=None, json=content)
        return self._session.send(auth(request), **prepared.settings, **transport.REQUEST_ARGUMENTS)

    def _prepare(self, verb: str, url: str) -> _Prepared:
        if url not in self._prepared:
            request = self._session.prepare_request(requests.Request(verb, url, auth=PublicAccess()))
            settings = self._session.merge_environment_settings(url, {}, False, None, None)
            self._prepared[url] = _Prepared(request, settings)
        return self._prepared[url]
