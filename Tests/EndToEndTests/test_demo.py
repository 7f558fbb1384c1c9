"""`notes-gateway demo`: all of it at the gateway's address, and for this machine only."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from harness import http
from harness.device import Device
from harness.endpoint import Endpoint
from harness.gateway import Output, binary
from harness.timing import seconds
from harness.websocket import Handshake, HandshakeRefused, WebSocket

NOTE = "/api/notes/shared"


class Demo:
    """A running demo, at the address that it printed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [binary(), "demo"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
        )
        self.output = Output(self._process.stdout)
        try:
            address = self.output.wait_for(re.compile(r"http://127\.0\.0\.1:(\d+)/"), within=20)
            self.endpoint = Endpoint(port=int(address[1]))
        except BaseException:
            self.kill()
            raise

    def ask(
        self, method: str, target: str, body: Any = None, *fields: str, token: str | None = None
    ) -> http.Response:
        lines = [*fields, "Connection: close"]
        if token is not None:
            lines.append(f"Authorization: Bearer {token}")
        data = b"" if body is None else json.dumps(body).encode()
        return http.exchange(
            self.endpoint, http.request(self.endpoint, method, target, data, *lines)
        )

    def stop(self, number: signal.Signals) -> int:
        self._process.send_signal(number)
        code = self._process.wait(seconds(10))
        self.output.finish()
        return code

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    demo = Demo()
    try:
        yield demo
        assert demo.stop(signal.SIGTERM) == 0, demo.output.text
    finally:
        demo.kill()


@pytest.fixture
def session(demo) -> dict[str, Any]:
    """What the page connects with."""
    answer = demo.ask("GET", "/demo/session")
    assert answer.status == 200, answer
    return answer.json


@pytest.fixture
def connect(demo, session, open_socket):
    """Connects as the page does: to the address that it came from."""

    def connect() -> Device:
        headers = {"Origin": demo.endpoint.origin}
        device = Device(open_socket(demo.endpoint, Handshake("/ws", headers=headers)))
        device.expect("connection_established")
        assert device.authenticate(session["token"])["userId"] == session["userId"]
        return device

    return connect


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_though_somebody_listens(number):
    demo = Demo()
    try:
        websocket = WebSocket(demo.endpoint, Handshake("/ws"))
        assert demo.stop(number) == 0
        websocket.close()
        assert demo.output.text.count("\n") == 0, "the address, and no word more"
    finally:
        demo.kill()


def test_the_page_comes_through_the_gateway_in_one_file(demo):
    answer = demo.ask("GET", "/")
    assert answer.status == 200
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert "connect-src 'self';" in answer.header("Content-Security-Policy")
    page = answer.body.decode()
    assert page.startswith("<!doctype html>") and page.endswith("</html>\n")
    assert re.findall(r"""\b(?:src|href)=["'](?!data:)|@import|\bimport\b|url\(""", page) == []


def test_a_write_by_plain_rest_reaches_a_device(demo, session, connect):
    device, token = connect(), session["token"]
    made = demo.ask("POST", "/api/notes", {"id": "shared", "title": "T"}, token=token)
    assert made.status == 201, made
    created = device.expect("note_created_sync", fromUserId=session["userId"])
    assert created.raw("noteData") == made.body.decode()
    seq = device.join("shared")["seq"]

    changed = demo.ask("PUT", NOTE, {"title": "by REST"}, token=token)
    sync = device.expect("note_sync", changes={"title": "by REST"}, seq=seq + 1)
    assert sync.raw("updatedNote") == changed.body.decode()

    assert demo.ask("DELETE", NOTE, token=token).status == 204
    device.expect("note_deleted_sync", noteId="shared")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example"])
@pytest.mark.parametrize(
    "fields",
    [
        [],
        ["X-Forwarded-Host: localhost"],
        ["X_Forwarded_Host: localhost"],
        ["X-Forwarded-Host: localhost", "X-Forwarded-Host: localhost"],
        ["X-Forwarded-Host: localhost", "Connection: X-Forwarded-Host"],
    ],
    ids=str,
)
def test_a_name_that_somebody_pointed_here_gets_nothing(demo, session, connect, host, fields):
    """Such a page's script may ask what it likes and write any field but `Host`."""
    device, token = connect(), session["token"]
    host = host.format(port=demo.endpoint.port)
    for method, target in [
        ("GET", "/"), ("GET", "/demo/session"), ("GET", "/api/notes"), ("POST", "/api/notes"),
    ]:
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *fields]
        lines += [f"Authorization: Bearer {token}", "Content-Length: 2", "", "{}"]
        answer = http.exchange(demo.endpoint, "\r\n".join(lines).encode())
        assert answer.status == 403, (method, target, answer)
        assert token not in answer.body.decode()
    device.expect_nothing()


def test_a_page_from_elsewhere_gets_no_websocket(demo):
    for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
        with pytest.raises(HandshakeRefused) as refused:
            WebSocket(demo.endpoint, Handshake("/ws", headers={"Origin": origin}))
        assert refused.value.response.status == 403
