"""An HTTP/1.1 server behind the gateway that keeps every byte and answers as a test says."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .http import ByteStream, ConnectionEnded
from .timing import Deadline

_PATIENCE = 30


class _RecordingStream(ByteStream):
    def __init__(self, connected: socket.socket) -> None:
        super().__init__(connected)
        self.received = bytearray()

    def _fill(self, deadline: Deadline) -> None:
        before = len(self._buffer)
        super()._fill(deadline)
        self.received += self._buffer[before:]


@dataclass
class Received:
    """One request, and the connection that it came on. Its body is there when it is read."""

    stream: _RecordingStream
    method: str
    target: str
    version: str
    fields: list[tuple[str, str]]
    body: bytes = b""
    is_last: bool = field(default=False)

    def all(self, name: str) -> list[str]:
        return [value for other, value in self.fields if other.lower() == name.lower()]

    def one(self, name: str) -> str | None:
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes."""
        deadline = Deadline(_PATIENCE)
        if self.one("Transfer-Encoding") == "chunked":
            yield from iter(lambda: self.stream.read_chunk(deadline), b"")
            return
        missing = int(self.one("Content-Length") or 0)
        while missing:
            yield self.stream.read(min(missing, 16384), deadline)
            missing -= min(missing, 16384)

    def read_body(self) -> bytes:
        self.body = b"".join(self.pieces())
        return self.body

    def send(self, data: bytes) -> None:
        self.stream.send(data, within=_PATIENCE)

    def respond(self, status: str, body: bytes = b"", *fields: str) -> None:
        """Answers with a body of known length; `status` is `200 OK`."""
        self.send_head(status, f"Content-Length: {len(body)}", *fields)
        self.send(body)

    def send_head(self, status: str, *fields: str) -> None:
        lines = [f"HTTP/1.1 {status}", *fields]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def send_chunk(self, data: bytes) -> None:
        """Empty: the last one."""
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def close(self) -> None:
        """Ends the connection behind what was sent."""
        self.is_last = True

    def reset(self) -> None:
        """Ends the connection with an error."""
        self.is_last = True
        linger = struct.pack("ii", 1, 0)
        self.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def wait_for_end(self) -> bool:
        """Whether the gateway has closed the connection, in time."""
        try:
            self.stream.read_to_end(within=10)
        except TimeoutError:
            return False
        return True


def echo(request: Received) -> None:
    """Sends the body back."""
    request.respond("200 OK", request.read_body())


Answer = Callable[[Received], None]


class Upstream:
    """Listens on a port of 127.0.0.1. `answer` may be replaced at any time."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answer: Answer = echo
        self.requests: list[Received] = []
        self.failures: list[BaseException] = []
        self._tls = tls
        self._streams: list[_RecordingStream] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def received(self) -> bytes:
        """Every byte that has come, connection by connection."""
        return b"".join(bytes(stream.received) for stream in self._streams)

    @property
    def connection_count(self) -> int:
        return len(self._streams)

    def forget(self) -> None:
        self.requests.clear()
        self.failures.clear()
        for stream in self._streams:
            stream.received.clear()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in self._streams:
            with contextlib.suppress(OSError):
                stream.socket.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(ConnectionEnded, OSError, TimeoutError):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with _RecordingStream(connected) as stream:
                self._streams.append(stream)
                while self._serve_one(stream):
                    pass

    def _serve_one(self, stream: _RecordingStream) -> bool:
        request = _read_head(stream)
        self.requests.append(request)
        try:
            self.answer(request)
        except (ConnectionEnded, OSError, TimeoutError):
            raise
        except BaseException as failure:
            self.failures.append(failure)
            raise
        return not request.is_last


def _read_head(stream: _RecordingStream) -> Received:
    text = stream.read_through(b"\r\n\r\n", Deadline(600)).decode("latin-1")
    line, *rest = text.removesuffix("\r\n\r\n").split("\r\n")
    method, target, version = line.split(" ")
    fields = []
    for row in rest:
        name, colon, value = row.partition(":")
        assert colon and name == name.strip(), row
        fields.append((name, value.removeprefix(" ")))
    return Received(stream, method, target, version, fields)
