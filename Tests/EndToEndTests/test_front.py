"""PROXY.md, for what is not an upgrade: the strict reading of requests, and answers as JSON."""

import socket

import pytest

from harness import http
from harness.device import Device
from harness.timing import Deadline, duration, wait_until
from harness.websocket import Handshake, WebSocket

CONFIGURATION = {"workers": 1, "proxy": {"enabled": False}}


def assert_is_error(response: http.Response, status: int) -> None:
    """An answer of the gateway's own: a status, and JSON that says what and why."""
    assert response.status == status, response
    assert set(response.json) >= {"error", "code"}
    assert all(isinstance(response.json[name], str) for name in ("error", "code"))


def assert_serves(gateway) -> None:
    """A new connection is upgraded and answered."""
    websocket = WebSocket(gateway.endpoint)
    client = Device(websocket)
    client.expect("connection_established")
    client.expect_nothing()
    websocket.close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
@pytest.mark.parametrize("target", ["/", "/ws", "/api/notes/x?y", "/%0d%0aX:%20y", "/../../etc"])
def test_what_is_not_an_upgrade_is_404(gateway, method, target):
    endpoint = gateway.endpoint
    assert_is_error(http.exchange(endpoint, http.request(endpoint, method, target)), 404)


def test_an_answer_to_head_has_no_body(gateway):
    endpoint = gateway.endpoint
    with http.connect(endpoint) as stream:
        stream.send(http.request(endpoint, "HEAD", "/a") + http.request(endpoint, "GET", "/b"))
        assert stream.read_head(Deadline(10)).status == 404
        assert_is_error(stream.read_response(), 404)


def test_a_connection_is_kept_alive(gateway):
    with http.connect(gateway.endpoint) as stream:
        for number in range(20):
            body = b"x" * (number % 3)
            stream.send(http.request(gateway.endpoint, "PUT", f"/{number}", body))
            assert_is_error(stream.read_response(), 404)


def test_a_client_that_wants_to_close_is_closed(gateway):
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "GET", "/", b"", "Connection: close"))
        response = stream.read_response()
        assert response.header("Connection") == "close"
        assert stream.read_to_end() == b""


def test_pipelined_requests_are_answered_in_order_and_bodies_are_not_requests(gateway):
    endpoint = gateway.endpoint
    hidden = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    chunked = b"5\r\nGET /\r\n0\r\n\r\n"
    requests = [
        http.request(endpoint, "GET", "/a"),
        http.request(endpoint, "PUT", "/b", hidden),
        http.request(endpoint, "PUT", "/c", b"", "Transfer-Encoding: chunked") + chunked,
        http.request(endpoint, "POST", "/d", b"", "Content-Length: 0"),
        http.request(endpoint, "GET", "/e", b"", "Connection: close"),
    ]
    with http.connect(endpoint) as stream:
        stream.send(b"".join(requests))
        for _ in requests:
            assert_is_error(stream.read_response(), 404)
        assert stream.read_to_end() == b""


def test_a_put_with_a_body_behind_a_get_in_one_segment_leaves_the_worker_serving(gateway):
    endpoint = gateway.endpoint
    with http.connect(endpoint) as stream:
        first, second = ("GET", "/a", b""), ("PUT", "/b", b"12345")
        stream.send(http.request(endpoint, *first) + http.request(endpoint, *second))
        assert_is_error(stream.read_response(), 404)
        assert_is_error(stream.read_response(), 404)
        assert_serves(gateway)
        assert gateway.processor_share() < 0.5
    assert_serves(gateway)


def test_an_upgrade_behind_a_request_in_one_segment_is_an_upgrade(gateway):
    endpoint, handshake = gateway.endpoint, Handshake()
    with http.connect(endpoint) as stream:
        first = http.request(endpoint, "PUT", "/a", b"12345")
        stream.send(first + handshake.encode(endpoint))
        assert_is_error(stream.read_response(), 404)
        assert stream.read_head(Deadline(10)).status == 101


def test_a_request_that_comes_byte_by_byte_is_answered(gateway):
    with http.connect(gateway.endpoint) as stream:
        for byte in http.request(gateway.endpoint, "PUT", "/a", b"12345"):
            stream.send(bytes([byte]))
        assert_is_error(stream.read_response(), 404)


def test_a_large_body_that_nobody_wants_harms_nobody(gateway):
    with http.connect(gateway.endpoint) as stream:
        try:
            stream.send(http.request(gateway.endpoint, "POST", "/a", bytes(4 << 20)))
            assert_is_error(stream.read_response(), 404)
        except (OSError, http.ConnectionEnded):
            pass
    assert_serves(gateway)


