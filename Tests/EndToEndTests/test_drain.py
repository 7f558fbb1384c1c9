"""OPERATIONS.md, "Drain": how a fleet of clients is sent away, and that no write is lost by it."""

import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.fleet import Fleet
from harness.timing import duration, seconds
from harness.writes import hold_update

FLEET = {"limits": {"connections_per_user": 1000}, "workers": 3}


def departure(client) -> tuple[int, float]:
    """The `reconnectAfter` that the client is told, and the time at which it is closed."""
    told = client.expect("going_away")
    assert isinstance(told["message"], str) and told["message"], told
    assert type(told["reconnectAfter"]) is int, told
    client.websocket.expect_close(1001)
    return told["reconnectAfter"], time.monotonic()


def departures(clients) -> list[tuple[int, float]]:
    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(departure, clients))


def test_clients_are_told_to_come_back_evenly_spread_over_the_grace(
    start_gateway, stranger, device_of, user
):
    grace = 10_000
    gateway = start_gateway({**FLEET, "shutdown_grace": f"{grace}ms"})
    clients = [device_of(gateway, user) for _ in range(30)]
    clients += [stranger(gateway) for _ in range(10)]
    gateway.signal(signal.SIGTERM)
    told = sorted(after for after, _ in departures(clients))
    gap = grace / len(clients)
    for index, after in enumerate(told):
        assert abs(after - (index + 0.5) * gap) <= 1, told
    assert gateway.wait() == 0
    gateway.assert_healthy()


def test_they_are_closed_in_that_order_each_before_it_is_to_come_back(
    start_gateway, device_of, user
):
    gateway = start_gateway({**FLEET, "workers": 1, "shutdown_grace": duration(4)})
    clients = [device_of(gateway, user) for _ in range(40)]
    start = time.monotonic()
    gateway.signal(signal.SIGTERM)
    seen = sorted(departures(clients))
    closings = [closed for _, closed in seen]
    # Threads of the test are not told in the order of their clients, when those go together.
    for index, closed in enumerate(closings):
        later = closings[index + 5 :]
        assert not later or closed <= min(later), seen
    assert gateway.wait() == 0
    assert time.monotonic() - start < seconds(4), "the closings take half of the grace"
    gateway.assert_healthy()


def test_until_it_is_its_turn_a_client_is_served(start_gateway, api, device_of, user, note):
    gateway = start_gateway({**FLEET, "workers": 1, "shutdown_grace": duration(20)})
    others = [device_of(gateway, user) for _ in range(39)]
    last = device_of(gateway, user)
    gateway.signal(signal.SIGTERM)
    last.expect("going_away")
    last.update(note, number=1)
    last.join(note)
    assert api.notes[note].fields["number"] == 1
    last.websocket.expect_close(1001)
    for other in others:
        other.websocket.expect_close(1001)
    assert gateway.wait() == 0


def test_an_upgrade_that_comes_too_late_is_refused(start_gateway, api, device_of, user, note):
    gateway = start_gateway({"shutdown_grace": "30s"})
    writer = device_of(gateway, user)
    gate = hold_update(api, writer, note)
    late = gateway.endpoint.connect()
    request = (
        f"GET /ws HTTP/1.1\r\nHost: {gateway.endpoint.authority}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    late.sendall(request.encode())
    # An answer on another connection of the same kind: the gateway has had time to read the head.
    writer.answer("ping")
    gateway.signal(signal.SIGTERM)
    writer.expect("going_away")
    try:
        late.sendall(b"\r\n")
        answer = late.recv(4096)
    except OSError:
        answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 503 "), answer
    late.close()
    gate.open()
    writer.expect("note_update_success", requestId="held")
    assert writer.websocket.expect_close(1001) == []
    assert gateway.wait() == 0


def test_without_a_grace_everybody_is_closed_at_once(start_gateway, stranger, device_of, user):
    gateway = start_gateway({"shutdown_grace": "0s"})
    clients = [device_of(gateway, user) for _ in range(10)] + [stranger(gateway)]
    gateway.signal(signal.SIGTERM)
    for client in clients:
        client.expect("going_away", reconnectAfter=0)
        assert client.websocket.expect_end() == 1001
    assert gateway.wait(within=3) == 0
    gateway.assert_healthy()


def test_the_log_says_what_was_left_at_the_end_of_the_grace(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"shutdown_grace": duration(1)})
    writers = [device_of(gateway, user) for _ in range(3)]
    gate = api.hold("PUT", note)
    for number, writer in enumerate(writers):
        writer.send("note_update", noteId=note, changes={"number": number})
    gate.wait_for_arrival()
    for writer in writers:
        writer.answer("ping")
    gateway.signal(signal.SIGTERM)
    for writer in writers:
        writer.expect("going_away")
        assert writer.websocket.expect_end() == 1001
    assert gateway.wait() == 0
    line = re.search("WARNING shutdown_grace is over.*", gateway.log.text)[0]
    assert "connections=3" in line and "writes=1" in line and "waiting_writes=2" in line, line
    gateway.assert_healthy()


@pytest.mark.parametrize("worker_count", [1, 3])
def test_each_write_that_was_answered_is_in_the_api_and_each_in_the_api_was_answered(
    start_gateway, api, device_of, new_name, worker_count
):
    gateway = start_gateway(
        {**FLEET, "workers": worker_count, "shutdown_grace": duration(6)}
    )
    fleet = Fleet(gateway, api, device_of, new_name, device_count=200)
    fleet.start_writing(pause=1 / 20)
    fleet.wait_for_writes(20)
    gateway.signal(signal.SIGTERM)
    fleet.join()
    assert gateway.wait(within=15) == 0
    assert set(fleet.closed.values()) == {1001}
    fleet.assert_done_is_answered()
    gateway.assert_healthy()
