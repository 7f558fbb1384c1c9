"""A log whose reader is slow, or gone: it holds up nobody, and has a bound."""

import os
import re
import signal
from fcntl import ioctl
from struct import unpack
from termios import FIONREAD

import pytest

from harness import gateway as gateways
from harness import stderr
from harness.logs import launched, socket_in


def waiting_size(gateway) -> int:
    """How much lies in the pipe that nobody reads."""
    with open(f"/proc/{gateway.pid}/fd/{stderr.OTHER_END}", "rb") as reader:
        return unpack("i", ioctl(reader, FIONREAD, b"\0" * 4))[0]


def fill_the_log(gateway, devices) -> None:
    """Has the gateway log more than it keeps of what nobody reads."""
    for _ in range(20):
        for device in devices:
            for _ in range(200):
                device.send("ping")
            for _ in range(200):
                device.expect("pong")


def test_a_log_that_nobody_reads_holds_up_nobody_and_has_a_bound(
    start_gateway, device_of, user, note, tmp_path
):
    gateway = start_gateway(
        {"logging": {"level": "trace"}}, socket_in(tmp_path), **launched("unread"),
        environment=gateways.FREED_MEMORY_GIVEN_BACK,
    )
    devices = [device_of(gateway, user, note) for _ in range(4)]
    fill_the_log(gateway, devices)
    full, size = waiting_size(gateway), gateway.resident_size
    assert full > 32_000
    fill_the_log(gateway, devices)
    devices[0].update(note, title="still there")
    devices[1].expect("note_sync", noteId=note)
    assert waiting_size(gateway) == full
    assert gateway.resident_size - size < gateways.memory(8 << 20)
    assert gateway.processor_share(over=0.5) < 0.5
    with open(f"/proc/{gateway.pid}/fd/{stderr.OTHER_END}", "rb") as reader:
        read = b""
        while b"lines of the log were dropped" not in read:
            read += os.read(reader.fileno(), 1 << 16)
        assert re.search(rb"WARNING lines of the log were dropped.* count=\d+", read)
    devices[0].update(note, title="there again")


def test_a_log_that_nobody_reads_holds_up_the_end_for_a_moment_only(
    start_gateway, device_of, user, tmp_path
):
    gateway = start_gateway(
        {"logging": {"level": "trace"}}, socket_in(tmp_path), **launched("unread"),
    )
    device = device_of(gateway, user)
    fill_the_log(gateway, [device])
    device.close()
    gateway.signal(signal.SIGTERM)
    assert gateway.wait(within=10) == 0


@pytest.mark.parametrize("kind", ["gone", "closed"])
def test_a_standard_error_that_is_not_there_ends_nothing(
    start_gateway, device_of, user, note, tmp_path, kind
):
    gateway = start_gateway(
        {"logging": {"level": "trace"}}, socket_in(tmp_path), **launched(kind)
    )
    devices = [device_of(gateway, user, note) for _ in range(2)]
    devices[0].update(note, title="x")
    devices[1].expect("note_sync", noteId=note)
    # Or what is opened next would be taken for it, and be sent the log.
    target = os.readlink(f"/proc/{gateway.pid}/fd/2")
    assert target == "/dev/null" if kind == "closed" else target.startswith("pipe:")
    gateway.stop()
