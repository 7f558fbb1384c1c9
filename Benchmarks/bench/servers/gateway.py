"""The gateway, its notes API, and the node service that speaks the same messages."""

import json
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..bench import ROOT, Bench
from ..plans import Script, Step, Trigger, TriggerSet, message, upgrade
from ..processes import Process, free_port
from ..programs import make_certificate
from ..tokens import Signer
from .server import Server

from harness.configuration import merged, yaml  # isort: skip

PUBLISH_TOKEN = "publish"
USER = "user_1"


class API(Process):
    """A notes API that answers every request at once with one note of `size` bytes."""

    def __init__(self, bench: Bench, size: int = 32) -> None:
        self.port = free_port()
        super().__init__([bench.program("api"), self.port, size], bench.api_cores,
                         bench.new_file("api-log"))
        self.wait_for_port(self.port)


def note(room: int) -> str:
    return f"note-{room}"


class Live(Server):
    """A server that speaks the gateway's messages: auth, join_note, note_update."""

    content_size: int
    signer: Signer

    def _hello(self) -> Step:
        return upgrade("/ws", 1, b'"connection_established"')

    def _authentication(self, user: str) -> Step:
        text = json.dumps({"type": "auth", "token": self.signer.token(user)})
        return Step(message(text), 1, b'"auth_success"')

    def _join(self, room: int) -> Step:
        text = json.dumps({"type": "join_note", "noteId": note(room)})
        return Step(message(text), 1, b'"note_joined"')

    def members(self, rooms: int = 1) -> list[Script]:
        opening = [self._hello(), self._authentication(USER)]
        return [[*opening, self._join(room)] for room in range(rooms)]

    def clients(self, users: Sequence[str]) -> list[Script]:
        """A client for each user: none has been seen before."""
        return [[self._hello(), self._authentication(user), self._join(0)] for user in users]

    def _update(self, room: int) -> bytes:
        changes = {"content": "y" * self.content_size}
        return message(json.dumps({"type": "note_update", "noteId": note(room),
                                   "changes": changes}))

    def writers(self, rooms: int, updates: int = 1) -> TriggerSet:
        """A writer for each room, that has not joined it and hears only its answers."""
        script = [self._hello(), self._authentication(USER)]
        triggers = [
            Trigger(script, self._update(room) * updates, updates, updates, room)
            for room in range(rooms)
        ]
        return TriggerSet(self.port, triggers, uses_tls=self.uses_tls)

    def single(self) -> TriggerSet:
        return self.writers(1)

    def eight(self) -> TriggerSet:
        return self.writers(1, 8)


class Gateway(Live):
    name = "gateway"

    def __init__(
        self, bench: Bench, api: API, content_size: int = 1024, uses_tls: bool = False,
        algorithm: str = "HS256", workers: int = 1, cores: Sequence[int] | None = None,
        **options,
    ) -> None:
        self.content_size = content_size
        self.signer = Signer(algorithm)
        self.port, self.admin_port = free_port(), free_port()
        directory = bench.new_file("gateway")
        directory.mkdir()
        file = directory / "notes-gateway.yaml"
        listener = {"address": "127.0.0.1", "port": self.port}
        if uses_tls:
            certificate, key = make_certificate(bench)
            listener["tls"] = {"certificate_file": certificate, "private_key_file": key}
        file.write_text(yaml(merged(self._configuration(directory, api), {
            "listen": [listener], "workers": workers,
        })))
        super().__init__(
            bench, [ROOT / ".build/release/notes-gateway", "serve", "--config", file], uses_tls,
            cores=cores or bench.server_cores, **options,
        )

    def _configuration(self, directory: Path, api: API) -> dict:
        (directory / "publish-token").write_text(PUBLISH_TOKEN)
        everything = 1_000_000
        return {
            "upstream": {"url": f"http://127.0.0.1:{api.port}"},
            "authentication": {
                "keys": self.signer.write_key(directory / "key"),
                "algorithms": [self.signer.algorithm],
            },
            # The load client answers no pings, and all of it is one user at one address.
            "websocket": {"ping_interval": "1h"},
            "limits": {
                "connections": everything,
                "connections_per_user": everything,
                "connections_per_address": everything,
                "unauthenticated_connections": everything,
                "messages_per_minute": 1_000_000,
                "outbound_queue": "64MiB",
            },
            "admin": {
                "listen": f"127.0.0.1:{self.admin_port}",
                "publish_token_file": directory / "publish-token",
            },
            "shutdown_grace": "1s",
        }

    def stop(self) -> None:
        """At once: a drain spreads the going over time."""
        self.popen.kill()
        self.popen.wait()

    def timed(self, histograms: Iterable[str]) -> dict[str, tuple[int, int]]:
        """How many times it has taken by its own clock, and how many of them were 1 ms at most."""
        url = f"http://127.0.0.1:{self.admin_port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            lines = answer.read().decode().splitlines()

        def count(histogram: str, bound: str) -> int:
            start = f'notes_gateway_{histogram}_bucket{{le="{bound}"}} '
            return next(int(line.removeprefix(start)) for line in lines if line.startswith(start))

        return {name: (count(name, "+Inf"), count(name, "0.001")) for name in histograms}

    def eight(self) -> TriggerSet:
        event = {
            "event": "note_sync", "noteId": note(0), "fromUserId": USER,
            "changes": {"content": "y" * self.content_size},
            "updatedNote": {"id": "n", "content": "xxxxxxxxx"},
        }
        body = json.dumps([event] * 8)
        request = (
            "POST /publish HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {PUBLISH_TOKEN}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        return TriggerSet(self.admin_port, [Trigger([], request.encode(), 1, 8)], is_http=True)


class GatewayOfNotes(Gateway):
    """Eight notes that all members have joined, and a writer that writes to all of them at once."""

    name = "gateway, eight notes"
    modes = ("eight",)
    note_count = 8

    def members(self, rooms: int = 1) -> list[Script]:
        joins = [self._join(room) for room in range(self.note_count)]
        return [[self._hello(), self._authentication(USER), *joins]]

    def eight(self) -> TriggerSet:
        updates = b"".join(self._update(room) for room in range(self.note_count))
        trigger = Trigger([self._hello(), self._authentication(USER)], updates, 8, 8)
        return TriggerSet(self.port, [trigger], uses_tls=self.uses_tls)


class NodeService(Live):
    name = "node ws"
    package = Path("/usr/share/nodejs/ws")

    def __init__(
        self, bench: Bench, api: API, content_size: int = 1024, uses_tls: bool = False
    ) -> None:
        self.content_size = content_size
        self.signer = Signer("HS256")
        self.port = free_port()
        secret = bench.new_file("secret")
        self.signer.write_key(secret)
        program = Path(__file__).parents[2] / "Programs" / "node_service.js"
        command = ["node", program, self.port, api.port, secret]
        command += make_certificate(bench) if uses_tls else []
        super().__init__(bench, command, uses_tls, env={
            "PATH": "/usr/bin:/bin", "NODE_PATH": self.package.parent, "NODE_ENV": "production",
        })
