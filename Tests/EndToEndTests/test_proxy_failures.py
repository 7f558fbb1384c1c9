"""PROXY.md, "Pass-through": an upstream that breaks off, and what is answered in its place."""

import ssl

import pytest

from harness import http
from harness.impatience import IMPATIENT, UNENDING, telling_of_a_broken_body
from harness.signals import Signal
from harness.timing import Deadline, duration, seconds, wait_until
from harness.upstream import Received

CONFIGURATION = IMPATIENT


def ask(gateway, data: bytes) -> http.Response:
    return http.exchange(gateway.endpoint, data)


def assert_is_error(response: http.Response, status: int, code: str) -> None:
    assert (response.status, response.json["code"]) == (status, code), response
    assert isinstance(response.json["error"], str)


# An upstream that goes away.


def breaking(head: list[str], part: bytes, resets: bool):
    def answer(request: Received) -> None:
        request.send_head("200 OK", *head)
        request.send(part)
        if resets:
            request.reset()
        request.close()

    return answer


@pytest.mark.parametrize("resets", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize(
    ("head", "part"),
    [
        (["Content-Length: 10"], b"hello"),
        (["Transfer-Encoding: chunked"], b"5\r\nhello\r\n"),
        (["Transfer-Encoding: chunked"], b"9\r\nhello"),
        (["Transfer-Encoding: chunked"], b"5\r\nhello\r\n0\r\n"),
        (["Transfer-Encoding: chunked"], b"5\r\nhello\r\nnonsense\r\n"),
    ],
)
def test_an_answer_that_breaks_off_is_cut_off(any_proxy, head, part, resets):
    gateway, upstream = any_proxy
    upstream.answer = breaking(head, part, resets)
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "GET", "/a") * 2)
        assert stream.read_head(Deadline(10)).status == 200
        rest = stream.read_to_end()
        # A reset may take with it what was sent before.
        assert rest in ({b"hello", b"5\r\nhello\r\n"} | ({b""} if resets else set()))


def test_an_http_1_0_client_can_tell_that_an_answer_broke_off(proxy):
    gateway, upstream = proxy
    upstream.answer = breaking(["Transfer-Encoding: chunked"], b"5\r\nhello\r\n", resets=False)
    with http.connect(gateway.endpoint) as stream:
        stream.send(b"GET /a HTTP/1.0\r\n\r\n")
        stream.socket.settimeout(seconds(10))
        if gateway.endpoint.tls:
            # The end of the connection counts only if it was said.
            stream.socket.suppress_ragged_eofs = False
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            while stream.socket.recv(65536):
                pass


def silent_until_the_end(request: Received) -> None:
    request.wait_for_end()


def closing(request: Received) -> None:
    request.close()


def resetting(request: Received) -> None:
    request.reset()