def test_a_length_beyond_all_bounds_is_refused(gateway):
    field = "Content-Length: 99999999999999999999"
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"", field))
        assert stream.read_response().status in (400, 413)
        assert stream.read_to_end() == b""


def malformed() -> dict[str, bytes]:
    """Requests that two readers could take for two different things, or that nobody can read."""
    start = b"GET /a HTTP/1.1\r\nHost: x\r\n"
    put = b"PUT /a HTTP/1.1\r\nHost: x\r\n"
    return {
        "bare line feeds": b"GET /a HTTP/1.1\nHost: x\n\n",
        "a bare line feed in the fields": start + b"A: b\nC: d\r\n\r\n",
        "a bare carriage return": start + b"A: b\rC: d\r\n\r\n",
        "a folded line": start + b"A: b\r\n c\r\n\r\n",
        "a folded first line": b"GET /a HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n",
        "a space before the colon": start + b"A : b\r\n\r\n",
        "a tab before the colon": start + b"A\t: b\r\n\r\n",
        "no colon": start + b"A\r\n\r\n",
        "no name": start + b": b\r\n\r\n",
        "a name with a space": start + b"A b: c\r\n\r\n",
        "a name that is not ASCII": start + b"\xc3\xa4: c\r\n\r\n",
        "a NUL in a value": start + b"A: b\x00c\r\n\r\n",
        "a control byte in a value": start + b"A: b\x01c\r\n\r\n",
        "a DEL in a value": start + b"A: b\x7fc\r\n\r\n",
        "no Host": b"GET /a HTTP/1.1\r\nA: b\r\n\r\n",
        "two Hosts": start + b"Host: y\r\n\r\n",
        "two equal Hosts": start + b"host: x\r\n\r\n",
        "a length with a sign": put + b"Content-Length: +5\r\n\r\n12345",
        "a negative length": put + b"Content-Length: -5\r\n\r\n12345",
        "a hexadecimal length": put + b"Content-Length: 0x5\r\n\r\n12345",
        "an empty length": put + b"Content-Length: \r\n\r\n",
        "a list of lengths": put + b"Content-Length: 5, 5\r\n\r\n12345",
        "a length with a space": put + b"Content-Length: 1 5\r\n\r\n12345",
        "two lengths": put + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        "two equal lengths": put + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n12345",
        "a length and chunks": put
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "chunks and a length": put
        + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "another encoding": put + b"Transfer-Encoding: gzip\r\n\r\n",
        "chunked twice": put + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "chunked and identity": put + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
        "two encodings": put
        + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "almost chunked": put + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "absolute form": b"GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "authority form": b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "asterisk form": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        "a target without a slash": b"GET a HTTP/1.1\r\nHost: x\r\n\r\n",
        "an empty target": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
        "a space in the target": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        "a control byte in the target": b"GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
        "a tab for a space": b"GET\t/a\tHTTP/1.1\r\nHost: x\r\n\r\n",
        "two spaces": b"GET  /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "no version": b"GET /a\r\nHost: x\r\n\r\n",
        "a version in lower case": b"GET /a http/1.1\r\nHost: x\r\n\r\n",
        "another protocol": b"GET /a RTSP/1.1\r\nHost: x\r\n\r\n",
        "a version with more digits": b"GET /a HTTP/1.10\r\nHost: x\r\n\r\n",
        "a space before the method": b" GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "a method that is no token": b"G(T /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "noise": bytes(range(128, 256)) + b"\r\n\r\n",
    }


@pytest.mark.parametrize("data", malformed().values(), ids=malformed())
def test_a_malformed_request_is_400_and_nothing_that_follows_is_read(gateway, data):
    with http.connect(gateway.endpoint) as stream:
        stream.send(data + http.request(gateway.endpoint, "GET", "/smuggled"))
        response = stream.read_response()
        assert_is_error(response, 400)
        assert response.header("Connection") == "close"
        assert stream.read_to_end() == b""


@pytest.mark.parametrize(
    "body",
    [b"x\r\n", b"-5\r\n12345\r\n", b"5\r\n123456\r\n", b"ffffffffffffffffff\r\n", b"5\n12345\r\n"],
)
def test_chunks_that_are_malformed_end_the_connection(gateway, body):
    data = http.request(gateway.endpoint, "PUT", "/a", b"", "Transfer-Encoding: chunked") + body
    with http.connect(gateway.endpoint) as stream:
        stream.send(data + http.request(gateway.endpoint, "GET", "/smuggled"))
        answers = stream.read_to_end().count(b"HTTP/1.1 ")
    assert answers <= 1, "what followed was taken for a request"
    assert_serves(gateway)


@pytest.mark.parametrize(
    "data",
    [
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 40_000 + b"\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 8_000 + b"\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 40_000,
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"G" * 40_000,
    ],
    ids=["a long field", "many fields", "no end", "a long target", "a long method"],
)
def test_a_head_that_is_too_large_is_431(gateway, data):
    with http.connect(gateway.endpoint) as stream:
        stream.send(data)
        assert_is_error(stream.read_response(), 431)
        assert stream.read_to_end() == b""


def test_a_head_that_is_large_and_allowed_is_served(gateway):
    field = "A: " + "b" * 31_000
    response = http.exchange(
        gateway.endpoint, http.request(gateway.endpoint, "GET", "/a", b"", field)
    )
    assert_is_error(response, 404)


def test_a_malformed_upgrade_is_400_as_well(gateway):
    upgrade = Handshake().encode(gateway.endpoint)
    for data in (
        upgrade.replace(b"Host:", b"Host :"),
        upgrade.replace(b"\r\n", b"\n"),
        upgrade.replace(b"Upgrade: websocket\r\n", b"Upgrade: websocket\r\n folded\r\n"),
        upgrade.replace(b"Host:", b"Host: other\r\nHost:"),
    ):
        assert_is_error(http.exchange(gateway.endpoint, data), 400)


def test_a_head_that_does_not_come_to_its_end_is_408(start_gateway):
    gateway = start_gateway({"limits": {"header_timeout": duration(1)}})
    whole = http.request(gateway.endpoint, "GET", "/a", b"", "A: b")
    with http.connect(gateway.endpoint) as stream:
        stream.send(whole[:-2])
        assert_is_error(stream.read_response(), 408)
        assert stream.read_to_end() == b""


def test_a_client_that_drips_its_head_gets_no_more_time(start_gateway):
    gateway = start_gateway({"limits": {"header_timeout": duration(1)}})
    with http.connect(gateway.endpoint) as stream:
        stream.send(b"GET /a HTTP/1.1\r\nHost: x\r\nA: ")

        def was_let_go() -> bool:
            stream.socket.settimeout(0.05)
            try:
                stream.socket.sendall(b"b")
                stream.socket.recv(1)
            except TimeoutError:
                return False
            except OSError:
                pass
            return True

        wait_until(was_let_go, within=8, what="the end of a head that drips")


def test_a_client_that_says_nothing_is_closed(start_gateway):
    gateway = start_gateway({"limits": {"header_timeout": duration(1)}})
    with http.ByteStream(gateway.endpoint.connect_plain()) as nothing_at_all:
        nothing_at_all.read_to_end()
    with http.connect(gateway.endpoint) as no_request:
        no_request.read_to_end()


def test_an_idle_connection_is_closed(start_gateway):
    gateway = start_gateway({"limits": {"idle_timeout": duration(1)}, "proxy": {"enabled": False}})
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint))
        assert_is_error(stream.read_response(), 404)
        assert stream.read_to_end() == b""


