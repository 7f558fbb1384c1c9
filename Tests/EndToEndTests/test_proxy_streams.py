"""PROXY.md, "Pass-through": bodies as they come, who waits for whom, and who goes away."""

import threading
import time

import pytest

from harness import gateway as gateways
from harness import http
from harness.device import Device
from harness.impatience import IMPATIENT, UNENDING, telling_of_a_broken_body
from harness.signals import Signal
from harness.timing import Deadline, seconds, wait_until
from harness.upstream import Received
from harness.websocket import WebSocket

CONFIGURATION = IMPATIENT
MEMORY_GROWTH_MAX = 16 << 20


def ask(gateway, data: bytes) -> http.Response:
    return http.exchange(gateway.endpoint, data)


def drop(stream: http.ByteStream) -> None:
    """Closes as a process does that ends."""
    stream.socket.close()


# As it comes.


def test_an_event_stream_comes_event_by_event(any_proxy):
    gateway, upstream = any_proxy
    read = [Signal() for _ in range(5)]

    def answer(request: Received) -> None:
        request.send_head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked")
        for number, signal in enumerate(read):
            request.send_chunk(b"data: %d\n\n" % number)
            signal.wait()
        request.send_chunk(b"")

    upstream.answer = answer
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "GET", "/events"))
        assert stream.read_head(Deadline(10)).header("Content-Type") == "text/event-stream"
        for number, signal in enumerate(read):
            assert stream.read_chunk(Deadline(10)) == b"data: %d\n\n" % number
            signal.give()
        assert stream.read_chunk(Deadline(10)) == b""


def test_a_head_comes_before_its_body(any_proxy):
    gateway, upstream = any_proxy
    read = Signal()

    def answer(request: Received) -> None:
        request.send_head("200 OK", "Content-Length: 4")
        read.wait()
        request.send(b"body")

    upstream.answer = answer
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "GET", "/a"))
        stream.read_head(Deadline(10))
        read.give()
        assert stream.read(4, Deadline(10)) == b"body"


@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunks"])
def test_a_body_goes_up_piece_by_piece(any_proxy, is_chunked):
    gateway, upstream = any_proxy
    pieces: list[bytes] = []
    came = threading.Semaphore(0)

    def answer(request: Received) -> None:
        missing = 50
        while missing:
            piece = (
                request.stream.read_chunk(Deadline(10))
                if is_chunked
                else request.stream.read(10, Deadline(10))
            )
            pieces.append(piece)
            missing -= len(piece)
            came.release()
        if is_chunked:
            assert request.stream.read_chunk(Deadline(10)) == b""
        request.respond("200 OK", b"done")

    upstream.answer = answer
    field = "Transfer-Encoding: chunked" if is_chunked else "Content-Length: 50"
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", field))
        for number in range(5):
            piece = b"%d" % number * 10
            stream.send(b"a\r\n%s\r\n" % piece if is_chunked else piece)
            assert came.acquire(timeout=seconds(10))
        if is_chunked:
            stream.send(b"0\r\n\r\n")
        assert stream.read_response().body == b"done"
    assert pieces == [b"%d" % number * 10 for number in range(5)]


def test_both_bodies_may_be_under_way_at_once(proxy):
    gateway, upstream = proxy

    def answer(request: Received) -> None:
        request.send_head("200 OK", "Transfer-Encoding: chunked")
        for piece in request.pieces():
            request.send_chunk(piece.upper())
        request.send_chunk(b"")

    upstream.answer = answer
    field = "Transfer-Encoding: chunked"
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "POST", "/a", b"", field))
        stream.read_head(Deadline(10))
        for _ in range(20):
            stream.send(b"3\r\nabc\r\n")
            assert stream.read_chunk(Deadline(10)) == b"ABC"
        stream.send(b"0\r\n\r\n")
        assert stream.read_chunk(Deadline(10)) == b""


def test_slow_bodies_outlive_the_time_of_a_request(proxy):
    """request_timeout bounds what the upstream lets wait, not how long it is spoken with."""
    gateway, upstream = proxy

    def answer(request: Received) -> None:
        body = request.read_body()
        request.send_head("200 OK", f"Content-Length: {len(body)}")
        for byte in body:
            time.sleep(seconds(0.8))
            request.send(bytes([byte]))

    upstream.answer = answer
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", "Content-Length: 3"))
        for _ in range(3):
            time.sleep(seconds(0.8))
            stream.send(b"x")
        assert stream.read_response(within=20).body == b"xxx"


# Expect.


def test_100_continue_is_said_when_the_upstream_says_so(any_proxy):
    gateway, upstream = any_proxy
    silent = Signal()

    def answer(request: Received) -> None:
        assert request.one("Expect") == "100-continue"
        silent.wait()
        request.send_head("100 Continue")
        request.respond("200 OK", request.read_body())

    upstream.answer = answer
    expect = "Expect: 100-continue"
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", expect, "Content-Length: 4"))
        wait_until(lambda: upstream.requests, what="the request")
        stream.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stream.socket.recv(1)
        silent.give()
        assert stream.read_head(Deadline(10)).status == 100
        stream.send(b"body")
        assert stream.read_response().body == b"body"