def saying(data: bytes):
    def answer(request: Received) -> None:
        request.send(data)
        request.close()

    return answer


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        closing, resetting, saying(b"SSH-2.0-x\r\n"), saying(HEAD), saying(HEAD + b"Content-Len"),
        saying(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        saying(HEAD + b"Content-Length: 1, 1\r\n\r\nab"),
        saying(HEAD + b"Content-Length: +1\r\n\r\na"),
        saying(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        saying(HEAD + b"A: b\r\n folded\r\nContent-Length: 0\r\n\r\n"),
        saying(HEAD + b"A: b\rSet-Cookie: c\r\nContent-Length: 0\r\n\r\n"),
        saying(HEAD + b"A : b\r\nContent-Length: 0\r\n\r\n"), saying(HEAD + b"A\r\n\r\n"),
        saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        saying(b"HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n"),
        saying(b"HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_an_answer_that_is_none_is_502(proxy, answer):
    gateway, upstream = proxy
    upstream.answer = answer
    data = http.request(gateway.endpoint, "POST", "/a", b"body")
    assert_is_error(ask(gateway, data), 502, "upstream_unavailable")
    assert len(upstream.requests) == 1, "nothing is sent twice that may have been applied"


def test_no_upstream_is_502(start_gateway, upstream):
    upstream.stop()
    gateway = start_gateway(url=upstream.url)
    with http.connect(gateway.endpoint) as stream:
        for _ in range(2):
            stream.send(http.request(gateway.endpoint, "GET", "/a"))
            assert_is_error(stream.read_response(), 502, "upstream_unavailable")


def test_no_answer_in_time_is_504(proxy):
    gateway, upstream = proxy
    upstream.answer = silent_until_the_end
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "POST", "/a", b"body"))
        assert_is_error(stream.read_response(), 504, "upstream_timeout")
    assert len(upstream.requests) == 1


def test_an_upstream_that_takes_no_body_is_504(start_gateway, upstream):
    ended = Signal()

    def answer(request: Received) -> None:
        ended.wait()

    upstream.answer = answer
    gateway = start_gateway({"upstream": {"request_timeout": duration(1)}}, url=upstream.url)
    with http.connect(gateway.endpoint) as stream:
        # More than all buffers on the way hold.
        head = http.request(gateway.endpoint, "PUT", "/a", b"", "Content-Length: 60000000")
        stream.send_in_background(head + bytes(60_000_000))
        assert_is_error(stream.read_response(), 504, "upstream_timeout")
    ended.give()


def test_more_requests_than_may_wait_are_503(start_gateway, upstream):
    upstream.answer = silent_until_the_end
    gateway = start_gateway(
        {"workers": 1, "upstream": {"max_connections": 1, "queue": 1}}, url=upstream.url
    )
    first, second = http.connect(gateway.endpoint), http.connect(gateway.endpoint)
    first.send(http.request(gateway.endpoint, "GET", "/a"))
    wait_until(lambda: upstream.requests, what="the first request")
    second.send(http.request(gateway.endpoint, "GET", "/b"))

    def is_refused() -> bool:
        # The second may still be on its way: then this one waits, and goes.
        with http.connect(gateway.endpoint) as third:
            third.send(http.request(gateway.endpoint, "GET", "/c"))
            try:
                response = third.read_response(within=0.5)
            except TimeoutError:
                return False
            assert_is_error(response, 503, "overloaded")
            return True

    wait_until(is_refused, what="a refusal")
    upstream.answer = lambda request: request.respond("200 OK", b"done")
    first.close()
    assert second.read_response().body == b"done"
    second.close()


def test_a_read_is_sent_again_when_its_kept_connection_was_dead(proxy):
    gateway, upstream = proxy
    assert ask(gateway, http.request(gateway.endpoint, "GET", "/a")).status == 200
    is_first = [True]

    def answer(request: Received) -> None:
        if is_first.pop() if is_first else False:
            request.close()
            return
        request.respond("200 OK", b"again")

    upstream.answer = answer
    assert ask(gateway, http.request(gateway.endpoint, "GET", "/b")).body == b"again"
    assert [each.target for each in upstream.requests] == ["/a", "/b", "/b"]


# Bounds.


def test_a_body_that_is_announced_too_large_is_413(proxy):
    gateway, upstream = proxy
    with http.connect(gateway.endpoint) as stream:
        field = "Content-Length: 1000001"
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", field))
        assert_is_error(stream.read_response(), 413, "too_large")
        assert stream.read_to_end() == b""
    assert upstream.requests == []


def test_a_body_that_grows_too_large_is_413(any_proxy):
    gateway, upstream = any_proxy
    ended = Signal()
    upstream.answer = telling_of_a_broken_body(ended)
    field = "Transfer-Encoding: chunked"
    chunk = b"2710\r\n" + bytes(10_000) + b"\r\n"
    with http.connect(gateway.endpoint) as stream:
        head = http.request(gateway.endpoint, "PUT", "/a", b"", field)
        stream.send_in_background(head + chunk * 100 + b"1\r\nx\r\n0\r\n\r\n")
        assert_is_error(stream.read_response(), 413, "too_large")
    ended.wait()


def test_a_body_of_just_the_size_goes_through(proxy):
    gateway, upstream = proxy
    response = ask(gateway, http.request(gateway.endpoint, "PUT", "/a", bytes(1_000_000)))
    assert len(response.body) == 1_000_000


def test_a_body_that_stands_still_is_408(any_proxy):
    gateway, upstream = any_proxy
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", UNENDING) + b"some")
        assert_is_error(stream.read_response(), 408, "request_timeout")
        assert stream.read_to_end() == b""
    assert len(upstream.requests) == 1
