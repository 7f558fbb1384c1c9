"""PROTOCOL.md, close code 4408: who does not read is closed, and nobody else suffers."""

import json
import threading

import pytest

from harness import frames
from harness.timing import SLOW, wait_until

CONFIGURATION = {"limits": {"outbound_queue": "1MiB"}}

NOTE_SIZE = 64 * 1024
WRITE_COUNT = 250
# Kernels buffer up to 4 MiB on the way out, and a sanitizer keeps freed memory for a while.
GROWTH_MAX = (48 if SLOW == 1 else 400) << 20


@pytest.fixture
def large_note(api, note):
    """A note whose every update is answered with NOTE_SIZE bytes."""
    body = json.dumps({"id": note, "body": "x" * NOTE_SIZE}).encode()
    api.misbehave("PUT", note, times=None, body=body)
    return note


def write(writer, note: str, count: int = WRITE_COUNT) -> list[int]:
    """Writes `count` times, each after the answer to the last; returns the numbers."""
    return [writer.update(note, number=number)["seq"] for number in range(count)]


class Reader(threading.Thread):
    """Reads the syncs of a device as they come, on a thread of its own."""

    def __init__(self, device, count: int) -> None:
        super().__init__(daemon=True)
        self.numbers: list[int] = []
        self._device = device
        self._count = count
        self.start()

    def run(self) -> None:
        while len(self.numbers) < self._count:
            self.numbers.append(self._device.expect("note_sync", within=30)["seq"])


def test_a_reader_that_stops_is_closed_with_4408_while_others_go_on(
    gateway, device, user, large_note
):
    slow = [device(user, large_note, receive_buffer=4096) for _ in range(3)]
    readers = [Reader(device(user, large_note), WRITE_COUNT) for _ in range(3)]
    writer = device(user)
    write(writer, large_note, 1)
    before = gateway.resident_size
    numbers = write(writer, large_note, WRITE_COUNT - 1)
    assert gateway.resident_size - before < GROWTH_MAX
    for reader in readers:
        reader.join(30)
        assert reader.numbers[1:] == numbers
    for client in slow:
        messages = client.websocket.expect_close(4408, within=30)
        heard = [json.loads(text)["seq"] for text in messages]
        assert heard == list(range(heard[0], heard[0] + len(heard))), "heard out of order"
        assert len(heard) < WRITE_COUNT


def test_a_reader_that_never_comes_back_is_let_go(gateway, device, user, large_note):
    before = gateway.open_file_count
    slow = [device(user, large_note, receive_buffer=4096) for _ in range(5)]
    writer = device(user)
    write(writer, large_note, 100)
    wait_until(
        lambda: gateway.open_file_count <= before + 1 + 4,
        within=30,
        what="the end of connections whose clients do not read",
    )
    assert all(client.websocket.stream.socket.fileno() >= 0 for client in slow)


def test_a_reader_that_is_slow_for_a_moment_gets_everything(device, user, note):
    slow, writer = device(user, note, receive_buffer=4096), device(user)
    numbers = write(writer, note, 200)
    for number in numbers:
        slow.expect("note_sync", seq=number)
    slow.expect_nothing()


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (frames.encode(frames.TEXT, b'{"type":"ping"}') * 2000, 300),
        (frames.encode(frames.PING, b"x" * 125) * 2000, 100),
    ],
    ids=["messages", "pings"],
)
def test_a_client_that_asks_and_never_reads_costs_bounded_memory(
    gateway, device, user, note, asked, count
):
    greedy, other = device(user, receive_buffer=4096), device(user, note)
    before = gateway.resident_size
    try:
        for _ in range(count):
            greedy.websocket.send_raw(asked, within=2)
    except OSError:
        pass
    assert gateway.resident_size - before < GROWTH_MAX
    device(user).update(note, title="all is well")
    other.expect("note_sync")


def test_a_slow_reader_who_pings_gets_its_pong_when_it_reads_on(gateway, device, user, note, api):
    body = json.dumps({"id": note, "body": "x" * NOTE_SIZE}).encode()
    api.misbehave("PUT", note, times=None, body=body)
    slow, writer = device(user, note, receive_buffer=4096), device(user)
    write(writer, note, 12)
    slow.websocket.send_ping(b"still here")
    assert gateway.processor_share() < 0.5, "a worker turns for a client that does not read"
    for _ in range(12):
        slow.expect("note_sync")
    if b"still here" not in slow.websocket.pongs:
        assert slow.websocket.receive_pong() == b"still here"
