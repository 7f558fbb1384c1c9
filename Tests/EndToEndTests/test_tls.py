"""TLS: which versions, resumption over all workers, records of every shape, and rude ends."""

import json
import os
import socket
import ssl
import warnings

import pytest

from harness import frames, http
from harness.timing import duration, wait_until
from harness.websocket import ClosedByGateway, Handshake, WebSocket

CONFIGURATION = {
    "workers": 2,
    "websocket": {"max_message_size": "4MiB"},
    "limits": {"outbound_queue": "32MiB"},
}

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture(params=["wss"])
def scheme(request) -> str:
    return request.param


def raw_side(websocket: WebSocket) -> socket.socket:
    """The connection below the TLS, for writing what is no TLS."""
    return socket.socket(fileno=os.dup(websocket.stream.socket.fileno()))


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_tls_1_2_and_1_3_are_spoken(gateway, authority, open_socket, version):
    context = authority.client_context(version, version)
    websocket = open_socket(gateway.endpoint.with_tls(context))
    assert websocket.stream.socket.version() == version.name.replace("_", ".")
    assert json.loads(websocket.receive_text())["type"] == "connection_established"


def test_tls_1_1_is_refused(gateway, authority):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = ssl.TLSVersion.TLSv1_1
        context = authority.client_context(old, old)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        gateway.endpoint.with_tls(context).connect()


def test_a_minimum_of_1_3_refuses_1_2(start_gateway, authority, stranger):
    gateway = start_gateway(listener={"tls": {"minimum_version": "1.3"}})
    with pytest.raises((ssl.SSLError, ConnectionError)):
        gateway.endpoint.with_tls(authority.client_context(TLS_1_2, TLS_1_2)).connect()
    stranger(gateway).expect_nothing()


def test_http_1_1_is_chosen_where_a_client_offers_more(gateway, authority, open_socket):
    context = authority.client_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    websocket = open_socket(gateway.endpoint.with_tls(context))
    assert websocket.stream.socket.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_a_session_is_resumed_on_every_worker(gateway, authority, open_socket, version):
    endpoint = gateway.endpoint.with_tls(authority.client_context(version, version))
    first = open_socket(endpoint)
    first.receive_text()
    session = first.stream.socket.session
    assert session is not None and session.has_ticket
    for _ in range(12):
        again = open_socket(endpoint, session=session)
        again.receive_text()
        assert again.stream.socket.session_reused


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_large_messages_go_both_ways_whole(gateway, authority, device, user, note, version):
    endpoint = gateway.endpoint.with_tls(authority.client_context(version, version))
    listener, writer = device(user, note, endpoint=endpoint), device(user, endpoint=endpoint)
    body = os.urandom(1_500_000).hex()
    answer = writer.update(note, body=body)
    assert answer["updatedNote"]["body"] == body
    assert listener.expect("note_sync")["updatedNote"]["body"] == body


def test_large_messages_to_several_devices_at_once_are_not_mixed_up(api, device, user, note):
    api.misbehave("PUT", note, times=None, body=json.dumps(["x" * 300_000]).encode())
    listeners = [device(user, note) for _ in range(4)]
    writers = [device(user, note) for _ in range(4)]
    for number in range(5):
        for writer in writers:
            writer.send("note_update", noteId=note, changes={"number": number})
    for client in listeners + writers:
        messages = [client.receive() for _ in range(20)]
        numbers = [message["seq"] for message in messages]
        assert numbers == list(range(numbers[0], numbers[0] + 20))
        assert all(message["updatedNote"] == ["x" * 300_000] for message in messages)


@pytest.mark.parametrize("count", [2, 300, 3000])
def test_many_small_frames_in_few_records_are_all_served(device, user, count):
    client = device(user)
    pings = [f'{{"type":"ping","requestId":"{number}"}}'.encode() for number in range(count)]
    client.websocket.send_raw(b"".join(frames.encode(frames.TEXT, ping) for ping in pings))
    for number in range(count):
        client.expect("pong", requestId=str(number))


def test_a_frame_in_many_records_is_one_frame(device, user):
    client = device(user)
    data = frames.encode(frames.TEXT, b'{"type":"ping","requestId":"1"}' + b" " * 300)
    for byte in data:
        client.websocket.send_raw(bytes([byte]))
    client.expect("pong", requestId="1")


def test_data_in_one_record_with_a_control_frame_is_served(device, user):
    client = device(user)
    text = frames.encode(frames.TEXT, b'{"type":"ping","requestId":"1"}')
    client.websocket.send_raw(text + frames.encode(frames.PING, b"now") + text)
    client.expect("pong", requestId="1")
    client.expect("pong", requestId="1")
    if b"now" not in client.websocket.pongs:
        assert client.websocket.receive_pong() == b"now"


def test_a_write_in_one_record_with_the_close_is_made(device, user, note):
    listener, client = device(user, note), device(user)
    message = {"type": "note_update", "noteId": note, "changes": {"title": "last words"}}
    last = frames.encode(frames.TEXT, json.dumps(message).encode())
    client.websocket.send_raw(last + frames.encode(frames.CLOSE, frames.close_payload(1000)))
    listener.expect("note_sync", changes={"title": "last words"})
    assert client.websocket.expect_end() == 1000


def test_the_end_is_a_close_notify(gateway):
    """Else a client cannot tell the end from an attacker's cut (RFC 8446, 6.1)."""
    endpoint = gateway.endpoint
    plain = endpoint.connect_plain()
    stream = http.ByteStream(
        endpoint.tls.wrap_socket(plain, server_hostname=endpoint.host, suppress_ragged_eofs=False)
    )
    with stream:
        stream.send(Handshake().encode(endpoint))
        stream.send(frames.encode(frames.CLOSE, frames.close_payload(1000)))
        stream.socket.settimeout(10)
        while stream.socket.recv(4096):
            pass


def test_connections_that_break_off_harm_nobody_and_leave_nothing_open(gateway, device, user, note):
    listener, writer = device(user, note), device(user)
    before = gateway.open_file_count
    for number in range(20):
        client = device(user, note)
        plain = raw_side(client.websocket)
        if number % 2:
            linger = (1).to_bytes(4, "little") + bytes(4)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if number % 4 < 2:
            client.websocket.stream.socket.sendall(frames.head(frames.TEXT, 100) + b"half")
        client.close()
        plain.close()
        answer = writer.update(note, number=number)
        listener.expect("note_sync", seq=answer["seq"])
    wait_until(lambda: gateway.open_file_count <= before, what="the closing of descriptors")


def test_noise_in_the_middle_of_the_records_ends_that_connection_alone(device, user):
    client, other = device(user), device(user)
    with raw_side(client.websocket) as plain:
        plain.sendall(b"\x17\x03\x03\x00\x40" + bytes(64))
        try:
            client.websocket.expect_end()
        except (ClosedByGateway, ssl.SSLError):
            pass
    other.expect_nothing()


def test_a_hello_that_never_comes_to_its_end_is_closed(start_gateway):
    gateway = start_gateway({"limits": {"header_timeout": duration(1)}})
    with http.ByteStream(gateway.endpoint.connect_plain()) as stream:
        stream.send(b"\x16\x03\x01\x02\x00\x01")
        stream.read_to_end()
