"""What the cases of RFC 6455's conformance tests have in common. Case numbers are those of the
Autobahn TestSuite.

The gateway echoes no messages. That one arrived, and as it was sent, shows in the answer to a JSON
message in which it stands as `requestId`; of other text and of binary messages only that they
arrived, for each is answered with `invalid_json`.
"""

import json
import os
import socket

from . import frames
from .http import ConnectionEnded
from .websocket import ClosedByGateway, WebSocket

PROTOCOL_ERROR, NOT_UTF8, TOO_LARGE = 1002, 1007, 1009


def carrying(text: str) -> bytes:
    """A message of 1 to 128 bytes of text whose answer repeats it."""
    return json.dumps({"type": "ping", "requestId": text}, ensure_ascii=False).encode()


def chopped(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


class Conversation:
    """One connection that has been greeted, and what is said on it."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        assert json.loads(websocket.receive_text())["type"] == "connection_established"

    def send(self, data: bytes, chop: int = 0) -> None:
        """`data` in one piece, or in pieces of `chop` bytes, each a segment or record."""
        for piece in chopped(data, chop) if chop else [data]:
            self.websocket.send_raw(piece)

    def send_while_open(self, data: bytes, chop: int = 0) -> None:
        """The same to a gateway that may stop reading in the middle of it."""
        try:
            self.send(data, chop)
        except OSError:
            pass

    def expect_carried(self, text: str) -> None:
        message = json.loads(self.websocket.receive_text())
        assert (message["type"], message.get("requestId")) == ("pong", text), message

    def expect_refused(self) -> None:
        """A message arrived that is not JSON."""
        message = json.loads(self.websocket.receive_text())
        assert (message["type"], message.get("code")) == ("error", "invalid_json"), message

    def expect_still_served(self) -> None:
        """Nothing else came, and the connection goes on."""
        self.websocket.send_text(carrying("fence"))
        self.expect_carried("fence")

    def expect_failed(self, code: int | None) -> None:
        """The next is the end of it: a closing frame with `code`, or None, and nothing after it.

        libwebsockets may not understand an answer to that frame, because it has stopped in the
        middle of another, so the end of the connection is told it by the end of our side.
        """
        try:
            message = self.websocket.receive_text()
            raise AssertionError(f"not failed: {message}")
        except ClosedByGateway as closed:
            assert closed.code == code, closed
        except ConnectionEnded:
            assert code is None, "no closing frame"
        end_output(self.websocket)
        assert self.websocket.stream.read_to_end() == b""

    def expect_closed(self, code: int | None) -> None:
        """The next is the answer to our closing frame, and the end of the connection, which the
        gateway brings about by itself (RFC 6455, 7.1.1)."""
        try:
            message = self.websocket.receive_text()
            raise AssertionError(f"not closed: {message}")
        except ClosedByGateway as closed:
            assert closed.code == code, closed
        assert self.websocket.stream.read_to_end() == b""


def end_output(websocket: WebSocket) -> None:
    """Says nothing more. Below TLS: Python's own object would give up TLS in both directions."""
    with socket.socket(fileno=os.dup(websocket.stream.socket.fileno())) as below:
        try:
            below.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def text(payload: bytes, **others: bool) -> bytes:
    return frames.encode(frames.TEXT, payload, **others)


def more(payload: bytes, **others: bool) -> bytes:
    return frames.encode(frames.CONTINUATION, payload, **others)


def ping(payload: bytes = b"") -> bytes:
    return frames.encode(frames.PING, payload)


def pong(payload: bytes = b"") -> bytes:
    return frames.encode(frames.PONG, payload)


def close(payload: bytes = b"") -> bytes:
    return frames.encode(frames.CLOSE, payload)
