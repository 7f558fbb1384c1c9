"""A WebSocket client at the level of frames, on a plain or a TLS socket."""

import base64
import hashlib
import os
import ssl
from dataclasses import dataclass

from . import frames
from .endpoint import Endpoint
from .frames import Frame
from .http import ByteStream, ConnectionEnded, Response
from .timing import Deadline

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class HandshakeRefused(Exception):
    """The upgrade was answered with something else than 101."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.status} {response.reason} {response.body[:200]!r}")
        self.response = response


class ClosedByGateway(Exception):
    """A close frame came."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"closed with {code} {reason!r}")
        self.code = code
        self.reason = reason


@dataclass
class Handshake:
    """What the client asks with. A field of `headers` replaces the usual one; None drops it."""

    target: str = "/"
    method: str = "GET"
    version: str = "HTTP/1.1"
    headers: dict[str, str | None] | None = None
    key: str = ""

    def __post_init__(self) -> None:
        self.key = self.key or base64.b64encode(os.urandom(16)).decode()

    def encode(self, endpoint: Endpoint) -> bytes:
        usual: dict[str, str | None] = {
            "Host": endpoint.authority,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": self.key,
            "Sec-WebSocket-Version": "13",
        }
        fields = {**usual, **(self.headers or {})}
        lines = [f"{self.method} {self.target} {self.version}"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @property
    def accept(self) -> str:
        """The Sec-WebSocket-Accept that the key calls for."""
        return base64.b64encode(hashlib.sha1(self.key.encode() + _MAGIC).digest()).decode()


class WebSocket:
    """One connection. Pings of the gateway are answered while reading, unless told otherwise."""

    def __init__(
        self,
        endpoint: Endpoint,
        handshake: Handshake | None = None,
        receive_buffer: int | None = None,
        session: ssl.SSLSession | None = None,
        first_bytes: bytes = b"",
    ) -> None:
        """Connects and upgrades. `first_bytes` go out in one segment with the request."""
        self.answers_pings = True
        self.pings_received = 0
        self.pongs: list[bytes] = []
        self.handshake = handshake or Handshake()
        self.stream = ByteStream(endpoint.connect(receive_buffer, session))
        try:
            self.stream.send(self.handshake.encode(endpoint) + first_bytes)
            self.response = self._read_answer()
        except BaseException:
            self.stream.close()
            raise

    def _read_answer(self) -> Response:
        deadline = Deadline(10)
        response = self.stream.read_head(deadline)
        if response.status != 101:
            response.body = self.stream.read(int(response.header("Content-Length") or 0), deadline)
            raise HandshakeRefused(response)
        assert (response.header("Upgrade") or "").lower() == "websocket", response
        assert (response.header("Connection") or "").lower() == "upgrade", response
        assert response.header("Sec-WebSocket-Accept") == self.handshake.accept, response
        return response

    # Sending

    def send_raw(self, data: bytes, within: float = 10) -> None:
        self.stream.send(data, within)

    def send_text(self, text: str | bytes, within: float = 10) -> None:
        payload = text.encode() if isinstance(text, str) else text
        self.send_raw(frames.encode(frames.TEXT, payload), within)

    def send_binary(self, payload: bytes) -> None:
        self.send_raw(frames.encode(frames.BINARY, payload))

    def send_ping(self, payload: bytes = b"") -> None:
        self.send_raw(frames.encode(frames.PING, payload))

    def send_close(self, code: int | None = 1000, reason: str = "") -> None:
        self.send_raw(frames.encode(frames.CLOSE, frames.close_payload(code, reason)))

    # Receiving

    def receive_frame(self, deadline: Deadline) -> Frame:
        """The next frame, whatever it is, held against the rules for a server's frames. When it
        does not come in time, nothing of it is lost, and one may go on receiving."""
        first, second = self.stream.peek(2, deadline)
        size, head_size = second & 0x7F, 2
        if size == 126:
            head_size = 4
            size = int.from_bytes(self.stream.peek(head_size, deadline)[2:], "big")
            assert size >= 126, "the length is not in its shortest form"
        elif size == 127:
            head_size = 10
            size = int.from_bytes(self.stream.peek(head_size, deadline)[2:], "big")
            assert size >= 1 << 16, "the length is not in its shortest form"
        payload = self.stream.read(head_size + size, deadline)[head_size:]
        is_final, is_masked = bool(first & 0x80), bool(second & 0x80)
        frame = Frame(is_final, first >> 4 & 7, first & 15, is_masked, payload)
        assert not frame.is_masked and frame.reserved == 0, frame[:4]
        assert frame.opcode < frames.CLOSE or (frame.is_final and size < 126), frame
        return frame

    def receive_text(self, within: float = 10) -> str:
        """The next text message. A close frame is raised as ClosedByGateway."""
        deadline = Deadline(within)
        message = b""
        is_continued = False
        while True:
            frame = self.receive_frame(deadline)
            if frame.opcode >= frames.CLOSE:
                self._receive_control(frame)
                continue
            assert frame.opcode == (frames.CONTINUATION if is_continued else frames.TEXT), frame[:4]
            is_continued = True
            message += frame.payload
            if frame.is_final:
                return message.decode()

    def _receive_control(self, frame: Frame) -> None:
        if frame.opcode == frames.PING:
            self.pings_received += 1
            if self.answers_pings:
                self.send_raw(frames.encode(frames.PONG, frame.payload))
        elif frame.opcode == frames.PONG:
            self.pongs.append(frame.payload)
        else:
            assert frame.opcode == frames.CLOSE, frame
            assert len(frame.payload) != 1, frame
            code = int.from_bytes(frame.payload[:2], "big") if frame.payload else None
            raise ClosedByGateway(code, frame.payload[2:].decode())

    def receive_pong(self, within: float = 10) -> bytes:
        """The payload of the next pong, before which no message may come."""
        deadline = Deadline(within)
        count = len(self.pongs)
        while len(self.pongs) == count:
            frame = self.receive_frame(deadline)
            assert frame.opcode >= frames.CLOSE, frame
            self._receive_control(frame)
        return self.pongs.pop()

    def expect_close(self, code: int | None, within: float = 10) -> list[str]:
        """Reads to the close frame, which has to carry `code`, and on to the end of the
        connection. Returns the messages that came before."""
        messages = []
        try:
            while True:
                messages.append(self.receive_text(within))
        except ClosedByGateway as closed:
            assert closed.code == code, f"{closed}, not with {code}, after {messages[-3:]}"
        self.finish_closing(code, within)
        return messages

    def finish_closing(self, code: int | None = 1000, within: float = 10) -> None:
        """Echoes a close frame that has come and waits for the end of the connection."""
        try:
            self.send_close(code)
        except OSError:
            return
        self.stream.read_to_end(within)

    def expect_end(self, within: float = 10) -> int | None:
        """Waits until the connection is over, with a close frame or without, and returns the
        code if there was one."""
        try:
            while True:
                self.receive_text(within)
        except ClosedByGateway as closed:
            return closed.code
        except ConnectionEnded:
            return None

    def close(self) -> None:
        """Drops the connection without a word."""
        self.stream.close()