def test_a_refusal_comes_in_place_of_100_continue(proxy):
    gateway, upstream = proxy

    def answer(request: Received) -> None:
        request.respond("401 Unauthorized", b"no", "WWW-Authenticate: Bearer")
        request.close()

    upstream.answer = answer
    expect = "Expect: 100-continue"
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", expect, UNENDING))
        response = stream.read_response()
        assert (response.status, response.body) == (401, b"no")
        assert stream.read_to_end() == b""
    assert upstream.received.endswith(b"\r\n\r\n"), "no byte of the body was sent"


def test_an_upstream_that_does_not_know_100_continue_gets_the_body_after_a_second(proxy):
    gateway, upstream = proxy
    expect = "Expect: 100-continue"
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", expect, "Content-Length: 4"))
        assert stream.read_head(Deadline(10)).status == 100
        stream.send(b"body")
        assert stream.read_response().body == b"body"


def test_a_failed_expectation_is_said(proxy):
    gateway, upstream = proxy
    upstream.answer = lambda request: request.respond("417 Expectation Failed", b"no")
    expect = "Expect: 100-continue"
    data = http.request(gateway.endpoint, "PUT", "/a", b"", expect, "Content-Length: 4")
    assert ask(gateway, data).status == 417
    assert len(upstream.requests) == 1


# Answers before the request is whole.


@pytest.mark.parametrize("closes", [False, True])
def test_an_early_refusal_comes_while_the_body_is_on_its_way(any_proxy, closes):
    gateway, upstream = any_proxy

    def answer(request: Received) -> None:
        request.stream.read(1000, Deadline(10))
        request.respond("413 Content Too Large", b"too much", "Connection: close")
        if not closes:
            request.wait_for_end()
        request.close()

    upstream.answer = answer
    with http.connect(gateway.endpoint) as stream:
        stream.send_in_background(
            http.request(gateway.endpoint, "PUT", "/a", b"", UNENDING) + bytes(900_000)
        )
        response = stream.read_response()
    # A server that closes with bytes unread resets the connection, and the gateway may be in the
    # middle of a write then.
    if response.status != 502 or not closes:
        assert (response.status, response.body) == (413, b"too much")
    assert len(upstream.requests) == 1


def test_after_an_early_answer_the_rest_of_the_body_is_no_request(proxy):
    gateway, upstream = proxy
    smuggled = http.request(gateway.endpoint, "GET", "/smuggled")

    def answer(request: Received) -> None:
        request.respond("403 Forbidden", b"no")
        request.wait_for_end()
        request.close()

    upstream.answer = answer
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", "Content-Length: 60000"))
        assert stream.read_response().status == 403
        stream.send(smuggled * 100)
        stream.read_to_end()
    assert [each.target for each in upstream.requests] == ["/a"]


# A client that goes away.


def test_a_client_that_goes_away_cancels_what_is_not_answered(any_proxy):
    gateway, upstream = any_proxy
    ended = Signal()

    def answer(request: Received) -> None:
        request.read_body()
        if request.wait_for_end():
            ended.give()

    upstream.answer = answer
    for method, body in [("GET", b""), ("PUT", b"body")]:
        stream = http.connect(gateway.endpoint)
        stream.send(http.request(gateway.endpoint, method, "/a", body))
        wait_until(lambda: upstream.requests, what="the request")
        drop(stream)
        ended.wait()


def test_a_client_that_goes_away_cancels_what_is_being_answered(any_proxy):
    gateway, upstream = any_proxy
    ended = Signal()

    def answer(request: Received) -> None:
        request.send_head("200 OK", "Transfer-Encoding: chunked")
        request.send_chunk(b"data: 1\n\n")
        if request.wait_for_end():
            ended.give()

    upstream.answer = answer
    stream = http.connect(gateway.endpoint)
    stream.send(http.request(gateway.endpoint, "GET", "/events"))
    stream.read_head(Deadline(10))
    drop(stream)
    ended.wait()


@pytest.mark.parametrize("field", [UNENDING, "Transfer-Encoding: chunked"])
def test_a_client_that_goes_away_in_its_body_ends_the_upstreams(any_proxy, field):
    gateway, upstream = any_proxy
    ended = Signal()
    upstream.answer = telling_of_a_broken_body(ended)
    stream = http.connect(gateway.endpoint)
    stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", field) + b"5\r\nhello\r\n")
    wait_until(lambda: b"hello" in upstream.received, what="the first piece")
    drop(stream)
    ended.wait()
    assert not upstream.received.endswith(b"0\r\n\r\n"), "the body never looked whole"


