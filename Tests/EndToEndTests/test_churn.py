"""What comes and goes leaves nothing behind: memory, descriptors and tables are afterwards what
they were before."""

import random
import re
import signal

import pytest

from harness import gateway as gateways
from harness import rest
from harness.timing import wait_until

ROUNDS = 8
LINE = re.compile(r"figures.*")
FIELD = re.compile(r"([a-z_]+)=(\d+)")
# Notes are remembered for some minutes after their last reader, so that their epoch stands.
KEPT = {"notes", "worker"}


class Figures:
    """What SIGUSR1 makes the gateway say."""

    def __init__(self, gateway) -> None:
        self._gateway = gateway
        self._line_count = 1 + gateway.configuration["workers"]

    def ask(self) -> list[dict[str, int]]:
        seen = len(self._lines())
        self._gateway.signal(signal.SIGUSR1)
        wait_until(lambda: len(self._lines()) == seen + self._line_count, what="the figures")
        return [
            {name: int(value) for name, value in FIELD.findall(line)}
            for line in self._lines()[seen:]
        ]

    def _lines(self) -> list[str]:
        return LINE.findall(self._gateway.log.text)

    def wait_until_empty(self) -> None:
        wait_until(self._are_empty, within=20, what="empty tables")

    def _are_empty(self) -> bool:
        return all(
            value == 0 for line in self.ask() for name, value in line.items() if name not in KEPT
        )


def test_the_figures_say_what_there_is(start_gateway, device_of, stranger, user, note, api):
    gateway = start_gateway({"workers": 1})
    figures = Figures(gateway)
    figures.wait_until_empty()
    client = device_of(gateway, user, note)
    device_of(gateway, user, note)
    stranger(gateway)
    gate = api.hold("PUT", note)
    client.send("note_update", noteId=note, changes={"title": "first"})
    client.send("note_update", noteId=note, changes={"title": "second"})
    gate.wait_for_arrival()
    client.answer("ping")
    process, worker = figures.ask()
    assert process["connections"] == 3 and process["unauthenticated"] == 1
    # One address and one user.
    assert process["networks_and_users"] == 2
    expected = {
        "connections": 3, "users": 1, "rooms": 1, "joined": 2, "notes": 1, "lanes": 1,
        "waiting_writes": 1, "requests": 0, "worker": 0,
    }
    assert {name: worker[name] for name in expected} == expected
    gate.open()


def come_and_go(number: int, gateway, device_of, stranger, user: str, note: str) -> None:
    """One client's life, in one of the ways that it can take."""
    kind = number % 8
    if kind == 0:
        gateway.endpoint.connect_plain().close()
    elif kind == 1:
        stranger(gateway).websocket.stream.close()
    elif kind == 2:
        client = device_of(gateway, user, note)
        client.update(note, number=number)
        client.close()
    elif kind == 3:
        client = device_of(gateway, user, note)
        client.send("note_update", noteId=note, changes={"number": number})
        client.websocket.stream.close()
    elif kind == 4:
        client = stranger(gateway)
        client.send("join_note", noteId=note)
        client.send("auth", token="no token")
        client.expect("auth_failed")
        client.close()
    elif kind == 5:
        connection = gateway.endpoint.connect()
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUpgra")
        connection.close()
    elif kind == 6:
        client = device_of(gateway, user, note)
        client.send("join_note", noteId=note + "-other")
        client.send("folder_deleted", folderId=note + "-folder")
        client.websocket.send_raw(b"\x81\xff")
        client.websocket.stream.close()
    else:
        token = gateway.issuer.token(user)
        answer = rest.ask(gateway, "PUT", f"/api/notes/{note}", token, {"number": number})
        assert answer.status == 200


def test_clients_that_come_write_and_vanish_leave_nothing(
    start_gateway, device_of, stranger, user, note, api
):
    # A connection to the API may be kept by each worker.
    gateway = start_gateway(
        {"workers": 2, "upstream": {"max_connections": 1}},
        environment=gateways.FREED_MEMORY_GIVEN_BACK,
    )
    figures = Figures(gateway)
    numbers = list(range(40))
    seed = random.randrange(1 << 32)
    print("seed", seed)
    order = random.Random(seed)
    sizes, files = [], []
    for _ in range(ROUNDS):
        order.shuffle(numbers)
        for number in numbers:
            come_and_go(number, gateway, device_of, stranger, user, note)
        figures.wait_until_empty()
        sizes.append(gateway.resident_size)
        files.append(gateway.open_file_count)
    # The first rounds fill buffers and caches that stay.
    assert sizes[-1] - sizes[ROUNDS // 2] < gateways.memory(1 << 20), sizes
    assert max(files) - min(files) <= gateway.configuration["workers"], files
