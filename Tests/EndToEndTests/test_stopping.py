"""OPERATIONS.md, "Signals": how a gateway ends, and what becomes of the writes in flight."""

import signal
import time

import pytest

from harness import http
from harness.timing import duration, seconds, wait_until
from harness.writes import hold_update


def refuses_connections(gateway) -> bool:
    try:
        gateway.endpoint.connect_plain().close()
        return False
    except OSError:
        return True


def wait_for_closed_listeners(gateway) -> None:
    wait_until(lambda: refuses_connections(gateway), what="the closing of the listeners")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_everybody_is_closed_with_1001_and_the_exit_code_is_0(
    start_gateway, stranger, device_of, user, note, number
):
    gateway = start_gateway({"workers": 4})
    clients = [device_of(gateway, user, note) for _ in range(20)]
    clients.append(stranger(gateway))
    gateway.signal(number)
    for client in clients:
        client.expect("going_away")
        assert client.websocket.expect_close(1001) == []
    assert gateway.wait() == 0
    gateway.assert_healthy()


def test_a_gateway_without_clients_ends_at_once(start_gateway):
    gateway = start_gateway({"shutdown_grace": "60s"})
    gateway.signal(signal.SIGTERM)
    assert gateway.wait(within=5) == 0


def test_a_signal_right_after_the_start_ends_it_cleanly(start_gateway):
    for _ in range(5):
        gateway = start_gateway()
        gateway.signal(signal.SIGTERM)
        assert gateway.wait(within=5) == 0


def test_writes_in_flight_are_finished_and_answered(start_gateway, api, device_of, user, note):
    gateway = start_gateway({"shutdown_grace": "30s"})
    listener, writer = device_of(gateway, user, note), device_of(gateway, user, note)
    gate = api.hold("PUT", note)
    for number in range(3):
        writer.send("note_update", noteId=note, changes={"number": number}, requestId=str(number))
    gate.wait_for_arrival()
    writer.answer("ping")
    gateway.signal(signal.SIGTERM)
    wait_for_closed_listeners(gateway)
    writer.expect("going_away")
    gate.open()
    for number in range(3):
        writer.expect("note_update_success", requestId=str(number))
    assert writer.websocket.expect_close(1001) == []
    listener.websocket.expect_close(1001)
    assert gateway.wait() == 0
    assert api.notes[note].fields["number"] == 2
    gateway.assert_healthy()


def test_the_listeners_close_at_once_and_existing_clients_are_still_answered(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"shutdown_grace": "30s"})
    writer = device_of(gateway, user)
    gate = hold_update(api, writer, note)
    gateway.signal(signal.SIGTERM)
    wait_for_closed_listeners(gateway)
    assert gateway.is_alive
    writer.expect("going_away")
    gate.open()
    writer.expect("note_update_success", requestId="held")
    assert writer.websocket.expect_close(1001) == []
    assert gateway.wait() == 0


def test_what_is_left_at_the_end_of_the_grace_is_closed(start_gateway, api, device_of, user, note):
    gateway = start_gateway({"shutdown_grace": duration(1)})
    writer = device_of(gateway, user)
    gate = hold_update(api, writer, note)
    start = time.monotonic()
    gateway.signal(signal.SIGTERM)
    assert gateway.wait(within=8) == 0
    assert time.monotonic() - start < seconds(5)
    assert writer.websocket.expect_end() in (1001, None)
    gateway.assert_healthy()


def test_a_client_that_does_not_read_does_not_hold_the_end_up(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"shutdown_grace": duration(1)})
    body = b'{"text":"' + b"x" * 60_000 + b'"}'
    api.misbehave("PUT", note, times=None, body=body)
    silent = device_of(gateway, user, note, receive_buffer=4096)
    writer = device_of(gateway, user)
    for number in range(40):
        writer.update(note, number=number)
    gateway.signal(signal.SIGTERM)
    writer.websocket.expect_close(1001)
    assert gateway.wait(within=8) == 0
    silent.close()
    gateway.assert_healthy()


def test_requests_in_the_middle_of_their_head_do_not_hold_the_end_up(start_gateway):
    gateway = start_gateway({"shutdown_grace": duration(1), "proxy": {"enabled": False}})
    with http.connect(gateway.endpoint) as half, http.connect(gateway.endpoint) as idle:
        half.send(b"GET /a HTTP/1.1\r\n")
        idle.send(http.request(gateway.endpoint))
        assert idle.read_response().status == 404
        gateway.signal(signal.SIGTERM)
        assert gateway.wait(within=8) == 0


def test_a_second_signal_ends_it_at_once(start_gateway, api, device_of, user, note):
    gateway = start_gateway({"shutdown_grace": "60s"})
    writer = device_of(gateway, user)
    gate = hold_update(api, writer, note)
    gateway.signal(signal.SIGTERM)
    wait_for_closed_listeners(gateway)
    gateway.signal(signal.SIGTERM)
    gateway.wait(within=3)
    writer.websocket.expect_end()
