"""A crowd of bad clients beside a pair of good devices, on one gateway of default limits.

Measures the pair's round trip alone and in the crowd, the gateway's memory, and what is left when
the crowd has gone. Ends with code 1 when a bound that SECURITY.md names does not hold.

    make soak
"""

import argparse
import contextlib
import multiprocessing
import resource
import socket
import statistics
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "EndToEndTests"))

from harness.configuration import base, merged  # noqa: E402
from harness.device import Device  # noqa: E402
from harness.gateway import Gateway  # noqa: E402
from harness.notes_api import NotesAPI  # noqa: E402
from harness.timing import wait_until  # noqa: E402
from harness.tokens import Issuer  # noqa: E402
from harness.websocket import Handshake, WebSocket  # noqa: E402

ROUND_TRIPS = 150
NOTE_SIZE = 8 << 10
ROUND_TRIP_RATIO_MAX = 3
MEMORY_MAX = 400 << 20
# What may be left of the crowd: buffers that have grown, and what is scattered among the living.
MEMORY_LEFT_MAX = 16 << 20


class Crowd:
    """Sockets from many addresses of the loopback network, each of which may have a thousand."""

    def __init__(self, gateway: Gateway) -> None:
        self.endpoint = gateway.endpoint
        self.sockets: list[socket.socket] = []

    def connect(self) -> socket.socket:
        number = len(self.sockets)
        client = socket.socket()
        client.bind((f"127.1.{number // 500 // 250}.{1 + number // 500 % 250}", 0))
        client.connect((self.endpoint.host, self.endpoint.port))
        self.sockets.append(client)
        return client

    def upgrade(self) -> socket.socket:
        client = self.connect()
        client.sendall(Handshake().encode(self.endpoint))
        return client

    def leave(self) -> None:
        for client in self.sockets:
            client.close()
        self.sockets.clear()


def drip(clients: list[socket.socket], is_over: threading.Event) -> None:
    """Sends one byte of an endless request head a second on each."""
    line = b"GET / HTTP/1.1\r\nHost: gateway\r\nX-Slow: " + b"a" * 10_000
    for byte in line:
        for client in clients:
            with contextlib.suppress(OSError):
                client.send(bytes([byte]), socket.MSG_DONTWAIT)
        if is_over.wait(1):
            return


class Pair:
    def __init__(self, gateway: Gateway, api: NotesAPI, name: str) -> None:
        self.note = api.add(name, "ada")
        self.writer, self.reader = (self.device(gateway) for _ in range(2))

    def device(self, gateway: Gateway) -> Device:
        device = Device(WebSocket(gateway.endpoint))
        device.expect("connection_established")
        device.authenticate(gateway.issuer.token("ada"))
        device.join(self.note)
        return device

    def round_trips(self, spread_over: float) -> list[float]:
        """Milliseconds from a write to its sync on the other device, and to its answer."""
        text, times = "x" * NOTE_SIZE, []
        for number in range(ROUND_TRIPS):
            start = time.monotonic()
            self.writer.send("note_update", noteId=self.note, changes={"text": text, "n": number})
            self.reader.expect("note_sync", within=60)
            self.writer.expect("note_update_success", within=60)
            times.append((time.monotonic() - start) * 1000)
            time.sleep(max(0.0, spread_over / ROUND_TRIPS - (time.monotonic() - start)))
        return times


def deaf_devices(gateway: Gateway, count: int) -> list[Device]:
    """Devices of 50 users that join a note and take nothing of what they are sent."""
    devices = []
    for number in range(count):
        device = Device(WebSocket(gateway.endpoint, receive_buffer=4096))
        device.expect("connection_established")
        device.authenticate(gateway.issuer.token(f"reader-{number % 50}"))
        device.join("flood")
        devices.append(device)
    return devices


def flood(gateway: Gateway, is_over: threading.Event) -> None:
    """Writes to the note of the deaf until they are dropped for it."""
    writer = Device(WebSocket(gateway.endpoint))
    writer.expect("connection_established")
    writer.authenticate(gateway.issuer.token("ada"))
    text = "x" * (64 << 10)
    while not is_over.wait(0.25):
        writer.request("note_update", "note_update_success", noteId="flood", changes={"text": text})
    writer.close()


def be_a_crowd(arguments: argparse.Namespace, gateway: Gateway, told: Connection) -> None:
    """Runs in a process of its own, until it is told to go."""
    crowd, is_over = Crowd(gateway), threading.Event()
    deaf = deaf_devices(gateway, arguments.deaf)
    slow = [crowd.connect() for _ in range(arguments.slow)]
    for number in range(arguments.silent):
        crowd.upgrade() if number % 2 else crowd.connect()
    threads = [
        threading.Thread(target=drip, args=(slow, is_over)),
        threading.Thread(target=flood, args=(gateway, is_over)),
    ]
    for thread in threads:
        thread.start()
    told.send("here")
    told.recv()
    is_over.set()
    for thread in threads:
        thread.join()
    crowd.leave()
    for device in deaf:
        device.close()


def described(times: list[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    median = statistics.median(ordered)
    return f"median {median:.2f} ms, p99 {p99:.2f} ms, most {ordered[-1]:.2f} ms"


def run(arguments: argparse.Namespace, directory: Path) -> int:
    file_count_max = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (file_count_max, file_count_max))
    issuer, api = Issuer("HS256"), NotesAPI()
    api.add("flood", "ada", *(f"reader-{number}" for number in range(50)))
    configuration = merged(base(api.url), {"limits": None})
    with Gateway(configuration, directory, issuer) as gateway:
        alone = Pair(gateway, api, "alone").round_trips(arguments.seconds)
        files_before, size_before = gateway.open_file_count, gateway.resident_size
        print(f"alone: {described(alone)}; {gateway.resident_size >> 20} MiB", flush=True)
        told, tells = multiprocessing.Pipe()
        crowd = multiprocessing.Process(target=be_a_crowd, args=(arguments, gateway, told))
        crowd.start()
        tells.recv()
        pair = Pair(gateway, api, "crowded")
        crowded = pair.round_trips(arguments.seconds)
        peak = gateway.peak_resident_size
        print(
            f"with {arguments.silent} silent, {arguments.slow} slow, {arguments.deaf} deaf: "
            f"{described(crowded)}; peak {peak >> 20} MiB, {gateway.open_file_count} files",
            flush=True,
        )
        tells.send("go")
        crowd.join()
        # The pair's four connections stay, and those to the API as long as they are good.
        files_kept = files_before + 4
        wait_until(lambda: gateway.open_file_count <= files_kept, 60, "the end of the crowd")
        wait_until(
            lambda: gateway.resident_size <= size_before + MEMORY_LEFT_MAX, 30, "memory given back"
        )
        print(
            f"afterwards: {gateway.resident_size >> 20} MiB, {gateway.open_file_count} files "
            f"(before: {files_before})"
        )
        pair.writer.close()
        pair.reader.close()
    api.stop()
    ratio = statistics.median(crowded) / statistics.median(alone)
    print(f"round trip in the crowd: {ratio:.2f} times that of the pair alone")
    failures = []
    if ratio > ROUND_TRIP_RATIO_MAX:
        failures.append("the pair is too slow in the crowd")
    if peak > MEMORY_MAX:
        failures.append("the crowd takes too much memory")
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--silent", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=1000)
    parser.add_argument("--deaf", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        return run(arguments, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