def test_nothing_stays_open_after_clients_that_went_away(proxy):
    gateway, upstream = proxy
    upstream.answer = lambda request: request.wait_for_end()
    before = gateway.open_file_count
    streams = [http.connect(gateway.endpoint) for _ in range(30)]
    for stream in streams:
        stream.send(http.request(gateway.endpoint, "GET", "/a"))
    wait_until(lambda: len(upstream.requests) == 30, what="the requests")
    for stream in streams:
        drop(stream)
    wait_until(lambda: gateway.open_file_count <= before, what="the closing of descriptors")


# Beside each other.


def test_websockets_live_beside_requests_that_go_through(proxy):
    gateway, upstream = proxy
    devices = []
    with http.connect(gateway.endpoint) as stream:
        for number in range(10):
            websocket = WebSocket(gateway.endpoint)
            devices.append(Device(websocket))
            devices[-1].expect("connection_established")
            stream.send(http.request(gateway.endpoint, "PUT", "/", b"x" * (number + 1)))
            assert stream.read_response().body == b"x" * (number + 1)
        for device in devices:
            device.expect_nothing()
            device.websocket.close()


def test_one_slow_reader_holds_nobody_up(proxy):
    gateway, upstream = proxy

    def answer(request: Received) -> None:
        body = bytes(8_000_000) if request.target == "/large" else b"small"
        request.respond("200 OK", body)

    upstream.answer = answer
    with http.connect(gateway.endpoint) as slow:
        slow.send(http.request(gateway.endpoint, "GET", "/large"))
        slow.read_head(Deadline(10))
        for _ in range(20):
            assert ask(gateway, http.request(gateway.endpoint, "GET", "/a")).body == b"small"
        assert len(slow.read(8_000_000, Deadline(20))) == 8_000_000


def test_a_stop_waits_for_answers_that_are_under_way(start_gateway, upstream):
    stopping = Signal()

    def answer(request: Received) -> None:
        stopping.wait()
        request.send_head("200 OK", "Content-Length: 10")
        request.send(b"hello")
        time.sleep(seconds(0.2))
        request.send(b"world")

    upstream.answer = answer
    gateway = start_gateway(url=upstream.url)
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "GET", "/a"))
        wait_until(lambda: upstream.requests, what="the request")
        gateway.signal(15)
        wait_until(lambda: "stopping" in gateway.log.text, what="the begin of the end")
        stopping.give()
        response = stream.read_response()
        assert (response.body, response.header("Connection")) == (b"helloworld", "close")
    assert gateway.wait() == 0


# Memory.


SIZE = 200_000_000
PIECE = bytes(1 << 20)


def read_all(stream: http.ByteStream, size: int, pause_every: int) -> int:
    """Reads and drops, with a pause now and then. Returns how many bytes came."""
    buffer, taken, next_pause = bytearray(1 << 18), 0, pause_every
    stream.socket.settimeout(seconds(30))
    while taken < size and (count := stream.socket.recv_into(buffer)):
        taken += count
        if taken >= next_pause:
            time.sleep(0.05)
            next_pause += pause_every
    return taken


@pytest.fixture
def roomy(start_gateway, upstream):
    large = {"workers": 1, "proxy": {"max_body_size": "1GiB"}}
    environment = gateways.FREED_MEMORY_GIVEN_BACK
    return start_gateway(large, url=upstream.url, environment=environment), upstream


def test_a_large_answer_to_a_slow_client_takes_no_memory(roomy):
    gateway, upstream = roomy

    def answer(request: Received) -> None:
        request.send_head("200 OK", f"Content-Length: {SIZE}")
        for _ in range(SIZE // len(PIECE)):
            request.send(PIECE)
        request.send(bytes(SIZE % len(PIECE)))

    ask(gateway, http.request(gateway.endpoint, "GET", "/a"))
    upstream.answer = answer
    before = gateway.resident_size
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "GET", "/a"))
        stream.read_head(Deadline(10))
        size = SIZE - len(stream._buffer)
        assert read_all(stream, size, pause_every=SIZE // 20) == size
    assert gateway.peak_resident_size - before < MEMORY_GROWTH_MAX


def test_a_large_body_to_a_slow_upstream_takes_no_memory(roomy):
    gateway, upstream = roomy

    def answer(request: Received) -> None:
        size = int(request.one("Content-Length") or 0) - len(request.stream._buffer)
        assert read_all(request.stream, size, pause_every=SIZE // 20) == size
        request.respond("200 OK", b"done")

    upstream.answer = answer
    ask(gateway, http.request(gateway.endpoint, "GET", "/a"))
    before = gateway.resident_size
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", f"Content-Length: {SIZE}"))
        for _ in range(SIZE // len(PIECE)):
            stream.send(PIECE, within=30)
        stream.send(bytes(SIZE % len(PIECE)))
        assert stream.read_response(within=30).body == b"done"
    assert gateway.peak_resident_size - before < MEMORY_GROWTH_MAX
