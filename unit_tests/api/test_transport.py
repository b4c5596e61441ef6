"""A whole answer within bounds, or an error that can be retried; against a real socket."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import requests

from source_cryptocom.api.transport import AnswerTooLarge, BoundedAdapter, UnusableSetting

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(*answers: Answer) -> Iterator[str]:
    """A server that gives one answer after the other, the last one again and again."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = left.pop(0) if len(left) > 1 else left[0]
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def whole(body: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def chunked(chunks: Iterator[bytes]) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for data in chunks:
            handler.wfile.write(chunk(data))
            handler.wfile.flush()
        handler.wfile.write(b"0\r\n\r\n")

    return answer


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"code": 0')
    handler.close_connection = True


def get(url: str, adapter: BoundedAdapter, read_timeout: float = 5) -> requests.Response:
    with requests.Session() as session:
        session.mount("http://", adapter)
        session.trust_env = False
        return session.get(url, timeout=(5, read_timeout))


@contextmanager
def session() -> Iterator[requests.Session]:
    """One that obeys the environment, as the connector's does."""
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, BoundedAdapter())
        yield session


def test_an_answer_is_read_whole() -> None:
    body = b'{"code": 0}' * 100_000
    with serving(whole(body)) as url:
        response = get(url, BoundedAdapter())
    assert (response.status_code, response.content) == (200, body)


def test_a_compressed_answer_is_read_as_what_it_holds() -> None:
    with serving(whole(gzip.compress(b'{"code": 0}'), Content_Encoding="gzip")) as url:
        assert get(url, BoundedAdapter()).json() == {"code": 0}


def test_a_chunked_answer_is_read_whole() -> None:
    with serving(chunked(iter([b"one ", b"two ", b"three"]))) as url:
        assert get(url, BoundedAdapter()).content == b"one two three"


def test_an_answer_without_a_body_is_empty() -> None:
    with serving(whole(b"")) as url:
        assert get(url, BoundedAdapter()).content == b""


def test_a_body_that_is_cut_short_can_be_retried() -> None:
    with serving(cut) as url, pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(url, BoundedAdapter())


def test_a_body_that_is_not_compressed_as_it_claims_can_be_retried() -> None:
    with (
        serving(whole(b"no gzip at all", Content_Encoding="gzip")) as url,
        pytest.raises(requests.exceptions.ContentDecodingError),
    ):
        get(url, BoundedAdapter())


def test_silence_between_two_bytes_is_a_timeout() -> None:
    silence = threading.Event()

    def says_half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "10")
        handler.end_headers()
        handler.wfile.write(b"half")
        silence.wait(5)

    with serving(says_half) as url:
        try:
            with pytest.raises(requests.exceptions.ReadTimeout):
                get(url, BoundedAdapter(), read_timeout=0.1)
        finally:
            silence.set()


def test_a_server_that_trickles_does_not_hold_a_sync_for_ever() -> None:
    over = threading.Event()

    def trickle() -> Iterator[bytes]:
        for _ in range(500):
            yield b" "
            if over.wait(0.02):
                return

    started = time.monotonic()
    with serving(chunked(trickle())) as url:
        try:
            with pytest.raises(requests.exceptions.ReadTimeout):
                get(url, BoundedAdapter(answer_timeout_seconds=0.2))
        finally:
            over.set()
    assert 0.2 <= time.monotonic() - started < 5


def test_a_server_that_trickles_the_head_of_an_answer_does_not_either() -> None:
    over = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(500):
            handler.wfile.write(f"X-{number}: more\r\n".encode())
            handler.wfile.flush()
            if over.wait(0.02):
                return

    started = time.monotonic()
    with serving(trickle) as url:
        try:
            with pytest.raises((requests.exceptions.ReadTimeout, requests.exceptions.ConnectionError)):
                get(url, BoundedAdapter(answer_timeout_seconds=0.2))
        finally:
            over.set()
    assert 0.2 <= time.monotonic() - started < 5