def test_whoever_speaks_another_language_is_let_go(gateway):
    client_hello = bytes.fromhex("16030100c8010000c40303") + bytes(200)
    with http.ByteStream(gateway.endpoint.connect_plain()) as stream:
        if gateway.endpoint.tls is None:
            stream.send(client_hello + b"\r\n\r\n")
        else:
            stream.send(http.request(gateway.endpoint))
        stream.read_to_end()
    assert_serves(gateway)


@pytest.mark.parametrize("size", [0, 1, 20, 60])
def test_connections_that_break_off_leave_nothing_open(gateway, size):
    assert_serves(gateway)
    before = gateway.open_file_count
    data = Handshake().encode(gateway.endpoint)
    for number in range(40):
        plain = gateway.endpoint.connect_plain() if number % 2 else gateway.endpoint.connect()
        plain.sendall(data[:size])
        if number % 4 < 2:
            linger = (1).to_bytes(4, "little") + bytes(4)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        plain.close()
    wait_until(lambda: gateway.open_file_count <= before, what="the closing of descriptors")
    assert_serves(gateway)


def test_no_answer_repeats_what_the_client_sent(gateway):
    data = http.request(gateway.endpoint, "GET", "/<script>alert(1)</script>")
    assert b"<script>" not in http.exchange(gateway.endpoint, data).body
