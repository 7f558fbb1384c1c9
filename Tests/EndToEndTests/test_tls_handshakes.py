"""limits.header_timeout with TLS: it runs from accept over hello and head, and nothing stops it."""

import select
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from harness import http, tls_offer
from harness.http import ByteStream
from harness.timing import Deadline, duration, seconds, wait_until
from harness.tls_offer import TLS_1_2, TLS_1_3, Choice, Offer

TIMEOUT = 1.5
REST_OF_FLIGHT = b"\x14\x03\x03\x00\x01\x01"
"""What middleboxes get to see behind the first flight of 1.3 (RFC 8446, D.4)."""
CONFIGURATION = {"workers": 1, "limits": {"header_timeout": duration(TIMEOUT)}}


@pytest.fixture(params=["wss"])
def scheme(request) -> str:
    return request.param


def nothing(stream: ByteStream) -> None:
    pass


def half_a_hello(stream: ByteStream) -> None:
    data = Offer().encode()
    stream.send(data[: len(data) // 2])


def a_hello_and_nothing(version: int) -> Callable[[ByteStream], None]:
    def send(stream: ByteStream) -> None:
        assert isinstance(tls_offer.make(stream, Offer(version)), Choice)

    return send


def half_of_the_second_flight(stream: ByteStream) -> None:
    a_hello_and_nothing(TLS_1_2)(stream)
    # A record with the client's key, of which most is still to come.
    stream.send(b"\x16\x03\x03\x00\x46\x10\x00\x00\x42\x41\x04")


SILENT = {
    "nothing": nothing,
    "half a hello": half_a_hello,
    "a hello of 1.2": a_hello_and_nothing(TLS_1_2),
    "a hello of 1.3": a_hello_and_nothing(TLS_1_3),
    "half of the second flight of 1.2": half_of_the_second_flight,
}


def drip(stream: ByteStream, data: Iterator[bytes]) -> None:
    """Sends a piece whenever nothing was heard for a moment, until the other side has closed."""
    deadline = Deadline(10)
    try:
        while True:
            assert not deadline.has_passed, "the connection is still open"
            if select.select([stream.socket], [], [], seconds(0.1))[0]:
                if not stream.socket.recv(4096):
                    return
            else:
                stream.send(next(data))
    except OSError:
        return


def pieces(data: bytes) -> Iterator[bytes]:
    for byte in data:
        yield bytes([byte])


@pytest.mark.parametrize("send", SILENT.values(), ids=SILENT.keys())
def test_a_handshake_that_stops_is_closed_in_time_and_not_before(gateway, send):
    before = gateway.open_file_count
    start = time.monotonic()
    with ByteStream(gateway.endpoint.connect_plain()) as stream:
        send(stream)
        assert stream.read_to_end() in (b"", REST_OF_FLIGHT)
    assert time.monotonic() - start >= seconds(TIMEOUT)
    wait_until(lambda: gateway.open_file_count <= before, what="the closing of descriptors")


def test_a_hello_that_comes_by_the_byte_gains_no_time(gateway):
    with ByteStream(gateway.endpoint.connect_plain()) as stream:
        drip(stream, pieces(Offer().encode()))


def test_a_second_flight_that_comes_by_the_byte_gains_no_time(gateway):
    with ByteStream(gateway.endpoint.connect_plain()) as stream:
        a_hello_and_nothing(TLS_1_2)(stream)
        drip(stream, pieces(b"\x16\x03\x03\x00\x46\x10\x00\x00\x42\x41\x04" + bytes(64)))


def test_a_head_that_comes_by_the_byte_gains_no_time(gateway):
    with http.connect(gateway.endpoint) as stream:
        drip(stream, pieces(http.request(gateway.endpoint, "GET", "/" + "x" * 200)))


def test_many_slow_handshakes_hold_up_nobody(gateway, device, user, note):
    slow = []
    try:
        for number in range(200):
            stream = ByteStream(gateway.endpoint.connect_plain())
            slow.append(stream)
            (half_a_hello if number % 2 else a_hello_and_nothing(TLS_1_3))(stream)
        device(user, note).update(note, title="in between")
        for stream in slow:
            assert stream.read_to_end() in (b"", REST_OF_FLIGHT)
    finally:
        for stream in slow:
            stream.close()


def test_a_client_that_shakes_hands_and_says_nothing_is_sent_off(start_gateway):
    # Of whole seconds, as libwebsockets counts, which must not come first.
    gateway = start_gateway({"limits": {"header_timeout": duration(1)}})
    endpoint = gateway.endpoint
    plain = endpoint.connect_plain()
    start = time.monotonic()
    client = endpoint.tls.wrap_socket(
        plain, server_hostname=endpoint.host, suppress_ragged_eofs=False
    )
    with client:
        client.settimeout(seconds(10))
        # close_notify, or this would fail.
        assert client.recv(1) == b""
    assert time.monotonic() - start >= seconds(1)


def test_a_socket_that_ends_its_output_in_the_handshake_is_closed(gateway):
    with ByteStream(gateway.endpoint.connect_plain()) as stream:
        half_a_hello(stream)
        stream.socket.shutdown(socket.SHUT_WR)
        stream.read_to_end()