def test_each_answer_on_a_connection_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = SimpleNamespace(monotonic=lambda: 1_000.0)
    monkeypatch.setattr("source_cryptocom.api.transport.time", now)
    with serving(whole(b"1")) as url, requests.Session() as session:
        session.mount("http://", BoundedAdapter(answer_timeout_seconds=1))
        session.trust_env = False
        session.get(url, timeout=5)
        now.monotonic = lambda: 2_000.0
        assert session.get(url, timeout=5).content == b"1"


def test_a_server_that_floods_does_not_fill_the_memory() -> None:
    given = []

    def flood() -> Iterator[bytes]:
        for _ in range(100_000):
            given.append(1)
            yield b"x" * 10_000

    with serving(chunked(flood())) as url, pytest.raises(AnswerTooLarge, match="more than 100000 bytes"):
        get(url, BoundedAdapter(max_answer_bytes=100_000))
    assert len(given) < 10_000


def test_a_compressed_flood_counts_by_what_it_holds() -> None:
    bomb = gzip.compress(b"\0" * 5_000_000)
    assert len(bomb) < 100_000
    with serving(whole(bomb, Content_Encoding="gzip")) as url, pytest.raises(AnswerTooLarge):
        get(url, BoundedAdapter(max_answer_bytes=100_000))


def test_an_answer_of_exactly_the_bound_is_read() -> None:
    with serving(whole(b"x" * 1_000)) as url:
        assert len(get(url, BoundedAdapter(max_answer_bytes=1_000)).content) == 1_000
        with pytest.raises(AnswerTooLarge):
            get(url, BoundedAdapter(max_answer_bytes=999))


def test_a_connection_is_used_again_after_a_whole_answer_and_not_after_a_cut_one() -> None:
    callers: list[int] = []

    def noting(answer: Answer) -> Answer:
        def noted(handler: BaseHTTPRequestHandler) -> None:
            callers.append(handler.client_address[1])
            answer(handler)

        return noted

    answers = [noting(answer) for answer in (whole(b"1"), chunked(iter([b"2"])), cut, whole(b"3"))]
    with serving(*answers) as url, requests.Session() as session:
        session.mount("http://", BoundedAdapter())
        session.trust_env = False
        for _ in range(2):
            session.get(url, timeout=5)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.get(url, timeout=5)
        session.get(url, timeout=5)
    assert callers[0] == callers[1] == callers[2] != callers[3]


def test_a_server_that_is_not_there_is_a_connection_error() -> None:
    with serving(whole(b"")) as url:
        pass
    with pytest.raises(requests.exceptions.ConnectionError):
        get(url, BoundedAdapter())


def test_what_is_asked_of_this_machine_does_not_go_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    def proxy(request: BaseHTTPRequestHandler) -> None:
        request.send_error(418, "the proxy has read it")

    with serving(whole(b"in private")) as url, serving(proxy) as proxy_url:
        monkeypatch.setenv("HTTP_PROXY", proxy_url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with session() as client:
            assert client.get(url, timeout=5).content == b"in private"


@pytest.mark.parametrize("location", ["http://[::1", "http://\xff\xfe/", "https://elsewhere.test/"])
def test_where_a_redirect_leads_does_not_matter(location: str) -> None:
    def redirect(request: BaseHTTPRequestHandler) -> None:
        head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        request.wfile.write(head.encode("latin-1"))

    with serving(redirect) as url, session() as client:
        assert client.get(url, timeout=5, allow_redirects=False).status_code == 302


@pytest.mark.parametrize(
    ("variable", "value"),
    [("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem"), ("HTTPS_PROXY", "http://user:word@")],
)
def test_a_setting_with_which_no_request_can_be_made_says_so(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with session() as client, pytest.raises(UnusableSetting):
        client.get("https://127.0.0.1:9/", timeout=5)
